/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "detection/names.h"

#define DAY_NS (INT64_C(86400) * 1000000000)

/* Monday, 5 January 2026, 0 h UTC. */
#define START_NS (INT64_C(1767571200) * 1000000000)
#define DAYS 14

struct counts {
	uint64_t queries;
	uint64_t bytes;
	uint64_t usual;
	uint64_t met;
	uint64_t nights;
	uint64_t digest;
};

static int
count(void *context, const struct seep_flow *flow)
{
	struct counts *counts = context;
	struct seep_address domain;

	cr_assert_eq(flow->flags, SEEP_FLOW_NAME);
	cr_assert_geq(flow->start_ns, START_NS);
	cr_assert_lt(flow->start_ns, START_NS + DAYS * DAY_NS);
	seep_name_address(flow->name.text, flow->name_size, &domain);
	cr_assert_eq(seep_address_compare(&domain, &flow->resp), 0);
	counts->queries++;
	counts->bytes += flow->bytes_orig;
	counts->usual += memcmp(flow->name.text, "usual", 5) == 0;
	counts->met += memcmp(flow->name.text, "met", 3) == 0;
	counts->nights += flow->start_ns / (DAY_NS / 24) % 24 < 5;
	counts->digest = counts->digest * 31 + flow->bytes_orig +
			 (uint64_t)flow->start_ns + flow->resp.bytes[15];
	return 0;
}

static struct counts
count_host(enum world_role role, uint64_t seed)
{
	struct world_host host = {.role = role};
	struct counts counts = {0};

	cr_assert_eq(seep_address_parse("10.2.3.4", 8, &host.address), SEEP_OK);
	cr_assert_eq(names_emit(&host, seed, START_NS, DAYS, count, &counts),
		     0);
	return counts;
}

Test(names, a_server_asks_round_the_clock_and_mostly_for_what_all_ask)
{
	const struct counts counts = count_host(WORLD_FILE_SERVER, 5);

	cr_expect_gt(counts.queries, DAYS * 24 * 10);
	cr_expect_lt(counts.queries, DAYS * 24 * 25);
	cr_expect_gt(counts.usual, counts.queries * 9 / 10);
	cr_expect_gt(counts.nights, counts.queries / 8);
	cr_expect_gt(counts.met, 0);
	cr_expect_lt(counts.met, counts.queries / 20);
}

Test(names, a_workstation_asks_hardly_at_night)
{
	const struct counts counts = count_host(WORLD_WORKSTATION, 5);

	cr_expect_lt(counts.nights, counts.queries / 10);
}

Test(names, the_same_seed_asks_the_same)
{
	cr_expect_eq(count_host(WORLD_FILE_SERVER, 5).digest,
		     count_host(WORLD_FILE_SERVER, 5).digest);
	cr_expect_neq(count_host(WORLD_FILE_SERVER, 5).digest,
		      count_host(WORLD_FILE_SERVER, 6).digest);
}
