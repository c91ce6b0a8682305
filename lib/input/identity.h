/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * identity.h - was this file's content already read, under whatever name
 * and compression?
 *
 * Algorithm   the first 64 KiB of decompressed content are hashed for every
 *             file; only when two agree are both hashed whole.
 * Wrong when  two different files share a 64-bit checksum: 2^-64 per pair
 *             of files that nobody made on purpose; --dedup decides by rows
 *             instead.
 */
#ifndef SEEP_INPUT_IDENTITY_H
#define SEEP_INPUT_IDENTITY_H

#include "base/hash.h"
#include "base/mem.h"
#include "base/pack.h"

struct seep__identity;

/* struct seep__content: what a file held, in 16 bytes once it is summed. */
struct seep__content {
	uint64_t size;
	uint64_t sum;
};

/* struct seep__content_stream: the same while the file is being read. */
struct seep__content_stream {
	struct seep__hash_stream hash;
	uint64_t size;
};

void
seep__content_init(struct seep__content_stream *content);

void
seep__content_feed(struct seep__content_stream *content, const void *data,
		   size_t size);

struct seep__content
seep__content_sum(const struct seep__content_stream *content);

/* seep__content_save() and _restore(): as far as it was fed. */
void
seep__content_save(const struct seep__content_stream *content,
		   struct seep__packer *packer);

void
seep__content_restore(struct seep__content_stream *content,
		      struct seep__unpacker *unpacker);

/*
 * seep__content_start() sums the first 'size' bytes of a file, fewer if it
 * holds fewer. Arguments and return value else as seep__content_of().
 */
int
seep__content_start(const char *path, uint64_t size, struct seep__mem *mem,
		    struct seep__content *content);

/*
 * seep__content_of() sums a file whole.
 *
 * 'whole'  out: 0 when the file broke on the way or ended too early.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, or what seep__stream_open() returned.
 */
int
seep__content_of(const char *path, struct seep__mem *mem,
		 struct seep__content *content, int *whole);

int
seep__identity_new(struct seep__identity **identity, struct seep__mem *mem);

void
seep__identity_free(struct seep__identity *identity);

/*
 * seep__identity_check() notes a regular file and says whether an earlier
 * one held the same bytes: '*same' is then its path (owned by 'identity'),
 * else NULL. An unreadable or empty file is never the same as another.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__identity_check(struct seep__identity *identity, const char *path,
		     const char **same);

/* seep__identity_path() returns the i-th file noted, or NULL when there are
 * not so many. */
const char *
seep__identity_path(const struct seep__identity *identity, size_t i);

/* seep__identity_save() and _restore(): the files noted so far; into one
 * that has noted none. */
void
seep__identity_save(const struct seep__identity *identity,
		    struct seep__packer *packer);

void
seep__identity_restore(struct seep__identity *identity,
		       struct seep__unpacker *unpacker);

#endif
