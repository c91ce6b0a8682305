/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * series.h - the bytes of a stratum by usable day and by covered hour.
 *
 * A stratum is a range of an entity's peers, seen in one direction or in
 * all. Positions number the usable days only (calendar.h), from the
 * entity's first, so that a missing day never stands as a zero.
 */
#ifndef SEEP_DETECT_SERIES_H
#define SEEP_DETECT_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "detect/subject.h"

#define SEEP__NO_POSITION UINT32_MAX

struct seep__series {
	const struct seep__subject *subject;
	/* direction: UNKNOWN = all. */
	enum seep_direction direction;
	uint32_t *usable;   /* day index of each position */
	uint32_t *position; /* of each day index, or SEEP__NO_POSITION */
	size_t count;       /* positions */
};

/*
 * seep__series_init() finds the usable days; memory from the subject's
 * scratch. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__series_init(struct seep__series *series,
		  const struct seep__subject *subject);

/*
 * seep__series_days() adds up the peers [first, end) that were not known
 * before day index 'known_from' (0 = all); 'values' has one per position.
 */
void
seep__series_days(const struct seep__series *series, size_t first, size_t end,
		  uint32_t known_from, uint64_t *values);

/*
 * seep__series_hours() is like it for the calendar's hours. Timed cells
 * only: an hour inside a longer flow is a share, not an observation.
 */
void
seep__series_hours(const struct seep__series *series, size_t first, size_t end,
		   uint64_t *values);

/*
 * seep__series_passing() adds up, for the positions before 'end', the peers
 * that came late or went soon: the days from which and on which they were
 * known span at most half of the time before 'end'.
 */
void
seep__series_passing(const struct seep__series *series, size_t end,
		     uint64_t *values);

/* seep__series_before() returns how many positions lie before a day index. */
size_t
seep__series_before(const struct seep__series *series, size_t day);

/* seep__series_start() returns the first UTC hour of a position's day. */
uint32_t
seep__series_start(const struct seep__series *series, size_t position);

/* seep__series_day() returns a position's UTC day since 1970. */
uint32_t
seep__series_day(const struct seep__series *series, size_t position);

#endif
