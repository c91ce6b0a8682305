/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_floor.c - is the floor that a report prints the floor that
 * injections meet?
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>

#include "detection/evaluate.h"
#include "detection/final.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/stats.h"
#include "detection/trial.h"

/* Evidence of three months; leaks start on any day with 21 days before it. */
#define EVIDENCE_DAYS 91
#define BEFORE_DAYS 21

#define HOSTS 20
#define HOSTS_QUICK 1
#define SERVERS 4
#define INJECTIONS 40

struct kind {
	const char *name;
	uint32_t days;
	/* window: of the printed floor: 0..3 = 7, 14, 30, 90 days. */
	size_t window;
	int mimic;
	enum inject_pattern patterns[3];
	size_t patterns_count;
};

static const struct kind kinds[] = {
    {"drip, 14 days",
     14,
     1,
     0,
     {INJECT_DRIP, INJECT_DRIP_40, INJECT_DRIP_1000},
     3},
    {"mimic, 30 days", 30, 2, 1, {INJECT_MIMIC, 0, 0}, 1},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const enum world_noise noises[] = {WORLD_NOISE_OFFICE, WORLD_NOISE_QUIET,
					  WORLD_NOISE_ROUND_THE_CLOCK};
#define NOISES 3

/* struct verdict: of one host and kind. */
struct verdict {
	int valid;
	int is_null;
	double printed;
	double injected;
	/* found: share of injections found at these times the printed floor:
	 * 1/4, 1, 2. */
	double found_quarter;
	double found_once;
	double found_twice;
};

struct unit_record {
	_Alignas(16) struct verdict verdicts[SERVERS][KINDS];
};

struct plan {
	const struct evaluate_opts *opts;
	uint32_t injections;
	uint32_t hosts;
	/* each: hosts on trial in each world, at most SERVERS. */
	uint32_t each;
};

static uint64_t
printed_floor(const struct plan *plan, const struct estate *estate, size_t host,
	      const struct kind *kind)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	const struct seep_snapshot *const base = estate->base;
	const struct seep_address *address = &estate->hosts[host].world.address;
	const struct seep_entity *entity;
	struct seep_findings *findings;
	uint64_t floor = UINT64_MAX;
	size_t cursor = 0;

	opts.watch = SEEP_WATCH_ALL;
	opts.alarms_per_year = evaluate_knob(plan->opts);
	opts.only = address;
	opts.only_count = 1;
	if (seep_detect(&base, 1, &opts, &findings, NULL) != SEEP_OK)
		return floor;
	while (seep_findings_next_entity(findings, &cursor, &entity) == SEEP_OK)
		if (seep_address_compare(&entity->host.base, address) == 0 &&
		    entity->host.prefix_bits == 128)
			floor =
			    kind->mimic
				? entity
				      ->floor_mimic_bytes_per_day[kind->window]
				: entity
				      ->floor_drip_bytes_per_day[kind->window];
	seep_findings_free(findings);
	return floor;
}

/* One line: printed, then the injected floors in ascending order. */
static void
tell(const struct estate *estate, size_t host, const struct kind *kind,
     size_t pattern, const struct verdict *verdict, const double *floors,
     uint32_t count)
{
	fprintf(stderr, "%s %s mean %.4g printed %.4g:",
		world_noise_name(estate->hosts[host].world.noise),
		inject_name(kind->patterns[pattern]),
		estate->hosts[host].mean_out, verdict->printed);
	for (uint32_t i = 0; i < count; i++)
		fprintf(stderr, " %.4g", floors[i]);
	fprintf(stderr, "\n");
}

/* The 95 % quantile of the floors of one pattern; the shares found at parts
 * of the printed floor follow from the same floors. */
static int
inject_pattern(const struct plan *plan, const struct estate *estate,
	       size_t host, const struct kind *kind, size_t pattern,
	       struct verdict *verdict)
{
	const double mean = estate->hosts[host].mean_out;
	struct random random =
	    random_at(plan->opts->seed, 70000 + pattern, host);
	const double n = plan->injections;
	double *floors = calloc(plan->injections + 1, sizeof(*floors));
	double quarter = 0, once = 0, twice = 0;
	double p95;
	int rc = floors ? 0 : -1;

	for (uint32_t i = 0; rc == 0 && i < plan->injections; i++) {
		const uint32_t room = EVIDENCE_DAYS - BEFORE_DAYS - kind->days;
		struct trial trial = {
		    .estate = estate,
		    .host = host,
		    .pattern = kind->patterns[pattern],
		    .seed = random_next(&random),
		    .start_ns = estate_at(
			estate, BEFORE_DAYS + random_below(&random, room + 1)),
		    .days = kind->days,
		    .alarms_per_year = evaluate_knob(plan->opts),
		    .steps = 8,
		    .any_peers = 1,
		};

		rc = trial_floor(&trial, verdict->printed, 64 * mean,
				 &floors[i]);
		quarter += floors[i] <= verdict->printed / 4;
		once += floors[i] <= verdict->printed;
		twice += floors[i] <= verdict->printed * 2;
	}
	stats_sort(floors, plan->injections);
	if (plan->opts->verbose && rc == 0)
		tell(estate, host, kind, pattern, verdict, floors,
		     plan->injections);
	p95 = rc == 0 ? stats_quantile(floors, plan->injections, 0.95).value
		      : NAN;
	free(floors);
	/* The worst of 1, 40 and 1,000 peers is what the floor is of. */
	if (pattern == 0 || p95 > verdict->injected) {
		verdict->injected = p95;
		verdict->found_quarter = quarter / n;
		verdict->found_once = once / n;
		verdict->found_twice = twice / n;
	}
	return rc;
}

