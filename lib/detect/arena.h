/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arena.h - memory that is given back all at once.
 *
 * Algorithm   bump allocation in chunks that double up to a limit.
 * Memory      at most one chunk more than was asked for.
 */
#ifndef SEEP_DETECT_ARENA_H
#define SEEP_DETECT_ARENA_H

#include <stddef.h>

#include "base/mem.h"

struct seep__chunk;

struct seep__taken_block;

struct seep__arena {
	struct seep__mem *mem;
	struct seep__chunk *chunks;
	const struct seep__taken_block *taken;
};

void
seep__arena_init(struct seep__arena *arena, struct seep__mem *mem);

/* seep__arena_clear() gives everything back; the arena may be used again. */
void
seep__arena_clear(struct seep__arena *arena);

/*
 * seep__arena_get() returns count * size cleared bytes, aligned for any
 * type; a unique pointer when that is 0. NULL when memory is refused:
 * seep__mem_why() tells why.
 */
void *
seep__arena_get(struct seep__arena *arena, size_t count, size_t size);

/*
 * seep__arena_take() makes the arena the owner of a block of its account, of
 * 'size' bytes: what grew to its true size need not be copied.
 *
 * Returns SEEP_OK, or SEEP_ENOMEM, SEEP_EBUDGET: then the block is still the
 * caller's.
 */
int
seep__arena_take(struct seep__arena *arena, void *block, size_t size);

/* seep__arena_copy() is like _get, but holds a copy of 'data'. */
void *
seep__arena_copy(struct seep__arena *arena, const void *data, size_t count,
		 size_t size);

#endif
