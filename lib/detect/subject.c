/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/subject.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "detect/allow.h"
#include "detect/robust.h"

/* Usable days that settle what dust is, before a change can be decided. */
#define DUST_DAYS 14

/* A /24 is the smallest network routed on the Internet, a /48 the usual
 * size of an IPv6 site (RFC 6177): whoever holds one address of it can
 * usually use the others. */
#define PREFIX_BITS4 24
#define PREFIX_BITS6 48

void
seep__network_of(const struct seep_address *address, unsigned bits4,
		 unsigned bits6, struct seep_network *network)
{
	const unsigned bits = seep_address_is_v4(address) ? 96 + bits4 : bits6;

	assert(bits <= 128);
	network->base = *address;
	network->prefix_bits = (uint8_t)bits;
	for (unsigned i = 0; i < 16; i++) {
		if (i * 8 >= bits)
			network->base.bytes[i] = 0;
		else if (i * 8 + 8 > bits)
			network->base.bytes[i] &=
			    (uint8_t)(0xffu << (i * 8 + 8 - bits));
	}
}

static int
compare_address(const void *a, const void *b)
{
	return seep_address_compare(a, b);
}

static int
compare_cell(const void *a, const void *b)
{
	const struct seep__peercell *x = a;
	const struct seep__peercell *y = b;

	if (x->peer != y->peer)
		return x->peer < y->peer ? -1 : 1;
	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction < y->direction ? -1 : 1;
	if (x->service != y->service)
		return x->service < y->service ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->host > y->host) - (x->host < y->host);
}

/* Is a channel's peer one of those that the subject is about? */
static int
is_asked(const struct seep__subject *subject, uint8_t place)
{
	if (subject->names)
		return place == SEEP_PLACE_NAME;
	return place == SEEP_PLACE_OUTSIDE || place == SEEP_PLACE_PARTNER;
}

/* Writes the peers of the members' channels, a member's own without
 * repetition; returns how many there are. */
static size_t
list_peers(const struct seep__subject *subject, struct seep_address *list)
{
	const struct seep_snapshot *snapshot = subject->view->snapshot;
	size_t used = 0;

	for (size_t m = 0; m < subject->members_count; m++) {
		size_t first, end;

		seep__view_channels(snapshot, subject->members[m].host, &first,
				    &end);
		for (size_t c = first; c < end; c++) {
			struct seep__channel channel;

			seep__view_channel(snapshot, c, &channel);
			if (!is_asked(subject, channel.place))
				continue;
			if (used && seep_address_compare(&list[used - 1],
							 &channel.peer) == 0)
				continue;
			list[used++] = channel.peer;
		}
	}
	return used;
}

/* Lists the distinct peers of the members. */
static int
collect_peers(struct seep__subject *subject)
{
	struct seep_address *list;
	size_t total = 0;
	size_t used;

	for (size_t m = 0; m < subject->members_count; m++) {
		size_t first, end;

		seep__view_channels(subject->view->snapshot,
				    subject->members[m].host, &first, &end);
		total += end - first;
	}
	list = seep__arena_get(subject->scratch, total, sizeof(*list));
	if (!list)
		return seep__mem_why(subject->view->mem);
	used = list_peers(subject, list);
	if (used)
		qsort(list, used, sizeof(*list), compare_address);
	subject->peers =
	    seep__arena_get(subject->scratch, used, sizeof(*subject->peers));
	if (!subject->peers)
		return seep__mem_why(subject->view->mem);
	for (size_t i = 0; i < used; i++) {
		const size_t at = subject->peers_count;

		if (at && seep_address_compare(&subject->peers[at - 1].address,
					       &list[i]) == 0)
			continue;
		subject->peers[at].address = list[i];
		subject->peers_count++;
	}
	return subject->peers_count > UINT32_MAX ? SEEP_EBUDGET : SEEP_OK;
}

