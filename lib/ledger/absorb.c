/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * absorb.c - everything that a snapshot holds, into an engine; merging.
 */
#include "ledger/engine.h"

#include <assert.h>
#include <string.h>

#include "ledger/fold.h"
#include "ledger/snapshot.h"

/* In engine->folded: of the snapshot that is being added. */
#define FOLDED_THERE 2

int
seep__absorb_hours(struct seep_engine *engine,
		   const struct seep_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->hour_count; i++) {
		uint32_t hour = snapshot->hours[i];
		int status = seep__hours_reserve(&engine->hours, hour, hour);

		if (status == SEEP_OK)
			status = seep__hours_reserve(&engine->ends, hour, hour);
		if (status != SEEP_OK)
			return status;
		seep__hours_add(&engine->hours, hour, hour);
		if (snapshot->hour_ends[i])
			seep__hours_add(&engine->ends, hour, hour);
	}
	return SEEP_OK;
}

static void
describe(const struct seep_snapshot *snapshot, size_t host, size_t channel,
	 struct seep__label_channel *out)
{
	const struct seep__chanref *ref = &snapshot->channels[channel];

	assert(channel < snapshot->channel_count);
	memset(out, 0, sizeof(*out));
	out->host = snapshot->hosts[host];
	seep__snapshot_peer(snapshot, ref, &out->peer);
	out->place = ref->kind & SEEP__PEER_PLACE;
	out->direction = ref->direction;
	out->service = ref->service;
}

static int
absorb_name(struct seep_engine *engine, const struct seep_snapshot *snapshot,
	    size_t name, const struct seep__label_channel *described)
{
	const char *text;

	assert(name < snapshot->name_count);
	text = snapshot->name_text + snapshot->names[name].at;
	return seep__names_add(&engine->names, &described->peer, text,
			       strlen(text));
}

static int
absorb_labels(struct seep_engine *engine, const struct seep_snapshot *snapshot,
	      size_t channel, const struct seep__label_channel *described,
	      uint32_t record)
{
	size_t i = snapshot->channels[channel].label;
	uint64_t added;

	assert(channel < snapshot->channel_count);
	if (i == 0)
		return SEEP_OK;
	if (described->place == SEEP_PLACE_NAME)
		return absorb_name(engine, snapshot, i - 1, described);
	for (i--; i < snapshot->label_count; i++) {
		const struct seep__labelref *label = &snapshot->labels[i];
		int status;

		if (label->channel != channel)
			break;
		status =
		    seep__labels_add(&engine->labels, described, record,
				     label->text, strlen(label->text), &added);
		if (status != SEEP_OK)
			return status;
		seep__labels_trim(&engine->labels);
	}
	return SEEP_OK;
}

/* Adds the cells of one channel to the log. */
static int
absorb_cells(struct seep_engine *engine, const struct seep__history *history,
	     uint32_t record)
{
	size_t i;

	assert(record < seep__table_count(&engine->table));
	for (i = 0; i < history->count; i++) {
		const struct seep__cellrow *row = &history->rows[i];
		uint64_t counts[SEEP__COUNTS];
		int status = seep__log_reserve(&engine->log, 1);

		if (status != SEEP_OK)
			return status;
		counts[SEEP__BYTES_OUT] = row->bytes_out;
		counts[SEEP__BYTES_IN] = row->bytes_in;
		counts[SEEP__PACKETS_OUT] = row->packets_out;
		counts[SEEP__PACKETS_IN] = row->packets_in;
		counts[SEEP__FLOWS] = row->flows;
		seep__record_log(seep__table_record(&engine->table, record),
				 record, &engine->log, row->hour, row->kind,
				 counts);
	}
	return SEEP_OK;
}

static void
mark_added(struct seep_engine *engine, uint32_t record,
	   const struct seep__chanref *ref)
{
	uint32_t *flags = &seep__table_record(&engine->table, record)->flags;

	*flags |= SEEP__RECORD_ADDED;
	if ((ref->kind & SEEP__PEER_INEXACT) != 0)
		*flags |= SEEP__RECORD_INEXACT;
}

int
seep__absorb_history(struct seep_engine *engine,
		     const struct seep_snapshot *snapshot, size_t host,
		     size_t channel, const struct seep__history *history)
{
	const struct seep__chanref *ref = &snapshot->channels[channel];
	struct seep__label_channel described;
	uint32_t record = 0;
	int status;

	if (history->count == 0)
		return SEEP_OK;
	status =
	    seep__fold_is_due(engine) ? seep__fold_relieve(engine) : SEEP_OK;
	if (status != SEEP_OK)
		return status;
	describe(snapshot, host, channel, &described);
	/* Adding a channel or a label again changes nothing. */
	do {
		status = seep__engine_channel(
		    engine, &described, seep__fold_of(ref->kind), &record);
		if (status == SEEP_OK)
			status = absorb_labels(engine, snapshot, channel,
					       &described, record);
	} while (status != SEEP_OK && seep__engine_shed(engine, &status));
	if (status == SEEP_OK)
		mark_added(engine, record, ref);
	if (status == SEEP_OK)
		status = absorb_cells(engine, history, record);
	return status;
}

static int
absorb_channel(struct seep_engine *engine, const struct seep_snapshot *snapshot,
	       size_t host, size_t channel, struct seep__history *history)
{
	int status = seep__view_history(snapshot, channel, history);

	assert(channel < snapshot->channel_count);
	if (status == SEEP_OK)
		status = seep__absorb_history(engine, snapshot, host, channel,
					      history);
	return status;
}

