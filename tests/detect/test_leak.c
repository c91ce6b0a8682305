/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/case.h"

#define DAYS 38
#define FROM 24

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

/* One finding, on the server, told to the day, that names the leak's peers;
 * passers-by who are as new as they are may stand beside them. */
static void
check_leak(const struct case_leak *leak, enum seep_direction direction,
	   enum seep_pattern pattern)
{
	uint64_t caught = 0;
	const uint64_t leaked = leak->bytes_per_day / 24 * 24 *
				(uint64_t)(leak->end_day - leak->from_day);
	struct seep_findings *findings = detect_leak(leak, DAYS, 7);
	const struct seep_finding *finding = case_first(findings);

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
	cr_assert_eq(caught, leaked);
	cr_assert_leq(finding->bytes_out, leaked / 100 * 101);
	cr_assert_eq(finding->first_seen_ns,
		     TEST_START_NS + leak->from_day * DAY);
	cr_assert_eq(finding->last_seen_ns,
		     TEST_START_NS + leak->end_day * DAY);
	cr_assert_eq(finding->onset_ns, finding->first_seen_ns);
	cr_assert_leq(finding->onset_from_ns, finding->onset_ns);
	cr_assert_gt(finding->onset_until_ns, finding->onset_ns);
	cr_assert_leq(finding->detected_at_ns,
		      TEST_START_NS + (leak->from_day + 2) * DAY);
	cr_assert_gt(finding->detected_at_ns, finding->first_seen_ns);
	seep_findings_free(findings);
}

Test(leak, to_one_peer_is_one_finding)
{
	const struct case_leak leak = {FROM, DAYS, CASE_LEAK_DAY, 1, 1, 0};

	check_leak(&leak, SEEP_DIRECTION_PUSH, SEEP_PATTERN_SINGLE_PEER);
}

Test(leak, to_twelve_other_peers_each_day_is_one_finding)
{
	const struct case_leak leak = {FROM, DAYS, CASE_LEAK_DAY, 12, 0, 0};

	check_leak(&leak, SEEP_DIRECTION_PUSH, SEEP_PATTERN_NEW_PEERS);
}

Test(leak, to_twelve_peers_that_stay_is_one_finding)
{
	const struct case_leak leak = {FROM, DAYS, CASE_LEAK_DAY, 12, 1, 0};

	check_leak(&leak, SEEP_DIRECTION_PUSH, SEEP_PATTERN_NEW_PEERS);
}

Test(leak, pulled_from_outside_is_one_finding)
{
	const struct case_leak leak = {FROM, DAYS, CASE_LEAK_DAY, 12, 0, 1};

	check_leak(&leak, SEEP_DIRECTION_PULL, SEEP_PATTERN_NEW_PEERS);
}

Test(leak, to_a_peer_in_use_names_that_peer)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow drip = test_flow(CASE_SERVER, CASE_PARTNER, 443);
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, DAYS, 7);
	drip.start_ns += FROM * DAY + 20 * MINUTE;
	drip.end_ns = drip.start_ns + MINUTE;
	drip.bytes_orig = CASE_LEAK_DAY / 24;
	test_flows_every(&flows, &drip, HOUR, (DAYS - FROM) * 24);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert_eq(finding->peers_total, 1);
	cr_assert_eq(seep_address_compare(&finding->peers[0].peer, &drip.resp),
		     0);
	cr_assert_geq(finding->bytes_out, CASE_LEAK_DAY * (DAYS - FROM));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(leak, business_as_usual_says_nothing_for_a_year_of_servers)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct seep_findings *findings = detect_leak(NULL, 60, seed);

		cr_assert_eq(seep_findings_count(findings), 0, "seed %lu",
			     (unsigned long)seed);
		seep_findings_free(findings);
	}
}

/* The month's closing backup: ten times a usual day to a regular peer. That
 * the peer stands apart is a rank, not an alarm. */
