/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/hash.h"

#include <assert.h>

/*
 * CHECKSUM_K0, _K1: the bytes 00 01 .. 0f, the key of the vectors that
 * SipHash's authors published, so that these test the checksum itself.
 * Changing it makes every saved case unreadable.
 */
#define CHECKSUM_K0 UINT64_C(0x0706050403020100)
#define CHECKSUM_K1 UINT64_C(0x0f0e0d0c0b0a0908)

static inline uint64_t
rotate_left(uint64_t x, unsigned bits)
{
	assert(bits > 0 && bits < 64);
	return x << bits | x >> (64 - bits);
}

/* The compilers make one load of this; it has no alignment to keep. */
static inline uint64_t
load_le64(const uint8_t *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 |
	       (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
	       (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

static inline void
mix(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate_left(v[1], 13) ^ v[0];
	v[0] = rotate_left(v[0], 32);
	v[2] += v[3];
	v[3] = rotate_left(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate_left(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate_left(v[1], 17) ^ v[2];
	v[2] = rotate_left(v[2], 32);
}

static inline void
absorb(uint64_t v[4], uint64_t word, unsigned rounds)
{
	assert(rounds == 1 || rounds == 2);
	v[3] ^= word;
	for (unsigned i = 0; i < rounds; i++)
		mix(v);
	v[0] ^= word;
}

static inline uint64_t
squeeze(uint64_t v[4], unsigned rounds)
{
	v[2] ^= 0xff;
	for (unsigned i = 0; i < rounds; i++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline void
set_key(uint64_t v[4], uint64_t k0, uint64_t k1)
{
	v[0] = k0 ^ UINT64_C(0x736f6d6570736575);
	v[1] = k1 ^ UINT64_C(0x646f72616e646f6d);
	v[2] = k0 ^ UINT64_C(0x6c7967656e657261);
	v[3] = k1 ^ UINT64_C(0x7465646279746573);
}

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void
seep__hash_key_init(struct seep__hash_key *key, uint64_t seed)
{
	assert(key != NULL);
	key->k0 = splitmix(&seed);
	key->k1 = splitmix(&seed);
}

uint64_t
seep__hash_bytes(const struct seep__hash_key *key, const void *data,
		 size_t size)
{
	const uint8_t *at = data;
	uint64_t last = (uint64_t)size << 56;
	uint64_t v[4];

	assert(key != NULL);
	assert(data != NULL || size == 0);
	set_key(v, key->k0, key->k1);
	for (size_t words = size / 8; words > 0; words--, at += 8)
		absorb(v, load_le64(at), 1);
	for (unsigned i = 0; i < size % 8; i++)
		last |= (uint64_t)at[i] << (8 * i);
	absorb(v, last, 1);
	return squeeze(v, 3);
}

uint64_t
seep__hash_checksum(const void *data, size_t size)
{
	struct seep__hash_stream stream;

	seep__hash_stream_init(&stream);
	seep__hash_stream_feed(&stream, data, size);
	return seep__hash_stream_sum(&stream);
}

void
seep__hash_stream_init(struct seep__hash_stream *stream)
{
	assert(stream != NULL);
	set_key(stream->v, CHECKSUM_K0, CHECKSUM_K1);
	stream->tail = 0;
	stream->size = 0;
}

/* Bytes wait in 'tail' until they are a word; size % 8 says how many do. */
static void
feed_byte(struct seep__hash_stream *stream, uint8_t byte)
{
	unsigned held = (unsigned)(stream->size++ % 8);

	stream->tail |= (uint64_t)byte << (8 * held);
	if (held == 7) {
		absorb(stream->v, stream->tail, 2);
		stream->tail = 0;
	}
}

void
seep__hash_stream_feed(struct seep__hash_stream *stream, const void *data,
		       size_t size)
{
	const uint8_t *at = data;

	assert(data != NULL || size == 0);
	for (; size > 0 && stream->size % 8 != 0; size--)
		feed_byte(stream, *at++);
	for (; size >= 8; size -= 8, at += 8) {
		absorb(stream->v, load_le64(at), 2);
		stream->size += 8;
	}
	for (; size > 0; size--)
		feed_byte(stream, *at++);
}

uint64_t
seep__hash_stream_sum(const struct seep__hash_stream *stream)
{
	uint64_t v[4] = {stream->v[0], stream->v[1], stream->v[2],
			 stream->v[3]};

	assert(stream != NULL);
	absorb(v, stream->size << 56 | stream->tail, 2);
	return squeeze(v, 4);
}
