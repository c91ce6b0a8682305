/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/sort.h"

#include <assert.h>
#include <string.h>

/*
 * Below this many items an insertion sort is faster than one pass over the
 * 256 counters; anything from 32 to 100 measures the same.
 */
#define INSERTION_MAX 48

static void
sort_by_insertion(struct seep__sortable *items, size_t count)
{
	size_t i;
	size_t j;

	for (i = 1; i < count; i++) {
		struct seep__sortable item = items[i];

		for (j = i; j > 0 && items[j - 1].key > item.key; j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

/* The bits in which at least two keys differ. */
static uint64_t
differing_bits(const struct seep__sortable *items, size_t count)
{
	uint64_t all = items[0].key;
	uint64_t any = items[0].key;
	size_t i;

	for (i = 1; i < count; i++) {
		all &= items[i].key;
		any |= items[i].key;
	}
	return any & ~all;
}

static void
sort_byte(const struct seep__sortable *from, struct seep__sortable *to,
	  size_t count, unsigned shift)
{
	size_t starts[256] = {0};
	size_t start = 0;
	size_t i;

	assert(from != to && shift < 64);
	for (i = 0; i < count; i++)
		starts[(from[i].key >> shift) & 0xff]++;
	for (i = 0; i < 256; i++) {
		size_t n = starts[i];

		starts[i] = start;
		start += n;
	}
	for (i = 0; i < count; i++)
		to[starts[(from[i].key >> shift) & 0xff]++] = from[i];
}

void
seep__sort(struct seep__sortable *items, struct seep__sortable *scratch,
	   size_t count)
{
	struct seep__sortable *from = items;
	struct seep__sortable *to = scratch;
	uint64_t differing;
	unsigned shift;

	assert(count == 0 || items != NULL);
	if (count <= INSERTION_MAX) {
		sort_by_insertion(items, count);
		return;
	}
	assert(scratch != NULL && scratch != items);
	differing = differing_bits(items, count);
	for (shift = 0; shift < 64; shift += 8) {
		struct seep__sortable *swap = from;

		if (((differing >> shift) & 0xff) == 0)
			continue;
		sort_byte(from, to, count, shift);
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
}
