/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "detect/case.h"

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

Test(entity, unanswered_bytes_count_where_the_capture_is_one_way)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow(CASE_SERVER, "198.51.100.1", 443);

	case_office(&flows, 21, 1);
	flow.bytes_resp = 0;
	flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_UNANSWERED;
	flow.start_ns += 9 * DAY;
	flow.end_ns = flow.start_ns + MINUTE;
	flow.bytes_orig = 100 * MB;
	test_flows_every(&flows, &flow, HOUR, 24 * 12);
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
		cr_assert_eq(seep_findings_count(findings), (size_t)one_way);
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
	/* Three entities, 20 - 7 days each. */
	cr_assert_eq(evidence->entities, 3);
	cr_assert_eq(evidence->host_years_micro, 39 * 100000000ull / 36525);
	cr_assert_eq(evidence->alarms_expected_micro, UINT64_MAX);
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
