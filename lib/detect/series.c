/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/series.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

int
seep__series_init(struct seep__series *series,
		  const struct seep__subject *subject)
{
	const struct seep__calendar *calendar = subject->calendar;
	struct seep__arena *arena = subject->scratch;
	const size_t days = calendar->days_count;

	assert(days < SEEP__NO_POSITION);
	series->subject = subject;
	series->direction = SEEP_DIRECTION_UNKNOWN;
	series->count = 0;
	series->usable = seep__arena_get(arena, days, sizeof(uint32_t));
	series->position = seep__arena_get(arena, days, sizeof(uint32_t));
	if (!series->usable || !series->position)
		return seep__mem_why(arena->mem);
	for (size_t day = 0; day < days; day++) {
		series->position[day] = SEEP__NO_POSITION;
		if (day < subject->first_day ||
		    !seep__calendar_usable(calendar, day))
			continue;
		series->position[day] = (uint32_t)series->count;
		series->usable[series->count++] = (uint32_t)day;
	}
	return SEEP_OK;
}

static int
speaks(const struct seep__series *series, const struct seep__peercell *cell)
{
	return series->direction == SEEP_DIRECTION_UNKNOWN ||
	       cell->direction == series->direction;
}

static void
add_cells(const struct seep__series *series, size_t first, size_t end,
	  uint64_t *values)
{
	const struct seep__subject *subject = series->subject;

	for (size_t c = first; c < end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t at = series->position[cell->day];

		if (at != SEEP__NO_POSITION && speaks(series, cell))
			values[at] += seep__subject_counts(subject, cell);
	}
}

void
seep__series_days(const struct seep__series *series, size_t first, size_t end,
		  uint32_t known_from, uint64_t *values)
{
	assert(first <= end && end <= series->subject->peers_count);
	memset(values, 0, series->count * sizeof(*values));
	for (size_t p = first; p < end; p++) {
		const struct seep__peer *peer = &series->subject->peers[p];

		if (peer->known >= known_from)
			add_cells(series, peer->first, peer->end, values);
	}
}

void
seep__series_hours(const struct seep__series *series, size_t first, size_t end,
		   uint64_t *values)
{
	const struct seep__subject *subject = series->subject;

	assert(first < end && end <= subject->peers_count);
	memset(values, 0, subject->calendar->hours_count * sizeof(*values));
	for (size_t c = subject->peers[first].first;
	     c < subject->peers[end - 1].end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		if (cell->kind == SEEP_CELL_TIMED && speaks(series, cell))
			values[cell->hour] += cell->bytes_out;
	}
}

/* Do the days from which 'peer' was known and on which it last got bytes,
 * before day index 'end_day', span more than half of 'length' days? */
static int
is_established(const struct seep__subject *subject,
	       const struct seep__peer *peer, size_t cells_end,
	       uint32_t end_day, uint32_t length)
{
	const struct seep__date_day *days = subject->calendar->days;
	uint32_t span;

	if (peer->known >= end_day)
		return 0;
	span = days[subject->cells[cells_end - 1].day].day -
	       days[peer->known].day + 1;
	return (uint64_t)span * 2 > length;
}

void
seep__series_passing(const struct seep__series *series, size_t end,
		     uint64_t *values)
{
	const struct seep__subject *subject = series->subject;
	const uint32_t end_day = series->usable[end];
	const uint32_t length =
	    seep__series_day(series, end) - seep__series_day(series, 0);

	assert(end < series->count);
	memset(values, 0, end * sizeof(*values));
	for (size_t p = 0; p < subject->peers_count; p++) {
		const struct seep__peer *peer = &subject->peers[p];
		size_t last = peer->end;

		while (last > peer->first &&
		       subject->cells[last - 1].day >= end_day)
			last--;
		if (last > peer->first &&
		    !is_established(subject, peer, last, end_day, length))
			add_cells(series, peer->first, last, values);
	}
}

size_t
seep__series_before(const struct seep__series *series, size_t day)
{
	size_t low = 0;
	size_t high = series->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (series->usable[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t
seep__series_start(const struct seep__series *series, size_t position)
{
	return seep__series_day(series, position) * SEEP__HOURS_PER_DAY;
}

uint32_t
seep__series_day(const struct seep__series *series, size_t position)
{
	const struct seep__subject *subject = series->subject;

	assert(position < series->count);
	return subject->calendar->days[series->usable[position]].day;
}
