/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows of a made-up leak, counted here: bytes exact, hours as the
 * pattern says, peers new where they should be.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "leak.h"

#define NS_PER_HOUR INT64_C(3600000000000)
/* 2026-03-02, a Monday. */
#define MONDAY (INT64_C(1772409600) * 1000000000)

static struct seep_site *site;
static struct seep_address host;
static struct habit_channel channels[2];
static struct habit habit;
static struct leak_opts opts;

/* struct tally: what was emitted. */
struct tally {
	uint64_t bytes;
	uint64_t inside;
	uint64_t names;
	uint64_t flows;
	uint64_t by_hour[24];
	uint64_t by_day[400];
	uint64_t to_channel[2];
	int64_t first_ns;
	int64_t last_ns;
	uint64_t hash;
};

static void
setup(void)
{
	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep_address_parse("10.2.0.7", 8, &host), SEEP_OK);
	memset(&habit, 0, sizeof(habit));
	cr_assert_eq(seep_address_parse("198.51.100.9", 12, &channels[0].peer),
		     SEEP_OK);
	cr_assert_eq(seep_address_parse("203.0.113.9", 11, &channels[1].peer),
		     SEEP_OK);
	channels[0].bytes_out = 3000;
	channels[0].port = 443;
	channels[0].protocol = 6;
	channels[0].direction = SEEP_DIRECTION_PUSH;
	channels[1].before = 3000;
	channels[1].bytes_out = 1000;
	channels[1].port = SEEP_PORT_HIGH;
	channels[1].protocol = 17;
	channels[1].direction = SEEP_DIRECTION_PULL;
	habit.channels = channels;
	habit.channels_count = 2;
	habit.bytes_out = 4000;
	habit.pull_port = 443;
	habit.pull_protocol = 6;
	/* Tuesdays from 9 to 11 o'clock, the second hour twice the first. */
	habit.shape[24 + 9] = 5000;
	habit.shape[24 + 10] = 10000;
	opts = (struct leak_opts){.days = 14,
				  .hosts = &host,
				  .hosts_count = 1,
				  .start_ns = MONDAY,
				  .bytes_per_day = 1234567,
				  .habit = &habit,
				  .site = site};
}

static void
teardown(void)
{
	seep_site_free(site);
}

TestSuite(leak, .init = setup, .fini = teardown);

static int
count(void *ctx, const struct seep_flow *flow)
{
	struct tally *tally = ctx;
	const int from_orig =
	    seep_site_place(site, &flow->orig) == SEEP_PLACE_INSIDE;
	const struct seep_address *peer = from_orig ? &flow->resp : &flow->orig;
	const uint64_t bytes = from_orig ? flow->bytes_orig : flow->bytes_resp;
	const int64_t hours = (flow->start_ns - opts.start_ns) / NS_PER_HOUR;

	tally->flows++;
	if (flow->flags & SEEP_FLOW_NAME) {
		tally->names += flow->bytes_orig;
		return 0;
	}
	if (seep_site_place(site, peer) == SEEP_PLACE_INSIDE) {
		tally->inside += flow->bytes_resp;
		return 0;
	}
	if (tally->bytes == 0 || flow->start_ns < tally->first_ns)
		tally->first_ns = flow->start_ns;
	if (flow->end_ns > tally->last_ns)
		tally->last_ns = flow->end_ns;
	tally->bytes += bytes;
	tally->by_hour[hours % 24] += bytes;
	tally->by_day[hours / 24] += bytes;
	for (size_t i = 0; i < 2; i++)
		if (seep_address_compare(peer, &channels[i].peer) == 0)
			tally->to_channel[i] += bytes;
	for (size_t i = 0; i < 16; i++)
		tally->hash = tally->hash * 31 + peer->bytes[i];
	cr_assert_leq(flow->start_ns, flow->end_ns);
	cr_assert_eq(flow->start_ns % 1000, 0);
	if (opts.pattern != LEAK_LONG_CONNECTION)
		cr_assert_eq(flow->start_ns / NS_PER_HOUR,
			     flow->end_ns / NS_PER_HOUR);
	return 0;
}

static struct tally
make(enum leak_pattern pattern)
{
	struct tally tally = {0};

	opts.pattern = pattern;
	cr_assert_eq(leak_make(&opts, count, &tally), 0);
	return tally;
}

Test(leak, bytes_of_every_pattern_add_up_exactly)
{
	static const uint64_t rates[] = {LEAK_BYTES_MIN, 2401, 1234567,
					 99999999999, LEAK_BYTES_MAX};
	struct seep_address via;

	cr_assert_eq(seep_address_parse("10.2.0.9", 8, &via), SEEP_OK);
	for (int pattern = 0; pattern < LEAK_PATTERN_COUNT; pattern++) {
		if (pattern == LEAK_DNS)
			continue;
		opts.via = pattern == LEAK_STAGED ? &via : NULL;
		for (size_t i = 0; i < 5; i++) {
			struct tally tally;

			opts.bytes_per_day = rates[i];
			tally = make((enum leak_pattern)pattern);
			cr_expect_eq(tally.bytes, rates[i] * 14, "%s at %zu",
				     leak_name((enum leak_pattern)pattern), i);
			cr_expect_eq(tally.inside, pattern == LEAK_STAGED
						       ? rates[i] * 14
						       : 0);
		}
	}
}

