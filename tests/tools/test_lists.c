/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a person writes about a site, as the library gets it: days, offsets
 * of the local time, expected transfers.
 */
#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allow.h"
#include "complain.h"
#include "holidays.h"
#include "timezone.h"

static char directory[64];

static void
setup(void)
{
	strcpy(directory, "/tmp/seep-test-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
}

static void
teardown(void)
{
	(void)unlink("file");
	cr_assert_eq(rmdir(directory), 0);
}

TestSuite(lists, .init = setup, .fini = teardown);

static void
write_file(const char *text)
{
	FILE *file = fopen("file", "wb");

	cr_assert_not_null(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

Test(lists, holidays_are_ascending_and_the_later_line_holds)
{
	struct holiday_list list = {0};

	write_file("1970-01-05 work\n1970-01-03..1970-01-06\n"
		   "1970-01-02\n1970-01-04 work # open\n");
	cr_assert_eq(holidays_read("file", &list), EXIT_DONE);
	cr_assert_eq(list.count, 5);
	for (uint32_t i = 0; i < 5; i++) {
		cr_expect_eq(list.days[i].day, i + 1);
		cr_expect_eq(list.days[i].is_rest, i != 2);
	}
	holidays_clear(&list);
}

static void
expect_offset(const struct offset_list *list, size_t i, int64_t from_s,
	      int32_t offset_s)
{
	cr_assert_lt(i, list->count);
	cr_expect_eq(list->offsets[i].from_ns, from_s * 1000000000, "%zu", i);
	cr_expect_eq(list->offsets[i].offset_s, offset_s, "%zu", i);
}

Test(lists, a_zone_becomes_a_table_with_its_changes_to_the_second)
{
	const int64_t day_ns = INT64_C(86400) * 1000000000;
	/* 2026-06-01 */
	const int64_t june_ns = INT64_C(20605) * day_ns;
	struct offset_list list = {0};
	size_t last;

	if (access("/usr/share/zoneinfo/Europe/Paris", R_OK) != 0)
		cr_skip_test("skipped: no time zone database");
	cr_assert_eq(timezone_use("Europe/Paris"), EXIT_DONE);
	cr_assert_eq(timezone_list(&list, june_ns, june_ns + day_ns), 0);
	/* Clocks change at 01:00 UTC on the last Sundays of March, October:
	 * 2025-10-26, 2026-03-29, 2026-10-25, 2027-03-28. */
	cr_assert_eq(list.count, 5);
	cr_expect_eq(list.offsets[0].offset_s, 7200);
	expect_offset(&list, 1, 1761440400, 3600);
	expect_offset(&list, 2, 1774746000, 7200);
	expect_offset(&list, 3, 1792890000, 3600);
	expect_offset(&list, 4, 1806195600, 7200);
	/* Far ahead the rule still holds, and 64 bits are not left. */
	cr_assert_eq(timezone_list(&list, INT64_MAX - day_ns, INT64_MAX), 0);
	cr_assert_geq(list.count, 1);
	for (last = 1; last < list.count; last++)
		cr_expect_gt(list.offsets[last].from_ns,
			     list.offsets[last - 1].from_ns);
	timezone_clear(&list);
}

Test(lists, half_hours_and_the_far_side_of_the_date_line_are_zones_too)
{
	struct offset_list list = {0};

	if (access("/usr/share/zoneinfo/Asia/Kathmandu", R_OK) != 0)
		cr_skip_test("skipped: no time zone database");
	cr_assert_eq(timezone_use("Asia/Kathmandu"), EXIT_DONE);
	cr_assert_eq(timezone_list(&list, INT64_C(1780000000000000000),
				   INT64_C(1780000000000000000)),
		     0);
	cr_assert_eq(list.count, 1);
	cr_expect_eq(list.offsets[0].offset_s, 20700);
	cr_assert_eq(timezone_use("Pacific/Kiritimati"), EXIT_DONE);
	cr_assert_eq(timezone_list(&list, 0, 0), 0);
	cr_expect_eq(list.offsets[0].from_ns, 0);
	cr_expect_eq(list.offsets[0].offset_s, -38400);
	timezone_clear(&list);
}

Test(lists, an_expected_transfer_is_read_column_by_column)
{
	struct allow_list list = {0};
	const struct seep_allow *entry;

	write_file("  10.2.0.7 \t 203.0.113.0/24 tcp/443 2K 2026-03-01 "
		   "2026-03-02  the  backup #7 \n"
		   "* a.example\r\n# none\n* * icmp * * *");
	cr_assert_eq(allow_read("file", &list), EXIT_DONE);
	cr_assert_eq(list.count, 3);
	entry = &list.entries[0];
	cr_expect_eq(entry->host.prefix_bits, 128);
	cr_expect_eq(entry->peer.prefix_bits, 120);
	cr_expect_null(entry->name);
	cr_expect_eq(entry->has_service, 1);
	cr_expect_eq(entry->protocol, 6);
	cr_expect_eq(entry->port, 443);
	cr_expect_eq(entry->bytes_per_day, 2000);
	cr_expect_eq(entry->until_ns - entry->from_ns,
		     INT64_C(86400) * 1000000000);
	cr_expect_str_eq(entry->reason, "the  backup #7 ");
	cr_expect_str_eq(list.texts[0],
			 "10.2.0.7 203.0.113.0/24 tcp/443 2K 2026-03-01 "
			 "2026-03-02 the backup #7");
	entry = &list.entries[1];
	cr_expect_eq(entry->host.prefix_bits, 0);
	cr_expect_eq(entry->peer.prefix_bits, 0);
	cr_expect_str_eq(entry->name, "a.example");
	cr_expect_eq(entry->has_service, 0);
	cr_expect_eq(entry->bytes_per_day, UINT64_MAX);
	cr_expect_str_eq(list.texts[1], "* a.example");
	entry = &list.entries[2];
	cr_expect_eq(entry->protocol, 1);
	cr_expect_eq(entry->port, 0);
	cr_expect_null(entry->reason);
	allow_clear(&list);
	cr_expect_eq(list.count, 0);
}
