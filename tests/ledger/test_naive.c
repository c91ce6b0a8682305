/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger against one that a reader can check in a minute: every flow is
 * cut with 128-bit arithmetic written out here, every share is a row, and
 * equal rows are added by sorting.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <seep/site.h>

#include "ledger/cases.h"
#include "ledger/service.h"
#include "ledger/site.h"

#define FLOWS 3000

__extension__ typedef unsigned __int128 wide;

struct rows {
	struct seep_cell *at;
	size_t count;
	size_t room;
};

static int
by_key(const void *a, const void *b)
{
	const struct seep_cell *x = a;
	const struct seep_cell *y = b;

	/* host, peer, place, direction, kind, protocol, port, hour: any total
	 * order will do, since both ledgers are sorted by it. */
	return memcmp(x, y, offsetof(struct seep_cell, bytes_out));
}

static void
add_row(struct rows *rows, const struct seep_cell *cell)
{
	if ((cell->bytes_out | cell->bytes_in | cell->packets_out |
	     cell->packets_in | cell->flows) == 0)
		return;
	if (rows->count == rows->room) {
		rows->room = rows->room * 2 + 1024;
		rows->at = realloc(rows->at, rows->room * sizeof(*rows->at));
		if (rows->at == NULL)
			abort();
	}
	rows->at[rows->count++] = *cell;
}

static void
add_up(struct rows *rows)
{
	size_t i;
	size_t kept = 0;

	qsort(rows->at, rows->count, sizeof(*rows->at), by_key);
	for (i = 0; i < rows->count; i++) {
		struct seep_cell *sum = &rows->at[kept == 0 ? 0 : kept - 1];

		if (kept == 0 || by_key(sum, &rows->at[i]) != 0) {
			rows->at[kept++] = rows->at[i];
			continue;
		}
		sum->bytes_out += rows->at[i].bytes_out;
		sum->bytes_in += rows->at[i].bytes_in;
		sum->packets_out += rows->at[i].packets_out;
		sum->packets_in += rows->at[i].packets_in;
		sum->flows += rows->at[i].flows;
	}
	rows->count = kept;
}

/* What of 'total' falls before 't', 'to' being the flow's end. */
static uint64_t
before(uint64_t total, int64_t from, int64_t to, int64_t t)
{
	if (t <= from)
		return 0;
	if (t >= to)
		return total;
	return (uint64_t)((wide)total * (uint64_t)(t - from) /
			  (uint64_t)(to - from));
}

static uint64_t
share(uint64_t total, int64_t from, int64_t to, int64_t bin, int64_t width)
{
	if (from == to)
		return total;
	return before(total, from, to, bin + width) -
	       before(total, from, to, bin);
}

struct end {
	struct seep_address address;
	uint64_t bytes, packets, missed;
	enum seep_place place;
};

/* One flow as 'own' sees it. */
static void
add_lane(struct rows *rows, const struct seep_site *site,
	 const struct seep_flow *flow, const struct end *own,
	 const struct end *peer, int opened_by_own, int inside)
{
	int ignored = (flow->flags & SEEP_FLOW_DURATION_IGNORED) != 0 ||
		      flow->end_ns < flow->start_ns ||
		      flow->end_ns - flow->start_ns > SEEP_FLOW_DURATION_MAX_NS;
	int64_t to = ignored ? flow->start_ns : flow->end_ns;
	int64_t width = inside ? DAY : HOUR;
	int64_t first = flow->start_ns - flow->start_ns % width;
	int unanswered = (flow->flags & SEEP_FLOW_UNANSWERED) != 0 &&
			 (own->bytes != 0 || own->packets != 0) &&
			 peer->bytes == 0 && peer->packets == 0;
	int64_t bin;

	for (bin = first; bin == first || bin < to; bin += width) {
		struct seep_cell cell;
		seep__service service = seep__service_of_flow(flow);

		memset(&cell, 0, sizeof(cell));
		cell.host = *seep_site_host(site, &own->address);
		cell.peer = inside ? *seep_site_host(site, &peer->address)
				   : peer->address;
		cell.place = (uint8_t)peer->place;
		cell.direction =
		    (uint8_t)(flow->opener == SEEP_OPENER_UNKNOWN
				  ? SEEP_DIRECTION_UNKNOWN
			      : opened_by_own ? SEEP_DIRECTION_PUSH
					      : SEEP_DIRECTION_PULL);
		cell.protocol = flow->protocol;
		cell.port = seep__service_port(service);
		cell.hour = (uint32_t)(bin / HOUR);
		if (!inside) {
			cell.kind = SEEP_CELL_MISSED;
			cell.bytes_out =
			    share(own->missed, flow->start_ns, to, bin, width);
			cell.bytes_in =
			    share(peer->missed, flow->start_ns, to, bin, width);
			add_row(rows, &cell);
		}
		cell.kind = unanswered           ? SEEP_CELL_UNANSWERED
			    : to > first + width ? SEEP_CELL_SPREAD
						 : SEEP_CELL_TIMED;
		cell.bytes_out =
		    share(own->bytes, flow->start_ns, to, bin, width);
		cell.bytes_in =
		    share(peer->bytes, flow->start_ns, to, bin, width);
		cell.packets_out =
		    share(own->packets, flow->start_ns, to, bin, width);
		cell.packets_in =
		    share(peer->packets, flow->start_ns, to, bin, width);
		cell.flows =
		    bin == first && (flow->flags & SEEP_FLOW_CONTINUES) == 0;
		add_row(rows, &cell);
	}
}

