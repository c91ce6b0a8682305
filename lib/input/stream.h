/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream.h - the bytes of a file, decompressed on the way: plain, gzip
 * (also several members), Zstandard; by content, not by name.
 *
 * Memory   one input buffer of fixed size per stream and the library's own
 *          state, whatever the file claims; a Zstandard window over 128 MiB
 *          is refused (inflate.h).
 * Files    opened read-only; "-" is standard input (not closed); a FIFO is
 *          read as standard input is; a directory is refused.
 */
#ifndef SEEP_INPUT_STREAM_H
#define SEEP_INPUT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/digest.h"

struct seep__stream;

/*
 * seep__stream_open() opens 'path'.
 *
 * 'why'  out, may be NULL: on failure a static or errno text.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EUNSUPPORTED (compressed, and this build
 * lacks the library), SEEP_ENOMEM.
 */
int
seep__stream_open(struct seep__stream **stream, const char *path,
		  struct seep__mem *mem, const char **why);

/*
 * seep__stream_open_no_wait() is like seep__stream_open(), but neither it
 * nor a read ever waits for a pipe: *got = 0 then means "nothing now", and
 * seep__stream_ended() tells whether the writer is gone.
 */
int
seep__stream_open_no_wait(struct seep__stream **stream, const char *path,
			  struct seep__mem *mem, const char **why);

/* seep__stream_ended() says whether the last read met the end. */
int
seep__stream_ended(const struct seep__stream *stream);

void
seep__stream_close(struct seep__stream *stream);

/*
 * seep__stream_read() gives up to 'size' bytes; *got = 0 only at the end of
 * what the file holds now. Reading again later gives what was appended.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT (damaged compression: everything
 * before the damage was given), SEEP_ENOMEM (nothing was given; asked again
 * it goes on). After another error it stays in error.
 */
int
seep__stream_read(struct seep__stream *stream, void *data, size_t size,
		  size_t *got);

/* seep__stream_why() describes the last error (static text). */
const char *
seep__stream_why(const struct seep__stream *stream);

/* seep__stream_truncated() says whether a compressed file ended early. */
int
seep__stream_truncated(const struct seep__stream *stream);

/* seep__stream_packed() says whether the file is known to be compressed. */
int
seep__stream_packed(const struct seep__stream *stream);

/* seep__stream_stored() returns the bytes consumed as stored on disk, and
 * _stored_total() the file's size now (0 = unknown). */
uint64_t
seep__stream_stored(const struct seep__stream *stream);

uint64_t
seep__stream_stored_total(const struct seep__stream *stream);

/*
 * seep__stream_seek() goes to a byte of a plain regular file. Returns
 * SEEP_OK, SEEP_EIO, SEEP_EUNSUPPORTED (compressed).
 */
int
seep__stream_seek(struct seep__stream *stream, uint64_t offset);

/*
 * seep__stream_hash() hashes from here on what is read; 'digest' outlives
 * the stream. Called before the first read.
 */
void
seep__stream_hash(struct seep__stream *stream, struct seep__digest *digest);

/* seep__stream_rehash() does so from the next seek on. */
void
seep__stream_rehash(struct seep__stream *stream, struct seep__digest *digest);

/*
 * seep__stream_drain() reads a regular file that was left before its end to
 * it, for the sake of its hash. A pipe is left: its writer may never end.
 *
 * Returns 1 when the file was taken to its end, else 0.
 */
int
seep__stream_drain(struct seep__stream *stream);

/*
 * seep__stream_pass() passes over the first 'size' decompressed bytes of a
 * stream that gave none yet: seeks in a plain file, decompresses the rest.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT (damaged, or it ends before),
 * SEEP_ENOMEM.
 */
int
seep__stream_pass(struct seep__stream *stream, uint64_t size);

/* seep__stream_fd() returns the descriptor, for inode and size checks. */
int
seep__stream_fd(const struct seep__stream *stream);

#endif
