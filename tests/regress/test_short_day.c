/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A day with fewer than 18 covered hours is no day: it makes neither a
 * reference nor a day on which an alarm was possible, just as a day that
 * is missing altogether. Found by a seeded fault that took it for one.
 */
#include <criterion/criterion.h>

#include "detect/case.h"

#define CUT_DAY 12

/* The days on which an alarm was possible when the evidence lacks what
 * begins on the cut day after its first 'hours' hours. */
static uint64_t
alarm_days(int hours)
{
	const int64_t from = TEST_START_NS + CUT_DAY * DAY + hours * HOUR;
	const int64_t until = TEST_START_NS + (CUT_DAY + 1) * DAY;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	uint64_t host_years_micro;
	size_t kept = 0;

	case_office(&flows, 21, 7);
	for (size_t i = 0; i < flows.count; i++) {
		if (flows.at[i].start_ns < from ||
		    flows.at[i].start_ns >= until)
			flows.at[kept++] = flows.at[i];
	}
	flows.count = kept;
	findings = case_detect(&flows, NULL);
	host_years_micro = seep_findings_evidence(findings)->host_years_micro;
	seep_findings_free(findings);
	test_flows_clear(&flows);
	return host_years_micro;
}

Test(short_day, with_17_covered_hours_is_no_day)
{
	cr_assert_gt(alarm_days(0), 0);
	cr_assert_eq(alarm_days(6), alarm_days(0));
	cr_assert_eq(alarm_days(17), alarm_days(0));
}

Test(short_day, with_18_covered_hours_is_a_day)
{
	cr_assert_gt(alarm_days(18), alarm_days(17));
	cr_assert_eq(alarm_days(24), alarm_days(18));
}
