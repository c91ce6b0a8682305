/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/roles.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "detect/statistic.h"

#define TCP 6
#define UDP 17

/* What a service is for, as far as roles go. */
enum use {
	USE_FILE,
	USE_BACKUP,
	USE_MAIL,
	USE_DNS,
	USE_PROXY,
	USE_HTTP,
	USE_VPN,
	USE_OTHER,
	USE_COUNT
};

/* Port 111 is not here: every Unix host answers it. 8080 is a proxy's as
 * often as a web server's; rules that read both say which they mean. */
static const struct {
	uint16_t port;
	uint8_t use;
} uses[] = {
    {20, USE_FILE},      {21, USE_FILE},      {25, USE_MAIL},
    {53, USE_DNS},       {80, USE_HTTP},      {137, USE_OTHER},
    {139, USE_FILE},     {443, USE_HTTP},     {445, USE_FILE},
    {465, USE_MAIL},     {500, USE_VPN},      {548, USE_FILE},
    {587, USE_MAIL},     {853, USE_DNS},      {873, USE_FILE},
    {989, USE_FILE},     {990, USE_FILE},     {1080, USE_PROXY},
    {1194, USE_VPN},     {1723, USE_VPN},     {2049, USE_FILE},
    {3128, USE_PROXY},   {4500, USE_VPN},     {8000, USE_HTTP},
    {8080, USE_PROXY},   {8443, USE_HTTP},    {8888, USE_PROXY},
    {9101, USE_BACKUP},  {9102, USE_BACKUP},  {9103, USE_BACKUP},
    {10000, USE_BACKUP}, {13724, USE_BACKUP}, {13782, USE_BACKUP},
    {51820, USE_VPN},
};
#define USES (sizeof(uses) / sizeof(*uses))

enum side {
	SIDE_SERVER,  /* the peer opened */
	SIDE_CLIENT,  /* the host opened */
	SIDE_UNKNOWN, /* nobody knows */
	SIDE_COUNT
};

/* struct tally: one use, one side. */
struct tally {
	uint64_t peers_inside;
	uint64_t peers_outside;
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint32_t since; /* hour */
	int counted;    /* 'last' was counted */
	struct seep__channel last;
};

struct facts {
	struct tally tally[USE_COUNT][SIDE_COUNT];
	uint64_t port_bytes[USES][SIDE_COUNT];
	uint8_t port_protocol[USES];
	/* web_*: served HTTP(S) to outside, and asked of inside. */
	uint64_t web_out;
	uint64_t web_inside_in;
	uint64_t push_out;
	uint64_t push_peers;
	/* push_days: one for each outside peer, service and day answered. */
	uint64_t push_days;
	uint64_t push_services;
	seep__service services[8];
	struct seep__channel push_last;
};

/*
 * Thresholds, all far from 1 so that no single flow decides:
 * CLIENTS_MIN     three make a server of a machine; two may be a pair of
 *                 workstations that share a folder.
 * BYTES_MIN       10 MB over the evidence: a few documents opened; browsing
 *                 of shares and name lookups stay below.
 * BULK_BYTES_MIN, BULK_CLIENT_MIN
 *                 HTTP(S) is bulk from 1 GB in all and 50 MB a client on: a
 *                 site that is read draws a few MB a visitor.
 * RESOLVER_CLIENTS_MIN  five: a router that answers two test queries is
 *                 no resolver.
 * NAT_PEERS_PER_DAY, NAT_SERVICES  a thousand answered peers and services a
 *                 day, over 5 services at least: one person's machine has
 *                 some hundreds. Seen from inside, hosts cross under their
 *                 own address and no NAT is needed to explain them.
 * Moving any of these changes who gets a line of its own, never which
 * bytes are looked at.
 */
#define CLIENTS_MIN 3
#define BYTES_MIN UINT64_C(10000000)
#define BULK_BYTES_MIN UINT64_C(1000000000)
#define BULK_CLIENT_MIN UINT64_C(50000000)
#define RESOLVER_CLIENTS_MIN 5
#define NAT_PEERS_PER_DAY 1000
#define NAT_SERVICES 5

static size_t
find_use(const struct seep__channel *channel)
{
	const uint8_t protocol = seep__service_protocol(channel->service);
	const uint32_t port = seep__service_port(channel->service);

	for (size_t i = 0; i < USES; i++)
		if (uses[i].port == port &&
		    (protocol == TCP || protocol == UDP))
			return i;
	return USES;
}

