/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/store.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#define SPACE (SEEP__STORE_SLOT + SEEP__STORE_PIECES * SEEP__STORE_PIECE)

struct seep__extent {
	struct seep__extent *next; /* on the list of freed ones */
	struct seep__store *store;
	struct seep__hash_key key;
	uint32_t *slots;
	size_t count;
	size_t room;
};

struct seep__store {
	struct seep__mem *mem;
	struct seep_store calls;
	struct seep__hash_key key;
	atomic_size_t refs;
	_Atomic(struct seep__extent *) freed; /* by any thread */
	/* the engine's thread alone */
	uint8_t *space;
	int lent[2];
	uint64_t serial; /* extents made */
	uint32_t *idle;  /* slots that may be used again */
	size_t idle_count;
	size_t idle_room; /* at least slot_count: giving back cannot fail */
	uint32_t slot_count;
};

int
seep__store_new(struct seep__store **store, const struct seep_store *calls,
		const struct seep__hash_key *key, struct seep__mem *mem)
{
	struct seep__store *made;

	assert(mem != NULL && key != NULL);
	*store = NULL;
	if (calls->read == NULL || calls->write == NULL)
		return SEEP_EINVAL;
	made = seep__mem_zero(mem, 1, sizeof(*made));
	if (made == NULL)
		return seep__mem_why(mem);
	made->space = seep__mem_get(mem, SPACE);
	if (made->space == NULL) {
		seep__mem_put(mem, made, sizeof(*made));
		return seep__mem_why(mem);
	}
	made->mem = seep__mem_ref(mem);
	made->calls = *calls;
	made->key = *key;
	atomic_init(&made->refs, 1);
	atomic_init(&made->freed, NULL);
	*store = made;
	return SEEP_OK;
}

static void
put_extent(struct seep__mem *mem, struct seep__extent *extent)
{
	seep__mem_put(mem, extent->slots,
		      extent->room * sizeof(*extent->slots));
	seep__mem_put(mem, extent, sizeof(*extent));
}

/* The last reference: nobody will use a slot again. */
static void
free_store(struct seep__store *store)
{
	struct seep__mem *mem = store->mem;
	struct seep__extent *extent = atomic_load(&store->freed);

	while (extent != NULL) {
		struct seep__extent *next = extent->next;

		put_extent(mem, extent);
		extent = next;
	}
	seep__mem_put(mem, store->idle,
		      store->idle_room * sizeof(*store->idle));
	seep__mem_put(mem, store->space, SPACE);
	seep__mem_put(mem, store, sizeof(*store));
	seep__mem_unref(mem);
}

void
seep__store_unref(struct seep__store *store)
{
	size_t before;

	if (store == NULL)
		return;
	before =
	    atomic_fetch_sub_explicit(&store->refs, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before == 1)
		free_store(store);
}

uint8_t *
seep__store_lend(struct seep__store *store, enum seep__store_part part)
{
	assert(part <= SEEP__STORE_OF_PIECES);
	if (store->lent[part])
		return NULL;
	store->lent[part] = 1;
	return store->space +
	       (part == SEEP__STORE_OF_PAGE ? 0 : SEEP__STORE_SLOT);
}

void
seep__store_back(struct seep__store *store, enum seep__store_part part,
		 const uint8_t *lent)
{
	assert(lent == NULL || store->lent[part]);
	if (lent != NULL)
		store->lent[part] = 0;
}

static void
give_slot(struct seep__store *store, uint32_t slot)
{
	assert(store->idle_count < store->idle_room);
	store->idle[store->idle_count++] = slot;
	if (store->calls.discard != NULL)
		store->calls.discard(store->calls.ctx,
				     (uint64_t)slot * SEEP__STORE_SLOT,
				     SEEP__STORE_SLOT);
}

void
seep__store_reclaim(struct seep__store *store)
{
	struct seep__extent *extent =
	    atomic_exchange_explicit(&store->freed, NULL, memory_order_acquire);

	while (extent != NULL) {
		struct seep__extent *next = extent->next;
		size_t i;

		assert(extent->count <= store->slot_count);
		for (i = 0; i < extent->count; i++)
			give_slot(store, extent->slots[i]);
		put_extent(store->mem, extent);
		extent = next;
	}
}

