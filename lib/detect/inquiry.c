/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/inquiry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "detect/against.h"
#include "detect/allow.h"
#include "detect/change.h"
#include "detect/claim.h"
#include "detect/floor.h"
#include "detect/join.h"
#include "detect/level.h"
#include "detect/shared.h"

/* struct look: what is read of one entity. */
struct look {
	struct seep__subject subject;
	struct seep__subject names;
	struct seep__sheets sheets;
};

void
seep__inquiry_init(struct seep__inquiry *inquiry, const struct seep__case *view,
		   struct seep__entities *entities)
{
	memset(inquiry, 0, sizeof(*inquiry));
	inquiry->view = view;
	inquiry->entities = entities;
	seep__pool_init(&inquiry->pool, view->mem, entities);
	inquiry->calibration.mem = view->mem;
	seep__arena_init(&inquiry->scratch, view->mem);
	inquiry->changes.mem = view->mem;
	inquiry->claims.mem = view->mem;
	inquiry->found.mem = view->mem;
}

void
seep__inquiry_clear(struct seep__inquiry *inquiry)
{
	struct seep__mem *mem = inquiry->view->mem;

	seep__mem_put(mem, inquiry->tested,
		      inquiry->tested_room * sizeof(*inquiry->tested));
	seep__mem_put(mem, inquiry->shifted,
		      inquiry->shifted_room * sizeof(*inquiry->shifted));
	seep__mem_put(mem, inquiry->changes.list,
		      inquiry->changes.room * sizeof(*inquiry->changes.list));
	seep__mem_put(mem, inquiry->claims.list,
		      inquiry->claims.room * sizeof(*inquiry->claims.list));
	seep__mem_put(mem, inquiry->found.list,
		      inquiry->found.room * sizeof(*inquiry->found.list));
	seep__mem_put(mem, inquiry->found.marks,
		      inquiry->found.marks_room *
			  sizeof(*inquiry->found.marks));
	seep__relays_clear(&inquiry->relays);
	seep__arena_clear(&inquiry->scratch);
	seep__pool_clear(&inquiry->pool);
	seep__calibrate_clear(&inquiry->calibration);
}

static int
look_at(struct seep__inquiry *inquiry, size_t entity, struct look *look)
{
	const struct seep__case *view = inquiry->view;
	int rc;

	seep__arena_clear(&inquiry->scratch);
	rc = seep__entities_subject(inquiry->entities, view, entity, 0,
				    &inquiry->scratch, &look->subject);
	if (rc == SEEP_OK)
		rc = seep__entities_subject(inquiry->entities, view, entity, 1,
					    &inquiry->scratch, &look->names);
	if (rc == SEEP_OK)
		rc = seep__sheets_init(&look->sheets, &look->subject,
				       look->names.cells_count ? &look->names
							       : NULL);
	return rc;
}

int
seep__inquiry_pool(struct seep__inquiry *inquiry)
{
	struct look look;
	int rc = SEEP_OK;

	seep__calibrate_init(&inquiry->calibration, inquiry->view->mem,
			     inquiry->entities, &inquiry->view->calendar);
	for (size_t i = 0; rc == SEEP_OK && i < inquiry->entities->count; i++) {
		rc = look_at(inquiry, i, &look);
		if (rc == SEEP_OK)
			rc = seep__pool_add(&inquiry->pool, i, &look.sheets);
		if (rc == SEEP_OK)
			seep__calibrate_count(&inquiry->calibration, i,
					      &look.sheets);
	}
	if (rc == SEEP_OK)
		rc = seep__pool_seal(&inquiry->pool);
	return rc;
}

