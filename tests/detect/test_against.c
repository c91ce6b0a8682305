/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "support/random.h"

#define DAYS 70
#define ONSET 50
#define HOST "10.1.0.1"
#define USUAL "203.0.1.9"
#define DROP "198.51.100.9"

static const struct seep_detect_opts all = {
    .size = sizeof(struct seep_detect_opts),
    .watch = SEEP_WATCH_ALL,
    .no_floors = 1,
};

static void
send_bytes(struct test_flows *flows, const char *host, const char *peer,
	   int day, uint64_t bytes)
{
	struct seep_flow flow = inner_flow(host, peer, 443, day, 12);

	flow.bytes_orig = bytes;
	test_flows_add(flows, &flow);
}

/* HOST sends some 200 MB a day to USUAL, and 30 others to a peer of their
 * own. */
static void
add_usual(struct test_flows *flows)
{
	uint64_t state = 9;

	inner_beat(flows, 0, DAYS);
	for (int day = 0; day < DAYS; day++) {
		send_bytes(flows, HOST, USUAL, day,
			   (180 + test_random_below(&state, 40)) * MB);
		for (int host = 2; host <= 31; host++) {
			char text[32], peer[32];

			snprintf(text, sizeof(text), "10.1.0.%d", host);
			snprintf(peer, sizeof(peer), "203.0.%d.9", host);
			send_bytes(flows, text, peer, day,
				   (50 + test_random_below(&state, 100)) * MB);
		}
	}
}

/* 'bytes' a day from the onset on. */
static void
add_leak(struct test_flows *flows, const char *peer, uint64_t bytes)
{
	for (int day = ONSET; day < DAYS; day++)
		send_bytes(flows, HOST, peer, day, bytes);
}

/* 5 GB every night into the network of USUAL. */
static void
add_backup(struct test_flows *flows)
{
	for (int day = 0; day < DAYS; day++)
		send_bytes(flows, HOST, "203.0.1.200", day, 5 * GB);
}

/* The first change of HOST. */
static const struct seep_finding *
find_change(const struct seep_findings *findings)
{
	const struct seep_address host = test_address(HOST);
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (finding->basis == SEEP_BASIS_CHANGE &&
		    !seep_address_compare(&finding->host.base, &host))
			return finding;
	cr_assert(0, "no finding");
	return NULL;
}

static int
says(const struct seep_finding *finding, const char *words)
{
	for (size_t i = 0; i < finding->against_count; i++)
		if (strstr(finding->against[i], words))
			return 1;
	return 0;
}

/* Does the change of 'flows' say 'words', and 'count' sentences in all? Flows
 * are gone afterwards. */
static void
check_says(struct test_flows *flows, const char *words, size_t count)
{
	struct seep_findings *findings = case_detect(flows, &all);
	const struct seep_finding *finding = find_change(findings);

	if (words)
		cr_assert(says(finding, words), "%s", words);
	for (size_t i = 0; i < finding->against_count; i++)
		cr_expect(count > i, "%s", finding->against[i]);
	cr_assert_eq(finding->against_count, count, "%s", words ? words : "");
	seep_findings_free(findings);
	test_flows_clear(flows);
}

Test(against, nothing_speaks_against_a_plain_leak_to_an_unknown_peer)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	add_usual(&flows);
	add_leak(&flows, DROP, 400 * MB);
	check_says(&flows, NULL, 0);
}

Test(against, bytes_in_long_connections_have_no_time)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	/* 300 of 400 MB a day. */
	add_usual(&flows);
	add_leak(&flows, DROP, 100 * MB);
	for (int day = ONSET; day < DAYS; day++) {
		struct seep_flow flow = inner_flow(HOST, DROP, 443, day, 1);

		flow.end_ns = flow.start_ns + 10 * HOUR;
		flow.bytes_orig = 300 * MB;
		test_flows_add(&flows, &flow);
	}
	check_says(&flows, "75 % of the bytes lie in connections that lasted",
		   1);
	/* A fifth of them is not said. */
	add_usual(&flows);
	add_leak(&flows, DROP, 320 * MB);
	for (int day = ONSET; day < DAYS; day++) {
		struct seep_flow flow = inner_flow(HOST, DROP, 443, day, 1);

		flow.end_ns = flow.start_ns + 10 * HOUR;
		flow.bytes_orig = 80 * MB;
		test_flows_add(&flows, &flow);
	}
	check_says(&flows, NULL, 0);
}

