/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/subject.h"

#include <assert.h>
#include <string.h>

#include "base/arrange.h"
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

/* Cells get an eighth more room than they need: doubling would charge the
 * account for twice what is held. Large blocks grow in place. */
#define GROWTH_SHARE 8
#define GROWTH_LEAST 64

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

int
seep__peer_compare(const struct seep__peer *a, const struct seep__peer *b)
{
	const int all_a = a->fold == SEEP_FOLD_ALL;
	const int all_b = b->fold == SEEP_FOLD_ALL;
	int order;

	if (all_a != all_b)
		return all_a - all_b;
	order = seep_address_compare(&a->address, &b->address);
	if (order != 0)
		return order;
	/* A network may lie on both sides of a partner's border. */
	if (a->is_partner != b->is_partner)
		return a->is_partner - b->is_partner;
	return a->fold - b->fold;
}

static int
compare_peer(const void *a, const void *b)
{
	return seep__peer_compare(a, b);
}

void
seep__peer_network(const struct seep__peer *peer, struct seep_network *network)
{
	assert(peer->fold != SEEP_FOLD_ALL);
	if (peer->fold == SEEP_FOLD_NETWORK)
		seep__network_of(&peer->address, PREFIX_BITS4, PREFIX_BITS6,
				 network);
	else
		seep__network_of(&peer->address, 32, 128, network);
}

