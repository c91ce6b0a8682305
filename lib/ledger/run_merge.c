/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_merge.c - several runs into one.
 */
#include "ledger/run.h"

#include <assert.h>
#include <string.h>

/* struct merger: the sources, each at its next cell. */
struct merger {
	struct seep__mem *mem;
	struct seep__store *store;
	size_t count;
	struct seep__run_reader readers[SEEP__RUN_MERGE_MAX];
	struct seep__cell cells[SEEP__RUN_MERGE_MAX];
	int live[SEEP__RUN_MERGE_MAX];
	uint8_t *pieces; /* what stored sources are read into */
	int lent;
};

_Static_assert(SEEP__RUN_MERGE_MAX <= SEEP__STORE_PIECES, "one a source");
_Static_assert(SEEP__STORE_PIECE >= SEEP__RUN_PIECE_MIN, "a block fits");

static int
take_pieces(struct merger *merger)
{
	assert(merger->pieces == NULL);
	if (merger->store != NULL)
		merger->pieces =
		    seep__store_lend(merger->store, SEEP__STORE_OF_PIECES);
	merger->lent = merger->pieces != NULL;
	if (!merger->lent)
		merger->pieces = seep__mem_get(
		    merger->mem, SEEP__STORE_PIECES * SEEP__STORE_PIECE);
	return merger->pieces != NULL ? SEEP_OK : seep__mem_why(merger->mem);
}

static void
give_pieces(struct merger *merger)
{
	if (merger->lent)
		seep__store_back(merger->store, SEEP__STORE_OF_PIECES,
				 merger->pieces);
	else
		seep__mem_put(merger->mem, merger->pieces,
			      SEEP__STORE_PIECES * SEEP__STORE_PIECE);
}

static int
move_on(struct merger *merger, size_t source)
{
	int got = seep__run_reader_next(&merger->readers[source],
					&merger->cells[source]);

	assert(source < merger->count);
	merger->live[source] = got > 0;
	return got < 0 ? got : SEEP_OK;
}

static int
open_sources(struct merger *merger, struct seep__run *const *runs)
{
	int status = SEEP_OK;
	size_t i;

	for (i = 0; i < merger->count && status == SEEP_OK; i++) {
		seep__run_reader_init(&merger->readers[i], runs[i]);
		if (seep__run_is_stored(runs[i])) {
			if (merger->pieces == NULL)
				status = take_pieces(merger);
			if (status != SEEP_OK)
				return status;
			seep__run_reader_lend(&merger->readers[i],
					      merger->pieces +
						  i * SEEP__STORE_PIECE,
					      SEEP__STORE_PIECE);
		}
		status = move_on(merger, i);
	}
	return status;
}

/* The source whose cell is the smallest, or 'count' when all have ended. */
static size_t
smallest(const struct merger *merger)
{
	size_t best = merger->count;
	size_t i;

	for (i = 0; i < merger->count; i++) {
		if (merger->live[i] &&
		    (best == merger->count ||
		     merger->cells[i].key < merger->cells[best].key))
			best = i;
	}
	return best;
}

static int
write_all(struct merger *merger, struct seep__run_writer *writer)
{
	int status = SEEP_OK;

	while (status == SEEP_OK) {
		size_t i = smallest(merger);

		if (i == merger->count)
			break;
		status = seep__run_writer_add(writer, &merger->cells[i]);
		if (status == SEEP_OK)
			status = move_on(merger, i);
	}
	return status;
}

int
seep__run_merge_in(struct seep__mem *mem, struct seep__store *store, int stored,
		   struct seep__run *const *runs, size_t count,
		   struct seep__run **merged)
{
	struct merger merger = {.mem = mem, .store = store, .count = count};
	struct seep__run_writer writer;
	uint64_t cells = 0;
	size_t i;
	int status;

	assert(count <= SEEP__RUN_MERGE_MAX);
	for (i = 0; i < count; i++)
		cells += seep__run_cells(runs[i]);
	status = seep__run_writer_begin_in(&writer, mem, store, stored);
	if (status != SEEP_OK)
		return status;
	status = seep__run_writer_expect(&writer, cells);
	if (status == SEEP_OK)
		status = open_sources(&merger, runs);
	if (status == SEEP_OK)
		status = write_all(&merger, &writer);
	if (status == SEEP_OK)
		status = seep__run_writer_end(&writer, merged);
	seep__run_writer_clear(&writer);
	give_pieces(&merger);
	return status;
}

int
seep__run_merge(struct seep__mem *mem, struct seep__run *const *runs,
		size_t count, struct seep__run **merged)
{
	return seep__run_merge_in(mem, NULL, 0, runs, count, merged);
}
