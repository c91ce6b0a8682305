/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/inject.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detection/calendar.h"
#include "detection/random.h"

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define HOURS_PER_DAY 24
#define HOURS_PER_WEEK 168
#define TCP 6
#define UDP 17
#define ICMP 1

/* Most peers of one leak, and of those used anyway. */
#define PEERS_MANY 1000
#define USED_MAX 32

/* A full packet's payload, and what an acknowledgement weighs. */
#define SEGMENT 1400
#define ACK 52

/*
 * One query: IP, UDP and DNS headers, the fixed end of a question and the
 * name's first and last length bytes. 240 bytes in all leave a name of some
 * 190 characters, which is what tunnels use (253 is the limit).
 */
#define QUERY_OVERHEAD 46
#define QUERY_BYTES 240
#define NAME_MAX_SIZE 253

__extension__ typedef unsigned __int128 wide;

/* struct weights: the share of the leak that lies before slot i. */
struct weights {
	uint64_t slots;
	uint64_t denominator;
	/* week: cumulative over the hours of a week, Monday 0 h UTC first. */
	uint64_t week[HOURS_PER_WEEK + 1];
	uint32_t week_first;
	unsigned burst_hour;
};

struct maker {
	const struct inject_opts *opts;
	inject_emit_fn emit;
	void *context;
	struct weights weights;
	/* used: the peers in use that the leak takes, cumulative shares. */
	size_t used_count;
	double used_cumulative[USED_MAX + 1];
};

static const char *const names[INJECT_PATTERN_COUNT] = {
    "drip",        "drip_40",     "drip_1000",       "office_hours",
    "nights",      "daily_burst", "mimic",           "used_peers",
    "pulled_one",  "pulled_many", "long_connection", "padded",
    "since_first", "ramp",        "staged",          "many_servers",
    "dns",         "icmp",
};

const char *
inject_name(enum inject_pattern pattern)
{
	return pattern < INJECT_PATTERN_COUNT ? names[pattern] : "unknown";
}

/* Whoever works, works by the local clock. */
static int64_t
local_hours(int64_t at_ns)
{
	return (at_ns / SECOND + calendar_offset_s(at_ns / SECOND)) / 3600;
}

/* Hour of the week, Monday first: hour 0 of 1970 was a Thursday's. */
static uint32_t
week_hour(int64_t hours)
{
	return (uint32_t)((hours + 72) % HOURS_PER_WEEK);
}

static int
is_office(int64_t at_ns)
{
	const uint32_t hour = week_hour(local_hours(at_ns));

	return hour / HOURS_PER_DAY < 5 && hour % HOURS_PER_DAY >= 8 &&
	       hour % HOURS_PER_DAY < 18;
}

static size_t
peers_of(enum inject_pattern pattern)
{
	switch (pattern) {
	case INJECT_DRIP_40:
		return 40;
	case INJECT_DRIP_1000:
		return PEERS_MANY;
	case INJECT_PULLED_MANY:
		return 200;
	default:
		return 1;
	}
}

static int
uses_known(enum inject_pattern pattern)
{
	return pattern == INJECT_MIMIC || pattern == INJECT_USED_PEERS;
}

/*
 * New peers lie far apart (an odd multiplier makes them distinct and hardly
 * two fall into one /24), in networks that worlds leave alone.
 */
static void
new_peer(const struct inject_opts *opts, size_t index,
	 struct seep_address *peer)
{
	const uint64_t first = random_key(opts->seed, 1, 0);
	const uint32_t low =
	    (uint32_t)(first + index * UINT64_C(0x9e3779)) & 0xffffffu;

	memset(peer, 0, sizeof(*peer));
	if (seep_address_is_v4(&opts->host)) {
		peer->bytes[10] = peer->bytes[11] = 0xff;
		peer->bytes[12] = 91;
	} else {
		peer->bytes[0] = 0x2a;
		peer->bytes[1] = 0x0e;
		peer->bytes[3] = (uint8_t)(low >> 16);
		peer->bytes[5] = (uint8_t)(low >> 8);
	}
	peer->bytes[13] = (uint8_t)(low >> 16);
	peer->bytes[14] = (uint8_t)(low >> 8);
	peer->bytes[15] = (uint8_t)low;
}

int
inject_owns(const struct inject_opts *opts, const struct seep_address *peer)
{
	struct seep_address own;

	if (uses_known(opts->pattern)) {
		for (size_t i = 0; i < opts->used_count && i < USED_MAX; i++)
			if (seep_address_compare(&opts->used[i].address,
						 peer) == 0)
				return 1;
		return 0;
	}
	for (size_t i = 0; i < peers_of(opts->pattern); i++) {
		new_peer(opts, i, &own);
		if (seep_address_compare(&own, peer) == 0)
			return 1;
	}
	return 0;
}

