/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/ladder.h"

#include <assert.h>
#include <string.h>

#include "detect/chance.h"

static int
alloc_track(struct seep__track *track, size_t count, struct seep__arena *arena)
{
	track->days.usable = seep__arena_get(arena, count, sizeof(uint32_t));
	track->days.covered = seep__arena_get(arena, count, sizeof(uint32_t));
	track->days.type = seep__arena_get(arena, count, 1);
	track->days.weekday = seep__arena_get(arena, count, 1);
	track->days.shape = seep__arena_get(arena, count * 24, 1);
	track->origin = seep__arena_get(arena, count, sizeof(size_t));
	track->sheet.day = seep__arena_get(arena, count, sizeof(uint64_t));
	track->sheet.hour =
	    seep__arena_get(arena, count * 24, sizeof(uint64_t));
	track->whole.day = seep__arena_get(arena, count, sizeof(uint64_t));
	track->whole.hour =
	    seep__arena_get(arena, count * 24, sizeof(uint64_t));
	if (!track->days.usable || !track->days.covered || !track->days.type ||
	    !track->days.weekday || !track->days.shape || !track->origin ||
	    !track->sheet.day || !track->sheet.hour || !track->whole.day ||
	    !track->whole.hour)
		return seep__mem_why(arena->mem);
	return SEEP_OK;
}

static void
copy_sheet(struct seep__sheet *to, size_t at, const struct seep__sheet *from,
	   size_t position)
{
	/* The copies are the track's own. */
	uint64_t *day = (uint64_t *)(uintptr_t)to->day;
	uint64_t *hour = (uint64_t *)(uintptr_t)to->hour;

	if (!from->day)
		return;
	day[at] = from->day[position];
	memcpy(hour + at * 24, from->hour + position * 24, 24 * sizeof(*hour));
}

/* Copies the kept positions to 'track'. */
int
seep__track_make(struct seep__track *track, const struct seep__sheets *sheets,
		 uint32_t stratum, const size_t *kept, size_t count)
{
	const struct seep__days *days = &sheets->days;
	int rc;

	memset(track, 0, sizeof(*track));
	track->sheets = sheets;
	track->stratum = stratum;
	rc = alloc_track(track, count, sheets->subject->scratch);
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		const size_t position = kept ? kept[i] : i;

		track->days.usable[i] = days->usable[position];
		track->days.covered[i] = days->covered[position];
		track->days.type[i] = days->type[position];
		track->days.weekday[i] = days->weekday[position];
		memcpy(track->days.shape + i * 24, days->shape + position * 24,
		       24);
		track->origin[i] = position;
		copy_sheet(&track->sheet, i, &sheets->sheet[stratum], position);
		copy_sheet(&track->whole, i,
			   seep__sheets_whole(sheets, stratum), position);
	}
	track->sheet.unit_min = sheets->sheet[stratum].unit_min;
	track->days.calendar = days->calendar;
	track->days.count = count;
	track->sheet.days = track->whole.days = &track->days;
	track->count = count;
	return SEEP_OK;
}

/* The scan over the onsets that this step judges. */
static int
start_scan(struct seep__scan_rung *step, uint32_t statistic, size_t length,
	   struct seep__arena *arena)
{
	const size_t until = step->until < length ? step->until : length;
	size_t *vertex =
	    seep__arena_get(arena, until - step->from + 1, sizeof(*vertex));

	assert(step->from <= until);
	if (!vertex)
		return seep__mem_why(arena->mem);
	seep__focus_init(&step->focus[statistic], step->sums[statistic],
			 step->from, until, vertex);
	return SEEP_OK;
}

/* What each epoch decides by. */
static int
put_thresholds(struct seep__ladder *ladder, const struct seep__track *track,
	       const struct seep__judge *judge)
{
	struct seep__arena *arena = track->sheets->subject->scratch;
	const size_t epochs =
	    judge->calibration ? judge->calibration->epochs + 1 : 1;

	assert(epochs <= SEEP__EPOCHS);
	ladder->epoch = seep__arena_get(arena, ladder->length, 1);
	if (!ladder->epoch)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < ladder->length; i++)
		ladder->epoch[i] = (uint8_t)seep__calibrate_epoch(
		    judge->calibration, track->days.usable[ladder->base + i]);
	for (uint32_t e = 0; e < epochs; e++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
			seep__calibrate_threshold(
			    judge->calibration, judge->entity, e,
			    track->stratum, k, &ladder->threshold[e][k]);
	return SEEP_OK;
}

