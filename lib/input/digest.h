/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * digest.h - SHA-256 of a file's bytes as they are read, and of what they
 * unpack to.
 *
 * Bytes are fed with their place in the file: what is read twice (a file
 * that was closed and opened again) is taken once, and what was jumped over
 * leaves the digest without a value.
 *
 * Algorithm   FIPS 180-4, by libcrypto. Its plain SHA256_* functions: they
 *             allocate nothing and cannot fail. They are called deprecated
 *             from OpenSSL 3 on; a libcrypto without them is treated as
 *             none at all (SEEP_WITH_SHA256).
 * Memory      fixed.
 */
#ifndef SEEP_INPUT_DIGEST_H
#define SEEP_INPUT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <seep/origin.h>

#include "base/pack.h"

/*
 * struct seep__sha: of the first 'taken' bytes of something. The room is for
 * libcrypto's state (112 bytes), the same whether this build has it or not.
 */
struct seep__sha {
	uint64_t taken;
	uint64_t state[15];
	int broken; /* some were jumped over */
};

struct seep__digest {
	struct seep__sha stored;
	struct seep__sha content; /* nothing taken: the same as stored */
};

void
seep__digest_init(struct seep__digest *digest);

/* seep__sha_feed() takes the bytes from 'at' on. */
void
seep__sha_feed(struct seep__sha *sha, uint64_t at, const void *data,
	       size_t size);

/*
 * seep__digest_sum() fills in hashes and size of 'input'; 'whole' says that
 * the file was taken to its end.
 */
void
seep__digest_sum(const struct seep__digest *digest, int whole,
		 struct seep_input *input);

/*
 * seep__digest_save() writes a digest in the midst of a file; _restore()
 * makes one go on there. A build without SHA-256 and one with it refuse each
 * other's, as SEEP_EVERSION.
 */
void
seep__digest_save(const struct seep__digest *digest,
		  struct seep__packer *packer);

void
seep__digest_restore(struct seep__digest *digest,
		     struct seep__unpacker *unpacker);

/*
 * seep__digest_again() readies a restored digest for a file of the same
 * content that may be packed by now, or no more; 'moved': or packed another
 * way. A packed one is read from its beginning, a plain one from where reading
 * stood.
 */
void
seep__digest_again(struct seep__digest *digest, int packed, int moved);

#endif
