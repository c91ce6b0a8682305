/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * draw.h - reproducible random numbers, one stream per (day, actor).
 *
 * An actor that draws more or less, or is left out, moves nobody else's
 * numbers: this is what makes the twin equal to the case but for the leak.
 *
 * Source   splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
 *          number generators", 2014). Integers only: every machine agrees.
 */
#ifndef SEEP_DEMO_DRAW_H
#define SEEP_DEMO_DRAW_H

#include <stdint.h>

struct draw {
	uint64_t state;
};

void
draw_init(struct draw *draw, uint64_t seed, uint32_t day, uint32_t actor);

uint64_t
draw_u64(struct draw *draw);

/* draw_range() returns a number in low..high, both included. */
uint64_t
draw_range(struct draw *draw, uint64_t low, uint64_t high);

/*
 * draw_heavy() returns low / u, u uniform in (low/high, 1]: a Pareto tail
 * with exponent 1, cut at 'high'. Most draws are near 'low', a few near
 * 'high': sizes of files and of nightly backups look like this.
 */
uint64_t
draw_heavy(struct draw *draw, uint64_t low, uint64_t high);

/* draw_weighted() returns an index of 'weights', by weight. */
uint32_t
draw_weighted(struct draw *draw, const uint8_t *weights, uint32_t count);

#endif
