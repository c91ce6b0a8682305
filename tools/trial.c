/* SPDX-License-Identifier: BSD-3-Clause */
#include "trial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <seep/engine.h>

#include "seed.h"

#define NS_PER_HOUR INT64_C(3600000000000)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* ---- when a leak may begin ---- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Hours of [from_ns, until_ns) that lie in gaps. */
static int64_t
hours_missing(const struct seep_evidence *evidence, int64_t from_ns,
	      int64_t until_ns)
{
	int64_t hours = 0;

	for (size_t i = 0; i < evidence->gaps_count; i++) {
		const struct seep_gap *gap = &evidence->gaps[i];
		const int64_t from = later(gap->from_ns, from_ns);
		const int64_t until = earlier(gap->to_ns, until_ns);

		if (until > from)
			hours += (until - from) / NS_PER_HOUR;
	}
	return hours;
}

static int
is_covered_day(const struct seep_evidence *evidence, int64_t day_ns,
	       int64_t from_ns, int64_t until_ns)
{
	const int64_t from = later(day_ns, from_ns);
	const int64_t until = earlier(day_ns + NS_PER_DAY, until_ns);

	if (until <= from)
		return 0;
	return (until - from) / NS_PER_HOUR -
		   hours_missing(evidence, from, until) >=
	       TRIAL_HOURS_A_DAY;
}

static int
keep_start(struct trial *trial, int64_t start_ns)
{
	/* Doubling from 1: room is full when the count is a power of two. */
	const size_t count = trial->starts_count;

	if ((count & (count - 1)) == 0) {
		const size_t room = count == 0 ? 1 : count * 2;
		void *grown =
		    realloc(trial->starts, room * sizeof(trial->starts[0]));

		if (grown == NULL)
			return SEEP_ENOMEM;
		trial->starts = grown;
	}
	memset(&trial->starts[count], 0, sizeof(trial->starts[0]));
	trial->starts[trial->starts_count++].start_ns = start_ns;
	return SEEP_OK;
}

/* Covered days before a leak begins: as for the floors (detect/floor.c). */
static int64_t
days_before(const struct seep_evidence *evidence, int64_t from, int64_t until)
{
	int64_t covered = 0;

	for (int64_t day = from - from % NS_PER_DAY; day < until;
	     day += NS_PER_DAY)
		covered += is_covered_day(evidence, day, from, until);
	return covered < TRIAL_DAYS_LONG ? TRIAL_DAYS_BEFORE
					 : TRIAL_DAYS_BEFORE_LONG;
}

/* The cut first and last hours of the evidence count for nothing. */
static int
find_starts(struct trial *trial, const struct seep_evidence *evidence)
{
	const int64_t first_seen = trial->habit.first_hour * NS_PER_HOUR;
	const int64_t from =
	    later(later(evidence->coverage.first_ns, first_seen),
		  trial->question.since_ns);
	int64_t until = evidence->coverage.last_ns;
	int64_t before = 0;
	int64_t least;
	int status = SEEP_OK;

	if (trial->question.until_ns != 0)
		until = earlier(until, trial->question.until_ns);
	least = days_before(evidence, from, until);
	for (int64_t day = from - from % NS_PER_DAY;
	     status == SEEP_OK && day + trial->days * NS_PER_DAY <= until;
	     day += NS_PER_DAY) {
		if (!is_covered_day(evidence, day, from, until))
			continue;
		if (before++ >= least)
			status = keep_start(trial, day);
	}
	return status;
}

int
trial_init(struct trial *trial, const struct seep_snapshot *base,
	   const struct seep_site *site,
	   const struct seep_detect_opts *question,
	   const struct seep_evidence *evidence,
	   const struct seep_address *host, uint32_t days)
{
	int status;

	assert(trial != NULL && base != NULL);
	assert(question != NULL && evidence != NULL);
	assert(days >= 1);
	memset(trial, 0, sizeof(*trial));
	trial->base = base;
	trial->site = site;
	trial->host = *host;
	trial->days = days;
	trial->question = *question;
	trial->question.only = &trial->host;
	trial->question.only_count = 1;
	trial->question.no_floors = 1;
	status = habit_read(&trial->habit, base, host);
	if (status == SEEP_OK &&
	    trial->habit.first_hour <= trial->habit.last_hour)
		status = find_starts(trial, evidence);
	return status;
}

void
trial_clear(struct trial *trial)
{
	assert(trial != NULL);
	for (size_t i = 0; i < trial->starts_count; i++)
		free(trial->starts[i].ids);
	free(trial->starts);
	habit_clear(&trial->habit);
	memset(trial, 0, sizeof(*trial));
}

