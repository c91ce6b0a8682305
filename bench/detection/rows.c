/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/rows.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/findings.h>

#include "detection/random.h"
#include "detection/stats.h"
#include "detection/trial.h"

enum {
	OFFICE,
	NOISY,
	QUIET,
	WEB,
	SILENT,
	BURSTS,
	TELEMETRY,
	REGIMES,
	MAIL,
	BACKUP,
	VPN,
	ARCHIVES,
	ARCHIVES_CDN,
	NAMES
};

#define SETTING(name, role, noise)                            \
	{                                                     \
		name, WORLD_##role, WORLD_NOISE_##noise, 0, 0 \
	}

const struct rows_setting rows_settings[] = {
    [OFFICE] = SETTING("office", FILE_SERVER, OFFICE),
    [NOISY] = SETTING("noisy", FILE_SERVER, ROUND_THE_CLOCK),
    [QUIET] = SETTING("quiet", FILE_SERVER, QUIET),
    [WEB] = SETTING("web", WEB_SERVER, OFFICE),
    [SILENT] = SETTING("silent", FILE_SERVER, SILENT_NIGHTS),
    [BURSTS] = SETTING("bursts", FILE_SERVER, BURSTS),
    [TELEMETRY] = SETTING("telemetry", FILE_SERVER, TELEMETRY),
    [REGIMES] = SETTING("regimes", FILE_SERVER, REGIMES),
    [MAIL] = SETTING("mail", MAIL_SERVER, OFFICE),
    [BACKUP] = SETTING("backup", BACKUP_SERVER, OFFICE),
    [VPN] = SETTING("vpn", VPN_SERVER, OFFICE),
    [ARCHIVES] = SETTING("archives", ARCHIVES, OFFICE),
    [ARCHIVES_CDN] = {"archives-cdn", WORLD_ARCHIVES, WORLD_NOISE_OFFICE, 1, 0},
    [NAMES] = {"names", WORLD_FILE_SERVER, WORLD_NOISE_OFFICE, 0, 1},
};
const size_t rows_settings_count =
    sizeof(rows_settings) / sizeof(*rows_settings);

#define PATTERN(name, setting, pattern, days)                        \
	{                                                            \
		name, "patterns", setting, pattern, days, 0, 0, 0, 0 \
	}
#define FAMILY(name, setting)                                          \
	{                                                              \
		name, "families", setting, INJECT_DRIP, 14, 0, 0, 0, 0 \
	}