static void
put_alarms(struct seep__scan_rung *step, const struct seep__ladder *ladder,
	   const struct seep__judge *judge, uint32_t statistic)
{
	const size_t epochs =
	    judge->calibration ? judge->calibration->epochs + 1 : 1;

	for (size_t e = 0; e < epochs; e++) {
		const struct seep__threshold *by =
		    &ladder->threshold[e][statistic];
		const double score =
		    seep__chance_score(&by->chance, judge->knob / by->tests);

		step->g_alarm[e][statistic] =
		    seep__score_g(score, step->dof[statistic]);
	}
}

static int
make_step(struct seep__scan_rung *step, const struct seep__ladder *ladder,
	  const struct seep__track *track, const struct seep__judge *judge,
	  size_t days)
{
	const size_t base = ladder->base;
	const size_t length = ladder->length;
	struct seep__arena *arena = track->sheets->subject->scratch;
	struct seep__rung *rung = &step->rung;
	double *z;
	int rc;

	rc = seep__rung_init(rung, &track->sheet, &track->whole, base, days,
			     base + length, arena);
	if (rc != SEEP_OK)
		return rc;
	z = seep__arena_get(arena, length, sizeof(double));
	if (!z)
		return seep__mem_why(arena->mem);
	for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
		struct seep__prior *prior = &step->prior[k];

		step->sums[k] = NULL;
		if (judge->statistics_off & 1u << k || !rung->value[k])
			continue;
		step->sums[k] =
		    seep__arena_get(arena, length + 1, sizeof(double));
		if (!step->sums[k])
			return seep__mem_why(arena->mem);
		seep__pool_prior(judge->pool, judge->entity, track->stratum, k,
				 days, track->days.usable[base + days - 1],
				 prior);
		seep__rung_whiten(rung, k, prior, z, &step->dof[k]);
		seep__scan_sums(z, length, step->sums[k]);
		rc = start_scan(step, k, length, arena);
		if (rc != SEEP_OK)
			return rc;
		put_alarms(step, ladder, judge, k);
	}
	return SEEP_OK;
}

int
seep__ladder_make(struct seep__ladder *ladder, const struct seep__track *track,
		  const struct seep__judge *judge, size_t base)
{
	size_t days = SEEP__RUNG_FIRST;
	int rc;

	assert(base <= track->count);
	ladder->base = base;
	ladder->length = track->count - base;
	ladder->count = 0;
	rc = put_thresholds(ladder, track, judge);
	if (rc != SEEP_OK)
		return rc;
	for (; days < ladder->length && ladder->count < SEEP__RUNGS;
	     days *= 2) {
		struct seep__scan_rung *step = &ladder->steps[ladder->count++];

		step->reference = step->from = days;
		step->until = 2 * days;
		if (ladder->count == SEEP__RUNGS)
			step->until = SIZE_MAX;
		rc = make_step(step, ladder, track, judge, days);
		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

size_t
seep__ladder_epoch(const struct seep__ladder *ladder, size_t end)
{
	assert(end > 0 && end <= ladder->length);
	return ladder->epoch[end - 1];
}

double
seep__ladder_score(struct seep__ladder *ladder, uint32_t statistic, size_t end)
{
	double best = 0.0;

	for (size_t s = 0; s < ladder->count; s++) {
		struct seep__scan_rung *step = &ladder->steps[s];
		struct seep__onset onset;
		double score;

		if (step->from >= end || !step->sums[statistic])
			continue;
		onset = seep__focus_step(&step->focus[statistic], end);
		score = seep__score(onset.g, step->dof[statistic]);
		if (score > best)
			best = score;
	}
	return best;
}

/* Looks for the least likely of the rises that 'end' shows. */
int
seep__ladder_judge(struct seep__ladder *ladder, uint32_t stratum, size_t end,
		   struct seep__rise *rise)
{
	const size_t epoch = seep__ladder_epoch(ladder, end);
	int found = 0;

	(void)stratum;
	for (size_t s = 0; s < ladder->count; s++) {
		struct seep__scan_rung *step = &ladder->steps[s];

		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			const struct seep__threshold *by =
			    &ladder->threshold[epoch][k];
			struct seep__onset onset;
			double score, surprise;

			if (step->from >= end || !step->sums[k])
				continue;
			onset = seep__focus_step(&step->focus[k], end);
			if (onset.g < step->g_alarm[epoch][k] || onset.g <= 0.0)
				continue;
			score = seep__score(onset.g, step->dof[k]);
			surprise = by->chance.slope * score -
				   by->chance.intercept - seep__ln(by->tests);
			if (found && surprise <= rise->surprise)
				continue;
			found = 1;
			rise->step = step;
			rise->statistic = k;
			rise->onset = onset;
			rise->end = end;
			rise->score = score;
			rise->surprise = surprise;
			rise->years = by->years;
		}
	}
	return found;
}
