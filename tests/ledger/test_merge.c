/* SPDX-License-Identifier: BSD-3-Clause */
/* Cases put together: in any order and grouping, and never twice. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/case.h>

#include "ledger/cases.h"
#include "support/random.h"

#define CASES_MAX 8

/* struct notes: what merging told. */
struct notes {
	size_t count[SEEP_MERGE_TOO_LARGE + 1];
	char what[64];
};

static void
keep_note(void *ctx, const struct seep_merge_note *note)
{
	struct notes *notes = ctx;

	cr_assert(note->event <= SEEP_MERGE_TOO_LARGE);
	cr_assert_not_null(note->sensor);
	notes->count[note->event]++;
	if (note->what != NULL)
		snprintf(notes->what, sizeof(notes->what), "%s", note->what);
}

static struct seep_case *
as_case(const struct test_bytes *bytes)
{
	struct test_bytes reader = *bytes;
	struct seep_case *seep_case;
	const char *section;

	reader.at = 0;
	cr_assert_eq(seep_case_restore(&seep_case, test_bytes_read, &reader, 0,
				       &section, NULL),
		     SEEP_OK);
	return seep_case;
}

static struct test_bytes
save_case(const struct seep_case *seep_case)
{
	struct test_bytes bytes = {0};

	cr_assert_eq(seep_case_save(seep_case, test_bytes_write, &bytes),
		     SEEP_OK);
	return bytes;
}

/* A case of a sensor, of 'count' flows drawn by 'seed', from one input each
 * for the letters of 'inputs'. */
static struct test_bytes
make(const char *sensor, const char *inputs, uint64_t seed, size_t count)
{
	struct seep_origin origin = {.size = sizeof(origin),
				     .sensor = sensor,
				     .kind = SEEP_ORIGIN_ZEEK,
				     .inputs_listed = inputs != NULL};
	struct seep_engine *engine = test_engine_of(seed, &origin);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;

	test_flows_mixed(&flows, count, seed);
	test_feed(engine, flows.at, flows.count);
	for (; inputs != NULL && *inputs != '\0'; inputs++)
		test_declare(engine, "conn.log", (uint8_t)*inputs);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	test_flows_clear(&flows);
	return bytes;
}

/* Merges; NULL data where it was refused. */
static struct test_bytes
merge(const struct test_bytes *cases, size_t count, uint32_t unchecked,
      struct notes *notes)
{
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	struct seep_case *list[CASES_MAX];
	struct seep_case *merged;
	struct test_bytes bytes = {0};
	int status;

	memset(notes, 0, sizeof(*notes));
	cr_assert(count <= CASES_MAX);
	for (size_t i = 0; i < count; i++)
		list[i] = as_case(&cases[i]);
	opts.unchecked = unchecked;
	opts.tell = keep_note;
	opts.ctx = notes;
	status = seep_case_merge(&merged, (const struct seep_case *const *)list,
				 count, &opts, NULL);
	cr_assert(status == SEEP_OK || status == SEEP_EMISMATCH);
	cr_assert_eq(status == SEEP_OK, merged != NULL);
	if (status == SEEP_OK)
		bytes = save_case(merged);
	seep_case_free(merged);
	for (size_t i = 0; i < count; i++)
		seep_case_free(list[i]);
	return bytes;
}

static struct test_bytes
merge_two(const struct test_bytes *a, const struct test_bytes *b)
{
	const struct test_bytes both[2] = {*a, *b};
	struct notes notes;

	return merge(both, 2, 0, &notes);
}

/* Four cases: two sensors, three days of one of them. */
static void
four_cases(struct test_bytes cases[4])
{
	cases[0] = make("tap-1", "ab", 1, 300);
	cases[1] = make("tap-1", "c", 2, 300);
	cases[2] = make("tap-2", "de", 3, 300);
	cases[3] = make("tap-1", "f", 4, 100);
}

static void
clear_all(struct test_bytes *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		test_bytes_clear(&cases[i]);
}

/*
 * Merges 'count' cases by twos, in every way there is: any two become one,
 * and so on. Every end must be 'whole'; ways that are refused are counted in
 * '*refused'. Returns the others' number.
 */
