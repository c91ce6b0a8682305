/* SPDX-License-Identifier: BSD-3-Clause */
/* seeds.h - what the files of the seed writer share. */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include <stddef.h>

/* seed_write() writes the next seed of a target. */
void
seed_write(const char *target, const void *data, size_t size);

/* seed_frames() writes those of 'decode' and 'capture'. */
void
seed_frames(void);

#endif
