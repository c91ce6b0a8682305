/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ledger that is folded keeps every total; what it says of a peer is a
 * lower bound, and it says so.
 */
#include <criterion/criterion.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/cases.h"
#include "support/alloc.h"
#include "support/random.h"

#define FLOWS 1000
#define COUNTS 5

/* struct list: the cells of a snapshot. */
struct list {
	struct seep_cell *at;
	size_t count;
};

static struct list
read_cells(const struct seep_snapshot *snapshot)
{
	struct list list = {NULL, 0};
	struct seep_cells *cells;
	struct seep_cell cell;

	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		list.at = realloc(list.at, (list.count + 1) * sizeof(*list.at));
		list.at[list.count++] = cell;
	}
	seep_cells_free(cells);
	return list;
}

static struct list
read_engine(struct seep_engine *engine)
{
	struct seep_snapshot *snapshot = test_snapshot(engine);
	struct list list = read_cells(snapshot);

	seep_snapshot_free(snapshot);
	return list;
}

/* Mixed flows, most of them with peers that are many in few networks. */
static void
make_flows(struct test_flows *flows, uint64_t seed)
{
	uint64_t state = seed + 1;
	size_t i;

	test_flows_mixed(flows, FLOWS, seed);
	for (i = 0; i < flows->count; i++) {
		struct seep_flow *flow = &flows->at[i];

		if ((flow->flags & SEEP_FLOW_NAME) != 0 ||
		    test_random_below(&state, 4) == 0)
			continue;
		if (test_random_below(&state, 3) != 0) {
			flow->resp = test_address("198.51.100.0");
			flow->resp.bytes[14] =
			    (uint8_t)test_random_below(&state, 8);
		} else {
			flow->resp = test_address("2001:db8::");
			flow->resp.bytes[5] =
			    (uint8_t)test_random_below(&state, 8);
		}
		flow->resp.bytes[15] = (uint8_t)test_random_below(&state, 250);
	}
}

static uint64_t
count_of(const struct seep_cell *cell, int which)
{
	const uint64_t counts[COUNTS] = {cell->bytes_out, cell->bytes_in,
					 cell->packets_out, cell->packets_in,
					 cell->flows};

	return counts[which];
}

/* What folding keeps: everything but the peer. */
static int
same_total(const struct seep_cell *a, const struct seep_cell *b)
{
	return seep_address_compare(&a->host, &b->host) == 0 &&
	       a->place == b->place && a->protocol == b->protocol &&
	       a->port == b->port && a->direction == b->direction;
}

/* The counts aside: host to port, and the hour. */
static int
compare_key(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct seep_cell, bytes_out));
}

/* Sorts and adds up what has one key. */
static void
add_up(struct list *list)
{
	size_t used = 0;
	size_t i;

	qsort(list->at, list->count, sizeof(*list->at), compare_key);
	for (i = 1; i < list->count; i++) {
		struct seep_cell *sum = &list->at[used];

		if (compare_key(sum, &list->at[i]) != 0) {
			list->at[++used] = list->at[i];
			continue;
		}
		sum->bytes_out += list->at[i].bytes_out;
		sum->bytes_in += list->at[i].bytes_in;
		sum->packets_out += list->at[i].packets_out;
		sum->packets_in += list->at[i].packets_in;
		sum->flows += list->at[i].flows;
	}
	list->count = list->count == 0 ? 0 : used + 1;
}

/* A copy without peers, added up. */
static struct list
totals_of(const struct list *list)
{
	struct list totals = {malloc(list->count * sizeof(*list->at)),
			      list->count};
	size_t i;

	for (i = 0; i < list->count; i++) {
		totals.at[i] = list->at[i];
		memset(&totals.at[i].peer, 0, sizeof(totals.at[i].peer));
		totals.at[i].fold = 0;
		totals.at[i].inexact = 0;
	}
	add_up(&totals);
	return totals;
}

static void
assert_totals(const struct list *whole, const struct list *folded)
{
	struct list a = totals_of(whole);
	struct list b = totals_of(folded);

	cr_assert_eq(a.count, b.count);
	cr_assert_eq(memcmp(a.at, b.at, a.count * sizeof(*a.at)), 0);
	free(a.at);
	free(b.at);
}

