/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* RTLD_NEXT */

#include <criterion/criterion.h>

#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <Judy.h>

#include <seep/export.h>

#include "base/ordered.h"
#include "support/random.h"

/*
 * libJudy asks for its blocks through these two, which the dynamic linker
 * takes from the program first: so every byte that Judy holds is counted as
 * malloc(3) sees it, and allocations can be made to fail.
 */
static size_t judy_bytes;
static size_t judy_calls;
static size_t judy_fails_at; /* 0 = never; this call and all after it */

/*
 * libJudy's manual does not promise that a failed insertion leaks nothing,
 * and it does: a leaf being made into a branch. While allocations fail, the
 * live blocks are noted here, so that what Judy lost can be given back.
 */
#define BLOCKS_MAX 4096
static void *judy_blocks[BLOCKS_MAX];
static int judy_noting;

/* Changes the first 'from' in the table into 'to'. */
static void
note_block(void *from, void *to)
{
	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		if (judy_blocks[i] == from) {
			judy_blocks[i] = to;
			return;
		}
	}
}

/* What malloc(3) keeps in front of every block, on 64-bit glibc. */
#define BLOCK_HEADER 8

SEEP_API Word_t
JudyMalloc(Word_t words)
{
	void *ptr;

	judy_calls++;
	if (judy_fails_at != 0 && judy_calls >= judy_fails_at)
		return 0;
	ptr = malloc(words * sizeof(Word_t));
	if (ptr == NULL)
		abort();
	judy_bytes += malloc_usable_size(ptr) + BLOCK_HEADER;
	if (judy_noting)
		note_block(NULL, ptr);
	return (Word_t)ptr;
}

SEEP_API void
JudyFree(Pvoid_t ptr, Word_t words)
{
	(void)words;
	judy_bytes -= malloc_usable_size(ptr) + BLOCK_HEADER;
	if (judy_noting)
		note_block(ptr, NULL);
	free(ptr);
}

SEEP_API Word_t
JudyMallocVirtual(Word_t words)
{
	return JudyMalloc(words);
}

SEEP_API void
JudyFreeVirtual(Pvoid_t ptr, Word_t words)
{
	JudyFree(ptr, words);
}

/* A library that loses a key and says that it took it: the fault that the
 * self-test is for. UINT64_MAX - 1 = loses none. */
static uint64_t judy_loses = UINT64_MAX - 1;

SEEP_API int
Judy1Set(PPvoid_t judy, Word_t key, PJError_t error)
{
	int (*real)(PPvoid_t, Word_t, PJError_t);
	void *found = dlsym(RTLD_NEXT, "Judy1Set");

	/* C has no cast from an object pointer to a function pointer. */
	memcpy(&real, &found, sizeof(real));
	return key == judy_loses ? 1 : real(judy, key, error);
}

/* Gives back what Judy lost; returns how many bytes that were. */
static size_t
free_lost_blocks(void)
{
	size_t lost = judy_bytes;

	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		if (judy_blocks[i] != NULL)
			JudyFree(judy_blocks[i], 0);
	}
	cr_assert_eq(judy_bytes, 0);
	return lost;
}

static struct seep__mem *mem;
static struct seep__ordset set;
static struct seep__ordmap map;
static uint64_t own_bytes;

static void
begin(void)
{
	judy_fails_at = 0;
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	own_bytes = seep__mem_used(mem);
	seep__ordset_init(&set, mem);
	seep__ordmap_init(&map, mem);
}

static void
end(void)
{
	seep__ordset_clear(&set);
	seep__ordmap_clear(&map);
	cr_assert_eq(seep__mem_used(mem), own_bytes);
	cr_assert_eq(judy_bytes, 0);
	seep__mem_unref(mem);
}

TestSuite(ordered, .init = begin, .fini = end);

Test(ordered, the_linked_library_keeps_its_keys)
{
	cr_assert_eq(seep__ordered_selftest(), SEEP_OK);
	cr_assert_gt(judy_calls, 0, "JudyMalloc is not in front");
}

Test(ordered, the_selftest_says_when_there_is_no_memory)
{
	size_t calls;

	judy_noting = 1;
	cr_assert_eq(seep__ordered_selftest(), SEEP_OK);
	calls = judy_calls;
	for (size_t at = 1; at <= calls; at++) {
		judy_calls = 0;
		judy_fails_at = at;
		cr_assert_eq(seep__ordered_selftest(), SEEP_ENOMEM, "%zu", at);
		cr_assert_leq(free_lost_blocks(), 1024, "%zu", at);
	}
	judy_fails_at = 0;
}

