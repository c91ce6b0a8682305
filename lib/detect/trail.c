/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/trail.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "detect/robust.h"

/* 1970-01-01 was a Thursday. */
#define WEEKDAY_OF(day) (((day) + 3) % 7)
#define WEEKDAYS_WORKED 5

/*
 * STANDING: nine days of ten (the issue's own figure): a server that is down
 * for a night now and then still stands; what happens on working days only
 * has the weekend left out first. DAYS_MIN: of two days both say nothing
 * about a third. HOURS_MIN: less cannot tell day from night.
 */
#define STANDING_NUMERATOR 9
#define STANDING_DENOMINATOR 10
#define DAYS_MIN 3
#define DAYS_WEEK 7
#define HOURS_MIN 24

/*
 * Bins of an eighth of an octave (9 %), 64 octaves of them. What varies by
 * less than one counts as even: the headers of a fixed amount do. Coarser
 * ones would call people's traffic even; finer ones cost memory and say
 * nothing, since a leak's own retransmissions move it by as much.
 */
#define BIN_SHIFT 13
#define BINS (64 << 3)

/* UNEVEN: two octaves of typical deviation give nothing; each halving of it
 * gives a bit. Hours of people's traffic deviate by 1.5 to 3 octaves. */
#define UNEVEN_BINS 16

/* SHRINK: n values are trusted for n / (n + SHRINK), for three days may be
 * alike by chance; at 0 every visitor of three days would be even. */
#define SHRINK 4

/* LONG: three quarters of the bytes lie in cells whose flows cross hours, so
 * that flows of 20 minutes, of which a third cross one, are not long. */
#define TIMED_SHARE_LONG 4

int
seep__ground_init(struct seep__ground *ground,
		  const struct seep__calendar *calendar,
		  struct seep__arena *arena)
{
	size_t day = 0;

	assert(ground && calendar);
	memset(ground, 0, sizeof(*ground));
	ground->calendar = calendar;
	ground->day_of = seep__arena_get(arena, calendar->hours_count,
					 sizeof(*ground->day_of));
	if (!ground->day_of)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < calendar->hours_count; i++) {
		const uint32_t hour = calendar->hours[i];

		while (calendar->days[day].day < hour / SEEP__HOURS_PER_DAY)
			day++;
		ground->day_of[i] = (uint32_t)day;
		ground->hours += calendar->is_covered[i];
		ground->by_hour[hour % SEEP__HOURS_PER_DAY] +=
		    calendar->is_covered[i];
	}
	for (size_t d = 0; d < calendar->days_count; d++) {
		if (!seep__calendar_usable(calendar, d))
			continue;
		ground->days++;
		ground->weekday[WEEKDAY_OF(calendar->days[d].day)]++;
	}
	return SEEP_OK;
}

int
seep__trail_init(struct seep__trail *trail, const struct seep__ground *ground,
		 struct seep__arena *arena)
{
	const size_t hours = ground->calendar->hours_count;

	assert(trail && arena);
	memset(trail, 0, sizeof(*trail));
	trail->ground = ground;
	trail->out = seep__arena_get(arena, hours, sizeof(*trail->out));
	trail->timed = seep__arena_get(arena, hours, sizeof(*trail->timed));
	trail->touched = seep__arena_get(arena, hours, sizeof(*trail->touched));
	trail->day_out = seep__arena_get(arena, ground->calendar->days_count,
					 sizeof(*trail->day_out));
	trail->bins = seep__arena_get(arena, BINS, sizeof(*trail->bins));
	trail->cells = seep__arena_get(arena, BINS, sizeof(*trail->cells));
	if (!trail->out || !trail->timed || !trail->touched ||
	    !trail->day_out || !trail->bins || !trail->cells)
		return seep__mem_why(arena->mem);
	return SEEP_OK;
}

static void
clear_sums(struct seep__trail *trail)
{
	trail->touched_count = 0;
	trail->bytes_out = 0;
	trail->bytes_in = 0;
	trail->bytes_missed = 0;
	trail->bytes_spread = 0;
	trail->bytes_explained = 0;
	memset(trail->by_direction, 0, sizeof(trail->by_direction));
}

void
seep__trail_reset(struct seep__trail *trail)
{
	assert(trail->touched_count <= trail->ground->calendar->hours_count);
	for (size_t i = 0; i < trail->touched_count; i++) {
		trail->out[trail->touched[i]] = 0;
		trail->timed[trail->touched[i]] = 0;
	}
	if (trail->cells_count)
		memset(trail->cells, 0, BINS * sizeof(*trail->cells));
	trail->cells_count = 0;
	clear_sums(trail);
}

static size_t
bin_of(uint64_t bytes)
{
	return seep__log2_q16(bytes) >> BIN_SHIFT;
}

static void
touch(struct seep__trail *trail, uint32_t hour, uint64_t bytes, int timed)
{
	assert(hour < trail->ground->calendar->hours_count);
	if (bytes == 0)
		return;
	if (trail->out[hour] == 0)
		trail->touched[trail->touched_count++] = hour;
	trail->out[hour] += bytes;
	trail->timed[hour] |= (uint8_t)(timed != 0);
}

