/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * draw.h - numbers that look random and are the same on every machine.
 *
 * Algorithm   SplitMix64. Nothing secret hangs on it.
 * Source      Steele, Lea, Flood, "Fast splittable pseudorandom number
 *             generators", OOPSLA 2014; constants of Vigna's splitmix64.c.
 */
#ifndef SEEP_TOOLS_DRAW_H
#define SEEP_TOOLS_DRAW_H

#include <stdint.h>

struct draw {
	uint64_t state;
};

/* draw_init() starts a stream; streams of one seed are independent. */
void
draw_init(struct draw *draw, uint64_t seed, uint64_t stream);

/* draw_u64() gives 64 bits. */
uint64_t
draw_u64(struct draw *draw);

/* draw_below() gives a number in [0, limit); 1 <= limit <= 2^32. Its bias is
 * below 2^-32. */
uint64_t
draw_below(struct draw *draw, uint64_t limit);

#endif
