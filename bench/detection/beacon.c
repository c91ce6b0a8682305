/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/beacon.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "detection/stats.h"

#define SECOND INT64_C(1000000000)
#define HOURS 24
#define TIMES_MIN 4
#define HOURS_MIN 6
#define HOURS_IDEAL 12

/* Quartiles closer than this say nothing about skew. */
#define SPREAD_MIN 10

static double
median(const double *sorted, size_t count)
{
	if (count == 0)
		return 0;
	return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* 1 - |Bowley's skewness|: regular gaps lie evenly about their middle. */
static double
symmetry(const double *sorted, size_t count)
{
	const size_t half = count / 2;
	const double q1 = median(sorted, half);
	const double q2 = median(sorted, count);
	const double q3 = median(sorted + count - half, half);

	if (q3 - q1 < SPREAD_MIN || q2 <= q1 || q2 >= q3)
		return 1;
	return 1 - fabs((q1 + q3 - 2 * q2) / (q3 - q1));
}

/* 'values' is overwritten. */
static double
regularity(double *values, size_t count, double if_small)
{
	double middle;
	double skew;
	double score;

	stats_sort(values, count);
	middle = median(values, count);
	skew = symmetry(values, count);
	for (size_t i = 0; i < count; i++)
		values[i] = fabs(values[i] - middle);
	stats_sort(values, count);
	score =
	    middle >= 1 ? (middle - median(values, count)) / middle : if_small;
	return (skew + (score > 0 ? score : 0)) / 2;
}

struct histogram {
	double bins[HOURS];
	size_t bars;
	size_t run;
};

static void
fill_histogram(struct histogram *histogram, const double *times, size_t count)
{
	size_t run = 0;

	*histogram = (struct histogram){.bars = 0};
	for (size_t i = 0; i < count; i++)
		if (times[i] >= 0 && times[i] < HOURS * 3600)
			histogram->bins[(size_t)(times[i] / 3600)]++;
	/* Twice round: a run may go over midnight. */
	for (size_t i = 0; i < 2 * HOURS; i++) {
		run = histogram->bins[i % HOURS] > 0 ? run + 1 : 0;
		if (run > histogram->run)
			histogram->run = run;
		histogram->bars += i < HOURS && histogram->bins[i] > 0;
	}
	if (histogram->run > HOURS)
		histogram->run = HOURS;
}

static double
evenness(const struct histogram *histogram)
{
	double sum = 0;
	double squares = 0;
	double mean;
	double score;

	for (size_t i = 0; i < HOURS; i++)
		sum += histogram->bins[i];
	mean = sum / HOURS;
	for (size_t i = 0; i < HOURS; i++)
		squares +=
		    (histogram->bins[i] - mean) * (histogram->bins[i] - mean);
	score = mean > 0 ? 1 - sqrt(squares / HOURS) / mean : 0;
	return score > 0 ? score : 0;
}

static double
persistence(const struct histogram *histogram, double first, double last)
{
	const double covered = (last - first) / (HOURS * 3600);
	const double steady = (double)histogram->run / HOURS_IDEAL;
	const double most = covered > steady ? covered : steady;

	if (histogram->bars < HOURS_MIN)
		return 0;
	return most < 1 ? most : 1;
}

/* Whole seconds of the day, and bytes, of what the host opened. */
static size_t
read_flows(const struct rivals_flow *flows, size_t count, int64_t day_ns,
	   double *times, double *bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!flows[i].opened)
			continue;
		times[n] = (double)((flows[i].start_ns - day_ns) / SECOND);
		bytes[n++] = (double)flows[i].out;
	}
	return n;
}

int
beacon_score(const struct rivals_flow *flows, size_t count, int64_t day_ns,
	     double *score)
{
	double *times;
	struct histogram histogram;
	double first, last, parts[4];
	size_t gaps = 0;
	size_t n;

	*score = 0;
	if (count < TIMES_MIN)
		return 0;
	times = malloc(2 * count * sizeof(*times));
	if (times == NULL)
		return -1;
	n = read_flows(flows, count, day_ns, times, times + count);
	for (size_t i = 1; i < n; i++)
		gaps += times[i] > times[i - 1];
	if (gaps + 1 < TIMES_MIN) {
		free(times);
		return 0;
	}
	fill_histogram(&histogram, times, n);
	first = times[0];
	last = times[n - 1];
	gaps = 0;
	for (size_t i = 1; i < n; i++)
		if (times[i] > times[i - 1])
			times[gaps++] = times[i] - times[i - 1];
	assert(gaps + 1 >= TIMES_MIN);
	parts[0] = regularity(times, gaps, 1);
	parts[1] = regularity(times + count, n, 0);
	parts[2] = evenness(&histogram);
	parts[3] = persistence(&histogram, first, last);
	*score = (parts[0] + parts[1] + parts[2] + parts[3]) / 4;
	free(times);
	return 0;
}