void
seep__trail_add(struct seep__trail *trail, const struct seep__step *step)
{
	const int timed = step->kind == SEEP_CELL_TIMED;

	assert(step->direction <= SEEP_DIRECTION_PULL);
	touch(trail, step->hour, step->bytes_out, timed);
	if (step->kind == SEEP_CELL_MISSED) {
		trail->bytes_missed += step->bytes_out;
		return;
	}
	trail->bytes_out += step->bytes_out;
	trail->bytes_in += step->bytes_in;
	trail->by_direction[step->direction] += step->bytes_out;
	if (!timed)
		trail->bytes_spread += step->bytes_out;
	if (step->is_explained)
		trail->bytes_explained += step->bytes_out;
}

void
seep__trail_join(struct seep__trail *trail, const struct seep__trail *other)
{
	assert(trail != other && trail->ground == other->ground);
	for (size_t i = 0; i < other->touched_count; i++) {
		const uint32_t hour = other->touched[i];

		touch(trail, hour, other->out[hour], other->timed[hour]);
		if (!other->timed[hour])
			continue;
		trail->cells[bin_of(other->out[hour])]++;
		trail->cells_count++;
	}
	trail->bytes_out += other->bytes_out;
	trail->bytes_in += other->bytes_in;
	trail->bytes_missed += other->bytes_missed;
	trail->bytes_spread += other->bytes_spread;
	trail->bytes_explained += other->bytes_explained;
	for (size_t d = 0; d <= SEEP_DIRECTION_PULL; d++)
		trail->by_direction[d] += other->by_direction[d];
}

/* Counts active hours, and adds them up by day. */
static void
count_hours(struct seep__trail *trail, struct seep__shape *shape)
{
	const struct seep__calendar *calendar = trail->ground->calendar;

	assert(shape->end == 0 && trail->touched_count > 0);
	shape->first = UINT32_MAX;
	for (size_t i = 0; i < trail->touched_count; i++) {
		const uint32_t at = trail->touched[i];
		const uint32_t hour = calendar->hours[at];

		trail->day_out[trail->ground->day_of[at]] += trail->out[at];
		if (hour < shape->first)
			shape->first = hour;
		if (hour >= shape->end)
			shape->end = hour + 1;
		if (!calendar->is_covered[at])
			continue;
		shape->hours_active++;
		shape->by_hour[hour % SEEP__HOURS_PER_DAY] += trail->timed[at];
	}
}

static int
is_nine_of_ten(uint32_t active, uint32_t all)
{
	assert(active <= all);
	return active > 0 && (uint64_t)active * STANDING_DENOMINATOR >=
				 (uint64_t)all * STANDING_NUMERATOR;
}

/* Leaves out the weekday with most days missing; ties: the last one. */
static void
drop_weekday(uint32_t *active, uint32_t *all)
{
	size_t worst = 0;

	for (size_t i = 1; i < 7; i++)
		if (all[i] - active[i] >= all[worst] - active[worst])
			worst = i;
	assert(active[worst] <= all[worst]);
	active[worst] = 0;
	all[worst] = 0;
}

static int
stands_in_days(const struct seep__trail *trail, struct seep__shape *shape)
{
	const struct seep__ground *ground = trail->ground;
	const struct seep__calendar *calendar = ground->calendar;
	const size_t weekdays = ground->days < DAYS_WEEK ? WEEKDAYS_WORKED : 7;
	uint32_t active[7] = {0}, all[7];
	uint32_t sum_active = 0, sum_all = 0;

	memcpy(all, ground->weekday, sizeof(all));
	for (size_t d = 0; d < calendar->days_count; d++)
		if (trail->day_out[d] && seep__calendar_usable(calendar, d)) {
			active[WEEKDAY_OF(calendar->days[d].day)]++;
			shape->days_active++;
		}
	if (is_nine_of_ten(shape->days_active, ground->days))
		return 1;
	if (ground->days >= DAYS_WEEK) {
		drop_weekday(active, all);
		drop_weekday(active, all);
	}
	for (size_t i = 0; i < weekdays; i++) {
		sum_active += active[i];
		sum_all += all[i];
	}
	return sum_all > 1 && is_nine_of_ten(sum_active, sum_all);
}

static int
stands(const struct seep__trail *trail, struct seep__shape *shape)
{
	const struct seep__ground *ground = trail->ground;
	const int by_days = stands_in_days(trail, shape);

	if (ground->days >= DAYS_MIN)
		return by_days;
	return ground->hours >= HOURS_MIN &&
	       is_nine_of_ten(shape->hours_active, ground->hours);
}

/* The bin of the middle value. */
static size_t
find_median(const uint32_t *bins, uint32_t count)
{
	const uint32_t half = (count + 1) / 2;
	uint32_t below = 0;
	size_t at = 0;

	while (at + 1 < BINS && below + bins[at] < half)
		below += bins[at++];
	return at;
}

