/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/stand.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "detect/allow.h"
#include "detect/subject.h"

#define ICMP 1
#define ICMP6 58
#define GRE 47
#define ESP 50

/* The same prefixes as everywhere: what one holder routes. */
#define PREFIX_BITS4 24
#define PREFIX_BITS6 48

/*
 * HOSTS_FEW: with too few hosts for a share of them to say anything, a peer
 * is rare up to so many: a notebook, a workstation and a server of one
 * person, as in popularity.c. Higher lets what a whole small office uses
 * crowd the list; lower loses the peer that two servers leak to.
 */
#define HOSTS_FEW 3

/*
 * SYMMETRY: questions for names and times, and pings, are answered with at
 * least half of their own bytes. More out than that is no longer explained
 * by the service, whatever the port says. At 1 ordinary questions fail it.
 */
#define SYMMETRY 2

/* struct walk: one host's channels, peer by peer. */
struct walk {
	struct seep__stands *stands;
	size_t entity;
	size_t host;
	/* at: the peer being laid out; has: there is one. */
	struct seep_address at;
	int has;
	/* Of the prefix that it lies in: its rare peers so far. */
	struct seep_network network;
	int has_prefix;
	uint32_t peers;
	uint32_t covers;
	uint64_t most;
	struct seep_address top;
};

int
seep__stands_init(struct seep__stands *stands, const struct seep__case *view,
		  const struct seep__entities *entities,
		  const struct seep__popularity *popularity,
		  struct seep__arena *arena)
{
	int rc;

	assert(stands && view && entities && popularity && arena);
	memset(stands, 0, sizeof(*stands));
	stands->view = view;
	stands->entities = entities;
	stands->popularity = popularity;
	rc = seep__ground_init(&stands->ground, &view->calendar, arena);
	if (rc == SEEP_OK)
		rc = seep__trail_init(&stands->peer, &stands->ground, arena);
	if (rc == SEEP_OK)
		rc = seep__trail_init(&stands->prefix, &stands->ground, arena);
	return rc;
}

void
seep__stands_clear(struct seep__stands *stands)
{
	assert(stands->count <= stands->room);
	if (!stands->view)
		return;
	seep__mem_put(stands->view->mem, stands->list,
		      stands->room * sizeof(*stands->list));
	stands->list = NULL;
	stands->count = 0;
	stands->room = 0;
}

int
seep__stands_is_rare(const struct seep__stands *stands,
		     const struct seep_address *peer, uint32_t *hosts_met)
{
	const struct seep__popularity *popularity = stands->popularity;
	const struct seep__popular *popular =
	    seep__popularity_find(popularity, peer);
	const uint32_t limit =
	    popularity->usable ? popularity->rare_max : HOSTS_FEW;

	/* Not listed: what was sent does not count as a meeting. */
	assert(popularity->rare_max > 0);
	*hosts_met = popular && popular->hosts ? popular->hosts : 1;
	return *hosts_met <= limit;
}

static int
has_role(const struct seep_entity *entity, enum seep_role role)
{
	assert(role != SEEP_ROLE_NONE);
	for (size_t i = 0; i < entity->roles_count; i++)
		if (entity->roles[i].role == role)
			return 1;
	return 0;
}

static int
is_ping(uint8_t protocol)
{
	return protocol == ICMP || protocol == ICMP6;
}

static int
is_tunnel(uint8_t protocol, uint32_t port)
{
	return protocol == GRE || protocol == ESP || port == 500 ||
	       port == 4500 || port == 1194 || port == 1723 || port == 51820;
}

static int
is_backup(uint32_t port)
{
	return (port >= 9101 && port <= 9103) || port == 9392 ||
	       port == 10000 || port == 13724 || port == 1556;
}

/* What the role of a host, or the nature of a service, says it is for. */
static int
is_explained(const struct seep_entity *entity, const struct seep__step *step,
	     seep__service service)
{
	const uint8_t protocol = seep__service_protocol(service);
	const uint32_t port = seep__service_port(service);

	if ((is_ping(protocol) || port == 53 || port == 853 || port == 123) &&
	    step->bytes_out / SYMMETRY <= step->bytes_in)
		return 1;
	if (port == 25 || port == 465 || port == 587)
		return has_role(entity, SEEP_ROLE_MAIL_RELAY);
	if (is_tunnel(protocol, port))
		return has_role(entity, SEEP_ROLE_VPN_CONCENTRATOR);
	if (is_backup(port))
		return has_role(entity, SEEP_ROLE_BACKUP_SERVER);
	return 0;
}

