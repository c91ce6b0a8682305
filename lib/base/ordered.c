/* SPDX-License-Identifier: BSD-3-Clause */
/* Stock error macros of Judy.h call exit(1): never compile them in. */
#define JUDYERROR_NOTEST 1

#include "base/ordered.h"

#include <Judy.h>
#include <assert.h>
#include <string.h>

/*
 * Keys are 64 bits and Judy's are machine words: on a 32-bit machine keys
 * would be cut in silence, so such a build must not come to be.
 */
_Static_assert(sizeof(Word_t) == sizeof(uint64_t), "needs 64-bit words");

/*
 * Keys that a root leaf holds, on 64 bits; with one more the array becomes a
 * tree. Judy tells the two apart by the number of keys alone, and where it
 * is refused memory halfway between them it leaves a tree of 31 keys, which
 * it then takes for a leaf: keys are lost and memory is overwritten. So this
 * one step is taken on a copy (insertion) or as a copy (removal).
 */
#define ROOT_LEAF_MAX 31

/*
 * What malloc(3) takes for the words that Judy counts as used, at most: of
 * Judy's block sizes the smallest, 3 words, is the worst, 32 bytes for 24.
 */
static size_t
cost_of_words(Word_t bytes_used)
{
	return bytes_used + (bytes_used + 2) / 3;
}

/* Brings the charge to 'want'. Returns SEEP_OK or SEEP_EBUDGET. */
static int
set_charge(struct seep__mem *mem, size_t *charged, size_t want)
{
	assert(mem != NULL && charged != NULL);
	if (want > *charged) {
		if (seep__mem_charge(mem, want - *charged) != SEEP_OK)
			return SEEP_EBUDGET;
	} else {
		seep__mem_discharge(mem, *charged - want);
	}
	*charged = want;
	return SEEP_OK;
}

/* The charge follows the keys, but never falls below what is in use. */
static int
settle_set(struct seep__ordset *set)
{
	size_t by_key = set->count * SEEP__ORDERED_SET_COST;
	size_t in_use = cost_of_words(Judy1MemUsed(set->judy));

	return set_charge(set->mem, &set->charged,
			  by_key > in_use ? by_key : in_use);
}

static int
settle_map(struct seep__ordmap *map)
{
	size_t by_key = map->count * SEEP__ORDERED_MAP_COST;
	size_t in_use = cost_of_words(JudyLMemUsed(map->judy));

	return set_charge(map->mem, &map->charged,
			  by_key > in_use ? by_key : in_use);
}

/* Copies a set, but for 'but' if it is not NULL. At most ROOT_LEAF_MAX keys:
 * a leaf that cannot grow stays as it was. */
static int
copy_set(Pvoid_t from, const Word_t *but, Pvoid_t *copy)
{
	Word_t key = 0;
	int found = Judy1First(from, &key, PJE0);

	*copy = NULL;
	for (; found == 1; found = Judy1Next(from, &key, PJE0)) {
		if ((but == NULL || key != *but) &&
		    Judy1Set(copy, key, PJE0) == JERR) {
			(void)Judy1FreeArray(copy, PJE0);
			return SEEP_ENOMEM;
		}
	}
	return SEEP_OK;
}

/* Adds a key that is not there to a set of 'count' keys. */
static int
insert_set(Pvoid_t *judy, size_t count, Word_t key)
{
	Pvoid_t copy;
	Pvoid_t leaf;

	if (count != ROOT_LEAF_MAX)
		return Judy1Set(judy, key, PJE0) != JERR ? SEEP_OK
							 : SEEP_ENOMEM;
	if (copy_set(*judy, NULL, &copy) != SEEP_OK)
		return SEEP_ENOMEM;
	leaf = copy;
	if (Judy1Set(&copy, key, PJE0) != JERR) {
		(void)Judy1FreeArray(judy, PJE0);
		*judy = copy;
		return SEEP_OK;
	}
	/* A root that changed is such a broken tree: no call may touch it. */
	if (copy == leaf)
		(void)Judy1FreeArray(&copy, PJE0);
	return SEEP_ENOMEM;
}

