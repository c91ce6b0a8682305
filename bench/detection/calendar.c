/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/calendar.h"

#include <stddef.h>

/* Years are taken to begin in March: leap days then come last. 146097 days
 * are 400 years; 719468 lie between 0000-03-01 and 1970-01-01. */
int32_t
calendar_day(struct calendar_date date)
{
	const int year = date.month <= 2 ? date.year - 1 : date.year;
	const int era = year / 400;
	const int of_era = year - era * 400;
	const int month = date.month > 2 ? date.month - 3 : date.month + 9;
	const int of_year = (153 * month + 2) / 5 + date.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

struct calendar_date
calendar_date(int32_t day)
{
	const int z = day + 719468;
	const int era = z / 146097;
	const int of_era = z - era * 146097;
	const int year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int of_year = of_era - (365 * year + year / 4 - year / 100);
	const int month = (5 * of_year + 2) / 153;
	const struct calendar_date date = {
	    .year = year + era * 400 + (month >= 10),
	    .month = month < 10 ? month + 3 : month - 9,
	    .day = of_year - (153 * month + 2) / 5 + 1,
	};

	return date;
}

int
calendar_weekday(int32_t day)
{
	/* 1970-01-01 was a Thursday; kept above 0 before it. */
	return (int)((day + 3 + 7 * 100000) % 7);
}

/* The last Sunday of a month of 31 days, at 01:00 UTC. */
static int64_t
change_s(int year, int month)
{
	const struct calendar_date last = {year, month, 31};
	const int32_t day = calendar_day(last);
	const int back = (calendar_weekday(day) + 1) % 7;

	return (int64_t)(day - back) * CALENDAR_DAY_S + CALENDAR_HOUR_S;
}

int32_t
calendar_offset_s(int64_t utc_s)
{
	const int year = calendar_date((int32_t)(utc_s / CALENDAR_DAY_S)).year;

	return utc_s >= change_s(year, 3) && utc_s < change_s(year, 10)
		   ? 2 * CALENDAR_HOUR_S
		   : CALENDAR_HOUR_S;
}

/* Easter Sunday of the Gregorian calendar. */
static int32_t
easter(int year)
{
	const int a = year % 19, b = year / 100, c = year % 100;
	const int g = (8 * b + 13) / 25;
	const int h = (19 * a + b - b / 4 - g + 15) % 30;
	const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	const int m = (a + 11 * h + 22 * l) / 451;
	const struct calendar_date date = {year, (h + l - 7 * m + 114) / 31,
					   (h + l - 7 * m + 114) % 31 + 1};

	return calendar_day(date);
}

int
calendar_is_public_holiday(int32_t day)
{
	static const struct {
		int month, day;
	} fixed[] = {{1, 1},  {5, 1},  {5, 8},   {7, 14},
		     {8, 15}, {11, 1}, {11, 11}, {12, 25}};
	const struct calendar_date date = calendar_date(day);
	const int32_t after = day - easter(date.year);

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (fixed[i].month == date.month && fixed[i].day == date.day)
			return 1;
	return after == 1 || after == 39 || after == 50;
}

int
calendar_is_school_holiday(int32_t day)
{
	static const struct {
		int from, until; /* month * 100 + day, both included */
	} weeks[] = {{101, 104}, {208, 223},   {405, 420},
		     {705, 831}, {1018, 1102}, {1220, 1231}};
	const struct calendar_date date = calendar_date(day);
	const int at = date.month * 100 + date.day;

	for (size_t i = 0; i < sizeof(weeks) / sizeof(*weeks); i++)
		if (at >= weeks[i].from && at <= weeks[i].until)
			return 1;
	return 0;
}

int
calendar_is_month_end(int32_t day)
{
	return calendar_date(day).day <= 2 || calendar_date(day + 2).day <= 2;
}
