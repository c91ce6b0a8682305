/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/series.h"

#include <stdlib.h>
#include <string.h>

#include "detection/seriesread.h"

int
series_is_wanted(const struct series_opts *opts, size_t index, const char *name)
{
	struct seep_address address;

	if (opts->network != NULL &&
	    (seep_address_parse(name, strlen(name), &address) != SEEP_OK ||
	     !seep_network_contains(opts->network, &address)))
		return 0;
	return index >= opts->hosts_skip &&
	       (opts->hosts_max == 0 ||
		index - opts->hosts_skip < opts->hosts_max);
}

static int
open_bitbrains(struct series *series, const char *const *paths, size_t count,
	       const struct series_opts *opts)
{
	const char *ids = count > 2 ? paths[2] : NULL;

	series->has_in = 1;
	return series_read_wide(series, paths[0], ids, 0, opts) &&
	       series_read_wide(series, paths[1], NULL, 1, opts);
}

static int
open_worldcup(struct series *series, const char *const *paths, size_t count,
	      const struct series_opts *opts)
{
	(void)count;
	series->pulled = 1;
	return series_read_worldcup(series, paths[0], opts);
}

static int
open_cesnet(struct series *series, const char *const *paths, size_t count,
	    const struct series_opts *opts)
{
	(void)count;
	series->has_in = 1;
	series->absent_is_silence = 1;
	return series_read_cesnet(series, paths[0], paths[1], opts);
}

static int
open_cesnet_file(struct series *series, const char *const *paths, size_t count,
		 const struct series_opts *opts)
{
	(void)count;
	series->has_in = 1;
	series->absent_is_silence = 1;
	return series_read_cesnet_file(series, paths[0], paths[1], opts);
}

static int
open_masaryk(struct series *series, const char *const *paths, size_t count,
	     const struct series_opts *opts)
{
	(void)count;
	series->absent_is_silence = 1;
	return series_read_wide(series, paths[0], NULL, 0, opts);
}

static const struct {
	const char *kind;
	size_t least;
	size_t most;
	int (*open)(struct series *series, const char *const *paths,
		    size_t count, const struct series_opts *opts);
} kinds[] = {
    {"bitbrains", 2, 3, open_bitbrains},
    {"worldcup", 1, 1, open_worldcup},
    {"cesnet", 2, 2, open_cesnet},
    {"cesnet-file", 2, 2, open_cesnet_file},
    {"masaryk", 1, 1, open_masaryk},
};

struct series *
series_open(const char *kind, const char *const *paths, size_t count,
	    const struct series_opts *opts)
{
	struct series *series;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) != 0 ||
		    count < kinds[i].least || count > kinds[i].most)
			continue;
		series = series_new();
		if (series == NULL)
			return NULL;
		if (kinds[i].open(series, paths, count, opts) &&
		    series_find_gaps(series))
			return series;
		series_free(series);
		return NULL;
	}
	return NULL;
}
