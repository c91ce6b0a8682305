/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/site.h"
#include "support/alloc.h"
#include "support/flows.h"
#include "support/random.h"

static struct seep_site *site;
static struct seep__mem *mem;
static struct seep__text saved;

static void
begin(void)
{
	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__text_init(&saved, mem);
}

static void
end(void)
{
	seep_site_free(site);
	seep__text_clear(&saved);
	seep__mem_unref(mem);
}

TestSuite(site, .init = begin, .fini = end);

static void
add_to(struct seep_site *to, enum seep_site_kind kind, const char *text)
{
	struct seep_network network = test_network(text);

	cr_assert_eq(seep_site_add(to, kind, &network), SEEP_OK);
}

static void
add(enum seep_site_kind kind, const char *text)
{
	add_to(site, kind, text);
}

static enum seep_place
place(const char *text)
{
	struct seep_address address = test_address(text);

	return seep_site_place(site, &address);
}

static void
check_host(const char *text, const char *expected)
{
	struct seep_address address = test_address(text);
	char host[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_format(seep_site_host(site, &address), host);
	cr_assert_str_eq(host, expected, "%s belongs to %s", text, host);
}

static void
join_to(struct seep_site *to, const char *a, const char *b)
{
	struct seep_address addresses[2] = {test_address(a), test_address(b)};

	cr_assert_eq(seep_site_join(to, addresses, 2), SEEP_OK);
}

Test(site, private_networks_are_local_by_default)
{
	static const char *const inside[] = {
	    "10.0.0.0",
	    "10.255.255.255",
	    "172.16.0.0",
	    "172.31.255.255",
	    "192.168.0.0",
	    "192.168.255.255",
	    "169.254.1.1",
	    "fc00::",
	    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "fe80::1",
	    "febf::1"};
	static const char *const outside[] = {
	    "9.255.255.255",   "11.0.0.0",    "172.15.255.255",  "172.32.0.0",
	    "192.167.255.255", "192.169.0.0", "169.253.255.255", "169.255.0.0",
	    "fbff::1",         "fe00::1",     "fe7f::1",         "fec0::1",
	    "100.64.0.1",      "192.0.2.1",   "2001:db8::1",     "8.8.8.8"};

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		struct seep_address address = test_address(inside[i]);

		cr_assert_eq(place(inside[i]), SEEP_PLACE_INSIDE, "%s",
			     inside[i]);
		cr_assert(seep__site_assumed(site, &address));
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		cr_assert_eq(place(outside[i]), SEEP_PLACE_OUTSIDE, "%s",
			     outside[i]);
}

Test(site, a_local_network_takes_the_place_of_the_defaults)
{
	struct seep_address address = test_address("192.0.2.1");

	add(SEEP_SITE_LOCAL, "192.0.2.0/24");
	cr_assert_eq(place("192.0.2.1"), SEEP_PLACE_INSIDE);
	cr_assert_eq(place("10.0.0.1"), SEEP_PLACE_OUTSIDE);
	cr_assert_not(seep__site_assumed(site, &address));
}

Test(site, servers_and_partners_leave_the_defaults_in_force)
{
	add(SEEP_SITE_SERVER, "10.2.0.0/24");
	add(SEEP_SITE_PARTNER, "192.0.2.0/24");
	cr_assert_eq(place("10.0.0.1"), SEEP_PLACE_INSIDE);
	cr_assert_eq(place("192.0.2.1"), SEEP_PLACE_PARTNER);
}

Test(site, some_addresses_are_inside_whatever_the_site)
{
	static const char *const specials[] = {
	    "224.0.0.0", "239.255.255.255", "255.255.255.255", "0.0.0.0",
	    "127.0.0.1", "127.255.255.255", "ff02::fb",        "::",
	    "::1"};
	static const char *const others[] = {
	    "223.255.255.255", "240.0.0.0", "255.255.255.254", "0.0.0.1",
	    "126.255.255.255", "128.0.0.0", "feff::1",         "::2"};

	add(SEEP_SITE_LOCAL, "192.0.2.0/24");
	add(SEEP_SITE_PARTNER, "0.0.0.0/0");
	add(SEEP_SITE_PARTNER, "::/0");
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		struct seep_address address = test_address(specials[i]);

		cr_assert_eq(place(specials[i]), SEEP_PLACE_INSIDE, "%s",
			     specials[i]);
		cr_assert(seep__site_special(&address));
		cr_assert_not(seep__site_assumed(site, &address));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct seep_address address = test_address(others[i]);

		cr_assert_eq(place(others[i]), SEEP_PLACE_PARTNER, "%s",
			     others[i]);
		cr_assert_not(seep__site_special(&address));
	}
}

