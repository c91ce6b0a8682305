/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"

#define HOST "10.1.0.1"
#define LINE HOST "/32"
#define PEER "198.51.100.9"
#define OTHER "198.51.100.10"

static struct seep_allow
entry_of(uint64_t bytes_per_day)
{
	struct seep_allow entry;

	memset(&entry, 0, sizeof(entry));
	entry.bytes_per_day = bytes_per_day;
	return entry;
}

static void
send_bytes(struct test_flows *flows, const char *peer, int day, int hour,
	   uint64_t bytes)
{
	struct seep_flow flow = inner_flow(HOST, peer, 443, day, hour);

	flow.bytes_orig = bytes;
	flow.name.text = "backup.example.com";
	flow.name_size = strcmp(peer, PEER) == 0 ? 18 : 0;
	test_flows_add(flows, &flow);
}

/* 100 bytes an hour to PEER and 10 to OTHER on days 1 to 3. */
static void
add_hours(struct test_flows *flows)
{
	inner_beat(flows, 0, 5);
	for (int n = 24; n < 96; n++) {
		send_bytes(flows, PEER, n / 24, n % 24, 100);
		send_bytes(flows, OTHER, n / 24, n % 24, 10);
	}
}

static void
open_allowed(struct inner *inner, const struct test_flows *flows,
	     const struct seep_allow *list, size_t count)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;

	opts.watch = SEEP_WATCH_ALL;
	opts.allow = list;
	opts.allow_count = count;
	inner_open(inner, flows, NULL, &opts);
}

/* Bytes of the host that one entry takes out of add_hours(). */
static uint64_t
take(const struct seep_allow *entry)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct inner inner;
	uint64_t left = 0;
	uint64_t taken;

	cr_assert_eq(seep__allow_check(entry, 1), SEEP_OK);
	add_hours(&flows);
	open_allowed(&inner, &flows, entry, 1);
	inner_subject(&inner, LINE, 0, &subject);
	for (size_t c = 0; c < subject.cells_count; c++)
		left += seep__subject_counts(&subject, &subject.cells[c]);
	taken = seep__allow_tally(&subject);
	cr_assert_eq(left + taken, 72 * 110);
	cr_assert_eq(inner.allow.taken[0].bytes, taken);
	inner_close(&inner);
	test_flows_clear(&flows);
	return taken;
}

Test(allow, up_to_the_limit_of_each_day_is_taken_by_the_hour)
{
	const struct seep_allow entry = entry_of(555);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	const uint64_t *hour;
	struct inner inner;

	add_hours(&flows);
	open_allowed(&inner, &flows, &entry, 1);
	inner_sheets(&inner, LINE, &sheets);
	cr_assert_eq(sheets.days.count, 4);
	hour = sheets.sheet[SEEP_STRATUM_ALL].hour;
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(sheets.sheet[SEEP_STRATUM_ALL].day[i],
			     24 * 110 - 555);
		cr_assert_eq(hour[i * 24 + 4], 0);
		/* 5 of the peer that stands first are left, and the other. */
		cr_assert_eq(hour[i * 24 + 5], 105);
		cr_assert_eq(hour[i * 24 + 6], 110);
	}
	cr_assert_eq(seep__allow_tally(sheets.subject), 3 * 555);
	cr_assert_eq(inner.allow.taken[0].bytes, 3 * 555);
	cr_assert_eq(inner.allow.taken[0].days, 3);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(allow, an_entry_takes_what_it_names)
{
	struct seep_allow entry = entry_of(UINT64_MAX);

	cr_assert_eq(take(&entry), 72 * 110);
	entry.peer = test_network(PEER);
	cr_assert_eq(take(&entry), 7200);
	entry.peer = test_network("198.51.100.8/30");
	cr_assert_eq(take(&entry), 7920);
	entry.peer = test_network("203.0.113.0/24");
	cr_assert_eq(take(&entry), 0);
	entry = entry_of(UINT64_MAX);
	entry.host = test_network("10.1.0.0/16");
	cr_assert_eq(take(&entry), 7920);
	entry.host = test_network("10.2.0.0/16");
	cr_assert_eq(take(&entry), 0);
	entry = entry_of(0);
	cr_assert_eq(take(&entry), 0);
}

Test(allow, a_service_is_matched_as_findings_name_it)
{
	struct seep_allow entry = entry_of(UINT64_MAX);

	entry.has_service = 1;
	entry.protocol = 6;
	entry.port = 443;
	cr_assert_eq(take(&entry), 7920);
	entry.port = 0;
	cr_assert_eq(take(&entry), 7920);
	entry.port = 22;
	cr_assert_eq(take(&entry), 0);
	entry.port = SEEP_PORT_HIGH;
	cr_assert_eq(take(&entry), 0);
	entry.protocol = 17;
	entry.port = 443;
	cr_assert_eq(take(&entry), 0);
	entry.protocol = 1;
	entry.port = 0;
	cr_assert_eq(take(&entry), 0);
}

