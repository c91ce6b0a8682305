/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate_rivals.c - the same leaks, judged by the rules of today at the
 * same alarm rate.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/evaluate.h"
#include "detection/final.h"
#include "detection/inject.h"
#include "detection/jobs.h"
#include "detection/random.h"
#include "detection/rivals.h"
#include "detection/stats.h"
#include "detection/tally.h"

#define SERVERS 20
#define SERVERS_QUICK 6

/* Host-years of leak-free worlds that the thresholds are set on, in each
 * noise family: ten alarms at 0.1 a year. */
#define CALIBRATION_YEARS 100
#define YEAR_DAYS 365

/* Alarm days that stand closer than a week are one alarm. */
#define EPISODE_DAYS 7

#define DETECT_DAYS 14
#define TRIALS 300
#define TRIALS_QUICK 12

/* Rates from 0.1 % of the host's mean to 64 times it, by a factor of
 * 2^(1/2). */
#define RATES 33
#define RATE_FIRST 0.001

/* Highest scores of the null worlds that a unit keeps for each rule: the
 * threshold lies among the first knob * years of all. */
#define PEAKS 128

struct row {
	const char *name;
	enum world_role role;
	enum world_noise noise;
	enum inject_pattern pattern;
	/* calibration: index of the first row with the same worlds. */
	size_t calibration;
	uint32_t final_first;
};

