/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/digest.h"

#include <assert.h>
#include <string.h>

#ifdef SEEP_HAVE_SHA256

/* The interface as it was before OpenSSL 3. */
#define OPENSSL_API_COMPAT 0x10101000L
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct seep__sha *)0)->state),
	       "room for libcrypto's state");

static void
start(struct seep__sha *sha)
{
	SHA256_CTX state;

	assert(sha->taken == 0);
	(void)SHA256_Init(&state);
	memcpy(sha->state, &state, sizeof(state));
}

static void
add(struct seep__sha *sha, const void *data, size_t size)
{
	SHA256_CTX state;

	assert(data != NULL);
	memcpy(&state, sha->state, sizeof(state));
	(void)SHA256_Update(&state, data, size);
	memcpy(sha->state, &state, sizeof(state));
}

/* What is left of 'taken' bytes after whole blocks. */
static size_t
rest_of(const struct seep__sha *sha)
{
	return (size_t)(sha->taken % SHA256_CBLOCK);
}

static void
save_state(const struct seep__sha *sha, struct seep__packer *p)
{
	SHA256_CTX state;

	memcpy(&state, sha->state, sizeof(state));
	assert(state.num == rest_of(sha));
	for (size_t i = 0; i < 8; i++)
		seep__pack_u64(p, state.h[i]);
	seep__pack_bytes(p, state.data, rest_of(sha));
}

/* Counts are never taken from a state but made here: libcrypto believes
 * them, and writes where they say. */
static void
restore_state(struct seep__sha *sha, struct seep__unpacker *u)
{
	SHA256_CTX state;

	(void)SHA256_Init(&state);
	for (size_t i = 0; i < 8; i++)
		state.h[i] = (uint32_t)seep__unpack_most(u, UINT32_MAX);
	memset(state.data, 0, sizeof(state.data));
	seep__unpack_bytes(u, state.data, rest_of(sha));
	state.Nl = (uint32_t)(sha->taken << 3);
	state.Nh = (uint32_t)(sha->taken >> 29);
	state.num = (unsigned)rest_of(sha);
	memcpy(sha->state, &state, sizeof(state));
}

static int
sum(const struct seep__sha *sha, uint8_t hash[32])
{
	SHA256_CTX state;

	assert(!sha->broken);
	memcpy(&state, sha->state, sizeof(state));
	return SHA256_Final(hash, &state);
}

#define HASHES 1

#else

#define HASHES 0

static void
start(struct seep__sha *sha)
{
	(void)sha;
}

static void
add(struct seep__sha *sha, const void *data, size_t size)
{
	(void)sha;
	(void)data;
	(void)size;
}

static void
save_state(const struct seep__sha *sha, struct seep__packer *p)
{
	(void)sha;
	(void)p;
}

static void
restore_state(struct seep__sha *sha, struct seep__unpacker *u)
{
	(void)sha;
	(void)u;
}

static int
sum(const struct seep__sha *sha, uint8_t hash[32])
{
	(void)sha;
	(void)hash;
	return 0;
}

#endif

void
seep__digest_init(struct seep__digest *digest)
{
	assert(digest != NULL);
	memset(digest, 0, sizeof(*digest));
	start(&digest->stored);
	start(&digest->content);
}

void
seep__sha_feed(struct seep__sha *sha, uint64_t at, const void *data,
	       size_t size)
{
	uint64_t known;

	assert(sha != NULL && data != NULL);
	if (at > sha->taken) {
		sha->broken = 1;
		return;
	}
	known = sha->taken - at;
	if (known >= size)
		return;
	add(sha, (const uint8_t *)data + known, size - (size_t)known);
	sha->taken += size - known;
}

void
seep__digest_sum(const struct seep__digest *digest, int whole,
		 struct seep_input *input)
{
	const struct seep__sha *content =
	    digest->content.taken > 0 ? &digest->content : &digest->stored;

	assert(input != NULL);
	input->bytes = digest->stored.taken;
	input->hashed = 0;
	if (whole && !digest->stored.broken && !content->broken)
		input->hashed =
		    (uint32_t)(sum(&digest->stored, input->sha256) &&
			       sum(content, input->content_sha256));
}

static void
save_sha(const struct seep__sha *sha, struct seep__packer *p)
{
	seep__pack_u64(p, sha->taken);
	seep__pack_u64(p, sha->broken != 0);
	save_state(sha, p);
}

static void
restore_sha(struct seep__sha *sha, struct seep__unpacker *u)
{
	memset(sha, 0, sizeof(*sha));
	sha->taken = seep__unpack_most(u, INT64_MAX);
	sha->broken = (int)seep__unpack_most(u, 1);
	restore_state(sha, u);
}

void
seep__digest_save(const struct seep__digest *digest,
		  struct seep__packer *packer)
{
	assert(digest != NULL);
	seep__pack_u64(packer, HASHES);
	save_sha(&digest->stored, packer);
	save_sha(&digest->content, packer);
}

void
seep__digest_restore(struct seep__digest *digest,
		     struct seep__unpacker *unpacker)
{
	assert(digest != NULL);
	if (seep__unpack_most(unpacker, 1) != HASHES)
		seep__unpack_fail(unpacker, SEEP_EVERSION);
	restore_sha(&digest->stored, unpacker);
	restore_sha(&digest->content, unpacker);
}

void
seep__digest_again(struct seep__digest *digest, int packed, int moved)
{
	const struct seep__sha content = digest->content;

	/* Of a plain file only 'stored' takes anything. */
	if (packed == (content.taken > 0) && !(packed && moved))
		return;
	seep__digest_init(digest);
	if (!packed)
		digest->stored = content;
}
