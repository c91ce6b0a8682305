/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>

#include "detection/stats.h"

#define NEAR(a, b, eps) cr_expect_lt(fabs((a) - (b)), (eps), "%.6f", (a))

/* Values of Clopper and Pearson's interval: Newcombe 1998, table I, and
 * closed forms for none and all of n: 1 - (alpha / 2)^(1/n). */
Test(stats, a_share_has_the_exact_interval)
{
	struct stats_interval interval = stats_share(0, 10);

	NEAR(interval.low, 0.0, 1e-12);
	NEAR(interval.high, 1 - pow(0.025, 0.1), 1e-9);
	interval = stats_share(10, 10);
	NEAR(interval.low, pow(0.025, 0.1), 1e-9);
	NEAR(interval.high, 1.0, 1e-12);
	interval = stats_share(81, 263);
	NEAR(interval.low, 0.2527, 1e-4);
	NEAR(interval.high, 0.3676, 1e-4);
	interval = stats_share(15, 148);
	NEAR(interval.low, 0.0578, 1e-4);
	NEAR(interval.high, 0.1617, 1e-4);
}

/* Garwood's limits: half the chi-squared quantiles; tables of Ulm 1990. */
Test(stats, a_count_has_the_exact_interval)
{
	struct stats_interval interval = stats_count(0);

	NEAR(interval.low, 0.0, 1e-12);
	NEAR(interval.high, -log(0.025), 1e-9);
	interval = stats_count(1);
	NEAR(interval.low, -log(0.975), 1e-9);
	NEAR(interval.high, 5.5716, 1e-4);
	interval = stats_count(10);
	NEAR(interval.low, 4.7954, 1e-4);
	NEAR(interval.high, 18.3904, 1e-4);
	interval = stats_count(200);
	NEAR(interval.low, 173.24, 1e-2);
	NEAR(interval.high, 229.72, 1e-2);
}

Test(stats, a_binomial_tail_adds_up)
{
	NEAR(stats_binomial_tail(0, 7, 0.3), 1.0, 1e-12);
	NEAR(stats_binomial_tail(7, 7, 0.5), 1.0 / 128, 1e-12);
	NEAR(stats_binomial_tail(2, 3, 0.5), 0.5, 1e-12);
}

/* The sign test's interval of a median: of nine values the 2nd to the 8th
 * (96.1 %), of ten the 2nd to the 9th (97.9 %). */
Test(stats, a_quantile_lies_between_order_statistics)
{
	double values[10];
	struct stats_quantile median;

	for (int i = 0; i < 10; i++)
		values[i] = i + 1;
	median = stats_quantile(values, 9, 0.5);
	NEAR(median.value, 5.0, 1e-12);
	NEAR(median.low, 2.0, 1e-12);
	NEAR(median.high, 8.0, 1e-12);
	median = stats_quantile(values, 10, 0.5);
	NEAR(median.value, 5.0, 1e-12);
	NEAR(median.low, 2.0, 1e-12);
	NEAR(median.high, 9.0, 1e-12);
}

Test(stats, few_values_leave_a_quantile_open)
{
	const double values[] = {1, 2, 3};
	const struct stats_quantile p95 = stats_quantile(values, 3, 0.95);

	NEAR(p95.value, 3.0, 1e-12);
	cr_expect(isinf(p95.high));
}

Test(stats, infinities_sort_last)
{
	double values[] = {INFINITY, 2, 1};

	stats_sort(values, 3);
	NEAR(values[0], 1.0, 1e-12);
	cr_expect(isinf(values[2]));
}

Test(stats, needed_is_the_first_count_whose_bound_suffices)
{
	const size_t needed = stats_needed(300, 0.92);

	cr_expect_eq(needed, 286);
	cr_expect_geq(stats_share(needed, 300).low, 0.92);
	cr_expect_lt(stats_share(needed - 1, 300).low, 0.92);
	/* With 30 trials not even all of them suffice. */
	cr_expect_eq(stats_needed(30, 0.92), 31);
}
