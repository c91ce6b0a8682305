/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arrange.h - put an array into order without any memory beside it.
 *
 * Why        qsort(3) of the C library takes up to as much memory again as
 *            the array has, from nobody's account. What an attacker can make
 *            long is arranged here instead.
 * Algorithm  quicksort by the median of nine, heapsort where that goes
 *            wrong (Musser 1997), insertion for a few; an array that is in
 *            order already is only looked at.
 * Time       O(n log n) comparisons, O(n) when in order.
 * Order      of elements that compare equal is not kept: comparisons have to
 *            be total, or what they leave open must not matter.
 */
#ifndef SEEP_BASE_ARRANGE_H
#define SEEP_BASE_ARRANGE_H

#include <stddef.h>

/* Largest element. */
#define SEEP__ARRANGE_SIZE_MAX 128

/*
 * seep__arrange() is qsort(3) but for memory; 'size' is at most
 * SEEP__ARRANGE_SIZE_MAX, 'base' may be NULL when 'count' is 0.
 */
void
seep__arrange(void *base, size_t count, size_t size,
	      int (*compare)(const void *, const void *));

#endif