/* A copy without hours, added up. */
static struct list
channels_of_list(const struct list *list)
{
	struct list channels = {malloc(list->count * sizeof(*list->at)),
				list->count};
	size_t i;

	for (i = 0; i < list->count; i++) {
		channels.at[i] = list->at[i];
		channels.at[i].hour = 0;
		channels.at[i].kind = 0;
	}
	add_up(&channels);
	return channels;
}

static int
same_channel(const struct seep_cell *a, const struct seep_cell *b)
{
	return same_total(a, b) && a->fold == b->fold &&
	       seep_address_compare(&a->peer, &b->peer) == 0;
}

static int
in_network(const struct seep_address *base, const struct seep_address *peer)
{
	return memcmp(base, peer, seep_address_is_v4(base) ? 15 : 6) == 0;
}

/* What roll-ups hold that may be a channel's. */
static uint64_t
rolled_up(const struct list *folded, const struct seep_cell *channel, int which)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < folded->count; i++) {
		const struct seep_cell *cell = &folded->at[i];

		if (cell->fold == SEEP_FOLD_NONE || !same_total(cell, channel))
			continue;
		if (cell->fold == SEEP_FOLD_ALL ||
		    in_network(&cell->peer, &channel->peer))
			sum += count_of(cell, which);
	}
	return sum;
}

static const struct seep_cell *
find_channel(const struct list *list, const struct seep_cell *like)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (same_channel(&list->at[i], like))
			return &list->at[i];
	return NULL;
}

/* Returns how many channels are exact though others were folded. */
static size_t
assert_bounds(const struct list *whole, const struct list *folded)
{
	struct list truths = channels_of_list(whole);
	struct list told = channels_of_list(folded);
	size_t exact = 0;
	size_t i;
	int which;

	for (i = 0; i < truths.count; i++) {
		const struct seep_cell *truth = &truths.at[i];
		const struct seep_cell *found = find_channel(&told, truth);
		int is_exact = found != NULL && !found->inexact;

		exact += (size_t)is_exact;
		for (which = 0; which < COUNTS; which++) {
			uint64_t low = found ? count_of(found, which) : 0;
			uint64_t high = low + rolled_up(&told, truth, which);

			cr_assert_leq(low, count_of(truth, which));
			cr_assert_leq(count_of(truth, which), high);
			if (is_exact)
				cr_assert_eq(low, count_of(truth, which));
		}
	}
	free(truths.at);
	free(told.at);
	return exact;
}

static size_t
count_folds(const struct list *list, uint8_t fold)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		count += list->at[i].fold == fold;
	return count;
}

/* Feeds in eight parts and folds to 'most' channels after each. */
static struct seep_engine *
folded_engine(const struct test_flows *flows, uint64_t most, uint64_t seed)
{
	struct seep_engine *engine = test_engine(seed);
	size_t part = flows->count / 8;
	size_t i;

	for (i = 0; i < 8; i++) {
		test_feed(engine, flows->at + i * part, part);
		cr_assert_leq(seep_engine_fold(engine, most), SEEP_END);
	}
	return engine;
}

Test(fold, totals_stay_exact_and_peers_are_bounded)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine;
	struct list whole, folded;
	size_t exact;

	make_flows(&flows, 5);
	engine = test_engine(1);
	test_feed(engine, flows.at, flows.count);
	whole = read_engine(engine);
	seep_engine_free(engine);
	engine = folded_engine(&flows, 200, 1);
	folded = read_engine(engine);
	assert_totals(&whole, &folded);
	exact = assert_bounds(&whole, &folded);
	cr_assert_gt(exact, 30);
	cr_assert_gt(count_folds(&folded, SEEP_FOLD_NETWORK), 100);
	cr_assert_gt(count_folds(&folded, SEEP_FOLD_ALL), 100);
	seep_engine_free(engine);
	free(whole.at);
	free(folded.at);
	test_flows_clear(&flows);
}

static uint64_t
channels_of(struct seep_engine *engine)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};

	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	return stats.channels;
}

Test(fold, the_seed_of_the_hash_changes_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_bytes bytes[2];
	uint64_t seed;

	make_flows(&flows, 6);
	for (seed = 0; seed < 2; seed++) {
		struct seep_engine *engine = folded_engine(&flows, 300, seed);
		struct seep_snapshot *snapshot = test_snapshot(engine);

		bytes[seed] = test_save(snapshot);
		seep_snapshot_free(snapshot);
		seep_engine_free(engine);
	}
	cr_assert(test_bytes_equal(&bytes[0], &bytes[1]));
	test_bytes_clear(&bytes[0]);
	test_bytes_clear(&bytes[1]);
	test_flows_clear(&flows);
}

