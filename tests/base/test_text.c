/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "support/alloc.h"
#include "support/flows.h"
#include "support/random.h"

static struct seep__mem *mem;
static struct seep__text text;

static void
begin(void)
{
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__text_init(&text, mem);
}

static void
end(void)
{
	seep__text_clear(&text);
	seep__mem_unref(mem);
}

TestSuite(text, .init = begin, .fini = end);

/* Asserts what the text is and empties it. */
static void
check(const char *expected)
{
	cr_assert_eq(text.failed, SEEP_OK);
	cr_assert_eq(text.size, strlen(expected), "%s", text.data);
	cr_assert_str_eq(text.data, expected);
	seep__text_reset(&text);
}

Test(text, grows_and_is_always_terminated)
{
	seep__text_add(&text, "", 0);
	check("");
	seep__text_str(&text, "abc");
	seep__text_char(&text, 'd');
	seep__text_add(&text, "efgh", 2);
	check("abcdef");
	for (int i = 0; i < 10000; i++) {
		seep__text_char(&text, 'x');
		cr_assert_eq(strlen(text.data), text.size);
	}
}

Test(text, numbers_have_no_padding_and_no_sign)
{
	uint64_t state = 1;

	seep__text_u64(&text, 0);
	check("0");
	seep__text_u64(&text, UINT64_MAX);
	check("18446744073709551615");
	for (int i = 0; i < 1000; i++) {
		uint64_t value = test_random(&state) >> i % 64;
		char expected[24];

		snprintf(expected, sizeof(expected), "%" PRIu64, value);
		seep__text_u64(&text, value);
		check(expected);
	}
}

Test(text, scaled_numbers_have_exactly_their_digits)
{
	static const struct {
		uint64_t value;
		unsigned digits;
		const char *text;
	} rows[] = {
	    {412, 1, "41.2"},
	    {0, 0, "0"},
	    {0, 2, "0.00"},
	    {5, 3, "0.005"},
	    {100, 2, "1.00"},
	    {99, 2, "0.99"},
	    {10, 1, "1.0"},
	    {UINT64_MAX, 0, "18446744073709551615"},
	    {UINT64_MAX, 19, "1.8446744073709551615"},
	    {UINT64_MAX, 20, "0.18446744073709551615"},
	    {1, 20, "0.00000000000000000001"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seep__text_scaled(&text, rows[i].value, rows[i].digits);
		check(rows[i].text);
	}
}

Test(text, a_locale_with_commas_changes_nothing)
{
	/* Present or not on this machine, the output is the same. */
	(void)setlocale(LC_ALL, "de_DE.UTF-8");
	seep__text_scaled(&text, 1234567, 1);
	check("123456.7");
}

Test(text, times_are_whole_seconds_rounded_down)
{
	seep__text_time(&text, 0);
	check("1970-01-01T00:00:00Z");
	seep__text_time(&text, INT64_C(1772323800) * SEC + SEC - 1);
	check("2026-03-01T00:10:00Z");
	seep__text_time(&text, -1);
	check("1969-12-31T23:59:59Z");
	seep__text_time(&text, INT64_MAX);
	check("2262-04-11T23:47:16Z");
	seep__text_time(&text, INT64_MIN);
	check("1677-09-21T00:12:43Z");
}

Test(text, sizes_are_cut_to_three_digits_never_rounded_up)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
	    {0, "0 B"},
	    {999, "999 B"},
	    {1000, "1.00 kB"},
	    {1009, "1.00 kB"},
	    {9999, "9.99 kB"},
	    {10000, "10.0 kB"},
	    {99999, "99.9 kB"},
	    {100000, "100 kB"},
	    {999999, "999 kB"},
	    {1000000, "1.00 MB"},
	    {2678400000, "2.67 GB"},
	    {UINT64_C(240000000000), "240 GB"},
	    {UINT64_C(170000000000000), "170 TB"},
	    {UINT64_C(9007199254740992), "9.00 PB"},
	    {UINT64_MAX, "18.4 EB"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seep__text_bytes_si(&text, rows[i].bytes);
		check(rows[i].text);
	}
}

Test(text, addresses_and_networks_are_written)
{
	struct seep_address address = test_address("2001:db8::1");
	struct seep_network network = test_network("192.0.2.0/24");

	seep__text_address(&text, &address);
	seep__text_char(&text, ' ');
	seep__text_network(&text, &network);
	check("2001:db8::1 192.0.2.0/24");
}

Test(text, what_is_not_printable_is_escaped)
{
	seep__text_escaped(&text, "plain text ~!", 13);
	check("plain text ~!");
	seep__text_escaped(&text, "a\\b\n\x1b[2J\x7f\xc3\xa9\0z", 13);
	check("a\\x5cb\\x0a\\x1b[2J\\x7f\\xc3\\xa9\\x00z");
	seep__text_escaped(&text, "", 0);
	check("");
}

Test(text, every_byte_escapes_to_printable_ascii)
{
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;

		seep__text_escaped(&text, &byte, 1);
		for (size_t i = 0; i < text.size; i++)
			cr_assert(text.data[i] >= 0x20 && text.data[i] < 0x7f);
		cr_assert_eq(text.size,
			     c >= 0x20 && c < 0x7f && c != '\\' ? 1 : 4);
		seep__text_reset(&text);
	}
}

Test(text, an_append_that_fails_leaves_the_text_and_is_remembered, .init = NULL,
     .fini = NULL)
{
	struct test_alloc alloc;
	struct seep__mem *failing;
	struct seep__text line;

	test_alloc_init(&alloc, TEST_FAILS_ON, 3);
	cr_assert_eq(seep__mem_new(&failing, &alloc.alloc, 0), SEEP_OK);
	seep__text_init(&line, failing);
	seep__text_str(&line, "short");
	seep__text_str(&line, "long enough to need more room");
	cr_assert_eq(line.failed, SEEP_ENOMEM);
	cr_assert_str_eq(line.data, "short");
	seep__text_char(&line, 'x');
	cr_assert_str_eq(line.data, "short", "though 'x' would fit");
	seep__text_reset(&line);
	seep__text_char(&line, 'x');
	cr_assert_eq(line.failed, SEEP_OK);
	cr_assert_str_eq(line.data, "x");
	seep__text_clear(&line);
	seep__mem_unref(failing);
	cr_assert_eq(alloc.blocks, 0);
}

Test(text, a_size_that_fails_leaves_no_number_without_its_unit, .init = NULL,
     .fini = NULL)
{
	struct test_alloc alloc;
	struct seep__mem *failing;
	struct seep__text line;

	test_alloc_init(&alloc, TEST_FAILS_ON, 3);
	cr_assert_eq(seep__mem_new(&failing, &alloc.alloc, 0), SEEP_OK);
	seep__text_init(&line, failing);
	seep__text_str(&line, "ab:");
	seep__text_bytes_si(&line, 9999);
	cr_assert_eq(line.failed, SEEP_ENOMEM);
	cr_assert_str_eq(line.data, "ab:");
	seep__text_clear(&line);
	seep__mem_unref(failing);
}
