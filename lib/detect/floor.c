/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/floor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Sizes of leaks: LEVELS of them, each 2^(1/8) times the one before, from
 * the entity's mean day / 2^LEVEL_DOWN on. A finer grid costs time and is
 * lost in the evidence's own noise. The
 * least must lie below what a silent stratum shows, which is about the unit
 * of its logarithms, 1/65536 of the entity's mean (measure.c): at 2^13 the
 * floor was the grid's end for every host. */
#define LEVELS 200
#define LEVEL_DOWN 18
#define LEVELS_PER_OCTAVE 8

/* No size is below 10 bytes an hour: six small packets a day. */
#define LEVEL_LEAST 240

/* The entity's own days, without a leak. */
#define LEVEL_NONE LEVELS
#define COLUMNS (LEVELS + 1)

/* Onsets that are tried about the true first day: a scan that may choose
 * takes the best of its neighbours. */
#define ONSETS_BEFORE 2
#define ONSETS_AFTER 6

/* At most so many first days are tried, evenly chosen: what 95 of 100 of
 * them give is known to a few percent, and a year costs no more than a
 * quarter. */
#define FIRSTS_MAX 60

/* FIRSTS_FROM, FIRSTS_LEAST: peers are new for a week, so that what is
 * usually sent to new or rare ones is known a week later than the rest. Leaks
 * that begin before that have a floor many times as high. Where the evidence
 * has seven weeks, two of them for such days, the floor is of later ones. */
#define FIRSTS_LEAST ((size_t)49)
#define FIRSTS_FROM (SEEP__RUNG_FIRST + SEEP__NEW_DAYS)

/* SHARE_LEAST: a mimic leaves out what carries less than a hundredth of the
 * host's bytes: it costs nothing, and a few probes that never change would
 * give it away. */
#define SHARE_LEAST 100

/* 95 of 100 first days. */
#define SHARE_NUMERATOR 19
#define SHARE_DENOMINATOR 20

#define HOURS_A_WEEK 168

enum kind { DRIP, MIMIC };

static const uint32_t floor_days[4] = {7, 14, 30, 90};

/* struct stage: one stratum that the leak cannot avoid. */
struct stage {
	uint32_t stratum;
	struct seep__track track;
	struct seep__ladder ladder;
	/* share: of the leak that passes through it (mimic). */
	double share;
	/* days: for so many days only (peers that are new no more). */
	uint32_t days;
	/* values: by step * COLUMNS + level: the statistics of every day under
	 * the leak, NULL = not asked for yet. */
	double **values;
};

/* Strata that a leak to new peers cannot avoid: they are all pushes, or all
 * pulls, which are told apart from the start only by who opens. */
static const uint32_t drip_strata[] = {SEEP_STRATUM_ALL, SEEP_STRATUM_PUSH,
				       SEEP_STRATUM_NEW_PUSH,
				       SEEP_STRATUM_RARE_PUSH};
#define STAGES_MAX SEEP_STRATUM_COUNT

struct floor_case {
	const struct seep__sheets *sheets;
	const struct seep__judge *judge;
	enum kind kind;
	struct stage stages[STAGES_MAX];
	size_t stages_count;
	/* base: first position that counts (a restart). */
	size_t base;
	uint64_t mean_day;
	/* shape: of the entity's outbound bytes over the hours of the week,
	 * UTC, mean 1. */
	double shape[HOURS_A_WEEK];
	/* delays: by first day * LEVELS + level, in days; 0 = not asked for,
	 * UINT32_MAX = never. */
	uint32_t *delays;
};

static size_t
week_hour(const struct seep__days *days, size_t position, size_t hour)
{
	/* 1970-01-01 was a Thursday; any fixed first day will do. */
	return seep__days_date(days, position) % 7 * 24 + hour;
}

