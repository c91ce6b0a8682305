/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "detect/robust.h"
#include "support/random.h"

Test(robust, spread_of_nothing_is_zero)
{
	struct seep__spread spread;

	seep__spread_of(NULL, NULL, 0, &spread);
	cr_assert_eq(spread.count, 0);
	cr_assert_eq(spread.max, 0);
}

Test(robust, spread_names_the_middle_and_the_ends)
{
	uint64_t values[] = {7, 1, 100, 3, 5, 9, 2, 4, 6, 8};
	uint64_t scratch[10];
	struct seep__spread spread;

	seep__spread_of(values, scratch, 10, &spread);
	cr_assert_eq(spread.median, 5);
	cr_assert_eq(spread.q90, 9);
	cr_assert_eq(spread.max, 100);
	/* Distances 2 4 95 2 0 4 3 1 1 3: the fifth of them in order. */
	cr_assert_eq(spread.mad, 2);
}

Test(robust, log2_of_powers_is_exact)
{
	for (uint32_t bit = 0; bit < 64; bit++)
		cr_assert_eq(seep__log2_q16(UINT64_C(1) << bit), bit << 16);
	cr_assert_eq(seep__log2_q16(0), 0);
}

Test(robust, log2_is_right_to_two_units)
{
	/* log2(3) = 1.58496250..., log2(10) = 3.32192809...; in 1/65536. */
	cr_assert_geq(seep__log2_q16(3), 103872 - 2);
	cr_assert_leq(seep__log2_q16(3), 103872);
	cr_assert_geq(seep__log2_q16(10), 217705 - 2);
	cr_assert_leq(seep__log2_q16(10), 217706);
	cr_assert_geq(seep__log2_q16(UINT64_MAX), (64u << 16) - 2);
}

Test(robust, log2_never_falls)
{
	uint32_t last = 0;

	for (uint64_t value = 1; value < 100000; value += 7) {
		const uint32_t now = seep__log2_q16(value);

		cr_assert_geq(now, last);
		last = now;
	}
}

Test(robust, many_logarithms_are_those_of_each)
{
	uint64_t random = 3;
	uint64_t values[500];
	uint32_t logs[500];

	for (size_t i = 0; i < 500; i++) {
		values[i] = test_random(&random);
		values[i] >>= test_random_below(&random, 64);
		if (i % 7 == 0)
			values[i] = 0;
	}
	values[499] = UINT64_MAX;
	for (size_t count = 0; count <= 500; count += 1 + count / 9) {
		const uint64_t unit = 1 + count * count;

		seep__log2_q16_all(values, count, unit, logs);
		for (size_t i = 0; i < count; i++) {
			const uint64_t sum = values[i] > UINT64_MAX - unit
						 ? UINT64_MAX
						 : values[i] + unit;

			cr_assert_eq(logs[i], seep__log2_q16(sum));
			cr_assert_leq(
			    fabs(logs[i] - 65536 * log2((double)sum + !sum)),
			    2);
		}
	}
}

static int
compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

Test(robust, the_median_is_the_middle_of_the_sorted)
{
	uint64_t random = 5;

	for (size_t count = 1; count < 200; count++) {
		double values[200];
		double sorted[200];

		for (size_t i = 0; i < count; i++)
			values[i] = sorted[i] =
			    (double)test_random_below(&random, 50) - 25;
		qsort(sorted, count, sizeof(*sorted), compare_doubles);
		cr_assert_eq(seep__median_of(values, count),
			     (sorted[(count - 1) / 2] + sorted[count / 2]) / 2);
		cr_assert_arr_eq(values, sorted, count * sizeof(*values));
	}
}

static int
compare_u32(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

Test(robust, a_rank_is_selected_as_by_sorting)
{
	uint64_t random = 9;

	for (size_t count = 1; count < 100; count += 3) {
		uint32_t values[100];
		uint32_t sorted[100];

		for (size_t i = 0; i < count; i++)
			values[i] = sorted[i] = (uint32_t)test_random_below(
			    &random, i % 3 ? (64u << 16) : 4);
		qsort(sorted, count, sizeof(*sorted), compare_u32);
		for (size_t rank = 0; rank < count; rank++)
			cr_assert_eq(seep__select_q16(values, count, rank),
				     sorted[rank]);
	}
}