Test(leak, a_closing_backup_to_a_regular_peer_says_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow burst = test_flow(CASE_SERVER, CASE_PARTNER, 443);
	struct seep_findings *findings;

	case_office(&flows, 40, 3);
	burst.start_ns += 26 * DAY + 20 * HOUR;
	burst.end_ns = burst.start_ns + 3 * HOUR;
	burst.bytes_orig = 20 * GB;
	test_flows_add(&flows, &burst);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(case_changes(findings), 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* Eight GB an hour: no subtlety needed, but the ends of two days. */
Test(leak, of_a_gross_size_is_found_on_its_second_day)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow burst = test_flow(CASE_SERVER, "198.51.100.66", 22);
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, DAYS, 3);
	burst.start_ns += FROM * DAY + 2 * MINUTE;
	burst.end_ns = burst.start_ns + 50 * MINUTE;
	burst.bytes_orig = 8 * GB;
	test_flows_every(&flows, &burst, HOUR, 3 * 24);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert_eq(finding->bytes_out, 3 * 24 * 8 * GB);
	cr_assert_eq(finding->protocol, 6);
	cr_assert_eq(finding->port, 22);
	cr_assert_eq(finding->onset_ns, TEST_START_NS + FROM * DAY);
	cr_assert_leq(finding->detected_at_ns,
		      TEST_START_NS + (FROM + 2) * DAY);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(leak, that_stopped_ends_where_it_stopped)
{
	const struct case_leak leak = {FROM, 32, CASE_LEAK_DAY, 1, 1, 0};
	struct seep_findings *findings = detect_leak(&leak, 46, 9);
	const struct seep_finding *finding = case_first(findings);

	cr_assert_eq(seep_findings_count(findings), 1);
	cr_assert_eq(finding->last_seen_ns, TEST_START_NS + 32 * DAY);
	cr_assert_eq(finding->bytes_out, CASE_LEAK_DAY / 24 * 24 * 8);
	seep_findings_free(findings);
}

Test(leak, that_comes_back_after_weeks_is_another_finding)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;
	size_t cursor = 0;

	case_office(&flows, 62, 9);
	case_drip(&flows, CASE_SERVER, "198.51.100.1", FROM, 32, 100 * MB);
	case_drip(&flows, CASE_SERVER, "198.51.100.1", 52, 62, 100 * MB);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 2);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
		cr_assert(finding->bytes_out == 8 * 24 * 100 * MB ||
			  finding->bytes_out == 10 * 24 * 100 * MB);
	}
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* Sixty peers in turn: after a week none of them is new any more, and the
 * stratum of new peers, which may be the first to speak, falls silent. */
Test(leak, to_peers_that_come_back_is_told_to_its_end)
{
	const struct case_trade trade = {"10.3.0.21", 0, 60, 20 * MB, 5};

	for (uint64_t bytes = 5 * MB; bytes <= 80 * MB; bytes *= 2) {
		const uint64_t leaked = bytes * 24 * (60 - FROM);
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_findings *findings;
		const struct seep_finding *finding;

		case_trade(&flows, &trade);
		for (int hour = FROM * 24; hour < 60 * 24; hour++) {
			char peer[32];

			snprintf(peer, sizeof(peer), "198.51.%d.7",
				 1 + hour * 7 % 60);
			case_send(&flows, trade.host, peer, hour, bytes);
		}
		findings = case_detect(&flows, NULL);
		cr_assert_eq(seep_findings_count(findings), 1);
		finding = case_first(findings);
		cr_assert_eq(finding->pattern, SEEP_PATTERN_NEW_PEERS);
		cr_assert_geq(finding->peers_total, 60);
		cr_assert_eq(finding->last_seen_ns, TEST_START_NS + 60 * DAY);
		cr_assert_geq(finding->bytes_out, leaked);
		cr_assert_leq(finding->bytes_out, leaked / 100 * 102);
		seep_findings_free(findings);
		test_flows_clear(&flows);
	}
}

Test(leak, to_neighbours_in_turn_is_told_as_their_prefix)
{
	/* Three addresses of one /24, one every day in turn. */
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 44, 4);
	for (int hour = FROM * 24; hour < 44 * 24; hour++) {
		char peer[32];
		struct seep_flow flow;

		snprintf(peer, sizeof(peer), "198.51.100.%d",
			 10 + hour / 24 % 3);
		flow = test_flow(CASE_SERVER, peer, 443);
		flow.start_ns += hour * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = 100 * MB;
		test_flows_add(&flows, &flow);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_PREFIX);
	cr_assert_eq(finding->peers_total, 3);
	cr_assert_eq(finding->bytes_out, 48 * GB);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* What began within the first fortnight has no past to stand out from. */
Test(leak, that_is_older_than_the_reference_is_no_change)
{
	const struct case_leak leak = {0, DAYS, CASE_LEAK_DAY, 1, 1, 0};
	struct seep_findings *findings = detect_leak(&leak, DAYS, 7);
	const struct seep_finding *finding;
	const struct seep_entity *entity;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		cr_assert_neq(finding->basis, SEEP_BASIS_CHANGE);
	entity = case_entity(findings, CASE_SERVER);
	cr_assert_eq(entity->testable_from_ns, TEST_START_NS + 14 * DAY);
	seep_findings_free(findings);
}

Test(leak, twice_as_large_is_found_no_later)
{
	int64_t before = INT64_MAX;

	for (uint64_t bytes = 25 * MB; bytes <= 1600 * MB; bytes *= 2) {
		const struct case_leak leak = {FROM, 52, bytes, 1, 1, 0};
		struct seep_findings *findings = detect_leak(&leak, 52, 5);
		const struct seep_finding *finding = case_first(findings);
		const int64_t when =
		    finding ? finding->detected_at_ns : INT64_MAX;

		cr_assert_leq(when, before, "%lu MB",
			      (unsigned long)(bytes / MB));
		before = when;
		seep_findings_free(findings);
	}
	cr_assert_leq(before, TEST_START_NS + 26 * DAY);
}
