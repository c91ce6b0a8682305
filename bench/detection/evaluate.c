/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate.c - seep-evaluate: how good is the detection?
 */
#include "detection/evaluate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/calendar.h"
#include "detection/final.h"
#include "detection/random.h"

struct command {
	const char *name;
	int (*run)(const struct evaluate_opts *opts);
	const char *what;
};

static int
run_table(const struct evaluate_opts *opts);

static const struct command commands[] = {
    {"null", evaluate_null, "chance alarms on steady worlds"},
    {"detect", evaluate_detect, "what leak is detected (rows)"},
    {"ablate", evaluate_ablate, "each statistic switched off in turn"},
    {"floor", evaluate_floor, "printed floor against injected floor"},
    {"rivals", evaluate_rivals, "the rules that people use today"},
    {"changing", evaluate_changing, "alarms where true changes happen"},
    {"history", evaluate_history, "rank where the leak is older than the logs"},
    {"unscaled", evaluate_unscaled, "8.0, 2.67 and 0.66 GB a day"},
    {"scaling", evaluate_scaling, "a leak doubled; all bytes times 4"},
    {"table", run_table, "all of the above, in this order"},
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

static int
run_table(const struct evaluate_opts *opts)
{
	for (size_t i = 0; i + 1 < COMMANDS; i++) {
		struct evaluate_opts one = *opts;

		one.command = commands[i].name;
		if (commands[i].run == evaluate_detect && one.rows == NULL)
			one.rows = "all";
		if (commands[i].run(&one) != 0)
			return 1;
	}
	return 0;
}

/* The first day of tuning worlds, a Monday of another year than the final
 * table's, and how far apart they begin: every weekday and season. */
static int64_t
start_ns(uint64_t number)
{
	const struct calendar_date date = {.year = 2026, .month = 1, .day = 5};
	const int64_t late = (int64_t)(number * FINAL_START_STEP_DAYS % 364);

	return (calendar_day(date) + late) * ESTATE_DAY_NS;
}

double
evaluate_knob(const struct evaluate_opts *opts)
{
	return opts->knobs_count > 0 ? opts->knobs[0] : 0.1;
}

void
evaluate_world(const struct evaluate_opts *opts, uint64_t key, uint64_t number,
	       enum world_role role, enum world_noise noise, uint32_t servers,
	       uint32_t days, struct world_opts *world)
{
	*world = (struct world_opts){
	    .seed = random_key(opts->seed, key, number) % TUNING_SEED_END,
	    .family = WORLD_STEADY,
	    .start_ns = start_ns(number),
	    .days = days,
	    .noise = noise,
	    .light = 1,
	};
	world->hosts[role] = servers;
	world->hosts[WORLD_RESOLVER] = 1;
	world->hosts[WORLD_WORKSTATION] = FINAL_WORKSTATIONS;
}

void
evaluate_final(uint32_t first, uint64_t number, struct world_opts *world)
{
	world->seed = FINAL_SEED_FIRST + first + number;
	world->start_ns =
	    FINAL_START_NS +
	    (int64_t)(number * FINAL_START_STEP_DAYS % 364) * ESTATE_DAY_NS;
	world->hosts[WORLD_WORKSTATION] = FINAL_WORKSTATIONS;
}

const char *
evaluate_bytes(double bytes, char *text)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	size_t unit = 0;

	if (isinf(bytes)) {
		snprintf(text, 16, "none found");
		return text;
	}
	for (; fabs(bytes) >= 1000 && unit < 4; unit++)
		bytes /= 1000;
	snprintf(text, 16, "%.3g %s", bytes, units[unit]);
	return text;
}

const char *
evaluate_percent(double share, char *text)
{
	if (isinf(share))
		snprintf(text, 16, share > 0 ? "none found" : "open");
	else
		snprintf(text, 16, "%.3g %%", 100 * share);
	return text;
}

