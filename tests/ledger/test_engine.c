/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include <seep/site.h>

#include "ledger/cases.h"
#include "support/random.h"

#define HOUR_OF(ns) ((uint32_t)((ns) / HOUR))

static struct seep_coverage
coverage_of(const struct seep_flow *flows, size_t count)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct seep_engine *engine = test_engine(1);

	test_feed(engine, flows, count);
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	seep_engine_free(engine);
	return stats.coverage;
}

/* The cells of some flows, at most 'room'. */
static size_t
cells_of(const struct seep_flow *flows, size_t count, struct seep_cell *out,
	 size_t room)
{
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;
	struct seep_cells *cells;
	size_t found = 0;

	test_feed(engine, flows, count);
	snapshot = test_snapshot(engine);
	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (found < room && seep_cells_next(cells, &out[found]) == SEEP_OK)
		found++;
	cr_assert_neq(found, room);
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return found;
}

Test(engine, counts_what_a_host_sends_and_gets)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_address host = test_address("10.0.0.1");
	struct seep_cell cells[4];

	cr_assert_eq(cells_of(&flow, 1, cells, 4), 1);
	cr_assert_eq(seep_address_compare(&cells[0].host, &host), 0);
	cr_assert_eq(seep_address_compare(&cells[0].peer, &flow.resp), 0);
	cr_assert_eq(cells[0].direction, SEEP_DIRECTION_PUSH);
	cr_assert_eq(cells[0].kind, SEEP_CELL_TIMED);
	cr_assert_eq(cells[0].place, SEEP_PLACE_OUTSIDE);
	cr_assert_eq(cells[0].protocol, 6);
	cr_assert_eq(cells[0].port, 443);
	cr_assert_eq(cells[0].hour, HOUR_OF(TEST_START_NS));
	cr_assert_eq(cells[0].bytes_out, 1000);
	cr_assert_eq(cells[0].bytes_in, 500);
	cr_assert_eq(cells[0].packets_out, 10);
	cr_assert_eq(cells[0].packets_in, 5);
	cr_assert_eq(cells[0].flows, 1);
}

Test(engine, a_flow_that_the_peer_opened_is_a_pull)
{
	struct seep_flow flow = test_flow("198.51.100.9", "10.0.0.1", 22);
	struct seep_cell cells[4];

	cr_assert_eq(cells_of(&flow, 1, cells, 4), 1);
	cr_assert_eq(cells[0].direction, SEEP_DIRECTION_PULL);
	cr_assert_eq(cells[0].bytes_out, 500);
	flow.opener = SEEP_OPENER_UNKNOWN;
	cr_assert_eq(cells_of(&flow, 1, cells, 4), 1);
	cr_assert_eq(cells[0].direction, SEEP_DIRECTION_UNKNOWN);
}

Test(engine, an_inside_flow_is_kept_under_both_hosts_by_day)
{
	struct seep_flow flow = test_flow("10.0.0.1", "10.1.0.7", 445);
	struct seep_coverage coverage = coverage_of(&flow, 1);
	struct seep_cell cells[4];

	flow.start_ns += 7 * HOUR;
	flow.end_ns = flow.start_ns + 3 * HOUR;
	cr_assert_eq(cells_of(&flow, 1, cells, 4), 2);
	cr_assert_eq(cells[0].hour, HOUR_OF(TEST_START_NS));
	cr_assert_eq(cells[0].kind, SEEP_CELL_TIMED);
	cr_assert_eq(cells[0].bytes_out, 1000);
	cr_assert_eq(cells[0].direction, SEEP_DIRECTION_PUSH);
	cr_assert_eq(cells[1].bytes_out, 500);
	cr_assert_eq(cells[1].bytes_in, 1000);
	cr_assert_eq(cells[1].direction, SEEP_DIRECTION_PULL);
	cr_assert_eq(coverage.bytes_inside, 1500);
	cr_assert_eq(coverage.bytes_crossing, 0);
}