static void
count_peer(struct tally *tally, const struct seep__channel *channel)
{
	/* Channels come by peer: a peer's own stand together. A roll-up is one
	 * peer at least: of those that it holds some may stand beside it. */
	if (tally->counted && seep__channel_same_peer(&tally->last, channel))
		return;
	tally->counted = 1;
	tally->last = *channel;
	if (channel->place == SEEP_PLACE_INSIDE)
		tally->peers_inside++;
	else
		tally->peers_outside++;
}

static void
count_push(struct facts *facts, const struct seep__reader *reader)
{
	const struct seep__channel *channel = &reader->channel;
	uint32_t day = UINT32_MAX;
	uint64_t i = 0;

	facts->push_out += seep__rows_out(reader->rows, reader->count);
	if (seep__rows_in(reader->rows, reader->count) == 0)
		return;
	for (size_t r = 0; r < reader->count; r++) {
		if (reader->rows[r].hour / SEEP__HOURS_PER_DAY == day)
			continue;
		day = reader->rows[r].hour / SEEP__HOURS_PER_DAY;
		facts->push_days++;
	}
	if (facts->push_peers == 0 ||
	    !seep__channel_same_peer(&facts->push_last, channel))
		facts->push_peers++;
	facts->push_last = *channel;
	while (i < facts->push_services &&
	       facts->services[i] != channel->service)
		i++;
	if (i == facts->push_services &&
	    i < sizeof(facts->services) / sizeof(*facts->services))
		facts->services[facts->push_services++] = channel->service;
}

static void
count_channel(struct facts *facts, const struct seep__reader *reader)
{
	const struct seep__channel *channel = &reader->channel;
	const size_t at = find_use(channel);
	const enum use use = at < USES ? (enum use)uses[at].use : USE_OTHER;
	const enum side side =
	    channel->direction == SEEP_DIRECTION_PULL   ? SIDE_SERVER
	    : channel->direction == SEEP_DIRECTION_PUSH ? SIDE_CLIENT
							: SIDE_UNKNOWN;
	const uint64_t out = seep__rows_out(reader->rows, reader->count);
	const uint64_t in = seep__rows_in(reader->rows, reader->count);
	struct tally *tally = &facts->tally[use][side];

	if (out + in == 0)
		return;
	if (!tally->counted || reader->rows[0].hour < tally->since)
		tally->since = reader->rows[0].hour;
	count_peer(tally, channel);
	tally->bytes_out += out;
	tally->bytes_in += in;
	if (at < USES) {
		facts->port_bytes[at][side] += out + in;
		facts->port_protocol[at] =
		    seep__service_protocol(channel->service);
	}
	if (use == USE_HTTP && side == SIDE_CLIENT &&
	    channel->place == SEEP_PLACE_INSIDE)
		facts->web_inside_in += in;
	if (use == USE_HTTP && side == SIDE_SERVER &&
	    channel->place != SEEP_PLACE_INSIDE)
		facts->web_out += out;
	if (side == SIDE_CLIENT && channel->place != SEEP_PLACE_INSIDE)
		count_push(facts, reader);
}

static uint64_t
peers_of(const struct tally *tally)
{
	return tally->peers_inside + tally->peers_outside;
}

/*
 * Where the host already serves, and serves more than it asks, channels
 * without a known opener are its clients too.
 */
static void
settle_unknown(struct tally *tally)
{
	struct tally *server = &tally[SIDE_SERVER];
	const struct tally *unknown = &tally[SIDE_UNKNOWN];

	if (peers_of(server) == 0 ||
	    peers_of(server) < peers_of(&tally[SIDE_CLIENT]))
		return;
	server->peers_inside += unknown->peers_inside;
	server->peers_outside += unknown->peers_outside;
	server->bytes_out += unknown->bytes_out;
	server->bytes_in += unknown->bytes_in;
	if (unknown->counted && unknown->since < server->since)
		server->since = unknown->since;
}

struct list {
	struct seep_role_evidence roles[SEEP_ROLE_COUNT];
	size_t count;
};

static struct seep_role_evidence *
add_role(struct list *list, enum seep_role role, const struct facts *facts,
	 enum use use, enum side side)
{
	struct seep_role_evidence *evidence = &list->roles[list->count++];
	const struct tally *tally = &facts->tally[use][side];
	uint64_t most = 0;

	assert(list->count <= SEEP_ROLE_COUNT);
	memset(evidence, 0, sizeof(*evidence));
	evidence->role = role;
	evidence->clients = peers_of(tally);
	evidence->bytes = tally->bytes_out + tally->bytes_in;
	evidence->since_ns = seep__clock_start(tally->since);
	for (size_t i = 0; i < USES; i++) {
		if (uses[i].use != use || facts->port_bytes[i][side] <= most)
			continue;
		most = facts->port_bytes[i][side];
		evidence->port = uses[i].port;
		evidence->protocol = facts->port_protocol[i];
	}
	return evidence;
}