static size_t
merge_in_every_way(const struct test_bytes *cases, size_t count,
		   const struct test_bytes *whole, size_t *refused)
{
	size_t ways = 0;

	if (count == 1) {
		cr_assert(test_bytes_equal(&cases[0], whole));
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			struct test_bytes rest[CASES_MAX];
			size_t left = 0;

			if (i == j)
				continue;
			rest[left++] = merge_two(&cases[i], &cases[j]);
			if (rest[0].data == NULL) {
				++*refused;
				continue;
			}
			for (size_t k = 0; k < count; k++)
				if (k != i && k != j)
					rest[left++] = cases[k];
			ways += merge_in_every_way(rest, left, whole, refused);
			test_bytes_clear(&rest[0]);
		}
	}
	return ways;
}

/* All permutations given at once (Heap's algorithm, without recursion). */
static size_t
merge_in_every_order(struct test_bytes *cases, size_t count,
		     const struct test_bytes *whole)
{
	size_t at[CASES_MAX] = {0};
	size_t orders = 0;

	for (size_t i = 0; i < count;) {
		struct test_bytes merged;
		struct test_bytes swap;
		struct notes notes;
		size_t with;

		if (orders == 0 || at[i] < i) {
			if (orders > 0) {
				with = i % 2 == 0 ? 0 : at[i];
				swap = cases[with];
				cases[with] = cases[i];
				cases[i] = swap;
				at[i]++;
				i = 0;
			}
			merged = merge(cases, count, 0, &notes);
			cr_assert(test_bytes_equal(&merged, whole));
			test_bytes_clear(&merged);
			orders++;
		} else {
			at[i++] = 0;
		}
	}
	return orders;
}

Test(merge, no_order_and_no_grouping_changes_a_byte, .timeout = 600)
{
	struct test_bytes cases[4];
	struct test_bytes whole;
	struct notes notes;
	size_t orders, ways;
	size_t refused = 0;

	four_cases(cases);
	whole = merge(cases, 4, 0, &notes);
	cr_assert_not_null(whole.data);
	orders = merge_in_every_order(cases, 4, &whole);
	ways = merge_in_every_way(cases, 4, &whole, &refused);
	cr_assert_eq(orders, 24);
	cr_assert_eq(refused, 0);
	cr_assert_eq(ways, 12 * 6 * 2);
	printf("merged 4 cases in %zu orders and %zu ways: the same %zu "
	       "bytes\n",
	       orders, ways, whole.size);
	test_bytes_clear(&whole);
	clear_all(cases, 4);
}

/* b + c is of inputs that a + b has in part: refused, and no other bytes. */
Test(merge, a_grouping_of_cases_within_others_is_refused_or_the_same,
     .timeout = 600)
{
	struct test_bytes cases[4] = {
	    make("", "ab", 1, 100), make("", "c", 2, 100), make("", "b", 3, 30),
	    make("", "abc", 4, 200)};
	struct test_bytes whole;
	struct notes notes;
	size_t refused = 0;
	size_t ways;

	whole = merge(cases, 4, 0, &notes);
	cr_assert(test_bytes_equal(&whole, &cases[3]));
	cr_assert_eq(notes.count[SEEP_MERGE_WITHIN], 3);
	cr_assert_eq(merge_in_every_order(cases, 4, &whole), 24);
	ways = merge_in_every_way(cases, 4, &whole, &refused);
	cr_assert(ways > 100, "%zu", ways);
	cr_assert(refused > 0 && refused < ways, "%zu", refused);
	test_bytes_clear(&whole);
	clear_all(cases, 4);
}

/* SEEP_MERGES=N: N random worlds more, of up to 8 cases each. */
Test(merge, random_cases_in_random_groups_are_the_same, .timeout = 3600)
{
	const char *asked = getenv("SEEP_MERGES");
	const size_t rounds = asked != NULL ? strtoul(asked, NULL, 10) : 3;
	uint64_t state = 7;
	size_t merges = 0;

	for (size_t round = 0; round < rounds; round++) {
		const size_t count = 2 + test_random(&state) % (CASES_MAX - 1);
		struct test_bytes cases[CASES_MAX];
		struct test_bytes whole;
		struct notes notes;
		size_t left = count;

		for (size_t i = 0; i < count; i++) {
			char sensor[2] = {(char)('a' + test_random(&state) % 3),
					  0};
			char input[2] = {(char)(1 + i), 0};

			cases[i] = make(sensor, input, test_random(&state),
					1 + test_random(&state) % 200);
		}
		whole = merge(cases, count, 0, &notes);
		cr_assert_not_null(whole.data);
		while (left > 1) {
			size_t i = test_random(&state) % left;
			size_t j =
			    (i + 1 + test_random(&state) % (left - 1)) % left;
			struct test_bytes one = merge_two(&cases[i], &cases[j]);

			test_bytes_clear(&cases[i]);
			test_bytes_clear(&cases[j]);
			cases[i] = one;
			cases[j] = cases[--left];
			merges++;
		}
		cr_assert(test_bytes_equal(&cases[0], &whole));
		test_bytes_clear(&cases[0]);
		test_bytes_clear(&whole);
	}
	printf("%zu random worlds, %zu merges of two\n", rounds, merges);
}

