/* SPDX-License-Identifier: BSD-3-Clause */
/* What is hashed, and what is known to be hashed wrongly. */
#include <criterion/criterion.h>

#include <string.h>

#include "input/digest.h"
#include "input/logs.h"
#include "input/stream.h"

/* FIPS 180-4's example "abc", and no bytes at all. */
static const char abc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char nothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void
assert_hash(const uint8_t hash[32], const char *expected)
{
	char text[65];

	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	cr_assert_str_eq(text, expected);
}

/* Skips where this build hashes nothing. */
static struct seep_input
sum_of(const struct seep__digest *digest, int whole)
{
	struct seep_input input;
	struct seep__digest empty;

	memset(&input, 0, sizeof(input));
	seep__digest_init(&empty);
	seep__digest_sum(&empty, 1, &input);
	if (!input.hashed)
		cr_skip_test("skipped: built without libcrypto");
	memset(&input, 0, sizeof(input));
	seep__digest_sum(digest, whole, &input);
	return input;
}

Test(digest, is_sha_256)
{
	struct seep__digest digest;
	struct seep_input input;

	seep__digest_init(&digest);
	input = sum_of(&digest, 1);
	assert_hash(input.sha256, nothing);
	seep__sha_feed(&digest.stored, 0, "abc", 3);
	input = sum_of(&digest, 1);
	assert_hash(input.sha256, abc);
	assert_hash(input.content_sha256, abc);
	cr_assert_eq(input.bytes, 3);
}

Test(digest, takes_what_is_read_twice_once)
{
	struct seep__digest digest;
	struct seep_input input;

	seep__digest_init(&digest);
	seep__sha_feed(&digest.stored, 0, "ab", 2);
	seep__sha_feed(&digest.stored, 0, "a", 1);
	seep__sha_feed(&digest.stored, 1, "bc", 2);
	input = sum_of(&digest, 1);
	assert_hash(input.sha256, abc);
}

Test(digest, of_what_was_jumped_over_or_left_is_none)
{
	struct seep__digest digest;
	struct seep_input input;

	seep__digest_init(&digest);
	seep__sha_feed(&digest.stored, 0, "abc", 3);
	input = sum_of(&digest, 0);
	cr_assert_eq(input.hashed, 0);
	seep__sha_feed(&digest.stored, 4, "e", 1);
	input = sum_of(&digest, 1);
	cr_assert_eq(input.hashed, 0);
}

Test(digest, of_a_file_is_the_same_wherever_reading_goes_on)
{
	struct seep__stream *stream;
	struct seep__digest digest;
	struct seep_input input;
	struct folder folder;
	struct seep__mem *mem;
	const char *path;
	char data[2];
	size_t got;

	folder_init(&folder);
	path = in_folder(&folder, "abc");
	put_text(path, "abc");
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	cr_assert_eq(seep__stream_open(&stream, path, mem, NULL), SEEP_OK);
	seep__digest_init(&digest);
	seep__stream_hash(stream, &digest);
	seep__stream_close(stream);
	/* As after a kill: the digest knows nothing, the place is known. */
	seep__digest_init(&digest);
	cr_assert_eq(seep__stream_open(&stream, path, mem, NULL), SEEP_OK);
	seep__stream_rehash(stream, &digest);
	cr_assert_eq(seep__stream_seek(stream, 2), SEEP_OK);
	cr_assert_eq(seep__stream_read(stream, data, 2, &got), SEEP_OK);
	cr_assert_eq(got, 1);
	cr_assert_eq(seep__stream_drain(stream), 1);
	seep__stream_close(stream);
	input = sum_of(&digest, 1);
	assert_hash(input.sha256, abc);
	seep__mem_unref(mem);
	folder_clear(&folder);
}
