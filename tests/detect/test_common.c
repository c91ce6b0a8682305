/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>

#include "detect/case.h"
#include "detect/common.h"
#include "detect/inner.h"

#define SERVERS 12
#define DAYS 60
#define CHANGE 40

static const struct seep_detect_opts quick = {
    .size = sizeof(struct seep_detect_opts), .no_floors = 1};

static void
name_server(char *text, int nth)
{
	snprintf(text, 32, "10.3.0.%d", 21 + nth);
}

/* Servers of which the first 'raised' send 'factor' times as much from the
 * day of the change on. */
static struct test_flows
make_estate(int raised, uint64_t factor)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	for (int n = 0; n < SERVERS; n++) {
		char host[32];
		struct case_trade trade = {host, 0, DAYS, 20 * MB,
					   200 + (uint64_t)n};
		const size_t before = flows.count;

		name_server(host, n);
		case_trade(&flows, &trade);
		for (size_t i = before; n < raised && i < flows.count; i++)
			if (flows.at[i].start_ns >=
			    TEST_START_NS + CHANGE * DAY)
				flows.at[i].bytes_orig *= factor;
	}
	return flows;
}

Test(common, a_jump_of_all_hosts_on_one_day_is_one_event)
{
	struct test_flows flows = make_estate(SERVERS, 8);
	struct seep_findings *findings = case_detect(&flows, &quick);
	const struct seep_evidence *evidence = seep_findings_evidence(findings);
	const struct seep_finding *finding;
	size_t cursor = 0, coincide = 0;

	cr_assert_eq(evidence->sensor_changes_count, 1);
	cr_assert_geq(evidence->sensor_changes[0].day_ns,
		      TEST_START_NS + (CHANGE - 1) * DAY);
	cr_assert_leq(evidence->sensor_changes[0].day_ns,
		      TEST_START_NS + (CHANGE + 1) * DAY);
	cr_assert_geq(evidence->sensor_changes[0].hosts, SERVERS / 2);
	cr_assert_geq(evidence->sensor_changes[0].hosts_tested, SERVERS);
	/* The hosts' own findings are kept, and say so. */
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		const int near =
		    finding->onset_ns >= TEST_START_NS + (CHANGE - 2) * DAY &&
		    finding->onset_ns <= TEST_START_NS + (CHANGE + 2) * DAY;

		cr_assert_eq(finding->coincides != 0, near);
		coincide += (size_t)near;
	}
	cr_assert_geq(coincide, 5);
	/* Behind it the past begins anew. */
	cr_assert_geq(case_entity(findings, "10.3.0.21/32")->testable_from_ns,
		      TEST_START_NS + (CHANGE + 13) * DAY);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(common, a_change_of_one_host_is_none)
{
	struct test_flows flows = make_estate(1, 8);
	struct seep_findings *findings = case_detect(&flows, &quick);
	const struct seep_evidence *evidence = seep_findings_evidence(findings);
	const struct seep_finding *finding;
	size_t cursor = 0;

	cr_assert_eq(evidence->sensor_changes_count, 0);
	cr_assert_eq(case_first(findings)->onset_ns,
		     TEST_START_NS + CHANGE * DAY);
	cr_assert_eq(case_first(findings)->host.base.bytes[15], 21);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		cr_assert_eq(finding->coincides, 0);
	cr_assert_eq(case_entity(findings, "10.3.0.21/32")->testable_from_ns,
		     TEST_START_NS + 14 * DAY);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

Test(common, an_estate_that_stays_as_it_is_shows_none)
{
	struct test_flows flows = make_estate(0, 1);
	struct seep_findings *findings = case_detect(&flows, &quick);

	cr_assert_eq(seep_findings_evidence(findings)->sensor_changes_count, 0);
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* 60 clients ask a resolver inside, 'flows' times a day each. */
static void
add_clients(struct test_flows *flows, int from, int end, int each)
{
	for (int client = 0; client < 60; client++) {
		char text[32];

		snprintf(text, sizeof(text), "10.3.2.%d", 1 + client);
		for (int day = from; day < end; day++) {
			struct seep_flow flow =
			    inner_flow(text, "198.18.0.1", 443, day, 0);

			test_flows_every(flows, &flow, DAY / each,
					 (size_t)each);
		}
	}
}

/* A tap that shows three times as many flows, of the same bytes. */
Test(common, a_jump_of_the_rows_is_an_event)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__common common;
	struct inner inner;

	inner_beat(&flows, 0, DAYS);
	add_clients(&flows, 0, CHANGE, 20);
	add_clients(&flows, CHANGE, DAYS, 60);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(seep__common_init(&common, &inner.view, &inner.scratch),
		     SEEP_OK);
	cr_assert_eq(common.count, 1);
	cr_assert_eq(common.restarts[0].day, CHANGE);
	cr_assert_gt(common.restarts[0].known, CHANGE);
	cr_assert_leq(common.restarts[0].known, CHANGE + 15);
	cr_assert_geq(common.changes[0].rows_after,
		      common.changes[0].rows_before * 2);
	cr_assert_eq(common.changes[0].day_ns, TEST_START_NS + CHANGE * DAY);
	cr_assert(seep__common_coincides(&common,
					 TEST_START_NS + (CHANGE + 1) * DAY,
					 TEST_START_NS + (CHANGE + 2) * DAY));
	cr_assert(!seep__common_coincides(&common,
					  TEST_START_NS + (CHANGE + 3) * DAY,
					  TEST_START_NS + (CHANGE + 4) * DAY));
	cr_assert(!seep__common_coincides(&common,
					  TEST_START_NS + (CHANGE - 4) * DAY,
					  TEST_START_NS + (CHANGE - 2) * DAY));
	inner_close(&inner);
	test_flows_clear(&flows);
}

Test(common, weekends_and_a_holiday_are_no_event)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__common common;
	struct inner inner;

	inner_beat(&flows, 0, DAYS);
	for (int day = 0; day < DAYS; day++)
		add_clients(&flows, day, day + 1,
			    day % 7 > 4 || day == CHANGE ? 2 : 30);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(seep__common_init(&common, &inner.view, &inner.scratch),
		     SEEP_OK);
	cr_assert_eq(common.count, 0);
	inner_close(&inner);
	test_flows_clear(&flows);
}

