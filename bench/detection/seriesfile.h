/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seriesfile.h - lines of a text file, gzip or not, and the fields in them.
 *
 * A line may be of any length (65,537 columns are 600 KB) and ends with LF
 * or CR LF. The reader counts lines, so that damage can be told by file:line.
 */
#ifndef BENCH_DETECTION_SERIESFILE_H
#define BENCH_DETECTION_SERIESFILE_H

#include <stddef.h>
#include <stdint.h>

#include "detection/series.h"

struct seriesfile {
	const char *path;
	void *gz;
	const struct series_opts *opts;
	/* damaged: counted by seriesfile_damage(). */
	uint64_t *damaged;
	char *text;
	size_t room;
	uint64_t line;
};

/* seriesfile_open() says what is wrong and counts it itself. 1 or 0. */
int
seriesfile_open(struct seriesfile *file, const char *path,
		const struct series_opts *opts, uint64_t *damaged);

void
seriesfile_close(struct seriesfile *file);

/*
 * seriesfile_line() gives the next line, NUL-terminated, without its end; it
 * may be changed and is valid until the next call. NULL at the end, and
 * where the file breaks (told and counted).
 */
char *
seriesfile_line(struct seriesfile *file);

/* seriesfile_damage() tells and counts damage in the current line. */
void
seriesfile_damage(struct seriesfile *file, const char *text);

/*
 * seriesfile_field() cuts the next field off at a comma: returns it with a
 * NUL instead of the comma and moves '*rest' on; NULL when none is left.
 */
char *
seriesfile_field(char **rest);

/*
 * seriesfile_column() finds a column of a header line by name (pandas writes
 * no quotes around plain names). SIZE_MAX = there is none.
 */
size_t
seriesfile_column(const char *header, const char *name);

/*
 * seriesfile_bytes() reads bytes: "1234", "1234.0", "1.2e+16". A value that
 * is negative, no number or over 2^53 gives 0.
 */
int
seriesfile_bytes(const char *text, uint64_t *bytes);

/* seriesfile_is_empty(): "", "NaN" or "nan", as pandas writes no value. */
int
seriesfile_is_empty(const char *text);

/*
 * seriesfile_minute() reads "2013-06-30 22:00:00", "1998-04-30 21:30" or
 * "2023-10-09 00:00:00+00:00", T instead of the blank and Z too, as minutes
 * since 1970. Another offset than zero, seconds other than zero, or a date
 * that does not exist gives 0.
 */
int
seriesfile_minute(const char *text, uint64_t *minute);

/* seriesfile_hour() is the same for whole hours. */
int
seriesfile_hour(const char *text, uint32_t *hour);

#endif
