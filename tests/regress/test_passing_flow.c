/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow of days shows nothing of the hours that it only passes through: it
 * made them covered, so that a missing day was no gap, and that an old
 * connection which ended where the kept logs begin made weeks without a log
 * a quiet past, against which ordinary business stood out.
 */
#include <criterion/criterion.h>

#include "detect/case.h"

static struct test_flows
office_with(const struct seep_flow *flow)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_office(&flows, 21, 7);
	case_remove_day(&flows, 10);
	test_flows_add(&flows, flow);
	return flows;
}

Test(passing_flow, does_not_make_weeks_before_the_logs_a_quiet_past)
{
	struct seep_flow old = test_flow(CASE_SERVER, CASE_PARTNER, 22);
	struct test_flows flows;
	struct seep_findings *findings;

	old.start_ns = TEST_START_NS - 60 * DAY;
	old.end_ns = TEST_START_NS + DAY;
	old.bytes_orig = 5 * MB;
	flows = office_with(&old);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	/* The hour in which the old flow began, and 20 days. */
	cr_assert_eq(seep_findings_evidence(findings)->hours_covered,
		     1 + 20 * 24);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(passing_flow, does_not_hide_a_missing_day)
{
	struct seep_flow bridge = test_flow("10.2.1.10", "198.18.0.1", 22);
	const struct seep_evidence *evidence;
	struct seep_findings *findings;
	struct test_flows flows;

	bridge.start_ns = TEST_START_NS + 9 * DAY;
	bridge.end_ns = TEST_START_NS + 12 * DAY;
	flows = office_with(&bridge);
	findings = case_detect(&flows, NULL);
	evidence = seep_findings_evidence(findings);
	cr_assert_eq(evidence->gaps_count, 1);
	cr_assert_eq(evidence->gaps[0].from_ns, TEST_START_NS + 10 * DAY);
	cr_assert_eq(evidence->gaps[0].to_ns, TEST_START_NS + 11 * DAY);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* What passes is still counted, to the byte, wherever it is cut. */
Test(passing_flow, covers_its_first_and_its_last_hour_in_any_merge)
{
	struct seep_flow flow = test_flow(CASE_SERVER, CASE_PARTNER, 22);
	struct test_flows one = TEST_FLOWS_EMPTY, two = TEST_FLOWS_EMPTY;
	struct seep_snapshot *parts[2], *merged;
	struct seep_findings *findings;
	uint64_t covered[2];

	flow.end_ns = flow.start_ns + 3 * DAY + HOUR / 2;
	test_flows_add(&one, &flow);
	flow.start_ns += DAY;
	flow.end_ns = flow.start_ns + 1;
	test_flows_add(&two, &flow);
	parts[0] = case_snapshot(&one, NULL);
	parts[1] = case_snapshot(&two, NULL);
	for (int i = 0; i < 2; i++) {
		const struct seep_snapshot *const order[] = {parts[i],
							     parts[1 - i]};

		cr_assert_eq(seep_snapshot_merge(&merged, order, 2, NULL),
			     SEEP_OK);
		cr_assert_eq(
		    seep_detect((const struct seep_snapshot *const *)&merged, 1,
				NULL, &findings, NULL),
		    SEEP_OK);
		covered[i] = seep_findings_evidence(findings)->hours_covered;
		cr_assert_eq(case_entity(findings, CASE_SERVER)->bytes_out,
			     2000);
		seep_findings_free(findings);
		seep_snapshot_free(merged);
	}
	/* The first hour, the last, and that of the instant between. */
	cr_assert_eq(covered[0], 3);
	cr_assert_eq(covered[1], 3);
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	test_flows_clear(&one);
	test_flows_clear(&two);
}
