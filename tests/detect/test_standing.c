/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "detect/standing.h"
#include "support/alloc.h"

#define LEAK_PEER "198.51.100.9"
#define DESK "10.9.1.4"

/* struct told: what a case tells. */
struct told {
	struct seep__standing list[SEEP__STANDING_MAX];
	size_t count;
};

static struct told
tell(struct test_flows *flows, const struct seep_detect_opts *opts)
{
	struct inner inner;
	struct told told;

	inner_open(&inner, flows, NULL, opts);
	cr_assert_eq(seep__standing_rank(&inner.view, &inner.entities,
					 &inner.popularity[0], &inner.scratch,
					 told.list, &told.count),
		     SEEP_OK);
	inner_close(&inner);
	test_flows_clear(flows);
	return told;
}

/* The entry whose network holds 'peer', or NULL. */
static const struct seep__standing *
find(const struct told *told, const char *peer)
{
	const struct seep_address address = test_address(peer);

	for (size_t i = 0; i < told->count; i++)
		if (seep_network_contains(&told->list[i].network, &address))
			return &told->list[i];
	return NULL;
}

/* 'bytes' every hour in [from, end) of the days [first, last) that 'days'
 * holds: bit 0 = Monday. */
static void
send_hours(struct test_flows *flows, const char *host, const char *peer,
	   uint16_t port, uint64_t bytes, unsigned days, int first, int last,
	   int from, int end)
{
	for (int day = first; day < last; day++)
		for (int hour = from; hour < end; hour++) {
			struct seep_flow flow =
			    inner_flow(host, peer, port, day, hour);

			flow.bytes_orig = bytes;
			flow.bytes_resp = bytes / 40;
			if (days >> day % 7 & 1)
				test_flows_add(flows, &flow);
		}
}

static void
drip(struct test_flows *flows, const char *host, const char *peer, int days)
{
	send_hours(flows, host, peer, 443, 200000, 0x7f, 0, days, 0, 24);
}

/* Workstations that meet one peer of all and are no servers. */
static void
add_desks(struct test_flows *flows, int count, int days)
{
	for (int n = 0; n < count; n++) {
		char host[32];

		snprintf(host, sizeof(host), "10.9.%d.%d", 2 + n / 200,
			 1 + n % 200);
		for (int day = 0; day < days; day++) {
			struct seep_flow flow =
			    inner_flow(host, "198.18.7.7", 443, day, 9);

			test_flows_add(flows, &flow);
		}
	}
}

Test(standing, a_drip_that_was_always_there_comes_first)
{
	const int lengths[] = {3, 30, 60};

	for (size_t i = 0; i < 3; i++) {
		const uint32_t days = (uint32_t)lengths[i];
		struct test_flows flows = TEST_FLOWS_EMPTY;
		const struct seep__standing *first;
		struct told told;

		case_office(&flows, lengths[i], 1);
		drip(&flows, CASE_SERVER, LEAK_PEER, lengths[i]);
		told = tell(&flows, NULL);
		first = &told.list[0];
		cr_assert_geq(told.count, 1);
		cr_assert_eq(find(&told, LEAK_PEER), first);
		cr_assert_eq(first->rank, 1);
		cr_assert_eq(first->network.prefix_bits, 128);
		cr_assert_eq(first->direction, SEEP_DIRECTION_PUSH);
		cr_assert_eq(first->bytes_out, 200000 * 24 * days);
		cr_assert_eq(first->bytes_in, 5000 * 24 * days);
		cr_assert_eq(first->days, days);
		cr_assert_eq(first->days_active, days);
		cr_assert_eq(first->hours, 24 * days);
		cr_assert_eq(first->hours_active, 24 * days);
		cr_assert_eq(first->end - first->first, 24 * days);
		cr_assert_eq(first->hosts_met, 1);
		cr_assert_eq(first->is_long, 0);
		cr_assert_eq(first->is_explained, 0);
		cr_assert_geq(first->ranked, 1);
	}
}

