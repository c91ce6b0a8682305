/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_scaling.c - is a larger leak ever detected later, and do all
 * bytes times 4 change a finding?
 */
#include <stdio.h>
#include <string.h>

#include "detection/evaluate.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/stats.h"
#include "detection/trial.h"

#define DAYS 30
#define SERVERS 20
#define WORLDS 4

/* Shares of the mean, each twice the one before. */
#define SHARE_FIRST 0.01
#define SHARES 8

static const enum inject_pattern patterns[] = {INJECT_DRIP, INJECT_DAILY_BURST,
					       INJECT_MIMIC, INJECT_USED_PEERS};
#define PATTERNS (sizeof(patterns) / sizeof(*patterns))

static const enum world_noise noises[] = {WORLD_NOISE_OFFICE,
					  WORLD_NOISE_ROUND_THE_CLOCK};
#define NOISES 2

struct plan {
	const struct evaluate_opts *opts;
	uint32_t servers;
};

struct count {
	uint32_t doublings;
	/* later: detected later, or no longer, than half the leak. */
	uint32_t later;
	uint32_t compared;
	uint32_t different;
	uint32_t failed;
};

struct unit_record {
	_Alignas(16) struct count counts[PATTERNS];
};

static int
run_one(const struct plan *plan, const struct estate *estate, size_t host,
	enum inject_pattern pattern, uint64_t rate, struct trial_result *result)
{
	const struct trial trial = {
	    .estate = estate,
	    .host = host,
	    .pattern = pattern,
	    .seed = random_key(plan->opts->seed, 60000 + pattern, host),
	    .start_ns = estate_at(estate, plan->opts->history),
	    .days = DAYS,
	    .alarms_per_year = evaluate_knob(plan->opts),
	    .watch_servers = plan->opts->watch_servers,
	};

	return trial_run(&trial, rate, result);
}

/* 'larger' has four times the bytes of 'estate'. */
static void
run_host(const struct plan *plan, const struct estate *estate,
	 const struct estate *larger, size_t host, size_t p,
	 struct count *count)
{
	int64_t before = INT64_MAX;

	for (int i = 0; i < SHARES; i++) {
		const uint64_t rate = (uint64_t)(SHARE_FIRST * (1 << i) *
						 estate->hosts[host].mean_out);
		struct trial_result result;
		struct trial_result scaled;
		int64_t at;

		if (run_one(plan, estate, host, patterns[p], rate, &result) !=
			0 ||
		    run_one(plan, larger, host, patterns[p], 4 * rate,
			    &scaled) != 0) {
			count->failed++;
			continue;
		}
		at = result.miss == TRIAL_DETECTED ? result.detected_at_ns
						   : INT64_MAX;
		count->doublings += i > 0;
		count->later += at > before;
		count->compared++;
		count->different += result.digest != scaled.digest ||
				    result.findings != scaled.findings;
		before = at;
	}
}

static int
run_unit(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	struct unit_record *out = record;
	struct estate_opts opts = {.history = plan->opts->history};
	struct estate *estate;
	struct estate *larger;

	evaluate_world(plan->opts, 60000, unit, WORLD_FILE_SERVER,
		       noises[unit % NOISES], plan->servers,
		       plan->opts->history + DAYS + 1, &opts.world);
	estate = estate_new(&opts);
	opts.factor = 4;
	larger = estate_new(&opts);
	for (size_t h = 0;
	     estate != NULL && larger != NULL && h < estate->hosts_count; h++)
		for (size_t p = 0; estate_is_server(estate, h) && p < PATTERNS;
		     p++)
			run_host(plan, estate, larger, h, p, &out->counts[p]);
	estate_free(estate);
	estate_free(larger);
	return estate != NULL && larger != NULL ? 0 : -1;
}

static void
print_pattern(const struct unit_record *units, size_t count, size_t noise,
	      size_t p)
{
	struct count sum = {0};

	for (size_t u = noise; u < count; u += NOISES) {
		sum.doublings += units[u].counts[p].doublings;
		sum.later += units[u].counts[p].later;
		sum.compared += units[u].counts[p].compared;
		sum.different += units[u].counts[p].different;
		sum.failed += units[u].counts[p].failed;
	}
	printf("| %s | %s | %u of %u | %u of %u |%s\n",
	       world_noise_name(noises[noise]), inject_name(patterns[p]),
	       sum.later, sum.doublings, sum.different, sum.compared,
	       sum.failed ? " (trials FAILED)" : "");
}

int
evaluate_scaling(const struct evaluate_opts *opts)
{
	struct plan plan = {.opts = opts, .servers = opts->quick ? 1 : SERVERS};
	const uint32_t asked = opts->trials ? opts->trials : WORLDS * SERVERS;
	const size_t units =
	    opts->quick ? NOISES
			: NOISES * ((asked + plan.servers - 1) / plan.servers);
	void *records = NULL;
	int rc = jobs_run(opts->jobs, units, sizeof(struct unit_record),
			  run_unit, &plan, &records);

	if (rc != 0)
		return rc;
	printf("\n### A leak doubled, and all bytes times 4, within %d days, "
	       "seed %llu\n\n"
	       "Leaks of %.3g %% of the mean outbound, doubled %d times.\n\n"
	       "| noise | pattern | detected later or no longer | findings "
	       "that differ at 4 times the bytes |\n|---|---|---|---|\n",
	       DAYS, (unsigned long long)opts->seed, 100 * SHARE_FIRST,
	       SHARES - 1);
	for (size_t n = 0; n < NOISES; n++)
		for (size_t p = 0; p < PATTERNS; p++)
			print_pattern(records, units, n, p);
	jobs_free(records, units, sizeof(struct unit_record));
	return 0;
}