static const struct row rows[] = {
    {"drip-office", WORLD_FILE_SERVER, WORLD_NOISE_OFFICE, INJECT_DRIP, 0,
     10000},
    {"drip-noisy", WORLD_FILE_SERVER, WORLD_NOISE_ROUND_THE_CLOCK, INJECT_DRIP,
     1, 12000},
    {"office:drip-1000", WORLD_FILE_SERVER, WORLD_NOISE_OFFICE,
     INJECT_DRIP_1000, 0, 10000},
    {"office:daily-burst", WORLD_FILE_SERVER, WORLD_NOISE_OFFICE,
     INJECT_DAILY_BURST, 0, 10000},
    {"office:used-peers", WORLD_FILE_SERVER, WORLD_NOISE_OFFICE,
     INJECT_USED_PEERS, 0, 10000},
    {"pulled-one", WORLD_WEB_SERVER, WORLD_NOISE_OFFICE, INJECT_PULLED_ONE, 5,
     20000},
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* struct field: a site whose hosts' flows are at hand. */
struct field {
	struct world *world;
	struct rivals_host *hosts;
	struct tally *peers; /* of each host: index of a peer */
	size_t count;
	struct rivals_site site;
	/* present: while flows pass by. */
	size_t host;
	struct seep_address address;
};

static int
take_flow(void *context, const struct seep_flow *flow)
{
	struct field *field = context;
	struct rivals_host *host = &field->hosts[field->host];
	const int is_orig =
	    seep_address_compare(&flow->orig, &field->address) == 0;
	const struct tally_key key = {.address =
					  is_orig ? flow->resp : flow->orig};
	const unsigned char *bytes = key.address.bytes;
	struct tally_entry *entry;

	/* Worlds number their insides from 10.0.0.0/8. */
	if ((seep_address_is_v4(&key.address) && bytes[12] == 10) ||
	    (flow->flags & SEEP_FLOW_NAME))
		return 0;
	entry = tally_at(&field->peers[field->host], &key);
	if (entry == NULL)
		return -1;
	if (entry->extra == 0)
		entry->extra = field->peers[field->host].count;
	return rivals_add(host, flow, is_orig, (uint32_t)entry->extra - 1);
}

static void
field_clear(struct field *field)
{
	for (size_t i = 0; i < field->count; i++) {
		if (field->hosts != NULL)
			rivals_clear(&field->hosts[i]);
		if (field->peers != NULL)
			tally_clear(&field->peers[i]);
	}
	free(field->hosts);
	free(field->peers);
	rivals_site_clear(&field->site);
	world_free(field->world);
}

static int
field_init(struct field *field, const struct world_opts *opts)
{
	const struct world_host *hosts;
	int rc = 0;

	memset(field, 0, sizeof(*field));
	field->world = world_new(opts);
	if (field->world == NULL)
		return -1;
	hosts = world_hosts(field->world, &field->count);
	field->hosts = calloc(field->count, sizeof(*field->hosts));
	field->peers = calloc(field->count, sizeof(*field->peers));
	if (field->hosts == NULL || field->peers == NULL)
		return -1;
	for (size_t i = 0; rc == 0 && i < field->count; i++) {
		field->host = i;
		field->address = hosts[i].address;
		field->hosts[i].start_ns = opts->start_ns;
		field->hosts[i].days = opts->days;
		rc = world_emit(field->world, i, 0, opts->days, take_flow,
				field);
		if (rc == 0)
			rc = rivals_prepare(&field->hosts[i]);
	}
	return rc ? rc
		  : rivals_site_init(&field->site, field->hosts, field->count);
}

static int
is_target(const struct field *field, const struct row *row, size_t host)
{
	size_t count;

	return world_hosts(field->world, &count)[host].role == row->role;
}

/* What a unit hands back: peaks of leak-free worlds, or trials. */
struct unit_record {
	_Alignas(16) double host_years;
	double peaks[RIVAL_COUNT][PEAKS];
	uint32_t peaks_count[RIVAL_COUNT];
	uint32_t trials;
	double floor[SERVERS][RIVAL_COUNT];
	uint8_t twin[SERVERS][RIVAL_COUNT];
};

struct plan {
	const struct evaluate_opts *opts;
	const struct row *row;
	uint32_t servers;
	uint32_t trials;
	uint32_t days;
	double thresholds[RIVAL_COUNT];
};

static void
fill_world(const struct plan *plan, int is_null, size_t unit,
	   struct world_opts *world)
{
	const struct row *row = plan->row;

	evaluate_world(plan->opts,
		       9000 + row->calibration * 2 + (is_null ? 1 : 0), unit,
		       row->role, row->noise, plan->servers, plan->days, world);
	if (!plan->opts->final)
		return;
	/* Thresholds are set on tuning worlds, as seep's are. */
	if (is_null)
		return;
	evaluate_final(row->final_first, unit, world);
	world->hosts[row->role] = 8;
}

/* Highest scores of a host's alarm episodes, one for each: a day's score
 * counts where none within a week of it is higher. */
static void
add_peaks(const double *scores, uint32_t from, uint32_t days, double *peaks,
	  uint32_t *count)
{
	for (uint32_t day = from; day < days; day++) {
		const uint32_t first =
		    day >= from + EPISODE_DAYS ? day - EPISODE_DAYS : from;
		uint32_t higher = 0;
		size_t at = *count;

		for (uint32_t d = first; d <= day + EPISODE_DAYS && d < days;
		     d++)
			higher += d < day ? scores[d] >= scores[day]
					  : scores[d] > scores[day];
		if (higher > 0 || (at == PEAKS && scores[day] <= peaks[at - 1]))
			continue;
		at = at < PEAKS ? (*count)++ : PEAKS - 1;
		for (; at > 0 && peaks[at - 1] < scores[day]; at--)
			peaks[at] = peaks[at - 1];
		peaks[at] = scores[day];
	}
}

static int
run_null(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	struct unit_record *out = record;
	struct world_opts opts;
	struct field field;
	double *scores;
	int rc;

	fill_world(plan, 1, unit, &opts);
	rc = field_init(&field, &opts);
	scores = calloc((size_t)RIVAL_COUNT * opts.days, sizeof(*scores));
	for (size_t h = 0; rc == 0 && h < field.count; h++) {
		if (!is_target(&field, plan->row, h))
			continue;
		rc = scores ? rivals_score(&field.hosts[h], &field.site, scores)
			    : -1;
		for (size_t r = 0; rc == 0 && r < RIVAL_COUNT; r++)
			add_peaks(scores + r * opts.days, RIVALS_BACK_DAYS,
				  opts.days, out->peaks[r],
				  &out->peaks_count[r]);
		out->host_years += (opts.days - RIVALS_BACK_DAYS) / 365.25;
	}
	free(scores);
	field_clear(&field);
	return rc;
}

/* struct leak: one leak on its way into a copy of a host. */
struct leak {
	struct rivals_host host;
	struct tally *peers;
	struct seep_address address;
};

static int
take_leak(void *context, const struct seep_flow *flow)
{
	struct leak *leak = context;
	const int is_orig =
	    seep_address_compare(&flow->orig, &leak->address) == 0;
	const struct tally_key key = {.address =
					  is_orig ? flow->resp : flow->orig};
	struct tally_entry *entry = tally_at(leak->peers, &key);

	if (entry == NULL)
		return -1;
	if (entry->extra == 0)
		entry->extra = leak->peers->count;
	return rivals_add(&leak->host, flow, is_orig,
			  (uint32_t)entry->extra - 1);
}

static double
mean_of(const struct rivals_host *host, uint32_t days)
{
	double sum = 0;

	for (size_t i = 0; i < host->count; i++)
		if (host->flows[i].day < days)
			sum += (double)host->flows[i].out;
	return sum / days;
}

/* The peers in use, most bytes first: those of the history. */
static size_t
find_used(const struct field *field, size_t host, struct inject_peer *used,
	  size_t room)
{
	const struct rivals_host *from = &field->hosts[host];
	const struct tally *peers = &field->peers[host];
	double *out = calloc(from->peers + 1, sizeof(*out));
	size_t count = 0;

	for (size_t i = 0; out != NULL && i < from->count; i++)
		if (from->flows[i].day < RIVALS_BACK_DAYS)
			out[from->flows[i].peer] += (double)from->flows[i].out;
	while (out != NULL && count < room) {
		size_t best = 0;
		double most = 0;

		for (size_t i = 0; i < peers->room; i++)
			if (peers->entries[i].used &&
			    out[peers->entries[i].extra - 1] > most) {
				most = out[peers->entries[i].extra - 1];
				best = i;
			}
		if (!(most > 0))
			break;
		used[count++] = (struct inject_peer){
		    .address = peers->entries[best].key.address,
		    .port = 443,
		    .protocol = 6,
		    .share = most};
		out[peers->entries[best].extra - 1] = 0;
	}
	free(out);
	return count;
}

static int
score_leak(const struct field *field, size_t host,
	   const struct inject_opts *inject_opts, double *scores)
{
	struct leak leak = {.peers = &field->peers[host],
			    .address = inject_opts->host};
	int rc = rivals_copy(&leak.host, &field->hosts[host]);

	if (rc == 0 && inject_opts->bytes_per_day > 0)
		rc = inject(inject_opts, take_leak, &leak);
	if (rc == 0)
		rc = rivals_prepare(&leak.host);
	if (rc == 0)
		rc = rivals_score(&leak.host, &field->site, scores);
	rivals_clear(&leak.host);
	return rc;
}

static int
alarms(const struct plan *plan, const double *scores, size_t rival)
{
	const double *days = scores + rival * plan->days;
	double most = -INFINITY;

	for (uint32_t day = plan->opts->history;
	     day < plan->opts->history + DETECT_DAYS; day++)
		most = fmax(most, days[day]);
	return most >= plan->thresholds[rival];
}

static int
run_trial(const struct plan *plan, const struct field *field, size_t host,
	  uint64_t seed, double *scores, double *floors, uint8_t *twins)
{
	struct inject_peer used[8];
	size_t count;
	const struct world_host *world =
	    &world_hosts(field->world, &count)[host];
	const int64_t start =
	    field->hosts[host].start_ns + plan->opts->history * ESTATE_DAY_NS;
	struct inject_opts opts = {
	    .seed = seed,
	    .pattern = plan->row->pattern,
	    .host = world->address,
	    .start_ns = start,
	    .end_ns = start + DETECT_DAYS * ESTATE_DAY_NS,
	    .used = used,
	    .used_count = find_used(field, host, used, 8),
	};
	const double mean = mean_of(&field->hosts[host], plan->opts->history);
	int rc = score_leak(field, host, &opts, scores);

	for (size_t r = 0; r < RIVAL_COUNT; r++) {
		twins[r] = rc == 0 && alarms(plan, scores, r);
		floors[r] = INFINITY;
	}
	/* From the largest rate down: the floor is the last one before a
	 * miss. */
	for (int step = RATES - 1; rc == 0 && step >= 0; step--) {
		const double share = RATE_FIRST * pow(2, step / 2.0);

		opts.bytes_per_day = (uint64_t)(share * mean);
		rc = score_leak(field, host, &opts, scores);
		for (size_t r = 0; r < RIVAL_COUNT; r++) {
			const double before =
			    RATE_FIRST * pow(2, (step + 1) / 2.0);

			if (alarms(plan, scores, r) &&
			    (step == RATES - 1 || floors[r] <= before * 1.001))
				floors[r] = share;
		}
	}
	return rc;
}

static int
run_trials(void *context, size_t unit, void *record)
{
	const struct plan *plan = context;
	struct unit_record *out = record;
	struct world_opts opts;
	struct field field;
	double *scores;
	int rc;

	fill_world(plan, 0, unit, &opts);
	rc = field_init(&field, &opts);
	scores = calloc((size_t)RIVAL_COUNT * opts.days, sizeof(*scores));
	if (scores == NULL)
		rc = -1;
	for (size_t h = 0; rc == 0 && h < field.count; h++) {
		/* The final table has one host on trial in each world. */
		if (!is_target(&field, plan->row, h) ||
		    out->trials == (plan->opts->final ? 1 : plan->servers))
			continue;
		rc = run_trial(plan, &field, h,
			       random_key(plan->opts->seed, unit, h), scores,
			       out->floor[out->trials], out->twin[out->trials]);
		out->trials++;
	}
	free(scores);
	field_clear(&field);
	return rc;
}

static int
compare_down(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The threshold that as many peaks reach as the knob allows. */
static double
find_threshold(const struct unit_record *units, size_t count, size_t rival,
	       double allowed)
{
	double *all = calloc(count * PEAKS + 1, sizeof(*all));
	size_t n = 0;
	size_t at = (size_t)allowed;
	double threshold = INFINITY;

	for (size_t u = 0; all != NULL && u < count; u++)
		for (uint32_t i = 0; i < units[u].peaks_count[rival]; i++)
			all[n++] = units[u].peaks[rival][i];
	if (n > 0)
		qsort(all, n, sizeof(*all), compare_down);
	/* Peaks as high as the first one too many would alarm with it. */
	while (at > 0 && at < n && all[at - 1] <= all[at])
		at--;
	if (at > 0 && at <= n)
		threshold = at < n ? (all[at - 1] + all[at]) / 2 : all[at - 1];
	else if (n > 0)
		threshold = nextafter(all[0], INFINITY);
	free(all);
	return threshold;
}

static int
calibrate(struct plan *plan)
{
	const double asked = plan->opts->years > 0 ? plan->opts->years
			     : plan->opts->quick   ? 12
						   : CALIBRATION_YEARS;
	const size_t units = (size_t)ceil(asked / plan->servers);
	void *records = NULL;
	double years = 0;
	int rc;

	plan->days = RIVALS_BACK_DAYS + YEAR_DAYS;
	rc = jobs_run(plan->opts->jobs, units, sizeof(struct unit_record),
		      run_null, plan, &records);
	for (size_t u = 0; rc == 0 && u < units; u++)
		years += ((struct unit_record *)records)[u].host_years;
	for (size_t r = 0; rc == 0 && r < RIVAL_COUNT; r++)
		plan->thresholds[r] = find_threshold(
		    records, units, r, years * evaluate_knob(plan->opts));
	jobs_free(records, units, sizeof(struct unit_record));
	return rc;
}

static void
print_rival(const struct plan *plan, const struct unit_record *units,
	    size_t count, size_t rival, double *floors)
{
	struct stats_quantile p95;
	struct stats_interval twin;
	char a[16], b[16], c[16], d[16];
	uint64_t twins = 0;
	size_t n = 0;

	for (size_t u = 0; u < count; u++)
		for (uint32_t i = 0; i < units[u].trials && n < plan->trials;
		     i++) {
			twins += units[u].twin[i][rival];
			floors[n++] = units[u].floor[i][rival];
		}
	if (n == 0)
		return;
	stats_sort(floors, n);
	p95 = stats_quantile(floors, n, 0.95);
	twin = stats_share(twins, n);
	printf("| %s | %s | %.4g | %llu/%zu [%.1f %%, %.1f %%] | %s | %s "
	       "[%s, %s] |\n",
	       plan->row->name, rivals_name((enum rival)rival),
	       plan->thresholds[rival], (unsigned long long)twins, n,
	       100 * twin.low, 100 * twin.high,
	       evaluate_percent(stats_quantile(floors, n, 0.5).value, a),
	       evaluate_percent(p95.value, b), evaluate_percent(p95.low, c),
	       evaluate_percent(p95.high, d));
}

static int
run_row(struct plan *plan)
{
	const uint32_t each = plan->opts->final ? 1 : plan->servers;
	const size_t units = (plan->trials + each - 1) / each;
	double *floors = calloc(plan->trials + 1, sizeof(*floors));
	void *records = NULL;
	int rc = floors ? 0 : -1;

	plan->days = plan->opts->history + DETECT_DAYS;
	if (rc == 0)
		rc = jobs_run(plan->opts->jobs, units,
			      sizeof(struct unit_record), run_trials, plan,
			      &records);
	for (size_t r = 0; rc == 0 && r < RIVAL_COUNT; r++)
		print_rival(plan, records, units, r, floors);
	jobs_free(records, units, sizeof(struct unit_record));
	free(floors);
	return rc;
}

static int
is_chosen(const struct evaluate_opts *opts, const char *name)
{
	const char *at = opts->rows ? strstr(opts->rows, name) : name;

	return at != NULL;
}

int
evaluate_rivals(const struct evaluate_opts *opts)
{
	double thresholds[ROWS][RIVAL_COUNT] = {{0}};
	struct plan plan = {
	    .opts = opts,
	    .servers = opts->quick ? SERVERS_QUICK : SERVERS,
	    .trials = opts->trials  ? opts->trials
		      : opts->quick ? TRIALS_QUICK
				    : TRIALS,
	};
	int is_calibrated[ROWS] = {0};

	printf("\n### The rules of today at %.3g chance alarms per host-year, "
	       "%d days, seed %llu\n\n"
	       "Thresholds are set on leak-free worlds of the same family; an "
	       "alarm on the right host within %d days is enough. Shares are "
	       "of the host's mean outbound bytes of the history.\n\n",
	       evaluate_knob(opts), DETECT_DAYS, (unsigned long long)opts->seed,
	       DETECT_DAYS);
	printf("| row | rule | threshold | twin | floor p50 | p95 |\n"
	       "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < ROWS; i++) {
		const size_t from = rows[i].calibration;

		if (!is_chosen(opts, rows[i].name))
			continue;
		plan.row = &rows[i];
		if (!is_calibrated[from]) {
			if (calibrate(&plan) != 0)
				return -1;
			memcpy(thresholds[from], plan.thresholds,
			       sizeof(plan.thresholds));
			is_calibrated[from] = 1;
		}
		memcpy(plan.thresholds, thresholds[from],
		       sizeof(plan.thresholds));
		if (run_row(&plan) != 0)
			return -1;
		fflush(stdout);
	}
	return 0;
}
