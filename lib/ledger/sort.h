/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sort.h - a stable sort of 64-bit keys that carry an index.
 *
 * Algorithm   least-significant-digit radix sort, one byte a pass; bytes
 *             that are equal in every key cost nothing; insertion sort
 *             below 48 items. Stable, so that a longer key is sorted by
 *             its parts, last part first. No comparison: no input makes
 *             it quadratic.
 * Memory      'scratch', as many items again.
 * Time        O(bytes that differ x count).
 */
#ifndef SEEP_LEDGER_SORT_H
#define SEEP_LEDGER_SORT_H

#include <stddef.h>
#include <stdint.h>

struct seep__sortable {
	uint64_t key;
	uint32_t index;
	uint32_t spare;
};

/* seep__sort() sorts 'items' by key; 'scratch' has room for 'count' too. */
void
seep__sort(struct seep__sortable *items, struct seep__sortable *scratch,
	   size_t count);

#endif
