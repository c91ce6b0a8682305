/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/detect.h>

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/opts.h"
#include "detect/allow.h"
#include "detect/entity.h"
#include "detect/evidence.h"
#include "detect/findings.h"
#include "detect/inquiry.h"
#include "detect/popularity.h"
#include "detect/sensors.h"
#include "detect/standing.h"
#include "detect/tap.h"
#include "ledger/case.h"

/* A tenth of an alarm per entity and year: an estate of a hundred watched
 * hosts is called ten times a year for nothing. */
#define KNOB_DEFAULT 0.1

/* struct run: one call of seep_detect(). */
struct run {
	struct seep__case view;
	struct seep__allowance allow;
	struct seep__popularity popularity[2]; /* of peers and of names */
	struct seep__entities entities;
	struct seep__arena scratch; /* of the run */
	struct seep__common common;
	struct seep__standing standing[SEEP__STANDING_MAX];
	struct seep__inquiry inquiry;
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

/* UTC offsets in use reach from -12 to +14 hours; both tables ascend. */
#define OFFSET_MAX_S (14 * 3600)

static int
check_clocks(const struct seep_detect_opts *opts)
{
	if ((opts->offsets_count > 0 && !opts->offsets) ||
	    (opts->day_types_count > 0 && !opts->day_types))
		return SEEP_EINVAL;
	for (size_t i = 0; i < opts->offsets_count; i++) {
		const struct seep_utc_offset *at = &opts->offsets[i];

		if (at->offset_s < -OFFSET_MAX_S || at->offset_s > OFFSET_MAX_S)
			return SEEP_EINVAL;
		if (i > 0 && at->from_ns <= at[-1].from_ns)
			return SEEP_EINVAL;
	}
	for (size_t i = 0; i < opts->day_types_count; i++) {
		const struct seep_day_type *at = &opts->day_types[i];

		if (at->is_rest > 1 || (i > 0 && at->day <= at[-1].day))
			return SEEP_EINVAL;
	}
	return SEEP_OK;
}

/* Rates beyond mean nothing, and shares of them are no numbers any more. */
#define KNOB_LEAST 1e-9
#define KNOB_MOST 1e6

static int
check_opts(const struct seep_detect_opts *opts)
{
	/* The comparisons are false for what is no number. */
	if (!(opts->alarms_per_year >= 0.0) ||
	    !(opts->alarms_per_year <= KNOB_MOST) || opts->since_ns < 0 ||
	    opts->until_ns < 0 || opts->watch > SEEP_WATCH_ALL)
		return SEEP_EINVAL;
	if (opts->alarms_per_year > 0.0 && opts->alarms_per_year < KNOB_LEAST)
		return SEEP_EINVAL;
	if (opts->until_ns > 0 && opts->until_ns < opts->since_ns)
		return SEEP_EINVAL;
	if (opts->only_count > 0 && !opts->only)
		return SEEP_EINVAL;
	if (check_clocks(opts) != SEEP_OK)
		return SEEP_EINVAL;
	return seep__allow_check(opts->allow, opts->allow_count);
}

/* What is worked out of the whole case before any entity is looked at. */
static int
prepare_case(struct run *run, const struct seep_detect_opts *opts)
{
	struct seep__case *view = &run->view;
	int rc;

	rc = seep__calendar_init(&view->calendar, view->snapshot,
				 view->hour_from, view->hour_until,
				 &run->scratch);
	if (rc == SEEP_OK)
		rc = seep__allow_init(&run->allow, opts->allow,
				      opts->allow_count, &view->calendar,
				      &run->scratch);
	view->allow = &run->allow;
	for (int names = 0; rc == SEEP_OK && names < 2; names++) {
		rc = seep__popularity_init(&run->popularity[names], view, names,
					   &run->scratch);
		view->popularity[names] = &run->popularity[names];
	}
	if (rc == SEEP_OK)
		rc = seep__entities_init(&run->entities, view, &run->scratch);
	if (rc == SEEP_OK)
		rc = seep__common_init(&run->common, view, &run->scratch);
	return rc;
}

static int
scan_case(struct run *run, const struct seep_detect_opts *opts,
	  struct seep_findings *findings)
{
	struct seep__case *view = &run->view;
	struct seep__inquiry *inquiry = &run->inquiry;
	int rc;

