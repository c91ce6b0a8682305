/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "detect/floor.h"
#include "detect/lone.h"

static const uint32_t floor_days[4] = {7, 14, 30, 90};

/* Floors may differ by a step of their grid, 2^(1/8). */
static int
is_near(uint64_t a, uint64_t b)
{
	return a <= b / 100 * 110 && b <= a / 100 * 110;
}

static void
fill(struct lone *lone)
{
	seep__arena_clear(&lone->host.arena);
	for (size_t d = 0; d < 4; d++)
		lone->entity.floor_drip_bytes_per_day[d] =
		    lone->entity.floor_mimic_bytes_per_day[d] = UINT64_MAX;
	cr_assert_eq(
	    seep__floor_fill(&lone->sheets, &lone->judge, &lone->entity),
	    SEEP_OK);
}

Test(floor, falls_with_the_days_that_a_leak_goes_on)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct lone lone;
		const uint64_t *drip = lone.entity.floor_drip_bytes_per_day;
		const uint64_t *mimic = lone.entity.floor_mimic_bytes_per_day;

		lone_open(&lone, seed, 140, &lone_office);
		fill(&lone);
		cr_assert_null(lone.entity.floor_null_reason);
		for (size_t d = 1; d < 4; d++) {
			cr_assert_leq(drip[d], drip[d - 1]);
			cr_assert_leq(mimic[d], mimic[d - 1]);
		}
		cr_assert_lt(mimic[2], mimic[0]);
		/* What hides in the host's own shape is harder to see. */
		for (size_t d = 0; d < 4; d++)
			cr_assert_lt(drip[d], mimic[d]);
		lone_close(&lone);
	}
}

/* A leak that begins before new peers have a reference shows in everything
 * that is sent alone, where it has to be many times as large. */
Test(floor, of_seven_weeks_is_of_days_on_which_new_peers_are_known)
{
	uint64_t drip[2];

	for (size_t i = 0; i < 2; i++) {
		struct lone lone;

		lone_open(&lone, 6, 48 + i, &lone_office);
		lone.sheets.start[SEEP_STRATUM_NEW_PUSH] = SEEP__NEW_DAYS;
		fill(&lone);
		drip[i] = lone.entity.floor_drip_bytes_per_day[1];
		lone_close(&lone);
	}
	cr_assert_neq(drip[0], UINT64_MAX);
	cr_assert_lt(drip[1], drip[0] / 8, "%lu %lu", (unsigned long)drip[0],
		     (unsigned long)drip[1]);
}

Test(floor, falls_with_the_alarms_that_one_is_ready_to_look_at)
{
	struct lone lone;
	uint64_t before[4];

	lone_open(&lone, 4, 120, &lone_office);
	fill(&lone);
	memcpy(before, lone.entity.floor_mimic_bytes_per_day, sizeof(before));
	lone.judge.knob = 10;
	fill(&lone);
	for (size_t d = 0; d < 3; d++)
		cr_assert_lt(lone.entity.floor_mimic_bytes_per_day[d],
			     before[d]);
	lone_close(&lone);
}

Test(floor, is_in_proportion_to_the_bytes)
{
	struct lone lone;
	struct seep_entity before;

	lone_open(&lone, 5, 120, &lone_office);
	host_multiply(&lone.host, 0, HOST_DAYS, 4096);
	fill(&lone);
	before = lone.entity;
	host_multiply(&lone.host, 0, HOST_DAYS, 4);
	fill(&lone);
	for (size_t d = 0; d < 4; d++) {
		cr_assert(is_near(lone.entity.floor_drip_bytes_per_day[d],
				  before.floor_drip_bytes_per_day[d] * 4));
		cr_assert(is_near(lone.entity.floor_mimic_bytes_per_day[d],
				  before.floor_mimic_bytes_per_day[d] * 4));
	}
	lone_close(&lone);
}

/* Is a drip of so many bytes a day from 'first' on decided within 'days'?
 * New peers are told from the first day on: else the floor is that of the
 * days on which they cannot be. */
