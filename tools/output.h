/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * output.h - a file that appears whole or not at all.
 *
 * A regular file is written under a temporary name in its own directory and
 * renamed when it is complete; anything else (a terminal, a pipe, a device,
 * standard output) is written in place. The temporary file is new (O_EXCL),
 * its name cannot be foreseen, only its owner may read it, and neither a
 * failure nor SIGHUP, SIGINT or SIGTERM leaves it behind.
 */
#ifndef SEEP_TOOLS_OUTPUT_H
#define SEEP_TOOLS_OUTPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct output {
	FILE *file;
	char *target;    /* what the temporary file will be called */
	char *temporary; /* NULL = written in place */
	int durable;     /* fsync(2) before the rename */
	int error;       /* errno of the first write that failed, or 0 */
};

/*
 * output_open() opens 'path'; NULL or "-" is standard output.
 *
 * 'in_place'  no temporary name: what is written is there at once.
 * 'durable'   after output_close() the file survives a power cut.
 *
 * The file gets the permissions of the one that it replaces. A new one has
 * the usual ones, but a durable one is its owner's alone: a case says who
 * talked to whom.
 *
 * Returns 0, or -1 with errno.
 */
int
output_open(struct output *output, const char *path, int in_place, int durable);

/*
 * output_open_fixed() is like output_open() of a durable file, but its
 * temporary name is always the same, 'path' with ".new" behind it: what a
 * kill left there is replaced. Refuses what is no regular file (EINVAL).
 */
int
output_open_fixed(struct output *output, const char *path);

/*
 * output_resume() opens 'path' in place as output_open() does, but keeps the
 * first 'size' bytes of a regular file and goes on behind them.
 */
int
output_resume(struct output *output, const char *path, uint64_t size);

/* output_write() is a seep_write_fn; 'ctx' is the struct output. */
int
output_write(void *ctx, const void *data, size_t size);

/* output_flush() hands what was written to the system; 0, or -1 (errno). */
int
output_flush(struct output *output);

/*
 * output_close() completes the file, or removes the temporary one when
 * 'keep' is 0. Returns 0, or -1 with errno: then nothing was replaced, unless
 * all that failed was to make the new name durable.
 */
int
output_close(struct output *output, int keep);

/* output_name() is what an error message calls the file at 'path'. */
const char *
output_name(const char *path);

/* output_remove() takes a file away that a run wrote before. Returns 0, also
 * when it is gone, or -1 with errno. */
int
output_remove(const char *path);

#endif
