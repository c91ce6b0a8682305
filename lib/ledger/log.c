/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/log.h"

#include <assert.h>
#include <string.h>

/*
 * Runs of one size class that are merged at once. Four halves the codings
 * per cell of two (log4 against log2) for at most three runs a class, that
 * is about 12 places to look at in a ledger of 10^8 cells; eight would save
 * a third more codings and double the places.
 */
#define FAN_IN 4

#define ROOM_MIN 32

_Static_assert(FAN_IN <= SEEP__RUN_MERGE_MAX, "merged at once");

void
seep__log_init(struct seep__log *log, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(log, 0, sizeof(*log));
	log->mem = mem;
}

void
seep__log_init_like(struct seep__log *log, const struct seep__log *other)
{
	seep__log_init(log, other->mem);
}

void
seep__log_clear(struct seep__log *log)
{
	size_t i;

	for (i = 0; i < log->run_count; i++)
		seep__run_unref(log->runs[i]);
	seep__mem_put(log->mem, log->cells, log->room * sizeof(*log->cells));
	seep__log_init(log, log->mem);
}

void
seep__log_order(const struct seep__log *log, struct seep__sortable *items,
		struct seep__sortable *scratch)
{
	size_t i;

	assert(log->count <= SEEP__LOG_CELLS);
	for (i = 0; i < log->count; i++) {
		items[i].key = log->cells[i].key;
		items[i].index = (uint32_t)i;
		items[i].spare = 0;
	}
	seep__sort(items, scratch, log->count);
}

static unsigned
size_class(const struct seep__run *run)
{
	uint64_t size = seep__run_cells(run) / SEEP__LOG_CELLS;
	unsigned order = 0;

	while (size >= FAN_IN) {
		size /= FAN_IN;
		order++;
	}
	return order;
}

/* Makes one of the last 'count' runs. On failure nothing changes. */
static int
merge_last(struct seep__log *log, size_t count)
{
	struct seep__run **last = log->runs + log->run_count - count;
	struct seep__run *merged;
	size_t i;
	int status;

	assert(count <= log->run_count);
	status = seep__run_merge(log->mem, last, count, &merged);
	if (status != SEEP_OK)
		return status;
	for (i = 0; i < count; i++)
		seep__run_unref(last[i]);
	last[0] = merged;
	log->run_count -= count - 1;
	return SEEP_OK;
}

/*
 * Merges the last runs while FAN_IN of them are of one size class. After a
 * failed merge a larger class may stand behind a smaller one, hence the
 * comparison with the first of them only.
 */
static void
merge_runs(struct seep__log *log)
{
	assert(log->run_count <= SEEP__LOG_RUNS);
	while (log->run_count >= FAN_IN &&
	       size_class(log->runs[log->run_count - FAN_IN]) <=
		   size_class(log->runs[log->run_count - 1])) {
		if (merge_last(log, FAN_IN) != SEEP_OK)
			return;
	}
}

static int
write_buffer(const struct seep__log *log, struct seep__sortable *items,
	     struct seep__run **run)
{
	struct seep__run_writer writer;
	size_t i;
	int status;

	assert(log->count != 0);
	status = seep__run_writer_begin(&writer, log->mem);
	if (status != SEEP_OK)
		return status;
	seep__log_order(log, items, items + log->count);
	for (i = 0; i < log->count && status == SEEP_OK; i++)
		status =
		    seep__run_writer_add(&writer, &log->cells[items[i].index]);
	if (status == SEEP_OK)
		status = seep__run_writer_end(&writer, run);
	seep__run_writer_clear(&writer);
	return status;
}

/* Makes sure that one more run has a place. */
static int
reserve_run(struct seep__log *log)
{
	assert(log->run_count <= SEEP__LOG_RUNS);
	if (log->run_count < SEEP__LOG_RUNS)
		return SEEP_OK;
	return merge_last(log, SEEP__RUN_MERGE_MAX);
}

int
seep__log_add_run(struct seep__log *log, struct seep__run *run)
{
	int status = reserve_run(log);

	if (status != SEEP_OK)
		return status;
	if (seep__run_cells(run) == 0) {
		seep__run_unref(run);
		return SEEP_OK;
	}
	log->runs[log->run_count++] = run;
	merge_runs(log);
	return SEEP_OK;
}

int
seep__log_seal(struct seep__log *log)
{
	struct seep__sortable *items;
	struct seep__run *run;
	size_t size = 2 * log->count * sizeof(*items);
	int status;

	assert(log->count <= log->room);
	if (log->count == 0)
		return SEEP_OK;
	status = reserve_run(log);
	if (status != SEEP_OK)
		return status;
	items = seep__mem_get(log->mem, size);
	if (items == NULL)
		return seep__mem_why(log->mem);
	status = write_buffer(log, items, &run);
	seep__mem_put(log->mem, items, size);
	if (status != SEEP_OK)
		return status;
	log->runs[log->run_count++] = run;
	log->count = 0;
	merge_runs(log);
	return SEEP_OK;
}

/* Doubles the buffer, within SEEP__LOG_CELLS, until it holds 'need'. */
static int
grow_buffer(struct seep__log *log, size_t need)
{
	size_t room = log->room * 2;
	struct seep__cell *cells;

	assert(need <= SEEP__LOG_CELLS);
	if (room < need)
		room = need;
	if (room < ROOM_MIN)
		room = ROOM_MIN;
	if (room > SEEP__LOG_CELLS)
		room = SEEP__LOG_CELLS;
	cells =
	    seep__mem_resize(log->mem, log->cells, log->room * sizeof(*cells),
			     room * sizeof(*cells));
	if (cells == NULL)
		return seep__mem_why(log->mem);
	log->cells = cells;
	log->room = room;
	return SEEP_OK;
}

int
seep__log_reserve(struct seep__log *log, size_t need)
{
	int status;

	assert(need <= SEEP__LOG_CELLS);
	if (log->count + need <= log->room)
		return SEEP_OK;
	if (log->count + need > SEEP__LOG_CELLS) {
		status = seep__log_seal(log);
		if (status != SEEP_OK)
			return status;
	}
	if (need <= log->room - log->count)
		return SEEP_OK;
	status = grow_buffer(log, log->count + need);
	if (status == SEEP_OK || log->count == 0)
		return status;
	/* No memory for a larger buffer: an emptied one may do. */
	status = seep__log_seal(log);
	if (status == SEEP_OK && need > log->room)
		status = grow_buffer(log, need);
	return status;
}

void
seep__log_append(struct seep__log *log, uint64_t key,
		 const uint64_t counts[SEEP__COUNTS])
{
	assert(log->count < log->room);
	log->cells[log->count].key = key;
	memcpy(log->cells[log->count].counts, counts,
	       sizeof(log->cells[log->count].counts));
	log->count++;
}
