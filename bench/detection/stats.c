/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What an end of a two-sided 95 % interval leaves out. */
#define TAIL 0.025

/* Halvings of a bisection: doubles have 53 bits. */
#define HALVINGS 60

static double
binomial_term(uint64_t k, uint64_t n, double p)
{
	if (p <= 0)
		return k == 0;
	if (p >= 1)
		return k == n;
	return exp(lgamma((double)n + 1) - lgamma((double)k + 1) -
		   lgamma((double)(n - k) + 1) + (double)k * log(p) +
		   (double)(n - k) * log1p(-p));
}

double
stats_binomial_tail(uint64_t k, uint64_t n, double p)
{
	double sum = 0;

	assert(p >= 0 && p <= 1);
	for (uint64_t i = k; i <= n; i++)
		sum += binomial_term(i, n, p);
	return sum < 1 ? sum : 1;
}

static double
poisson_tail(uint64_t k, double mean)
{
	double below = 0;

	for (uint64_t i = 0; i < k; i++)
		below +=
		    exp((double)i * log(mean) - mean - lgamma((double)i + 1));
	return below < 1 ? 1 - below : 0;
}

struct stats_interval
stats_share(uint64_t k, uint64_t n)
{
	struct stats_interval interval = {0, 1};
	double low = 0;
	double high = 1;

	assert(n > 0 && k <= n);
	for (int i = 0; k > 0 && i < HALVINGS; i++) {
		interval.low = (low + high) / 2;
		if (stats_binomial_tail(k, n, interval.low) > TAIL)
			high = interval.low;
		else
			low = interval.low;
	}
	low = 0;
	high = 1;
	for (int i = 0; k < n && i < HALVINGS; i++) {
		interval.high = (low + high) / 2;
		if (1 - stats_binomial_tail(k + 1, n, interval.high) > TAIL)
			low = interval.high;
		else
			high = interval.high;
	}
	return interval;
}

struct stats_interval
stats_count(uint64_t k)
{
	struct stats_interval interval = {0, 0};
	const double most = 10 + 2 * (double)k + 10 * sqrt((double)k);
	double low = 0;
	double high = most;

	for (int i = 0; k > 0 && i < HALVINGS; i++) {
		interval.low = (low + high) / 2;
		if (poisson_tail(k, interval.low) > TAIL)
			high = interval.low;
		else
			low = interval.low;
	}
	low = 0;
	high = most;
	for (int i = 0; i < HALVINGS; i++) {
		interval.high = (low + high) / 2;
		if (1 - poisson_tail(k + 1, interval.high) > TAIL)
			low = interval.high;
		else
			high = interval.high;
	}
	return interval;
}

static int
compare_values(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

void
stats_sort(double *values, size_t n)
{
	if (n > 0)
		qsort(values, n, sizeof(*values), compare_values);
}

struct stats_quantile
stats_quantile(const double *sorted, size_t n, double q)
{
	struct stats_quantile quantile = {NAN, -INFINITY, INFINITY};
	const size_t at = (size_t)ceil(q * (double)n);

	assert(q > 0 && q < 1);
	if (n == 0)
		return quantile;
	quantile.value = sorted[at > 0 ? at - 1 : 0];
	/* P(at least i values lie at or below the quantile): low ends where
	 * that is 0.975 still, high where it is 0.025. */
	for (size_t i = 1; i <= n; i++) {
		const double tail = stats_binomial_tail(i, n, q);

		if (tail >= 1 - TAIL)
			quantile.low = sorted[i - 1];
		if (tail <= TAIL) {
			quantile.high = sorted[i - 1];
			break;
		}
	}
	return quantile;
}

size_t
stats_needed(size_t n, double low)
{
	size_t k = n;

	if (n == 0 || stats_share(n, n).low < low)
		return n + 1;
	while (k > 0 && stats_share(k - 1, n).low >= low)
		k--;
	return k;
}
