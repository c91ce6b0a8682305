/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seed.h - keys for hash tables that strangers fill.
 */
#ifndef SEEP_TOOLS_SEED_H
#define SEEP_TOOLS_SEED_H

#include <stdint.h>

/*
 * seed_draw() returns 64 bits that nobody outside can know, for the 'seed' of
 * every engine and source. With a known one, peers, ports and uids could be
 * chosen so that they collide, and each of them then costs as much as all
 * before it. Results never depend on it, so a system without random numbers
 * is complained about and no reason to fail.
 */
uint64_t
seed_draw(void);

#endif