Test(site, a_partner_wins_over_the_same_or_a_shorter_local_prefix)
{
	add(SEEP_SITE_LOCAL, "10.0.0.0/8");
	add(SEEP_SITE_PARTNER, "10.9.0.0/16");
	add(SEEP_SITE_PARTNER, "10.0.0.0/8");
	cr_assert_eq(place("10.1.0.1"), SEEP_PLACE_PARTNER);
	cr_assert_eq(place("10.9.0.1"), SEEP_PLACE_PARTNER);
}

Test(site, a_longer_local_prefix_wins_over_a_partner)
{
	add(SEEP_SITE_PARTNER, "10.0.0.0/8");
	add(SEEP_SITE_LOCAL, "10.1.0.0/16");
	cr_assert_eq(place("10.1.0.1"), SEEP_PLACE_INSIDE);
	cr_assert_eq(place("10.2.0.1"), SEEP_PLACE_PARTNER);
	add(SEEP_SITE_PARTNER, "10.1.2.0/24");
	cr_assert_eq(place("10.1.2.1"), SEEP_PLACE_PARTNER);
}

Test(site, a_default_network_never_wins_over_a_partner)
{
	add(SEEP_SITE_PARTNER, "192.0.0.0/3");
	cr_assert_eq(place("192.168.0.1"), SEEP_PLACE_PARTNER,
		     "though 192.168.0.0/16 is longer");
	cr_assert_eq(place("10.0.0.1"), SEEP_PLACE_INSIDE);
}

Test(site, servers_are_those_declared)
{
	struct seep_address server = test_address("10.2.0.7");
	struct seep_address other = test_address("10.2.1.7");

	cr_assert_not(seep_site_is_server(site, &server));
	add(SEEP_SITE_SERVER, "10.2.0.0/24");
	cr_assert(seep_site_is_server(site, &server));
	cr_assert_not(seep_site_is_server(site, &other));
	cr_assert_eq(place("203.0.113.1"), SEEP_PLACE_OUTSIDE);
	add(SEEP_SITE_SERVER, "203.0.113.0/24");
	cr_assert_eq(place("203.0.113.1"), SEEP_PLACE_OUTSIDE,
		     "a server network makes nothing local");
}

Test(site, arguments_out_of_range_are_refused)
{
	struct seep_network network = test_network("10.0.0.0/8");
	struct seep_address address = test_address("10.0.0.1");

	cr_assert_eq(seep_site_add(site, (enum seep_site_kind)3, &network),
		     SEEP_EINVAL);
	cr_assert_eq(seep_site_add(site, (enum seep_site_kind) - 1, &network),
		     SEEP_EINVAL);
	network.prefix_bits = 129;
	cr_assert_eq(seep_site_add(site, SEEP_SITE_LOCAL, &network),
		     SEEP_EINVAL);
	cr_assert_eq(seep_site_join(site, &address, 0), SEEP_EINVAL);
	cr_assert_eq(seep_site_join(site, NULL, 0), SEEP_EINVAL);
}

Test(site, a_host_is_known_by_its_lowest_address)
{
	struct seep_address three[] = {test_address("10.0.0.9"),
				       test_address("10.0.0.5"),
				       test_address("2001:db8::1")};

	check_host("10.0.0.9", "10.0.0.9");
	cr_assert_eq(seep_site_join(site, three, 3), SEEP_OK);
	check_host("10.0.0.9", "10.0.0.5");
	check_host("10.0.0.5", "10.0.0.5");
	/* IPv4 sorts as ::ffff:0:0/96, before the global IPv6 range. */
	check_host("2001:db8::1", "10.0.0.5");
	check_host("10.0.0.6", "10.0.0.6");
}

Test(site, groups_that_share_an_address_become_one)
{
	join_to(site, "10.0.0.5", "10.0.0.9");
	join_to(site, "10.0.0.7", "10.0.0.8");
	check_host("10.0.0.8", "10.0.0.7");
	join_to(site, "10.0.0.9", "10.0.0.8");
	check_host("10.0.0.7", "10.0.0.5");
	check_host("10.0.0.8", "10.0.0.5");
	check_host("10.0.0.9", "10.0.0.5");
	join_to(site, "10.0.0.8", "10.0.0.1");
	check_host("10.0.0.5", "10.0.0.1");
	check_host("10.0.0.7", "10.0.0.1");
}

