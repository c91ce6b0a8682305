/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "input/qname.h"
#include "support/random.h"

static struct seep__asked asked;

static enum seep__qname_kind
ask(const char *text)
{
	struct seep__qname name;

	memset(&asked, 0, sizeof(asked));
	if (!seep__qname_split(&name, text, strlen(text)))
		return SEEP__QNAME_BAD;
	return seep__qname_ask(&name, &asked);
}

static void
expect(const char *text, const char *domain, uint32_t bytes)
{
	cr_assert_eq(ask(text), SEEP__QNAME_DOMAIN, "%s", text);
	cr_assert_str_eq(asked.domain, domain, "%s", text);
	cr_assert_eq(asked.domain_size, strlen(domain));
	cr_assert_eq(asked.bytes, bytes, "%s: %u", text, asked.bytes);
}

Test(qname, counts_what_stands_below_the_registered_domain)
{
	expect("example.com", "example.com", 0);
	expect("www.example.com", "example.com", 4);
	expect("a.b.example.com", "example.com", 4);
	expect("6dde0175375169c68f.dnsc.r-1x.com", "r-1x.com", 24);
	expect("www.example.com.", "example.com", 4);
	expect("WWW.Example.COM", "example.com", 4);
}

#ifdef SEEP_HAVE_PSL
Test(qname, knows_suffixes_of_more_than_one_label)
{
	expect("data.example.co.uk", "example.co.uk", 5);
	expect("a.b.c.kobe.jp", "b.c.kobe.jp", 2);
	expect("x.city.kobe.jp", "city.kobe.jp", 2);
	expect("x.someone.github.io", "someone.github.io", 2);
	expect("4.3.2.1.in-addr.arpa", "1.in-addr.arpa", 6);
	cr_assert_eq(ask("co.uk"), SEEP__QNAME_NONE);
	cr_assert_eq(ask("com"), SEEP__QNAME_NONE);
}

/* The site's own suffixes end in a word that is not listed. */
Test(qname, takes_the_last_word_where_no_suffix_is_listed)
{
	expect("host.corp.local", "local", 10);
	expect("nas.lan", "lan", 4);
	expect("10.0.0.7", "7", 7);
}
#else
Test(qname, takes_two_labels_without_a_list)
{
	expect("data.example.co.uk", "co.uk", 13);
	expect("host.corp.local", "corp.local", 5);
}
#endif

/* What iodine, dnscat2 and others send straight to their server. */
Test(qname, counts_every_byte_of_a_name_that_ends_in_data)
{
	expect("dnscat.0a1b2c3d4e5f60718293a4b5c6d7e8f9", "(no public suffix)",
	       39);
	expect("0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d", "(no public suffix)",
	       40);
	expect("a.b7", "(no public suffix)", 4);
}

Test(qname, has_no_domain_in_the_root_or_a_host_s_name)
{
	cr_assert_eq(ask(""), SEEP__QNAME_NONE);
	cr_assert_eq(ask("."), SEEP__QNAME_NONE);
	cr_assert_eq(ask("wpad"), SEEP__QNAME_NONE);
	cr_assert_eq(ask("DESKTOP-1A2B3C4"), SEEP__QNAME_NONE);
}

Test(qname, refuses_what_is_no_name)
{
	char text[300];

	cr_assert_eq(ask("a..example.com"), SEEP__QNAME_BAD);
	cr_assert_eq(ask(".example.com"), SEEP__QNAME_BAD);
	cr_assert_eq(ask("example.com.."), SEEP__QNAME_BAD);
	cr_assert_eq(ask(".."), SEEP__QNAME_BAD);
	memset(text, 'a', 64);
	strcpy(text + 64, ".example.com");
	cr_assert_eq(ask(text), SEEP__QNAME_BAD);
	strcpy(text + 63, ".example.com");
	cr_assert_eq(ask(text), SEEP__QNAME_DOMAIN);
	cr_assert_eq(asked.bytes, 64);
}

