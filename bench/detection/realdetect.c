/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/real.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <seep/engine.h>

#include "detection/seriesflow.h"

#define FLOWS_BATCH 4096

/* is_used(): are there outbound bytes on days enough for a reference? A
 * machine that never sends would add host-years without any risk. */
static int
is_used(const struct lasting_days *days)
{
	size_t used = 0;

	for (size_t i = 0; i < days->count; i++)
		used += days->level[LASTING_SUM][i] > 0;
	return used >= REAL_WARM_UP;
}

int
real_select(struct real *real)
{
	const struct series *series = real->series;

	real->hosts = calloc(series->count + 1, sizeof(*real->hosts));
	real->days = calloc(series->count + 1, sizeof(*real->days));
	if (real->hosts == NULL || real->days == NULL)
		return 0;
	for (size_t i = 0; i < series->count; i++) {
		struct lasting_days *days = &real->days[real->count];

		if (series->hosts[i].first == SIZE_MAX ||
		    series_holes(series, i) > real->opts.holes_max)
			continue;
		if (!lasting_days_new(days, series, i))
			return 0;
		if (days->count < real->opts.days_min || !is_used(days))
			lasting_days_clear(days);
		else
			real->hosts[real->count++] = i;
	}
	return 1;
}

void
real_clear(struct real *real)
{
	for (size_t i = 0; i < real->count; i++)
		lasting_days_clear(&real->days[i]);
	for (size_t i = 0; i < real->bases_count; i++)
		seep_snapshot_free(real->bases[i]);
	free(real->bases);
	free(real->days);
	free(real->hosts);
}

/* struct feeder: flows on their way into an engine. */
struct feeder {
	struct seep_engine *engine;
	struct seep_flow flows[FLOWS_BATCH];
	size_t count;
};

static int
flush(struct feeder *feeder)
{
	int status = seep_engine_feed(feeder->engine, feeder->flows,
				      feeder->count, NULL);

	feeder->count = 0;
	return status;
}

static int
feed(void *context, const struct seep_flow *flow)
{
	struct feeder *feeder = context;

	assert(feeder->count < FLOWS_BATCH);
	feeder->flows[feeder->count++] = *flow;
	return feeder->count == FLOWS_BATCH ? flush(feeder) : SEEP_OK;
}

/* start_feeding() makes an engine to feed; NULL = no memory. */
static struct feeder *
start_feeding(void)
{
	struct feeder *feeder = malloc(sizeof(*feeder));

	if (feeder == NULL)
		return NULL;
	feeder->count = 0;
	if (seep_engine_new(&feeder->engine, NULL, NULL) == SEEP_OK)
		return feeder;
	free(feeder);
	return NULL;
}

/* end_feeding() gives a snapshot of what was fed, if all went well. */
static int
end_feeding(struct feeder *feeder, int status, struct seep_snapshot **snapshot)
{
	*snapshot = NULL;
	if (status == SEEP_OK)
		status = flush(feeder);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(feeder->engine, snapshot);
	seep_engine_free(feeder->engine);
	free(feeder);
	return status;
}

/* feed_hosts() makes a snapshot of the selected hosts [from, until). */
static int
feed_hosts(const struct real *real, size_t from, size_t until,
	   struct seep_snapshot **snapshot)
{
	struct feeder *feeder = start_feeding();
	int status = SEEP_OK;

	if (feeder == NULL)
		return SEEP_ENOMEM;
	for (size_t i = from; i < until && status == SEEP_OK; i++)
		status = seriesflow_emit(real->series, real->hosts[i],
					 real->opts.peers, feed, feeder);
	return end_feeding(feeder, status, snapshot);
}

/* feed_leaks() makes a snapshot of what leaks from hosts [from, until). */
static int
feed_leaks(const struct real *real, size_t from, size_t until,
	   uint64_t *const *extra, struct seep_snapshot **snapshot)
{
	struct feeder *feeder = start_feeding();
	int status = SEEP_OK;

	if (feeder == NULL)
		return SEEP_ENOMEM;
	for (size_t i = from; i < until && status == SEEP_OK; i++) {
		if (extra[i] != NULL)
			status = seriesflow_emit_extra(
			    real->series, real->hosts[i], real->opts.peers,
			    extra[i], feed, feeder);
	}
	return end_feeding(feeder, status, snapshot);
}

int
real_feed(struct real *real)
{
	size_t count = real->opts.separate ? real->count : 1;
	int status = SEEP_OK;

	real->bases = calloc(count + 1, sizeof(struct seep_snapshot *));
	if (real->bases == NULL)
		return SEEP_ENOMEM;
	real->bases_count = count;
	for (size_t i = 0; i < count && status == SEEP_OK; i++)
		status = feed_hosts(real, i,
				    real->opts.separate ? i + 1 : real->count,
				    &real->bases[i]);
	return status;
}

/* find_at() finds a host among the selected; they ascend. */
static size_t
find_at(const struct real *real, const struct seep_address *address)
{
	size_t host = seriesflow_index(address);
	size_t low = 0;
	size_t high = real->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (real->hosts[middle] < host)
			low = middle + 1;
		else
			high = middle;
	}
	return low < real->count && real->hosts[low] == host ? low : SIZE_MAX;
}

static int
keep_finding(const struct real *real, const struct seep_finding *finding,
	     struct real_result *result)
{
	struct real_alarm *alarm;
	size_t at = find_at(real, &finding->host.base);

