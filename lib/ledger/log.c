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

/*
 * The share of the budget up to which runs are written to memory although
 * there is a store. The rest is for what cannot move, above all channels: at
 * 3/4 a ledger that fits its budget with some room never touches the store,
 * and one that does not has a quarter to go on with before runs in memory are
 * moved after all (seep__log_shed()). Lower only means more calls.
 */
#define MEMORY_NUMERATOR 3
#define MEMORY_DENOMINATOR 4

/* Bytes of a sealed cell, about, for where to write a run. */
#define CELL_BYTES 12

_Static_assert(FAN_IN <= SEEP__RUN_MERGE_MAX, "merged at once");

void
seep__log_init(struct seep__log *log, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(log, 0, sizeof(*log));
	log->mem = mem;
}

void
seep__log_begin_beside(struct seep__log *beside, const struct seep__log *log)
{
	seep__log_init(beside, log->mem);
	beside->store = log->store;
}

void
seep__log_drop_beside(struct seep__log *beside)
{
	assert(beside->mem != NULL);
	beside->store = NULL;
	seep__log_clear(beside);
}

void
seep__log_take_beside(struct seep__log *log, const struct seep__log *beside)
{
	assert(log->mem == beside->mem && log->store == beside->store);
	log->store = NULL;
	seep__log_clear(log);
	*log = *beside;
}

void
seep__log_use(struct seep__log *log, struct seep__store *store)
{
	assert(log->store == NULL && log->run_count == 0);
	log->store = store;
}

