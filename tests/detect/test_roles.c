/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/inner.h"

/* 'count' peers "<prefix><n>" open 'port' on 'host'. */
static void
serve(struct test_flows *flows, const char *host, const char *prefix, int count,
      uint16_t port, uint64_t bytes_out, uint64_t bytes_in)
{
	for (int n = 1; n <= count; n++) {
		char text[64];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "%s%d", prefix, n);
		flow = test_flow(text, host, port);
		flow.bytes_orig = bytes_in;
		flow.bytes_resp = bytes_out;
		test_flows_add(flows, &flow);
	}
}

static void
ask(struct test_flows *flows, const char *host, const char *prefix, int count,
    uint16_t port, uint64_t bytes_out, uint64_t bytes_in)
{
	for (int n = 1; n <= count; n++) {
		char text[64];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "%s%d", prefix, n);
		flow = test_flow(host, text, port);
		flow.bytes_orig = bytes_out;
		flow.bytes_resp = bytes_in;
		test_flows_add(flows, &flow);
	}
}

static enum seep_role
role_of(const struct test_flows *flows, const char *network)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings;
	const struct seep_entity *entity;
	enum seep_role role;

	opts.watch = SEEP_WATCH_ALL;
	findings = case_detect(flows, &opts);
	entity = case_entity(findings, network);
	cr_assert(entity, "%s", network);
	role = entity->role;
	seep_findings_free(findings);
	return role;
}

static void
check_role(struct test_flows *flows, const char *network, enum seep_role role)
{
	const enum seep_role got = role_of(flows, network);

	cr_assert_eq(got, role, "%s", seep_role_name((int)got));
	test_flows_clear(flows);
}

Test(roles, who_serves_smb_to_many_is_a_file_server)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "10.0.1.", 5, 445, 5 * MB, MB);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_FILE_SERVER);
}

Test(roles, a_client_of_many_file_servers_is_none)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	ask(&flows, "10.0.0.1", "10.0.1.", 5, 445, 5 * MB, 5 * MB);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_NONE);
}

Test(roles, two_workstations_that_share_a_folder_are_none)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "10.0.1.", 2, 445, 500 * MB, MB);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_NONE);
}

Test(roles, bulk_https_makes_a_file_server_and_pages_a_web_server)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "198.51.100.", 10, 443, 200 * MB, MB);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_FILE_SERVER);
	serve(&flows, "10.0.0.1", "198.51.100.", 200, 443, 3 * MB, MB);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_WEB_SERVER);
}

Test(roles, gateways_are_known_by_both_their_sides)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "198.51.100.", 5, 25, 1000, MB);
	ask(&flows, "10.0.0.1", "203.0.113.", 5, 25, MB, 1000);
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_MAIL_RELAY);
	serve(&flows, "10.0.0.2", "10.0.1.", 9, 3128, 5 * MB, MB);
	ask(&flows, "10.0.0.2", "203.0.113.", 9, 443, MB, 5 * MB);
	check_role(&flows, "10.0.0.2/32", SEEP_ROLE_FORWARD_PROXY);
	serve(&flows, "10.0.0.3", "198.51.100.", 9, 443, 5 * MB, MB);
	ask(&flows, "10.0.0.3", "10.0.1.", 2, 8000, MB, 20 * MB);
	check_role(&flows, "10.0.0.3/32", SEEP_ROLE_REVERSE_PROXY);
	serve(&flows, "10.0.0.4", "198.51.100.", 3, 1194, 5 * MB, MB);
	check_role(&flows, "10.0.0.4/32", SEEP_ROLE_VPN_CONCENTRATOR);
	serve(&flows, "10.0.0.5", "10.0.1.", 9, 53, 300, 60);
	ask(&flows, "10.0.0.5", "203.0.113.", 4, 53, 60, 300);
	check_role(&flows, "10.0.0.5/32", SEEP_ROLE_RESOLVER);
	serve(&flows, "10.0.0.6", "10.0.1.", 9, 9103, MB, 50 * MB);
	check_role(&flows, "10.0.0.6/32", SEEP_ROLE_BACKUP_SERVER);
}

Test(roles, a_thousand_peers_a_day_over_many_services_are_a_nat_gateway)
{
	const uint16_t ports[] = {80, 443, 22, 123, 993, 8443};
	struct test_flows flows = TEST_FLOWS_EMPTY;

	for (int n = 0; n < 1200; n++) {
		char text[32];

		snprintf(text, sizeof(text), "198.18.%d.", n / 200);
		if (n % 200 == 0)
			ask(&flows, "10.0.0.1", text, 200, ports[n / 200], 1000,
			    9000);
	}
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_NAT);
}

