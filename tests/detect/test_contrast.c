/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/case.h"

Test(contrast, a_leak_from_the_first_record_of_three_days_is_ranked)
{
	const struct case_leak leak = {0, 3, CASE_LEAK_DAY, 1, 1, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;

	case_office(&flows, 3, 1);
	case_leak(&flows, &leak);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->basis, SEEP_BASIS_CONTRAST);
	cr_assert_eq(finding->direction, SEEP_DIRECTION_PUSH);
	cr_assert(case_is_leak_peer(&finding->peers[0].peer));
	cr_assert_eq(finding->bytes_out, CASE_LEAK_DAY / 24 * 24 * 3);
	cr_assert_eq(finding->alarms_per_year_micro, UINT64_MAX);
	cr_assert_eq(finding->detected_at_ns, TEST_START_NS + DAY);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(contrast, three_days_of_business_as_usual_say_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* Twice as much comes in: an interactive session, not a leak. */
Test(contrast, a_channel_that_receives_more_than_it_sends_says_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow(CASE_SERVER, "198.51.100.1", 443);
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	flow.bytes_orig = 100 * MB;
	flow.bytes_resp = 200 * MB;
	test_flows_every(&flows, &flow, HOUR, 72);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* One flow over all three days is a share in each hour, not a sign. */
Test(contrast, spread_bytes_do_not_speak_in_hours)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow(CASE_SERVER, "198.51.100.1", 443);
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	flow.end_ns = flow.start_ns + 3 * DAY;
	flow.bytes_orig = 8 * GB;
	test_flows_add(&flows, &flow);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(contrast, at_most_ten_are_told)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	for (int host = 0; host < 15; host++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "10.9.9.%d", host + 1);
		flow = test_flow(text, "198.51.100.1", 443);
		flow.bytes_orig = (uint64_t)(20 + host) * MB;
		test_flows_every(&flows, &flow, HOUR, 72);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 10);
	/* The largest leads. */
	cr_assert_eq(case_first(findings)->bytes_out, 72 * 34 * MB);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}
