/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "support/alloc.h"
#include "support/random.h"

#define HOST "10.1.0.1"
#define LINE HOST "/32"
#define OTHER "203.0.113.200"

static const struct seep_detect_opts all = {
    .size = sizeof(struct seep_detect_opts),
    .watch = SEEP_WATCH_ALL,
};

static uint64_t
day_of(const struct seep__sheets *sheets, uint32_t stratum, size_t position)
{
	cr_assert_lt(position, sheets->days.count);
	return sheets->sheet[stratum].day ? sheets->sheet[stratum].day[position]
					  : 0;
}

static uint64_t
sum_of(const struct seep__sheets *sheets, uint32_t stratum)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sheets->days.count; i++)
		sum += day_of(sheets, stratum, i);
	return sum;
}

static void
send_bytes(struct test_flows *flows, const char *peer, int day, int hour,
	   uint64_t bytes)
{
	struct seep_flow flow = inner_flow(HOST, peer, 443, day, hour);

	flow.bytes_orig = bytes;
	test_flows_add(flows, &flow);
}

/* 40 days of 'unit' to one old peer, so that dust is unit / 1000. */
static void
add_usual(struct test_flows *flows, uint64_t unit)
{
	inner_beat(flows, 0, 40);
	for (int day = 0; day < 40; day++)
		send_bytes(flows, OTHER, day, 10, unit);
}

Test(sheets, a_peer_is_new_for_seven_days_by_the_date)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	struct inner inner;

	add_usual(&flows, 1000 * MB);
	for (int day = 20; day < 40; day++)
		send_bytes(&flows, "198.51.100.9", day, 3, 5 * MB);
	case_remove_day(&flows, 22);
	inner_open(&inner, &flows, NULL, &all);
	inner_sheets(&inner, LINE, &sheets);
	cr_assert_eq(sheets.days.count, 39);
	/* Positions from day 23 on are one less than the day. */
	for (size_t i = 8; i < 39; i++)
		cr_assert_eq(day_of(&sheets, SEEP_STRATUM_NEW_PUSH, i),
			     i >= 20 && i <= 25 ? 5 * MB : 0, "%zu", i);
	/* Of the first days nobody can tell what is new. */
	cr_assert_eq(sheets.start[SEEP_STRATUM_NEW_PUSH], 7);
	cr_assert_eq(sheets.start[SEEP_STRATUM_PUSH], 0);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_NEW_PUSH, 6), 1000 * MB);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_NEW_PUSH, 7), 0);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_ALL, 30), 1005 * MB);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_PUSH, 30), 1005 * MB);
	cr_assert_null(sheets.sheet[SEEP_STRATUM_PULL].day);
	cr_assert_null(sheets.sheet[SEEP_STRATUM_NEW_PULL].day);
	cr_assert_null(sheets.sheet[SEEP_STRATUM_RARE_PUSH].day);
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* A ping a day is no acquaintance: 1/1000 of the host's median day is. */
Test(sheets, a_peer_that_got_dust_only_stays_new)
{
	for (uint64_t factor = 1; factor <= 4; factor += 3) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep__subject subject;
		struct inner inner;

		/* The median day is 1,000,000 units: at 1,000 dust ends. */
		add_usual(&flows, 999899 * factor);
		for (int day = 0; day < 40; day++) {
			send_bytes(&flows, "198.51.100.9", day, 3,
				   100 * factor);
			send_bytes(&flows, "198.51.100.10", day, 3,
				   (day < 20 ? 1 : 1000) * factor);
		}
		inner_open(&inner, &flows, NULL, &all);
		inner_subject(&inner, LINE, 0, &subject);
		cr_assert_eq(inner_peer(&subject, OTHER)->known_new, 0);
		cr_assert_eq(inner_peer(&subject, "198.51.100.9")->known_new,
			     9);
		cr_assert_eq(inner_peer(&subject, "198.51.100.10")->known_new,
			     20);
		inner_close(&inner);
		test_flows_clear(&flows);
	}
}