Test(against, a_peer_that_many_hosts_know_is_said_with_their_number)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	add_usual(&flows);
	add_leak(&flows, DROP, 400 * MB);
	for (int host = 2; host <= 31; host++) {
		char text[32];

		snprintf(text, sizeof(text), "10.1.0.%d", host);
		send_bytes(&flows, text, DROP, host, MB);
	}
	check_says(&flows, "31 hosts of the site know the peer", 1);
	/* One other host does not make it well known. */
	add_usual(&flows);
	add_leak(&flows, DROP, 400 * MB);
	send_bytes(&flows, "10.1.0.7", DROP, 20, MB);
	check_says(&flows, NULL, 0);
}

Test(against, peers_in_use_and_a_regular_backup_are_said)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;

	/* To the usual peer, which gets some 200 MB a day. */
	add_usual(&flows);
	add_leak(&flows, USUAL, 600 * MB);
	findings = case_detect(&flows, &all);
	finding = find_change(findings);
	cr_assert(says(finding, "These peers got "));
	cr_assert(says(finding, " MB a day before as well; since then it is "));
	cr_assert_not(says(finding, "regular backup"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
	/* Beside a peer that gets more. */
	add_usual(&flows);
	add_backup(&flows);
	add_leak(&flows, "203.0.1.77", 4 * GB);
	check_says(&flows,
		   " a day from it on 28 of the 28 days before, for more than "
		   "four weeks: a regular backup",
		   1);
	/* In another network. */
	add_usual(&flows);
	add_backup(&flows);
	add_leak(&flows, "203.0.199.77", 4 * GB);
	check_says(&flows, NULL, 0);
}

Test(against, a_single_day_is_said_once_it_is_over)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	add_usual(&flows);
	for (int hour = 0; hour < 24; hour++) {
		struct seep_flow flow =
		    inner_flow(HOST, DROP, 443, ONSET, hour);

		flow.bytes_orig = 40 * GB;
		test_flows_add(&flows, &flow);
	}
	check_says(&flows, "It lasted for one day, and was over by 2026-", 1);
}

Test(against, a_role_that_explains_it_is_said)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	add_usual(&flows);
	for (int day = 0; day < DAYS; day++)
		for (int peer = 1; peer <= 6; peer++) {
			char text[32];
			struct seep_flow flow;

			snprintf(text, sizeof(text), "192.0.2.%d", peer);
			flow = inner_flow(text, HOST, 443, day, 9 + peer);
			flow.bytes_resp =
			    (50 + (uint64_t)(day * peer) % 9) * MB;
			test_flows_add(&flows, &flow);
			if (day < ONSET || peer > 1)
				continue;
			flow = inner_flow(DROP, HOST, 443, day, 20);
			flow.bytes_resp = 40 * GB;
			test_flows_add(&flows, &flow);
		}
	check_says(&flows,
		   "It is a web server, and the peers fetched it: visitors "
		   "and crawlers do.",
		   1);
}

Test(against, a_change_of_the_whole_site_is_said)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t count = 0, cursor = 0;

	add_usual(&flows);
	add_leak(&flows, DROP, 40 * GB);
	for (int host = 2; host <= 20; host++)
		for (int day = ONSET; day < DAYS; day++) {
			char text[32], peer[32];

			snprintf(text, sizeof(text), "10.1.0.%d", host);
			snprintf(peer, sizeof(peer), "203.0.%d.9", host);
			send_bytes(&flows, text, peer, day, 900 * MB);
		}
	findings = case_detect(&flows, &all);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		cr_assert_eq(finding->coincides,
			     says(finding, "The whole site changed within a "
					   "day of the onset"));
		count += (size_t)finding->coincides;
	}
	cr_assert_geq(count, 5);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(against, order_and_scale_change_only_the_sizes)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *plain, *shuffled, *scaled;
	const struct seep_finding *x, *y, *z;

	add_usual(&flows);
	add_backup(&flows);
	add_leak(&flows, "203.0.1.77", 4 * GB);
	plain = case_detect(&flows, &all);
	test_flows_shuffle(&flows, 3);
	shuffled = case_detect(&flows, &all);
	for (size_t i = 0; i < flows.count; i++)
		flows.at[i].bytes_orig *= 4;
	scaled = case_detect(&flows, &all);
	x = find_change(plain);
	y = find_change(shuffled);
	z = find_change(scaled);
	cr_assert_gt(x->against_count, 0);
	cr_assert_eq(x->against_count, y->against_count);
	cr_assert_eq(x->against_count, z->against_count);
	for (size_t i = 0; i < x->against_count; i++)
		cr_assert_str_eq(x->against[i], y->against[i]);
	seep_findings_free(plain);
	seep_findings_free(shuffled);
	seep_findings_free(scaled);
	test_flows_clear(&flows);
}
