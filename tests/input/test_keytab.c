/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "input/keytab.h"
#include "support/alloc.h"

#define KEYS 5000

static struct seep__key
key_of(uint32_t i)
{
	struct seep__key key = {{0}};

	memcpy(key.bytes + (i % 2 ? 0 : 44), &i, sizeof(i));
	key.bytes[20] = (uint8_t)(i % 2);
	return key;
}

Test(keytab, keeps_every_key_with_its_value_in_order_of_insertion)
{
	struct seep__hash_key hash;
	struct seep__keytab table;
	struct seep__mem *mem;
	struct seep__key key;
	uint64_t *value;
	uint32_t i;
	int is_new, why;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__hash_key_init(&hash, 42);
	seep__keytab_init(&table, mem, &hash, sizeof(*value));
	key = key_of(0);
	cr_assert_null(seep__keytab_find(&table, &key));
	for (i = 0; i < 2 * KEYS; i++) {
		key = key_of(i % KEYS);
		value = seep__keytab_slot(&table, &key, &is_new, &why);
		cr_assert_not_null(value);
		cr_assert_eq(is_new, i < KEYS);
		cr_assert_eq(*value, i < KEYS ? 0 : i % KEYS + 7);
		*value = i % KEYS + 7;
	}
	cr_assert_eq(table.count, KEYS);
	for (i = 0; i < KEYS; i++) {
		key = key_of(i);
		value = seep__keytab_find(&table, &key);
		cr_assert_not_null(value);
		cr_assert_eq(*value, i + 7);
		cr_assert_eq(value, seep__keytab_value(&table, i));
		cr_assert_eq(
		    memcmp(seep__keytab_key(&table, i), &key, sizeof(key)), 0);
	}
	key = key_of(KEYS);
	cr_assert_null(seep__keytab_find(&table, &key));
	seep__keytab_clear(&table);
	seep__mem_unref(mem);
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct seep__hash_key hash;
	struct seep__keytab table;
	struct seep__mem *mem;
	struct seep__key key;
	int is_new, why = SEEP_OK;
	uint32_t i;

	(void)ctx;
	if (seep__mem_new(&mem, alloc, 0) != SEEP_OK)
		return SEEP_ENOMEM;
	seep__hash_key_init(&hash, 1);
	seep__keytab_init(&table, mem, &hash, 0);
	for (i = 0; i < 2000 && why == SEEP_OK; i++) {
		key = key_of(i);
		(void)seep__keytab_slot(&table, &key, &is_new, &why);
	}
	seep__keytab_clear(&table);
	seep__mem_unref(mem);
	return why;
}

Test(keytab, gives_everything_back_whichever_allocation_fails)
{
	const char *why = test_alloc_each(attempt, NULL, NULL);

	cr_assert_null(why, "%s", why);
}
