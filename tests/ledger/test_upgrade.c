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

/* By the writer of version 2: something in every section. */
static struct test_bytes
version_2(void)
{
	struct test_bytes bytes =
	    read_vector(SEEP_SOURCE_DIR "/tests/vectors/case_v2.hex");
	struct seep__cursor cursor;

	cr_assert_eq(bytes.size, 942);
	seep__cursor_init(&cursor, bytes.data + 8, 4);
	cr_assert_eq(seep__cursor_le32(&cursor), 2);
	return bytes;
}

Test(upgrade, a_case_of_version_2_is_read_whole)
{
	struct test_bytes bytes = version_2();
	struct seep_snapshot *snapshot = test_restore(&bytes);
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
	seep_snapshot_free(snapshot);
	test_bytes_clear(&bytes);
}

/* What followed the header stayed as it was. */
Test(upgrade, saving_a_case_of_version_2_again_makes_it_the_newest)
{
	struct test_bytes bytes = version_2();
	struct seep_snapshot *snapshot = test_restore(&bytes);
	struct test_bytes saved = test_save(snapshot);
	struct seep_snapshot *again = test_restore(&saved);
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, saved.data + 8, 4);
	cr_assert_eq(seep__cursor_le32(&cursor), SEEP__CASE_VERSION);
	cr_assert_eq(saved.size, bytes.size);
	cr_assert_eq(memcmp(saved.data + SEEP__FRAME_HEAD,
			    bytes.data + SEEP__FRAME_HEAD,
			    bytes.size - SEEP__FRAME_HEAD),
		     0);
	seep_snapshot_free(again);
	seep_snapshot_free(snapshot);
	test_bytes_clear(&saved);
	test_bytes_clear(&bytes);
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

/* Its header has no checksum, and yet no bit makes version 3 of it. */
Test(upgrade, damage_to_a_case_of_version_2_is_refused)
{
	struct test_bytes bytes = version_2();
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