Test(ordered, the_selftest_sees_any_key_that_is_lost)
{
	for (uint64_t h = 0; h <= 8; h++) {
		for (uint64_t l = 0; l <= 14; l++) {
			judy_loses = h << 8 | l;
			cr_assert_eq(seep__ordered_selftest(), SEEP_ESELFTEST);
		}
	}
	judy_loses = 15;
	cr_assert_eq(seep__ordered_selftest(), SEEP_OK, "not one of its keys");
	judy_loses = UINT64_MAX - 1;
}

Test(ordered, a_set_walks_its_keys_in_order)
{
	static const uint64_t keys[] = {UINT64_MAX, 5, 0, 1u << 20, 6};
	static const uint64_t sorted[] = {0, 5, 6, 1u << 20, UINT64_MAX};
	uint64_t key = 0;

	cr_assert_not(seep__ordset_next(&set, &key));
	for (size_t i = 0; i < 5; i++) {
		cr_assert_eq(seep__ordset_add(&set, keys[i]), SEEP_OK);
		cr_assert_eq(seep__ordset_add(&set, keys[i]), SEEP_OK);
	}
	cr_assert_eq(set.count, 5);
	for (size_t i = 0; i < 5; i++) {
		cr_assert(seep__ordset_next(&set, &key));
		cr_assert_eq(key, sorted[i]);
		cr_assert(seep__ordset_has(&set, key));
		key++;
	}
	cr_assert_eq(key, 0, "behind the last key is the first again");
	key = 7;
	cr_assert(seep__ordset_next(&set, &key));
	cr_assert_eq(key, 1u << 20);
	cr_assert_not(seep__ordset_has(&set, 7));
}

Test(ordered, a_map_keeps_values_of_64_bits)
{
	uint64_t key = 0;
	int why = 99;

	cr_assert_null(seep__ordmap_find(&map, 1));
	cr_assert_null(seep__ordmap_next(&map, &key));
	cr_assert_null(seep__ordmap_last(&map, &key));
	cr_assert_eq(*seep__ordmap_slot(&map, 1, &why), 0);
	*seep__ordmap_slot(&map, 1, &why) = UINT64_MAX;
	*seep__ordmap_slot(&map, 9, &why) = 7;
	cr_assert_eq(map.count, 2);
	cr_assert_eq(*seep__ordmap_find(&map, 1), UINT64_MAX);
	key = 2;
	cr_assert_eq(*seep__ordmap_next(&map, &key), 7);
	cr_assert_eq(key, 9);
	key = 10;
	cr_assert_null(seep__ordmap_next(&map, &key));
	cr_assert_eq(key, 10, "untouched when there is none");
	cr_assert_eq(*seep__ordmap_last(&map, &key), 7);
	cr_assert_eq(key, 9);
	cr_assert_eq(seep__ordmap_remove(&map, 9), SEEP_OK);
	cr_assert_eq(seep__ordmap_remove(&map, 9), SEEP_OK);
	cr_assert_eq(map.count, 1);
	cr_assert_eq(*seep__ordmap_last(&map, &key), UINT64_MAX);
}

/* The naive model: every key of a small range, as a bitmap and an array. */
#define RANGE 6000

