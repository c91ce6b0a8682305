/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/claim.h"
#include "detect/inner.h"

#define HOST "10.3.0.21"
#define DAYS 44
#define ONSET 30
#define END 40
#define LEAK_HOUR (20 * MB)
#define LEAK_DAY (24 * LEAK_HOUR)

static const struct seep_detect_opts all = {
    .size = sizeof(struct seep_detect_opts), .watch = SEEP_WATCH_ALL};

/* struct claimed: a change of HOST that its test made up, and its claim. */
struct claimed {
	struct inner inner;
	struct seep__sheets sheets;
	struct seep__change change;
	struct seep__claim claim;
};

static void
make_claim(struct claimed *claimed, const struct test_flows *flows,
	   uint32_t stratum, uint64_t excess_day)
{
	struct seep__change *change = &claimed->change;

	inner_open(&claimed->inner, flows, NULL, &all);
	inner_sheets(&claimed->inner, HOST "/32", &claimed->sheets);
	*change = (struct seep__change){.stratum = stratum,
					.base = 0,
					.reference = 28,
					.onset = ONSET,
					.decided = ONSET + 2,
					.end = END,
					.closed = END + 3,
					.excess = excess_day * (END - ONSET),
					.excess_then = excess_day * 3};
	cr_assert_eq(
	    seep__claim_change(&claimed->sheets, change, &claimed->claim),
	    SEEP_OK);
}

static void
close_claim(struct claimed *claimed)
{
	inner_close(&claimed->inner);
}

static struct test_flows
make_trade(void)
{
	const struct case_trade trade = {HOST, 0, DAYS, 20 * MB, 3};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	case_trade(&flows, &trade);
	return flows;
}

static size_t
count_named(const struct claimed *claimed, const uint8_t *holds)
{
	size_t count = 0;

	for (size_t p = 0; p < claimed->claim.subject->peers_count; p++)
		count += holds[p];
	return count;
}

static int
is_named(const struct claimed *claimed, const uint8_t *holds,
	 const char *address)
{
	const struct seep__peer *peer =
	    inner_peer(claimed->claim.subject, address);

	cr_assert_not_null(peer, "%s", address);
	return holds[peer - claimed->claim.subject->peers];
}

Test(claim, a_single_new_peer_is_named_alone)
{
	struct test_flows flows = make_trade();
	struct claimed at;

	case_drip(&flows, HOST, "198.51.100.1", ONSET, END, LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert_eq(count_named(&at, at.claim.holds), 1);
	cr_assert(is_named(&at, at.claim.holds, "198.51.100.1"));
	cr_assert(is_named(&at, at.claim.holds_then, "198.51.100.1"));
	cr_assert_eq(at.claim.onset, (TEST_START_NS + ONSET * DAY) / HOUR);
	cr_assert_eq(at.claim.decided,
		     (TEST_START_NS + (ONSET + 3) * DAY) / HOUR);
	cr_assert_eq(at.claim.end, (TEST_START_NS + END * DAY) / HOUR);
	cr_assert_eq(at.claim.closed, (TEST_START_NS + (END + 4) * DAY) / HOUR);
	close_claim(&at);
	test_flows_clear(&flows);
}

/* 'peers' in turn, every one in a network of its own; each gets as much.
 * All of them are named, and hardly a byte of others. */
static void
check_rotating(int peers)
{
	const int rounds = 24 * (END - ONSET) * 5;
	struct test_flows flows = make_trade();
	uint64_t named = 0, leaked = 0;
	struct claimed at;

	for (int n = 0; n < rounds; n++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "198.%d.%d.9",
			 51 + n % peers / 200, n % peers % 200);
		flow = inner_flow(HOST, text, 443, ONSET, 0);
		flow.start_ns += n * (HOUR / 5);
		flow.end_ns += n * (HOUR / 5);
		flow.bytes_orig = LEAK_HOUR / 5;
		test_flows_add(&flows, &flow);
	}
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_NEW_PEERS);
	for (size_t c = 0; c < at.claim.subject->cells_count; c++) {
		const struct seep__peercell *cell = &at.claim.subject->cells[c];
		const struct seep_address *peer =
		    &at.claim.subject->peers[cell->peer].address;

		if (!at.claim.holds[cell->peer])
			continue;
		named += cell->bytes_out;
		leaked += peer->bytes[12] == 198 ? cell->bytes_out : 0;
	}
	cr_assert_eq(leaked, (uint64_t)rounds * (LEAK_HOUR / 5));
	cr_assert_leq(named, leaked / 100 * 105);
	close_claim(&at);
	test_flows_clear(&flows);
}

Test(claim, forty_peers_in_turn_are_all_named)
{
	check_rotating(40);
}

Test(claim, a_thousand_peers_in_turn_are_all_named)
{
	check_rotating(1000);
}

/* What rose are peers in use; those that did not rise stay unnamed. */
Test(claim, peers_in_use_are_named_by_what_rose)
{
	struct test_flows flows = make_trade();
	struct claimed at;

	for (int day = 0; day < DAYS; day++)
		case_drip(&flows, HOST, "203.0.21.30", day, day + 1,
			  MB * (uint64_t)(3 + day % 5));
	case_drip(&flows, HOST, "203.0.21.21", ONSET, END, 2 * LEAK_HOUR);
	case_drip(&flows, HOST, "203.0.21.22", ONSET, END, 2 * LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, 4 * LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_PREFIX);
	cr_assert(is_named(&at, at.claim.holds, "203.0.21.21"));
	cr_assert(is_named(&at, at.claim.holds, "203.0.21.22"));
	cr_assert(!is_named(&at, at.claim.holds, "203.0.21.30"));
	cr_assert_leq(count_named(&at, at.claim.holds), 3);
	close_claim(&at);
	test_flows_clear(&flows);
}

