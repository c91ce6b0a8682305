/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/calibrate.h"

#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "detect/entity.h"
#include "detect/ladder.h"

#define YEAR_DAYS 365.25

/*
 * YEARS_KNOB: a group of so many divided by the knob's entity-years is
 * calibrated by itself: it would have given ten alarms, which tell its rate
 * to a third. With fewer the shipped tails, from more years than that but
 * other sites, are the better guess.
 */
#define YEARS_KNOB 10.0

/*
 * YEARS_RATE: entity-years of replicates, divided by the rate that is asked
 * for. Fifty crossings tell a rate to a seventh, less than the shape of the
 * tail is off; replicates of the same days agree more than that suggests.
 */
#define YEARS_RATE 50.0

/*
 * Replicates of a group at most. Each costs about a tenth of what reading and
 * judging an entity does; what they leave open, the fitted line says. With a
 * third of them thresholds scatter by a tenth from one evidence to the next;
 * many more add little: they are the same days.
 */
#define REPLICATES_MAX 16
#define REPLICATES_TESTS_MAX 4

/* Crossings count once a week, as an episode would end (change.h). */
#define APART_DAYS 7

static uint64_t
mix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t
seed_of(const struct seep_network *host, uint32_t date, uint32_t replicate)
{
	uint8_t bytes[16 + 1 + 8 + 8];

	memcpy(bytes, host->base.bytes, 16);
	bytes[16] = host->prefix_bits;
	seep__le64_put(bytes + 17, date);
	seep__le64_put(bytes + 25, replicate);
	return seep__hash_checksum(bytes, sizeof(bytes));
}

void
seep__calibrate_init(struct seep__calibration *calibration,
		     struct seep__mem *mem,
		     const struct seep__entities *entities,
		     const struct seep__calendar *calendar)
{
	size_t days = SEEP__RUNG_FIRST;

	memset(calibration, 0, sizeof(*calibration));
	calibration->mem = mem;
	calibration->entities = entities;
	for (size_t r = 0; r < SEEP__RUNGS; r++, days *= 2) {
		const size_t at = seep__calendar_usable_at(calendar, days - 1);

		if (at + 1 >= calendar->days_count)
			break;
		calibration->ends[r] = (uint32_t)(at + 1);
		calibration->dates[r] = calendar->days[at].day;
		calibration->epochs++;
	}
}

void
seep__calibrate_clear(struct seep__calibration *calibration)
{
	for (size_t role = 0; role < SEEP_ROLE_COUNT; role++)
		for (size_t r = 0; r < SEEP__RUNGS; r++) {
			struct seep__group *group =
			    &calibration->groups[role][r];

			seep__mem_put(calibration->mem, group->tails,
				      group->tails ? sizeof(*group->tails) : 0);
			group->tails = NULL;
		}
	calibration->is_used = 0;
}

static const struct seep__group *
group_of(const struct seep__calibration *calibration, size_t entity, size_t r)
{
	return &calibration->groups[seep__entities_pool(calibration->entities,
							entity, r)][r];
}

/* The positions [from, end) on which the entity could alarm before epoch
 * 'r' in a stratum that begins at 'start'. */
static size_t
alarm_days(const struct seep__calibration *calibration, size_t entity,
	   const struct seep__sheets *sheets, size_t r, size_t start,
	   size_t *from)
{
	const size_t end =
	    seep__days_before(&sheets->days, calibration->ends[r]);
	const size_t since = seep__days_before(
	    &sheets->days, calibration->entities->since[entity]);

	*from = start + SEEP__RUNG_FIRST;
	if (*from < since)
		*from = since;
	return end;
}

void
seep__calibrate_count(struct seep__calibration *calibration, size_t entity,
		      const struct seep__sheets *sheets)
{
	for (size_t r = 0; r < calibration->epochs; r++) {
		const size_t role = (size_t)seep__entities_pool(
		    calibration->entities, entity, r);
		size_t from;
		const size_t end =
		    alarm_days(calibration, entity, sheets, r, 0, &from);

		if (end > from)
			calibration->groups[role][r].days += end - from;
	}
}