	inquiry->knob =
	    opts->alarms_per_year > 0.0 ? opts->alarms_per_year : KNOB_DEFAULT;
	inquiry->statistics_off = opts->statistics_off;
	inquiry->no_floors = opts->no_floors != 0;
	inquiry->standing = run->standing;
	rc = seep__evidence_ceilings(view, &run->entities);
	if (rc == SEEP_OK && !inquiry->tap)
		rc = seep__standing_rank(
		    view, &run->entities, &run->popularity[0], &run->scratch,
		    run->standing, &inquiry->standing_count);
	if (rc == SEEP_OK)
		rc = seep__inquiry_pool(inquiry);
	/* The tap counts scores, not alarms. */
	if (rc == SEEP_OK && !inquiry->tap)
		rc = seep__inquiry_calibrate(inquiry);
	if (rc == SEEP_OK)
		rc = seep__inquiry_decide(inquiry);
	if (rc == SEEP_OK)
		rc = seep__evidence_fill(view, &run->entities,
					 inquiry->alarm_days, inquiry->knob,
					 &findings->evidence);
	if (rc == SEEP_OK)
		rc = seep__sensors_fill(view, &run->entities,
					&findings->evidence);
	if (rc == SEEP_OK)
		rc = seep__allow_fill(view, &findings->evidence);
	if (rc == SEEP_OK)
		rc = seep__findings_set(findings, inquiry->found.list,
					inquiry->found.count);
	findings->evidence.sensor_changes = run->common.changes;
	findings->evidence.sensor_changes_count = run->common.count;
	findings->entities = run->entities.list;
	findings->entities_count = rc == SEEP_OK ? run->entities.count : 0;
	return rc;
}

static void
set_view(struct seep__case *view, const struct seep_snapshot *snapshot,
	 const struct seep_detect_opts *opts, struct seep_findings *findings)
{
	view->mem = findings->mem;
	view->snapshot = snapshot;
	view->site = seep_snapshot_site(snapshot);
	view->coverage = seep_snapshot_coverage(snapshot);
	view->watch = opts->watch;
	view->one_way = seep__evidence_one_way(view->coverage);
	view->out = &findings->out;
	view->clocks.offsets = opts->offsets;
	view->clocks.offsets_count = opts->offsets_count;
	view->clocks.types = opts->day_types;
	view->clocks.types_count = opts->day_types_count;
	view->only = opts->only;
	view->only_count = opts->only_count;
	read_hours(opts, view);
}

static int
detect_in(const struct seep_snapshot *snapshot,
	  const struct seep_detect_opts *opts, const struct seep__tap *tap,
	  struct seep_findings *findings)
{
	struct run run;
	int rc;

	memset(&run, 0, sizeof(run));
	set_view(&run.view, snapshot, opts, findings);
	seep__arena_init(&run.scratch, findings->mem);
	seep__inquiry_init(&run.inquiry, &run.view, &run.entities);
	run.inquiry.tap = tap;
	run.inquiry.common = &run.common;
	rc = prepare_case(&run, opts);
	if (rc == SEEP_OK)
		rc = scan_case(&run, opts, findings);
	seep__inquiry_clear(&run.inquiry);
	seep__arena_clear(&run.scratch);
	return rc;
}

int
seep__detect_tapped(const struct seep_snapshot *snapshot,
		    const struct seep_detect_opts *opts,
		    const struct seep__tap *tap)
{
	struct seep_findings *findings = NULL;
	struct seep__mem *mem;
	int rc;

	rc = seep__mem_new(&mem, NULL, 0);
	if (rc == SEEP_OK)
		rc = seep__findings_new(&findings, mem);
	if (rc == SEEP_OK)
		rc = detect_in(snapshot, opts, tap, findings);
	seep_findings_free(findings);
	return rc;
}

/* Several snapshots are put together as cases are, unchecked: who holds them
 * knows where they come from. */
static int
put_together(const struct seep_snapshot *const *snapshots, size_t count,
	     uint64_t memory_max, const struct seep_alloc *alloc,
	     struct seep_case **owner, const struct seep_snapshot **snapshot)
{
	int rc;

	assert(count > 0);
	*owner = NULL;
	*snapshot = snapshots[0];
	if (count == 1)
		return SEEP_OK;
	rc = seep__case_of(owner, snapshots, count, memory_max, alloc);
	if (rc == SEEP_OK)
		rc = seep_case_select(*owner, snapshot);
	return rc;
}

int
seep_detect(const struct seep_snapshot *const *snapshots, size_t count,
	    const struct seep_detect_opts *opts,
	    struct seep_findings **findings, const struct seep_alloc *alloc)
{
	const struct seep_snapshot *snapshot;
	struct seep_detect_opts filled;
	struct seep_case *owner;
	struct seep__mem *mem = NULL;
	uint64_t half;
	int rc;

	assert(findings);
	*findings = NULL;
	rc = seep__opts_copy(&filled, sizeof(filled), opts);
	if (rc == SEEP_OK)
		rc = check_opts(&filled);
	if (rc != SEEP_OK || count == 0 || !snapshots)
		return SEEP_EINVAL;
	/* Of several, half of the memory is the merged ledger's. */
	half = count > 1 ? filled.memory_max / 2 : 0;
	rc = put_together(snapshots, count, half, alloc, &owner, &snapshot);
	if (rc == SEEP_OK)
		rc = seep__mem_new(&mem, alloc, filled.memory_max - half);
	if (rc == SEEP_OK)
		rc = seep__findings_new(findings, mem);
	if (rc == SEEP_OK)
		rc = detect_in(snapshot, &filled, NULL, *findings);
	if (rc != SEEP_OK) {
		seep_findings_free(*findings);
		*findings = NULL;
	}
	seep_case_free(owner);
	return rc;
}