/* Four of twelve are a third, but four; five within three days are not
 * within two. */
Test(common, fewer_than_five_or_not_within_two_days_are_no_event)
{
	struct seep__shifted list[6];
	uint32_t tested[40] = {0};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__common common;
	struct inner inner;
	int added;

	inner_beat(&flows, 0, DAYS);
	inner_open(&inner, &flows, NULL, NULL);
	cr_assert_eq(seep__common_init(&common, &inner.view, &inner.scratch),
		     SEEP_OK);
	for (uint32_t i = 0; i < 6; i++)
		list[i] = (struct seep__shifted){i % 4, 30, 33 + i};
	cr_assert_eq(seep__common_shifts(&common, list, 6, tested, 12, &added),
		     SEEP_OK);
	cr_assert_eq(added, 0);
	for (uint32_t i = 0; i < 6; i++)
		list[i] = (struct seep__shifted){i, 30 + i, 40};
	cr_assert_eq(seep__common_shifts(&common, list, 6, tested, 12, &added),
		     SEEP_OK);
	cr_assert_eq(added, 0);
	for (uint32_t i = 0; i < 6; i++)
		list[i] = (struct seep__shifted){i, 30 + i % 2, 33 + i};
	/* A quarter of forty are ten; of twelve, and 28 that could not shift
	 * before day 38, three, and five it takes at least. */
	cr_assert_eq(seep__common_shifts(&common, list, 6, tested, 40, &added),
		     SEEP_OK);
	cr_assert_eq(added, 0);
	for (uint32_t i = 12; i < 40; i++)
		tested[i] = 38;
	cr_assert_eq(seep__common_shifts(&common, list, 6, tested, 40, &added),
		     SEEP_OK);
	cr_assert_eq(added, 1);
	cr_assert_eq(common.changes[0].hosts_tested, 12);
	cr_assert_eq(common.count, 1);
	cr_assert_eq(common.restarts[0].day, 30);
	/* Known once the fifth of them was decided. */
	cr_assert_eq(common.restarts[0].known, 38);
	cr_assert_eq(common.changes[0].hosts, 6);
	cr_assert_eq(common.changes[0].hosts_tested, 12);
	inner_close(&inner);
	test_flows_clear(&flows);
}
