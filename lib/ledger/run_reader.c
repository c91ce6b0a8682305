/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_reader.c - a run out of memory, or piece by piece out of the store.
 */
#include "ledger/run.h"

#include <assert.h>
#include <string.h>

#include "ledger/run_form.h"

void
seep__run_reader_init(struct seep__run_reader *reader,
		      const struct seep__run *run)
{
	assert(run != NULL);
	memset(reader, 0, sizeof(*reader));
	reader->run = run;
	reader->ahead = run->block_count;
}

/* The first block from 'low' on that begins at 'record' or later. */
static size_t
find_block(const struct seep__run *run, size_t low, uint64_t record)
{
	size_t high = run->block_count;

	assert(low <= high);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run->records[middle] < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The page that holds 'block'. */
static size_t
find_page(const struct seep__run *run, size_t block)
{
	size_t low = 0;
	size_t high = run->page_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (run->pages[middle].first_block <= block)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void
seep__run_reader_seek(struct seep__run_reader *reader,
		      const struct seep__run *run, uint32_t record)
{
	size_t first;

	seep__run_reader_init(reader, run);
	if (run->block_count == 0)
		return;
	first = find_block(run, 0, record);
	/* The record may begin inside the block before it. */
	reader->block = first > 0 ? first - 1 : 0;
	reader->page = find_page(run, reader->block);
	if (seep__run_is_stored(run))
		reader->ahead = find_block(run, first, (uint64_t)record + 1);
}

void
seep__run_reader_lend(struct seep__run_reader *reader, uint8_t *piece,
		      size_t size)
{
	assert(piece != NULL && size >= SEEP__RUN_PIECE_MIN);
	assert(reader->left == 0);
	reader->piece = piece;
	reader->piece_size = size;
}

/* Reads the next block and as many after it as will be wanted and fit. */
static int
read_piece(struct seep__run_reader *reader)
{
	const struct seep__run *run = reader->run;
	size_t start = run->starts[reader->block];
	size_t end = reader->block + 1;
	size_t most = seep__run_page_end(run, reader->page);
	int status;

	assert(reader->piece != NULL);
	if (most > reader->ahead)
		most = reader->ahead;
	while (end < most &&
	       seep__run_block_end(run, reader->page, end) - start <=
		   reader->piece_size)
		end++;
	status = seep__extent_read(
	    run->extent, reader->page, start, reader->piece,
	    seep__run_block_end(run, reader->page, end - 1) - start);
	if (status != SEEP_OK)
		return status;
	reader->piece_block = reader->block;
	reader->piece_end = end;
	return SEEP_OK;
}

/* Finds the next block, 'size' bytes, in what was read of the store. */
static int
find_stored(struct seep__run_reader *reader, size_t size, const uint8_t **data)
{
	const struct seep__run *run = reader->run;
	struct seep__cursor sum;
	int status;

	if (reader->block < reader->piece_block ||
	    reader->block >= reader->piece_end) {
		status = read_piece(reader);
		if (status != SEEP_OK)
			return status;
	}
	*data = reader->piece + run->starts[reader->block] -
		run->starts[reader->piece_block];
	seep__cursor_init(&sum, *data + size, SEEP__RUN_SUM);
	if (seep__cursor_le64(&sum) !=
	    seep__extent_sum(run->extent, reader->block, *data, size))
		return SEEP_ECHECKSUM;
	return SEEP_OK;
}

/* Opens the next block: 1, 0 when there is none, or a status. */
static int
open_block(struct seep__run_reader *reader)
{
	const struct seep__run *run = reader->run;
	const struct seep__run_page *page;
	const uint8_t *data;
	size_t start, size;
	int status;

	if (reader->block >= run->block_count)
		return 0;
	if (reader->block == seep__run_page_end(run, reader->page))
		reader->page++;
	page = &run->pages[reader->page];
	start = run->starts[reader->block];
	size = seep__run_block_end(run, reader->page, reader->block) - start -
	       run->sum_size;
	reader->stored = page->data == NULL;
	if (!reader->stored) {
		data = page->data + start;
	} else {
		status = find_stored(reader, size, &data);
		if (status != SEEP_OK)
			return status;
	}
	seep__cursor_init(&reader->cursor, data, size);
	reader->block++;
	reader->left =
	    reader->block < run->block_count
		? SEEP__RUN_BLOCK
		: (uint32_t)(run->cells -
			     (reader->block - 1) * (uint64_t)SEEP__RUN_BLOCK);
	reader->previous = 0;
	return 1;
}

int
seep__run_reader_next(struct seep__run_reader *reader, struct seep__cell *cell)
{
	if (reader->left == 0) {
		int status = open_block(reader);

		if (status != 1)
			return status;
	}
	seep__cell_decode(&reader->cursor, reader->previous, cell);
	/* What comes out of a store is input, whatever its checksum says. */
	if (reader->stored && reader->cursor.failed)
		return SEEP_ECHECKSUM;
	assert(!reader->cursor.failed);
	reader->previous = cell->key;
	reader->left--;
	return 1;
}
