/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/address.h>

#include "support/flows.h"
#include "support/random.h"

static void
check_format(const char *input, const char *expected)
{
	struct seep_address address;
	char text[SEEP_ADDRESS_TEXT_SIZE];

	cr_assert_eq(seep_address_parse(input, strlen(input), &address),
		     SEEP_OK, "%s", input);
	cr_assert_eq(seep_address_format(&address, text), strlen(expected));
	cr_assert_str_eq(text, expected, "%s gave %s", input, text);
}

Test(address, is_written_as_rfc_5952_says)
{
	static const char *const rows[][2] = {
	    /* Section 1: nine spellings of one address. */
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:db8::1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:db8:0:0:1::1", "2001:db8::1:0:0:1"},
	    {"2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"},
	    {"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"},
	    /* 4.1 leading zeros, 4.2.1 as short as possible. */
	    {"2001:0db8::0001", "2001:db8::1"},
	    {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
	    /* 4.2.2 one group alone stays. */
	    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    /* 4.2.3 the longest run; the first of equals. */
	    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    /* 4.3 lower case. */
	    {"2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:0001",
	     "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
	    /* 5 embedded IPv4 of a known prefix. */
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"::ffff:c000:201", "192.0.2.1"},
	    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
	    /* Both ends. */
	    {"::", "::"},
	    {"::1", "::1"},
	    {"1::", "1::"},
	    {"0:0:0:0:0:0:0:1", "::1"},
	    {"1:0:0:0:0:0:0:0", "1::"},
	    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	    {"1:0:0:4:0:0:7:8", "1::4:0:0:7:8"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	    {"0.0.0.0", "0.0.0.0"},
	    {"255.255.255.255", "255.255.255.255"},
	    {"10.20.30.104", "10.20.30.104"},
	    {"1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_format(rows[i][0], rows[i][1]);
}

Test(address, what_is_none_is_refused_and_nothing_written)
{
	static const char *const texts[] = {
	    "",
	    " ",
	    "1",
	    "1.2.3",
	    "1.2.3.4.5",
	    "1.2.3.256",
	    "1.2.3.04",
	    "01.2.3.4",
	    "1.2.3.00",
	    "1..3.4",
	    ".1.2.3",
	    "1.2.3.",
	    "1.2.3.4 ",
	    " 1.2.3.4",
	    "1.2.3.-4",
	    "+1.2.3.4",
	    "0x1.2.3.4",
	    "1.2.3.4/24",
	    "1.2.3.1000",
	    "99999999999999999999.1.1.1",
	    "a.b.c.d",
	    ":",
	    ":::",
	    "1:",
	    ":1",
	    "1:2:3:4:5:6:7",
	    "1:2:3:4:5:6:7:",
	    ":1:2:3:4:5:6:7",
	    "1:2:3:4:5:6:7:8:9",
	    "1:2:3:4:5:6:7:8:",
	    "1::2::3",
	    "::1::",
	    "1:::2",
	    "12345::",
	    "g::",
	    "::fffff",
	    "1:2:3:4:5:6:7:8::",
	    "::1:2:3:4:5:6:7:8",
	    "1:2:3:4::5:6:7:8",
	    "fe80::1%eth0",
	    "[::1]",
	    "::1.2.3",
	    "::1.2.3.4.5",
	    "::1.2.3.256",
	    "1.2.3.4::",
	    "::1.2.3.4:5",
	    "1:2:3:4:5:6:7:1.2.3.4",
	    "1:2:3:4:5:1.2.3.4",
	    "::ffff:01.2.3.4",
	    "::.1.2.3",
	    "1.2:3::",
	    "::1 ",
	    "::1\n",
	    "-::1",
	    "::-1",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seep_address address;

		memset(&address, 0xa5, sizeof(address));
		cr_assert_eq(
		    seep_address_parse(texts[i], strlen(texts[i]), &address),
		    SEEP_EFORMAT, "'%s'", texts[i]);
		for (int b = 0; b < 16; b++)
			cr_assert_eq(address.bytes[b], 0xa5);
	}
}

Test(address, only_size_bytes_are_read)
{
	struct seep_address a;

	cr_assert_eq(seep_address_parse("10.0.0.12", 8, &a), SEEP_OK);
	cr_assert_eq(a.bytes[15], 1);
	cr_assert_eq(seep_address_parse("10.0.0.1", 9, &a), SEEP_EFORMAT,
		     "the NUL is no part of it");
	cr_assert_eq(seep_address_parse("::12", 3, &a), SEEP_OK);
	cr_assert_eq(a.bytes[15], 1);
}

Test(address, every_byte_and_every_prefix_is_written_in_decimal)
{
	for (unsigned i = 0; i < 256; i++) {
		char expected[SEEP_NETWORK_TEXT_SIZE];
		char text[SEEP_NETWORK_TEXT_SIZE];
		struct seep_network network;

		snprintf(expected, sizeof(expected), "%u.1.%u.%u", i, i,
			 255 - i);
		check_format(expected, expected);
		snprintf(expected, sizeof(expected), "::/%u", i);
		if (i > 128) {
			cr_assert_eq(seep_network_parse(
					 expected, strlen(expected), &network),
				     SEEP_EFORMAT);
			continue;
		}
		network = test_network(expected);
		seep_network_format(&network, text);
		cr_assert_str_eq(text, expected);
	}
}

Test(address, texts_cut_anywhere_are_read_no_further)
{
	static const char *const texts[] = {"2001:db8::192.0.2.255/128",
					    "192.0.2.255/32",
					    "1:22:333:4444:5:6:7:8/127"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t size = 0; size <= strlen(texts[i]); size++) {
			/* Just these bytes, for the sanitizer's sake. */
			char *cut = malloc(size > 0 ? size : 1);
			struct seep_network network;
			int status;

			memcpy(cut, texts[i], size);
			status = seep_network_parse(cut, size, &network);
			if (size == strlen(texts[i]))
				cr_assert_eq(status, SEEP_OK);
			else if (size == 0 || cut[size - 1] == '/')
				cr_assert_eq(status, SEEP_EFORMAT);
			free(cut);
		}
	}
}

Test(address, v4_lies_in_the_mapped_range)
{
	static const uint8_t expected[16] = {0, 0, 0,    0,    0,   0, 0, 0,
					     0, 0, 0xff, 0xff, 192, 0, 2, 1};
	struct seep_address address = test_address("192.0.2.1");

	cr_assert_arr_eq(address.bytes, expected, 16);
}

/* Addresses with many zeros, where the rules of the text bite. */
static struct seep_address
random_address(uint64_t *state)
{
	struct seep_address address;
	uint64_t pattern = test_random(state);

	for (unsigned i = 0; i < 16; i++) {
		int zero = pattern >> i / 2 * 2 & 1;

		address.bytes[i] = zero ? 0 : (uint8_t)test_random(state);
		if (pattern >> 40 & 1 && i % 2 == 0)
			address.bytes[i] = 0;
	}
	return address;
}

Test(address, text_is_read_back_by_us_and_by_the_c_library)
{
	uint64_t state = 11;

	for (int i = 0; i < 20000; i++) {
		struct seep_address address = random_address(&state);
		struct seep_address back;
		struct in6_addr other;
		char text[SEEP_ADDRESS_TEXT_SIZE];
		size_t size = seep_address_format(&address, text);

		cr_assert_eq(size, strlen(text));
		cr_assert_eq(seep_address_parse(text, size, &back), SEEP_OK,
			     "%s", text);
		cr_assert_eq(seep_address_compare(&address, &back), 0, "%s",
			     text);
		cr_assert_eq(inet_pton(AF_INET6, text, &other), 1, "%s", text);
		cr_assert_arr_eq(&other, address.bytes, 16, "%s", text);
	}
}

Test(address, mangled_text_is_judged_as_the_c_library_does)
{
	static const char letters[] = "0123456789abcdefABF::::....";
	uint64_t state = 12;
	unsigned accepted = 0;

	for (int i = 0; i < 200000; i++) {
		struct seep_address address = random_address(&state);
		struct seep_address ours;
		uint8_t theirs[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
		char text[SEEP_ADDRESS_TEXT_SIZE + 1];
		size_t size;
		int good;

		if (i % 2)
			memcpy(address.bytes, test_address("1.2.3.4").bytes,
			       12);
		size = seep_address_format(&address, text);
		text[test_random_below(&state, size)] =
		    letters[test_random_below(&state, sizeof(letters) - 1)];
		good = inet_pton(AF_INET, text, theirs + 12) == 1 ||
		       inet_pton(AF_INET6, text, theirs) == 1;
		cr_assert_eq(seep_address_parse(text, size, &ours) == SEEP_OK,
			     good, "%s", text);
		if (good)
			cr_assert_arr_eq(ours.bytes, theirs, 16, "%s", text);
		accepted += (unsigned)good;
	}
	cr_assert_gt(accepted, 20000);
	cr_assert_lt(accepted, 180000);
}

Test(network, is_read_masked_and_written)
{
	static const char *const rows[][2] = {
	    {"192.0.2.0/24", "192.0.2.0/24"},
	    {"10.1.2.3/8", "10.0.0.0/8"},
	    {"10.1.2.3/9", "10.0.0.0/9"},
	    {"10.255.2.3/9", "10.128.0.0/9"},
	    {"192.0.2.1", "192.0.2.1/32"},
	    {"192.0.2.1/32", "192.0.2.1/32"},
	    {"255.1.1.1/0", "0.0.0.0/0"},
	    {"2001:db8:ffff::1/32", "2001:db8::/32"},
	    {"2001:db8::1", "2001:db8::1/128"},
	    {"fe80::1/10", "fe80::/10"},
	    {"ffff::/1", "8000::/1"},
	    {"ffff::/0", "::/0"},
	    {"::ffff:10.1.2.3/104", "10.0.0.0/8"},
	    {"::ffff:10.1.2.3/90", "::ffc0:0:0/90"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seep_network network = test_network(rows[i][0]);
		char text[SEEP_NETWORK_TEXT_SIZE];

		cr_assert_eq(seep_network_format(&network, text),
			     strlen(rows[i][1]));
		cr_assert_str_eq(text, rows[i][1], "%s", rows[i][0]);
	}
}

Test(network, what_is_none_is_refused)
{
	static const char *const texts[] = {
	    "",
	    "/",
	    "/8",
	    "10.0.0.0/",
	    "10.0.0.0/33",
	    "10.0.0.0/08",
	    "10.0.0.0/-1",
	    "10.0.0.0/8/8",
	    "10.0.0.0/ 8",
	    "10.0.0.0/8 ",
	    "10.0.0/8",
	    "::/129",
	    "::/1000",
	    "::/",
	    "10.0.0.0/128",
	    "10.0.0.0/255.0.0.0",
	    "::/4294967296",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seep_network network = {.prefix_bits = 77};

		cr_assert_eq(
		    seep_network_parse(texts[i], strlen(texts[i]), &network),
		    SEEP_EFORMAT, "'%s'", texts[i]);
		cr_assert_eq(network.prefix_bits, 77);
	}
}

/* Bit by bit, as slowly as the definition. */
static int
shares_prefix(const struct seep_address *a, const struct seep_address *b,
	      unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		if ((a->bytes[i / 8] ^ b->bytes[i / 8]) & 0x80 >> i % 8)
			return 0;
	}
	return 1;
}

Test(network, contains_what_shares_its_first_bits)
{
	uint64_t state = 13;

	for (unsigned bits = 0; bits <= 128; bits++) {
		for (int i = 0; i < 100; i++) {
			struct seep_network network = {.prefix_bits = 128};
			struct seep_address address = random_address(&state);
			unsigned flip =
			    (unsigned)test_random_below(&state, 128);

			network.base = address;
			network.prefix_bits = (uint8_t)bits;
			address.bytes[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
			cr_assert_eq(
			    seep_network_contains(&network, &address),
			    shares_prefix(&network.base, &address, bits));
			cr_assert_eq(seep_network_contains(&network, &address),
				     flip >= bits);
		}
	}
}

Test(address, only_mapped_addresses_are_v4)
{
	static const struct {
		const char *text;
		int v4;
	} cases[] = {{"192.0.2.1", 1},   {"::ffff:192.0.2.1", 1},
		     {"::192.0.2.1", 0}, {"::fffe:192.0.2.1", 0},
		     {"2001:db8::1", 0}, {"::", 0}};
	struct seep_address address;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(seep_address_parse(cases[i].text,
						strlen(cases[i].text),
						&address),
			     SEEP_OK, "%s", cases[i].text);
		cr_assert_eq(seep_address_is_v4(&address), cases[i].v4, "%s",
			     cases[i].text);
	}
}
