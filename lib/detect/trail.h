/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trail.h - what a host sent to one peer or prefix, laid out by hour, and
 * the shape that this has: since when, how steadily, by day and by night.
 *
 * Shape    in integers only. Bytes enter as differences of logarithms, so
 *          that a factor on all of them changes no shape but 'log2_day',
 *          which it moves by the same amount everywhere.
 * Memory   13 bytes an hour and 8 a day of the calendar, and 4 KiB, whatever
 *          the number of channels.
 * Time     O(rows) to lay out, O(hours touched) to measure and to reset.
 */
#ifndef SEEP_DETECT_TRAIL_H
#define SEEP_DETECT_TRAIL_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#include "detect/reader.h"

/* One bit (a factor of two) in the fixed point of the scores. */
#define SEEP__BIT (INT32_C(1) << 16)

/* struct seep__ground: what all trails of a case are measured against. */
struct seep__ground {
	const struct seep__calendar *calendar;
	uint32_t *day_of;     /* calendar day of each calendar hour */
	uint32_t days;        /* usable ones */
	uint32_t hours;       /* covered ones */
	uint32_t weekday[7];  /* usable days by weekday, 0 = Monday, UTC */
	uint32_t by_hour[24]; /* covered hours by UTC hour of the day */
};

struct seep__trail {
	const struct seep__ground *ground;
	/* out: outbound bytes of each calendar hour; timed: some of them lie
	 * in that hour for certain. */
	uint64_t *out;
	uint8_t *timed;
	uint32_t *touched; /* hours with bytes out */
	size_t touched_count;
	uint64_t *day_out; /* zero but while a trail is measured */
	uint32_t *bins;    /* the same */
	/* cells: of the trails that were joined, their hours by bytes. */
	uint32_t *cells;
	uint32_t cells_count;
	/* bytes_*: without those that the sensor missed. */
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t bytes_missed;
	uint64_t bytes_spread;
	uint64_t bytes_explained;
	uint64_t by_direction[SEEP_DIRECTION_PULL + 1];
};

/* struct seep__shape: what is kept of a trail. */
struct seep__shape {
	uint64_t bytes_out;
	uint64_t bytes_in;
	/* days_active: of the usable days; hours_active: of the covered hours.
	 */
	uint32_t days_active;
	uint32_t hours_active;
	/* by_hour: hours with timed bytes, by UTC hour of the day. */
	uint32_t by_hour[24];
	/* log2_day: of the bytes out in a day, mean over the usable days. */
	int32_t log2_day;
	/* even: 0 .. SEEP__EVEN_MAX; how little hours and days differ. Sums
	 * over many peers always differ little: of joined trails the hours of
	 * each have to be alike as well. */
	int32_t even;
	/* first, end: UTC hours, end exclusive. */
	uint32_t first;
	uint32_t end;
	uint8_t direction; /* of most bytes; a tie is push */
	/* is_long: most bytes lie in connections that last for hours, so that
	 * nobody knows when they went. */
	uint8_t is_long;
	/* is_explained: at least half of the bytes were said to be. */
	uint8_t is_explained;
	/* is_standing: see seep__trail_measure(). */
	uint8_t is_standing;
};

/* Two octaves of deviation are not even; an eighth of one is. */
#define SEEP__EVEN_MAX (4 * SEEP__BIT)

/* struct seep__step: bytes of one hour to be laid out. */
struct seep__step {
	uint32_t hour;     /* calendar index */
	uint8_t kind;      /* enum seep_cell_kind */
	uint8_t direction; /* enum seep_direction */
	uint8_t is_explained;
	uint64_t bytes_out;
	uint64_t bytes_in;
};

/* seep__ground_init() returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET. */
int
seep__ground_init(struct seep__ground *ground,
		  const struct seep__calendar *calendar,
		  struct seep__arena *arena);

/*
 * seep__trail_init() makes an empty trail; 'ground' must outlive it.
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__trail_init(struct seep__trail *trail, const struct seep__ground *ground,
		 struct seep__arena *arena);

/* seep__trail_reset() forgets everything that was laid out. */
void
seep__trail_reset(struct seep__trail *trail);

void
seep__trail_add(struct seep__trail *trail, const struct seep__step *step);

/* seep__trail_join() adds all of 'other', of the same ground. */
void
seep__trail_join(struct seep__trail *trail, const struct seep__trail *other);

/*
 * seep__trail_measure() tells the shape.
 *
 * A trail stands if it has bytes out on at least nine of ten usable days,
 * two weekdays left out: those with most days missing, so that the weekend
 * need not be known; in evidence of less than a week, Saturday and Sunday
 * (UTC). With fewer than three usable days hours decide, nine of ten
 * covered ones, of 24 at least. Where it does not stand, the rest of
 * 'shape' but 'bytes_out' and 'bytes_in' is not worked out.
 */
void
seep__trail_measure(struct seep__trail *trail, struct seep__shape *shape);

#endif
