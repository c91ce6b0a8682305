/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/run.h"

#include <assert.h>

#include "ledger/run_form.h"

static void
free_run(struct seep__run *run)
{
	struct seep__mem *mem = run->mem;
	size_t i;

	assert(atomic_load(&run->refs) <= 1);
	for (i = 0; i < run->page_count; i++)
		seep__mem_put(mem, run->pages[i].data, run->pages[i].room);
	seep__extent_free(run->extent);
	seep__mem_put(mem, run->pages, run->page_room * sizeof(*run->pages));
	seep__mem_put(mem, run->records,
		      run->record_room * sizeof(*run->records));
	seep__mem_put(mem, run->starts, run->start_room * sizeof(*run->starts));
	seep__mem_put(mem, run, sizeof(*run));
	seep__mem_unref(mem);
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
		free_run(run);
}

uint64_t
seep__run_cells(const struct seep__run *run)
{
	return run->cells;
}

int
seep__run_may_hold(const struct seep__run *run, uint32_t record)
{
	return run->block_count != 0 && run->records[0] <= record &&
	       record <= run->last_record;
}

uint64_t
seep__run_bytes(const struct seep__run *run)
{
	uint64_t bytes = sizeof(*run) + run->page_room * sizeof(*run->pages) +
			 run->record_room * sizeof(*run->records) +
			 run->start_room * sizeof(*run->starts);
	size_t i;

	for (i = 0; i < run->page_count; i++)
		bytes += run->pages[i].room;
	if (run->extent != NULL)
		bytes += seep__extent_bytes(run->extent);
	return bytes;
}

uint64_t
seep__run_size(const struct seep__run *run)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < run->page_count; i++)
		size += run->pages[i].used;
	return size;
}

int
seep__run_is_stored(const struct seep__run *run)
{
	/* Pages are moved first to last. */
	return run->page_count > 0 && run->pages[0].data == NULL;
}

int
seep__run_is_shared(const struct seep__run *run)
{
	/* Who had the other references has read for the last time. */
	return atomic_load_explicit(&run->refs, memory_order_acquire) > 1;
}

int
seep__run_store_page(struct seep__run *run, struct seep__store *store,
		     size_t page, uint8_t *data)
{
	size_t end = seep__run_page_end(run, page);
	size_t block = run->pages[page].first_block;

	assert(page < run->page_count && run->sum_size == SEEP__RUN_SUM);
	if (run->extent == NULL) {
		int status = seep__extent_new(&run->extent, store);

		if (status != SEEP_OK)
			return status;
	}
	for (; block < end; block++) {
		size_t at = run->starts[block];
		size_t size =
		    seep__run_block_end(run, page, block) - at - SEEP__RUN_SUM;

		seep__le64_put(
		    data + at + size,
		    seep__extent_sum(run->extent, block, data + at, size));
	}
	return seep__extent_write(run->extent, page, data,
				  run->pages[page].used);
}

int
seep__run_move(struct seep__run *run, struct seep__store *store)
{
	int status = SEEP_OK;
	size_t i;

	assert(!seep__run_is_shared(run) && store != NULL);
	/* Without room for checksums it was not begun to be moved. */
	if (run->sum_size == 0)
		return SEEP_OK;
	for (i = 0; i < run->page_count && status == SEEP_OK; i++) {
		struct seep__run_page *page = &run->pages[i];

		if (page->data == NULL)
			continue;
		status = seep__run_store_page(run, store, i, page->data);
		if (status != SEEP_OK)
			break;
		seep__mem_put(run->mem, page->data, page->room);
		page->data = NULL;
		page->room = 0;
	}
	return status;
}
