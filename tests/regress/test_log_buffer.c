/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger's buffer of cells grew by doubling past the number of cells at
 * which it is sealed; a few flows of a year each then overran what sorts it.
 * Found by tests/oracle/flows.py.
 */
#include <criterion/criterion.h>

#include <seep/seep.h>

#define YEAR_NS (INT64_C(366) * 86400 * INT64_C(1000000000))
#define FLOWS 7

static struct seep_flow
year_long_flow(unsigned i)
{
	struct seep_flow flow = {
	    .start_ns = (int64_t)i * 1000,
	    .end_ns = (int64_t)i * 1000 + YEAR_NS,
	    .bytes_orig = 1000000007,
	    .packets_orig = 1000003,
	    .missed_orig = 999983,
	    .protocol = 6,
	    .opener = SEEP_OPENER_ORIG,
	    .port_resp = 443,
	};

	cr_assert_eq(seep_address_parse("10.0.0.1", 8, &flow.orig), SEEP_OK);
	cr_assert_eq(seep_address_parse("192.0.2.1", 9, &flow.resp), SEEP_OK);
	flow.resp.bytes[15] = (uint8_t)i;
	return flow;
}

Test(log_buffer, flows_of_a_year_do_not_overrun_the_buffer_of_cells)
{
	struct seep_engine *engine;
	struct seep_snapshot *snapshot;
	struct seep_cells *cells;
	struct seep_cell cell;
	uint64_t bytes = 0;
	uint64_t missed = 0;

	cr_assert_eq(seep_engine_new(&engine, NULL, NULL), SEEP_OK);
	for (unsigned i = 0; i < FLOWS; i++) {
		struct seep_flow flow = year_long_flow(i);

		cr_assert_eq(seep_engine_feed(engine, &flow, 1, NULL), SEEP_OK);
	}
	cr_assert_eq(seep_engine_snapshot(engine, &snapshot), SEEP_OK);
	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		if (cell.kind == SEEP_CELL_MISSED)
			missed += cell.bytes_out;
		else
			bytes += cell.bytes_out;
	}
	cr_assert_eq(bytes, FLOWS * UINT64_C(1000000007));
	cr_assert_eq(missed, FLOWS * UINT64_C(999983));
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
}
