/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/cases.h"
#include "ledger/names.h"
#include "ledger/view.h"

/* A name that 'orig' asks for at TEST_START_NS. */
static struct seep_flow
asking(const char *orig, const char *domain, uint64_t bytes)
{
	struct seep_flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.start_ns = flow.end_ns = TEST_START_NS;
	flow.orig = test_address(orig);
	seep_name_address(domain, strlen(domain), &flow.resp);
	flow.bytes_orig = bytes;
	flow.packets_orig = 1;
	flow.port_resp = 53;
	flow.protocol = 17;
	flow.opener = SEEP_OPENER_ORIG;
	flow.flags = SEEP_FLOW_NAME;
	flow.name.text = domain;
	flow.name_size = (uint32_t)strlen(domain);
	return flow;
}

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

Test(names, an_address_is_of_the_discard_prefix_and_the_same_everywhere)
{
	struct seep_address address;
	char text[SEEP_ADDRESS_TEXT_SIZE];

	seep_name_address("example.com", 11, &address);
	seep_address_format(&address, text);
	cr_assert_str_eq(text, "100::1a95:fc69:ff:cede");
	cr_assert(seep_address_is_name(&address));
	address = test_address("100:0:0:1::");
	cr_assert(!seep_address_is_name(&address));
	address = test_address("1.0.0.0");
	cr_assert(!seep_address_is_name(&address));
}

Test(names, are_a_channel_of_their_own_and_in_no_account)
{
	struct seep_flow flows[3] = {
	    asking("10.0.0.1", "example.com", 40),
	    asking("10.0.0.1", "example.com", 0),
	    asking("10.0.0.1", "example.org", 7),
	};
	const struct seep_coverage *coverage;
	struct seep_coverage nothing;
	struct seep_snapshot *snapshot;
	struct seep_cells *cells;
	struct seep_cell cell;

	flows[1].start_ns += 59 * MINUTE;
	/* Nothing but the bytes that were asked is read. */
	flows[2].bytes_resp = flows[2].missed_orig = 1000;
	flows[2].packets_resp = 3;
	flows[2].end_ns += DAY;
	flows[2].opener = SEEP_OPENER_RESP;
	flows[2].protocol = 6;
	snapshot = snapshot_of(flows, 3);
	seep_coverage_init(&nothing);
	nothing.names = 3;
	nothing.names_bytes = 47;
	coverage = seep_snapshot_coverage(snapshot);
	cr_assert(memcmp(coverage, &nothing, sizeof(nothing)) == 0);
	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(seep_cells_next(cells, &cell), SEEP_OK);
		cr_assert_eq(cell.place, SEEP_PLACE_NAME);
		cr_assert_eq(cell.direction, SEEP_DIRECTION_PUSH);
		cr_assert_eq(cell.protocol, 17);
		cr_assert_eq(cell.port, 53);
		cr_assert_eq(cell.kind, SEEP_CELL_TIMED);
		cr_assert_eq(cell.hour, TEST_START_NS / HOUR);
		cr_assert_eq(cell.bytes_in + cell.packets_in, 0);
		cr_assert(cell.bytes_out == (cell.flows == 2 ? 40 : 7));
		cr_assert_eq(cell.packets_out, cell.flows);
	}
	cr_assert_eq(seep_cells_next(cells, &cell), SEEP_END);
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
}

Test(names, touch_an_hour_and_cover_none)
{
	struct seep_flow flows[2] = {
	    test_flow("10.0.0.1", "198.51.100.9", 443),
	    asking("10.0.0.1", "example.com", 40),
	};
	struct seep_snapshot *snapshot;
	const uint32_t *hours;
	size_t count;

	flows[1].start_ns += 5 * HOUR;
	snapshot = snapshot_of(flows, 2);
	hours = seep__view_hours(snapshot, &count);
	cr_assert_eq(count, 2);
	cr_assert_eq(hours[1], hours[0] + 5);
	cr_assert_eq(seep__view_hour_ends(snapshot)[0], 1);
	cr_assert_eq(seep__view_hour_ends(snapshot)[1], 0);
	cr_assert_eq(seep_snapshot_coverage(snapshot)->last_ns,
		     flows[0].end_ns);
	seep_snapshot_free(snapshot);
}

