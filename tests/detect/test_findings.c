/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/case.h"
#include "support/alloc.h"

static const struct case_leak leak = {16, 30, CASE_LEAK_DAY, 12, 0, 0};

Test(findings, names_are_the_contracts_words)
{
	char text[SEEP_SERVICE_TEXT_SIZE];

	cr_assert_str_eq(seep_role_name(SEEP_ROLE_FILE_SERVER), "file_server");
	cr_assert_str_eq(seep_role_name(SEEP_ROLE_GROUP), "group");
	cr_assert_str_eq(seep_role_name(-1), "unknown");
	cr_assert_str_eq(seep_role_name(SEEP_ROLE_COUNT), "unknown");
	for (int role = 0; role < SEEP_ROLE_COUNT; role++)
		cr_assert_str_neq(seep_role_name(role), "unknown");
	cr_assert_str_eq(seep_pattern_name(SEEP_PATTERN_NEW_PEERS),
			 "new_peers");
	cr_assert_str_eq(seep_pattern_name(SEEP_PATTERN_COUNT), "unknown");
	cr_assert_str_eq(seep_direction_name(SEEP_DIRECTION_PULL), "pull");
	cr_assert_str_eq(seep_basis_name(SEEP_BASIS_CONTRAST), "contrast");
	cr_assert_eq(seep_service_name(6, 445, text), 7);
	cr_assert_str_eq(text, "tcp/445");
	seep_service_name(1, 0, text);
	cr_assert_str_eq(text, "icmp");
	seep_service_name(17, SEEP_PORT_HIGH, text);
	cr_assert_str_eq(text, "udp/high");
	seep_service_name(89, 0, text);
	cr_assert_str_eq(text, "proto-89");
	cr_assert_eq(seep_service_name(255, 65535, text), 15);
	cr_assert_str_eq(text, "proto-255/65535");
}

/* What a reader's awk would do over the rows. */
Test(findings, bytes_are_what_the_flows_add_up_to)
{
	const struct seep_address server = test_address(CASE_SERVER);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;
	uint64_t sum = 0, days = 0;

	case_office(&flows, 30, 7);
	case_leak(&flows, &leak);
	findings = case_detect(&flows, NULL);
	finding = case_first(findings);
	cr_assert(finding);
	cr_assert_eq(finding->peers_total, finding->peers_count);
	for (size_t p = 0; p < finding->peers_count; p++) {
		uint64_t bytes = 0;

		for (size_t i = 0; i < flows.count; i++) {
			const struct seep_flow *f = &flows.at[i];

			if (f->start_ns < finding->first_seen_ns ||
			    f->end_ns > finding->last_seen_ns)
				continue;
			if (!seep_address_compare(&f->orig, &server) &&
			    !seep_address_compare(&f->resp,
						  &finding->peers[p].peer))
				bytes += f->bytes_orig;
			if (!seep_address_compare(&f->resp, &server) &&
			    !seep_address_compare(&f->orig,
						  &finding->peers[p].peer))
				bytes += f->bytes_resp;
		}
		cr_assert_eq(bytes, finding->peers[p].bytes_out);
		if (p > 0)
			cr_assert_geq(finding->peers[p - 1].bytes_out, bytes);
		sum += bytes;
	}
	cr_assert_eq(sum, finding->bytes_out);
	for (size_t d = 0; d < finding->days_count; d++)
		days += finding->days[d].bytes_out;
	cr_assert_eq(finding->days_count, 30);
	cr_assert_geq(days, sum);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(findings, an_id_is_sixteen_digits_and_stays_as_the_episode_grows)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *whole, *early;

	case_office(&flows, 30, 7);
	case_leak(&flows, &leak);
	whole = case_detect(&flows, NULL);
	for (int day = 24; day < 30; day++)
		case_remove_day(&flows, day);
	early = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(early), 1);
	cr_assert_eq(strlen(case_first(whole)->id), 16);
	cr_assert_eq(strspn(case_first(whole)->id, "0123456789abcdef"), 16);
	cr_assert_str_eq(case_first(whole)->id, case_first(early)->id);
	cr_assert_eq(case_first(whole)->detected_at_ns,
		     case_first(early)->detected_at_ns);
	cr_assert_gt(case_first(whole)->bytes_out,
		     case_first(early)->bytes_out);
	seep_findings_free(early);
	seep_findings_free(whole);
	test_flows_clear(&flows);
}