/* A slot that nobody uses, else a new one at the end. */
static int
take_slot(struct seep__store *store, uint32_t *slot)
{
	void *idle = store->idle;
	int status;

	seep__store_reclaim(store);
	if (store->idle_count > 0) {
		*slot = store->idle[--store->idle_count];
		return SEEP_OK;
	}
	if (store->slot_count == UINT32_MAX)
		return SEEP_EIO;
	status =
	    seep__mem_grow(store->mem, &idle, &store->idle_room,
			   (size_t)store->slot_count + 1, sizeof(*store->idle));
	store->idle = idle;
	if (status != SEEP_OK)
		return status;
	*slot = store->slot_count++;
	return SEEP_OK;
}

uint64_t
seep__store_used(const struct seep__store *store)
{
	assert(store->idle_count <= store->slot_count);
	return (uint64_t)(store->slot_count - store->idle_count) *
	       SEEP__STORE_SLOT;
}

uint64_t
seep__store_size(const struct seep__store *store)
{
	return (uint64_t)store->slot_count * SEEP__STORE_SLOT;
}

int
seep__extent_new(struct seep__extent **extent, struct seep__store *store)
{
	struct seep__extent *made =
	    seep__mem_zero(store->mem, 1, sizeof(*made));
	uint64_t serial = store->serial;

	assert(extent != NULL);
	*extent = NULL;
	if (made == NULL)
		return seep__mem_why(store->mem);
	store->serial++;
	made->store = store;
	seep__hash_key_init(
	    &made->key, seep__hash_bytes(&store->key, &serial, sizeof(serial)));
	atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
	*extent = made;
	return SEEP_OK;
}

void
seep__extent_free(struct seep__extent *extent)
{
	struct seep__store *store;

	if (extent == NULL)
		return;
	store = extent->store;
	extent->next =
	    atomic_load_explicit(&store->freed, memory_order_relaxed);
	/* Nobody takes one off the list alone, so that it cannot change and
	 * change back meanwhile. */
	while (!atomic_compare_exchange_weak_explicit(
	    &store->freed, &extent->next, extent, memory_order_release,
	    memory_order_relaxed))
		continue;
	seep__store_unref(store);
}

uint64_t
seep__extent_bytes(const struct seep__extent *extent)
{
	return sizeof(*extent) + extent->room * sizeof(*extent->slots);
}

static int
add_slot(struct seep__extent *extent)
{
	struct seep__store *store = extent->store;
	void *slots = extent->slots;
	int status;

	assert(extent->count <= extent->room);
	status = seep__mem_grow(store->mem, &slots, &extent->room,
				extent->count + 1, sizeof(*extent->slots));
	extent->slots = slots;
	if (status == SEEP_OK)
		status = take_slot(store, &extent->slots[extent->count]);
	if (status == SEEP_OK)
		extent->count++;
	return status;
}

int
seep__extent_write(struct seep__extent *extent, size_t page, const void *data,
		   size_t size)
{
	const struct seep_store *calls = &extent->store->calls;
	int status = SEEP_OK;

	assert(page <= extent->count && size <= SEEP__STORE_SLOT);
	if (page == extent->count)
		status = add_slot(extent);
	if (status != SEEP_OK)
		return status;
	return calls->write(calls->ctx,
			    (uint64_t)extent->slots[page] * SEEP__STORE_SLOT,
			    data, size) == 0
		   ? SEEP_OK
		   : SEEP_EIO;
}

int
seep__extent_read(const struct seep__extent *extent, size_t page, size_t at,
		  void *data, size_t size)
{
	const struct seep_store *calls = &extent->store->calls;

	assert(page < extent->count && at + size <= SEEP__STORE_SLOT);
	return calls->read(calls->ctx,
			   (uint64_t)extent->slots[page] * SEEP__STORE_SLOT +
			       at,
			   data, size) == 0
		   ? SEEP_OK
		   : SEEP_EIO;
}

uint64_t
seep__extent_sum(const struct seep__extent *extent, uint64_t block,
		 const void *data, size_t size)
{
	struct seep__hash_key key = extent->key;

	assert(data != NULL || size == 0);
	key.k1 ^= block;
	return seep__hash_bytes(&key, data, size);
}