static double
years_of(const struct seep__group *group)
{
	return (double)group->days / YEAR_DAYS;
}

int
seep__calibrate_open(struct seep__calibration *calibration)
{
	assert(calibration->knob > 0.0);
	for (size_t role = 0; role < SEEP_ROLE_COUNT; role++)
		for (size_t r = 0; r < calibration->epochs; r++) {
			struct seep__group *group =
			    &calibration->groups[role][r];

			if (years_of(group) * calibration->knob < YEARS_KNOB)
				continue;
			group->tails = seep__mem_zero(calibration->mem, 1,
						      sizeof(*group->tails));
			if (!group->tails)
				return seep__mem_why(calibration->mem);
			group->tails->role = (int)role;
			calibration->is_used = 1;
		}
	return SEEP_OK;
}

int
seep__calibrate_wants(const struct seep__calibration *calibration,
		      size_t entity)
{
	for (size_t r = 0; r < calibration->epochs; r++)
		if (group_of(calibration, entity, r)->tails)
			return 1;
	return 0;
}

/* struct replicate: an entity's days before an epoch, in another order. */
struct replicate {
	const struct seep__calibration *calibration;
	struct seep__tails *tails;
	const struct seep__sheets *sheets;
	struct seep__judge judge;
	size_t r;
	size_t count; /* positions before the epoch */
	size_t *order;
	/* scores: of one statistic; surprise: the largest of all, by
	 * position. */
	double *scores;
	double *surprise;
};

/* Does the stratum hold a byte before the epoch? */
static int
is_held(const struct seep__sheets *sheets, uint32_t stratum, size_t count)
{
	const uint64_t *day = sheets->sheet[stratum].day;
	size_t i = sheets->start[stratum];

	while (day && i < count && day[i] == 0)
		i++;
	return day && i < count;
}

/* Days before all strata mean what they say stay where they are. */
static size_t
first_moved(const struct seep__sheets *sheets)
{
	size_t first = 0;

	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		if (sheets->start[s] > first)
			first = sheets->start[s];
	return first;
}

/* Fisher and Yates, among the positions of one type of day; 'list' has room
 * for all. */
static void
permute_type(struct replicate *at, uint8_t type, uint64_t *random, size_t *list)
{
	const uint8_t *types = at->sheets->days.type;
	size_t count = 0;

	for (size_t i = first_moved(at->sheets); i < at->count; i++)
		if (types[i] == type)
			list[count++] = i;
	for (size_t left = count; left > 1; left--) {
		const size_t pick =
		    (size_t)((mix(random) >> 32) * (uint64_t)left >> 32);
		const size_t kept = at->order[list[left - 1]];

		at->order[list[left - 1]] = at->order[list[pick]];
		at->order[list[pick]] = kept;
	}
}

static int
permute_days(struct replicate *at, uint64_t seed, struct seep__arena *arena)
{
	size_t *list = seep__arena_get(arena, at->count, sizeof(*list));

	if (!list)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < at->count; i++)
		at->order[i] = i;
	for (uint8_t type = 0; type < SEEP__DAY_TYPES; type++)
		permute_type(at, type, &seed, list);
	return SEEP_OK;
}

/* Counts the days in [from, end) on which 'values' rise to each level. */
static void
count_crossings(struct seep__tally *tally, const double *values, size_t from,
		size_t end, double least, double step)
{
	size_t last[SEEP__LEVELS] = {0};

	if (from >= end)
		return;
	tally->days += end - from;
	for (size_t d = from; d < end; d++) {
		for (size_t l = 0;
		     l < SEEP__LEVELS && values[d] >= least + (double)l * step;
		     l++) {
			if (last[l] == 0 || d + 1 - last[l] > APART_DAYS)
				tally->crossings[l]++;
			last[l] = d + 1;
		}
	}
}

/* The positions [from, count) that are counted: the second half, since the
 * thresholds are for days that have as long a past. The longer the past, the
 * more onsets there are to choose from. */