Test(sheets, who_sends_nothing_knows_a_peer_by_its_first_byte)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct seep__sheets sheets;
	struct inner inner;

	inner_beat(&flows, 0, 30);
	send_bytes(&flows, OTHER, 0, 1, 1);
	send_bytes(&flows, "198.51.100.9", 3, 1, 0);
	send_bytes(&flows, "198.51.100.9", 15, 1, 1);
	inner_open(&inner, &flows, NULL, &all);
	inner_subject(&inner, LINE, 0, &subject);
	cr_assert_eq(inner_peer(&subject, "198.51.100.9")->known_new, 15);
	inner_sheets(&inner, LINE, &sheets);
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_NEW_PUSH), 2);
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* Its reference begins with the name, so what dust is must be settled by
 * the fourteen days from there: on their median it sent nothing. */
Test(sheets, a_host_is_there_from_the_first_name_that_it_asks_for)
{
	struct seep_flow name = inner_name(HOST, "example.com", 10, 0);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct inner inner;

	inner_beat(&flows, 0, 40);
	test_flows_add(&flows, &name);
	for (int day = 10; day < 40; day++) {
		send_bytes(&flows, OTHER, day, 10, MB);
		send_bytes(&flows, "198.51.100.9", day, 3, 500);
	}
	inner_open(&inner, &flows, NULL, &all);
	inner_subject(&inner, LINE, 0, &subject);
	cr_assert_eq(subject.first_day, 0);
	cr_assert_eq(inner_peer(&subject, "198.51.100.9")->known_new, 10);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(sheets, a_peer_is_rare_until_the_day_on_which_too_many_met_it)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct seep__sheets sheets;
	struct inner inner;

	add_usual(&flows, MB);
	for (int n = 1; n < 30; n++) {
		char host[32];
		struct seep_flow flow;

		snprintf(host, sizeof(host), "10.1.0.%d", 1 + n);
		flow = inner_flow(host, OTHER, 443, 0, 1);
		test_flows_add(&flows, &flow);
		flow = inner_flow(host, "198.51.100.9", 443, 24 + n, 1);
		if (n <= 4)
			test_flows_add(&flows, &flow);
	}
	for (int day = 20; day < 40; day++) {
		struct seep_flow flow =
		    inner_flow("198.51.100.9", HOST, 443, day, 2);

		flow.bytes_resp = 3000;
		test_flows_add(&flows, &flow);
		send_bytes(&flows, "198.51.100.9", day, 3, 5000);
	}
	inner_open(&inner, &flows, NULL, &all);
	inner_subject(&inner, LINE, 0, &subject);
	/* The host itself and three others by day 27. */
	cr_assert_eq(inner_peer(&subject, "198.51.100.9")->popular_from, 27);
	cr_assert_eq(inner_peer(&subject, "198.51.100.9")->hosts_met, 5);
	inner_sheets(&inner, LINE, &sheets);
	for (size_t i = 0; i < 40; i++) {
		const int is_rare = i >= 20 && i < 27;

		cr_assert_eq(day_of(&sheets, SEEP_STRATUM_RARE_PUSH, i),
			     is_rare ? 5000 : 0);
		cr_assert_eq(day_of(&sheets, SEEP_STRATUM_RARE_PULL, i),
			     is_rare ? 3000 : 0);
	}
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_PULL), 20 * 3000);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(sheets, partners_have_a_stratum_and_are_in_no_other)
{
	const struct seep_network partner = test_network("192.168.0.0/16");
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	struct seep_site *site;
	struct inner inner;

	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep_site_add(site, SEEP_SITE_PARTNER, &partner), SEEP_OK);
	inner_beat(&flows, 0, 3);
	send_bytes(&flows, "192.168.1.1", 1, 1, 7000);
	inner_open(&inner, &flows, site, &all);
	inner_sheets(&inner, LINE, &sheets);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		if (s != SEEP_STRATUM_PARTNER)
			cr_assert_null(sheets.sheet[s].day);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_PARTNER, 0), 7000);
	inner_close(&inner);
	seep_site_free(site);
	test_flows_clear(&flows);
}

