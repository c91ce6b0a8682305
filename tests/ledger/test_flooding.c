/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Peers that were chosen to collide: who knows the seed makes every search
 * slow; who does not, gains nothing. Lines and probes are counted, not time.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/report.h>

#include "ledger/cases.h"
#include "ledger/engine.h"

/* What the attacker knows, and what it is not. */
#define KNOWN 4711
static const uint64_t others[] = {0, 1, 4712, UINT64_C(0x9e3779b97f4a7c15)};
#define OTHERS (sizeof(others) / sizeof(others[0]))

/* 512 buckets are full at 4,915 channels, so that these stand in 1,024. */
#define BUCKET_PEERS 6000
#define BUCKET_MASK 1023u

/* 32 buckets are full at 307, 64 at 614. */
#define TAG_PEERS 600
#define TAG_MASK 63u

/* 4,000 addresses stand in 8,192 slots; aimed at the first 128 of them. */
#define V6_PEERS 4000
#define V6_SLOTS 8192u
#define V6_AIM 128u

static struct seep_flow
flow_to(const char *peer)
{
	struct seep_flow flow = test_flow("10.2.0.7", peer, 443);

	flow.opener = SEEP_OPENER_ORIG;
	return flow;
}

/* Adds flows to IPv4 peers from 'first' on whose channel's hash has the bits
 * 'wanted' under the mask. The host is the engine's first. */
static void
aim_v4(struct test_flows *flows, size_t count, uint32_t first, uint64_t mask,
       uint64_t wanted)
{
	struct seep_flow flow = flow_to("198.51.100.9");
	struct seep__chankey key = {
	    .service = seep__service_of_flow(&flow),
	    .kind = SEEP_PLACE_OUTSIDE,
	    .direction = SEEP_DIRECTION_PUSH,
	};
	struct seep__hash_key hash;

	seep__hash_key_init(&hash, KNOWN);
	for (key.peer = first; count > 0; key.peer++) {
		if ((seep__hash_bytes(&hash, &key, sizeof(key)) & mask) !=
		    wanted)
			continue;
		seep__address_from_v4(key.peer, &flow.resp);
		test_flows_add(flows, &flow);
		count--;
	}
}

static void
aim_v6(struct test_flows *flows)
{
	struct seep_flow flow = flow_to("2001:db8::1");
	struct seep__hash_key hash;
	uint32_t n;

	seep__hash_key_init(&hash, KNOWN);
	for (n = 0; flows->count < V6_PEERS; n++) {
		memcpy(flow.resp.bytes + 12, &n, sizeof(n));
		if ((seep__hash_bytes(&hash, &flow.resp, 16) & (V6_SLOTS - 1)) <
		    V6_AIM)
			test_flows_add(flows, &flow);
	}
}

/* Lines that the search for a channel looks at, on average. */
static double
lines_of(const struct seep_engine *engine)
{
	const struct seep__table *table = &engine->table;
	uint32_t count = seep__table_count(table);
	size_t lines = 0;

	for (uint32_t i = 0; i < count; i++)
		lines += seep__table_lines(table,
					   &seep__table_record(table, i)->key);
	return (double)lines / count;
}

/* Slots that the search for an address looks at, on average. */
static double
probes_of(const struct seep__intern *intern)
{
	size_t probes = 0;

	for (size_t i = 0; i < intern->count; i++) {
		size_t at =
		    seep__hash_bytes(&intern->key, &intern->addresses[i], 16) &
		    (intern->index_size - 1);

		for (probes++; intern->index[at] != i + 1; probes++)
			at = (at + 1) & (intern->index_size - 1);
	}
	return (double)probes / (double)intern->count;
}

static struct seep_engine *
engine_of(const struct test_flows *flows, uint64_t seed)
{
	struct seep_engine *engine = test_engine(seed);

	test_feed(engine, flows->at, flows->count);
	return engine;
}

/* The known seed costs 'least' lines a search or more; others, a flat 2. */
static void
expect_lines(const char *what, const struct test_flows *flows, double least)
{
	struct seep_engine *engine = engine_of(flows, KNOWN);
	double known = lines_of(engine);
	double most = 0;

	cr_assert_eq(seep__table_count(&engine->table), flows->count);
	seep_engine_free(engine);
	for (size_t i = 0; i < OTHERS; i++) {
		engine = engine_of(flows, others[i]);
		if (lines_of(engine) > most)
			most = lines_of(engine);
		seep_engine_free(engine);
	}
	fprintf(stderr, "%s: %.1f lines a search, %.2f under other seeds\n",
		what, known, most);
	cr_expect_gt(known, least);
	cr_expect_lt(most, 2.5);
}

