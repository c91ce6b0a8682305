/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capture_source.h - the capture reader as a whole: which file is read when.
 * Frames go to decode.h and assemble.h.
 */
#ifndef SEEP_INPUT_CAPTURE_SOURCE_H
#define SEEP_INPUT_CAPTURE_SOURCE_H

#include <seep/capture.h>

#include "base/mem.h"
#include "input/assemble.h"
#include "input/capture_file.h"
#include "input/identity.h"
#include "input/mark.h"
#include "input/source.h"

/*
 * SEEP__CAPTURE_OPEN_MAX: files read side by side. One is open at a time unless
 * the next one begins before it ends: the two directions of a tap in two files,
 * or several sensors. More would help only with more sensors than that; each
 * takes a descriptor and 64 KiB or so.
 */
#define SEEP__CAPTURE_OPEN_MAX 8

/* struct seep__capinput: one path of the caller's. */
struct seep__capinput {
	char *path;
	size_t size;                /* of the path, with its NUL */
	struct seep__capfile *file; /* open, else NULL */
	struct seep__input *input;  /* until it is closed for good */
	struct seep__frame frame;   /* read and not yet used, while open */
	int64_t first_ns;           /* of the first packet; INT64_MAX: none */
	int64_t order_ns;           /* what the next frame is ordered by */
	uint64_t stored;            /* bytes on disk */
	uint8_t noted[SEEP_REFUSED_COUNT];
	uint8_t refused;        /* cannot be read, and said so */
	uint8_t same;           /* content was read before */
	uint8_t used;           /* the frame was taken: the next is wanted */
	uint8_t spent;          /* read to its end, and cannot be read again */
	struct seep__mark mark; /* once it was opened to be read */
	/* kept: of a restored 'frame', until the next one is read. */
	uint8_t *kept;
	size_t kept_size;
};

struct seep__capture {
	struct seep_source base;
	struct seep_capture_opts opts;
	struct seep__assembler *assembler;
	struct seep__identity *identity;
	struct seep__capinput *inputs;
	size_t count;
	size_t next; /* first input not yet looked into, then
			not yet opened */
	struct seep__capinput
	    *open[SEEP__CAPTURE_OPEN_MAX]; /* in order of opening */
	size_t open_count;
	uint64_t roots; /* seep__source_sum_paths() of what was named */
	int peeked;
	int told; /* that there is no public suffix list */
	int drained;
};

/* seep__capture_save() and _restore(): see struct seep__source_ops. */
int
seep__capture_save(struct seep_source *source, struct seep__packer *packer);

void
seep__capture_restore(struct seep_source *source,
		      struct seep__unpacker *unpacker);

#endif
