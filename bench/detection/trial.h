/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trial.h - one leak on one host of an estate: was it detected?
 *
 * Detected   a finding of basis change, on the right entity, in the right
 *            direction; its interval overlaps at least half of the leak so
 *            far; the peers it names hold at least half of the leak's bytes
 *            so far; decided within D days of the leak's start. "So far" is
 *            up to the end of the evidence, which is cut D days after the
 *            start.
 * Twin       the same evidence without the leak. A finding there counts when
 *            all of this holds but the peers, which no leak has.
 */
#ifndef BENCH_DETECTION_TRIAL_H
#define BENCH_DETECTION_TRIAL_H

#include <stddef.h>
#include <stdint.h>

#include "detection/estate.h"
#include "detection/inject.h"

/* Servers that share an INJECT_MANY_SERVERS leak. */
#define TRIAL_SERVERS 4

struct trial {
	const struct estate *estate;
	size_t host;
	enum inject_pattern pattern;
	uint64_t seed;
	int64_t start_ns;
	/* days: D, after which the evidence ends. */
	uint32_t days;
	double alarms_per_year;
	uint32_t statistics_off;
	/* steps: of the search for the floor, per doubling; 0 = 4. */
	int steps;
	/* no_history: the leak runs since the first record, and the place of
	 * its channel among the contrast ranks of the whole site is asked. */
	int no_history;
	/* watch_servers: only servers have a line of their own. */
	int watch_servers;
	/* any_peers: 1 = only the alarm counts: whoever the finding names
	 * will do, and either direction of a leak that has both. */
	int any_peers;
	int verbose;
};

/* Why no finding counted: the last test that the best of them failed. */
enum trial_miss {
	TRIAL_NOTHING = 0, /* no finding on the host */
	TRIAL_EARLY,       /* decided before the leak began, or too late */
	TRIAL_BASIS,
	TRIAL_DIRECTION,
	TRIAL_INTERVAL,
	TRIAL_PEERS,
	TRIAL_DETECTED
};

struct trial_result {
	enum trial_miss miss;
	/* Of the finding that counted and was decided first. */
	int64_t detected_at_ns;
	int64_t onset_ns;
	uint64_t bytes_excess;
	uint32_t stratum;
	uint32_t statistic;
	uint32_t score_tenths;
	/* bytes: of the leak so far, as the judged entities sent them;
	 * name_bytes: below the registered domain. */
	uint64_t bytes;
	uint64_t name_bytes;
	/* rank: of the leak's channel among the contrast findings, from 1 on;
	 * 0 = not among them (no_history). */
	uint32_t rank;
	/* findings, digest: of the judged entities: how many, and a sum over
	 * what they say but for bytes and scores. */
	uint32_t findings;
	uint64_t digest;
};

/*
 * trial_run() injects a leak of 'bytes_per_day' (0 = the leak-free twin) and
 * asks the detector.
 *
 * Returns 0, 1 (the pattern cannot be made on this host), or -1.
 */
int
trial_run(const struct trial *trial, uint64_t bytes_per_day,
	  struct trial_result *result);

/*
 * trial_floor() gives the smallest rate of the grid 2^(i/steps) bytes a day
 * that is detected, searched outwards from 'guess' and halved; INFINITY when
 * not even 'most' is. Detection is taken to be monotone in the rate, which row
 * "monotone" checks.
 *
 * Returns like trial_run().
 */
int
trial_floor(const struct trial *trial, double guess, double most,
	    double *floor);

const char *
trial_miss_name(enum trial_miss miss);

#endif