/* ---- asking ---- */

static int
is_of_host(const struct trial *trial, const struct seep_finding *finding)
{
	return finding->basis == SEEP_BASIS_CHANGE &&
	       finding->host.prefix_bits == 128 &&
	       seep_address_compare(&finding->host.base, &trial->host) == 0;
}

static int
ask(const struct trial *trial, const struct seep_snapshot *leak,
    int64_t until_ns, struct seep_findings **findings)
{
	const struct seep_snapshot *snapshots[2] = {trial->base, leak};
	struct seep_detect_opts question = trial->question;

	question.until_ns = until_ns;
	return seep_detect(snapshots, leak != NULL ? 2 : 1, &question, findings,
			   NULL);
}

/* What is reported anyway: asked once for each first day. */
static int
ask_without(struct trial *trial, struct trial_start *start, int64_t until_ns)
{
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t cursor = 0;
	int status;

	if (start->asked)
		return SEEP_OK;
	status = ask(trial, NULL, until_ns, &findings);
	if (status != SEEP_OK)
		return status;
	start->ids =
	    calloc(seep_findings_count(findings) + 1, sizeof(start->ids[0]));
	while (start->ids != NULL &&
	       seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (is_of_host(trial, finding))
			memcpy(start->ids[start->ids_count++], finding->id,
			       sizeof(start->ids[0]));
	seep_findings_free(findings);
	start->asked = start->ids != NULL;
	return start->asked ? SEEP_OK : SEEP_ENOMEM;
}

static int
is_new(const struct trial_start *start, const struct seep_finding *finding)
{
	for (size_t i = 0; i < start->ids_count; i++)
		if (strcmp(start->ids[i], finding->id) == 0)
			return 0;
	return 1;
}

static int
is_detection(const struct trial *trial, const struct trial_start *start,
	     int64_t until_ns, const struct seep_finding *finding)
{
	const int64_t from = later(finding->first_seen_ns, start->start_ns);
	const int64_t to = earlier(finding->last_seen_ns, until_ns);

	return is_of_host(trial, finding) && is_new(start, finding) &&
	       finding->detected_at_ns > start->start_ns &&
	       finding->detected_at_ns <= until_ns &&
	       (to - from) * 2 >= until_ns - start->start_ns;
}

static int
feed_flow(void *ctx, const struct seep_flow *flow)
{
	return seep_engine_feed(ctx, flow, 1, NULL);
}

static int
make_leak(const struct trial *trial, const struct leak_opts *leak,
	  struct seep_snapshot **snapshot)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine;
	struct seep_origin origin;
	int status;

	*snapshot = NULL;
	/* What is put into a case must be of its origin. */
	seep_snapshot_origin(trial->base, &origin);
	opts.origin = &origin;
	opts.site = trial->site;
	opts.seed = seed_draw();
	status = seep_engine_new(&engine, &opts, NULL);
	if (status == SEEP_OK)
		status = leak_make(leak, feed_flow, engine);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, snapshot);
	seep_engine_free(engine);
	return status;
}

int
trial_run(struct trial *trial, enum leak_pattern pattern, size_t start,
	  uint64_t bytes_per_day, uint64_t seed, int *detected)
{
	struct trial_start *at = &trial->starts[start];
	const int64_t until_ns = at->start_ns + trial->days * NS_PER_DAY;
	const struct leak_opts leak = {.pattern = pattern,
				       .days = trial->days,
				       .seed = seed,
				       .hosts = &trial->host,
				       .hosts_count = 1,
				       .start_ns = at->start_ns,
				       .bytes_per_day = bytes_per_day,
				       .habit = &trial->habit,
				       .site = trial->site};
	const struct seep_finding *finding;
	struct seep_findings *findings = NULL;
	struct seep_snapshot *snapshot = NULL;
	size_t cursor = 0;
	int status;

	assert(start < trial->starts_count);
	assert(detected != NULL);
	*detected = 0;
	status = ask_without(trial, at, until_ns);
	if (status == SEEP_OK)
		status = make_leak(trial, &leak, &snapshot);
	if (status == SEEP_OK)
		status = ask(trial, snapshot, until_ns, &findings);
	while (status == SEEP_OK &&
	       seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		*detected |= is_detection(trial, at, until_ns, finding);
	if (status == SEEP_OK)
		seep_findings_free(findings);
	seep_snapshot_free(snapshot);
	return status;
}
