/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens when memory ends: a flow is taken whole or not at all, and
 * what was built stays usable.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "ledger/cases.h"
#include "support/alloc.h"

#define FLOWS 250

/* Feeds until every flow is taken; each failure must change nothing. */
static int
feed_all(struct seep_engine *engine, const struct test_flows *flows,
	 int retries)
{
	size_t at = 0;
	int status = SEEP_OK;

	while (at < flows->count) {
		size_t fed = 0;

		status = seep_engine_feed(engine, flows->at + at,
					  flows->count - at, &fed);
		at += fed;
		if (status != SEEP_OK && retries-- == 0)
			break;
	}
	return status;
}

static int
make_engine(struct seep_engine **engine, const struct seep_alloc *alloc)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_site *site = test_site_mixed();
	int status;

	opts.site = site;
	status = seep_engine_new(engine, &opts, alloc);
	seep_site_free(site);
	return status;
}

static int
attempt_all(const struct seep_alloc *alloc, void *ctx)
{
	const struct test_flows *flows = ctx;
	struct seep_snapshot *snapshot = NULL;
	struct test_bytes bytes = {0};
	struct seep_engine *engine;
	int status;

	status = make_engine(&engine, alloc);
	if (status != SEEP_OK) {
		cr_assert_null(engine);
		return status;
	}
	status = feed_all(engine, flows, 0);
	if (status == SEEP_OK)
		status = seep_engine_advance(engine, TEST_START_NS + 50 * DAY);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, &snapshot);
	if (status == SEEP_OK)
		status = seep_snapshot_save(snapshot, test_bytes_write, &bytes);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	test_bytes_clear(&bytes);
	return status;
}

/* Few flows, but more cells than the log's buffer holds. */
static void
long_flows(struct test_flows *flows)
{
	struct seep_flow flow = test_flow("10.0.0.1", "2001:db8::1", 443);

	flow.end_ns += 300 * DAY;
	flow.bytes_orig = 100000000;
	test_flows_every(flows, &flow, 7 * MINUTE, 6);
	test_flows_mixed(flows, 10, 44);
}

static void
assert_fails_cleanly(test_attempt_fn attempt, void *ctx, size_t least)
{
	size_t runs = 0;
	const char *wrong = test_alloc_each(attempt, ctx, &runs);

	cr_assert_null(wrong, "%s", wrong);
	cr_assert(runs > least, "%zu allocations", runs);
}

Test(exhaustion, every_failed_allocation_is_reported_and_nothing_leaks)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	test_flows_mixed(&flows, FLOWS, 41);
	assert_fails_cleanly(attempt_all, &flows, 100);
	test_flows_clear(&flows);
	long_flows(&flows);
	assert_fails_cleanly(attempt_all, &flows, 80);
	test_flows_clear(&flows);
}

static int
attempt_restore(const struct seep_alloc *alloc, void *ctx)
{
	struct test_bytes reader = *(struct test_bytes *)ctx;
	struct seep_snapshot *snapshot;
	struct seep_cells *cells = NULL;
	struct seep_cell cell;
	int status;

	reader.at = 0;
	status = seep_snapshot_restore(&snapshot, test_bytes_read, &reader,
				       NULL, alloc);
	if (status != SEEP_OK) {
		cr_assert_null(snapshot);
		return status;
	}
	status = seep_cells_new(&cells, snapshot, alloc);
	while (status == SEEP_OK)
		status = seep_cells_next(cells, &cell);
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	return status == SEEP_END ? SEEP_OK : status;
}

static int
attempt_merge(const struct seep_alloc *alloc, void *ctx)
{
	struct seep_snapshot *one = test_restore(ctx);
	const struct seep_snapshot *both[2] = {one, one};
	struct seep_snapshot *merged;
	int status;

	status = seep_snapshot_merge(&merged, both, 2, alloc);
	cr_assert_eq(merged == NULL, status != SEEP_OK);
	seep_snapshot_free(merged);
	seep_snapshot_free(one);
	return status;
}

