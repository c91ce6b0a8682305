/* SPDX-License-Identifier: BSD-3-Clause */
#include "draw.h"

#include <assert.h>
#include <stddef.h>

void
draw_init(struct draw *draw, uint64_t seed, uint64_t stream)
{
	assert(draw != NULL);
	draw->state = seed;
	draw->state = draw_u64(draw) ^ stream;
	draw->state = draw_u64(draw);
}

uint64_t
draw_u64(struct draw *draw)
{
	uint64_t z;

	assert(draw != NULL);
	draw->state += UINT64_C(0x9e3779b97f4a7c15);
	z = draw->state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
draw_below(struct draw *draw, uint64_t limit)
{
	assert(limit >= 1 && limit <= UINT64_C(1) << 32);
	return ((draw_u64(draw) >> 32) * limit) >> 32;
}