Test(site, an_address_joined_with_itself_changes_nothing)
{
	struct seep_site *other;

	cr_assert_eq(seep_site_new(&other, NULL), SEEP_OK);
	join_to(other, "10.0.0.5", "10.0.0.5");
	cr_assert(seep__site_equal(site, other));
	seep_site_free(other);
}

/* Joins against labels that are repainted until nothing changes. */
#define ADDRESSES 60

static struct seep_address
nth(unsigned i)
{
	struct seep_address address = test_address("10.0.0.0");

	address.bytes[15] = (uint8_t)(i * 37 % ADDRESSES);
	return address;
}

Test(site, joins_agree_with_repainted_labels_in_any_order)
{
	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct seep_address label[ADDRESSES];
		struct seep_site *made;
		uint64_t state = seed;

		cr_assert_eq(seep_site_new(&made, NULL), SEEP_OK);
		for (unsigned i = 0; i < ADDRESSES; i++)
			label[i] = nth(i);
		for (int join = 0; join < 25; join++) {
			unsigned members[4];
			struct seep_address addresses[4];
			size_t count = 1 + test_random_below(&state, 4);

			for (size_t k = 0; k < count; k++) {
				members[k] = (unsigned)test_random_below(
				    &state, ADDRESSES);
				addresses[k] = nth(members[k]);
			}
			cr_assert_eq(seep_site_join(made, addresses, count),
				     SEEP_OK);
			for (size_t k = 0; k < count * 2; k++) {
				struct seep_address *a =
				    &label[members[k % count]];
				struct seep_address *b = &label[members[0]];
				int order = seep_address_compare(a, b);
				struct seep_address high = order < 0 ? *b : *a;
				struct seep_address low = order < 0 ? *a : *b;

				for (unsigned i = 0; i < ADDRESSES; i++) {
					if (seep_address_compare(&label[i],
								 &high) == 0)
						label[i] = low;
				}
			}
		}
		for (unsigned i = 0; i < ADDRESSES; i++) {
			struct seep_address address = nth(i);

			cr_assert_eq(
			    seep_address_compare(seep_site_host(made, &address),
						 &label[i]),
			    0);
		}
		seep_site_free(made);
	}
}

/* A site with everything, filled forwards or backwards. */
static void
fill(struct seep_site *to, int backwards)
{
	static const char *const rows[][2] = {
	    {"l", "10.0.0.0/8"},      {"l", "2001:db8::/32"},
	    {"p", "10.9.0.0/16"},     {"s", "10.2.0.7/32"},
	    {"s", "10.2.0.0/24"},     {"l", "10.0.0.0/8"},
	    {"10.0.0.5", "10.0.0.9"}, {"10.0.0.9", "10.0.0.7"},
	    {"10.1.0.1", "fe80::1"},
	};
	size_t count = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < count; i++) {
		const char *const *row = rows[backwards ? count - 1 - i : i];

		if (row[0][0] == 'l')
			add_to(to, SEEP_SITE_LOCAL, row[1]);
		else if (row[0][0] == 'p')
			add_to(to, SEEP_SITE_PARTNER, row[1]);
		else if (row[0][0] == 's')
			add_to(to, SEEP_SITE_SERVER, row[1]);
		else
			join_to(to, row[0], row[1]);
	}
}

Test(site, saved_bytes_do_not_depend_on_the_order_of_adding)
{
	struct seep_site *other;
	struct seep__text others;

	cr_assert_eq(seep_site_new(&other, NULL), SEEP_OK);
	seep__text_init(&others, mem);
	fill(site, 0);
	fill(other, 1);
	cr_assert(seep__site_equal(site, other));
	seep__site_save(site, &saved);
	seep__site_save(other, &others);
	cr_assert_eq(saved.failed, SEEP_OK);
	/* 4 counts, 5 networks of 17, 5 members of 32. */
	cr_assert_eq(saved.size, 4 * 4 + 5 * 17 + 5 * 32);
	cr_assert_eq(others.size, saved.size);
	cr_assert_arr_eq(saved.data, others.data, saved.size);
	seep__text_clear(&others);
	seep_site_free(other);
}