/* Saved, read back, and put into an empty engine: the same bytes. */
Test(fold, a_folded_case_is_saved_and_restored_whole)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine, *other = test_engine(9);
	struct seep_snapshot *snapshot, *back, *again;
	struct test_bytes saved, twice, thrice;

	make_flows(&flows, 7);
	engine = folded_engine(&flows, 500, 3);
	snapshot = test_snapshot(engine);
	saved = test_save(snapshot);
	back = test_restore(&saved);
	twice = test_save(back);
	cr_assert(test_bytes_equal(&saved, &twice));
	cr_assert_eq(seep_engine_add_snapshot(other, back), SEEP_OK);
	again = test_snapshot(other);
	thrice = test_save(again);
	cr_assert(test_bytes_equal(&saved, &thrice));
	test_bytes_clear(&saved);
	test_bytes_clear(&twice);
	test_bytes_clear(&thrice);
	seep_snapshot_free(snapshot);
	seep_snapshot_free(back);
	seep_snapshot_free(again);
	seep_engine_free(engine);
	seep_engine_free(other);
	test_flows_clear(&flows);
}

/* A part that was folded and one that was not: totals and bounds hold. */
Test(fold, cases_merge_though_one_was_folded)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *parts[2], *merged[2];
	struct list whole, lists[2];
	size_t i;

	make_flows(&flows, 8);
	test_feed(engine, flows.at, flows.count);
	whole = read_engine(engine);
	seep_engine_free(engine);
	for (i = 0; i < 2; i++) {
		engine = test_engine(i);
		test_feed(engine, flows.at + i * (FLOWS / 2), FLOWS / 2);
		if (i == 1)
			cr_assert_leq(seep_engine_fold(engine, 200), SEEP_END);
		parts[i] = test_snapshot(engine);
		seep_engine_free(engine);
	}
	for (i = 0; i < 2; i++) {
		const struct seep_snapshot *both[2] = {parts[i], parts[1 - i]};

		cr_assert_eq(seep_snapshot_merge(&merged[i], both, 2, NULL),
			     SEEP_OK);
		lists[i] = read_cells(merged[i]);
		assert_totals(&whole, &lists[i]);
		(void)assert_bounds(&whole, &lists[i]);
		seep_snapshot_free(merged[i]);
		free(lists[i].at);
	}
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	free(whole.at);
	test_flows_clear(&flows);
}

/* One big peer among 20,000 that got a packet each, in 2 MiB. */
Test(fold, a_budget_keeps_what_is_heavy)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct seep_flow small = test_flow("10.0.0.1", "11.0.0.1", 443);
	struct seep_flow big = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_engine *engine;
	struct list list;
	uint64_t state = 4, told = 0, all = 0;
	size_t i;

	opts.memory_max = 2 << 20;
	cr_assert_eq(seep_engine_new(&engine, &opts, NULL), SEEP_OK);
	small.bytes_orig = 60;
	big.bytes_orig = 5000;
	for (i = 0; i < 20000; i++) {
		uint64_t random = test_random(&state);

		small.resp.bytes[13] = (uint8_t)(random & 0xff);
		small.resp.bytes[14] = (uint8_t)(random >> 8 & 0xff);
		small.resp.bytes[15] = (uint8_t)(random >> 16 & 0xff);
		test_feed(engine, &small, 1);
		if (i % 100 != 0)
			continue;
		big.start_ns += 17 * MINUTE;
		big.end_ns = big.start_ns;
		test_feed(engine, &big, 1);
	}
	list = read_engine(engine);
	for (i = 0; i < list.count; i++) {
		all += list.at[i].bytes_out;
		if (seep_address_compare(&list.at[i].peer, &big.resp) != 0)
			continue;
		cr_assert_eq(list.at[i].inexact, 0);
		told += list.at[i].bytes_out;
	}
	cr_assert_eq(told, 200 * 5000);
	cr_assert_eq(all, 200 * 5000 + 20000 * 60);
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	cr_assert_leq(stats.bytes_used_max, opts.memory_max);
	cr_assert_gt(stats.coverage.channels_folded, 10000);
	cr_assert_lt(channels_of(engine), 10000);
	free(list.at);
	seep_engine_free(engine);
}

