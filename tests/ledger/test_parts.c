/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data structures below the engine, each against a plain model.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "ledger/hours.h"
#include "ledger/intern.h"
#include "ledger/log.h"
#include "ledger/sort.h"
#include "ledger/table.h"
#include "support/random.h"

static struct seep__mem *
make_mem(void)
{
	struct seep__mem *mem;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	return mem;
}

Test(sort, is_ordered_and_stable)
{
	size_t sizes[] = {0, 1, 2, 47, 48, 49, 300, 5000};
	struct seep__sortable *items = calloc(5000, sizeof(*items));
	struct seep__sortable *scratch = calloc(5000, sizeof(*items));
	uint64_t state = 3;
	size_t s, i;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint64_t mask = s % 2 == 0 ? UINT64_C(0xff000000000000f1) : 7;

		for (i = 0; i < sizes[s]; i++) {
			items[i].key = test_random(&state) & mask;
			items[i].index = (uint32_t)i;
		}
		seep__sort(items, scratch, sizes[s]);
		for (i = 1; i < sizes[s]; i++)
			cr_assert(items[i - 1].key < items[i].key ||
				  (items[i - 1].key == items[i].key &&
				   items[i - 1].index < items[i].index));
	}
	free(items);
	free(scratch);
}

static struct seep__chankey
make_key(uint64_t n)
{
	struct seep__chankey key;

	memset(&key, 0, sizeof(key));
	key.host = (uint32_t)(n % 7);
	key.peer = (uint32_t)(n / 7);
	key.service = (seep__service)(n % 3);
	return key;
}

Test(table, numbers_channels_in_order_and_finds_them_again)
{
	struct seep__mem *mem = make_mem();
	struct seep__hash_key hash;
	struct seep__table table;
	uint32_t record;
	uint32_t n;

	seep__hash_key_init(&hash, 42);
	seep__table_init(&table, mem, &hash);
	for (n = 0; n < 50000; n++) {
		struct seep__chankey key = make_key(n);

		cr_assert_eq(seep__table_find_or_add(&table, &key, &record),
			     SEEP_OK);
		cr_assert_eq(record, n);
		key = make_key(n / 2);
		cr_assert_eq(seep__table_find_or_add(&table, &key, &record),
			     SEEP_OK);
		cr_assert_eq(record, n / 2);
	}
	cr_assert_eq(seep__table_count(&table), 50000);
	for (n = 0; n < 50000; n++) {
		struct seep__record *at = seep__table_record(&table, n);
		struct seep__chankey key = make_key(n);

		cr_assert_eq((uintptr_t)at % 64, 0);
		cr_assert(memcmp(&at->key, &key, sizeof(key)) == 0);
		cr_assert_eq(at->flags, 0);
	}
	/* 64 bytes of record, 6.7 to 13.4 of index and one odd chunk. */
	cr_assert(seep__mem_used(mem) < 50000 * 78 + 66000, "%llu",
		  (unsigned long long)seep__mem_used(mem));
	seep__table_clear(&table);
	seep__mem_unref(mem);
}

Test(intern, numbers_addresses_in_order_and_finds_them_again)
{
	struct seep__mem *mem = make_mem();
	struct seep__hash_key hash;
	struct seep__intern intern;
	struct seep_address address = {{0x20, 0x01}};
	uint32_t number;
	uint32_t n;

	seep__hash_key_init(&hash, 42);
	seep__intern_init(&intern, mem, &hash);
	for (n = 0; n < 20000; n++) {
		memcpy(address.bytes + 12, &n, 4);
		cr_assert_eq(seep__intern_add(&intern, &address, &number),
			     SEEP_OK);
		cr_assert_eq(number, n);
		cr_assert_eq(seep__intern_add(&intern, &address, &number),
			     SEEP_OK);
		cr_assert_eq(number, n);
	}
	cr_assert_eq(intern.count, 20000);
	seep__intern_clear(&intern);
	seep__mem_unref(mem);
}

Test(hours, hold_what_was_added_and_nothing_that_was_only_reserved)
{
	struct seep__mem *mem = make_mem();
	uint8_t *model = calloc(20000, 1);
	uint32_t *list = calloc(20000, sizeof(*list));
	struct seep__hours hours;
	uint64_t state = 4;
	size_t count = 0;
	uint32_t hour;
	int i;

	seep__hours_init(&hours, mem);
	cr_assert_eq(seep__hours_reserve(&hours, 19000, 19999), SEEP_OK);
	cr_assert_eq(seep__hours_list(&hours, NULL), 0);
	for (i = 0; i < 400; i++) {
		uint32_t first = (uint32_t)test_random_below(&state, 18000);
		uint32_t last = first + (uint32_t)test_random_below(
					    &state, 1 + (uint64_t)(i % 200));

		cr_assert_eq(seep__hours_reserve(&hours, first, last), SEEP_OK);
		seep__hours_add(&hours, first, last);
		memset(model + first, 1, last - first + 1);
	}
	cr_assert(seep__hours_list(&hours, NULL) <= 20000);
	seep__hours_list(&hours, list);
	for (hour = 0; hour < 20000; hour++) {
		if (model[hour])
			cr_assert_eq(list[count++], hour);
	}
	cr_assert_eq(seep__hours_list(&hours, NULL), count);
	seep__hours_clear(&hours);
	free(model);
	free(list);
	seep__mem_unref(mem);
}

/* Cells of few records and hours, so that equal keys meet often. */
static void
random_cell(struct seep__cell *cell, uint64_t *state)
{
	size_t i;

	cell->key = seep__cell_key((uint32_t)test_random_below(state, 300),
				   (uint32_t)test_random_below(state, 400),
				   (unsigned)test_random_below(state, 4));
	for (i = 0; i < SEEP__COUNTS; i++)
		cell->counts[i] =
		    test_random(state) >> (10 + test_random_below(state, 54));
	if (seep__cell_is_zero(cell->counts))
		cell->counts[0] = 1;
}

