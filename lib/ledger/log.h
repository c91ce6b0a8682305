/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * log.h - the cold side of the ledger: a buffer and a few sealed runs.
 *
 * Algorithm   a log-structured merge tree of additions. Cells are appended
 *             to a buffer in any order; a full buffer is sorted, equal keys
 *             are added, and it becomes a run. Whenever four runs of one
 *             size class stand last, they become one. A failed merge (no
 *             memory) leaves more runs, never a wrong sum.
 * Memory      the buffer (48 bytes a cell, at most SEEP__LOG_CELLS) and the
 *             runs; while merging, the result beside its sources.
 * Time        amortised O(log4(cells / SEEP__LOG_CELLS)) codings per cell.
 */
#ifndef SEEP_LEDGER_LOG_H
#define SEEP_LEDGER_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "ledger/cell.h"
#include "ledger/run.h"
#include "ledger/sort.h"

/*
 * Cells in the buffer before it is sealed. It must hold what one flow can
 * append (366 days, two kinds of cell: 17,570). Larger: fewer merges and
 * more repeated keys added before they are coded, but 80 bytes each of
 * memory and a longer pause at sealing; 32,768 is 2.5 MB and 3 ms.
 */
#define SEEP__LOG_CELLS 32768

/*
 * Runs at most. Four a size class and 16 classes never reach it; a ledger
 * whose merges fail for want of memory does, and then refuses to seal.
 * Readers of one channel hold one cursor per run on their stack.
 */
#define SEEP__LOG_RUNS 63

struct seep__log {
	struct seep__mem *mem;
	struct seep__store *store; /* NULL = none */
	struct seep__cell *cells;
	struct seep__sortable *items; /* two for each of 'room' */
	size_t count;
	size_t room;
	struct seep__run *runs[SEEP__LOG_RUNS];
	size_t run_count;
};

void
seep__log_init(struct seep__log *log, struct seep__mem *mem);

/*
 * seep__log_begin_beside() makes an empty log on the memory and the store of
 * 'log', in which the same cells are written anew; seep__log_take_beside()
 * puts it in its place, seep__log_drop_beside() gives it up.
 */
void
seep__log_begin_beside(struct seep__log *beside, const struct seep__log *log);

void
seep__log_take_beside(struct seep__log *log, const struct seep__log *beside);

void
seep__log_drop_beside(struct seep__log *beside);
/* seep__log_use() makes it use a store, whose reference it takes over. */
void
seep__log_use(struct seep__log *log, struct seep__store *store);

void
seep__log_clear(struct seep__log *log);

/*
 * seep__log_add_run() adds a run, whose reference it takes over on SEEP_OK;
 * an empty one is dropped. Returns as _reserve.
 */
int
seep__log_add_run(struct seep__log *log, struct seep__run *run);

/*
 * seep__log_reserve() makes sure that 'need' <= SEEP__LOG_CELLS cells can be
 * appended, sealing the buffer if it must.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, and with a store SEEP_EIO or
 * SEEP_ECHECKSUM (a run that is merged cannot be read); then nothing is lost.
 */
int
seep__log_reserve(struct seep__log *log, size_t need);

/* seep__log_append() adds a cell that was reserved. */
void
seep__log_append(struct seep__log *log, uint64_t key,
		 const uint64_t counts[SEEP__COUNTS]);

/*
 * seep__log_seal() makes a run of the buffer. Returns as _reserve.
 */
int
seep__log_seal(struct seep__log *log);

/*
 * seep__log_shed() moves what is sealed in memory to the store, oldest and
 * largest first; not what a snapshot shares, since that would free nothing.
 *
 * 'freed'  out, set in any case: bytes of memory that were given back. 0 with
 *          SEEP_OK: there is no store, or nothing left to move.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_ENOMEM, SEEP_EBUDGET; then nothing is lost,
 * and what was moved before stays moved.
 */
int
seep__log_shed(struct seep__log *log, uint64_t *freed);

/*
 * seep__log_chooses_store() says whether a run of about 'bytes' that is
 * written now belongs into the store: 1 or 0.
 */
int
seep__log_chooses_store(const struct seep__log *log, uint64_t bytes);

/*
 * seep__log_order() gives the order of the buffer by key: 'items', room for
 * log->count, index into log->cells; 'scratch' as many.
 */
void
seep__log_order(const struct seep__log *log, struct seep__sortable *items,
		struct seep__sortable *scratch);

#endif