/* 50 KB/h, 2.5 KB/h and 25 MB a day are the issue's. */
const struct rows_row rows_rows[] = {
    {"drip-office", "main", OFFICE, INJECT_DRIP, 14, 0.02, 0, 0, 0},
    {"drip-noisy", "main", NOISY, INJECT_DRIP, 14, 0.15, 0, 0, 0},
    {"mimic", "main", OFFICE, INJECT_MIMIC, 30, 0.40, 0, 0, 0},
    {"rare", "main", QUIET, INJECT_DRIP, 7, 0, 50e3 * 24, 25e6, 1},
    {"peers-1", "main", OFFICE, INJECT_DRIP, 7, 0, 0, 0, 0},
    {"peers-40", "main", OFFICE, INJECT_DRIP_40, 7, 0, 0, 0, 0},
    {"peers-1000", "main", OFFICE, INJECT_DRIP_1000, 7, 0, 0, 0, 0},
    {"dns", "main", NAMES, INJECT_DNS, 7, 0, 2500 * 24, 0, 1},
    {"icmp", "main", OFFICE, INJECT_ICMP, 7, 0, 2500 * 24, 0, 1},
    {"pulled-one", "main", WEB, INJECT_PULLED_ONE, 14, 0.10, 0, 0, 0},
    {"pulled-many", "main", WEB, INJECT_PULLED_MANY, 14, 0.10, 0, 0, 0},
    PATTERN("office:drip-40", OFFICE, INJECT_DRIP_40, 14),
    PATTERN("office:drip-1000", OFFICE, INJECT_DRIP_1000, 14),
    PATTERN("office:office-hours", OFFICE, INJECT_OFFICE_HOURS, 14),
    PATTERN("office:nights", OFFICE, INJECT_NIGHTS, 14),
    PATTERN("office:daily-burst", OFFICE, INJECT_DAILY_BURST, 14),
    PATTERN("office:mimic", OFFICE, INJECT_MIMIC, 14),
    PATTERN("office:used-peers", OFFICE, INJECT_USED_PEERS, 14),
    PATTERN("office:pulled-one", OFFICE, INJECT_PULLED_ONE, 14),
    PATTERN("office:pulled-many", OFFICE, INJECT_PULLED_MANY, 14),
    PATTERN("office:long-connection", OFFICE, INJECT_LONG_CONNECTION, 14),
    PATTERN("office:padded", OFFICE, INJECT_PADDED, 14),
    PATTERN("office:ramp", OFFICE, INJECT_RAMP, 30),
    PATTERN("office:staged", OFFICE, INJECT_STAGED, 14),
    PATTERN("office:many-servers", OFFICE, INJECT_MANY_SERVERS, 14),
    PATTERN("noisy:drip-1000", NOISY, INJECT_DRIP_1000, 14),
    PATTERN("noisy:office-hours", NOISY, INJECT_OFFICE_HOURS, 14),
    PATTERN("noisy:nights", NOISY, INJECT_NIGHTS, 14),
    PATTERN("noisy:daily-burst", NOISY, INJECT_DAILY_BURST, 14),
    PATTERN("noisy:mimic", NOISY, INJECT_MIMIC, 30),
    PATTERN("noisy:used-peers", NOISY, INJECT_USED_PEERS, 14),
    PATTERN("noisy:long-connection", NOISY, INJECT_LONG_CONNECTION, 14),
    PATTERN("noisy:ramp", NOISY, INJECT_RAMP, 30),
    FAMILY("file:quiet", QUIET),
    FAMILY("file:silent-nights", SILENT),
    FAMILY("file:bursts", BURSTS),
    FAMILY("file:telemetry", TELEMETRY),
    FAMILY("file:regimes", REGIMES),
    FAMILY("web:office", WEB),
    FAMILY("mail:office", MAIL),
    FAMILY("backup:office", BACKUP),
    FAMILY("vpn:office", VPN),
    FAMILY("archives:office", ARCHIVES),
    FAMILY("archives:behind-cdn", ARCHIVES_CDN),
    {"archives:pulled-one", "families", ARCHIVES, INJECT_PULLED_ONE, 14, 0, 0,
     0, 0},
    {"archives:pulled-many", "families", ARCHIVES, INJECT_PULLED_MANY, 14, 0, 0,
     0, 0},
};
const size_t rows_count = sizeof(rows_rows) / sizeof(*rows_rows);

/* The rate beyond which no floor is looked for: 32 times the host's mean,
 * and 1 MB an hour for what is told by the hour. */
#define MOST_SHARE 32
#define MOST_BYTES 24e6

/* What a full query of inject.c holds below the registered domain. */
#define NAME_SHARE 0.72

int
rows_chosen(const struct rows_row *row, const char *list)
{
	while (*list != '\0') {
		const size_t size = strcspn(list, ",");

		if ((size == 3 && strncmp(list, "all", 3) == 0) ||
		    (size == strlen(row->name) &&
		     strncmp(list, row->name, size) == 0) ||
		    (size == strlen(row->group) &&
		     strncmp(list, row->group, size) == 0))
			return 1;
		list += size + (list[size] == ',');
	}
	return 0;
}

/* What the row tells of a leak that is surely seen. */
static void
look_closer(const struct rows_row *row, const struct trial *trial,
	    struct rows_point *point)
{
	const double days = trial->days;
	struct trial_result result;

	assert(trial->days > 0);
	if (trial_run(trial, (uint64_t)(2 * point->floor), &result) != 0) {
		point->failed = 1;
		return;
	}
	point->twice = result.miss == TRIAL_DETECTED;
	point->onset_error =
	    point->twice ? fabs((double)(result.onset_ns - trial->start_ns)) /
			       (double)ESTATE_DAY_NS
			 : INFINITY;
	point->excess_ratio =
	    (double)result.bytes_excess / (2 * point->floor * days);
	point->stratum = result.stratum;
	point->statistic = result.statistic;
	if (trial_run(trial, (uint64_t)(point->floor / 4), &result) != 0)
		point->failed = 1;
	point->quarter = result.miss == TRIAL_DETECTED;
	if (row->pattern != INJECT_DNS)
		return;
	/* Told are the bytes of names below the domain, not of packets. */
	if (trial_run(trial, (uint64_t)point->floor, &result) != 0)
		point->failed = 1;
	point->floor = (double)result.name_bytes / days;
}