static int
absorb_channels(struct seep_engine *engine,
		const struct seep_snapshot *snapshot)
{
	struct seep__history history;
	size_t host, channel, end;
	int status = SEEP_OK;

	seep__history_init(&history, engine->mem);
	for (host = 0; host < snapshot->host_count && status == SEEP_OK;
	     host++) {
		seep__view_channels(snapshot, host, &channel, &end);
		for (; channel < end && status == SEEP_OK; channel++)
			status = absorb_channel(engine, snapshot, host, channel,
						&history);
	}
	seep__history_clear(&history);
	return status;
}

/* Notes the hosts of which the snapshot folded channels: 2 = by it. */
static int
note_folded(struct seep_engine *engine, const struct seep_snapshot *snapshot)
{
	size_t host, channel, end;
	int status = SEEP_OK;

	for (host = 0; host < snapshot->host_count && status == SEEP_OK;
	     host++) {
		uint32_t number;
		unsigned fold = SEEP_FOLD_NONE;

		seep__view_channels(snapshot, host, &channel, &end);
		for (; channel < end; channel++)
			fold |= seep__fold_of(snapshot->channels[channel].kind);
		if (fold == SEEP_FOLD_NONE)
			continue;
		status = seep__intern_add(&engine->hosts,
					  &snapshot->hosts[host], &number);
		if (status == SEEP_OK)
			status = seep__fold_room(engine);
		if (status == SEEP_OK)
			engine->folded[number] = FOLDED_THERE;
	}
	return status;
}

/* A channel that the snapshot does not hold may be among what it folded. */
static void
settle_folded(struct seep_engine *engine)
{
	uint32_t count = seep__table_count(&engine->table);
	uint32_t i;
	size_t host;

	for (i = 0; i < count; i++) {
		struct seep__record *record =
		    seep__table_record(&engine->table, i);

		if (record->key.host < engine->folded_room &&
		    engine->folded[record->key.host] == FOLDED_THERE &&
		    (record->flags & SEEP__RECORD_ADDED) == 0)
			record->flags |= SEEP__RECORD_INEXACT;
		record->flags &= ~SEEP__RECORD_ADDED;
	}
	for (host = 0; host < engine->folded_room; host++)
		engine->folded[host] = engine->folded[host] != 0;
}

int
seep__absorb_folds(struct seep_engine *engine,
		   const struct seep_snapshot *snapshot)
{
	int status = note_folded(engine, snapshot);

	settle_folded(engine);
	return status;
}

/* Could one run of one sensor have made both, out of other rows? */
static int
fit_together(struct seep_engine *engine, const struct seep_snapshot *snapshot)
{
	const struct seep_coverage *more = &snapshot->coverage;
	size_t at = 0;

	assert(engine->site != NULL && snapshot->site != NULL);
	if (!seep__site_equal(engine->site, snapshot->site) ||
	    seep__origin_differs(&engine->origin, &snapshot->origin) != NULL)
		return 0;
	if (engine->coverage.bytes_seen >=
		SEEP__CASE_BYTES_END - more->bytes_seen ||
	    engine->coverage.bytes_missed >=
		SEEP__CASE_BYTES_END - more->bytes_missed ||
	    engine->coverage.names_bytes >=
		SEEP__CASE_BYTES_END - more->names_bytes)
		return 0;
	seep__origin_sort(&engine->origin);
	return seep__origin_shared(&snapshot->origin, &engine->origin, &at) ==
	       NULL;
}

int
seep_engine_add_snapshot(struct seep_engine *engine,
			 const struct seep_snapshot *snapshot)
{
	int status;

	assert(engine != NULL && snapshot != NULL);
	if (!fit_together(engine, snapshot))
		return SEEP_EMISMATCH;
	status = seep__origin_unite(&engine->origin, &snapshot->origin);
	if (status == SEEP_OK)
		status = seep__absorb_hours(engine, snapshot);
	if (status == SEEP_OK)
		status = absorb_channels(engine, snapshot);
	if (status == SEEP_OK)
		status = seep__absorb_folds(engine, snapshot);
	if (status == SEEP_OK)
		seep_coverage_add(&engine->coverage, &snapshot->coverage);
	return status;
}

/*
 * A seed for the engine that merges. Nobody hands one in; what the cases
 * counted is no secret, but whoever made one of several does not know it.
 */
uint64_t
seep__merge_seed(const struct seep_snapshot *const *snapshots, size_t count)
{
	struct seep__hash_stream stream;
	size_t i;

	seep__hash_stream_init(&stream);
	for (i = 0; i < count; i++)
		seep__hash_stream_feed(&stream, &snapshots[i]->coverage,
				       sizeof(snapshots[i]->coverage));
	return seep__hash_stream_sum(&stream);
}

int
seep__merge(struct seep_snapshot **merged,
	    const struct seep_snapshot *const *snapshots, size_t count,
	    uint64_t memory_max, const struct seep_alloc *alloc)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine;
	struct seep_origin origin;
	size_t i;
	int status;

	assert(snapshots != NULL && count > 0);
	*merged = NULL;
	seep_snapshot_origin(snapshots[0], &origin);
	origin.inputs_listed = 1;
	opts.site = snapshots[0]->site;
	opts.memory_max = memory_max;
	opts.seed = seep__merge_seed(snapshots, count);
	opts.origin = &origin;
	status = seep_engine_new(&engine, &opts, alloc);
	if (status != SEEP_OK)
		return status;
	for (i = 0; i < count && status == SEEP_OK; i++)
		status = seep_engine_add_snapshot(engine, snapshots[i]);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, merged);
	seep_engine_free(engine);
	return status;
}

int
seep_snapshot_merge(struct seep_snapshot **merged,
		    const struct seep_snapshot *const *snapshots, size_t count,
		    const struct seep_alloc *alloc)
{
	*merged = NULL;
	if (count == 0)
		return SEEP_EINVAL;
	return seep__merge(merged, snapshots, count, 0, alloc);
}
