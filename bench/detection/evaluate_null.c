/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_null.c - chance alarms against the knob: on steady worlds, where
 * every alarm is one, and on changing worlds, where true changes may speak.
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

/* Days after the history: a year, as the knob counts. */
#define YEAR_DAYS 365
#define QUICK_DAYS 120
#define YEAR 365.25

/* struct cell: what happened to the hosts of one role and noise. */
struct cell {
	double host_years;
	uint32_t hosts;
	uint32_t alarms[EVALUATE_KNOBS_MAX];
	/* hosts_alarmed: with one at least; worst: most of one host. */
	uint32_t hosts_alarmed[EVALUATE_KNOBS_MAX];
	uint32_t worst[EVALUATE_KNOBS_MAX];
	uint32_t spoke[EVALUATE_KNOBS_MAX][SEEP_STRATUM_COUNT]
		      [SEEP_STATISTIC_COUNT];
	/* Changing worlds: alarms that name a change's peer on its host;
	 * changes; those above the host's floor; those shared by 3 hosts. */
	uint32_t true_alarms[EVALUATE_KNOBS_MAX];
	uint32_t contrast[EVALUATE_KNOBS_MAX];
	uint32_t changes;
	uint32_t changes_above;
	uint32_t shared;
	uint32_t shared_reported[EVALUATE_KNOBS_MAX];
};

#define NOISES (WORLD_NOISE_COUNT + 1)

struct board {
	_Alignas(16) struct cell cells[WORLD_ROLE_COUNT][NOISES];
};

struct run {
	const struct evaluate_opts *opts;
	enum world_family family;
	double knobs[EVALUATE_KNOBS_MAX];
	size_t knobs_count;
};

struct judge {
	const struct run *run;
	const struct estate *estate;
	struct board *board;
	size_t knob;
	uint32_t *alarms;  /* by host */
	uint8_t *reported; /* by change */
};

static struct cell *
cell_of(const struct judge *judge, size_t host)
{
	const struct world_host *world = &judge->estate->hosts[host].world;
	const int noisy =
	    world->role <= WORLD_VPN_SERVER && world->role != WORLD_ARCHIVES;

	return &judge->board->cells[world->role]
				   [noisy ? world->noise : WORLD_NOISE_COUNT];
}

static size_t
host_of(const struct estate *estate, const struct seep_network *network)
{
	size_t host = 0;

	while (host < estate->hosts_count &&
	       (network->prefix_bits != 128 ||
		seep_address_compare(&estate->hosts[host].world.address,
				     &network->base) != 0))
		host++;
	return host;
}

