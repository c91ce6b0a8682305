/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seriesread.h - the readers behind series_open(), one per layout.
 *
 * Each returns 1, or 0 when nothing could be read (told) or memory is short.
 */
#ifndef BENCH_DETECTION_SERIESREAD_H
#define BENCH_DETECTION_SERIESREAD_H

#include "detection/series.h"

/*
 * series_read_wide() reads a table of one row per hour and one column per
 * host. The first table makes the hosts; a second one (is_in) adds to those
 * of the same name.
 *
 * 'ids'  NULL, or a file of numbers: only columns "vm<number>" listed in it.
 */
int
series_read_wide(struct series *series, const char *path, const char *ids,
		 int is_in, const struct series_opts *opts);

int
series_read_worldcup(struct series *series, const char *path,
		     const struct series_opts *opts);

/* series_read_cesnet() reads <root>/<group> whole. */
int
series_read_cesnet(struct series *series, const char *root, const char *group,
		   const struct series_opts *opts);

int
series_read_cesnet_file(struct series *series, const char *path,
			const char *times, const struct series_opts *opts);

/* series_is_wanted() says whether 'opts' keep the index-th host. */
int
series_is_wanted(const struct series_opts *opts, size_t index,
		 const char *name);

#endif
