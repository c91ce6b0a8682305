/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/lasting.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_PER_DAY 24
#define DAY_HOURS_MIN 18
#define LOW_RANK 5
#define BEFORE_DAYS 28

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

double
lasting_median(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), compare_doubles);
	if (count % 2 == 1)
		return values[count / 2];
	return (values[count / 2 - 1] + values[count / 2]) / 2;
}

void
lasting_days_clear(struct lasting_days *days)
{
	free(days->day);
	for (int i = 0; i < LASTING_SUMMARIES; i++)
		free(days->level[i]);
	memset(days, 0, sizeof(*days));
}

/* end_day() takes the covered hours of one day as its levels. */
static void
end_day(struct lasting_days *days, uint32_t day, double *hours, size_t count)
{
	double sum = 0;

	if (count < DAY_HOURS_MIN)
		return;
	for (size_t i = 0; i < count; i++)
		sum += hours[i];
	days->day[days->count] = day;
	days->level[LASTING_SUM][days->count] =
	    sum * HOURS_PER_DAY / (double)count;
	days->level[LASTING_MEDIAN][days->count] = lasting_median(hours, count);
	days->level[LASTING_LOW][days->count] = hours[LOW_RANK];
	days->count++;
}

int
lasting_days_new(struct lasting_days *days, const struct series *series,
		 size_t host)
{
	size_t room = series->hours / HOURS_PER_DAY + 2;
	double hours[HOURS_PER_DAY];
	size_t count = 0;
	uint32_t day = 0;

	memset(days, 0, sizeof(*days));
	days->day = calloc(room, sizeof(*days->day));
	for (int i = 0; i < LASTING_SUMMARIES; i++)
		days->level[i] = calloc(room, sizeof(double));
	if (days->day == NULL || !days->level[0] || !days->level[1] ||
	    !days->level[2]) {
		lasting_days_clear(days);
		return 0;
	}
	for (size_t hour = 0; hour < series->hours; hour++) {
		uint32_t at = series->from_hour + (uint32_t)hour;
		uint64_t out, in;

		if (at / HOURS_PER_DAY != day) {
			end_day(days, day, hours, count);
			day = at / HOURS_PER_DAY;
			count = 0;
		}
		if (series_at(series, host, hour, &out, &in) == SERIES_COVERED)
			hours[count++] = (double)out;
	}
	end_day(days, day, hours, count);
	return 1;
}

/* find_median() of the levels [from, until); floor added. */
static double
find_median(const double *level, size_t from, size_t until, double base)
{
	double values[2 * HOURS_PER_DAY];
	double *room = values;
	size_t count = until - from;
	double median;

	assert(from <= until);
	if (count > sizeof(values) / sizeof(values[0]))
		room = malloc(count * sizeof(*room));
	if (room == NULL)
		return 0;
	memcpy(room, level + from, count * sizeof(*room));
	median = lasting_median(room, count) + base;
	if (room != values)
		free(room);
	return median;
}

/*
 * rank_sum() is the Mann-Whitney statistic of the LASTING_SIDE days from
 * 'at' on against as many before, in its standard deviations; ties count
 * half. Source: Mann and Whitney 1947; the variance is the one without ties,
 * which is the larger.
 */
static double
rank_sum(const double *level, size_t at)
{
	const double n = LASTING_SIDE;
	double wins = 0;

	assert(at >= LASTING_SIDE);
	for (size_t i = at; i < at + LASTING_SIDE; i++) {
		for (size_t k = at - LASTING_SIDE; k < at; k++) {
			if (level[i] > level[k])
				wins += 1;
			else if (!(level[i] < level[k]))
				wins += 0.5;
		}
	}
	return (wins - n * n / 2) / sqrt(n * n * (2 * n + 1) / 12);
}

static double
base_of(int summary)
{
	return summary == LASTING_SUM ? LASTING_FLOOR * HOURS_PER_DAY
				      : LASTING_FLOOR;
}

static int
rises(const double *level, size_t count, size_t at, double base, double factor)
{
	double near = find_median(level, at - LASTING_SIDE, at, base);
	double next = find_median(level, at, at + LASTING_SIDE, base);
	double before = find_median(level, 0, at, base);
	double after = find_median(level, at, count, base);
	double end = find_median(level, count - LASTING_SIDE, count, base);

	return next >= factor * near && after >= factor * before &&
	       end >= factor * before;
}

struct lasting
lasting_find(const struct lasting_days *days, double factor)
{
	struct lasting found;
	double best = LASTING_RANK_MIN;

	memset(&found, 0, sizeof(found));
	for (int i = 0; i < LASTING_SUMMARIES; i++) {
		const double *level = days->level[i];
		double base = base_of(i);

		for (size_t at = LASTING_SIDE; at + LASTING_SIDE <= days->count;
		     at++) {
			double rank = rank_sum(level, at);

			if (rank < best || (found.found && !(rank > best)) ||
			    !rises(level, days->count, at, base, factor))
				continue;
			best = rank;
			found.found = 1;
			found.summary = (enum lasting_summary)i;
			found.day = days->day[at];
			found.before = find_median(level, 0, at, 0);
			found.after = find_median(level, at, days->count, 0);
		}
	}
	return found;
}

static size_t
find_day(const struct lasting_days *days, uint32_t day)
{
	size_t at = 0;

	while (at < days->count && days->day[at] < day)
		at++;
	return at;
}

struct lasting_shape
lasting_shape(const struct lasting_days *days, uint32_t day)
{
	size_t at = find_day(days, day);
	size_t from = at < BEFORE_DAYS ? 0 : at - BEFORE_DAYS;
	size_t until = at + LASTING_SIDE;
	struct lasting_shape shape;
	double best = 0;

	memset(&shape, 0, sizeof(shape));
	if (at == 0 || at == days->count)
		return shape;
	if (until > days->count)
		until = days->count;
	for (int i = 0; i < LASTING_SUMMARIES; i++) {
		const double *level = days->level[i];
		double base = base_of(i);
		double before = find_median(level, from, at, base);
		double after = find_median(level, at, until, base);
		size_t last =
		    days->count < LASTING_SIDE ? 0 : days->count - LASTING_SIDE;
		double end = find_median(level, last, days->count, base);

		if (after / before <= best)
			continue;
		best = after / before;
		shape.summary = (enum lasting_summary)i;
		shape.before = before - base;
		shape.after = after - base;
		shape.end = end - base;
		shape.lasts = best > 1 && log(end / before) >= log(best) / 2;
	}
	return shape;
}

const char *
lasting_name(enum lasting_summary summary)
{
	static const char *const names[LASTING_SUMMARIES] = {"sum", "median",
							     "low"};

	return names[summary];
}