Test(roles, a_declared_server_is_one_whatever_it_looks_like)
{
	const struct seep_network network = test_network("10.0.0.1");
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_snapshot *list[1];
	const struct seep_entity *entity;
	struct seep_snapshot *snapshot;
	struct seep_findings *findings;
	struct seep_site *site;

	cr_assert_eq(seep_site_new(&site, NULL), SEEP_OK);
	cr_assert_eq(seep_site_add(site, SEEP_SITE_SERVER, &network), SEEP_OK);
	test_flows_add(&flows, &flow);
	flow = test_flow("10.0.0.2", "198.51.100.1", 443);
	test_flows_add(&flows, &flow);
	list[0] = snapshot = case_snapshot(&flows, site);
	cr_assert_eq(seep_detect(list, 1, NULL, &findings, NULL), SEEP_OK);
	entity = case_entity(findings, "10.0.0.1/32");
	cr_assert_eq(entity->role, SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(entity->roles_count, 1);
	cr_assert_eq(entity->roles[0].declared, 1);
	cr_assert(case_entity(findings, "10.0.0.0/24"));
	seep_findings_free(findings);
	seep_snapshot_free(snapshot);
	seep_site_free(site);
	test_flows_clear(&flows);
}

Test(roles, evidence_names_service_clients_bytes_and_since)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_role_evidence *evidence;
	struct seep_findings *findings;

	case_office(&flows, 3, 1);
	findings = case_detect(&flows, NULL);
	evidence = case_entity(findings, CASE_SERVER "/32")->roles;
	cr_assert_eq(evidence->role, SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(evidence->declared, 0);
	cr_assert_eq(evidence->protocol, 6);
	cr_assert_eq(evidence->port, 445);
	cr_assert_eq(evidence->clients, 6);
	cr_assert_gt(evidence->bytes, 100 * MB);
	cr_assert_eq(evidence->since_ns, TEST_START_NS);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(roles, no_single_flow_turns_a_clear_server)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "10.0.1.", 5, 445, 5 * MB, MB);
	ask(&flows, "10.0.0.1", "198.51.100.", 4, 443, MB, MB);
	for (size_t drop = 0; drop < flows.count; drop++) {
		struct test_flows rest = TEST_FLOWS_EMPTY;

		for (size_t i = 0; i < flows.count; i++)
			if (i != drop)
				test_flows_add(&rest, &flows.at[i]);
		check_role(&rest, "10.0.0.1/32", SEEP_ROLE_FILE_SERVER);
	}
	test_flows_clear(&flows);
}

/* The missed SYN: the channel's opener is unknown, its port is not. */
Test(roles, clients_whose_opening_was_missed_still_count)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	serve(&flows, "10.0.0.1", "10.0.1.", 5, 445, 5 * MB, MB);
	for (size_t i = 1; i < flows.count; i++)
		flows.at[i].opener = SEEP_OPENER_UNKNOWN;
	check_role(&flows, "10.0.0.1/32", SEEP_ROLE_FILE_SERVER);
}

static uint32_t
hour_of(int day)
{
	return (uint32_t)((TEST_START_NS + day * DAY) / HOUR);
}

static enum seep_role
role_by(const struct inner *inner, size_t host, int day)
{
	enum seep_role role;

	cr_assert_eq(seep__host_role(&inner->view, host, hour_of(day), &role),
		     SEEP_OK);
	return role;
}

Test(roles, are_told_by_the_cells_before_a_time)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_address server;
	struct seep__host read;
	struct inner inner;

	serve(&flows, "10.0.0.1", "10.0.1.", 2, 445, 5 * MB, MB);
	for (size_t i = 0; i < flows.count; i++)
		flows.at[i].start_ns = flows.at[i].end_ns += 2 * DAY;
	/* The third client comes on day 4, in a channel that had an unknown
	 * opener before. */
	serve(&flows, "10.0.0.1", "10.0.2.", 1, 445, 5 * MB, MB);
	flows.at[2].opener = SEEP_OPENER_UNKNOWN;
	flows.at[2].start_ns = flows.at[2].end_ns += 4 * DAY;
	inner_open(&inner, &flows, NULL, NULL);
	server = test_address("10.0.0.1");
	cr_assert_eq(
	    seep_address_compare(seep__view_host(inner.snapshot, 0), &server),
	    0);
	cr_assert_eq(role_by(&inner, 0, 0), SEEP_ROLE_NONE);
	cr_assert_eq(role_by(&inner, 0, 4), SEEP_ROLE_NONE);
	cr_assert_eq(role_by(&inner, 0, 5), SEEP_ROLE_FILE_SERVER);
	cr_assert_eq(seep__host_read(&inner.view, 0, &read), SEEP_OK);
	cr_assert_eq(read.may_serve, 1);
	cr_assert_eq(read.roles[0].role, SEEP_ROLE_FILE_SERVER);
	/* A client never served anything: it is read once. */
	cr_assert_eq(seep__host_read(&inner.view, 1, &read), SEEP_OK);
	cr_assert_eq(read.may_serve, 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}
