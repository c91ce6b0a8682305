/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "ledger/cases.h"
#include "ledger/view.h"

#define FIRST_HOUR ((uint32_t)(TEST_START_NS / HOUR))

static struct seep_snapshot *
snapshot_of(const struct seep_flow *flows, size_t count)
{
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;

	test_feed(engine, flows, count);
	snapshot = test_snapshot(engine);
	seep_engine_free(engine);
	return snapshot;
}

static int
compare_channels(const struct seep__channel *a, const struct seep__channel *b)
{
	int order = seep_address_compare(&a->peer, &b->peer);

	if (order != 0)
		return order;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (a->service != b->service)
		return a->service < b->service ? -1 : 1;
	return a->direction < b->direction ? -1 : a->direction > b->direction;
}

Test(view, hosts_and_channels_are_in_canonical_order)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *snapshot;
	size_t hosts, host, first, end, i;
	size_t next = 0;

	test_flows_mixed(&flows, 2000, 51);
	snapshot = snapshot_of(flows.at, flows.count);
	hosts = seep__view_hosts(snapshot);
	cr_assert(hosts > 5);
	for (host = 0; host < hosts; host++) {
		struct seep__channel before, channel;

		if (host > 0)
			cr_assert(seep_address_compare(
				      seep__view_host(snapshot, host - 1),
				      seep__view_host(snapshot, host)) < 0);
		seep__view_channels(snapshot, host, &first, &end);
		cr_assert_eq(first, next);
		cr_assert(end > first);
		for (i = first; i < end; i++) {
			seep__view_channel(snapshot, i, &channel);
			if (i > first)
				cr_assert(compare_channels(&before, &channel) <
					  0);
			before = channel;
		}
		next = end;
	}
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
}

Test(view, a_history_is_ascending_and_added_up)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep__history history;
	struct seep_snapshot *snapshot;
	struct seep__mem *mem;
	uint64_t sum = 0;
	size_t i;

	/* Long flows fill several runs, the others stay open. */
	test_flows_every(&flows, &flow, 30 * MINUTE, 2000);
	flow.end_ns += 300 * DAY;
	test_flows_every(&flows, &flow, DAY, 12);
	snapshot = snapshot_of(flows.at, flows.count);
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__history_init(&history, mem);
	cr_assert_eq(seep__view_history(snapshot, 0, &history), SEEP_OK);
	for (i = 0; i < history.count; i++) {
		const struct seep__cellrow *row = &history.rows[i];

		sum += row->bytes_out;
		if (i > 0)
			cr_assert(row[-1].hour < row->hour ||
				  (row[-1].hour == row->hour &&
				   row[-1].kind < row->kind));
	}
	cr_assert_eq(sum, 2012 * 1000);
	/* 1,000 timed hours; 311 days and an hour of spread bytes, of which
	 * 1,000 bytes in 7,200 hours leave most hours without. */
	cr_assert(history.count > 2000, "%zu cells", history.count);
	seep__history_clear(&history);
	seep__mem_unref(mem);
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
}

Test(view, hours_are_those_that_any_accepted_flow_touches)
{
	struct seep_flow flows[4] = {
	    test_flow("198.51.100.9", "203.0.113.4", 443), /* outside */
	    test_flow("10.0.0.1", "10.0.0.2", 443),        /* inside */
	    test_flow("10.0.0.1", "198.51.100.9", 443),
	    test_flow("10.0.0.1", "198.51.100.9", 443)};
	struct seep_snapshot *snapshot;
	const uint32_t *hours;
	const uint8_t *ends;
	size_t count;

	flows[1].start_ns += 5 * HOUR;
	flows[1].end_ns = flows[1].start_ns + 3 * HOUR;
	flows[2].start_ns += 70 * HOUR;
	flows[2].end_ns = flows[2].start_ns + 1;
	flows[3].start_ns += 90 * HOUR;
	flows[3].bytes_orig = SEEP_FLOW_BYTES_MAX + 1; /* refused */
	snapshot = snapshot_of(flows, 4);
	hours = seep__view_hours(snapshot, &count);
	ends = seep__view_hour_ends(snapshot);
	cr_assert_eq(count, 5);
	cr_assert_eq(hours[0], FIRST_HOUR);
	cr_assert_eq(hours[1], FIRST_HOUR + 5);
	cr_assert_eq(hours[2], FIRST_HOUR + 6);
	cr_assert_eq(hours[3], FIRST_HOUR + 7);
	cr_assert_eq(hours[4], FIRST_HOUR + 70);
	/* Nothing begins or ends in the middle of the longest. */
	cr_assert_arr_eq(ends, ((const uint8_t[]){1, 1, 0, 1, 1}), 5);
	seep_snapshot_free(snapshot);
}

Test(view, a_snapshot_does_not_see_what_is_fed_later)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;
	struct test_bytes before, after;

	test_flows_mixed(&flows, 1000, 52);
	test_feed(engine, flows.at, 500);
	snapshot = test_snapshot(engine);
	before = test_save(snapshot);
	test_feed(engine, flows.at + 500, 500);
	seep_engine_free(engine);
	after = test_save(snapshot);
	cr_assert(test_bytes_equal(&before, &after));
	test_bytes_clear(&before);
	test_bytes_clear(&after);
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
}
