/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * table.h - the hot table: one index line and one record per channel.
 *
 * Layout   index: buckets of 64 bytes, twelve 8-bit tags and twelve record
 *          ids; a full bucket overflows into the next one; nothing is
 *          removed, so the first bucket with room ends a search (folding
 *          makes the index anew). Records:
 *          64 bytes, one cache line, in chunks; they never move.
 * Memory   64 bytes a record and 6.7 to 13 of index (the buckets double at
 *          80 % load).
 * Time     one line of each per update. The tag filters all but one in 255
 *          of the other records.
 * Hash     SipHash-1-3 under the engine's seed: the ends of a flow are
 *          chosen by strangers. No result depends on it.
 */
#ifndef SEEP_LEDGER_TABLE_H
#define SEEP_LEDGER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "ledger/cell.h"
#include "ledger/service.h"

/*
 * struct seep__chankey: who with whom, by what, opened by whom.
 */
struct seep__chankey {
	uint32_t host; /* index in the engine's hosts */
	uint32_t peer; /* IPv4 address, or index in the engine's IPv6 peers */
	seep__service service;
	/* kind: enum seep_place of the peer, | SEEP__PEER_V6, | enum seep_fold
	 * << SEEP__PEER_FOLD_SHIFT. */
	uint8_t kind;
	uint8_t direction; /* enum seep_direction */
};

_Static_assert(sizeof(struct seep__chankey) == 12, "hashed as 12 bytes");

#define SEEP__PEER_PLACE 0x03u
#define SEEP__PEER_V6 0x04u
#define SEEP__PEER_FOLD_SHIFT 3
#define SEEP__PEER_FOLD (0x03u << SEEP__PEER_FOLD_SHIFT)
/* Of a snapshot's channel only: see struct seep_cell. */
#define SEEP__PEER_INEXACT 0x20u

/* seep__fold_of() returns the enum seep_fold of a kind. */
static inline unsigned
seep__fold_of(unsigned kind)
{
	return (kind & SEEP__PEER_FOLD) >> SEEP__PEER_FOLD_SHIFT;
}

/* Counters that fit a record; larger sums go to the log. */
struct seep__slot {
	uint32_t counts[SEEP__COUNTS];
};

/* Open cells in a record: see seep__record_add(). */
#define SEEP__SLOTS 2

/*
 * struct seep__record: a channel and its open cells.
 */
struct seep__record {
	struct seep__chankey key;
	uint32_t hours[SEEP__SLOTS];
	struct seep__slot slots[SEEP__SLOTS];
	uint32_t flags;
};

_Static_assert(sizeof(struct seep__record) == 64, "one cache line");

/* Flags: slot n holds a cell; slot 1 was used last; the log holds a cell; an
 * earlier channel of this key may have been folded. */
#define SEEP__RECORD_SLOT(n) (1u << (n))
#define SEEP__RECORD_LAST_1 (1u << 2)
#define SEEP__RECORD_LOGGED (1u << 3)
#define SEEP__RECORD_INEXACT (1u << 4)
/* Used by absorb.c only: the snapshot that is added holds this channel. */
#define SEEP__RECORD_ADDED (1u << 5)

struct seep__bucket;

struct seep__table {
	struct seep__mem *mem;
	struct seep__hash_key key;
	struct seep__bucket *buckets;
	void *buckets_block; /* as allocated; buckets are aligned in it */
	size_t bucket_count; /* a power of two, or 0 */
	void **chunks;       /* as allocated */
	size_t chunk_count;
	size_t chunk_room;
	uint32_t count;
};

void
seep__table_init(struct seep__table *table, struct seep__mem *mem,
		 const struct seep__hash_key *key);

void
seep__table_clear(struct seep__table *table);

/*
 * seep__table_find_or_add() gives the record id of a channel, 'record';
 * new records are empty and numbered 0, 1, 2, ...
 *
 * Returns SEEP_OK, SEEP_ENOMEM (also beyond 2^32 - 2 channels), SEEP_EBUDGET;
 * then nothing was added.
 */
int
seep__table_find_or_add(struct seep__table *table,
			const struct seep__chankey *key, uint32_t *record);

/* seep__table_record() returns a record; valid as long as the table. */
struct seep__record *
seep__table_record(const struct seep__table *table, uint32_t record);

/* seep__table_bytes() returns the memory that the table holds. */
uint64_t
seep__table_bytes(const struct seep__table *table);

/* seep__table_growth() returns the bytes that one more record takes at
 * once: 0 for most. */
uint64_t
seep__table_growth(const struct seep__table *table);

/*
 * seep__table_cut() forgets all records but the first 'count' and gives
 * their memory back; seep__table_index() makes the index anew after keys
 * were changed or records moved. In between nothing can be found.
 */
void
seep__table_cut(struct seep__table *table, uint32_t count);

void
seep__table_index(struct seep__table *table);

/* seep__table_count() returns the number of records. */
uint32_t
seep__table_count(const struct seep__table *table);

/*
 * seep__table_lines() says how many lines, of index and records, the search
 * for a channel looks at: 2 where nothing collides. For tests; the table is
 * not empty.
 */
size_t
seep__table_lines(const struct seep__table *table,
		  const struct seep__chankey *key);

#endif
