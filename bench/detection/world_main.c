/* SPDX-License-Identifier: BSD-3-Clause */
/* The main traffic of a host: its hours, divided over services and peers. */
#include <assert.h>

#include "detection/world_parts.h"

#define SPLIT_MAX 20

/* draw_weights() fills 'n' weights that add up to 1; 'mean' may be NULL. */
static void
draw_weights(struct random *random, double sigma, const struct part *mean,
	     size_t n, double *weight)
{
	double sum = 0;

	assert(n > 0 && n <= SPLIT_MAX);
	for (size_t i = 0; i < n; i++) {
		weight[i] = random_lognormal(random, 1, sigma);
		if (mean)
			weight[i] *= mean[i].share;
		sum += weight[i];
	}
	for (size_t i = 0; i < n; i++)
		weight[i] /= sum;
}

static void
emit_part(struct emission *e, const struct part *part, uint32_t hour,
	  double bytes, uint32_t peers, struct random *random)
{
	double weight[SPLIT_MAX];

	draw_weights(random, 1, NULL, peers, weight);
	for (uint32_t i = 0; i < peers; i++) {
		struct transfer transfer = {
		    .out = bytes * weight[i],
		    .port = part->port,
		    .protocol = part->protocol,
		    .pull = part->pull,
		};

		transfer.peer = world_pick(e, part->peers, hour / 24, random);
		transfer.in = transfer.out * part->back *
			      random_lognormal(random, 1, 0.3);
		world_tap_hour(e, &transfer, hour, random);
	}
}

/* A quiet hour goes to one part: nobody uses five services at 3 o'clock. */
static const struct part *
pick_part(const struct role_profile *role, struct random *random)
{
	double left = random_unit(random);
	size_t i = 0;

	while (i + 1 < role->parts_count && left > role->parts[i].share)
		left -= role->parts[i++].share;
	return &role->parts[i];
}

/* Telemetry: the same service every hour. */
static void
emit_report(struct emission *e, uint32_t hour, double bytes,
	    struct random *random)
{
	struct transfer transfer = {
	    .peer = world_peer(e, PEERS_SAAS, e->key % 16, hour / 24),
	    .out = bytes,
	    .in = bytes * 0.1,
	    .port = 443,
	    .protocol = TCP,
	};

	world_tap_hour(e, &transfer, hour, random);
}

static void
emit_hour(struct emission *e, uint32_t hour, double bytes,
	  struct random *random)
{
	const struct role_profile *role = e->role;
	const int busy = e->host->role == WORLD_ARCHIVES ||
			 world_office_weight(&e->world->hours[hour]) >= 0.5;
	double weight[PARTS_MAX];

	if (e->host->noise == WORLD_NOISE_TELEMETRY) {
		emit_report(e, hour, bytes, random);
		return;
	}
	if (!busy) {
		const struct part *part = pick_part(role, random);

		emit_part(e, part, hour, bytes, 1 + part->fanout / 4, random);
		return;
	}
	draw_weights(random, 0.7, role->parts, role->parts_count, weight);
	for (size_t i = 0; i < role->parts_count; i++)
		emit_part(e, &role->parts[i], hour, bytes * weight[i],
			  1 + random_below(random, role->parts[i].fanout),
			  random);
}

void
world_main(struct emission *e)
{
	double out[24];

	for (uint32_t day = e->from; day < e->until; day++) {
		struct random random = random_at(e->key, STREAM_MAIN, day);

		world_hours_out(e, day, out);
		for (uint32_t h = 0; h < 24; h++)
			if (out[h] > 0)
				emit_hour(e, day * 24 + h, out[h], &random);
	}
}

/* One row a day to each of the sets that every machine meets. */
static void
emit_look(struct emission *e, uint32_t day, enum peer_set set, uint16_t port,
	  struct random *random)
{
	const uint32_t hour = day * 24 + 7 + random_below(random, 10);
	struct transfer transfer = {
	    .port = port,
	    .protocol = port == 123 ? UDP : TCP,
	};

	transfer.peer = world_pick(e, set, day, random);
	transfer.out = random_lognormal(random, 5e3, 0.4);
	transfer.in = transfer.out * (port == 123 ? 1 : 18);
	world_tap_hour(e, &transfer, hour, random);
}

/*
 * A light workstation: its hours, each to one site-wide peer, its update
 * servers and its time. Enough to make what is popular popular.
 */
void
world_light(struct emission *e)
{
	double out[24];

	for (uint32_t day = e->from; day < e->until; day++) {
		struct random random = random_at(e->key, STREAM_LIGHT, day);

		world_hours_out(e, day, out);
		for (uint32_t h = 0; h < 24; h++) {
			const uint32_t hour = day * 24 + h;
			const struct part *part = pick_part(e->role, &random);

			if (world_is_working(e->world, hour) && out[h] > 0)
				emit_part(e, part, hour, out[h], 1, &random);
		}
		emit_look(e, day, PEERS_UPDATE, 443, &random);
		emit_look(e, day, PEERS_NTP, 123, &random);
	}
}