static void
tell_alarm(const struct judge *judge, const struct seep_finding *finding,
	   size_t host, const char *what)
{
	const struct estate *estate = judge->estate;
	const struct world_host *world = &estate->hosts[host].world;
	const int64_t start = estate->opts.world.start_ns;
	char text[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_format(&finding->host.base, text);
	fprintf(stderr,
		"%s seed=%llu knob=%g %s %s %s day=%.2f %s/%s score=%.1f "
		"rate/y=%.3g peers=%llu bytes=%llu expected=%llu "
		"span=[%.1f,%.1f) direction=%s pattern=%s\n",
		what, (unsigned long long)estate->opts.world.seed,
		judge->run->knobs[judge->knob], text,
		world_role_name(world->role), world_noise_name(world->noise),
		(double)(finding->detected_at_ns - start) / ESTATE_DAY_NS,
		seep_stratum_name(finding->stratum),
		seep_statistic_name(finding->statistic),
		finding->score_tenths / 10.0,
		finding->alarms_per_year_micro == UINT64_MAX
		    ? NAN
		    : (double)finding->alarms_per_year_micro / 1e6,
		(unsigned long long)finding->peers_total,
		(unsigned long long)finding->bytes_out,
		(unsigned long long)finding->bytes_expected,
		(double)(finding->first_seen_ns - start) / ESTATE_DAY_NS,
		(double)(finding->last_seen_ns - start) / ESTATE_DAY_NS,
		seep_direction_name((int)finding->direction),
		seep_pattern_name((int)finding->pattern));
}

/* Is it the change that speaks: same host, not before it, its peer named? */
static int
names_change(const struct judge *judge, const struct seep_finding *finding,
	     size_t host)
{
	size_t count;
	const struct world_change *changes =
	    world_changes(judge->estate->world, &count);
	int found = 0;

	for (size_t i = 0; i < count; i++) {
		if (changes[i].host != host ||
		    finding->detected_at_ns <= changes[i].start_ns)
			continue;
		for (size_t p = 0; p < finding->peers_count; p++) {
			if (seep_address_compare(&finding->peers[p].peer,
						 &changes[i].peer) != 0)
				continue;
			judge->reported[i] = 1;
			found = 1;
		}
	}
	return found;
}

static void
judge_finding(const struct judge *judge, const struct seep_finding *finding)
{
	const size_t host = host_of(judge->estate, &finding->host);
	struct cell *cell;
	int is_change;

	if (host == judge->estate->hosts_count)
		return;
	cell = cell_of(judge, host);
	if (finding->basis == SEEP_BASIS_CONTRAST) {
		/* A rank, no alarm: it promises no rate. */
		cell->contrast[judge->knob]++;
		return;
	}
	is_change = names_change(judge, finding, host);
	cell->true_alarms[judge->knob] += is_change != 0;
	cell->alarms[judge->knob] += !is_change;
	judge->alarms[host] += !is_change;
	if (!is_change && finding->stratum < SEEP_STRATUM_COUNT &&
	    finding->statistic < SEEP_STATISTIC_COUNT)
		cell->spoke[judge->knob][finding->stratum]
			   [finding->statistic]++;
	if (judge->run->opts->verbose)
		tell_alarm(judge, finding, host,
			   is_change ? "change" : "alarm");
}

/* Host-years: what the evidence says, an equal part for every entity, since
 * all hosts of a world are there from its first day to its last. */
static void
add_years(const struct judge *judge, const struct seep_findings *findings)
{
	const struct seep_evidence *evidence = seep_findings_evidence(findings);
	const struct estate *estate = judge->estate;
	/* None where no alarm was possible: a site that records nothing at
	 * night has no day of 18 covered hours. */
	const double said = evidence->entities > 0
				? (double)evidence->host_years_micro / 1e6 /
				      (double)evidence->entities
				: 0;

	for (size_t i = 0; i < estate->hosts_count; i++) {
		cell_of(judge, i)->host_years += said;
		cell_of(judge, i)->hosts++;
	}
}

static double
floor_of(const struct judge *judge, const struct seep_findings *findings,
	 size_t host)
{
	const struct seep_entity *entity;
	size_t cursor = 0;

	while (seep_findings_next_entity(findings, &cursor, &entity) == SEEP_OK)
		if (host_of(judge->estate, &entity->host) == host)
			return entity->floor_drip_bytes_per_day[1] == UINT64_MAX
				   ? 0
				   : (double)
					 entity->floor_drip_bytes_per_day[1];
	return 0;
}

/* An unknown floor is taken for 0: every change then counts as one that may
 * be reported, which is said with the table. */
static void
add_changes(const struct judge *judge, const struct seep_findings *findings)
{
	size_t count;
	const struct world_change *changes =
	    world_changes(judge->estate->world, &count);

	for (size_t i = 0; i < count; i++) {
		struct cell *cell = cell_of(judge, changes[i].host);

		if (judge->knob == 0) {
			cell->changes++;
			cell->shared += changes[i].shared >= 3;
			cell->changes_above +=
			    (double)changes[i].bytes_per_day >=
			    floor_of(judge, findings, changes[i].host);
		}
		cell->shared_reported[judge->knob] +=
		    changes[i].shared >= 3 && judge->reported[i];
	}
}

static int
judge_estate(struct judge *judge)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	const struct seep_snapshot *const base = judge->estate->base;
	const struct run *run = judge->run;
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t cursor = 0;

	opts.watch =
	    run->opts->watch_servers ? SEEP_WATCH_SERVERS : SEEP_WATCH_ALL;
	opts.alarms_per_year = run->knobs[judge->knob];
	opts.statistics_off = run->opts->statistics_off;
	opts.no_floors = run->family == WORLD_STEADY || judge->knob > 0;
	if (seep_detect(&base, 1, &opts, &findings, NULL) != SEEP_OK)
		return -1;
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		judge_finding(judge, finding);
	if (judge->knob == 0)
		add_years(judge, findings);
	add_changes(judge, findings);
	seep_findings_free(findings);
	return 0;
}

static int
judge_knobs(struct judge *judge)
{
	const struct estate *estate = judge->estate;
	size_t changes;
	int rc = 0;

	world_changes(estate->world, &changes);
	judge->alarms = calloc(estate->hosts_count, sizeof(*judge->alarms));
	judge->reported = calloc(changes + 1, 1);
	if (judge->alarms == NULL || judge->reported == NULL)
		rc = -1;
	for (; rc == 0 && judge->knob < judge->run->knobs_count;
	     judge->knob++) {
		memset(judge->alarms, 0,
		       estate->hosts_count * sizeof(*judge->alarms));
		memset(judge->reported, 0, changes + 1);
		rc = judge_estate(judge);
		for (size_t i = 0; rc == 0 && i < estate->hosts_count; i++) {
			struct cell *cell = cell_of(judge, i);
			uint32_t *worst = &cell->worst[judge->knob];

			cell->hosts_alarmed[judge->knob] +=
			    judge->alarms[i] > 0;
			if (judge->alarms[i] > *worst)
				*worst = judge->alarms[i];
		}
	}
	free(judge->alarms);
	free(judge->reported);
	return rc;
}