size_t
inject_domain(const struct inject_opts *opts, char *text)
{
	return (size_t)snprintf(
	    text, INJECT_DOMAIN_SIZE, "cdn-%06x.example",
	    (unsigned)(random_key(opts->seed, 2, 0) & 0xffffff));
}

static void
weigh_shape(struct weights *weights, const double *shape)
{
	const double one = 4294967296.0;
	double total = 0;
	double sum = 0;

	for (size_t i = 0; i < HOURS_PER_WEEK; i++)
		total += shape[i];
	for (size_t i = 0; i < HOURS_PER_WEEK; i++) {
		sum += shape[i];
		weights->week[i + 1] =
		    7 * (uint64_t)llround(one * (sum / total));
	}
	weights->denominator = (uint64_t)one;
}

/* The hours of the first week decide, so that a clock change moves them by
 * an hour as it would an attacker's timer. */
static void
weigh_hours(struct weights *weights, const struct inject_opts *opts, int office)
{
	for (uint32_t i = 0; i < HOURS_PER_WEEK; i++) {
		const int64_t at = (opts->start_ns / HOUR +
				    (i + HOURS_PER_WEEK - weights->week_first) %
					HOURS_PER_WEEK) *
				   HOUR;

		weights->week[i + 1] =
		    weights->week[i] + (is_office(at) == office ? 7 : 0);
	}
	weights->denominator = weights->week[HOURS_PER_WEEK] / 7;
}

static void
weigh(struct weights *weights, const struct inject_opts *opts)
{
	memset(weights, 0, sizeof(*weights));
	weights->slots = (uint64_t)((opts->end_ns - opts->start_ns) / HOUR);
	weights->denominator = HOURS_PER_DAY;
	weights->week_first = week_hour(opts->start_ns / HOUR);
	weights->burst_hour =
	    (unsigned)(random_key(opts->seed, 3, 0) % HOURS_PER_DAY);
	switch (opts->pattern) {
	case INJECT_OFFICE_HOURS:
		weigh_hours(weights, opts, 1);
		break;
	case INJECT_NIGHTS:
		weigh_hours(weights, opts, 0);
		break;
	case INJECT_MIMIC:
		weigh_shape(weights, opts->shape);
		break;
	case INJECT_DAILY_BURST:
		weights->denominator = 1;
		break;
	case INJECT_RAMP:
		weights->denominator = HOURS_PER_DAY * weights->slots;
		break;
	default:
		break;
	}
}

/* Cumulative weight of the first 'slot' hours of the leak. */
static wide
weight_before(const struct maker *maker, uint64_t slot)
{
	const struct weights *weights = &maker->weights;
	const uint64_t at = weights->week_first + slot;

	switch (maker->opts->pattern) {
	case INJECT_OFFICE_HOURS:
	case INJECT_NIGHTS:
	case INJECT_MIMIC:
		return (wide)(at / HOURS_PER_WEEK) *
			   weights->week[HOURS_PER_WEEK] +
		       weights->week[at % HOURS_PER_WEEK] -
		       weights->week[weights->week_first];
	case INJECT_DAILY_BURST:
		return (slot + HOURS_PER_DAY - 1 - weights->burst_hour) /
		       HOURS_PER_DAY;
	case INJECT_RAMP:
		return (wide)slot * slot;
	default:
		return slot;
	}
}

static uint64_t
bytes_before(const struct maker *maker, uint64_t slot)
{
	return (uint64_t)(maker->opts->bytes_per_day *
			  weight_before(maker, slot) /
			  maker->weights.denominator);
}

/* One flow inside hour 'slot', the 'part'-th of 'parts' of that hour. */
static void
place_flow(const struct maker *maker, uint64_t slot, size_t part, size_t parts,
	   struct seep_flow *flow)
{
	const int64_t room = HOUR / (int64_t)parts;
	const uint64_t draw = random_key(maker->opts->seed, 4 + slot, part);
	const int64_t longest =
	    maker->opts->pattern == INJECT_DAILY_BURST ? HOUR / 8 : room / 2;

	memset(flow, 0, sizeof(*flow));
	flow->start_ns = maker->opts->start_ns + (int64_t)slot * HOUR +
			 (int64_t)part * room +
			 (int64_t)(draw % 1024) * (room / 4) / 1024;
	flow->end_ns =
	    flow->start_ns + (longest < room / 2 ? longest : room / 2) *
				 (int64_t)(512 + (draw >> 20) % 512) / 1024;
	flow->protocol = TCP;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = SEEP_OPENER_BY_SYN;
	flow->port_orig = (uint16_t)(32768 + (draw >> 40) % 28000);
	flow->port_resp = 443;
}

