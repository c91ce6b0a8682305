/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include <seep/coverage.h>

#define WORDS (sizeof(struct seep_coverage) / sizeof(uint64_t))

Test(coverage, an_empty_one_has_no_time)
{
	struct seep_coverage coverage;
	uint64_t words[WORDS];

	memset(&coverage, 0xa5, sizeof(coverage));
	seep_coverage_init(&coverage);
	cr_assert_eq(coverage.first_ns, INT64_MAX);
	cr_assert_eq(coverage.last_ns, INT64_MIN);
	memcpy(words, &coverage, sizeof(words));
	for (size_t i = 2; i < WORDS; i++)
		cr_assert_eq(words[i], 0, "word %zu", i);
}

/* The struct is counts all through, so a field that is forgotten when a new
 * one is added shows here. */
Test(coverage, every_field_is_added)
{
	struct seep_coverage sum, part;
	uint64_t words[WORDS];

	cr_assert_eq(WORDS * sizeof(uint64_t), sizeof(struct seep_coverage));
	for (size_t i = 0; i < WORDS; i++)
		words[i] = 1000 + i * i;
	memcpy(&part, words, sizeof(part));
	seep_coverage_init(&sum);
	seep_coverage_add(&sum, &part);
	cr_assert_arr_eq(&sum, &part, sizeof(sum), "empty + part = part");
	seep_coverage_add(&sum, &part);
	memcpy(words, &sum, sizeof(words));
	cr_assert_eq(words[0], 1000);
	cr_assert_eq(words[1], 1001);
	for (size_t i = 2; i < WORDS; i++)
		cr_assert_eq(words[i], 2 * (1000 + i * i), "word %zu", i);
}

Test(coverage, times_become_the_earliest_and_the_latest)
{
	struct seep_coverage sum, part;

	seep_coverage_init(&sum);
	seep_coverage_init(&part);
	part.first_ns = 100;
	part.last_ns = 200;
	seep_coverage_add(&sum, &part);
	part.first_ns = 50;
	part.last_ns = 150;
	seep_coverage_add(&sum, &part);
	cr_assert_eq(sum.first_ns, 50);
	cr_assert_eq(sum.last_ns, 200);
	seep_coverage_init(&part);
	seep_coverage_add(&sum, &part);
	cr_assert_eq(sum.first_ns, 50, "nothing adds no time");
	cr_assert_eq(sum.last_ns, 200);
}

Test(coverage, refusals_have_the_words_of_the_contract)
{
	static const char *const names[] = {
	    "malformed", "truncated", "bad_time", "bad_address",
	    "too_large", "duplicate", "interim",  "tunnel_outer"};

	cr_assert_eq(sizeof(names) / sizeof(names[0]), SEEP_REFUSED_COUNT);
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		cr_assert_str_eq(seep_refusal_name(i), names[i]);
	cr_assert_str_eq(seep_refusal_name(-1), "unknown");
	cr_assert_str_eq(seep_refusal_name(SEEP_REFUSED_COUNT), "unknown");
}
