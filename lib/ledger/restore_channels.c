/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_channels.c - the two sections that make most of a saved case.
 */
#include "ledger/restore.h"

#include <assert.h>
#include <string.h>

#include "ledger/engine.h"
#include "ledger/site.h"

void
seep__restore_address(struct seep__cursor *cursor,
		      const struct seep_address *previous,
		      struct seep_address *address)
{
	size_t shared = seep__cursor_u8(cursor);
	const uint8_t *rest;

	*address = *previous;
	if (shared > 15) {
		cursor->failed = 1;
		return;
	}
	rest = seep__cursor_bytes(cursor, 16 - shared);
	if (rest == NULL)
		return;
	memcpy(address->bytes + shared, rest, 16 - shared);
	if (shared < 15 && rest[0] == previous->bytes[shared])
		cursor->failed = 1;
}

int
seep__restore_is_host(const struct seep_site *site,
		      const struct seep_address *address)
{
	return seep_site_place(site, address) == SEEP_PLACE_INSIDE &&
	       seep_address_compare(seep_site_host(site, address), address) ==
		   0;
}

/* struct place: where reading the channels stands. */
struct place {
	size_t hosts; /* hosts whose channels have begun */
	struct seep_address peer;
	uint32_t rank; /* place, service and direction, as they are ordered */
};

static uint32_t
rank_of(const struct seep__chanref *ref)
{
	return (uint32_t)(ref->kind & SEEP__PEER_PLACE) << 28 |
	       (uint32_t)seep__fold_of(ref->kind) << 24 |
	       (uint32_t)ref->service << 8 | ref->direction;
}

/* Is 'peer' what a channel of this fold stands for? A network may lie in
 * several places. */
static int
is_folded(const struct seep_address *peer, const struct seep__chanref *ref)
{
	unsigned fold = seep__fold_of(ref->kind);
	unsigned place = ref->kind & SEEP__PEER_PLACE;
	unsigned from = seep_address_is_v4(peer) ? 15 : 6;
	unsigned i;

	if (fold > SEEP_FOLD_ALL || ref->direction > SEEP_DIRECTION_PULL ||
	    (ref->kind & SEEP__PEER_INEXACT) != 0)
		return 0;
	if (place == SEEP_PLACE_NAME
		? fold != SEEP_FOLD_ALL ||
		      ref->direction != SEEP_DIRECTION_PUSH ||
		      ref->service != seep__name_service()
		: !seep__service_valid(ref->service))
		return 0;
	for (i = fold == SEEP_FOLD_ALL ? 0 : from; i < 16; i++)
		if (peer->bytes[i] != 0)
			return 0;
	return 1;
}

/* Could an engine with this site have made this channel? */
static int
is_channel(const struct seep__restorer *r, const struct place *place,
	   const struct seep_address *peer, const struct seep__chanref *ref)
{
	const struct seep_site *site = r->made->site;
	const struct seep_address *host = &r->made->hosts[place->hosts - 1];
	unsigned side = ref->kind & SEEP__PEER_PLACE;

	assert(place->hosts > 0);
	if (seep__fold_of(ref->kind) != SEEP_FOLD_NONE)
		return is_folded(peer, ref);
	if (side == SEEP_PLACE_NAME)
		return ref->direction == SEEP_DIRECTION_PUSH &&
		       ref->service == seep__name_service() &&
		       seep_address_is_name(peer) && !seep__site_special(host);
	if (ref->direction > SEEP_DIRECTION_PULL ||
	    !seep__service_valid(ref->service) ||
	    (unsigned)seep_site_place(site, peer) != side)
		return 0;
	if (side != SEEP_PLACE_INSIDE)
		return 1;
	return seep__restore_is_host(site, peer) && !seep__site_special(host) &&
	       seep_address_compare(host, peer) != 0;
}

static int
add_peer_v6(struct seep__restorer *r, const struct seep_address *peer,
	    uint32_t *number)
{
	struct seep_snapshot *made = r->made;
	void *peers = made->peers_v6;
	int status = SEEP_OK;

	if (made->peer_count == 0 ||
	    seep_address_compare(&made->peers_v6[made->peer_count - 1], peer) !=
		0) {
		status = seep__mem_grow(r->mem, &peers, &made->peer_room,
					made->peer_count + 1,
					sizeof(*made->peers_v6));
		made->peers_v6 = peers;
		if (status != SEEP_OK)
			return status;
		made->peers_v6[made->peer_count++] = *peer;
	}
	*number = (uint32_t)(made->peer_count - 1);
	return status;
}

