/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>

#include "draw.h"

uint64_t
draw_u64(struct draw *draw)
{
	uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
draw_init(struct draw *draw, uint64_t seed, uint32_t day, uint32_t actor)
{
	draw->state = seed;
	draw->state = draw_u64(draw) ^ ((uint64_t)day << 32 | actor);
	draw->state = draw_u64(draw);
}

uint64_t
draw_range(struct draw *draw, uint64_t low, uint64_t high)
{
	assert(low <= high && high - low < UINT64_C(1) << 63);
	return low + draw_u64(draw) % (high - low + 1);
}

uint64_t
draw_heavy(struct draw *draw, uint64_t low, uint64_t high)
{
	uint64_t least;

	assert(low > 0 && low <= high && high < UINT64_C(1) << 40);
	least = (low << 20) / high;
	return (low << 20) / draw_range(draw, least + 1, UINT64_C(1) << 20);
}

uint32_t
draw_weighted(struct draw *draw, const uint8_t *weights, uint32_t count)
{
	uint64_t sum = 0;
	uint64_t at;
	uint32_t i;

	for (i = 0; i < count; i++)
		sum += weights[i];
	assert(sum > 0);
	at = draw_range(draw, 0, sum - 1);
	for (i = 0; at >= weights[i]; i++)
		at -= weights[i];
	return i;
}