Test(sheets, every_service_has_its_class)
{
	static const struct {
		uint8_t protocol;
		uint16_t port;
		uint32_t stratum;
	} cases[] = {
	    {6, 443, SEEP_STRATUM_WEB},   {17, 443, SEEP_STRATUM_WEB},
	    {6, 8080, SEEP_STRATUM_WEB},  {6, 25, SEEP_STRATUM_MAIL},
	    {6, 993, SEEP_STRATUM_MAIL},  {6, 22, SEEP_STRATUM_FILE},
	    {6, 445, SEEP_STRATUM_FILE},  {17, 137, SEEP_STRATUM_FILE},
	    {6, 2049, SEEP_STRATUM_FILE}, {17, 53, SEEP_STRATUM_DNS},
	    {6, 853, SEEP_STRATUM_DNS},   {17, 123, SEEP_STRATUM_NTP},
	    {1, 0, SEEP_STRATUM_ICMP},    {58, 0, SEEP_STRATUM_ICMP},
	    {47, 0, SEEP_STRATUM_ICMP},   {6, 3306, SEEP_STRATUM_OTHER},
	    {6, 777, SEEP_STRATUM_OTHER}, {17, 50000, SEEP_STRATUM_OTHER},
	};
	const size_t count = sizeof(cases) / sizeof(*cases);

	for (size_t i = 0; i < count; i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_flow flow =
		    inner_flow(HOST, OTHER, cases[i].port, 1, 1);
		struct seep__sheets sheets;
		struct inner inner;

		flow.protocol = cases[i].protocol;
		inner_beat(&flows, 0, 3);
		test_flows_add(&flows, &flow);
		inner_open(&inner, &flows, NULL, &all);
		inner_sheets(&inner, LINE, &sheets);
		for (uint32_t s = SEEP_STRATUM_WEB; s <= SEEP_STRATUM_OTHER;
		     s++)
			cr_assert_eq(sum_of(&sheets, s),
				     s == cases[i].stratum ? 1000 : 0,
				     "case %zu: %s", i, seep_stratum_name(s));
		cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_ALL), 1000);
		inner_close(&inner);
		test_flows_clear(&flows);
	}
}

Test(sheets, an_unknown_opener_joins_all_and_its_class_only)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = inner_flow(HOST, OTHER, 443, 1, 1);
	struct seep__sheets sheets;
	struct inner inner;

	flow.opener = SEEP_OPENER_UNKNOWN;
	inner_beat(&flows, 0, 3);
	test_flows_add(&flows, &flow);
	inner_open(&inner, &flows, NULL, &all);
	inner_sheets(&inner, LINE, &sheets);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		cr_assert_eq(
		    sum_of(&sheets, s),
		    s == SEEP_STRATUM_ALL || s == SEEP_STRATUM_WEB ? 1000 : 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(sheets, hours_hold_timed_bytes_and_days_those_of_long_flows_too)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = inner_flow(HOST, OTHER, 443, 1, 2);
	struct seep__sheets sheets;
	struct inner inner;
	uint64_t hours = 0;

	inner_beat(&flows, 0, 3);
	send_bytes(&flows, OTHER, 1, 5, 800);
	flow.end_ns = flow.start_ns + 10 * HOUR;
	flow.bytes_orig = 10000;
	flow.missed_orig = 50;
	test_flows_add(&flows, &flow);
	/* Nobody is known to have received these. */
	flow = inner_flow(HOST, OTHER, 443, 1, 5);
	flow.bytes_resp = flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_UNANSWERED;
	test_flows_add(&flows, &flow);
	inner_open(&inner, &flows, NULL, &all);
	inner_sheets(&inner, LINE, &sheets);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_ALL, 0), 10850);
	for (size_t h = 0; h < 24; h++)
		hours += sheets.sheet[SEEP_STRATUM_ALL].hour[h];
	cr_assert_eq(sheets.sheet[SEEP_STRATUM_ALL].hour[5], 800);
	cr_assert_eq(hours, 800);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(sheets, unanswered_bytes_count_where_the_capture_is_one_way)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = inner_flow(HOST, OTHER, 443, 1, 5);
	struct seep__sheets sheets;
	struct seep_coverage counted;
	struct inner inner;

	flow.bytes_resp = flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_UNANSWERED;
	inner_beat(&flows, 0, 3);
	test_flows_add(&flows, &flow);
	seep_coverage_init(&counted);
	counted.tcp_flows = 1000;
	counted.tcp_flows_one_way = 900;
	inner_open_snapshot(&inner, case_snapshot_of(&flows, NULL, &counted),
			    &all);
	inner_sheets(&inner, LINE, &sheets);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_ALL, 0), 1000);
	cr_assert_eq(sheets.sheet[SEEP_STRATUM_ALL].hour[5], 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(sheets, names_have_strata_of_their_own)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	struct seep_flow flow;
	struct inner inner;

	inner_beat(&flows, 0, 20);
	for (int day = 2; day < 20; day++) {
		flow = inner_name(HOST, "example.com", 100, day);
		test_flows_add(&flows, &flow);
	}
	for (int n = 1; n < 25; n++) {
		char host[32];

		snprintf(host, sizeof(host), "10.1.0.%d", 1 + n);
		flow = inner_name(host, "example.net", 5, 0);
		test_flows_add(&flows, &flow);
	}
	send_bytes(&flows, OTHER, 5, 5, 800);
	inner_open(&inner, &flows, NULL, &all);
	inner_sheets(&inner, LINE, &sheets);
	/* The host was first seen on day 2, by a name. */
	cr_assert_eq(sheets.days.count, 18);
	cr_assert_eq(sheets.start[SEEP_STRATUM_NAMES_NEW], 7);
	cr_assert_eq(sheets.start[SEEP_STRATUM_NAMES_RARE], 5);
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_NAMES_NEW), 700);
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_NAMES_RARE), 1800);
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_ALL), 800);
	cr_assert_eq(day_of(&sheets, SEEP_STRATUM_ALL, 3), 800);
	cr_assert_eq(sum_of(&sheets, SEEP_STRATUM_DNS), 0);
	cr_assert_eq(seep__sheets_subject(&sheets, SEEP_STRATUM_NAMES_NEW),
		     sheets.names);
	cr_assert_eq(seep__sheets_subject(&sheets, SEEP_STRATUM_DNS),
		     sheets.subject);
	cr_assert_str_eq(sheets.names->peers[0].label, "example.com");
	inner_close(&inner);
	test_flows_clear(&flows);
}

