/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/case.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/random.h"

static struct seep_flow
flow_at(const char *orig, const char *resp, uint16_t port, int day,
	int64_t offset)
{
	struct seep_flow flow = test_flow(orig, resp, port);

	flow.start_ns = TEST_START_NS + day * DAY + offset;
	flow.end_ns = flow.start_ns + 20 * SEC;
	return flow;
}

/* Heavy-tailed, 1 in the middle, seldom 6: in hundredths. */
static uint64_t
draw_noise(uint64_t *state)
{
	uint64_t noise = 40 + test_random_below(state, 120);

	if (test_random_below(state, 12) == 0)
		noise *= 1 + test_random_below(state, 4);
	return noise;
}

/* 0.5 to 3 GB on a working day to eight peers, a tenth at weekends. */
static void
add_regular(struct test_flows *flows, int day, uint64_t *state)
{
	const uint64_t share = day % 7 < 5 ? 110 * MB : 25 * MB;

	for (int peer = 0; peer < 8; peer++) {
		char text[32];

		snprintf(text, sizeof(text), "203.0.113.%d", peer * 20 + 5);
		for (int part = 0; part < 3; part++) {
			struct seep_flow flow =
			    flow_at(CASE_SERVER, text, 443, day,
				    (7 + 3 * part + peer % 3) * HOUR);

			flow.bytes_orig = share * draw_noise(state) / 300;
			flow.bytes_resp = flow.bytes_orig / 30;
			test_flows_add(flows, &flow);
		}
	}
}

/* Passers-by who fetch a little, each on one day. */
static void
add_passing(struct test_flows *flows, int day, uint64_t *state)
{
	for (int n = 0; n < 10; n++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "192.0.2.%d",
			 (int)test_random_below(state, 250) + 1);
		flow = flow_at(text, CASE_SERVER, 443, day,
			       (int64_t)test_random_below(state, 24) * HOUR);
		flow.bytes_resp = MB * draw_noise(state) / 100;
		test_flows_add(flows, &flow);
	}
}

static void
add_inside(struct test_flows *flows, int day, uint64_t *state)
{
	for (int client = 0; client < 6; client++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "10.2.1.%d", client + 10);
		flow = flow_at(text, CASE_SERVER, 445, day, 9 * HOUR);
		flow.bytes_resp = 40 * MB * draw_noise(state) / 100;
		test_flows_add(flows, &flow);
		flow = flow_at(text, "198.18.0.1", 443, day, 10 * HOUR);
		flow.bytes_orig = 2 * MB * draw_noise(state) / 100;
		test_flows_add(flows, &flow);
	}
}

void
case_office(struct test_flows *flows, int days, uint64_t seed)
{
	uint64_t state = seed;

	for (int day = 0; day < days; day++) {
		struct seep_flow beat =
		    flow_at("10.2.0.9", "198.18.9.9", 123, day, 30 * MINUTE);

		beat.protocol = 17;
		test_flows_every(flows, &beat, HOUR, 24);
		add_regular(flows, day, &state);
		add_passing(flows, day, &state);
		add_inside(flows, day, &state);
	}
}

void
case_leak_peer(const struct case_leak *leak, int day, int nth, char *text)
{
	const int peer = leak->fixed ? nth : day * leak->peers_per_day + nth;

	snprintf(text, 32, "198.51.%d.%d", 100 + peer % 40,
		 1 + peer / 40 % 250);
}

int
case_is_leak_peer(const struct seep_address *address)
{
	const struct seep_network network = test_network("198.51.0.0/16");

	return seep_network_contains(&network, address);
}

void
case_leak(struct test_flows *flows, const struct case_leak *leak)
{
	for (int day = leak->from_day; day < leak->end_day; day++) {
		for (int hour = 0; hour < 24; hour++) {
			const int nth = hour % leak->peers_per_day;
			struct seep_flow flow;
			char peer[32];

			case_leak_peer(leak, day, nth, peer);
			flow = flow_at(CASE_SERVER, peer, 443, day,
				       hour * HOUR + 11 * MINUTE);
			flow.bytes_orig = leak->bytes_per_day / 24;
			flow.bytes_resp = flow.bytes_orig / 40;
			if (leak->pulled)
				flow.opener = SEEP_OPENER_RESP;
			if (leak->pulled) {
				flow.port_resp = 40000;
				flow.port_orig = 443;
			}
			test_flows_add(flows, &flow);
		}
	}
}

void
case_remove_day(struct test_flows *flows, int day)
{
	const int64_t from = TEST_START_NS + day * DAY;
	size_t kept = 0;

	for (size_t i = 0; i < flows->count; i++)
		if (flows->at[i].start_ns < from ||
		    flows->at[i].start_ns >= from + DAY)
			flows->at[kept++] = flows->at[i];
	flows->count = kept;
}

void
case_shift(struct test_flows *flows, int64_t by_ns)
{
	for (size_t i = 0; i < flows->count; i++) {
		flows->at[i].start_ns += by_ns;
		flows->at[i].end_ns += by_ns;
	}
}

struct seep_snapshot *
case_snapshot(const struct test_flows *flows, const struct seep_site *site)
{
	return case_snapshot_of(flows, site, NULL);
}

struct seep_snapshot *
case_snapshot_of(const struct test_flows *flows, const struct seep_site *site,
		 const struct seep_coverage *counted)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine;
	struct seep_snapshot *snapshot;
	size_t fed;

	opts.site = site;
	if (seep_engine_new(&engine, &opts, NULL) != SEEP_OK ||
	    seep_engine_feed(engine, flows->at, flows->count, &fed) != SEEP_OK)
		abort();
	if (counted)
		seep_engine_add_coverage(engine, counted);
	if (seep_engine_snapshot(engine, &snapshot) != SEEP_OK)
		abort();
	seep_engine_free(engine);
	return snapshot;
}

struct seep_findings *
case_detect(const struct test_flows *flows, const struct seep_detect_opts *opts)
{
	struct seep_snapshot *snapshot = case_snapshot(flows, NULL);
	const struct seep_snapshot *const list[] = {snapshot};
	struct seep_findings *findings;

	if (seep_detect(list, 1, opts, &findings, NULL) != SEEP_OK)
		abort();
	seep_snapshot_free(snapshot);
	return findings;
}

const struct seep_finding *
case_first(const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0;

	return seep_findings_next(findings, &cursor, &finding) == SEEP_OK
		   ? finding
		   : NULL;
}

const struct seep_entity *
case_entity(const struct seep_findings *findings, const char *network)
{
	const struct seep_network wanted = test_network(network);
	const struct seep_entity *entity;
	size_t cursor = 0;

	while (seep_findings_next_entity(findings, &cursor, &entity) == SEEP_OK)
		if (entity->host.prefix_bits == wanted.prefix_bits &&
		    seep_address_compare(&entity->host.base, &wanted.base) == 0)
			return entity;
	return NULL;
}
