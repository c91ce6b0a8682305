/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * real.h - the parts of seep-real: real series through the public API.
 */
#ifndef BENCH_DETECTION_REAL_H
#define BENCH_DETECTION_REAL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <seep/detect.h>

#include "detection/lasting.h"
#include "detection/series.h"

#define REAL_SHARES_MAX 32

enum real_pattern { REAL_DRIP = 0, REAL_MIMIC };

struct real_opts {
	double knob;
	size_t peers;
	/* separate: one engine for each machine, so that a hole of one alone
	 * is a gap; else one site of all. */
	int separate;
	size_t days_min;
	size_t holes_max;
	uint32_t statistics_off;
	int floors;
	/* shares: of mean outbound, ascending; none = no injection. */
	double shares[REAL_SHARES_MAX];
	size_t shares_count;
	enum real_pattern pattern;
	size_t trials;
	size_t batch;
	uint64_t seed;
	/* list: print a line per trial. */
	int list;
};

struct real {
	struct real_opts opts;
	const struct series *series;
	/* hosts: those selected; days: theirs, in the same order. */
	size_t *hosts;
	struct lasting_days *days;
	size_t count;
	/* bases: what was fed without leaks: one snapshot of all hosts, or one
	 * for each (separate). */
	struct seep_snapshot **bases;
	size_t bases_count;
};

/* struct real_alarm: what is kept of a finding. */
struct real_alarm {
	/* at: index into real->hosts. */
	size_t at;
	int64_t onset_ns;
	int64_t first_seen_ns;
	int64_t last_seen_ns;
	int64_t detected_at_ns;
	uint64_t alarms_per_year_micro;
	uint32_t score_tenths;
	uint32_t stratum;
	uint32_t statistic;
	uint32_t window_hours;
	int basis;
	int retrospective;
	int coincides;
	uint64_t observed_per_day;
	uint64_t expected_per_day;
};

struct real_result {
	struct real_alarm *alarms;
	size_t count;
	size_t room;
	/* host_years_micro, expected_micro: as the tool states them. */
	uint64_t host_years_micro;
	uint64_t expected_micro;
	size_t sensor_changes;
	/* floors: drip over 14 days, per selected host; NULL = not asked. */
	uint64_t *floors;
	/* calibrated: hosts whose thresholds come from the evidence. */
	size_t calibrated;
};

/*
 * real_select() keeps the hosts with enough days, few enough holes, and
 * outbound bytes on REAL_WARM_UP days at least. 0 = no memory.
 */
int
real_select(struct real *real);

void
real_clear(struct real *real);

/* real_feed() makes the snapshots of the selected hosts. Returns a status. */
int
real_feed(struct real *real);

/*
 * real_detect() asks for findings on what real_feed() fed.
 *
 * 'extra'  NULL, or per selected host NULL or bytes to add (seriesflow.h);
 *          then findings are asked for these hosts alone.
 *
 * Returns a status of <seep/status.h>; 'result' must be cleared either way.
 */
int
real_detect(const struct real *real, uint64_t *const *extra,
	    struct real_result *result);

void
real_result_clear(struct real_result *result);

/* real_report() prints the rate of alarms and a line for each. */
void
real_report(const struct real *real, const struct real_result *result,
	    FILE *file);

/*
 * real_inject() puts leaks into the series and prints how many were found;
 * 'twin' is what was found without them. Returns a status.
 */
int
real_inject(const struct real *real, const struct real_result *twin,
	    FILE *file);

/* REAL_HISTORY: usable days before a leak, and before an alarm can be. */
#define REAL_HISTORY 28

/* REAL_WARM_UP: usable days before change detection can say anything: the
 * shortest reference. Host-years are counted from there. */
#define REAL_WARM_UP 14

#endif