static size_t
find_peer(const struct seep__subject *subject,
	  const struct seep_address *address)
{
	size_t low = 0;
	size_t high = subject->peers_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (seep_address_compare(&subject->peers[middle].address,
					 address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	assert(low < subject->peers_count);
	return low;
}

/* Lays the rows of the reader's channel behind the cells held so far. */
static int
add_rows(struct seep__subject *subject, const struct seep__reader *reader,
	 size_t member, size_t *room)
{
	const struct seep__calendar *calendar = subject->calendar;
	const struct seep__channel *channel = &reader->channel;
	const size_t peer = find_peer(subject, &channel->peer);
	int rc;

	if (channel->label && !subject->peers[peer].label)
		subject->peers[peer].label = channel->label;
	subject->peers[peer].is_partner = channel->place == SEEP_PLACE_PARTNER;
	rc = seep__mem_grow(subject->view->mem, (void **)&subject->cells, room,
			    subject->cells_count + reader->count,
			    sizeof(*subject->cells));
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; calendar->hours_count && i < reader->count; i++) {
		const struct seep__cellrow *row = &reader->rows[i];
		struct seep__peercell *cell =
		    &subject->cells[subject->cells_count];

		memset(cell, 0, sizeof(*cell));
		cell->day = seep__calendar_day_of(calendar, row->hour);
		if (cell->day >= subject->members[member].end_day)
			break;
		cell->peer = (uint32_t)peer;
		cell->hour = seep__calendar_hour_of(calendar, row->hour);
		cell->host = (uint32_t)member;
		cell->service = channel->service;
		cell->direction =
		    (uint8_t)seep__reader_direction(reader, row->hour);
		cell->kind = row->kind;
		cell->bytes_out = row->bytes_out;
		cell->bytes_in = row->bytes_in;
		subject->cells_count++;
	}
	return SEEP_OK;
}

static int
collect_member(struct seep__subject *subject, size_t member, size_t *room)
{
	struct seep__reader reader;
	int rc;

	seep__reader_init(&reader, subject->view,
			  subject->members[member].host);
	reader.names = subject->names;
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		if (!is_asked(subject, reader.channel.place))
			continue;
		rc = add_rows(subject, &reader, member, room);
		if (rc != SEEP_OK)
			break;
	}
	seep__reader_clear(&reader);
	return rc == SEEP_END ? SEEP_OK : rc;
}

uint64_t
seep__subject_counts(const struct seep__subject *subject,
		     const struct seep__peercell *cell)
{
	assert(cell->allowed <= cell->bytes_out);
	if (cell->kind == SEEP_CELL_UNANSWERED && !subject->view->one_way)
		return 0;
	return cell->bytes_out - cell->allowed;
}

/* Gives each peer its range of cells, which are in order, and finds the
 * entity's first day. */
static void
index_cells(struct seep__subject *subject)
{
	size_t at = 0;

	subject->first_day = subject->calendar->days_count;
	for (size_t i = 0; i < subject->peers_count; i++) {
		struct seep__peer *peer = &subject->peers[i];

		peer->first = at;
		while (at < subject->cells_count &&
		       subject->cells[at].peer == i)
			at++;
		peer->end = at;
		if (peer->end > peer->first &&
		    subject->cells[peer->first].day < subject->first_day)
			subject->first_day = subject->cells[peer->first].day;
	}
	assert(at == subject->cells_count);
	for (size_t m = 0; m < subject->members_count; m++) {
		const struct seep__member *member = &subject->members[m];

		if (member->names_day < member->end_day &&
		    member->names_day < subject->first_day)
			subject->first_day = member->names_day;
	}
}

/*
 * The median day of the first usable ones, to the outside: a day's bytes
 * times SEEP__DUST_SHARE say more than it, or it was dust.
 */
static int
find_usual(const struct seep__subject *subject, uint64_t *usual)
{
	const struct seep__calendar *calendar = subject->calendar;
	uint64_t sums[DUST_DAYS] = {0}, scratch[DUST_DAYS];
	struct seep__spread spread;
	uint8_t *place; /* of each day, from 1; 0 = not one of them */
	size_t days = 0;

	*usual = 0;
	if (subject->names)
		return SEEP_OK;
	place = seep__arena_get(subject->scratch, calendar->days_count, 1);
	if (!place)
		return seep__mem_why(subject->scratch->mem);
	for (size_t d = subject->first_day;
	     d < calendar->days_count && days < DUST_DAYS; d++)
		if (seep__calendar_usable(calendar, d))
			place[d] = (uint8_t)++days;
	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		if (place[cell->day] && !subject->peers[cell->peer].is_partner)
			sums[place[cell->day] - 1] +=
			    seep__subject_counts(subject, cell);
	}
	seep__spread_of(sums, scratch, days, &spread);
	*usual = spread.median;
	return SEEP_OK;
}

