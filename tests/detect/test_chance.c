/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>

#include <seep/detect.h>

#include "detect/chance.h"
#include "support/random.h"

/* As near as doubles near 'wanted' get, and a little more. */
static void
assert_near(double got, double wanted, double relative)
{
	cr_assert_leq(fabs(got - wanted), relative * fabs(wanted),
		      "%.17g is not %.17g", got, wanted);
}

Test(chance, ln_agrees_with_libm_over_all_doubles)
{
	uint64_t random = 1;

	for (int i = 0; i < 100000; i++) {
		/* Exponents -1022..1022, any mantissa. */
		const double mantissa =
		    1 + (double)(test_random(&random) >> 12) / 0x1p52;
		const int exponent =
		    (int)test_random_below(&random, 2045) - 1022;
		const double x = ldexp(mantissa, exponent);

		cr_assert_leq(fabs(seep__ln(x) - log(x)),
			      1e-15 * fabs(log(x)) + 1e-15, "ln(%.17g)", x);
	}
}

Test(chance, ln_keeps_its_digits_next_to_one)
{
	for (double step = 1e-15; step < 0.5; step *= 1.3) {
		assert_near(seep__ln(1 + step), log(1 + step), 1e-14);
		assert_near(seep__ln(1 - step), log(1 - step), 1e-14);
	}
	cr_assert_eq(seep__ln(1), 0);
}

Test(chance, ln_takes_the_ends_of_the_doubles)
{
	assert_near(seep__ln(DBL_MAX), log(DBL_MAX), 1e-15);
	assert_near(seep__ln(DBL_MIN), log(DBL_MIN), 1e-15);
	assert_near(seep__ln(0x1p-1074), log(0x1p-1074), 1e-15);
	assert_near(seep__ln(3 * 0x1p-1070), log(3 * 0x1p-1070), 1e-15);
}

Test(chance, exp_agrees_with_libm)
{
	for (double x = -700; x <= 700; x += 0.0137)
		assert_near(seep__exp(x), exp(x), 1e-12);
	for (double x = 1e-12; x < 1; x *= 1.7)
		assert_near(seep__exp(-x), exp(-x), 1e-15);
	cr_assert_eq(seep__exp(0), 1);
}

Test(chance, exp_is_bounded_on_both_sides)
{
	cr_assert_eq(seep__exp(-700.1), 0);
	cr_assert_eq(seep__exp(-1e300), 0);
	cr_assert_eq(seep__exp(1e300), seep__exp(700));
	cr_assert_lt(seep__exp(1e300), DBL_MAX);
}

Test(chance, a_score_and_its_g_are_each_others_inverse)
{
	for (double dof = 1; dof < 300; dof *= 1.9)
		for (double g = 0.05; g < 50; g *= 1.3)
			assert_near(seep__score_g(seep__score(g, dof), dof), g,
				    1e-9);
}

Test(chance, a_score_is_the_likelihood_ratio_of_student)
{
	/* 15 / 2 ln(1 + 9 / 14). */
	assert_near(seep__score(3, 14), 7.5 * log(1 + 9.0 / 14), 1e-14);
	/* With the variance known it would be g^2 / 2. */
	assert_near(seep__score(3, 1e9), 4.5, 1e-6);
	cr_assert_lt(seep__score(3, 14), 4.5);
}

Test(chance, what_does_not_rise_scores_nothing)
{
	cr_assert_eq(seep__score(0, 14), 0);
	cr_assert_eq(seep__score(-5, 14), 0);
	cr_assert_eq(seep__score((double)NAN, 14), 0);
	cr_assert_eq(seep__score_g(0, 14), 0);
	cr_assert_eq(seep__score_g(-1, 14), 0);
}

Test(chance, a_rate_and_its_score_are_each_others_inverse)
{
	const struct seep__chance chance = {.intercept = 2.5, .slope = 0.8};

	for (double rate = 1e-9; rate < 100; rate *= 3)
		assert_near(seep__chance_rate(
				&chance, seep__chance_score(&chance, rate)),
			    rate, 1e-12);
	assert_near(seep__chance_score(&chance, 1), 2.5 / 0.8, 1e-14);
}

static void
check_falls(int role, uint32_t stratum, uint32_t statistic)
{
	const struct seep__chance chance =
	    seep__chance_shipped(role, stratum, statistic);

	cr_assert_gt(chance.slope, 0.2);
	cr_assert_lt(chance.slope, 5);
	cr_assert_gt(seep__chance_score(&chance, 0.01),
		     seep__chance_score(&chance, 1));
	cr_assert_gt(seep__chance_score(&chance, 0.01), 0);
}

Test(chance, every_role_stratum_and_statistic_has_a_falling_tail)
{
	for (int role = 0; role < SEEP_ROLE_COUNT; role++)
		for (uint32_t i = 0; i < SEEP_STRATUM_COUNT; i++)
			for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
				check_falls(role, i, k);
}

/* The score that the default knob asks for. */
static double
asked(int role, uint32_t stratum, uint32_t statistic)
{
	const struct seep__chance chance =
	    seep__chance_shipped(role, stratum, statistic);

	return seep__chance_score(&chance, 0.1 / SEEP__TESTS_SHIPPED);
}

Test(chance, roles_differ_where_they_were_counted_apart)
{
	const uint32_t sum = SEEP_STATISTIC_SUM;
	const uint32_t low = SEEP_STATISTIC_LOW;

	assert_near(asked(SEEP_ROLE_NONE, SEEP_STRATUM_RARE_PUSH, sum), 16.15,
		    0.01);
	assert_near(asked(SEEP_ROLE_FILE_SERVER, SEEP_STRATUM_RARE_PUSH, sum),
		    13.86, 0.01);
	assert_near(asked(SEEP_ROLE_GROUP, SEEP_STRATUM_RARE_PUSH, sum), 16.15,
		    0.01);
	assert_near(asked(SEEP_ROLE_FILE_SERVER, SEEP_STRATUM_PULL, low), 13.77,
		    0.01);
	assert_near(asked(SEEP_ROLE_WEB_SERVER, SEEP_STRATUM_PULL, low), 10.01,
		    0.01);
	for (int role = 0; role < SEEP_ROLE_COUNT; role++)
		cr_assert_eq(asked(role, SEEP_STRATUM_ALL, sum),
			     asked(SEEP_ROLE_NONE, SEEP_STRATUM_ALL, sum));
}
