/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Normal, mean 0 and deviation 1 (nearly: twelve even numbers added up), in
 * 1/65536. */
static int64_t
draw_normal(uint64_t *state)
{
	int64_t sum = -6 * 65536;

	for (int i = 0; i < 12; i++)
		sum += (int64_t)test_random_below(state, 65536);
	return sum;
}

/* 'bytes' doubled 'doublings' / 65536 times, within 1 %. */
static uint64_t
scale_by(uint64_t bytes, int64_t doublings)
{
	/* 2^(i/64) */
	const double part = 1.0108892860517005;
	double result = (double)bytes;
	int64_t steps = doublings / 1024;

	for (; steps > 0; steps--)
		result *= part;
	for (; steps < 0; steps++)
		result /= part;
	return (uint64_t)result;
}

/* Doublings of an hour, in 1/65536: three less at night, two at weekends. */
static int64_t
profile_of(int day, int hour)
{
	const int64_t doubling = 65536;

	return (hour >= 7 && hour < 19 ? 0 : -3 * doubling) -
	       (day % 7 < 5 ? 0 : 2 * doubling);
}

static void
trade_inside(struct test_flows *flows, const struct case_trade *trade, int day)
{
	for (int client = 0; client < 6; client++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "10.3.1.%d", client + 10);
		flow = flow_at(text, trade->host, 445, day, 9 * HOUR);
		flow.bytes_resp = trade->mean_hour;
		test_flows_add(flows, &flow);
	}
}

void
case_trade(struct test_flows *flows, const struct case_trade *trade)
{
	uint64_t state = trade->seed;

	for (int day = trade->from_day; day < trade->end_day; day++) {
		const int64_t factor = draw_normal(&state) / 2;

		trade_inside(flows, trade, day);
		for (int hour = 0; hour < 24; hour++) {
			const int odd = test_random_below(&state, 48) == 0;
			char peer[32];
			struct seep_flow flow;

			/* A network of its own for each server's peers. */
			snprintf(peer, sizeof(peer), "203.0.%d.%d",
				 test_address(trade->host).bytes[15],
				 odd ? 100 + day % 100
				     : 20 + (int)test_random_below(&state, 3));
			flow = flow_at(trade->host, peer, 443, day,
				       hour * HOUR + 5 * MINUTE);
			flow.bytes_orig =
			    scale_by(trade->mean_hour / (odd ? 16 : 1),
				     profile_of(day, hour) + factor +
					 draw_normal(&state));
			flow.bytes_resp = flow.bytes_orig / 30;
			test_flows_add(flows, &flow);
		}
	}
}

void
case_send(struct test_flows *flows, const char *host, const char *peer,
	  int hour, uint64_t bytes)
{
	struct seep_flow flow = flow_at(host, peer, 443, 0, hour * HOUR);

	flow.bytes_orig = bytes;
	test_flows_add(flows, &flow);
}

void
case_drip(struct test_flows *flows, const char *host, const char *peer,
	  int from, int end, uint64_t bytes)
{
	struct seep_flow flow = flow_at(host, peer, 443, from, 11 * MINUTE);

	flow.bytes_orig = bytes;
	flow.bytes_resp = bytes / 40;
	test_flows_every(flows, &flow, HOUR, (size_t)(end - from) * 24);
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

size_t
case_changes(const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0, count = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		count += finding->basis == SEEP_BASIS_CHANGE;
	return count;
}

int
case_holds_id(const struct seep_findings *findings, const char *id)
{
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (strcmp(finding->id, id) == 0)
			return 1;
	return 0;
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
