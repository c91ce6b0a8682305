/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/netset.h"

#include <assert.h>
#include <string.h>

#define BITS_MAX 128

void
seep__netset_init(struct seep__netset *set, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(set, 0, sizeof(*set));
	set->mem = mem;
}

void
seep__netset_clear(struct seep__netset *set)
{
	assert(set->count <= set->room);
	seep__mem_put(set->mem, set->entries,
		      set->room * sizeof(set->entries[0]));
	seep__netset_init(set, set->mem);
}

static int
compare(const struct seep_network *a, const struct seep_network *b)
{
	int order = seep_address_compare(&a->base, &b->base);

	return order != 0 ? order : (int)a->prefix_bits - (int)b->prefix_bits;
}

/* The first entry that does not come before 'network'. */
static size_t
find_place(const struct seep__netset *set, const struct seep_network *network)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&set->entries[middle].network, network) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
is_at(const struct seep__netset *set, size_t at,
      const struct seep_network *network)
{
	assert(at <= set->count);
	return at < set->count &&
	       compare(&set->entries[at].network, network) == 0;
}

/* The network of 'bits' that 'address' would lie in. */
static struct seep_network
network_of(const struct seep_address *address, unsigned bits)
{
	struct seep_network network = {.prefix_bits = (uint8_t)bits};

	assert(bits <= BITS_MAX);
	memcpy(network.base.bytes, address->bytes, (bits + 7) / 8);
	if (bits % 8 != 0)
		network.base.bytes[bits / 8] &= (uint8_t)(0xff00u >> bits % 8);
	return network;
}

int
seep__netset_add(struct seep__netset *set, const struct seep_network *network,
		 uint8_t value)
{
	struct seep_network masked;
	void *entries = set->entries;
	size_t at;
	int status;

	assert(set != NULL && network != NULL);
	assert(network->prefix_bits <= BITS_MAX);
	masked = network_of(&network->base, network->prefix_bits);
	at = find_place(set, &masked);
	if (is_at(set, at, &masked)) {
		if (set->entries[at].value < value)
			set->entries[at].value = value;
		return SEEP_OK;
	}
	status = seep__mem_grow(set->mem, &entries, &set->room, set->count + 1,
				sizeof(set->entries[0]));
	if (status != SEEP_OK)
		return status;
	set->entries = entries;
	memmove(set->entries + at + 1, set->entries + at,
		(set->count - at) * sizeof(set->entries[0]));
	set->entries[at].network = masked;
	set->entries[at].value = value;
	set->count++;
	set->lengths[masked.prefix_bits / 64] |= UINT64_C(1)
						 << masked.prefix_bits % 64;
	return SEEP_OK;
}

/* The entry for the network of 'bits' that holds 'address', or NULL. */
static const struct seep__netset_entry *
find_length(const struct seep__netset *set, const struct seep_address *address,
	    unsigned bits)
{
	const struct seep_network network = network_of(address, bits);
	const size_t at = find_place(set, &network);

	return is_at(set, at, &network) ? &set->entries[at] : NULL;
}

/* Every flow asks several times: only lengths that occur are looked at. */
const struct seep__netset_entry *
seep__netset_find(const struct seep__netset *set,
		  const struct seep_address *address)
{
	const size_t words = sizeof(set->lengths) / sizeof(set->lengths[0]);

	assert(set != NULL && address != NULL);
	assert(set->count == 0 || set->entries != NULL);
	for (size_t word = words; set->count > 0 && word > 0; word--) {
		uint64_t left = set->lengths[word - 1];

		while (left != 0) {
			const unsigned bit =
			    63 - (unsigned)__builtin_clzll(left);
			const struct seep__netset_entry *found = find_length(
			    set, address, (unsigned)(word - 1) * 64 + bit);

			if (found != NULL)
				return found;
			left &= ~(UINT64_C(1) << bit);
		}
	}
	return NULL;
}