Test(allow, a_name_holds_for_the_names_below_it)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} cases[] = {
	    {"backup.example.com", 7200}, {"example.com", 7200},
	    {"Example.COM", 7200},        {"com", 7200},
	    {"ackup.example.com", 0},     {"xbackup.example.com", 0},
	    {"example.net", 0},           {".example.com", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seep_allow entry = entry_of(UINT64_MAX);

		entry.name = cases[i].name;
		cr_assert_eq(take(&entry), cases[i].bytes, "%s", cases[i].name);
	}
}

Test(allow, days_that_begin_within_the_time_are_meant)
{
	struct seep_allow entry = entry_of(UINT64_MAX);

	entry.from_ns = TEST_START_NS + 2 * DAY;
	cr_assert_eq(take(&entry), 2 * 2640);
	entry.from_ns++;
	cr_assert_eq(take(&entry), 2640);
	entry.from_ns = 0;
	entry.until_ns = TEST_START_NS + 2 * DAY;
	cr_assert_eq(take(&entry), 2640);
	entry.until_ns++;
	cr_assert_eq(take(&entry), 2 * 2640);
	entry.from_ns = entry.until_ns;
	cr_assert_eq(take(&entry), 0);
}

Test(allow, a_byte_is_taken_once_and_in_the_order_of_the_list)
{
	struct seep_allow list[2] = {entry_of(1000), entry_of(2400)};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct inner inner;

	list[1].peer = test_network(PEER);
	add_hours(&flows);
	open_allowed(&inner, &flows, list, 2);
	inner_subject(&inner, LINE, 0, &subject);
	cr_assert_eq(seep__allow_tally(&subject), 3 * (1000 + 1490));
	cr_assert_eq(inner.allow.taken[0].bytes, 3000);
	/* The first took 910 of the 2,400. */
	cr_assert_eq(inner.allow.taken[1].bytes, 3 * 1490);
	cr_assert_eq(inner_peer(&subject, PEER)->bytes, 0);
	cr_assert_eq(inner_peer(&subject, OTHER)->bytes, 3 * 150);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(allow, in_a_group_an_entry_is_about_the_host_it_names)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_allow entry = entry_of(UINT64_MAX);
	const struct seep_network server = test_network("10.9.0.1");
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct seep_site *site;
	struct inner inner;
	struct seep_flow flow;

	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep_site_add(site, SEEP_SITE_SERVER, &server), SEEP_OK);
	entry.host = test_network("10.1.0.2");
	opts.allow = &entry;
	opts.allow_count = 1;
	add_hours(&flows);
	flow = inner_flow("10.1.0.2", PEER, 443, 1, 0);
	test_flows_add(&flows, &flow);
	flow = inner_flow("10.9.0.1", PEER, 443, 1, 0);
	test_flows_add(&flows, &flow);
	inner_open(&inner, &flows, site, &opts);
	inner_subject(&inner, "10.1.0.0/24", 0, &subject);
	cr_assert_eq(seep__allow_tally(&subject), 1000);
	cr_assert_eq(inner_peer(&subject, PEER)->bytes, 7200);
	inner_close(&inner);
	seep_site_free(site);
	test_flows_clear(&flows);
}