/* Removes a key that is there from a set of 'count' keys. */
static int
remove_set(Pvoid_t *judy, size_t count, Word_t key)
{
	Pvoid_t copy;

	assert(count > 0);
	if (count != ROOT_LEAF_MAX + 1)
		return Judy1Unset(judy, key, PJE0) != JERR ? SEEP_OK
							   : SEEP_ENOMEM;
	if (copy_set(*judy, &key, &copy) != SEEP_OK)
		return SEEP_ENOMEM;
	(void)Judy1FreeArray(judy, PJE0);
	*judy = copy;
	return SEEP_OK;
}

void
seep__ordset_init(struct seep__ordset *set, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(set, 0, sizeof(*set));
	set->mem = mem;
}

void
seep__ordset_clear(struct seep__ordset *set)
{
	assert(set->mem != NULL);
	(void)Judy1FreeArray(&set->judy, PJE0);
	(void)set_charge(set->mem, &set->charged, 0);
	set->count = 0;
}

int
seep__ordset_add(struct seep__ordset *set, uint64_t key)
{
	assert(set->mem != NULL);
	if (seep__ordset_has(set, key))
		return SEEP_OK;
	if (set_charge(set->mem, &set->charged,
		       set->charged + SEEP__ORDERED_SET_COST) != SEEP_OK)
		return SEEP_EBUDGET;
	if (insert_set(&set->judy, set->count, key) != SEEP_OK) {
		(void)settle_set(set);
		return SEEP_ENOMEM;
	}
	set->count++;
	/* A key that cannot be taken out again for want of memory stays: the
	 * account lacks what Judy took beyond the cost, until it can pay. */
	if (settle_set(set) == SEEP_OK ||
	    remove_set(&set->judy, set->count, key) != SEEP_OK)
		return SEEP_OK;
	set->count--;
	(void)settle_set(set);
	return SEEP_EBUDGET;
}

int
seep__ordset_has(const struct seep__ordset *set, uint64_t key)
{
	return Judy1Test(set->judy, key, PJE0) == 1;
}

int
seep__ordset_next(const struct seep__ordset *set, uint64_t *key)
{
	Word_t at = *key;

	assert(key != NULL);
	if (Judy1First(set->judy, &at, PJE0) != 1)
		return 0;
	assert(at >= *key);
	*key = at;
	return 1;
}

void
seep__ordmap_init(struct seep__ordmap *map, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(map, 0, sizeof(*map));
	map->mem = mem;
}

void
seep__ordmap_clear(struct seep__ordmap *map)
{
	assert(map->mem != NULL);
	(void)JudyLFreeArray(&map->judy, PJE0);
	(void)set_charge(map->mem, &map->charged, 0);
	map->count = 0;
}

/* Judy's values are words; NULL and PPJERR both mean that there is none. */
static uint64_t *
value_at(PPvoid_t slot)
{
	return slot == NULL || slot == PPJERR ? NULL : (uint64_t *)(void *)slot;
}

/* Like copy_set(), values too. */
static int
copy_map(Pvoid_t from, const Word_t *but, Pvoid_t *copy)
{
	Word_t key = 0;
	const uint64_t *value = value_at(JudyLFirst(from, &key, PJE0));
	uint64_t *put;

	*copy = NULL;
	for (; value != NULL; value = value_at(JudyLNext(from, &key, PJE0))) {
		if (but != NULL && key == *but)
			continue;
		put = value_at(JudyLIns(copy, key, PJE0));
		if (put == NULL) {
			(void)JudyLFreeArray(copy, PJE0);
			return SEEP_ENOMEM;
		}
		*put = *value;
	}
	return SEEP_OK;
}

/* Like insert_set(); returns the value, or NULL. */
static uint64_t *
insert_map(Pvoid_t *judy, size_t count, Word_t key)
{
	uint64_t *value;
	Pvoid_t copy;
	Pvoid_t leaf;

	if (count != ROOT_LEAF_MAX)
		return value_at(JudyLIns(judy, key, PJE0));
	if (copy_map(*judy, NULL, &copy) != SEEP_OK)
		return NULL;
	leaf = copy;
	value = value_at(JudyLIns(&copy, key, PJE0));
	if (value != NULL) {
		(void)JudyLFreeArray(judy, PJE0);
		*judy = copy;
	} else if (copy == leaf) {
		(void)JudyLFreeArray(&copy, PJE0);
	}
	return value;
}

