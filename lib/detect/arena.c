/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/* CHUNK_MIN, CHUNK_MAX: a small case takes one page; a large one asks the
 * allocator once per MiB. Larger steps would waste up to one chunk more. */
#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)

struct seep__chunk {
	struct seep__chunk *next;
	size_t size; /* as allocated, header included */
	size_t used; /* from the start of 'data' */
	alignas(max_align_t) unsigned char data[];
};

/* struct seep__taken_block: memory that the arena did not get itself. */
struct seep__taken_block {
	const struct seep__taken_block *next;
	void *block;
	size_t size;
};

void
seep__arena_init(struct seep__arena *arena, struct seep__mem *mem)
{
	assert(arena && mem);
	arena->mem = mem;
	arena->chunks = NULL;
	arena->taken = NULL;
}

void
seep__arena_clear(struct seep__arena *arena)
{
	struct seep__chunk *chunk = arena->chunks;
	const struct seep__taken_block *taken = arena->taken;

	/* What names the blocks lies in the chunks. */
	for (; taken; taken = taken->next)
		seep__mem_put(arena->mem, taken->block, taken->size);
	arena->taken = NULL;
	while (chunk) {
		struct seep__chunk *next = chunk->next;

		seep__mem_put(arena->mem, chunk, chunk->size);
		chunk = next;
	}
	arena->chunks = NULL;
}

int
seep__arena_take(struct seep__arena *arena, void *block, size_t size)
{
	struct seep__taken_block *taken =
	    seep__arena_get(arena, 1, sizeof(*taken));

	assert(block && size > 0);
	if (!taken)
		return seep__mem_why(arena->mem);
	taken->next = arena->taken;
	taken->block = block;
	taken->size = size;
	arena->taken = taken;
	return SEEP_OK;
}

static struct seep__chunk *
add_chunk(struct seep__arena *arena, size_t need)
{
	const size_t header = sizeof(struct seep__chunk);
	size_t size = CHUNK_MIN;
	struct seep__chunk *chunk;

	if (arena->chunks)
		size = arena->chunks->size * 2;
	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size - header < need)
		size = need + header;
	chunk = seep__mem_get(arena->mem, size);
	if (!chunk)
		return NULL;
	chunk->next = arena->chunks;
	chunk->size = size;
	chunk->used = 0;
	arena->chunks = chunk;
	return chunk;
}

void *
seep__arena_get(struct seep__arena *arena, size_t count, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct seep__chunk *chunk = arena->chunks;
	size_t need;
	void *data;

	assert(size > 0);
	/* An impossible size is left to the account, which refuses it and
	 * remembers why. */
	if (count > (SIZE_MAX / 4) / size)
		return seep__mem_zero(arena->mem, SIZE_MAX / 4, 2);
	need = count ? count * size : 1;
	need = (need + align - 1) / align * align;
	if (!chunk ||
	    chunk->size - sizeof(struct seep__chunk) - chunk->used < need)
		chunk = add_chunk(arena, need);
	if (!chunk)
		return NULL;
	data = chunk->data + chunk->used;
	chunk->used += need;
	return memset(data, 0, need);
}

void *
seep__arena_copy(struct seep__arena *arena, const void *data, size_t count,
		 size_t size)
{
	void *copy = seep__arena_get(arena, count, size);

	if (copy && count)
		memcpy(copy, data, count * size);
	return copy;
}