/* Bins before 'limit', by day. */
static struct list
by_day(const struct list *list, uint32_t limit)
{
	struct list days = {malloc(list->count * sizeof(*days.at)), 0};
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct seep_cell cell = list->at[i];

		if (cell.hour < limit) {
			cell.hour -= cell.hour % 24;
			if (cell.kind == SEEP_CELL_SPREAD)
				cell.kind = SEEP_CELL_TIMED;
		}
		days.at[days.count++] = cell;
	}
	return days;
}

Test(fold, old_days_become_totals_and_young_ones_stay)
{
	const int64_t now = TEST_START_NS + 40 * DAY;
	const uint32_t limit = (uint32_t)((now - 20 * DAY) / HOUR);
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_site *site = test_site_mixed();
	struct seep_engine *engine = test_engine(1);
	struct list whole, kept, whole_days, kept_days;
	size_t old = 0, i;

	make_flows(&flows, 9);
	test_feed(engine, flows.at, flows.count);
	whole = read_engine(engine);
	seep_engine_free(engine);
	opts.site = site;
	opts.retain_days = 20;
	cr_assert_eq(seep_engine_new(&engine, &opts, NULL), SEEP_OK);
	seep_site_free(site);
	test_feed(engine, flows.at, flows.count / 2);
	cr_assert_eq(seep_engine_advance(engine, now - 5 * DAY), SEEP_OK);
	test_feed(engine, flows.at + flows.count / 2, flows.count / 2);
	cr_assert_eq(seep_engine_advance(engine, now), SEEP_OK);
	kept = read_engine(engine);
	for (i = 0; i < kept.count; i++) {
		if (kept.at[i].hour >= limit)
			continue;
		cr_assert_eq(kept.at[i].fold, SEEP_FOLD_ALL);
		old++;
	}
	cr_assert_gt(old, 100);
	whole_days = by_day(&whole, limit);
	kept_days = by_day(&kept, limit);
	assert_totals(&whole_days, &kept_days);
	(void)assert_bounds(&whole, &kept);
	seep_engine_free(engine);
	free(whole.at);
	free(kept.at);
	free(whole_days.at);
	free(kept_days.at);
	test_flows_clear(&flows);
}

/* struct attempt: flows, and what they amount to. */
struct attempt {
	struct test_flows flows;
	struct list whole;
};

/* Whatever fails, the ledger stays whole. */
static int
attempt_fold(const struct seep_alloc *alloc, void *ctx)
{
	struct attempt *attempt = ctx;
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_site *site = test_site_mixed();
	struct seep_engine *engine;
	size_t fed = 0;
	int status;

	opts.site = site;
	opts.retain_days = 400;
	status = seep_engine_new(&engine, &opts, alloc);
	seep_site_free(site);
	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, attempt->flows.at,
				  attempt->flows.count, &fed);
	if (status == SEEP_OK) {
		struct seep_snapshot *snapshot;

		status = seep_engine_fold(engine, 20);
		if (status == SEEP_OK || status == SEEP_END)
			status = seep_engine_advance(engine,
						     TEST_START_NS + 410 * DAY);
		/* Without memory there is no snapshot; ask again. */
		if (seep_engine_snapshot(engine, &snapshot) == SEEP_OK) {
			struct list folded = read_cells(snapshot);

			if (status != SEEP_OK)
				assert_totals(&attempt->whole, &folded);
			seep_snapshot_free(snapshot);
			free(folded.at);
		}
	}
	seep_engine_free(engine);
	return status;
}

Test(fold, every_failed_allocation_leaves_the_ledger_whole)
{
	struct attempt attempt = {TEST_FLOWS_EMPTY, {NULL, 0}};
	struct seep_engine *engine = test_engine(1);
	size_t runs = 0;
	const char *wrong;

	make_flows(&attempt.flows, 10);
	attempt.flows.count = 40;
	test_feed(engine, attempt.flows.at, attempt.flows.count);
	attempt.whole = read_engine(engine);
	seep_engine_free(engine);
	wrong = test_alloc_each(attempt_fold, &attempt, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_gt(runs, 40);
	free(attempt.whole.at);
	test_flows_clear(&attempt.flows);
}
