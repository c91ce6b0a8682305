/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of 48-byte keys against a list that is walked from its
 * beginning.
 *
 * Claims     equal keys have one value, new ones come at the end and are
 *            zeros; what was written stays while the table grows; what was
 *            not added is not found.
 * Input      one byte of seed, then 3 bytes a key.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "input/keytab.h"

#define KEYS_MAX 600

struct model {
	uint32_t keys[KEYS_MAX];
	size_t count;
};

/* Keys that differ in one place of three. */
static struct seep__key
key_of(uint32_t number)
{
	static const uint8_t at[4] = {0, 23, 47, 8};
	struct seep__key key = {{0}};

	key.bytes[at[number >> 16 & 3]] = (uint8_t)number;
	key.bytes[31] = (uint8_t)(number >> 8);
	return key;
}

/* The same number for the same key: a zero differs nowhere. */
static uint32_t
take_number(struct fuzz_take *take)
{
	const uint32_t number = (uint32_t)fuzz_uint(take, 3) & 0x3ffff;

	return (number & 0xff) != 0 ? number : number & 0xff00;
}

static size_t
naive_find(const struct model *model, uint32_t number)
{
	size_t i = 0;

	while (i < model->count && model->keys[i] != number)
		i++;
	return i;
}

static void
add(struct seep__keytab *table, struct model *model, uint32_t number)
{
	const struct seep__key key = key_of(number);
	const size_t at = naive_find(model, number);
	int is_new = -1;
	int why = 0;
	uint64_t *value;

	value = seep__keytab_find(table, &key);
	FUZZ_CHECK((value != NULL) == (at < model->count));
	value = seep__keytab_slot(table, &key, &is_new, &why);
	FUZZ_CHECK(value != NULL && is_new == (at == model->count));
	FUZZ_CHECK(value[0] == (is_new ? 0 : at + 1) && value[1] == 0);
	FUZZ_CHECK(value == seep__keytab_value(table, at));
	value[0] = at + 1;
	if (is_new)
		model->keys[model->count++] = number;
}

static void
check_all(const struct seep__keytab *table, const struct model *model)
{
	FUZZ_CHECK(table->count == model->count);
	for (size_t i = 0; i < model->count; i++) {
		const struct seep__key key = key_of(model->keys[i]);
		const uint64_t *value = seep__keytab_value(table, i);

		FUZZ_CHECK(
		    memcmp(seep__keytab_key(table, i), &key, sizeof(key)) == 0);
		FUZZ_CHECK(value[0] == i + 1);
		FUZZ_CHECK(seep__keytab_find(table, &key) == value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__mem *mem = fuzz_mem();
	struct seep__hash_key hash;
	struct seep__keytab table;
	struct model model;

	model.count = 0;
	seep__hash_key_init(&hash, fuzz_u8(&take));
	seep__keytab_init(&table, mem, &hash, 16);
	while (take.size > 0 && model.count < KEYS_MAX)
		add(&table, &model, take_number(&take));
	check_all(&table, &model);
	seep__keytab_clear(&table);
	fuzz_mem_end(mem);
	return 0;
}