/* A world of the final table, unit by unit through its rows. */
static void
fill_final(const struct run *run, size_t unit, struct world_opts *world)
{
	size_t row = 0;

	if (run->family == WORLD_CHANGING) {
		evaluate_final(FINAL_CHANGING_FIRST, unit, world);
		for (int role = 0; role <= WORLD_VPN_SERVER; role++)
			world->hosts[role] =
			    role == WORLD_ARCHIVES ? 0 : FINAL_CHANGING_HOSTS;
		world->noise = WORLD_NOISE_COUNT;
		world->changes_per_year = FINAL_CHANGES_PER_YEAR;
		return;
	}
	while (row + 1 < FINAL_NULLS && unit >= final_nulls[row].worlds)
		unit -= final_nulls[row++].worlds;
	evaluate_final(final_nulls[row].first, unit, world);
	memset(world->hosts, 0, sizeof(world->hosts));
	world->hosts[WORLD_WORKSTATION] = FINAL_WORKSTATIONS;
	world->hosts[final_nulls[row].role] = final_nulls[row].hosts;
	world->noise = final_nulls[row].noise;
	world->behind_cdn = final_nulls[row].behind_cdn;
	world->days = final_nulls[row].days;
}

static size_t
final_units(enum world_family family)
{
	size_t units = 0;

	for (size_t i = 0; i < FINAL_NULLS; i++)
		units += final_nulls[i].worlds;
	return family == WORLD_CHANGING ? FINAL_CHANGING_WORLDS : units;
}

/* A site of the kind that the library is for; one noise family each. */
static void
fill_world(const struct run *run, size_t unit, struct world_opts *world)
{
	const uint32_t part = run->opts->quick ? 3 : 1;

	evaluate_world(run->opts, 1000 + run->family, unit, WORLD_FILE_SERVER,
		       (enum world_noise)(unit % WORLD_NOISE_COUNT), 8 / part,
		       run->opts->history +
			   (run->opts->quick ? QUICK_DAYS : YEAR_DAYS),
		       world);
	world->family = run->family;
	world->hosts[WORLD_WEB_SERVER] = 4 / part;
	world->hosts[WORLD_MAIL_SERVER] = 3 / part;
	world->hosts[WORLD_BACKUP_SERVER] = 2;
	world->hosts[WORLD_VPN_SERVER] = 3 / part;
	world->hosts[WORLD_WORKSTATION] = 20 / part;
	world->hosts[WORLD_PRINTER] = 2;
	world->hosts[WORLD_ARCHIVES] =
	    !run->opts->quick && unit % WORLD_NOISE_COUNT == 0;
	world->behind_cdn = unit / WORLD_NOISE_COUNT % 2 == 1;
	world->changes_per_year =
	    run->family == WORLD_CHANGING ? FINAL_CHANGES_PER_YEAR : 0;
	if (run->opts->final)
		fill_final(run, unit, world);
}

static int
run_unit(void *context, size_t unit, void *record)
{
	struct judge judge = {.run = context, .board = record};
	struct estate_opts opts = {.history = judge.run->opts->history};
	struct estate *estate;
	int rc;

	fill_world(judge.run, unit, &opts.world);
	estate = estate_new(&opts);
	if (estate == NULL)
		return -1;
	judge.estate = estate;
	rc = judge_knobs(&judge);
	estate_free(estate);
	return rc;
}

static void
add_cell(struct cell *sum, const struct cell *cell)
{
	sum->host_years += cell->host_years;
	sum->hosts += cell->hosts;
	sum->changes += cell->changes;
	sum->changes_above += cell->changes_above;
	sum->shared += cell->shared;
	for (size_t k = 0; k < EVALUATE_KNOBS_MAX; k++) {
		sum->alarms[k] += cell->alarms[k];
		sum->true_alarms[k] += cell->true_alarms[k];
		sum->contrast[k] += cell->contrast[k];
		sum->hosts_alarmed[k] += cell->hosts_alarmed[k];
		sum->shared_reported[k] += cell->shared_reported[k];
		if (cell->worst[k] > sum->worst[k])
			sum->worst[k] = cell->worst[k];
		for (size_t i = 0; i < SEEP_STRATUM_COUNT; i++)
			for (size_t s = 0; s < SEEP_STATISTIC_COUNT; s++)
				sum->spoke[k][i][s] += cell->spoke[k][i][s];
	}
}

static void
print_speakers(const struct cell *cell, size_t knob)
{
	const char *gap = " ";

	for (uint32_t i = 0; i < SEEP_STRATUM_COUNT; i++)
		for (uint32_t s = 0; s < SEEP_STATISTIC_COUNT; s++) {
			if (cell->spoke[knob][i][s] == 0)
				continue;
			printf("%s%s/%s %u", gap, seep_stratum_name(i),
			       seep_statistic_name(s), cell->spoke[knob][i][s]);
			gap = ", ";
		}
	printf(" |\n");
}

