/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep-calibrate - how often is a score reached in a clean entity-year?
 *
 *     seep-calibrate [--sites N] [--days N] [--jobs N] [--seed N]
 *
 * Question   what thresholds does a rate of chance alarms ask for?
 * Method     steady worlds, every role and noise; for each stratum and
 *            statistic the days on which the largest score over all onsets
 *            crosses a level upwards, a week apart at least, by level. The
 *            tail is fitted by a straight line in the logarithm of the rate,
 *            from FIT_MOST to FIT_LEAST crossings a year.
 * Output     for servers and for all others: a line per stratum and
 *            statistic with rates at levels, intercept and slope; then the
 *            table for lib/detect/chance.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>

#include "detect/tap.h"
#include "detection/estate.h"
#include "detection/jobs.h"

#define LEVELS 60
#define LEVEL_STEP 0.5
#define APART_DAYS 7

/* Two classes: hosts with a server's role, and all others. */
#define CLASSES 2
static const char *const class_names[CLASSES] = {"servers", "others"};

/* struct count: crossings by level, and the entity-years behind them. */
struct count {
	double years;
	uint64_t crossings[LEVELS];
};

struct board {
	struct count counts[CLASSES][SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
};

struct command {
	uint32_t sites;
	uint32_t days;
	uint32_t jobs;
	uint64_t seed;
	int noise; /* -1 = all in turn */
	int role;  /* -1 = all */
};

static void
take_scores(void *context, const struct seep_entity *entity, uint32_t stratum,
	    uint32_t statistic, const double *scores, size_t days)
{
	struct board *board = context;
	const int class =
	    entity->role == SEEP_ROLE_NONE || entity->role == SEEP_ROLE_GROUP;
	struct count *count = &board->counts[class][stratum][statistic];

	if (days <= 28)
		return;
	count->years += (double)(days - 28) / 365.25;
	for (size_t l = 0; l < LEVELS; l++) {
		const double level = (double)(l + 1) * LEVEL_STEP;
		size_t last = 0;

		for (size_t d = 28; d < days; d++) {
			if (scores[d] < level)
				continue;
			if (last == 0 || d - last > APART_DAYS)
				count->crossings[l]++;
			last = d;
		}
	}
}

/* The site's clocks, as --timezone would give them. */
static const struct seep_utc_offset paris[] = {
    {INT64_C(1698541200) * 1000000000, 3600, 0},
    {INT64_C(1711846800) * 1000000000, 7200, 0},
    {INT64_C(1729990800) * 1000000000, 3600, 0},
    {INT64_C(1743296400) * 1000000000, 7200, 0},
    {INT64_C(1761440400) * 1000000000, 3600, 0},
};
#define DAYS_MAX 800

/* The site's holidays, as --holidays would give them. */
static size_t
list_holidays(const struct estate *estate, struct seep_day_type *list)
{
	const struct world_opts *world = &estate->opts.world;
	size_t count = 0;

	for (uint32_t d = 0; d < world->days && count < DAYS_MAX; d++) {
		if (!world_is_holiday(estate->world, d))
			continue;
		list[count].day =
		    (uint32_t)(world->start_ns / ESTATE_DAY_NS) + d;
		list[count++].is_rest = 1;
	}
	return count;
}

static int
run_site(void *context, size_t unit, void *record)
{
	const struct command *command = context;
	struct board *board = record;
	const struct seep__tap tap = {board, take_scores};
	struct estate_opts opts = {.history = 28};
	struct seep_detect_opts detect = SEEP_DETECT_OPTS_INIT;
	struct world_opts *world = &opts.world;
	struct seep_day_type holidays[DAYS_MAX];
	struct estate *estate;
	int rc;

	world->seed = command->seed + unit;
	world->start_ns = INT64_C(1704067200) * 1000000000 +
			  (int64_t)(unit * 11 % 364) * ESTATE_DAY_NS;
	world->days = command->days;
	world->noise =
	    (enum world_noise)(command->noise >= 0 ? (size_t)command->noise
						   : unit % WORLD_NOISE_COUNT);
	world->light = unit % 2;
	world->hosts[WORLD_FILE_SERVER] = 6;
	world->hosts[WORLD_WEB_SERVER] = 5;
	world->hosts[WORLD_MAIL_SERVER] = 5;
	world->hosts[WORLD_BACKUP_SERVER] = 5;
	world->hosts[WORLD_VPN_SERVER] = 5;
	world->hosts[WORLD_ARCHIVES] = unit % 2;
	world->hosts[WORLD_RESOLVER] = 1;
	world->hosts[WORLD_PRINTER] = 2;
	world->hosts[WORLD_WORKSTATION] = unit % 2 ? 20 : 10;
	if (command->role >= 0) {
		memset(world->hosts, 0, 6 * sizeof(*world->hosts));
		world->hosts[command->role] = 20;
	}
	opts.names = 1;
	estate = estate_new(&opts);
	if (!estate)
		return -1;
	detect.watch = SEEP_WATCH_ALL;
	detect.no_floors = 1;
	detect.offsets = paris;
	detect.offsets_count = sizeof(paris) / sizeof(*paris);
	detect.day_types = holidays;
	detect.day_types_count = list_holidays(estate, holidays);
	rc = seep__detect_tapped(estate->base, &detect, &tap);
	estate_free(estate);
	return rc;
}

static double
rate_at(const struct count *count, size_t level)
{
	return count->years > 0 ? (double)count->crossings[level] / count->years
				: 0;
}

/* A line through ln(rate), weighted by crossings, where they are many enough
 * to count and rare enough to be the tail. */
static int
fit_tail(const struct count *count, double *intercept, double *slope)
{
	double w = 0, x = 0, y = 0, xx = 0, xy = 0;
	double spread;

	for (size_t l = 0; l < LEVELS; l++) {
		const double rate = rate_at(count, l);
		const double level = (double)(l + 1) * LEVEL_STEP;
		const double weight = (double)count->crossings[l];

		if (rate > 1.5 || count->crossings[l] < 5)
			continue;
		w += weight;
		x += weight * level;
		y += weight * log(rate);
		xx += weight * level * level;
		xy += weight * level * log(rate);
	}
	spread = w * xx - x * x;
	if (w <= 0 || spread <= 1e-9)
		return -1;
	*slope = -(w * xy - x * y) / spread;
	*intercept = (y + *slope * x) / w;
	return 0;
}

static void
print_line(uint32_t s, uint32_t k, const struct count *count)
{
	static const double levels[] = {4, 6, 8, 10, 12, 15, 20};
	double intercept = 0, slope = 0;

	if (count->years <= 0)
		return;
	printf("%-10s %-5s %8.1f y ", seep_stratum_name(s),
	       seep_statistic_name(k), count->years);
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		printf(" %8.3f",
		       rate_at(count, (size_t)(levels[i] / LEVEL_STEP) - 1));
	if (fit_tail(count, &intercept, &slope) == 0)
		printf("   a=%.2f b=%.3f s(.1)=%.1f s(.01)=%.1f", intercept,
		       slope, (intercept - log(.1)) / slope,
		       (intercept - log(.01)) / slope);
	printf("\n");
}

static void
print_class(const struct board *board, size_t class)
{
	printf("\n%s: crossings a year of scores 4 6 8 10 12 15 20\n",
	       class_names[class]);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
			print_line(s, k, &board->counts[class][s][k]);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++) {
		printf("[%s] = {", seep_stratum_name(s));
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			double a = 0, b = 0;

			if (fit_tail(&board->counts[class][s][k], &a, &b) == 0)
				printf("{%.2f, %.3f}, ", a, b);
			else
				printf("{-, -}, ");
		}
		printf("}\n");
	}
}

