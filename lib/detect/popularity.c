/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/popularity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/site.h"

/*
 * RARE_MIN, RARE_SHARE: a peer is rare up to 3 hosts, or 1 in 200. Three, so
 * that a person with a notebook, a workstation and a server keeps peers of
 * their own; 1 in 200, since the services that everybody uses are met by far
 * more and what one department uses by about as many. Lower splits hairs
 * between such departments; higher lets a drop box that several stolen
 * machines feed hide among them no longer, and fills the stratum with noise.
 *
 * HOSTS_MIN: with fewer hosts "few of them" says nothing.
 *
 * DAYS_FIRST: both are settled by the cells up to this usable day, before
 * the first decision of a change can fall, so that they never move later.
 */
#define RARE_MIN 3
#define RARE_SHARE 200
#define HOSTS_MIN 20
#define DAYS_FIRST 14

#define NEVER UINT32_MAX

/* struct meeting: the day on which one host first met a peer. */
struct meeting {
	struct seep_address peer;
	uint32_t day;
};

struct meetings {
	const struct seep__case *view;
	int names;
	/* settled: day index up to which hosts are counted. */
	size_t settled;
	uint64_t hosts;
	struct meeting *list;
	size_t count;
	size_t room;
};

/* Are they bytes that may have arrived? Names have no kinds. */
static int
counts(const struct meetings *meetings, const struct seep__cellrow *row)
{
	return row->bytes_out > 0 &&
	       (row->kind != SEEP_CELL_UNANSWERED || meetings->view->one_way);
}

/*
 * The row in which the host met the peer: the first with outbound bytes,
 * where they were answered. One packet alone is no meeting: whoever probes
 * every address of the site draws a refusal from each, and would be a peer
 * that everybody knows.
 */
static const struct seep__cellrow *
find_meeting(const struct meetings *meetings, const struct seep__reader *reader)
{
	uint64_t packets = 0;

	for (size_t i = 0; i < reader->count; i++) {
		const struct seep__cellrow *row = &reader->rows[i];

		if (!counts(meetings, row))
			continue;
		packets += row->packets_out;
		if (meetings->names || packets != 1)
			return row;
	}
	return NULL;
}

static int
add_meeting(struct meetings *meetings, size_t host_first,
	    const struct seep_address *peer, uint32_t day)
{
	struct meeting *last;
	int rc;

	/* Channels come by peer: a host's own with one peer stand together. */
	if (meetings->count > host_first) {
		last = &meetings->list[meetings->count - 1];
		if (seep_address_compare(&last->peer, peer) == 0) {
			if (day < last->day)
				last->day = day;
			return SEEP_OK;
		}
	}
	rc = seep__mem_grow(meetings->view->mem, (void **)&meetings->list,
			    &meetings->room, meetings->count + 1,
			    sizeof(*meetings->list));
	if (rc != SEEP_OK)
		return rc;
	last = &meetings->list[meetings->count++];
	last->peer = *peer;
	last->day = day;
	return SEEP_OK;
}

static int
read_host(struct meetings *meetings, size_t host)
{
	const struct seep__calendar *calendar = &meetings->view->calendar;
	const size_t first = meetings->count;
	struct seep__reader reader;
	uint32_t earliest = NEVER;
	int rc;

	seep__reader_init(&reader, meetings->view, host);
	reader.names = meetings->names;
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		const struct seep__cellrow *row;
		uint32_t day;

		if (reader.channel.place == SEEP_PLACE_INSIDE)
			continue;
		row = find_meeting(meetings, &reader);
		if (!row)
			continue;
		day = seep__calendar_day_of(calendar, row->hour);
		if (day < earliest)
			earliest = day;
		/* Whom a roll-up's host met is lost. */
		if (reader.channel.fold != SEEP_FOLD_NONE)
			continue;
		rc = add_meeting(meetings, first, &reader.channel.peer, day);
		if (rc != SEEP_OK)
			break;
	}
	seep__reader_clear(&reader);
	meetings->hosts += earliest != NEVER && earliest <= meetings->settled;
	return rc == SEEP_END ? SEEP_OK : rc;
}

static int
read_hosts(struct meetings *meetings)
{
	const struct seep_snapshot *snapshot = meetings->view->snapshot;
	const size_t count = seep__view_hosts(snapshot);

	for (size_t i = 0; i < count; i++) {
		int rc;

		/* Multicast and broadcast addresses are no machines. */
		if (seep__site_special(seep__view_host(snapshot, i)))
			continue;
		rc = read_host(meetings, i);
		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

static int
compare_meeting(const void *a, const void *b)
{
	const struct meeting *x = a;
	const struct meeting *y = b;
	const int order = seep_address_compare(&x->peer, &y->peer);

	if (order != 0)
		return order;
	return (x->day > y->day) - (x->day < y->day);
}

/* Returns the end of the run of meetings with the peer of 'first'. */
static size_t
find_end(const struct meetings *meetings, size_t first)
{
	size_t end = first + 1;

	while (end < meetings->count &&
	       seep_address_compare(&meetings->list[first].peer,
				    &meetings->list[end].peer) == 0)
		end++;
	return end;
}

static int
build_list(struct seep__popularity *popularity, const struct meetings *meetings,
	   struct seep__arena *arena)
{
	const size_t rare_max = popularity->rare_max;
	size_t count = 0;
	size_t end;

	for (size_t i = 0; i < meetings->count; i = find_end(meetings, i))
		count++;
	popularity->list =
	    seep__arena_get(arena, count, sizeof(*popularity->list));
	if (!popularity->list)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < meetings->count; i = end) {
		struct seep__popular *popular =
		    &popularity->list[popularity->count++];

		end = find_end(meetings, i);
		popular->peer = meetings->list[i].peer;
		popular->hosts = (uint32_t)(end - i);
		popular->from = end - i > rare_max
				    ? meetings->list[i + rare_max].day
				    : NEVER;
	}
	assert(popularity->count == count);
	return SEEP_OK;
}

int
seep__popularity_init(struct seep__popularity *popularity,
		      const struct seep__case *view, int names,
		      struct seep__arena *arena)
{
	struct meetings meetings = {.view = view, .names = names};
	int rc = SEEP_OK;

	assert(popularity && arena);
	memset(popularity, 0, sizeof(*popularity));
	meetings.settled =
	    seep__calendar_usable_at(&view->calendar, DAYS_FIRST - 1);
	/* A saved case of anyone may hold cells without an hour. */
	if (view->calendar.days_count > 0)
		rc = read_hosts(&meetings);
	if (rc == SEEP_OK) {
		popularity->usable = meetings.hosts >= HOSTS_MIN;
		popularity->rare_max = (uint32_t)(meetings.hosts / RARE_SHARE);
		if (popularity->rare_max < RARE_MIN)
			popularity->rare_max = RARE_MIN;
		if (meetings.count)
			qsort(meetings.list, meetings.count,
			      sizeof(*meetings.list), compare_meeting);
		rc = build_list(popularity, &meetings, arena);
	}
	seep__mem_put(view->mem, meetings.list,
		      meetings.room * sizeof(*meetings.list));
	return rc;
}

const struct seep__popular *
seep__popularity_find(const struct seep__popularity *popularity,
		      const struct seep_address *peer)
{
	size_t low = 0;
	size_t high = popularity->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order =
		    seep_address_compare(&popularity->list[middle].peer, peer);

		if (order == 0)
			return &popularity->list[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
