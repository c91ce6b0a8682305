/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * robust.h - order statistics and logarithms in integers.
 *
 * Medians, spreads and quantiles of byte counts, and a base-2 logarithm in
 * 1/65536, so that every machine and compiler gives the same scores.
 */
#ifndef SEEP_DETECT_ROBUST_H
#define SEEP_DETECT_ROBUST_H

#include <stddef.h>
#include <stdint.h>

/* struct seep__spread: what is usual in a set of values. */
struct seep__spread {
	size_t count;
	uint64_t median; /* lower of the two middle values */
	uint64_t mad;    /* median distance from the median */
	uint64_t q90;    /* smallest value with 90 % at or below it */
	uint64_t max;
};

/*
 * seep__spread_of() describes 'count' values; it sorts 'values' and uses
 * 'scratch' (room for 'count'). All zero when count is 0.
 */
void
seep__spread_of(uint64_t *values, uint64_t *scratch, size_t count,
		struct seep__spread *spread);

/*
 * seep__log2_q16() returns log2(value) in 1/65536, cut downwards; value 0
 * counts as 1. By repeated squaring in 64-bit fixed point; the error is
 * below 2/65536 and the same everywhere.
 */
uint32_t
seep__log2_q16(uint64_t value);

/* seep__log2_q16_all() writes the same of each value + unit, saturating,
 * several times faster. 'unit' > 0. */
void
seep__log2_q16_all(const uint64_t *values, size_t count, uint64_t unit,
		   uint32_t *logs);

/* The median distance of normal noise is 1 / 1.4826 standard deviations. */
#define SEEP__MAD_TO_SIGMA 1.4826

/*
 * seep__median_of() returns the median of count > 0 values, the mean of the
 * middle two, and leaves them sorted. O(n log n) whatever they are: they
 * come from whoever sends the traffic.
 */
double
seep__median_of(double *values, size_t count);

/* Logarithms of 64-bit numbers in 1/65536 have 22 bits: two digits. */
#define SEEP__Q16_DIGIT_BITS 11
#define SEEP__Q16_DIGITS (1 << SEEP__Q16_DIGIT_BITS)

/* seep__select_q16() returns the value with 'rank' (0 = lowest) among
 * 'count', each below 64 << 16. O(n). */
uint32_t
seep__select_q16(const uint32_t *values, size_t count, size_t rank);

#endif
