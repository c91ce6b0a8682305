/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * textfile.h - the lines of a log as they stand, plain, gzip or Zstandard.
 */
#ifndef SEEP_TOOLS_TEXTFILE_H
#define SEEP_TOOLS_TEXTFILE_H

#include <stddef.h>

struct textfile;

/*
 * textfile_open() opens 'path'; what it is is read off its first bytes.
 *
 * Returns EXIT_DONE, or EXIT_FAILED after saying why.
 */
int
textfile_open(struct textfile **file, const char *path);

/*
 * textfile_line() gives the next line with its end, if it has one, but no
 * NUL; valid until the next call.
 *
 * Returns 1, 0 at the end, or -1 after saying why (damage, memory).
 */
int
textfile_line(struct textfile *file, const char **line, size_t *size);

/* textfile_close() closes it; NULL is fine. */
void
textfile_close(struct textfile *file);

#endif