static int
usage(void)
{
	fprintf(
	    stderr,
	    "usage: seep-evaluate COMMAND [options]\n\n"
	    "  --seed N          worlds and leaks (default 1)\n"
	    "  --final           the seeds of the final table (final.h)\n"
	    "  --trials N        of each row (default 300)\n"
	    "  --jobs N          processes (default 1)\n"
	    "  --quick           small worlds, few trials: to try things\n"
	    "  --knob X[,X]      chance alarms per entity and year\n"
	    "  --years N         host-years of servers (null, changing)\n"
	    "  --row NAME[,...]  rows or groups: main, patterns, families,\n"
	    "                    all\n"
	    "  --share X         try this share of mean outbound (0.02)\n"
	    "                    instead of searching the floor\n"
	    "  --any-peers       an alarm is enough, whoever it names\n"
	    "  --wanted          try the wanted rate of each row only\n"
	    "  --spread N        leaks start up to N days later\n"
	    "  --history N       days before the leak (default 28)\n"
	    "  --hosts N         of the site (history; default 10000)\n"
	    "  --off N           statistics switched off, as bits\n"
	    "  --watch servers   others only as groups\n"
	    "  --verbose         a line for every alarm or finding\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(stderr, "  %-9s %s\n", commands[i].name,
			commands[i].what);
	return 2;
}

static int
parse_count(const char *text, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *value <= most ? 0
									   : -1;
}

static int
parse_real(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && *end == '\0' && *value > 0 ? 0 : -1;
}

static int
parse_knobs(const char *text, struct evaluate_opts *opts)
{
	opts->knobs_count = 0;
	while (*text != '\0') {
		char *end;
		const double knob = strtod(text, &end);

		if (end == text || !(knob > 0) ||
		    opts->knobs_count == EVALUATE_KNOBS_MAX ||
		    (*end != ',' && *end != '\0'))
			return -1;
		opts->knobs[opts->knobs_count++] = knob;
		text = *end == ',' ? end + 1 : end;
	}
	return 0;
}

static int
parse_flag(const char *name, struct evaluate_opts *opts)
{
	if (strcmp(name, "--quick") == 0)
		opts->quick = 1;
	else if (strcmp(name, "--verbose") == 0)
		opts->verbose = 1;
	else if (strcmp(name, "--any-peers") == 0)
		opts->any_peers = 1;
	else if (strcmp(name, "--wanted") == 0)
		opts->wanted = 1;
	else if (strcmp(name, "--final") == 0)
		opts->final = 1;
	else
		return -1;
	return 0;
}

static int
parse_number(const char *name, const char *value, struct evaluate_opts *opts)
{
	const struct {
		const char *name;
		uint32_t *to;
	} counts[] = {
	    {"--trials", &opts->trials}, {"--jobs", &opts->jobs},
	    {"--spread", &opts->spread}, {"--history", &opts->history},
	    {"--hosts", &opts->hosts},   {"--off", &opts->statistics_off},
	};
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (strcmp(name, counts[i].name) != 0)
			continue;
		if (parse_count(value, 1000000, &number) != 0)
			return -1;
		*counts[i].to = (uint32_t)number;
		return 0;
	}
	if (strcmp(name, "--seed") == 0)
		return parse_count(value, UINT64_MAX, &opts->seed);
	if (strcmp(name, "--years") == 0)
		return parse_real(value, &opts->years);
	if (strcmp(name, "--share") == 0)
		return parse_real(value, &opts->share);
	return -1;
}

static int
parse_option(const char *name, const char *value, struct evaluate_opts *opts)
{
	if (value == NULL)
		return -1;
	if (strcmp(name, "--knob") == 0)
		return parse_knobs(value, opts);
	if (strcmp(name, "--row") == 0) {
		opts->rows = value;
		return 0;
	}
	if (strcmp(name, "--watch") == 0) {
		opts->watch_servers = strcmp(value, "servers") == 0;
		return strcmp(value, "servers") && strcmp(value, "all") ? -1
									: 0;
	}
	return parse_number(name, value, opts);
}

int
main(int argc, char **argv)
{
	struct evaluate_opts opts = {.seed = 1, .jobs = 1, .history = 28};

	if (argc < 2)
		return usage();
	opts.command = argv[1];
	for (int i = 2; i < argc; i++) {
		if (parse_flag(argv[i], &opts) == 0)
			continue;
		if (parse_option(argv[i], argv[i + 1], &opts) != 0)
			return usage();
		i++;
	}
	if (opts.final)
		opts.seed = FINAL_SEED_FIRST;
	if (opts.history < 7 ||
	    (opts.final && opts.history != FINAL_HISTORY_DAYS))
		return usage();
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(&opts) != 0;
	return usage();
}