static void
print_cell(const struct run *run, const char *role, const char *noise,
	   const struct cell *cell, size_t knob)
{
	const double expected = run->knobs[knob] * cell->host_years;
	const struct stats_interval interval = stats_count(cell->alarms[knob]);

	printf("| %s | %s | %.1f | %u | %.2f |", role, noise, cell->host_years,
	       cell->alarms[knob], expected);
	if (expected > 0)
		printf(" %.2f [%.2f, %.2f] |", cell->alarms[knob] / expected,
		       interval.low / expected, interval.high / expected);
	else
		printf(" - |");
	printf(" %u/%u | %u |", cell->hosts_alarmed[knob], cell->hosts,
	       cell->worst[knob]);
	if (run->family == WORLD_CHANGING)
		printf(" %u | %u | %u | %u/%u |", cell->true_alarms[knob],
		       cell->changes, cell->changes_above,
		       cell->shared_reported[knob], cell->shared);
	print_speakers(cell, knob);
}

static void
print_knob(const struct run *run, const struct board *sum, size_t knob)
{
	struct cell servers = {0};
	struct cell all = {0};

	printf("\n#### %g per entity and year\n\n", run->knobs[knob]);
	printf("| role | noise | host-years | alarms | by the knob | ratio | "
	       "hosts that alarm | worst host |%s spoke |\n",
	       run->family == WORLD_CHANGING
		   ? " changes named | changes | above the floor | shared, "
		     "named |"
		   : "");
	printf("|---|---|---|---|---|---|---|---|---|%s\n",
	       run->family == WORLD_CHANGING ? "---|---|---|---|" : "");
	for (int role = 0; role < WORLD_ROLE_COUNT; role++)
		for (int noise = 0; noise < NOISES; noise++) {
			const struct cell *cell = &sum->cells[role][noise];

			if (cell->hosts == 0)
				continue;
			print_cell(
			    run, world_role_name((enum world_role)role),
			    noise == WORLD_NOISE_COUNT
				? "-"
				: world_noise_name((enum world_noise)noise),
			    cell, knob);
			if (role <= WORLD_VPN_SERVER)
				add_cell(&servers, cell);
			add_cell(&all, cell);
		}
	print_cell(run, "**servers**", "all", &servers, knob);
	print_cell(run, "**all hosts**", "all", &all, knob);
	printf("\nContrast ranks beside them (no alarms): %u.\n",
	       all.contrast[knob]);
}

static int
run_worlds(const struct evaluate_opts *opts, enum world_family family,
	   double years)
{
	struct run run = {.opts = opts, .family = family};
	const double each = opts->quick ? 8 * QUICK_DAYS / YEAR : 20;
	const size_t units =
	    opts->final
		? final_units(family)
		: (size_t)ceil((opts->years > 0 ? opts->years : years) / each);
	struct board *boards;
	struct board *sum = calloc(1, sizeof(*sum));
	void *records = NULL;
	int rc = -1;

	if (sum == NULL)
		return -1;
	run.knobs[0] = 1;
	run.knobs[1] = 0.1;
	run.knobs_count = opts->knobs_count > 0 ? opts->knobs_count : 2;
	for (size_t i = 0; i < opts->knobs_count; i++)
		run.knobs[i] = opts->knobs[i];
	printf("\n### %s worlds: chance alarms against the knob, seed %llu\n\n"
	       "%zu sites of one noise family each, %u days of history, then "
	       "%d days. Intervals: Garwood, 95 %%.\n",
	       family == WORLD_STEADY ? "Steady" : "Changing",
	       (unsigned long long)opts->seed, units, opts->history,
	       opts->quick ? QUICK_DAYS : YEAR_DAYS);
	rc = jobs_run(opts->jobs, units, sizeof(*boards), run_unit, &run,
		      &records);
	boards = records;
	for (size_t u = 0; rc == 0 && u < units; u++)
		for (int role = 0; role < WORLD_ROLE_COUNT; role++)
			for (int noise = 0; noise < NOISES; noise++)
				add_cell(&sum->cells[role][noise],
					 &boards[u].cells[role][noise]);
	for (size_t k = 0; rc == 0 && k < run.knobs_count; k++)
		print_knob(&run, sum, k);
	jobs_free(records, units, sizeof(*boards));
	free(sum);
	return rc;
}

int
evaluate_null(const struct evaluate_opts *opts)
{
	return run_worlds(opts, WORLD_STEADY, 2000);
}

int
evaluate_changing(const struct evaluate_opts *opts)
{
	return run_worlds(opts, WORLD_CHANGING, 200);
}
