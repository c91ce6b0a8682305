/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Judy array whose nodes are refused memory: the keys stay, and so does
 * the array, at whatever size it happens.
 */
#include <criterion/criterion.h>

#include <stdint.h>
#include <stdio.h>

#include "alloc/fail.h"
#include "base/ordered.h"
#include "support/random.h"

/* Beyond the sizes at which a leaf, a linear and a bitmap branch fill. */
#define KEYS 130
#define VALUE(key) ((key) ^ UINT64_C(0x5555555555555555))

enum pattern { DENSE, STRIDE, RANDOM, CLUSTERS, ALPHABET, PATTERNS };

static uint64_t keys[KEYS];

static void
make_keys(int pattern)
{
	uint64_t state = 77;

	for (uint64_t i = 0; i < KEYS; i++) {
		uint64_t random = test_random(&state);

		keys[i] = random;
		if (pattern == DENSE)
			keys[i] = i;
		else if (pattern == STRIDE)
			keys[i] = i << 8;
		else if (pattern == CLUSTERS)
			keys[i] = (i / 37) << 52 | random >> 48;
		else if (pattern == ALPHABET)
			keys[i] = random & UINT64_C(0x0303030303030303);
	}
}

/* What is tried: a set or a map of 'count' keys, one added or removed. */
struct step {
	size_t count;
	int is_map;
	int removes;
};

static struct seep__mem *mem;
static struct seep__ordset set;
static struct seep__ordmap map;

static int
add(int is_map, uint64_t key)
{
	uint64_t *value;
	int why = SEEP_OK;

	if (!is_map)
		return seep__ordset_add(&set, key);
	value = seep__ordmap_slot(&map, key, &why);
	if (value == NULL)
		return why;
	cr_assert(*value == 0 || *value == VALUE(key));
	*value = VALUE(key);
	return SEEP_OK;
}

static int
has(int is_map, uint64_t key)
{
	const uint64_t *value;

	if (!is_map)
		return seep__ordset_has(&set, key);
	value = seep__ordmap_find(&map, key);
	cr_assert(value == NULL || *value == VALUE(key));
	return value != NULL;
}

static size_t
count_keys(int is_map)
{
	uint64_t key = 0;
	size_t count = 0;

	while (is_map ? seep__ordmap_next(&map, &key) != NULL
		      : seep__ordset_next(&set, &key)) {
		count++;
		key++;
	}
	return count;
}

static void
must_hold(const struct step *step, size_t size, const char *when)
{
	for (size_t i = 0; i < step->count; i++)
		cr_assert(has(step->is_map, keys[i]), "%s: key %zu of %zu",
			  when, i, step->count);
	cr_assert_eq(count_keys(step->is_map), size, "%s: %zu keys", when,
		     step->count);
	cr_assert_eq(step->is_map ? map.count : set.count, size, "%s", when);
}

/* One more of distinct keys, or of them the middle one less. */
static int
take_step(void *ctx)
{
	const struct step *step = ctx;
	uint64_t key = keys[step->removes ? step->count / 2 : step->count];
	size_t size;
	int status;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__ordset_init(&set, mem);
	seep__ordmap_init(&map, mem);
	for (size_t i = 0; i < step->count; i++)
		cr_assert_eq(add(step->is_map, keys[i]), SEEP_OK);
	size = count_keys(step->is_map);
	fail_arm();
	status = step->removes ? seep__ordmap_remove(&map, key)
			       : add(step->is_map, key);
	fail_stop();
	if (status != SEEP_OK) {
		must_hold(step, size, "refused");
		status = step->removes ? seep__ordmap_remove(&map, key)
				       : add(step->is_map, key);
		cr_assert_eq(status, SEEP_OK, "with memory again");
		status = SEEP_ENOMEM;
	}
	cr_assert_eq(has(step->is_map, key), !step->removes);
	seep__ordset_clear(&set);
	seep__ordmap_clear(&map);
	seep__mem_unref(mem);
	return status;
}

static void
each_size(int is_map, int removes)
{
	size_t refused = 0;

	for (int pattern = DENSE; pattern < PATTERNS; pattern++) {
		make_keys(pattern);
		for (size_t count = 1; count < KEYS; count++) {
			struct step step = {count, is_map, removes};

			refused += fail_each_armed(take_step, &step);
		}
	}
	fprintf(stderr, "%s, %s: %zu refused\n", is_map ? "map" : "set",
		removes ? "remove" : "add", refused);
	cr_assert_gt(refused, 300);
}

Test(fail_ordered, a_set_keeps_its_keys_at_every_size)
{
	each_size(0, 0);
}

Test(fail_ordered, a_map_keeps_its_keys_and_values_at_every_size)
{
	each_size(1, 0);
}

Test(fail_ordered, a_key_that_cannot_be_removed_stays_with_all_others)
{
	each_size(1, 1);
}