Test(merge, a_case_within_another_is_left_out)
{
	struct test_bytes cases[2] = {make("", "abc", 1, 200),
				      make("", "b", 2, 50)};
	struct notes notes;
	struct test_bytes merged = merge(cases, 2, 0, &notes);

	cr_assert(test_bytes_equal(&merged, &cases[0]));
	cr_assert_eq(notes.count[SEEP_MERGE_WITHIN], 1);
	test_bytes_clear(&merged);
	clear_all(cases, 2);
}

Test(merge, of_two_with_the_same_inputs_the_larger_stays)
{
	struct test_bytes cases[2] = {make("", "a", 1, 20),
				      make("", "a", 2, 300)};
	struct notes notes;
	struct test_bytes merged = merge(cases, 2, 0, &notes);

	cr_assert(test_bytes_equal(&merged, &cases[1]));
	test_bytes_clear(&merged);
	clear_all(cases, 2);
}

Test(merge, overlap_in_part_is_refused_and_named)
{
	struct test_bytes cases[2] = {make("", "ab", 1, 20),
				      make("", "bc", 2, 20)};
	struct notes notes;
	struct test_bytes merged = merge(cases, 2, 0, &notes);

	cr_assert_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_OVERLAP], 1);
	cr_assert_str_eq(notes.what, "conn.log");
	/* Asking for it changes nothing: this overlap is seen. */
	merged = merge(cases, 2, 1, &notes);
	cr_assert_null(merged.data);
	clear_all(cases, 2);
}

Test(merge, the_same_input_at_two_sensors_is_no_overlap)
{
	struct test_bytes cases[2] = {make("x", "ab", 1, 20),
				      make("y", "bc", 2, 20)};
	struct notes notes;
	struct test_bytes merged = merge(cases, 2, 0, &notes);
	struct seep_case *both = as_case(&merged);

	cr_assert_eq(seep_case_parts(both), 2);
	cr_assert_str_eq(seep_snapshot_sensor(seep_case_part(both, 0)), "x");
	cr_assert_str_eq(seep_snapshot_sensor(seep_case_part(both, 1)), "y");
	seep_case_free(both);
	test_bytes_clear(&merged);
	clear_all(cases, 2);
}

Test(merge, inputs_that_are_not_listed_are_merged_only_when_asked_for)
{
	struct test_bytes cases[2] = {make("", "a", 1, 20),
				      make("", NULL, 2, 20)};
	struct notes notes;
	struct test_bytes merged = merge(cases, 2, 0, &notes);

	cr_assert_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_UNCHECKABLE], 1);
	merged = merge(cases, 2, 1, &notes);
	cr_assert_not_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_UNCHECKED], 1);
	test_bytes_clear(&merged);
	clear_all(cases, 2);
}

Test(merge, settings_and_sites_that_differ_are_refused_and_named)
{
	struct seep_origin origin = {.size = sizeof(origin),
				     .kind = SEEP_ORIGIN_ZEEK,
				     .dedup = 1,
				     .inputs_listed = 1};
	struct seep_engine *engine = test_engine_of(0, &origin);
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct test_bytes cases[2] = {make("", "a", 1, 20)};
	struct seep_snapshot *snapshot;
	struct test_bytes merged;
	struct notes notes;

	test_declare(engine, "conn.log", 'b');
	snapshot = test_snapshot(engine);
	cases[1] = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	merged = merge(cases, 2, 0, &notes);
	cr_assert_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_SETTING], 1);
	cr_assert_str_eq(notes.what, "dedup");
	test_bytes_clear(&cases[1]);

	origin.dedup = 0;
	opts.origin = &origin;
	cr_assert_eq(seep_engine_new(&engine, &opts, NULL), SEEP_OK);
	test_declare(engine, "conn.log", 'b');
	snapshot = test_snapshot(engine);
	cases[1] = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	merged = merge(cases, 2, 0, &notes);
	cr_assert_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_SITE], 1);
	clear_all(cases, 2);
}

