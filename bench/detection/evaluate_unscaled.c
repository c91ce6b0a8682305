/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_unscaled.c - 240 GB in 30, 90 and 365 days, on hosts that send
 * 0.5, 5 and 50 GB a day anyway.
 */
#include <stdio.h>
#include <string.h>

#include "detection/evaluate.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/trial.h"

#define DAYS 30
#define TRIALS 20

static const double rates[] = {8.0e9, 2.67e9, 0.66e9};
static const double sizes[] = {0.5e9, 5e9, 50e9};
static const enum world_noise noises[] = {WORLD_NOISE_OFFICE,
					  WORLD_NOISE_ROUND_THE_CLOCK};
#define RATES 3
#define SIZES 3
#define NOISES 2

/* Every pattern that begins after the first record and can carry gigabytes:
 * names and pings cannot. */
static const enum inject_pattern patterns[] = {
    INJECT_DRIP,         INJECT_DRIP_40,         INJECT_DRIP_1000,
    INJECT_OFFICE_HOURS, INJECT_NIGHTS,          INJECT_DAILY_BURST,
    INJECT_MIMIC,        INJECT_USED_PEERS,      INJECT_PULLED_ONE,
    INJECT_PULLED_MANY,  INJECT_LONG_CONNECTION, INJECT_PADDED,
    INJECT_RAMP,         INJECT_STAGED,          INJECT_MANY_SERVERS,
};
#define PATTERNS (sizeof(patterns) / sizeof(*patterns))

#define MISSES (TRIAL_DETECTED + 1)

struct plan {
	const struct evaluate_opts *opts;
	uint32_t trials;
};

/* struct unit_record: of one noise and size. */
struct unit_record {
	_Alignas(16) uint32_t counts[PATTERNS][RATES][MISSES];
	uint32_t failed;
};

static void
run_host(const struct plan *plan, const struct estate *estate, size_t host,
	 struct unit_record *record)
{
	for (size_t p = 0; p < PATTERNS; p++)
		for (size_t r = 0; r < RATES; r++) {
			struct trial trial = {
			    .estate = estate,
			    .host = host,
			    .pattern = patterns[p],
			    .seed = random_key(plan->opts->seed, p, host),
			    .start_ns = estate_at(estate, plan->opts->history),
			    .days = DAYS,
			    .alarms_per_year = evaluate_knob(plan->opts),
			    .statistics_off = plan->opts->statistics_off,
			    .watch_servers = plan->opts->watch_servers,
			    .verbose = plan->opts->verbose,
			};
			struct trial_result result;
			const int rc =
			    trial_run(&trial, (uint64_t)rates[r], &result);

			record->failed += rc < 0;
			record->counts[p][r][result.miss] += rc == 0;
		}
}

static int
run_unit(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	struct estate_opts opts = {.history = plan->opts->history};
	struct estate *estate;
	uint32_t done = 0;

	evaluate_world(plan->opts, 50000, unit, WORLD_FILE_SERVER,
		       noises[unit / SIZES], plan->trials,
		       plan->opts->history + DAYS + 1, &opts.world);
	opts.mean_out = sizes[unit % SIZES];
	estate = estate_new(&opts);
	if (estate == NULL)
		return -1;
	for (size_t h = 0; h < estate->hosts_count; h++)
		if (estate_is_server(estate, h) && done++ < plan->trials)
			run_host(plan, estate, h, record);
	estate_free(estate);
	return 0;
}

static uint32_t
sum_of(const uint32_t *counts)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < MISSES; i++)
		sum += counts[i];
	return sum;
}

static void
print_table(const struct unit_record *units, enum world_noise noise)
{
	printf("\n#### File servers, %s\n\n| pattern |",
	       world_noise_name(noise));
	for (size_t s = 0; s < SIZES; s++)
		for (size_t r = 0; r < RATES; r++)
			printf(" %.2g on %.2g |", rates[r] / 1e9,
			       sizes[s] / 1e9);
	printf("\n|---|---|---|---|---|---|---|---|---|---|\n");
	for (size_t p = 0; p < PATTERNS; p++) {
		printf("| %s |", inject_name(patterns[p]));
		for (size_t s = 0; s < SIZES; s++)
			for (size_t r = 0; r < RATES; r++) {
				const uint32_t *counts = units[s].counts[p][r];

				printf(" %u/%u |", counts[TRIAL_DETECTED],
				       sum_of(counts));
			}
		printf("\n");
	}
}

/* Missed: fewer than 95 in 100; named with what failed most often. */
static void
print_misses(const struct unit_record *units, enum world_noise noise)
{
	for (size_t p = 0; p < PATTERNS; p++)
		for (size_t s = 0; s < SIZES; s++)
			for (size_t r = 0; r < RATES; r++) {
				const uint32_t *counts = units[s].counts[p][r];
				const uint32_t all = sum_of(counts);
				size_t most = 0;

				if (20 * counts[TRIAL_DETECTED] >= 19 * all)
					continue;
				for (size_t i = 0; i < TRIAL_DETECTED; i++)
					if (counts[i] > counts[most])
						most = i;
				printf("- missed: %s, %.2g GB a day on %.2g "
				       "(%s): %u of %u, mostly \"%s\"\n",
				       inject_name(patterns[p]), rates[r] / 1e9,
				       sizes[s] / 1e9, world_noise_name(noise),
				       all - counts[TRIAL_DETECTED], all,
				       trial_miss_name((enum trial_miss)most));
			}
}

int
evaluate_unscaled(const struct evaluate_opts *opts)
{
	struct plan plan = {.opts = opts,
			    .trials = opts->trials  ? opts->trials
				      : opts->quick ? 4
						    : TRIALS};
	const struct unit_record *units;
	void *records = NULL;
	int rc;

	rc = jobs_run(opts->jobs, NOISES * SIZES, sizeof(*units), run_unit,
		      &plan, &records);
	if (rc != 0)
		return rc;
	units = records;
	printf("\n### 8.0, 2.67 and 0.66 GB a day on hosts of 0.5, 5 and 50 "
	       "GB a day, within %d days, seed %llu\n",
	       DAYS, (unsigned long long)opts->seed);
	for (size_t n = 0; n < NOISES; n++) {
		print_table(units + n * SIZES, noises[n]);
		printf("\n");
		print_misses(units + n * SIZES, noises[n]);
	}
	jobs_free(records, NOISES * SIZES, sizeof(*units));
	return 0;
}
