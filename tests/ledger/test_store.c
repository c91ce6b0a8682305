/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cells in a store: the same case to the byte, and a failing, full or lying
 * store is a status, never another count.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/report.h>
#include <seep/site.h>

#include "ledger/cases.h"
#include "support/alloc.h"
#include "support/random.h"
#include "support/store.h"

#define MB UINT64_C(1000000)
#define STORE_ROOM (64 << 20)

/* struct desk: an engine, its store, and how it is told. */
struct desk {
	struct test_store store;
	struct seep_engine_opts opts;
	struct seep_engine *engine;
};

static void
open_desk(struct desk *desk, uint64_t memory_max, size_t room)
{
	struct seep_site *site = test_site_mixed();

	test_store_init(&desk->store, room);
	memset(&desk->opts, 0, sizeof(desk->opts));
	desk->opts.size = sizeof(desk->opts);
	desk->opts.site = site;
	desk->opts.memory_max = memory_max;
	desk->opts.seed = memory_max;
	desk->opts.store = room > 0 ? &desk->store.calls : NULL;
	cr_assert_eq(seep_engine_new(&desk->engine, &desk->opts, NULL),
		     SEEP_OK);
	seep_site_free(site);
}

static void
close_desk(struct desk *desk)
{
	seep_engine_free(desk->engine);
	test_store_clear(&desk->store);
}

/* Flows of few channels and many hours, in any order: cells, not channels. */
static void
add_hours(struct test_flows *flows, size_t count, uint64_t seed)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	uint64_t state = seed;

	for (size_t i = 0; i < count; i++) {
		flow.orig.bytes[15] = (uint8_t)test_random_below(&state, 7);
		flow.resp.bytes[15] = (uint8_t)test_random_below(&state, 31);
		flow.start_ns = TEST_START_NS +
				(int64_t)test_random_below(&state, 300) * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = test_random_below(&state, 1 << 20);
		test_flows_add(flows, &flow);
	}
}

static void
add_all(struct test_flows *flows, size_t count, uint64_t seed)
{
	memset(flows, 0, sizeof(*flows));
	test_flows_mixed(flows, count / 40, seed);
	add_hours(flows, count, seed);
	test_flows_shuffle(flows, seed);
}

static void
must_be(struct seep_engine *engine, const struct test_bytes *expected)
{
	struct seep_snapshot *snapshot = test_snapshot(engine);
	struct test_bytes bytes = test_save(snapshot);

	cr_assert(test_bytes_equal(&bytes, expected), "another case");
	test_bytes_clear(&bytes);
	seep_snapshot_free(snapshot);
}

static struct seep_engine_stats
stats_of(const struct seep_engine *engine)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};

	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	return stats;
}

Test(store, a_case_is_the_same_with_and_without_one_and_in_any_budget)
{
	static const uint64_t budgets[] = {700000, MB, 2 * MB, 3 * MB};
	struct test_flows flows;
	struct test_bytes expected;
	struct desk desk;
	size_t fed = 0;

	add_all(&flows, 60000, 1);
	expected = test_case(flows.at, flows.count, 0);
	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		open_desk(&desk, budgets[i], STORE_ROOM);
		test_feed(desk.engine, flows.at, flows.count);
		must_be(desk.engine, &expected);
		cr_assert(stats_of(desk.engine).bytes_used_max <= budgets[i]);
		cr_assert_gt(atomic_load(&desk.store.writes), 2, "%zu", i);
		cr_assert_gt(atomic_load(&desk.store.reads), 100, "%zu", i);
		close_desk(&desk);
	}
	/* The store is what made it fit. */
	open_desk(&desk, budgets[1], 0);
	cr_assert_eq(seep_engine_feed(desk.engine, flows.at, flows.count, &fed),
		     SEEP_EBUDGET);
	close_desk(&desk);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

