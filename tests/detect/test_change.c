/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "detect/lone.h"

#define STRATUM SEEP_STRATUM_ALL
#define MIB (UINT64_C(1) << 20)

/* The mean hour of lone_office is some 20 MiB, its median night below 4. */
#define LARGE (16 * MIB)

/* The changes of a stratum, in the order of their decisions. */
static size_t
list_changes(const struct lone *lone, const struct seep__change **list,
	     size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < lone->changes.count; i++)
		if (lone->changes.list[i].stratum == STRATUM && count < room)
			list[count++] = &lone->changes.list[i];
	return count;
}

Test(change, a_leak_is_told_from_its_onset_to_its_end)
{
	size_t near = 0, held = 0;

	for (uint64_t seed = 1; seed <= 12; seed++) {
		const struct seep__change *at;
		struct lone lone;

		lone_open(&lone, seed, 130, &lone_office);
		lone_drip(&lone, 60, 80, LARGE);
		lone_scan(&lone);
		at = lone_first(&lone, STRATUM);
		cr_assert_not_null(at, "seed %lu", (unsigned long)seed);
		cr_assert_geq(at->onset, 56);
		cr_assert_leq(at->onset, 62);
		near += at->onset >= 59 && at->onset <= 61;
		held += at->onset_from <= 60 && 60 <= at->onset_until;
		cr_assert_leq(at->onset_from, at->onset);
		cr_assert_geq(at->onset_until, at->onset);
		cr_assert_leq(at->decided, 65);
		cr_assert_geq(at->decided, 60);
		cr_assert_geq(at->end, 79);
		cr_assert_leq(at->end, 85);
		cr_assert_geq(at->closed, at->end);
		cr_assert_leq(at->closed, 88);
		cr_assert_eq(at->base, 0);
		cr_assert_leq(at->reference, at->onset);
		cr_assert_geq(at->peak, at->surprise);
		lone_close(&lone);
	}
	cr_assert_geq(near, 9);
	cr_assert_geq(held, 10);
}

Test(change, hosts_without_a_leak_hardly_ever_change)
{
	size_t found = 0;

	/* 40 hosts of 146 days behind the reference are 16 years: at 0.1 a
	 * year one or two are expected, in all strata. */
	for (uint64_t seed = 100; seed < 140; seed++) {
		struct lone lone;

		lone_open(&lone, seed, HOST_DAYS, &lone_office);
		found += lone_scan(&lone) > 0;
		lone_close(&lone);
	}
	cr_assert_leq(found, 5, "%zu hosts", found);
}

Test(change, a_weekends_pause_is_no_end)
{
	const struct seep__change *list[4];
	struct lone lone;

	lone_open(&lone, 2, 120, &lone_office);
	for (size_t day = 63; day < 84; day++)
		if (day % 7 < 5)
			lone_drip(&lone, day, day + 1, LARGE);
	lone_scan(&lone);
	cr_assert_eq(list_changes(&lone, list, 4), 1);
	cr_assert_geq(list[0]->end, 81);
	cr_assert_leq(list[0]->end, 84);
	lone_close(&lone);
}

Test(change, a_second_leak_on_top_of_a_settled_one_is_found)
{
	const struct seep__change *list[4];
	struct lone lone;

	lone_open(&lone, 3, 150, &lone_office);
	lone_drip(&lone, 40, 150, LARGE);
	lone_drip(&lone, 110, 150, 16 * LARGE);
	lone_scan(&lone);
	cr_assert_eq(list_changes(&lone, list, 4), 2);
	cr_assert_geq(list[0]->onset, 39);
	cr_assert_leq(list[0]->onset, 41);
	cr_assert_geq(list[1]->onset, 109);
	cr_assert_leq(list[1]->onset, 111);
	cr_assert_leq(list[1]->decided, 114);
	/* The settled leak is the second one's past. */
	cr_assert_eq(list[1]->base, list[0]->onset);
	lone_close(&lone);
}

/* Without the first leak's days in its past, the second one is found as
 * soon as if the first had never been. */
Test(change, the_days_of_an_episode_leave_the_past)
{
	const struct seep__change *list[4];
	struct lone once, twice;

	lone_open(&once, 4, 120, &lone_office);
	lone_drip(&once, 90, 100, LARGE);
	lone_scan(&once);
	lone_open(&twice, 4, 120, &lone_office);
	lone_drip(&twice, 40, 60, LARGE);
	lone_drip(&twice, 90, 100, LARGE);
	lone_scan(&twice);
	cr_assert_eq(list_changes(&twice, list, 4), 2);
	cr_assert_eq(list[1]->onset, 90);
	cr_assert_not_null(lone_first(&once, STRATUM));
	cr_assert_leq(list[1]->decided,
		      lone_first(&once, STRATUM)->decided + 1);
	cr_assert_eq(list[1]->base, 0);
	lone_close(&once);
	lone_close(&twice);
}

