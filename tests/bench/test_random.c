/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <math.h>

#include "detection/random.h"

#define DRAWS 200000

/* Ranges below are five standard errors of the mean of that many draws. */

Test(random, exponential_and_logarithm_are_right_to_twelve_digits)
{
	for (double x = -50; x <= 50; x += 0.37) {
		cr_assert_lt(fabs(random_exp(x) / exp(x) - 1), 1e-12);
		cr_assert_lt(fabs(random_ln(exp(x)) - x), 1e-12);
	}
	cr_assert_eq(random_ln(1), 0);
	cr_assert_eq(random_exp(0), 1);
}

Test(random, the_first_draws_are_the_same_on_every_machine)
{
	struct random random = random_at(1, 2, 3);

	cr_assert_eq(random_next(&random), UINT64_C(0x12588d809dce88a7));
}

Test(random, streams_that_differ_in_one_number_share_no_draw)
{
	struct random a = random_at(1, 2, 3);
	struct random b = random_at(1, 3, 2);
	struct random c = random_at(2, 2, 3);

	for (int i = 0; i < 1000; i++) {
		const uint64_t x = random_next(&a);
		const uint64_t y = random_next(&b);
		const uint64_t z = random_next(&c);

		cr_assert(x != y && y != z && x != z);
	}
}

Test(random, unit_stays_inside_and_is_even)
{
	struct random random = random_at(1, 0, 0);
	double sum = 0;

	for (int i = 0; i < DRAWS; i++) {
		const double u = random_unit(&random);

		cr_assert(u > 0 && u < 1);
		sum += u;
	}
	cr_assert_float_eq(sum / DRAWS, 0.5, 0.0033);
}

Test(random, below_reaches_every_value_equally)
{
	struct random random = random_at(2, 0, 0);
	int count[7] = {0};

	for (int i = 0; i < 70000; i++)
		count[random_below(&random, 7)]++;
	for (int i = 0; i < 7; i++)
		cr_assert(count[i] > 9530 && count[i] < 10470);
}

Test(random, normal_has_the_moments_and_tails_of_a_normal)
{
	struct random random = random_at(3, 0, 0);
	double sum = 0, squares = 0, fourths = 0;
	int beyond = 0;

	for (int i = 0; i < DRAWS; i++) {
		const double z = random_normal(&random);

		sum += z;
		squares += z * z;
		fourths += z * z * z * z;
		beyond += z > 2.3263479;
	}
	cr_assert_float_eq(sum / DRAWS, 0, 0.0112);
	cr_assert_float_eq(squares / DRAWS, 1, 0.016);
	cr_assert_float_eq(fourths / DRAWS, 3, 0.11);
	cr_assert_float_eq(beyond / (double)DRAWS, 0.01, 0.0012);
}

Test(random, lognormal_has_its_mean)
{
	struct random random = random_at(4, 0, 0);
	double sum = 0;

	for (int i = 0; i < DRAWS; i++)
		sum += random_lognormal(&random, 10, 0.5);
	cr_assert_float_eq(sum / DRAWS, 10 * exp(0.125), 0.07);
}

Test(random, pareto_has_its_least_and_its_quantiles)
{
	struct random random = random_at(5, 0, 0);
	int over_half = 0, over_hundredth = 0;

	for (int i = 0; i < DRAWS; i++) {
		const double x = random_pareto(&random, 3, 1.2);

		cr_assert_geq(x, 3);
		over_half += x > 3 * pow(2, 1 / 1.2);
		over_hundredth += x > 3 * pow(100, 1 / 1.2);
	}
	cr_assert_float_eq(over_half / (double)DRAWS, 0.5, 0.006);
	cr_assert_float_eq(over_hundredth / (double)DRAWS, 0.01, 0.0012);
}

Test(random, poisson_has_mean_and_variance)
{
	static const double means[] = {0, 0.3, 5, 40, 250};

	for (int m = 0; m < 5; m++) {
		struct random random = random_at(6, (uint64_t)m, 0);
		double sum = 0, squares = 0;

		for (int i = 0; i < 20000; i++) {
			const double n = random_poisson(&random, means[m]);

			sum += n;
			squares += n * n;
		}
		sum /= 20000;
		cr_assert_float_eq(sum, means[m],
				   0.001 + 0.036 * sqrt(means[m]));
		cr_assert_float_eq(squares / 20000 - sum * sum, means[m],
				   0.001 + 0.08 * means[m]);
	}
}
