/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/bound.h"

#include <assert.h>
#include <string.h>

#include "base/arrange.h"

/* Exact channels of a peer that are looked for in the roll-ups. Of those
 * beyond, the bound is wider than it could be: a peer with more of them than
 * the service list has ports is no single peer. */
#define EXACT_MAX 64

/* struct channel: of one peer or roll-up, as the ledger tells it apart. */
struct channel {
	uint32_t host; /* index into the members */
	seep__service service;
	uint8_t recorded;
};

/* struct seep__folded: outbound bytes of a roll-up's channel. */
struct seep__folded {
	struct channel channel;
	uint8_t is_partner;
	uint64_t bytes;
};

static int
compare_channel(const struct channel *a, const struct channel *b)
{
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->service != b->service)
		return a->service < b->service ? -1 : 1;
	return a->recorded - b->recorded;
}

static int
compare_folded(const void *a, const void *b)
{
	const struct seep__folded *x = a;
	const struct seep__folded *y = b;

	if (x->is_partner != y->is_partner)
		return x->is_partner - y->is_partner;
	return compare_channel(&x->channel, &y->channel);
}

static struct channel
channel_of(const struct seep__peercell *cell)
{
	return (struct channel){.host = cell->host,
				.service = cell->service,
				.recorded = cell->recorded};
}

/* The outbound bytes of a cell that lie in the hours asked for. */
static uint64_t
bytes_of(const struct seep__bound *bound, const struct seep__peercell *cell)
{
	const uint32_t hour = bound->subject->calendar->hours[cell->hour];

	if (hour < bound->from || hour >= bound->end ||
	    cell->kind == SEEP_CELL_MISSED)
		return 0;
	return cell->bytes_out;
}

/* The first of the roll-ups of all peers, which stand last. */
static size_t
first_of_all(const struct seep__subject *subject)
{
	size_t first = subject->peers_count;

	while (first > 0 && subject->peers[first - 1].fold == SEEP_FOLD_ALL)
		first--;
	return first;
}

static void
list_cells(struct seep__bound *bound, const struct seep__peer *peer)
{
	assert(peer->fold == SEEP_FOLD_ALL);
	for (size_t c = peer->first; c < peer->end; c++) {
		const struct seep__peercell *cell = &bound->subject->cells[c];
		const uint64_t bytes = bytes_of(bound, cell);
		struct seep__folded *folded = &bound->list[bound->count];

		if (bytes == 0)
			continue;
		folded->channel = channel_of(cell);
		folded->is_partner = peer->is_partner;
		folded->bytes = bytes;
		bound->all[peer->is_partner] += bytes;
		bound->count++;
	}
}

static void
join_equal(struct seep__bound *bound)
{
	size_t kept = 0;

	for (size_t i = 1; i < bound->count; i++) {
		if (compare_folded(&bound->list[kept], &bound->list[i]) == 0)
			bound->list[kept].bytes += bound->list[i].bytes;
		else
			bound->list[++kept] = bound->list[i];
	}
	if (bound->count > 0)
		bound->count = kept + 1;
}

int
seep__bound_init(struct seep__bound *bound, const struct seep__subject *subject,
		 uint32_t from, uint32_t end)
{
	const size_t first = first_of_all(subject);
	struct seep__mem *mem = subject->view->mem;

	assert(bound);
	memset(bound, 0, sizeof(*bound));
	bound->subject = subject;
	bound->from = from;
	bound->end = end;
	for (size_t p = first; p < subject->peers_count; p++)
		bound->room += subject->peers[p].end - subject->peers[p].first;
	if (bound->room == 0)
		return SEEP_OK;
	bound->list = seep__mem_get(mem, bound->room * sizeof(*bound->list));
	if (!bound->list)
		return seep__mem_why(mem);
	memset(bound->list, 0, bound->room * sizeof(*bound->list));
	for (size_t p = first; p < subject->peers_count; p++)
		list_cells(bound, &subject->peers[p]);
	seep__arrange(bound->list, bound->count, sizeof(*bound->list),
		      compare_folded);
	join_equal(bound);
	return SEEP_OK;
}

void
seep__bound_clear(struct seep__bound *bound)
{
	if (bound->list)
		seep__mem_put(bound->subject->view->mem, bound->list,
			      bound->room * sizeof(*bound->list));
	memset(bound, 0, sizeof(*bound));
}

/* struct exact: the channels of a peer that were never folded. */
struct exact {
	struct channel list[EXACT_MAX];
	size_t count;
};

static int
holds_channel(const struct exact *exact, const struct channel *channel)
{
	for (size_t i = exact->count; i > 0; i--)
		if (compare_channel(&exact->list[i - 1], channel) == 0)
			return 1;
	return 0;
}

static void
list_exact(const struct seep__subject *subject, const struct seep__peer *peer,
	   struct exact *exact)
{
	exact->count = 0;
	for (size_t c = peer->first; c < peer->end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const struct channel channel = channel_of(cell);

		if (!cell->inexact && exact->count < EXACT_MAX &&
		    !holds_channel(exact, &channel))
			exact->list[exact->count++] = channel;
	}
}

/* What the roll-up of the peer's network may hold of it. */
static uint64_t
count_network(const struct seep__bound *bound, const struct seep__peer *peer,
	      const struct exact *exact)
{
	const struct seep__subject *subject = bound->subject;
	struct seep__peer key = *peer;
	struct seep_network network;
	uint64_t bytes = 0;
	size_t at;

	key.fold = SEEP_FOLD_NETWORK;
	seep__peer_network(&key, &network);
	key.address = network.base;
	at = seep__peer_find(subject, &key);
	if (at == SIZE_MAX)
		return 0;
	for (size_t c = subject->peers[at].first; c < subject->peers[at].end;
	     c++) {
		const struct channel channel = channel_of(&subject->cells[c]);

		if (!holds_channel(exact, &channel))
			bytes += bytes_of(bound, &subject->cells[c]);
	}
	return bytes;
}

static uint64_t
find_folded(const struct seep__bound *bound, const struct seep__folded *key)
{
	size_t low = 0;
	size_t high = bound->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare_folded(&bound->list[middle], key);

		if (order == 0)
			return bound->list[middle].bytes;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* What the roll-up of all peers may hold of it. */
static uint64_t
count_all(const struct seep__bound *bound, const struct seep__peer *peer,
	  const struct exact *exact)
{
	uint64_t bytes = bound->all[peer->is_partner];

	for (size_t i = 0; i < exact->count; i++) {
		const struct seep__folded key = {
		    .channel = exact->list[i], .is_partner = peer->is_partner};

		bytes -= find_folded(bound, &key);
	}
	return bytes;
}

uint64_t
seep__bound_missing(const struct seep__bound *bound, size_t peer)
{
	const struct seep__peer *of = &bound->subject->peers[peer];
	struct exact exact;

	assert(peer < bound->subject->peers_count);
	if (of->fold != SEEP_FOLD_NONE)
		return 0;
	list_exact(bound->subject, of, &exact);
	return count_network(bound, of, &exact) + count_all(bound, of, &exact);
}