Test(change, the_past_begins_anew_where_the_sensor_changed)
{
	const struct seep__restart restart = {.day = 60, .known = 67};
	const struct seep__change *list[4];
	struct lone lone;

	lone_open(&lone, 5, 130, &lone_office);
	host_multiply(&lone.host, 60, 130, 8);
	lone_scan(&lone);
	cr_assert_eq(list_changes(&lone, list, 4), 1);
	cr_assert_eq(list[0]->base, 0);
	lone.judge.restarts = &restart;
	lone.judge.restarts_count = 1;
	lone_scan(&lone);
	/* What was decided before anybody knew of it stays. */
	for (size_t i = 0; i < list_changes(&lone, list, 4); i++)
		cr_assert_lt(list[i]->decided, 67);
	lone_close(&lone);
	/* Also where nothing shows of it. */
	lone_open(&lone, 5, 130, &lone_office);
	lone_drip(&lone, 100, 130, 4 * LARGE);
	lone_scan(&lone);
	cr_assert_eq(lone_first(&lone, STRATUM)->base, 0);
	cr_assert_eq(lone_first(&lone, STRATUM)->reference, 56);
	lone.judge.restarts = &restart;
	lone.judge.restarts_count = 1;
	lone_scan(&lone);
	cr_assert_eq(lone_first(&lone, STRATUM)->base, 60);
	cr_assert_eq(lone_first(&lone, STRATUM)->reference, 28);
	cr_assert_geq(lone_first(&lone, STRATUM)->onset, 99);
	cr_assert_leq(lone_first(&lone, STRATUM)->onset, 101);
	lone_close(&lone);
}

Test(change, an_entity_decides_from_its_day_on)
{
	struct lone lone;

	lone_open(&lone, 6, 130, &lone_office);
	lone_drip(&lone, 60, 130, LARGE);
	lone_scan(&lone);
	cr_assert_lt(lone_first(&lone, STRATUM)->decided, 70);
	lone.judge.since = 75;
	lone_scan(&lone);
	cr_assert_eq(lone_first(&lone, STRATUM)->decided, 75);
	lone.judge.since = UINT32_MAX;
	cr_assert_eq(lone_scan(&lone), 0);
	lone_close(&lone);
}

/* Whatever is put behind a decision, it stays as it is. */
Test(change, later_days_do_not_move_a_decision)
{
	struct lone lone;
	struct seep__change before;

	lone_open(&lone, 7, 130, &lone_office);
	lone_drip(&lone, 50, 75, LARGE);
	lone_scan(&lone);
	before = *lone_first(&lone, STRATUM);
	for (size_t day = before.decided + 1; day < 130; day += 3)
		host_multiply(&lone.host, day, day + 1, 1000);
	lone_scan(&lone);
	cr_assert_eq(lone_first(&lone, STRATUM)->decided, before.decided);
	cr_assert_eq(lone_first(&lone, STRATUM)->onset, before.onset);
	cr_assert_eq(lone_first(&lone, STRATUM)->excess_then,
		     before.excess_then);
	lone_close(&lone);
}

Test(change, four_times_all_bytes_give_the_same_changes)
{
	struct seep__change before;
	struct lone lone;
	size_t count;

	lone_open(&lone, 8, 130, &lone_office);
	/* So that cutting fractions of bytes does not show. */
	host_multiply(&lone.host, 0, HOST_DAYS, 65536);
	lone_drip(&lone, 50, 75, LARGE * 65536);
	count = lone_scan(&lone);
	cr_assert_geq(count, 1);
	before = *lone_first(&lone, STRATUM);
	host_multiply(&lone.host, 0, HOST_DAYS, 4);
	for (size_t i = 0; i < (size_t)HOST_DAYS * 24; i++)
		lone.new_hour[i] *= 4;
	for (size_t i = 0; i < HOST_DAYS; i++)
		lone.new_day[i] *= 4;
	cr_assert_eq(lone_scan(&lone), count);
	cr_assert_eq(lone_first(&lone, STRATUM)->decided, before.decided);
	cr_assert_eq(lone_first(&lone, STRATUM)->onset, before.onset);
	cr_assert_eq(lone_first(&lone, STRATUM)->end, before.end);
	cr_assert_float_eq(lone_first(&lone, STRATUM)->score, before.score,
			   0.01);
	lone_close(&lone);
}
