/* SPDX-License-Identifier: BSD-3-Clause */
#include "leak.h"

#include <assert.h>
#include <string.h>

#include "draw.h"
#include "leak_flow.h"

#define NS_PER_HOUR INT64_C(3600000000000)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* Streams of the seed, so that what one thing draws moves no other. */
enum { STREAM_PEERS = 1, STREAM_TIMES, STREAM_DAYS };

/* Smallest part of an hour that gets a flow of its own: the headers of one
 * packet. */
#define PART_BYTES_MIN 40

/* Flows an hour to peers in use: with 8 evenly spaced draws an hour the shares
 * of a few large peers are met within a day. */
#define USED_PARTS 8

/* A drip over 1,000 peers meets them all in 11 days. */
#define MANY_PARTS 4

#define PEERS_MAX 1000

/* 2^53 bytes in one flow and a year at most: flow.h. */
#define LONG_DAYS_MAX 300

struct maker {
	const struct leak_opts *opts;
	struct leak_sink sink;
	struct seep_address peers[PEERS_MAX];
	size_t peers_count;
	uint64_t turn; /* flows so far: whose turn it is */
	uint64_t bytes_total;
};

static const struct {
	const char *name;
	size_t peers;
	unsigned parts;
} patterns[LEAK_PATTERN_COUNT] = {
    [LEAK_DRIP] = {"drip", 1, 1},
    [LEAK_DRIP_40] = {"drip-40", 40, 1},
    [LEAK_DRIP_1000] = {"drip-1000", 1000, MANY_PARTS},
    [LEAK_OFFICE_HOURS] = {"office-hours", 1, 1},
    [LEAK_NIGHTS] = {"nights", 1, 1},
    [LEAK_DAILY_BURST] = {"daily-burst", 1, 1},
    [LEAK_MIMIC] = {"mimic", 0, USED_PARTS},
    [LEAK_USED_PEERS] = {"used-peers", 0, USED_PARTS},
    [LEAK_PULLED_ONE] = {"pulled-one", 1, 1},
    [LEAK_PULLED_MANY] = {"pulled-many", 200, MANY_PARTS},
    [LEAK_LONG_CONNECTION] = {"long-connection", 1, 1},
    [LEAK_PADDED] = {"padded", 1, 1},
    [LEAK_SINCE_FIRST] = {"since-first", 1, 1},
    [LEAK_RAMP] = {"ramp", 1, 1},
    [LEAK_STAGED] = {"staged", 1, 1},
    [LEAK_MANY_SERVERS] = {"many-servers", 1, 1},
    [LEAK_DNS] = {"dns", 1, 1},
    [LEAK_ICMP] = {"icmp", 1, 1},
};

const char *
leak_name(enum leak_pattern pattern)
{
	assert(pattern < LEAK_PATTERN_COUNT);
	return patterns[pattern].name;
}

enum leak_pattern
leak_find(const char *name)
{
	unsigned i = 0;

	assert(name != NULL);
	while (i < LEAK_PATTERN_COUNT && strcmp(name, patterns[i].name) != 0)
		i++;
	return (enum leak_pattern)i;
}

int
leak_needs_habit(enum leak_pattern pattern)
{
	return pattern == LEAK_MIMIC || pattern == LEAK_USED_PEERS;
}

/* ---- when: the weight of every hour ---- */