/* The host sends 'bytes'; acknowledgements come back, or as much again. */
static void
fill_push(const struct maker *maker, uint64_t bytes, struct seep_flow *flow)
{
	flow->bytes_orig = bytes;
	flow->packets_orig = bytes / SEGMENT + 1;
	flow->packets_resp = flow->packets_orig / 2 + 1;
	flow->bytes_resp = flow->packets_resp * ACK;
	if (maker->opts->pattern == INJECT_PADDED ||
	    maker->opts->pattern == INJECT_ICMP) {
		flow->bytes_resp = bytes;
		flow->packets_resp = flow->packets_orig;
	}
	if (maker->opts->pattern == INJECT_ICMP) {
		flow->protocol = ICMP;
		flow->opener_basis = SEEP_OPENER_BY_FIRST;
		flow->port_orig = flow->port_resp = 0;
	}
}

static void
fill_pull(const struct inject_opts *opts, const struct seep_address *host,
	  const struct seep_address *peer, uint64_t bytes,
	  struct seep_flow *flow)
{
	flow->orig = *peer;
	flow->resp = *host;
	flow->bytes_resp = bytes;
	flow->packets_resp = bytes / SEGMENT + 1;
	flow->packets_orig = flow->packets_resp / 2 + 1;
	flow->bytes_orig = flow->packets_orig * ACK;
	for (size_t i = 0; i < opts->used_count; i++) {
		if (!opts->used[i].pull)
			continue;
		flow->protocol = opts->used[i].protocol;
		flow->port_resp = opts->used[i].port;
		return;
	}
}

static int
emit_known(const struct maker *maker, uint64_t slot, uint64_t bytes)
{
	const struct inject_opts *opts = maker->opts;
	struct seep_flow flow;
	uint64_t given = 0;

	for (size_t i = 0; i < maker->used_count; i++) {
		const struct inject_peer *used = &opts->used[i];
		const uint64_t until =
		    i + 1 == maker->used_count
			? bytes
			: (uint64_t)((double)bytes *
				     maker->used_cumulative[i + 1]);
		int rc;

		if (until <= given)
			continue;
		place_flow(maker, slot, i, maker->used_count, &flow);
		flow.orig = opts->host;
		flow.resp = used->address;
		fill_push(maker, until - given, &flow);
		if (used->pull)
			fill_pull(opts, &opts->host, &used->address,
				  until - given, &flow);
		flow.protocol = used->protocol;
		flow.port_resp = used->port;
		given = until;
		rc = maker->emit(maker->context, &flow);
		if (rc)
			return rc;
	}
	return 0;
}

/* A host inside fetches from the server first and sends afterwards. */
static int
emit_staged(const struct maker *maker, uint64_t slot, uint64_t bytes,
	    struct seep_flow *flow)
{
	struct seep_flow fetch;
	int rc;

	place_flow(maker, slot, 0, 2, &fetch);
	fill_pull(maker->opts, &maker->opts->host, &maker->opts->via, bytes,
		  &fetch);
	fetch.protocol = TCP;
	fetch.port_resp = 445;
	rc = maker->emit(maker->context, &fetch);
	if (rc)
		return rc;
	place_flow(maker, slot, 1, 2, flow);
	flow->orig = maker->opts->via;
	new_peer(maker->opts, 0, &flow->resp);
	fill_push(maker, bytes, flow);
	return maker->emit(maker->context, flow);
}

static size_t
make_name(const struct maker *maker, uint64_t draw, size_t size, char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	char domain[INJECT_DOMAIN_SIZE];
	const size_t tail = inject_domain(maker->opts, domain);
	size_t at = 0;

	if (size > NAME_MAX_SIZE)
		size = NAME_MAX_SIZE;
	while (at + 1 + tail < size) {
		/* A label holds at most 63 characters. */
		if (at % 50 == 49)
			name[at++] = '.';
		draw = random_key(draw, 5, at);
		name[at++] = letters[draw >> 59];
	}
	if (at > 0 && name[at - 1] != '.')
		name[at++] = '.';
	memcpy(name + at, domain, tail);
	return at + tail;
}

static int
emit_query(const struct maker *maker, uint64_t slot, size_t part, size_t parts,
	   uint64_t bytes)
{
	static const struct seep_address none;
	const struct inject_opts *opts = maker->opts;
	const int direct = seep_address_compare(&opts->via, &none) == 0;
	const size_t size =
	    bytes > QUERY_OVERHEAD ? (size_t)(bytes - QUERY_OVERHEAD) : 0;
	char name[NAME_MAX_SIZE + INJECT_DOMAIN_SIZE + 2];
	struct seep_flow flow;
	int rc;

	place_flow(maker, slot, part, parts, &flow);
	flow.end_ns = flow.start_ns + SECOND / 20;
	flow.protocol = UDP;
	flow.opener_basis = SEEP_OPENER_BY_FIRST;
	flow.port_resp = 53;
	flow.orig = opts->host;
	flow.resp = opts->via;
	if (direct)
		new_peer(opts, 0, &flow.resp);
	flow.bytes_orig = bytes;
	flow.bytes_resp = bytes + 16;
	flow.packets_orig = flow.packets_resp = 1;
	flow.name.text = name;
	flow.name_size = (uint32_t)make_name(
	    maker, random_key(opts->seed, slot, part), size, name);
	rc = maker->emit(maker->context, &flow);
	if (rc || direct)
		return rc;
	flow.orig = opts->via;
	new_peer(opts, 0, &flow.resp);
	return maker->emit(maker->context, &flow);
}

