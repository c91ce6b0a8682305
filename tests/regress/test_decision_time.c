/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A finding's id and decision time come out of the cells before it. They did
 * not where a later burst took over the episode of an earlier leak (it was
 * then said to be detected before it began), where later flows told the
 * opener of earlier ones, where later peers took the place of earlier ones,
 * and right behind the reference. Found by cutting random cases at their
 * findings' decision times.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "detect/case.h"

#define BURST_PEER "192.88.99.7"

static int
has_finding(const struct seep_findings *findings,
	    const struct seep_finding *wanted)
{
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (strcmp(finding->id, wanted->id) == 0)
			return finding->detected_at_ns ==
			       wanted->detected_at_ns;
	return 0;
}

/* What the flows from before 'until_ns' give; none of them lasts longer. */
static struct seep_findings *
detect_before(const struct test_flows *flows, int64_t until_ns)
{
	struct test_flows part = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	for (size_t i = 0; i < flows->count; i++)
		if (flows->at[i].start_ns < until_ns)
			test_flows_add(&part, &flows->at[i]);
	findings = case_detect(&part, NULL);
	test_flows_clear(&part);
	return findings;
}

/* Cuts the case at each finding's decision. Returns their number. */
static size_t
check_cuts(const struct test_flows *flows)
{
	struct seep_findings *whole = case_detect(flows, NULL);
	const size_t count = seep_findings_count(whole);
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(whole, &cursor, &finding) == SEEP_OK) {
		struct seep_findings *cut;

		cr_assert_lt(finding->first_seen_ns, finding->detected_at_ns);
		cut = detect_before(flows, finding->detected_at_ns);
		cr_assert(
		    has_finding(cut, finding), "%s of day %lld", finding->id,
		    (long long)((finding->detected_at_ns - TEST_START_NS) /
				DAY));
		seep_findings_free(cut);
	}
	seep_findings_free(whole);
	return count;
}

static void
add_burst(struct test_flows *flows, int day, int hour, uint64_t bytes)
{
	struct seep_flow burst = test_flow(CASE_SERVER, BURST_PEER, 443);

	burst.start_ns += day * DAY + hour * HOUR;
	burst.end_ns = burst.start_ns + 20 * MINUTE;
	burst.bytes_orig = bytes;
	test_flows_add(flows, &burst);
}

Test(decision_time, a_later_burst_does_not_take_an_earlier_leaks_place)
{
	const struct case_leak leak = {24, 36, CASE_LEAK_DAY, 12, 0, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_office(&flows, 44, 7);
	case_leak(&flows, &leak);
	for (int hour = 0; hour < 48; hour++)
		add_burst(&flows, 33, hour, 10 * GB);
	cr_assert_geq(check_cuts(&flows), 1);
	test_flows_clear(&flows);
}

Test(decision_time, a_later_opener_does_not_tell_who_opened_before)
{
	const struct case_leak leak = {16, 36, CASE_LEAK_DAY, 1, 1, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_office(&flows, 36, 7);
	case_leak(&flows, &leak);
	for (size_t i = 0; i < flows.count; i++)
		if (case_is_leak_peer(&flows.at[i].resp) &&
		    flows.at[i].start_ns < TEST_START_NS + 28 * DAY)
			flows.at[i].opener = SEEP_OPENER_UNKNOWN;
	cr_assert_geq(check_cuts(&flows), 1);
	test_flows_clear(&flows);
}

/* Peers that come later get more than those that were there when it was
 * decided; the decision's peers are still the earlier ones. */
Test(decision_time, later_peers_do_not_take_the_place_of_earlier_ones)
{
	const struct case_leak first = {24, 30, CASE_LEAK_DAY, 3, 1, 0};
	const struct case_leak second = {30, 40, 9 * CASE_LEAK_DAY, 12, 0, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_office(&flows, 40, 7);
	case_leak(&flows, &first);
	case_leak(&flows, &second);
	cr_assert_geq(check_cuts(&flows), 1);
	test_flows_clear(&flows);
}

Test(decision_time, the_first_day_behind_the_reference_decides)
{
	const struct case_leak leak = {14, 30, 9 * CASE_LEAK_DAY, 12, 0, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_office(&flows, 30, 7);
	case_leak(&flows, &leak);
	cr_assert_geq(check_cuts(&flows), 1);
	test_flows_clear(&flows);
}

/* The leak goes on when the evidence ends; then a clock is wrong. */
Test(decision_time, a_leaked_packet_of_2033_does_not_move_the_end)
{
	const struct case_leak leak = {16, 29, CASE_LEAK_DAY, 1, 1, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow stray = test_flow(CASE_SERVER, "198.51.100.1", 443);
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 29, 7);
	case_leak(&flows, &leak);
	stray.start_ns += 7 * 365 * DAY;
	stray.end_ns = stray.start_ns;
	test_flows_add(&flows, &stray);
	findings = case_detect(&flows, NULL);
	finding = case_first(findings);
	cr_assert_not_null(finding);
	cr_assert_leq(finding->last_seen_ns, TEST_START_NS + 29 * DAY);
	cr_assert_eq(finding->bytes_out, CASE_LEAK_DAY / 24 * 24 * 13);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}
