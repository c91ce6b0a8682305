/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.h - the caller's store, dealt out in slots of one page.
 *
 * Layout   an extent is a growing row of slots and belongs to one run. All
 *          slots are of one size, so that a freed one fits whatever comes
 *          next and the store never grows for want of a large enough hole.
 * Threads  one thread, the engine's, makes extents, adds slots and writes.
 *          Any thread reads, and any thread may free an extent last: it goes
 *          on a list (one atomic exchange) from which the engine's thread
 *          takes the slots back. A store lives until the last of the engine
 *          and its extents is gone; references are atomic.
 * Memory   4 bytes a slot twice over, 64 an extent, and 128 KiB to work in,
 *          taken once: so that cells can still be moved out when the budget
 *          has not a page left.
 */
#ifndef SEEP_LEDGER_STORE_H
#define SEEP_LEDGER_STORE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/store.h>

#include "base/hash.h"
#include "base/mem.h"

/*
 * Bytes of a slot, which is a page of a run. A run wastes half a slot on
 * average; smaller ones would waste less and cost more calls and 8 bytes of
 * memory each.
 */
#define SEEP__STORE_SLOT 65536

/*
 * Bytes that the engine's thread works in: one page that is being written,
 * and what a merge reads through, 8 KiB for each of 8 runs. A merge from the
 * store to the store so takes 128 KiB whatever its size; a piece of 8 KiB
 * holds some 700 cells, whose decoding costs ten times the call that reads
 * them.
 */
#define SEEP__STORE_PIECE 8192
#define SEEP__STORE_PIECES 8

/* What of it is lent. */
enum seep__store_part { SEEP__STORE_OF_PAGE = 0, SEEP__STORE_OF_PIECES };

struct seep__store;
struct seep__extent;

/*
 * seep__store_new() makes a store of the caller's functions, one reference
 * to it, charged to 'mem'; 'key' keeps strangers from aiming at checksums.
 *
 * Returns SEEP_OK, SEEP_EINVAL (no read or write), SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__store_new(struct seep__store **store, const struct seep_store *calls,
		const struct seep__hash_key *key, struct seep__mem *mem);

/* seep__store_unref() drops the engine's reference. NULL is fine. */
void
seep__store_unref(struct seep__store *store);

/*
 * seep__store_lend() lends a part of the work space to the engine's thread:
 * SEEP__STORE_SLOT bytes, or SEEP__STORE_PIECES times SEEP__STORE_PIECE.
 * NULL while somebody has it. seep__store_back() takes it back; 'lent' may
 * be NULL.
 */
uint8_t *
seep__store_lend(struct seep__store *store, enum seep__store_part part);

void
seep__store_back(struct seep__store *store, enum seep__store_part part,
		 const uint8_t *lent);

/* seep__store_reclaim() takes back the slots of extents freed elsewhere. */
void
seep__store_reclaim(struct seep__store *store);

/* seep__store_used() and _size(): bytes of slots in use, and where the
 * highest slot ever used ends. */
uint64_t
seep__store_used(const struct seep__store *store);

uint64_t
seep__store_size(const struct seep__store *store);

/* seep__extent_new() makes one without slots. Returns SEEP_OK, SEEP_ENOMEM,
 * SEEP_EBUDGET. */
int
seep__extent_new(struct seep__extent **extent, struct seep__store *store);

/* seep__extent_free() gives its slots back. Any thread. NULL is fine. */
void
seep__extent_free(struct seep__extent *extent);

/* seep__extent_bytes() returns the memory of it. */
uint64_t
seep__extent_bytes(const struct seep__extent *extent);

/*
 * seep__extent_write() writes 'size' <= SEEP__STORE_SLOT bytes as page
 * 'page', which is one that was written before or the next one.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_ENOMEM, SEEP_EBUDGET; it may be repeated.
 */
int
seep__extent_write(struct seep__extent *extent, size_t page, const void *data,
		   size_t size);

/* seep__extent_read() reads from a page. Returns SEEP_OK or SEEP_EIO. */
int
seep__extent_read(const struct seep__extent *extent, size_t page, size_t at,
		  void *data, size_t size);

/* seep__extent_sum() returns the checksum of block 'block' of this extent
 * and no other. */
uint64_t
seep__extent_sum(const struct seep__extent *extent, uint64_t block,
		 const void *data, size_t size);

#endif
