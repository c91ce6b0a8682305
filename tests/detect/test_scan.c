/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>

#include "detect/host.h"
#include "detect/scan.h"
#include "support/random.h"

#define LENGTH_MAX 500

/* The formula as the header states it, from the values themselves. */
static double
naive_g(const double *z, size_t at, size_t end)
{
	double before = 0;
	double after = 0;

	for (size_t i = 0; i < at; i++)
		before += z[i];
	for (size_t i = at; i < end; i++)
		after += z[i];
	return (after / (double)(end - at) - before / (double)at) /
	       sqrt(1 / (double)(end - at) + 1 / (double)at);
}

enum kind { NORMAL, STEPS, WHOLE, HEAVY, FLAT, RAMP, KINDS };

static double
draw(enum kind kind, size_t i, uint64_t *random)
{
	switch (kind) {
	case NORMAL:
		return host_normal(random);
	case STEPS:
		return (double)(i / 17 % 3) * 0.1;
	case WHOLE:
		/* Few different values: many onsets with the same G. */
		return (double)test_random_below(random, 3) - 1;
	case HEAVY:
		return pow(host_normal(random), 5);
	case FLAT:
		return 0.1;
	case RAMP:
		return 0.01 * (double)i;
	case KINDS:
		break;
	}
	return 0;
}

static void
assert_same(const struct seep__onset *got, const struct seep__onset *wanted,
	    int kind, size_t end)
{
	cr_assert_eq(got->at, wanted->at, "kind %d, end %zu: %zu, not %zu",
		     kind, end, got->at, wanted->at);
	cr_assert_leq(fabs(got->g - wanted->g), 1e-9 * wanted->g);
}

/* One series, all ends, onsets in [from, until). */
static void
compare(const double *z, size_t count, size_t from, size_t until, int kind)
{
	double sums[LENGTH_MAX + 1];
	size_t vertex[LENGTH_MAX];
	struct seep__focus focus;

	seep__scan_sums(z, count, sums);
	seep__focus_init(&focus, sums, from, until, vertex);
	for (size_t end = from + 1; end <= count; end++) {
		const struct seep__onset fast = seep__focus_step(&focus, end);
		const struct seep__onset slow =
		    seep__scan_best(sums, from, until, end);

		assert_same(&fast, &slow, kind, end);
	}
	cr_assert_leq(focus.count, until - from);
}

Test(scan, focus_equals_the_reference_on_thousands_of_series)
{
	uint64_t random = 7;

	for (int round = 0; round < 3000; round++) {
		double z[LENGTH_MAX];
		const enum kind kind = (enum kind)(round % KINDS);
		const size_t count = 2 + test_random_below(&random, 120);
		const size_t from = 1 + test_random_below(&random, count - 1);
		const size_t until =
		    from + test_random_below(&random, count - from + 2);

		for (size_t i = 0; i < count; i++)
			z[i] = draw(kind, i, &random);
		compare(z, count, from, until, (int)kind);
	}
}

Test(scan, focus_equals_the_reference_at_every_length)
{
	uint64_t random = 11;

	for (size_t count = 2; count <= LENGTH_MAX; count++) {
		double z[LENGTH_MAX];
		double sums[LENGTH_MAX + 1];
		size_t vertex[LENGTH_MAX];
		struct seep__focus focus;
		struct seep__onset fast, slow;
		const enum kind kind = (enum kind)(count % KINDS);

		for (size_t i = 0; i < count; i++)
			z[i] = draw(kind, i, &random) + (i > count / 2);
		seep__scan_sums(z, count, sums);
		seep__focus_init(&focus, sums, 1, count, vertex);
		/* In one step: it must catch up. */
		fast = seep__focus_step(&focus, count);
		slow = seep__scan_best(sums, 1, count, count);
		assert_same(&fast, &slow, (int)kind, count);
	}
}

