/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any flows and names, in any order, cut anywhere.
 *
 * Claims     the saved case is the same whether the flows are fed as they
 *            come, or backwards with their ends swapped under another seed
 *            and sealed on the way, or to two engines whose cases are
 *            merged, or half of them to an engine that goes on from what
 *            the first half saved; the bytes of its cells are those of its
 *            coverage, also when it is folded and its days condensed on the
 *            way, and what was folded is saved and restored to the same
 *            bytes.
 * Input      one byte: which of these claims, one a run, for an engine takes
 *            a quarter of a millisecond to be made under a sanitizer; 28
 *            bytes a flow.
 */
#include <stdlib.h>
#include <string.h>

#include <seep/engine.h>

#include "fuzz/fuzz.h"

#define FLOWS_MAX 8
#define FLOW_BYTES 28

/* Inside, outside, IPv6, group addresses: few, so that they meet again. */
static struct seep_address
take_address(struct fuzz_take *take)
{
	static const char *const texts[] = {
	    "10.0.0.1", "10.0.0.2",    "10.9.9.9",  "198.51.100.9",
	    "8.8.8.8",  "2001:db8::7", "fd00::50",  "255.255.255.255",
	    "0.0.0.0",  "ff02::fb",    "127.0.0.1", "fe80::1"};
	const uint8_t pick = fuzz_u8(take);
	const char *text = texts[(pick & 15) % 12];
	struct seep_address address;
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	FUZZ_CHECK(seep_address_parse(text, size, &address) == SEEP_OK);
	address.bytes[15] = (uint8_t)(address.bytes[15] ^ (pick >> 6));
	return address;
}

/* Small numbers and large ones, at most 2^44: 8 of them stay below 2^63,
 * beyond which what is refused depends on the order. */
static uint64_t
take_amount(struct fuzz_take *take)
{
	const uint64_t amount = fuzz_uint(take, 2);

	return (amount & 0xff) << (amount >> 8) % 37;
}

/* Mostly less than three hours, for every hour has a cell in every run that
 * is compared; now and then days. */
static int64_t
take_duration(struct fuzz_take *take)
{
	const uint64_t duration = fuzz_uint(take, 2);
	const uint8_t how = fuzz_u8(take);

	return (int64_t)(duration << (how < 0xfc ? how % 28 : 32)) - 2;
}

static void
take_name(struct seep_flow *flow, uint8_t pick)
{
	static const char *const names[] = {
	    "example.com", "", "TLS", "a\\x2eb.co.uk", "(no public suffix)"};

	flow->name.text = names[pick % 5];
	flow->name_size = (uint32_t)strlen(flow->name.text);
	if (flow->flags & SEEP_FLOW_NAME && pick < 0xf0)
		seep_name_address(flow->name.text, flow->name_size,
				  &flow->resp);
}

static struct seep_flow
take_flow(struct fuzz_take *take)
{
	static const uint8_t protocols[] = {6, 17, 1, 58, 132, 0, 6, 17};
	struct seep_flow flow = {0};

	flow.orig = take_address(take);
	flow.resp = take_address(take);
	flow.start_ns = (int64_t)fuzz_uint(take, 3) * INT64_C(70000000000);
	flow.end_ns = flow.start_ns + take_duration(take);
	flow.bytes_orig = take_amount(take);
	flow.bytes_resp = take_amount(take);
	flow.packets_orig = take_amount(take);
	flow.packets_resp = take_amount(take);
	flow.missed_orig = take_amount(take);
	flow.port_orig = (uint16_t)fuzz_uint(take, 2);
	flow.port_resp = (uint16_t)fuzz_uint(take, 2);
	flow.protocol = protocols[fuzz_u8(take) & 7];
	flow.opener = fuzz_u8(take) % 3;
	flow.flags = fuzz_u8(take) & 0x1f;
	take_name(&flow, fuzz_u8(take));
	return flow;
}

static struct seep_flow
swapped(const struct seep_flow *flow)
{
	struct seep_flow other = *flow;

	/* Of a name orig is who asked. */
	if (flow->flags & SEEP_FLOW_NAME)
		return other;
	other.orig = flow->resp;
	other.resp = flow->orig;
	other.bytes_orig = flow->bytes_resp;
	other.bytes_resp = flow->bytes_orig;
	other.packets_orig = flow->packets_resp;
	other.packets_resp = flow->packets_orig;
	other.missed_orig = flow->missed_resp;
	other.missed_resp = flow->missed_orig;
	other.port_orig = flow->port_resp;
	other.port_resp = flow->port_orig;
	if (flow->opener != SEEP_OPENER_UNKNOWN)
		other.opener = (uint8_t)(3 - flow->opener);
	return other;
}

