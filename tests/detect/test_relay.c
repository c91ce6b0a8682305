/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/inner.h"
#include "detect/reading.h"

#define DAYS 60
#define ONSET 40
#define STAGE "10.2.1.12"
#define DROP "198.51.100.9"

/* struct staged: STAGE reads and sends so much more a day, from these days
 * on. */
struct staged {
	uint64_t read;
	uint64_t sent;
	int read_from;
	int sent_from;
};

static const struct seep_detect_opts quick = {
    .size = sizeof(struct seep_detect_opts),
    .no_floors = 1,
};

static const struct staged leak = {200 * MB, 200 * MB, ONSET, ONSET};

static void
add_staged(struct test_flows *flows, const struct staged *staged, int days)
{
	for (int day = 0; day < days; day++) {
		struct seep_flow flow =
		    inner_flow(STAGE, CASE_SERVER, 445, day, 8);

		flow.bytes_resp = staged->read;
		if (day >= staged->read_from)
			test_flows_add(flows, &flow);
		flow = inner_flow(STAGE, DROP, 443, day, 13);
		flow.bytes_orig = staged->sent;
		if (day >= staged->sent_from)
			test_flows_add(flows, &flow);
	}
}

static void
add_case(struct test_flows *flows, const struct staged *staged, int days)
{
	case_office(flows, DAYS, 11);
	add_staged(flows, staged, DAYS);
	for (int day = days; day < DAYS; day++)
		case_remove_day(flows, day);
}

/* The findings that hold DROP; the first of them goes to 'which'. */
static size_t
count_drops(const struct seep_findings *findings,
	    const struct seep_finding **which)
{
	const struct seep_address drop = test_address(DROP);
	const struct seep_finding *finding;
	size_t count = 0, cursor = 0;

	*which = NULL;
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		for (size_t p = 0; p < finding->peers_count; p++)
			if (!seep_address_compare(&finding->peers[p].peer,
						  &drop)) {
				if (count++ == 0)
					*which = finding;
			}
	return count;
}

static int
is_host(const struct seep_finding *finding, const char *host)
{
	const struct seep_address address = test_address(host);

	return finding->host.prefix_bits == 128 &&
	       !seep_address_compare(&finding->host.base, &address);
}

Test(relay, a_host_that_sends_what_it_reads_is_told_with_the_server)
{
	const struct seep_address server = test_address(CASE_SERVER);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	const struct seep_entity *entity;
	struct seep_findings *findings;
	size_t cursor = 0;

	add_case(&flows, &leak, DAYS);
	findings = case_detect(&flows, &quick);
	/* The group keeps silent. */
	cr_assert_eq(count_drops(findings, &finding), 1);
	cr_assert(is_host(finding, STAGE));
	cr_assert_eq(finding->has_source, 1);
	cr_assert_eq(seep_address_compare(&finding->source, &server), 0);
	cr_assert_eq(finding->bytes_out, (DAYS - ONSET) * 200 * MB);
	cr_assert_eq(finding->onset_ns, TEST_START_NS + ONSET * DAY);
	cr_assert_geq(finding->detected_at_ns,
		      TEST_START_NS + (ONSET + 1) * DAY);
	cr_assert_leq(finding->detected_at_ns,
		      TEST_START_NS + (ONSET + 7) * DAY);
	/* It belongs to the group's line. */
	for (size_t i = 0; i <= finding->entity; i++)
		cr_assert_eq(
		    seep_findings_next_entity(findings, &cursor, &entity),
		    SEEP_OK);
	cr_assert_eq(entity, case_entity(findings, "10.2.1.0/24"));
	cr_assert(strstr(finding->explanation, "The host 10.2.1.12 sent"));
	cr_assert(strstr(finding->explanation,
			 "more than before from the file server 10.2.0.7 "
			 "since 2026-04-11"),
		  "%s", finding->explanation);
	cr_assert(strstr(finding->explanation, "hosts of 10.2.1.0/24."));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* The nearest benign twins: sends without reading, reads without sending,
 * reads weeks before, reads far less than it sends, reads days after. */
Test(relay, who_does_not_read_more_when_it_sends_more_has_no_source)
{
	static const struct staged twins[] = {
	    {0, 200 * MB, DAYS, ONSET},
	    {200 * MB, 0, ONSET, DAYS},
	    {200 * MB, 200 * MB, ONSET - 20, ONSET},
	    {60 * MB, 200 * MB, ONSET, ONSET},
	    {200 * MB, 200 * MB, ONSET + 6, ONSET},
	};

	for (size_t i = 0; i < sizeof(twins) / sizeof(*twins); i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		const struct seep_finding *finding;
		struct seep_findings *findings;
		size_t cursor = 0;

		add_case(&flows, &twins[i], DAYS);
		findings = case_detect(&flows, &quick);
		cr_assert_eq(count_drops(findings, &finding), twins[i].sent > 0,
			     "%zu", i);
		if (finding)
			cr_assert(!is_host(finding, STAGE));
		while (seep_findings_next(findings, &cursor, &finding) ==
		       SEEP_OK)
			cr_assert_eq(finding->has_source, 0, "%zu", i);
		seep_findings_free(findings);
		test_flows_clear(&flows);
	}
}

/* STAGE in a group whose 40 other hosts send 0 to 40 MB a day each. */
static struct seep_findings *
detect_in_crowd(const struct staged *staged)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	uint64_t state = 5;

	case_office(&flows, DAYS, 11);
	/* The reading of others is as it was; STAGE itself reads little. */
	for (size_t i = 0; i < flows.count; i++) {
		const struct seep_address stage = test_address(STAGE);

		if (!seep_address_compare(&flows.at[i].orig, &stage) &&
		    flows.at[i].port_resp == 445)
			flows.at[i].bytes_resp /= 20;
	}
	for (int day = 0; day < DAYS; day++)
		for (int host = 20; host < 60; host++) {
			char text[32];
			char peer[32] = "198.18.0.2";
			struct seep_flow flow;

			snprintf(text, sizeof(text), "10.2.1.%d", host);
			state = state * 6364136223846793005u + 1;
			/* Some go where nobody went before. */
			if (host % 4 == 0)
				snprintf(peer, sizeof(peer), "198.19.%d.%d",
					 (int)(state >> 33) & 127,
					 (int)(state >> 50) & 127);
			flow = inner_flow(text, peer, 443, day, 11);
			flow.bytes_orig = (state >> 40) % 40 * MB;
			test_flows_add(&flows, &flow);
		}
	add_staged(&flows, staged, DAYS);
	findings = case_detect(&flows, &quick);
	test_flows_clear(&flows);
	return findings;
}

