/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_writer.c - cells in, a run out.
 */
#include "ledger/run.h"

#include <assert.h>
#include <string.h>

#include "ledger/run_form.h"

_Static_assert(SEEP__RUN_PIECE_MIN < SEEP__RUN_PAGE, "a block fits a page");
_Static_assert(SEEP__RUN_PAGE <= UINT16_MAX + 1, "offsets are 16 bits");

int
seep__run_writer_begin(struct seep__run_writer *writer, struct seep__mem *mem)
{
	return seep__run_writer_begin_in(writer, mem, NULL, 0);
}

int
seep__run_writer_begin_in(struct seep__run_writer *writer,
			  struct seep__mem *mem, struct seep__store *store,
			  int stored)
{
	assert(mem != NULL && (store != NULL || !stored));
	memset(writer, 0, sizeof(*writer));
	writer->mem = mem;
	writer->store = store;
	writer->stored = stored;
	writer->run = seep__mem_zero(mem, 1, sizeof(*writer->run));
	if (writer->run == NULL)
		return seep__mem_why(mem);
	writer->run->mem = seep__mem_ref(mem);
	writer->run->sum_size = store != NULL ? SEEP__RUN_SUM : 0;
	atomic_init(&writer->run->refs, 1);
	return SEEP_OK;
}

/* Makes room for 'need' entries of the index. */
static int
grow_index(struct seep__run_writer *writer, size_t need)
{
	struct seep__run *run = writer->run;
	void *records = run->records;
	void *starts = run->starts;
	int status;

	assert(need >= run->block_count);
	status = seep__mem_grow(writer->mem, &records, &run->record_room, need,
				sizeof(*run->records));
	run->records = records;
	if (status != SEEP_OK)
		return status;
	status = seep__mem_grow(writer->mem, &starts, &run->start_room, need,
				sizeof(*run->starts));
	run->starts = starts;
	return status;
}

int
seep__run_writer_expect(struct seep__run_writer *writer, uint64_t cells)
{
	uint64_t blocks = cells / SEEP__RUN_BLOCK + 1;

	assert(writer->run != NULL && writer->run->block_count == 0);
	return blocks > SIZE_MAX ? SEEP_ENOMEM
				 : grow_index(writer, (size_t)blocks);
}

/* A page to fill that is not of the run, for a run that goes to the store. */
static int
take_page(struct seep__run_writer *writer)
{
	assert(writer->stored && writer->page == NULL);
	writer->page = seep__store_lend(writer->store, SEEP__STORE_OF_PAGE);
	writer->lent = writer->page != NULL;
	if (!writer->lent)
		writer->page = seep__mem_get(writer->mem, SEEP__RUN_PAGE);
	return writer->page != NULL ? SEEP_OK : seep__mem_why(writer->mem);
}

static void
give_page(struct seep__run_writer *writer)
{
	if (!writer->stored || writer->page == NULL)
		return;
	if (writer->lent)
		seep__store_back(writer->store, SEEP__STORE_OF_PAGE,
				 writer->page);
	else
		seep__mem_put(writer->mem, writer->page, SEEP__RUN_PAGE);
	writer->page = NULL;
}

/* Moves the page that is full to the store, if that is where it belongs. */
static int
close_page(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;

	if (!writer->stored || run->page_count == 0)
		return SEEP_OK;
	return seep__run_store_page(run, writer->store, run->page_count - 1,
				    writer->page);
}

static int
add_page(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	void *pages = run->pages;
	struct seep__run_page *page;
	int status;

	assert(run->page_count <= run->page_room);
	status = close_page(writer);
	if (status != SEEP_OK)
		return status;
	status = seep__mem_grow(writer->mem, &pages, &run->page_room,
				run->page_count + 1, sizeof(*run->pages));
	run->pages = pages;
	if (status == SEEP_OK && writer->stored && writer->page == NULL)
		status = take_page(writer);
	if (status != SEEP_OK)
		return status;
	page = &run->pages[run->page_count];
	memset(page, 0, sizeof(*page));
	page->first_block = run->block_count;
	if (!writer->stored) {
		page->data = seep__mem_get(writer->mem, SEEP__RUN_PAGE);
		if (page->data == NULL)
			return seep__mem_why(writer->mem);
		page->room = SEEP__RUN_PAGE;
		writer->page = page->data;
	}
	run->page_count++;
	return SEEP_OK;
}

static int
end_block(struct seep__run_writer *writer)
{
	struct seep__run *run = writer->run;
	size_t size = writer->block_used + run->sum_size;
	struct seep__run_page *page;
	int status;

	assert(writer->block_cells <= SEEP__RUN_BLOCK);
	if (writer->block_cells == 0)
		return SEEP_OK;
	status = grow_index(writer, run->block_count + 1);
	if (status == SEEP_OK &&
	    (run->page_count == 0 ||
	     run->pages[run->page_count - 1].used + size > SEEP__RUN_PAGE))
		status = add_page(writer);
	if (status != SEEP_OK)
		return status;
	page = &run->pages[run->page_count - 1];
	run->records[run->block_count] = writer->block_record;
	run->starts[run->block_count] = (uint16_t)page->used;
	run->block_count++;
	memcpy(writer->page + page->used, writer->block, writer->block_used);
	page->used += (uint32_t)size;
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

/* Cuts an array to what it holds; failing to is only waste. */
static void
trim(struct seep__mem *mem, void **array, size_t *room, size_t used,
     size_t size)
{
	void *cut;

	assert(used <= *room);
	if (used == 0 || used == *room)
		return;
	cut = seep__mem_resize(mem, *array, *room * size, used * size);
	if (cut == NULL)
		return;
	*array = cut;
	*room = used;
}

static void
trim_run(struct seep__run *run)
{
	void *pages = run->pages;
	void *records = run->records;
	void *starts = run->starts;

	assert(run->block_count <= run->start_room);
	if (run->page_count > 0) {
		struct seep__run_page *last = &run->pages[run->page_count - 1];
		void *data = last->data;
		size_t room = last->room;

		if (data != NULL)
			trim(run->mem, &data, &room, last->used, 1);
		last->data = data;
		last->room = (uint32_t)room;
	}
	trim(run->mem, &pages, &run->page_room, run->page_count,
	     sizeof(*run->pages));
	trim(run->mem, &records, &run->record_room, run->block_count,
	     sizeof(*run->records));
	trim(run->mem, &starts, &run->start_room, run->block_count,
	     sizeof(*run->starts));
	run->pages = pages;
	run->records = records;
	run->starts = starts;
}

int
seep__run_writer_end(struct seep__run_writer *writer, struct seep__run **run)
{
	int status;

	assert(writer->run != NULL);
	status = flush_pending(writer);
	if (status == SEEP_OK)
		status = end_block(writer);
	if (status == SEEP_OK)
		status = close_page(writer);
	if (status != SEEP_OK)
		return status;
	give_page(writer);
	trim_run(writer->run);
	*run = writer->run;
	writer->run = NULL;
	return SEEP_OK;
}

void
seep__run_writer_clear(struct seep__run_writer *writer)
{
	give_page(writer);
	seep__run_unref(writer->run);
	writer->run = NULL;
}
