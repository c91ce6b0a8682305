/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_history.c - where the leak is older than the logs: at which place
 * of the ranks does its channel stand?
 */
#include <stdio.h>
#include <string.h>

#include "detection/evaluate.h"
#include "detection/final.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/stats.h"
#include "detection/trial.h"

#define SERVERS FINAL_CONTRAST_SERVERS
#define TRIALS 50
#define HOSTS 1000
#define HOSTS_QUICK 200

/* What the issue asks to be found, and what is tried beside it. */
static const double rates[] = {5e6, 20e6};
#define RATES (sizeof(rates) / sizeof(*rates))

static const uint32_t day_counts[] = FINAL_CONTRAST_DAYS;
#define DAY_COUNTS (sizeof(day_counts) / sizeof(*day_counts))

struct plan {
	const struct evaluate_opts *opts;
	uint32_t trials;
	uint32_t hosts;
	size_t worlds;
};

struct unit_record {
	_Alignas(16) uint32_t trials;
	uint32_t failed;
	uint32_t found[RATES];
	uint32_t first[RATES];
};

static void
fill_world(const struct plan *plan, uint32_t days, size_t number,
	   struct world_opts *world)
{
	evaluate_world(plan->opts, 40000 + days, number, WORLD_FILE_SERVER,
		       WORLD_NOISE_COUNT, 14, days, world);
	if (plan->opts->final)
		evaluate_final(FINAL_CONTRAST_FIRST, number, world);
	world->hosts[WORLD_WEB_SERVER] = 12;
	world->hosts[WORLD_MAIL_SERVER] = 8;
	world->hosts[WORLD_BACKUP_SERVER] = 6;
	world->hosts[WORLD_VPN_SERVER] = 10;
	world->hosts[WORLD_WORKSTATION] = plan->hosts - SERVERS - 1;
}

static void
run_host(const struct plan *plan, const struct estate *estate, size_t host,
	 size_t unit, struct unit_record *record)
{
	struct trial trial = {
	    .estate = estate,
	    .host = host,
	    .pattern = INJECT_SINCE_FIRST,
	    .seed = random_key(plan->opts->seed, 40000 + unit, host),
	    .start_ns = estate->opts.world.start_ns,
	    .days = estate->opts.world.days,
	    .alarms_per_year = evaluate_knob(plan->opts),
	    .no_history = 1,
	    .watch_servers = plan->opts->watch_servers,
	};
	struct trial_result result;

	for (size_t i = 0; i < RATES; i++) {
		if (trial_run(&trial, (uint64_t)rates[i], &result) != 0) {
			record->failed++;
			continue;
		}
		record->found[i] += result.rank > 0 && result.rank <= 10;
		record->first[i] += result.rank == 1;
	}
	record->trials++;
}

static int
run_unit(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	const uint32_t days = day_counts[unit / plan->worlds];
	const size_t number = unit % plan->worlds;
	struct unit_record *out = record;
	struct estate_opts opts = {.history = days};
	struct estate *estate;

	fill_world(plan, days, number, &opts.world);
	estate = estate_new(&opts);
	if (estate == NULL)
		return -1;
	for (size_t h = 0; h < estate->hosts_count; h++)
		if (estate_is_server(estate, h) &&
		    out->trials + number * SERVERS < plan->trials)
			run_host(plan, estate, h, unit, out);
	estate_free(estate);
	return 0;
}

static void
print_days(const struct plan *plan, const struct unit_record *units,
	   uint32_t days)
{
	for (size_t i = 0; i < RATES; i++) {
		uint64_t n = 0, found = 0, first = 0, failed = 0;
		struct stats_interval interval;
		char text[16];

		for (size_t u = 0; u < plan->worlds; u++) {
			n += units[u].trials;
			found += units[u].found[i];
			first += units[u].first[i];
			failed += units[u].failed;
		}
		if (n == 0)
			continue;
		interval = stats_share(found, n);
		printf("| %u | %s | %llu/%llu = %.1f %% [%.1f, %.1f] | %llu "
		       "|%s\n",
		       days, evaluate_bytes(rates[i], text),
		       (unsigned long long)found, (unsigned long long)n,
		       100.0 * (double)found / (double)n, 100 * interval.low,
		       100 * interval.high, (unsigned long long)first,
		       failed ? " (trials FAILED)" : "");
	}
}

int
evaluate_history(const struct evaluate_opts *opts)
{
	struct plan plan = {
	    .opts = opts,
	    .trials = opts->trials  ? opts->trials
		      : opts->final ? FINAL_CONTRAST_TRIALS
		      : opts->quick ? 8
				    : TRIALS,
	    .hosts = opts->hosts   ? opts->hosts
		     : opts->final ? FINAL_CONTRAST_HOSTS
		     : opts->quick ? HOSTS_QUICK
				   : HOSTS,
	};
	void *records = NULL;
	int rc;

	if (plan.hosts < SERVERS + 2)
		plan.hosts = SERVERS + 2;
	plan.worlds = (plan.trials + SERVERS - 1) / SERVERS;
	rc = jobs_run(opts->jobs, DAY_COUNTS * plan.worlds,
		      sizeof(struct unit_record), run_unit, &plan, &records);
	if (rc != 0)
		return rc;
	printf("\n### No history: one of %d servers among %u hosts leaks "
	       "since the first record, seed %llu\n\n"
	       "| days | leak a day | channel in the first 10 | first |\n"
	       "|---|---|---|---|\n",
	       SERVERS, plan.hosts, (unsigned long long)opts->seed);
	for (size_t i = 0; i < DAY_COUNTS; i++)
		print_days(&plan,
			   (struct unit_record *)records + i * plan.worlds,
			   day_counts[i]);
	jobs_free(records, DAY_COUNTS * plan.worlds,
		  sizeof(struct unit_record));
	return 0;
}