static int
is_found(uint64_t seed, uint64_t bytes_per_day, size_t first, uint32_t days)
{
	struct lone lone;
	int found = 0;

	lone_open(&lone, seed, first + days, &lone_office);
	lone_strangers(&lone, seed);
	lone_drip(&lone, first, first + days, bytes_per_day / 24);
	lone_scan(&lone);
	for (size_t i = 0; i < lone.changes.count; i++)
		found |= lone.changes.list[i].decided >= first;
	lone_close(&lone);
	return found;
}

/*
 * Leaks of so many quarters of the floor over 14 days, from every sixth of
 * the days on that the floor speaks of. Returns how many are found.
 */
static size_t
inject(uint64_t seed, uint64_t quarters, size_t *trials)
{
	struct lone lone;
	uint64_t floor;
	size_t found = 0;

	lone_open(&lone, seed, 110, &lone_office);
	lone_strangers(&lone, seed);
	fill(&lone);
	floor = lone.entity.floor_drip_bytes_per_day[1];
	lone_close(&lone);
	cr_assert_neq(floor, UINT64_MAX);
	for (size_t first = 14; first + 14 <= 110; first += 6) {
		found +=
		    (size_t)is_found(seed, floor / 4 * quarters, first, 14);
		(*trials)++;
	}
	return found;
}

Test(floor, a_leak_of_twice_the_floor_is_found_and_a_quarter_is_not)
{
	size_t trials = 0, twice = 0, once = 0, quarter = 0;

	for (uint64_t seed = 21; seed <= 24; seed++) {
		size_t skip = 0;

		twice += inject(seed, 8, &trials);
		once += inject(seed, 4, &skip);
		quarter += inject(seed, 1, &skip);
	}
	cr_assert_eq(trials, 56);
	cr_assert_geq(twice, trials * 95 / 100, "%zu of %zu", twice, trials);
	cr_assert_geq(once, trials * 90 / 100, "%zu of %zu", once, trials);
	cr_assert_leq(quarter, trials * 40 / 100, "%zu of %zu", quarter,
		      trials);
}

/* Of four days two are missing: the leak's days are, too. */
Test(floor, rises_with_gaps)
{
	struct lone lone;
	uint64_t before[4];

	lone_open(&lone, 6, 120, &lone_office);
	fill(&lone);
	memcpy(before, lone.entity.floor_mimic_bytes_per_day, sizeof(before));
	for (size_t d = 0; d < 120; d += 2)
		lone_gap(&lone, d, 2);
	fill(&lone);
	for (size_t d = 0; d < 3; d++)
		cr_assert_gt(lone.entity.floor_mimic_bytes_per_day[d],
			     before[d], "%u days", (unsigned)floor_days[d]);
	lone_close(&lone);
}

Test(floor, that_the_evidence_cannot_tell_is_null_with_a_reason)
{
	struct lone lone;

	lone_open(&lone, 7, 14, &lone_office);
	fill(&lone);
	for (size_t d = 0; d < 4; d++)
		cr_assert_eq(lone.entity.floor_drip_bytes_per_day[d],
			     UINT64_MAX);
	cr_assert_not_null(
	    strstr(lone.entity.floor_null_reason, "fewer than 15 usable days"));
	lone_close(&lone);
	lone_open(&lone, 7, 40, &lone_office);
	fill(&lone);
	cr_assert_neq(lone.entity.floor_drip_bytes_per_day[0], UINT64_MAX);
	cr_assert_neq(lone.entity.floor_drip_bytes_per_day[1], UINT64_MAX);
	cr_assert_eq(lone.entity.floor_drip_bytes_per_day[3], UINT64_MAX);
	cr_assert_not_null(lone.entity.floor_null_reason);
	lone_close(&lone);
}

Test(floor, counts_what_follows_a_change_of_the_sensor)
{
	const struct seep__restart restart = {.day = 100, .known = 107};
	struct lone lone;

	lone_open(&lone, 8, 130, &lone_office);
	fill(&lone);
	cr_assert_neq(lone.entity.floor_drip_bytes_per_day[2], UINT64_MAX);
	lone.judge.restarts = &restart;
	lone.judge.restarts_count = 1;
	fill(&lone);
	cr_assert_neq(lone.entity.floor_drip_bytes_per_day[1], UINT64_MAX);
	cr_assert_eq(lone.entity.floor_drip_bytes_per_day[2], UINT64_MAX);
	lone_close(&lone);
}