/* A leak of traffic and one of query names, which are no traffic, decided at
 * the same time and in the same direction. */
Test(findings, no_two_findings_have_the_same_id)
{
	static const char domains[][16] = {"old.example", "drop.example"};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow name = test_flow(CASE_SERVER, "198.51.100.1", 53);
	const struct seep_finding *a, *b;
	struct seep_findings *findings;
	size_t cursor = 0;

	case_office(&flows, 40, 7);
	case_drip(&flows, CASE_SERVER, "198.51.100.7", 24, 40, 100 * MB);
	name.flags = SEEP_FLOW_NAME;
	for (int fresh = 0; fresh < 2; fresh++) {
		const int day = fresh ? 24 : 0;
		const size_t size = strlen(domains[fresh]);

		seep_name_address(domains[fresh], size, &name.resp);
		name.name.text = domains[fresh];
		name.name_size = (uint32_t)size;
		name.bytes_orig = fresh ? MB / 50 : 20;
		name.start_ns = TEST_START_NS + day * DAY;
		name.end_ns = name.start_ns + SEC;
		test_flows_every(&flows, &name, HOUR, (size_t)(40 - day) * 24);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 2);
	cr_assert_eq(seep_findings_next(findings, &cursor, &a), SEEP_OK);
	cr_assert_eq(seep_findings_next(findings, &cursor, &b), SEEP_OK);
	cr_assert_eq(a->detected_at_ns, b->detected_at_ns);
	cr_assert_eq(a->direction, b->direction);
	if (!a->peers[0].is_name) {
		const struct seep_finding *other = a;

		a = b;
		b = other;
	}
	cr_assert_eq(a->peers[0].is_name, 1);
	cr_assert(strstr(a->explanation, " under one domain, drop.example,"),
		  "%s", a->explanation);
	cr_assert_null(strstr(a->explanation, "100::"));
	cr_assert_str_neq(a->id, b->id);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(findings, explanations_are_plain_and_claim_nothing)
{
	static const char *const never[] = {"no leak", "proof", "certain",
					    "safe"};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const char *text;

	case_office(&flows, 30, 7);
	case_leak(&flows, &leak);
	findings = case_detect(&flows, NULL);
	text = case_first(findings)->explanation;
	cr_assert(strstr(text, "The file server " CASE_SERVER " sent "));
	cr_assert(strstr(text, "2026-03-18T00:00:00Z"));
	for (size_t i = 0; text[i]; i++)
		cr_assert(text[i] >= 0x20 && text[i] < 0x7f);
	for (size_t i = 0; i < 4; i++)
		cr_assert_null(strstr(text, never[i]));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* 203.0.113.5 had the server's bytes every day before; now much more. */
Test(findings, missed_bytes_are_stated_apart)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow(CASE_SERVER, "198.51.100.1", 443);
	const struct seep_finding *finding;
	struct seep_findings *findings;

	case_office(&flows, 30, 7);
	flow.start_ns += 16 * DAY;
	flow.end_ns = flow.start_ns + MINUTE;
	flow.bytes_orig = 10 * MB;
	flow.missed_orig = 90 * MB;
	test_flows_every(&flows, &flow, HOUR, 14 * 24);
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	finding = case_first(findings);
	cr_assert_eq(finding->bytes_out, 14 * 24 * 10 * MB);
	cr_assert_eq(finding->bytes_missed, 14 * 24 * 90 * MB);
	cr_assert(strstr(finding->explanation, "The sensor missed another "));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(findings, a_hidden_gateway_is_said_to_have_others_behind_it)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;

	case_office(&flows, 30, 7);
	for (int n = 0; n < 6; n++) {
		char client[32];
		struct seep_flow flow;

		snprintf(client, sizeof(client), "10.2.1.%d", 10 + n);
		flow = test_flow(client, "10.2.0.8", 3128);
		flow.bytes_resp = 20 * MB;
		test_flows_every(&flows, &flow, DAY, 30);
		snprintf(client, sizeof(client), "198.18.5.%d", 10 + n);
		flow = test_flow("10.2.0.8", client, 443);
		flow.bytes_orig = 20 * MB;
		test_flows_every(&flows, &flow, DAY, 30);
	}
	for (size_t i = 0, count = flows.count; i < count; i++) {
		struct seep_flow flow = flows.at[i];

		if (flow.port_resp != 123 ||
		    flow.start_ns < TEST_START_NS + 20 * DAY)
			continue;
		flow = test_flow("10.2.0.8", "198.51.100.7", 443);
		flow.start_ns = flows.at[i].start_ns;
		flow.end_ns = flow.start_ns + SEC;
		flow.bytes_orig = 100 * MB;
		test_flows_add(&flows, &flow);
	}
	findings = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(findings), 1);
	cr_assert_eq(case_first(findings)->role, SEEP_ROLE_FORWARD_PROXY);
	cr_assert(strstr(case_first(findings)->explanation,
			 "the origin may lie behind it"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(findings, an_empty_case_says_that_nothing_was_usable)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings = case_detect(&flows, NULL);
	const struct seep_evidence *evidence = seep_findings_evidence(findings);

	cr_assert_eq(seep_findings_count(findings), 0);
	cr_assert_eq(evidence->entities, 0);
	cr_assert_eq(evidence->notes_count, 1);
	cr_assert(strstr(evidence->notes[0], "no usable flow"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(findings, options_out_of_range_are_refused)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *snapshot = case_snapshot(&flows, NULL);
	const struct seep_snapshot *const list[] = {snapshot};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings;

	opts.watch = 2;
	cr_assert_eq(seep_detect(list, 1, &opts, &findings, NULL), SEEP_EINVAL);
	cr_assert_null(findings);
	opts.watch = 0;
	opts.since_ns = -1;
	cr_assert_eq(seep_detect(list, 1, &opts, &findings, NULL), SEEP_EINVAL);
	cr_assert_eq(seep_detect(list, 0, NULL, &findings, NULL), SEEP_EINVAL);
	seep_snapshot_free(snapshot);
}

Test(findings, only_whole_hours_within_since_and_until_are_read)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	struct seep_findings *findings;

	test_flows_every(&flows, &flow, HOUR, 10);
	opts.since_ns = TEST_START_NS + HOUR + 1;
	opts.until_ns = TEST_START_NS + 5 * HOUR + 1;
	findings = case_detect(&flows, &opts);
	cr_assert_eq(case_entity(findings, "10.0.0.1/32")->bytes_out, 3000);
	cr_assert_eq(seep_findings_evidence(findings)->hours_covered, 3);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

static int
attempt_detect(const struct seep_alloc *alloc, void *ctx)
{
	const struct seep_snapshot *const list[] = {ctx};
	struct seep_findings *findings;
	const int rc = seep_detect(list, 1, NULL, &findings, alloc);

	seep_findings_free(findings);
	return rc;
}

Test(findings, a_failed_allocation_loses_nothing_and_says_so)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *snapshot;
	const char *wrong;
	size_t runs;

	case_office(&flows, 30, 7);
	case_leak(&flows, &leak);
	snapshot = case_snapshot(&flows, NULL);
	wrong = test_alloc_each(attempt_detect, snapshot, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_gt(runs, 20);
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
}