static void
add_count(struct count *to, const struct count *from)
{
	to->years += from->years;
	for (size_t l = 0; l < LEVELS; l++)
		to->crossings[l] += from->crossings[l];
}

int
main(int argc, char **argv)
{
	struct command command = {7, 393, 2, 100, -1, -1};
	struct board sum;
	struct board *boards;
	void *records;

	for (int i = 1; i + 1 < argc; i += 2) {
		const unsigned long value = strtoul(argv[i + 1], NULL, 10);

		if (strcmp(argv[i], "--sites") == 0)
			command.sites = (uint32_t)value;
		else if (strcmp(argv[i], "--days") == 0)
			command.days = (uint32_t)value;
		else if (strcmp(argv[i], "--jobs") == 0)
			command.jobs = (uint32_t)value;
		else if (strcmp(argv[i], "--seed") == 0)
			command.seed = value;
		else if (strcmp(argv[i], "--noise") == 0)
			command.noise = (int)value;
		else if (strcmp(argv[i], "--role") == 0)
			command.role = (int)value;
	}
	if (jobs_run(command.jobs, command.sites, sizeof(struct board),
		     run_site, &command, &records) != 0)
		return 1;
	boards = records;
	memset(&sum, 0, sizeof(sum));
	for (size_t i = 0; i < command.sites; i++)
		for (size_t c = 0; c < CLASSES; c++)
			for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
				for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT;
				     k++)
					add_count(&sum.counts[c][s][k],
						  &boards[i].counts[c][s][k]);
	for (size_t c = 0; c < CLASSES; c++)
		print_class(&sum, c);
	jobs_free(records, command.sites, sizeof(struct board));
	return 0;
}
