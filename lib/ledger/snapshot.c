/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/snapshot.h"

#include <assert.h>
#include <string.h>

#include "ledger/engine.h"
#include "ledger/order.h"

int
seep__snapshot_new(struct seep_snapshot **snapshot, struct seep__mem *mem,
		   const struct seep_alloc *alloc)
{
	struct seep_snapshot *made = seep__mem_zero(mem, 1, sizeof(*made));

	assert(mem != NULL);
	*snapshot = NULL;
	if (made == NULL)
		return seep__mem_why(mem);
	made->mem = seep__mem_ref(mem);
	if (alloc != NULL) {
		made->alloc = *alloc;
		made->has_alloc = 1;
	}
	seep_coverage_init(&made->coverage);
	seep__origin_init(&made->origin, mem);
	*snapshot = made;
	return SEEP_OK;
}

const struct seep_alloc *
seep__snapshot_alloc(const struct seep_snapshot *snapshot)
{
	return snapshot->has_alloc ? &snapshot->alloc : NULL;
}

void
seep_snapshot_free(struct seep_snapshot *snapshot)
{
	struct seep__mem *mem;
	size_t i;

	if (snapshot == NULL)
		return;
	mem = snapshot->mem;
	for (i = 0; i < snapshot->run_count; i++)
		seep__run_unref(snapshot->runs[i]);
	seep__mem_put(mem, snapshot->name_text, snapshot->text_room);
	seep__mem_put(mem, snapshot->names,
		      snapshot->name_room * sizeof(*snapshot->names));
	seep__mem_put(mem, snapshot->labels,
		      snapshot->label_room * sizeof(*snapshot->labels));
	seep__mem_put(mem, snapshot->hour_ends, snapshot->ends_room);
	seep__mem_put(mem, snapshot->hours,
		      snapshot->hour_room * sizeof(*snapshot->hours));
	seep__mem_put(mem, snapshot->peers_v6,
		      snapshot->peer_room * sizeof(*snapshot->peers_v6));
	seep__mem_put(mem, snapshot->channels,
		      snapshot->channel_room * sizeof(*snapshot->channels));
	seep__mem_put(mem, snapshot->first_channel,
		      snapshot->first_room * sizeof(*snapshot->first_channel));
	seep__mem_put(mem, snapshot->hosts,
		      snapshot->host_room * sizeof(*snapshot->hosts));
	seep__selection_free(snapshot->selection);
	seep__origin_clear(&snapshot->origin);
	seep_site_free(snapshot->site);
	seep__mem_put(mem, snapshot, sizeof(*snapshot));
	seep__mem_unref(mem);
}

static int
copy_hours(struct seep_snapshot *snapshot, const struct seep_engine *engine)
{
	size_t count = seep__hours_list(&engine->hours, NULL);
	size_t i;

	assert(snapshot->hours == NULL);
	if (count == 0)
		return SEEP_OK;
	snapshot->hours =
	    seep__mem_get(snapshot->mem, count * sizeof(*snapshot->hours));
	if (snapshot->hours == NULL)
		return seep__mem_why(snapshot->mem);
	snapshot->hour_room = count;
	snapshot->hour_count =
	    seep__hours_list(&engine->hours, snapshot->hours);
	snapshot->hour_ends = seep__mem_zero(snapshot->mem, count, 1);
	if (snapshot->hour_ends == NULL)
		return seep__mem_why(snapshot->mem);
	snapshot->ends_room = count;
	for (i = 0; i < count; i++)
		snapshot->hour_ends[i] = (uint8_t)seep__hours_hold(
		    &engine->ends, snapshot->hours[i]);
	return SEEP_OK;
}

/* Bytes of the open cells of a channel, about, for where to write them. */
#define OPEN_BYTES 12

/* Writes the cells of the buffer, from '*at' on, that come before 'key'. */
static int
write_buffered(struct seep__run_writer *writer, const struct seep__log *log,
	       const struct seep__sortable *items, size_t *at, uint64_t key)
{
	int status = SEEP_OK;

	while (*at < log->count && items[*at].key < key && status == SEEP_OK)
		status = seep__run_writer_add(
		    writer, &log->cells[items[(*at)++].index]);
	return status;
}

/* One run of open cells and of what is not sealed yet, merged by key. */
static int
write_open(struct seep__run_writer *writer, const struct seep_engine *engine,
	   const struct seep__sortable *items)
{
	uint32_t count = seep__table_count(&engine->table);
	struct seep__cell cells[SEEP__SLOTS];
	size_t at = 0;
	uint32_t i;
	unsigned n;
	int status = SEEP_OK;

	for (i = 0; i < count && status == SEEP_OK; i++) {
		unsigned open = seep__record_open(
		    seep__table_record(&engine->table, i), i, cells);

		for (n = 0; n < open && status == SEEP_OK; n++) {
			status = write_buffered(writer, &engine->log, items,
						&at, cells[n].key);
			if (status == SEEP_OK)
				status =
				    seep__run_writer_add(writer, &cells[n]);
		}
	}
	if (status == SEEP_OK)
		status = write_buffered(writer, &engine->log, items, &at,
					UINT64_MAX);
	return status;
}

