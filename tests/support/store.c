/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/store.h"

#include <stdlib.h>
#include <string.h>

#define SLOT 65536

static int
fails(const struct test_store *store, size_t call, size_t at)
{
	return at != 0 && (store->fail_on ? call >= at : call == at);
}

static int
write_store(void *ctx, uint64_t offset, const void *data, size_t size)
{
	struct test_store *store = ctx;
	size_t call = atomic_fetch_add(&store->writes, 1) + 1;

	if (offset % SLOT != 0 || size == 0 || size > SLOT)
		abort();
	if (fails(store, call, store->fail_write_at) || offset > store->room ||
	    size > store->room - offset) {
		store->failures++;
		return -1;
	}
	memcpy(store->data + offset, data, size);
	store->written[offset / SLOT] = 1;
	if (offset + size > store->end)
		store->end = (size_t)offset + size;
	return 0;
}

static int
read_store(void *ctx, uint64_t offset, void *data, size_t size)
{
	struct test_store *store = ctx;
	size_t call = atomic_fetch_add(&store->reads, 1) + 1;

	if (size == 0 || offset % SLOT + size > SLOT ||
	    offset + size > store->room || !store->written[offset / SLOT])
		abort();
	if (fails(store, call, store->fail_read_at))
		return -1;
	memcpy(data, store->data + offset, size);
	return 0;
}

/* What was discarded is gone: reading it would be seen. */
static void
discard_store(void *ctx, uint64_t offset, uint64_t size)
{
	struct test_store *store = ctx;

	if (offset % SLOT != 0 || size != SLOT)
		abort();
	store->discards++;
	if (offset / SLOT < store->room / SLOT)
		store->written[offset / SLOT] = 0;
}

void
test_store_init(struct test_store *store, size_t room)
{
	memset(store, 0, sizeof(*store));
	store->room = room;
	store->data = calloc(room / SLOT + 1, SLOT);
	store->written = calloc(room / SLOT + 1, 1);
	if (store->data == NULL || store->written == NULL)
		abort();
	store->calls.write = write_store;
	store->calls.read = read_store;
	store->calls.discard = discard_store;
	store->calls.ctx = store;
}

void
test_store_clear(struct test_store *store)
{
	free(store->data);
	free(store->written);
	memset(store, 0, sizeof(*store));
}