static double
level_bytes(const struct floor_case *at, size_t level)
{
	/* 2^(i/8) */
	static const double eighths[LEVELS_PER_OCTAVE] = {1.0,
							  1.0905077326652577,
							  1.189207115002721,
							  1.2968395546510096,
							  1.4142135623730951,
							  1.5422108254079407,
							  1.681792830507429,
							  1.8340080864093424};
	double bytes = (double)at->mean_day / (1 << LEVEL_DOWN);

	if (level == LEVEL_NONE)
		return 0.0;
	if (bytes < LEVEL_LEAST)
		bytes = LEVEL_LEAST;
	for (size_t i = level / LEVELS_PER_OCTAVE; i > 0; i--)
		bytes *= 2.0;
	return bytes * eighths[level % LEVELS_PER_OCTAVE];
}

static void
read_shape(struct floor_case *at)
{
	const struct seep__sheet *all = &at->sheets->sheet[SEEP_STRATUM_ALL];
	const struct seep__days *days = &at->sheets->days;
	uint64_t sums[HOURS_A_WEEK] = {0};
	uint64_t counts[HOURS_A_WEEK] = {0};
	double total = 0.0;

	for (size_t i = at->base; all->day && i < days->count; i++) {
		at->mean_day += all->day[i] / (days->count - at->base);
		for (size_t h = 0; h < 24; h++) {
			const size_t w = week_hour(days, i, h);

			sums[w] += all->hour[i * 24 + h];
			counts[w] += days->covered[i] >> h & 1;
		}
	}
	for (size_t w = 0; w < HOURS_A_WEEK; w++) {
		at->shape[w] =
		    counts[w] ? (double)sums[w] / (double)counts[w] : 0.0;
		total += at->shape[w];
	}
	for (size_t w = 0; w < HOURS_A_WEEK; w++)
		at->shape[w] =
		    total > 0.0 ? at->shape[w] * HOURS_A_WEEK / total : 1.0;
}

static int
add_stage(struct floor_case *at, uint32_t stratum, double share, uint32_t days)
{
	struct seep__arena *arena = at->sheets->subject->scratch;
	struct stage *stage = &at->stages[at->stages_count++];
	const size_t start = at->sheets->start[stratum];
	const size_t base = start > at->base ? start : at->base;
	int rc;

	assert(at->stages_count <= STAGES_MAX);
	stage->stratum = stratum;
	stage->share = share;
	stage->days = days;
	rc = seep__track_make(&stage->track, at->sheets, stratum, NULL,
			      at->sheets->days.count);
	if (rc == SEEP_OK)
		rc = seep__ladder_make(&stage->ladder, &stage->track, at->judge,
				       base);
	if (rc != SEEP_OK)
		return rc;
	stage->values =
	    seep__arena_get(arena, SEEP__RUNGS * COLUMNS, sizeof(double *));
	return stage->values ? SEEP_OK : seep__mem_why(arena->mem);
}

static uint64_t
sum_stratum(const struct floor_case *at, uint32_t stratum)
{
	const struct seep__sheet *sheet = &at->sheets->sheet[stratum];
	uint64_t sum = 0;

	for (size_t i = at->base; sheet->day && i < at->sheets->days.count; i++)
		sum += sheet->day[i];
	return sum;
}

/* Strata that a mimic has no need of: peers in use are not new; those that
 * are rare on the site are mostly met once; partners are another way out. */
static int
is_avoided(uint32_t stratum)
{
	switch (stratum) {
	case SEEP_STRATUM_NEW_PUSH:
	case SEEP_STRATUM_NEW_PULL:
	case SEEP_STRATUM_RARE_PUSH:
	case SEEP_STRATUM_RARE_PULL:
	case SEEP_STRATUM_PARTNER:
		return 1;
	default:
		return 0;
	}
}

