/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "ledger/cases.h"
#include "ledger/frame.h"
#include "ledger/save.h"
#include "support/alloc.h"

/* Of a sensor with a name, and of an input of each kind. */
static struct test_bytes
save_small(const struct test_flows *flows)
{
	struct seep_origin origin = {.size = sizeof(origin),
				     .sensor = "tap-1",
				     .kind = SEEP_ORIGIN_ZEEK,
				     .dedup = 1,
				     .link_bits_per_s = 1000000000,
				     .inputs_listed = 1};
	struct seep_engine *engine = test_engine_of(0, &origin);
	struct seep_input input = test_input("conn.log.gz", 9);
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;

	test_feed(engine, flows->at, flows->count);
	test_declare(engine, "conn.log", 7);
	memset(input.sha256, 8, sizeof(input.sha256));
	input.damaged = 1;
	cr_assert_eq(seep_engine_add_input(engine, &input), SEEP_OK);
	memset(&input, 0, sizeof(input));
	input.name = "-";
	input.first_ns = INT64_MAX;
	input.last_ns = INT64_MIN;
	cr_assert_eq(seep_engine_add_input(engine, &input), SEEP_OK);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return bytes;
}

/* A small case that has something in every section. */
static struct test_bytes
small_case(void)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct test_bytes bytes;

	flow.name.text = "TLS";
	flow.name_size = 3;
	test_flows_every(&flows, &flow, 50 * MINUTE, 4);
	flow = test_flow("2001:db8::7", "fd00::50", 22);
	flow.end_ns += 2 * HOUR;
	flow.missed_orig = 77;
	test_flows_add(&flows, &flow);
	flow = test_flow("10.0.0.1", "10.1.0.7", 445);
	flow.name.text = "SMB";
	flow.name_size = 3;
	test_flows_add(&flows, &flow);
	flow = test_flow("10.0.0.2", "203.0.113.4", 80);
	flow.bytes_resp = flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_UNANSWERED;
	test_flows_add(&flows, &flow);
	flow = test_flow("10.0.0.2", "100::1", 53);
	flow.flags = SEEP_FLOW_NAME;
	seep_name_address("example.com", 11, &flow.resp);
	flow.name.text = "example.com";
	flow.name_size = 11;
	test_flows_add(&flows, &flow);
	bytes = save_small(&flows);
	test_flows_clear(&flows);
	return bytes;
}

static int
restore(const struct test_bytes *bytes, size_t size,
	struct seep_snapshot **snapshot, const char **section)
{
	struct test_bytes reader = *bytes;

	reader.size = size;
	reader.at = 0;
	return seep_snapshot_restore(snapshot, test_bytes_read, &reader,
				     section, NULL);
}

/* Where frame 'frame' of the case begins, or its size at the end. */
static size_t
find_frame(const struct test_bytes *bytes, size_t frame, size_t *payload)
{
	size_t at = SEEP__FRAME_HEAD;

	*payload = 0;
	for (;;) {
		struct seep__cursor cursor;

		if (at >= bytes->size)
			return bytes->size;
		seep__cursor_init(&cursor, bytes->data + at + 12, 4);
		*payload = seep__cursor_le32(&cursor) & 0x7fffffff;
		if (frame-- == 0)
			return at;
		at += SEEP__FRAME_HEAD + *payload + SEEP__FRAME_SUM;
	}
}

static void
mend_checksum(struct test_bytes *bytes, size_t at, size_t payload)
{
	size_t size = SEEP__FRAME_HEAD + payload;

	seep__le64_put(bytes->data + at + size,
		       seep__hash_checksum(bytes->data + at, size));
}

/* The section that byte 'at' of a whole case is part of. */
static const char *
section_at(const struct test_bytes *bytes, size_t at)
{
	size_t frame = 0;
	size_t payload;

	if (at < SEEP__FRAME_HEAD)
		return "header";
	cr_assert(at < bytes->size);
	while (find_frame(bytes, frame + 1, &payload) <= at)
		frame++;
	/* One frame each, in a small case. */
	cr_assert(frame < SEEP__SECTIONS);
	return seep__section_name((enum seep__section)frame);
}

static void
assert_refused(const struct test_bytes *bytes, size_t size, size_t at,
	       const char *where)
{
	struct seep_snapshot *snapshot = NULL;
	const char *section = NULL;
	int status = restore(bytes, size, &snapshot, &section);

	cr_assert(status == SEEP_EFORMAT || status == SEEP_ECHECKSUM,
		  "byte %zu: %s", at, seep_strstatus(status));
	cr_assert_null(snapshot);
	cr_assert_not_null(section, "byte %zu", at);
	cr_assert_str_eq(section, where, "byte %zu: %s", at, section);
}