/* What is nothing for the group stands out on the host that read it. */
Test(relay, a_host_is_found_that_the_group_hides)
{
	const struct staged small = {20 * MB, 20 * MB, ONSET, ONSET};
	const struct staged unread = {0, 20 * MB, DAYS, ONSET};
	struct seep_findings *read = detect_in_crowd(&small);
	struct seep_findings *plain = detect_in_crowd(&unread);
	const struct seep_finding *finding;

	cr_assert_eq(count_drops(plain, &finding), 0);
	cr_assert_eq(count_drops(read, &finding), 1);
	cr_assert(is_host(finding, STAGE));
	cr_assert_eq(finding->has_source, 1);
	cr_assert_eq(finding->bytes_out, (DAYS - ONSET) * 20 * MB);
	seep_findings_free(read);
	seep_findings_free(plain);
}

/* Its reading is enough only when the group's finding was told already. */
Test(relay, a_group_that_was_told_first_names_its_host)
{
	const struct staged late = {110 * MB, 200 * MB, ONSET + 1, ONSET};
	const struct seep_address server = test_address(CASE_SERVER);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	add_case(&flows, &late, DAYS);
	findings = case_detect(&flows, &quick);
	cr_assert_eq(count_drops(findings, &finding), 1);
	cr_assert_eq(finding->role, SEEP_ROLE_GROUP);
	cr_assert_eq(finding->has_source, 1);
	cr_assert_eq(seep_address_compare(&finding->source, &server), 0);
	cr_assert(strstr(finding->explanation, " Its host 10.2.1.12 read "));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(relay, a_watched_host_names_its_source_too)
{
	const struct seep_address server = test_address(CASE_SERVER);
	const struct seep_detect_opts all = {
	    .size = sizeof(all), .watch = SEEP_WATCH_ALL, .no_floors = 1};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *findings;

	add_case(&flows, &leak, DAYS);
	findings = case_detect(&flows, &all);
	cr_assert_eq(count_drops(findings, &finding), 1);
	cr_assert(is_host(finding, STAGE));
	cr_assert_eq(finding->has_source, 1);
	cr_assert_eq(seep_address_compare(&finding->source, &server), 0);
	cr_assert_null(strstr(finding->explanation, "one of the hosts"));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

static void
check_same(const struct seep_findings *a, const struct seep_findings *b,
	   uint64_t factor)
{
	size_t i = 0, j = 0;

	cr_assert_eq(seep_findings_count(a), seep_findings_count(b));
	for (;;) {
		const struct seep_finding *x, *y;

		if (seep_findings_next(a, &i, &x) != SEEP_OK ||
		    seep_findings_next(b, &j, &y) != SEEP_OK)
			return;
		cr_assert_str_eq(x->id, y->id);
		cr_assert_eq(x->bytes_out * factor, y->bytes_out);
		cr_assert_eq(x->has_source, y->has_source);
		cr_assert_eq(x->onset_ns, y->onset_ns);
	}
}

Test(relay, order_and_scale_do_not_matter)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *plain, *shuffled, *scaled;

	add_case(&flows, &leak, DAYS);
	plain = case_detect(&flows, &quick);
	test_flows_shuffle(&flows, 3);
	shuffled = case_detect(&flows, &quick);
	for (size_t i = 0; i < flows.count; i++) {
		flows.at[i].bytes_orig *= 4;
		flows.at[i].bytes_resp *= 4;
	}
	scaled = case_detect(&flows, &quick);
	cr_assert_gt(seep_findings_count(plain), 0);
	check_same(plain, shuffled, 1);
	check_same(plain, scaled, 4);
	seep_findings_free(plain);
	seep_findings_free(shuffled);
	seep_findings_free(scaled);
	test_flows_clear(&flows);
}

/* Both ways: what the cut evidence tells, and what the whole one tells of
 * that time. */
static void
check_cut(const struct staged *staged, const struct seep_findings *whole,
	  int days)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_finding *finding;
	struct seep_findings *early;
	size_t cursor = 0;

	add_case(&flows, staged, days);
	early = case_detect(&flows, &quick);
	while (seep_findings_next(whole, &cursor, &finding) == SEEP_OK)
		if (finding->basis == SEEP_BASIS_CHANGE &&
		    finding->detected_at_ns <= TEST_START_NS + days * DAY)
			cr_assert(case_holds_id(early, finding->id), "%d",
				  days);
	cursor = 0;
	while (seep_findings_next(early, &cursor, &finding) == SEEP_OK)
		if (finding->basis == SEEP_BASIS_CHANGE)
			cr_assert(case_holds_id(whole, finding->id), "%d",
				  days);
	seep_findings_free(early);
	test_flows_clear(&flows);
}

