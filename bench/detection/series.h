/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * series.h - real bytes per host and hour, whatever file they came in.
 *
 * Shape     one value out and one in per host and UTC hour. An hour that
 *           the source did not see is missing, which is not zero; in some
 *           sources an absent hour means that the host was silent, and they
 *           say so ('absent_is_silence').
 * Sources   bitbrains   two wide tables, sent and received, one column per
 *                       machine; an empty cell is a missing sample.
 *           worldcup    minutes of one public web site, bytes served; an
 *                       hour with fewer than SERIES_MINUTES_MIN is missing.
 *           cesnet      CESNET-TimeSeries24 as published: <root>/times/
 *                       times_1_hour.csv (id_time,time), <root>/<group>/
 *                       identifiers.csv, <root>/<group>/agg_1_hour/
 *                       [<folder>/]<id>.csv; group is ip_addresses_sample,
 *                       ip_addresses_full (the one with folders),
 *                       institutions or institution_subnets. The bytes of
 *                       both directions are in n_bytes; dir_ratio_bytes,
 *                       the share sent, has two decimals, so that outbound
 *                       bytes are known to half a hundredth of the hour's
 *                       total. No row: nothing was seen of that address.
 *           cesnet-file one file of it, with its times file.
 *           masaryk     Host Network Traffic 2019, Bytes-anon.csv: first
 *                       column the hour, then one column per address, empty
 *                       = the address sent nothing; hours empty everywhere
 *                       (1,338 of 8,760) were not recorded. Bytes sent only.
 * Damage    a row or cell that cannot be read is told with file and line,
 *           counted, and costs only itself. Every file may be gzip.
 */
#ifndef BENCH_DETECTION_SERIES_H
#define BENCH_DETECTION_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

/* What a cell holds when the source did not see that hour. */
#define SERIES_MISSING UINT64_MAX

struct series_host {
	/* name: as the source calls it. */
	char name[SEEP_ADDRESS_TEXT_SIZE];
	/* out, in: 'hours' values each, bytes or SERIES_MISSING. */
	uint64_t *out;
	uint64_t *in;
	/* first, last: hours with a value, relative; first > last = none. */
	size_t first;
	size_t last;
};

struct series {
	/* from_hour: UTC hours since 1970 of the first value. */
	uint32_t from_hour;
	size_t hours;
	size_t room;
	struct series_host *hosts;
	size_t count;
	size_t hosts_room;
	/* has_in: the source tells inbound bytes. */
	int has_in;
	/* absent_is_silence: see above. */
	int absent_is_silence;
	/* pulled: the peers open (a public web site). */
	int pulled;
	/* rows: read; damaged: rows or cells that could not be used. */
	uint64_t rows;
	uint64_t damaged;
	/* is_gap: 1 for each hour that most hosts lack (series_find_gaps). */
	unsigned char *is_gap;
};

/* series_notice_fn is told what is wrong: 'line' 0 = the whole file. */
typedef void (*series_notice_fn)(void *context, const char *file, uint64_t line,
				 const char *text);

struct series_opts {
	/* hosts_skip, hosts_max: the part of the hosts to keep, in the order
	 * of the source; 0 = all (a whole CESNET needs 107 KB a host). */
	size_t hosts_skip;
	size_t hosts_max;
	/* network: only hosts whose name is an address in it; NULL = all. */
	const struct seep_network *network;
	series_notice_fn notice;
	void *context;
};

/*
 * series_open() reads a source.
 *
 * 'kind'   "bitbrains" SENT RECEIVED [IDS], "worldcup" MINUTES,
 *          "cesnet" ROOT GROUP, "cesnet-file" FILE TIMES, "masaryk" BYTES.
 *
 * Returns the series with its gaps found, or NULL: no such kind, a wrong
 * number of paths, memory, or nothing could be read (told in a notice).
 */
struct series *
series_open(const char *kind, const char *const *paths, size_t count,
	    const struct series_opts *opts);

void
series_free(struct series *series);

enum series_state {
	/* _COVERED: the values are what the source saw. */
	SERIES_COVERED = 0,
	/* _GAP: most hosts lack this hour: nobody was watching. */
	SERIES_GAP,
	/* _HOLE: this host alone lacks it. */
	SERIES_HOLE,
	/* _OUTSIDE: before the host's first value or after its last. */
	SERIES_OUTSIDE
};

/* series_at() gives the bytes of one hour; 0 and 0 unless covered. */
enum series_state
series_at(const struct series *series, size_t host, size_t hour, uint64_t *out,
	  uint64_t *in);

/*
 * series_covered_days() counts the UTC days of a host with at least 18
 * covered hours, the number at which a day counts for daily statistics.
 */
size_t
series_covered_days(const struct series *series, size_t host);

/* series_holes() counts the hours that this host alone lacks. */
size_t
series_holes(const struct series *series, size_t host);

/* Building, for the readers. */

/* series_new() makes an empty series; NULL when memory is short. */
struct series *
series_new(void);

/* series_add_host() returns the new host's index, SIZE_MAX without memory. */
size_t
series_add_host(struct series *series, const char *name, size_t size);

/*
 * series_put() sets one value; 'is_in' says which.
 *
 * Returns 1; 0 = that hour already has a value, which stays, or the hour is
 * more than SERIES_SPAN_MAX away from the others; -1 = no memory.
 */
int
series_put(struct series *series, size_t host, uint32_t hour, int is_in,
	   uint64_t bytes);

/*
 * series_find_gaps() marks the hours that more than half of the hosts that
 * had begun and not yet ended lack. With one host no hole of its own can be
 * told from a gap: then each is a gap, unless absence is silence.
 *
 * Returns 1, or 0 without memory.
 */
int
series_find_gaps(struct series *series);

/*
 * SERIES_SPAN_MAX: a time further than this many hours (20 years) from the
 * first is a damaged field, not evidence: it would cost memory for every
 * hour between.
 */
#define SERIES_SPAN_MAX ((size_t)20 * 366 * 24)

/*
 * SERIES_MINUTES_MIN: with 45 of 60 minutes the error of the hour's sum is
 * at most a quarter, below the spread between hours. Higher loses flash
 * crowd hours in which the site itself failed for minutes; lower counts
 * outages as quiet hours.
 */
#define SERIES_MINUTES_MIN 45

#endif