size_t
seep__peer_find(const struct seep__subject *subject,
		const struct seep__peer *key)
{
	size_t low = 0;
	size_t high = subject->peers_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order =
		    seep__peer_compare(&subject->peers[middle], key);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
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

/*
 * Cuts a block to its true size and hands it over to the scratch arena: what
 * a flood makes long is never there twice. Takes the block in any case.
 */
static int
keep_block(const struct seep__subject *subject, void *block, size_t room,
	   size_t count, size_t size, void **kept)
{
	struct seep__mem *mem = subject->view->mem;
	void *cut;
	int rc;

	assert(count <= room);
	if (count == 0) {
		seep__mem_put(mem, block, room * size);
		*kept = seep__arena_get(subject->scratch, 0, size);
		return *kept ? SEEP_OK : seep__mem_why(mem);
	}
	cut = seep__mem_resize(mem, block, room * size, count * size);
	if (cut)
		rc = seep__arena_take(subject->scratch, cut, count * size);
	else
		rc = seep__mem_why(mem);
	if (rc != SEEP_OK)
		seep__mem_put(mem, cut ? cut : block,
			      (cut ? count : room) * size);
	*kept = rc == SEEP_OK ? cut : NULL;
	return rc;
}

static void
set_peer(struct seep__peer *peer, const struct seep__channel *channel)
{
	memset(peer, 0, sizeof(*peer));
	peer->address = channel->peer;
	peer->is_partner = channel->place == SEEP_PLACE_PARTNER;
	peer->fold = channel->fold;
}

/* Writes the peers of the members' channels, a member's own without
 * repetition, or only counts them. */
static size_t
list_peers(const struct seep__subject *subject, struct seep__peer *list)
{
	const struct seep_snapshot *snapshot = subject->view->snapshot;
	struct seep__peer peer, last;
	size_t used = 0;

	for (size_t m = 0; m < subject->members_count; m++) {
		const size_t begun = used;
		size_t first, end;

		seep__view_channels(snapshot, subject->members[m].host, &first,
				    &end);
		for (size_t c = first; c < end; c++) {
			struct seep__channel channel;

			seep__view_channel(snapshot, c, &channel);
			if (!is_asked(subject, channel.place))
				continue;
			set_peer(&peer, &channel);
			if (used > begun &&
			    seep__peer_compare(&last, &peer) == 0)
				continue;
			last = peer;
			if (list)
				list[used] = peer;
			used++;
		}
	}
	return used;
}

/* Lists the distinct peers of the members. What several members know is
 * listed once for each before, on an account of its own. */
static int
collect_peers(struct seep__subject *subject)
{
	struct seep__mem *mem = subject->view->mem;
	const size_t count = list_peers(subject, NULL);
	struct seep__peer *list;
	size_t kept = 0;

	if (count > UINT32_MAX)
		return SEEP_EBUDGET;
	if (count == 0) {
		subject->peers = seep__arena_get(subject->scratch, 0, 1);
		return subject->peers ? SEEP_OK : seep__mem_why(mem);
	}
	list = seep__mem_get(mem, count * sizeof(*list));
	if (!list)
		return seep__mem_why(mem);
	(void)list_peers(subject, list);
	seep__arrange(list, count, sizeof(*list), compare_peer);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 ||
		    seep__peer_compare(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	subject->peers_count = kept;
	return keep_block(subject, list, count, kept, sizeof(*list),
			  (void **)&subject->peers);
}

/* Room for 'rows' cells more. */
static int
make_room(struct seep__subject *subject, size_t rows, size_t *room)
{
	const size_t need = subject->cells_count + rows;
	size_t more = need + need / GROWTH_SHARE + GROWTH_LEAST;
	struct seep__peercell *cells;

	if (need <= *room)
		return SEEP_OK;
	cells = seep__mem_resize(subject->view->mem, subject->cells,
				 *room * sizeof(*cells), more * sizeof(*cells));
	if (!cells) {
		/* Near the end of a budget enough may be there. */
		more = need;
		cells = seep__mem_resize(subject->view->mem, subject->cells,
					 *room * sizeof(*cells),
					 more * sizeof(*cells));
	}
	if (!cells)
		return seep__mem_why(subject->view->mem);
	subject->cells = cells;
	*room = more;
	return SEEP_OK;
}

/* Lays the rows of the reader's channel behind the cells held so far. */
static int
add_rows(struct seep__subject *subject, const struct seep__reader *reader,
	 size_t member, size_t *room)
{
	const struct seep__calendar *calendar = subject->calendar;
	const struct seep__channel *channel = &reader->channel;
	struct seep__peer key;
	size_t peer;
	int rc;

	set_peer(&key, channel);
	peer = seep__peer_find(subject, &key);
	assert(peer < subject->peers_count);
	/* A roll-up has no name of its own. */
	if (channel->label && !subject->peers[peer].label &&
	    channel->fold == SEEP_FOLD_NONE)
		subject->peers[peer].label = channel->label;
	rc = make_room(subject, reader->count, room);
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
		cell->recorded =
		    reader->known ? channel->direction : SEEP_DIRECTION_UNKNOWN;
		cell->inexact = channel->inexact;
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

/* The members' cells, which then belong to the arena. */
static int
collect_cells(struct seep__subject *subject)
{
	struct seep__peercell *cells;
	size_t room = 0;
	int rc = SEEP_OK;

	for (size_t m = 0; rc == SEEP_OK && m < subject->members_count; m++)
		rc = collect_member(subject, m, &room);
	cells = subject->cells;
	subject->cells = NULL;
	if (rc == SEEP_OK)
		return keep_block(subject, cells, room, subject->cells_count,
				  sizeof(*cells), (void **)&subject->cells);
	seep__mem_put(subject->view->mem, cells, room * sizeof(*cells));
	return rc;
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

/* Counts the cells of each peer: 'first' and 'end' become the start of its
 * range. */
static void
count_cells(struct seep__subject *subject)
{
	size_t at = 0;

	for (size_t i = 0; i < subject->peers_count; i++)
		subject->peers[i].end = 0;
	for (size_t c = 0; c < subject->cells_count; c++)
		subject->peers[subject->cells[c].peer].end++;
	for (size_t i = 0; i < subject->peers_count; i++) {
		struct seep__peer *peer = &subject->peers[i];
		const size_t count = peer->end;

		peer->first = peer->end = at;
		at += count;
	}
	assert(at == subject->cells_count);
}

/*
 * Puts the cells into the order of their peers, in place (McIlroy, Bostic
 * and McIlroy 1993): each cell that is moved reaches its peer's range. 'end'
 * of a peer is how far its range is filled.
 */
static void
part_cells(struct seep__subject *subject)
{
	struct seep__peercell *cells = subject->cells;
	struct seep__peer *peers = subject->peers;

	for (size_t i = 0; i < subject->peers_count; i++) {
		const size_t end = i + 1 < subject->peers_count
				       ? peers[i + 1].first
				       : subject->cells_count;

		while (peers[i].end < end) {
			const struct seep__peercell held = cells[peers[i].end];
			struct seep__peer *owner = &peers[held.peer];

			if (held.peer != i)
				cells[peers[i].end] = cells[owner->end];
			cells[owner->end++] = held;
		}
	}
}

/* Gives each peer its range of cells, in order, and finds the entity's first
 * day. */
static void
index_cells(struct seep__subject *subject)
{
	count_cells(subject);
	part_cells(subject);
	subject->first_day = subject->calendar->days_count;
	for (size_t i = 0; i < subject->peers_count; i++) {
		struct seep__peer *peer = &subject->peers[i];

		if (peer->end == peer->first)
			continue;
		seep__arrange(subject->cells + peer->first,
			      peer->end - peer->first, sizeof(*subject->cells),
			      compare_cell);
		if (subject->cells[peer->first].day < subject->first_day)
			subject->first_day = subject->cells[peer->first].day;
	}
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

/* Adds up a peer's bytes, and when they made it known: a roll-up never is. */
static void
sum_peer(const struct seep__subject *subject, struct seep__peer *peer,
	 uint64_t usual)
{
	peer->known_new = UINT32_MAX;
	for (size_t c = peer->first; c < peer->end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		peer->bytes += seep__subject_counts(subject, cell);
		if (peer->known_new == UINT32_MAX &&
		    peer->fold == SEEP_FOLD_NONE &&
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

	if (popularity && peer->fold == SEEP_FOLD_NONE)
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
	if (rc == SEEP_OK)
		rc = collect_cells(subject);
	if (rc == SEEP_OK)
		rc = settle_cells(subject);
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
	if (subject->peers[first].fold == SEEP_FOLD_ALL)
		return first + 1;
	seep__network_of(&subject->peers[first].address, PREFIX_BITS4,
			 PREFIX_BITS6, &network);
	while (end < subject->peers_count &&
	       subject->peers[end].fold != SEEP_FOLD_ALL &&
	       seep_network_contains(&network, &subject->peers[end].address))
		end++;
	return end;
}
