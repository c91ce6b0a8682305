/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inflate.h - gzip and Zstandard behind one call.
 *
 * Memory   a fixed struct; zlib's state (about 40 KiB, taken at once);
 *          libzstd's own, with a window of at most 128 MiB, else refused,
 *          taken anew for a frame that claims a larger one. No more, however
 *          much comes out; what comes out is not unpacked again.
 * Source   RFC 1952 (gzip, section 2.2: members follow each other),
 *          RFC 8878 (Zstandard, sections 3.1 frames, 3.1.2 skippable).
 */
#ifndef SEEP_INPUT_INFLATE_H
#define SEEP_INPUT_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

enum seep__packing {
	SEEP__PACKING_NONE,
	/* _SHORT: too few bytes to say, but they could become a magic. */
	SEEP__PACKING_SHORT,
	SEEP__PACKING_GZIP,
	SEEP__PACKING_ZSTD
};

struct seep__inflate;

/* seep__packing_of() looks at the first bytes of a file; size >= 1. */
enum seep__packing
seep__packing_of(const uint8_t *data, size_t size);

/*
 * seep__inflate_new() prepares to decompress.
 *
 * 'why'  out on failure: static text.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EUNSUPPORTED (built without it).
 */
int
seep__inflate_new(struct seep__inflate **inflate, enum seep__packing packing,
		  struct seep__mem *mem, const char **why);

void
seep__inflate_free(struct seep__inflate *inflate);

/*
 * seep__inflate_turn() takes up to 'in_size' bytes and gives up to
 * 'out_size'. With used = 0 and got = 0 it needs more input.
 *
 * Returns SEEP_OK, or SEEP_EFORMAT (damaged; 'got' bytes before the damage
 * are good) or SEEP_ENOMEM: nothing was taken and nothing given; the same
 * call made again goes on.
 */
int
seep__inflate_turn(struct seep__inflate *inflate, const uint8_t *in,
		   size_t in_size, size_t *used, uint8_t *out, size_t out_size,
		   size_t *got);

/* seep__inflate_between() says whether the last member or frame is done. */
int
seep__inflate_between(const struct seep__inflate *inflate);

/* seep__inflate_why() describes the last error (static text). */
const char *
seep__inflate_why(const struct seep__inflate *inflate);

#endif