static int
add_stages(struct floor_case *at)
{
	const uint64_t all = sum_stratum(at, SEEP_STRATUM_ALL);
	int rc = SEEP_OK;

	if (at->kind == DRIP) {
		for (size_t i = 0;
		     rc == SEEP_OK &&
		     i < sizeof(drip_strata) / sizeof(*drip_strata);
		     i++) {
			const uint32_t s = drip_strata[i];

			if (s == SEEP_STRATUM_RARE_PUSH &&
			    !seep__sheets_tell_rare(at->sheets))
				continue;
			rc = add_stage(at, s, 1.0,
				       s == SEEP_STRATUM_NEW_PUSH
					   ? SEEP__NEW_DAYS
					   : UINT32_MAX);
		}
		return rc;
	}
	for (uint32_t s = 0; rc == SEEP_OK && s < SEEP_STRATUM_NAMES_NEW; s++) {
		const uint64_t bytes = sum_stratum(at, s);

		if (bytes == 0 || bytes < all / SHARE_LEAST || is_avoided(s))
			continue;
		rc = add_stage(at, s, (double)bytes / (double)all, UINT32_MAX);
	}
	return rc;
}

/* What the leak adds to hour 'h' of a day. */
static uint64_t
leak_hour(const struct floor_case *at, const struct stage *stage,
	  size_t position, size_t h, double bytes)
{
	if (at->kind == DRIP)
		return (uint64_t)(bytes / 24.0);
	return (
	    uint64_t)(bytes / 24.0 * stage->share *
		      at->shape[week_hour(&stage->track.days, position, h)]);
}

/* The statistics of all days of a step under a leak of one size. */
static double *
get_values(const struct floor_case *at, struct stage *stage, size_t step,
	   size_t level)
{
	const struct seep__ladder *ladder = &stage->ladder;
	const struct seep__rung *rung = &ladder->steps[step].rung;
	const struct seep__sheet *sheet = &stage->track.sheet;
	double **slot = &stage->values[step * COLUMNS + level];
	const double bytes = level_bytes(at, level);

	if (*slot)
		return *slot;
	*slot = seep__arena_get(at->sheets->subject->scratch,
				ladder->length * SEEP_STATISTIC_COUNT,
				sizeof(double));
	for (size_t i = 0; *slot && i < ladder->length; i++) {
		const size_t position = ladder->base + i;
		uint64_t day = sheet->day[position];
		uint64_t hour[24];

		for (size_t h = 0; h < 24; h++) {
			const uint64_t more =
			    sheet->days->covered[position] >> h & 1
				? leak_hour(at, stage, position, h, bytes)
				: 0;

			hour[h] = sheet->hour[position * 24 + h] + more;
			day += more;
		}
		for (int k = 0; k < SEEP_STATISTIC_COUNT; k++)
			(*slot)[(size_t)k * ladder->length + i] =
			    seep__rung_shift(rung, sheet,
					     (enum seep_statistic)k, position,
					     day, hour);
	}
	return *slot;
}

/* struct replay: one stage, step, statistic and first day of the leak. */
struct replay {
	const struct stage *stage;
	const struct seep__scan_rung *step;
	uint32_t statistic;
	size_t first; /* index from the base */
	const double *values;
};

/*
 * Returns the days until the scan alarms, UINT32_MAX = never. 'sums' has
 * room for one value more than the ladder is long.
 */