static size_t
counted_from(const struct replicate *at, size_t start)
{
	size_t from;
	const size_t end = alarm_days(at->calibration, at->judge.entity,
				      at->sheets, at->r, start, &from);
	const size_t half = start + (end - start) / 2;

	assert(end == at->count);
	return from > half ? from : half;
}

/* Takes note of the scores of one stratum and statistic. */
static void
note_scores(struct replicate *at, uint32_t stratum, uint32_t statistic)
{
	const size_t start = at->sheets->start[stratum];
	const struct seep__chance *chance =
	    &at->tails->chance[stratum][statistic];
	const size_t from = counted_from(at, start);

	if (at->calibration->phase == SEEP__CALIBRATE_TAILS) {
		count_crossings(&at->tails->tally[stratum][statistic],
				at->scores, from, at->count, SEEP__SCORE_STEP,
				SEEP__SCORE_STEP);
		return;
	}
	for (size_t d = from; d < at->count; d++) {
		const double surprise =
		    chance->slope * at->scores[d] - chance->intercept;

		if (at->scores[d] > 0.0 && surprise > at->surprise[d])
			at->surprise[d] = surprise;
	}
}

/* The track keeps the hours of the days that came, on the dates of those
 * that went: what the group knew by then hangs on the date. */
static int
score_stratum(struct replicate *at, uint32_t stratum)
{
	struct seep__track track;
	struct seep__ladder ladder;
	int rc;

	rc =
	    seep__track_make(&track, at->sheets, stratum, at->order, at->count);
	if (rc != SEEP_OK)
		return rc;
	memcpy(track.days.usable, at->sheets->days.usable,
	       at->count * sizeof(*track.days.usable));
	rc = seep__ladder_make(&ladder, &track, &at->judge,
			       at->sheets->start[stratum]);
	if (rc != SEEP_OK)
		return rc;
	for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
		memset(at->scores, 0, at->count * sizeof(*at->scores));
		for (size_t end = 1; end <= ladder.length; end++)
			at->scores[ladder.base + end - 1] =
			    seep__ladder_score(&ladder, k, end);
		if (!(at->judge.statistics_off & 1u << k))
			note_scores(at, stratum, k);
	}
	return SEEP_OK;
}

static int
score_replicate(struct replicate *at, struct seep__arena *arena, uint64_t seed)
{
	int rc;

	at->order = seep__arena_get(arena, at->count, sizeof(size_t));
	at->scores = seep__arena_get(arena, at->count, sizeof(double));
	at->surprise = seep__arena_get(arena, at->count, sizeof(double));
	if (!at->order || !at->scores || !at->surprise)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < at->count; i++)
		at->surprise[i] = SEEP__SURPRISE_LEAST - 1.0;
	rc = permute_days(at, seed, arena);
	for (uint32_t s = 0; rc == SEEP_OK && s < SEEP_STRATUM_COUNT; s++)
		if (is_held(at->sheets, s, at->count))
			rc = score_stratum(at, s);
	if (rc == SEEP_OK && at->calibration->phase == SEEP__CALIBRATE_TESTS)
		count_crossings(&at->tails->all, at->surprise,
				counted_from(at, 0), at->count,
				SEEP__SURPRISE_LEAST, SEEP__SURPRISE_STEP);
	return rc;
}

static uint32_t
replicates_of(const struct seep__calibration *calibration,
	      const struct seep__group *group)
{
	const int is_tails = calibration->phase == SEEP__CALIBRATE_TAILS;
	const uint32_t most = is_tails ? REPLICATES_MAX : REPLICATES_TESTS_MAX;
	const double rate =
	    calibration->knob / (is_tails ? SEEP__TESTS_SHIPPED : 1.0);
	const double wanted = YEARS_RATE / rate;
	uint32_t count = 1;

	while (count < most && (double)count * years_of(group) < wanted)
		count++;
	return count;
}