static int
is_dust(uint64_t bytes, uint64_t usual)
{
	if (bytes == 0)
		return 1;
	return bytes <= usual / SEEP__DUST_SHARE &&
	       bytes * SEEP__DUST_SHARE < usual;
}

/* Adds up a peer's bytes, and when they made it known. */
static void
sum_peer(const struct seep__subject *subject, struct seep__peer *peer,
	 uint64_t usual)
{
	peer->known_new = UINT32_MAX;
	for (size_t c = peer->first; c < peer->end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		peer->bytes += seep__subject_counts(subject, cell);
		if (peer->known_new == UINT32_MAX &&
		    !is_dust(peer->bytes, usual))
			peer->known_new = cell->day;
	}
}

static void
look_up_peer(const struct seep__subject *subject, struct seep__peer *peer)
{
	const struct seep__popularity *popularity =
	    subject->view->popularity[subject->names];
	const struct seep__popular *popular = NULL;

	if (popularity)
		popular = seep__popularity_find(popularity, &peer->address);
	peer->hosts_met = popular ? popular->hosts : 0;
	peer->popular_from = popular ? popular->from : UINT32_MAX;
}

/* Puts the cells in order and works out what rests on all of them. */
static int
settle_cells(struct seep__subject *subject)
{
	uint64_t usual;
	int rc;

	if (subject->cells_count)
		qsort(subject->cells, subject->cells_count,
		      sizeof(*subject->cells), compare_cell);
	index_cells(subject);
	rc = seep__allow_apply(subject);
	if (rc == SEEP_OK)
		rc = find_usual(subject, &usual);
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; i < subject->peers_count; i++) {
		sum_peer(subject, &subject->peers[i], usual);
		look_up_peer(subject, &subject->peers[i]);
	}
	return SEEP_OK;
}

int
seep__subject_read(struct seep__subject *subject, const struct seep__case *view,
		   const struct seep__member *members, size_t members_count,
		   int names, struct seep__arena *scratch)
{
	struct seep__peercell *cells;
	size_t room = 0;
	int rc;

	assert(subject && view && scratch && (names == 0 || names == 1));
	memset(subject, 0, sizeof(*subject));
	subject->view = view;
	subject->names = names;
	subject->calendar = &view->calendar;
	subject->scratch = scratch;
	subject->members = members;
	subject->members_count = members_count;
	rc = collect_peers(subject);
	for (size_t m = 0; rc == SEEP_OK && m < members_count; m++)
		rc = collect_member(subject, m, &room);
	if (rc == SEEP_OK)
		rc = settle_cells(subject);
	/* The cells move to the scratch arena, at their true size. */
	cells = subject->cells;
	if (rc == SEEP_OK) {
		subject->cells = seep__arena_copy(
		    scratch, cells, subject->cells_count, sizeof(*cells));
		if (!subject->cells)
			rc = seep__mem_why(view->mem);
	}
	seep__mem_put(view->mem, cells, room * sizeof(*cells));
	return rc;
}

int
seep__subject_init(struct seep__subject *subject, const struct seep__case *view,
		   const size_t *hosts, size_t hosts_count,
		   struct seep__arena *scratch)
{
	struct seep__member *members;

	members = seep__arena_get(scratch, hosts_count, sizeof(*members));
	if (!members)
		return seep__mem_why(view->mem);
	for (size_t i = 0; i < hosts_count; i++) {
		members[i].host = hosts[i];
		members[i].end_day = UINT32_MAX;
		members[i].names_day = UINT32_MAX;
	}
	return seep__subject_read(subject, view, members, hosts_count, 0,
				  scratch);
}

size_t
seep__prefix_end(const struct seep__subject *subject, size_t first)
{
	struct seep_network network;
	size_t end = first;

	assert(first < subject->peers_count);
	seep__network_of(&subject->peers[first].address, PREFIX_BITS4,
			 PREFIX_BITS6, &network);
	while (end < subject->peers_count &&
	       seep_network_contains(&network, &subject->peers[end].address))
		end++;
	return end;
}
