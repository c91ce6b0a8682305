/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/keytab.h"

#include <assert.h>
#include <string.h>

/* The first slots; 64 KiB of rows that repeat nothing cost little more. */
#define SLOTS_FIRST 1024

void
seep__keytab_init(struct seep__keytab *table, struct seep__mem *mem,
		  const struct seep__hash_key *hash, size_t value_size)
{
	assert(table != NULL && mem != NULL && hash != NULL);
	assert(value_size % 8 == 0);
	memset(table, 0, sizeof(*table));
	table->mem = mem;
	table->hash = *hash;
	table->entry_size = sizeof(struct seep__key) + value_size;
}

void
seep__keytab_clear(struct seep__keytab *table)
{
	if (table->slots != NULL)
		seep__mem_put(table->mem, table->slots,
			      table->slots_count * sizeof(*table->slots));
	if (table->entries != NULL)
		seep__mem_put(table->mem, table->entries,
			      table->room * table->entry_size);
	table->slots = NULL;
	table->entries = NULL;
	table->slots_count = table->count = table->room = 0;
}

const struct seep__key *
seep__keytab_key(const struct seep__keytab *table, size_t i)
{
	assert(i < table->count);
	return (const struct seep__key *)(const void *)(table->entries +
							i * table->entry_size);
}

void *
seep__keytab_value(const struct seep__keytab *table, size_t i)
{
	assert(i < table->count);
	return table->entries + i * table->entry_size +
	       sizeof(struct seep__key);
}

/* locate() returns the slot that holds 'key', or the free one for it. */
static size_t
locate(const struct seep__keytab *t, const struct seep__key *key)
{
	size_t mask = t->slots_count - 1;
	size_t i;

	assert(t->slots_count > t->count);
	i = (size_t)seep__hash_bytes(&t->hash, key, sizeof(*key)) & mask;
	for (; t->slots[i] != 0; i = (i + 1) & mask)
		if (memcmp(seep__keytab_key(t, t->slots[i] - 1), key,
			   sizeof(*key)) == 0)
			break;
	return i;
}

void *
seep__keytab_find(const struct seep__keytab *table, const struct seep__key *key)
{
	size_t slot;

	assert(table != NULL && key != NULL);
	if (table->count == 0)
		return NULL;
	slot = locate(table, key);
	if (table->slots[slot] == 0)
		return NULL;
	return seep__keytab_value(table, table->slots[slot] - 1);
}

/* widen() doubles the slots and lays the keys out again. */
static int
widen(struct seep__keytab *t)
{
	struct seep__keytab wide = *t;
	size_t i;

	assert(t->slots_count == 0 || t->count * 2 <= t->slots_count);
	wide.slots_count =
	    t->slots_count == 0 ? SLOTS_FIRST : t->slots_count * 2;
	wide.slots =
	    seep__mem_zero(t->mem, wide.slots_count, sizeof(*wide.slots));
	if (wide.slots == NULL)
		return seep__mem_why(t->mem);
	for (i = 0; i < t->count; i++)
		wide.slots[locate(&wide, seep__keytab_key(t, i))] =
		    (uint32_t)(i + 1);
	if (t->slots != NULL)
		seep__mem_put(t->mem, t->slots,
			      t->slots_count * sizeof(*t->slots));
	t->slots = wide.slots;
	t->slots_count = wide.slots_count;
	return SEEP_OK;
}

static int
prepare(struct seep__keytab *t)
{
	int status;

	assert(t->count <= t->room);
	if (t->count >= UINT32_MAX - 1)
		return SEEP_EBUDGET;
	/* Half full: a probe of a free slot stays near 2.5 (Knuth 6.4). */
	if ((t->count + 1) * 2 > t->slots_count) {
		status = widen(t);
		if (status != SEEP_OK)
			return status;
	}
	return seep__mem_grow(t->mem, (void **)&t->entries, &t->room,
			      t->count + 1, t->entry_size);
}

void *
seep__keytab_slot(struct seep__keytab *table, const struct seep__key *key,
		  int *is_new, int *why)
{
	uint8_t *entry;
	size_t slot;

	assert(is_new != NULL && why != NULL);
	*is_new = 0;
	*why = prepare(table);
	if (*why != SEEP_OK)
		return NULL;
	slot = locate(table, key);
	if (table->slots[slot] != 0)
		return seep__keytab_value(table, table->slots[slot] - 1);
	entry = table->entries + table->count * table->entry_size;
	memset(entry, 0, table->entry_size);
	memcpy(entry, key, sizeof(*key));
	table->slots[slot] = (uint32_t)++table->count;
	*is_new = 1;
	return entry + sizeof(*key);
}
