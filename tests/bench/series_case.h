/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * series_case.h - files in the exact layout of published series, made here:
 * nothing in them is copied from the originals.
 */
#ifndef TESTS_BENCH_SERIES_CASE_H
#define TESTS_BENCH_SERIES_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "detection/series.h"

#define CASE_PATH_SIZE 512
#define CASE_NOTICES_MAX 16

/* struct series_case: a folder of its own, and what was told. */
struct series_case {
	char folder[64];
	struct series_opts opts;
	size_t notices;
	uint64_t lines[CASE_NOTICES_MAX];
};

/* case_new() makes the folder; case_remove() takes it away again. */
void
case_new(struct series_case *c);

void
case_remove(struct series_case *c);

/*
 * case_write() writes a file below the folder, making the folders above it;
 * a name that ends in ".gz" is compressed. 'path' gets its full name.
 */
void
case_write(const struct series_case *c, const char *name, const char *text,
	   char *path);

/* case_cut() shortens a file to 'size' bytes. */
void
case_cut(const char *path, size_t size);

/* case_told() says whether damage was told for this line. */
int
case_told(const struct series_case *c, uint64_t line);

/* case_out(), case_in(): one value as held, SERIES_MISSING included; 'hour'
 * counts from the series' first. */
uint64_t
case_out(const struct series *series, size_t host, size_t hour);

uint64_t
case_in(const struct series *series, size_t host, size_t hour);

#endif