Test(restore, every_flipped_bit_is_refused_with_its_section_named)
{
	struct test_bytes bytes = small_case();
	size_t at;
	int bit;

	cr_assert(bytes.size > 600);
	for (at = 0; at < bytes.size; at++) {
		const char *where = section_at(&bytes, at);

		for (bit = 0; bit < 8; bit++) {
			bytes.data[at] ^= (uint8_t)(1 << bit);
			assert_refused(&bytes, bytes.size, at, where);
			bytes.data[at] ^= (uint8_t)(1 << bit);
		}
	}
	test_bytes_clear(&bytes);
}

Test(restore, every_shorter_case_is_refused_with_its_section_named)
{
	struct test_bytes bytes = small_case();
	size_t size;

	for (size = 0; size < bytes.size; size++)
		assert_refused(&bytes, size, size, section_at(&bytes, size));
	test_bytes_clear(&bytes);
}

Test(restore, a_byte_too_many_is_refused)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	const char *section;

	test_bytes_write(&bytes, "", 1);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EFORMAT);
	cr_assert_str_eq(section, "end");
	test_bytes_clear(&bytes);
}

Test(restore, a_reader_that_gives_single_bytes_is_enough)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	struct test_bytes again;

	bytes.piece = 1;
	snapshot = test_restore(&bytes);
	again = test_save(snapshot);
	cr_assert(test_bytes_equal(&bytes, &again));
	seep_snapshot_free(snapshot);
	test_bytes_clear(&again);
	test_bytes_clear(&bytes);
}

Test(restore, the_damaged_section_is_named)
{
	const char *names[] = {"settings", "coverage", "hours",  "hosts",
			       "channels", "cells",    "labels", "names",
			       "origin",   "inputs",   "end"};
	struct test_bytes bytes = small_case();
	size_t frame;

	for (frame = 0; frame < SEEP__SECTIONS; frame++) {
		struct seep_snapshot *snapshot;
		const char *section = NULL;
		size_t payload;
		size_t at = find_frame(&bytes, frame, &payload);

		cr_assert(payload > 0);
		bytes.data[at + SEEP__FRAME_HEAD] ^= 1;
		cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
			     SEEP_ECHECKSUM);
		bytes.data[at + SEEP__FRAME_HEAD] ^= 1;
		cr_assert_str_eq(section, names[frame]);
	}
	bytes.data[0] ^= 1;
	assert_refused(&bytes, bytes.size, 0, "header");
	test_bytes_clear(&bytes);
}

/* A header of 'version' as a libseep that writes it would make it. */
static void
set_version(struct test_bytes *bytes, uint32_t version)
{
	seep__le32_put(bytes->data + 8, version);
	seep__le32_put(bytes->data + 12,
		       (uint32_t)seep__hash_checksum(bytes->data, 12));
}

Test(restore, another_version_is_refused_as_such)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	const char *section;

	set_version(&bytes, SEEP__CASE_VERSION + 1);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EVERSION);
	cr_assert_str_eq(section, "header");
	set_version(&bytes, SEEP__CASE_VERSION);
	/* The list of services: the settings' first number. */
	bytes.data[SEEP__FRAME_HEAD * 2]++;
	mend_checksum(&bytes, SEEP__FRAME_HEAD,
		      find_frame(&bytes, 1, &(size_t){0}) -
			  2 * SEEP__FRAME_HEAD - SEEP__FRAME_SUM);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EVERSION);
	cr_assert_str_eq(section, "settings");
	test_bytes_clear(&bytes);
}

/* Who mends the checksum gets in only with what saving would write. */
static int
accepted_as_itself(const struct test_bytes *bytes)
{
	struct seep_snapshot *snapshot;
	struct test_bytes again;

	if (restore(bytes, bytes->size, &snapshot, NULL) != SEEP_OK)
		return 0;
	again = test_save(snapshot);
	cr_assert(test_bytes_equal(bytes, &again));
	seep_snapshot_free(snapshot);
	test_bytes_clear(&again);
	return 1;
}

Test(restore, a_forged_byte_is_refused_or_canonical)
{
	static const uint8_t masks[] = {0x01, 0x02, 0x04, 0x10,
					0x40, 0x7f, 0x80, 0xff};
	struct test_bytes bytes = small_case();
	size_t accepted = 0;
	size_t refused = 0;
	size_t frame, payload, start, i, m;

	for (frame = 0;; frame++) {
		start = find_frame(&bytes, frame, &payload);
		if (start == bytes.size)
			break;
		for (i = 0; i < (payload + SEEP__FRAME_HEAD) * 8; i++) {
			m = i % 8;
			bytes.data[start + i / 8] ^= masks[m];
			/* A forged length moves where the checksum stands. */
			if (i / 8 < 12 || i / 8 >= SEEP__FRAME_HEAD)
				mend_checksum(&bytes, start, payload);
			if (accepted_as_itself(&bytes))
				accepted++;
			else
				refused++;
			bytes.data[start + i / 8] ^= masks[m];
		}
		mend_checksum(&bytes, start, payload);
	}
	cr_assert(frame == SEEP__SECTIONS);
	cr_assert(accepted > 100, "%zu accepted", accepted);
	/* Counts and hashes may be any. */
	cr_assert(refused > 3000, "%zu refused", refused);
	test_bytes_clear(&bytes);
}

