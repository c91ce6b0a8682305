/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/view.h"

#include <assert.h>
#include <string.h>

#include "ledger/engine.h"
#include "ledger/snapshot.h"

/*
 * Bytes read at once of one run in a store: two blocks at their longest, some
 * 350 cells as they are mostly. A history so takes 4 KiB for each stored run,
 * of which there are about a dozen and at most 63. Larger pieces would spare
 * calls for channels of thousands of cells, and cost the others nothing but
 * memory.
 */
#define PIECE 4096

_Static_assert(PIECE >= SEEP__RUN_PIECE_MIN, "a block fits");

void
seep__history_init(struct seep__history *history, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(history, 0, sizeof(*history));
	history->mem = mem;
}

void
seep__history_clear(struct seep__history *history)
{
	seep__mem_put(history->mem, history->rows,
		      history->room * sizeof(*history->rows));
	seep__mem_put(history->mem, history->pieces, history->pieces_size);
	seep__history_init(history, history->mem);
}

size_t
seep__view_hosts(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return snapshot->host_count;
}

const struct seep_address *
seep__view_host(const struct seep_snapshot *snapshot, size_t host)
{
	assert(host < snapshot->host_count);
	return &snapshot->hosts[host];
}

void
seep__view_channels(const struct seep_snapshot *snapshot, size_t host,
		    size_t *first, size_t *end)
{
	assert(host < snapshot->host_count);
	*first = snapshot->first_channel[host];
	*end = snapshot->first_channel[host + 1];
}

void
seep__snapshot_peer(const struct seep_snapshot *snapshot,
		    const struct seep__chanref *channel,
		    struct seep_address *peer)
{
	if ((channel->kind & SEEP__PEER_V6) == 0) {
		seep__address_from_v4(channel->peer, peer);
		return;
	}
	assert(channel->peer < snapshot->peer_count);
	*peer = snapshot->peers_v6[channel->peer];
}