static void
search_floor(const struct rows_row *row, const struct trial *trial,
	     double *guess, struct rows_point *point)
{
	const double most =
	    row->by_hour ? MOST_BYTES : MOST_SHARE * point->mean_out;
	const int rc =
	    trial_floor(trial, row->by_hour ? *guess : *guess * point->mean_out,
			most, &point->floor);

	point->failed |= rc < 0;
	point->valid = rc == 0;
	point->share = point->floor / point->mean_out;
	if (rc != 0 || isinf(point->floor))
		return;
	/* The next host begins where this one ended. */
	*guess = row->by_hour ? point->floor : point->share;
	look_closer(row, trial, point);
}

void
rows_run(const struct evaluate_opts *opts, const struct rows_row *row,
	 const struct estate *estate, size_t host, uint64_t key, double *guess,
	 struct rows_point *point)
{
	const struct estate_host *target = &estate->hosts[host];
	struct random random = random_at(opts->seed, key, host);
	struct trial trial = {
	    .estate = estate,
	    .host = host,
	    .pattern = row->pattern,
	    .seed = random_next(&random),
	    .days = row->days,
	    .alarms_per_year = evaluate_knob(opts),
	    .statistics_off = opts->statistics_off,
	    .watch_servers = opts->watch_servers,
	    .any_peers = opts->any_peers,
	    .verbose = opts->verbose,
	};
	const uint32_t late =
	    opts->spread ? random_below(&random, opts->spread + 1) : 0;
	struct trial_result result;
	double bytes = row->wanted_bytes;

	memset(point, 0, sizeof(*point));
	point->mean_out = target->mean_out;
	if (!(target->mean_out > 0) ||
	    (row->rare_max > 0 && target->mean_rare > row->rare_max))
		return;
	trial.start_ns = estate_at(estate, opts->history + late);
	if (trial_run(&trial, 0, &result) != 0)
		point->failed = 1;
	point->twin = result.miss == TRIAL_DETECTED;
	if (row->wanted_share > 0)
		bytes = row->wanted_share * target->mean_out;
	if (opts->share > 0)
		bytes = opts->share * target->mean_out;
	if (row->pattern == INJECT_DNS)
		bytes /= NAME_SHARE;
	point->valid = 1;
	if (bytes > 0) {
		const int rc = trial_run(&trial, (uint64_t)bytes, &result);

		point->failed |= rc < 0;
		point->valid = rc == 0;
		point->wanted = result.miss == TRIAL_DETECTED;
		point->stratum = result.stratum;
		point->statistic = result.statistic;
	}
	if (point->valid && !(opts->share > 0) && !opts->wanted)
		search_floor(row, &trial, guess, point);
}

void
rows_print_head(int floors)
{
	printf("| row | days | hosts | at the wanted rate | twin |");
	if (floors)
		printf(" floor p50 | p90 | p95 | 95 %% for sure | p95 a day | "
		       "found at 2x | at 1/4 | onset, days | excess |");
	printf(" speaks most |\n|---|---|---|---|---|");
	if (floors)
		printf("---|---|---|---|---|---|---|---|---|");
	printf("---|\n");
}

static double
median_of(double *values, size_t count)
{
	stats_sort(values, count);
	return count > 0 ? stats_quantile(values, count, 0.5).value : NAN;
}

static const char *
tell(const struct rows_row *row, double value, char *text)
{
	if (isinf(value))
		return value > 0 ? "none found" : "open";
	return row->by_hour ? evaluate_bytes(value / 24, text)
			    : evaluate_percent(value, text);
}

