/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include <seep/snapshot.h>

#include "ledger/record.h"

#define BIG (UINT64_C(1) << 32)

struct bench {
	struct seep__mem *mem;
	struct seep__log log;
	struct seep__record record;
};

static void
set_up(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	cr_assert_eq(seep__mem_new(&bench->mem, NULL, 0), SEEP_OK);
	seep__log_init(&bench->log, bench->mem);
}

static void
tear_down(struct bench *bench)
{
	seep__log_clear(&bench->log);
	seep__mem_unref(bench->mem);
}

static void
add(struct bench *bench, uint32_t hour, uint64_t out, uint64_t flows)
{
	uint64_t counts[SEEP__COUNTS] = {out, 0, 0, 0, flows};

	cr_assert_eq(seep__log_reserve(&bench->log, SEEP__RECORD_LOG_MAX),
		     SEEP_OK);
	seep__record_add(&bench->record, 7, &bench->log, hour, counts);
}

/* Outbound bytes of one hour, wherever they are. */
static uint64_t
total(const struct bench *bench, uint32_t hour)
{
	struct seep__cell cells[SEEP__SLOTS];
	unsigned open = seep__record_open(&bench->record, 7, cells);
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < open; i++) {
		if (seep__cell_hour(cells[i].key) == hour)
			sum += cells[i].counts[SEEP__BYTES_OUT];
	}
	for (i = 0; i < bench->log.count; i++) {
		cr_assert_eq(seep__cell_record(bench->log.cells[i].key), 7);
		if (seep__cell_hour(bench->log.cells[i].key) == hour)
			sum += bench->log.cells[i].counts[SEEP__BYTES_OUT];
	}
	return sum;
}

Test(record, traffic_in_order_writes_one_cold_cell_per_hour)
{
	struct bench bench;
	uint32_t hour;
	int i;

	set_up(&bench);
	for (hour = 100; hour < 110; hour++) {
		for (i = 0; i < 50; i++)
			add(&bench, hour, 3, 1);
	}
	cr_assert_eq(bench.log.count, 8);
	for (hour = 100; hour < 110; hour++)
		cr_assert_eq(total(&bench, hour), 150);
	tear_down(&bench);
}

Test(record, flows_of_the_hour_before_stay_in_the_record)
{
	struct bench bench;
	int i;

	set_up(&bench);
	for (i = 0; i < 100; i++)
		add(&bench, 100 + (uint32_t)(i & 1), 1, 0);
	cr_assert_eq(bench.log.count, 0);
	cr_assert_eq(total(&bench, 100), 50);
	tear_down(&bench);
}

Test(record, one_flow_of_another_year_costs_one_cold_cell)
{
	struct bench bench;
	uint32_t hour;

	set_up(&bench);
	for (hour = 100; hour < 110; hour++) {
		add(&bench, hour, 1, 0);
		add(&bench, hour, 1, 0);
		if (hour == 104)
			add(&bench, 560000, 1, 0);
		add(&bench, hour, 1, 0);
	}
	/* Ten hours and the stray one, less the two still open. */
	cr_assert_eq(bench.log.count, 9);
	cr_assert_eq(total(&bench, 104), 3);
	cr_assert_eq(total(&bench, 560000), 1);
	tear_down(&bench);
}

Test(record, a_counter_reaches_2_to_the_32_less_1_before_it_spills)
{
	struct bench bench;

	set_up(&bench);
	add(&bench, 5, BIG - 2, 1);
	add(&bench, 5, 1, 1);
	cr_assert_eq(bench.log.count, 0);
	cr_assert_eq(total(&bench, 5), BIG - 1);
	add(&bench, 5, 1, 1);
	cr_assert_eq(bench.log.count, 1);
	cr_assert_eq(bench.log.cells[0].counts[SEEP__BYTES_OUT], BIG - 1);
	cr_assert_eq(bench.log.cells[0].counts[SEEP__FLOWS], 2);
	cr_assert_eq(total(&bench, 5), BIG);
	tear_down(&bench);
}

Test(record, an_addition_of_2_to_the_32_goes_to_the_log_itself)
{
	struct bench bench;

	set_up(&bench);
	add(&bench, 5, 10, 1);
	add(&bench, 5, BIG, 1);
	add(&bench, 5, 10, 1);
	cr_assert_eq(total(&bench, 5), BIG + 20);
	add(&bench, 5, BIG - 1, 0);
	cr_assert_eq(total(&bench, 5), 2 * BIG + 19);
	/* The hour before, late. */
	add(&bench, 4, BIG - 1, 1);
	add(&bench, 4, BIG - 1, 1);
	add(&bench, 4, 3 * BIG, 1);
	cr_assert_eq(total(&bench, 4), 5 * BIG - 2);
	tear_down(&bench);
}

Test(record, nothing_added_leaves_no_cell)
{
	struct bench bench;

	set_up(&bench);
	add(&bench, 5, 0, 0);
	cr_assert(!seep__record_used(&bench.record));
	add(&bench, 5, 0, 1);
	cr_assert(seep__record_used(&bench.record));
	seep__record_seal(&bench.record, 7, &bench.log, 5);
	cr_assert_eq(bench.log.count, 0);
	seep__record_seal(&bench.record, 7, &bench.log, 6);
	cr_assert_eq(bench.log.count, 1);
	cr_assert(seep__record_used(&bench.record));
	tear_down(&bench);
}
