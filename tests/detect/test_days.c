/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "detect/days.h"
#include "support/alloc.h"

/* 2026-03-02 is a Monday; UTC days since 1970. */
#define MONDAY 20514
#define SPAN 60

/* Consecutive days, all hours covered but those that a test takes out. */
struct span {
	struct seep__calendar calendar;
	struct seep__clocks clocks;
	struct seep__days days;
	struct seep__mem *mem;
	struct seep__arena arena;
	struct seep__date_day listed[SPAN];
	uint32_t hours[SPAN * 24];
	uint8_t covered[SPAN * 24];
};

static void
span_init(struct span *span, uint32_t first, size_t count)
{
	memset(span, 0, sizeof(*span));
	cr_assert_eq(seep__mem_new(&span->mem, NULL, 0), SEEP_OK);
	seep__arena_init(&span->arena, span->mem);
	for (size_t i = 0; i < count * 24; i++) {
		span->hours[i] = first * 24 + (uint32_t)i;
		span->covered[i] = 1;
	}
	for (size_t d = 0; d < count; d++) {
		span->listed[d].day = first + (uint32_t)d;
		span->listed[d].covered = 24;
	}
	span->calendar.hours = span->hours;
	span->calendar.is_covered = span->covered;
	span->calendar.hours_count = count * 24;
	span->calendar.days = span->listed;
	span->calendar.days_count = count;
}

static void
span_miss(struct span *span, size_t day, unsigned hours)
{
	memset(span->covered + day * 24, 0, hours);
	span->listed[day].covered = 24 - hours;
}

static void
span_days(struct span *span, size_t first_day)
{
	cr_assert_eq(seep__days_init(&span->days, &span->calendar,
				     &span->clocks, first_day, &span->arena),
		     SEEP_OK);
}

static void
span_clear(struct span *span)
{
	seep__arena_clear(&span->arena);
	seep__mem_unref(span->mem);
}

Test(days, short_days_and_days_before_the_first_have_no_position)
{
	struct span span;

	span_init(&span, MONDAY, 6);
	span_miss(&span, 2, 7);
	span_miss(&span, 3, 6);
	span_days(&span, 1);
	cr_assert_eq(span.days.count, 4);
	cr_assert_eq(span.days.position[0], SEEP__NO_POSITION);
	cr_assert_eq(span.days.position[1], 0);
	cr_assert_eq(span.days.position[2], SEEP__NO_POSITION);
	cr_assert_eq(span.days.position[3], 1);
	cr_assert_eq(span.days.usable[1], 3);
	cr_assert_eq(seep__days_date(&span.days, 1), MONDAY + 3);
	cr_assert_eq(seep__days_start(&span.days, 1), (MONDAY + 3) * 24);
	cr_assert_eq(seep__days_before(&span.days, 0), 0);
	cr_assert_eq(seep__days_before(&span.days, 3), 1);
	cr_assert_eq(seep__days_before(&span.days, 99), 4);
	span_clear(&span);
}

Test(days, covered_hours_are_bits)
{
	struct span span;

	span_init(&span, MONDAY, 3);
	span_miss(&span, 0, 20);
	span_miss(&span, 1, 3);
	span_days(&span, 0);
	cr_assert_eq(span.days.count, 2);
	cr_assert_eq(span.days.covered[0], 0xfffff8);
	cr_assert_eq(span.days.covered[1], 0xffffff);
	span_clear(&span);
}

Test(days, without_tables_saturdays_and_sundays_rest)
{
	struct span span;

	span_init(&span, MONDAY, 14);
	span_days(&span, 0);
	for (size_t d = 0; d < 14; d++) {
		cr_assert_eq(span.days.weekday[d], d % 7);
		cr_assert_eq(span.days.type[d],
			     d % 7 >= 5 ? SEEP__REST : SEEP__WORK);
		for (size_t h = 0; h < 24; h++)
			cr_assert_eq(span.days.shape[d * 24 + h],
				     span.days.type[d] * 24u + h);
	}
	span_clear(&span);
}

Test(days, the_table_makes_holidays_and_worked_saturdays)
{
	const struct seep_day_type types[] = {
	    {.day = MONDAY - 9, .is_rest = 1},
	    {.day = MONDAY + 2, .is_rest = 1},
	    {.day = MONDAY + 5, .is_rest = 0},
	    {.day = MONDAY + 900, .is_rest = 1},
	};
	struct span span;

	span_init(&span, MONDAY, 7);
	span.clocks.types = types;
	span.clocks.types_count = 4;
	span_days(&span, 0);
	cr_assert_eq(span.days.type[1], SEEP__WORK);
	cr_assert_eq(span.days.type[2], SEEP__REST);
	cr_assert_eq(span.days.weekday[2], 2);
	cr_assert_eq(span.days.shape[2 * 24 + 9], 24 + 9);
	cr_assert_eq(span.days.type[5], SEEP__WORK);
	cr_assert_eq(span.days.shape[5 * 24 + 9], 9);
	cr_assert_eq(span.days.type[6], SEEP__REST);
	span_clear(&span);
}

