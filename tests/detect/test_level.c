/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/case.h"

#define HOST "10.3.0.21"

static struct seep_findings *
detect_trade(int days, int peers, uint64_t bytes)
{
	const struct case_trade trade = {HOST, 0, days, 20 * MB, 1};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	case_trade(&flows, &trade);
	for (int n = 0; n < peers; n++) {
		char text[32];

		snprintf(text, sizeof(text), "198.51.100.%d", n + 1);
		case_drip(&flows, HOST, text, 0, days,
			  bytes * (uint64_t)(n + 1));
	}
	findings = case_detect(&flows, NULL);
	test_flows_clear(&flows);
	return findings;
}

Test(level, says_on_which_days_a_leak_may_begin_to_be_told)
{
	struct seep_findings *findings = detect_trade(40, 0, 0);
	const struct seep_entity *entity = case_entity(findings, HOST "/32");

	cr_assert_eq(entity->testable_from_ns, TEST_START_NS + 14 * DAY);
	cr_assert_eq(entity->testable_until_ns, TEST_START_NS + 40 * DAY);
	seep_findings_free(findings);
}

Test(level, says_that_a_fortnight_tells_of_no_day)
{
	struct seep_findings *findings = detect_trade(14, 0, 0);
	const struct seep_entity *entity = case_entity(findings, HOST "/32");

	cr_assert_eq(entity->testable_from_ns, 0);
	cr_assert_eq(entity->testable_until_ns, 0);
	seep_findings_free(findings);
	findings = detect_trade(15, 0, 0);
	entity = case_entity(findings, HOST "/32");
	cr_assert_eq(entity->testable_from_ns, TEST_START_NS + 14 * DAY);
	cr_assert_eq(entity->testable_until_ns, TEST_START_NS + 15 * DAY);
	seep_findings_free(findings);
}

Test(level, lists_the_ten_peers_that_got_most_and_adds_up_the_rest)
{
	const uint64_t bytes = 40 * MB;
	struct seep_findings *findings = detect_trade(20, 14, bytes);
	const struct seep_entity *entity = case_entity(findings, HOST "/32");
	uint64_t sum = entity->bytes_other;

	cr_assert_eq(entity->top_count, SEEP_ENTITY_TOP_MAX);
	cr_assert_gt(entity->peers_total, 14);
	for (size_t i = 0; i < entity->top_count; i++) {
		const struct seep_address peer = test_address("198.51.100.14");

		sum += entity->top[i].bytes_out;
		cr_assert_eq(entity->top[i].peer.bytes[15], peer.bytes[15] - i);
		cr_assert_eq(entity->top[i].bytes_out,
			     20 * 24 * bytes * (14 - i));
	}
	/* Every outbound byte is in the list or in the rest. */
	cr_assert_eq(sum, entity->bytes_out);
	seep_findings_free(findings);
}
