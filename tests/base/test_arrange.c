/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arrange.h"
#include "support/random.h"

#define COUNT_MAX 3000

/* struct item: what else an element holds has to move with it. */
struct item {
	uint32_t key;
	uint32_t twin;
	char rest[40];
};

static int
compare_item(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

enum shape {
	SHAPE_RANDOM,
	SHAPE_FEW,
	SHAPE_UP,
	SHAPE_DOWN,
	SHAPE_PIPE,
	SHAPES
};

static uint32_t
draw_key(enum shape shape, size_t i, size_t count, uint64_t *state)
{
	switch (shape) {
	case SHAPE_FEW:
		return (uint32_t)test_random_below(state, 3);
	case SHAPE_UP:
		return (uint32_t)i;
	case SHAPE_DOWN:
		return (uint32_t)(count - i);
	case SHAPE_PIPE:
		return (uint32_t)(i < count / 2 ? i : count - i);
	default:
		return (uint32_t)test_random_below(state, UINT32_MAX);
	}
}

static void
check(enum shape shape, size_t count, uint64_t *state)
{
	static struct item items[COUNT_MAX], sorted[COUNT_MAX];

	for (size_t i = 0; i < count; i++) {
		memset(&items[i], 0, sizeof(items[i]));
		items[i].key = draw_key(shape, i, count, state);
		items[i].twin = ~items[i].key;
	}
	memcpy(sorted, items, count * sizeof(*items));
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), compare_item);
	seep__arrange(items, count, sizeof(*items), compare_item);
	for (size_t i = 0; i < count; i++) {
		cr_assert_eq(items[i].key, sorted[i].key,
			     "shape %d, %zu of %zu", shape, i, count);
		cr_assert_eq(items[i].twin, ~items[i].key);
	}
}

Test(arrange, orders_whatever_comes_as_qsort_does)
{
	uint64_t state = 1;

	for (int shape = 0; shape < SHAPES; shape++) {
		for (size_t count = 0; count < 70; count++)
			check((enum shape)shape, count, &state);
		for (int n = 0; n < 20; n++)
			check((enum shape)shape,
			      (size_t)test_random_below(&state, COUNT_MAX),
			      &state);
	}
}

Test(arrange, takes_no_array_of_nothing)
{
	seep__arrange(NULL, 0, sizeof(struct item), compare_item);
}

/* struct foe: makes every comparison turn out badly for a quicksort whose
 * pivot it recognises (McIlroy 1999). */
static struct foe {
	uint32_t value[COUNT_MAX];
	uint32_t solid;
	uint32_t gas;
	uint32_t candidate;
	size_t comparisons;
} foe;

static int
compare_foe(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	foe.comparisons++;
	if (foe.value[x] == foe.gas && foe.value[y] == foe.gas)
		foe.value[x == foe.candidate ? x : y] = foe.solid++;
	if (foe.value[x] == foe.gas)
		foe.candidate = x;
	else if (foe.value[y] == foe.gas)
		foe.candidate = y;
	return (foe.value[x] > foe.value[y]) - (foe.value[x] < foe.value[y]);
}

Test(arrange, nobody_makes_it_slow)
{
	static uint32_t order[COUNT_MAX];

	foe.gas = COUNT_MAX;
	for (uint32_t i = 0; i < COUNT_MAX; i++) {
		order[i] = i;
		foe.value[i] = foe.gas;
	}
	/* What is in order already is not taken apart. */
	foe.value[0] = foe.solid++;
	order[0] = 1;
	order[1] = 0;
	foe.value[1] = foe.solid++;
	seep__arrange(order, COUNT_MAX, sizeof(*order), compare_foe);
	for (size_t i = 1; i < COUNT_MAX; i++)
		cr_assert_leq(foe.value[order[i - 1]], foe.value[order[i]]);
	/* n log2 n is 35,000; n^2 / 4 would be 2 million. */
	cr_assert_lt(foe.comparisons, 40 * COUNT_MAX * 2);
}