/* In the second case the group is told first, and its finding stays. */
Test(relay, what_is_told_stays_told_as_days_come_in)
{
	static const struct staged cases[] = {
	    {200 * MB, 200 * MB, ONSET, ONSET},
	    {110 * MB, 200 * MB, ONSET + 1, ONSET},
	    {400 * MB, 200 * MB, ONSET - 5, ONSET},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_findings *whole;

		add_case(&flows, &cases[i], DAYS);
		whole = case_detect(&flows, &quick);
		cr_assert_gt(seep_findings_count(whole), 0);
		for (int days = ONSET; days < DAYS; days += 2)
			check_cut(&cases[i], whole, days);
		seep_findings_free(whole);
		test_flows_clear(&flows);
	}
}

/* Days of a reading, as the host's part of the case has it. */
static void
read_reading(struct inner *inner, struct seep__servers *servers,
	     struct seep__readings *readings)
{
	const struct seep_address stage = test_address(STAGE);
	size_t host = 0;

	while (seep_address_compare(seep__view_host(inner->snapshot, host),
				    &stage) != 0)
		host++;
	cr_assert_eq(seep__servers_init(servers, &inner->view, &inner->entities,
					&inner->scratch),
		     SEEP_OK);
	cr_assert_eq(
	    seep__readings_init(readings, servers, host, &inner->scratch),
	    SEEP_OK);
}

Test(relay, a_reading_holds_the_bytes_of_each_day)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__servers servers;
	struct seep__readings readings;
	struct inner inner;
	uint64_t sums[DAYS] = {0};
	size_t position;

	add_case(&flows, &leak, DAYS);
	for (size_t i = 0; i < flows.count; i++) {
		const struct seep_address stage = test_address(STAGE);

		if (!seep_address_compare(&flows.at[i].orig, &stage) &&
		    flows.at[i].port_resp == 445)
			sums[(flows.at[i].start_ns - TEST_START_NS) / DAY] +=
			    flows.at[i].bytes_resp;
	}
	inner_open(&inner, &flows, NULL, NULL);
	read_reading(&inner, &servers, &readings);
	cr_assert_eq(servers.count, 1);
	cr_assert_eq(servers.list[0].known, 14);
	cr_assert_eq(readings.count, 1);
	cr_assert_eq(readings.list[0].rungs, 3);
	for (size_t d = 0; d < DAYS; d++)
		cr_assert_eq(readings.list[0].day[d], sums[d]);
	position = seep__readings_rose(&readings);
	cr_assert_geq(position, ONSET);
	cr_assert_leq(position, ONSET + 5);
	cr_assert_eq(
	    seep__reading_rise(&readings.list[0], ONSET - 7, ONSET + 2, DAYS)
		.at,
	    ONSET);
	inner_close(&inner);
	test_flows_clear(&flows);
}