static int
write_open_run(struct seep_snapshot *snapshot, const struct seep_engine *engine,
	       int stored)
{
	struct seep__run_writer writer;
	int status;

	assert(snapshot->run_count < SEEP__SNAPSHOT_RUNS);
	status = seep__run_writer_begin_in(&writer, snapshot->mem,
					   engine->log.store, stored);
	if (status != SEEP_OK)
		return status;
	status = write_open(&writer, engine, engine->log.items);
	if (status == SEEP_OK)
		status = seep__run_writer_end(
		    &writer, &snapshot->runs[snapshot->run_count]);
	if (status == SEEP_OK)
		snapshot->run_count++;
	seep__run_writer_clear(&writer);
	return status;
}

static int
add_open_run(struct seep_snapshot *snapshot, const struct seep_engine *engine)
{
	const struct seep__log *log = &engine->log;
	uint64_t bytes =
	    (log->count + (uint64_t)seep__table_count(&engine->table)) *
	    OPEN_BYTES;
	int stored = seep__log_chooses_store(log, bytes);
	int status;

	if (log->count != 0)
		seep__log_order(log, log->items, log->items + log->count);
	status = write_open_run(snapshot, engine, stored);
	if (!stored && log->store != NULL &&
	    (status == SEEP_EBUDGET || status == SEEP_ENOMEM))
		return write_open_run(snapshot, engine, 1);
	/* A store that is full must not keep what was taken from being seen. */
	if (stored && status == SEEP_EIO &&
	    write_open_run(snapshot, engine, 0) == SEEP_OK)
		return SEEP_OK;
	return status;
}

static void
share_runs(struct seep_snapshot *snapshot, const struct seep__log *log)
{
	size_t i;

	assert(log->run_count < SEEP__SNAPSHOT_RUNS);
	for (i = 0; i < log->run_count; i++)
		snapshot->runs[i] = seep__run_ref(log->runs[i]);
	snapshot->run_count = log->run_count;
}

static int
fill(struct seep_snapshot *made, const struct seep_engine *engine)
{
	int status;

	made->coverage = engine->coverage;
	share_runs(made, &engine->log);
	status = seep__site_copy(&made->site, engine->site, made->mem);
	if (status == SEEP_OK)
		status = seep__order_channels(made, engine);
	if (status == SEEP_OK)
		status = seep__order_labels(made, engine);
	if (status == SEEP_OK)
		status = seep__order_names(made, engine);
	if (status == SEEP_OK)
		status = copy_hours(made, engine);
	if (status == SEEP_OK)
		status = seep__origin_copy(&made->origin, &engine->origin);
	if (status == SEEP_OK)
		status = add_open_run(made, engine);
	return status;
}

int
seep_engine_snapshot(struct seep_engine *engine,
		     struct seep_snapshot **snapshot)
{
	struct seep_snapshot *made;
	int status;

	assert(engine != NULL && snapshot != NULL);
	*snapshot = NULL;
	do {
		status = seep__snapshot_new(&made, engine->mem,
					    seep__engine_alloc(engine));
		if (status == SEEP_OK)
			status = fill(made, engine);
		if (status != SEEP_OK)
			seep_snapshot_free(made);
	} while (status != SEEP_OK && seep__engine_shed(engine, &status));
	if (status == SEEP_OK)
		*snapshot = made;
	return status;
}

const struct seep_coverage *
seep_snapshot_coverage(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return &snapshot->coverage;
}

const struct seep_site *
seep_snapshot_site(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return snapshot->site;
}

const char *
seep_snapshot_sensor(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return snapshot->origin.sensor;
}

void
seep_snapshot_origin(const struct seep_snapshot *snapshot,
		     struct seep_origin *origin)
{
	const struct seep_origin init = SEEP_ORIGIN_INIT;

	assert(snapshot != NULL && origin != NULL);
	*origin = init;
	origin->sensor = snapshot->origin.sensor;
	origin->kind = snapshot->origin.kind;
	origin->dedup = snapshot->origin.dedup;
	origin->link_bits_per_s = snapshot->origin.link_bits_per_s;
	origin->inputs_listed = snapshot->origin.listed;
}

int
seep_snapshot_next_input(const struct seep_snapshot *snapshot, size_t *cursor,
			 const struct seep_input **input)
{
	assert(snapshot != NULL && cursor != NULL && input != NULL);
	*input = NULL;
	if (*cursor >= snapshot->origin.count)
		return SEEP_END;
	*input = &snapshot->origin.inputs[(*cursor)++];
	return SEEP_OK;
}