Test(exhaustion, restoring_and_merging_fail_cleanly)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_bytes bytes;

	test_flows_mixed(&flows, FLOWS, 42);
	bytes = test_case(flows.at, flows.count, 0);
	assert_fails_cleanly(attempt_restore, &bytes, 20);
	assert_fails_cleanly(attempt_merge, &bytes, 50);
	test_bytes_clear(&bytes);
	test_flows_clear(&flows);
}

/*
 * The same case whichever allocation fails on the way, as long as the flow
 * that failed is fed again.
 */
static size_t
feed_with_failures(const struct test_flows *flows)
{
	struct test_bytes expected = test_case(flows->at, flows->count, 0);
	size_t at;

	for (at = 1;; at++) {
		struct seep_snapshot *snapshot;
		struct test_alloc failing;
		struct seep_engine *engine;
		struct test_bytes bytes;

		test_alloc_init(&failing, TEST_FAILS_ONCE, at);
		if (make_engine(&engine, &failing.alloc) != SEEP_OK)
			continue;
		cr_assert_eq(feed_all(engine, flows, 1), SEEP_OK);
		if (failing.failures == 0) {
			seep_engine_free(engine);
			break;
		}
		failing.failing = TEST_FAILS_NEVER;
		snapshot = test_snapshot(engine);
		bytes = test_save(snapshot);
		cr_assert(test_bytes_equal(&expected, &bytes), "allocation %zu",
			  at);
		test_bytes_clear(&bytes);
		seep_snapshot_free(snapshot);
		seep_engine_free(engine);
		cr_assert_eq(failing.blocks, 0);
	}
	test_bytes_clear(&expected);
	return at;
}

Test(exhaustion, a_flow_is_taken_whole_or_not_at_all)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	test_flows_mixed(&flows, FLOWS, 43);
	cr_assert(feed_with_failures(&flows) > 50);
	test_flows_clear(&flows);
	long_flows(&flows);
	cr_assert(feed_with_failures(&flows) > 30);
	test_flows_clear(&flows);
}

static uint64_t
sum_of(const struct seep_coverage *c)
{
	return c->bytes_crossing + c->bytes_inside + c->bytes_outside +
	       c->bytes_refused;
}

Test(exhaustion, the_budget_holds_and_what_was_taken_stays)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_alloc counting;
	struct seep_engine *engine;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	uint64_t bytes = 0;
	size_t fed = 0;
	size_t more = 0;
	uint32_t i;

	test_alloc_init(&counting, TEST_FAILS_NEVER, 0);
	for (i = 0; i < 100000; i++) {
		/* Hosts: the only thing that is never folded. */
		flow.orig.bytes[13] = (uint8_t)(i >> 16);
		flow.orig.bytes[14] = (uint8_t)(i >> 8);
		flow.orig.bytes[15] = (uint8_t)i;
		test_flows_add(&flows, &flow);
	}
	opts.memory_max = 3000000;
	cr_assert_eq(seep_engine_new(&engine, &opts, &counting.alloc), SEEP_OK);
	cr_assert_eq(seep_engine_feed(engine, flows.at, flows.count, &fed),
		     SEEP_EBUDGET);
	cr_assert(fed > 20000 && fed < 50000, "%zu fed", fed);
	cr_assert(counting.bytes_max <= opts.memory_max);
	/* What it knows it still takes. */
	cr_assert_eq(seep_engine_feed(engine, flows.at, 1000, &more), SEEP_OK);
	cr_assert_eq(more, 1000);
	bytes = (fed + more) * 1500;
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	cr_assert_eq(stats.coverage.bytes_seen, bytes);
	cr_assert_eq(sum_of(&stats.coverage), bytes);
	cr_assert(stats.bytes_used_max <= opts.memory_max);
	seep_engine_free(engine);
	cr_assert_eq(counting.blocks, 0);
	test_flows_clear(&flows);
}

Test(exhaustion, a_budget_below_the_engine_itself_is_refused)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine;

	opts.memory_max = 64;
	cr_assert_eq(seep_engine_new(&engine, &opts, NULL), SEEP_EBUDGET);
	cr_assert_null(engine);
}