Test(scan, focus_holds_few_vertices)
{
	uint64_t random = 13;
	double z[LENGTH_MAX];
	double sums[LENGTH_MAX + 1];
	size_t vertex[LENGTH_MAX];
	struct seep__focus focus;

	for (size_t i = 0; i < LENGTH_MAX; i++)
		z[i] = host_normal(&random);
	seep__scan_sums(z, LENGTH_MAX, sums);
	seep__focus_init(&focus, sums, 1, LENGTH_MAX, vertex);
	(void)seep__focus_step(&focus, LENGTH_MAX);
	cr_assert_geq(focus.count, 2);
	cr_assert_leq(focus.count, 30);
}

Test(scan, the_best_onset_is_the_best_of_the_formula)
{
	uint64_t random = 17;

	for (int round = 0; round < 200; round++) {
		double z[60];
		double sums[61];
		struct seep__onset best;
		double most = 0;

		for (size_t i = 0; i < 60; i++)
			z[i] = host_normal(&random);
		seep__scan_sums(z, 60, sums);
		best = seep__scan_best(sums, 14, 28, 60);
		for (size_t at = 14; at < 28; at++) {
			const double g = naive_g(z, at, 60);

			most = g > most ? g : most;
			cr_assert_leq(fabs(seep__scan_g(sums, at, 60) - g),
				      1e-12);
		}
		cr_assert_leq(fabs(best.g - most), 1e-12);
		if (most > 0)
			cr_assert_leq(fabs(naive_g(z, best.at, 60) - most),
				      1e-12);
	}
}

Test(scan, a_step_is_found_where_it_is)
{
	double z[40] = {0};
	double sums[41];
	struct seep__onset best;

	for (size_t i = 25; i < 40; i++)
		z[i] = 2;
	seep__scan_sums(z, 40, sums);
	best = seep__scan_best(sums, 1, 40, 40);
	cr_assert_eq(best.at, 25);
	/* 2 / sqrt(1 / 15 + 1 / 25). */
	cr_assert_leq(fabs(best.g - 6.1237243569579), 1e-12);
}

Test(scan, the_earliest_of_equal_onsets_wins)
{
	/* Onsets 2 and 4 of six values mirror each other. */
	const double z[6] = {0, 0, 1, 1, 2, 2};
	double sums[7];
	size_t vertex[6];
	struct seep__focus focus;
	struct seep__onset best;

	seep__scan_sums(z, 6, sums);
	cr_assert_eq(seep__scan_g(sums, 2, 6), seep__scan_g(sums, 4, 6));
	best = seep__scan_best(sums, 1, 6, 6);
	cr_assert_eq(best.at, 2);
	seep__focus_init(&focus, sums, 1, 6, vertex);
	cr_assert_eq(seep__focus_step(&focus, 6).at, 2);
}

Test(scan, what_falls_or_stays_is_no_rise)
{
	double z[30];
	double sums[31];

	for (size_t i = 0; i < 30; i++)
		z[i] = -0.1 * (double)i;
	seep__scan_sums(z, 30, sums);
	cr_assert_eq(seep__scan_best(sums, 3, 20, 30).g, 0);
	cr_assert_eq(seep__scan_best(sums, 3, 20, 30).at, 3);
	for (size_t i = 0; i < 30; i++)
		z[i] = 0.1;
	seep__scan_sums(z, 30, sums);
	cr_assert_eq(seep__scan_best(sums, 3, 20, 30).g, 0);
}

Test(scan, onsets_at_the_end_or_later_are_not_looked_at)
{
	const double z[6] = {0, 0, 0, 0, 0, 9};
	double sums[7];

	seep__scan_sums(z, 6, sums);
	cr_assert_eq(seep__scan_best(sums, 5, 6, 5).g, 0);
	cr_assert_eq(seep__scan_best(sums, 5, 6, 6).at, 5);
	cr_assert_gt(seep__scan_best(sums, 5, 6, 6).g, 8);
}
