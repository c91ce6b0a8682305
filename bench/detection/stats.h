/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stats.h - what counts and samples allow to say: intervals and quantiles.
 *
 * Every interval is a two-sided 95 % one.
 *
 * Source   Clopper and Pearson 1934 (a share); Garwood 1936 (a Poisson
 *          count); David and Nagaraja 2003, section 7.1 (a quantile between
 *          two order statistics). All by bisection on the exact sums.
 */
#ifndef BENCH_DETECTION_STATS_H
#define BENCH_DETECTION_STATS_H

#include <stddef.h>
#include <stdint.h>

struct stats_interval {
	double low;
	double high;
};

/* struct stats_quantile: an estimate and the order statistics around it. */
struct stats_quantile {
	double value;
	double low;
	double high;
};

/* stats_binomial_tail() returns P(X >= k) of n trials at probability p. */
double
stats_binomial_tail(uint64_t k, uint64_t n, double p);

/* stats_share(): Clopper-Pearson interval of k successes in n >= 1. */
struct stats_interval
stats_share(uint64_t k, uint64_t n);

/* stats_count(): Garwood interval of the mean of a Poisson count k. */
struct stats_interval
stats_count(uint64_t k);

/* stats_sort() sorts ascending; infinities may be among the values. */
void
stats_sort(double *values, size_t n);

/*
 * stats_quantile() gives the q-quantile of n sorted values: the smallest
 * value with at least q * n values at or below it, between the order
 * statistics that hold the true quantile with probability 0.95 (open where
 * n does not suffice: -INFINITY or INFINITY).
 */
struct stats_quantile
stats_quantile(const double *sorted, size_t n, double q);

/*
 * stats_needed() returns the smallest k whose Clopper-Pearson interval of k
 * of n lies at 'low' or above, or n + 1 when even n of n does not.
 */
size_t
stats_needed(size_t n, double low);

#endif