/* Its group reads the host's first days, its own entity all of them. */
Test(allow, a_byte_that_two_entities_read_is_told_once)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	const struct seep_allow entry = entry_of(UINT64_MAX);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;
	uint64_t taken = 0;

	opts.allow = &entry;
	opts.allow_count = 1;
	inner_beat(&flows, 0, 30);
	for (int day = 0; day < 30; day++)
		send_bytes(&flows, PEER, day, 1, 100);
	for (int n = 0; n < 60; n++) {
		char client[32];
		struct seep_flow flow;

		/* A server from the first day, and one from the third week. */
		snprintf(client, sizeof(client), "10.3.0.%d", 1 + n / 10);
		flow = inner_flow(client, n % 2 ? HOST : "10.2.0.1", 445,
				  n % 2 ? 20 : 0, 5);
		flow.bytes_resp = 5 * MB;
		test_flows_add(&flows, &flow);
	}
	inner_open(&inner, &flows, NULL, &opts);
	cr_assert_eq(inner.entities.since[inner_entity(&inner, LINE)], 28);
	for (size_t e = 0; e < inner.entities.count; e++) {
		struct seep__subject subject;

		cr_assert_eq(seep__entities_subject(&inner.entities,
						    &inner.view, e, 0,
						    &inner.scratch, &subject),
			     SEEP_OK);
		for (size_t c = 0; c < subject.cells_count; c++)
			cr_assert_eq(
			    seep__subject_counts(&subject, &subject.cells[c]),
			    0);
		taken += seep__allow_tally(&subject);
	}
	cr_assert_eq(taken, 3000);
	cr_assert_eq(inner.allow.taken[0].bytes, 3000);
	cr_assert_eq(inner.allow.taken[0].days, 30);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(allow, query_names_are_allowed_by_their_domain_alone)
{
	struct seep_allow list[2] = {entry_of(UINT64_MAX), entry_of(70)};
	struct seep_flow flow = inner_name(HOST, "example.com", 50, 1);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__subject subject;
	struct inner inner;

	list[1].name = "example.com";
	inner_beat(&flows, 0, 3);
	test_flows_every(&flows, &flow, HOUR, 2);
	open_allowed(&inner, &flows, list, 2);
	inner_subject(&inner, LINE, 1, &subject);
	cr_assert_eq(subject.peers[0].bytes, 30);
	/* They are no traffic: no ceiling knows them. */
	cr_assert_eq(seep__allow_tally(&subject), 0);
	cr_assert_eq(inner.allow.taken[0].bytes, 0);
	cr_assert_eq(inner.allow.taken[1].bytes, 70);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(allow, what_was_taken_is_listed_and_no_total_shrinks)
{
	struct seep_allow list[3] = {entry_of(1), entry_of(555), entry_of(9)};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_evidence *evidence;
	const struct seep_entity *entity;
	struct seep_findings *findings;

	list[0].peer = test_network("203.0.113.1");
	list[1].peer = test_network(PEER);
	list[2].from_ns = TEST_START_NS + 3 * DAY;
	opts.watch = SEEP_WATCH_ALL;
	opts.allow = list;
	opts.allow_count = 3;
	add_hours(&flows);
	findings = case_detect(&flows, &opts);
	entity = case_entity(findings, LINE);
	cr_assert_eq(entity->bytes_out, 7920);
	cr_assert_eq(entity->ceiling_bytes, 7920);
	cr_assert_eq(entity->ceiling_allowed_bytes, 3 * 555 + 9);
	evidence = seep_findings_evidence(findings);
	cr_assert_eq(evidence->allowed_count, 2);
	cr_assert_eq(evidence->allowed[0].index, 1);
	cr_assert_eq(evidence->allowed[0].bytes, 3 * 555);
	cr_assert_eq(evidence->allowed[0].days, 3);
	cr_assert_eq(evidence->allowed[1].index, 2);
	cr_assert_eq(evidence->allowed[1].bytes, 9);
	cr_assert_eq(evidence->allowed[1].days, 1);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

static size_t
count_leaks(const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0;
	size_t count = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		count += finding->peers_count > 0 &&
			 case_is_leak_peer(&finding->peers[0].peer);
	return count;
}

Test(allow, an_expected_transfer_is_silent_and_its_excess_speaks)
{
	const struct case_leak leak = {30, 45, CASE_LEAK_DAY, 1, 1, 0};
	const uint64_t limits[] = {0, CASE_LEAK_DAY, CASE_LEAK_DAY / 10};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_allow entry = entry_of(0);
	struct test_flows flows = TEST_FLOWS_EMPTY;

	entry.peer = test_network("198.51.0.0/16");
	opts.allow = &entry;
	opts.allow_count = 1;
	case_office(&flows, 45, 11);
	case_leak(&flows, &leak);
	for (int i = 0; i < 3; i++) {
		struct seep_findings *findings;

		entry.bytes_per_day = limits[i];
		findings = case_detect(&flows, &opts);
		if (i == 1)
			cr_assert_eq(count_leaks(findings), 0);
		else
			cr_assert_gt(count_leaks(findings), 0);
		seep_findings_free(findings);
	}
	test_flows_clear(&flows);
}

/* Each of these would never match, or means something else than it says. */
Test(allow, entries_that_make_no_sense_are_refused)
{
	struct seep_allow bad[12];
	char longest[256];

	for (size_t i = 0; i < 12; i++)
		bad[i] = entry_of(1);
	memset(longest, 'a', sizeof(longest));
	longest[254] = '\0';
	bad[0].host.prefix_bits = 129;
	bad[1].peer.prefix_bits = 129;
	bad[2].name = "";
	bad[3].name = longest;
	bad[4].has_service = 2;
	bad[5].has_service = 1;
	bad[5].protocol = 6;
	bad[5].port = 12345;
	bad[6].has_service = 1;
	bad[6].protocol = 1;
	bad[6].port = 8;
	bad[7].has_service = 1;
	bad[7].protocol = 6;
	bad[7].port = SEEP_PORT_HIGH + 1;
	bad[8].from_ns = -1;
	bad[9].until_ns = -1;
	bad[10].from_ns = 2;
	bad[10].until_ns = 1;
	for (size_t i = 0; i < 11; i++)
		cr_assert_eq(seep__allow_check(&bad[i], 1), SEEP_EINVAL, "%zu",
			     i);
	cr_assert_eq(seep__allow_check(NULL, 1), SEEP_EINVAL);
	cr_assert_eq(seep__allow_check(NULL, 0), SEEP_OK);
	longest[253] = '\0';
	cr_assert_eq(seep__allow_check(&bad[3], 1), SEEP_OK);
	cr_assert_eq(seep__allow_check(&bad[11], 1), SEEP_OK);
	cr_assert_eq(seep__allow_check(bad, 12), SEEP_EINVAL);
}
