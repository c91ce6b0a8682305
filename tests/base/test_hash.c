/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "support/random.h"

/*
 * SipHash-2-4 under the key 00..0f of the message 00..(i-1): the first 16
 * of the 64 outputs published with the reference implementation
 * (vectors.h), as little-endian numbers. That of 15 bytes is also in the
 * paper, appendix A.
 */
static const uint64_t siphash_2_4[] = {
    UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd),
    UINT64_C(0x0d6c8009d9a94f5a), UINT64_C(0x85676696d7fb7e2d),
    UINT64_C(0xcf2794e0277187b7), UINT64_C(0x18765564cd99a68d),
    UINT64_C(0xcbc9466e58fee3ce), UINT64_C(0xab0200f58b01d137),
    UINT64_C(0x93f5f5799a932462), UINT64_C(0x9e0082df0ba9e4b0),
    UINT64_C(0x7a5dbbc594ddb9f3), UINT64_C(0xf4b32f46226bada7),
    UINT64_C(0x751e8fbc860ee5fb), UINT64_C(0x14ea5627c0843d90),
    UINT64_C(0xf723ca908e7af2ee), UINT64_C(0xa129ca6149be45e5),
};

/* SipHash-1-3 under the zero key of the same messages, from 1 byte on, as
 * CPython 3.11 computes hash(bytes) with PYTHONHASHSEED=0. */
static const uint64_t siphash_1_3[] = {
    UINT64_C(0x68a914128e01e473), UINT64_C(0x010bac45c41e3669),
    UINT64_C(0x4d4c9a4a8ef6e0ad), UINT64_C(0x7cc43f98813e4dbd),
    UINT64_C(0x5abe2169dff36275), UINT64_C(0xe3c25f87624f1cdb),
    UINT64_C(0x2f098ab0c751325a), UINT64_C(0xead411e67ebe2eea),
    UINT64_C(0x75927f9d95124362), UINT64_C(0xaf9f77a65ab51a1d),
    UINT64_C(0xfe64ce8b6617fcff), UINT64_C(0xa6baf4fb0f9fe1c2),
    UINT64_C(0xa0cf3211850f8e0d), UINT64_C(0x7f86049379fbfe67),
    UINT64_C(0xf30eb725bb91c9ea), UINT64_C(0x8972188433a5c5b7),
};

static void
count_up(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)i;
}

Test(hash, the_checksum_agrees_with_the_published_vectors)
{
	uint8_t message[16];

	count_up(message, sizeof(message));
	for (size_t i = 0; i < 16; i++)
		cr_assert_eq(seep__hash_checksum(message, i), siphash_2_4[i],
			     "%zu bytes", i);
}

Test(hash, the_keyed_hash_agrees_with_another_siphash_1_3)
{
	static const struct seep__hash_key zero;
	uint8_t message[64];

	count_up(message, sizeof(message));
	for (size_t i = 0; i < 16; i++)
		cr_assert_eq(seep__hash_bytes(&zero, message, i + 1),
			     siphash_1_3[i], "%zu bytes", i + 1);
	cr_assert_eq(seep__hash_bytes(&zero, message, 63),
		     UINT64_C(0x385d3e39e5f37359));
	cr_assert_eq(seep__hash_bytes(&zero, message, 64),
		     UINT64_C(0x75e05fd5bbc870c6));
}

Test(hash, a_stream_cut_anywhere_gives_the_same_sum)
{
	uint8_t bytes[41];

	count_up(bytes, sizeof(bytes));
	for (size_t a = 0; a <= sizeof(bytes); a++) {
		for (size_t b = a; b <= sizeof(bytes); b++) {
			struct seep__hash_stream stream;

			seep__hash_stream_init(&stream);
			seep__hash_stream_feed(&stream, bytes, a);
			seep__hash_stream_feed(&stream, bytes + a, b - a);
			seep__hash_stream_feed(&stream, bytes + b,
					       sizeof(bytes) - b);
			cr_assert_eq(seep__hash_stream_sum(&stream),
				     seep__hash_checksum(bytes, sizeof(bytes)),
				     "cut at %zu and %zu", a, b);
		}
	}
}

Test(hash, asking_for_the_sum_does_not_end_the_stream)
{
	struct seep__hash_stream stream;

	seep__hash_stream_init(&stream);
	seep__hash_stream_feed(&stream, "abc", 3);
	cr_assert_eq(seep__hash_stream_sum(&stream),
		     seep__hash_checksum("abc", 3));
	seep__hash_stream_feed(&stream, "defghijkl", 9);
	cr_assert_eq(seep__hash_stream_sum(&stream),
		     seep__hash_checksum("abcdefghijkl", 12));
}

Test(hash, alignment_does_not_matter)
{
	static const struct seep__hash_key key = {1, 2};
	uint8_t room[80];
	uint64_t first = 0;

	for (size_t at = 0; at < 16; at++) {
		count_up(room + at, 64);
		if (at == 0)
			first = seep__hash_bytes(&key, room, 61);
		cr_assert_eq(seep__hash_bytes(&key, room + at, 61), first);
	}
}

Test(hash, zeros_at_the_end_count)
{
	static const uint8_t zeros[32];
	static const struct seep__hash_key key = {1, 2};

	for (size_t a = 0; a < 32; a++) {
		for (size_t b = 0; b < a; b++) {
			cr_assert_neq(seep__hash_bytes(&key, zeros, a),
				      seep__hash_bytes(&key, zeros, b));
			cr_assert_neq(seep__hash_checksum(zeros, a),
				      seep__hash_checksum(zeros, b));
		}
	}
}

Test(hash, seeds_give_keys_that_differ_in_both_halves)
{
	struct seep__hash_key zero, one;

	seep__hash_key_init(&zero, 0);
	seep__hash_key_init(&one, 1);
	/* splitmix64's published first output for the seed 0. */
	cr_assert_eq(zero.k0, UINT64_C(0xe220a8397b1dcdaf));
	cr_assert_neq(zero.k0, one.k0);
	cr_assert_neq(zero.k1, one.k1);
	cr_assert_neq(zero.k0, zero.k1);
	cr_assert_neq(seep__hash_bytes(&zero, "a", 1),
		      seep__hash_bytes(&one, "a", 1));
}

Test(hash, any_flipped_bit_changes_the_checksum)
{
	uint8_t bytes[24];
	uint64_t sum;

	count_up(bytes, sizeof(bytes));
	sum = seep__hash_checksum(bytes, sizeof(bytes));
	for (unsigned bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert_neq(seep__hash_checksum(bytes, sizeof(bytes)), sum);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