Test(engine, group_addresses_are_peers_inside_and_hosts_when_crossing)
{
	struct seep_flow group = test_flow("10.0.0.1", "224.0.0.251", 53);
	struct seep_flow crossing = test_flow("198.51.100.9", "127.0.0.1", 53);
	struct seep_flow nobody = test_flow("0.0.0.0", "255.255.255.255", 67);
	struct seep_address loopback = test_address("127.0.0.1");
	struct seep_cell cells[4];

	cr_assert_eq(cells_of(&group, 1, cells, 4), 1);
	cr_assert_eq(cells[0].place, SEEP_PLACE_INSIDE);
	cr_assert_eq(seep_address_compare(&cells[0].peer, &group.resp), 0);
	cr_assert_eq(cells_of(&crossing, 1, cells, 4), 1);
	cr_assert_eq(seep_address_compare(&cells[0].host, &loopback), 0);
	cr_assert_eq(cells_of(&nobody, 1, cells, 4), 0);
	cr_assert_eq(coverage_of(&nobody, 1).bytes_inside, 1500);
}

Test(engine, joined_addresses_are_one_host)
{
	struct seep_flow flows[2] = {test_flow("fd00::50", "10.0.0.50", 22),
				     test_flow("fd00::50", "2001:db8::1", 22)};
	struct seep_address lowest = test_address("10.0.0.50");
	struct seep_cell cells[4];

	cr_assert_eq(cells_of(flows, 2, cells, 4), 1);
	cr_assert_eq(seep_address_compare(&cells[0].host, &lowest), 0);
	cr_assert_eq(seep_address_compare(&cells[0].peer, &flows[1].resp), 0);
	cr_assert_eq(coverage_of(flows, 2).bytes_inside, 1500);
}

Test(engine, a_partner_is_a_crossing_peer_and_others_are_outside)
{
	struct seep_flow partner = test_flow("10.0.0.1", "10.9.0.1", 22);
	struct seep_flow other = test_flow("10.9.0.1", "198.51.100.9", 22);
	struct seep_cell cells[4];

	cr_assert_eq(cells_of(&partner, 1, cells, 4), 1);
	cr_assert_eq(cells[0].place, SEEP_PLACE_PARTNER);
	cr_assert_eq(coverage_of(&partner, 1).bytes_crossing, 1500);
	cr_assert_eq(cells_of(&other, 1, cells, 4), 0);
	cr_assert_eq(coverage_of(&other, 1).bytes_outside, 1500);
	cr_assert_eq(coverage_of(&other, 1).flows, 1);
}

Test(engine, a_flow_over_an_edge_is_spread_and_marked)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_cell cells[8];

	flow.start_ns = TEST_START_NS + 30 * MINUTE;
	flow.end_ns = TEST_START_NS + 2 * HOUR;
	cr_assert_eq(cells_of(&flow, 1, cells, 8), 2);
	cr_assert_eq(cells[0].kind, SEEP_CELL_SPREAD);
	cr_assert_eq(cells[0].bytes_out, 333);
	cr_assert_eq(cells[0].flows, 1);
	cr_assert_eq(cells[1].kind, SEEP_CELL_SPREAD);
	cr_assert_eq(cells[1].bytes_out, 667);
	cr_assert_eq(cells[1].flows, 0);
	cr_assert_eq(coverage_of(&flow, 1).bytes_spread, 1500);
	/* One hour exactly touches no edge. */
	flow.start_ns = TEST_START_NS + HOUR;
	cr_assert_eq(cells_of(&flow, 1, cells, 8), 1);
	cr_assert_eq(cells[0].kind, SEEP_CELL_TIMED);
	cr_assert_eq(cells[0].hour, HOUR_OF(TEST_START_NS) + 1);
	cr_assert_eq(coverage_of(&flow, 1).bytes_spread, 0);
}

Test(engine, an_end_that_cannot_be_believed_is_ignored)
{
	struct seep_flow flows[4];
	struct seep_coverage coverage;
	struct seep_cell cells[8];
	size_t i;

	for (i = 0; i < 4; i++)
		flows[i] = test_flow("10.0.0.1", "198.51.100.9", 443);
	flows[0].end_ns = flows[0].start_ns - 1;
	flows[1].end_ns = flows[1].start_ns + SEEP_FLOW_DURATION_MAX_NS + 1;
	flows[2].end_ns = flows[2].start_ns + 5 * HOUR;
	flows[2].flags = SEEP_FLOW_DURATION_IGNORED;
	flows[3].end_ns = INT64_MAX;
	coverage = coverage_of(flows, 4);
	cr_assert_eq(coverage.duration_ignored, 4);
	cr_assert_eq(coverage.last_ns, TEST_START_NS);
	cr_assert_eq(cells_of(flows, 4, cells, 8), 1);
	cr_assert_eq(cells[0].bytes_out, 4000);
	cr_assert_eq(cells[0].kind, SEEP_CELL_TIMED);
}

