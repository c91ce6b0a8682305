/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/hourly.h"

#include <assert.h>
#include <string.h>

#include "detect/robust.h"

/*
 * CELL_WEIGHT: n values of an hour of the week count n / (n + 6) against
 * the median of its whole class. At 6 four weeks give the weekday two
 * fifths. With 0 two Mondays would be the law of all Mondays; with 50 a
 * backup every Wednesday would stay an outlier for a year.
 */
#define CELL_WEIGHT 6.0

/* CELL_MIN: an hour of the week with fewer values is silent. Of two values
 * one is always the largest ever, and their middle a bad guess where most
 * hours are empty: at 2 a sparse stratum's later days lie half a standard
 * deviation below its first fortnight. */
#define CELL_MIN 3

/* CLASS_MIN: a shape class with fewer values borrows those of the other
 * types of day at its hour, for the same reason. */
#define CLASS_MIN 3

/* TYPE_DAYS_MIN: days of a type that are needed for a scale of its own; two
 * week-ends. With fewer, their scale is that of one evening. */
#define TYPE_DAYS_MIN 4

/*
 * SCALE_MIN: hours that differ by less than 0.25 bit (19 %) are alike. An
 * hour counts at most three scales, so a host of constant telemetry answers
 * to 0.75 bit and more all the same. Lower, its rounding would become a
 * signal; higher, regular hosts lose sensitivity in proportion.
 */
#define SCALE_MIN 0.25

/* QUIET_HOURS: of 24, those in which a constant drip stands out most. A
 * third is a night; with fewer the statistic rests on too few hours, with
 * more it is that of the whole day. */
#define QUIET_HOURS 8

#define LOG_MAX ((UINT32_C(64) << 16) - 1)
#define NO_HOUR UINT16_MAX

/* MEAN_SHARE: of the mean in an hour's loudness; a 64th breaks ties between
 * silent medians and turns no other order. */
#define MEAN_SHARE (1.0 / 64)
#define NO_RANK UINT32_MAX

/* struct groups: values in ascending order within each group. */
struct groups {
	uint32_t first[SEEP__HOUR_CELLS + 1];
	uint32_t *value; /* all groups behind each other */
	uint32_t *rank;  /* of each hour of the reference in its group */
};

/* struct reference: the working state of seep__hourly_init(). */
struct reference {
	const struct seep__days *days;
	const uint32_t *logs;
	size_t base;
	size_t count;   /* days */
	uint16_t *cell; /* of each hour; NO_HOUR = not covered */
	/* sorted: value << 32 | hour, ascending. */
	uint64_t *sorted;
	uint64_t *spare;
	size_t hours; /* covered */
	struct groups cells;
	struct groups shapes;
	struct groups clock; /* by local hour alone; if has_clock */
	int has_clock;
	uint32_t middle;                  /* median of all */
	uint64_t shape_sum[SEEP__SHAPES]; /* of each class's values */
};

size_t
seep__hourly_row(const struct seep__days *days, size_t position)
{
	assert(position < days->count);
	return ((size_t)days->type[position] * 7 + days->weekday[position]) *
	       24;
}

static size_t
shape_of(size_t cell)
{
	return cell / (7 * 24) * 24 + cell % 24;
}

static size_t
clock_of(size_t cell)
{
	return cell % 24;
}

static size_t
same(size_t cell)
{
	return cell;
}

static int
alloc_groups(struct groups *groups, size_t count, struct seep__arena *scratch)
{
	groups->value = seep__arena_get(scratch, count, sizeof(uint32_t));
	groups->rank = seep__arena_get(scratch, count, sizeof(uint32_t));
	return groups->value && groups->rank ? SEEP_OK
					     : seep__mem_why(scratch->mem);
}

static int
alloc_reference(struct reference *ref, struct seep__arena *scratch)
{
	const size_t count = ref->count * 24;

	ref->cell = seep__arena_get(scratch, count, sizeof(*ref->cell));
	ref->sorted = seep__arena_get(scratch, count, sizeof(*ref->sorted));
	ref->spare = seep__arena_get(scratch, count, sizeof(*ref->spare));
	if (!ref->cell || !ref->sorted || !ref->spare)
		return seep__mem_why(scratch->mem);
	if (alloc_groups(&ref->cells, count, scratch) != SEEP_OK ||
	    alloc_groups(&ref->shapes, count, scratch) != SEEP_OK)
		return seep__mem_why(scratch->mem);
	return SEEP_OK;
}

