/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/allow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TCP 6
#define UDP 17
#define SCTP 132

static int
has_ports(uint8_t protocol)
{
	return protocol == TCP || protocol == UDP || protocol == SCTP;
}

static int
is_service(const struct seep_allow *entry)
{
	if (entry->has_service == 0)
		return 1;
	if (entry->has_service > 1)
		return 0;
	if (entry->port == 0 || !has_ports(entry->protocol))
		return entry->port == 0;
	if (entry->port > UINT16_MAX)
		return entry->port <= SEEP_PORT_HIGH;
	return seep__service_listed(entry->protocol, (uint16_t)entry->port);
}

static int
is_name(const char *name)
{
	const size_t size = name ? strlen(name) : 1;

	return size > 0 && size <= SEEP_NAME_SIZE_MAX;
}

int
seep__allow_check(const struct seep_allow *list, size_t count)
{
	if (count > 0 && !list)
		return SEEP_EINVAL;
	if (count >= UINT32_MAX)
		return SEEP_EINVAL;
	for (size_t i = 0; i < count; i++) {
		const struct seep_allow *entry = &list[i];

		if (entry->host.prefix_bits > 128 ||
		    entry->peer.prefix_bits > 128 || !is_name(entry->name) ||
		    !is_service(entry) || entry->from_ns < 0 ||
		    entry->until_ns < 0)
			return SEEP_EINVAL;
		if (entry->until_ns > 0 && entry->until_ns < entry->from_ns)
			return SEEP_EINVAL;
	}
	return SEEP_OK;
}

int
seep__allow_init(struct seep__allowance *allowance,
		 const struct seep_allow *list, size_t count,
		 const struct seep__calendar *calendar,
		 struct seep__arena *arena)
{
	assert(allowance && (list || count == 0));
	memset(allowance, 0, sizeof(*allowance));
	allowance->list = list;
	allowance->count = count;
	allowance->days_count = calendar->days_count;
	allowance->taken =
	    seep__arena_get(arena, count, sizeof(*allowance->taken));
	allowance->days = seep__arena_get(
	    arena, count, calendar->days_count ? calendar->days_count : 1);
	if (!allowance->taken || !allowance->days)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < count; i++)
		allowance->taken[i].index = i;
	return SEEP_OK;
}

/* struct match: a cell that an entry may take bytes of, in their order. */
struct match {
	uint32_t hour;
	uint32_t peer;
	uint32_t host;
	seep__service service;
	uint8_t direction;
	uint8_t kind;
	size_t cell;
};

static int
compare_match(const void *a, const void *b)
{
	const struct match *x = a;
	const struct match *y = b;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	if (x->peer != y->peer)
		return x->peer < y->peer ? -1 : 1;
	if (x->service != y->service)
		return x->service < y->service ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction < y->direction ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->host > y->host) - (x->host < y->host);
}

/* struct applying: one subject, one entry after the other. */
struct applying {
	struct seep__subject *subject;
	const struct seep_allow *entry;
	uint32_t index;
	uint8_t *hosts; /* by member: the entry is about it */
	struct match *matches;
	size_t matches_count;
	size_t matches_room;
	struct seep__taken *taken;
	size_t taken_count;
	size_t taken_room;
};

/* Names are compared as ASCII without regard to case: RFC 4343. */
static int
same_letter(char a, char b)
{
	if (a >= 'A' && a <= 'Z')
		a = (char)(a - 'A' + 'a');
	if (b >= 'A' && b <= 'Z')
		b = (char)(b - 'A' + 'a');
	return a == b;
}

/* Is 'label' the name, or one below it? */
static int
is_below(const char *label, const char *name)
{
	const size_t size = strlen(name);
	size_t length;

	if (!label)
		return 0;
	length = strlen(label);
	if (length < size || (length > size && label[length - size - 1] != '.'))
		return 0;
	for (size_t i = 0; i < size; i++)
		if (!same_letter(label[length - size + i], name[i]))
			return 0;
	return 1;
}

/* Does the entry name every peer that a roll-up may hold? */
static int
takes_all(const struct seep_allow *entry, const struct seep__peer *peer)
{
	struct seep_network network;

	if (entry->name || peer->fold == SEEP_FOLD_ALL)
		return !entry->name && entry->peer.prefix_bits == 0;
	seep__peer_network(peer, &network);
	return entry->peer.prefix_bits <= network.prefix_bits &&
	       seep_network_contains(&entry->peer, &network.base);
}

