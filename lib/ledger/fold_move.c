/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fold_move.c - the cells of folded channels go to their roll-ups, and the
 * table closes its ranks.
 *
 * The order of steps keeps the ledger whole when one fails: roll-ups get
 * their keys first; open cells are moved one by one; sealed cells are
 * written anew beside the old ones; only then are records renumbered, which
 * cannot fail.
 */
#include "ledger/fold.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "base/clock.h"

/* Bytes of an address that a /48 keeps. */
#define NETWORK_V6_BYTES 6

static struct seep__record *
record_of(const struct seep__folding *folding, uint32_t record)
{
	return seep__table_record(&folding->engine->table, record);
}

static int
is_folded(const struct seep__folding *folding, uint32_t record)
{
	return folding->target[record] != record;
}

/* Makes the key of a roll-up of the key of its first channel. */
static int
make_key(struct seep__folding *folding, struct seep__chankey *key,
	 unsigned level)
{
	struct seep__intern *peers = &folding->engine->peers_v6;
	struct seep_address base = {{0}};
	uint32_t peer = key->peer & ~UINT32_C(0xff);
	unsigned kind = key->kind & SEEP__PEER_PLACE;
	int status = SEEP_OK;

	assert(level == SEEP_FOLD_NETWORK || level == SEEP_FOLD_ALL);
	if (level == SEEP_FOLD_ALL || (key->kind & SEEP__PEER_V6) != 0) {
		kind |= SEEP__PEER_V6;
		if (level == SEEP_FOLD_NETWORK)
			memcpy(base.bytes, peers->addresses[key->peer].bytes,
			       NETWORK_V6_BYTES);
		status = seep__intern_add(peers, &base, &peer);
	}
	if (status != SEEP_OK)
		return status;
	key->peer = peer;
	key->kind = (uint8_t)(kind | level << SEEP__PEER_FOLD_SHIFT);
	return SEEP_OK;
}

/* Leaders become roll-ups, and their hosts are ones of which channels were
 * folded. */
static int
make_leaders(struct seep__folding *folding)
{
	struct seep_engine *engine = folding->engine;
	uint32_t i;

	for (i = 0; i < folding->count; i++) {
		struct seep__record *record = record_of(folding, i);
		int status;

		if (folding->level[i] == SEEP_FOLD_NONE ||
		    seep__fold_of(record->key.kind) == folding->level[i])
			continue;
		status = make_key(folding, &record->key, folding->level[i]);
		if (status != SEEP_OK)
			return status;
		engine->folded[record->key.host] = 1;
		engine->coverage.channels_folded++;
	}
	return SEEP_OK;
}

/* Moves the open cells of one folded record. */
static int
move_open(struct seep__folding *folding, uint32_t from)
{
	struct seep_engine *engine = folding->engine;
	uint32_t to = folding->target[from];
	struct seep__record *record = record_of(folding, from);
	struct seep__cell cells[SEEP__SLOTS];
	unsigned open = seep__record_open(record, from, cells);
	unsigned i;
	int status =
	    seep__log_reserve(&engine->log, SEEP__SLOTS * SEEP__RECORD_LOG_MAX);

	assert(to != from);
	if (status != SEEP_OK)
		return status;
	for (i = 0; i < open; i++)
		seep__record_add(record_of(folding, to), to, &engine->log,
				 seep__cell_hour(cells[i].key),
				 cells[i].counts);
	engine->coverage.channels_folded += (uint64_t)seep__record_used(record);
	seep__record_empty(record);
	record->flags |= SEEP__RECORD_INEXACT;
	return SEEP_OK;
}

static int
move_all_open(struct seep__folding *folding)
{
	uint32_t i;
	int status = SEEP_OK;

	assert(folding->count == seep__table_count(&folding->engine->table));
	for (i = 0; i < folding->count && status == SEEP_OK; i++)
		if (is_folded(folding, i))
			status = move_open(folding, i);
	return status;
}

