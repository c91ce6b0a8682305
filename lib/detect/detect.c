/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/detect.h>

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/opts.h"
#include "detect/detector.h"
#include "detect/entity.h"
#include "detect/episode.h"
#include "detect/evidence.h"
#include "detect/findings.h"

/* In the order of explanation: what changed, then what stands apart. */
static const struct seep__detector *const detectors[] = {
    &seep__detector_cumulative,
    &seep__detector_burst,
    &seep__detector_contrast,
};

/* struct run: one call of seep_detect(). */
struct run {
	struct seep__case view;
	struct seep__entities entities;
	struct seep__arena scratch; /* of the run */
	struct seep__arena entity;  /* of one entity */
	struct seep__candidates candidates;
	struct seep__found found;
	uint64_t alarm_days;
};

/* Whole hours only: 'since' up, 'until' down. */
static void
read_hours(const struct seep_detect_opts *opts, struct seep__case *view)
{
	const int64_t last = opts->since_ns > 0 ? opts->since_ns - 1 : 0;

	view->hour_from = opts->since_ns > 0 ? seep__clock_hour(last) + 1 : 0;
	view->hour_until =
	    opts->until_ns > 0 ? seep__clock_hour(opts->until_ns) : UINT32_MAX;
}

static int
check_opts(const struct seep_detect_opts *opts)
{
	/* The comparison is false for what is no number. */
	if (!(opts->alarms_per_year >= 0.0) || opts->since_ns < 0 ||
	    opts->until_ns < 0 || opts->watch > SEEP_WATCH_ALL)
		return SEEP_EINVAL;
	if (opts->until_ns > 0 && opts->until_ns < opts->since_ns)
		return SEEP_EINVAL;
	return SEEP_OK;
}

/* Days on which an alarm was possible: those behind the reference. */
static uint64_t
count_alarm_days(const struct seep__subject *subject)
{
	const struct seep__calendar *calendar = subject->calendar;
	uint64_t days = 0;

	for (size_t d = subject->first_day; d < calendar->days_count; d++)
		days += (uint64_t)seep__calendar_usable(calendar, d);
	return days > SEEP__REFERENCE_DAYS_MIN ? days - SEEP__REFERENCE_DAYS_MIN
					       : 0;
}

static int
scan_entity(struct run *run, size_t index)
{
	const struct seep__entities *entities = &run->entities;
	const size_t first = entities->first[index];
	struct seep__subject subject;
	int rc;

	rc = seep__subject_init(&subject, &run->view, entities->hosts + first,
				entities->first[index + 1] - first,
				&run->entity);
	if (rc != SEEP_OK)
		return rc;
	run->alarm_days += count_alarm_days(&subject);
	run->candidates.count = 0;
	for (size_t i = 0; i < sizeof(detectors) / sizeof(*detectors); i++) {
		rc = detectors[i]->scan(&subject, &run->candidates);
		if (rc != SEEP_OK)
			return rc;
	}
	return seep__episodes_join(&subject, &run->candidates,
				   &entities->list[index], index, &run->found);
}

static int
scan_case(struct run *run, struct seep_findings *findings)
{
	struct seep__case *view = &run->view;
	int rc;

	rc = seep__calendar_init(&view->calendar, view->snapshot,
				 view->hour_from, view->hour_until,
				 &run->scratch);
	if (rc == SEEP_OK)
		rc = seep__entities_init(&run->entities, view, &run->scratch);
	if (rc == SEEP_OK)
		rc = seep__evidence_ceilings(view, &run->entities);
	for (size_t i = 0; rc == SEEP_OK && i < run->entities.count; i++) {
		rc = scan_entity(run, i);
		seep__arena_clear(&run->entity);
	}
	if (rc == SEEP_OK)
		rc = seep__evidence_fill(view, &run->entities, run->alarm_days,
					 &findings->evidence);
	if (rc == SEEP_OK)
		rc = seep__findings_set(findings, run->found.list,
					run->found.count);
	findings->entities = run->entities.list;
	findings->entities_count = rc == SEEP_OK ? run->entities.count : 0;
	return rc;
}

static int
detect_in(const struct seep_snapshot *snapshot,
	  const struct seep_detect_opts *opts, struct seep_findings *findings)
{
	struct seep__mem *mem = findings->mem;
	struct run run;
	int rc;

	memset(&run, 0, sizeof(run));
	run.view.mem = mem;
	run.view.snapshot = snapshot;
	run.view.site = seep_snapshot_site(snapshot);
	run.view.coverage = seep_snapshot_coverage(snapshot);
	run.view.watch = opts->watch;
	run.view.one_way = seep__evidence_one_way(run.view.coverage);
	run.view.out = &findings->out;
	read_hours(opts, &run.view);
	seep__arena_init(&run.scratch, mem);
	seep__arena_init(&run.entity, mem);
	run.candidates.mem = mem;
	run.found.mem = mem;
	rc = scan_case(&run, findings);
	seep__mem_put(mem, run.candidates.list,
		      run.candidates.room * sizeof(*run.candidates.list));
	seep__mem_put(mem, run.found.list,
		      run.found.room * sizeof(*run.found.list));
	seep__arena_clear(&run.entity);
	seep__arena_clear(&run.scratch);
	return rc;
}

int
seep_detect(const struct seep_snapshot *const *snapshots, size_t count,
	    const struct seep_detect_opts *opts,
	    struct seep_findings **findings, const struct seep_alloc *alloc)
{
	const struct seep_snapshot *snapshot;
	struct seep_snapshot *merged = NULL;
	struct seep_detect_opts filled;
	struct seep__mem *mem;
	int rc;

	assert(findings);
	*findings = NULL;
	rc = seep__opts_copy(&filled, sizeof(filled), opts);
	if (rc == SEEP_OK)
		rc = check_opts(&filled);
	if (rc != SEEP_OK || count == 0 || !snapshots)
		return SEEP_EINVAL;
	if (count > 1) {
		rc = seep_snapshot_merge(&merged, snapshots, count, alloc);
		if (rc != SEEP_OK)
			return rc;
	}
	snapshot = merged ? merged : snapshots[0];
	rc = seep__mem_new(&mem, alloc, 0);
	if (rc == SEEP_OK)
		rc = seep__findings_new(findings, mem);
	if (rc == SEEP_OK)
		rc = detect_in(snapshot, &filled, *findings);
	if (rc != SEEP_OK) {
		seep_findings_free(*findings);
		*findings = NULL;
	}
	seep_snapshot_free(merged);
	return rc;
}