int
seep__inquiry_calibrate(struct seep__inquiry *inquiry)
{
	struct seep__calibration *calibration = &inquiry->calibration;
	int rc;

	calibration->knob = inquiry->knob;
	calibration->statistics_off = inquiry->statistics_off;
	rc = seep__calibrate_open(calibration);
	while (rc == SEEP_OK && calibration->is_used &&
	       calibration->phase != SEEP__CALIBRATE_DONE) {
		for (size_t i = 0;
		     rc == SEEP_OK && i < inquiry->entities->count; i++) {
			struct look look;

			if (!seep__calibrate_wants(calibration, i))
				continue;
			rc = look_at(inquiry, i, &look);
			if (rc == SEEP_OK)
				rc = seep__calibrate_add(calibration,
							 &inquiry->pool, i,
							 &look.sheets);
		}
		seep__calibrate_fit(calibration);
	}
	return rc;
}

/* Days on which an alarm was possible: those behind the first rung, from
 * which on the entity decides. */
static uint64_t
count_alarm_days(const struct seep__sheets *sheets, uint32_t since)
{
	const size_t first = seep__days_before(&sheets->days, since);
	const size_t from = first > SEEP__RUNG_FIRST ? first : SEEP__RUNG_FIRST;

	return sheets->days.count > from ? sheets->days.count - from : 0;
}

/* Keeps when the entity shifted, to be compared with the others. */
static int
note_shifts(struct seep__inquiry *inquiry, const struct look *look,
	    size_t entity)
{
	const struct seep__days *days = &look->sheets.days;
	const size_t count = inquiry->changes.count;
	struct seep__mem *mem = inquiry->view->mem;
	int rc;

	rc = seep__mem_grow(
	    mem, (void **)&inquiry->shifted, &inquiry->shifted_room,
	    inquiry->shifted_count + count + 1, sizeof(*inquiry->shifted));
	if (rc == SEEP_OK)
		rc = seep__mem_grow(
		    mem, (void **)&inquiry->tested, &inquiry->tested_room,
		    inquiry->tested_count + 1, sizeof(*inquiry->tested));
	if (rc != SEEP_OK)
		return rc;
	if (days->count > SEEP__RUNG_FIRST)
		inquiry->tested[inquiry->tested_count++] =
		    days->usable[SEEP__RUNG_FIRST];
	for (size_t i = 0; i < count; i++) {
		const struct seep__change *change = &inquiry->changes.list[i];

		inquiry->shifted[inquiry->shifted_count++] =
		    (struct seep__shifted){.entity = entity,
					   .day = days->usable[change->onset],
					   .decided =
					       days->usable[change->decided]};
	}
	return SEEP_OK;
}

static int
claim_changes(struct seep__inquiry *inquiry, const struct look *look)
{
	int rc = SEEP_OK;

	for (size_t i = 0; rc == SEEP_OK && i < inquiry->changes.count; i++) {
		struct seep__claim claim;

		rc = seep__claim_change(&look->sheets,
					&inquiry->changes.list[i], &claim);
		if (rc == SEEP_OK)
			rc = seep__claims_add(&inquiry->claims, &claim);
	}
	return rc;
}

/* Was the stratum heard beside this change already? */
static int
is_heard(const struct seep__claims *claims, const struct seep__claim *claim,
	 uint32_t stratum)
{
	for (size_t i = 0; i < claims->count; i++)
		if (claims->list[i].change->stratum == stratum &&
		    (claims->list[i].change == claim->change ||
		     seep__join_beside(&claims->list[i], claim)))
			return 1;
	return 0;
}

/* Strata of peers in use: what rose there beside another stratum is part of
 * its story. */
static int
is_of_known(uint32_t stratum)
{
	return stratum != SEEP_STRATUM_NEW_PUSH &&
	       stratum != SEEP_STRATUM_NEW_PULL &&
	       stratum != SEEP_STRATUM_PARTNER &&
	       stratum != SEEP_STRATUM_NAMES_NEW &&
	       stratum != SEEP_STRATUM_NAMES_RARE;
}

static int
claim_echo(struct seep__inquiry *inquiry, const struct look *look,
	   const struct seep__judge *judge, size_t of, uint32_t stratum)
{
	struct seep__change *echo =
	    seep__arena_get(look->subject.scratch, 1, sizeof(*echo));
	struct seep__claim claim;
	int rc;

	if (!echo)
		return seep__mem_why(look->subject.scratch->mem);
	rc = seep__change_echo(&look->sheets, judge,
			       inquiry->claims.list[of].change, stratum, echo);
	if (rc != SEEP_OK || echo->score <= 0.0)
		return rc;
	rc = seep__claim_change(&look->sheets, echo, &claim);
	claim.is_echo = 1;
	if (rc == SEEP_OK &&
	    claim.direction == inquiry->claims.list[of].direction)
		rc = seep__claims_add(&inquiry->claims, &claim);
	return rc;
}

