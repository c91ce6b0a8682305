/* SPDX-License-Identifier: BSD-3-Clause */
/* Cases that an older libseep wrote, kept as vectors. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "ledger/cases.h"
#include "ledger/frame.h"

#ifndef SEEP_SOURCE_DIR
#error "the tree's folder is not known"
#endif

/* Rows of hexadecimal digits. */
static struct test_bytes
read_vector(const char *path)
{
	FILE *file = fopen(path, "r");
	struct test_bytes bytes = {0};
	unsigned value;

	cr_assert_not_null(file, "%s", path);
	while (fscanf(file, "%2x", &value) == 1) {
		uint8_t byte = (uint8_t)value;

		cr_assert_eq(test_bytes_write(&bytes, &byte, 1), 0);
	}
	(void)fclose(file);
	return bytes;
}

/* By the writers of their time, from the same flows: something in every
 * section that there was. */
static struct test_bytes
version(uint32_t number)
{
	struct test_bytes bytes = read_vector(
	    number == 2 ? SEEP_SOURCE_DIR "/tests/vectors/case_v2.hex"
			: SEEP_SOURCE_DIR "/tests/vectors/case_v3.hex");
	struct seep__cursor cursor;

	cr_assert_eq(bytes.size, 942);
	seep__cursor_init(&cursor, bytes.data + 8, 4);
	cr_assert_eq(seep__cursor_le32(&cursor), number);
	return bytes;
}

static void
assert_whole(const struct seep_snapshot *snapshot)
{
	const struct seep_coverage *coverage = seep_snapshot_coverage(snapshot);
	struct seep_cells *cells;
	struct seep_cell cell;
	uint64_t names = 0, out = 0, in = 0;
	size_t count = 0;

	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		count++;
		if (cell.place == SEEP_PLACE_NAME)
			names += cell.bytes_out;
		else if (cell.place != SEEP_PLACE_INSIDE &&
			 cell.kind != SEEP_CELL_MISSED)
			out += cell.bytes_out, in += cell.bytes_in;
	}
	seep_cells_free(cells);
	cr_assert_eq(count, 13);
	cr_assert_eq(coverage->flows, 7);
	cr_assert_eq(coverage->names_bytes, 1000);
	cr_assert_eq(names, 1000);
	cr_assert_eq(out + in, coverage->bytes_crossing);
	cr_assert_eq(coverage->bytes_crossing, 8500);
}

Test(upgrade, cases_of_versions_2_and_3_are_read_whole)
{
	for (uint32_t number = 2; number <= 3; number++) {
		struct test_bytes bytes = version(number);
		struct seep_snapshot *snapshot = test_restore(&bytes);

		assert_whole(snapshot);
		seep_snapshot_free(snapshot);
		test_bytes_clear(&bytes);
	}
}

Test(upgrade, their_sensor_has_no_name_and_their_inputs_are_not_listed)
{
	for (uint32_t number = 2; number <= 3; number++) {
		struct test_bytes bytes = version(number);
		struct seep_snapshot *snapshot = test_restore(&bytes);
		const struct seep_input *input;
		struct seep_origin origin;
		size_t cursor = 0;

		seep_snapshot_origin(snapshot, &origin);
		cr_assert_str_eq(origin.sensor, "");
		cr_assert_eq(origin.kind, SEEP_ORIGIN_UNKNOWN);
		cr_assert_eq(origin.inputs_listed, 0);
		cr_assert_eq(
		    seep_snapshot_next_input(snapshot, &cursor, &input),
		    SEEP_END);
		seep_snapshot_free(snapshot);
		test_bytes_clear(&bytes);
	}
}

Test(upgrade, saving_them_again_makes_the_newest_and_both_the_same)
{
	struct test_bytes saved[2];

	for (uint32_t i = 0; i < 2; i++) {
		struct test_bytes bytes = version(2 + i);
		struct seep_snapshot *snapshot = test_restore(&bytes);
		struct seep__cursor cursor;

		saved[i] = test_save(snapshot);
		seep__cursor_init(&cursor, saved[i].data + 8, 4);
		cr_assert_eq(seep__cursor_le32(&cursor), SEEP__CASE_VERSION);
		seep_snapshot_free(snapshot);
		snapshot = test_restore(&saved[i]);
		assert_whole(snapshot);
		seep_snapshot_free(snapshot);
		test_bytes_clear(&bytes);
	}
	cr_assert(test_bytes_equal(&saved[0], &saved[1]));
	test_bytes_clear(&saved[0]);
	test_bytes_clear(&saved[1]);
}

static void
assert_refused(const struct test_bytes *bytes, size_t size, size_t at)
{
	struct test_bytes reader = *bytes;
	struct seep_snapshot *snapshot;
	const char *section;
	int status;

	reader.size = size;
	reader.at = 0;
	status = seep_snapshot_restore(&snapshot, test_bytes_read, &reader,
				       &section, NULL);
	cr_assert(status == SEEP_EFORMAT || status == SEEP_ECHECKSUM ||
		      status == SEEP_EVERSION,
		  "byte %zu: %s", at, seep_strstatus(status));
	cr_assert_null(snapshot);
	cr_assert_not_null(section, "byte %zu", at);
}

/* The header of version 2 has no checksum, and yet no bit makes another
 * version of it. */
Test(upgrade, damage_to_a_case_of_versions_2_and_3_is_refused)
{
	for (uint32_t number = 2; number <= 3; number++) {
		struct test_bytes bytes = version(number);
		size_t at;
		int bit;

		for (at = 0; at < bytes.size; at++) {
			assert_refused(&bytes, at, at);
			for (bit = 0; bit < 8; bit++) {
				bytes.data[at] ^= (uint8_t)(1 << bit);
				assert_refused(&bytes, bytes.size, at);
				bytes.data[at] ^= (uint8_t)(1 << bit);
			}
		}
		test_bytes_clear(&bytes);
	}
}
