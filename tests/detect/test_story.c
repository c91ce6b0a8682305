/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_story.c - what is told as one finding: bytes of one direction, the
 * peers of all strata that rose with it, to the end of what they got.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/case.h"

#define DAYS 56
#define FROM 35
#define HOST "10.4.0.9"

/* Days that are up to four times as large as others, all hours alike. */
static uint64_t
wild(uint64_t bytes, int day)
{
	static const unsigned parts[] = {10, 28, 14, 40, 20, 12, 34,
					 17, 24, 38, 11, 31, 15};

	return bytes * parts[day * 5 % 13] / 20;
}

/* A service to one peer in use: wild days, 'percent' of them from FROM on. */
static void
send_daily(struct test_flows *flows, const char *peer, uint16_t port,
	   uint64_t bytes, unsigned percent)
{
	for (int hour = 0; hour < DAYS * 24; hour++) {
		struct seep_flow flow = test_flow(HOST, peer, port);

		flow.start_ns += hour * HOUR + 3 * MINUTE;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = wild(bytes, hour / 24);
		if (hour >= FROM * 24)
			flow.bytes_orig = flow.bytes_orig / 100 * percent;
		test_flows_add(flows, &flow);
	}
}

/* Files rise tenfold, and the web by 'percent': whom does the finding name? */
static size_t
count_named(unsigned percent)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;
	size_t peers;

	send_daily(&flows, "203.0.113.40", 445, 4 * MB, 1000);
	send_daily(&flows, "203.0.115.40", 445, 4 * MB, 1000);
	send_daily(&flows, "198.51.100.80", 443, 400 * MB, percent);
	findings = case_detect(&flows, NULL);
	finding = case_first(findings);
	cr_assert_eq(case_changes(findings), 1);
	cr_assert_eq(finding->direction, SEEP_DIRECTION_PUSH);
	peers = finding->peers_total;
	seep_findings_free(findings);
	test_flows_clear(&flows);
	return peers;
}

Test(story, a_stratum_that_rose_beside_it_adds_its_peers)
{
	cr_assert_eq(count_named(100), 2);
	cr_assert_eq(count_named(230), 3);
}

Test(story, what_is_pushed_and_what_is_pulled_are_two_findings)
{
	const struct case_leak pulled = {FROM, 50, CASE_LEAK_DAY, 12, 0, 1};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;
	uint64_t bytes[SEEP_DIRECTION_PULL + 1] = {0};
	size_t cursor = 0;

	case_office(&flows, 50, 7);
	case_leak(&flows, &pulled);
	case_drip(&flows, CASE_SERVER, "203.0.114.77", FROM, 50, 300 * MB);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(case_changes(findings), 2);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (finding->basis == SEEP_BASIS_CHANGE)
			bytes[finding->direction] += finding->bytes_out;
	cr_assert_eq(bytes[SEEP_DIRECTION_UNKNOWN], 0);
	cr_assert_eq(bytes[SEEP_DIRECTION_PUSH], 15 * 24 * 300 * MB);
	cr_assert_geq(bytes[SEEP_DIRECTION_PULL], CASE_LEAK_DAY / 24 * 24 * 15);
	cr_assert_leq(bytes[SEEP_DIRECTION_PULL],
		      CASE_LEAK_DAY / 100 * 101 * 15);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* Many hosts know the peer, so that it is rare to none; in everything that
 * they send it is lost: only the stratum of new peers speaks, for a week. */
Test(story, new_peers_are_followed_to_the_last_day_they_got_bytes)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;
	size_t cursor = 0;
	size_t count = 0;

	for (int host = 0; host < 24; host++) {
		char name[32];

		snprintf(name, sizeof(name), "10.4.1.%d", 10 + host);
		for (int hour = 0; hour < DAYS * 24; hour++)
			case_send(&flows, name, "203.0.113.40", hour,
				  wild(400 * MB, hour / 24 + host));
		case_drip(&flows, name, "198.51.100.66", FROM, 52, 2 * MB);
	}
	findings = case_detect(&flows, NULL);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		if (finding->basis != SEEP_BASIS_CHANGE)
			continue;
		count++;
		cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
		cr_assert_eq(finding->stratum, SEEP_STRATUM_NEW_PUSH);
		cr_assert_eq(finding->bytes_out, (52 - FROM) * 24 * 2 * MB);
		cr_assert_eq(finding->last_seen_ns, TEST_START_NS + 52 * DAY);
		/* All of it is too much: the peer got nothing before. */
		cr_assert_geq(finding->bytes_excess,
			      finding->bytes_out / 100 * 99);
		cr_assert_leq(finding->bytes_excess, finding->bytes_out);
	}
	cr_assert_gt(count, 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}
