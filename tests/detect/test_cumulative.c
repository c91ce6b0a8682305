/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/case.h"

static struct seep_findings *
detect_leak(const struct case_leak *leak, int days, uint64_t seed)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	case_office(&flows, days, seed);
	if (leak)
		case_leak(&flows, leak);
	findings = case_detect(&flows, NULL);
	test_flows_clear(&flows);
	return findings;
}

/* One finding, on the server, whose leak peers hold most of the leak. */
static void
check_leak(const struct case_leak *leak, enum seep_direction direction,
	   enum seep_pattern pattern)
{
	const uint64_t leaked = leak->bytes_per_day / 24 * 24 *
				(uint64_t)(leak->end_day - leak->from_day);
	struct seep_findings *findings = detect_leak(leak, 21, 7);
	const struct seep_finding *finding = case_first(findings);
	uint64_t caught = 0;

	cr_assert_eq(seep_findings_count(findings), 1, "%zu findings",
		     seep_findings_count(findings));
	cr_assert_eq(finding->host.prefix_bits, 128);
	cr_assert_eq(finding->role, SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(finding->direction, direction);
	cr_assert_eq(finding->pattern, pattern);
	cr_assert_eq(finding->basis, SEEP_BASIS_CHANGE);
	for (size_t i = 0; i < finding->peers_count; i++)
		if (case_is_leak_peer(&finding->peers[i].peer))
			caught += finding->peers[i].bytes_out;
	cr_assert_geq(caught, leaked / 100 * 99, "%lu of %lu",
		      (unsigned long)caught, (unsigned long)leaked);
	cr_assert_leq(finding->bytes_out, leaked / 100 * 110);
	cr_assert_eq(finding->first_seen_ns,
		     TEST_START_NS + leak->from_day * DAY);
	cr_assert_eq(finding->last_seen_ns,
		     TEST_START_NS + leak->end_day * DAY);
	cr_assert_leq(finding->detected_at_ns,
		      TEST_START_NS + (leak->from_day + 7) * DAY);
	cr_assert_gt(finding->detected_at_ns, finding->first_seen_ns);
	seep_findings_free(findings);
}

Test(cumulative, a_leak_to_one_peer_is_one_finding)
{
	const struct case_leak leak = {8, 21, CASE_LEAK_DAY, 1, 1, 0};

	check_leak(&leak, SEEP_DIRECTION_PUSH, SEEP_PATTERN_SINGLE_PEER);
}

Test(cumulative, a_leak_to_twelve_other_peers_each_day_is_one_finding)
{
	const struct case_leak leak = {8, 21, CASE_LEAK_DAY, 12, 0, 0};

	check_leak(&leak, SEEP_DIRECTION_PUSH, SEEP_PATTERN_NEW_PEERS);
}

Test(cumulative, a_leak_pulled_from_outside_is_one_finding)
{
	const struct case_leak leak = {8, 21, CASE_LEAK_DAY, 12, 0, 1};

	check_leak(&leak, SEEP_DIRECTION_PULL, SEEP_PATTERN_NEW_PEERS);
}

Test(cumulative, business_as_usual_says_nothing_for_a_year_of_servers)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct seep_findings *findings = detect_leak(NULL, 60, seed);

		cr_assert_eq(seep_findings_count(findings), 0, "seed %lu",
			     (unsigned long)seed);
		seep_findings_free(findings);
	}
}

/* The month's closing backup: ten times a usual day to a regular peer. */
Test(cumulative, a_closing_backup_to_a_regular_peer_says_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow burst = test_flow(CASE_SERVER, CASE_PARTNER, 443);
	struct seep_findings *findings;

	case_office(&flows, 40, 3);
	burst.start_ns += 15 * DAY + 20 * HOUR;
	burst.end_ns = burst.start_ns + 3 * HOUR;
	burst.bytes_orig = 20 * GB;
	test_flows_add(&flows, &burst);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* A delivery network's share grows by a thirtieth of itself a day. */
Test(cumulative, slow_growth_of_a_regular_peer_says_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	uint64_t bytes = 300 * MB;

	case_office(&flows, 21, 5);
	for (int day = 0; day < 21; day++) {
		struct seep_flow flow =
		    test_flow(CASE_SERVER, "198.18.4.4", 443);

		flow.start_ns += day * DAY + 12 * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = bytes;
		bytes += bytes / 30;
		test_flows_add(&flows, &flow);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* Hundreds of GB in one day to a peer never met: no subtlety needed. */
Test(cumulative, a_gross_burst_to_a_new_peer_is_found_within_its_day)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow burst = test_flow(CASE_SERVER, "198.51.100.66", 22);
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 21, 3);
	burst.start_ns += 15 * DAY + 2 * HOUR;
	burst.end_ns = burst.start_ns + 50 * MINUTE;
	burst.bytes_orig = 200 * GB;
	test_flows_add(&flows, &burst);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert_eq(finding->bytes_out, 200 * GB);
	cr_assert_eq(finding->window_hours, 1);
	cr_assert_eq(finding->protocol, 6);
	cr_assert_eq(finding->port, 22);
	cr_assert_eq(finding->detected_at_ns,
		     TEST_START_NS + 15 * DAY + 3 * HOUR);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(cumulative, a_stopped_leak_ends_where_it_stopped)
{
	const struct case_leak leak = {8, 16, CASE_LEAK_DAY, 1, 1, 0};
	struct seep_findings *findings = detect_leak(&leak, 28, 9);
	const struct seep_finding *finding = case_first(findings);

	cr_assert_eq(seep_findings_count(findings), 1);
	cr_assert_eq(finding->last_seen_ns, TEST_START_NS + 16 * DAY);
	cr_assert_eq(finding->bytes_out, CASE_LEAK_DAY / 24 * 24 * 8);
	seep_findings_free(findings);
}

Test(cumulative, a_leak_of_a_day_past_is_found_from_its_prefix)
{
	/* Three addresses of one /24, one every day in turn. */
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 30, 4);
	for (int day = 10; day < 30; day++) {
		char peer[32];
		struct seep_flow flow;

		snprintf(peer, sizeof(peer), "198.51.100.%d", 10 + day % 3);
		flow = test_flow(CASE_SERVER, peer, 443);
		flow.start_ns += day * DAY + 3 * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = 2 * GB;
		test_flows_add(&flows, &flow);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_PREFIX);
	cr_assert_eq(finding->peers_total, 3);
	cr_assert_eq(finding->bytes_out, 40 * GB);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}