	if (at == SIZE_MAX)
		return 1;
	if (result->count == result->room) {
		size_t room = result->room * 2 + 64;

		alarm = realloc(result->alarms, room * sizeof(*alarm));
		if (alarm == NULL)
			return 0;
		result->alarms = alarm;
		result->room = room;
	}
	alarm = &result->alarms[result->count++];
	memset(alarm, 0, sizeof(*alarm));
	alarm->at = at;
	alarm->onset_ns = finding->onset_ns;
	if (alarm->onset_ns == 0)
		alarm->onset_ns = finding->first_seen_ns;
	alarm->first_seen_ns = finding->first_seen_ns;
	alarm->last_seen_ns = finding->last_seen_ns;
	alarm->detected_at_ns = finding->detected_at_ns;
	alarm->alarms_per_year_micro = finding->alarms_per_year_micro;
	alarm->score_tenths = finding->score_tenths;
	alarm->stratum = finding->stratum;
	alarm->statistic = finding->statistic;
	alarm->window_hours = finding->window_hours;
	alarm->basis = (int)finding->basis;
	alarm->retrospective = finding->retrospective;
	alarm->coincides = finding->coincides;
	alarm->observed_per_day = finding->observed_per_day;
	alarm->expected_per_day = finding->expected_per_day;
	return 1;
}

static void
keep_entities(const struct real *real, const struct seep_findings *findings,
	      struct real_result *result)
{
	const struct seep_entity *entity;
	size_t cursor = 0;

	while (seep_findings_next_entity(findings, &cursor, &entity) ==
	       SEEP_OK) {
		size_t at = find_at(real, &entity->host.base);

		if (at == SIZE_MAX)
			continue;
		if (result->floors != NULL)
			result->floors[at] =
			    entity->floor_drip_bytes_per_day[1];
		result->calibrated +=
		    entity->calibration == SEEP_CALIBRATION_EVIDENCE;
	}
}

static int
keep_findings(const struct real *real, const struct seep_findings *findings,
	      struct real_result *result)
{
	const struct seep_evidence *evidence = seep_findings_evidence(findings);
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		if (!keep_finding(real, finding, result))
			return SEEP_ENOMEM;
	}
	keep_entities(real, findings, result);
	result->host_years_micro += evidence->host_years_micro;
	if (evidence->alarms_expected_micro != UINT64_MAX)
		result->expected_micro += evidence->alarms_expected_micro;
	result->sensor_changes += evidence->sensor_changes_count;
	return SEEP_OK;
}

/* list_leaking() lists the hosts that have something added: findings are
 * asked for these alone, the others serve for comparison. NULL = all. */
static struct seep_address *
list_leaking(const struct real *real, uint64_t *const *extra, size_t *count)
{
	struct seep_address *only = NULL;

	*count = 0;
	if (extra == NULL)
		return NULL;
	only = calloc(real->count + 1, sizeof(*only));
	for (size_t i = 0; i < real->count && only != NULL; i++) {
		if (extra[i] != NULL)
			only[(*count)++] = seriesflow_host(real->hosts[i]);
	}
	return only;
}

static int
ask(const struct real *real, const struct seep_snapshot *const *snapshots,
    size_t count, uint64_t *const *extra, struct real_result *result)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_address *only;
	struct seep_findings *findings;
	int status;

	only = list_leaking(real, extra, &opts.only_count);
	opts.only = only;
	opts.watch = SEEP_WATCH_ALL;
	opts.alarms_per_year = real->opts.knob;
	opts.statistics_off = real->opts.statistics_off;
	opts.no_floors = !real->opts.floors;
	status = seep_detect(snapshots, count, &opts, &findings, NULL);
	free(only);
	if (status != SEEP_OK)
		return status;
	status = keep_findings(real, findings, result);
	seep_findings_free(findings);
	return status;
}

/* detect_base() asks about one site, of the hosts [from, until). */
static int
detect_base(const struct real *real, size_t base, uint64_t *const *extra,
	    struct real_result *result)
{
	size_t until = real->opts.separate ? base + 1 : real->count;
	const struct seep_snapshot *snapshots[2];
	struct seep_snapshot *leaks = NULL;
	int status = SEEP_OK;

	if (extra != NULL)
		status = feed_leaks(real, base, until, extra, &leaks);
	snapshots[0] = real->bases[base];
	snapshots[1] = leaks;
	if (status == SEEP_OK)
		status =
		    ask(real, snapshots, extra == NULL ? 1 : 2, extra, result);
	seep_snapshot_free(leaks);
	return status;
}

int
real_detect(const struct real *real, uint64_t *const *extra,
	    struct real_result *result)
{
	int status = SEEP_OK;

	memset(result, 0, sizeof(*result));
	if (real->opts.floors) {
		result->floors =
		    malloc((real->count + 1) * sizeof(*result->floors));
		if (result->floors == NULL)
			return SEEP_ENOMEM;
		for (size_t i = 0; i < real->count; i++)
			result->floors[i] = UINT64_MAX;
	}
	for (size_t i = 0; i < real->bases_count && status == SEEP_OK; i++) {
		if (extra == NULL || !real->opts.separate || extra[i] != NULL)
			status = detect_base(real, i, extra, result);
	}
	return status;
}

void
real_result_clear(struct real_result *result)
{
	free(result->alarms);
	free(result->floors);
	memset(result, 0, sizeof(*result));
}
