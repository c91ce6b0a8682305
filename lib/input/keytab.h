/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keytab.h - a table of 48-byte keys, each with a value of fixed size.
 *
 * Algorithm   open addressing of 32-bit slots into a dense array; keyed
 *             hash, keys compared whole. Nothing is removed.
 * Order       the dense array is in order of insertion, whatever the seed.
 * Memory      48 + value_size bytes per key, room doubling, and 8 to 16
 *             bytes of slots.
 */
#ifndef SEEP_INPUT_KEYTAB_H
#define SEEP_INPUT_KEYTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"

#define SEEP__KEY_SIZE 48

struct seep__key {
	uint8_t bytes[SEEP__KEY_SIZE];
};

struct seep__keytab {
	struct seep__mem *mem;
	struct seep__hash_key hash;
	uint32_t *slots; /* index + 1 into entries, 0 = free */
	size_t slots_count;
	uint8_t *entries;
	size_t entry_size;
	size_t count;
	size_t room;
};

/* 'value_size' must keep the alignment of the value: a multiple of 8. */
void
seep__keytab_init(struct seep__keytab *table, struct seep__mem *mem,
		  const struct seep__hash_key *hash, size_t value_size);

void
seep__keytab_clear(struct seep__keytab *table);

/* seep__keytab_find() returns the value of 'key', or NULL. */
void *
seep__keytab_find(const struct seep__keytab *table,
		  const struct seep__key *key);

/*
 * seep__keytab_slot() returns the value of 'key', inserted as zeros when
 * new ('*is_new' tells); NULL when memory is refused, '*why' then holds the
 * status. Valid until the next insertion.
 */
void *
seep__keytab_slot(struct seep__keytab *table, const struct seep__key *key,
		  int *is_new, int *why);

/* seep__keytab_value() and _key(): of the i-th key inserted, i < count. */
void *
seep__keytab_value(const struct seep__keytab *table, size_t i);

const struct seep__key *
seep__keytab_key(const struct seep__keytab *table, size_t i);

#endif
