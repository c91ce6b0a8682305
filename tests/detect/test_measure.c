/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/host.h"

static const char *const names[] = {"sum", "shape", "quiet", "low"};

Test(measure, the_unit_is_a_share_of_the_mean_hour)
{
	struct host host, all;
	struct seep__rung rung;

	host_init(&host, 1);
	host_init(&all, 1);
	host_add(&host, 0, 14, 256 * 1000);
	host_add(&host, 14, HOST_DAYS, 256 * 999999);
	host_miss(&host, 3, 6);
	host_rung(&host, &rung, 0, 14, 20);
	cr_assert_eq(rung.unit, 1000);
	/* A silent stratum of a busy host. */
	host_add(&all, 0, 14, 65536 * 7000);
	cr_assert_eq(seep__rung_init(&rung, &host.sheet, &all.sheet, 0, 14, 20,
				     &host.arena),
		     SEEP_OK);
	cr_assert_eq(rung.unit, 7000);
	host.sheet.unit_min = 8000;
	cr_assert_eq(seep__rung_init(&rung, &host.sheet, &all.sheet, 0, 14, 20,
				     &host.arena),
		     SEEP_OK);
	cr_assert_eq(rung.unit, 8000);
	host_clear(&all);
	host_clear(&host);
}

/*
 * The same statistics once more, slowly and with libm: 'logs' are log2 of
 * bytes and unit, 'left' is the position that a reference leaves out of its
 * weekdays and of the choice of quiet hours (SIZE_MAX = none).
 */
struct naive {
	const struct host *host;
	size_t days;
	double unit;
	double value[SEEP_STATISTIC_COUNT][HOST_DAYS];
};

static int
compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double
naive_log(const struct naive *naive, size_t position, size_t h)
{
	return log2((double)naive->host->hour[position * 24 + h] + naive->unit);
}

static int
is_covered(const struct naive *naive, size_t position, size_t h)
{
	return naive->host->covered[position] >> h & 1;
}

/* Values of an hour of one type of day, of one weekday or of all (7). */
static size_t
naive_gather(const struct naive *naive, uint8_t type, uint8_t weekday, size_t h,
	     size_t left, double *values)
{
	size_t count = 0;

	for (size_t d = 0; d < naive->days; d++)
		if (d != left && naive->host->type[d] == type &&
		    (weekday == 7 || naive->host->weekday[d] == weekday) &&
		    is_covered(naive, d, h))
			values[count++] = naive_log(naive, d, h);
	return count;
}

static double
naive_location(const struct naive *naive, size_t position, size_t h)
{
	const uint8_t type = naive->host->type[position];
	const size_t left = position < naive->days ? position : SIZE_MAX;
	double values[HOST_DAYS];
	size_t count = naive_gather(naive, type, 7, h, SIZE_MAX, values);
	const double of_class = median_of(values, count);
	double weight;

	count = naive_gather(naive, type, naive->host->weekday[position], h,
			     left, values);
	if (count < 3)
		return of_class;
	weight = (double)count / ((double)count + 6);
	return weight * median_of(values, count) + (1 - weight) * of_class;
}

static double
naive_scale(const struct naive *naive, uint8_t type)
{
	static double far[HOST_DAYS * 24];
	size_t count = 0;
	double scale;

	for (size_t d = 0; d < naive->days; d++)
		for (size_t h = 0; h < 24; h++)
			if (naive->host->type[d] == type &&
			    is_covered(naive, d, h))
				far[count++] =
				    fabs(naive_log(naive, d, h) -
					 naive_location(naive, d, h));
	qsort(far, count, sizeof(*far), compare_doubles);
	scale = 1.4826 * far[(count - 1) / 2];
	return scale > 0.25 ? scale : 0.25;
}

static void
naive_quiet(const struct naive *naive, size_t position, int *quiet)
{
	const uint8_t type = naive->host->type[position];
	double level[24];
	double around[24];
	double values[HOST_DAYS];

	for (size_t h = 0; h < 24; h++) {
		const size_t left =
		    position < naive->days && is_covered(naive, position, h)
			? position
			: SIZE_MAX;

		const size_t count =
		    naive_gather(naive, type, 7, h, left, values);
		double sum = 0;

		for (size_t i = 0; i < count; i++)
			sum += values[i];
		/* A 64th of the mean parts hours with silent medians. */
		level[h] = median_of(values, count) + sum / (double)count / 64;
	}
	/* An hour counts as loud as its louder neighbour; of equals the
	 * earlier is the quieter. */
	for (size_t h = 0; h < 24; h++)
		around[h] = fmax(
		    level[h], fmax(level[(h + 1) % 24], level[(h + 23) % 24]));
	for (size_t h = 0; h < 24; h++) {
		size_t lower = 0;

		for (size_t o = 0; o < 24; o++)
			lower += around[o] < around[h] ||
				 (o < h && around[o] <= around[h]);
		quiet[h] = lower < 8;
	}
}

