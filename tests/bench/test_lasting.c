/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "detection/lasting.h"
#include "support/random.h"

#define FIRST_DAY 16000
#define DAYS 90

/* noise() is log-normal, sigma of ln about 'sigma'. */
static double
noise(uint64_t *state, double sigma)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)test_random_below(state, 1000000) / 1e6;
	return exp(sigma * (sum - 6));
}

/* make_series() draws days of hours around 1 MB; 'level' multiplies the days
 * [from, until), and 'constant' is added to each of their hours. */
static struct series *
make_series(uint64_t seed, double sigma, int from, int until, double level,
	    double constant)
{
	struct series *series = series_new();

	cr_assert_not_null(series);
	cr_assert_eq(series_add_host(series, "h", 1), 0);
	for (int day = 0; day < DAYS; day++) {
		int changed = day >= from && day < until;
		double of_day = noise(&seed, 0.3);

		for (int hour = 0; hour < 24; hour++) {
			double bytes = 1e6 * of_day * noise(&seed, sigma);

			if (changed)
				bytes = bytes * level + constant;
			cr_assert_eq(
			    series_put(
				series, 0,
				(uint32_t)((FIRST_DAY + day) * 24 + hour), 0,
				(uint64_t)bytes),
			    1);
		}
	}
	cr_assert(series_find_gaps(series));
	return series;
}

static struct lasting
judge(struct series *series, double factor)
{
	struct lasting_days days;
	struct lasting found;

	cr_assert(lasting_days_new(&days, series, 0));
	cr_assert_eq(days.count, DAYS);
	found = lasting_find(&days, factor);
	lasting_days_clear(&days);
	series_free(series);
	return found;
}

Test(lasting, a_level_that_triples_for_good_is_found_on_its_day)
{
	struct lasting found =
	    judge(make_series(1, 1, 40, DAYS, 3, 0), LASTING_FACTOR);

	cr_assert(found.found);
	cr_assert_leq(abs((int)found.day - (FIRST_DAY + 40)), 3);
	cr_assert_gt(found.after / found.before, 2);
}

Test(lasting, a_constant_load_under_bursts_is_found_in_the_low_hours)
{
	struct lasting found =
	    judge(make_series(2, 3, 50, DAYS, 1, 400e3), LASTING_FACTOR);

	cr_assert(found.found);
	cr_assert_neq(found.summary, LASTING_SUM);
	cr_assert_leq(abs((int)found.day - (FIRST_DAY + 50)), 3);
}

Test(lasting, a_pulse_of_three_weeks_that_ends_is_no_lasting_change)
{
	cr_assert_not(
	    judge(make_series(3, 1, 40, 61, 5, 0), LASTING_FACTOR).found);
}

Test(lasting, a_level_that_falls_for_good_is_no_rise)
{
	cr_assert_not(
	    judge(make_series(4, 1, 40, DAYS, 0.2, 0), LASTING_FACTOR).found);
}

Test(lasting, a_rise_below_the_factor_does_not_count)
{
	cr_assert(judge(make_series(5, 0.5, 40, DAYS, 1.7, 0), 1.25).found);
	cr_assert_not(judge(make_series(5, 0.5, 40, DAYS, 1.7, 0), 3).found);
}

/* Otherwise the rule would excuse alarms on machines that did not change. */
Test(lasting, without_a_change_it_finds_one_in_at_most_two_of_a_hundred)
{
	int found = 0;

	for (uint64_t seed = 100; seed < 300; seed++)
		found += judge(make_series(seed, 1, 0, 0, 1, 0), LASTING_FACTOR)
			     .found;
	cr_assert_leq(found, 4);
}

Test(lasting, the_shape_says_whether_a_rise_is_still_there_at_the_end)
{
	struct series *kept = make_series(6, 1, 40, DAYS, 4, 0);
	struct series *gone = make_series(6, 1, 40, 60, 4, 0);
	struct lasting_days days;
	struct lasting_shape shape;

	cr_assert(lasting_days_new(&days, kept, 0));
	shape = lasting_shape(&days, FIRST_DAY + 40);
	cr_assert(shape.lasts);
	cr_assert_gt(shape.after / shape.before, 2.5);
	lasting_days_clear(&days);
	cr_assert(lasting_days_new(&days, gone, 0));
	shape = lasting_shape(&days, FIRST_DAY + 40);
	cr_assert_not(shape.lasts);
	cr_assert_gt(shape.after / shape.before, 2.5);
	lasting_days_clear(&days);
	series_free(kept);
	series_free(gone);
}

Test(lasting, days_with_fewer_than_eighteen_hours_are_left_out)
{
	struct series *series = series_new();
	struct lasting_days days;

	cr_assert_not_null(series);
	cr_assert_eq(series_add_host(series, "h", 1), 0);
	for (uint32_t hour = 0; hour < 72; hour++) {
		if (hour / 24 != 1 || hour % 24 < 17)
			cr_assert_eq(series_put(series, 0,
						FIRST_DAY * 24 + hour, 0, hour),
				     1);
	}
	cr_assert(series_find_gaps(series));
	cr_assert(lasting_days_new(&days, series, 0));
	cr_assert_eq(days.count, 2);
	cr_assert_eq(series_covered_days(series, 0), 2);
	cr_assert_eq(days.day[1], FIRST_DAY + 2);
	cr_assert_float_eq(days.level[LASTING_SUM][0], 23 * 24 / 2, 1e-9);
	cr_assert_float_eq(days.level[LASTING_MEDIAN][0], 11.5, 1e-9);
	cr_assert_float_eq(days.level[LASTING_LOW][0], 5, 1e-9);
	lasting_days_clear(&days);
	series_free(series);
}