static int
serves_files(const struct tally *file)
{
	return peers_of(file) >= CLIENTS_MIN &&
	       file->bytes_out + file->bytes_in >= BYTES_MIN;
}

static int
serves_bulk(const struct tally *web)
{
	return peers_of(web) >= CLIENTS_MIN &&
	       web->bytes_out >= BULK_BYTES_MIN &&
	       web->bytes_out / peers_of(web) >= BULK_CLIENT_MIN;
}

static void
add_file_server(struct list *list, const struct facts *facts, int declared)
{
	const struct tally *file = &facts->tally[USE_FILE][SIDE_SERVER];
	const struct tally *web = &facts->tally[USE_HTTP][SIDE_SERVER];
	const int bulk = serves_bulk(web) && !serves_files(file);

	if (declared || serves_files(file) || bulk)
		add_role(list, SEEP_ROLE_FILE_SERVER, facts,
			 bulk ? USE_HTTP : USE_FILE, SIDE_SERVER)
		    ->declared = declared;
}

static void
add_gateways(struct list *list, const struct facts *facts, uint64_t days)
{
	const struct tally *mail = facts->tally[USE_MAIL];
	const struct tally *proxy = &facts->tally[USE_PROXY][SIDE_SERVER];
	const struct tally *web = facts->tally[USE_HTTP];
	const struct tally *vpn = &facts->tally[USE_VPN][SIDE_SERVER];
	const struct tally *dns = facts->tally[USE_DNS];

	if (peers_of(&mail[SIDE_SERVER]) >= CLIENTS_MIN &&
	    peers_of(&mail[SIDE_CLIENT]) >= CLIENTS_MIN &&
	    mail[SIDE_CLIENT].bytes_out >= BYTES_MIN / 10)
		add_role(list, SEEP_ROLE_MAIL_RELAY, facts, USE_MAIL,
			 SIDE_SERVER);
	if (proxy->peers_inside >= CLIENTS_MIN &&
	    proxy->bytes_out + proxy->bytes_in >= BYTES_MIN &&
	    facts->push_peers >= CLIENTS_MIN)
		add_role(list, SEEP_ROLE_FORWARD_PROXY, facts, USE_PROXY,
			 SIDE_SERVER);
	/* What it hands out comes to a quarter at least from inside. */
	if (web[SIDE_SERVER].peers_outside >= CLIENTS_MIN &&
	    facts->web_out >= BYTES_MIN / 10 &&
	    facts->web_inside_in >= facts->web_out / 4)
		add_role(list, SEEP_ROLE_REVERSE_PROXY, facts, USE_HTTP,
			 SIDE_SERVER);
	if (vpn->peers_outside >= 1 &&
	    vpn->bytes_out + vpn->bytes_in >= BYTES_MIN)
		add_role(list, SEEP_ROLE_VPN_CONCENTRATOR, facts, USE_VPN,
			 SIDE_SERVER);
	if (days > 0 && facts->push_days / days >= NAT_PEERS_PER_DAY &&
	    facts->push_services >= NAT_SERVICES)
		add_role(list, SEEP_ROLE_NAT, facts, USE_HTTP, SIDE_CLIENT)
		    ->clients = facts->push_peers;
	if (dns[SIDE_SERVER].peers_inside >= RESOLVER_CLIENTS_MIN &&
	    dns[SIDE_CLIENT].peers_outside >= 1)
		add_role(list, SEEP_ROLE_RESOLVER, facts, USE_DNS, SIDE_SERVER);
}

static void
add_roles(struct list *list, struct facts *facts, int declared, uint64_t days)
{
	const struct tally *backup = &facts->tally[USE_BACKUP][SIDE_SERVER];
	const struct tally *web = &facts->tally[USE_HTTP][SIDE_SERVER];

	for (int use = 0; use < USE_COUNT; use++)
		settle_unknown(facts->tally[use]);
	add_file_server(list, facts, declared);
	if (peers_of(backup) >= CLIENTS_MIN && backup->bytes_in >= BYTES_MIN)
		add_role(list, SEEP_ROLE_BACKUP_SERVER, facts, USE_BACKUP,
			 SIDE_SERVER);
	add_gateways(list, facts, days);
	if (web->peers_outside >= CLIENTS_MIN &&
	    facts->web_out >= BYTES_MIN / 10)
		add_role(list, SEEP_ROLE_WEB_SERVER, facts, USE_HTTP,
			 SIDE_SERVER);
}