static struct seep_snapshot *
forwards(const struct seep_flow *flows, size_t count)
{
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	FUZZ_CHECK(seep_engine_new(&engine, NULL, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_engine_feed(engine, flows, count, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

static struct seep_snapshot *
backwards(const struct seep_flow *flows, size_t count)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	opts.seed = count + 1;
	FUZZ_CHECK(seep_engine_new(&engine, &opts, NULL) == SEEP_OK);
	for (size_t i = count; i-- > 0;) {
		const struct seep_flow flow = swapped(&flows[i]);

		FUZZ_CHECK(seep_engine_feed(engine, &flow, 1, NULL) == SEEP_OK);
		if (i % 3 == 0)
			FUZZ_CHECK(seep_engine_advance(engine, flow.start_ns) ==
				   SEEP_OK);
	}
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

static struct seep_snapshot *
in_parts(const struct seep_flow *flows, size_t count)
{
	struct seep_snapshot *const parts[2] = {
	    backwards(flows, count / 3),
	    forwards(flows + count / 3, count - count / 3)};
	const struct seep_snapshot *const both[2] = {parts[1], parts[0]};
	struct seep_snapshot *merged;

	FUZZ_CHECK(seep_snapshot_merge(&merged, both, 2, NULL) == SEEP_OK);
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	return merged;
}

static struct seep_snapshot *
restored(struct seep_snapshot *snapshot)
{
	struct fuzz_bytes bytes = fuzz_save(snapshot);
	struct seep_snapshot *copy;

	seep_snapshot_free(snapshot);
	FUZZ_CHECK(seep_snapshot_restore(&copy, fuzz_read, &bytes, NULL,
					 NULL) == SEEP_OK);
	free(bytes.data);
	return copy;
}

static struct seep_snapshot *
continued(const struct seep_flow *flows, size_t count)
{
	const size_t half = count / 2;
	struct seep_snapshot *first = restored(forwards(flows, half));
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	FUZZ_CHECK(seep_engine_new(&engine, NULL, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_engine_add_snapshot(engine, first) == SEEP_OK);
	FUZZ_CHECK(seep_engine_feed(engine, flows + half, count - half, NULL) ==
		   SEEP_OK);
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	seep_snapshot_free(first);
	seep_engine_free(engine);
	return snapshot;
}

/* Folded after every flow, with old days condensed. */
static struct seep_snapshot *
folded(const struct seep_flow *flows, size_t count)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	opts.retain_days = 1 + (uint32_t)count;
	FUZZ_CHECK(seep_engine_new(&engine, &opts, NULL) == SEEP_OK);
	for (size_t i = 0; i < count; i++) {
		FUZZ_CHECK(seep_engine_feed(engine, &flows[i], 1, NULL) ==
			   SEEP_OK);
		FUZZ_CHECK(seep_engine_fold(engine, i / 2) >= SEEP_OK);
		FUZZ_CHECK(seep_engine_advance(engine, flows[i].end_ns) ==
			   SEEP_OK);
	}
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

/* Into an engine and out again. */
static struct seep_snapshot *
taken_over(struct seep_snapshot *snapshot)
{
	struct seep_snapshot *copy;
	struct seep_engine *engine;

	FUZZ_CHECK(seep_engine_new(&engine, NULL, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_engine_add_snapshot(engine, snapshot) == SEEP_OK);
	FUZZ_CHECK(seep_engine_snapshot(engine, &copy) == SEEP_OK);
	seep_engine_free(engine);
	seep_snapshot_free(snapshot);
	return copy;
}

static void
check_cells(const struct seep_snapshot *snapshot)
{
	const struct seep_coverage *c = seep_snapshot_coverage(snapshot);
	struct seep_cells *cells;
	struct seep_cell cell;
	uint64_t crossing = 0;
	uint64_t names = 0;

	FUZZ_CHECK(seep_cells_new(&cells, snapshot, NULL) == SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		if (cell.place == SEEP_PLACE_NAME)
			names += cell.bytes_out;
		else if (cell.place <= SEEP_PLACE_PARTNER &&
			 cell.kind != SEEP_CELL_MISSED)
			crossing += cell.bytes_out + cell.bytes_in;
	}
	seep_cells_free(cells);
	FUZZ_CHECK(names == c->names_bytes);
	FUZZ_CHECK(crossing == c->bytes_crossing);
	FUZZ_CHECK(c->bytes_seen == c->bytes_crossing + c->bytes_inside +
					c->bytes_outside + c->bytes_refused);
}

/* Both are freed. */
static void
check_same(struct seep_snapshot *a, struct seep_snapshot *b)
{
	struct fuzz_bytes of_a = fuzz_save(a);
	struct fuzz_bytes of_b = fuzz_save(b);

	fuzz_same(&of_a, &of_b);
	seep_snapshot_free(a);
	seep_snapshot_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const uint8_t how = fuzz_u8(&take);
	struct seep_flow flows[FLOWS_MAX];
	struct seep_snapshot *snapshot;
	size_t count = 0;

	while (count < FLOWS_MAX && take.size >= FLOW_BYTES)
		flows[count++] = take_flow(&take);
	snapshot = forwards(flows, count);
	check_cells(snapshot);
	if (how % 4 == 0) {
		check_same(snapshot, backwards(flows, count));
	} else if (how % 4 == 1) {
		check_same(snapshot, in_parts(flows, count));
	} else if (how % 4 == 2) {
		check_same(snapshot, continued(flows, count));
	} else {
		seep_snapshot_free(snapshot);
		snapshot = folded(flows, count);
		check_cells(snapshot);
		check_same(snapshot,
			   taken_over(restored(folded(flows, count))));
	}
	return 0;
}