Test(ordered, a_million_steps_agree_with_a_bitmap)
{
	static uint8_t in_set[RANGE];
	static uint64_t in_map[RANGE]; /* 0 = absent */
	static const uint64_t spread[] = {1, 3, 257, 65537, UINT64_C(1) << 44};
	uint64_t state = 21;
	int why;

	for (unsigned step = 0; step < 1000000; step++) {
		uint64_t factor = spread[step / 200000];
		size_t i = (size_t)test_random_below(&state, RANGE);
		uint64_t key = i * factor;
		unsigned what = (unsigned)test_random_below(&state, 8);

		if (step % 200000 == 0) {
			seep__ordset_clear(&set);
			seep__ordmap_clear(&map);
			memset(in_set, 0, sizeof(in_set));
			memset(in_map, 0, sizeof(in_map));
		}
		if (what < 2) {
			cr_assert_eq(seep__ordset_add(&set, key), SEEP_OK);
			in_set[i] = 1;
		} else if (what < 4) {
			*seep__ordmap_slot(&map, key, &why) = step + 1;
			in_map[i] = step + 1;
		} else if (what < 6) {
			cr_assert_eq(seep__ordmap_remove(&map, key), SEEP_OK);
			in_map[i] = 0;
		} else if (what == 6) {
			cr_assert_eq(seep__ordset_has(&set, key), in_set[i]);
		} else {
			uint64_t *value = seep__ordmap_find(&map, key);

			cr_assert_eq(value ? *value : 0, in_map[i]);
		}
		if (step % 200000 == 199999) {
			uint64_t at = 0, at_map = 0;

			for (size_t k = 0; k < RANGE; k++) {
				if (in_set[k]) {
					cr_assert(seep__ordset_next(&set, &at));
					cr_assert_eq(at, k * factor);
					at++;
				}
				if (in_map[k] != 0) {
					cr_assert_eq(
					    *seep__ordmap_next(&map, &at_map),
					    in_map[k]);
					cr_assert_eq(at_map, k * factor);
					at_map++;
				}
			}
			cr_assert_not(seep__ordset_next(&set, &at));
			cr_assert_null(seep__ordmap_next(&map, &at_map));
		}
	}
}

/* Key patterns: what the ledger uses, and what an attacker would. */
enum pattern {
	DENSE,
	STRIDE_256,
	STRIDE_2_40,
	RANDOM_64,
	RANDOM_32,
	PAIRS,       /* two neighbours, far from all others */
	CLUSTERS,    /* 61 keys within 2^48 */
	ALPHABET,    /* eight values in each of eight bytes */
	ALPHABET_24, /* 24 values in each of seven bytes */
	PATTERNS
};

static uint64_t
pattern_key(enum pattern pattern, uint64_t i, uint64_t before, uint64_t *state)
{
	uint64_t key = 0;

	switch (pattern) {
	case DENSE:
		return i;
	case STRIDE_256:
		return i << 8;
	case STRIDE_2_40:
		return i << 40;
	case RANDOM_64:
		return test_random(state);
	case RANDOM_32:
		return test_random(state) >> 32;
	case PAIRS:
		return i % 2 ? before + 1 + test_random(state) % 1000
			     : test_random(state);
	case CLUSTERS:
		return i % 61 ? (before & ~((UINT64_C(1) << 48) - 1)) |
				    test_random(state) >> 16
			      : test_random(state);
	case ALPHABET:
		for (int b = 0; b < 8; b++)
			key = key << 8 | test_random(state) % 8 * 31;
		return key;
	default:
		for (int b = 0; b < 7; b++)
			key = key << 8 | test_random(state) % 24 * 10;
		return key;
	}
}

#define KEYS 40000

Test(ordered, what_is_charged_covers_what_a_set_takes)
{
	for (int pattern = DENSE; pattern < PATTERNS; pattern++) {
		uint64_t state = 31;
		uint64_t key = 0;

		for (uint64_t i = 0; i < KEYS; i++) {
			key =
			    pattern_key((enum pattern)pattern, i, key, &state);
			cr_assert_eq(seep__ordset_add(&set, key), SEEP_OK);
			cr_assert_geq(set.count * SEEP__ORDERED_SET_COST,
				      judy_bytes, "pattern %d, %zu keys",
				      pattern, set.count);
			cr_assert_eq(seep__mem_used(mem) - own_bytes,
				     set.charged);
			cr_assert_geq(set.charged, judy_bytes);
		}
		seep__ordset_clear(&set);
		cr_assert_eq(judy_bytes, 0);
	}
}

Test(ordered, what_is_charged_covers_what_a_map_takes)
{
	for (int pattern = DENSE; pattern < PATTERNS; pattern++) {
		uint64_t state = 32;
		uint64_t key = 0;
		int why;

		for (uint64_t i = 0; i < KEYS; i++) {
			key =
			    pattern_key((enum pattern)pattern, i, key, &state);
			cr_assert_not_null(seep__ordmap_slot(&map, key, &why));
			cr_assert_geq(map.count * SEEP__ORDERED_MAP_COST,
				      judy_bytes, "pattern %d, %zu keys",
				      pattern, map.count);
			cr_assert_eq(seep__mem_used(mem) - own_bytes,
				     map.charged);
			cr_assert_geq(map.charged, judy_bytes);
		}
		seep__ordmap_clear(&map);
		cr_assert_eq(judy_bytes, 0);
	}
}