static uint32_t
replay_scan(const struct replay *replay, double *sums)
{
	const struct seep__ladder *ladder = &replay->stage->ladder;
	const struct seep__days *days = &replay->stage->track.days;
	const struct seep__scan_rung *step = replay->step;
	const uint32_t start =
	    seep__days_date(days, ladder->base + replay->first);
	const double *clean = step->rung.value[replay->statistic];
	struct seep__whitener whitener;
	double last = clean[replay->first - 1];
	size_t from = step->from;

	seep__rung_whitener(&step->rung, (enum seep_statistic)replay->statistic,
			    &step->prior[replay->statistic], &whitener);
	if (from + ONSETS_BEFORE < replay->first)
		from = replay->first - ONSETS_BEFORE;
	memcpy(sums, step->sums[replay->statistic],
	       (replay->first + 1) * sizeof(double));
	for (size_t i = replay->first; i < ladder->length; i++) {
		const uint32_t day =
		    seep__days_date(days, ladder->base + i) - start;
		const double value =
		    day < replay->stage->days ? replay->values[i] : clean[i];
		struct seep__onset onset;

		if (day >= floor_days[3])
			break;
		sums[i + 1] = sums[i] + seep__whiten(&whitener, value, last);
		last = value;
		onset = seep__scan_best(
		    sums, from, replay->first + ONSETS_AFTER + 1, i + 1);
		if (onset.g >= step->g_alarm[seep__ladder_epoch(ladder, i + 1)]
					    [replay->statistic])
			return day + 1;
	}
	return UINT32_MAX;
}

/* The longest rung that ends before the leak begins. */
static size_t
choose_step(const struct seep__ladder *ladder, size_t first)
{
	size_t step = 0;

	assert(first >= ladder->steps[0].reference);
	while (step + 1 < ladder->count &&
	       ladder->steps[step + 1].reference <= first)
		step++;
	return step;
}

/* Days until a leak of this size that begins on 'first' is reported. */
static int
find_delay(struct floor_case *at, size_t first, size_t level, double *sums,
	   uint32_t *delay)
{
	*delay = at->delays[first * COLUMNS + level];
	if (*delay)
		return SEEP_OK;
	*delay = UINT32_MAX;
	for (size_t s = 0; s < at->stages_count; s++) {
		struct stage *stage = &at->stages[s];
		const size_t behind = stage->ladder.base - at->base;
		struct replay replay = {.stage = stage,
					.first = first - behind};
		const double *values;
		size_t n;

		/* Some strata mean nothing in the host's first week. */
		if (first < behind + SEEP__RUNG_FIRST ||
		    stage->ladder.count == 0)
			continue;
		n = choose_step(&stage->ladder, replay.first);
		replay.step = &stage->ladder.steps[n];
		values = get_values(at, stage, n, level);
		if (!values)
			return seep__mem_why(at->sheets->subject->view->mem);
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			uint32_t found;

			if (!replay.step->sums[k])
				continue;
			replay.statistic = k;
			replay.values = values + k * stage->ladder.length;
			found = replay_scan(&replay, sums);
			if (found < *delay)
				*delay = found;
		}
	}
	at->delays[first * COLUMNS + level] = *delay;
	return SEEP_OK;
}

/* The smallest level that is reported within 'days'; LEVELS = none. */
static int
find_level(struct floor_case *at, size_t first, uint32_t days, double *sums,
	   size_t *level)
{
	size_t low = 0;
	size_t high = LEVELS;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		uint32_t delay;
		const int rc = find_delay(at, first, middle, sums, &delay);

		if (rc != SEEP_OK)
			return rc;
		if (delay <= days)
			high = middle;
		else
			low = middle + 1;
	}
	*level = low;
	return SEEP_OK;
}

