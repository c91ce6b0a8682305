/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * calendar.h - which hours and days does the evidence cover?
 *
 * Only hours and days that hold a record are listed: one packet dated 2033
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
	uint32_t covered; /* hours with a record, 1..24 */
};

struct seep__calendar {
	const uint32_t *hours; /* covered hours, ascending */
	size_t hours_count;
	struct seep__date_day *days; /* days with a covered hour, ascending */
	size_t days_count;
};

/*
 * seep__calendar_init() reads the covered hours in [from, until) of a
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

/*
 * seep__calendar_gaps() lists the gaps between the first and the last
 * covered hour. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__calendar_gaps(const struct seep__calendar *calendar,
		    struct seep__arena *arena, const struct seep_gap **gaps,
		    size_t *count);

#endif
