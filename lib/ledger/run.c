/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/run.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

struct block {
	uint32_t record; /* of its first cell */
	uint32_t page;
	uint16_t at;
	uint16_t size;
	uint32_t cells;
};

struct page {
	uint8_t *data;
	size_t size;
};

struct seep__run {
	struct seep__mem *mem;
	atomic_uint_fast64_t refs;
	uint64_t cells;
	uint32_t last_record;
	struct page *pages;
	size_t page_count;
	struct block *blocks;
	size_t block_count;
};

_Static_assert(SEEP__RUN_BLOCK *SEEP__CELL_CODE_MAX < SEEP__RUN_PAGE,
	       "a block fits a page");
_Static_assert(SEEP__RUN_PAGE <= UINT16_MAX + 1, "offsets are 16 bits");

int
seep__run_writer_begin(struct seep__run_writer *writer, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(writer, 0, sizeof(*writer));
	writer->mem = mem;
	writer->run = seep__mem_zero(mem, 1, sizeof(*writer->run));
	if (writer->run == NULL)
		return seep__mem_why(mem);
	writer->run->mem = seep__mem_ref(mem);
	atomic_init(&writer->run->refs, 1);
	return SEEP_OK;
}

static int
add_page(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	void *pages = run->pages;
	uint8_t *data;
	int status;

	assert(run->page_count <= writer->pages_room);
	status = seep__mem_grow(writer->mem, &pages, &writer->pages_room,
				run->page_count + 1, sizeof(*run->pages));
	run->pages = pages;
	if (status != SEEP_OK)
		return status;
	data = seep__mem_get(writer->mem, SEEP__RUN_PAGE);
	if (data == NULL)
		return seep__mem_why(writer->mem);
	run->pages[run->page_count].data = data;
	run->pages[run->page_count].size = SEEP__RUN_PAGE;
	run->page_count++;
	writer->page_used = 0;
	return SEEP_OK;
}

/*
 * Cuts the newest page to what it holds. A failed resize only wastes room.
 */
static void
trim_page(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	struct page *page;
	void *data;

	if (run->page_count == 0)
		return;
	page = &run->pages[run->page_count - 1];
	if (writer->page_used == 0 || writer->page_used == page->size)
		return;
	data = seep__mem_resize(writer->mem, page->data, page->size,
				writer->page_used);
	if (data == NULL)
		return;
	page->data = data;
	page->size = writer->page_used;
}

static int
end_block(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	void *blocks = run->blocks;
	struct block *block;
	int status;

	assert(writer->block_cells <= SEEP__RUN_BLOCK);
	if (writer->block_cells == 0)
		return SEEP_OK;
	status = seep__mem_grow(writer->mem, &blocks, &writer->blocks_room,
				run->block_count + 1, sizeof(*run->blocks));
	run->blocks = blocks;
	if (status != SEEP_OK)
		return status;
	if (run->page_count == 0 ||
	    writer->page_used + writer->block_used > SEEP__RUN_PAGE) {
		status = add_page(writer);
		if (status != SEEP_OK)
			return status;
	}
	block = &run->blocks[run->block_count++];
	block->record = writer->block_record;
	block->page = (uint32_t)(run->page_count - 1);
	block->at = (uint16_t)writer->page_used;
	block->size = (uint16_t)writer->block_used;
	block->cells = writer->block_cells;
	memcpy(run->pages[block->page].data + block->at, writer->block,
	       writer->block_used);
	writer->page_used += writer->block_used;
	run->cells += writer->block_cells;
	run->last_record = seep__cell_record(writer->previous);
	writer->block_used = 0;
	writer->block_cells = 0;
	writer->previous = 0;
	return SEEP_OK;
}

/* Codes the pending cell into the block. */
static int
flush_pending(struct seep__run_writer *writer)
{
	assert(writer->block_cells < SEEP__RUN_BLOCK);
	if (!writer->has_pending)
		return SEEP_OK;
	writer->has_pending = 0;
	if (writer->block_cells == 0)
		writer->block_record = seep__cell_record(writer->pending.key);
	writer->block_used +=
	    seep__cell_encode(writer->block + writer->block_used,
			      writer->previous, &writer->pending);
	writer->previous = writer->pending.key;
	writer->block_cells++;
	if (writer->block_cells < SEEP__RUN_BLOCK)
		return SEEP_OK;
	return end_block(writer);
}

int
seep__run_writer_add(struct seep__run_writer *writer,
		     const struct seep__cell *cell)
{
	int status;

	assert(writer->run != NULL);
	if (seep__cell_is_zero(cell->counts))
		return SEEP_OK;
	if (writer->has_pending && writer->pending.key == cell->key) {
		seep__cell_add(writer->pending.counts, cell->counts);
		return SEEP_OK;
	}
	assert(!writer->has_pending || cell->key > writer->pending.key);
	status = flush_pending(writer);
	writer->pending = *cell;
	writer->has_pending = 1;
	return status;
}

/* Gives the doubled part of the index back; failing to is only waste. */
static void
trim_index(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	void *blocks;
	void *pages;

	if (run->block_count == 0)
		return;
	blocks = seep__mem_resize(writer->mem, run->blocks,
				  writer->blocks_room * sizeof(*run->blocks),
				  run->block_count * sizeof(*run->blocks));
	if (blocks != NULL) {
		run->blocks = blocks;
		writer->blocks_room = run->block_count;
	}
	pages = seep__mem_resize(writer->mem, run->pages,
				 writer->pages_room * sizeof(*run->pages),
				 run->page_count * sizeof(*run->pages));
	if (pages != NULL) {
		run->pages = pages;
		writer->pages_room = run->page_count;
	}
}