/* Numbers what stays; what is folded gets the number of its roll-up. */
static uint32_t
number_records(struct seep__folding *folding)
{
	uint32_t next = 0;
	uint32_t i;

	assert(folding->number != NULL);
	for (i = 0; i < folding->count; i++)
		if (!is_folded(folding, i))
			folding->number[i] = next++;
	for (i = 0; i < folding->count; i++)
		if (is_folded(folding, i))
			folding->number[i] =
			    folding->number[folding->target[i]];
	return next;
}

/* The first hour of the evidence on the day of 'hour', which is one: there
 * the day's totals stand. */
static uint32_t
day_hour(struct seep__folding *folding, uint32_t hour)
{
	uint32_t day = hour / SEEP__HOURS_PER_DAY;
	uint32_t at = day * SEEP__HOURS_PER_DAY;

	if (folding->day == day + 1)
		return folding->day_hour;
	while (at < hour && !seep__hours_hold(&folding->engine->hours, at))
		at++;
	folding->day = day + 1;
	folding->day_hour = at;
	return at;
}

/* What an old cell becomes: its hour is not known any more. */
static uint64_t
old_key(struct seep__folding *folding, uint64_t key)
{
	uint32_t to = folding->to[seep__cell_record(key)];
	uint32_t hour = seep__cell_hour(key);
	unsigned kind = seep__cell_kind(key);
	unsigned place = record_of(folding, to)->key.kind & SEEP__PEER_PLACE;

	assert(hour < folding->old_hour);
	if (place != SEEP_PLACE_INSIDE)
		hour = day_hour(folding, hour);
	if (place != SEEP_PLACE_NAME && place != SEEP_PLACE_INSIDE &&
	    kind == SEEP_CELL_TIMED)
		kind = SEEP_CELL_SPREAD;
	return seep__cell_key(folding->number[to], hour, kind);
}

/* Writes a cell under its new key: to 'writer' where that keeps the order,
 * else to the log. */
static int
rewrite_cell(struct seep__folding *folding, struct seep__cell *cell,
	     struct seep__run_writer *writer, struct seep__log *log)
{
	uint32_t record = seep__cell_record(cell->key);
	uint32_t hour = seep__cell_hour(cell->key);
	int is_old = hour < folding->old_hour;
	uint64_t key;
	int status;

	assert(record < folding->count);
	key = is_old ? old_key(folding, cell->key)
		     : seep__cell_key(folding->number[record], hour,
				      seep__cell_kind(cell->key));
	/* What is a total already comes by once more every day. */
	folding->condensed += is_old && (folding->to[record] != record ||
					 seep__cell_hour(key) != hour);
	cell->key = key;
	if (writer != NULL && !is_old && !is_folded(folding, record))
		return seep__run_writer_add(writer, cell);
	status = seep__log_reserve(log, 1);
	if (status == SEEP_OK)
		seep__log_append(log, cell->key, cell->counts);
	return status;
}

static int
rewrite_run(struct seep__folding *folding, const struct seep__run *run,
	    struct seep__log *log)
{
	struct seep__run_writer writer;
	struct seep__run_reader reader;
	struct seep__run *made;
	struct seep__cell cell;
	int stored = seep__log_chooses_store(log, seep__run_size(run));
	int status =
	    seep__run_writer_begin_in(&writer, log->mem, log->store, stored);
	int got = 1;

	if (status != SEEP_OK)
		return status;
	seep__fold_reader(folding, run, &reader);
	while (status == SEEP_OK &&
	       (got = seep__run_reader_next(&reader, &cell)) > 0)
		status = rewrite_cell(folding, &cell, &writer, log);
	if (got < 0)
		status = got;
	if (status == SEEP_OK)
		status = seep__run_writer_end(&writer, &made);
	seep__run_writer_clear(&writer);
	if (status != SEEP_OK)
		return status;
	status = seep__log_add_run(log, made);
	if (status != SEEP_OK)
		seep__run_unref(made);
	return status;
}

static int
rewrite_log(struct seep__folding *folding, struct seep__log *fresh)
{
	const struct seep__log *old = &folding->engine->log;
	size_t i;
	int status = SEEP_OK;

	for (i = 0; i < old->run_count && status == SEEP_OK; i++)
		status = rewrite_run(folding, old->runs[i], fresh);
	for (i = 0; i < old->count && status == SEEP_OK; i++) {
		struct seep__cell cell = old->cells[i];

		status = rewrite_cell(folding, &cell, NULL, fresh);
	}
	return status;
}