void
seep__log_clear(struct seep__log *log)
{
	size_t i;

	for (i = 0; i < log->run_count; i++)
		seep__run_unref(log->runs[i]);
	seep__store_unref(log->store);
	seep__mem_put(log->mem, log->cells, log->room * sizeof(*log->cells));
	seep__mem_put(log->mem, log->items,
		      2 * log->room * sizeof(*log->items));
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

int
seep__log_chooses_store(const struct seep__log *log, uint64_t bytes)
{
	uint64_t budget = seep__mem_budget(log->mem);
	uint64_t most = budget / MEMORY_DENOMINATOR * MEMORY_NUMERATOR;

	return log->store != NULL && budget != 0 &&
	       seep__mem_used(log->mem) + bytes > most;
}

static int
is_no_memory(int status)
{
	return status == SEEP_EBUDGET || status == SEEP_ENOMEM;
}

/* Makes a run of 'count' runs, where it belongs or where there is room. */
static int
merge(struct seep__log *log, struct seep__run *const *runs, size_t count,
      struct seep__run **merged)
{
	uint64_t bytes = 0;
	int stored = 0;
	size_t i;
	int status;

	for (i = 0; i < count; i++) {
		bytes += seep__run_size(runs[i]);
		stored |= seep__run_is_stored(runs[i]);
	}
	stored = stored || seep__log_chooses_store(log, bytes);
	status = seep__run_merge_in(log->mem, log->store, stored, runs, count,
				    merged);
	if (!stored && log->store != NULL && is_no_memory(status))
		status = seep__run_merge_in(log->mem, log->store, 1, runs,
					    count, merged);
	return status;
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
	status = merge(log, last, count, &merged);
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
 * comparison with the first of them only. Want of memory only leaves more
 * runs; a store that fails is said at once, since what it holds is lost or
 * will be.
 */
static int
merge_runs(struct seep__log *log)
{
	assert(log->run_count <= SEEP__LOG_RUNS);
	while (log->run_count >= FAN_IN &&
	       size_class(log->runs[log->run_count - FAN_IN]) <=
		   size_class(log->runs[log->run_count - 1])) {
		int status = merge_last(log, FAN_IN);

		if (status != SEEP_OK)
			return is_no_memory(status) ? SEEP_OK : status;
	}
	return SEEP_OK;
}

static int
write_sorted(const struct seep__log *log, int stored, struct seep__run **run)
{
	struct seep__run_writer writer;
	size_t i;
	int status;

	assert(log->count != 0);
	status =
	    seep__run_writer_begin_in(&writer, log->mem, log->store, stored);
	if (status != SEEP_OK)
		return status;
	for (i = 0; i < log->count && status == SEEP_OK; i++)
		status = seep__run_writer_add(&writer,
					      &log->cells[log->items[i].index]);
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
	/* The run is the log's: what fails here fails again at the next. */
	(void)merge_runs(log);
	return SEEP_OK;
}

static int
write_buffer(struct seep__log *log, struct seep__run **run)
{
	int stored = seep__log_chooses_store(log, log->count * CELL_BYTES);
	int status;

	seep__log_order(log, log->items, log->items + log->count);
	status = write_sorted(log, stored, run);
	if (!stored && log->store != NULL && is_no_memory(status))
		status = write_sorted(log, 1, run);
	return status;
}

/* Did 'status' say that memory was short, and is there more of it now? */
static int
made_room(struct seep__log *log, int *status)
{
	uint64_t freed;
	int shed;

	if (!is_no_memory(*status))
		return 0;
	shed = seep__log_shed(log, &freed);
	if (shed == SEEP_EIO)
		*status = shed;
	return freed > 0;
}

int
seep__log_seal(struct seep__log *log)
{
	struct seep__run *run;
	int status;

	assert(log->count <= log->room);
	if (log->count == 0)
		return SEEP_OK;
	status = reserve_run(log);
	if (status != SEEP_OK)
		return status;
	status = write_buffer(log, &run);
	if (made_room(log, &status))
		status = write_buffer(log, &run);
	if (status != SEEP_OK)
		return status;
	log->runs[log->run_count++] = run;
	log->count = 0;
	return merge_runs(log);
}

int
seep__log_shed(struct seep__log *log, uint64_t *freed)
{
	int status = SEEP_OK;
	size_t i;

	*freed = 0;
	if (log->store == NULL)
		return SEEP_OK;
	for (i = 0; i < log->run_count && status == SEEP_OK; i++) {
		struct seep__run *run = log->runs[i];
		uint64_t before = seep__run_bytes(run);
		uint64_t after;

		if (seep__run_is_shared(run))
			continue;
		status = seep__run_move(run, log->store);
		after = seep__run_bytes(run);
		*freed += before > after ? before - after : 0;
	}
	return status;
}

static int
set_room(struct seep__log *log, size_t room)
{
	struct seep__cell *cells;
	struct seep__sortable *items;

	assert(room >= log->room);
	/* The order is made anew each time: nothing to copy. */
	items = seep__mem_get(log->mem, 2 * room * sizeof(*items));
	if (items == NULL)
		return seep__mem_why(log->mem);
	cells =
	    seep__mem_resize(log->mem, log->cells, log->room * sizeof(*cells),
			     room * sizeof(*cells));
	if (cells == NULL) {
		seep__mem_put(log->mem, items, 2 * room * sizeof(*items));
		return seep__mem_why(log->mem);
	}
	seep__mem_put(log->mem, log->items,
		      2 * log->room * sizeof(*log->items));
	log->items = items;
	log->cells = cells;
	log->room = room;
	return SEEP_OK;
}

/* Doubles the buffer, within SEEP__LOG_CELLS, until it holds 'need'. */
static int
grow_buffer(struct seep__log *log, size_t need)
{
	size_t room = log->room * 2;

	assert(need <= SEEP__LOG_CELLS);
	if (room < need)
		room = need;
	if (room < ROOM_MIN)
		room = ROOM_MIN;
	if (room > SEEP__LOG_CELLS)
		room = SEEP__LOG_CELLS;
	return set_room(log, room);
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
	if (made_room(log, &status))
		status = grow_buffer(log, log->count + need);
	if (!is_no_memory(status) || log->count == 0)
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
