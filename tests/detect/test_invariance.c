/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "detect/case.h"

static const struct case_leak leak = {16, 30, CASE_LEAK_DAY, 12, 0, 0};

#define ID_IS_OTHER 1

/* The same findings: 'later_ns' later, and under other ids if so. */
static void
check_same(const struct seep_findings *a, const struct seep_findings *b,
	   int64_t later_ns, int other)
{
	const struct seep_finding *x, *y;
	size_t i = 0, j = 0;

	cr_assert_eq(seep_findings_count(a), seep_findings_count(b));
	while (seep_findings_next(a, &i, &x) == SEEP_OK) {
		cr_assert_eq(seep_findings_next(b, &j, &y), SEEP_OK);
		cr_assert_eq(strcmp(x->id, y->id) != 0, other);
		cr_assert_eq(x->score_tenths, y->score_tenths);
		cr_assert_eq(x->bytes_out, y->bytes_out);
		cr_assert_eq(x->bytes_expected, y->bytes_expected);
		cr_assert_eq(x->peers_total, y->peers_total);
		cr_assert_eq(x->direction, y->direction);
		cr_assert_eq(x->pattern, y->pattern);
		cr_assert_eq(x->first_seen_ns + later_ns, y->first_seen_ns);
		cr_assert_eq(x->last_seen_ns + later_ns, y->last_seen_ns);
		cr_assert_eq(x->detected_at_ns + later_ns, y->detected_at_ns);
		cr_assert_eq(x->peers[0].bytes_out, y->peers[0].bytes_out);
	}
}

static void
make_case(struct test_flows *flows)
{
	case_office(flows, 30, 11);
	case_leak(flows, &leak);
}

Test(invariance, the_order_of_flows_changes_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	test_flows_shuffle(&flows, 99);
	b = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(a), 1);
	check_same(a, b, 0, 0);
	cr_assert_str_eq(case_first(a)->explanation,
			 case_first(b)->explanation);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

Test(invariance, which_end_is_told_first_changes_nothing)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	for (size_t i = 0; i < flows.count; i++)
		flows.at[i] = test_flow_swapped(&flows.at[i]);
	b = case_detect(&flows, NULL);
	check_same(a, b, 0, 0);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

Test(invariance, a_case_in_parts_is_the_case)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_flows part = TEST_FLOWS_EMPTY;
	struct seep_snapshot *parts[2];
	struct seep_findings *a, *b;

	make_case(&flows);
	test_flows_shuffle(&flows, 5);
	a = case_detect(&flows, NULL);
	for (size_t i = 0; i < flows.count / 3; i++)
		test_flows_add(&part, &flows.at[i]);
	parts[0] = case_snapshot(&part, NULL);
	test_flows_clear(&part);
	part = (struct test_flows)TEST_FLOWS_EMPTY;
	for (size_t i = flows.count / 3; i < flows.count; i++)
		test_flows_add(&part, &flows.at[i]);
	parts[1] = case_snapshot(&part, NULL);
	cr_assert_eq(seep_detect((const struct seep_snapshot *const *)parts, 2,
				 NULL, &b, NULL),
		     SEEP_OK);
	check_same(a, b, 0, 0);
	seep_findings_free(a);
	seep_findings_free(b);
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	test_flows_clear(&part);
	test_flows_clear(&flows);
}

Test(invariance, a_shift_by_52_weeks_shifts_the_findings)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	case_shift(&flows, 364 * DAY);
	b = case_detect(&flows, NULL);
	check_same(a, b, 364 * DAY, ID_IS_OTHER);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

/* 2038-01-19T03:14:08Z, where seconds no longer fit 31 bits. */
Test(invariance, a_shift_across_2038_shifts_the_findings)
{
	const int64_t by = 52 * 7 * DAY * 12;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	case_shift(&flows, by);
	b = case_detect(&flows, NULL);
	check_same(a, b, by, ID_IS_OTHER);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

/* Keeps /8, /16 and /24 together and the sides of the border apart. */
static void
rename_address(struct seep_address *address)
{
	if (address->bytes[12] == 10) {
		address->bytes[13] ^= 0x55;
		address->bytes[14] ^= 0x21;
	} else {
		address->bytes[12] ^= 0x03;
		address->bytes[14] ^= 0x81;
	}
	address->bytes[15] ^= 0x3c;
}

Test(invariance, renamed_addresses_give_the_same_findings_renamed)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;
	struct seep_address host;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	for (size_t i = 0; i < flows.count; i++) {
		rename_address(&flows.at[i].orig);
		rename_address(&flows.at[i].resp);
	}
	b = case_detect(&flows, NULL);
	check_same(a, b, 0, ID_IS_OTHER);
	host = case_first(a)->host.base;
	rename_address(&host);
	cr_assert_eq(seep_address_compare(&host, &case_first(b)->host.base), 0);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

Test(invariance, days_removed_from_usual_business_say_nothing)
{
	for (int day = 0; day < 28; day++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct seep_findings *findings;

		case_office(&flows, 28, 2);
		case_remove_day(&flows, day);
		case_remove_day(&flows, (day * 5 + 3) % 28);
		findings = case_detect(&flows, NULL);
		cr_assert_eq(seep_findings_count(findings), 0, "day %d", day);
		seep_findings_free(findings);
		test_flows_clear(&flows);
	}
}

Test(invariance, a_packet_of_another_year_changes_no_finding)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow stray = test_flow(CASE_SERVER, CASE_PARTNER, 443);
	struct seep_findings *a, *b;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	stray.start_ns += 7 * 365 * DAY;
	stray.end_ns = stray.start_ns;
	test_flows_add(&flows, &stray);
	b = case_detect(&flows, NULL);
	check_same(a, b, 0, 0);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}

Test(invariance, four_times_all_bytes_give_the_same_findings)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *a, *b;
	const struct seep_finding *x, *y;

	make_case(&flows);
	a = case_detect(&flows, NULL);
	for (size_t i = 0; i < flows.count; i++) {
		flows.at[i].bytes_orig *= 4;
		flows.at[i].bytes_resp *= 4;
	}
	b = case_detect(&flows, NULL);
	cr_assert_eq(seep_findings_count(a), 1);
	cr_assert_eq(seep_findings_count(b), 1);
	x = case_first(a);
	y = case_first(b);
	cr_assert_str_eq(x->id, y->id);
	cr_assert_eq(x->detected_at_ns, y->detected_at_ns);
	cr_assert_eq(x->onset_ns, y->onset_ns);
	cr_assert_eq(x->bytes_out * 4, y->bytes_out);
	cr_assert_eq(x->peers_total, y->peers_total);
	cr_assert_eq(x->stratum, y->stratum);
	cr_assert_eq(x->statistic, y->statistic);
	cr_assert_leq(x->score_tenths, y->score_tenths + 1);
	cr_assert_leq(y->score_tenths, x->score_tenths + 1);
	seep_findings_free(a);
	seep_findings_free(b);
	test_flows_clear(&flows);
}
