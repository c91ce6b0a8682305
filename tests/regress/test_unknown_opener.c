/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the opening packets of every second connection were missed, nobody
 * knows who opened these; they belong to what the channel is known to be.
 * Found by a seeded fault that joined them to the other direction.
 */
#include <criterion/criterion.h>

#include "detect/case.h"

static void
forget_openers(struct test_flows *flows)
{
	size_t forgotten = 0;

	for (size_t i = 0; i < flows->count; i++) {
		struct seep_flow *flow = &flows->at[i];

		if (!case_is_leak_peer(&flow->orig) &&
		    !case_is_leak_peer(&flow->resp))
			continue;
		if (forgotten++ % 2)
			flow->opener = SEEP_OPENER_UNKNOWN;
	}
	cr_assert_gt(forgotten, 100);
}

static void
check_direction(int pulled, enum seep_direction direction)
{
	/* One peer, so that all of it is one channel. */
	const struct case_leak leak = {16, 29, CASE_LEAK_DAY, 1, 1, pulled};
	const uint64_t leaked = CASE_LEAK_DAY / 24 * 24 * 13;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 29, 7);
	case_leak(&flows, &leak);
	forget_openers(&flows);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->direction, direction, "direction %s",
		     seep_direction_name((int)finding->direction));
	cr_assert_geq(finding->bytes_out, leaked);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(unknown_opener, joins_the_pulls_of_a_channel_that_is_pulled)
{
	check_direction(1, SEEP_DIRECTION_PULL);
}

Test(unknown_opener, joins_the_pushes_of_a_channel_that_is_pushed)
{
	check_direction(0, SEEP_DIRECTION_PUSH);
}
