/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "base/netset.h"
#include "support/alloc.h"
#include "support/flows.h"
#include "support/random.h"

static struct seep__mem *mem;
static struct seep__netset set;

static void
begin(void)
{
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__netset_init(&set, mem);
}

static void
end(void)
{
	seep__netset_clear(&set);
	seep__mem_unref(mem);
}

TestSuite(netset, .init = begin, .fini = end);

static void
add(const char *text, uint8_t value)
{
	struct seep_network network = test_network(text);

	cr_assert_eq(seep__netset_add(&set, &network, value), SEEP_OK);
}

/* The value of the network found, or -1. */
static int
find(const char *text)
{
	struct seep_address address = test_address(text);
	const struct seep__netset_entry *entry =
	    seep__netset_find(&set, &address);

	return entry != NULL ? entry->value : -1;
}

Test(netset, an_empty_set_holds_nothing)
{
	cr_assert_eq(find("10.0.0.1"), -1);
	cr_assert_eq(find("::"), -1);
}

Test(netset, the_longest_prefix_wins)
{
	add("10.0.0.0/8", 1);
	add("10.1.0.0/16", 2);
	add("10.1.2.0/24", 3);
	add("10.1.2.3/32", 4);
	add("0.0.0.0/0", 5);
	cr_assert_eq(find("10.9.9.9"), 1);
	cr_assert_eq(find("10.1.9.9"), 2);
	cr_assert_eq(find("10.1.2.9"), 3);
	cr_assert_eq(find("10.1.2.3"), 4);
	cr_assert_eq(find("11.0.0.0"), 5);
	cr_assert_eq(find("2001:db8::1"), -1);
	add("::/0", 6);
	cr_assert_eq(find("2001:db8::1"), 6);
	cr_assert_eq(find("11.0.0.0"), 5);
}

Test(netset, the_edges_of_a_network_belong_to_it)
{
	add("10.1.2.64/26", 1);
	cr_assert_eq(find("10.1.2.63"), -1);
	cr_assert_eq(find("10.1.2.64"), 1);
	cr_assert_eq(find("10.1.2.127"), 1);
	cr_assert_eq(find("10.1.2.128"), -1);
}

Test(netset, of_two_values_the_larger_stays)
{
	add("10.0.0.0/8", 3);
	add("10.0.0.0/8", 2);
	cr_assert_eq(find("10.0.0.1"), 3);
	add("10.0.0.0/8", 4);
	cr_assert_eq(find("10.0.0.1"), 4);
	cr_assert_eq(set.count, 1);
}

Test(netset, stray_bits_of_a_base_are_masked)
{
	struct seep_network network = test_network("10.1.2.3/32");

	network.prefix_bits = 96 + 8;
	cr_assert_eq(seep__netset_add(&set, &network, 1), SEEP_OK);
	add("10.0.0.0/8", 1);
	cr_assert_eq(set.count, 1);
	cr_assert_eq(find("10.255.255.255"), 1);
}

Test(netset, both_ends_of_the_address_range_are_found)
{
	add("::/128", 1);
	add("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 2);
	add("8000::/1", 3);
	cr_assert_eq(find("::"), 1);
	cr_assert_eq(find("::1"), -1);
	cr_assert_eq(find("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 2);
	cr_assert_eq(find("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), 3);
}

#define NETWORKS 3000

/* Networks that nest: a few bases, all lengths. */
static struct seep_network
random_network(uint64_t *state)
{
	struct seep_network network;
	int is_v4 = test_random(state) % 2 == 0;

	network.base = test_address(is_v4 ? "10.0.0.0" : "2001:db8::");
	for (unsigned i = is_v4 ? 13 : 4; i < 16; i++)
		network.base.bytes[i] = (uint8_t)(test_random(state) & 0x91);
	network.prefix_bits =
	    (uint8_t)(is_v4 ? 96 + test_random_below(state, 33)
			    : test_random_below(state, 129));
	return network;
}

Test(netset, agrees_with_a_scan_of_all_networks)
{
	static struct seep_network networks[NETWORKS];
	uint64_t state = 5;
	unsigned hits = 0;

	for (size_t i = 0; i < NETWORKS; i++) {
		networks[i] = random_network(&state);
		cr_assert_eq(seep__netset_add(&set, &networks[i], 1), SEEP_OK);
	}
	for (int probe = 0; probe < 3000; probe++) {
		struct seep_address address = random_network(&state).base;
		const struct seep__netset_entry *found =
		    seep__netset_find(&set, &address);
		int longest = -1;

		for (size_t i = 0; i < NETWORKS; i++) {
			if (networks[i].prefix_bits > longest &&
			    seep_network_contains(&networks[i], &address))
				longest = networks[i].prefix_bits;
		}
		cr_assert_eq(found ? found->network.prefix_bits : -1, longest);
		if (found != NULL)
			cr_assert(
			    seep_network_contains(&found->network, &address));
		hits += longest > 104;
	}
	cr_assert_gt(hits, 500);
}

Test(netset, the_order_of_adding_leaves_no_trace)
{
	static struct seep_network networks[200];
	struct seep__netset other;
	uint64_t state = 6;

	seep__netset_init(&other, mem);
	for (size_t i = 0; i < 200; i++) {
		networks[i] = random_network(&state);
		cr_assert_eq(seep__netset_add(&set, &networks[i], (uint8_t)i),
			     SEEP_OK);
	}
	for (size_t i = 200; i-- > 0;)
		cr_assert_eq(seep__netset_add(&other, &networks[i], (uint8_t)i),
			     SEEP_OK);
	cr_assert_eq(set.count, other.count);
	cr_assert_arr_eq(set.entries, other.entries,
			 set.count * sizeof(set.entries[0]));
	seep__netset_clear(&other);
}

static int
make_set(const struct seep_alloc *alloc, void *ctx)
{
	struct seep__mem *own;
	struct seep__netset made;
	uint64_t state = 7;
	int status = seep__mem_new(&own, alloc, 0);

	(void)ctx;
	if (status != SEEP_OK)
		return status;
	seep__netset_init(&made, own);
	for (int i = 0; i < 100 && status == SEEP_OK; i++) {
		struct seep_network network = random_network(&state);
		size_t before = made.count;

		status = seep__netset_add(&made, &network, 1);
		if (status != SEEP_OK)
			cr_assert_eq(made.count, before);
	}
	seep__netset_clear(&made);
	seep__mem_unref(own);
	return status;
}

Test(netset, survives_every_failed_allocation)
{
	size_t runs;
	const char *wrong = test_alloc_each(make_set, NULL, &runs);

	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 5);
}
