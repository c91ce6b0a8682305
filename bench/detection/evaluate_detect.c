/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_detect.c - what leak is detected, row by row, and what each
 * statistic is worth.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/findings.h>

#include "detection/evaluate.h"
#include "detection/final.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/rows.h"
#include "detection/stats.h"

/* Servers of a site, all of them tried: as many as a role group may have
 * without making the group's scale better known than in an administration. */
#define SERVERS 20
#define SERVERS_QUICK 8
#define ARCHIVES 2
#define TRIALS 300
#define TRIALS_QUICK 16

/* struct unit: one site, and the rows that are asked of it. */
struct unit {
	size_t setting;
	uint32_t number;
	uint32_t days;
	size_t hosts;
};

struct plan {
	const struct evaluate_opts *opts;
	const char *rows;
	uint32_t servers;
	uint32_t trials;
	struct unit *units;
	size_t units_count;
	/* points: of a unit, 'servers' for each of the rows. */
	size_t points;
};

/* The final table has one host on trial in each of its worlds. */
static void
fill_world(const struct plan *plan, const struct unit *unit,
	   struct world_opts *world)
{
	const struct rows_setting *setting = &rows_settings[unit->setting];
	const struct final_trial *trial = NULL;

	evaluate_world(plan->opts, 7000 + unit->setting, unit->number,
		       setting->role, setting->noise,
		       setting->role == WORLD_ARCHIVES ? ARCHIVES
						       : plan->servers,
		       unit->days, world);
	world->behind_cdn = setting->behind_cdn;
	if (!plan->opts->final)
		return;
	for (size_t i = 0; i < FINAL_TRIAL_ROWS; i++)
		if (final_trials[i].role == setting->role &&
		    final_trials[i].noise == setting->noise &&
		    final_trials[i].behind_cdn == setting->behind_cdn)
			trial = &final_trials[i];
	assert(trial != NULL);
	evaluate_final(trial->first, unit->number, world);
	world->hosts[setting->role] = 1 + trial->others;
}

static int
run_unit(void *context, size_t index, void *record)
{
	const struct plan *plan = context;
	const struct unit *unit = &plan->units[index];
	const struct rows_setting *setting = &rows_settings[unit->setting];
	struct estate_opts opts = {.history = plan->opts->history};
	struct rows_point *points = record;
	struct estate *estate;

	fill_world(plan, unit, &opts.world);
	opts.names = setting->names;
	estate = estate_new(&opts);
	if (estate == NULL)
		return -1;
	for (size_t r = 0; r < rows_count; r++) {
		const struct rows_row *row = &rows_rows[r];
		double guess = row->by_hour ? row->wanted_bytes : 0.01;
		size_t done = 0;

		if (row->setting != unit->setting ||
		    !rows_chosen(row, plan->rows))
			continue;
		for (size_t h = 0; h < estate->hosts_count; h++)
			if (estate_is_server(estate, h) && done < unit->hosts)
				rows_run(plan->opts, row, estate, h,
					 random_key(unit->number, r, 9), &guess,
					 &points[r * plan->servers + done++]);
	}
	estate_free(estate);
	return 0;
}

static uint32_t
days_of(const struct plan *plan, size_t setting)
{
	uint32_t days = 0;

	for (size_t r = 0; r < rows_count; r++)
		if (rows_rows[r].setting == setting &&
		    rows_chosen(&rows_rows[r], plan->rows) &&
		    rows_rows[r].days > days)
			days = rows_rows[r].days;
	return days;
}

static int
make_units(struct plan *plan)
{
	plan->units = calloc(rows_settings_count * (plan->trials + 1),
			     sizeof(*plan->units));
	if (plan->units == NULL)
		return -1;
	for (size_t s = 0; s < rows_settings_count; s++) {
		const uint32_t days = days_of(plan, s);
		const uint32_t most = rows_settings[s].role == WORLD_ARCHIVES &&
					      plan->servers > ARCHIVES
					  ? ARCHIVES
					  : plan->servers;
		uint32_t left = plan->trials;

		for (uint32_t i = 0; days > 0 && left > 0; i++) {
			const uint32_t hosts = left < most ? left : most;

			plan->units[plan->units_count++] = (struct unit){
			    .setting = s,
			    .number = i,
			    .days = plan->opts->history + days +
				    plan->opts->spread + 1,
			    .hosts = hosts,
			};
			left -= hosts;
		}
	}
	return 0;
}

static size_t
collect(const struct plan *plan, const struct rows_point *points, size_t row,
	struct rows_point *out)
{
	size_t count = 0;

	for (size_t u = 0; u < plan->units_count; u++) {
		if (plan->units[u].setting != rows_rows[row].setting)
			continue;
		for (size_t i = 0; i < plan->units[u].hosts; i++)
			out[count++] =
			    points[u * plan->points + row * plan->servers + i];
	}
	return count;
}