Test(engine, a_flow_of_366_days_keeps_its_end)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;
	struct seep_cells *cells;
	struct seep_cell cell;
	uint64_t sum = 0;
	size_t count = 0;

	flow.start_ns += 1;
	flow.end_ns = flow.start_ns + SEEP_FLOW_DURATION_MAX_NS;
	flow.bytes_orig = SEEP_FLOW_BYTES_MAX;
	flow.missed_resp = SEEP_FLOW_BYTES_MAX;
	test_feed(engine, &flow, 1);
	snapshot = test_snapshot(engine);
	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		sum += cell.kind == SEEP_CELL_MISSED ? cell.bytes_in
						     : cell.bytes_out;
		count++;
	}
	cr_assert_eq(count, 2 * 8785);
	cr_assert_eq(sum, 2 * SEEP_FLOW_BYTES_MAX);
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
}

Test(engine, unanswered_bytes_are_a_kind_of_their_own)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_cell cells[8];

	flow.flags = SEEP_FLOW_UNANSWERED;
	flow.bytes_resp = 0;
	flow.packets_resp = 0;
	cr_assert_eq(cells_of(&flow, 1, cells, 8), 1);
	cr_assert_eq(cells[0].kind, SEEP_CELL_UNANSWERED);
	cr_assert_eq(coverage_of(&flow, 1).bytes_unanswered, 1000);
	/* What a peer sends without an answer is nothing that left. */
	flow = test_flow_swapped(&flow);
	cr_assert_eq(coverage_of(&flow, 1).bytes_unanswered, 1000);
	flow = test_flow("198.51.100.9", "10.0.0.1", 443);
	flow.flags = SEEP_FLOW_UNANSWERED;
	flow.bytes_resp = 0;
	flow.packets_resp = 0;
	cr_assert_eq(cells_of(&flow, 1, cells, 8), 1);
	cr_assert_eq(cells[0].kind, SEEP_CELL_TIMED);
	cr_assert_eq(coverage_of(&flow, 1).bytes_unanswered, 0);
}

Test(engine, missed_bytes_are_kept_apart)
{
	struct seep_flow flows[2] = {test_flow("198.51.100.9", "10.0.0.1", 443),
				     test_flow("10.0.0.1", "10.0.0.2", 443)};
	struct seep_coverage coverage;
	struct seep_cell cells[8];

	flows[0].missed_orig = 5;
	flows[0].missed_resp = 70;
	flows[1].missed_orig = 900;
	coverage = coverage_of(flows, 2);
	cr_assert_eq(coverage.bytes_missed, 975);
	cr_assert_eq(coverage.bytes_missed_crossing, 75);
	cr_assert_eq(coverage.bytes_seen, 3000);
	cr_assert_eq(cells_of(flows, 1, cells, 8), 2);
	cr_assert_eq(cells[1].kind, SEEP_CELL_MISSED);
	cr_assert_eq(cells[1].bytes_out, 70);
	cr_assert_eq(cells[1].bytes_in, 5);
	cr_assert_eq(cells[1].flows, 0);
}

Test(engine, bad_flows_are_counted_and_refuse_nothing_else)
{
	struct seep_flow flows[6];
	struct seep_coverage coverage;
	size_t i;

	for (i = 0; i < 6; i++)
		flows[i] = test_flow("10.0.0.1", "198.51.100.9", 443);
	flows[1].start_ns = -1;
	flows[2].bytes_resp = SEEP_FLOW_BYTES_MAX + 1;
	flows[3].bytes_orig = SEEP_FLOW_BYTES_MAX;
	flows[4].packets_orig = UINT64_MAX;
	coverage = coverage_of(flows, 6);
	cr_assert_eq(coverage.records, 6);
	cr_assert_eq(coverage.flows, 3);
	cr_assert_eq(coverage.records_refused[SEEP_REFUSED_BAD_TIME], 1);
	cr_assert_eq(coverage.records_refused[SEEP_REFUSED_TOO_LARGE], 2);
	cr_assert_eq(coverage.bytes_refused, 1500);
	cr_assert_eq(coverage.bytes_crossing, SEEP_FLOW_BYTES_MAX + 3500);
	cr_assert_eq(coverage.bytes_seen, SEEP_FLOW_BYTES_MAX + 5000);
}

