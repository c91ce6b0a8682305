/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "support/random.h"

#define DAYS 60
#define ONSET 40
#define HOSTS 30

static const struct seep_detect_opts all = {
    .size = sizeof(struct seep_detect_opts),
    .watch = SEEP_WATCH_ALL,
    .no_floors = 1,
};

/* struct rollout: 'hosts' of them begin, each 'apart' days after the one
 * before, to send 'bytes' a day times its number to its own address. */
struct rollout {
	int hosts;
	int apart;
	uint64_t bytes;
	int far; /* 1 = each address in a network of its own */
};

static const struct rollout four = {4, 0, 100 * MB, 0};

static void
send_bytes(struct test_flows *flows, int host, const char *peer, int day,
	   uint64_t bytes)
{
	char text[32];
	struct seep_flow flow;

	snprintf(text, sizeof(text), "10.1.0.%d", host);
	flow = inner_flow(text, peer, 443, day, 12);
	flow.bytes_orig = bytes;
	test_flows_add(flows, &flow);
}

static void
add_case(struct test_flows *flows, const struct rollout *rollout, int days)
{
	uint64_t state = 9;

	inner_beat(flows, 0, DAYS);
	for (int day = 0; day < DAYS; day++)
		for (int host = 1; host <= HOSTS; host++) {
			char peer[32];

			snprintf(peer, sizeof(peer), "203.0.%d.9", host);
			send_bytes(flows, host, peer, day,
				   (50 + test_random_below(&state, 100)) * MB);
		}
	for (int host = 1; host <= rollout->hosts; host++)
		for (int day = ONSET + (host - 1) * rollout->apart; day < DAYS;
		     day++) {
			char peer[32];

			snprintf(peer, sizeof(peer), "198.51.%d.%d",
				 rollout->far ? 100 + host : 100, host);
			send_bytes(flows, host, peer, day,
				   rollout->bytes * (uint64_t)host);
		}
	for (int day = days; day < DAYS; day++)
		case_remove_day(flows, day);
}

static size_t
count_changes(const struct seep_findings *findings,
	      const struct seep_finding **first)
{
	const struct seep_finding *finding;
	size_t count = 0, cursor = 0;

	*first = NULL;
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		if (finding->basis == SEEP_BASIS_CHANGE &&
		    case_is_leak_peer(&finding->peers[0].peer) && count++ == 0)
			*first = finding;
	return count;
}

static int
says(const struct seep_finding *finding, const char *words)
{
	for (size_t i = 0; i < finding->against_count; i++)
		if (strstr(finding->against[i], words))
			return 1;
	return 0;
}