Test(names, of_strangers_are_counted_and_kept_nowhere)
{
	struct seep_flow flows[4] = {
	    asking("198.51.100.9", "example.com", 1),
	    asking("10.9.0.1", "example.com", 2), /* a partner's */
	    asking("127.0.0.1", "example.com", 4),
	    asking("224.0.0.251", "example.com", 8),
	};
	struct seep_snapshot *snapshot = snapshot_of(flows, 4);
	size_t count;

	cr_assert_eq(seep__view_hosts(snapshot), 0);
	cr_assert_eq(seep_snapshot_coverage(snapshot)->names_outside, 4);
	cr_assert_eq(seep_snapshot_coverage(snapshot)->names, 0);
	cr_assert_eq(seep_snapshot_coverage(snapshot)->names_bytes, 0);
	(void)seep__view_hours(snapshot, &count);
	cr_assert_eq(count, 0);
	seep_snapshot_free(snapshot);
}

Test(names, that_cannot_be_are_refused_beside_the_good_ones)
{
	struct seep_flow flows[5];
	struct seep_snapshot *snapshot;
	const struct seep_coverage *coverage;

	for (int i = 0; i < 5; i++)
		flows[i] = asking("10.0.0.1", "example.com", 1);
	flows[0].start_ns = -1;
	flows[1].bytes_orig = SEEP_FLOW_BYTES_MAX + 1;
	flows[2].packets_orig = SEEP_FLOW_BYTES_MAX + 1;
	flows[3].resp = test_address("198.51.100.9");
	snapshot = snapshot_of(flows, 5);
	coverage = seep_snapshot_coverage(snapshot);
	cr_assert_eq(coverage->names_refused, 4);
	cr_assert_eq(coverage->names, 1);
	cr_assert_eq(coverage->records + coverage->bytes_seen, 0);
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		cr_assert_eq(coverage->records_refused[i], 0);
	seep_snapshot_free(snapshot);
}

Test(names, of_a_joined_host_are_under_its_one_address)
{
	struct seep_flow flows[2] = {
	    asking("10.0.0.50", "example.com", 1),
	    asking("fd00::50", "example.com", 2),
	};
	struct seep_snapshot *snapshot = snapshot_of(flows, 2);

	cr_assert_eq(seep__view_hosts(snapshot), 1);
	cr_assert_eq(seep_snapshot_coverage(snapshot)->names, 2);
	seep_snapshot_free(snapshot);
}

/* A flow to the very address is traffic, and no name. */
Test(names, are_kept_apart_from_traffic_to_their_address)
{
	struct seep_flow flows[2] = {asking("10.0.0.1", "example.com", 1)};
	struct seep_snapshot *snapshot;
	struct seep__channel channel;

	flows[1] = flows[0];
	flows[1].flags = 0;
	snapshot = snapshot_of(flows, 2);
	seep__view_channel(snapshot, 0, &channel);
	cr_assert_eq(channel.place, SEEP_PLACE_OUTSIDE);
	seep__view_channel(snapshot, 1, &channel);
	cr_assert_eq(channel.place, SEEP_PLACE_NAME);
	cr_assert_eq(seep__view_place(snapshot, 1), SEEP_PLACE_NAME);
	cr_assert_str_eq(channel.label, "example.com");
	cr_assert_eq(seep_snapshot_coverage(snapshot)->bytes_crossing, 1);
	seep_snapshot_free(snapshot);
}

Test(names, a_text_that_its_address_does_not_stand_for_is_not_shown)
{
	static const char *const others[] = {"example.org", "", "Example.com"};
	struct seep__channel channel;
	struct seep_snapshot *snapshot;
	struct seep_flow flow;

	for (int i = 0; i < 3; i++) {
		flow = asking("10.0.0.1", "example.com", 1);
		flow.name.text = others[i];
		flow.name_size = (uint32_t)strlen(others[i]);
		snapshot = snapshot_of(&flow, 1);
		seep__view_channel(snapshot, 0, &channel);
		cr_assert_null(channel.label, "%s", others[i]);
		seep_snapshot_free(snapshot);
	}
}