static int
compare_level(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a;
	const size_t y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* Counts the first days from 'from' on that have 'days' days behind them. */
static size_t
count_firsts(const struct floor_case *at, size_t from, uint32_t days)
{
	const struct seep__days *all = &at->sheets->days;
	const uint32_t end = seep__days_date(all, all->count - 1) + 1;
	size_t first = from;

	while (at->base + first < all->count &&
	       seep__days_date(all, at->base + first) + days <= end)
		first++;
	return first - from;
}

/* The floor over 'days'; UINT64_MAX when no first day has so many behind. */
static int
find_floor(struct floor_case *at, uint32_t days, double *sums, size_t *levels,
	   uint64_t *result)
{
	size_t from = FIRSTS_FROM;
	size_t all = count_firsts(at, from, days);
	size_t count;
	size_t used = 0;
	size_t worst;

	if (at->sheets->days.count - at->base < FIRSTS_LEAST || all == 0) {
		from = SEEP__RUNG_FIRST;
		all = count_firsts(at, from, days);
	}
	count = all < FIRSTS_MAX ? all : FIRSTS_MAX;
	*result = UINT64_MAX;
	if (count == 0)
		return SEEP_OK;
	for (size_t i = 0; i < count; i++) {
		const size_t first = from + i * all / count;
		uint32_t alarm;
		int rc = find_delay(at, first, LEVEL_NONE, sums, &alarm);

		/* What alarms by itself says nothing of a leak. */
		if (rc == SEEP_OK && alarm <= days)
			continue;
		if (rc == SEEP_OK)
			rc = find_level(at, first, days, sums, &levels[used++]);
		if (rc != SEEP_OK)
			return rc;
	}
	if (used == 0)
		return SEEP_OK;
	qsort(levels, used, sizeof(*levels), compare_level);
	worst = levels[(used * SHARE_NUMERATOR + SHARE_DENOMINATOR - 1) /
			   SHARE_DENOMINATOR -
		       1];
	if (worst < LEVELS)
		*result = (uint64_t)level_bytes(at, worst);
	return SEEP_OK;
}

static int
fill_kind(const struct seep__sheets *sheets, const struct seep__judge *judge,
	  enum kind kind, size_t base, uint64_t *floors)
{
	struct seep__arena *arena = sheets->subject->scratch;
	const size_t length = sheets->days.count - base;
	struct floor_case *at = seep__arena_get(arena, 1, sizeof(*at));
	double *sums = seep__arena_get(arena, length + 1, sizeof(*sums));
	size_t *levels = seep__arena_get(arena, length, sizeof(*levels));
	int rc;

	if (!at || !sums || !levels)
		return seep__mem_why(arena->mem);
	at->sheets = sheets;
	at->judge = judge;
	at->kind = kind;
	at->base = base;
	at->delays = seep__arena_get(arena, length * COLUMNS, sizeof(uint32_t));
	if (!at->delays)
		return seep__mem_why(arena->mem);
	read_shape(at);
	if (kind == MIMIC && sum_stratum(at, SEEP_STRATUM_ALL) == 0)
		return SEEP_OK;
	rc = add_stages(at);
	for (size_t d = 0; rc == SEEP_OK && d < 4; d++)
		rc = find_floor(at, floor_days[d], sums, levels, &floors[d]);
	return rc;
}

int
seep__floor_fill(const struct seep__sheets *sheets,
		 const struct seep__judge *judge, struct seep_entity *entity)
{
	size_t base = 0;
	int rc;

	for (size_t d = 0; d < 4; d++)
		entity->floor_drip_bytes_per_day[d] =
		    entity->floor_mimic_bytes_per_day[d] = UINT64_MAX;
	for (size_t i = 0; i < judge->restarts_count; i++)
		base = seep__days_before(&sheets->days, judge->restarts[i].day);
	if (sheets->days.count <= base + SEEP__RUNG_FIRST) {
		entity->floor_null_reason =
		    "fewer than 15 usable days (18 hours with a record or "
		    "more) since the host was first seen or the sensor "
		    "changed";
		return SEEP_OK;
	}
	rc = fill_kind(sheets, judge, DRIP, base,
		       entity->floor_drip_bytes_per_day);
	if (rc == SEEP_OK)
		rc = fill_kind(sheets, judge, MIMIC, base,
			       entity->floor_mimic_bytes_per_day);
	entity->floor_null_reason = NULL;
	for (size_t d = 0; d < 4; d++)
		if (entity->floor_drip_bytes_per_day[d] == UINT64_MAX ||
		    entity->floor_mimic_bytes_per_day[d] == UINT64_MAX)
			entity->floor_null_reason =
			    "where a floor is missing, no day has 14 usable "
			    "days before it and enough after it, or the host "
			    "alarms by itself";
	return rc;
}
