/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judy arrays, and the hours on them, against bitmaps.
 *
 * Claims     what was added is there, in order, and nothing else; values
 *            survive what is added and removed around them; the account is
 *            empty at the end.
 * Input      one byte, how far apart the keys lie; 4 bytes an operation.
 */
#include <string.h>

#include "base/ordered.h"
#include "fuzz/fuzz.h"
#include "ledger/hours.h"

#define KEYS 4096

struct arrays {
	struct seep__ordset set;
	struct seep__ordmap map;
	struct seep__hours hours;
	unsigned stride; /* log2 of the step from 64 keys to the next 64 */
	uint8_t in_set[KEYS];
	uint64_t in_map[KEYS]; /* value, 0 = absent */
	uint8_t in_hours[KEYS];
};

/* Ascending in 'index'. */
static uint64_t
key_of(const struct arrays *a, size_t index)
{
	return ((uint64_t)(index >> 6) << a->stride) + (index & 63);
}

static void
add_hours(struct arrays *a, size_t first, size_t count)
{
	const size_t last = first + count < KEYS ? first + count : KEYS - 1;

	FUZZ_CHECK(seep__hours_reserve(&a->hours, (uint32_t)first,
				       (uint32_t)last) == SEEP_OK);
	seep__hours_add(&a->hours, (uint32_t)first, (uint32_t)last);
	memset(a->in_hours + first, 1, last - first + 1);
}

static void
check_next(const struct arrays *a, size_t index)
{
	uint64_t in_set = key_of(a, index);
	uint64_t in_map = in_set;
	size_t s = index;
	size_t m = index;
	uint64_t *value;

	while (s < KEYS && !a->in_set[s])
		s++;
	FUZZ_CHECK(seep__ordset_next(&a->set, &in_set) == (s < KEYS));
	FUZZ_CHECK(s == KEYS || in_set == key_of(a, s));
	while (m < KEYS && a->in_map[m] == 0)
		m++;
	value = seep__ordmap_next(&a->map, &in_map);
	FUZZ_CHECK((value != NULL) == (m < KEYS));
	FUZZ_CHECK(m == KEYS ||
		   (in_map == key_of(a, m) && *value == a->in_map[m]));
}

static void
operate(struct arrays *a, struct fuzz_take *take)
{
	const uint8_t operation = fuzz_u8(take);
	const size_t index = fuzz_uint(take, 2) % KEYS;
	const uint8_t amount = fuzz_u8(take);
	uint64_t *value;
	int why;

	switch (operation & 3) {
	case 0:
		FUZZ_CHECK(seep__ordset_add(&a->set, key_of(a, index)) ==
			   SEEP_OK);
		a->in_set[index] = 1;
		break;
	case 1:
		value = seep__ordmap_slot(&a->map, key_of(a, index), &why);
		FUZZ_CHECK(value != NULL && *value == a->in_map[index]);
		*value = a->in_map[index] = 1 + (uint64_t)amount;
		break;
	case 2:
		FUZZ_CHECK(seep__ordmap_remove(&a->map, key_of(a, index)) ==
			   SEEP_OK);
		a->in_map[index] = 0;
		break;
	default:
		add_hours(a, index, amount);
	}
	check_next(a, index);
}

static void
check_all(const struct arrays *a)
{
	uint32_t hours[KEYS];
	size_t set = 0;
	size_t map = 0;
	size_t listed = seep__hours_list(&a->hours, hours);
	size_t held = 0;

	for (size_t i = 0; i < KEYS; i++) {
		const uint64_t key = key_of(a, i);
		const uint64_t *value = seep__ordmap_find(&a->map, key);

		FUZZ_CHECK(seep__ordset_has(&a->set, key) == a->in_set[i]);
		FUZZ_CHECK((value != NULL ? *value : 0) == a->in_map[i]);
		FUZZ_CHECK(seep__hours_hold(&a->hours, (uint32_t)i) ==
			   a->in_hours[i]);
		set += a->in_set[i];
		map += a->in_map[i] != 0;
		if (a->in_hours[i])
			FUZZ_CHECK(held < listed && hours[held++] == i);
	}
	FUZZ_CHECK(a->set.count == set && a->map.count == map);
	FUZZ_CHECK(held == listed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t strides[8] = {6, 8, 11, 16, 24, 32, 48, 57};
	struct fuzz_take take = {data, size};
	static struct arrays a;
	struct seep__mem *mem = fuzz_mem();

	memset(&a, 0, sizeof(a));
	seep__ordset_init(&a.set, mem);
	seep__ordmap_init(&a.map, mem);
	seep__hours_init(&a.hours, mem);
	a.stride = strides[fuzz_u8(&take) & 7];
	while (take.size > 0)
		operate(&a, &take);
	check_all(&a);
	seep__hours_clear(&a.hours);
	seep__ordmap_clear(&a.map);
	seep__ordset_clear(&a.set);
	fuzz_mem_end(mem);
	return 0;
}