static size_t
model_index(uint64_t key)
{
	return (seep__cell_record(key) * 400 + seep__cell_hour(key)) * 4 +
	       seep__cell_kind(key);
}

/* Compares a merged run with the model, cell by cell in order. */
static void
compare_run(const struct seep__run *run, uint64_t (*model)[SEEP__COUNTS])
{
	struct seep__run_reader reader;
	struct seep__cell cell;
	size_t at = 0;
	size_t i;

	seep__run_reader_init(&reader, run);
	while (seep__run_reader_next(&reader, &cell)) {
		for (i = model_index(cell.key); at < i; at++)
			cr_assert(seep__cell_is_zero(model[at]));
		cr_assert(
		    memcmp(model[at++], cell.counts, sizeof(cell.counts)) == 0);
	}
	for (; at < 300 * 400 * 4; at++)
		cr_assert(seep__cell_is_zero(model[at]));
}

/* Every record's cells are found by seeking. */
static void
seek_all(const struct seep__run *run)
{
	struct seep__run_reader reader;
	struct seep__run_reader walk;
	struct seep__cell expected;
	struct seep__cell cell;
	uint32_t record = UINT32_MAX;

	seep__run_reader_init(&walk, run);
	while (seep__run_reader_next(&walk, &expected)) {
		if (seep__cell_record(expected.key) == record)
			continue;
		record = seep__cell_record(expected.key);
		cr_assert(seep__run_may_hold(run, record));
		seep__run_reader_seek(&reader, run, record);
		do {
			cr_assert(seep__run_reader_next(&reader, &cell));
		} while (seep__cell_record(cell.key) < record);
		cr_assert_eq(cell.key, expected.key);
	}
	cr_assert(!seep__run_may_hold(run, 300));
}

Test(log, sealed_and_merged_runs_hold_the_sums_of_what_was_appended)
{
	struct seep__mem *mem = make_mem();
	uint64_t empty = seep__mem_used(mem);
	uint64_t(*model)[SEEP__COUNTS] = calloc(300 * 400 * 4, sizeof(*model));
	struct seep__run *merged = NULL;
	struct seep__log log;
	uint64_t state = 5;
	size_t i;

	seep__log_init(&log, mem);
	for (i = 0; i < 200000; i++) {
		struct seep__cell cell;

		random_cell(&cell, &state);
		cr_assert_eq(seep__log_reserve(&log, 1), SEEP_OK);
		seep__log_append(&log, cell.key, cell.counts);
		seep__cell_add(model[model_index(cell.key)], cell.counts);
		if (i % 30011 == 0)
			cr_assert_eq(seep__log_seal(&log), SEEP_OK);
	}
	cr_assert_eq(seep__log_seal(&log), SEEP_OK);
	cr_assert_eq(log.count, 0);
	cr_assert(log.run_count > 1 && log.run_count <= 6, "%zu runs",
		  log.run_count);
	cr_assert_eq(seep__run_merge(mem, log.runs, log.run_count, &merged),
		     SEEP_OK);
	compare_run(merged, model);
	seek_all(merged);
	seep__run_unref(merged);
	seep__log_clear(&log);
	cr_assert_eq(seep__mem_used(mem), empty);
	free(model);
	seep__mem_unref(mem);
}

Test(log, the_number_of_runs_grows_with_the_logarithm)
{
	struct seep__mem *mem = make_mem();
	uint64_t counts[SEEP__COUNTS] = {1, 2, 3, 4, 5};
	struct seep__log log;
	uint32_t i;

	seep__log_init(&log, mem);
	for (i = 0; i < 100 * SEEP__LOG_CELLS; i++) {
		cr_assert_eq(seep__log_reserve(&log, 1), SEEP_OK);
		seep__log_append(&log, seep__cell_key(i, 7, 0), counts);
		cr_assert(log.run_count <= 12);
	}
	/* 100 = 1210 in base 4, less what stays in the buffer. */
	cr_assert(log.run_count <= 6, "%zu runs", log.run_count);
	cr_assert_eq(log.room, SEEP__LOG_CELLS);
	seep__log_clear(&log);
	seep__mem_unref(mem);
}

Test(cell, codes_are_read_as_they_were_written)
{
	uint8_t code[SEEP__CELL_CODE_MAX];
	uint64_t state = 6;
	uint64_t previous = 0;
	int i;

	for (i = 0; i < 5000; i++) {
		struct seep__cursor cursor;
		struct seep__cell cell;
		struct seep__cell again;
		size_t size;

		random_cell(&cell, &state);
		if (cell.key < previous)
			previous = 0;
		size = seep__cell_encode(code, previous, &cell);
		seep__cursor_init(&cursor, code, size);
		seep__cell_decode(&cursor, previous, &again);
		cr_assert(!cursor.failed);
		cr_assert_eq(seep__cursor_left(&cursor), 0);
		cr_assert(memcmp(&cell, &again, sizeof(cell)) == 0);
		previous = cell.key;
	}
}

Test(cell, sums_stop_at_the_end_instead_of_wrapping)
{
	uint64_t sum[SEEP__COUNTS] = {UINT64_MAX - 1, 0, 0, 0, 0};
	uint64_t two[SEEP__COUNTS] = {2, 2, 0, 0, 0};

	seep__cell_add(sum, two);
	cr_assert_eq(sum[0], UINT64_MAX);
	cr_assert_eq(sum[1], 2);
	seep__cell_add(sum, two);
	cr_assert_eq(sum[0], UINT64_MAX);
}
