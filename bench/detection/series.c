/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/series.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_PER_DAY 24
#define DAY_HOURS_MIN 18

struct series *
series_new(void)
{
	return calloc(1, sizeof(struct series));
}

void
series_free(struct series *series)
{
	if (series == NULL)
		return;
	for (size_t i = 0; i < series->count; i++) {
		free(series->hosts[i].out);
		free(series->hosts[i].in);
	}
	free(series->hosts);
	free(series->is_gap);
	free(series);
}

static void
set_missing(uint64_t *values, size_t from, size_t until)
{
	for (size_t i = from; i < until; i++)
		values[i] = SERIES_MISSING;
}

static int
add_values(uint64_t **values, size_t room)
{
	*values = malloc(room * sizeof(**values));
	if (*values == NULL)
		return 0;
	set_missing(*values, 0, room);
	return 1;
}

size_t
series_add_host(struct series *series, const char *name, size_t size)
{
	struct series_host *host;

	if (series->count == series->hosts_room) {
		size_t room = series->hosts_room * 2 + 16;

		host = realloc(series->hosts, room * sizeof(*host));
		if (host == NULL)
			return SIZE_MAX;
		series->hosts = host;
		series->hosts_room = room;
	}
	host = &series->hosts[series->count];
	memset(host, 0, sizeof(*host));
	if (size >= sizeof(host->name))
		size = sizeof(host->name) - 1;
	memcpy(host->name, name, size);
	host->first = SIZE_MAX;
	if (series->room != 0 && (!add_values(&host->out, series->room) ||
				  !add_values(&host->in, series->room))) {
		free(host->out);
		return SIZE_MAX;
	}
	return series->count++;
}

/* grow_values() makes room and moves what is there 'shift' hours later. */
static int
grow_values(uint64_t **values, size_t used, size_t room, size_t shift)
{
	uint64_t *grown = realloc(*values, room * sizeof(*grown));

	if (grown == NULL)
		return 0;
	assert(used + shift <= room);
	*values = grown;
	memmove(grown + shift, grown, used * sizeof(*grown));
	set_missing(grown, 0, shift);
	set_missing(grown, shift + used, room);
	return 1;
}

static int
grow(struct series *series, size_t hours, size_t shift)
{
	size_t room = hours + hours / 2 + 7 * HOURS_PER_DAY;

	for (size_t i = 0; i < series->count; i++) {
		struct series_host *host = &series->hosts[i];

		if (!grow_values(&host->out, series->hours, room, shift) ||
		    !grow_values(&host->in, series->hours, room, shift))
			return 0;
		if (host->first != SIZE_MAX) {
			host->first += shift;
			host->last += shift;
		}
	}
	series->room = room;
	series->hours = hours;
	return 1;
}

/* reach() makes 'hour' part of the series; 0 = too far, -1 = no memory. */
static int
reach(struct series *series, uint32_t hour)
{
	size_t shift = 0;
	size_t hours = series->hours;

	if (hours == 0)
		series->from_hour = hour;
	if (hour < series->from_hour)
		shift = series->from_hour - hour;
	if (shift != 0)
		hours += shift;
	else if (hour - series->from_hour >= hours)
		hours = (size_t)(hour - series->from_hour) + 1;
	if (hours > SERIES_SPAN_MAX)
		return 0;
	if (shift != 0 || hours > series->room) {
		if (!grow(series, hours, shift))
			return -1;
	}
	series->hours = hours;
	series->from_hour -= (uint32_t)shift;
	return 1;
}

int
series_put(struct series *series, size_t host, uint32_t hour, int is_in,
	   uint64_t bytes)
{
	struct series_host *at;
	uint64_t *value;
	size_t index;
	int rc = reach(series, hour);

	assert(host < series->count);
	if (rc <= 0)
		return rc;
	at = &series->hosts[host];
	index = hour - series->from_hour;
	value = is_in ? &at->in[index] : &at->out[index];
	if (*value != SERIES_MISSING)
		return 0;
	*value = bytes;
	if (at->first == SIZE_MAX)
		at->first = at->last = index;
	if (index < at->first)
		at->first = index;
	if (index > at->last)
		at->last = index;
	return 1;
}

static int
is_alive(const struct series_host *host, size_t hour)
{
	return host->first <= hour && hour <= host->last;
}

int
series_find_gaps(struct series *series)
{
	free(series->is_gap);
	series->is_gap = calloc(series->hours + 1, 1);
	if (series->is_gap == NULL)
		return 0;
	for (size_t hour = 0; hour < series->hours; hour++) {
		size_t alive = 0;
		size_t absent = 0;

		for (size_t i = 0; i < series->count; i++) {
			const struct series_host *host = &series->hosts[i];

			if (!is_alive(host, hour))
				continue;
			alive++;
			absent += host->out[hour] == SERIES_MISSING;
		}
		/* Where absence is silence many hosts are silent at night;
		 * only an hour without anybody was not watched. */
		if (series->absent_is_silence)
			series->is_gap[hour] = absent == alive && alive > 1;
		else
			series->is_gap[hour] = absent * 2 > alive || alive == 0;
	}
	return 1;
}

enum series_state
series_at(const struct series *series, size_t host, size_t hour, uint64_t *out,
	  uint64_t *in)
{
	const struct series_host *at = &series->hosts[host];

	assert(host < series->count && hour < series->hours);
	*out = 0;
	*in = 0;
	if (!is_alive(at, hour))
		return SERIES_OUTSIDE;
	if (series->is_gap[hour])
		return SERIES_GAP;
	if (at->out[hour] == SERIES_MISSING)
		return series->absent_is_silence ? SERIES_COVERED : SERIES_HOLE;
	*out = at->out[hour];
	if (at->in[hour] != SERIES_MISSING)
		*in = at->in[hour];
	return SERIES_COVERED;
}

size_t
series_covered_days(const struct series *series, size_t host)
{
	uint64_t out, in;
	size_t days = 0;
	size_t covered = 0;

	for (size_t hour = 0; hour < series->hours; hour++) {
		if ((series->from_hour + hour) % HOURS_PER_DAY == 0)
			covered = 0;
		covered +=
		    series_at(series, host, hour, &out, &in) == SERIES_COVERED;
		days += (series->from_hour + hour) % HOURS_PER_DAY ==
			    HOURS_PER_DAY - 1 &&
			covered >= DAY_HOURS_MIN;
	}
	return days;
}

size_t
series_holes(const struct series *series, size_t host)
{
	uint64_t out, in;
	size_t holes = 0;

	for (size_t hour = 0; hour < series->hours; hour++)
		holes +=
		    series_at(series, host, hour, &out, &in) == SERIES_HOLE;
	return holes;
}
