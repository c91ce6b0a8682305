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

static int
sum(const struct seep__sha *sha, uint8_t hash[32])
{
	SHA256_CTX state;

	assert(!sha->broken);
	memcpy(&state, sha->state, sizeof(state));
	return SHA256_Final(hash, &state);
}

#else

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