static void
gather_day(struct reference *ref, size_t day)
{
	const struct seep__days *days = ref->days;
	const size_t position = ref->base + day;
	const size_t row = seep__hourly_row(days, position);

	for (size_t i = day * 24; i < day * 24 + 24; i++) {
		const size_t hour = position * 24 + i % 24;

		ref->cell[i] = NO_HOUR;
		if (!(days->covered[position] >> i % 24 & 1))
			continue;
		assert(ref->logs[i] <= LOG_MAX);
		/* shape = type * 24 + local hour. */
		ref->cell[i] = (uint16_t)(row + days->shape[hour] % 24);
		ref->sorted[ref->hours++] = (uint64_t)ref->logs[i] << 32 | i;
	}
}

/* One stable pass over the digit at 'shift'; the lists change places. */
static void
sort_digit(struct reference *ref, unsigned shift)
{
	uint32_t next[SEEP__Q16_DIGITS + 1] = {0};
	uint64_t *swap = ref->sorted;

	for (size_t i = 0; i < ref->hours; i++)
		next[(ref->sorted[i] >> shift) % SEEP__Q16_DIGITS + 1]++;
	for (size_t d = 1; d < SEEP__Q16_DIGITS; d++)
		next[d] += next[d - 1];
	for (size_t i = 0; i < ref->hours; i++)
		ref->spare[next[(ref->sorted[i] >> shift) %
				SEEP__Q16_DIGITS]++] = ref->sorted[i];
	ref->sorted = ref->spare;
	ref->spare = swap;
}

static void
group(const struct reference *ref, struct groups *groups,
      size_t (*group_of)(size_t cell))
{
	uint32_t next[SEEP__HOUR_CELLS + 1] = {0};

	for (size_t i = 0; i < ref->hours; i++)
		next[group_of(ref->cell[(uint32_t)ref->sorted[i]]) + 1]++;
	for (size_t g = 1; g <= SEEP__HOUR_CELLS; g++)
		next[g] += next[g - 1];
	memcpy(groups->first, next, sizeof(next));
	for (size_t i = 0; i < ref->hours; i++) {
		const uint32_t hour = (uint32_t)ref->sorted[i];
		const size_t g = group_of(ref->cell[hour]);

		groups->rank[hour] = next[g] - groups->first[g];
		groups->value[next[g]++] = (uint32_t)(ref->sorted[i] >> 32);
	}
}

static uint32_t
size_of(const struct groups *groups, size_t g)
{
	assert(g < SEEP__HOUR_CELLS);
	return groups->first[g + 1] - groups->first[g];
}

/* The median of a group that is not empty. */
static double
median(const struct groups *groups, size_t g)
{
	const uint32_t *value = groups->value + groups->first[g];
	const uint32_t count = size_of(groups, g);

	return ((double)value[(count - 1) / 2] + value[count / 2]) / 2;
}

/* The same without the value of one rank, of at least two. */
static double
median_without(const struct groups *groups, size_t g, uint32_t rank)
{
	const uint32_t *value = groups->value + groups->first[g];
	const uint32_t rest = size_of(groups, g) - 1;
	const uint32_t low = (rest - 1) / 2;
	const uint32_t high = rest / 2;

	assert(rest > 0);
	return ((double)value[low + (low >= rank)] +
		value[high + (high >= rank)]) /
	       2;
}

/* The location of a shape class, in 1/65536. */
static double
locate_class(const struct reference *ref, size_t cell)
{
	if (size_of(&ref->shapes, shape_of(cell)) >= CLASS_MIN)
		return median(&ref->shapes, shape_of(cell));
	if (ref->has_clock && size_of(&ref->clock, clock_of(cell)))
		return median(&ref->clock, clock_of(cell));
	return ref->middle;
}

static double
blend(double of_cell, double of_class, uint32_t count)
{
	const double weight = count / (count + CELL_WEIGHT);

	return of_class + weight * (of_cell - of_class);
}

