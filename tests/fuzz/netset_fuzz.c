/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of networks against a list that is walked whole.
 *
 * Claims     the longest prefix wins; of two values of a network the larger
 *            stays; the order of adding does not matter.
 * Input      8 bytes an operation: add a network or find an address.
 */
#include <string.h>

#include "base/netset.h"
#include "fuzz/fuzz.h"

#define NETWORKS_MAX 200

struct list {
	struct seep__netset_entry at[NETWORKS_MAX];
	size_t count;
};

/* Few bits differ, at both ends, so that networks nest and touch. */
static struct seep_address
take_address(struct fuzz_take *take)
{
	struct seep_address address = {{0}};
	const uint8_t how = fuzz_u8(take);

	if (how & 1)
		memset(address.bytes + 10, 0xff, 2);
	else
		address.bytes[0] = how & 0xc0;
	for (int i = 12; i < 16; i++)
		address.bytes[i] = fuzz_u8(take);
	return address;
}

static struct seep_network
take_network(struct fuzz_take *take)
{
	struct seep_network network = {take_address(take), 0};
	const uint8_t prefix = fuzz_u8(take);

	network.prefix_bits = prefix > 128 ? 96 + prefix % 33 : prefix;
	for (int bit = network.prefix_bits; bit < 128; bit++)
		network.base.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return network;
}

static int
same_network(const struct seep_network *a, const struct seep_network *b)
{
	return a->prefix_bits == b->prefix_bits &&
	       seep_address_compare(&a->base, &b->base) == 0;
}

static void
naive_add(struct list *list, const struct seep_network *network, uint8_t value)
{
	for (size_t i = 0; i < list->count; i++) {
		struct seep__netset_entry *entry = &list->at[i];

		if (!same_network(&entry->network, network))
			continue;
		if (value > entry->value)
			entry->value = value;
		return;
	}
	list->at[list->count].network = *network;
	list->at[list->count++].value = value;
}

static const struct seep__netset_entry *
naive_find(const struct list *list, const struct seep_address *address)
{
	const struct seep__netset_entry *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct seep__netset_entry *entry = &list->at[i];

		if (seep_network_contains(&entry->network, address) &&
		    (best == NULL ||
		     entry->network.prefix_bits > best->network.prefix_bits))
			best = entry;
	}
	return best;
}

static void
check_find(const struct seep__netset *set, const struct list *list,
	   const struct seep_address *address)
{
	const struct seep__netset_entry *got = seep__netset_find(set, address);
	const struct seep__netset_entry *wanted = naive_find(list, address);

	FUZZ_CHECK((got == NULL) == (wanted == NULL));
	if (got == NULL)
		return;
	FUZZ_CHECK(same_network(&got->network, &wanted->network));
	FUZZ_CHECK(got->value == wanted->value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__netset set;
	struct seep__mem *mem = fuzz_mem();
	struct list list;

	list.count = 0;
	seep__netset_init(&set, mem);
	while (take.size > 0 && list.count < NETWORKS_MAX) {
		const uint8_t operation = fuzz_u8(&take);
		const struct seep_network network = take_network(&take);

		if (operation & 0x80) {
			FUZZ_CHECK(seep__netset_add(&set, &network,
						    operation & 3) == SEEP_OK);
			naive_add(&list, &network, operation & 3);
		}
		check_find(&set, &list, &network.base);
	}
	FUZZ_CHECK(set.count == list.count);
	seep__netset_clear(&set);
	fuzz_mem_end(mem);
	return 0;
}
