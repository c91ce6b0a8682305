/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hourly.h - where does an hour of the week usually lie, and how far from it
 * is far?
 *
 * Location   of an hour: the median of the reference's values in its type
 *            of day, weekday and local hour, drawn towards that of its
 *            shape class (type of day, local hour), since a weekday occurs
 *            only every seven days.
 * Scale      median distance of the reference's hours from their location.
 * Values     log2(bytes + unit) in 1/65536, so that medians, and medians
 *            with one value left out, are ranks among integers.
 * Time       O(hours): two passes of a radix sort, then one per grouping.
 */
#ifndef SEEP_DETECT_HOURLY_H
#define SEEP_DETECT_HOURLY_H

#include <stddef.h>
#include <stdint.h>

#include "detect/arena.h"
#include "detect/days.h"

/* Cells: type of day, weekday, local hour. */
#define SEEP__HOUR_CELLS (SEEP__DAY_TYPES * 7 * 24)

struct seep__hourly {
	/* cell: location of an hour of a day outside the reference, in bits
	 * (not bits of information: doublings). */
	double cell[SEEP__HOUR_CELLS];
	/* scale: by type of day, in bits; > 0. */
	double scale[SEEP__DAY_TYPES];
	/* quiet: by type of day, bit h = local hour h is one of the quietest.
	 */
	uint32_t quiet[SEEP__DAY_TYPES];
};

/*
 * struct seep__inside: the reference's own days, as if each were none of
 * them where its own hours would decide: at its weekdays' medians, which
 * rest on few days, and at the choice of the quietest hours. A day of which
 * the quietest hours were chosen looks quieter than any later one.
 */
struct seep__inside {
	double *location; /* of each hour, days * 24; 0 where not covered */
	uint32_t *quiet;  /* of each day, as above */
};

/*
 * seep__hourly_init() reads the reference.
 *
 * 'logs'     by position * 24 + UTC hour, counted from position 'base';
 *            values below 64 << 16. Only covered hours are read.
 * 'count'    positions of the reference, > 0.
 * 'inside'   out, allocated from 'scratch'.
 * 'scratch'  for that and for what may be given back after the call.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__hourly_init(struct seep__hourly *hours, const struct seep__days *days,
		  const uint32_t *logs, size_t base, size_t count,
		  struct seep__inside *inside, struct seep__arena *scratch);

/* seep__hourly_flat() stands for a reference of equal hours of 'level' bits. */
void
seep__hourly_flat(struct seep__hourly *hours, double level);

/* seep__hourly_row() returns the first of the 24 cells, one a local hour, of
 * a position's day. */
size_t
seep__hourly_row(const struct seep__days *days, size_t position);

#endif