Test(engine, a_case_never_reaches_2_to_the_63_bytes)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_coverage coverage;

	flow.bytes_orig = SEEP_FLOW_BYTES_MAX;
	flow.bytes_resp = 0;
	test_flows_every(&flows, &flow, 1, 1030);
	coverage = coverage_of(flows.at, flows.count);
	cr_assert_eq(coverage.flows, 1023);
	cr_assert_eq(coverage.records_refused[SEEP_REFUSED_TOO_LARGE], 7);
	cr_assert_eq(coverage.bytes_seen, 1023 * SEEP_FLOW_BYTES_MAX);
	test_flows_clear(&flows);
}

Test(engine, records_of_a_source_are_not_counted_again)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);

	flow.flags = SEEP_FLOW_RECORDED | SEEP_FLOW_CONTINUES;
	cr_assert_eq(coverage_of(&flow, 1).records, 0);
	cr_assert_eq(coverage_of(&flow, 1).flows, 0);
	cr_assert_eq(coverage_of(&flow, 1).bytes_crossing, 1500);
}

Test(engine, bytes_are_conserved)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_coverage coverage;
	uint64_t bytes = 0;
	size_t i;

	test_flows_mixed(&flows, 5000, 21);
	for (i = 0; i < flows.count; i += 50)
		flows.at[i].start_ns = -5;
	for (i = 0; i < flows.count; i++) {
		if ((flows.at[i].flags & SEEP_FLOW_NAME) == 0)
			bytes +=
			    flows.at[i].bytes_orig + flows.at[i].bytes_resp;
	}
	coverage = coverage_of(flows.at, flows.count);
	cr_assert_eq(coverage.bytes_seen, bytes);
	cr_assert_eq(coverage.bytes_crossing + coverage.bytes_inside +
			 coverage.bytes_outside + coverage.bytes_refused,
		     bytes);
	cr_assert(coverage.bytes_crossing > 0 && coverage.bytes_inside > 0 &&
		  coverage.bytes_outside > 0 && coverage.bytes_refused > 0);
	test_flows_clear(&flows);
}

Test(engine, a_channel_crosses_2_to_the_32_bytes_late_and_in_order)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_cell cells[64];
	int shuffled;
	size_t i;

	flow.bytes_orig = UINT64_C(900000000);
	flow.bytes_resp = UINT64_C(1) << 33;
	test_flows_every(&flows, &flow, 6 * MINUTE, 500);
	for (shuffled = 0; shuffled < 2; shuffled++) {
		cr_assert_eq(cells_of(flows.at, flows.count, cells, 64), 50);
		for (i = 0; i < 50; i++) {
			cr_assert_eq(cells[i].bytes_out, UINT64_C(9000000000));
			cr_assert_eq(cells[i].bytes_in, UINT64_C(10) << 33);
			cr_assert_eq(cells[i].packets_out, 100);
		}
		test_flows_shuffle(&flows, 1);
	}
	test_flows_clear(&flows);
}

/* Cells of flows moved by 'shift'; hours are moved back. */
static size_t
shifted_cells(const struct test_flows *flows, int64_t shift,
	      struct seep_cell *cells, size_t room)
{
	struct test_flows moved = TEST_FLOWS_EMPTY;
	size_t count, i;

	for (i = 0; i < flows->count; i++) {
		struct seep_flow flow = flows->at[i];

		flow.start_ns += shift;
		flow.end_ns += shift;
		test_flows_add(&moved, &flow);
	}
	count = cells_of(moved.at, moved.count, cells, room);
	for (i = 0; i < count; i++)
		cells[i].hour -= HOUR_OF(shift);
	test_flows_clear(&moved);
	return count;
}