Test(standing, an_office_without_a_leak_tells_nothing)
{
	const int lengths[] = {1, 3, 14, 30};

	for (size_t i = 0; i < 4; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct told told;

		case_office(&flows, lengths[i], 1 + i);
		told = tell(&flows, NULL);
		cr_assert_eq(told.count, 0, "%zu in %d days", told.count,
			     lengths[i]);
	}
}

Test(standing, working_days_alone_are_enough)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 28, 1);
	send_hours(&flows, CASE_SERVER, LEAK_PEER, 443, 500000, 0x1f, 0, 28, 8,
		   18);
	told = tell(&flows, NULL);
	leak = find(&told, LEAK_PEER);
	cr_assert_not_null(leak);
	cr_assert_eq(leak->days_active, 20);
	cr_assert_eq(leak->days, 28);
}

/* Three days a week: four weekdays are missing, and two may be. */
Test(standing, a_channel_of_three_days_a_week_does_not_stand)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	inner_beat(&flows, 0, 28);
	send_hours(&flows, CASE_SERVER, LEAK_PEER, 443, 500000, 0x15, 0, 28, 0,
		   24);
	told = tell(&flows, NULL);
	cr_assert_eq(told.count, 0);
}

Test(standing, nine_days_of_ten_stand_and_eight_do_not)
{
	for (int end = 8; end <= 9; end++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct told told;

		/* Five of each weekday but for one: none can be left out to
		 * make up for two days that fall on different ones. */
		inner_beat(&flows, 0, 30);
		send_hours(&flows, CASE_SERVER, LEAK_PEER, 443, 200000, 0x7f, 0,
			   end * 3, 0, 24);
		told = tell(&flows, NULL);
		cr_assert_eq(told.count, end == 9);
	}
}

/* What is missing is no zero: nobody saw anything on those days. */
Test(standing, a_gap_in_the_evidence_counts_against_nobody)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 12, 1);
	drip(&flows, CASE_SERVER, LEAK_PEER, 12);
	case_remove_day(&flows, 4);
	case_remove_day(&flows, 5);
	case_remove_day(&flows, 6);
	told = tell(&flows, NULL);
	leak = find(&told, LEAK_PEER);
	cr_assert_not_null(leak);
	cr_assert_eq(leak->days, 9);
	cr_assert_eq(leak->days_active, 9);
}

Test(standing, with_two_days_hours_decide)
{
	for (int office = 0; office < 2; office++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct told told;

		inner_beat(&flows, 0, 2);
		send_hours(&flows, CASE_SERVER, LEAK_PEER, 443, 200000, 0x7f, 0,
			   2, office ? 8 : 0, office ? 18 : 24);
		told = tell(&flows, NULL);
		cr_assert_eq(told.count, !office);
	}
}

/* The server's peers of case_office() are told apart by hours alone. */
Test(standing, a_factor_on_all_bytes_changes_nothing)
{
	struct told told[2];

	for (int i = 0; i < 2; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;

		case_office(&flows, 30, 3);
		drip(&flows, CASE_SERVER, LEAK_PEER, 30);
		drip(&flows, DESK, "198.51.101.9", 30);
		send_hours(&flows, "10.2.0.9", "198.51.102.9", 22, 7654321,
			   0x1f, 0, 30, 2, 4);
		for (size_t f = 0; f < flows.count; f++) {
			flows.at[f].bytes_orig *= i ? 4 : 1;
			flows.at[f].bytes_resp *= i ? 4 : 1;
		}
		told[i] = tell(&flows, NULL);
	}
	cr_assert_geq(told[0].count, 2);
	cr_assert_eq(told[0].count, told[1].count);
	for (size_t i = 0; i < told[0].count; i++) {
		const struct seep__standing *a = &told[0].list[i];
		const struct seep__standing *b = &told[1].list[i];

		cr_assert_eq(seep_address_compare(&a->peer, &b->peer), 0);
		cr_assert_eq(a->host, b->host);
		cr_assert_eq(a->score_tenths, b->score_tenths);
		cr_assert_eq(a->bytes_out * 4, b->bytes_out);
	}
}