static void
naive_measure(struct naive *naive, size_t position, double scale)
{
	double shape = 0, quiet = 0, shapes = 0, quiets = 0;
	double logs[24];
	size_t count = 0;
	int is_quiet[24];

	naive_quiet(naive, position, is_quiet);
	for (size_t h = 0; h < 24; h++) {
		double z;

		if (!is_covered(naive, position, h))
			continue;
		logs[count++] = naive_log(naive, position, h);
		z = (naive_log(naive, position, h) -
		     naive_location(naive, position, h)) /
		    scale;
		z = fmin(3, fmax(-3, z));
		shape += z;
		shapes++;
		quiet += is_quiet[h] ? z : 0;
		quiets += is_quiet[h];
	}
	qsort(logs, count, sizeof(*logs), compare_doubles);
	naive->value[SEEP_STATISTIC_SHAPE][position] = shape / shapes;
	naive->value[SEEP_STATISTIC_QUIET][position] = quiet / quiets;
	naive->value[SEEP_STATISTIC_LOW][position] = host_mean(logs, 3, 9);
	naive->value[SEEP_STATISTIC_SUM][position] =
	    log2((double)naive->host->day[position] + 24 * naive->unit);
}

static double
naive_soften(double residual, double sigma)
{
	const double far = fabs(residual) / sigma;

	if (far <= 3)
		return residual;
	return copysign(sigma * (3 + log(far - 2)), residual);
}

/* 'least': the deviation that the library believes in; at least the one seen
 * here. */
static void
naive_standard(const struct naive *naive, double *value, double least)
{
	double location[2];
	double mean[2] = {0};
	double count[2] = {0};
	double work[HOST_DAYS];
	double sigma;

	for (int type = 0; type < 2; type++) {
		size_t n = 0;

		for (size_t d = 0; d < naive->days; d++)
			if (naive->host->type[d] == type)
				work[n++] = value[d];
		location[type] = median_of(work, n);
	}
	for (size_t d = 0; d < naive->days; d++)
		work[d] = fabs(value[d] - location[naive->host->type[d]]);
	sigma = 1.4826 * median_of(work, naive->days);
	cr_assert_geq(least, sigma - 1e-3);
	sigma = least;
	for (size_t d = 0; d < HOST_DAYS; d++) {
		const int type = naive->host->type[d];

		value[d] = naive_soften(value[d] - location[type], sigma);
		mean[type] += d < naive->days ? value[d] : 0;
		count[type] += d < naive->days;
	}
	for (size_t d = 0; d < HOST_DAYS; d++)
		value[d] -=
		    mean[naive->host->type[d]] / count[naive->host->type[d]];
}

static void
naive_rung(struct naive *naive, const struct host *host,
	   const struct seep__rung *rung)
{
	double scale[2];

	naive->host = host;
	naive->days = rung->days;
	naive->unit = (double)rung->unit;
	scale[0] = naive_scale(naive, 0);
	scale[1] = naive_scale(naive, 1);
	for (size_t d = 0; d < HOST_DAYS; d++)
		naive_measure(naive, d, scale[host->type[d]]);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		naive_standard(naive, naive->value[s], rung->sigma[s]);
}

static void
assert_naive(struct host *host, size_t days)
{
	static struct naive naive;
	struct seep__rung rung;

	host_rung(host, &rung, 0, days, HOST_DAYS);
	naive_rung(&naive, host, &rung);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		for (size_t d = 0; d < HOST_DAYS; d++)
			cr_assert_leq(
			    fabs(rung.value[s][d] - naive.value[s][d]), 1e-3,
			    "%s on day %zu of %zu: %f, not %f", names[s], d,
			    days, rung.value[s][d], naive.value[s][d]);
}

Test(measure, values_are_those_of_a_naive_computation)
{
	const struct host_noise noises[] = {host_office, host_restless,
					    host_regular};

	for (uint64_t i = 0; i < 3; i++) {
		struct host host;

		host_init(&host, 100 + i);
		host_trade(&host, &noises[i]);
		assert_naive(&host, 14);
		host_rest(&host, 9);
		host_rest(&host, 40);
		host_miss(&host, 2, 6);
		host_miss(&host, 33, 5);
		host_miss(&host, 90, 3);
		assert_naive(&host, 14);
		assert_naive(&host, 28);
		assert_naive(&host, 56);
		host_clear(&host);
	}
}

Test(measure, hours_that_are_not_covered_are_not_read)
{
	struct host host;
	struct seep__rung rung;
	double before[SEEP_STATISTIC_COUNT][60];

	host_init(&host, 17);
	host_trade(&host, &host_office);
	for (size_t d = 0; d < 60; d += 5)
		host_miss(&host, d, 6);
	host_rung(&host, &rung, 0, 28, 60);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		memcpy(before[s], rung.value[s], sizeof(before[s]));
	/* Other garbage. */
	for (size_t d = 0; d < 60; d += 5)
		host_miss(&host, d, 6);
	host_rung(&host, &rung, 0, 28, 60);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		cr_assert_arr_eq(rung.value[s], before[s], sizeof(before[s]));
	host_clear(&host);
}
