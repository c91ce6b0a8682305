/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ordered.h - ordered sets and maps of 64-bit keys, on Judy arrays.
 *
 * The only users of libJudy are ordered.c and its test. Judy is right where
 * order pays: active hours, host timelines, peers walked by prefix; it is
 * never the hot table.
 *
 * Memory    Judy takes nodes from malloc(3). Each new key is charged to the
 *           account with the measured worst case below before it is
 *           inserted; afterwards the charge is raised to what Judy itself
 *           counts (O(1)) should that ever be more, so that the budget
 *           holds for keys that an attacker chose and after removals. While
 *           a node is replaced Judy holds the old and the new one: at most
 *           4 KiB more for the time of the call.
 * Errors    compiled with JUDYERROR_NOTEST; every PJERR is looked at, for
 *           the stock macros call exit(1) on a failed allocation.
 *           An insertion that malloc(3) refuses loses no key, but
 *           libJudy then leaks up to 2 KiB of the nodes it was making.
 *           Alone it would lose keys where an array of 31 keys becomes one
 *           of 32 and back; ordered.c takes that step on a copy.
 * Trap      libJudy 1.0.5 built with some compiler flags silently loses
 *           keys; seep__ordered_selftest() shows it.
 * Source    D. Baskins, "Judy arrays"; php-judy #131 for the trap.
 */
#ifndef SEEP_BASE_ORDERED_H
#define SEEP_BASE_ORDERED_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/*
 * SEEP__ORDERED_SET_COST, _MAP_COST: bytes charged per key.
 *
 * Measured with libJudy 1.0.5 (Debian 12, 64 bits) by counting
 * malloc_usable_size() + 8 of every live block after every insertion, over
 * dense, strided, uniform, clustered and tree-shaped key sets of 1 to
 * 400,000 keys (3,400 sets in all). The worst was, per key:
 *   set   32.0 (one key alone), 30.7 from 32 keys on, 27.5 from 1,000 on;
 *   map   43.0 (pairs of neighbours, 56 keys), 37.9 from 1,000 keys on.
 * Dense hours take 0.3 and 9 bytes. The constants are the next multiples of
 * 16. Smaller ones would break the budget until the count after the
 * insertion mends it; larger ones refuse keys that would have fitted.
 *
 * Keys removed leave wide nodes behind: up to 266 bytes per key left were
 * seen, which is why Judy's own count has the last word.
 */
#define SEEP__ORDERED_SET_COST 32
#define SEEP__ORDERED_MAP_COST 48

struct seep__ordset {
	struct seep__mem *mem;
	void *judy;
	size_t count;
	size_t charged; /* bytes on the account for this array */
};

struct seep__ordmap {
	struct seep__mem *mem;
	void *judy;
	size_t count;
	size_t charged; /* bytes on the account for this array */
};

/*
 * seep__ordered_selftest() inserts the 135 keys (h << 8 | l), h in 0..8,
 * l in 0..14, walks and tests them. Returns SEEP_OK, SEEP_ENOMEM or
 * SEEP_ESELFTEST.
 */
int
seep__ordered_selftest(void);

/* seep__ordset_init() makes an empty set on 'mem', which must outlive it. */
void
seep__ordset_init(struct seep__ordset *set, struct seep__mem *mem);

/* seep__ordset_clear() empties it and gives its memory back. */
void
seep__ordset_clear(struct seep__ordset *set);

/*
 * seep__ordset_add() returns SEEP_OK (also when present), SEEP_ENOMEM or
 * SEEP_EBUDGET; then the set is as it was.
 */
int
seep__ordset_add(struct seep__ordset *set, uint64_t key);

/* seep__ordset_has() says whether 'key' is there: 1 or 0. */
int
seep__ordset_has(const struct seep__ordset *set, uint64_t key);

/*
 * seep__ordset_next() finds the smallest key >= '*key' and stores it there.
 * Returns 1, or 0 when there is none.
 */
int
seep__ordset_next(const struct seep__ordset *set, uint64_t *key);

/* seep__ordmap_init() and _clear() as for sets. */
void
seep__ordmap_init(struct seep__ordmap *map, struct seep__mem *mem);

void
seep__ordmap_clear(struct seep__ordmap *map);

/*
 * seep__ordmap_slot() returns the value of 'key', inserted as 0 when new;
 * NULL when memory is refused ('*why' then holds the status). The pointer
 * is valid until the next insertion or removal.
 */
uint64_t *
seep__ordmap_slot(struct seep__ordmap *map, uint64_t key, int *why);

/* seep__ordmap_find() returns the value of 'key', or NULL. */
uint64_t *
seep__ordmap_find(const struct seep__ordmap *map, uint64_t key);

/* seep__ordmap_next(), _last(): smallest key >= '*key' / largest key. */
uint64_t *
seep__ordmap_next(const struct seep__ordmap *map, uint64_t *key);

uint64_t *
seep__ordmap_last(const struct seep__ordmap *map, uint64_t *key);

/*
 * seep__ordmap_remove() removes 'key' if it is there. Returns SEEP_OK, or
 * SEEP_ENOMEM: Judy makes smaller nodes of larger ones and needs both for a
 * moment; the key is then still there.
 */
int
seep__ordmap_remove(struct seep__ordmap *map, uint64_t key);

#endif