Test(standing, the_order_of_flows_changes_nothing)
{
	struct told told[2];

	for (int i = 0; i < 2; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;

		case_office(&flows, 10, 3);
		drip(&flows, CASE_SERVER, LEAK_PEER, 10);
		drip(&flows, CASE_SERVER, "198.51.101.9", 10);
		if (i)
			test_flows_shuffle(&flows, 5);
		told[i] = tell(&flows, NULL);
	}
	cr_assert_eq(told[0].count, 2);
	cr_assert_eq(told[1].count, 2);
	/* A tie in all: the lower address is first. */
	for (int i = 0; i < 2; i++)
		cr_assert_eq(find(&told[i], LEAK_PEER), &told[i].list[0]);
	cr_assert_eq(told[0].list[0].score_tenths,
		     told[1].list[1].score_tenths);
}

/* Hour by hour another of forty: none is there on nine days of ten. */
static void
rotate(struct test_flows *flows, const char *host, int days, int peers)
{
	for (int hour = 0; hour < days * 24; hour++) {
		char peer[32];
		struct seep_flow flow;

		snprintf(peer, sizeof(peer), "198.51.100.%d", 1 + hour % peers);
		flow = inner_flow(host, peer, 443, hour / 24, hour % 24);
		flow.bytes_orig = 200000;
		flow.bytes_resp = 5000;
		test_flows_add(flows, &flow);
	}
}

Test(standing, peers_of_a_prefix_none_of_which_stands_are_told_together)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_network prefix = test_network("198.51.100.0/24");
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 30, 1);
	rotate(&flows, CASE_SERVER, 30, 40);
	told = tell(&flows, NULL);
	leak = find(&told, "198.51.100.17");
	cr_assert_eq(leak, &told.list[0]);
	cr_assert_eq(leak->network.prefix_bits, prefix.prefix_bits);
	cr_assert_eq(seep_address_compare(&leak->network.base, &prefix.base),
		     0);
	cr_assert_eq(leak->peers, 40);
	cr_assert_eq(leak->bytes_out, 200000 * 24 * 30);
	cr_assert_eq(leak->hours_active, 24 * 30);
}

/* Each of three stands alone as well; what is told names one thing. */
Test(standing, peers_of_a_prefix_that_stand_alike_are_told_once)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	case_office(&flows, 30, 1);
	rotate(&flows, CASE_SERVER, 30, 3);
	told = tell(&flows, NULL);
	cr_assert_eq(told.count, 1);
	cr_assert_eq(told.list[0].network.prefix_bits, 120);
	cr_assert_eq(told.list[0].peers, 3);
}

Test(standing, a_peer_with_half_of_its_prefix_stands_for_itself)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 30, 1);
	drip(&flows, CASE_SERVER, LEAK_PEER, 30);
	send_hours(&flows, CASE_SERVER, "198.51.100.200", 443, 1500000, 0x7f, 0,
		   30, 9, 11);
	told = tell(&flows, NULL);
	leak = find(&told, LEAK_PEER);
	cr_assert_not_null(leak);
	cr_assert_eq(leak->network.prefix_bits, 128);
	cr_assert_eq(leak->bytes_out, 200000 * 24 * 30);
}

Test(standing, a_peer_that_many_hosts_met_is_not_told)
{
	for (int many = 0; many < 2; many++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct told told;

		case_office(&flows, 10, 1);
		add_desks(&flows, 30, 10);
		drip(&flows, CASE_SERVER, LEAK_PEER, 10);
		for (int n = 0; n < (many ? 4 : 1); n++) {
			char host[32];
			struct seep_flow flow;

			snprintf(host, sizeof(host), "10.9.2.%d", 1 + n);
			flow = inner_flow(host, LEAK_PEER, 443, 3, 9);
			test_flows_add(&flows, &flow);
		}
		told = tell(&flows, NULL);
		if (many)
			cr_assert_null(find(&told, LEAK_PEER));
		else
			cr_assert_eq(find(&told, LEAK_PEER)->hosts_met, 2);
	}
}

