/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/robust.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int
compare_u64(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
seep__spread_of(uint64_t *values, uint64_t *scratch, size_t count,
		struct seep__spread *spread)
{
	assert(spread);
	memset(spread, 0, sizeof(*spread));
	if (count == 0)
		return;
	assert(values && scratch);
	qsort(values, count, sizeof(*values), compare_u64);
	spread->count = count;
	spread->median = values[(count - 1) / 2];
	spread->q90 = values[(count * 9 + 9) / 10 - 1];
	spread->max = values[count - 1];
	for (size_t i = 0; i < count; i++)
		scratch[i] = values[i] > spread->median
				 ? values[i] - spread->median
				 : spread->median - values[i];
	qsort(scratch, count, sizeof(*scratch), compare_u64);
	spread->mad = scratch[(count - 1) / 2];
}

uint64_t
seep__spread_limit(const struct seep__spread *spread)
{
	/* 6 x 1.4826 = 8.8956. */
	const uint64_t whole = spread->mad / 10000;
	const uint64_t rest = spread->mad % 10000;
	uint64_t add;

	if (whole > UINT64_MAX / 88956 - 1)
		return UINT64_MAX;
	add = whole * 88956 + rest * 88956 / 10000;
	return add > UINT64_MAX - spread->median ? UINT64_MAX
						 : spread->median + add;
}

uint32_t
seep__log2_q16(uint64_t value)
{
	uint32_t whole = 0;
	uint32_t result;
	uint64_t x;

	if (value == 0)
		return 0;
	while (value >> whole > 1)
		whole++;
	/* x: the mantissa in [1, 2) with 31 bits after the point; its square
	 * fits 64 bits. */
	x = whole > 31 ? value >> (whole - 31) : value << (31 - whole);
	result = whole << 16;
	for (uint32_t bit = UINT32_C(1) << 15; bit; bit >>= 1) {
		x = (x * x) >> 31;
		if (x >> 32) {
			result |= bit;
			x >>= 1;
		}
	}
	return result;
}

uint64_t
seep__choose_log2_q16(uint64_t n, uint64_t k)
{
	uint64_t sum = 0;

	assert(k <= 4096);
	for (uint64_t i = 1; i <= k; i++) {
		/* (n + i) / i in 1/65536 keeps small steps visible. */
		const uint64_t ratio = ((n + i) << 16) / i;

		sum += seep__log2_q16(ratio) - (UINT32_C(16) << 16);
	}
	return sum;
}