static void
add_name(struct rows *rows, const struct seep_site *site,
	 const struct seep_flow *flow)
{
	struct seep_cell cell;

	if (!seep_address_is_name(&flow->resp) ||
	    flow->packets_orig > SEEP_FLOW_BYTES_MAX ||
	    seep__site_special(&flow->orig) ||
	    seep_site_place(site, &flow->orig) != SEEP_PLACE_INSIDE)
		return;
	memset(&cell, 0, sizeof(cell));
	cell.host = *seep_site_host(site, &flow->orig);
	cell.peer = flow->resp;
	cell.place = SEEP_PLACE_NAME;
	cell.direction = SEEP_DIRECTION_PUSH;
	cell.protocol = 17;
	cell.port = 53;
	cell.hour = (uint32_t)(flow->start_ns / HOUR);
	cell.bytes_out = flow->bytes_orig;
	cell.packets_out = flow->packets_orig;
	cell.flows = 1;
	add_row(rows, &cell);
}

static void
add_flow(struct rows *rows, const struct seep_site *site,
	 const struct seep_flow *flow)
{
	struct end orig = {flow->orig, flow->bytes_orig, flow->packets_orig,
			   flow->missed_orig,
			   seep_site_place(site, &flow->orig)};
	struct end resp = {flow->resp, flow->bytes_resp, flow->packets_resp,
			   flow->missed_resp,
			   seep_site_place(site, &flow->resp)};
	int by_orig = flow->opener == SEEP_OPENER_ORIG;
	int orig_in = orig.place == SEEP_PLACE_INSIDE;
	int resp_in = resp.place == SEEP_PLACE_INSIDE;
	int inside = orig_in && resp_in;

	if ((flow->flags & SEEP_FLOW_NAME) != 0) {
		add_name(rows, site, flow);
		return;
	}
	if (inside &&
	    seep_address_compare(seep_site_host(site, &flow->orig),
				 seep_site_host(site, &flow->resp)) == 0)
		return;
	if (orig_in && !(inside && seep__site_special(&flow->orig)))
		add_lane(rows, site, flow, &orig, &resp, by_orig, inside);
	if (resp_in && !(inside && seep__site_special(&flow->resp)))
		add_lane(rows, site, flow, &resp, &orig, !by_orig, inside);
}

static void
read_rows(struct rows *rows, const struct seep_snapshot *snapshot)
{
	struct seep_cells *cells;
	struct seep_cell cell;
	int status;

	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while ((status = seep_cells_next(cells, &cell)) == SEEP_OK)
		add_row(rows, &cell);
	cr_assert_eq(status, SEEP_END);
	seep_cells_free(cells);
}

static void
compare_rows(const struct rows *expected, const struct rows *found)
{
	size_t i;

	cr_assert_eq(expected->count, found->count, "%zu cells, not %zu",
		     found->count, expected->count);
	for (i = 0; i < expected->count; i++)
		cr_assert(memcmp(&expected->at[i], &found->at[i],
				 sizeof(expected->at[i])) == 0,
			  "cell %zu differs", i);
}

static void
compare_ledgers(const struct test_flows *flows)
{
	struct seep_site *site = test_site_mixed();
	struct seep_engine *engine = test_engine(3);
	struct seep_snapshot *snapshot;
	struct rows expected = {0};
	struct rows found = {0};
	size_t i;

	for (i = 0; i < flows->count; i++)
		add_flow(&expected, site, &flows->at[i]);
	add_up(&expected);
	test_feed(engine, flows->at, flows->count);
	snapshot = test_snapshot(engine);
	read_rows(&found, snapshot);
	qsort(found.at, found.count, sizeof(*found.at), by_key);
	compare_rows(&expected, &found);
	free(expected.at);
	free(found.at);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	seep_site_free(site);
}

Test(naive, mixed_flows_give_the_same_cells)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	test_flows_mixed(&flows, FLOWS, 11);
	compare_ledgers(&flows);
	test_flows_clear(&flows);
}

Test(naive, one_channel_with_late_flows_gives_the_same_cells)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);

	flow.bytes_orig = UINT32_MAX / 3;
	test_flows_every(&flows, &flow, 11 * MINUTE, 3000);
	test_flows_shuffle(&flows, 4);
	compare_ledgers(&flows);
	test_flows_clear(&flows);
}
