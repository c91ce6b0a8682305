/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/mem.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * ROOM_MIN: elements that an array gets at first. 8 keeps the arrays of the
 * many small objects near a cache line; more would waste it, fewer would
 * only add resizes to those that grow.
 */
#define ROOM_MIN 8

struct seep__mem {
	struct seep_alloc alloc;
	uint64_t budget_bytes; /* 0 = none */
	atomic_uint_fast64_t used;
	atomic_uint_fast64_t used_max;
	atomic_size_t refs;
	atomic_int why;
};

static void *
malloc_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void *
malloc_resize(void *ctx, void *ptr, size_t old_size, size_t size)
{
	(void)ctx;
	(void)old_size;
	return realloc(ptr, size);
}

static void
malloc_release(void *ctx, void *ptr, size_t size)
{
	(void)ctx;
	(void)size;
	free(ptr);
}

static const struct seep_alloc malloc_default = {
    .alloc = malloc_alloc,
    .resize = malloc_resize,
    .release = malloc_release,
};

int
seep__mem_new(struct seep__mem **mem, const struct seep_alloc *alloc,
	      uint64_t budget_bytes)
{
	struct seep__mem *made;

	assert(mem != NULL);
	*mem = NULL;
	if (alloc == NULL)
		alloc = &malloc_default;
	assert(alloc->alloc && alloc->resize && alloc->release);
	made = alloc->alloc(alloc->ctx, sizeof(*made));
	if (made == NULL)
		return SEEP_ENOMEM;
	made->alloc = *alloc;
	made->budget_bytes = budget_bytes;
	/* The account pays for itself, so that the ceiling is the whole. */
	atomic_init(&made->used, sizeof(*made));
	atomic_init(&made->used_max, sizeof(*made));
	atomic_init(&made->refs, 1);
	atomic_init(&made->why, SEEP_ENOMEM);
	*mem = made;
	return SEEP_OK;
}

struct seep__mem *
seep__mem_ref(struct seep__mem *mem)
{
	size_t before = atomic_fetch_add(&mem->refs, 1);

	assert(mem != NULL);
	assert(before > 0);
	(void)before;
	return mem;
}

void
seep__mem_unref(struct seep__mem *mem)
{
	struct seep_alloc alloc;
	size_t before;

	if (mem == NULL)
		return;
	before = atomic_fetch_sub(&mem->refs, 1);
	assert(before > 0);
	if (before != 1)
		return;
	/* Whoever made it gave everything back before the last reference. */
	assert(atomic_load(&mem->used) == sizeof(*mem));
	alloc = mem->alloc;
	alloc.release(alloc.ctx, mem, sizeof(*mem));
}

static void
raise_max(struct seep__mem *mem, uint_fast64_t used)
{
	uint_fast64_t max = atomic_load(&mem->used_max);

	while (used > max &&
	       !atomic_compare_exchange_weak(&mem->used_max, &max, used))
		continue;
}

int
seep__mem_charge(struct seep__mem *mem, size_t size)
{
	uint_fast64_t used = atomic_load(&mem->used);
	uint_fast64_t limit =
	    mem->budget_bytes > 0 ? mem->budget_bytes : UINT64_MAX;

	assert(mem != NULL);
	do {
		if (used > limit || size > limit - used) {
			atomic_store(&mem->why, SEEP_EBUDGET);
			return SEEP_EBUDGET;
		}
	} while (!atomic_compare_exchange_weak(&mem->used, &used, used + size));
	raise_max(mem, used + size);
	return SEEP_OK;
}

void
seep__mem_discharge(struct seep__mem *mem, size_t size)
{
	uint_fast64_t before = atomic_fetch_sub(&mem->used, size);

	assert(mem != NULL);
	assert(before >= size + sizeof(*mem));
	(void)before;
}

void *
seep__mem_get(struct seep__mem *mem, size_t size)
{
	void *ptr;

	assert(mem != NULL);
	assert(size > 0);
	if (seep__mem_charge(mem, size) != SEEP_OK)
		return NULL;
	ptr = mem->alloc.alloc(mem->alloc.ctx, size);
	if (ptr == NULL) {
		seep__mem_discharge(mem, size);
		atomic_store(&mem->why, SEEP_ENOMEM);
	}
	return ptr;
}

void *
seep__mem_zero(struct seep__mem *mem, size_t count, size_t size)
{
	void *ptr;

	assert(count > 0 && size > 0);
	if (size > 0 && count > SIZE_MAX / size) {
		atomic_store(&mem->why, SEEP_ENOMEM);
		return NULL;
	}
	ptr = seep__mem_get(mem, count * size);
	if (ptr != NULL)
		memset(ptr, 0, count * size);
	return ptr;
}

void *
seep__mem_resize(struct seep__mem *mem, void *ptr, size_t old_size, size_t size)
{
	void *moved;

	assert(size > 0);
	assert((ptr == NULL) == (old_size == 0));
	if (ptr == NULL)
		return seep__mem_get(mem, size);
	if (size > old_size &&
	    seep__mem_charge(mem, size - old_size) != SEEP_OK)
		return NULL;
	moved = mem->alloc.resize(mem->alloc.ctx, ptr, old_size, size);
	if (moved == NULL) {
		if (size > old_size)
			seep__mem_discharge(mem, size - old_size);
		atomic_store(&mem->why, SEEP_ENOMEM);
		return NULL;
	}
	if (size < old_size)
		seep__mem_discharge(mem, old_size - size);
	return moved;
}

void
seep__mem_put(struct seep__mem *mem, void *ptr, size_t size)
{
	if (ptr == NULL)
		return;
	assert(mem != NULL && size > 0);
	mem->alloc.release(mem->alloc.ctx, ptr, size);
	seep__mem_discharge(mem, size);
}

int
seep__mem_why(const struct seep__mem *mem)
{
	assert(mem != NULL);
	return atomic_load(&mem->why);
}

uint64_t
seep__mem_budget(const struct seep__mem *mem)
{
	assert(mem != NULL);
	return mem->budget_bytes;
}

uint64_t
seep__mem_used(const struct seep__mem *mem)
{
	assert(mem != NULL);
	return atomic_load(&mem->used);
}

uint64_t
seep__mem_used_max(const struct seep__mem *mem)
{
	assert(mem != NULL);
	return atomic_load(&mem->used_max);
}

static int
set_room(struct seep__mem *mem, void **array, size_t *room, size_t want,
	 size_t size)
{
	void *moved = seep__mem_resize(mem, *array, *room * size, want * size);

	assert(want > *room);
	if (moved == NULL)
		return seep__mem_why(mem);
	*array = moved;
	*room = want;
	return SEEP_OK;
}

int
seep__mem_grow(struct seep__mem *mem, void **array, size_t *room, size_t need,
	       size_t size)
{
	size_t most = SIZE_MAX / size;
	size_t want;

	assert(size > 0);
	assert((*array == NULL) == (*room == 0));
	if (need <= *room)
		return SEEP_OK;
	if (need > most) {
		atomic_store(&mem->why, SEEP_ENOMEM);
		return SEEP_ENOMEM;
	}
	want = *room > most / 2 ? most : *room * 2;
	if (want < ROOM_MIN && ROOM_MIN <= most)
		want = ROOM_MIN;
	if (want < need)
		want = need;
	/* Near the budget's end, twice may be too much where enough is not. */
	if (want > need && set_room(mem, array, room, want, size) == SEEP_OK)
		return SEEP_OK;
	return set_room(mem, array, room, need, size);
}