Test(days, noon_decides_the_local_date)
{
	/* Thirteen hours ahead, noon of Sunday UTC is Monday. */
	const struct seep_utc_offset offset = {.offset_s = 13 * 3600};
	const struct seep_day_type holiday = {.day = MONDAY + 7, .is_rest = 1};
	struct span span;

	span_init(&span, MONDAY, 7);
	span.clocks.offsets = &offset;
	span.clocks.offsets_count = 1;
	span_days(&span, 0);
	cr_assert_eq(span.days.weekday[6], 0);
	cr_assert_eq(span.days.type[6], SEEP__WORK);
	cr_assert_eq(span.days.shape[6 * 24], 13);
	cr_assert_eq(span.days.shape[6 * 24 + 23], 12);
	/* The table is of local dates. */
	span.clocks.types = &holiday;
	span.clocks.types_count = 1;
	span_days(&span, 0);
	cr_assert_eq(span.days.type[6], SEEP__REST);
	span_clear(&span);
}

Test(days, west_of_greenwich_the_date_at_noon_is_the_same)
{
	const struct seep_utc_offset offset = {.offset_s = -5 * 3600};
	struct span span;

	span_init(&span, MONDAY, 2);
	span.clocks.offsets = &offset;
	span.clocks.offsets_count = 1;
	span_days(&span, 0);
	cr_assert_eq(span.days.weekday[0], 0);
	cr_assert_eq(span.days.shape[0], 19);
	cr_assert_eq(span.days.shape[5], 0);
	span_clear(&span);
}

Test(days, clocks_change_within_a_day)
{
	/* 2026-03-29 01:00 UTC: Central Europe goes from +1 to +2. */
	const int64_t change = ((INT64_C(20541) * 24) + 1) * SEEP__NS_PER_HOUR;
	const struct seep_utc_offset offsets[] = {
	    {.from_ns = 0, .offset_s = 3600},
	    {.from_ns = change, .offset_s = 7200},
	};
	struct span span;

	span_init(&span, 20540, 3);
	span.clocks.offsets = offsets;
	span.clocks.offsets_count = 2;
	span_days(&span, 0);
	cr_assert_eq(span.days.shape[0], 24 + 1);
	cr_assert_eq(span.days.shape[24 + 0], 24 + 1);
	cr_assert_eq(span.days.shape[24 + 1], 24 + 3);
	cr_assert_eq(span.days.shape[48 + 0], 2);
	cr_assert_eq(span.days.weekday[1], 6);
	span_clear(&span);
}

Test(days, half_hours_count_with_the_hour_they_begin_in)
{
	const struct seep_utc_offset offset = {.offset_s = 19800};
	struct span span;

	span_init(&span, MONDAY, 1);
	span.clocks.offsets = &offset;
	span.clocks.offsets_count = 1;
	span_days(&span, 0);
	cr_assert_eq(span.days.shape[0], 5);
	cr_assert_eq(span.days.shape[18], 23);
	cr_assert_eq(span.days.shape[19], 0);
	span_clear(&span);
}

Test(days, before_the_table_begins_it_is_utc)
{
	const struct seep_utc_offset offset = {
	    .from_ns = (int64_t)(MONDAY + 1) * 24 * SEEP__NS_PER_HOUR,
	    .offset_s = 3600};
	struct span span;

	span_init(&span, MONDAY, 2);
	span.clocks.offsets = &offset;
	span.clocks.offsets_count = 1;
	span_days(&span, 0);
	cr_assert_eq(span.days.shape[23], 23);
	cr_assert_eq(span.days.shape[24], 1);
	span_clear(&span);
}

Test(days, the_first_day_of_all_may_be_the_day_before_locally)
{
	const struct seep_utc_offset offset = {.offset_s = -50400};
	struct span span;

	span_init(&span, 0, 1);
	span.clocks.offsets = &offset;
	span.clocks.offsets_count = 1;
	span_days(&span, 0);
	/* 1969-12-31, a Wednesday. */
	cr_assert_eq(span.days.weekday[0], 2);
	cr_assert_eq(span.days.shape[0], 10);
	span_clear(&span);
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct span *span = ctx;
	struct seep__days days;
	struct seep__arena arena;
	struct seep__mem *mem;
	int rc = seep__mem_new(&mem, alloc, 0);

	if (rc != SEEP_OK)
		return rc;
	seep__arena_init(&arena, mem);
	rc = seep__days_init(&days, &span->calendar, &span->clocks, 0, &arena);
	seep__arena_clear(&arena);
	seep__mem_unref(mem);
	return rc;
}

Test(days, every_failed_allocation_is_survived)
{
	struct span span;
	const char *wrong;
	size_t runs;

	span_init(&span, MONDAY, SPAN);
	wrong = test_alloc_each(attempt, &span, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 2);
	span_clear(&span);
}