/* What is logged of a folded record is its roll-up's now. */
static void
hand_over_flags(struct seep__folding *folding)
{
	uint32_t i;

	for (i = 0; i < folding->count; i++) {
		if (!is_folded(folding, i))
			continue;
		record_of(folding, folding->target[i])->flags |=
		    record_of(folding, i)->flags & SEEP__RECORD_LOGGED;
	}
}

/* Drops the IPv6 peers that no record names any more. */
static void
renumber_peers(struct seep__folding *folding, uint32_t kept)
{
	struct seep_engine *engine = folding->engine;
	struct seep__table *table = &engine->table;
	uint32_t i;

	assert(folding->peer_room >= engine->peers_v6.count);
	memset(folding->peer, 0xff, folding->peer_room * sizeof(uint32_t));
	for (i = 0; i < kept; i++) {
		const struct seep__chankey *key =
		    &seep__table_record(table, i)->key;

		if ((key->kind & SEEP__PEER_V6) != 0)
			folding->peer[key->peer] = 0;
	}
	seep__intern_keep(&engine->peers_v6, folding->peer);
	for (i = 0; i < kept; i++) {
		struct seep__chankey *key = &seep__table_record(table, i)->key;

		if ((key->kind & SEEP__PEER_V6) != 0)
			key->peer = folding->peer[key->peer];
	}
}

/* From here on nothing fails. */
static void
commit(struct seep__folding *folding, struct seep__log *fresh, uint32_t kept)
{
	struct seep_engine *engine = folding->engine;
	uint32_t i;

	hand_over_flags(folding);
	seep__labels_renumber(&engine->labels, folding->target, folding->number,
			      folding->count);
	for (i = 0; i < folding->count; i++)
		if (!is_folded(folding, i))
			*record_of(folding, folding->number[i]) =
			    *record_of(folding, i);
	seep__table_cut(&engine->table, kept);
	renumber_peers(folding, kept);
	seep__log_take_beside(&engine->log, fresh);
	engine->coverage.cells_condensed += folding->condensed;
}

static int
get_arrays(struct seep__folding *folding)
{
	struct seep_engine *engine = folding->engine;
	/* Roll-ups may add an address each. */
	size_t peers = engine->peers_v6.count;
	uint32_t i;
	int status = seep__fold_room(engine);

	if (status != SEEP_OK)
		return status;
	for (i = 0; i < folding->count; i++)
		peers += folding->level[i] != SEEP_FOLD_NONE;
	folding->number = seep__mem_get(
	    engine->mem, folding->count * sizeof(*folding->number));
	if (folding->number == NULL)
		return seep__mem_why(engine->mem);
	folding->peer_room = peers;
	folding->peer =
	    seep__mem_get(engine->mem, (peers + 1) * sizeof(*folding->peer));
	return folding->peer == NULL ? seep__mem_why(engine->mem) : SEEP_OK;
}

static void
put_arrays(struct seep__folding *folding)
{
	struct seep__mem *mem = folding->engine->mem;

	seep__mem_put(mem, folding->number,
		      folding->count * sizeof(*folding->number));
	if (folding->peer != NULL)
		seep__mem_put(mem, folding->peer,
			      (folding->peer_room + 1) *
				  sizeof(*folding->peer));
}

int
seep__fold_move(struct seep__folding *folding)
{
	struct seep_engine *engine = folding->engine;
	struct seep__log fresh;
	uint32_t kept;
	int status;

	assert(folding->count == seep__table_count(&engine->table));
	status = get_arrays(folding);
	if (status == SEEP_OK)
		status = make_leaders(folding);
	if (status == SEEP_OK)
		status = move_all_open(folding);
	if (status == SEEP_OK) {
		kept = number_records(folding);
		seep__log_begin_beside(&fresh, &engine->log);
		status = rewrite_log(folding, &fresh);
		if (status == SEEP_OK)
			commit(folding, &fresh, kept);
		else
			seep__log_drop_beside(&fresh);
	}
	seep__table_index(&engine->table);
	put_arrays(folding);
	return status;
}
