/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/robust.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int
compare_u64(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
seep__spread_of(uint64_t *values, uint64_t *scratch, size_t count,
		struct seep__spread *spread)
{
	assert(spread);
	memset(spread, 0, sizeof(*spread));
	if (count == 0)
		return;
	assert(values && scratch);
	qsort(values, count, sizeof(*values), compare_u64);
	spread->count = count;
	spread->median = values[(count - 1) / 2];
	spread->q90 = values[(count * 9 + 9) / 10 - 1];
	spread->max = values[count - 1];
	for (size_t i = 0; i < count; i++)
		scratch[i] = values[i] > spread->median
				 ? values[i] - spread->median
				 : spread->median - values[i];
	qsort(scratch, count, sizeof(*scratch), compare_u64);
	spread->mad = scratch[(count - 1) / 2];
}

uint32_t
seep__log2_q16(uint64_t value)
{
	uint32_t whole = 0;
	uint32_t part = 0;
	uint64_t x;

	for (uint32_t step = 32; step; step >>= 1)
		whole += value >> whole >> step ? step : 0;
	/* x: the mantissa in [1, 2) with 31 bits after the point; its square
	 * fits 64 bits. That of 0 is 0. */
	x = whole > 31 ? value >> (whole - 31) : value << (31 - whole);
	for (int bit = 0; bit < 16; bit++) {
		x = (x * x) >> 31;
		part = part << 1 | (uint32_t)(x >> 32);
		x >>= x >> 32;
	}
	return whole << 16 | part;
}

/*
 * EDGE: how near to a whole number a quick logarithm may come before it is
 * worked out slowly. The slow one cuts below 2^-31 of the mantissa twice a
 * squaring, and each squaring weighs half of the one before: it lies below
 * the true value by at most 6 / 2^31 bits, 0.0002 of a unit; the quick one
 * is off by less. Beyond the edge both have the same whole part. A larger
 * edge would only cost time: 0.4 % of all values fall within this one.
 */
#define EDGE 0.002

/* log2 of a value > 0 in 1/65536, as a double: 2 / ln 2 atanh s with s =
 * (m - 1) / (m + 1), |s| < 0.172; the term after s^11 is below 2^-35. */
static double
log2_quick(uint64_t value)
{
	const double x = (double)value;
	uint64_t bits;
	double whole;
	double m;
	double s;
	double sum = 0;

	memcpy(&bits, &x, sizeof(bits));
	whole = (double)((int)(bits >> 52) - 1023);
	bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52;
	memcpy(&m, &bits, sizeof(m));
	if (m > 1.4142) {
		m *= 0.5;
		whole += 1;
	}
	s = (m - 1) / (m + 1);
	for (int k = 11; k >= 1; k -= 2)
		sum = sum * (s * s) + 1.0 / k;
	return 65536 * (whole + 2.8853900817779268 * s * sum);
}

void
seep__log2_q16_all(const uint64_t *values, size_t count, uint64_t unit,
		   uint32_t *logs)
{
	const uint32_t nothing = seep__log2_q16(unit);

	assert((values && logs) || count == 0);
	assert(unit > 0);
	for (size_t i = 0; i < count; i++) {
		const uint64_t value = values[i] > UINT64_MAX - unit
					   ? UINT64_MAX
					   : values[i] + unit;
		double quick;
		double rest;

		/* Most strata are silent most of the time. */
		logs[i] = nothing;
		if (values[i] == 0)
			continue;
		quick = log2_quick(value);
		logs[i] = (uint32_t)quick;
		rest = quick - logs[i];
		if (rest < EDGE || rest > 1 - EDGE)
			logs[i] = seep__log2_q16(value);
	}
}

/* Lets the value at 'root' sink to where no child is larger. */
static void
sink(double *values, size_t root, size_t count)
{
	const double value = values[root];
	size_t child;

	while ((child = 2 * root + 1) < count) {
		if (child + 1 < count && values[child] < values[child + 1])
			child++;
		if (values[child] <= value)
			break;
		values[root] = values[child];
		root = child;
	}
	values[root] = value;
}

double
seep__median_of(double *values, size_t count)
{
	assert(values && count > 0);
	for (size_t root = count / 2; root-- > 0;)
		sink(values, root, count);
	for (size_t end = count - 1; end > 0; end--) {
		const double largest = values[0];

		values[0] = values[end];
		values[end] = largest;
		sink(values, 0, end);
	}
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* Finds the digit of the value that has 'rank' in a histogram; what is left
 * of the rank are the values before it with the same digit. */
static uint32_t
find_digit(const uint32_t *histogram, size_t *rank)
{
	uint32_t digit = 0;

	while (histogram[digit] <= *rank)
		*rank -= histogram[digit++];
	return digit;
}

uint32_t
seep__select_q16(const uint32_t *values, size_t count, size_t rank)
{
	uint32_t histogram[SEEP__Q16_DIGITS] = {0};
	uint32_t high;

	assert(rank < count);
	for (size_t i = 0; i < count; i++)
		histogram[values[i] >> SEEP__Q16_DIGIT_BITS]++;
	high = find_digit(histogram, &rank);
	memset(histogram, 0, sizeof(histogram));
	for (size_t i = 0; i < count; i++)
		if (values[i] >> SEEP__Q16_DIGIT_BITS == high)
			histogram[values[i] % SEEP__Q16_DIGITS]++;
	return high << SEEP__Q16_DIGIT_BITS | find_digit(histogram, &rank);
}
