/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cells.c - walks over every cell of a snapshot.
 */
#include <seep/snapshot.h>

#include <assert.h>
#include <string.h>

#include "ledger/snapshot.h"

void
seep__cellwalk_init(struct seep__cellwalk *walk,
		    const struct seep_snapshot *snapshot, struct seep__mem *mem)
{
	assert(snapshot != NULL && mem != NULL);
	memset(walk, 0, sizeof(*walk));
	walk->snapshot = snapshot;
	seep__history_init(&walk->history, mem);
}

void
seep__cellwalk_clear(struct seep__cellwalk *walk)
{
	seep__history_clear(&walk->history);
}

int
seep__cellwalk_next(struct seep__cellwalk *walk, size_t *channel,
		    const struct seep__cellrow **row)
{
	int status;

	while (walk->row == walk->history.count) {
		if (walk->channel == walk->snapshot->channel_count)
			return SEEP_END;
		status = seep__view_history(walk->snapshot, walk->channel,
					    &walk->history);
		if (status != SEEP_OK)
			return status;
		walk->channel++;
		walk->row = 0;
	}
	assert(walk->channel > 0);
	*channel = walk->channel - 1;
	*row = &walk->history.rows[walk->row++];
	return SEEP_OK;
}

struct seep_cells {
	struct seep__mem *mem;
	struct seep__cellwalk walk;
	size_t host;
};

int
seep_cells_new(struct seep_cells **cells, const struct seep_snapshot *snapshot,
	       const struct seep_alloc *alloc)
{
	struct seep_cells *made;
	struct seep__mem *mem;
	int status;

	assert(cells != NULL && snapshot != NULL);
	*cells = NULL;
	status = seep__mem_new(&mem, alloc, 0);
	if (status != SEEP_OK)
		return status;
	made = seep__mem_zero(mem, 1, sizeof(*made));
	if (made == NULL) {
		seep__mem_unref(mem);
		return SEEP_ENOMEM;
	}
	made->mem = mem;
	seep__cellwalk_init(&made->walk, snapshot, mem);
	*cells = made;
	return SEEP_OK;
}

void
seep_cells_free(struct seep_cells *cells)
{
	struct seep__mem *mem;

	if (cells == NULL)
		return;
	mem = cells->mem;
	seep__cellwalk_clear(&cells->walk);
	seep__mem_put(mem, cells, sizeof(*cells));
	seep__mem_unref(mem);
}

static void
fill_cell(struct seep_cell *cell, const struct seep__channel *channel,
	  const struct seep__cellrow *row)
{
	assert(row->kind <= SEEP_CELL_MISSED);
	cell->peer = channel->peer;
	cell->place = channel->place;
	cell->direction = channel->direction;
	cell->fold = channel->fold;
	cell->inexact = channel->inexact;
	cell->kind = row->kind;
	cell->protocol = seep__service_protocol(channel->service);
	cell->port = seep__service_port(channel->service);
	cell->hour = row->hour;
	cell->bytes_out = row->bytes_out;
	cell->bytes_in = row->bytes_in;
	cell->packets_out = row->packets_out;
	cell->packets_in = row->packets_in;
	cell->flows = row->flows;
}

int
seep_cells_next(struct seep_cells *cells, struct seep_cell *cell)
{
	const struct seep_snapshot *snapshot = cells->walk.snapshot;
	const struct seep__cellrow *row;
	struct seep__channel channel;
	size_t index;
	int status;

	assert(cell != NULL);
	status = seep__cellwalk_next(&cells->walk, &index, &row);
	if (status != SEEP_OK)
		return status;
	while (snapshot->first_channel[cells->host + 1] <= index)
		cells->host++;
	memset(cell, 0, sizeof(*cell));
	cell->host = snapshot->hosts[cells->host];
	seep__view_channel(snapshot, index, &channel);
	fill_cell(cell, &channel, row);
	return SEEP_OK;
}
