/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorted runs of cells, and their merging, against one sorted array.
 *
 * Claims     what was written is read, and equal keys are summed (stopping
 *            at 2^64 - 1); a merged run reads as the array of all; seeking
 *            loses no cell of a record; no record that is there is denied.
 * Input      one byte, the number of runs; 8 bytes a cell, dealt out to the
 *            runs in turn.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "ledger/run.h"

#define CELLS_MAX 512

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
write_run(struct seep__mem *mem, struct seep__cell *cells, size_t count)
{
	static struct seep__run_writer writer;
	struct seep__run *run;

	qsort(cells, count, sizeof(*cells), compare_keys);
	FUZZ_CHECK(seep__run_writer_begin(&writer, mem) == SEEP_OK);
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(seep__run_writer_add(&writer, &cells[i]) == SEEP_OK);
	FUZZ_CHECK(seep__run_writer_end(&writer, &run) == SEEP_OK);
	seep__run_writer_clear(&writer);
	return run;
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
	do
		FUZZ_CHECK(seep__run_reader_next(&reader, &cell));
	while (seep__cell_record(cell.key) < record);
	for (size_t i = from; i < count; i++) {
		check_cell(&cell, &cells[i]);
		if (!seep__run_reader_next(&reader, &cell))
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

	count = naive_run(cells, count);
	FUZZ_CHECK(seep__run_cells(run) == count);
	seep__run_reader_init(&reader, run);
	for (size_t i = 0; i < count; i++) {
		FUZZ_CHECK(seep__run_reader_next(&reader, &cell));
		check_cell(&cell, &cells[i]);
	}
	FUZZ_CHECK(!seep__run_reader_next(&reader, &cell));
	for (size_t i = 0; i < count; i++)
		if (i == 0 || seep__cell_record(cells[i].key) !=
				  seep__cell_record(cells[i - 1].key))
			check_seek(run, cells, count, i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__cell cells[CELLS_MAX];
	struct seep__run *runs[SEEP__RUN_MERGE_MAX];
	const size_t parts = 1 + fuzz_u8(&take) % SEEP__RUN_MERGE_MAX;
	struct seep__run *merged;
	struct seep__mem *mem = fuzz_mem();
	size_t count = 0;

	while (take.size > 0 && count < CELLS_MAX)
		cells[count++] = take_cell(&take);
	for (size_t i = 0; i < parts; i++) {
		const size_t from = count * i / parts;

		runs[i] = write_run(mem, cells + from,
				    count * (i + 1) / parts - from);
	}
	FUZZ_CHECK(seep__run_merge(mem, runs, parts, &merged) == SEEP_OK);
	check_run(merged, cells, count);
	for (size_t i = 0; i < parts; i++)
		seep__run_unref(runs[i]);
	seep__run_unref(merged);
	fuzz_mem_end(mem);
	return 0;
}