/* Judy keeps wide nodes when keys go: the case that a cost per key alone
 * would miss. */
Test(ordered, what_is_charged_covers_a_map_that_keys_were_removed_from)
{
	static uint64_t keys[KEYS];
	int missed = 0;

	for (int pattern = DENSE; pattern < PATTERNS; pattern++) {
		uint64_t state = 33;
		uint64_t key = 0;
		int why;

		for (uint64_t i = 0; i < KEYS; i++) {
			key =
			    pattern_key((enum pattern)pattern, i, key, &state);
			cr_assert_not_null(seep__ordmap_slot(&map, key, &why));
			keys[i] = key;
		}
		for (uint64_t i = 0; i < KEYS; i++) {
			uint64_t at = i * 7919 % KEYS;

			cr_assert_eq(seep__ordmap_remove(&map, keys[at]),
				     SEEP_OK);
			cr_assert_geq(map.charged, judy_bytes);
			missed +=
			    map.count * SEEP__ORDERED_MAP_COST < judy_bytes;
		}
		cr_assert_eq(map.count, 0);
		cr_assert_eq(seep__mem_used(mem), own_bytes);
	}
	cr_assert_gt(missed, 0, "the patterns do not show the case");
}

Test(ordered, a_budget_stops_new_keys_and_keeps_the_old)
{
	struct seep__mem *small;
	struct seep__ordset some;
	struct seep__ordmap few;
	int why = SEEP_OK;

	cr_assert_eq(seep__mem_new(&small, NULL,
				   own_bytes + 10 * SEEP__ORDERED_SET_COST),
		     SEEP_OK);
	seep__ordset_init(&some, small);
	for (uint64_t key = 0; key < 10; key++)
		cr_assert_eq(seep__ordset_add(&some, key), SEEP_OK);
	cr_assert_eq(seep__ordset_add(&some, 10), SEEP_EBUDGET);
	cr_assert_eq(seep__ordset_add(&some, 3), SEEP_OK, "already there");
	cr_assert_not(seep__ordset_has(&some, 10));
	cr_assert_eq(some.count, 10);
	seep__ordset_clear(&some);

	seep__ordmap_init(&few, small);
	for (uint64_t key = 0; key < 6; key++)
		cr_assert_not_null(seep__ordmap_slot(&few, key, &why));
	cr_assert_null(seep__ordmap_slot(&few, 6, &why));
	cr_assert_eq(why, SEEP_EBUDGET);
	cr_assert_not_null(seep__ordmap_slot(&few, 5, &why));
	seep__ordmap_clear(&few);
	seep__mem_unref(small);
}

Test(ordered, a_failed_allocation_is_an_answer_and_not_an_exit)
{
	judy_noting = 1;
	for (size_t at = 1; at < 400; at += 3) {
		uint64_t state = 41;
		size_t held_set = 0, held_map = 0;
		int why = SEEP_OK;

		judy_calls = 0;
		judy_fails_at = at;
		for (uint64_t i = 0; i < 300; i++) {
			uint64_t key = test_random(&state) >> 40;

			if (seep__ordset_add(&set, key) == SEEP_OK)
				held_set++;
			if (seep__ordmap_slot(&map, key, &why) != NULL)
				held_map++;
			else
				cr_assert_eq(why, SEEP_ENOMEM);
		}
		cr_assert_leq(set.count, held_set);
		cr_assert_leq(map.count, held_map);
		/* Every key that was taken is still there. */
		state = 41;
		for (uint64_t i = 0; i < 300; i++) {
			uint64_t key = test_random(&state) >> 40;

			if (seep__ordset_has(&set, key))
				held_set--;
			if (seep__ordmap_find(&map, key) != NULL)
				held_map--;
		}
		cr_assert_eq(held_set, 0, "fails from %zu on", at);
		cr_assert_eq(held_map, 0, "fails from %zu on", at);
		judy_fails_at = 0;
		seep__ordset_clear(&set);
		seep__ordmap_clear(&map);
		cr_assert_eq(seep__mem_used(mem), own_bytes);
		cr_assert_leq(free_lost_blocks(), 1024, "%zu", at);
	}
}
