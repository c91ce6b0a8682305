/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "detect/robust.h"

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
	/* 5 + 2 * 8.8956, cut. */
	cr_assert_eq(seep__spread_limit(&spread), 22);
}

Test(robust, limit_saturates)
{
	const struct seep__spread spread = {.median = UINT64_MAX / 2,
					    .mad = UINT64_MAX / 4};

	cr_assert_eq(seep__spread_limit(&spread), UINT64_MAX);
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

Test(robust, choose_counts_ways)
{
	/* 15 over 7 = 6435: 12.6517 bits. */
	const uint64_t bits = seep__choose_log2_q16(8, 7);

	cr_assert_geq(bits, 829142 - 16);
	cr_assert_leq(bits, 829142 + 1);
	cr_assert_eq(seep__choose_log2_q16(8, 0), 0);
}