static int
emit_queries(const struct maker *maker, uint64_t slot, uint64_t bytes)
{
	const size_t parts = (size_t)(bytes / QUERY_BYTES) + 1;

	for (size_t i = 0; i < parts; i++) {
		const uint64_t part =
		    bytes * (i + 1) / parts - bytes * i / parts;
		const int rc =
		    part ? emit_query(maker, slot, i, parts, part) : 0;

		if (rc)
			return rc;
	}
	return 0;
}

/* One flow a peer; every peer of the leak has its turn each day. */
static int
emit_new(const struct maker *maker, uint64_t slot, uint64_t bytes)
{
	const struct inject_opts *opts = maker->opts;
	const size_t peers = peers_of(opts->pattern);
	const size_t parts = (peers + HOURS_PER_DAY - 1) / HOURS_PER_DAY;
	struct seep_flow flow;

	if (opts->pattern == INJECT_STAGED)
		return emit_staged(maker, slot, bytes, &flow);
	for (size_t i = 0; i < parts; i++) {
		const uint64_t part =
		    bytes * (i + 1) / parts - bytes * i / parts;
		struct seep_address peer;
		int rc;

		if (part == 0)
			continue;
		place_flow(maker, slot, i, parts, &flow);
		new_peer(opts, (size_t)(slot * parts + i) % peers, &peer);
		flow.orig = opts->host;
		flow.resp = peer;
		fill_push(maker, part, &flow);
		if (opts->pattern == INJECT_PULLED_ONE ||
		    opts->pattern == INJECT_PULLED_MANY)
			fill_pull(opts, &opts->host, &peer, part, &flow);
		rc = maker->emit(maker->context, &flow);
		if (rc)
			return rc;
	}
	return 0;
}

static int
emit_long(const struct maker *maker)
{
	struct seep_flow flow;
	const uint64_t bytes = bytes_before(maker, maker->weights.slots);

	if (bytes == 0)
		return 0;
	place_flow(maker, 0, 0, 1, &flow);
	flow.start_ns = maker->opts->start_ns;
	flow.end_ns = flow.start_ns + (int64_t)maker->weights.slots * HOUR;
	flow.orig = maker->opts->host;
	new_peer(maker->opts, 0, &flow.resp);
	fill_push(maker, bytes, &flow);
	return maker->emit(maker->context, &flow);
}

static int
set_known(struct maker *maker)
{
	const struct inject_opts *opts = maker->opts;
	double sum = 0;

	maker->used_count =
	    opts->used_count < USED_MAX ? opts->used_count : USED_MAX;
	for (size_t i = 0; i < maker->used_count; i++)
		sum += opts->used[i].share;
	if (!(sum > 0))
		return -1;
	for (size_t i = 0; i < maker->used_count; i++)
		maker->used_cumulative[i + 1] =
		    maker->used_cumulative[i] + opts->used[i].share / sum;
	return 0;
}

int
inject(const struct inject_opts *opts, inject_emit_fn emit, void *context)
{
	struct maker maker = {.opts = opts, .emit = emit, .context = context};

	assert(opts->pattern < INJECT_PATTERN_COUNT);
	assert(opts->start_ns <= opts->end_ns);
	assert(opts->pattern != INJECT_MIMIC || opts->shape != NULL);
	weigh(&maker.weights, opts);
	if (uses_known(opts->pattern) && set_known(&maker) != 0)
		return -1;
	if (opts->pattern == INJECT_LONG_CONNECTION)
		return emit_long(&maker);
	for (uint64_t slot = 0; slot < maker.weights.slots; slot++) {
		const uint64_t bytes =
		    bytes_before(&maker, slot + 1) - bytes_before(&maker, slot);
		int rc = 0;

		if (bytes == 0)
			continue;
		if (uses_known(opts->pattern))
			rc = emit_known(&maker, slot, bytes);
		else if (opts->pattern == INJECT_DNS)
			rc = emit_queries(&maker, slot, bytes);
		else
			rc = emit_new(&maker, slot, bytes);
		if (rc)
			return rc;
	}
	return 0;
}