/* Like remove_set(). */
static int
remove_map(Pvoid_t *judy, size_t count, Word_t key)
{
	Pvoid_t copy;

	assert(count > 0);
	if (count != ROOT_LEAF_MAX + 1)
		return JudyLDel(judy, key, PJE0) != JERR ? SEEP_OK
							 : SEEP_ENOMEM;
	if (copy_map(*judy, &key, &copy) != SEEP_OK)
		return SEEP_ENOMEM;
	(void)JudyLFreeArray(judy, PJE0);
	*judy = copy;
	return SEEP_OK;
}

uint64_t *
seep__ordmap_slot(struct seep__ordmap *map, uint64_t key, int *why)
{
	uint64_t *value = seep__ordmap_find(map, key);

	assert(map->mem != NULL && why != NULL);
	if (value != NULL)
		return value;
	*why = set_charge(map->mem, &map->charged,
			  map->charged + SEEP__ORDERED_MAP_COST);
	if (*why != SEEP_OK)
		return NULL;
	value = insert_map(&map->judy, map->count, key);
	if (value == NULL) {
		(void)settle_map(map);
		*why = SEEP_ENOMEM;
		return NULL;
	}
	map->count++;
	/* As in seep__ordset_add(); removing it failed, so it did not move. */
	if (settle_map(map) == SEEP_OK ||
	    seep__ordmap_remove(map, key) != SEEP_OK)
		return value;
	*why = SEEP_EBUDGET;
	return NULL;
}

uint64_t *
seep__ordmap_find(const struct seep__ordmap *map, uint64_t key)
{
	return value_at(JudyLGet(map->judy, key, PJE0));
}

uint64_t *
seep__ordmap_next(const struct seep__ordmap *map, uint64_t *key)
{
	Word_t at = *key;
	uint64_t *value = value_at(JudyLFirst(map->judy, &at, PJE0));

	assert(key != NULL);
	if (value != NULL)
		*key = at;
	return value;
}

uint64_t *
seep__ordmap_last(const struct seep__ordmap *map, uint64_t *key)
{
	Word_t at = UINT64_MAX;
	uint64_t *value = value_at(JudyLLast(map->judy, &at, PJE0));

	assert(key != NULL);
	if (value != NULL)
		*key = at;
	return value;
}

int
seep__ordmap_remove(struct seep__ordmap *map, uint64_t key)
{
	if (seep__ordmap_find(map, key) == NULL)
		return SEEP_OK;
	if (remove_map(&map->judy, map->count, key) != SEEP_OK)
		return SEEP_ENOMEM;
	map->count--;
	(void)settle_map(map);
	return SEEP_OK;
}

/* The self-test's keys: rows of 15 neighbours, 256 apart. */
#define TEST_ROWS 9
#define TEST_COLUMNS 15

static uint64_t
test_key(unsigned i)
{
	assert(i < TEST_ROWS * TEST_COLUMNS);
	return (uint64_t)(i / TEST_COLUMNS) << 8 | i % TEST_COLUMNS;
}

/* Whether Judy holds the test's keys, in order, and nothing else. */
static int
holds_keys(Pvoid_t judy)
{
	Word_t at = 0;
	unsigned i = 0;
	int found = Judy1First(judy, &at, PJE0);

	while (found == 1 && i < TEST_ROWS * TEST_COLUMNS) {
		if (at != test_key(i) || Judy1Test(judy, at, PJE0) != 1)
			return 0;
		i++;
		found = Judy1Next(judy, &at, PJE0);
	}
	return found == 0 && i == TEST_ROWS * TEST_COLUMNS &&
	       Judy1Count(judy, 0, UINT64_MAX, PJE0) == i;
}

int
seep__ordered_selftest(void)
{
	Pvoid_t judy = NULL;
	int status = SEEP_OK;

	/* The fault shows while leaves grow in ascending order. */
	for (unsigned i = 0; i < TEST_ROWS * TEST_COLUMNS; i++) {
		status = insert_set(&judy, i, test_key(i));
		if (status != SEEP_OK)
			break;
	}
	if (status == SEEP_OK && !holds_keys(judy))
		status = SEEP_ESELFTEST;
	(void)Judy1FreeArray(&judy, PJE0);
	return status;
}