static size_t
row_named(const char *name)
{
	size_t row = 0;

	while (row < rows_count && strcmp(rows_rows[row].name, name) != 0)
		row++;
	return row;
}

/* What 1,000 peers instead of one cost: the floors of the same hosts. */
static int
print_spreading(const struct plan *plan, const struct rows_point *points)
{
	const size_t rows[2] = {row_named("peers-1"), row_named("peers-1000")};
	struct rows_point *both = calloc(2 * plan->trials + 2, sizeof(*both));
	double *ratios = calloc(plan->trials + 1, sizeof(*ratios));
	size_t count = 0;
	size_t n = 0;

	assert(rows[0] < rows_count && rows[1] < rows_count);
	if (both != NULL && ratios != NULL) {
		count = collect(plan, points, rows[0], both);
		collect(plan, points, rows[1], both + plan->trials + 1);
	}
	for (size_t i = 0; i < count; i++) {
		const struct rows_point *many = &both[plan->trials + 1 + i];

		if (both[i].valid && many->valid && !isinf(both[i].floor))
			ratios[n++] = many->floor / both[i].floor;
	}
	stats_sort(ratios, n);
	if (n > 0)
		printf("\n1,000 peers raise the floor of one peer by (p50, "
		       "p95): %.2f, %.2f.\n",
		       stats_quantile(ratios, n, 0.5).value,
		       stats_quantile(ratios, n, 0.95).value);
	free(both);
	free(ratios);
	return count > 0 ? 0 : -1;
}

static int
print_rows(const struct plan *plan, const struct rows_point *points)
{
	const int floors = !(plan->opts->share > 0) && !plan->opts->wanted;
	struct rows_point *row_points =
	    calloc(plan->trials + 1, sizeof(*row_points));

	if (row_points == NULL)
		return -1;
	rows_print_head(floors);
	for (size_t r = 0; r < rows_count; r++) {
		if (!rows_chosen(&rows_rows[r], plan->rows))
			continue;
		rows_print(&rows_rows[r], row_points,
			   collect(plan, points, r, row_points), floors);
	}
	free(row_points);
	if (floors &&
	    rows_chosen(&rows_rows[row_named("peers-1")], plan->rows) &&
	    rows_chosen(&rows_rows[row_named("peers-1000")], plan->rows))
		return print_spreading(plan, points);
	return 0;
}

static int
run_plan(struct plan *plan)
{
	void *records = NULL;
	size_t size;
	int rc = make_units(plan);

	plan->points = rows_count * plan->servers;
	size = plan->points * sizeof(struct rows_point);
	if (rc == 0 && plan->units_count == 0) {
		fprintf(stderr, "no such row: %s\n", plan->rows);
		rc = -1;
	}
	if (rc == 0)
		rc = jobs_run(plan->opts->jobs, plan->units_count, size,
			      run_unit, plan, &records);
	if (rc == 0)
		rc = print_rows(plan, records);
	if (records != NULL)
		jobs_free(records, plan->units_count, size);
	free(plan->units);
	return rc;
}

static void
init_plan(const struct evaluate_opts *opts, const char *rows, struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->opts = opts;
	plan->rows = rows;
	plan->servers = opts->quick ? SERVERS_QUICK : SERVERS;
	if (opts->final)
		plan->servers = 1;
	plan->trials = opts->trials  ? opts->trials
		       : opts->quick ? TRIALS_QUICK
				     : TRIALS;
}

int
evaluate_detect(const struct evaluate_opts *opts)
{
	struct plan plan;

	init_plan(opts, opts->rows ? opts->rows : "main", &plan);
	printf("\n### What is detected: %u days of history, %.3g chance "
	       "alarms per host-year, %u trials a row, seed %llu\n\n",
	       opts->history, evaluate_knob(opts), plan.trials,
	       (unsigned long long)opts->seed);
	printf("Shares are of the host's mean crossing outbound bytes of the "
	       "history. Intervals are 95 %% ones: Clopper-Pearson for "
	       "shares, order statistics for quantiles. \"95 %% for sure\" is "
	       "the rate that so many trials detect that the lower bound is "
	       "0.92. Twin: the same worlds without the leak.\n\n");
	return run_plan(&plan);
}

int
evaluate_ablate(const struct evaluate_opts *opts)
{
	const char *const rows = opts->rows
				     ? opts->rows
				     : "drip-office,drip-noisy,mimic,"
				       "office:daily-burst,office:nights";

	for (uint32_t i = 0; i <= SEEP_STATISTIC_COUNT; i++) {
		struct evaluate_opts one = *opts;
		struct plan plan;

		if (i > 0)
			one.statistics_off |= 1u << (i - 1);
		init_plan(&one, rows, &plan);
		if (opts->trials == 0 && !opts->quick)
			plan.trials = TRIALS / 3;
		printf("\n### Without: %s\n\n",
		       i == 0 ? "nothing (all statistics speak)"
			      : seep_statistic_name(i - 1));
		if (run_plan(&plan) != 0)
			return -1;
	}
	return 0;
}
