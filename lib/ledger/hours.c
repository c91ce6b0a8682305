/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/hours.h"

#include <assert.h>

#define WORD_HOURS 64

void
seep__hours_init(struct seep__hours *hours, struct seep__mem *mem)
{
	assert(mem != NULL);
	seep__ordmap_init(&hours->words, mem);
	hours->last_key = 0;
	hours->last_word = 0;
}

void
seep__hours_clear(struct seep__hours *hours)
{
	seep__ordmap_clear(&hours->words);
	hours->last_key = 0;
	hours->last_word = 0;
}

/* The bits of [first, last] that lie in word 'key'. */
static uint64_t
mask_of(uint64_t key, uint32_t first, uint32_t last)
{
	uint64_t mask = UINT64_MAX;

	assert(first / WORD_HOURS <= key && key <= last / WORD_HOURS);
	if (key == first / WORD_HOURS)
		mask &= UINT64_MAX << first % WORD_HOURS;
	if (key == last / WORD_HOURS)
		mask &= UINT64_MAX >> (WORD_HOURS - 1 - last % WORD_HOURS);
	return mask;
}

static int
known(const struct seep__hours *hours, uint32_t first, uint32_t last)
{
	uint64_t mask;

	assert(first <= last);
	if (first / WORD_HOURS != hours->last_key ||
	    last / WORD_HOURS != hours->last_key)
		return 0;
	mask = mask_of(hours->last_key, first, last);
	return (hours->last_word & mask) == mask;
}

int
seep__hours_reserve(struct seep__hours *hours, uint32_t first, uint32_t last)
{
	uint64_t key;
	int why = SEEP_OK;

	assert(first <= last);
	if (known(hours, first, last))
		return SEEP_OK;
	for (key = first / WORD_HOURS; key <= last / WORD_HOURS; key++) {
		if (seep__ordmap_slot(&hours->words, key, &why) == NULL)
			return why;
	}
	return SEEP_OK;
}

void
seep__hours_add(struct seep__hours *hours, uint32_t first, uint32_t last)
{
	uint64_t key;

	assert(first <= last);
	if (known(hours, first, last))
		return;
	for (key = first / WORD_HOURS; key <= last / WORD_HOURS; key++) {
		uint64_t *word = seep__ordmap_find(&hours->words, key);

		assert(word != NULL);
		*word |= mask_of(key, first, last);
		hours->last_key = key;
		hours->last_word = *word;
	}
}

int
seep__hours_hold(const struct seep__hours *hours, uint32_t hour)
{
	const uint64_t *word =
	    seep__ordmap_find(&hours->words, hour / WORD_HOURS);

	return word != NULL && (*word >> hour % WORD_HOURS & 1) != 0;
}

size_t
seep__hours_list(const struct seep__hours *hours, uint32_t *out)
{
	const uint64_t *word;
	uint64_t key = 0;
	size_t count = 0;

	while ((word = seep__ordmap_next(&hours->words, &key)) != NULL) {
		uint32_t bit;

		for (bit = 0; bit < WORD_HOURS; bit++) {
			if ((*word >> bit & 1) == 0)
				continue;
			if (out != NULL)
				out[count] = (uint32_t)key * WORD_HOURS + bit;
			count++;
		}
		key++;
	}
	return count;
}