/* struct column: one quantity of every valid point of a row. */
struct columns {
	double *floor;
	double *daily;
	double *onset;
	double *excess;
	size_t count;
	size_t found;
	size_t twice;
	size_t quarter;
	uint32_t spoke[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
};

static void
print_floors(const struct rows_row *row, struct columns *columns)
{
	const char *const unit = row->by_hour ? "/h" : "";
	const size_t needed = stats_needed(columns->count, 0.92);
	struct stats_quantile p95;
	char a[16], b[16], c[16];

	stats_sort(columns->floor, columns->count);
	stats_sort(columns->daily, columns->count);
	p95 = stats_quantile(columns->floor, columns->count, 0.95);
	printf(" %s%s |",
	       tell(row,
		    stats_quantile(columns->floor, columns->count, 0.5).value,
		    a),
	       unit);
	printf(" %s%s |",
	       tell(row,
		    stats_quantile(columns->floor, columns->count, 0.9).value,
		    a),
	       unit);
	printf(" %s%s [%s, %s] |", tell(row, p95.value, a), unit,
	       tell(row, p95.low, b), tell(row, p95.high, c));
	printf(" %s%s |",
	       needed <= columns->count
		   ? tell(row, columns->floor[needed - 1], a)
		   : "too few",
	       unit);
	printf(
	    " %s |",
	    evaluate_bytes(
		stats_quantile(columns->daily, columns->count, 0.95).value, a));
	printf(" %zu/%zu | %zu/%zu |", columns->twice, columns->found,
	       columns->quarter, columns->found);
	printf(" %.2f | %.2f |", median_of(columns->onset, columns->found),
	       median_of(columns->excess, columns->found));
}

static void
print_speaker(const struct columns *columns)
{
	uint32_t stratum = 0;
	uint32_t statistic = 0;

	for (uint32_t i = 0; i < SEEP_STRATUM_COUNT; i++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
			if (columns->spoke[i][k] >
			    columns->spoke[stratum][statistic]) {
				stratum = i;
				statistic = k;
			}
	if (columns->spoke[stratum][statistic] == 0)
		printf(" - |\n");
	else
		printf(" %s/%s (%u) |\n", seep_stratum_name(stratum),
		       seep_statistic_name(statistic),
		       columns->spoke[stratum][statistic]);
}

static void
add_point(const struct rows_row *row, const struct rows_point *point,
	  struct columns *columns)
{
	columns->floor[columns->count] =
	    row->by_hour ? point->floor : point->share;
	columns->daily[columns->count++] = point->floor;
	if ((point->wanted || point->twice) &&
	    point->stratum < SEEP_STRATUM_COUNT &&
	    point->statistic < SEEP_STATISTIC_COUNT)
		columns->spoke[point->stratum][point->statistic]++;
	if (isinf(point->floor))
		return;
	columns->onset[columns->found] = point->onset_error;
	columns->excess[columns->found++] = point->excess_ratio;
	columns->twice += point->twice != 0;
	columns->quarter += point->quarter != 0;
}

static void
print_share(uint64_t k, uint64_t n)
{
	const struct stats_interval interval = stats_share(k, n);

	printf(" %llu/%llu = %.1f %% [%.1f, %.1f] |", (unsigned long long)k,
	       (unsigned long long)n, 100.0 * (double)k / (double)n,
	       100 * interval.low, 100 * interval.high);
}

void
rows_print(const struct rows_row *row, const struct rows_point *points,
	   size_t count, int floors)
{
	double *room = calloc(4 * count + 1, sizeof(*room));
	struct columns columns = {.floor = room};
	uint64_t wanted = 0;
	uint64_t twins = 0;
	uint64_t failed = 0;
	char text[16];

	if (room == NULL)
		return;
	columns.daily = room + count;
	columns.onset = room + 2 * count;
	columns.excess = room + 3 * count;
	for (size_t i = 0; i < count; i++) {
		failed += points[i].failed != 0;
		if (!points[i].valid)
			continue;
		wanted += points[i].wanted != 0;
		twins += points[i].twin != 0;
		add_point(row, &points[i], &columns);
	}
	printf("| %s | %u | %zu |", row->name, row->days, columns.count);
	if (columns.count == 0) {
		printf(" no host fits |%s |\n",
		       floors ? " | | | | | | | | | |" : " |");
		free(room);
		return;
	}
	if (row->wanted_share > 0)
		printf(" %s:", evaluate_percent(row->wanted_share, text));
	if (row->wanted_bytes > 0)
		printf(" %s/h:", evaluate_bytes(row->wanted_bytes / 24, text));
	if (wanted > 0 || row->wanted_share > 0 || row->wanted_bytes > 0 ||
	    !floors)
		print_share(wanted, columns.count);
	else
		printf(" |");
	print_share(twins, columns.count);
	if (floors)
		print_floors(row, &columns);
	print_speaker(&columns);
	if (failed)
		printf("\n%llu trials of %s FAILED.\n\n",
		       (unsigned long long)failed, row->name);
	free(room);
}