static int
add_channel(struct seep__restorer *r, const struct seep_address *peer,
	    struct seep__chanref *ref)
{
	struct seep_snapshot *made = r->made;
	void *channels = made->channels;
	int status;

	if (made->channel_count >= UINT32_MAX - 1)
		return SEEP_EFORMAT;
	status =
	    seep__mem_grow(r->mem, &channels, &made->channel_room,
			   made->channel_count + 1, sizeof(*made->channels));
	made->channels = channels;
	if (status != SEEP_OK)
		return status;
	if (seep_address_is_v4(peer)) {
		ref->peer = seep__address_v4(peer);
	} else {
		ref->kind |= SEEP__PEER_V6;
		status = add_peer_v6(r, peer, &ref->peer);
	}
	ref->record = (uint32_t)made->channel_count;
	if (status == SEEP_OK)
		made->channels[made->channel_count++] = *ref;
	return status;
}

/* Goes on to the next host when the channel is its first. */
static int
step_host(struct seep__restorer *r, struct place *place, unsigned step)
{
	assert(place->hosts <= r->made->host_count);
	if (step > 1 || (step == 0 && place->hosts == 0))
		return SEEP_EFORMAT;
	if (step == 0)
		return SEEP_OK;
	if (place->hosts == r->made->host_count)
		return SEEP_EFORMAT;
	r->made->first_channel[place->hosts] = (uint32_t)r->made->channel_count;
	place->hosts++;
	memset(&place->peer, 0, sizeof(place->peer));
	return SEEP_OK;
}

static int
read_channel(struct seep__restorer *r, struct place *place)
{
	struct seep__cursor *cursor = &r->reader->cursor;
	struct seep__chanref ref = {0};
	struct seep_address peer;
	unsigned step = seep__cursor_u8(cursor);
	uint64_t service;
	unsigned sides;
	int order;

	if (step_host(r, place, step) != SEEP_OK)
		return SEEP_EFORMAT;
	seep__restore_address(cursor, &place->peer, &peer);
	sides = seep__cursor_u8(cursor);
	service = seep__cursor_varint(cursor);
	if (cursor->failed || service > UINT16_MAX)
		return SEEP_EFORMAT;
	if (r->reader->version < 4 ? sides > 0x0f : sides > 0x7f)
		return SEEP_EFORMAT;
	ref.kind = (uint8_t)((sides & SEEP__PEER_PLACE) |
			     (sides >> 4 & 3) << SEEP__PEER_FOLD_SHIFT |
			     ((sides & 0x40) != 0 ? SEEP__PEER_INEXACT : 0));
	ref.direction = (uint8_t)(sides >> 2 & 3);
	ref.service = (seep__service)service;
	order = seep_address_compare(&place->peer, &peer);
	if (!is_channel(r, place, &peer, &ref) ||
	    (step == 0 &&
	     (order > 0 || (order == 0 && place->rank >= rank_of(&ref)))))
		return SEEP_EFORMAT;
	place->peer = peer;
	place->rank = rank_of(&ref);
	return add_channel(r, &peer, &ref);
}

int
seep__restore_channels(struct seep__restorer *r)
{
	struct place place = {0};
	int status = seep__frame_open(r->reader, SEEP__SECTION_CHANNELS);

	while (status == SEEP_OK) {
		status = seep__frame_item(r->reader);
		if (status == SEEP_OK)
			status = read_channel(r, &place);
	}
	if (status != SEEP_END)
		return status;
	if (place.hosts != r->made->host_count)
		return SEEP_EFORMAT;
	r->made->first_channel[place.hosts] = (uint32_t)r->made->channel_count;
	return SEEP_OK;
}