static int
is_about_peer(const struct applying *applying, const struct seep__peer *peer)
{
	const struct seep_allow *entry = applying->entry;

	if (applying->subject->names &&
	    (!entry->name || entry->peer.prefix_bits > 0))
		return 0;
	if (peer->fold != SEEP_FOLD_NONE)
		return takes_all(entry, peer);
	if (entry->peer.prefix_bits > 0 &&
	    !seep_network_contains(&entry->peer, &peer->address))
		return 0;
	return !entry->name || is_below(peer->label, entry->name);
}

static int
is_about_hosts(struct applying *applying)
{
	const struct seep__subject *subject = applying->subject;
	const struct seep_network *network = &applying->entry->host;
	int any = 0;

	for (size_t m = 0; m < subject->members_count; m++) {
		applying->hosts[m] =
		    network->prefix_bits == 0 ||
		    seep_network_contains(
			network, seep__view_host(subject->view->snapshot,
						 subject->members[m].host));
		any |= applying->hosts[m];
	}
	return any;
}

static int
is_about_service(const struct applying *applying, seep__service service)
{
	const struct seep_allow *entry = applying->entry;

	/* A query name has no service of its own; the limit is its name. */
	if (!entry->has_service || applying->subject->names)
		return 1;
	if (seep__service_protocol(service) != entry->protocol)
		return 0;
	return (entry->port == 0 && has_ports(entry->protocol)) ||
	       seep__service_port(service) == entry->port;
}

/* Whole UTC days that begin within the entry's time. */
static int
is_about_day(const struct applying *applying, uint32_t day)
{
	const struct seep_allow *entry = applying->entry;
	const struct seep__calendar *calendar = applying->subject->calendar;
	const int64_t start =
	    seep__clock_start(calendar->days[day].day * SEEP__HOURS_PER_DAY);

	return start >= entry->from_ns &&
	       (entry->until_ns == 0 || start < entry->until_ns);
}

static int
add_match(struct applying *applying, size_t at)
{
	struct seep__subject *subject = applying->subject;
	const struct seep__peercell *cell = &subject->cells[at];
	struct match *match;
	int rc;

	if (seep__subject_counts(subject, cell) == 0 ||
	    !applying->hosts[cell->host] ||
	    !is_about_service(applying, cell->service) ||
	    !is_about_day(applying, cell->day))
		return SEEP_OK;
	rc =
	    seep__mem_grow(subject->view->mem, (void **)&applying->matches,
			   &applying->matches_room, applying->matches_count + 1,
			   sizeof(*applying->matches));
	if (rc != SEEP_OK)
		return rc;
	match = &applying->matches[applying->matches_count++];
	match->hour = cell->hour;
	match->peer = cell->peer;
	match->host = cell->host;
	match->service = cell->service;
	match->direction = cell->direction;
	match->kind = cell->kind;
	match->cell = at;
	return SEEP_OK;
}

/* Books what was taken, unless the host's own entity books it. */
static int
book(struct applying *applying, const struct seep__peercell *cell,
     uint64_t bytes)
{
	struct seep__taken *last;
	int rc;

	if (applying->subject->members[cell->host].is_lent)
		return SEEP_OK;
	if (applying->taken_count) {
		last = &applying->taken[applying->taken_count - 1];
		if (last->entry == applying->index && last->day == cell->day) {
			last->bytes += bytes;
			return SEEP_OK;
		}
	}
	rc =
	    seep__mem_grow(applying->subject->view->mem,
			   (void **)&applying->taken, &applying->taken_room,
			   applying->taken_count + 1, sizeof(*applying->taken));
	if (rc != SEEP_OK)
		return rc;
	last = &applying->taken[applying->taken_count++];
	last->entry = applying->index;
	last->day = cell->day;
	last->bytes = bytes;
	return SEEP_OK;
}

