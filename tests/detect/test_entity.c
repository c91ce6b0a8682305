/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "support/alloc.h"

static void
check_conservation(const struct seep_findings *findings)
{
	const struct seep_evidence *evidence = seep_findings_evidence(findings);
	const struct seep_entity *entity;
	size_t cursor = 0;
	uint64_t sum = 0;
	uint64_t count = 0;

	while (seep_findings_next_entity(findings, &cursor, &entity) ==
	       SEEP_OK) {
		sum += entity->bytes_out + entity->bytes_in;
		count++;
	}
	cr_assert_gt(sum, 0);
	cr_assert_eq(sum, evidence->coverage.bytes_crossing);
	cr_assert_eq(count, evidence->entities);
}

Test(entity, every_crossing_byte_belongs_to_exactly_one)
{
	const uint32_t watches[] = {SEEP_WATCH_SERVERS, SEEP_WATCH_ALL};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow;

	case_office(&flows, 3, 1);
	/* IPv6, multicast and a peer that the server calls back. */
	flow = test_flow("fd00::1", "2001:db8::1", 443);
	test_flows_add(&flows, &flow);
	flow = test_flow("198.51.100.1", "224.0.0.251", 5353);
	flow.protocol = 17;
	test_flows_add(&flows, &flow);
	flow = test_flow("198.51.100.1", CASE_SERVER, 22);
	flow.opener = SEEP_OPENER_UNKNOWN;
	test_flows_add(&flows, &flow);
	for (int i = 0; i < 2; i++) {
		struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
		struct seep_findings *findings;

		opts.watch = watches[i];
		findings = case_detect(&flows, &opts);
		check_conservation(findings);
		seep_findings_free(findings);
	}
	test_flows_clear(&flows);
}