Test(restore, bytes_beyond_the_coverage_are_refused)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	const char *section;
	size_t payload;
	size_t at = find_frame(&bytes, 1, &payload);
	uint8_t *fields = bytes.data + at + SEEP__FRAME_HEAD + 16;
	struct seep__cursor cursor;
	uint64_t seen, crossing;

	/* records, flows, seen, crossing: 100 bytes less of each of the two
	 * still add up, but the cells hold more. */
	seep__cursor_init(&cursor, fields + 16, 16);
	seen = seep__cursor_le64(&cursor);
	crossing = seep__cursor_le64(&cursor);
	seep__le64_put(fields + 16, seen - 100);
	seep__le64_put(fields + 24, crossing - 100);
	mend_checksum(&bytes, at, payload);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EFORMAT);
	cr_assert_str_eq(section, "cells");
	test_bytes_clear(&bytes);
}

Test(restore, a_name_that_no_host_asked_for_is_refused)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	const char *section;
	size_t payload;
	size_t at = find_frame(&bytes, 7, &payload);

	cr_assert(payload == 12 &&
		  memcmp(bytes.data + at + SEEP__FRAME_HEAD + 1, "example.com",
			 11) == 0);
	bytes.data[at + SEEP__FRAME_HEAD + 1]++;
	mend_checksum(&bytes, at, payload);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EFORMAT);
	cr_assert_str_eq(section, "names");
	test_bytes_clear(&bytes);
}

Test(restore, more_bytes_of_names_than_the_coverage_has_are_refused)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	struct seep_coverage coverage;
	uint64_t *fields[SEEP__COVERAGE_FIELDS];
	const char *section;
	size_t field = 0, payload;
	size_t at = find_frame(&bytes, 1, &payload);

	(void)seep__coverage_fields(&coverage, fields);
	while (fields[field] != &coverage.names_bytes)
		field++;
	/* 1,000 bytes were asked. */
	seep__le64_put(bytes.data + at + SEEP__FRAME_HEAD + 16 + 8 * field,
		       999);
	mend_checksum(&bytes, at, payload);
	cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
		     SEEP_EFORMAT);
	cr_assert_str_eq(section, "cells");
	test_bytes_clear(&bytes);
}

/* The byte of place and direction of the only channel of names. */
Test(restore, a_channel_of_names_has_one_form)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot;
	const char *section;
	size_t payload, i;
	size_t at = find_frame(&bytes, 4, &payload);
	uint8_t *data = bytes.data + at + SEEP__FRAME_HEAD;
	struct seep_address domain;
	unsigned sides;

	/* It stands behind the last byte of the domain's address. */
	seep_name_address("example.com", 11, &domain);
	for (i = 1; i < payload; i++)
		if (data[i - 1] == domain.bytes[15] &&
		    data[i] == (SEEP_PLACE_NAME | SEEP_DIRECTION_PUSH << 2))
			break;
	cr_assert(i < payload);
	for (sides = 0; sides < 16; sides++) {
		if (sides == (SEEP_PLACE_NAME | SEEP_DIRECTION_PUSH << 2))
			continue;
		/* As traffic to that address it is of the outside. */
		if ((sides & 3) == SEEP_PLACE_OUTSIDE)
			continue;
		data[i] = (uint8_t)sides;
		mend_checksum(&bytes, at, payload);
		cr_assert_eq(restore(&bytes, bytes.size, &snapshot, &section),
			     SEEP_EFORMAT, "%u", sides);
		cr_assert_str_eq(section, "channels");
	}
	test_bytes_clear(&bytes);
}

static int
stop_reading(void *ctx, void *data, size_t size, size_t *got)
{
	size_t *left = ctx;

	(void)data;
	if (*left < size)
		return -1;
	*left -= size;
	memset(data, 0, size);
	*got = size;
	return 0;
}

static int
stop_writing(void *ctx, const void *data, size_t size)
{
	size_t *left = ctx;

	(void)data;
	if (*left < size)
		return 1;
	*left -= size;
	return 0;
}

