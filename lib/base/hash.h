/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hash.h - a keyed 64-bit hash: whoever does not know the seed cannot aim.
 *
 * Algorithm   SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input
 *             PRF", 2012; 1-3 as in the Linux kernel and Rust) for bytes.
 * Results of the library never depend on the seed; tables iterate in
 * address order.
 */
#ifndef SEEP_BASE_HASH_H
#define SEEP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* struct seep__hash_key: 128 bits, made from the caller's seed. */
struct seep__hash_key {
	uint64_t k0;
	uint64_t k1;
};

/* seep__hash_key_init() spreads a 64-bit seed over a key (splitmix64). */
void
seep__hash_key_init(struct seep__hash_key *key, uint64_t seed);

/* seep__hash_bytes() hashes 'size' bytes, any alignment, 0 allowed. */
uint64_t
seep__hash_bytes(const struct seep__hash_key *key, const void *data,
		 size_t size);

/*
 * seep__hash_checksum() is an unkeyed 64-bit checksum (SipHash-2-4 under a
 * fixed key) for saved sections and file contents: it finds damage, it
 * authenticates nothing.
 */
uint64_t
seep__hash_checksum(const void *data, size_t size);

/* struct seep__hash_stream: the same checksum, fed in pieces. */
struct seep__hash_stream {
	uint64_t v[4];
	uint64_t tail;
	uint64_t size;
};

/* seep__hash_stream_init() starts the checksum of no bytes. */
void
seep__hash_stream_init(struct seep__hash_stream *stream);

/* seep__hash_stream_feed() adds bytes; how they are cut does not matter. */
void
seep__hash_stream_feed(struct seep__hash_stream *stream, const void *data,
		       size_t size);

/* seep__hash_stream_sum() equals seep__hash_checksum() of all bytes fed. */
uint64_t
seep__hash_stream_sum(const struct seep__hash_stream *stream);

#endif
