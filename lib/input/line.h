/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * line.h - the lines of a stream, one at a time, without copying them.
 *
 * Memory   one buffer of 256 KiB that grows to SEEP__LINE_MAX and one read
 *          for a log with very long lines, never beyond.
 * Growing  at the end of what the file holds now a partial last line stays
 *          in the buffer, so that a file that grows is simply read on.
 */
#ifndef SEEP_INPUT_LINE_H
#define SEEP_INPUT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/identity.h"
#include "input/stream.h"

/*
 * The longest line taken, without its end. A conn row has 100 to 400 bytes;
 * 1 MiB leaves room for any annotation a site adds, and keeps binary junk
 * without newlines from filling memory. A longer line is skipped whole.
 */
#define SEEP__LINE_MAX ((size_t)1 << 20)

struct seep__lines {
	struct seep__mem *mem;
	char *buf;
	size_t room;
	size_t at;      /* where the next line starts */
	size_t size;    /* end of what was read */
	size_t scanned; /* no newline before it */
	uint64_t number;
	uint64_t offset; /* of buf[at] in the decompressed file */
	int skipping;    /* inside a line that is too long */
	/* content: sums every byte read, once; NULL = not wanted. */
	struct seep__content_stream *content;
};

struct seep__line {
	const char *data; /* without newline and carriage return */
	size_t size;
	uint64_t number; /* 1-based */
	uint64_t offset;
	int terminated; /* 0: the file ends here without a newline */
	int too_long;   /* the line was skipped; size is 0 */
};

/* seep__lines_init() sets up a reader without a buffer; cannot fail. */
void
seep__lines_init(struct seep__lines *lines, struct seep__mem *mem);

void
seep__lines_clear(struct seep__lines *lines);

/*
 * seep__lines_next() gives the next line that has its newline; valid until
 * the next call.
 *
 * Returns SEEP_OK, SEEP_END (no whole line is there now), or what
 * seep__stream_read() returned, or SEEP_ENOMEM.
 */
int
seep__lines_next(struct seep__lines *lines, struct seep__stream *stream,
		 struct seep__line *line);

/*
 * seep__lines_rest() gives what follows the last newline, once nothing more
 * will come. Returns SEEP_OK, or SEEP_END when there is nothing.
 */
int
seep__lines_rest(struct seep__lines *lines, struct seep__line *line);

/*
 * seep__lines_unread() returns the bytes that were read and not yet given.
 */
size_t
seep__lines_unread(const struct seep__lines *lines);

#endif