/* Fills what does not come from the trail. */
static void
tell_stand(const struct walk *walk, struct seep__stand *stand)
{
	const struct seep_entity *entity =
	    &walk->stands->entities->list[walk->entity];

	assert(entity->role < SEEP_ROLE_COUNT);
	stand->entity = walk->entity;
	stand->host = walk->host;
	stand->role = entity->role;
	stand->is_server =
	    entity->host.prefix_bits == 128 && entity->roles_count > 0;
}

static int
add_stand(struct seep__stands *stands, const struct seep__stand *stand)
{
	const int rc = seep__mem_grow(stands->view->mem, (void **)&stands->list,
				      &stands->room, stands->count + 1,
				      sizeof(*stands->list));

	if (rc == SEEP_OK)
		stands->list[stands->count++] = *stand;
	return rc;
}

/* The most hosts that met one address of the network. */
static uint32_t
find_hosts_met(const struct seep__popularity *popularity,
	       const struct seep_network *network)
{
	size_t low = 0;
	size_t high = popularity->count;
	uint32_t most = 1;

	assert(network->prefix_bits < 128);
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (seep_address_compare(&popularity->list[middle].peer,
					 &network->base) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < popularity->count &&
	       seep_network_contains(network, &popularity->list[low].peer);
	     low++)
		if (popularity->list[low].hosts > most)
			most = popularity->list[low].hosts;
	return most;
}

static int
end_prefix(struct walk *walk)
{
	struct seep__stands *stands = walk->stands;
	struct seep__trail *trail = &stands->prefix;
	struct seep__stand stand = {0};
	int rc = SEEP_OK;

	assert(walk->most <= trail->bytes_out && walk->covers <= walk->peers);
	if (walk->peers > 1 && walk->most < trail->bytes_out - walk->most) {
		seep__trail_measure(trail, &stand.shape);
		tell_stand(walk, &stand);
		stand.network = walk->network;
		stand.top = walk->top;
		stand.peers = walk->peers;
		stand.covers = walk->covers;
		stand.hosts_met =
		    find_hosts_met(stands->popularity, &walk->network);
		if (stand.shape.is_standing)
			rc = add_stand(stands, &stand);
	}
	seep__trail_reset(trail);
	walk->has_prefix = 0;
	walk->peers = 0;
	walk->covers = 0;
	walk->most = 0;
	return rc;
}

/* When is the site awake? */
static void
count_awake(struct seep__stands *stands)
{
	const struct seep__trail *trail = &stands->peer;
	const uint32_t *hours = stands->ground.calendar->hours;

	for (size_t i = 0; i < trail->touched_count; i++)
		stands
		    ->by_hour[hours[trail->touched[i]] % SEEP__HOURS_PER_DAY] +=
		    trail->timed[trail->touched[i]];
}

/* Adds a rare peer to its prefix, and to the list when it stands. */
static int
end_rare(struct walk *walk, uint32_t hosts_met)
{
	struct seep__stands *stands = walk->stands;
	struct seep__trail *trail = &stands->peer;
	struct seep__stand stand = {0};

	assert(walk->has_prefix && hosts_met > 0);
	seep__trail_join(&stands->prefix, trail);
	walk->peers++;
	if (trail->bytes_out > walk->most) {
		walk->most = trail->bytes_out;
		walk->top = walk->at;
	}
	seep__trail_measure(trail, &stand.shape);
	if (!stand.shape.is_standing)
		return SEEP_OK;
	tell_stand(walk, &stand);
	stand.network.base = walk->at;
	stand.network.prefix_bits = 128;
	stand.top = walk->at;
	stand.peers = 1;
	stand.hosts_met = hosts_met;
	walk->covers++;
	return add_stand(stands, &stand);
}

static int
end_peer(struct walk *walk)
{
	struct seep__trail *trail = &walk->stands->peer;
	uint32_t hosts_met;
	int rc = SEEP_OK;

	if (walk->has && trail->bytes_out > 0) {
		count_awake(walk->stands);
		if (seep__stands_is_rare(walk->stands, &walk->at, &hosts_met))
			rc = end_rare(walk, hosts_met);
	}
	seep__trail_reset(trail);
	walk->has = 0;
	return rc;
}

/* Moves on to 'peer', in the order of addresses. */
static int
begin_peer(struct walk *walk, const struct seep_address *peer)
{
	int rc;

	assert(!walk->has || seep_address_compare(&walk->at, peer) <= 0);
	if (walk->has && seep_address_compare(&walk->at, peer) == 0)
		return SEEP_OK;
	rc = end_peer(walk);
	if (rc == SEEP_OK && walk->has_prefix &&
	    !seep_network_contains(&walk->network, peer))
		rc = end_prefix(walk);
	if (!walk->has_prefix)
		seep__network_of(peer, PREFIX_BITS4, PREFIX_BITS6,
				 &walk->network);
	walk->has_prefix = 1;
	walk->at = *peer;
	walk->has = 1;
	return rc;
}