/* A rise spread over peers in use shows in several strata, in some of them
 * too little to alarm: they add peers to its story. */
static int
claim_echoes(struct seep__inquiry *inquiry, const struct look *look,
	     const struct seep__judge *judge)
{
	const size_t count = inquiry->claims.count;
	int rc = SEEP_OK;

	for (size_t i = 0; i < count; i++)
		for (uint32_t s = 0; rc == SEEP_OK && s < SEEP_STRATUM_COUNT;
		     s++) {
			const struct seep__claim *claim =
			    &inquiry->claims.list[i];

			if (claim->pattern == SEEP_PATTERN_ALL_PEERS &&
			    is_of_known(s) &&
			    is_of_known(claim->change->stratum) &&
			    !is_heard(&inquiry->claims, claim, s))
				rc = claim_echo(inquiry, look, judge, i, s);
		}
	return rc;
}

static int
claim_standing(struct seep__inquiry *inquiry, const struct look *look,
	       size_t entity)
{
	int rc = SEEP_OK;

	for (size_t i = 0; rc == SEEP_OK && i < inquiry->standing_count; i++) {
		struct seep__claim claim;

		if (inquiry->standing[i].entity != entity)
			continue;
		rc = seep__claim_standing(&look->subject, &inquiry->standing[i],
					  &claim);
		if (rc == SEEP_OK)
			rc = seep__claims_add(&inquiry->claims, &claim);
	}
	return rc;
}

/* Tells the tap every day's scores. */
static int
tap_entity(const struct seep__inquiry *inquiry, const struct look *look,
	   const struct seep__judge *judge)
{
	const size_t days = look->sheets.days.count;
	struct seep__arena *arena = look->subject.scratch;
	double *scores = seep__arena_get(arena, days, sizeof(*scores));

	if (!scores)
		return seep__mem_why(arena->mem);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++) {
		struct seep__track track;
		struct seep__ladder ladder;
		int rc;

		if (!look->sheets.sheet[s].day)
			continue;
		rc = seep__track_make(&track, &look->sheets, s, NULL, days);
		if (rc == SEEP_OK)
			rc = seep__ladder_make(&ladder, &track, judge,
					       look->sheets.start[s]);
		if (rc != SEEP_OK)
			return rc;
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			memset(scores, 0, days * sizeof(*scores));
			for (size_t e = ladder.base + 1; e <= days; e++)
				scores[e - 1] = seep__ladder_score(
				    &ladder, k, e - ladder.base);
			inquiry->tap->score(
			    inquiry->tap->context,
			    &inquiry->entities->list[judge->entity], s, k,
			    scores, days);
		}
	}
	return SEEP_OK;
}

/* Says what the thresholds of the last day rest on. */
static void
put_calibration(const struct seep__inquiry *inquiry, size_t entity,
		struct seep_entity *line)
{
	const struct seep__calibration *calibration = &inquiry->calibration;
	struct seep__threshold threshold;

	seep__calibrate_threshold(
	    calibration, entity,
	    seep__calibrate_epoch(calibration, SEEP__SINCE_NEVER),
	    SEEP_STRATUM_ALL, SEEP_STATISTIC_SUM, &threshold);
	line->calibration = threshold.is_evidence ? SEEP_CALIBRATION_EVIDENCE
						  : SEEP_CALIBRATION_SHIPPED;
	line->calibration_host_years_micro = (uint64_t)(threshold.years * 1e6);
}