/* Does the evidence hold an hour of [first, first + span)? */
static int
has_hour(const struct seep_snapshot *made, uint32_t first, uint32_t span)
{
	size_t low = 0;
	size_t high = made->hour_count;

	assert(span == 1 || span == 24);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (made->hours[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < made->hour_count && made->hours[low] - first < span;
}

/* Adds 'value' to '*sum' unless that passes 'most'. */
static int
add_below(uint64_t *sum, uint64_t value, uint64_t most)
{
	if (*sum > most || value > most - *sum)
		return 0;
	*sum += value;
	return 1;
}

/* Names are timed and asked for: nothing comes back. */
static int
add_names(struct seep__restorer *r, const struct seep__cell *cell)
{
	assert(seep__cell_kind(cell->key) <= SEEP_CELL_MISSED);
	return seep__cell_kind(cell->key) == SEEP_CELL_TIMED &&
	       cell->counts[SEEP__BYTES_IN] == 0 &&
	       cell->counts[SEEP__PACKETS_IN] == 0 &&
	       cell->counts[SEEP__FLOWS] > 0 &&
	       add_below(&r->sums.names, cell->counts[SEEP__BYTES_OUT],
			 r->made->coverage.names_bytes);
}

static int
add_sums(struct seep__restorer *r, const struct seep__cell *cell, int inside)
{
	const struct seep_coverage *coverage = &r->made->coverage;
	unsigned kind = seep__cell_kind(cell->key);
	uint64_t out = cell->counts[SEEP__BYTES_OUT];
	uint64_t in = cell->counts[SEEP__BYTES_IN];
	uint64_t most = coverage->bytes_crossing;
	uint64_t *sum = &r->sums.crossing;

	assert(kind <= SEEP_CELL_MISSED);
	/* Inside bytes are kept under both ends and counted once. */
	if (inside) {
		sum = &r->sums.inside;
		most = 2 * coverage->bytes_inside;
	} else if (kind == SEEP_CELL_MISSED) {
		sum = &r->sums.missed;
		most = coverage->bytes_missed_crossing;
	} else if (kind == SEEP_CELL_UNANSWERED &&
		   !add_below(&r->sums.unanswered, out,
			      coverage->bytes_unanswered)) {
		return 0;
	}
	return add_below(sum, out, most) && add_below(sum, in, most);
}

static int
check_cell(struct seep__restorer *r, const struct seep__cell *cell,
	   uint64_t previous)
{
	const struct seep_snapshot *made = r->made;
	uint32_t record = seep__cell_record(cell->key);
	uint32_t hour = seep__cell_hour(cell->key);
	uint32_t next = 0;
	uint8_t place;
	int inside;

	/* Every channel has a cell: records go up by one. */
	if (r->sums.cells != 0) {
		next = seep__cell_record(previous) + 1;
		if (cell->key <= previous)
			return 0;
	}
	if (record > next || record >= made->channel_count)
		return 0;
	place = made->channels[record].kind & SEEP__PEER_PLACE;
	inside = place == SEEP_PLACE_INSIDE;
	if (inside &&
	    (hour % 24 != 0 || seep__cell_kind(cell->key) == SEEP_CELL_MISSED))
		return 0;
	if (!has_hour(made, hour, inside ? 24 : 1))
		return 0;
	return place == SEEP_PLACE_NAME ? add_names(r, cell)
					: add_sums(r, cell, inside);
}

static int
copy_cells(struct seep__restorer *r, struct seep__run_writer *writer)
{
	struct seep__cell cell;
	uint64_t previous = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK) {
		status = seep__frame_item(r->reader);
		if (status != SEEP_OK)
			break;
		seep__cell_decode(&r->reader->cursor, previous, &cell);
		if (r->reader->cursor.failed || !check_cell(r, &cell, previous))
			return SEEP_EFORMAT;
		r->sums.cells++;
		previous = cell.key;
		status = seep__run_writer_add(writer, &cell);
	}
	if (status != SEEP_END)
		return status;
	if (r->made->channel_count !=
	    (r->sums.cells == 0 ? 0 : (size_t)seep__cell_record(previous) + 1))
		return SEEP_EFORMAT;
	return SEEP_OK;
}

int
seep__restore_cells(struct seep__restorer *r)
{
	struct seep__run_writer writer;
	int status;

	assert(r->made->run_count == 0);
	status = seep__frame_open(r->reader, SEEP__SECTION_CELLS);
	if (status == SEEP_OK)
		status = seep__run_writer_begin(&writer, r->mem);
	if (status != SEEP_OK)
		return status;
	status = copy_cells(r, &writer);
	if (status == SEEP_OK)
		status = seep__run_writer_end(&writer, &r->made->runs[0]);
	if (status == SEEP_OK)
		r->made->run_count = 1;
	seep__run_writer_clear(&writer);
	return status;
}
