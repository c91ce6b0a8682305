/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorted runs of cells, and their merging, against one sorted array.
 *
 * Claims     what was written is read, and equal keys are summed (stopping
 *            at 2^64 - 1); a merged run reads as the array of all; seeking
 *            loses no cell of a record; no record that is there is denied.
 *            So it is wherever the runs lie: in memory, written to a store,
 *            moved there, or both, and merged to either. A damaged store is
 *            a status and no other cell.
 * Input      one byte, the number of runs and where they lie; one, what is
 *            damaged; 8 bytes a cell, dealt out to the runs in turn.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "ledger/run.h"
#include "support/store.h"

#define CELLS_MAX 512

/* Seeks a run: each reads up to a block, which is what takes the time. */
#define SEEKS_MAX 8

/* Bits of the first byte, above the number of runs. */
enum where {
	STORED = 8,  /* runs are written to the store */
	MOVED = 16,  /* runs in memory are moved there */
	MERGED = 32, /* the merged one is written there */
	NO_STORE = 64
};

/* struct bench: where runs are made. */
struct bench {
	struct seep__mem *mem;
	struct seep__store *store;
	struct test_store bytes;
	uint8_t how;
};

static struct seep__cell
take_cell(struct fuzz_take *take)
{
	static const uint32_t strides[4] = {1, 1, 1000, 50000000};
	const uint8_t how = fuzz_u8(take);
	struct seep__cell cell = {0, {0}};
	const uint32_t record = fuzz_u8(take) % 64 * strides[how & 3];
	const uint32_t hour = (uint32_t)fuzz_uint(take, 2) * (how & 4 ? 39 : 1);

	cell.key = seep__cell_key(record, hour, how >> 3 & 3);
	for (int i = 0; i < SEEP__COUNTS - 1; i++) {
		const uint8_t amount = fuzz_u8(take);

		if (how >> 5 == 7 || i < 3)
			cell.counts[i] = (uint64_t)(amount & 0x1f)
					 << (amount >> 5) * 9;
	}
	return cell;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct seep__cell *x = a;
	const struct seep__cell *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* Sorts; cells of equal key become one, those without counts none. */
static size_t
naive_run(struct seep__cell *cells, size_t count)
{
	size_t kept = 0;

	qsort(cells, count, sizeof(*cells), compare_keys);
	for (size_t i = 0; i < count; i++) {
		if (seep__cell_is_zero(cells[i].counts))
			continue;
		if (kept > 0 && cells[kept - 1].key == cells[i].key)
			seep__cell_add(cells[kept - 1].counts, cells[i].counts);
		else
			cells[kept++] = cells[i];
	}
	return kept;
}

static struct seep__run *
write_run(const struct bench *bench, struct seep__cell *cells, size_t count)
{
	static struct seep__run_writer writer;
	const int stored = bench->store != NULL && (bench->how & STORED) != 0;
	struct seep__run *run;

	qsort(cells, count, sizeof(*cells), compare_keys);
	FUZZ_CHECK(seep__run_writer_begin_in(&writer, bench->mem, bench->store,
					     stored) == SEEP_OK);
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(seep__run_writer_add(&writer, &cells[i]) == SEEP_OK);
	FUZZ_CHECK(seep__run_writer_end(&writer, &run) == SEEP_OK);
	seep__run_writer_clear(&writer);
	if (bench->store != NULL && (bench->how & MOVED) != 0)
		FUZZ_CHECK(seep__run_move(run, bench->store) == SEEP_OK);
	return run;
}

/* What a reader of a stored run reads into; one reader at a time. */
static void
lend(struct seep__run_reader *reader, const struct seep__run *run)
{
	static uint8_t piece[SEEP__RUN_PIECE_MIN];

	if (seep__run_is_stored(run))
		seep__run_reader_lend(reader, piece, sizeof(piece));
}

static void
check_cell(const struct seep__cell *got, const struct seep__cell *wanted)
{
	FUZZ_CHECK(got->key == wanted->key);
	for (int i = 0; i < SEEP__COUNTS; i++)
		FUZZ_CHECK(got->counts[i] == wanted->counts[i]);
}

/* A walk from a seek to 'record' meets every cell from its first one on. */
static void
check_seek(const struct seep__run *run, const struct seep__cell *cells,
	   size_t count, size_t from)
{
	const uint32_t record = seep__cell_record(cells[from].key);
	struct seep__run_reader reader;
	struct seep__cell cell;

	FUZZ_CHECK(seep__run_may_hold(run, record));
	seep__run_reader_seek(&reader, run, record);
	lend(&reader, run);
	do
		FUZZ_CHECK(seep__run_reader_next(&reader, &cell) == 1);
	while (seep__cell_record(cell.key) < record);
	for (size_t i = from; i < count; i++) {
		check_cell(&cell, &cells[i]);
		if (seep__run_reader_next(&reader, &cell) != 1)
			FUZZ_CHECK(i + 1 == count);
		if (seep__cell_record(cells[i].key) != record)
			break;
	}
}

static void
check_run(const struct seep__run *run, struct seep__cell *cells, size_t count)
{
	struct seep__run_reader reader;
	struct seep__cell cell;
	size_t records = 0;
	size_t stride;

	count = naive_run(cells, count);
	FUZZ_CHECK(seep__run_cells(run) == count);
	seep__run_reader_init(&reader, run);
	lend(&reader, run);
	for (size_t i = 0; i < count; i++) {
		FUZZ_CHECK(seep__run_reader_next(&reader, &cell) == 1);
		check_cell(&cell, &cells[i]);
	}
	FUZZ_CHECK(seep__run_reader_next(&reader, &cell) == 0);
	stride = 1 + count / SEEKS_MAX;
	for (size_t i = 0; i < count; i++)
		if ((i == 0 || seep__cell_record(cells[i].key) !=
				   seep__cell_record(cells[i - 1].key)) &&
		    records++ % stride == 0)
			check_seek(run, cells, count, i);
}

/* A flipped bit ends the walk with a status, or was of no block. */
static void
check_damage(struct bench *bench, const struct seep__run *run,
	     const struct seep__cell *cells, size_t count, uint8_t where)
{
	struct seep__run_reader reader;
	struct seep__cell cell;
	size_t i = 0;
	int got;

	if (bench->bytes.end == 0)
		return;
	bench->bytes.data[bench->bytes.end * (where >> 3) / 32] ^=
	    (uint8_t)(1 << (where & 7));
	seep__run_reader_init(&reader, run);
	lend(&reader, run);
	while ((got = seep__run_reader_next(&reader, &cell)) == 1) {
		FUZZ_CHECK(i < count);
		check_cell(&cell, &cells[i++]);
	}
	FUZZ_CHECK(got == SEEP_ECHECKSUM || (got == 0 && i == count));
}

/* The runs of all cells, merged; 'cells' are put in order. */
static struct seep__run *
merge_parts(const struct bench *bench, struct seep__cell *cells, size_t count)
{
	struct seep__run *runs[SEEP__RUN_MERGE_MAX];
	const size_t parts = 1 + bench->how % SEEP__RUN_MERGE_MAX;
	const int stored = bench->store != NULL && (bench->how & MERGED) != 0;
	struct seep__run *merged;

	for (size_t i = 0; i < parts; i++) {
		const size_t from = count * i / parts;

		runs[i] = write_run(bench, cells + from,
				    count * (i + 1) / parts - from);
	}
	FUZZ_CHECK(seep__run_merge_in(bench->mem, bench->store, stored, runs,
				      parts, &merged) == SEEP_OK);
	for (size_t i = 0; i < parts; i++)
		seep__run_unref(runs[i]);
	return merged;
}

static void
open_bench(struct bench *bench, uint8_t how)
{
	struct seep__hash_key key;

	bench->mem = fuzz_mem();
	bench->how = how;
	bench->store = NULL;
	test_store_init(&bench->bytes, 32 * SEEP__STORE_SLOT);
	if ((how & NO_STORE) != 0)
		return;
	seep__hash_key_init(&key, how);
	FUZZ_CHECK(seep__store_new(&bench->store, &bench->bytes.calls, &key,
				   bench->mem) == SEEP_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__cell cells[CELLS_MAX];
	const uint8_t how = fuzz_u8(&take);
	const uint8_t damage = fuzz_u8(&take);
	struct seep__run *merged;
	struct bench bench;
	size_t count = 0;

	while (take.size > 0 && count < CELLS_MAX)
		cells[count++] = take_cell(&take);
	open_bench(&bench, how);
	merged = merge_parts(&bench, cells, count);
	count = naive_run(cells, count);
	check_run(merged, cells, count);
	if (damage != 0)
		check_damage(&bench, merged, cells, count, damage);
	seep__run_unref(merged);
	seep__store_unref(bench.store);
	fuzz_mem_end(bench.mem);
	test_store_clear(&bench.bytes);
	return 0;
}
