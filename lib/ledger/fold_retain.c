/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fold_retain.c - what is older than the caller wants to keep apart becomes
 * daily totals of the host.
 */
#include "ledger/fold.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "base/clock.h"

/* What is known of a record's cells. */
enum age { HAS_OLD = 1, HAS_YOUNG = 2 };

static void
note_age(const struct seep__folding *folding, uint8_t *ages, uint64_t key)
{
	uint32_t record = seep__cell_record(key);

	assert(record < folding->count);
	ages[record] |=
	    (uint8_t)(seep__cell_hour(key) < folding->old_hour ? HAS_OLD
							       : HAS_YOUNG);
}

/* Seals the open cells that are old, for only sealed ones are rewritten. */
static int
seal_old(struct seep__folding *folding)
{
	struct seep_engine *engine = folding->engine;
	uint32_t i;
	int status = SEEP_OK;

	for (i = 0; i < folding->count && status == SEEP_OK; i++) {
		status = seep__log_reserve(&engine->log, SEEP__SLOTS);
		if (status == SEEP_OK)
			seep__record_seal(seep__table_record(&engine->table, i),
					  i, &engine->log, folding->old_hour);
	}
	return status;
}

static int
note_run(const struct seep__folding *folding, uint8_t *ages,
	 const struct seep__run *run)
{
	struct seep__run_reader reader;
	struct seep__cell cell;
	int got;

	seep__fold_reader(folding, run, &reader);
	while ((got = seep__run_reader_next(&reader, &cell)) > 0)
		note_age(folding, ages, cell.key);
	return got < 0 ? got : SEEP_OK;
}

static int
note_ages(const struct seep__folding *folding, uint8_t *ages)
{
	const struct seep__log *log = &folding->engine->log;
	struct seep__cell cells[SEEP__SLOTS];
	uint32_t record;
	size_t i;
	int status = SEEP_OK;

	for (i = 0; i < log->run_count && status == SEEP_OK; i++)
		status = note_run(folding, ages, log->runs[i]);
	for (i = 0; i < log->count; i++)
		note_age(folding, ages, log->cells[i].key);
	for (record = 0; record < folding->count; record++)
		if (seep__record_open(
			seep__table_record(&folding->engine->table, record),
			record, cells) > 0)
			ages[record] |= HAS_YOUNG;
	return status;
}

/* Finds or makes the record of all peers that 'record' belongs to. */
static int
find_all(struct seep_engine *engine, uint32_t record, uint32_t *all)
{
	struct seep__chankey key =
	    seep__table_record(&engine->table, record)->key;
	const struct seep_address any = {{0}};
	int status = seep__intern_add(&engine->peers_v6, &any, &key.peer);

	assert(record < seep__table_count(&engine->table));
	if (status != SEEP_OK)
		return status;
	key.kind = (uint8_t)((key.kind & SEEP__PEER_PLACE) | SEEP__PEER_V6 |
			     (unsigned)SEEP_FOLD_ALL << SEEP__PEER_FOLD_SHIFT);
	return seep__table_find_or_add(&engine->table, &key, all);
}

/* What has only old cells is folded; what has young ones too goes on as a
 * lower bound. */
static int
choose_old(struct seep__folding *folding, const uint8_t *ages)
{
	struct seep_engine *engine = folding->engine;
	uint32_t had = folding->count;
	uint32_t i;

	for (i = 0; i < had; i++) {
		int status;

		folding->target[i] = i;
		folding->to[i] = i;
		if ((ages[i] & HAS_OLD) == 0)
			continue;
		status = find_all(engine, i, &folding->to[i]);
		if (status != SEEP_OK)
			return status;
		if ((ages[i] & HAS_YOUNG) == 0)
			folding->target[i] = folding->to[i];
	}
	return SEEP_OK;
}

/* The arrays have room for as many records of all peers as may be made. */
static int
settle_old(struct seep__folding *folding, const uint8_t *ages)
{
	struct seep_engine *engine = folding->engine;
	uint32_t had = folding->count;
	uint32_t i;
	int status = seep__fold_room(engine);

	if (status != SEEP_OK)
		return status;
	folding->count = seep__table_count(&engine->table);
	for (i = had; i < folding->count; i++) {
		folding->target[i] = i;
		folding->to[i] = i;
	}
	for (i = 0; i < had; i++) {
		struct seep__record *record =
		    seep__table_record(&engine->table, i);

		if ((ages[i] & HAS_OLD) == 0)
			continue;
		engine->folded[record->key.host] = 1;
		record->flags |= SEEP__RECORD_INEXACT;
		seep__table_record(&engine->table, folding->to[i])->flags |=
		    SEEP__RECORD_LOGGED;
	}
	return SEEP_OK;
}

static int
retain(struct seep__folding *folding, uint8_t *ages)
{
	int status = seal_old(folding);

	if (status != SEEP_OK)
		return status;
	status = seep__fold_piece(folding);
	if (status == SEEP_OK)
		status = note_ages(folding, ages);
	if (status == SEEP_OK)
		status = choose_old(folding, ages);
	if (status == SEEP_OK)
		status = settle_old(folding, ages);
	return status == SEEP_OK ? seep__fold_move(folding) : status;
}

int
seep__retain(struct seep_engine *engine, uint32_t hour)
{
	struct seep__folding folding = {.engine = engine, .old_hour = hour};
	size_t count = seep__table_count(&engine->table);
	size_t size = 2 * count * sizeof(uint32_t);
	uint8_t *ages;
	int status = SEEP_OK;

	assert(hour % SEEP__HOURS_PER_DAY == 0);
	if (count == 0)
		return SEEP_OK;
	folding.count = (uint32_t)count;
	ages = seep__mem_zero(engine->mem, count, 1);
	folding.target = seep__mem_get(engine->mem, size);
	folding.to = seep__mem_get(engine->mem, size);
	folding.level = seep__mem_zero(engine->mem, 2 * count, 1);
	if (ages == NULL || folding.target == NULL || folding.to == NULL ||
	    folding.level == NULL)
		status = seep__mem_why(engine->mem);
	if (status == SEEP_OK)
		status = retain(&folding, ages);
	if (folding.piece != NULL)
		seep__mem_put(engine->mem, folding.piece, SEEP__STORE_PIECE);
	seep__mem_put(engine->mem, folding.level, 2 * count);
	seep__mem_put(engine->mem, folding.to, size);
	seep__mem_put(engine->mem, folding.target, size);
	seep__mem_put(engine->mem, ages, count);
	return status;
}
