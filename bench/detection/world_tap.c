/* SPDX-License-Identifier: BSD-3-Clause */
/* What the sensor makes of a transfer. */
#include <assert.h>
#include <string.h>

#include "detection/world_parts.h"

static uint64_t
part_of(uint64_t bytes, int64_t part, int64_t whole)
{
	if (whole <= 0 || part >= whole)
		return bytes;
	return (uint64_t)((double)bytes * ((double)part / (double)whole));
}

/* clip() keeps what lies in [from, until); 0 = nothing does. */
static int
clip(struct seep_flow *flow, int64_t from, int64_t until)
{
	const int64_t whole = flow->end_ns - flow->start_ns;
	const int64_t start = flow->start_ns > from ? flow->start_ns : from;
	const int64_t end = flow->end_ns < until ? flow->end_ns : until;

	if (flow->start_ns >= until || end < start ||
	    (whole > 0 && end == start))
		return 0;
	if (end - start == whole)
		return 1;
	flow->start_ns = start;
	flow->end_ns = end;
	flow->bytes_orig = part_of(flow->bytes_orig, end - start, whole);
	flow->bytes_resp = part_of(flow->bytes_resp, end - start, whole);
	flow->packets_orig = flow->bytes_orig / 1000 + 1;
	flow->packets_resp = flow->bytes_resp / 1000 + 1;
	return 1;
}

static void
give(struct emission *e, const struct seep_flow *flow)
{
	if (e->rc == 0)
		e->rc = e->emit(e->context, flow);
}

/*
 * A changed SPAN port: a third of the hosts is seen on two ports, a third
 * no longer. Only flows that begin after it, which is when Zeek would see
 * their first packet.
 */
static int
respan(const struct emission *e, struct seep_flow *flow)
{
	const uint32_t day = e->world->opts.sensor_change_day;
	const int64_t from = e->world->opts.start_ns + day * DAY_NS;

	if (day == 0 || flow->start_ns < from)
		return 1;
	switch (random_key(e->key, STREAM_SENSOR, day) % 3) {
	case 0:
		flow->bytes_orig *= 2;
		flow->bytes_resp *= 2;
		flow->packets_orig *= 2;
		flow->packets_resp *= 2;
		return 1;
	case 1:
		return 0;
	default:
		return 1;
	}
}

/*
 * A restart: down for 2 to 6 hours, open connections are cut. What goes on
 * afterwards is a new record of which nobody saw the opening.
 */
static void
give_restarted(struct emission *e, struct seep_flow *flow)
{
	const uint32_t day = e->world->opts.restart_day;
	struct random random = random_at(e->world->key, STREAM_SENSOR, day);
	const int64_t down = e->world->opts.start_ns + day * DAY_NS +
			     random_below(&random, 16) * HOUR_NS;
	const int64_t up =
	    down + (2 + random_below(&random, 4)) * HOUR_NS + HOUR_NS / 3;
	struct seep_flow rest = *flow;

	if (day == 0 || flow->end_ns < down || flow->start_ns >= up) {
		give(e, flow);
		return;
	}
	if (clip(flow, flow->start_ns, down))
		give(e, flow);
	if (rest.end_ns <= up || !clip(&rest, up, rest.end_ns))
		return;
	rest.opener = SEEP_OPENER_UNKNOWN;
	rest.opener_basis = SEEP_OPENER_BY_NOTHING;
	give(e, &rest);
}

static uint64_t
whole_bytes(double bytes)
{
	assert(bytes >= 0 && bytes < 9e15);
	return bytes < 60 ? 60 : (uint64_t)bytes;
}

static void
fill(const struct emission *e, const struct transfer *transfer,
     struct random *random, struct seep_flow *flow)
{
	struct seep_address host = e->host->address;
	const uint64_t out = whole_bytes(transfer->out);
	const uint64_t in = whole_bytes(transfer->in);
	const int has_ports = transfer->protocol != ICMP;

	if (e->world->opts.dual_stack && !world_is_v4(&transfer->peer))
		host = e->host->address6;
	memset(flow, 0, sizeof(*flow));
	flow->start_ns = transfer->start_ns;
	flow->end_ns = transfer->end_ns;
	flow->orig = transfer->pull ? transfer->peer : host;
	flow->resp = transfer->pull ? host : transfer->peer;
	flow->bytes_orig = transfer->pull ? in : out;
	flow->bytes_resp = transfer->pull ? out : in;
	flow->packets_orig = flow->bytes_orig / 1000 + 1;
	flow->packets_resp = flow->bytes_resp / 1000 + 1;
	flow->port_orig = (uint16_t)(32768 + random_below(random, 28000));
	if (!has_ports)
		flow->port_orig = 0;
	flow->port_resp = transfer->port;
	flow->protocol = transfer->protocol;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = transfer->protocol == TCP ? SEEP_OPENER_BY_SYN
						       : SEEP_OPENER_BY_FIRST;
}

/* Off: nothing crosses outside working hours. */
static int
switched_off(const struct emission *e, struct seep_flow *flow)
{
	const int64_t start_ns = e->world->opts.start_ns;
	uint32_t hour = (uint32_t)((flow->start_ns - start_ns) / HOUR_NS);
	const uint32_t hours = e->world->opts.days * 24;

	if (!world_is_working(e->world, hour))
		return 1;
	while (hour < hours && world_is_working(e->world, hour))
		hour++;
	return !clip(flow, flow->start_ns, start_ns + hour * HOUR_NS);
}

void
world_tap(struct emission *e, const struct transfer *transfer,
	  struct random *random)
{
	const int64_t start_ns = e->world->opts.start_ns;
	struct seep_flow flow;

	assert(transfer->end_ns >= transfer->start_ns);
	fill(e, transfer, random, &flow);
	if (!clip(&flow, start_ns, start_ns + e->world->opts.days * DAY_NS))
		return;
	if (e->host->noise == WORLD_NOISE_SILENT_NIGHTS && !transfer->inside &&
	    switched_off(e, &flow))
		return;
	if (respan(e, &flow))
		give_restarted(e, &flow);
}

/* RATE_MAX: no transfer is faster than 60 MB/s, and none longer than its
 * hour less a second; 200 GB in an hour just fit. */
#define RATE_MAX 60e6
#define HOUR_MS 3599000

void
world_tap_hour(struct emission *e, struct transfer *transfer, uint32_t hour,
	       struct random *random)
{
	const double least = (transfer->out + transfer->in) / RATE_MAX * 1000;
	const double u = random_unit(random);
	const int64_t ms = NS_PER_S / 1000;
	double length = u * u * HOUR_MS;
	double begin = random_unit(random);

	if (length < least)
		length = least < HOUR_MS ? least : HOUR_MS;
	begin *= HOUR_MS - length;
	transfer->start_ns =
	    e->world->opts.start_ns + hour * HOUR_NS + (int64_t)begin * ms;
	transfer->end_ns = transfer->start_ns + (int64_t)length * ms;
	world_tap(e, transfer, random);
}
