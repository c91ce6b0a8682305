/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/measure.h"

#include <assert.h>

#include "detect/hourly.h"
#include "detect/robust.h"

/*
 * UNIT_OWN, UNIT_WHOLE: an hour's logarithm is that of its bytes and of a
 * unit: 1/256 of the stratum's mean hour, and no less than 1/65536 of the
 * host's. It says how few bytes are as good as none: without it the step
 * from no byte to a single packet would be larger than that from a megabyte
 * to a gigabyte. Larger units hide drips in quiet hours (1/256 of 20 MB an
 * hour is 80 KB); smaller ones let handshakes of silent hours make the noise.
 */
#define UNIT_OWN 256
#define UNIT_WHOLE 65536

/* UNIT_DAY_MOST: a day counts towards the mean hour at most so many times
 * the median active day. Without it one day of a thousandfold bytes, of
 * which there is one in many references, hides drips from every quiet hour;
 * at 1 the mean would be the median, which says little of sparse strata. */
#define UNIT_DAY_MOST 4

/* HOUR_CLIP: an hour counts no more than so many scales, so that one night's
 * backup cannot outweigh the day. At 1 the statistic is a count of hours
 * above the median; at 10 a single hour decides. */
#define HOUR_CLIP 3.0

/* LOW_FIRST, LOW_END: ranks (0 = lowest) of the hours in LOW. The lowest
 * three may be hours in which the sensor or the host was half away; beyond
 * the ninth the night ends. */
#define LOW_FIRST 3
#define LOW_END 9

#define Q16 (1.0 / 65536)

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static double
sum_hours(const struct seep__sheet *sheet, size_t position)
{
	const uint32_t covered = sheet->days->covered[position];
	double sum = 0;

	for (size_t h = 0; h < 24; h++)
		if (covered >> h & 1)
			sum += (double)sheet->hour[position * 24 + h];
	return sum;
}

static unsigned
count_hours(uint32_t covered)
{
	unsigned count = 0;

	for (; covered; covered &= covered - 1)
		count++;
	return count;
}

/* The mean covered hour of the reference, its largest days cut. 'sums' has
 * room for the days, twice. */
static double
mean_hour(const struct seep__sheet *sheet, size_t base, size_t days,
	  double *sums)
{
	double *active = sums + days;
	size_t count = 0;
	unsigned hours = 0;
	double sum = 0;
	double most;

	if (!sheet->hour)
		return 0;
	for (size_t i = 0; i < days; i++) {
		hours += count_hours(sheet->days->covered[base + i]);
		sums[i] = sum_hours(sheet, base + i);
		if (sums[i] > 0)
			active[count++] = sums[i];
	}
	if (count == 0)
		return 0;
	most = UNIT_DAY_MOST * seep__median_of(active, count);
	for (size_t i = 0; i < days; i++)
		sum += sums[i] < most ? sums[i] : most;
	return sum / hours;
}

int
seep__measure_unit(struct seep__rung *rung, const struct seep__sheet *sheet,
		   const struct seep__sheet *whole, struct seep__arena *scratch)
{
	double *sums = seep__arena_get(scratch, 2 * rung->days, sizeof(*sums));
	double own;
	double all;

	assert(rung->days > 0 && sheet && whole);
	assert(rung->base + rung->days <= whole->days->count);
	if (!sums)
		return seep__mem_why(scratch->mem);
	own = mean_hour(sheet, rung->base, rung->days, sums) / UNIT_OWN;
	all = mean_hour(whole, rung->base, rung->days, sums) / UNIT_WHOLE;
	/* Below 2^57: a mean hour is below 2^64, and cut to that by rounding
	 * at most. */
	rung->unit = (uint64_t)(own > all ? own : all);
	if (rung->unit < sheet->unit_min)
		rung->unit = sheet->unit_min;
	if (rung->unit == 0)
		rung->unit = 1;
	return SEEP_OK;
}

double
seep__measure_sum(const struct seep__rung *rung, uint64_t day)
{
	const uint64_t unit =
	    rung->unit > UINT64_MAX / 24 ? UINT64_MAX : 24 * rung->unit;

	return seep__log2_q16(add(day, unit)) * Q16;
}

/* The mean of clipped distances, over all covered hours and over the quiet
 * ones. */
static void
measure_hours(const struct seep__rung *rung, const struct seep__days *days,
	      const struct seep__look *look, double *shape, double *quiet)
{
	const size_t type = days->type[look->position];
	const uint8_t *shapes = days->shape + look->position * 24;
	const double *cells =
	    rung->hours->cell + seep__hourly_row(days, look->position);
	const double per_scale = 1 / rung->hours->scale[type];
	double sum[2] = {0};
	double count[2] = {0};

	for (size_t h = 0; h < 24; h++) {
		const size_t local = shapes[h] - type * 24;
		const double usual =
		    look->location ? look->location[h] : cells[local];
		double far = (look->logs[h] * Q16 - usual) * per_scale;

		if (!(days->covered[look->position] >> h & 1))
			continue;
		far = far > HOUR_CLIP ? HOUR_CLIP : far;
		far = far < -HOUR_CLIP ? -HOUR_CLIP : far;
		sum[look->quiet >> local & 1] += far;
		count[look->quiet >> local & 1]++;
	}
	*quiet = count[1] > 0 ? sum[1] / count[1] : 0;
	count[0] += count[1];
	*shape = count[0] > 0 ? (sum[0] + sum[1]) / count[0] : 0;
}

static double
measure_low(const struct seep__days *days, size_t position,
	    const uint32_t *logs)
{
	uint32_t lowest[LOW_END]; /* so far, ascending */
	uint64_t sum = 0;
	size_t count = 0;

	for (size_t h = 0; h < 24; h++) {
		size_t at = count;

		if (!(days->covered[position] >> h & 1) ||
		    (count == LOW_END && logs[h] >= lowest[LOW_END - 1]))
			continue;
		if (count < LOW_END)
			count++;
		else
			at--;
		for (; at > 0 && lowest[at - 1] > logs[h]; at--)
			lowest[at] = lowest[at - 1];
		lowest[at] = logs[h];
	}
	/* Usable days have 18 hours and more. */
	if (count < LOW_END)
		return 0;
	for (size_t i = LOW_FIRST; i < LOW_END; i++)
		sum += lowest[i];
	return (double)sum * Q16 / (LOW_END - LOW_FIRST);
}

void
seep__measure_day(const struct seep__rung *rung, const struct seep__days *days,
		  const struct seep__look *look, double *values)
{
	assert(look->position < days->count && look->logs);
	values[SEEP_STATISTIC_SUM] = seep__measure_sum(rung, look->day);
	values[SEEP_STATISTIC_LOW] =
	    measure_low(days, look->position, look->logs);
	measure_hours(rung, days, look, &values[SEEP_STATISTIC_SHAPE],
		      &values[SEEP_STATISTIC_QUIET]);
}