static int
counts(const struct walk *walk, uint8_t kind)
{
	return kind != SEEP_CELL_UNANSWERED || walk->stands->view->one_way;
}

static void
lay_rows(struct walk *walk, const struct seep__reader *reader)
{
	const struct seep__calendar *calendar = walk->stands->ground.calendar;
	const struct seep_entity *entity =
	    &walk->stands->entities->list[walk->entity];
	uint32_t at = 0;

	assert(reader->count == 0 || calendar->hours_count > 0);
	for (size_t i = 0; i < reader->count; i++) {
		const struct seep__cellrow *row = &reader->rows[i];
		struct seep__step step = {.kind = row->kind};

		/* Rows ascend, and most of them lie in the next hour. */
		if (at + 1 < calendar->hours_count &&
		    calendar->hours[at + 1] == row->hour)
			at++;
		else if (calendar->hours[at] != row->hour)
			at = seep__calendar_hour_of(calendar, row->hour);
		step.hour = at;
		step.direction = (uint8_t)reader->channel.direction;
		step.bytes_out = counts(walk, row->kind) ? row->bytes_out : 0;
		step.bytes_in = row->bytes_in;
		step.is_explained =
		    reader->channel.place == SEEP_PLACE_PARTNER ||
		    is_explained(entity, &step, reader->channel.service);
		seep__trail_add(&walk->stands->peer, &step);
	}
}

static int
read_rows(struct walk *walk)
{
	struct seep__reader reader;
	int rc;

	seep__reader_init(&reader, walk->stands->view, walk->host);
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		if (reader.channel.fold != SEEP_FOLD_NONE ||
		    (reader.channel.place != SEEP_PLACE_OUTSIDE &&
		     reader.channel.place != SEEP_PLACE_PARTNER))
			continue;
		rc = begin_peer(walk, &reader.channel.peer);
		if (rc != SEEP_OK)
			break;
		lay_rows(walk, &reader);
	}
	seep__reader_clear(&reader);
	return rc == SEEP_END ? SEEP_OK : rc;
}

static void
lay_cell(struct walk *walk, const struct seep__subject *subject,
	 const struct seep__peercell *cell)
{
	const struct seep_entity *entity =
	    &walk->stands->entities->list[walk->entity];
	struct seep__step step = {.kind = cell->kind};

	assert(cell->peer < subject->peers_count);
	step.hour = cell->hour;
	step.direction = cell->direction;
	step.bytes_out = seep__subject_counts(subject, cell);
	step.bytes_in = cell->bytes_in;
	step.is_explained = subject->peers[cell->peer].is_partner ||
			    is_explained(entity, &step, cell->service);
	seep__trail_add(&walk->stands->peer, &step);
}

/* Like read_rows(), less what the allow list takes out: dearer. */
static int
read_subject(struct walk *walk)
{
	const struct seep__case *view = walk->stands->view;
	struct seep__subject subject;
	struct seep__arena arena;
	int rc;

	seep__arena_init(&arena, view->mem);
	rc = seep__subject_init(&subject, view, &walk->host, 1, &arena);
	for (size_t p = 0; rc == SEEP_OK && p < subject.peers_count; p++) {
		const struct seep__peer *peer = &subject.peers[p];

		if (peer->fold != SEEP_FOLD_NONE)
			continue;
		rc = begin_peer(walk, &peer->address);
		for (size_t c = peer->first; rc == SEEP_OK && c < peer->end;
		     c++)
			lay_cell(walk, &subject, &subject.cells[c]);
	}
	seep__arena_clear(&arena);
	return rc;
}

static int
has_allowance(const struct seep__case *view)
{
	return view->allow && view->allow->count > 0;
}

int
seep__stands_add(struct seep__stands *stands, size_t entity, size_t host)
{
	struct walk walk = {.stands = stands, .entity = entity, .host = host};
	struct seep__stand about;
	int rc;

	assert(entity < stands->entities->count);
	assert(host < seep__view_hosts(stands->view->snapshot));
	tell_stand(&walk, &about);
	stands->hosts[about.is_server]++;
	rc = has_allowance(stands->view) ? read_subject(&walk)
					 : read_rows(&walk);
	if (rc == SEEP_OK)
		rc = end_peer(&walk);
	if (rc == SEEP_OK)
		rc = end_prefix(&walk);
	return rc;
}
