/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "detection/calendar.h"

static int32_t
day(int year, int month, int of_month)
{
	const struct calendar_date date = {year, month, of_month};

	return calendar_day(date);
}

Test(calendar, days_and_dates_turn_into_each_other)
{
	cr_assert_eq(day(1970, 1, 1), 0);
	cr_assert_eq(day(2000, 3, 1), 11017);
	cr_assert_eq(day(2024, 1, 1), 19723);
	for (int32_t d = -800; d < 60000; d++) {
		const struct calendar_date date = calendar_date(d);

		cr_assert_eq(calendar_day(date), d);
		cr_assert(date.month >= 1 && date.month <= 12);
		cr_assert(date.day >= 1 && date.day <= 31);
	}
}

Test(calendar, weekdays_begin_on_monday)
{
	cr_assert_eq(calendar_weekday(day(2024, 1, 1)), 0);
	cr_assert_eq(calendar_weekday(day(2026, 11, 22)), 6);
	cr_assert_eq(calendar_weekday(0), 3);
}

Test(calendar, clocks_change_at_one_utc_on_the_last_sundays)
{
	const int64_t spring = (int64_t)day(2024, 3, 31) * 86400 + 3600;
	const int64_t autumn = (int64_t)day(2024, 10, 27) * 86400 + 3600;

	cr_assert_eq(calendar_offset_s(spring - 1), 3600);
	cr_assert_eq(calendar_offset_s(spring), 7200);
	cr_assert_eq(calendar_offset_s(autumn - 1), 7200);
	cr_assert_eq(calendar_offset_s(autumn), 3600);
	cr_assert_eq(calendar_offset_s((int64_t)day(2025, 3, 30) * 86400),
		     3600);
	cr_assert_eq(calendar_offset_s((int64_t)day(2025, 3, 31) * 86400),
		     7200);
}

/* Ascension Day fell on 1 May in 2008 and falls on 8 May in 2059,
 * 2070, 2081 and 2092. */
Test(calendar, a_year_has_eleven_public_holidays_unless_two_fall_together)
{
	for (int year = 2000; year < 2100; year++) {
		const int together = year == 2008 || year == 2059 ||
				     year == 2070 || year == 2081 ||
				     year == 2092;
		int count = 0;

		for (int32_t d = day(year, 1, 1); d <= day(year, 12, 31); d++)
			count += calendar_is_public_holiday(d);
		cr_assert_eq(count, together ? 10 : 11, "%d", year);
	}
}

Test(calendar, holidays_that_move_are_found)
{
	cr_assert(calendar_is_public_holiday(day(2024, 4, 1)));
	cr_assert(calendar_is_public_holiday(day(2025, 5, 29)));
	cr_assert(calendar_is_public_holiday(day(2026, 5, 25)));
	cr_assert(calendar_is_public_holiday(day(2026, 7, 14)));
	cr_assert_not(calendar_is_public_holiday(day(2026, 7, 13)));
	cr_assert_not(calendar_is_public_holiday(day(2024, 3, 31)));
}

Test(calendar, schools_rest_for_about_sixteen_weeks_a_year)
{
	int count = 0;

	for (int32_t d = day(2025, 1, 1); d <= day(2025, 12, 31); d++)
		count += calendar_is_school_holiday(d);
	cr_assert_eq(count, 4 + 16 + 16 + 58 + 16 + 12);
}

Test(calendar, any_28_days_hold_a_month_end)
{
	int32_t last = day(2000, 1, 1);

	for (int32_t d = last; d < day(2100, 1, 1); d++) {
		if (!calendar_is_month_end(d))
			continue;
		cr_assert_leq(d - last, 28);
		last = d;
	}
	cr_assert(calendar_is_month_end(day(2024, 2, 28)));
	cr_assert(calendar_is_month_end(day(2024, 2, 29)));
	cr_assert(calendar_is_month_end(day(2024, 3, 2)));
	cr_assert_not(calendar_is_month_end(day(2024, 3, 3)));
	cr_assert_not(calendar_is_month_end(day(2024, 2, 27)));
}
