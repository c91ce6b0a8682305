/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "bench/leak_case.h"

/* A prime, so that no division by hours or peers comes out even. */
#define RATE UINT64_C(1000000007)

static struct leak_sums sums;

static void
emit(enum inject_pattern pattern, uint32_t days)
{
	const struct inject_opts opts = leak_opts(pattern, RATE, days);

	cr_assert_eq(
	    leak_emit(&opts, pattern == INJECT_STAGED ? &opts.via : &opts.host,
		      &sums),
	    0);
}

Test(inject, every_pattern_sends_its_rate_to_the_byte_over_four_weeks)
{
	for (int p = 0; p < INJECT_PATTERN_COUNT; p++) {
		if (p == INJECT_DNS)
			continue; /* below: a query for every 240 bytes */
		emit((enum inject_pattern)p, 28);
		cr_expect_eq(sums.out, 28 * RATE, "%s: %llu",
			     inject_name((enum inject_pattern)p),
			     (unsigned long long)sums.out);
	}
}

Test(inject, queries_carry_the_rate_to_the_byte)
{
	const struct inject_opts opts = leak_opts(INJECT_DNS, 100003, 7);

	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	cr_expect_eq(sums.out, 7 * 100003);
	cr_expect_eq(sums.peers_count, 1);
	cr_expect_eq(seep_address_compare(&sums.peers[0], &opts.via), 0);
	cr_assert_eq(leak_emit(&opts, &opts.via, &sums), 0);
	/* The resolver asks outside for what it was asked. */
	cr_expect_eq(sums.peers_count, 2);
}

Test(inject, constant_patterns_send_their_rate_every_single_day)
{
	static const enum inject_pattern constant[] = {
	    INJECT_DRIP,        INJECT_DRIP_40,     INJECT_DRIP_1000,
	    INJECT_USED_PEERS,  INJECT_DAILY_BURST, INJECT_PULLED_ONE,
	    INJECT_PULLED_MANY, INJECT_PADDED,      INJECT_STAGED,
	    INJECT_ICMP};

	for (size_t i = 0; i < sizeof(constant) / sizeof(*constant); i++) {
		emit(constant[i], 7);
		for (size_t day = 0; day < 7; day++) {
			uint64_t out = 0;

			for (size_t h = 0; h < 24; h++)
				out += sums.by_hour[24 * day + h];
			/* Cumulative rounding: a byte may go to the next. */
			cr_expect(out == RATE || out == RATE + 1 ||
				      out + 1 == RATE,
				  "%s, day %zu: %llu", inject_name(constant[i]),
				  day, (unsigned long long)out);
		}
	}
}

Test(inject, a_drip_sends_the_same_every_hour)
{
	emit(INJECT_DRIP, 7);
	for (size_t h = 0; h < 7 * 24; h++)
		cr_expect(sums.by_hour[h] == RATE / 24 ||
			  sums.by_hour[h] == RATE / 24 + 1);
}

Test(inject, no_flow_leaves_the_time_of_the_leak)
{
	for (int p = 0; p < INJECT_PATTERN_COUNT; p++) {
		const struct inject_opts opts =
		    leak_opts((enum inject_pattern)p, 1000000, 9);

		cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
		cr_expect_gt(sums.flows, 0);
		cr_expect_eq(sums.outside_times, 0, "%s",
			     inject_name((enum inject_pattern)p));
	}
}