size_t
seep__snapshot_host_of(const struct seep_snapshot *snapshot, size_t channel)
{
	size_t low = 0;
	size_t high = snapshot->host_count;

	assert(channel < snapshot->channel_count);
	/* The last host that begins at 'channel' or before. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->first_channel[middle] <= channel)
			low = middle;
		else
			high = middle;
	}
	return low;
}

enum seep_place
seep__view_place(const struct seep_snapshot *snapshot, size_t channel)
{
	assert(channel < snapshot->channel_count);
	return (enum seep_place)(snapshot->channels[channel].kind &
				 SEEP__PEER_PLACE);
}

void
seep__view_channel(const struct seep_snapshot *snapshot, size_t channel,
		   struct seep__channel *out)
{
	const struct seep__chanref *ref;

	assert(channel < snapshot->channel_count);
	ref = &snapshot->channels[channel];
	seep__snapshot_peer(snapshot, ref, &out->peer);
	out->service = ref->service;
	out->place = ref->kind & SEEP__PEER_PLACE;
	out->direction = ref->direction;
	out->fold = (uint8_t)seep__fold_of(ref->kind);
	out->inexact = (ref->kind & SEEP__PEER_INEXACT) != 0;
	out->label = NULL;
	if (ref->label == 0)
		return;
	out->label =
	    out->place == SEEP_PLACE_NAME
		? snapshot->name_text + snapshot->names[ref->label - 1].at
		: snapshot->labels[ref->label - 1].text;
}

static int
append_cell(struct seep__history *history, const struct seep__cell *cell)
{
	void *rows = history->rows;
	struct seep__cellrow *row;
	int status;

	assert(history->count <= history->room);
	status = seep__mem_grow(history->mem, &rows, &history->room,
				history->count + 1, sizeof(*history->rows));
	history->rows = rows;
	if (status != SEEP_OK)
		return status;
	row = &history->rows[history->count++];
	row->hour = seep__cell_hour(cell->key);
	row->kind = seep__cell_kind(cell->key);
	row->bytes_out = cell->counts[SEEP__BYTES_OUT];
	row->bytes_in = cell->counts[SEEP__BYTES_IN];
	row->packets_out = cell->counts[SEEP__PACKETS_OUT];
	row->packets_in = cell->counts[SEEP__PACKETS_IN];
	row->flows = cell->counts[SEEP__FLOWS];
	return SEEP_OK;
}

/* struct sources: the runs that hold cells of one record, each at its next. */
struct sources {
	struct seep__run_reader readers[SEEP__SNAPSHOT_RUNS];
	struct seep__cell cells[SEEP__SNAPSHOT_RUNS];
	size_t count;
};

/* Moves to the next cell of 'record': 1, 0 when there is none, or a status. */
static int
next_of_record(struct seep__run_reader *reader, uint32_t record,
	       struct seep__cell *cell)
{
	int got;

	while ((got = seep__run_reader_next(reader, cell)) == 1) {
		if (seep__cell_record(cell->key) == record)
			return 1;
		if (seep__cell_record(cell->key) > record)
			return 0;
	}
	return got;
}

/* Makes room for a piece of every stored run of 'snapshot'. */
static int
make_pieces(struct seep__history *history, const struct seep_snapshot *snapshot)
{
	size_t need = 0;
	void *pieces = history->pieces;
	size_t i;
	int status;

	assert(snapshot->run_count <= SEEP__SNAPSHOT_RUNS);
	for (i = 0; i < snapshot->run_count; i++)
		need += (size_t)seep__run_is_stored(snapshot->runs[i]) * PIECE;
	if (need <= history->pieces_size)
		return SEEP_OK;
	status = seep__mem_grow(history->mem, &pieces, &history->pieces_size,
				need, 1);
	history->pieces = pieces;
	return status;
}

static int
open_sources(struct sources *sources, const struct seep_snapshot *snapshot,
	     uint32_t record, struct seep__history *history)
{
	int status = make_pieces(history, snapshot);
	size_t pieces = 0;
	size_t i;

	sources->count = 0;
	for (i = 0; i < snapshot->run_count && status == SEEP_OK; i++) {
		const struct seep__run *run = snapshot->runs[i];
		struct seep__run_reader *reader =
		    &sources->readers[sources->count];
		int got;

		if (!seep__run_may_hold(run, record))
			continue;
		seep__run_reader_seek(reader, run, record);
		if (seep__run_is_stored(run))
			seep__run_reader_lend(
			    reader, history->pieces + PIECE * pieces++, PIECE);
		got = next_of_record(reader, record,
				     &sources->cells[sources->count]);
		sources->count += got == 1;
		status = got < 0 ? got : SEEP_OK;
	}
	return status;
}

/* Takes the smallest cell and moves its source on. */
static int
take_smallest(struct sources *sources, uint32_t record, struct seep__cell *cell)
{
	size_t best = 0;
	size_t i;
	int got;

	assert(sources->count > 0);
	for (i = 1; i < sources->count; i++) {
		if (sources->cells[i].key < sources->cells[best].key)
			best = i;
	}
	*cell = sources->cells[best];
	got = next_of_record(&sources->readers[best], record,
			     &sources->cells[best]);
	if (got != 0)
		return got < 0 ? got : SEEP_OK;
	sources->count--;
	sources->readers[best] = sources->readers[sources->count];
	sources->cells[best] = sources->cells[sources->count];
	return SEEP_OK;
}

int
seep__view_history(const struct seep_snapshot *snapshot, size_t channel,
		   struct seep__history *history)
{
	struct sources sources;
	struct seep__cell sum;
	struct seep__cell cell;
	uint32_t record;
	int status;

	assert(channel < snapshot->channel_count);
	record = snapshot->channels[channel].record;
	history->count = 0;
	status = open_sources(&sources, snapshot, record, history);
	if (status != SEEP_OK || sources.count == 0)
		return status;
	status = take_smallest(&sources, record, &sum);
	while (sources.count > 0 && status == SEEP_OK) {
		status = take_smallest(&sources, record, &cell);
		if (status != SEEP_OK)
			break;
		if (cell.key == sum.key) {
			seep__cell_add(sum.counts, cell.counts);
			continue;
		}
		status = append_cell(history, &sum);
		sum = cell;
	}
	if (status == SEEP_OK)
		status = append_cell(history, &sum);
	return status;
}

const uint32_t *
seep__view_hours(const struct seep_snapshot *snapshot, size_t *count)
{
	*count = snapshot->hour_count;
	return snapshot->hours;
}

const uint8_t *
seep__view_hour_ends(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return snapshot->hour_ends;
}
