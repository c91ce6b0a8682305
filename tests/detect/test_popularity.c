/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/inner.h"

#define PEER "198.51.100.9"
#define COMMON "203.0.113.1"

/* Hosts [first, first + count) ask 'peer' on 'day'. */
static void
ask(struct test_flows *flows, int first, int count, const char *peer, int day)
{
	for (int n = first; n < first + count; n++) {
		char host[32];
		struct seep_flow flow;

		snprintf(host, sizeof(host), "10.1.%d.%d", n / 200,
			 1 + n % 200);
		flow = inner_flow(host, peer, 443, day, 9);
		test_flows_add(flows, &flow);
	}
}

static const struct seep__popular *
find(const struct inner *inner, const char *peer)
{
	const struct seep_address address = test_address(peer);

	return seep__popularity_find(&inner->popularity[0], &address);
}

Test(popularity, a_peer_is_rare_until_a_fourth_host_meets_it)
{
	const int days[] = {0, 2, 3, 5, 9};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_beat(&flows, 0, 20);
	ask(&flows, 0, 30, COMMON, 1);
	for (int n = 0; n < 5; n++)
		ask(&flows, n, 1, PEER, days[n]);
	ask(&flows, 0, 1, PEER, 19);
	ask(&flows, 7, 3, "198.51.100.10", 4);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(inner.popularity[0].usable, 1);
	cr_assert_eq(inner.popularity[0].rare_max, 3);
	cr_assert_eq(inner.popularity[0].count, 3);
	cr_assert_eq(find(&inner, PEER)->from, 5);
	cr_assert_eq(find(&inner, PEER)->hosts, 5);
	cr_assert_eq(find(&inner, "198.51.100.10")->from, UINT32_MAX);
	cr_assert_eq(find(&inner, "198.51.100.10")->hosts, 3);
	cr_assert_eq(find(&inner, COMMON)->from, 1);
	cr_assert_null(find(&inner, "198.51.100.11"));
	cr_assert_null(find(&inner, "10.250.0.2"));
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(popularity, below_twenty_hosts_nothing_is_rare)
{
	for (int hosts = 19; hosts <= 20; hosts++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct inner inner;

		inner_beat(&flows, 0, 3);
		ask(&flows, 0, hosts, COMMON, 1);
		inner_open(&inner, &flows, NULL, NULL);
		cr_assert_eq(inner.popularity[0].usable, hosts == 20);
		inner_close(&inner);
		test_flows_clear(&flows);
	}
}

Test(popularity, hosts_that_come_after_the_fourteenth_day_move_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_beat(&flows, 0, 30);
	ask(&flows, 0, 1000, COMMON, 13);
	ask(&flows, 1000, 2000, COMMON, 14);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(inner.popularity[0].rare_max, 5);
	cr_assert_eq(find(&inner, COMMON)->from, 13);
	cr_assert_eq(find(&inner, COMMON)->hosts, 3000);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(popularity, a_day_that_is_cut_short_is_none_of_the_fourteen)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_beat(&flows, 0, 5);
	inner_beat(&flows, 6, 30);
	ask(&flows, 0, 10, COMMON, 3);
	ask(&flows, 10, 10, COMMON, 14);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(inner.popularity[0].usable, 1);
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* Else a drop box would only have to scan the site to be known to all. */
Test(popularity, who_probes_every_host_is_met_by_none)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_beat(&flows, 0, 3);
	ask(&flows, 0, 20, COMMON, 0);
	for (int n = 0; n < 20; n++) {
		char host[32];
		struct seep_flow flow;

		snprintf(host, sizeof(host), "10.1.0.%d", 1 + n);
		/* Nothing comes back, or one refusal. */
		flow = inner_flow(PEER, host, 22, 1, 3);
		flow.bytes_resp = flow.packets_resp = 0;
		test_flows_add(&flows, &flow);
		flow = inner_flow(PEER, host, 445, 1, 3);
		flow.bytes_resp = 40;
		flow.packets_resp = 1;
		test_flows_add(&flows, &flow);
		/* And a scanner inside, which nobody answers. */
		flow = inner_flow(host, "198.51.100.10", 443, 1, 3);
		flow.bytes_resp = flow.packets_resp = 0;
		flow.flags = SEEP_FLOW_UNANSWERED;
		test_flows_add(&flows, &flow);
	}
	ask(&flows, 0, 1, PEER, 2);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(find(&inner, PEER)->hosts, 1);
	cr_assert_null(find(&inner, "198.51.100.10"));
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(popularity, small_questions_every_day_are_a_meeting)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = inner_flow("10.1.0.1", PEER, 123, 0, 1);
	struct inner inner;

	flow.protocol = 17;
	flow.packets_orig = 1;
	inner_beat(&flows, 0, 3);
	test_flows_every(&flows, &flow, DAY, 3);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(find(&inner, PEER)->from, UINT32_MAX);
	cr_assert_eq(find(&inner, PEER)->hosts, 1);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(popularity, domains_are_counted_apart_from_machines)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep__popular *popular;
	struct seep_address domain;
	struct inner inner;

	inner_beat(&flows, 0, 8);
	for (int n = 0; n < 5; n++) {
		char host[32];
		struct seep_flow flow;

		snprintf(host, sizeof(host), "10.1.0.%d", 1 + n);
		flow = inner_name(host, "example.com", 7, n);
		test_flows_add(&flows, &flow);
	}
	inner_open(&inner, &flows, NULL, NULL);
	seep_name_address("example.com", 11, &domain);
	cr_assert_eq(inner.popularity[0].count, 0);
	cr_assert_eq(inner.popularity[1].count, 1);
	popular = seep__popularity_find(&inner.popularity[1], &domain);
	cr_assert_eq(popular->from, 3);
	cr_assert_eq(popular->hosts, 5);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(popularity, of_nothing_is_empty)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(inner.popularity[0].count, 0);
	cr_assert_eq(inner.popularity[0].usable, 0);
	cr_assert_null(find(&inner, PEER));
	cr_assert_eq(inner.entities.count, 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}