Test(leak, names_of_dns_add_up_exactly)
{
	struct seep_address via;
	struct tally tally;

	opts.bytes_per_day = 60001;
	tally = make(LEAK_DNS);
	cr_expect_eq(tally.names, 60001 * 14);
	cr_assert_eq(seep_address_parse("10.2.0.53", 9, &via), SEEP_OK);
	opts.via = &via;
	cr_expect_eq(make(LEAK_DNS).names, 2 * 60001 * 14);
}

Test(leak, hours_are_those_of_the_pattern)
{
	struct tally tally = make(LEAK_OFFICE_HOURS);
	uint64_t office = 0;

	for (size_t hour = 8; hour < 18; hour++)
		office += tally.by_hour[hour];
	cr_expect_eq(office, tally.bytes);
	cr_expect_eq(tally.by_day[5] + tally.by_day[6], 0);
	cr_expect_gt(tally.by_day[4], 0);
	tally = make(LEAK_NIGHTS);
	cr_expect_gt(tally.by_day[5], 2 * tally.by_day[0]);
	tally = make(LEAK_DRIP);
	cr_expect_leq(tally.by_hour[3] > tally.by_hour[15]
			  ? tally.by_hour[3] - tally.by_hour[15]
			  : tally.by_hour[15] - tally.by_hour[3],
		      14);
	tally = make(LEAK_RAMP);
	cr_expect_gt(tally.by_day[13], 26 * tally.by_day[0]);
	cr_expect_lt(tally.by_day[13], 28 * tally.by_day[0]);
	tally = make(LEAK_DAILY_BURST);
	cr_expect_eq(tally.flows, 14);
}

Test(leak, a_mimic_has_the_shape_and_the_shares_of_its_host)
{
	struct tally tally;

	opts.days = 98;
	tally = make(LEAK_MIMIC);
	cr_expect_eq(tally.by_hour[9] + tally.by_hour[10], tally.bytes);
	cr_expect_float_eq((double)tally.by_hour[10],
			   2.0 * (double)tally.by_hour[9], 20.0);
	cr_expect_eq(tally.by_day[0], 0);
	cr_expect_eq(tally.to_channel[0] + tally.to_channel[1], tally.bytes);
	cr_expect_float_eq((double)tally.to_channel[0] / (double)tally.bytes,
			   0.75, 0.01);
}

Test(leak, new_peers_are_nobody_s)
{
	struct tally tally;

	habit.known = calloc(1, sizeof(habit.known[0]));
	cr_assert_not_null(habit.known);
	habit.known[0] = channels[0].peer;
	habit.known_count = 1;
	tally = make(LEAK_DRIP_1000);
	cr_expect_eq(tally.to_channel[0] + tally.to_channel[1], 0);
	free(habit.known);
}

Test(leak, one_connection_reaches_over_all_the_days)
{
	struct tally tally = make(LEAK_LONG_CONNECTION);

	cr_expect_eq(tally.flows, 1);
	cr_expect_eq(tally.first_ns, MONDAY);
	cr_expect_eq(tally.last_ns, MONDAY + 14 * 24 * NS_PER_HOUR);
	opts.days = 301;
	cr_expect_eq(make(LEAK_LONG_CONNECTION).flows, 2);
}

Test(leak, the_seed_alone_decides_the_peers)
{
	const uint64_t hash = make(LEAK_DRIP_40).hash;

	cr_expect_eq(make(LEAK_DRIP_40).hash, hash);
	opts.bytes_per_day *= 3;
	cr_expect_eq(make(LEAK_DRIP_40).hash, hash);
	opts.seed = 1;
	cr_expect_neq(make(LEAK_DRIP_40).hash, hash);
}

static int
stop_at_second(void *ctx, const struct seep_flow *flow)
{
	int *calls = ctx;

	cr_assert_not_null(flow);
	return ++*calls == 2 ? -7 : 0;
}

Test(leak, stops_when_the_callback_does)
{
	int calls = 0;

	opts.pattern = LEAK_DRIP;
	cr_expect_eq(leak_make(&opts, stop_at_second, &calls), -7);
	cr_expect_eq(calls, 2);
}

Test(leak, names_are_found_again)
{
	for (int i = 0; i < LEAK_PATTERN_COUNT; i++)
		cr_expect_eq((int)leak_find(leak_name((enum leak_pattern)i)),
			     i);
	cr_expect_eq(leak_find("flood"), LEAK_PATTERN_COUNT);
	cr_expect_eq(leak_find(""), LEAK_PATTERN_COUNT);
}
