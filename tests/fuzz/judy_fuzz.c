/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judy1 and JudyL themselves, as the system's package built them, against a
 * bitmap and an array.
 *
 * Claims     what was set is there and nothing else; next, previous, first,
 *            last, next empty, count and the n-th agree with the bitmap;
 *            freed, nothing is left. libJudy 1.0.5 built with some flags
 *            loses keys: see base/ordered.h.
 * Input      one byte, how far apart the keys lie; 3 bytes an operation.
 */
#include <Judy.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define KEYS 4096

struct arrays {
	Pvoid_t set;
	Pvoid_t map;
	unsigned stride; /* log2 of the step from 64 keys to the next 64 */
	uint8_t in_set[KEYS];
	uint32_t in_map[KEYS]; /* value, 0 = absent */
};

/* Ascending in 'index'. */
static Word_t
key_of(const struct arrays *a, size_t index)
{
	return ((Word_t)(index >> 6) << a->stride) + (index & 63);
}

static void
operate_set(struct arrays *a, size_t index, int add)
{
	const Word_t key = key_of(a, index);

	if (add)
		FUZZ_CHECK(Judy1Set(&a->set, key, PJE0) == !a->in_set[index]);
	else
		FUZZ_CHECK(Judy1Unset(&a->set, key, PJE0) == a->in_set[index]);
	a->in_set[index] = (uint8_t)add;
}

static void
operate_map(struct arrays *a, size_t index, uint32_t value)
{
	const Word_t key = key_of(a, index);
	PWord_t slot;

	if (value == 0) {
		FUZZ_CHECK(JudyLDel(&a->map, key, PJE0) ==
			   (a->in_map[index] != 0));
	} else {
		slot = (PWord_t)JudyLIns(&a->map, key, PJE0);
		FUZZ_CHECK(slot != NULL && *slot == a->in_map[index]);
		*slot = value;
	}
	a->in_map[index] = value;
}

static void
check_around(const struct arrays *a, size_t index)
{
	Word_t key = key_of(a, index);
	size_t i = index;

	while (i < KEYS && !a->in_set[i])
		i++;
	FUZZ_CHECK(Judy1First(a->set, &key, PJE0) == (i < KEYS));
	FUZZ_CHECK(i == KEYS || key == key_of(a, i));
	key = key_of(a, index);
	for (i = index + 1; i > 0 && !a->in_set[i - 1];)
		i--;
	FUZZ_CHECK(Judy1Last(a->set, &key, PJE0) == (i > 0));
	FUZZ_CHECK(i == 0 || key == key_of(a, i - 1));
	key = key_of(a, index);
	FUZZ_CHECK(Judy1FirstEmpty(a->set, &key, PJE0) == 1);
	FUZZ_CHECK(a->in_set[index] || key == key_of(a, index));
	FUZZ_CHECK(Judy1Test(a->set, key, PJE0) == 0);
}

static void
check_set(const struct arrays *a)
{
	Word_t nth = 0;
	Word_t key;

	for (size_t i = 0; i < KEYS; i++) {
		FUZZ_CHECK(Judy1Test(a->set, key_of(a, i), PJE0) ==
			   a->in_set[i]);
		if (!a->in_set[i])
			continue;
		nth++;
		FUZZ_CHECK(Judy1ByCount(a->set, nth, &key, PJE0) == 1);
		FUZZ_CHECK(key == key_of(a, i));
		FUZZ_CHECK(Judy1Count(a->set, 0, key, PJE0) == nth);
	}
	FUZZ_CHECK(Judy1Count(a->set, 0, ~(Word_t)0, PJE0) == nth);
}

static void
check_map(const struct arrays *a)
{
	Word_t key = 0;
	PWord_t slot = (PWord_t)JudyLFirst(a->map, &key, PJE0);

	for (size_t i = 0; i < KEYS; i++) {
		if (a->in_map[i] == 0)
			continue;
		FUZZ_CHECK(slot != NULL && key == key_of(a, i));
		FUZZ_CHECK(*slot == a->in_map[i]);
		slot = (PWord_t)JudyLNext(a->map, &key, PJE0);
	}
	FUZZ_CHECK(slot == NULL);
}

static void
operate(struct arrays *a, struct fuzz_take *take)
{
	const uint64_t operation = fuzz_uint(take, 3);
	const size_t index = operation % KEYS;
	const uint32_t value = (uint32_t)(operation >> 16);
	const uint32_t run = value < 0xf0 ? 1 : 8 * (value - 0xef);

	/* A run now and then, or no node ever becomes a full one. */
	for (size_t i = index; i < index + run && i < KEYS; i++) {
		if (operation & 0x1000)
			operate_set(a, i, (operation & 0x6000) != 0);
		else
			operate_map(a, i, operation & 0x6000 ? value + 1 : 0);
	}
	if (run == 1)
		check_around(a, index);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t strides[8] = {6, 8, 11, 16, 24, 32, 48, 58};
	static struct arrays a;
	struct fuzz_take take = {data, size};

	memset(&a, 0, sizeof(a));
	a.stride = strides[fuzz_u8(&take) & 7];
	while (take.size > 0)
		operate(&a, &take);
	check_set(&a);
	check_map(&a);
	Judy1FreeArray(&a.set, PJE0);
	JudyLFreeArray(&a.map, PJE0);
	FUZZ_CHECK(a.set == NULL && a.map == NULL);
	return 0;
}