Test(site, what_was_saved_is_loaded_and_copied_equal)
{
	struct seep__cursor cursor;
	struct seep_site *loaded, *copied;
	struct seep_address address = test_address("10.0.0.9");

	fill(site, 0);
	seep__site_save(site, &saved);
	seep__text_str(&saved, "behind");
	seep__cursor_init(&cursor, saved.data, saved.size);
	cr_assert_eq(seep__site_load(&loaded, &cursor, mem), SEEP_OK);
	cr_assert_eq(seep__cursor_left(&cursor), 6);
	cr_assert(seep__site_equal(site, loaded));
	cr_assert_eq(seep_site_host(loaded, &address)->bytes[15], 5);
	cr_assert_eq(seep__site_copy(&copied, loaded, mem), SEEP_OK);
	seep_site_free(loaded);
	cr_assert(seep__site_equal(site, copied));
	add_to(copied, SEEP_SITE_LOCAL, "192.0.2.0/24");
	cr_assert_not(seep__site_equal(site, copied));
	seep_site_free(copied);
}

Test(site, every_difference_is_seen)
{
	static const enum seep_site_kind kinds[] = {
	    SEEP_SITE_LOCAL, SEEP_SITE_PARTNER, SEEP_SITE_SERVER};

	for (size_t i = 0; i < 4; i++) {
		struct seep_site *other;

		cr_assert_eq(seep__site_copy(&other, NULL, mem), SEEP_OK);
		cr_assert(seep__site_equal(site, other));
		if (i < 3)
			add_to(other, kinds[i], "10.0.0.0/8");
		else
			join_to(other, "10.0.0.1", "10.0.0.2");
		cr_assert_not(seep__site_equal(site, other), "%zu", i);
		cr_assert_not(seep__site_equal(other, site), "%zu", i);
		seep_site_free(other);
	}
}

Test(site, sites_that_differ_only_in_their_last_network_are_not_equal)
{
	struct seep_site *other;

	cr_assert_eq(seep_site_new(&other, NULL), SEEP_OK);
	for (int i = 0; i < 2; i++) {
		struct seep_site *to = i ? other : site;

		add_to(to, SEEP_SITE_LOCAL, "10.0.0.0/8");
		add_to(to, SEEP_SITE_LOCAL, "10.1.0.0/16");
		add_to(to, SEEP_SITE_LOCAL, i ? "10.1.2.0/24" : "10.1.3.0/24");
	}
	cr_assert_not(seep__site_equal(site, other));
	seep_site_free(other);
}

Test(site, sites_that_differ_only_in_their_last_host_are_not_equal)
{
	struct seep_site *other;

	cr_assert_eq(seep_site_new(&other, NULL), SEEP_OK);
	join_to(site, "10.0.0.1", "10.0.0.2");
	join_to(site, "10.0.0.3", "10.0.0.4");
	join_to(other, "10.0.0.1", "10.0.0.2");
	join_to(other, "10.0.0.3", "10.0.0.5");
	cr_assert_not(seep__site_equal(site, other));
	seep_site_free(other);
}

Test(site, says_which_kinds_of_network_were_declared)
{
	cr_assert_not(seep__site_declares(site, SEEP_SITE_LOCAL));
	add(SEEP_SITE_PARTNER, "192.0.2.0/24");
	cr_assert_not(seep__site_declares(site, SEEP_SITE_LOCAL));
	cr_assert(seep__site_declares(site, SEEP_SITE_PARTNER));
}

static int
load(const void *data, size_t size)
{
	struct seep__cursor cursor;
	struct seep_site *loaded;
	int status;

	seep__cursor_init(&cursor, data, size);
	status = seep__site_load(&loaded, &cursor, mem);
	cr_assert_eq(loaded == NULL, status != SEEP_OK);
	seep_site_free(loaded);
	return status;
}

Test(site, a_saved_site_cut_anywhere_is_refused)
{
	fill(site, 0);
	seep__site_save(site, &saved);
	for (size_t size = 0; size < saved.size; size++) {
		/* A copy of just these bytes, for the sanitizer's sake. */
		char *cut = malloc(size > 0 ? size : 1);

		memcpy(cut, saved.data, size);
		cr_assert_eq(load(cut, size), SEEP_EFORMAT, "%zu", size);
		free(cut);
	}
	cr_assert_eq(load(saved.data, saved.size), SEEP_OK);
}

/* What loads must save as the same bytes: so a form that is not canonical
 * cannot be accepted. */