/* The days of one entity before one epoch. */
static int
add_epoch(struct replicate *at, const struct seep__group *group)
{
	const struct seep__calibration *calibration = at->calibration;
	const struct seep_network *host =
	    &calibration->entities->list[at->judge.entity].host;
	const struct seep__sheets *sheets = at->sheets;
	struct seep__subject subject = *sheets->subject;
	struct seep__sheets local = *sheets;
	struct seep__arena arena;
	size_t from;
	int rc = SEEP_OK;

	at->tails = group->tails;
	at->count =
	    alarm_days(calibration, at->judge.entity, sheets, at->r, 0, &from);
	if (at->count <= from)
		return SEEP_OK;
	seep__arena_init(&arena, calibration->mem);
	subject.scratch = &arena;
	local.subject = &subject;
	at->sheets = &local;
	for (uint32_t i = 0;
	     rc == SEEP_OK && i < replicates_of(calibration, group); i++) {
		rc = score_replicate(
		    at, &arena, seed_of(host, calibration->dates[at->r], i));
		seep__arena_clear(&arena);
	}
	at->sheets = sheets;
	return rc;
}

int
seep__calibrate_add(struct seep__calibration *calibration,
		    const struct seep__pool *pool, size_t entity,
		    const struct seep__sheets *sheets)
{
	struct replicate at = {.calibration = calibration, .sheets = sheets};
	int rc = SEEP_OK;

	assert(calibration->phase != SEEP__CALIBRATE_DONE);
	at.judge.knob = calibration->knob;
	at.judge.statistics_off = calibration->statistics_off;
	at.judge.pool = pool;
	at.judge.entity = entity;
	for (at.r = 0; rc == SEEP_OK && at.r < calibration->epochs; at.r++) {
		const struct seep__group *group =
		    group_of(calibration, entity, at.r);

		if (group->tails)
			rc = add_epoch(&at, group);
	}
	return rc;
}

void
seep__calibrate_fit(struct seep__calibration *calibration)
{
	assert(calibration->phase != SEEP__CALIBRATE_DONE);
	for (size_t role = 0; role < SEEP_ROLE_COUNT; role++)
		for (size_t r = 0; r < calibration->epochs; r++) {
			struct seep__tails *tails =
			    calibration->groups[role][r].tails;

			if (tails &&
			    calibration->phase == SEEP__CALIBRATE_TAILS)
				seep__tails_fit(tails, calibration->knob);
			else if (tails)
				seep__tails_weigh(tails, calibration->knob);
		}
	calibration->phase = calibration->phase == SEEP__CALIBRATE_TAILS
				 ? SEEP__CALIBRATE_TESTS
				 : SEEP__CALIBRATE_DONE;
}

uint32_t
seep__calibrate_epoch(const struct seep__calibration *calibration, uint32_t day)
{
	uint32_t epoch = 0;

	if (!calibration)
		return 0;
	while (epoch < calibration->epochs && calibration->ends[epoch] <= day)
		epoch++;
	return epoch;
}

void
seep__calibrate_threshold(const struct seep__calibration *calibration,
			  size_t entity, uint32_t epoch, uint32_t stratum,
			  uint32_t statistic, struct seep__threshold *threshold)
{
	const int by_role = calibration && epoch > 0;
	const int role = by_role ? (int)seep__entities_pool(
				       calibration->entities, entity, epoch - 1)
				 : SEEP_ROLE_NONE;
	const struct seep__group *group;

	threshold->chance = seep__chance_shipped(role, stratum, statistic);
	threshold->tests = SEEP__TESTS_SHIPPED;
	threshold->years = SEEP__SHIPPED_YEARS;
	threshold->is_evidence = 0;
	if (!by_role || !calibration->is_used)
		return;
	assert(epoch <= calibration->epochs);
	group = group_of(calibration, entity, epoch - 1);
	if (!group->tails)
		return;
	threshold->chance = group->tails->chance[stratum][statistic];
	threshold->tests = group->tails->tests;
	threshold->years = years_of(group);
	threshold->is_evidence = 1;
}