static const char *const domains[] = {"example.com",  "example.net",
				      "example.org",  "example.edu",
				      "site.example", "mail.example"};

/* 60 hosts; of the peers some turn up late. */
static void
add_crowd(struct test_flows *flows, int days, uint64_t seed)
{
	uint64_t state = seed;

	inner_beat(flows, 0, days);
	for (int n = 0; n < days * 120; n++) {
		const int day = n / 120;
		const uint64_t draw = test_random_below(&state, 1000);
		char host[32], peer[32];
		struct seep_flow flow;
		int met;

		snprintf(host, sizeof(host), "10.1.0.%d",
			 (int)test_random_below(&state, 60) + 1);
		met = (int)test_random_below(&state, 200 + 4 * (uint64_t)day);
		snprintf(peer, sizeof(peer), "198.18.%d.%d", met / 100,
			 1 + met % 100);
		flow = inner_flow(host, peer, draw % 3 ? 443 : 22, day,
				  (int)test_random_below(&state, 23));
		flow.end_ns += draw % 7 ? 0 : 30 * HOUR;
		flow.bytes_orig = 1 + test_random_below(&state, MB);
		if (draw % 5 == 0)
			flow.opener = SEEP_OPENER_UNKNOWN;
		if (draw % 4 == 0)
			flow = test_flow_swapped(&flow);
		if (draw % 8 == 1)
			flow.opener = SEEP_OPENER_RESP;
		if (draw % 11 == 0)
			flow =
			    inner_name(host, domains[draw % 6], 1 + draw, day);
		test_flows_add(flows, &flow);
	}
}

/* What a decision at the end of day 'cut' read must not change later. */
static void
check_prefix(struct inner *whole, struct inner *part, const char *network)
{
	struct seep__sheets a, b;

	inner_sheets(whole, network, &a);
	inner_sheets(part, network, &b);
	cr_assert_leq(b.days.count, a.days.count);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (size_t i = 0; i < b.days.count; i++) {
			const uint64_t *x = a.sheet[s].hour;
			const uint64_t *y = b.sheet[s].hour;

			cr_assert_eq(a.days.usable[i], b.days.usable[i]);
			cr_assert_eq(day_of(&a, s, i), day_of(&b, s, i),
				     "%s %zu of %zu", seep_stratum_name(s), i,
				     b.days.count);
			for (size_t h = i * 24; h < i * 24 + 24; h++)
				cr_assert_eq(x ? x[h] : 0, y ? y[h] : 0);
		}
}

