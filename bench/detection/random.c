/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/random.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define GAMMA UINT64_C(0x9e3779b97f4a7c15)
#define LN2 0.69314718055994530942

static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t
random_key(uint64_t key, uint64_t a, uint64_t b)
{
	key = mix(key + GAMMA);
	key = mix((key ^ a) + GAMMA);
	return mix((key ^ b) + GAMMA);
}

struct random
random_at(uint64_t key, uint64_t a, uint64_t b)
{
	const struct random random = {random_key(key, a, b)};

	return random;
}

uint64_t
random_next(struct random *random)
{
	return mix(random->state += GAMMA);
}

double
random_unit(struct random *random)
{
	/* 2^-53 times an odd half: neither 0 nor 1 can come out. */
	return ((double)(random_next(random) >> 12) + 0.5) *
	       (1.0 / 4503599627370496.0);
}

uint32_t
random_below(struct random *random, uint32_t limit)
{
	assert(limit > 0);
	return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

int
random_chance(struct random *random, double probability)
{
	return random_unit(random) < probability;
}

/* Both rational functions are Acklam's; see random.h. */
static double
normal_tail(double p)
{
	const double q = sqrt(-2 * random_ln(p));

	return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q -
		   2.400758277161838e+00) *
		      q -
		  2.549732539343734e+00) *
		     q +
		 4.374664141464968e+00) *
		    q +
		2.938163982698783e+00) /
	       ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q +
		  2.445134137142996e+00) *
		     q +
		 3.754408661907416e+00) *
		    q +
		1);
}

static double
normal_middle(double q)
{
	const double r = q * q;

	return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r -
		   2.759285104469687e+02) *
		      r +
		  1.383577518672690e+02) *
		     r -
		 3.066479806614716e+01) *
		    r +
		2.506628277459239e+00) *
	       q /
	       (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r -
		   1.556989798598866e+02) *
		      r +
		  6.680131188771972e+01) *
		     r -
		 1.328068155288572e+01) *
		    r +
		1);
}

double
random_normal(struct random *random)
{
	const double p = random_unit(random);

	if (p < 0.02425)
		return normal_tail(p);
	if (p > 1 - 0.02425)
		return -normal_tail(1 - p);
	return normal_middle(p - 0.5);
}

double
random_lognormal(struct random *random, double median, double sigma)
{
	return median * random_exp(sigma * random_normal(random));
}

double
random_pareto(struct random *random, double least, double alpha)
{
	assert(alpha > 0);
	return least * random_exp(-random_ln(random_unit(random)) / alpha);
}

/* Knuth's product of uniforms, at most 100 at a time: e^-mean has to stay
 * far above the smallest double. */
#define POISSON_STEP 100.0

uint32_t
random_poisson(struct random *random, double mean)
{
	uint32_t count = 0;

	assert(mean >= 0 && mean <= 1e6);
	while (mean >= 0) {
		const double step = mean < POISSON_STEP ? mean : POISSON_STEP;
		const double limit = random_exp(-step);
		double product = random_unit(random);

		while (product > limit) {
			product *= random_unit(random);
			count++;
		}
		mean = mean > step ? mean - step : -1;
	}
	return count;
}

static double
power_of_two(int exponent)
{
	const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Taylor on |r| <= ln(2)/2: the first term left out is below 2e-14. */
double
random_exp(double x)
{
	const double k = x / LN2;
	const int n = (int)(k < 0 ? k - 0.5 : k + 0.5);
	const double r = x - (double)n * LN2;
	double sum = 1;

	assert(x >= -700 && x <= 700);
	for (int i = 12; i > 0; i--)
		sum = 1 + sum * r / i;
	return sum * power_of_two(n);
}

/* ln m = 2 artanh((m - 1)/(m + 1)), m in [sqrt(1/2), sqrt 2). */
double
random_ln(double x)
{
	uint64_t bits;
	double m, s, sum = 0;
	int exponent;

	assert(x > 0);
	memcpy(&bits, &x, sizeof(bits));
	exponent = (int)(bits >> 52) - 1023;
	m = x / power_of_two(exponent);
	if (m > 1.41421356237309504880) {
		m /= 2;
		exponent++;
	}
	s = (m - 1) / (m + 1);
	for (int i = 17; i > 0; i -= 2)
		sum = sum * s * s + 1.0 / i;
	return (double)exponent * LN2 + 2 * s * sum;
}