/* A migration of one day moved two hundred times as much. */
Test(claim, a_heavy_day_to_one_peer_does_not_hide_a_slow_leak_to_another)
{
	struct test_flows flows = make_trade();
	struct seep_flow heavy =
	    inner_flow(HOST, "203.0.21.20", 443, ONSET + 1, 3);
	struct claimed at;

	heavy.bytes_orig = 200 * LEAK_DAY;
	test_flows_add(&flows, &heavy);
	case_drip(&flows, HOST, "203.0.21.21", ONSET, END, LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert(is_named(&at, at.claim.holds, "203.0.21.21"));
	close_claim(&at);
	/* New ones, too. */
	case_drip(&flows, HOST, "198.51.100.1", ONSET, END, 8 * LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, 9 * LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert(is_named(&at, at.claim.holds, "198.51.100.1"));
	close_claim(&at);
	test_flows_clear(&flows);
}

Test(claim, a_greeting_sent_ahead_does_not_make_a_peer_old)
{
	struct test_flows flows = make_trade();
	struct claimed at;

	case_drip(&flows, HOST, "198.51.100.1", ONSET, END, LEAK_HOUR / 2);
	case_drip(&flows, HOST, "192.0.2.1", ONSET, END, LEAK_HOUR / 2);
	case_drip(&flows, HOST, "192.0.2.1", 3, 4, MB);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_NEW_PEERS);
	cr_assert(is_named(&at, at.claim.holds, "198.51.100.1"));
	cr_assert(is_named(&at, at.claim.holds, "192.0.2.1"));
	cr_assert_eq(count_named(&at, at.claim.holds), 2);
	close_claim(&at);
	/* Half of it before is no greeting. */
	case_drip(&flows, HOST, "192.0.2.1", 10, 20, LEAK_HOUR / 2);
	case_drip(&flows, HOST, "198.51.100.1", ONSET, END, LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, 2 * LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert(!is_named(&at, at.claim.holds, "192.0.2.1"));
	close_claim(&at);
	test_flows_clear(&flows);
}

/* Who came after the decision is named today, and was not then. */
Test(claim, the_decision_knows_the_peers_of_its_day)
{
	struct test_flows flows = make_trade();
	struct claimed at;

	case_drip(&flows, HOST, "198.51.100.1", ONSET, ONSET + 4, LEAK_HOUR);
	case_drip(&flows, HOST, "192.0.2.1", ONSET + 4, END, LEAK_HOUR);
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_NEW_PEERS);
	cr_assert(is_named(&at, at.claim.holds, "198.51.100.1"));
	cr_assert(is_named(&at, at.claim.holds, "192.0.2.1"));
	cr_assert(is_named(&at, at.claim.holds_then, "198.51.100.1"));
	cr_assert(!is_named(&at, at.claim.holds_then, "192.0.2.1"));
	close_claim(&at);
	test_flows_clear(&flows);
}

Test(claim, new_neighbours_are_a_prefix_and_passers_by_are_not_named)
{
	struct test_flows flows = make_trade();
	struct claimed at;

	for (int n = 1; n <= 3; n++) {
		char text[32];

		snprintf(text, sizeof(text), "198.51.100.%d", n);
		case_drip(&flows, HOST, text, ONSET, END, LEAK_HOUR / 3);
	}
	for (int n = 1; n <= 60; n++) {
		struct seep_flow flow =
		    inner_flow(HOST, "192.0.2.1", 443, ONSET + n % 10, 5);

		flow.resp.bytes[15] = (uint8_t)n;
		flow.bytes_orig = MB;
		test_flows_add(&flows, &flow);
	}
	make_claim(&at, &flows, SEEP_STRATUM_ALL, LEAK_DAY);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_PREFIX);
	cr_assert_eq(count_named(&at, at.claim.holds), 3);
	close_claim(&at);
	test_flows_clear(&flows);
}

/* A stratum names those whose bytes are its own: others rose more. */
Test(claim, a_stratum_names_peers_of_its_own)
{
	struct test_flows flows = make_trade();
	struct seep_flow ping = inner_flow(HOST, "192.0.2.1", 0, ONSET, 0);
	struct claimed at;

	case_drip(&flows, HOST, "198.51.100.1", ONSET, END, LEAK_HOUR);
	ping.protocol = 1;
	ping.port_orig = 8;
	ping.bytes_orig = MB / 10;
	test_flows_every(&flows, &ping, HOUR, 24 * (END - ONSET));
	make_claim(&at, &flows, SEEP_STRATUM_ICMP, 24 * MB / 10);
	cr_assert_eq(at.claim.pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert(is_named(&at, at.claim.holds, "192.0.2.1"));
	cr_assert_eq(count_named(&at, at.claim.holds), 1);
	close_claim(&at);
	test_flows_clear(&flows);
}