/* Takes up to the day's limit from the matches, which are in order. */
static int
take_bytes(struct applying *applying)
{
	struct seep__subject *subject = applying->subject;
	uint32_t day = UINT32_MAX;
	uint64_t left = 0;

	for (size_t i = 0; i < applying->matches_count; i++) {
		struct seep__peercell *cell =
		    &subject->cells[applying->matches[i].cell];
		uint64_t bytes = seep__subject_counts(subject, cell);
		int rc;

		if (cell->day != day) {
			day = cell->day;
			left = applying->entry->bytes_per_day;
		}
		if (bytes > left)
			bytes = left;
		if (bytes == 0)
			continue;
		left -= bytes;
		cell->allowed += bytes;
		rc = book(applying, cell, bytes);
		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

static int
apply_entry(struct applying *applying)
{
	const struct seep__subject *subject = applying->subject;

	applying->matches_count = 0;
	if (!is_about_hosts(applying))
		return SEEP_OK;
	for (size_t p = 0; p < subject->peers_count; p++) {
		const struct seep__peer *peer = &subject->peers[p];

		if (!is_about_peer(applying, peer))
			continue;
		for (size_t c = peer->first; c < peer->end; c++) {
			const int rc = add_match(applying, c);

			if (rc != SEEP_OK)
				return rc;
		}
	}
	if (applying->matches_count)
		qsort(applying->matches, applying->matches_count,
		      sizeof(*applying->matches), compare_match);
	return take_bytes(applying);
}

int
seep__allow_apply(struct seep__subject *subject)
{
	const struct seep__allowance *allow = subject->view->allow;
	struct seep__mem *mem = subject->view->mem;
	struct applying applying = {.subject = subject};
	int rc = SEEP_OK;

	if (!allow || allow->count == 0)
		return SEEP_OK;
	applying.hosts =
	    seep__arena_get(subject->scratch, subject->members_count, 1);
	if (!applying.hosts)
		return seep__mem_why(mem);
	for (size_t i = 0; rc == SEEP_OK && i < allow->count; i++) {
		applying.entry = &allow->list[i];
		applying.index = (uint32_t)i;
		rc = apply_entry(&applying);
	}
	if (rc == SEEP_OK) {
		subject->taken = seep__arena_copy(
		    subject->scratch, applying.taken, applying.taken_count,
		    sizeof(*applying.taken));
		subject->taken_count = applying.taken_count;
		if (!subject->taken)
			rc = seep__mem_why(mem);
	}
	seep__mem_put(mem, applying.matches,
		      applying.matches_room * sizeof(*applying.matches));
	seep__mem_put(mem, applying.taken,
		      applying.taken_room * sizeof(*applying.taken));
	return rc;
}

void
seep__allow_reset(struct seep__allowance *allowance)
{
	if (!allowance || allowance->count == 0)
		return;
	for (size_t i = 0; i < allowance->count; i++)
		allowance->taken[i].bytes = allowance->taken[i].days = 0;
	memset(allowance->days, 0, allowance->count * allowance->days_count);
}

uint64_t
seep__allow_tally(const struct seep__subject *subject)
{
	struct seep__allowance *allow = subject->view->allow;
	uint64_t sum = 0;

	for (size_t i = 0; i < subject->taken_count; i++) {
		const struct seep__taken *taken = &subject->taken[i];
		struct seep_allowed *entry;
		uint8_t *day;

		assert(allow && taken->entry < allow->count &&
		       taken->day < allow->days_count);
		entry = &allow->taken[taken->entry];
		day =
		    &allow->days[taken->entry * allow->days_count + taken->day];
		entry->bytes += taken->bytes;
		entry->days += !*day;
		*day = 1;
		sum += taken->bytes;
	}
	return subject->names ? 0 : sum;
}

int
seep__allow_fill(const struct seep__case *view, struct seep_evidence *evidence)
{
	const struct seep__allowance *allow = view->allow;
	struct seep_allowed *list;
	size_t count = 0;

	if (!allow)
		return SEEP_OK;
	list = seep__arena_get(view->out, allow->count, sizeof(*list));
	if (!list)
		return seep__mem_why(view->mem);
	for (size_t i = 0; i < allow->count; i++)
		if (allow->taken[i].bytes > 0)
			list[count++] = allow->taken[i];
	evidence->allowed = list;
	evidence->allowed_count = count;
	return SEEP_OK;
}