static int64_t
local_ns(const struct leak_opts *opts, int64_t time_ns)
{
	int64_t offset_s = 0;

	for (size_t i = 0; i < opts->offsets_count; i++)
		if (opts->offsets[i].from_ns <= time_ns)
			offset_s = opts->offsets[i].offset_s;
	return time_ns + offset_s * INT64_C(1000000000);
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static int64_t
day_of_week(int64_t time_ns)
{
	return (time_ns / NS_PER_DAY + 3) % 7;
}

static int
is_office_hour(const struct leak_opts *opts, int64_t time_ns)
{
	const int64_t local = local_ns(opts, time_ns);
	const int64_t hour = local % NS_PER_DAY / NS_PER_HOUR;

	return day_of_week(local) < 5 && hour >= 8 && hour < 18;
}

static int
is_night(const struct leak_opts *opts, int64_t time_ns)
{
	const int64_t local = local_ns(opts, time_ns);
	const int64_t hour = local % NS_PER_DAY / NS_PER_HOUR;

	return day_of_week(local) >= 5 || hour < 6 || hour >= 20;
}

/* The burst's hour of the day wanders a little, as a job's does that starts
 * when another ends. */
static int
is_burst(const struct leak_opts *opts, uint32_t slot)
{
	struct draw draw;
	uint64_t hour;

	draw_init(&draw, opts->seed, STREAM_DAYS);
	hour = draw_below(&draw, 22);
	draw_init(&draw, opts->seed, STREAM_DAYS + 1 + slot / 24);
	return slot % 24 == hour + draw_below(&draw, 2);
}

/* At most 10^4 (shape) times 24 * LEAK_DAYS_MAX hours: below 2^31. */
static uint32_t
weight_of(const struct leak_opts *opts, uint32_t slot)
{
	const int64_t time_ns = opts->start_ns + slot * NS_PER_HOUR;

	switch (opts->pattern) {
	case LEAK_OFFICE_HOURS:
		return is_office_hour(opts, time_ns) ? 1 : 0;
	case LEAK_NIGHTS:
		return is_night(opts, time_ns) ? 1 : 0;
	case LEAK_DAILY_BURST:
		return is_burst(opts, slot) ? 1 : 0;
	case LEAK_RAMP:
		return 2 * (slot / 24) + 1;
	case LEAK_MIMIC:
		return opts->habit->shape[(time_ns / NS_PER_HOUR + 3 * 24) %
					  HABIT_HOURS_OF_WEEK];
	default:
		return 1;
	}
}

/* floor(total * part / whole), part <= whole < 2^31, without overflow. */
static uint64_t
share_of(uint64_t total, uint64_t part, uint64_t whole)
{
	assert(part <= whole);
	assert(whole > 0 && whole < UINT64_C(1) << 31);
	return total / whole * part + total % whole * part / whole;
}

/* ---- to whom ---- */

static struct leak_end
next_end(struct maker *maker)
{
	struct leak_end end = {.protocol = 6, .port = 443};
	const struct leak_opts *opts = maker->opts;

	if (maker->peers_count > 0)
		end.peer = maker->peers[maker->turn % maker->peers_count];
	maker->turn++;
	switch (opts->pattern) {
	case LEAK_PULLED_ONE:
	case LEAK_PULLED_MANY:
		end.pull = 1;
		end.protocol = opts->habit->pull_protocol;
		end.port = leak_real_port(opts->habit->pull_port);
		break;
	case LEAK_PADDED:
		end.padded = 1;
		break;
	case LEAK_ICMP:
		end.protocol = seep_address_is_v4(&end.peer) ? 1 : 58;
		end.port = 0;
		break;
	default:
		break;
	}
	return end;
}

/* A peer in use, by its share: 'at' in [0, 2^32) of all bytes. */
static struct leak_end
used_end(const struct maker *maker, uint64_t at)
{
	const struct habit *habit = maker->opts->habit;
	uint64_t byte = share_of(habit->bytes_out, at >> 2, UINT64_C(1) << 30);
	const struct habit_channel *channel;

	if (byte >= habit->bytes_out)
		byte = habit->bytes_out - 1;
	channel = habit_channel_at(habit, byte);
	return (struct leak_end){.peer = channel->peer,
				 .protocol = channel->protocol,
				 .port = leak_real_port(channel->port),
				 .pull =
				     channel->direction == SEEP_DIRECTION_PULL};
}

static void
draw_peers(struct maker *maker)
{
	const struct leak_opts *opts = maker->opts;
	const int v4 = seep_address_is_v4(&opts->hosts[0]);
	struct draw draw;

	draw_init(&draw, opts->seed, STREAM_PEERS);
	maker->peers_count = patterns[opts->pattern].peers;
	for (size_t i = 0; i < maker->peers_count; i++)
		leak_new_peer(&draw, v4, opts->site, opts->habit,
			      &maker->peers[i]);
}

/* ---- how much, hour by hour ---- */

/* One part of an hour: [start_ns, start_ns + span_ns). */
static int
make_part(struct maker *maker, const struct leak_span *span, uint64_t bytes,
	  const struct leak_end *end)
{
	const struct leak_opts *opts = maker->opts;
	const struct seep_address *host = &opts->hosts[0];

	if (opts->pattern == LEAK_STAGED)
		return leak_staged_flows(&maker->sink, span, host, opts->via,
					 end, bytes);
	if (opts->pattern == LEAK_DNS)
		return leak_dns_flows(&maker->sink, span, host, opts->via, end,
				      bytes);
	if (opts->pattern == LEAK_MANY_SERVERS)
		host = &opts->hosts[maker->turn % opts->hosts_count];
	return leak_flow(&maker->sink, span, host, end, bytes);
}

/* 'bytes' of the hour 'slot', cut into the pattern's parts. */
static int
make_hour(struct maker *maker, uint32_t slot, uint64_t bytes)
{
	const struct leak_opts *opts = maker->opts;
	const int used = leak_needs_habit(opts->pattern);
	const uint64_t first = draw_u64(&maker->sink.draw) >> 32;
	uint64_t parts = patterns[opts->pattern].parts;
	uint64_t before = 0;
	int status = 0;

	if (opts->pattern == LEAK_MANY_SERVERS)
		parts = opts->hosts_count;
	if (parts > bytes / PART_BYTES_MIN)
		parts = bytes / PART_BYTES_MIN;
	if (parts == 0)
		parts = 1;
	for (uint64_t j = 0; j < parts && status == 0; j++) {
		const uint64_t until = share_of(bytes, j + 1, parts);
		const uint64_t at = (first + j * (UINT64_C(1) << 32) / parts) %
				    (UINT64_C(1) << 32);
		const struct leak_span span = {
		    .start_ns = opts->start_ns + slot * NS_PER_HOUR +
				(int64_t)(j * (uint64_t)NS_PER_HOUR / parts),
		    .span_ns = NS_PER_HOUR / (int64_t)parts};
		const struct leak_end end =
		    used ? used_end(maker, at) : next_end(maker);

		status = make_part(maker, &span, until - before, &end);
		before = until;
	}
	return status;
}

/* What is too little for a packet of its own waits for the next hour. */
static int
make_hours(struct maker *maker)
{
	const struct leak_opts *opts = maker->opts;
	const uint32_t slots = opts->days * 24;
	uint64_t whole = 0;
	uint64_t part = 0;
	uint64_t made = 0;
	int status = 0;

	for (uint32_t slot = 0; slot < slots; slot++)
		whole += weight_of(opts, slot);
	for (uint32_t slot = 0; slot < slots && status == 0; slot++) {
		const uint32_t weight = weight_of(opts, slot);
		uint64_t due;

		part += weight;
		if (weight == 0)
			continue;
		due = share_of(maker->bytes_total, part, whole) - made;
		if (due < PART_BYTES_MIN && part < whole)
			continue;
		if (due == 0)
			break;
		status = make_hour(maker, slot, due);
		made += due;
	}
	assert(status != 0 || whole == 0 || made == maker->bytes_total);
	return status;
}

static int
make_long(struct maker *maker)
{
	const struct leak_opts *opts = maker->opts;
	const struct leak_end end = next_end(maker);
	uint32_t days;
	int status = 0;

	for (uint32_t day = 0; day < opts->days && status == 0; day += days) {
		struct leak_span span;

		days = opts->days - day;
		if (days > LONG_DAYS_MAX)
			days = LONG_DAYS_MAX;
		span.start_ns = opts->start_ns + day * NS_PER_DAY;
		span.span_ns = days * NS_PER_DAY;
		status = leak_long_flow(&maker->sink, &span, &opts->hosts[0],
					&end, opts->bytes_per_day * days);
	}
	return status;
}

int
leak_make(const struct leak_opts *opts, leak_emit_fn emit, void *ctx)
{
	struct maker maker = {.opts = opts};

	assert(opts != NULL && emit != NULL);
	assert(opts->pattern < LEAK_PATTERN_COUNT);
	assert(opts->hosts_count >= 1 && opts->habit != NULL);
	assert(opts->days >= 1 && opts->days <= LEAK_DAYS_MAX);
	assert(opts->bytes_per_day >= LEAK_BYTES_MIN &&
	       opts->bytes_per_day <= LEAK_BYTES_MAX);
	assert(opts->start_ns >= 0 && opts->start_ns % NS_PER_HOUR == 0);
	assert(!leak_needs_habit(opts->pattern) || opts->habit->bytes_out > 0);
	assert(opts->pattern != LEAK_STAGED || opts->via != NULL);
	maker.sink.emit = emit;
	maker.sink.ctx = ctx;
	maker.bytes_total = opts->bytes_per_day * opts->days;
	draw_init(&maker.sink.draw, opts->seed, STREAM_TIMES);
	draw_peers(&maker);
	leak_new_domain(&maker.sink, opts->seed);
	if (opts->pattern == LEAK_LONG_CONNECTION)
		return make_long(&maker);
	return make_hours(&maker);
}