static int
run_unit(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	struct unit_record *out = record;
	struct estate_opts opts = {.history = EVIDENCE_DAYS};
	struct estate *estate;
	size_t done = 0;
	int rc = 0;

	evaluate_world(plan->opts, 70000, unit, WORLD_FILE_SERVER,
		       noises[unit % NOISES], SERVERS, EVIDENCE_DAYS,
		       &opts.world);
	if (plan->opts->final)
		evaluate_final(FINAL_FLOOR_FIRST, unit, &opts.world);
	/* A role group of more than those that are tried. */
	opts.world.hosts[WORLD_FILE_SERVER] = 2 * SERVERS;
	estate = estate_new(&opts);
	if (estate == NULL)
		return -1;
	for (size_t h = 0; h < estate->hosts_count && done < plan->each; h++) {
		if (!estate_is_server(estate, h))
			continue;
		for (size_t k = 0; rc >= 0 && k < KINDS; k++) {
			struct verdict *verdict = &out->verdicts[done][k];
			const uint64_t floor =
			    printed_floor(plan, estate, h, &kinds[k]);

			verdict->is_null = floor == UINT64_MAX || floor == 0;
			verdict->printed = (double)floor;
			for (size_t p = 0; !verdict->is_null && rc == 0 &&
					   p < kinds[k].patterns_count;
			     p++)
				rc = inject_pattern(plan, estate, h, &kinds[k],
						    p, verdict);
			verdict->valid = rc == 0;
		}
		done++;
	}
	estate_free(estate);
	return rc < 0 ? -1 : 0;
}

static void
print_kind(const struct unit_record *units, size_t count, size_t noise,
	   size_t k)
{
	uint64_t n = 0, nulls = 0, within = 0, twice = 0, quarter = 0;
	double *ratios = calloc(count * SERVERS + 1, sizeof(*ratios));
	struct stats_interval interval = {0, 1};

	for (size_t u = noise; ratios != NULL && u < count; u += NOISES)
		for (size_t i = 0; i < SERVERS; i++) {
			const struct verdict *v = &units[u].verdicts[i][k];
			const double ratio = v->printed / v->injected;

			nulls += v->valid && v->is_null;
			if (!v->valid || v->is_null)
				continue;
			ratios[n++] = ratio;
			within += ratio >= 0.75 && ratio <= 1.25;
			twice += v->found_twice >= 0.95;
			quarter += v->found_quarter <= 0.05;
		}
	if (n > 0)
		interval = stats_share(within, n);
	stats_sort(ratios, n);
	printf("| %s | %s | %llu | %llu |", world_noise_name(noises[noise]),
	       kinds[k].name, (unsigned long long)n, (unsigned long long)nulls);
	if (n > 0)
		printf(" %.2f | %.2f..%.2f | %llu/%llu [%.0f %%, %.0f %%] | "
		       "%llu | %llu |\n",
		       stats_quantile(ratios, n, 0.5).value,
		       stats_quantile(ratios, n, 0.05).value,
		       stats_quantile(ratios, n, 0.95).value,
		       (unsigned long long)within, (unsigned long long)n,
		       100 * interval.low, 100 * interval.high,
		       (unsigned long long)twice, (unsigned long long)quarter);
	else
		printf(" | | | | |\n");
	free(ratios);
}

int
evaluate_floor(const struct evaluate_opts *opts)
{
	struct plan plan = {
	    .opts = opts,
	    .injections = opts->trials  ? opts->trials
			  : opts->quick ? 8
					: INJECTIONS,
	    .hosts = opts->hosts   ? opts->hosts
		     : opts->quick ? HOSTS_QUICK
				   : HOSTS,
	    .each = opts->quick ? 1 : SERVERS,
	};
	const size_t units =
	    NOISES * ((plan.hosts + plan.each - 1) / plan.each);
	void *records = NULL;
	int rc = jobs_run(opts->jobs, units, sizeof(struct unit_record),
			  run_unit, &plan, &records);

	if (rc != 0)
		return rc;
	printf("\n### Printed floor against injected floor: %u injections of "
	       "each kind into each host, %d days of evidence, seed %llu\n\n"
	       "Injected: the rate that 95 %% of the injections are found at; "
	       "drip: the worst of 1, 40 and 1,000 peers.\n\n"
	       "| noise | floor | hosts | printed none | printed / injected, "
	       "p50 | p5..p95 | within 25 %% | hosts found at 2x >= 95 %% | "
	       "at 1/4 <= 5 %% |\n|---|---|---|---|---|---|---|---|---|\n",
	       plan.injections, EVIDENCE_DAYS, (unsigned long long)opts->seed);
	for (size_t n = 0; n < NOISES; n++)
		for (size_t k = 0; k < KINDS; k++)
			print_kind(records, units, n, k);
	jobs_free(records, units, sizeof(struct unit_record));
	return 0;
}
