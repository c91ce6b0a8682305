/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The channel table and the interned addresses against a list that is
 * walked from its beginning.
 *
 * Claims     equal keys have one number, new ones the next; numbers and what
 *            was written to a record stay while the table grows.
 * Input      one byte of seed, then 4 bytes a key.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "ledger/intern.h"
#include "ledger/table.h"

#define KEYS_MAX 600

static struct seep__chankey
take_key(struct fuzz_take *take)
{
	struct seep__chankey key;
	const uint8_t how = fuzz_u8(take);

	memset(&key, 0, sizeof(key));
	key.host = how & 3;
	key.peer = (uint32_t)fuzz_uint(take, 2) << (how >> 4);
	key.service = (seep__service)(fuzz_u8(take) & 7);
	key.kind = how >> 2 & 7;
	key.direction = how >> 5 & 3;
	return key;
}

static struct seep_address
address_of(const struct seep__chankey *key)
{
	struct seep_address address = {{0}};

	memcpy(address.bytes + 2, key, sizeof(*key));
	return address;
}

static uint32_t
naive_number(struct seep__chankey *keys, uint32_t *count,
	     const struct seep__chankey *key)
{
	/* The peer first: memcmp() is dear under a sanitizer. */
	for (uint32_t i = 0; i < *count; i++)
		if (keys[i].peer == key->peer &&
		    memcmp(&keys[i], key, sizeof(*key)) == 0)
			return i;
	keys[*count] = *key;
	return (*count)++;
}

static void
check_all(const struct seep__table *table, const struct seep__intern *intern,
	  const struct seep__chankey *keys, uint32_t count)
{
	FUZZ_CHECK(seep__table_count(table) == count);
	FUZZ_CHECK(intern->count == count);
	for (uint32_t i = 0; i < count; i++) {
		const struct seep__record *record =
		    seep__table_record(table, i);
		const struct seep_address address = address_of(&keys[i]);

		FUZZ_CHECK(!memcmp(&record->key, &keys[i], sizeof(keys[i])));
		FUZZ_CHECK(record->hours[0] == i + 1);
		FUZZ_CHECK(
		    !seep_address_compare(&intern->addresses[i], &address));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__chankey keys[KEYS_MAX];
	struct seep__hash_key hash;
	struct seep__intern intern;
	struct seep__table table;
	struct seep__mem *mem = fuzz_mem();
	uint32_t count = 0;

	seep__hash_key_init(&hash, fuzz_u8(&take));
	seep__table_init(&table, mem, &hash);
	seep__intern_init(&intern, mem, &hash);
	while (take.size > 0 && count < KEYS_MAX) {
		const struct seep__chankey key = take_key(&take);
		const struct seep_address address = address_of(&key);
		const uint32_t wanted = naive_number(keys, &count, &key);
		uint32_t record, number;

		FUZZ_CHECK(seep__table_find_or_add(&table, &key, &record) ==
			   SEEP_OK);
		FUZZ_CHECK(seep__intern_add(&intern, &address, &number) ==
			   SEEP_OK);
		FUZZ_CHECK(record == wanted && number == wanted);
		seep__table_record(&table, record)->hours[0] = wanted + 1;
	}
	check_all(&table, &intern, keys, count);
	seep__intern_clear(&intern);
	seep__table_clear(&table);
	fuzz_mem_end(mem);
	return 0;
}