Test(entity, servers_have_a_line_and_others_their_group)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_entity *entity;
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	findings = case_detect(&flows, NULL);
	entity = case_entity(findings, CASE_SERVER "/32");
	cr_assert(entity);
	cr_assert_eq(entity->role, SEEP_ROLE_FILE_SERVER);
	cr_assert_null(entity->members);
	entity = case_entity(findings, "10.2.1.0/24");
	cr_assert(entity);
	cr_assert_eq(entity->role, SEEP_ROLE_GROUP);
	cr_assert_eq(entity->members_count, 6);
	cr_assert_null(case_entity(findings, "10.2.1.10/32"));
	cr_assert_eq(seep_findings_evidence(findings)->hosts_inside, 8);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(entity, every_host_has_a_line_when_all_are_watched)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	opts.watch = SEEP_WATCH_ALL;
	case_office(&flows, 3, 1);
	findings = case_detect(&flows, &opts);
	cr_assert_eq(seep_findings_evidence(findings)->entities, 8);
	cr_assert(case_entity(findings, "10.2.1.10/32"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

static int
has_note(const struct seep_findings *findings, const char *text)
{
	const struct seep_evidence *evidence = seep_findings_evidence(findings);

	for (size_t i = 0; i < evidence->notes_count; i++)
		if (strstr(evidence->notes[i], text))
			return 1;
	return 0;
}

Test(entity, without_a_file_server_every_host_is_watched_and_a_note_says_so)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	struct seep_findings *findings;

	test_flows_every(&flows, &flow, HOUR, 48);
	findings = case_detect(&flows, NULL);
	cr_assert(case_entity(findings, "10.0.0.1/32"));
	cr_assert(has_note(findings, "no file server was found"));
	cr_assert(has_note(findings, "only 2 days"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(entity, joined_addresses_are_one_line)
{
	const struct seep_address both[] = {test_address("10.0.0.1"),
					    test_address("10.7.0.1")};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	const struct seep_snapshot *list[1];
	struct seep_snapshot *snapshot;
	struct seep_findings *findings;
	struct seep_site *site;

	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep_site_join(site, both, 2), SEEP_OK);
	test_flows_add(&flows, &flow);
	flow.orig = both[1];
	test_flows_add(&flows, &flow);
	list[0] = snapshot = case_snapshot(&flows, site);
	cr_assert_eq(seep_detect(list, 1, NULL, &findings, NULL), SEEP_OK);
	cr_assert_eq(seep_findings_evidence(findings)->entities, 1);
	cr_assert_eq(case_entity(findings, "10.0.0.1/32")->bytes_out, 2000);
	seep_findings_free(findings);
	seep_snapshot_free(snapshot);
	seep_site_free(site);
	test_flows_clear(&flows);
}

/* One row of no size known: what left through a host has no bound. */
Test(entity, ceiling_counts_missed_bytes_and_is_null_after_an_unknown_loss)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	const struct seep_entity *entity;
	struct seep_findings *findings;

	flow.missed_orig = 77;
	flow.flags = SEEP_FLOW_UNANSWERED;
	flow.bytes_resp = 0;
	test_flows_add(&flows, &flow);
	findings = case_detect(&flows, NULL);
	entity = case_entity(findings, "10.0.0.1/32");
	cr_assert_eq(entity->bytes_out, 1000);
	cr_assert_eq(entity->ceiling_bytes, 1077);
	cr_assert_null(entity->ceiling_null_reason);
	cr_assert_eq(entity->floor_drip_bytes_per_day[0], UINT64_MAX);
	cr_assert_not_null(entity->floor_null_reason);
	seep_findings_free(findings);

	flow.start_ns = -1;
	test_flows_add(&flows, &flow);
	findings = case_detect(&flows, NULL);
	entity = case_entity(findings, "10.0.0.1/32");
	cr_assert_eq(entity->ceiling_bytes, UINT64_MAX);
	cr_assert(strstr(entity->ceiling_null_reason, "1 refused as bad_time"));
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

Test(entity, unanswered_bytes_count_where_the_capture_is_one_way)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow(CASE_SERVER, "198.51.100.1", 443);

	case_office(&flows, 45, 1);
	flow.bytes_resp = 0;
	flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_UNANSWERED;
	flow.start_ns += 28 * DAY;
	flow.end_ns = flow.start_ns + MINUTE;
	flow.bytes_orig = GB;
	test_flows_every(&flows, &flow, HOUR, 24 * 17);
	for (int one_way = 0; one_way < 2; one_way++) {
		const struct seep_snapshot *list[1];
		struct seep_snapshot *snapshot;
		struct seep_findings *findings;
		struct seep_coverage counted;

		/* What a reader of rows would have counted. */
		seep_coverage_init(&counted);
		counted.tcp_flows = 1000;
		counted.tcp_flows_one_way = one_way ? 501 : 500;
		list[0] = snapshot = case_snapshot_of(&flows, NULL, &counted);
		cr_assert_eq(seep_detect(list, 1, NULL, &findings, NULL),
			     SEEP_OK);
		cr_assert_eq(seep_findings_evidence(findings)->one_way,
			     one_way);
		cr_assert_eq(count_leaks(findings) > 0, one_way);
		seep_findings_free(findings);
		seep_snapshot_free(snapshot);
	}
	test_flows_clear(&flows);
}

Test(entity, gaps_and_alarm_days_are_counted)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_evidence *evidence;
	struct seep_findings *findings;

	case_office(&flows, 21, 1);
	case_remove_day(&flows, 10);
	findings = case_detect(&flows, NULL);
	evidence = seep_findings_evidence(findings);
	cr_assert_eq(evidence->hours_covered, 20 * 24);
	cr_assert_eq(evidence->gaps_count, 1);
	cr_assert_eq(evidence->gaps[0].from_ns, TEST_START_NS + 10 * DAY);
	cr_assert_eq(evidence->gaps[0].to_ns, TEST_START_NS + 11 * DAY);
	/* Three entities, 20 - 14 days each. */
	cr_assert_eq(evidence->entities, 3);
	cr_assert_eq(evidence->host_years_micro, 18 * 100000000ull / 36525);
	/* At the default of 0.1 a year. */
	cr_assert_eq(evidence->alarms_expected_micro,
		     evidence->host_years_micro / 10);
	cr_assert(has_note(findings, "24 hours between"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(entity, private_networks_that_servers_send_to_are_named)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_evidence *evidence;
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	findings = case_detect(&flows, NULL);
	evidence = seep_findings_evidence(findings);
	cr_assert_eq(evidence->partner_declared, 0);
	cr_assert_eq(evidence->inside_by_assumption_count, 1);
	cr_assert_eq(evidence->inside_by_assumption[0].network.prefix_bits,
		     120);
	cr_assert_gt(evidence->inside_by_assumption[0].bytes, 100 * MB);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

#define OLD "10.5.0.1"
#define YOUNG "10.5.2.9"
#define CLERK "10.5.2.10"
#define LATE "10.5.2.11"
#define LONE "10.5.3.1"

/* Five clients fetch files from 'host' on each day from 'from' on. */
static void
serve_files(struct test_flows *flows, const char *host, int from, int end)
{
	for (int client = 0; client < 5; client++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "10.5.1.%d", client + 1);
		flow = inner_flow(text, host, 445, from, 9);
		flow.bytes_resp = 3 * MB;
		test_flows_every(flows, &flow, DAY, (size_t)(end - from));
	}
}

static void
cross(struct test_flows *flows, const char *host, uint64_t bytes, int from,
      int end)
{
	struct seep_flow flow = inner_flow(host, "198.51.100.9", 443, from, 10);

	flow.bytes_orig = bytes;
	test_flows_every(flows, &flow, DAY, (size_t)(end - from));
}

/* 60 days of servers that become one by and by. */
static void
make_servers(struct test_flows *flows)
{
	inner_beat(flows, 0, 60);
	serve_files(flows, OLD, 0, 60);
	serve_files(flows, YOUNG, 20, 60);
	serve_files(flows, LATE, 57, 60);
	serve_files(flows, LONE, 20, 60);
	cross(flows, OLD, 1, 0, 60);
	cross(flows, YOUNG, 10, 0, 60);
	cross(flows, CLERK, 100, 0, 60);
	cross(flows, LATE, 1000, 0, 60);
	cross(flows, LONE, 10000, 3, 60);
}

static uint64_t
all_on(const struct seep__sheets *sheets, size_t position)
{
	const uint64_t *day = sheets->sheet[SEEP_STRATUM_ALL].day;

	return day ? day[position] : 0;
}

Test(entity, decides_for_itself_from_the_day_after_the_rung_that_knew_it)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__entities *entities;
	struct inner inner;

	make_servers(&flows);
	inner_open(&inner, &flows, NULL, NULL);
	entities = &inner.entities;
	cr_assert_eq(entities->watch_all, 0);
	cr_assert_eq(entities->rungs_count, 3);
	cr_assert_eq(entities->rung_end[0], 14);
	cr_assert_eq(entities->rung_end[2], 56);
	cr_assert_eq(entities->since[inner_entity(&inner, OLD "/32")], 0);
	cr_assert_eq(entities->since[inner_entity(&inner, YOUNG "/32")], 28);
	cr_assert_eq(entities->since[inner_entity(&inner, LATE "/32")],
		     SEEP__SINCE_NEVER);
	cr_assert_eq(entities->since[inner_entity(&inner, "10.5.2.0/24")], 0);
	cr_assert_eq(inner_entity(&inner, CLERK "/32"), SIZE_MAX);
	cr_assert_eq(entities->list[inner_entity(&inner, LATE "/32")].role,
		     SEEP_ROLE_FILE_SERVER);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(entity, a_group_keeps_the_days_on_which_it_decided_for_a_host)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets group, host, lone;
	const struct seep_entity *entity;
	struct inner inner;

	make_servers(&flows);
	inner_open(&inner, &flows, NULL, NULL);
	inner_sheets(&inner, "10.5.2.0/24", &group);
	inner_sheets(&inner, YOUNG "/32", &host);
	inner_sheets(&inner, "10.5.3.0/24", &lone);
	cr_assert_eq(lone.days.count, 57);
	for (size_t i = 0; i < 60; i++) {
		cr_assert_eq(all_on(&group, i), i < 28 ? 1110 : 1100);
		cr_assert_eq(all_on(&host, i), 10);
		if (i < 57)
			cr_assert_eq(all_on(&lone, i), i < 25 ? 10000 : 0);
	}
	/* What is shown: each byte once. */
	entity = &inner.entities.list[inner_entity(&inner, "10.5.2.0/24")];
	cr_assert_eq(entity->members_count, 1);
	cr_assert_eq(entity->bytes_out, 6000);
	entity = &inner.entities.list[inner_entity(&inner, "10.5.3.0/24")];
	cr_assert_eq(entity->role, SEEP_ROLE_GROUP);
	cr_assert_eq(entity->members_count, 0);
	cr_assert_eq(entity->bytes_out, 0);
	entity = &inner.entities.list[inner_entity(&inner, YOUNG "/32")];
	cr_assert_eq(entity->bytes_out, 600);
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* The prefix test, for who is looked at: by day 'cut' nothing is known of
 * what a host becomes later. */
Test(entity, what_a_host_becomes_changes_no_earlier_day_of_any)
{
	const int cuts[] = {14, 20, 28, 40, 56, 58};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner whole;

	make_servers(&flows);
	inner_open(&whole, &flows, NULL, NULL);
	for (size_t c = 0; c < 6; c++) {
		struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
		const uint32_t cut = (uint32_t)cuts[c];
		struct inner part;

		opts.until_ns = TEST_START_NS + cuts[c] * DAY;
		inner_open(&part, &flows, NULL, &opts);
		cr_assert_eq(part.entities.watch_all, 0);
		for (size_t e = 0; e < whole.entities.count; e++) {
			char network[SEEP_NETWORK_TEXT_SIZE];
			struct seep__sheets a, b;
			size_t at;

			/* Others than these decide nothing by then. */
			if (whole.entities.since[e] >= cut)
				continue;
			seep_network_format(&whole.entities.list[e].host,
					    network);
			at = inner_entity(&part, network);
			cr_assert_neq(at, SIZE_MAX, "%s", network);
			cr_assert_eq(part.entities.since[at],
				     whole.entities.since[e]);
			inner_sheets(&whole, network, &a);
			inner_sheets(&part, network, &b);
			for (size_t i = 0; i < b.days.count; i++)
				cr_assert_eq(all_on(&a, i), all_on(&b, i),
					     "%s, day %zu by day %u", network,
					     i, cut);
		}
		inner_close(&part);
	}
	inner_close(&whole);
	test_flows_clear(&flows);
}

Test(entity, is_compared_by_what_it_was_at_the_rung)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;
	size_t young, group;

	make_servers(&flows);
	inner_open(&inner, &flows, NULL, NULL);
	young = inner_entity(&inner, YOUNG "/32");
	group = inner_entity(&inner, "10.5.2.0/24");
	cr_assert_eq(seep__entities_pool(&inner.entities, young, 0),
		     SEEP_ROLE_NONE);
	cr_assert_eq(seep__entities_pool(&inner.entities, young, 1),
		     SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(seep__entities_pool(&inner.entities, young, 9),
		     SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(seep__entities_pool(&inner.entities, group, 0),
		     SEEP_ROLE_GROUP);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(entity, a_file_server_of_the_third_week_does_not_regroup_the_others)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct inner inner;

	inner_beat(&flows, 0, 30);
	serve_files(&flows, OLD, 15, 30);
	cross(&flows, OLD, 1, 0, 30);
	cross(&flows, CLERK, 100, 20, 30);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(inner.entities.watch_all, 1);
	cr_assert_eq(inner.entities.file_servers, 0);
	cr_assert_eq(inner.entities.since[inner_entity(&inner, CLERK "/32")],
		     0);
	cr_assert_eq(inner.entities.since[inner_entity(&inner, OLD "/32")], 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(entity, whoever_is_asked_for_is_marked_with_the_group_that_decides)
{
	const char *const networks[] = {OLD "/32",     YOUNG "/32",
					LATE "/32",    "10.5.2.0/24",
					"10.5.3.0/24", LONE "/32"};
	static const struct {
		const char *only;
		uint8_t asked[6];
	} cases[] = {
	    {NULL, {1, 1, 1, 1, 1, 1}},  {OLD, {1, 0, 0, 0, 0, 0}},
	    {YOUNG, {0, 1, 0, 1, 0, 0}}, {CLERK, {0, 0, 0, 1, 0, 0}},
	    {LATE, {0, 0, 1, 1, 0, 0}},  {"10.99.0.1", {0, 0, 0, 0, 0, 0}},
	};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	make_servers(&flows);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
		struct seep_address only;
		struct inner inner;

		if (cases[i].only) {
			only = test_address(cases[i].only);
			opts.only = &only;
			opts.only_count = 1;
		}
		inner_open(&inner, &flows, NULL, &opts);
		for (size_t n = 0; n < 6; n++)
			cr_assert_eq(
			    inner.entities
				.asked[inner_entity(&inner, networks[n])],
			    cases[i].asked[n], "case %zu: %s", i, networks[n]);
		inner_close(&inner);
	}
	test_flows_clear(&flows);
}

/* A machine without a way out but the resolver can leak by names. */
Test(entity, a_host_that_only_asks_for_names_belongs_to_one)
{
	struct seep_flow flow = inner_name(CLERK, "example.com", 40, 5);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__sheets sheets;
	struct inner inner;

	inner_beat(&flows, 0, 20);
	serve_files(&flows, OLD, 0, 20);
	cross(&flows, OLD, 1, 0, 20);
	test_flows_add(&flows, &flow);
	inner_open(&inner, &flows, NULL, NULL);
	inner_sheets(&inner, "10.5.2.0/24", &sheets);
	cr_assert_eq(sheets.days.count, 15);
	cr_assert_eq(sheets.sheet[SEEP_STRATUM_NAMES_NEW].day[0], 40);
	cr_assert_eq(sheets.subject->cells_count, 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}
