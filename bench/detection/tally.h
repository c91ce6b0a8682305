/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tally.h - sums by key: how many bytes to which peer, seen by how many.
 *
 * Memory   an open table of powers of two, at most half full.
 */
#ifndef BENCH_DETECTION_TALLY_H
#define BENCH_DETECTION_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

/* struct tally_key: unused fields are 0. */
struct tally_key {
	struct seep_address address;
	uint16_t port;
	uint8_t protocol;
	uint8_t pull;
	uint32_t tag;
};

struct tally_entry {
	struct tally_key key;
	uint64_t value;
	uint64_t extra;
	uint32_t used;
	uint32_t reserved;
};

struct tally {
	struct tally_entry *entries;
	size_t room; /* 0 or a power of two */
	size_t count;
};

/* tally_at() returns the entry of 'key', made with zeros if it was not
 * there; NULL when memory is short. Valid until the next call. */
struct tally_entry *
tally_at(struct tally *tally, const struct tally_key *key);

/* tally_find() returns the entry of 'key' or NULL. */
const struct tally_entry *
tally_find(const struct tally *tally, const struct tally_key *key);

/* tally_pack() moves the used entries to the front, most value first, ties
 * by key, and returns their number; only tally_clear() may follow. */
size_t
tally_pack(struct tally *tally);

void
tally_clear(struct tally *tally);

#endif
