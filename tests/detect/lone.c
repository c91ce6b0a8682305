/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/lone.h"

#include <criterion/criterion.h>

#include <string.h>

#include "support/random.h"

/* 2026-03-02, a Monday as host.h has it. */
#define FIRST_DATE 20514

const struct host_noise lone_office = {.hour_bits = 1.0,
				       .day_bits = 0.5,
				       .swing_bits = 1.5,
				       .rest_bits = 1.5,
				       .empty = 0.02};

static void
fill_entities(struct lone *lone)
{
	struct seep__entities *entities = &lone->entities;

	lone->entity.host.prefix_bits = 128;
	lone->members[1] = 1;
	entities->list = &lone->entity;
	entities->count = 1;
	entities->hosts = &lone->members[0];
	entities->first = &lone->members[0];
	entities->rungs_count = 1;
	entities->roles = lone->roles;
}

void
lone_open(struct lone *lone, uint64_t seed, size_t days,
	  const struct host_noise *noise)
{
	struct seep__sheets *sheets = &lone->sheets;

	cr_assert_leq(days, HOST_DAYS);
	memset(lone, 0, sizeof(*lone));
	host_init(&lone->host, seed);
	host_trade(&lone->host, noise);
	for (uint32_t d = 0; d < HOST_DAYS; d++) {
		lone->dates[d].day = FIRST_DATE + d;
		lone->dates[d].covered = 24;
		lone->usable[d] = d;
	}
	lone->calendar.days = lone->dates;
	lone->calendar.days_count = days;
	lone->view.mem = lone->host.mem;
	lone->subject.view = &lone->view;
	lone->subject.calendar = &lone->calendar;
	lone->subject.scratch = &lone->host.arena;
	lone->host.days.calendar = &lone->calendar;
	lone->host.days.usable = lone->usable;
	lone->host.days.count = days;
	sheets->subject = &lone->subject;
	sheets->days = lone->host.days;
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		sheets->sheet[s].days = &sheets->days;
	sheets->sheet[SEEP_STRATUM_ALL].day = lone->host.day;
	sheets->sheet[SEEP_STRATUM_ALL].hour = lone->host.hour;
	sheets->sheet[SEEP_STRATUM_PUSH] = sheets->sheet[SEEP_STRATUM_ALL];
	sheets->start[SEEP_STRATUM_NEW_PUSH] = SEEP__NEW_DAYS;
	fill_entities(lone);
	seep__pool_init(&lone->pool, lone->host.mem, &lone->entities);
	lone->judge.knob = 0.1;
	lone->judge.pool = &lone->pool;
	lone->changes.mem = lone->host.mem;
}

void
lone_close(struct lone *lone)
{
	seep__mem_put(lone->host.mem, lone->changes.list,
		      lone->changes.room * sizeof(*lone->changes.list));
	seep__pool_clear(&lone->pool);
	host_clear(&lone->host);
}

void
lone_strangers(struct lone *lone, uint64_t seed)
{
	struct seep__sheet *fresh = &lone->sheets.sheet[SEEP_STRATUM_NEW_PUSH];

	fresh->day = lone->new_day;
	fresh->hour = lone->new_hour;
	lone->sheets.start[SEEP_STRATUM_NEW_PUSH] = 0;
	for (size_t i = 0; i < (size_t)HOST_DAYS * 24; i++) {
		if (test_random_below(&seed, 3) > 0)
			continue;
		lone->new_hour[i] = lone->host.hour[i] / 8;
		lone->new_day[i / 24] += lone->host.hour[i] / 8;
	}
}

void
lone_drip(struct lone *lone, size_t from, size_t end, uint64_t bytes)
{
	struct seep__sheet *fresh = &lone->sheets.sheet[SEEP_STRATUM_NEW_PUSH];

	host_add(&lone->host, from, end, bytes);
	fresh->day = lone->new_day;
	fresh->hour = lone->new_hour;
	for (size_t d = from; d < end && d < from + SEEP__NEW_DAYS; d++) {
		lone->new_day[d] += 24 * bytes;
		for (size_t h = 0; h < 24; h++)
			lone->new_hour[d * 24 + h] += bytes;
	}
}

void
lone_gap(struct lone *lone, size_t position, uint32_t days)
{
	for (size_t d = position; d < HOST_DAYS; d++)
		lone->dates[d].day += days;
}

size_t
lone_scan(struct lone *lone)
{
	seep__arena_clear(&lone->host.arena);
	lone->changes.count = 0;
	cr_assert_eq(
	    seep__change_scan(&lone->sheets, &lone->judge, &lone->changes),
	    SEEP_OK);
	return lone->changes.count;
}

const struct seep__change *
lone_first(const struct lone *lone, uint32_t stratum)
{
	const struct seep__change *first = NULL;

	for (size_t i = 0; i < lone->changes.count; i++) {
		const struct seep__change *at = &lone->changes.list[i];

		if (at->stratum == stratum &&
		    (!first || at->decided < first->decided))
			first = at;
	}
	return first;
}

void
lone_ladder(struct lone *lone, uint32_t stratum, size_t days,
	    struct seep__track *track, struct seep__ladder *ladder)
{
	cr_assert_eq(
	    seep__track_make(track, &lone->sheets, stratum, NULL, days),
	    SEEP_OK);
	cr_assert_eq(seep__ladder_make(ladder, track, &lone->judge, 0),
		     SEEP_OK);
}
