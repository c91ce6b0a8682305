/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * window.h - sliding sums of bins over 1 h, 1 d, 7 d, 30 d and 90 d.
 *
 * Algorithm   two-pointer sums over the sparse hours that hold data; exact,
 *             integers. Work follows the hours held, not the span.
 * Memory      what the caller holds; 5 sums and 5 tails here.
 */
#ifndef SEEP_LEDGER_WINDOW_H
#define SEEP_LEDGER_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#define SEEP__WINDOWS 5

/* seep__window_hours: 1, 24, 168, 720, 2160. */
extern const uint32_t seep__window_hours[SEEP__WINDOWS];

/* struct seep__hoursum: one hour of a series, ascending hours. */
struct seep__hoursum {
	uint32_t hour;
	uint64_t bytes;
};

/*
 * struct seep__windows: slides over a series. After _advance to hour h,
 * sums[w] is the sum over hours (h - window_hours[w], h].
 */
struct seep__windows {
	const struct seep__hoursum *series;
	size_t count;
	size_t head;
	size_t tails[SEEP__WINDOWS];
	uint64_t sums[SEEP__WINDOWS];
};

/*
 * seep__windows_init() starts before the first hour. 'series' is borrowed,
 * its hours strictly ascending; NULL is fine when 'count' is 0.
 */
void
seep__windows_init(struct seep__windows *windows,
		   const struct seep__hoursum *series, size_t count);

/*
 * seep__windows_advance() moves to 'hour', which must not go back, and
 * brings the sums up to date.
 */
void
seep__windows_advance(struct seep__windows *windows, uint32_t hour);

#endif