static int
decide_entity(struct seep__inquiry *inquiry, size_t entity)
{
	struct seep_entity *line = &inquiry->entities->list[entity];
	const struct seep__judge judge = {
	    .knob = inquiry->knob,
	    .statistics_off = inquiry->statistics_off,
	    .pool = &inquiry->pool,
	    .calibration = &inquiry->calibration,
	    .entity = entity,
	    .restarts = inquiry->common->restarts,
	    .restarts_count = inquiry->common->count,
	    .since = inquiry->entities->since[entity]};
	struct look look;
	int rc;

	rc = look_at(inquiry, entity, &look);
	if (rc != SEEP_OK)
		return rc;
	line->ceiling_allowed_bytes = seep__allow_tally(&look.subject);
	(void)seep__allow_tally(&look.names);
	inquiry->alarm_days += count_alarm_days(&look.sheets, judge.since);
	inquiry->changes.count = inquiry->claims.count = 0;
	put_calibration(inquiry, entity, line);
	if (inquiry->tap)
		return tap_entity(inquiry, &look, &judge);
	rc = seep__change_scan(&look.sheets, &judge, &inquiry->changes);
	if (rc == SEEP_OK)
		rc = note_shifts(inquiry, &look, entity);
	if (rc == SEEP_OK)
		rc = claim_changes(inquiry, &look);
	if (rc == SEEP_OK)
		rc = claim_echoes(inquiry, &look, &judge);
	if (rc == SEEP_OK)
		rc = claim_standing(inquiry, &look, entity);
	if (rc == SEEP_OK)
		rc = seep__relays_tell(&inquiry->relays, &look.subject, &judge,
				       &inquiry->claims, &inquiry->found);
	if (rc == SEEP_OK)
		rc = seep__episodes_join(&inquiry->claims, line, entity,
					 &inquiry->found);
	if (rc == SEEP_OK)
		rc = seep__level_fill(&look.sheets, &judge, line);
	if (rc == SEEP_OK && !inquiry->no_floors)
		rc = seep__floor_fill(&look.sheets, &judge, line);
	return rc;
}

static int
decide_all(struct seep__inquiry *inquiry)
{
	int rc = SEEP_OK;

	inquiry->found.count = inquiry->shifted_count = 0;
	inquiry->alarm_days = inquiry->tested_count = 0;
	inquiry->relays.alarm_days = 0;
	seep__allow_reset(inquiry->view->allow);
	for (size_t i = 0; rc == SEEP_OK && i < inquiry->entities->count; i++)
		if (inquiry->entities->asked[i])
			rc = decide_entity(inquiry, i);
	return rc;
}

/* Marks the findings that began when the sensor changed. */
static int
mark_coincidences(struct seep__inquiry *inquiry)
{
	int rc = SEEP_OK;

	for (size_t i = 0; rc == SEEP_OK && i < inquiry->found.count; i++) {
		struct seep_finding *finding = &inquiry->found.list[i];

		if (finding->basis == SEEP_BASIS_CHANGE)
			finding->coincides = seep__common_coincides(
			    inquiry->common, finding->onset_from_ns,
			    finding->onset_until_ns);
		rc = seep__against_sensor(inquiry->view, finding);
	}
	return rc;
}

int
seep__inquiry_decide(struct seep__inquiry *inquiry)
{
	int added = 0;
	int rc;

	rc = seep__relays_init(&inquiry->relays, inquiry->view,
			       inquiry->entities);
	if (rc == SEEP_OK)
		rc = decide_all(inquiry);
	if (rc == SEEP_OK && !inquiry->tap)
		rc = seep__common_shifts(
		    inquiry->common, inquiry->shifted, inquiry->shifted_count,
		    inquiry->tested, inquiry->tested_count, &added);
	/* The past begins anew: what was decided before is decided again in
	 * the same way, what follows is not. */
	if (rc == SEEP_OK && added)
		rc = decide_all(inquiry);
	if (rc == SEEP_OK)
		rc = mark_coincidences(inquiry);
	inquiry->alarm_days += inquiry->relays.alarm_days;
	if (rc == SEEP_OK)
		rc = seep__shared_join(inquiry->view, &inquiry->found);
	seep__arena_clear(&inquiry->scratch);
	return rc;
}
