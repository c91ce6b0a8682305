/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rows.h - what is asked of the detector: leak, host, days, and how small.
 */
#ifndef BENCH_DETECTION_ROWS_H
#define BENCH_DETECTION_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "detection/evaluate.h"
#include "detection/inject.h"

/* struct rows_setting: a kind of site; the role is that of the targets. */
struct rows_setting {
	const char *name;
	enum world_role role;
	enum world_noise noise;
	int behind_cdn;
	/* names: the hosts ask for names (names.h). */
	int names;
};

struct rows_row {
	const char *name;
	const char *group;
	size_t setting;
	enum inject_pattern pattern;
	uint32_t days;
	/* wanted_share: of mean outbound; wanted_bytes: a day. 0 = none. */
	double wanted_share;
	double wanted_bytes;
	/* rare_max: hosts whose rare outbound is more bytes a day do not
	 * count; 0 = all hosts. */
	double rare_max;
	/* by_hour: figures are told in bytes an hour. */
	int by_hour;
};

extern const struct rows_setting rows_settings[];
extern const size_t rows_settings_count;
extern const struct rows_row rows_rows[];
extern const size_t rows_count;

/* rows_chosen(): does 'list' (names and groups, with commas) hold it? */
int
rows_chosen(const struct rows_row *row, const char *list);

/* struct rows_point: one trial of one row; records of jobs.h are arrays of
 * them, hence the alignment. */
struct rows_point {
	/* valid: 0 = the host does not fit the row. */
	_Alignas(16) int valid;
	int failed;
	int twin;
	int wanted;
	/* twice: detected at twice the floor; quarter: at a quarter of it. */
	int twice;
	int quarter;
	double mean_out;
	/* floor: bytes a day (DNS: of names); share: of mean_out. */
	double floor;
	double share;
	/* onset_error: days, absolute; excess_ratio: said / true. Both at
	 * twice the floor. */
	double onset_error;
	double excess_ratio;
	uint32_t stratum;
	uint32_t statistic;
};

/* rows_run() works one row out on one host of an estate. */
void
rows_run(const struct evaluate_opts *opts, const struct rows_row *row,
	 const struct estate *estate, size_t host, uint64_t key, double *guess,
	 struct rows_point *point);

/* rows_print() prints a row's line of the table. */
void
rows_print(const struct rows_row *row, const struct rows_point *points,
	   size_t count, int floors);

void
rows_print_head(int floors);

#endif