Test(restore, a_callback_that_stops_is_an_io_error)
{
	struct test_bytes bytes = small_case();
	struct seep_snapshot *snapshot = test_restore(&bytes);
	struct seep_snapshot *none;
	const char *section = "";
	size_t left;

	for (left = 0; left < bytes.size; left++) {
		size_t room = left;

		cr_assert_eq(seep_snapshot_save(snapshot, stop_writing, &room),
			     SEEP_EIO);
	}
	left = 3;
	cr_assert_eq(
	    seep_snapshot_restore(&none, stop_reading, &left, &section, NULL),
	    SEEP_EIO);
	cr_assert_null(section);
	seep_snapshot_free(snapshot);
	test_bytes_clear(&bytes);
}

Test(restore, an_empty_case_restores_and_saves_as_itself)
{
	struct test_bytes bytes = test_case(NULL, 0, 0);
	struct seep_snapshot *snapshot = test_restore(&bytes);
	struct test_bytes again = test_save(snapshot);

	cr_assert(test_bytes_equal(&bytes, &again));
	seep_snapshot_free(snapshot);
	test_bytes_clear(&again);
	test_bytes_clear(&bytes);
}

/* The most memory that restoring these bytes ever held. */
static size_t
most_memory(const struct test_bytes *bytes, int *status)
{
	struct test_bytes reader = *bytes;
	struct seep_snapshot *snapshot;
	struct test_alloc alloc;

	test_alloc_init(&alloc, TEST_FAILS_NEVER, 0);
	reader.at = 0;
	*status = seep_snapshot_restore(&snapshot, test_bytes_read, &reader,
					NULL, &alloc.alloc);
	seep_snapshot_free(snapshot);
	cr_assert_eq(alloc.blocks, 0);
	return alloc.bytes_max;
}

Test(restore, a_claim_of_two_to_the_sixtieth_cells_allocates_nothing)
{
	struct test_bytes bytes = test_case(NULL, 0, 0);
	size_t payload, at, usual, most;
	int status;

	usual = most_memory(&bytes, &status);
	cr_assert_eq(status, SEEP_OK);
	/* The last section's first number, nine bytes instead of one. */
	at = find_frame(&bytes, SEEP__SECTION_END, &payload);
	cr_assert_eq(payload, 2);
	test_bytes_write(&bytes, "12345678", 8);
	payload = 1 + seep__varint_put(bytes.data + at + SEEP__FRAME_HEAD,
				       UINT64_C(1) << 60);
	cr_assert_eq(payload, 10);
	bytes.data[at + SEEP__FRAME_HEAD + 9] = 0;
	bytes.data[at + 12] = (uint8_t)payload;
	mend_checksum(&bytes, at, payload);
	most = most_memory(&bytes, &status);
	cr_assert_eq(status, SEEP_EFORMAT);
	cr_assert(most <= usual, "%zu, not %zu", most, usual);
	test_bytes_clear(&bytes);
}

/* Numbers that whoever reads them should not believe. */
static const struct {
	size_t size;
	uint8_t bytes[9];
} claims[] = {
    /* LEB128 2^60 */
    {9, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10}},
    {4, {0xff, 0xff, 0xff, 0x7f}},
    {4, {0x00, 0x00, 0x00, 0x40}},
    {8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
    {1, {0xff}},
};

/*
 * Restoring a small case holds 0.4 MB, nearly all of it buffers of a fixed
 * size: one frame read, one run written. Twice that is room for a table
 * that grew once, and nothing near what the claims would ask for.
 */
Test(restore, memory_goes_by_what_was_read_whatever_is_claimed_anywhere)
{
	struct test_bytes bytes = small_case();
	size_t frame, payload, start, i, c, usual;
	size_t tried = 0;
	int status;

	usual = most_memory(&bytes, &status);
	for (frame = 0; frame < SEEP__SECTIONS; frame++) {
		start = find_frame(&bytes, frame, &payload);
		for (c = 0; c < sizeof(claims) / sizeof(claims[0]); c++) {
			size_t size = claims[c].size;

			/* From the length on; a forged length is read before
			 * any checksum. */
			for (i = 12; i + size <= SEEP__FRAME_HEAD + payload;
			     i++) {
				uint8_t *at = bytes.data + start + i;
				uint8_t kept[9];

				memcpy(kept, at, size);
				memcpy(at, claims[c].bytes, size);
				if (i >= SEEP__FRAME_HEAD)
					mend_checksum(&bytes, start, payload);
				cr_assert(most_memory(&bytes, &status) <=
					  2 * usual);
				memcpy(at, kept, size);
				tried++;
			}
		}
		mend_checksum(&bytes, start, payload);
	}
	cr_assert(tried > 2000, "%zu", tried);
	cr_assert(usual < 1 << 20, "%zu", usual);
	test_bytes_clear(&bytes);
}
