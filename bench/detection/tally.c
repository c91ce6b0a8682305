/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64

static size_t
hash_key(const struct tally_key *key)
{
	uint64_t words[3];
	uint64_t hash = 0;

	_Static_assert(sizeof(*key) == sizeof(words), "the key has no holes");
	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < 3; i++) {
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (size_t)hash;
}

static struct tally_entry *
slot_of(const struct tally *tally, const struct tally_key *key)
{
	size_t at = hash_key(key) & (tally->room - 1);

	assert(tally->room > tally->count);
	while (tally->entries[at].used &&
	       memcmp(&tally->entries[at].key, key, sizeof(*key)) != 0)
		at = (at + 1) & (tally->room - 1);
	return &tally->entries[at];
}

static int
grow(struct tally *tally)
{
	struct tally larger = {.room =
				   tally->room ? 2 * tally->room : ROOM_MIN};

	larger.entries = calloc(larger.room, sizeof(*larger.entries));
	if (larger.entries == NULL)
		return -1;
	for (size_t i = 0; i < tally->room; i++)
		if (tally->entries[i].used)
			*slot_of(&larger, &tally->entries[i].key) =
			    tally->entries[i];
	larger.count = tally->count;
	free(tally->entries);
	*tally = larger;
	return 0;
}

struct tally_entry *
tally_at(struct tally *tally, const struct tally_key *key)
{
	struct tally_entry *entry;

	if (2 * tally->count >= tally->room && grow(tally) != 0)
		return NULL;
	entry = slot_of(tally, key);
	if (!entry->used) {
		entry->used = 1;
		entry->key = *key;
		tally->count++;
	}
	return entry;
}

const struct tally_entry *
tally_find(const struct tally *tally, const struct tally_key *key)
{
	const struct tally_entry *entry;

	if (tally->room == 0)
		return NULL;
	entry = slot_of(tally, key);
	return entry->used ? entry : NULL;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct tally_entry *x = a;
	const struct tally_entry *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

size_t
tally_pack(struct tally *tally)
{
	size_t count = 0;

	for (size_t i = 0; i < tally->room; i++)
		if (tally->entries[i].used)
			tally->entries[count++] = tally->entries[i];
	if (count > 0)
		qsort(tally->entries, count, sizeof(*tally->entries),
		      compare_entries);
	return count;
}

void
tally_clear(struct tally *tally)
{
	free(tally->entries);
	memset(tally, 0, sizeof(*tally));
}
