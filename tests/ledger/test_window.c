/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>

#include "ledger/window.h"
#include "support/random.h"

Test(window, spans_are_an_hour_a_day_and_7_30_90_days)
{
	static const uint32_t hours[] = {1, 24, 7 * 24, 30 * 24, 90 * 24};

	cr_assert_arr_eq(seep__window_hours, hours, sizeof(hours));
}

Test(window, an_empty_series_sums_to_nothing)
{
	struct seep__windows windows;

	seep__windows_init(&windows, NULL, 0);
	seep__windows_advance(&windows, UINT32_MAX);
	for (int w = 0; w < SEEP__WINDOWS; w++)
		cr_assert_eq(windows.sums[w], 0);
}

Test(window, an_hour_is_in_from_its_own_to_the_last_of_the_span)
{
	static const struct seep__hoursum series[] = {{1000, 7}};

	for (int w = 0; w < SEEP__WINDOWS; w++) {
		uint32_t span = seep__window_hours[w];
		struct seep__windows windows;

		seep__windows_init(&windows, series, 1);
		seep__windows_advance(&windows, 999);
		cr_assert_eq(windows.sums[w], 0);
		seep__windows_advance(&windows, 1000);
		cr_assert_eq(windows.sums[w], 7);
		seep__windows_advance(&windows, 1000 + span - 1);
		cr_assert_eq(windows.sums[w], 7, "window %d", w);
		seep__windows_advance(&windows, 1000 + span);
		cr_assert_eq(windows.sums[w], 0, "window %d", w);
	}
}

Test(window, a_jump_over_everything_leaves_nothing_behind)
{
	static const struct seep__hoursum series[] = {
	    {1, 5}, {2, 6}, {5000, 7}, {5001, 8}};
	struct seep__windows windows;

	seep__windows_init(&windows, series, 4);
	seep__windows_advance(&windows, 5001);
	cr_assert_eq(windows.sums[0], 8);
	for (int w = 1; w < SEEP__WINDOWS; w++)
		cr_assert_eq(windows.sums[w], 15);
	seep__windows_advance(&windows, 100000);
	for (int w = 0; w < SEEP__WINDOWS; w++)
		cr_assert_eq(windows.sums[w], 0);
}

Test(window, the_last_hours_that_exist_do_not_wrap)
{
	static const struct seep__hoursum series[] = {
	    {0, 1}, {UINT32_MAX - 1, 2}, {UINT32_MAX, 3}};
	struct seep__windows windows;

	seep__windows_init(&windows, series, 3);
	seep__windows_advance(&windows, 0);
	cr_assert_eq(windows.sums[4], 1);
	seep__windows_advance(&windows, UINT32_MAX);
	cr_assert_eq(windows.sums[0], 3);
	cr_assert_eq(windows.sums[4], 5);
}

Test(window, sums_of_large_counts_are_exact)
{
	static const struct seep__hoursum series[] = {
	    {10, UINT64_C(1) << 62}, {11, (UINT64_C(1) << 62) - 1}, {12, 1}};
	struct seep__windows windows;

	seep__windows_init(&windows, series, 3);
	seep__windows_advance(&windows, 12);
	cr_assert_eq(windows.sums[1], UINT64_C(1) << 63);
	seep__windows_advance(&windows, 10 + 24);
	cr_assert_eq(windows.sums[1], UINT64_C(1) << 62);
}

#define HOURS 900

/* As slowly as the definition: hours in (hour - span, hour]. */
static uint64_t
naive_sum(const struct seep__hoursum *series, size_t count, uint32_t hour,
	  uint32_t span)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (series[i].hour <= hour &&
		    (int64_t)series[i].hour > (int64_t)hour - span)
			sum += series[i].bytes;
	}
	return sum;
}

Test(window, agrees_with_a_naive_sum_over_sparse_series)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		static struct seep__hoursum series[HOURS];
		struct seep__windows windows;
		uint64_t state = seed;
		uint32_t hour = (uint32_t)test_random_below(&state, 100);

		for (size_t i = 0; i < HOURS; i++) {
			series[i].hour = hour;
			series[i].bytes = test_random(&state) >> 20;
			hour +=
			    1 + (uint32_t)test_random_below(&state, seed * 3);
		}
		seep__windows_init(&windows, series, HOURS);
		for (uint32_t h = 0; h < hour + 3000;
		     h += 1 + (uint32_t)test_random_below(&state, 2 * seed)) {
			seep__windows_advance(&windows, h);
			for (int w = 0; w < SEEP__WINDOWS; w++)
				cr_assert_eq(windows.sums[w],
					     naive_sum(series, HOURS, h,
						       seep__window_hours[w]),
					     "seed %d hour %u window %d",
					     (int)seed, h, w);
		}
	}
}