Test(merge, a_file_that_may_have_grown_is_told)
{
	struct test_bytes cases[2] = {make("", "a", 1, 20),
				      make("", "", 2, 20)};
	struct seep_origin origin = {.size = sizeof(origin),
				     .kind = SEEP_ORIGIN_ZEEK,
				     .inputs_listed = 1};
	struct seep_engine *engine = test_engine_of(0, &origin);
	struct seep_input grown = test_input("conn.log", 'a');
	struct seep_snapshot *snapshot;
	struct test_bytes merged;
	struct notes notes;

	memset(grown.sha256, 9, sizeof(grown.sha256));
	memset(grown.content_sha256, 9, sizeof(grown.content_sha256));
	cr_assert_eq(seep_engine_add_input(engine, &grown), SEEP_OK);
	snapshot = test_snapshot(engine);
	test_bytes_clear(&cases[1]);
	cases[1] = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	merged = merge(cases, 2, 0, &notes);
	cr_assert_not_null(merged.data);
	cr_assert_eq(notes.count[SEEP_MERGE_ALIKE], 1);
	test_bytes_clear(&merged);
	clear_all(cases, 2);
}

Test(merge, an_input_is_never_added_to_an_engine_twice)
{
	struct test_bytes bytes = make("", "ab", 1, 20);
	struct seep_snapshot *snapshot = test_restore(&bytes);
	const struct seep_snapshot *twice[2] = {snapshot, snapshot};
	struct seep_snapshot *merged;

	cr_assert_eq(seep_snapshot_merge(&merged, twice, 2, NULL),
		     SEEP_EMISMATCH);
	cr_assert_null(merged);
	seep_snapshot_free(snapshot);
	test_bytes_clear(&bytes);
}

/* ---- containers ---- */

static int
restore_status(const struct test_bytes *bytes, size_t size,
	       const char **section)
{
	struct test_bytes reader = *bytes;
	struct seep_case *seep_case;
	int status;

	reader.size = size;
	reader.at = 0;
	status = seep_case_restore(&seep_case, test_bytes_read, &reader, 0,
				   section, NULL);
	seep_case_free(seep_case);
	return status;
}

Test(merge, every_flipped_bit_and_every_cut_of_two_sensors_is_refused)
{
	struct test_bytes cases[2] = {make("x", "a", 1, 4),
				      make("y", "b", 2, 4)};
	struct test_bytes both = merge_two(&cases[0], &cases[1]);
	const char *section;
	size_t refused = 0;

	cr_assert_not_null(both.data);
	for (size_t at = 0; at < both.size; at++) {
		cr_assert_lt(restore_status(&both, at, &section), 0);
		cr_assert_not_null(section);
		both.data[at] ^= (uint8_t)(1 << at % 8);
		cr_assert_lt(restore_status(&both, both.size, &section), 0);
		cr_assert_not_null(section);
		both.data[at] ^= (uint8_t)(1 << at % 8);
		refused += 2;
	}
	cr_assert(refused > 2000, "%zu", refused);
	test_bytes_clear(&both);
	clear_all(cases, 2);
}

Test(merge, one_snapshot_is_not_read_out_of_two)
{
	struct test_bytes cases[2] = {make("x", "a", 1, 4),
				      make("y", "b", 2, 4)};
	struct test_bytes both = merge_two(&cases[0], &cases[1]);
	struct seep_snapshot *snapshot;

	cr_assert_eq(seep_snapshot_restore(&snapshot, test_bytes_read, &both,
					   NULL, NULL),
		     SEEP_EMISMATCH);
	cr_assert_null(snapshot);
	test_bytes_clear(&both);
	clear_all(cases, 2);
}

Test(merge, a_budget_too_small_for_a_case_says_so)
{
	struct test_bytes bytes = make("", "a", 1, 500);
	struct test_bytes reader = bytes;
	struct seep_case *seep_case;
	const char *section;

	reader.at = 0;
	cr_assert_eq(seep_case_restore(&seep_case, test_bytes_read, &reader,
				       1000, &section, NULL),
		     SEEP_EBUDGET);
	cr_assert_null(seep_case);
	test_bytes_clear(&bytes);
}