Test(shared, what_four_hosts_begin_is_told_once_and_names_all)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	add_case(&flows, &four, DAYS);
	findings = case_detect(&flows, &all);
	cr_assert_eq(count_changes(findings, &finding), 1);
	cr_assert_eq(finding->host.prefix_bits, 128);
	cr_assert(strstr(finding->explanation,
			 " 3 other hosts or groups of the site began to send "
			 "to 198.51.100.0/24 within two days of it: "),
		  "%s", finding->explanation);
	for (int host = 1; host <= 4; host++) {
		const uint64_t sent = 20 * 100 * MB * (uint64_t)host;
		char name[32], words[64];
		struct seep_address address;

		snprintf(name, sizeof(name), "10.1.0.%d", host);
		address = test_address(name);
		if (!seep_address_compare(&finding->host.base, &address)) {
			cr_assert_eq(finding->bytes_out, sent);
			continue;
		}
		snprintf(words, sizeof(words), "%s (%d.00 GB)", name, 2 * host);
		cr_assert(strstr(finding->explanation, words), "%s in %s",
			  words, finding->explanation);
	}
	cr_assert(
	    says(finding, "4 hosts of the site began it within two days"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* The nearest twins: two hosts only; a network for each; a week apart. */
Test(shared, what_is_not_shared_is_told_of_every_host)
{
	static const struct rollout twins[] = {
	    {2, 0, 100 * MB, 0},
	    {4, 0, 100 * MB, 1},
	    {3, 5, 100 * MB, 0},
	};

	for (size_t i = 0; i < sizeof(twins) / sizeof(*twins); i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		const struct seep_finding *finding;
		struct seep_findings *findings;

		add_case(&flows, &twins[i], DAYS);
		findings = case_detect(&flows, &all);
		cr_assert_eq(count_changes(findings, &finding),
			     (size_t)twins[i].hosts, "%zu", i);
		cr_assert(!says(finding, "began it within two days"));
		cr_assert_null(strstr(finding->explanation, "other hosts"));
		seep_findings_free(findings);
		test_flows_clear(&flows);
	}
}

Test(shared, of_more_than_ten_others_ten_are_named)
{
	/* Five on a quarter of the entities would be the sensor's change. */
	const struct rollout many = {7, 0, 100 * MB, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	add_case(&flows, &many, DAYS);
	for (int host = 31; host <= 60; host++)
		for (int day = 0; day < DAYS; day++) {
			char peer[32];

			snprintf(peer, sizeof(peer), "203.0.%d.9", host);
			send_bytes(&flows, host, peer, day,
				   (uint64_t)(50 + (host * 7 + day * 13) % 90) *
				       MB);
			if (host < 37 && day >= ONSET)
				send_bytes(&flows, host, "198.51.100.77", day,
					   300 * MB);
		}
	findings = case_detect(&flows, &all);
	cr_assert_eq(count_changes(findings, &finding), 1);
	cr_assert(strstr(finding->explanation, " 12 other hosts"));
	cr_assert(strstr(finding->explanation, " and 2 more."));
	cr_assert(says(finding, "13 hosts of the site began it"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(shared, the_score_is_the_largest_and_order_and_scale_do_not_matter)
{
	const struct rollout alone = {1, 0, 100 * MB, 0};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_flows single = TEST_FLOWS_EMPTY;
	const struct seep_finding *x, *y, *z, *a;
	struct seep_findings *plain, *shuffled, *scaled, *one;

	add_case(&single, &alone, DAYS);
	add_case(&flows, &four, DAYS);
	plain = case_detect(&flows, &all);
	one = case_detect(&single, &all);
	test_flows_shuffle(&flows, 3);
	shuffled = case_detect(&flows, &all);
	for (size_t i = 0; i < flows.count; i++) {
		flows.at[i].bytes_orig *= 4;
		flows.at[i].bytes_resp *= 4;
	}
	scaled = case_detect(&flows, &all);
	cr_assert_eq(count_changes(plain, &x), 1);
	cr_assert_eq(count_changes(shuffled, &y), 1);
	cr_assert_eq(count_changes(scaled, &z), 1);
	cr_assert_eq(count_changes(one, &a), 1);
	cr_assert_str_eq(x->id, y->id);
	cr_assert_str_eq(x->id, z->id);
	cr_assert_str_eq(x->explanation, y->explanation);
	cr_assert_eq(x->score_tenths, z->score_tenths);
	cr_assert_geq(x->score_tenths, a->score_tenths);
	cr_assert_eq(4 * x->bytes_out, z->bytes_out);
	seep_findings_free(plain);
	seep_findings_free(shuffled);
	seep_findings_free(scaled);
	seep_findings_free(one);
	test_flows_clear(&single);
	test_flows_clear(&flows);
}

/* Hosts that begin a day apart are decided one after the other: what was
 * told of the first ones stays as the others come in. */
Test(shared, what_is_told_stays_told_as_hosts_join)
{
	static const struct rollout cases[] = {
	    {4, 0, 100 * MB, 0}, {4, 0, 20 * MB, 0}, {3, 1, 60 * MB, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_findings *whole;

		add_case(&flows, &cases[i], DAYS);
		whole = case_detect(&flows, &all);
		for (int days = ONSET + 1; days < DAYS; days += 2) {
			struct test_flows cut = TEST_FLOWS_EMPTY;
			const struct seep_finding *finding;
			struct seep_findings *early;
			size_t cursor = 0;

			add_case(&cut, &cases[i], days);
			early = case_detect(&cut, &all);
			while (seep_findings_next(early, &cursor, &finding) ==
			       SEEP_OK)
				if (finding->basis == SEEP_BASIS_CHANGE)
					cr_assert(
					    case_holds_id(whole, finding->id),
					    "%zu %d", i, days);
			cursor = 0;
			while (seep_findings_next(whole, &cursor, &finding) ==
			       SEEP_OK)
				if (finding->basis == SEEP_BASIS_CHANGE &&
				    finding->detected_at_ns <=
					TEST_START_NS + days * DAY)
					cr_assert(
					    case_holds_id(early, finding->id),
					    "%zu %d", i, days);
			seep_findings_free(early);
			test_flows_clear(&cut);
		}
		seep_findings_free(whole);
		test_flows_clear(&flows);
	}
}
