/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/calendar.h"

#include <assert.h>

#include "base/clock.h"
#include "ledger/view.h"

static size_t
lower_bound(const uint32_t *values, size_t count, uint32_t value)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (values[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
count_days(const struct seep__calendar *calendar)
{
	size_t count = 0;

	for (size_t i = 0; i < calendar->hours_count; i++)
		if (i == 0 || calendar->hours[i] / SEEP__HOURS_PER_DAY !=
				  calendar->hours[i - 1] / SEEP__HOURS_PER_DAY)
			count++;
	return count;
}

int
seep__calendar_init(struct seep__calendar *calendar,
		    const struct seep_snapshot *snapshot, uint32_t from,
		    uint32_t until, struct seep__arena *arena)
{
	size_t count;
	const uint32_t *hours = seep__view_hours(snapshot, &count);
	const size_t first = lower_bound(hours, count, from);
	const size_t end = lower_bound(hours, count, until);
	size_t days = 0;

	calendar->hours_count = end > first ? end - first : 0;
	calendar->hours_covered = 0;
	calendar->hours = NULL;
	calendar->is_covered = NULL;
	if (calendar->hours_count) {
		calendar->hours = hours + first;
		calendar->is_covered = seep__view_hour_ends(snapshot) + first;
	}
	calendar->days_count = count_days(calendar);
	calendar->days = seep__arena_get(arena, calendar->days_count,
					 sizeof(*calendar->days));
	if (!calendar->days)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < calendar->hours_count; i++) {
		const uint32_t day = calendar->hours[i] / SEEP__HOURS_PER_DAY;

		if (days == 0 || calendar->days[days - 1].day != day)
			calendar->days[days++].day = day;
		calendar->days[days - 1].covered += calendar->is_covered[i];
		calendar->hours_covered += calendar->is_covered[i];
	}
	assert(days == calendar->days_count);
	return SEEP_OK;
}

size_t
seep__calendar_day(const struct seep__calendar *calendar, uint32_t day)
{
	size_t low = 0;
	size_t high = calendar->days_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (calendar->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
seep__calendar_hour(const struct seep__calendar *calendar, uint32_t hour)
{
	return lower_bound(calendar->hours, calendar->hours_count, hour);
}

int
seep__calendar_usable(const struct seep__calendar *calendar, size_t index)
{
	assert(index < calendar->days_count);
	return calendar->days[index].covered >= SEEP__DAY_HOURS_MIN;
}

size_t
seep__calendar_usable_days(const struct seep__calendar *calendar)
{
	size_t count = 0;

	for (size_t i = 0; i < calendar->days_count; i++)
		count += (size_t)seep__calendar_usable(calendar, i);
	return count;
}

size_t
seep__calendar_usable_at(const struct seep__calendar *calendar, size_t nth)
{
	for (size_t i = 0; i < calendar->days_count; i++)
		if (seep__calendar_usable(calendar, i) && nth-- == 0)
			return i;
	return calendar->days_count;
}

uint32_t
seep__calendar_hour_of(const struct seep__calendar *calendar, uint32_t hour)
{
	const size_t index = seep__calendar_hour(calendar, hour);

	assert(calendar->hours_count > 0);
	return (uint32_t)(index < calendar->hours_count
			      ? index
			      : calendar->hours_count - 1);
}

uint32_t
seep__calendar_day_of(const struct seep__calendar *calendar, uint32_t hour)
{
	const size_t index =
	    seep__calendar_day(calendar, hour / SEEP__HOURS_PER_DAY);

	assert(calendar->days_count > 0);
	return (uint32_t)(index < calendar->days_count
			      ? index
			      : calendar->days_count - 1);
}

static size_t
put_gaps(const struct seep__calendar *calendar, struct seep_gap *gaps)
{
	size_t count = 0;
	uint32_t from = 0; /* the hour after the last covered one */

	for (size_t i = 0; i < calendar->hours_count; i++) {
		if (!calendar->is_covered[i])
			continue;
		if (from && calendar->hours[i] > from) {
			if (gaps) {
				gaps[count].from_ns = seep__clock_start(from);
				gaps[count].to_ns =
				    seep__clock_start(calendar->hours[i]);
			}
			count++;
		}
		from = calendar->hours[i] + 1;
	}
	return count;
}

int
seep__calendar_gaps(const struct seep__calendar *calendar,
		    struct seep__arena *arena, const struct seep_gap **gaps,
		    size_t *count)
{
	struct seep_gap *list;

	*count = put_gaps(calendar, NULL);
	list = seep__arena_get(arena, *count, sizeof(*list));
	if (!list)
		return seep__mem_why(arena->mem);
	(void)put_gaps(calendar, list);
	*gaps = list;
	return SEEP_OK;
}
