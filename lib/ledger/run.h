/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run.h - sealed cells: sorted, coded, immutable, shared by reference.
 *
 * Layout   blocks of SEEP__RUN_BLOCK cells, each decodable by itself, packed
 *          into pages; an index of (first record, page, offset) per block,
 *          so that one channel's history costs a binary search and the
 *          decoding of the blocks that hold it.
 * Memory   about 10 bytes a cell and 12 bytes of index a block.
 * Threads  a run never changes; references are counted atomically.
 */
#ifndef SEEP_LEDGER_RUN_H
#define SEEP_LEDGER_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "ledger/cell.h"

struct seep__run;

/*
 * Cells in a block. A lookup decodes half a block on average before it
 * reaches its channel; the index costs 12 bytes a block. 32 keeps the index
 * near 0.4 bytes a cell and a lookup near 0.3 us; 64 would halve the former
 * and double the latter.
 */
#define SEEP__RUN_BLOCK 32

/*
 * Bytes of a page. Blocks never cross pages, so a run grows without being
 * copied and at most one block (2 KB) is wasted per page; smaller pages
 * waste more, larger ones make the first cells of a small case dearer (the
 * last page is cut to what it holds).
 */
#define SEEP__RUN_PAGE 65536

/* struct seep__run_writer: makes a run of cells that come in order. */
struct seep__run_writer {
	struct seep__mem *mem;
	struct seep__run *run;
	size_t pages_room;
	size_t blocks_room;
	size_t page_used;
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

/*
 * seep__run_may_hold() says whether a run may hold cells of 'record': 0 is
 * certain.
 */
int
seep__run_may_hold(const struct seep__run *run, uint32_t record);

/* struct seep__run_reader: walks a run; the run must outlive it. */
struct seep__run_reader {
	const struct seep__run *run;
	size_t block;
	uint32_t left; /* cells left in the block */
	struct seep__cursor cursor;
	uint64_t previous;
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

/* seep__run_reader_next() gives the next cell: 1, or 0 at the end. */
int
seep__run_reader_next(struct seep__run_reader *reader, struct seep__cell *cell);

/* At most this many runs are merged at once. */
#define SEEP__RUN_MERGE_MAX 8

/*
 * seep__run_merge() makes one run of 'count' <= SEEP__RUN_MERGE_MAX runs;
 * they are left as they are.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__run_merge(struct seep__mem *mem, struct seep__run *const *runs,
		size_t count, struct seep__run **merged);

#endif
