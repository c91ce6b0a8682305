/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/days.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

#define S_PER_HOUR 3600
#define S_PER_DAY (24 * S_PER_HOUR)
#define NOON_S (S_PER_DAY / 2)

/* Rounds down, below zero too. */
static int64_t
divide_down(int64_t value, int64_t by)
{
	assert(by > 0);
	return value / by - (value % by < 0);
}

/* Local time less UTC at a UTC time; 0 before the table begins. */
static int64_t
offset_at(const struct seep__clocks *clocks, int64_t time_s)
{
	size_t low = 0;
	size_t high = clocks->offsets_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int64_t from_s = divide_down(
		    clocks->offsets[middle].from_ns, SEEP__NS_PER_S);

		if (from_s <= time_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? clocks->offsets[low - 1].offset_s : 0;
}

/* The caller's word on a local date, else that of the week. */
static uint8_t
type_of(const struct seep__clocks *clocks, int64_t date, uint8_t weekday)
{
	size_t low = 0;
	size_t high = clocks->types_count;

	assert(weekday < 7);
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (clocks->types[middle].day < date)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < clocks->types_count && clocks->types[low].day == date)
		return clocks->types[low].is_rest ? SEEP__REST : SEEP__WORK;
	return weekday >= 5 ? SEEP__REST : SEEP__WORK;
}

static void
put_day(struct seep__days *days, const struct seep__clocks *clocks,
	size_t position)
{
	const int64_t start =
	    (int64_t)seep__days_date(days, position) * S_PER_DAY;
	const int64_t noon = start + NOON_S;
	const int64_t date =
	    divide_down(noon + offset_at(clocks, noon), S_PER_DAY);
	/* 1970-01-01 was a Thursday. */
	const int64_t since_monday = date + 3;
	const uint8_t weekday =
	    (uint8_t)(since_monday - 7 * divide_down(since_monday, 7));

	days->weekday[position] = weekday;
	days->type[position] = type_of(clocks, date, weekday);
	for (int64_t h = 0; h < 24; h++) {
		const int64_t utc = start + h * S_PER_HOUR;
		const int64_t local =
		    divide_down(utc + offset_at(clocks, utc), S_PER_HOUR);
		const int64_t hour = local - 24 * divide_down(local, 24);

		days->shape[position * 24 + (size_t)h] =
		    (uint8_t)(days->type[position] * 24 + hour);
	}
}

static void
put_covered(struct seep__days *days)
{
	const struct seep__calendar *calendar = days->calendar;
	size_t day = 0;

	for (size_t i = 0; i < calendar->hours_count; i++) {
		const uint32_t hour = calendar->hours[i];
		uint32_t at;

		while (calendar->days[day].day != hour / SEEP__HOURS_PER_DAY)
			day++;
		assert(day < calendar->days_count);
		at = days->position[day];
		if (at != SEEP__NO_POSITION && calendar->is_covered[i])
			days->covered[at] |= UINT32_C(1)
					     << hour % SEEP__HOURS_PER_DAY;
	}
}

static int
alloc_days(struct seep__days *days, size_t listed, struct seep__arena *arena)
{
	days->position = seep__arena_get(arena, listed, sizeof(uint32_t));
	days->usable = seep__arena_get(arena, listed, sizeof(uint32_t));
	days->covered = seep__arena_get(arena, listed, sizeof(uint32_t));
	days->type = seep__arena_get(arena, listed, 1);
	days->weekday = seep__arena_get(arena, listed, 1);
	days->shape = seep__arena_get(arena, listed, 24);
	if (!days->position || !days->usable || !days->covered || !days->type ||
	    !days->weekday || !days->shape)
		return seep__mem_why(arena->mem);
	return SEEP_OK;
}

int
seep__days_init(struct seep__days *days, const struct seep__calendar *calendar,
		const struct seep__clocks *clocks, size_t first_day,
		struct seep__arena *arena)
{
	int rc;

	assert(days && calendar && clocks);
	assert(calendar->days_count < SEEP__NO_POSITION);
	memset(days, 0, sizeof(*days));
	days->calendar = calendar;
	rc = alloc_days(days, calendar->days_count, arena);
	if (rc != SEEP_OK)
		return rc;
	for (size_t day = 0; day < calendar->days_count; day++) {
		days->position[day] = SEEP__NO_POSITION;
		if (day < first_day || !seep__calendar_usable(calendar, day))
			continue;
		days->position[day] = (uint32_t)days->count;
		days->usable[days->count] = (uint32_t)day;
		put_day(days, clocks, days->count++);
	}
	put_covered(days);
	return SEEP_OK;
}

uint32_t
seep__days_start(const struct seep__days *days, size_t position)
{
	return seep__days_date(days, position) * SEEP__HOURS_PER_DAY;
}

uint32_t
seep__days_date(const struct seep__days *days, size_t position)
{
	assert(position < days->calendar->days_count);
	return days->calendar->days[days->usable[position]].day;
}

size_t
seep__days_before(const struct seep__days *days, size_t day)
{
	size_t low = 0;
	size_t high = days->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (days->usable[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