static void
count_crossing(struct seep__host *out, const struct seep__reader *reader)
{
	const uint64_t bytes_out = seep__rows_out(reader->rows, reader->count);
	const uint64_t bytes_in = seep__rows_in(reader->rows, reader->count);

	out->bytes_out += bytes_out;
	out->bytes_in += bytes_in;
	if (reader->channel.fold != SEEP_FOLD_NONE) {
		out->bytes_folded_out += bytes_out;
		out->bytes_folded_in += bytes_in;
	}
	if (reader->count > 0 &&
	    (!out->crosses || reader->rows[0].hour < out->first_hour))
		out->first_hour = reader->rows[0].hour;
	out->crosses |= reader->count > 0;
	for (size_t i = 0; i < reader->count; i++)
		if (reader->rows[i].kind == SEEP_CELL_MISSED)
			out->bytes_missed += reader->rows[i].bytes_out;
}

/* Calendar days that begin before 'until'. */
static uint64_t
days_before(const struct seep__calendar *calendar, uint32_t until)
{
	return seep__calendar_day(calendar,
				  until / SEEP__HOURS_PER_DAY +
				      (until % SEEP__HOURS_PER_DAY > 0));
}

/*
 * What no role can do without: somebody who asks it for a service that has
 * one, or the peers of a NAT, on so many a day of the first rung or of what
 * there is. Both only grow with time, and unknown openers count as clients
 * only where known ones are.
 */
static int
may_serve(const struct facts *facts, uint64_t days)
{
	const uint64_t least =
	    days < SEEP__RUNG_FIRST ? days : SEEP__RUNG_FIRST;

	for (int use = 0; use < USE_OTHER; use++)
		if (peers_of(&facts->tally[use][SIDE_SERVER]) > 0)
			return 1;
	return facts->push_days >= NAT_PEERS_PER_DAY * least &&
	       facts->push_services >= NAT_SERVICES;
}

/* Reads a host's cells in the case's hours; 'seen' says if it has any. */
static int
read_host(const struct seep__case *view, size_t host, struct seep__host *out,
	  struct list *list, int *seen)
{
	struct seep__reader reader;
	const uint64_t days = days_before(&view->calendar, view->hour_until);
	struct facts facts;
	int rc;

	memset(out, 0, sizeof(*out));
	memset(&facts, 0, sizeof(facts));
	*seen = 0;
	seep__reader_init(&reader, view, host);
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		*seen |= reader.count > 0;
		out->is_folded |= reader.channel.fold != SEEP_FOLD_NONE;
		if (reader.channel.place != SEEP_PLACE_INSIDE)
			count_crossing(out, &reader);
		count_channel(&facts, &reader);
	}
	seep__reader_clear(&reader);
	if (rc != SEEP_END)
		return rc;
	out->declared = seep_site_is_server(
	    view->site, seep__view_host(view->snapshot, host));
	out->may_serve = out->declared || may_serve(&facts, days);
	add_roles(list, &facts, out->declared, days);
	return SEEP_OK;
}

static int
read_names(const struct seep__case *view, size_t host, struct seep__host *out)
{
	struct seep__reader reader;
	int rc;

	out->names_hour = UINT32_MAX;
	seep__reader_init(&reader, view, host);
	reader.names = 1;
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		out->is_folded |= reader.channel.fold != SEEP_FOLD_NONE;
		if (reader.count > 0 && reader.rows[0].hour < out->names_hour)
			out->names_hour = reader.rows[0].hour;
	}
	seep__reader_clear(&reader);
	return rc == SEEP_END ? SEEP_OK : rc;
}

int
seep__host_read(const struct seep__case *view, size_t host,
		struct seep__host *out)
{
	struct list list = {.count = 0};
	int seen;
	int rc = read_host(view, host, out, &list, &seen);

	if (rc == SEEP_OK)
		rc = read_names(view, host, out);
	if (rc != SEEP_OK || list.count == 0)
		return rc;
	assert(out->may_serve);
	out->roles_count = list.count;
	out->roles = seep__arena_copy(view->out, list.roles, list.count,
				      sizeof(*list.roles));
	return out->roles ? SEEP_OK : seep__mem_why(view->mem);
}

int
seep__host_role(const struct seep__case *view, size_t host, uint32_t until,
		enum seep_role *role)
{
	struct seep__case cut = *view;
	struct list list = {.count = 0};
	struct seep__host read;
	int seen;
	int rc;

	if (until < cut.hour_until)
		cut.hour_until = until;
	rc = read_host(&cut, host, &read, &list, &seen);
	*role = seen && list.count ? list.roles[0].role : SEEP_ROLE_NONE;
	return rc;
}