Test(standing, one_connection_of_days_is_told_as_one)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = inner_flow(CASE_SERVER, LEAK_PEER, 443, 0, 0);
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 10, 1);
	flow.end_ns = flow.start_ns + 10 * DAY - MINUTE;
	flow.bytes_orig = 50 * MB;
	flow.bytes_resp = MB;
	test_flows_add(&flows, &flow);
	told = tell(&flows, NULL);
	leak = find(&told, LEAK_PEER);
	cr_assert_not_null(leak);
	cr_assert_eq(leak->is_long, 1);
	cr_assert_eq(leak->bytes_out, 50 * MB);
	cr_assert_eq(leak->days_active, 10);
}

Test(standing, what_was_pulled_is_told_as_pulled)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep__standing *leak;
	struct told told;

	case_office(&flows, 10, 1);
	for (int hour = 0; hour < 240; hour++) {
		struct seep_flow flow = inner_flow(LEAK_PEER, CASE_SERVER, 443,
						   hour / 24, hour % 24);

		flow.bytes_orig = 5000;
		flow.bytes_resp = 200000;
		test_flows_add(&flows, &flow);
	}
	told = tell(&flows, NULL);
	leak = find(&told, LEAK_PEER);
	cr_assert_not_null(leak);
	cr_assert_eq(leak->direction, SEEP_DIRECTION_PULL);
}

Test(standing, a_download_is_not_told)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	inner_beat(&flows, 0, 10);
	for (int hour = 0; hour < 240; hour++) {
		struct seep_flow flow = inner_flow(CASE_SERVER, LEAK_PEER, 443,
						   hour / 24, hour % 24);

		flow.bytes_orig = 5000 * (1 + (uint64_t)hour % 3);
		flow.bytes_resp = 200000;
		test_flows_add(&flows, &flow);
	}
	told = tell(&flows, NULL);
	cr_assert_eq(told.count, 0);
}

/* Three clients inside, three servers outside: a mail relay. */
static void
add_relay(struct test_flows *flows, const char *relay, int days)
{
	for (int day = 0; day < days; day++)
		for (int n = 1; n <= 3; n++) {
			char other[32];
			struct seep_flow flow;

			snprintf(other, sizeof(other), "10.9.1.%d", n);
			flow = inner_flow(other, relay, 25, day, 9);
			test_flows_add(flows, &flow);
			snprintf(other, sizeof(other), "203.0.113.%d", n * 9);
			flow = inner_flow(relay, other, 25, day, 9 + n);
			flow.bytes_orig = 2 * MB;
			flow.bytes_resp = 3 * MB;
			test_flows_add(flows, &flow);
		}
}

Test(standing, what_the_role_explains_is_demoted_by_four_bits)
{
	uint32_t score[2];

	for (int i = 0; i < 2; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		const struct seep__standing *leak;
		struct told told;

		inner_beat(&flows, 0, 30);
		add_relay(&flows, CASE_SERVER, 30);
		/* The relay's own peers do not come every day. */
		case_remove_day(&flows, 30);
		send_hours(&flows, CASE_SERVER, LEAK_PEER, i ? 25 : 9418,
			   200000, 0x7f, 0, 30, 0, 24);
		told = tell(&flows, NULL);
		leak = find(&told, LEAK_PEER);
		cr_assert_not_null(leak);
		cr_assert_eq(leak->is_explained, i);
		score[i] = leak->score_tenths;
	}
	cr_assert_eq(score[0], score[1] + 40);
}

/* 16 workstations and one server: four bits between them. */
Test(standing, all_servers_weigh_as_much_as_all_other_hosts)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct told told;

	inner_beat(&flows, 0, 30);
	opts.watch = SEEP_WATCH_ALL;
	add_relay(&flows, CASE_SERVER, 30);
	add_desks(&flows, 10, 30);
	drip(&flows, CASE_SERVER, LEAK_PEER, 30);
	drip(&flows, DESK, "198.51.101.9", 30);
	told = tell(&flows, &opts);
	cr_assert_eq(told.count, 2);
	cr_assert_eq(find(&told, LEAK_PEER)->rank, 1);
	cr_assert_eq(told.list[0].score_tenths, told.list[1].score_tenths + 40);
}

