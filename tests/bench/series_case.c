/* SPDX-License-Identifier: BSD-3-Clause */
/* nftw(3) is of X/Open, not of POSIX alone. */
#define _XOPEN_SOURCE 700

#include "bench/series_case.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static void
keep_notice(void *context, const char *file, uint64_t line, const char *text)
{
	struct series_case *c = context;

	cr_assert_not_null(file);
	cr_assert_not_null(text);
	if (c->notices < CASE_NOTICES_MAX)
		c->lines[c->notices] = line;
	c->notices++;
}

void
case_new(struct series_case *c)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->folder, sizeof(c->folder), "/tmp/seep-series-XXXXXX");
	cr_assert_not_null(mkdtemp(c->folder));
	c->opts.notice = keep_notice;
	c->opts.context = c;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void
case_remove(struct series_case *c)
{
	cr_assert_eq(nftw(c->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
make_folders(char *path, size_t from)
{
	for (char *at = path + from; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
}

static int
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text);

	return size >= strlen(end) &&
	       strcmp(text + size - strlen(end), end) == 0;
}

void
case_write(const struct series_case *c, const char *name, const char *text,
	   char *path)
{
	const char *mode = ends_with(name, ".gz") ? "wb" : "wbT";
	gzFile file;

	snprintf(path, CASE_PATH_SIZE, "%s/%s", c->folder, name);
	make_folders(path, strlen(c->folder) + 1);
	file = gzopen(path, mode);
	cr_assert_not_null(file);
	cr_assert_eq(gzwrite(file, text, (unsigned)strlen(text)),
		     (int)strlen(text));
	cr_assert_eq(gzclose(file), Z_OK);
}

void
case_cut(const char *path, size_t size)
{
	cr_assert_eq(truncate(path, (off_t)size), 0);
}

int
case_told(const struct series_case *c, uint64_t line)
{
	for (size_t i = 0; i < c->notices && i < CASE_NOTICES_MAX; i++) {
		if (c->lines[i] == line)
			return 1;
	}
	return 0;
}

uint64_t
case_out(const struct series *series, size_t host, size_t hour)
{
	cr_assert(host < series->count && hour < series->hours);
	return series->hosts[host].out[hour];
}

uint64_t
case_in(const struct series *series, size_t host, size_t hour)
{
	cr_assert(host < series->count && hour < series->hours);
	return series->hosts[host].in[hour];
}
