/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "ledger/cases.h"
#include "support/random.h"

#define FLOWS 4000

static struct test_flows
mixed(uint64_t seed)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	test_flows_mixed(&flows, FLOWS, seed);
	return flows;
}

static void
assert_same(struct test_bytes *a, struct test_bytes *b)
{
	cr_assert(a->size > 10000, "a case of %zu bytes says nothing", a->size);
	cr_assert_eq(a->size, b->size);
	cr_assert(test_bytes_equal(a, b));
	test_bytes_clear(b);
}

Test(canonical, any_order_gives_the_same_bytes)
{
	struct test_flows flows = mixed(1);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	uint64_t seed;

	for (seed = 1; seed <= 4; seed++) {
		struct test_bytes other;

		test_flows_shuffle(&flows, seed);
		other = test_case(flows.at, flows.count, 0);
		assert_same(&first, &other);
	}
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

Test(canonical, any_seed_gives_the_same_bytes)
{
	struct test_flows flows = mixed(2);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	struct test_bytes other = test_case(flows.at, flows.count, 1);

	assert_same(&first, &other);
	other = test_case(flows.at, flows.count, UINT64_MAX);
	assert_same(&first, &other);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

Test(canonical, other_flows_give_other_bytes)
{
	struct test_flows flows = mixed(3);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	struct test_bytes other;

	flows.at[17].bytes_orig++;
	other = test_case(flows.at, flows.count, 0);
	cr_assert(!test_bytes_equal(&first, &other));
	test_bytes_clear(&first);
	test_bytes_clear(&other);
	test_flows_clear(&flows);
}

Test(canonical, batches_and_advancing_change_nothing)
{
	struct test_flows flows = mixed(4);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	struct seep_engine *engine = test_engine(7);
	struct seep_snapshot *snapshot;
	struct test_bytes other;
	size_t i;

	for (i = 0; i < flows.count; i++) {
		test_feed(engine, &flows.at[i], 1);
		if (i % 97 == 0)
			cr_assert_eq(
			    seep_engine_advance(engine, flows.at[i].start_ns),
			    SEEP_OK);
		if (i % 503 == 0)
			seep_snapshot_free(test_snapshot(engine));
	}
	snapshot = test_snapshot(engine);
	seep_engine_free(engine);
	other = test_save(snapshot);
	seep_snapshot_free(snapshot);
	assert_same(&first, &other);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

Test(canonical, a_restored_case_saves_as_itself)
{
	struct test_flows flows = mixed(5);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	struct seep_snapshot *snapshot = test_restore(&first);
	struct test_bytes other = test_save(snapshot);

	assert_same(&first, &other);
	seep_snapshot_free(snapshot);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

Test(canonical, going_on_from_a_saved_case_changes_nothing)
{
	struct test_flows flows = mixed(6);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	size_t cuts[] = {1, FLOWS / 3, FLOWS - 1};
	size_t i;

	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct test_bytes half = test_case(flows.at, cuts[i], i);
		struct seep_snapshot *snapshot = test_restore(&half);
		struct seep_engine *engine = test_engine(i + 9);
		struct test_bytes other;

		cr_assert_eq(seep_engine_add_snapshot(engine, snapshot),
			     SEEP_OK);
		seep_snapshot_free(snapshot);
		test_feed(engine, flows.at + cuts[i], flows.count - cuts[i]);
		snapshot = test_snapshot(engine);
		other = test_save(snapshot);
		assert_same(&first, &other);
		seep_snapshot_free(snapshot);
		seep_engine_free(engine);
		test_bytes_clear(&half);
	}
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

/* Merges three and clears what it made of them. */
static struct seep_snapshot *
merge(const struct seep_snapshot *a, const struct seep_snapshot *b,
      const struct seep_snapshot *c)
{
	const struct seep_snapshot *all[3] = {a, b, c};
	struct seep_snapshot *merged;

	cr_assert_eq(seep_snapshot_merge(&merged, all, c == NULL ? 2 : 3, NULL),
		     SEEP_OK);
	return merged;
}

static void
assert_saves_as(struct seep_snapshot *snapshot, struct test_bytes *expected)
{
	struct test_bytes bytes = test_save(snapshot);

	assert_same(expected, &bytes);
	seep_snapshot_free(snapshot);
}

Test(canonical, merging_in_any_grouping_gives_the_case_of_all_flows)
{
	struct test_flows flows = mixed(7);
	struct test_bytes whole = test_case(flows.at, flows.count, 0);
	struct seep_snapshot *part[3];
	struct seep_snapshot *pair;
	size_t third = flows.count / 3;
	size_t i;

	for (i = 0; i < 3; i++) {
		size_t count = i == 2 ? flows.count - 2 * third : third;
		struct test_bytes bytes =
		    test_case(flows.at + i * third, count, i);

		part[i] = test_restore(&bytes);
		test_bytes_clear(&bytes);
	}
	assert_saves_as(merge(part[0], part[1], part[2]), &whole);
	assert_saves_as(merge(part[2], part[0], part[1]), &whole);
	pair = merge(part[1], part[2], NULL);
	assert_saves_as(merge(part[0], pair, NULL), &whole);
	seep_snapshot_free(pair);
	pair = merge(part[1], part[0], NULL);
	assert_saves_as(merge(part[2], pair, NULL), &whole);
	seep_snapshot_free(pair);
	for (i = 0; i < 3; i++)
		seep_snapshot_free(part[i]);
	test_bytes_clear(&whole);
	test_flows_clear(&flows);
}

Test(canonical, swapped_ends_with_the_opener_flipped_give_the_same_bytes)
{
	struct test_flows flows = mixed(8);
	struct test_bytes first = test_case(flows.at, flows.count, 0);
	struct test_bytes other;
	size_t i;

	for (i = 0; i < flows.count; i++)
		if ((flows.at[i].flags & SEEP_FLOW_NAME) == 0)
			flows.at[i] = test_flow_swapped(&flows.at[i]);
	other = test_case(flows.at, flows.count, 0);
	assert_same(&first, &other);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

/* Enough long flows that the log is sealed and merged many times over. */
Test(canonical, sealing_and_merging_runs_changes_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct test_bytes first;
	struct test_bytes other;
	uint64_t state = 5;
	size_t i;

	for (i = 0; i < 400; i++) {
		flow.start_ns = TEST_START_NS +
				(int64_t)test_random_below(&state, 90 * DAY);
		flow.end_ns = flow.start_ns + 60 * DAY;
		flow.bytes_orig = test_random_below(&state, 1 << 30);
		flow.resp.bytes[15] = (uint8_t)test_random_below(&state, 50);
		test_flows_add(&flows, &flow);
	}
	first = test_case(flows.at, flows.count, 0);
	test_flows_shuffle(&flows, 2);
	other = test_case(flows.at, flows.count, 3);
	assert_same(&first, &other);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}

Test(canonical, the_number_of_files_is_no_part_of_a_case_without_inputs)
{
	struct test_flows flows = mixed(9);
	struct seep_coverage cut;
	struct test_bytes cases[2];

	for (uint64_t files = 0; files < 2; files++) {
		struct seep_engine *engine = test_engine(0);
		struct seep_snapshot *snapshot;

		test_feed(engine, flows.at, flows.count);
		seep_coverage_init(&cut);
		cut.files = files * 7;
		seep_engine_add_coverage(engine, &cut);
		snapshot = test_snapshot(engine);
		cr_assert_eq(seep_snapshot_coverage(snapshot)->files,
			     files * 7);
		cases[files] = test_save(snapshot);
		seep_snapshot_free(snapshot);
		seep_engine_free(engine);
	}
	assert_same(&cases[0], &cases[1]);
	test_bytes_clear(&cases[0]);
	test_flows_clear(&flows);
}

/*
 * A figure that every compiler, machine and optimisation level must give. It
 * changes with the flows of test_flows_mixed(), the list of services or the
 * format; then SEEP__CASE_VERSION may have to change too.
 */
Test(canonical, the_bytes_are_those_of_every_other_build)
{
	struct test_flows flows = mixed(9);
	struct test_bytes bytes = test_case(flows.at, flows.count, 0);

	cr_assert_eq(seep__hash_checksum(bytes.data, bytes.size),
		     UINT64_C(0xc1f343c796453cb3),
		     "0x%016" PRIx64 ", %zu bytes",
		     seep__hash_checksum(bytes.data, bytes.size), bytes.size);
	test_bytes_clear(&bytes);
	test_flows_clear(&flows);
}