Test(engine, a_shift_in_time_shifts_the_cells)
{
	/* 52 weeks, and from March 2026 past 2^31 seconds (January 2038). */
	const int64_t shifts[] = {364 * DAY, 4336 * DAY, 50000 * DAY};
	static struct seep_cell expected[20000];
	static struct seep_cell found[20000];
	struct test_flows flows = TEST_FLOWS_EMPTY;
	size_t count, i;

	test_flows_mixed(&flows, 300, 31);
	count = shifted_cells(&flows, 0, expected, 20000);
	cr_assert(count > 1000);
	for (i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		cr_assert_eq(shifted_cells(&flows, shifts[i], found, 20000),
			     count);
		cr_assert(memcmp(expected, found, count * sizeof(found[0])) ==
			  0);
	}
	test_flows_clear(&flows);
}

Test(engine, one_packet_of_2033_adds_one_cell_and_little_memory)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_engine_stats before = {.size = sizeof(before)};
	struct seep_engine_stats after = {.size = sizeof(after)};
	struct seep_engine *engine = test_engine(1);
	struct seep_cell cells[256];
	size_t count;

	test_flows_every(&flows, &flow, 20 * MINUTE, 300);
	test_feed(engine, flows.at, flows.count);
	count = cells_of(flows.at, flows.count, cells, 256);
	cr_assert_eq(count, 100);
	cr_assert_eq(seep_engine_stats(engine, &before), SEEP_OK);
	flow.start_ns += 2600 * DAY;
	flow.end_ns = flow.start_ns;
	test_feed(engine, &flow, 1);
	cr_assert_eq(seep_engine_stats(engine, &after), SEEP_OK);
	cr_assert(after.bytes_used <= before.bytes_used + 4096);
	test_flows_add(&flows, &flow);
	cr_assert_eq(cells_of(flows.at, flows.count, cells, 256), 101);
	test_flows_clear(&flows);
	seep_engine_free(engine);
}

Test(engine, stats_of_a_shorter_struct_are_cut)
{
	struct seep_engine *engine = test_engine(1);
	struct seep_engine_stats stats;

	memset(&stats, 0x55, sizeof(stats));
	stats.size = 2 * sizeof(uint64_t);
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	cr_assert_eq(stats.hosts, 0);
	cr_assert_eq(stats.channels, UINT64_C(0x5555555555555555));
	stats.size = sizeof(stats) + 1;
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_EINVAL);
	seep_engine_free(engine);
}

Test(engine, cases_of_different_sites_are_not_put_together)
{
	struct seep_engine *ours = test_engine(1);
	struct seep_snapshot *snapshots[2];
	struct seep_snapshot *merged;
	struct seep_engine *other;

	cr_assert_eq(seep_engine_new(&other, NULL, NULL), SEEP_OK);
	snapshots[0] = test_snapshot(ours);
	snapshots[1] = test_snapshot(other);
	cr_assert_eq(seep_engine_add_snapshot(ours, snapshots[1]),
		     SEEP_EMISMATCH);
	cr_assert_eq(
	    seep_snapshot_merge(&merged,
				(const struct seep_snapshot *const *)snapshots,
				2, NULL),
	    SEEP_EMISMATCH);
	cr_assert_null(merged);
	cr_assert_eq(seep_snapshot_merge(&merged, NULL, 0, NULL), SEEP_EINVAL);
	seep_snapshot_free(snapshots[0]);
	seep_snapshot_free(snapshots[1]);
	seep_engine_free(ours);
	seep_engine_free(other);
}

Test(engine, cases_that_reach_2_to_the_63_bytes_are_not_put_together)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *half;
	struct seep_engine_stats stats = {.size = sizeof(stats)};

	flow.bytes_orig = SEEP_FLOW_BYTES_MAX;
	flow.bytes_resp = 0;
	test_flows_every(&flows, &flow, 1, 512);
	test_feed(engine, flows.at, flows.count);
	half = test_snapshot(engine);
	cr_assert_eq(seep_engine_add_snapshot(engine, half), SEEP_EMISMATCH);
	cr_assert_eq(seep_engine_stats(engine, &stats), SEEP_OK);
	cr_assert_eq(stats.coverage.bytes_seen, 512 * SEEP_FLOW_BYTES_MAX);
	seep_snapshot_free(half);
	seep_engine_free(engine);
	test_flows_clear(&flows);
}
