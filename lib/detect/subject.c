/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/subject.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

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
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Lists the distinct crossing peers of the hosts. */
static int
collect_peers(struct seep__subject *subject, const size_t *hosts, size_t count)
{
	const struct seep_snapshot *snapshot = subject->view->snapshot;
	struct seep_address *list;
	size_t total = 0;
	size_t used = 0;

	for (size_t h = 0; h < count; h++) {
		size_t first, end;

		seep__view_channels(snapshot, hosts[h], &first, &end);
		total += end - first;
	}
	list = seep__arena_get(subject->scratch, total, sizeof(*list));
	if (!list)
		return seep__mem_why(subject->view->mem);
	for (size_t h = 0; h < count; h++) {
		size_t first, end;

		seep__view_channels(snapshot, hosts[h], &first, &end);
		for (size_t c = first; c < end; c++) {
			struct seep__channel channel;

			seep__view_channel(snapshot, c, &channel);
			if (channel.place == SEEP_PLACE_INSIDE)
				continue;
			if (used && seep_address_compare(&list[used - 1],
							 &channel.peer) == 0)
				continue;
			list[used++] = channel.peer;
		}
	}
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

/*
 * Every cell lies in a covered hour (view.h). A saved case may come from
 * anyone, so that the bound of the arrays does not rest on that alone.
 */
static uint32_t
place_hour(const struct seep__calendar *calendar, uint32_t hour)
{
	const size_t index = seep__calendar_hour(calendar, hour);

	return (uint32_t)(index < calendar->hours_count
			      ? index
			      : calendar->hours_count - 1);
}

static uint32_t
place_day(const struct seep__calendar *calendar, uint32_t hour)
{
	const size_t index =
	    seep__calendar_day(calendar, hour / SEEP__HOURS_PER_DAY);

	return (uint32_t)(index < calendar->days_count
			      ? index
			      : calendar->days_count - 1);
}

/* Lays the rows of the reader's channel behind the cells held so far. */
static int
add_rows(struct seep__subject *subject, const struct seep__reader *reader,
	 size_t *room)
{
	const struct seep__calendar *calendar = subject->calendar;
	const struct seep__channel *channel = &reader->channel;
	const size_t peer = find_peer(subject, &channel->peer);
	int rc;

	if (channel->label && !subject->peers[peer].label)
		subject->peers[peer].label = channel->label;
	rc = seep__mem_grow(subject->view->mem, (void **)&subject->cells, room,
			    subject->cells_count + reader->count,
			    sizeof(*subject->cells));
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; calendar->hours_count && i < reader->count; i++) {
		const struct seep__cellrow *row = &reader->rows[i];
		struct seep__peercell *cell =
		    &subject->cells[subject->cells_count++];

		cell->peer = (uint32_t)peer;
		cell->hour = place_hour(calendar, row->hour);
		cell->day = place_day(calendar, row->hour);
		cell->service = channel->service;
		cell->direction =
		    (uint8_t)seep__reader_direction(reader, row->hour);
		cell->kind = row->kind;
		cell->bytes_out = row->bytes_out;
		cell->bytes_in = row->bytes_in;
	}
	return SEEP_OK;
}

static int
collect_host(struct seep__subject *subject, size_t host, size_t *room)
{
	struct seep__reader reader;
	int rc;

	seep__reader_init(&reader, subject->view, host);
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		if (reader.channel.place == SEEP_PLACE_INSIDE)
			continue;
		rc = add_rows(subject, &reader, room);
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
	if (cell->kind == SEEP_CELL_UNANSWERED && !subject->view->one_way)
		return 0;
	return cell->bytes_out;
}

/* Gives each peer its range of cells, its bytes and when it was known. */
static void
index_peers(struct seep__subject *subject)
{
	size_t at = 0;

	subject->first_day = subject->calendar->days_count;
	for (size_t i = 0; i < subject->peers_count; i++) {
		struct seep__peer *peer = &subject->peers[i];

		peer->known = UINT32_MAX;
		peer->grown = UINT32_MAX;
		peer->seen = UINT32_MAX;
		peer->first = at;
		while (at < subject->cells_count &&
		       subject->cells[at].peer == i) {
			const struct seep__peercell *cell =
			    &subject->cells[at++];

			peer->bytes += seep__subject_counts(subject, cell);
			if (peer->known == UINT32_MAX &&
			    peer->bytes >= SEEP__KNOWN_BYTES)
				peer->known = cell->day;
			if (peer->grown == UINT32_MAX &&
			    peer->bytes >= SEEP__GROWN_BYTES)
				peer->grown = cell->day;
			if (peer->seen > cell->day)
				peer->seen = cell->day;
			if (cell->day < subject->first_day)
				subject->first_day = cell->day;
		}
		peer->end = at;
	}
	assert(at == subject->cells_count);
}

int
seep__subject_init(struct seep__subject *subject, const struct seep__case *view,
		   const size_t *hosts, size_t hosts_count,
		   struct seep__arena *scratch)
{
	struct seep__peercell *cells;
	size_t room = 0;
	int rc;

	assert(subject && view && scratch);
	memset(subject, 0, sizeof(*subject));
	subject->view = view;
	subject->calendar = &view->calendar;
	subject->scratch = scratch;
	rc = collect_peers(subject, hosts, hosts_count);
	for (size_t h = 0; rc == SEEP_OK && h < hosts_count; h++)
		rc = collect_host(subject, hosts[h], &room);
	if (rc == SEEP_OK) {
		if (subject->cells_count)
			qsort(subject->cells, subject->cells_count,
			      sizeof(*subject->cells), compare_cell);
		index_peers(subject);
	}
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