static double
locate(const struct reference *ref, size_t cell)
{
	const uint32_t count = size_of(&ref->cells, cell);
	const double of_class = locate_class(ref, cell);

	if (count < CELL_MIN)
		return of_class / 65536;
	return blend(median(&ref->cells, cell), of_class, count) / 65536;
}

/*
 * The location of one hour of the reference. Its own value is left out of
 * its weekday's median, which rests on few and would follow it. It stays in
 * that of its class: that moves all days of a type alike, which the
 * residuals' mean by type takes out again, whereas leaving it out would
 * push each day away from the others by 1 / (days - 1).
 */
static double
locate_inside(const struct reference *ref, size_t hour)
{
	const size_t cell = ref->cell[hour];
	const uint32_t rest = size_of(&ref->cells, cell) - 1;
	const double of_class = locate_class(ref, cell);

	if (rest < CELL_MIN)
		return of_class / 65536;
	return blend(median_without(&ref->cells, cell, ref->cells.rank[hour]),
		     of_class, rest) /
	       65536;
}

/* Only where a class is too small: a year of one type of day, or a first
 * fortnight with holes. */
static int
group_by_clock(struct reference *ref, struct seep__arena *scratch)
{
	int missing = 0;

	for (size_t g = 0; g < SEEP__SHAPES; g++)
		missing += size_of(&ref->shapes, g) < CLASS_MIN;
	if (!missing)
		return SEEP_OK;
	if (alloc_groups(&ref->clock, ref->count * 24, scratch) != SEEP_OK)
		return seep__mem_why(scratch->mem);
	group(ref, &ref->clock, clock_of);
	ref->has_clock = 1;
	return SEEP_OK;
}

/* Distances from the locations, of one type of day or of all. */
static double
scale_of(const struct reference *ref, const double *location, int type,
	 uint32_t *distance)
{
	size_t count = 0;
	double scale;

	for (size_t i = 0; i < ref->count * 24; i++) {
		double far;

		if (ref->cell[i] == NO_HOUR ||
		    (type >= 0 && ref->cell[i] / (7 * 24) != type))
			continue;
		far = ref->logs[i] - location[i] * 65536;
		distance[count++] = (uint32_t)(far < 0 ? -far : far);
	}
	if (count == 0)
		return SCALE_MIN;
	scale = SEEP__MAD_TO_SIGMA / 65536 *
		seep__select_q16(distance, count, (count - 1) / 2);
	return scale > SCALE_MIN ? scale : SCALE_MIN;
}

static int
put_scales(struct seep__hourly *hours, const struct reference *ref,
	   const double *location, struct seep__arena *scratch)
{
	size_t of_type[SEEP__DAY_TYPES] = {0};
	uint32_t *distance =
	    seep__arena_get(scratch, ref->hours, sizeof(*distance));

	if (!distance)
		return seep__mem_why(scratch->mem);
	for (size_t i = 0; i < ref->count; i++)
		of_type[ref->days->type[ref->base + i]]++;
	for (int type = 0; type < SEEP__DAY_TYPES; type++) {
		const int own = of_type[type] >= TYPE_DAYS_MIN;

		hours->scale[type] =
		    scale_of(ref, location, own ? type : -1, distance);
	}
	return SEEP_OK;
}

/*
 * How loud an hour is: its median, and where most hours are silent, so that
 * medians say nothing, a little of its mean. 'own' of the class's values are
 * left out: NO_RANK = none.
 */
static double
loudness(const struct reference *ref, size_t cell, uint32_t own)
{
	const size_t g = shape_of(cell);
	const uint32_t count = size_of(&ref->shapes, g);
	const uint32_t *value = ref->shapes.value + ref->shapes.first[g];
	const double sum = (double)ref->shape_sum[g];

	if (count < CLASS_MIN)
		return locate_class(ref, cell);
	if (own == NO_RANK)
		return median(&ref->shapes, g) + sum / count * MEAN_SHARE;
	return median_without(&ref->shapes, g, own) +
	       (sum - value[own]) / (count - 1) * MEAN_SHARE;
}

static void
sum_shapes(struct reference *ref)
{
	for (size_t g = 0; g < SEEP__SHAPES; g++)
		for (uint32_t i = ref->shapes.first[g];
		     i < ref->shapes.first[g + 1]; i++)
			ref->shape_sum[g] += ref->shapes.value[i];
}

