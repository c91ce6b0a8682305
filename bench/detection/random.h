/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * random.h - numbers that look random and are the same on every machine.
 *
 * Algorithm   splitmix64 for bits. Every stream of draws starts from a key
 *             and two numbers (say a host and a day), so that any day of any
 *             host can be drawn without those before it.
 * Exactness   exponential and logarithm are made here of + - * / alone,
 *             which IEEE 754 rounds alike everywhere; those of libm differ
 *             in their last bit from one machine to the next.
 * Order       C leaves open in which order the arguments of a call, and the
 *             members of an initialiser, are worked out: no expression may
 *             hold two draws.
 * Source      Steele, Lea, Flood 2014 (splitmix64); Acklam 2003 (the
 *             rational function of the inverse normal, relative error
 *             1.2e-9).
 */
#ifndef BENCH_DETECTION_RANDOM_H
#define BENCH_DETECTION_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* random_key() makes a new key of a key and two numbers. */
uint64_t
random_key(uint64_t key, uint64_t a, uint64_t b);

/* random_at() starts the stream of draws that belongs to (key, a, b). */
struct random
random_at(uint64_t key, uint64_t a, uint64_t b);

uint64_t
random_next(struct random *random);

/* random_unit() returns a number in (0, 1), never an end. */
double
random_unit(struct random *random);

/* random_below() returns 0..limit-1; limit > 0. */
uint32_t
random_below(struct random *random, uint32_t limit);

/* random_chance() says 1 with this probability. */
int
random_chance(struct random *random, double probability);

double
random_normal(struct random *random);

/* random_lognormal(): the mean is median * exp(sigma^2 / 2). */
double
random_lognormal(struct random *random, double median, double sigma);

/* random_pareto(): at least 'least'; the mean is least * alpha / (alpha - 1)
 * for alpha > 1, the variance infinite for alpha <= 2. */
double
random_pareto(struct random *random, double least, double alpha);

/* random_poisson(): mean in 0..1e6; time goes with it. */
uint32_t
random_poisson(struct random *random, double mean);

/* random_exp(): x in -700..700. random_ln(): x > 0, normal. Both within
 * 1e-13 of the true value, relatively. */
double
random_exp(double x);

double
random_ln(double x);

#endif
