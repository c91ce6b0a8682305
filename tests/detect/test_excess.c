/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "detect/lone.h"

#define MIB (UINT64_C(1) << 20)
#define FROM 60
#define END 90

/* The excess of an even drip, as a share of what it was, in percent. */
static unsigned
estimate(uint64_t seed, uint64_t bytes_hour, int *holds)
{
	const uint64_t truth = bytes_hour * 24 * (END - FROM);
	const struct seep__change *at;
	struct lone lone;
	unsigned share;

	lone_open(&lone, seed, 130, &lone_office);
	lone_drip(&lone, FROM, END, bytes_hour);
	lone_scan(&lone);
	at = lone_first(&lone, SEEP_STRATUM_ALL);
	cr_assert_not_null(at);
	cr_assert_leq(at->excess_low, at->excess);
	cr_assert_geq(at->excess_high, at->excess);
	cr_assert_leq(at->excess_then, at->excess + at->excess / 2);
	*holds = at->excess_low <= truth && truth <= at->excess_high;
	share = (unsigned)(at->excess * 100 / truth);
	lone_close(&lone);
	return share;
}

Test(excess, a_drip_is_estimated_to_a_third)
{
	int held = 0;

	for (uint64_t seed = 1; seed <= 10; seed++) {
		int holds;
		const unsigned share = estimate(seed, 16 * MIB, &holds);

		cr_assert_geq(share, 67, "seed %lu: %u %%", (unsigned long)seed,
			      share);
		cr_assert_leq(share, 133, "seed %lu: %u %%",
			      (unsigned long)seed, share);
		held += holds;
	}
	/* Of 90 % intervals nine of ten hold; two more may miss. */
	cr_assert_geq(held, 7, "%d of 10", held);
}

Test(excess, a_drip_that_outweighs_the_host_is_estimated_to_a_tenth)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		int holds;
		const unsigned share = estimate(seed, 512 * MIB, &holds);

		cr_assert_geq(share, 90, "seed %lu: %u %%", (unsigned long)seed,
			      share);
		cr_assert_leq(share, 110, "seed %lu: %u %%",
			      (unsigned long)seed, share);
	}
}

/* Where nothing was before, the excess is what was sent, to the byte or
 * nearly so. */
Test(excess, of_a_silent_stratum_is_what_it_sent)
{
	const struct seep__change *at;
	struct lone lone;

	lone_open(&lone, 3, 130, &lone_office);
	lone_drip(&lone, FROM, END, 16 * MIB);
	lone_scan(&lone);
	at = lone_first(&lone, SEEP_STRATUM_NEW_PUSH);
	cr_assert_not_null(at);
	cr_assert_eq(at->onset, FROM);
	cr_assert_eq(at->end, FROM + SEEP__NEW_DAYS);
	cr_assert_leq(at->excess, 16 * MIB * 24 * SEEP__NEW_DAYS);
	cr_assert_geq(at->excess, 16 * MIB * 24 * SEEP__NEW_DAYS / 100 * 98);
	cr_assert_eq(at->expected, 0);
	cr_assert_eq(at->observed, 16 * MIB * 24);
	lone_close(&lone);
}
