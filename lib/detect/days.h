/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * days.h - the days of an entity that daily statistics may use.
 *
 * Positions number the usable days only (calendar.h), from the entity's
 * first, so that a missing day never stands as a zero. A day is a UTC day;
 * its type is that of the local date at its noon, and each of its hours
 * falls into a shape class: local hour of the day, by type of day.
 */
#ifndef SEEP_DETECT_DAYS_H
#define SEEP_DETECT_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>

#include "detect/arena.h"
#include "detect/calendar.h"

#define SEEP__NO_POSITION UINT32_MAX

/* Types of days, and shape classes of hours: type * 24 + local hour. */
enum { SEEP__WORK = 0, SEEP__REST = 1, SEEP__DAY_TYPES = 2 };
#define SEEP__SHAPES (SEEP__DAY_TYPES * 24)

struct seep__days {
	const struct seep__calendar *calendar;
	size_t count;       /* positions */
	uint32_t *usable;   /* calendar index of each position */
	uint32_t *position; /* of each calendar index, or NO_POSITION */
	uint32_t *covered;  /* bit h: UTC hour h of the day is covered */
	uint8_t *type;
	uint8_t *weekday; /* local, 0 = Monday */
	uint8_t *shape;   /* count * 24: class of each UTC hour */
};

/* struct seep__clocks: the site's local time, as the caller gave it. */
struct seep__clocks {
	const struct seep_utc_offset *offsets;
	size_t offsets_count;
	const struct seep_day_type *types;
	size_t types_count;
};

/*
 * seep__days_init() lists the usable days from calendar index 'first_day'
 * on. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__days_init(struct seep__days *days, const struct seep__calendar *calendar,
		const struct seep__clocks *clocks, size_t first_day,
		struct seep__arena *arena);

/* seep__days_start() returns the first UTC hour of a position's day. */
uint32_t
seep__days_start(const struct seep__days *days, size_t position);

/* seep__days_date() returns a position's UTC day since 1970. */
uint32_t
seep__days_date(const struct seep__days *days, size_t position);

/* seep__days_before() returns how many positions lie before a calendar day
 * index. */
size_t
seep__days_before(const struct seep__days *days, size_t day);

#endif