Test(flooding, peers_of_one_bucket_cost_what_all_before_them_cost)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	aim_v4(&flows, BUCKET_PEERS, UINT32_C(0x0b000000), BUCKET_MASK, 5);
	/* 500 buckets in a row, half of which are passed. */
	expect_lines("flooding, bucket", &flows, 250);
	test_flows_clear(&flows);
}

Test(flooding, peers_of_one_bucket_and_tag_cost_a_record_each)
{
	const uint64_t tag = UINT64_C(0xff) << 56;
	struct test_flows flows = TEST_FLOWS_EMPTY;

	aim_v4(&flows, TAG_PEERS, UINT32_C(0x14000000), tag | TAG_MASK, 3);
	/* 25 buckets and 300 records on average. */
	expect_lines("flooding, bucket and tag", &flows, 320);
	test_flows_clear(&flows);
}

Test(flooding, v6_peers_of_near_slots_cost_half_of_all)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine;
	double known;
	double most = 0;

	aim_v6(&flows);
	engine = engine_of(&flows, KNOWN);
	cr_assert_eq(engine->peers_v6.count, V6_PEERS);
	known = probes_of(&engine->peers_v6);
	seep_engine_free(engine);
	for (size_t i = 0; i < OTHERS; i++) {
		engine = engine_of(&flows, others[i]);
		if (probes_of(&engine->peers_v6) > most)
			most = probes_of(&engine->peers_v6);
		seep_engine_free(engine);
	}
	fprintf(stderr, "flooding, IPv6: %.1f probes, %.2f under other seeds\n",
		known, most);
	cr_expect_gt(known, 1900);
	/* Knuth 6.4: 1.5 where half of the slots are used. */
	cr_expect_lt(most, 1.7);
	test_flows_clear(&flows);
}

/* 60 days of the flood, one peer as always, and from day 40 on a leak. */
static struct test_flows
flooded_leak(void)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow usual = flow_to("192.0.2.9");
	struct seep_flow leak = flow_to("192.0.2.99");

	aim_v4(&flows, BUCKET_PEERS, UINT32_C(0x0b000000), BUCKET_MASK, 5);
	for (size_t i = 0; i < flows.count; i++) {
		flows.at[i].start_ns += (int64_t)i * (60 * DAY / BUCKET_PEERS);
		flows.at[i].end_ns = flows.at[i].start_ns + SEC;
	}
	usual.bytes_orig = 500000;
	test_flows_every(&flows, &usual, HOUR / 2, 60 * 48);
	leak.start_ns += 40 * DAY;
	leak.end_ns = leak.start_ns + SEC;
	leak.bytes_orig = 50000000;
	test_flows_every(&flows, &leak, HOUR, 20 * 24);
	return flows;
}

/* The findings as JSON, behind the saved case. */
static struct test_bytes
told_of(const struct test_flows *flows, uint64_t seed, size_t *found)
{
	struct seep_engine *engine = engine_of(flows, seed);
	struct seep_snapshot *snapshot = test_snapshot(engine);
	struct test_bytes bytes = test_save(snapshot);
	struct seep_findings *findings;

	cr_assert_eq(seep_detect((const struct seep_snapshot *const *)&snapshot,
				 1, NULL, &findings, NULL),
		     SEEP_OK);
	*found = seep_findings_count(findings);
	cr_assert_eq(seep_report_json(findings, NULL, test_bytes_write, &bytes),
		     SEEP_OK);
	seep_findings_free(findings);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return bytes;
}

Test(flooding, case_and_findings_do_not_depend_on_who_knows_the_seed)
{
	struct test_flows flows = flooded_leak();
	size_t found;
	struct test_bytes known = told_of(&flows, KNOWN, &found);

	cr_assert_geq(found, 1);
	for (size_t i = 0; i < 2; i++) {
		struct test_bytes other = told_of(&flows, others[i], &found);

		cr_expect(test_bytes_equal(&known, &other), "seed %zu", i);
		test_bytes_clear(&other);
	}
	test_bytes_clear(&known);
	test_flows_clear(&flows);
}