/* How far from the middle does half of the values lie? In bins. */
static uint32_t
find_deviation(const uint32_t *bins, uint32_t count)
{
	const size_t median = find_median(bins, count);
	uint32_t within = bins[median];
	uint32_t far = 0;

	assert(count > 0 && within > 0);
	while (within < (count + 1) / 2 && far < BINS) {
		far++;
		if (median >= far)
			within += bins[median - far];
		if (median + far < BINS)
			within += bins[median + far];
	}
	return far;
}

/* struct evenness: how alike are so many values? */
struct evenness {
	int64_t bits;  /* 0 .. SEEP__EVEN_MAX */
	int64_t trust; /* 0 .. SEEP__BIT: in their number */
};

static struct evenness
rate_bins(const uint32_t *bins, uint32_t count)
{
	struct evenness even = {0, 0};
	uint32_t far;

	if (count == 0)
		return even;
	even.trust = (int64_t)SEEP__BIT * count / (count + SHRINK);
	far = find_deviation(bins, count);
	if (far < UNEVEN_BINS)
		even.bits = (int64_t)seep__log2_q16(UNEVEN_BINS) -
			    (int64_t)seep__log2_q16(far > 1 ? far : 1);
	return even;
}

/* Hours that only share in a longer flow are even by construction. */
static struct evenness
rate_hours(struct seep__trail *trail)
{
	struct evenness even;
	uint32_t count = 0;

	for (size_t i = 0; i < trail->touched_count; i++) {
		const uint32_t at = trail->touched[i];

		if (!trail->timed[at])
			continue;
		trail->bins[bin_of(trail->out[at])]++;
		count++;
	}
	even = rate_bins(trail->bins, count);
	memset(trail->bins, 0, BINS * sizeof(*trail->bins));
	return even;
}

static struct evenness
rate_days(struct seep__trail *trail)
{
	const struct seep__calendar *calendar = trail->ground->calendar;
	struct evenness even;
	uint32_t count = 0;

	for (size_t d = 0; d < calendar->days_count; d++) {
		if (!trail->day_out[d] || !seep__calendar_usable(calendar, d))
			continue;
		trail->bins[bin_of(trail->day_out[d])]++;
		count++;
	}
	even = rate_bins(trail->bins, count);
	memset(trail->bins, 0, BINS * sizeof(*trail->bins));
	return even;
}

/*
 * The mean of hours and days, each by the trust in it, times the larger of
 * these: with three days the hours decide, with months both.
 */
static int32_t
rate_even(struct seep__trail *trail)
{
	const struct evenness hours = rate_hours(trail);
	const struct evenness days = rate_days(trail);
	const struct evenness cells =
	    rate_bins(trail->cells, trail->cells_count);
	const int64_t trust =
	    hours.trust > days.trust ? hours.trust : days.trust;
	int64_t bits;

	if (trust == 0)
		return 0;
	bits = (hours.bits * hours.trust + days.bits * days.trust) /
	       (hours.trust + days.trust);
	if (trail->cells_count && cells.bits < bits)
		bits = cells.bits;
	assert(bits >= 0 && bits <= SEEP__EVEN_MAX && trust <= SEEP__BIT);
	return (int32_t)(bits * trust / SEEP__BIT);
}

static uint8_t
direction_of(const struct seep__trail *trail)
{
	const uint64_t *by = trail->by_direction;

	if (by[SEEP_DIRECTION_PUSH] + by[SEEP_DIRECTION_PULL] == 0)
		return SEEP_DIRECTION_UNKNOWN;
	return by[SEEP_DIRECTION_PUSH] >= by[SEEP_DIRECTION_PULL]
		   ? SEEP_DIRECTION_PUSH
		   : SEEP_DIRECTION_PULL;
}

static void
tell_shape(struct seep__trail *trail, struct seep__shape *shape)
{
	const uint64_t all = trail->bytes_out + trail->bytes_missed;
	const uint32_t days = trail->ground->days ? trail->ground->days : 1;

	shape->is_long = (uint8_t)(trail->bytes_out - trail->bytes_spread <=
				   trail->bytes_out / TIMED_SHARE_LONG);
	shape->is_explained =
	    (uint8_t)(trail->bytes_explained >=
		      trail->bytes_out - trail->bytes_explained);
	shape->direction = direction_of(trail);
	shape->log2_day =
	    (int32_t)seep__log2_q16(all) - (int32_t)seep__log2_q16(days);
	shape->even = rate_even(trail);
}

void
seep__trail_measure(struct seep__trail *trail, struct seep__shape *shape)
{
	assert(trail && shape);
	memset(shape, 0, sizeof(*shape));
	shape->bytes_out = trail->bytes_out;
	shape->bytes_in = trail->bytes_in;
	if (trail->touched_count == 0 || trail->bytes_out == 0)
		return;
	count_hours(trail, shape);
	shape->is_standing = (uint8_t)stands(trail, shape);
	if (shape->is_standing)
		tell_shape(trail, shape);
	for (size_t i = 0; i < trail->touched_count; i++)
		trail->day_out[trail->ground->day_of[trail->touched[i]]] = 0;
}
