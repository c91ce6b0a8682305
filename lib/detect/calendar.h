/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * calendar.h - which hours and days does the evidence cover?
 *
 * An hour is covered when a flow begins or ends in it. Hours that flows only
 * pass through hold shares of them, but do not show that anything was
 * recorded there: a flow of weeks that ends where the logs begin would make
 * weeks without a log a quiet past.
 *
 * Only hours and days that a flow touches are listed: one packet dated 2033
 * costs one entry, not seven years of them. What lies between is a gap, and
 * a gap is never a zero.
 */
#ifndef SEEP_DETECT_CALENDAR_H
#define SEEP_DETECT_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>
#include <seep/snapshot.h>

#include "detect/arena.h"

/*
 * A day with fewer covered hours is no day for daily statistics (design:
 * missing is not zero). 18 keeps days with a maintenance window of six
 * hours; at 12 a day of office hours would be compared with whole days.
 */
#define SEEP__DAY_HOURS_MIN 18

struct seep__date_day {
	uint32_t day;     /* UTC days since 1970 */
	uint32_t covered; /* hours, 0..24 */
};

struct seep__calendar {
	const uint32_t *hours;     /* that a flow touches, ascending */
	const uint8_t *is_covered; /* by hour */
	size_t hours_count;
	size_t hours_covered;
	struct seep__date_day *days; /* of these hours, ascending */
	size_t days_count;
};

/*
 * seep__calendar_init() reads the hours in [from, until) of a
 * snapshot, which must outlive the calendar.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__calendar_init(struct seep__calendar *calendar,
		    const struct seep_snapshot *snapshot, uint32_t from,
		    uint32_t until, struct seep__arena *arena);

/* seep__calendar_day() returns the index of the first day >= 'day'. */
size_t
seep__calendar_day(const struct seep__calendar *calendar, uint32_t day);

/* seep__calendar_hour() returns the index of the first hour >= 'hour'. */
size_t
seep__calendar_hour(const struct seep__calendar *calendar, uint32_t hour);

/* seep__calendar_usable(): may day 'index' enter daily statistics? */
int
seep__calendar_usable(const struct seep__calendar *calendar, size_t index);

/* seep__calendar_usable_days() counts them. */
size_t
seep__calendar_usable_days(const struct seep__calendar *calendar);

/* seep__calendar_usable_at() returns the index of usable day 'nth', from 0;
 * days_count when there are no more. */
size_t
seep__calendar_usable_at(const struct seep__calendar *calendar, size_t nth);

/*
 * seep__calendar_hour_of() and _day_of() return the index of the hour or day
 * that holds a cell of 'hour', of a calendar that is not empty. Every cell
 * lies in a listed hour (view.h); a saved case may come from anyone, so that
 * the bound of arrays does not rest on that alone.
 */
uint32_t
seep__calendar_hour_of(const struct seep__calendar *calendar, uint32_t hour);

uint32_t
seep__calendar_day_of(const struct seep__calendar *calendar, uint32_t hour);

/*
 * seep__calendar_gaps() lists the gaps between the first and the last
 * covered hour. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__calendar_gaps(const struct seep__calendar *calendar,
		    struct seep__arena *arena, const struct seep_gap **gaps,
		    size_t *count);

#endif
