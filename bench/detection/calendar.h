/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * calendar.h - the clock and the days of a French administration.
 *
 * Days are counted from 1970-01-01. Nothing is read from the machine: the
 * rules are written out here.
 *
 * Source   Directive 2000/84/EC (clock change); Code du travail L3133-1
 *          (public holidays); Butcher 1876 (Easter). School holidays are
 *          of no one year: their usual weeks, the same every year.
 */
#ifndef BENCH_DETECTION_CALENDAR_H
#define BENCH_DETECTION_CALENDAR_H

#include <stdint.h>

#define CALENDAR_DAY_S 86400
#define CALENDAR_HOUR_S 3600

struct calendar_date {
	int year;
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

struct calendar_date
calendar_date(int32_t day);

int32_t
calendar_day(struct calendar_date date);

/* calendar_weekday(): 0 = Monday .. 6 = Sunday. */
int
calendar_weekday(int32_t day);

/* calendar_offset_s(): local time less UTC at 'utc_s'; 3600 or 7200. */
int32_t
calendar_offset_s(int64_t utc_s);

int
calendar_is_public_holiday(int32_t day);

int
calendar_is_school_holiday(int32_t day);

/*
 * calendar_is_month_end(): the last two days of a month and the first two
 * of the next. Four days, because then none of its gaps is longer than 27
 * days and 28 days of history always hold one.
 */
int
calendar_is_month_end(int32_t day);

#endif
