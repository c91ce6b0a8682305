/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "base/clock.h"
#include "ledger/split.h"
#include "support/flows.h"
#include "support/random.h"

static void
begin(struct seep__split *split, int64_t start, int64_t end, uint32_t step,
      uint64_t total)
{
	memset(split, 0, sizeof(*split));
	split->start_ns = start;
	split->end_ns = end;
	split->step_hours = step;
	split->totals[0] = total;
	seep__split_begin(split);
}

Test(split, shares_follow_the_cumulative_floor_rule)
{
	uint64_t shares[SEEP__SPLIT_TOTALS];
	struct seep__split split;
	uint32_t hour;

	/* 10 bytes over 90 minutes from 00:30: floor(10/3) and the rest. */
	begin(&split, TEST_START_NS + 30 * MINUTE, TEST_START_NS + 2 * HOUR, 1,
	      10);
	cr_assert_eq(seep__split_bins(&split), 2);
	cr_assert(seep__split_next(&split, &hour, shares));
	cr_assert_eq(hour, (uint32_t)(TEST_START_NS / HOUR));
	cr_assert_eq(shares[0], 3);
	cr_assert(seep__split_next(&split, &hour, shares));
	cr_assert_eq(hour, (uint32_t)(TEST_START_NS / HOUR) + 1);
	cr_assert_eq(shares[0], 7);
	cr_assert(!seep__split_next(&split, &hour, shares));
}

Test(split, an_end_on_an_edge_touches_no_bin_beyond_it)
{
	struct seep__split split;

	begin(&split, TEST_START_NS, TEST_START_NS + HOUR, 1, 1);
	cr_assert_eq(seep__split_bins(&split), 1);
	begin(&split, TEST_START_NS, TEST_START_NS + HOUR + 1, 1, 1);
	cr_assert_eq(seep__split_bins(&split), 2);
	begin(&split, TEST_START_NS + HOUR, TEST_START_NS + HOUR, 1, 1);
	cr_assert_eq(split.first, (uint32_t)(TEST_START_NS / HOUR) + 1);
	begin(&split, TEST_START_NS, TEST_START_NS + DAY, 24, 1);
	cr_assert_eq(seep__split_bins(&split), 1);
	begin(&split, TEST_START_NS, TEST_START_NS + DAY + 1, 24, 1);
	cr_assert_eq(seep__split_bins(&split), 2);
}

Test(split, the_last_hour_of_all_time_is_split_without_overflow)
{
	uint64_t shares[SEEP__SPLIT_TOTALS];
	struct seep__split split;
	uint64_t sum = 0;
	uint32_t hour = 0;

	begin(&split, INT64_MAX - 5 * HOUR, INT64_MAX, 1, 1001);
	while (seep__split_next(&split, &hour, shares))
		sum += shares[0];
	cr_assert_eq(sum, 1001);
	cr_assert_eq(hour, 2562047);
}

Test(split, no_byte_is_lost_or_made)
{
	uint64_t state = 1;
	int i;

	for (i = 0; i < 2000; i++) {
		uint64_t shares[SEEP__SPLIT_TOTALS];
		int64_t start = (int64_t)test_random_below(&state, 1 << 30);
		int64_t length =
		    (int64_t)test_random_below(&state, (uint64_t)(20 * DAY));
		uint64_t total =
		    test_random(&state) >> (11 + test_random_below(&state, 53));
		struct seep__split split;
		uint64_t sum = 0;
		size_t bins = 0;
		uint32_t hour;

		start *= SEC;
		begin(&split, start, start + length, i % 2 ? 24 : 1, total);
		while (seep__split_next(&split, &hour, shares)) {
			cr_assert(shares[0] <= total);
			sum += shares[0];
			bins++;
		}
		cr_assert_eq(sum, total);
		cr_assert_eq(bins, seep__split_bins(&split));
	}
}

Test(split, long_division_equals_the_wide_product)
{
	uint64_t state = 2;
	int i;

	for (i = 0; i < 20000; i++) {
		uint64_t whole =
		    (test_random(&state) >> test_random_below(&state, 64)) | 1;
		uint64_t part = whole == UINT64_MAX
				    ? test_random(&state)
				    : test_random_below(&state, whole + 1);
		uint64_t total =
		    test_random(&state) >> test_random_below(&state, 64);

		cr_assert_eq(seep__split_share(total, part, whole),
			     seep__split_share_portable(total, part, whole));
	}
	cr_assert_eq(
	    seep__split_share_portable(UINT64_MAX, UINT64_MAX, UINT64_MAX),
	    UINT64_MAX);
	cr_assert_eq(seep__split_share_portable(UINT64_C(1) << 53,
						31622399999999999,
						31622400000000000),
		     UINT64_C(9007199254740991));
}
