/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netset.h - a set of networks with a value each; longest prefix wins.
 *
 * Algorithm   networks sorted by (base, prefix); a lookup walks the few
 *             prefix lengths in use from the longest, binary search each.
 * Memory      18 bytes per network, doubling.
 * Time        O(lengths in use x log n) per lookup; adding is O(n), or
 *             O(log n) when the networks come in ascending order.
 */
#ifndef SEEP_BASE_NETSET_H
#define SEEP_BASE_NETSET_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "base/mem.h"

struct seep__netset_entry {
	struct seep_network network;
	uint8_t value;
};

struct seep__netset {
	struct seep__mem *mem;
	struct seep__netset_entry *entries; /* sorted, see netset.c */
	size_t count;
	size_t room;
	uint64_t lengths[3]; /* bit b: a network of prefix_bits b is there */
};

/* seep__netset_init() makes an empty set on 'mem', which must outlive it. */
void
seep__netset_init(struct seep__netset *set, struct seep__mem *mem);

/* seep__netset_clear() empties it and gives its memory back. */
void
seep__netset_clear(struct seep__netset *set);

/*
 * seep__netset_add() adds a network or raises its value: of two values for
 * one network the larger stays. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__netset_add(struct seep__netset *set, const struct seep_network *network,
		 uint8_t value);

/*
 * seep__netset_find() returns the entry with the longest prefix that
 * contains 'address', or NULL.
 */
const struct seep__netset_entry *
seep__netset_find(const struct seep__netset *set,
		  const struct seep_address *address);

#endif
