/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lines.h - small files that a person writes, line by line.
 *
 * A line that is not understood is wrong usage: it is named by file and
 * number, and nothing is read after it.
 */
#ifndef SEEP_TOOLS_LINES_H
#define SEEP_TOOLS_LINES_H

#include <stddef.h>

/* Between the words of a line. */
#define LINES_SPACE " \t\r\n"

/* struct line: one line, for the reader that it is given to. */
struct line {
	char *text; /* without its end; may be changed */
	const char *path;
	size_t number; /* 1-based */
};

/* A line_fn returns EXIT_DONE, or another exit status to stop. */
typedef int (*line_fn)(void *ctx, const struct line *line);

/*
 * lines_read() gives each line of 'path' to 'fn'.
 *
 * Returns EXIT_DONE; what 'fn' returned; EXIT_USAGE for a line that holds a
 * NUL, EXIT_FAILED for an unreadable file, after saying so.
 */
int
lines_read(const char *path, line_fn fn, void *ctx);

/* lines_refuse() says what is wrong with a line; returns EXIT_USAGE. */
int
lines_refuse(const struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* lines_word() cuts the next word off '*text'; NULL at the end. */
char *
lines_word(char **text);

#endif