Test(sheets, what_comes_later_changes_no_earlier_day)
{
	const int cuts[] = {15, 20, 28, 33};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner whole;

	add_crowd(&flows, 40, 3);
	inner_open(&whole, &flows, NULL, &all);
	cr_assert_eq(whole.popularity[0].usable, 1);
	for (size_t c = 0; c < 4; c++) {
		struct test_flows before = TEST_FLOWS_EMPTY;
		struct seep_detect_opts opts = all;
		struct inner part;

		/* Flows that go on are cut by the hours that are read. */
		for (size_t i = 0; i < flows.count; i++)
			if (flows.at[i].start_ns <
			    TEST_START_NS + cuts[c] * DAY)
				test_flows_add(&before, &flows.at[i]);
		opts.until_ns = TEST_START_NS + cuts[c] * DAY;
		inner_open(&part, &before, NULL, &opts);
		for (int n = 1; n <= 60; n++) {
			char network[32];

			snprintf(network, sizeof(network), "10.1.0.%d/32", n);
			check_prefix(&whole, &part, network);
		}
		inner_close(&part);
		test_flows_clear(&before);
	}
	inner_close(&whole);
	test_flows_clear(&flows);
}

Test(sheets, are_the_sums_of_the_cells_they_say_they_hold)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	struct inner inner;
	uint64_t classes = 0;

	add_crowd(&flows, 20, 4);
	inner_open(&inner, &flows, NULL, &all);
	inner_sheets(&inner, LINE, &sheets);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++) {
		const struct seep__subject *subject =
		    seep__sheets_subject(&sheets, s);
		uint64_t sum = 0;

		for (size_t c = 0; c < subject->cells_count; c++)
			if (seep__sheets_hold(&sheets, s, &subject->cells[c]))
				sum += seep__subject_counts(subject,
							    &subject->cells[c]);
		cr_assert_eq(sum, sum_of(&sheets, s), "%s",
			     seep_stratum_name(s));
		if (s >= SEEP_STRATUM_WEB && s <= SEEP_STRATUM_OTHER)
			classes += sum;
	}
	cr_assert_gt(sum_of(&sheets, SEEP_STRATUM_RARE_PUSH), 0);
	cr_assert_gt(sum_of(&sheets, SEEP_STRATUM_NEW_PULL), 0);
	cr_assert_eq(classes, sum_of(&sheets, SEEP_STRATUM_ALL));
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* Everything between a snapshot and the sheets, on an account of its own. */
static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct inner *inner = ctx;
	struct seep__case view = inner->view;
	struct seep__popularity popularity[2];
	struct seep__entities entities;
	struct seep__subject subject[2];
	struct seep__allowance allow;
	struct seep__sheets sheets;
	struct seep__arena arena;
	int rc = seep__mem_new(&view.mem, alloc, 0);

	if (rc != SEEP_OK)
		return rc;
	seep__arena_init(&arena, view.mem);
	view.out = &arena;
	view.allow = &allow;
	rc = seep__calendar_init(&view.calendar, view.snapshot, 0, UINT32_MAX,
				 &arena);
	if (rc == SEEP_OK)
		rc = seep__allow_init(&allow, inner->allow.list,
				      inner->allow.count, &view.calendar,
				      &arena);
	for (int names = 0; rc == SEEP_OK && names < 2; names++) {
		rc = seep__popularity_init(&popularity[names], &view, names,
					   &arena);
		view.popularity[names] = &popularity[names];
	}
	if (rc == SEEP_OK)
		rc = seep__entities_init(&entities, &view, &arena);
	for (int names = 0; rc == SEEP_OK && names < 2; names++)
		rc = seep__entities_subject(&entities, &view, 0, names, &arena,
					    &subject[names]);
	if (rc == SEEP_OK)
		rc = seep__sheets_init(&sheets, &subject[0], &subject[1]);
	seep__arena_clear(&arena);
	seep__mem_unref(view.mem);
	return rc;
}

Test(sheets, every_failed_allocation_on_the_way_is_survived)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_detect_opts opts = all;
	struct seep_allow entry;
	const char *wrong;
	struct inner inner;
	size_t runs;

	memset(&entry, 0, sizeof(entry));
	entry.bytes_per_day = 100;
	opts.allow = &entry;
	opts.allow_count = 1;
	add_crowd(&flows, 3, 5);
	inner_open(&inner, &flows, NULL, &opts);
	wrong = test_alloc_each(attempt, &inner, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_gt(runs, 20);
	inner_close(&inner);
	test_flows_clear(&flows);
}