Test(store, without_need_nothing_is_written)
{
	struct test_flows flows;
	struct desk desk;

	add_all(&flows, 40000, 2);
	open_desk(&desk, 0, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	cr_assert_eq(atomic_load(&desk.store.writes), 0);
	close_desk(&desk);
	open_desk(&desk, 100 * MB, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	cr_assert_eq(atomic_load(&desk.store.writes), 0);
	cr_assert_eq(stats_of(desk.engine).store_size, 0);
	close_desk(&desk);
	test_flows_clear(&flows);
}

Test(store, one_that_cannot_read_or_write_is_refused)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_store calls = {0};
	struct seep_engine *engine;

	opts.store = &calls;
	cr_assert_eq(seep_engine_new(&engine, &opts, NULL), SEEP_EINVAL);
	cr_assert_null(engine);
}

/* Feeds again after every failure; returns how often it failed. */
static size_t
feed_through(struct desk *desk, const struct test_flows *flows, int status)
{
	size_t failures = 0;
	size_t at = 0;

	while (at < flows->count) {
		size_t fed = 0;
		int got = seep_engine_feed(desk->engine, flows->at + at,
					   flows->count - at, &fed);

		at += fed;
		if (got == SEEP_OK)
			continue;
		cr_assert_eq(got, status);
		failures++;
		cr_assert_lt(failures, 10);
	}
	return failures;
}

Test(store, a_write_that_fails_is_said_and_loses_nothing)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct desk desk;
	size_t writes, said = 0;

	add_all(&flows, 25000, 3);
	expected = test_case(flows.at, flows.count, 0);
	open_desk(&desk, 700000, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	writes = atomic_load(&desk.store.writes);
	close_desk(&desk);
	cr_assert_gt(writes, 20);
	for (size_t at = 1; at <= writes; at++) {
		open_desk(&desk, 700000, STORE_ROOM);
		desk.store.fail_write_at = at;
		said += feed_through(&desk, &flows, SEEP_EIO);
		cr_assert_eq(desk.store.failures, 1);
		must_be(desk.engine, &expected);
		close_desk(&desk);
	}
	cr_assert_eq(said, writes, "%zu of %zu were said", said, writes);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

Test(store, what_was_taken_before_it_was_full_stays)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct test_bytes whole;
	struct desk desk;
	size_t fed = 0;
	size_t more = 0;

	add_all(&flows, 60000, 4);
	whole = test_case(flows.at, flows.count, 0);
	for (size_t slots = 0; slots < 6; slots += 2) {
		open_desk(&desk, MB, STORE_ROOM);
		desk.store.room = slots * 65536 + 1;
		cr_assert_eq(
		    seep_engine_feed(desk.engine, flows.at, flows.count, &fed),
		    SEEP_EIO);
		cr_assert_eq(seep_engine_feed(desk.engine, flows.at + fed,
					      flows.count - fed, &more),
			     SEEP_EIO);
		fed += more;
		expected = test_case(flows.at, fed, 0);
		must_be(desk.engine, &expected);
		test_bytes_clear(&expected);
		/* The disk has room again. */
		desk.store.room = STORE_ROOM;
		test_feed(desk.engine, flows.at + fed, flows.count - fed);
		must_be(desk.engine, &whole);
		close_desk(&desk);
	}
	test_bytes_clear(&whole);
	test_flows_clear(&flows);
}

/* Saves; the bytes are those expected, or the status is 'status'. */
static int
save_or(const struct seep_snapshot *snapshot, const struct test_bytes *expected,
	int status)
{
	struct test_bytes bytes = {0};
	int got = seep_snapshot_save(snapshot, test_bytes_write, &bytes);

	if (got == SEEP_OK)
		cr_assert(test_bytes_equal(&bytes, expected), "wrong counts");
	else
		cr_assert_eq(got, status);
	test_bytes_clear(&bytes);
	return got;
}

static int
merge_or(const struct seep_snapshot *snapshot, int status)
{
	struct seep_snapshot *merged;
	int got = seep_snapshot_merge(&merged, &snapshot, 1, NULL);

	cr_assert(got == SEEP_OK || got == status);
	cr_assert_eq(merged == NULL, got != SEEP_OK);
	seep_snapshot_free(merged);
	return got;
}

static int
detect_or(const struct seep_snapshot *snapshot, int status)
{
	struct seep_findings *findings;
	int got = seep_detect(&snapshot, 1, NULL, &findings, NULL);

	cr_assert(got == SEEP_OK || got == status);
	cr_assert_eq(findings == NULL, got != SEEP_OK);
	seep_findings_free(findings);
	return got;
}

Test(store, a_read_that_fails_is_said_by_whoever_needed_it, .timeout = 120)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct seep_snapshot *snapshot;
	struct desk desk;
	size_t of_save, of_detect, at;

	add_all(&flows, 20000, 5);
	expected = test_case(flows.at, flows.count, 0);
	open_desk(&desk, 700000, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	snapshot = test_snapshot(desk.engine);
	atomic_store(&desk.store.reads, 0);
	cr_assert_eq(save_or(snapshot, &expected, 0), SEEP_OK);
	of_save = atomic_exchange(&desk.store.reads, 0);
	cr_assert_eq(detect_or(snapshot, 0), SEEP_OK);
	of_detect = atomic_load(&desk.store.reads);
	cr_assert_gt(of_save, 100);
	for (at = 1; at <= of_save; at += 1 + of_save / 50) {
		atomic_store(&desk.store.reads, 0);
		desk.store.fail_read_at = at;
		cr_assert_eq(save_or(snapshot, &expected, SEEP_EIO), SEEP_EIO);
		atomic_store(&desk.store.reads, 0);
		cr_assert_eq(merge_or(snapshot, SEEP_EIO), SEEP_EIO);
	}
	for (at = 1; at <= of_detect; at += 1 + of_detect / 30) {
		atomic_store(&desk.store.reads, 0);
		desk.store.fail_read_at = at;
		cr_assert_eq(detect_or(snapshot, SEEP_EIO), SEEP_EIO);
	}
	desk.store.fail_read_at = 0;
	cr_assert_eq(save_or(snapshot, &expected, 0), SEEP_OK);
	seep_snapshot_free(snapshot);
	close_desk(&desk);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

Test(store, a_read_that_fails_while_runs_are_merged_is_said)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct desk desk;
	size_t reads;
	size_t said = 0;

	add_all(&flows, 25000, 6);
	expected = test_case(flows.at, flows.count, 0);
	open_desk(&desk, 700000, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	reads = atomic_load(&desk.store.reads);
	close_desk(&desk);
	cr_assert_gt(reads, 20);
	for (size_t at = 1; at <= reads; at += 1 + reads / 25) {
		open_desk(&desk, 700000, STORE_ROOM);
		desk.store.fail_read_at = at;
		cr_assert_eq(feed_through(&desk, &flows, SEEP_EIO), 1);
		must_be(desk.engine, &expected);
		said++;
		close_desk(&desk);
	}
	cr_assert_geq(said, 20);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

Test(store, damaged_bytes_are_never_a_count)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct seep_snapshot *snapshot;
	struct desk desk;
	uint64_t state = 7;
	size_t refused = 0;

	add_all(&flows, 20000, 7);
	expected = test_case(flows.at, flows.count, 0);
	open_desk(&desk, 700000, STORE_ROOM);
	test_feed(desk.engine, flows.at, flows.count);
	snapshot = test_snapshot(desk.engine);
	for (int i = 0; i < 120; i++) {
		size_t at = test_random_below(&state, desk.store.end);
		uint8_t bit = (uint8_t)(1u << test_random_below(&state, 8));

		desk.store.data[at] ^= bit;
		refused +=
		    save_or(snapshot, &expected, SEEP_ECHECKSUM) != SEEP_OK;
		desk.store.data[at] ^= bit;
	}
	/* The rest fell into slots that hold nothing, or their ends. */
	cr_assert_gt(refused, 50);
	cr_assert_eq(save_or(snapshot, &expected, 0), SEEP_OK);
	seep_snapshot_free(snapshot);
	close_desk(&desk);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

/* Bytes that were written, but not here or not last. */
Test(store, what_stood_elsewhere_or_before_is_no_count_either)
{
	struct test_flows flows;
	struct test_bytes expected;
	struct seep_snapshot *snapshot;
	struct desk desk;
	uint8_t *before;
	size_t half;

	add_all(&flows, 40000, 8);
	half = flows.count / 2;
	expected = test_case(flows.at, flows.count, 0);
	open_desk(&desk, 700000, STORE_ROOM);
	test_feed(desk.engine, flows.at, half);
	before = malloc(desk.store.room);
	cr_assert_not_null(before);
	memcpy(before, desk.store.data, desk.store.room);
	test_feed(desk.engine, flows.at + half, flows.count - half);
	snapshot = test_snapshot(desk.engine);
	cr_assert_eq(save_or(snapshot, &expected, 0), SEEP_OK);
	for (size_t slot = 0; slot * 65536 < desk.store.end; slot++) {
		uint8_t *data = desk.store.data + slot * 65536;
		uint8_t kept[65536];

		memcpy(kept, data, 65536);
		memcpy(data, before + slot * 65536, 65536);
		save_or(snapshot, &expected, SEEP_ECHECKSUM);
		memcpy(data, desk.store.data + (slot == 0 ? 65536 : 0), 65536);
		if (desk.store.written[slot])
			cr_assert_eq(
			    save_or(snapshot, &expected, SEEP_ECHECKSUM),
			    SEEP_ECHECKSUM);
		memcpy(data, kept, 65536);
	}
	cr_assert_eq(save_or(snapshot, &expected, 0), SEEP_OK);
	free(before);
	seep_snapshot_free(snapshot);
	close_desk(&desk);
	test_bytes_clear(&expected);
	test_flows_clear(&flows);
}

Test(store, snapshots_stand_while_the_engine_merges_and_goes)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_snapshot *snapshots[4];
	struct seep_site *site = test_site_mixed();
	struct test_store store;
	struct test_alloc counting;
	struct seep_engine *engine;
	struct test_flows flows;
	size_t part;

	add_all(&flows, 40000, 9);
	part = flows.count / 4;
	test_store_init(&store, STORE_ROOM);
	test_alloc_init(&counting, TEST_FAILS_NEVER, 0);
	opts.site = site;
	opts.memory_max = MB;
	opts.store = &store.calls;
	cr_assert_eq(seep_engine_new(&engine, &opts, &counting.alloc), SEEP_OK);
	for (size_t i = 0; i < 4; i++) {
		test_feed(engine, flows.at + i * part, part);
		snapshots[i] = test_snapshot(engine);
	}
	cr_assert_leq(counting.bytes_max, opts.memory_max);
	seep_engine_free(engine);
	for (size_t i = 4; i-- > 0;) {
		struct test_bytes expected =
		    test_case(flows.at, (i + 1) * part, 0);

		save_or(snapshots[i], &expected, 0);
		test_bytes_clear(&expected);
		seep_snapshot_free(snapshots[i]);
	}
	cr_assert_eq(counting.blocks, 0);
	cr_assert_eq(counting.mismatches, 0);
	seep_site_free(site);
	test_store_clear(&store);
	test_flows_clear(&flows);
}

Test(store, it_stays_below_twice_what_is_sealed)
{
	struct seep_engine_stats stats;
	struct test_flows flows;
	struct desk desk;
	uint64_t used_max = 0;

	add_all(&flows, 120000, 10);
	open_desk(&desk, MB, STORE_ROOM);
	for (size_t i = 0; i + 1000 <= flows.count; i += 1000) {
		test_feed(desk.engine, flows.at + i, 1000);
		stats = stats_of(desk.engine);
		if (stats.store_used > used_max)
			used_max = stats.store_used;
	}
	cr_assert_geq(stats.store_size, desk.store.end);
	/* Half a slot a run is in 'used', and one a run beside it. */
	cr_assert_leq(stats.store_size, 2 * used_max + 8 * 65536, "%zu for %zu",
		      (size_t)stats.store_size, (size_t)used_max);
	cr_assert_gt(desk.store.discards, 10);
	close_desk(&desk);
	test_flows_clear(&flows);
}