static void
free_run(struct seep__run *run, size_t pages_room, size_t blocks_room)
{
	struct seep__mem *mem = run->mem;
	size_t i;

	assert(atomic_load(&run->refs) <= 1);
	for (i = 0; i < run->page_count; i++)
		seep__mem_put(mem, run->pages[i].data, run->pages[i].size);
	seep__mem_put(mem, run->pages, pages_room * sizeof(*run->pages));
	seep__mem_put(mem, run->blocks, blocks_room * sizeof(*run->blocks));
	seep__mem_put(mem, run, sizeof(*run));
	seep__mem_unref(mem);
}

int
seep__run_writer_end(struct seep__run_writer *writer, struct seep__run **run)
{
	int status;

	assert(writer->run != NULL);
	status = flush_pending(writer);
	if (status == SEEP_OK)
		status = end_block(writer);
	if (status != SEEP_OK)
		return status;
	trim_page(writer);
	trim_index(writer);
	/* The run is freed by its counts alone: the index must be exact. */
	if (writer->blocks_room != writer->run->block_count ||
	    writer->pages_room != writer->run->page_count)
		return SEEP_ENOMEM;
	*run = writer->run;
	writer->run = NULL;
	return SEEP_OK;
}

void
seep__run_writer_clear(struct seep__run_writer *writer)
{
	if (writer->run != NULL)
		free_run(writer->run, writer->pages_room, writer->blocks_room);
	writer->run = NULL;
}

struct seep__run *
seep__run_ref(struct seep__run *run)
{
	atomic_fetch_add_explicit(&run->refs, 1, memory_order_relaxed);
	return run;
}

void
seep__run_unref(struct seep__run *run)
{
	if (run == NULL)
		return;
	if (atomic_fetch_sub_explicit(&run->refs, 1, memory_order_acq_rel) == 1)
		free_run(run, run->page_count, run->block_count);
}

uint64_t
seep__run_cells(const struct seep__run *run)
{
	return run->cells;
}

int
seep__run_may_hold(const struct seep__run *run, uint32_t record)
{
	return run->block_count != 0 && run->blocks[0].record <= record &&
	       record <= run->last_record;
}

uint64_t
seep__run_bytes(const struct seep__run *run)
{
	uint64_t bytes = sizeof(*run);
	size_t i;

	for (i = 0; i < run->page_count; i++)
		bytes += run->pages[i].size + sizeof(*run->pages);
	return bytes + run->block_count * sizeof(*run->blocks);
}

static void
open_block(struct seep__run_reader *reader, size_t index)
{
	const struct seep__run *run = reader->run;
	const struct block *block;

	reader->block = index;
	reader->left = 0;
	if (index >= run->block_count)
		return;
	block = &run->blocks[index];
	assert(block->page < run->page_count);
	seep__cursor_init(&reader->cursor,
			  run->pages[block->page].data + block->at,
			  block->size);
	reader->left = block->cells;
	reader->previous = 0;
}

void
seep__run_reader_init(struct seep__run_reader *reader,
		      const struct seep__run *run)
{
	memset(reader, 0, sizeof(*reader));
	reader->run = run;
	open_block(reader, 0);
}

void
seep__run_reader_seek(struct seep__run_reader *reader,
		      const struct seep__run *run, uint32_t record)
{
	size_t low = 0;
	size_t high = run->block_count;

	assert(run != NULL);
	memset(reader, 0, sizeof(*reader));
	reader->run = run;
	/* The first block that begins at 'record' or later. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run->blocks[middle].record < record)
			low = middle + 1;
		else
			high = middle;
	}
	/* The record may begin inside the block before it. */
	open_block(reader, low > 0 ? low - 1 : 0);
}

int
seep__run_reader_next(struct seep__run_reader *reader, struct seep__cell *cell)
{
	if (reader->left == 0) {
		if (reader->block >= reader->run->block_count)
			return 0;
		open_block(reader, reader->block + 1);
		if (reader->left == 0)
			return 0;
	}
	seep__cell_decode(&reader->cursor, reader->previous, cell);
	assert(!reader->cursor.failed);
	reader->previous = cell->key;
	reader->left--;
	return 1;
}

/* The reader whose cell is the smallest, or 'count' when all have ended. */
static size_t
smallest(const struct seep__cell *cells, const int *live, size_t count)
{
	size_t best = count;
	size_t i;

	for (i = 0; i < count; i++) {
		if (live[i] &&
		    (best == count || cells[i].key < cells[best].key))
			best = i;
	}
	return best;
}

int
seep__run_merge(struct seep__mem *mem, struct seep__run *const *runs,
		size_t count, struct seep__run **merged)
{
	struct seep__run_reader readers[SEEP__RUN_MERGE_MAX];
	struct seep__cell cells[SEEP__RUN_MERGE_MAX];
	int live[SEEP__RUN_MERGE_MAX];
	struct seep__run_writer writer;
	size_t i;
	int status;

	assert(count <= SEEP__RUN_MERGE_MAX);
	status = seep__run_writer_begin(&writer, mem);
	if (status != SEEP_OK)
		return status;
	for (i = 0; i < count; i++) {
		seep__run_reader_init(&readers[i], runs[i]);
		live[i] = seep__run_reader_next(&readers[i], &cells[i]);
	}
	while (status == SEEP_OK) {
		i = smallest(cells, live, count);
		if (i == count)
			break;
		status = seep__run_writer_add(&writer, &cells[i]);
		live[i] = seep__run_reader_next(&readers[i], &cells[i]);
	}
	if (status == SEEP_OK)
		status = seep__run_writer_end(&writer, merged);
	seep__run_writer_clear(&writer);
	return status;
}
