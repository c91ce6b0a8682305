/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/names.h"

#include <assert.h>
#include <string.h>

void
seep__names_init(struct seep__names *names, struct seep__mem *mem, size_t most)
{
	assert(mem != NULL && most > 0);
	names->mem = mem;
	names->most = most;
	seep__ordmap_init(&names->by_hash, mem);
}

static struct seep__name *
from_slot(const uint64_t *slot)
{
	return (struct seep__name *)(uintptr_t)*slot;
}

static void
put_name(struct seep__names *names, struct seep__name *name)
{
	assert(name != NULL);
	seep__mem_put(names->mem, name, sizeof(*name) + name->size);
}

void
seep__names_clear(struct seep__names *names)
{
	uint64_t hash = 0;
	uint64_t *slot;

	while ((slot = seep__ordmap_next(&names->by_hash, &hash)) != NULL) {
		put_name(names, from_slot(slot));
		if (hash++ == UINT64_MAX)
			break;
	}
	seep__ordmap_clear(&names->by_hash);
}

uint64_t
seep__names_hash(const struct seep_address *address)
{
	uint64_t hash = 0;

	for (size_t i = 8; i < 16; i++)
		hash = hash << 8 | address->bytes[i];
	return hash;
}

static int
stands_for(const struct seep_address *address, const char *text, size_t size)
{
	struct seep_address own;

	if (text == NULL || size == 0 || size > SEEP_NAME_SIZE_MAX ||
	    memchr(text, 0, size) != NULL)
		return 0;
	seep_name_address(text, size, &own);
	return seep_address_compare(&own, address) == 0;
}

static int
compare(const struct seep__name *name, const char *text, size_t size)
{
	size_t shared = name->size < size ? name->size : size;
	int order = memcmp(name->text, text, shared);

	assert(size > 0);
	return order != 0 ? order : (name->size > size) - (name->size < size);
}

static struct seep__name *
make_name(struct seep__names *names, const char *text, size_t size)
{
	struct seep__name *name =
	    seep__mem_get(names->mem, sizeof(*name) + size);

	assert(size <= SEEP_NAME_SIZE_MAX);
	if (name == NULL)
		return NULL;
	name->size = (uint32_t)size;
	memcpy(name->text, text, size);
	return name;
}

/* Drops the largest hash beyond 'most'; what cannot be dropped for want of
 * memory goes the next time. */
static void
trim(struct seep__names *names)
{
	while (names->by_hash.count > names->most) {
		uint64_t last = UINT64_MAX;
		uint64_t *slot = seep__ordmap_last(&names->by_hash, &last);
		struct seep__name *name;

		assert(slot != NULL);
		name = from_slot(slot);
		if (seep__ordmap_remove(&names->by_hash, last) != SEEP_OK)
			return;
		put_name(names, name);
	}
}

static int
insert(struct seep__names *names, uint64_t hash, const char *text, size_t size)
{
	struct seep__name *name;
	uint64_t last = UINT64_MAX;
	uint64_t *slot;
	int why = SEEP_OK;

	if (names->by_hash.count >= names->most &&
	    seep__ordmap_last(&names->by_hash, &last) != NULL && hash > last)
		return SEEP_OK;
	name = make_name(names, text, size);
	if (name == NULL)
		return seep__mem_why(names->mem);
	slot = seep__ordmap_slot(&names->by_hash, hash, &why);
	if (slot == NULL) {
		put_name(names, name);
		return why;
	}
	*slot = (uint64_t)(uintptr_t)name;
	trim(names);
	return SEEP_OK;
}

int
seep__names_add(struct seep__names *names, const struct seep_address *address,
		const char *text, size_t size)
{
	uint64_t hash = seep__names_hash(address);
	struct seep__name *name;
	uint64_t *slot;

	assert(seep_address_is_name(address));
	if (!stands_for(address, text, size))
		return SEEP_OK;
	slot = seep__ordmap_find(&names->by_hash, hash);
	if (slot == NULL)
		return insert(names, hash, text, size);
	if (compare(from_slot(slot), text, size) <= 0)
		return SEEP_OK;
	name = make_name(names, text, size);
	if (name == NULL)
		return seep__mem_why(names->mem);
	put_name(names, from_slot(slot));
	*slot = (uint64_t)(uintptr_t)name;
	return SEEP_OK;
}

size_t
seep__names_count(const struct seep__names *names)
{
	size_t count = names->by_hash.count;

	assert(names->most > 0);
	return count < names->most ? count : names->most;
}

const struct seep__name *
seep__names_next(const struct seep__names *names, uint64_t *hash)
{
	const uint64_t *slot = seep__ordmap_next(&names->by_hash, hash);

	return slot == NULL ? NULL : from_slot(slot);
}