/* 300 hosts ask for 200 domains; one text of each is enough. */
Test(names, every_host_s_channel_shows_the_domain_told_once)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *snapshot, *again;
	struct test_bytes bytes, more;
	char domain[64], host[32];
	struct seep_flow flow;

	for (int i = 0; i < 60000; i++) {
		sprintf(host, "10.1.%d.%d", i / 200 / 250, i / 200 % 250);
		sprintf(domain, "domain-%d.example", i % 200);
		flow = asking(host, domain, 5);
		/* Only the first host's queries say what they are. */
		if (i >= 200)
			flow.name_size = 0;
		flow.name.text = NULL;
		if (i < 200)
			flow.name.text = strdup(domain);
		test_flows_add(&flows, &flow);
	}
	snapshot = snapshot_of(flows.at, flows.count);
	bytes = test_save(snapshot);
	again = test_restore(&bytes);
	more = test_save(again);
	cr_assert(test_bytes_equal(&bytes, &more));
	for (size_t i = 0; i < 60000; i++) {
		struct seep__channel channel;
		struct seep_address own;

		seep__view_channel(i % 2 ? snapshot : again, i, &channel);
		cr_assert_not_null(channel.label);
		seep_name_address(channel.label, strlen(channel.label), &own);
		cr_assert_eq(seep_address_compare(&own, &channel.peer), 0);
	}
	for (size_t i = 0; i < 200; i++)
		free((char *)(uintptr_t)flows.at[i].name.text);
	test_bytes_clear(&bytes);
	test_bytes_clear(&more);
	seep_snapshot_free(snapshot);
	seep_snapshot_free(again);
	test_flows_clear(&flows);
}

Test(names, case_whose_parts_are_merged_is_that_of_one_engine)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *parts[2], *merged, *whole;
	struct test_bytes a, b;
	char domain[64];
	struct seep_flow flow;
	char texts[400][32];

	for (int i = 0; i < 400; i++) {
		sprintf(domain, "d%d.example", i % 90);
		strcpy(texts[i], domain);
		flow = asking(i % 3 ? "10.0.0.1" : "fd00::1", domain, 9);
		flow.name.text = texts[i];
		flow.start_ns += i * HOUR;
		test_flows_add(&flows, &flow);
	}
	whole = snapshot_of(flows.at, 400);
	parts[0] = snapshot_of(flows.at, 137);
	parts[1] = snapshot_of(flows.at + 137, 263);
	cr_assert_eq(
	    seep_snapshot_merge(
		&merged, (const struct seep_snapshot *const *)parts, 2, NULL),
	    SEEP_OK);
	a = test_save(whole);
	b = test_save(merged);
	cr_assert(test_bytes_equal(&a, &b));
	cr_assert_eq(seep_snapshot_coverage(merged)->names, 400);
	cr_assert_eq(seep_snapshot_coverage(merged)->names_bytes, 3600);
	test_bytes_clear(&a);
	test_bytes_clear(&b);
	seep_snapshot_free(whole);
	seep_snapshot_free(merged);
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	test_flows_clear(&flows);
}

/* Adds domains [first, end) by steps of 'step', which wraps at 'end'. */
static void
add_domains(struct seep__names *names, unsigned count, unsigned step)
{
	struct seep_address address;
	char text[32];

	for (unsigned i = 0; i < count; i++) {
		sprintf(text, "d%u.example", i * step % count);
		seep_name_address(text, strlen(text), &address);
		cr_assert_eq(
		    seep__names_add(names, &address, text, strlen(text)),
		    SEEP_OK);
	}
}

Test(names, beyond_the_bound_the_smallest_hashes_stay_in_any_order)
{
	struct seep__names a, b;
	struct seep__mem *mem;
	uint64_t at = 0, bt = 0, last = 0, used;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	used = seep__mem_used(mem);
	seep__names_init(&a, mem, 64);
	seep__names_init(&b, mem, 64);
	add_domains(&a, 1009, 1);
	add_domains(&b, 1009, 17);
	cr_assert_eq(seep__names_count(&a), 64);
	cr_assert_eq(seep__names_count(&b), 64);
	for (int i = 0; i < 64; i++, at++, bt++) {
		const struct seep__name *x = seep__names_next(&a, &at);
		const struct seep__name *y = seep__names_next(&b, &bt);

		cr_assert(at == bt && x->size == y->size);
		cr_assert(memcmp(x->text, y->text, x->size) == 0);
		last = at;
	}
	/* 64 of 1,009: the last one is near 64 / 1,009 of all hashes. */
	cr_assert(last < UINT64_MAX / 1009 * 110);
	cr_assert_null(seep__names_next(&a, &at));
	seep__names_clear(&a);
	seep__names_clear(&b);
	cr_assert_eq(seep__mem_used(mem), used);
	seep__mem_unref(mem);
}
