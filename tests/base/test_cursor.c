/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "base/cursor.h"
#include "support/random.h"

Test(cursor, reads_both_orders)
{
	static const uint8_t bytes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9, 10,
					11, 12, 13, 14, 15, 16, 17, 18, 19};
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, bytes, sizeof(bytes));
	cr_assert_eq(seep__cursor_u8(&cursor), 0x01);
	cr_assert_eq(seep__cursor_be16(&cursor), 0x0203);
	cr_assert_eq(seep__cursor_be32(&cursor), 0x04050607);
	cr_assert_eq(seep__cursor_le32(&cursor), 0x0b0a0908);
	cr_assert_eq(seep__cursor_le64(&cursor), UINT64_C(0x131211100f0e0d0c));
	cr_assert_eq(seep__cursor_left(&cursor), 0);
	cr_assert_not(cursor.failed);
}

Test(cursor, high_bytes_do_not_leak_a_sign)
{
	uint8_t bytes[23];
	struct seep__cursor cursor;

	memset(bytes, 0xff, sizeof(bytes));
	seep__cursor_init(&cursor, bytes, sizeof(bytes));
	cr_assert_eq(seep__cursor_u8(&cursor), UINT8_MAX);
	cr_assert_eq(seep__cursor_be16(&cursor), UINT16_MAX);
	cr_assert_eq(seep__cursor_be32(&cursor), UINT32_MAX);
	cr_assert_eq(seep__cursor_le32(&cursor), UINT32_MAX);
	cr_assert_eq(seep__cursor_le64(&cursor), UINT64_MAX);
}

Test(cursor, a_read_beyond_the_end_fails_and_stays_failed)
{
	static const uint8_t bytes[] = {1, 2, 3};
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, bytes, sizeof(bytes));
	cr_assert_eq(seep__cursor_be32(&cursor), 0);
	cr_assert(cursor.failed);
	cr_assert_eq(seep__cursor_u8(&cursor), 0, "though a byte is there");
	cr_assert_eq(seep__cursor_left(&cursor), 0);
	cr_assert_null(seep__cursor_bytes(&cursor, 0));
}

Test(cursor, every_kind_of_read_needs_all_of_its_bytes)
{
	uint8_t bytes[8] = {1, 1, 1, 1, 1, 1, 1, 1};

	for (size_t size = 0; size < 8; size++) {
		struct seep__cursor c;

		seep__cursor_init(&c, bytes, size);
		cr_assert_eq(seep__cursor_le64(&c), 0);
		cr_assert(c.failed);
		seep__cursor_init(&c, bytes, size);
		cr_assert_eq(seep__cursor_le32(&c) != 0, size >= 4);
		seep__cursor_init(&c, bytes, size);
		cr_assert_eq(seep__cursor_be32(&c) != 0, size >= 4);
		seep__cursor_init(&c, bytes, size);
		cr_assert_eq(seep__cursor_be16(&c) != 0, size >= 2);
		seep__cursor_init(&c, bytes, size);
		cr_assert_eq(seep__cursor_u8(&c) != 0, size >= 1);
	}
}

Test(cursor, skipping_a_size_that_wraps_fails)
{
	static const uint8_t bytes[] = {1, 2, 3};
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, bytes, sizeof(bytes));
	seep__cursor_skip(&cursor, 2);
	cr_assert_eq(seep__cursor_left(&cursor), 1);
	seep__cursor_skip(&cursor, SIZE_MAX);
	cr_assert(cursor.failed);
}

Test(cursor, an_empty_one_has_nothing_but_zero_bytes)
{
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, NULL, 0);
	cr_assert_eq(seep__cursor_left(&cursor), 0);
	cr_assert_not_null(seep__cursor_bytes(&cursor, 0));
	cr_assert_not(cursor.failed);
	cr_assert_null(seep__cursor_bytes(&cursor, 1));
}

static void
check_varint(uint64_t value, size_t size)
{
	uint8_t bytes[10];
	struct seep__cursor cursor;

	cr_assert_eq(seep__varint_put(bytes, value), size);
	seep__cursor_init(&cursor, bytes, size);
	cr_assert_eq(seep__cursor_varint(&cursor), value);
	cr_assert_not(cursor.failed);
	cr_assert_eq(seep__cursor_left(&cursor), 0);
	for (size_t cut = 0; cut < size; cut++) {
		seep__cursor_init(&cursor, bytes, cut);
		cr_assert_eq(seep__cursor_varint(&cursor), 0);
		cr_assert(cursor.failed, "cut at %zu", cut);
	}
}

Test(varint, numbers_come_back_at_every_length)
{
	uint64_t state = 1;

	check_varint(0, 1);
	check_varint(UINT64_MAX, 10);
	for (unsigned bits = 1; bits < 64; bits++) {
		check_varint((UINT64_C(1) << bits) - 1, (bits + 6) / 7);
		check_varint(UINT64_C(1) << bits, bits / 7 + 1);
	}
	for (int i = 0; i < 1000; i++) {
		uint64_t value = test_random(&state) >> (i % 64);
		uint8_t bytes[10];

		check_varint(value, seep__varint_put(bytes, value));
	}
}

static int
is_refused(const char *bytes, size_t size)
{
	struct seep__cursor cursor;

	seep__cursor_init(&cursor, bytes, size);
	return seep__cursor_varint(&cursor) == 0 && cursor.failed;
}

Test(varint, longer_forms_and_larger_values_are_refused)
{
	cr_assert(is_refused("\x80\x00", 2), "zero in two bytes");
	cr_assert(is_refused("\xff\x80\x00", 3), "a final zero");
	cr_assert(is_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10),
		  "2^64 and more");
	cr_assert(
	    is_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11),
	    "eleven bytes");
	cr_assert(is_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10),
		  "zero in ten bytes");
}

Test(cursor, what_is_put_little_endian_is_read_back)
{
	uint8_t bytes[13] = {0};
	struct seep__cursor cursor;

	bytes[4] = 0x77;
	seep__le32_put(bytes, UINT32_C(0x89abcdef));
	cr_assert_eq(bytes[4], 0x77, "four bytes and no more");
	bytes[12] = 0x77;
	seep__le64_put(bytes + 4, UINT64_C(0xfedcba9876543210));
	cr_assert_eq(bytes[12], 0x77, "eight bytes and no more");
	cr_assert_eq(bytes[0], 0xef);
	cr_assert_eq(bytes[4], 0x10);
	seep__cursor_init(&cursor, bytes, sizeof(bytes));
	cr_assert_eq(seep__cursor_le32(&cursor), UINT32_C(0x89abcdef));
	cr_assert_eq(seep__cursor_le64(&cursor), UINT64_C(0xfedcba9876543210));
}