Test(inject, peers_are_as_many_as_the_pattern_says_on_every_day)
{
	static const struct {
		enum inject_pattern pattern;
		size_t peers;
	} cases[] = {
	    {INJECT_DRIP, 1},          {INJECT_DRIP_40, 40},
	    {INJECT_DRIP_1000, 1000},  {INJECT_PULLED_ONE, 1},
	    {INJECT_PULLED_MANY, 200}, {INJECT_USED_PEERS, 3},
	    {INJECT_MIMIC, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (uint32_t days = 1; days <= 7; days += 6) {
			emit(cases[i].pattern, days);
			cr_expect_eq(sums.peers_count, cases[i].peers,
				     "%s, %u days: %zu",
				     inject_name(cases[i].pattern), days,
				     sums.peers_count);
		}
}

Test(inject, owns_its_peers_and_no_others)
{
	const struct seep_address stranger = leak_address("203.0.113.77");

	for (int p = 0; p < INJECT_PATTERN_COUNT; p++) {
		struct inject_opts opts =
		    leak_opts((enum inject_pattern)p, 1000000, 2);

		cr_assert_eq(
		    leak_emit(&opts,
			      p == INJECT_STAGED ? &opts.via : &opts.host,
			      &sums),
		    0);
		cr_expect_eq(inject_owns(&opts, &stranger), 0);
		for (size_t i = 0; i < sums.peers_count; i++)
			cr_expect(inject_owns(&opts, &sums.peers[i]) ||
				      seep_address_compare(&sums.peers[i],
							   &opts.host) == 0 ||
				      seep_address_compare(&sums.peers[i],
							   &opts.via) == 0,
				  "%s", inject_name((enum inject_pattern)p));
		opts.seed++;
		if (p == INJECT_DRIP)
			cr_expect_eq(inject_owns(&opts, &sums.peers[0]), 0);
	}
}

Test(inject, what_is_pulled_is_opened_by_the_peer)
{
	emit(INJECT_PULLED_MANY, 2);
	cr_expect_eq(sums.opened, 0);
	emit(INJECT_DRIP_40, 2);
	cr_expect_eq(sums.opened, sums.flows);
	/* Of the peers in use, the first opens. */
	emit(INJECT_USED_PEERS, 1);
	cr_expect_eq(sums.opened, 2 * sums.flows / 3);
}

/* Local time is UTC + 1 until 29 March. */
Test(inject, office_hours_are_monday_to_friday_8_to_18_local)
{
	emit(INJECT_OFFICE_HOURS, 14);
	for (size_t h = 0; h < 14 * 24; h++) {
		const int office = h / 24 % 7 < 5 && h % 24 >= 7 && h % 24 < 17;

		cr_expect_eq(sums.by_hour[h] > 0, office, "hour %zu", h);
	}
	emit(INJECT_NIGHTS, 14);
	for (size_t h = 0; h < 14 * 24; h++) {
		const int office = h / 24 % 7 < 5 && h % 24 >= 7 && h % 24 < 17;

		cr_expect_eq(sums.by_hour[h] > 0, !office, "hour %zu", h);
	}
}

Test(inject, a_burst_takes_one_hour_of_the_day)
{
	emit(INJECT_DAILY_BURST, 7);
	for (size_t day = 0; day < 7; day++) {
		size_t hours = 0;

		for (size_t h = 0; h < 24; h++)
			hours += sums.by_hour[24 * day + h] > 0;
		cr_expect_eq(hours, 1);
	}
	cr_expect_eq(sums.flows, 7);
}

Test(inject, mimicry_has_the_shape_of_its_host)
{
	const struct inject_opts opts = leak_opts(INJECT_MIMIC, RATE, 14);

	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	for (size_t h = 0; h < 168; h++) {
		const double share =
		    (double)(sums.by_hour[h] + sums.by_hour[h + 168]) /
		    (14.0 * (double)RATE);

		cr_expect_lt(fabs(share - opts.shape[h]), 1e-6, "hour %zu", h);
	}
}

Test(inject, mimicry_that_begins_midweek_has_the_same_shape)
{
	struct inject_opts opts = leak_opts(INJECT_MIMIC, RATE, 7);

	opts.start_ns += 2 * LEAK_DAY_NS + 5 * LEAK_HOUR_NS;
	opts.end_ns = opts.start_ns + 7 * LEAK_DAY_NS;
	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	cr_expect_eq(sums.out, 7 * RATE);
	for (size_t h = 0; h < 168; h++)
		cr_expect_lt(
		    fabs((double)sums.by_hour[h] / (7.0 * (double)RATE) -
			 opts.shape[(h + 53) % 168]),
		    1e-6, "hour %zu", h);
}

Test(inject, a_pattern_that_imitates_needs_something_to_imitate)
{
	struct inject_opts opts = leak_opts(INJECT_USED_PEERS, RATE, 1);

	opts.used_count = 0;
	cr_expect_eq(leak_emit(&opts, &opts.host, &sums), -1);
}

Test(inject, one_connection_lasts_for_the_whole_leak)
{
	emit(INJECT_LONG_CONNECTION, 9);
	cr_expect_eq(sums.flows, 1);
	cr_expect_eq(sums.out, 9 * RATE);
}

Test(inject, padding_brings_as_much_as_leaves)
{
	emit(INJECT_PADDED, 3);
	cr_expect_eq(sums.in, sums.out);
	emit(INJECT_DRIP, 3);
	cr_expect_lt(sums.in, sums.out / 10);
}

Test(inject, a_ramp_ends_at_twice_its_mean)
{
	uint64_t first = 0;
	uint64_t last = 0;

	emit(INJECT_RAMP, 30);
	cr_expect_eq(sums.out, 30 * RATE);
	for (size_t h = 0; h < 24; h++) {
		first += sums.by_hour[h];
		last += sums.by_hour[29 * 24 + h];
	}
	cr_expect_lt((double)first / (double)RATE, 0.04);
	cr_expect_lt(fabs((double)last / (double)RATE - 2), 0.04);
}

Test(inject, what_is_staged_was_read_from_the_host_first)
{
	const struct inject_opts opts = leak_opts(INJECT_STAGED, RATE, 3);

	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	cr_expect_eq(sums.out, 3 * RATE);
	cr_expect_eq(sums.opened, 0);
	cr_expect_eq(sums.peers_count, 1);
	cr_expect_eq(seep_address_compare(&sums.peers[0], &opts.via), 0);
}

Test(inject, several_servers_with_one_seed_share_one_peer)
{
	struct inject_opts opts = leak_opts(INJECT_MANY_SERVERS, RATE, 1);
	struct seep_address peer;

	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	peer = sums.peers[0];
	opts.host = leak_address("10.2.0.8");
	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	cr_expect_eq(seep_address_compare(&peer, &sums.peers[0]), 0);
}

Test(inject, a_host_with_an_ipv6_address_leaks_to_ipv6_peers)
{
	struct inject_opts opts = leak_opts(INJECT_DRIP_1000, RATE, 1);

	opts.host = leak_address("2001:db8::7");
	cr_assert_eq(leak_emit(&opts, &opts.host, &sums), 0);
	cr_expect_eq(sums.peers_count, 1000);
	for (size_t i = 0; i < sums.peers_count; i++)
		cr_expect_not(seep_address_is_v4(&sums.peers[i]));
}

static int
check_query(void *context, const struct seep_flow *flow)
{
	const struct inject_opts *opts = context;
	char domain[INJECT_DOMAIN_SIZE];
	const size_t size = inject_domain(opts, domain);
	size_t label = 0;

	cr_expect_geq(flow->name_size, size);
	cr_expect_leq(flow->name_size, 253);
	cr_expect_eq(
	    memcmp(flow->name.text + flow->name_size - size, domain, size), 0);
	for (size_t i = 0; i < flow->name_size; i++) {
		label = flow->name.text[i] == '.' ? 0 : label + 1;
		cr_expect_leq(label, 63);
	}
	return 0;
}

Test(inject, query_names_are_names_below_one_domain)
{
	const struct inject_opts opts = leak_opts(INJECT_DNS, 60000, 1);

	cr_assert_eq(inject(&opts, check_query, (void *)&opts), 0);
}

static int
stop(void *context, const struct seep_flow *flow)
{
	(void)flow;
	return ++*(int *)context == 3 ? 42 : 0;
}

Test(inject, stops_when_it_is_told_to)
{
	for (int p = 0; p < INJECT_PATTERN_COUNT; p++) {
		const struct inject_opts opts =
		    leak_opts((enum inject_pattern)p, RATE / 1000, 7);
		int calls = 0;

		if (p == INJECT_LONG_CONNECTION)
			continue; /* one flow only */
		cr_expect_eq(inject(&opts, stop, &calls), 42);
		cr_expect_eq(calls, 3);
	}
}