/* 253 characters are 255 bytes on the wire with the root. */
Test(qname, holds_253_characters_and_no_more)
{
	char text[300] = "";

	for (int i = 0; i < 3; i++) {
		memset(text + 64 * i, 'a' + i, 63);
		text[64 * i + 63] = '.';
	}
	memset(text + 192, 'd', 57);
	strcpy(text + 249, ".com");
	cr_assert_eq(strlen(text), 253);
	cr_assert_eq(ask(text), SEEP__QNAME_DOMAIN);
	cr_assert_eq(asked.bytes, 192);
	memset(text + 192, 'd', 58);
	strcpy(text + 250, ".com");
	cr_assert_eq(ask(text), SEEP__QNAME_BAD);
}

Test(qname, writes_bytes_so_that_no_two_names_have_one_text)
{
	struct seep__qname name = {0};

	cr_assert(seep__qname_add(&name, "x", 1));
	cr_assert(seep__qname_add(&name, "a.\\\0\xff B", 7));
	cr_assert(seep__qname_add(&name, "com", 3));
	cr_assert_eq(seep__qname_ask(&name, &asked), SEEP__QNAME_DOMAIN);
	cr_assert_str_eq(asked.domain, "a\\x2e\\x5c\\x00\\xff\\x20b.com");
	cr_assert_eq(asked.bytes, 2);
}

/* 63 bytes that all need escaping make more text than a name may have. */
Test(qname, refuses_a_domain_that_no_registry_takes)
{
	struct seep__qname name = {0};
	uint8_t label[63];

	memset(label, 0x80, sizeof(label));
	cr_assert(seep__qname_add(&name, label, sizeof(label)));
	cr_assert(seep__qname_add(&name, "com", 3));
	cr_assert_eq(seep__qname_ask(&name, &asked), SEEP__QNAME_BAD);
}

Test(qname, never_says_more_bytes_than_there_are)
{
	struct seep__qname name;
	uint64_t state = 5;
	uint8_t label[64];

	for (int i = 0; i < 20000; i++) {
		size_t labels = 1 + test_random_below(&state, 8);

		name.size = 0;
		for (; labels > 0; labels--) {
			size_t size = test_random_below(&state, 65);
			size_t k;

			for (k = 0; k < sizeof(label); k++)
				label[k] = (uint8_t)test_random(&state);
			if (size == 64)
				size = 65;
			(void)seep__qname_add(&name, label, size);
		}
		if (test_random_below(&state, 2) == 0)
			(void)seep__qname_add(&name, "org", 3);
		if (seep__qname_ask(&name, &asked) != SEEP__QNAME_DOMAIN)
			continue;
		cr_assert_leq(asked.bytes, name.size);
		cr_assert_eq(strlen(asked.domain), asked.domain_size);
		cr_assert_leq(asked.domain_size, SEEP_NAME_SIZE_MAX);
	}
}

Test(qname, becomes_a_flow_of_the_host_that_asked)
{
	struct seep_address orig, domain;
	struct seep_flow flow;

	cr_assert_eq(seep_address_parse("10.0.0.1", 8, &orig), SEEP_OK);
	expect("data.example.com", "example.com", 5);
	seep__qname_flow(&asked, &orig, 77, &flow);
	seep_name_address("example.com", 11, &domain);
	cr_assert_eq(flow.start_ns, 77);
	cr_assert_eq(flow.end_ns, 77);
	cr_assert_eq(seep_address_compare(&flow.orig, &orig), 0);
	cr_assert_eq(seep_address_compare(&flow.resp, &domain), 0);
	cr_assert_eq(flow.bytes_orig, 5);
	cr_assert_eq(flow.packets_orig, 1);
	cr_assert_eq(flow.protocol, 17);
	cr_assert_eq(flow.port_resp, 53);
	cr_assert_eq(flow.opener, SEEP_OPENER_ORIG);
	cr_assert_eq(flow.flags, SEEP_FLOW_NAME | SEEP_FLOW_RECORDED);
}