Test(site, any_flipped_bit_is_refused_or_canonical)
{
	unsigned refused = 0;

	fill(site, 0);
	seep__site_save(site, &saved);
	for (size_t bit = 0; bit < 8 * saved.size; bit++) {
		struct seep__cursor cursor;
		struct seep_site *loaded;

		saved.data[bit / 8] ^= (char)(1 << bit % 8);
		seep__cursor_init(&cursor, saved.data, saved.size);
		if (seep__site_load(&loaded, &cursor, mem) == SEEP_OK) {
			struct seep__text again;

			seep__text_init(&again, mem);
			seep__site_save(loaded, &again);
			cr_assert_eq(again.size, cursor.at);
			cr_assert_arr_eq(again.data, saved.data, again.size);
			seep__text_clear(&again);
			seep_site_free(loaded);
		} else {
			refused++;
		}
		saved.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	cr_assert_gt(refused, 500);
}

Test(site, groups_that_nobody_could_have_saved_are_refused)
{
	/* Two members whose last bytes and hosts the rows give. */
	static const struct {
		uint8_t address[2], host[2];
		int status;
	} rows[] = {
	    {{1, 2}, {1, 1}, SEEP_OK},
	    {{1, 2}, {1, 2}, SEEP_EFORMAT}, /* groups of one */
	    {{1, 2}, {2, 2}, SEEP_EFORMAT}, /* not the lowest */
	    {{1, 2}, {1, 3}, SEEP_EFORMAT}, /* a host unknown */
	    {{2, 1}, {1, 1}, SEEP_EFORMAT}, /* descending */
	    {{1, 1}, {1, 1}, SEEP_EFORMAT}, /* twice */
	    {{1, 2}, {2, 1}, SEEP_EFORMAT}, /* a circle */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[16 + 64] = {[12] = 2};

		for (int m = 0; m < 2; m++) {
			bytes[16 + 32 * m + 15] = rows[i].address[m];
			bytes[16 + 32 * m + 31] = rows[i].host[m];
		}
		cr_assert_eq(load(bytes, sizeof(bytes)), rows[i].status, "%zu",
			     i);
	}
}

Test(site, a_count_that_promises_too_much_takes_no_memory)
{
	uint8_t bytes[16] = {0xff, 0xff, 0xff, 0xff};
	uint64_t before = seep__mem_used_max(mem);

	cr_assert_eq(load(bytes, sizeof(bytes)), SEEP_EFORMAT);
	cr_assert_leq(seep__mem_used_max(mem), before + 1024);
}

static int
make_site(const struct seep_alloc *alloc, void *ctx)
{
	struct seep_site *made;
	int status = seep_site_new(&made, alloc);

	(void)ctx;
	if (status != SEEP_OK) {
		cr_assert_null(made);
		return status;
	}
	for (unsigned i = 0; i < 30 && status == SEEP_OK; i++) {
		struct seep_network network = {.prefix_bits = 128};
		struct seep_address pair[2] = {nth(i), nth(i + 1)};

		network.base = nth(i);
		status = seep_site_add(made, SEEP_SITE_LOCAL, &network);
		if (status == SEEP_OK)
			status = seep_site_join(made, pair, 2);
	}
	seep_site_free(made);
	return status;
}

static int
copy_and_load(const struct seep_alloc *alloc, void *ctx)
{
	const struct seep__text *bytes = ctx;
	struct seep__cursor cursor;
	struct seep_site *loaded = NULL, *copied = NULL;
	struct seep__mem *own;
	int status = seep__mem_new(&own, alloc, 0);

	if (status != SEEP_OK)
		return status;
	seep__cursor_init(&cursor, bytes->data, bytes->size);
	status = seep__site_load(&loaded, &cursor, own);
	if (status == SEEP_OK)
		status = seep__site_copy(&copied, loaded, own);
	cr_assert_eq(copied == NULL, status != SEEP_OK);
	seep_site_free(loaded);
	seep_site_free(copied);
	seep__mem_unref(own);
	return status;
}

Test(site, survives_every_failed_allocation)
{
	size_t runs;
	const char *wrong = test_alloc_each(make_site, NULL, &runs);

	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 6);
	fill(site, 0);
	seep__site_save(site, &saved);
	wrong = test_alloc_each(copy_and_load, &saved, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 8);
}

Test(site, freeing_nothing_is_fine)
{
	seep_site_free(NULL);
}
