/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run.h - sealed cells: sorted, coded, immutable, shared by reference.
 *
 * Layout   blocks of SEEP__RUN_BLOCK cells, each decodable by itself, packed
 *          into pages; an index of (first record, offset) per block, so that
 *          one channel's history costs a binary search and the decoding of
 *          the blocks that hold it. Pages may lie in the caller's store; the
 *          index never does.
 * Memory   about 10 bytes a cell, and 6 bytes of index a block: a cell in
 *          the store keeps 0.2 bytes in memory.
 * Threads  what a run says never changes; references are counted atomically.
 *          Its pages move only while nobody else has a reference.
 */
#ifndef SEEP_LEDGER_RUN_H
#define SEEP_LEDGER_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "ledger/cell.h"
#include "ledger/store.h"

struct seep__run;

/*
 * Cells in a block. A lookup decodes half a block on average before it
 * reaches its channel; the index costs 6 bytes a block. 32 keeps the index
 * near 0.2 bytes a cell and a lookup near 0.3 us; 64 would halve the former
 * and double the latter.
 */
#define SEEP__RUN_BLOCK 32

/*
 * Bytes of a page. Blocks never cross pages, so a run grows without being
 * copied and at most one block (2 KB) is wasted per page; smaller pages
 * waste more, larger ones make the first cells of a small case dearer (the
 * last page is cut to what it holds).
 */
#define SEEP__RUN_PAGE SEEP__STORE_SLOT

/* struct seep__run_writer: makes a run of cells that come in order. */
struct seep__run_writer {
	struct seep__mem *mem;
	struct seep__store *store;
	struct seep__run *run;
	uint8_t *page;             /* that is filled: of 'run', lent or own */
	int stored;                /* pages go to the store as they fill */
	int lent;                  /* the page is the store's */
	struct seep__cell pending; /* equal keys are added here */
	int has_pending;
	/* the block being made */
	uint8_t block[SEEP__RUN_BLOCK * SEEP__CELL_CODE_MAX];
	size_t block_used;
	uint32_t block_cells;
	uint32_t block_record; /* of its first cell */
	uint64_t previous;
};

/*
 * seep__run_writer_begin() starts a run charged to 'mem'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; so do _add and _end. After a
 * failure only seep__run_writer_clear() is allowed.
 */
int
seep__run_writer_begin(struct seep__run_writer *writer, struct seep__mem *mem);

/*
 * seep__run_writer_begin_in() is like _begin, but the run can be moved to
 * 'store', and with 'stored' its pages go there as they fill; then _add and
 * _end also return SEEP_EIO. 'store' NULL is seep__run_writer_begin().
 */
int
seep__run_writer_begin_in(struct seep__run_writer *writer,
			  struct seep__mem *mem, struct seep__store *store,
			  int stored);

/*
 * seep__run_writer_expect() makes room in the index for 'cells' cells at
 * once, where doubling would need a third more.
 */
int
seep__run_writer_expect(struct seep__run_writer *writer, uint64_t cells);

/*
 * seep__run_writer_add() adds a cell; keys must not descend; cells of equal
 * key become one; a cell without counts leaves no trace.
 */
int
seep__run_writer_add(struct seep__run_writer *writer,
		     const struct seep__cell *cell);

/*
 * seep__run_writer_end() gives the finished run, one reference to it. An
 * empty run is fine.
 */
int
seep__run_writer_end(struct seep__run_writer *writer, struct seep__run **run);

/* seep__run_writer_clear() drops what was not finished. Idempotent. */
void
seep__run_writer_clear(struct seep__run_writer *writer);

/* seep__run_ref() adds a reference and returns 'run'. */
struct seep__run *
seep__run_ref(struct seep__run *run);

/* seep__run_unref() drops one. NULL is fine. */
void
seep__run_unref(struct seep__run *run);

/* seep__run_cells() returns how many cells a run holds. */
uint64_t
seep__run_cells(const struct seep__run *run);

/* seep__run_bytes() returns the memory of a run, its index included. */
uint64_t
seep__run_bytes(const struct seep__run *run);

/* seep__run_size() returns the bytes of its pages, wherever they lie. */
uint64_t
seep__run_size(const struct seep__run *run);

/* seep__run_is_stored() says whether a page of it is in the store: 1, 0. */
int
seep__run_is_stored(const struct seep__run *run);

/*
 * seep__run_is_shared() says whether anybody but the caller, the thread that
 * writes the ledger, has a reference: 1 or 0.
 */
int
seep__run_is_shared(const struct seep__run *run);

/*
 * seep__run_move() moves the pages of a run that is not shared and was begun
 * with 'store' into it; one that was begun without stays. It frees as it
 * goes, and needs no more than an extent itself.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_ENOMEM, SEEP_EBUDGET; then the pages that
 * were not moved are still in memory, and the run is as good as before.
 */
int
seep__run_move(struct seep__run *run, struct seep__store *store);

/*
 * seep__run_may_hold() says whether a run may hold cells of 'record': 0 is
 * certain.
 */
int
seep__run_may_hold(const struct seep__run *run, uint32_t record);

/*
 * Bytes that a reader needs beside a run that is stored: the longest block.
 * Twice that and more lets it read the blocks of a long channel at once.
 */
#define SEEP__RUN_PIECE_MIN (SEEP__RUN_BLOCK * SEEP__CELL_CODE_MAX + 8)

/* struct seep__run_reader: walks a run; the run must outlive it. */
struct seep__run_reader {
	const struct seep__run *run;
	size_t block;  /* to be opened next */
	size_t page;   /* of it, or before */
	uint32_t left; /* cells left in the block */
	struct seep__cursor cursor;
	uint64_t previous;
	/* of pages in the store: what is read at once */
	uint8_t *piece;
	size_t piece_size;
	size_t piece_block; /* the first in it */
	size_t piece_end;   /* the block after the last in it */
	size_t ahead;       /* blocks before this one will be wanted */
	int stored;         /* the open block came out of the store */
};

/* seep__run_reader_init() starts at the first cell. */
void
seep__run_reader_init(struct seep__run_reader *reader,
		      const struct seep__run *run);

/*
 * seep__run_reader_seek() starts at a cell not after the first one of
 * 'record', at most two blocks before it.
 */
void
seep__run_reader_seek(struct seep__run_reader *reader,
		      const struct seep__run *run, uint32_t record);

/*
 * seep__run_reader_lend() lends a reader of a stored run what it reads into,
 * 'size' >= SEEP__RUN_PIECE_MIN bytes, after _init or _seek and before _next.
 */
void
seep__run_reader_lend(struct seep__run_reader *reader, uint8_t *piece,
		      size_t size);

/*
 * seep__run_reader_next() gives the next cell: 1, or 0 at the end. From a
 * stored run also SEEP_EIO or SEEP_ECHECKSUM; then the reader is done.
 */
int
seep__run_reader_next(struct seep__run_reader *reader, struct seep__cell *cell);

/* At most this many runs are merged at once. */
#define SEEP__RUN_MERGE_MAX 8

/*
 * seep__run_merge() makes one run of 'count' <= SEEP__RUN_MERGE_MAX runs;
 * they are left as they are.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, and where a source is stored
 * SEEP_EIO, SEEP_ECHECKSUM.
 */
int
seep__run_merge(struct seep__mem *mem, struct seep__run *const *runs,
		size_t count, struct seep__run **merged);

/* seep__run_merge_in() is that with a store, as _writer_begin_in(). */
int
seep__run_merge_in(struct seep__mem *mem, struct seep__store *store, int stored,
		   struct seep__run *const *runs, size_t count,
		   struct seep__run **merged);

#endif