/* A sensor at the border sees nothing that makes a server of a host. */
Test(standing, where_no_server_is_known_any_host_is_told)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	inner_beat(&flows, 0, 30);
	add_desks(&flows, 200, 30);
	drip(&flows, DESK, LEAK_PEER, 30);
	told = tell(&flows, NULL);
	cr_assert_eq(told.count, 1);
	cr_assert_not_null(find(&told, LEAK_PEER));
}

Test(standing, at_most_two_of_one_host_and_ten_in_all)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	inner_beat(&flows, 0, 10);
	for (int host = 0; host < 8; host++)
		for (int n = 0; n < 3; n++) {
			char from[32], to[32];

			snprintf(from, sizeof(from), "10.2.0.%d", 11 + host);
			snprintf(to, sizeof(to), "198.51.%d.9", host * 9 + n);
			drip(&flows, from, to, 10);
		}
	told = tell(&flows, NULL);
	cr_assert_eq(told.count, SEEP__STANDING_MAX);
	for (size_t i = 0; i < told.count; i++) {
		size_t same = 0;

		for (size_t j = 0; j < told.count; j++)
			same += told.list[i].host == told.list[j].host;
		cr_assert_eq(same, 2);
		cr_assert_eq(told.list[i].rank, i + 1);
		cr_assert_eq(told.list[i].ranked, 24);
	}
}

Test(standing, what_is_allowed_is_not_told_and_the_excess_is)
{
	const uint64_t limits[] = {UINT64_MAX, 24 * 100000};

	for (size_t i = 0; i < 2; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
		struct seep_allow allow = {.bytes_per_day = limits[i]};
		struct told told;

		case_office(&flows, 10, 1);
		drip(&flows, CASE_SERVER, LEAK_PEER, 10);
		allow.peer = test_network(LEAK_PEER "/32");
		opts.allow = &allow;
		opts.allow_count = 1;
		told = tell(&flows, &opts);
		if (i == 0)
			cr_assert_null(find(&told, LEAK_PEER));
		else
			cr_assert_eq(find(&told, LEAK_PEER)->bytes_out,
				     24 * 10 * UINT64_C(100000));
	}
}

/* Bytes into the void may never have arrived. */
Test(standing, unanswered_bytes_do_not_stand)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told;

	case_office(&flows, 10, 1);
	drip(&flows, CASE_SERVER, LEAK_PEER, 10);
	for (size_t i = 0; i < flows.count; i++)
		if (flows.at[i].bytes_orig == 200000) {
			flows.at[i].bytes_resp = 0;
			flows.at[i].packets_resp = 0;
			flows.at[i].flags |= SEEP_FLOW_UNANSWERED;
		}
	told = tell(&flows, NULL);
	cr_assert_null(find(&told, LEAK_PEER));
}

Test(standing, no_evidence_tells_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct told told = tell(&flows, NULL);

	cr_assert_eq(told.count, 0);
}

static int
attempt_rank(const struct seep_alloc *alloc, void *ctx)
{
	struct inner *inner = ctx;
	struct seep__case view = inner->view;
	struct seep__standing list[SEEP__STANDING_MAX];
	struct seep__arena scratch;
	size_t count;
	int rc = seep__mem_new(&view.mem, alloc, 0);

	if (rc != SEEP_OK)
		return rc;
	seep__arena_init(&scratch, view.mem);
	rc = seep__standing_rank(&view, &inner->entities, &inner->popularity[0],
				 &scratch, list, &count);
	cr_assert_eq(count > 0, rc == SEEP_OK);
	seep__arena_clear(&scratch);
	seep__mem_unref(view.mem);
	return rc;
}

Test(standing, survives_every_failed_allocation)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;
	const char *wrong;
	size_t runs;

	case_office(&flows, 3, 1);
	drip(&flows, CASE_SERVER, LEAK_PEER, 3);
	inner_open(&inner, &flows, NULL, NULL);
	wrong = test_alloc_each(attempt_rank, &inner, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 5);
	inner_close(&inner);
	test_flows_clear(&flows);
}
