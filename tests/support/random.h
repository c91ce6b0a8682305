/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * random.h - numbers that look random and are the same on every machine.
 */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

/* test_random() moves 'state' on and returns 64 bits (splitmix64). */
uint64_t
test_random(uint64_t *state);

/* test_random_below() returns 0..limit-1; 'limit' > 0. */
uint64_t
test_random_below(uint64_t *state, uint64_t limit);

#endif
