/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_form.h - how a run is laid out, for the files that write and read it.
 *
 * Blocks of SEEP__RUN_BLOCK cells (the last one may hold fewer) follow each
 * other in pages. A page is in memory or in the store. Where a store was
 * given every block has room for its checksum behind it, filled in when its
 * page is moved out, so that a page moves as it is.
 */
#ifndef SEEP_LEDGER_RUN_FORM_H
#define SEEP_LEDGER_RUN_FORM_H

#include <stdatomic.h>

#include "ledger/run.h"

/* Bytes of a block's checksum, in runs that have one. */
#define SEEP__RUN_SUM 8

struct seep__run_page {
	uint8_t *data;      /* NULL: in the store */
	uint32_t room;      /* of 'data' */
	uint32_t used;      /* bytes */
	size_t first_block; /* of the run */
};

struct seep__run {
	struct seep__mem *mem;
	atomic_size_t refs;
	uint64_t cells;
	uint32_t last_record;
	uint32_t sum_size;           /* 0 or SEEP__RUN_SUM */
	struct seep__extent *extent; /* NULL: nothing was moved yet */
	struct seep__run_page *pages;
	size_t page_count;
	size_t page_room;
	/* the index: of each block its first cell's record, and where it
	 * begins in its page */
	uint32_t *records;
	uint16_t *starts;
	size_t block_count;
	size_t record_room;
	size_t start_room;
};

/* seep__run_page_end() returns the block after the last one of 'page'. */
static inline size_t
seep__run_page_end(const struct seep__run *run, size_t page)
{
	return page + 1 < run->page_count ? run->pages[page + 1].first_block
					  : run->block_count;
}

/* seep__run_block_end() returns where 'block', of 'page', ends in it. */
static inline size_t
seep__run_block_end(const struct seep__run *run, size_t page, size_t block)
{
	return block + 1 < seep__run_page_end(run, page)
		   ? run->starts[block + 1]
		   : run->pages[page].used;
}

/*
 * seep__run_store_page() fills in the checksums of 'page', whose bytes are
 * 'data', and writes it. Pages are stored first to last.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_ENOMEM, SEEP_EBUDGET; it may be repeated.
 */
int
seep__run_store_page(struct seep__run *run, struct seep__store *store,
		     size_t page, uint8_t *data);

#endif