/* Marks the hours with the lowest levels; of equals the earlier. */
static uint32_t
choose_quiet(const double *level)
{
	double around[24];
	uint32_t quiet = 0;

	/* An hour is as loud as its louder neighbour: when the clocks change
	 * and nobody said so, the edge of the night moves by an hour. */
	for (size_t h = 0; h < 24; h++) {
		const double before = level[(h + 23) % 24];
		const double after = level[(h + 1) % 24];

		around[h] = level[h];
		if (before > around[h])
			around[h] = before;
		if (after > around[h])
			around[h] = after;
	}
	for (size_t h = 0; h < 24; h++) {
		int lower = 0;

		for (size_t other = 0; other < h; other++)
			lower += around[other] <= around[h];
		for (size_t other = h + 1; other < 24; other++)
			lower += around[other] < around[h];
		if (lower < QUIET_HOURS)
			quiet |= UINT32_C(1) << h;
	}
	return quiet;
}

/* The quietest hours of a type of day, as the days but this one tell. */
static uint32_t
choose_without(const struct reference *ref, const double *levels, size_t day)
{
	double level[24];

	memcpy(level, levels, sizeof(level));
	for (size_t i = day * 24; i < day * 24 + 24; i++) {
		const size_t cell = ref->cell[i];

		if (cell != NO_HOUR)
			level[clock_of(cell)] =
			    loudness(ref, cell, ref->shapes.rank[i]);
	}
	return choose_quiet(level);
}

static void
put_locations(struct seep__hourly *hours, const struct reference *ref,
	      struct seep__inside *inside)
{
	double level[SEEP__DAY_TYPES][24];

	for (size_t cell = 0; cell < SEEP__HOUR_CELLS; cell++)
		hours->cell[cell] = locate(ref, cell);
	for (size_t type = 0; type < SEEP__DAY_TYPES; type++) {
		for (size_t h = 0; h < 24; h++)
			level[type][h] =
			    loudness(ref, type * 7 * 24 + h, NO_RANK);
		hours->quiet[type] = choose_quiet(level[type]);
	}
	for (size_t i = 0; i < ref->count * 24; i++)
		if (ref->cell[i] != NO_HOUR)
			inside->location[i] = locate_inside(ref, i);
	for (size_t day = 0; day < ref->count; day++) {
		const size_t type = ref->days->type[ref->base + day];

		inside->quiet[day] = choose_without(ref, level[type], day);
	}
}

int
seep__hourly_init(struct seep__hourly *hours, const struct seep__days *days,
		  const uint32_t *logs, size_t base, size_t count,
		  struct seep__inside *inside, struct seep__arena *scratch)
{
	struct reference ref = {
	    .days = days, .logs = logs, .base = base, .count = count};
	int rc;

	assert(count > 0 && base + count <= days->count);
	inside->location = seep__arena_get(scratch, count * 24, sizeof(double));
	inside->quiet = seep__arena_get(scratch, count, sizeof(uint32_t));
	rc = alloc_reference(&ref, scratch);
	if (rc != SEEP_OK || !inside->location || !inside->quiet)
		return seep__mem_why(scratch->mem);
	for (size_t day = 0; day < count; day++)
		gather_day(&ref, day);
	sort_digit(&ref, 32);
	sort_digit(&ref, 32 + SEEP__Q16_DIGIT_BITS);
	if (ref.hours)
		ref.middle = (uint32_t)(ref.sorted[ref.hours / 2] >> 32);
	group(&ref, &ref.cells, same);
	group(&ref, &ref.shapes, shape_of);
	sum_shapes(&ref);
	rc = group_by_clock(&ref, scratch);
	if (rc != SEEP_OK)
		return rc;
	put_locations(hours, &ref, inside);
	return put_scales(hours, &ref, inside->location, scratch);
}

void
seep__hourly_flat(struct seep__hourly *hours, double level)
{
	for (size_t cell = 0; cell < SEEP__HOUR_CELLS; cell++)
		hours->cell[cell] = level;
	for (size_t type = 0; type < SEEP__DAY_TYPES; type++) {
		hours->scale[type] = SCALE_MIN;
		hours->quiet[type] = (UINT32_C(1) << QUIET_HOURS) - 1;
	}
}
