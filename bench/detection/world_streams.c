/* SPDX-License-Identifier: BSD-3-Clause */
/* What a host does beside its main traffic. */
#include <assert.h>

#include "detection/world_parts.h"

/* side_gain(): of jobs and rare peers, in those of the role's usual host. */
static double
side_gain(const struct emission *e)
{
	return e->noise->side * e->host->scale;
}

/*
 * New peers. Each is born on a day and lives L days, P(L >= n) = n^-1.3, at
 * most 45; while it lives it is met on six days in ten (1.5 of rest days),
 * its bytes a day the fewer the longer it lives. Births of the 45 days before
 * the world are drawn too, so that its first day is like any other.
 */
#define FRESH_LIFE_MAX 45

struct fresh {
	struct seep_address address;
	uint32_t life;
	double bytes;
};

static struct fresh
draw_fresh(const struct emission *e, struct random *random)
{
	const double life = random_pareto(random, 1, 1.3);
	struct fresh fresh;

	fresh.address = world_public_address(random_next(random));
	fresh.life = life < FRESH_LIFE_MAX ? (uint32_t)life : FRESH_LIFE_MAX;
	fresh.bytes = random_lognormal(random, e->role->fresh_bytes, 1.2) *
		      random_exp(-0.5 * random_ln(fresh.life));
	return fresh;
}

static void
emit_fresh(struct emission *e, const struct fresh *fresh, uint32_t day,
	   int first, struct random *random)
{
	const int rest = e->world->hours[day * 24 + 12].rest;
	const int met = random_chance(random, rest ? 0.15 : 0.6) || first;
	const int late = random_chance(random, 0.15);
	const uint32_t local =
	    late ? random_below(random, 24) : 8 + random_below(random, 10);
	const double level = random_lognormal(random, side_gain(e), 0.8);
	struct transfer transfer = {
	    .peer = fresh->address,
	    .out = fresh->bytes * level,
	    .in = fresh->bytes * level * random_lognormal(random, 3, 1),
	    .port = e->role->fresh_port,
	    .protocol = e->role->fresh_port == 53 ? UDP : TCP,
	    .pull = e->role->fresh_pull,
	};

	if (!met)
		return;
	world_tap_hour(e, &transfer, world_local_hour(e->world, day, local),
		       random);
}

/* REST_FRESH: rest days bring a quarter as many. Of the days before the
 * world nobody knows which they were: they bring the average. */
#define REST_FRESH 0.25
#define MEAN_FRESH 0.77

static double
fresh_rate(const struct emission *e, int64_t born)
{
	const double rate = e->role->fresh_per_day;

	if (born < 0)
		return rate * MEAN_FRESH;
	return e->world->hours[born * 24 + 12].rest ? rate * REST_FRESH : rate;
}

static void
emit_life(struct emission *e, const struct fresh *fresh, int64_t born,
	  uint64_t key)
{
	const int64_t until = born + fresh->life;

	for (int64_t day = born; day < until; day++) {
		struct random draw = random_at(key, 0, (uint64_t)day);

		if (day >= (int64_t)e->from && day < (int64_t)e->until)
			emit_fresh(e, fresh, (uint32_t)day, day == born, &draw);
	}
}

void
world_fresh(struct emission *e)
{
	for (int64_t born = (int64_t)e->from - FRESH_LIFE_MAX;
	     born < (int64_t)e->until; born++) {
		struct random random =
		    random_at(e->key, STREAM_FRESH, (uint64_t)born);
		const uint32_t count =
		    random_poisson(&random, fresh_rate(e, born));

		for (uint32_t i = 0; i < count; i++) {
			const struct fresh fresh = draw_fresh(e, &random);

			emit_life(e, &fresh, born,
				  random_key(e->key, STREAM_FRESH_DAY,
					     (uint64_t)born << 16 | i));
		}
	}
}

/* The rare peers that a host keeps: two or three of eight on a day. */
void
world_own(struct emission *e)
{
	const double bytes = e->role->own_bytes * side_gain(e);

	for (uint32_t day = e->from; bytes > 0 && day < e->until; day++) {
		struct random random = random_at(e->key, STREAM_OWN, day);
		const int rest = e->world->hours[day * 24 + 12].rest;
		const uint32_t count = 2 + random_below(&random, 2);

		for (uint32_t i = 0; i < count; i++) {
			const uint32_t local = 8 + random_below(&random, 10);
			const double out = random_lognormal(
			    &random, bytes * (rest ? 0.05 : 0.4), 0.9);
			struct transfer transfer = {
			    .peer = world_pick(e, PEERS_OWN, day, &random),
			    .out = out,
			    .in = out * 0.3,
			    .port = 443,
			    .protocol = TCP,
			};

			world_tap_hour(e, &transfer,
				       world_local_hour(e->world, day, local),
				       &random);
		}
	}
}

/* A job: 'bytes' to a peer, beginning at 'local' o'clock, some hours. */
static void
emit_job(struct emission *e, uint32_t day, uint32_t local, double hours,
	 enum peer_set peers, double out, double in, struct random *random)
{
	struct transfer transfer = {
	    .peer = world_pick(e, peers, day, random),
	    .out = out,
	    .in = in,
	    .port = 443,
	    .protocol = TCP,
	};

	transfer.start_ns = e->world->opts.start_ns +
			    world_local_hour(e->world, day, local) * HOUR_NS +
			    random_below(random, 1800) * NS_PER_S;
	transfer.end_ns =
	    transfer.start_ns + (int64_t)(hours * 3600) * NS_PER_S;
	world_tap(e, &transfer, random);
}

/*
 * Backup: half of the hosts with a job run it nightly and in full once a
 * week, a quarter weekly only, a quarter not to the outside. A host that is
 * switched off at night does it at 16 o'clock.
 */
static void
emit_backup(struct emission *e, uint32_t day)
{
	struct random fixed = random_at(e->key, STREAM_BACKUP, UINT64_MAX);
	struct random random = random_at(e->key, STREAM_BACKUP, day);
	const double kind = random_unit(&fixed);
	const uint32_t full_on = random_below(&fixed, 7);
	const int off = e->host->noise == WORLD_NOISE_SILENT_NIGHTS;
	const uint32_t local = off ? 16 : (22 + random_below(&fixed, 6)) % 24;
	const uint32_t weekday = e->world->hours[day * 24 + 12].weekday;
	const int full = weekday == (off ? 4 : full_on);
	double bytes = e->role->nightly_bytes;

	if (e->host->role != WORLD_BACKUP_SERVER &&
	    (kind > 0.75 || (kind > 0.5 && !full)))
		return;
	if (full)
		bytes = e->role->weekly_bytes;
	bytes *= side_gain(e);
	if (bytes <= 0)
		return;
	bytes = random_lognormal(&random, bytes, full ? 0.3 : 0.5);
	emit_job(e, day, local, full ? 2.5 : 1, PEERS_CLOUD, bytes,
		 bytes * 0.02, &random);
}

static void
emit_month(struct emission *e, uint32_t day)
{
	struct random random = random_at(e->key, STREAM_MONTH, day);
	const double bytes =
	    random_lognormal(&random, e->role->month_bytes * side_gain(e), 0.4);

	if (bytes > 0 && e->world->hours[day * 24 + 12].month_end)
		emit_job(e, day, 10, 0.8, PEERS_REGULAR, bytes, bytes * 0.05,
			 &random);
}

/* Updates: a look every day, a heap once a week; sent are requests and
 * acknowledgements, about a hundredth of what comes. */
static void
emit_update(struct emission *e, uint32_t day)
{
	struct random random = random_at(e->key, STREAM_UPDATE, day);
	const uint32_t local = random_below(&random, 24);
	const int off = e->host->noise == WORLD_NOISE_SILENT_NIGHTS;
	const double gain = e->noise->side;
	const double heap = random_lognormal(&random, 60 * MB * gain, 0.7);

	if (e->host->role == WORLD_PRINTER)
		return;
	emit_job(e, day, local, 0.01, PEERS_UPDATE,
		 random_lognormal(&random, 6e3, 0.4), 90e3, &random);
	if (e->world->hours[day * 24 + 12].weekday == 2)
		emit_job(e, day, off ? 12 : 3, 0.3, PEERS_UPDATE, heap * 0.01,
			 heap, &random);
}

void
world_jobs(struct emission *e)
{
	for (uint32_t day = e->from; day < e->until; day++) {
		emit_backup(e, day);
		emit_month(e, day);
		emit_update(e, day);
	}
}

/*
 * What ticks: NTP of all hosts, ICMP of every second, queries to a public
 * resolver of every third. One row in three hours, as sensors make of UDP
 * that never stays silent for long.
 */
static void
emit_tick(struct emission *e, uint32_t hour, enum peer_set set, uint64_t slot,
	  uint8_t protocol, uint16_t port, double out, struct random *random)
{
	const double bytes = random_lognormal(random, out * 3, 0.25);
	struct transfer transfer = {
	    .peer = world_peer(e, set, slot, hour / 24),
	    .out = bytes,
	    .in = bytes * (port == 53 ? 2.5 : 1),
	    .port = port,
	    .protocol = protocol,
	};

	transfer.start_ns = e->world->opts.start_ns + hour * HOUR_NS +
			    random_below(random, 600) * NS_PER_S;
	transfer.end_ns = transfer.start_ns + 3 * HOUR_NS -
			  random_below(random, 600) * NS_PER_S;
	world_tap(e, &transfer, random);
}

void
world_constant(struct emission *e)
{
	struct random fixed = random_at(e->key, STREAM_CONSTANT, UINT64_MAX);
	const uint32_t slot = random_below(&fixed, 4);
	const int pings = random_chance(&fixed, 0.5);
	const int asks = random_chance(&fixed, 0.33);

	for (uint32_t day = e->from; day < e->until; day++) {
		struct random random = random_at(e->key, STREAM_CONSTANT, day);

		for (uint32_t h = day * 24; h < day * 24 + 24; h += 3) {
			emit_tick(e, h, PEERS_NTP, slot, UDP, 123, 380,
				  &random);
			if (pings)
				emit_tick(e, h, PEERS_GATEWAY, slot % 2, ICMP,
					  0, 1000, &random);
			if (asks)
				emit_tick(e, h, PEERS_RESOLVER, slot % 2, UDP,
					  53, 900, &random);
		}
	}
}

/*
 * Connections that last: one begins every three days on average in a slot
 * of its own and lasts 6 hours to 8 days; bytes flow evenly. What began in
 * the 9 days before the world is seen from its first hour on.
 */
#define LONG_BEFORE 9

static void
emit_long(struct emission *e, int64_t day)
{
	struct random random = random_at(e->key, STREAM_LONG, (uint64_t)day);
	const int begins = random_chance(&random, 1.0 / 3);
	const double hours = 6 * random_exp(random_unit(&random) * 3.4);
	const double rate = random_lognormal(
	    &random, e->role->long_per_hour * e->noise->side, 0.5);
	const int vpn = e->host->role == WORLD_VPN_SERVER;
	struct transfer transfer = {
	    .out = rate * hours * e->host->scale,
	    .in = rate * hours * e->host->scale,
	    .port = vpn ? 4500 : 443,
	    .protocol = vpn ? UDP : TCP,
	    .pull = (uint8_t)vpn,
	};

	if (!begins || rate <= 0)
		return;
	transfer.peer = world_peer(e, vpn ? PEERS_REGULAR : PEERS_SAAS,
				   random_below(&random, 16), 0);
	transfer.start_ns = e->world->opts.start_ns + day * DAY_NS +
			    (int64_t)random_below(&random, 86400) * NS_PER_S;
	transfer.end_ns =
	    transfer.start_ns + (int64_t)(hours * 3600) * NS_PER_S;
	world_tap(e, &transfer, &random);
}

void
world_long(struct emission *e)
{
	const int64_t from = e->from == 0 ? -LONG_BEFORE : (int64_t)e->from;

	if (e->host->noise == WORLD_NOISE_SILENT_NIGHTS)
		return;
	for (int64_t day = from; day < (int64_t)e->until; day++)
		emit_long(e, day);
}

/* The scanner looks at the site's own services from inside every week, and
 * at those that it rents outside: 60 machines, a third of them inside. */
static void
emit_look(struct emission *e, uint32_t day, uint32_t i, struct random *random)
{
	struct transfer transfer = {
	    .peer = world_peer(e, PEERS_OWN, 100 + i, day),
	    .port = i % 3 ? 443 : 22,
	    .protocol = TCP,
	    .inside = i % 3 == 1,
	};

	transfer.out = random_lognormal(random, 150e3, 0.3);
	transfer.in = random_lognormal(random, 300e3, 0.5);
	if (transfer.inside)
		transfer.peer = world_host_address(
		    (enum world_role)(i % WORLD_SCANNER), i / WORLD_SCANNER);
	world_tap_hour(e, &transfer, world_local_hour(e->world, day, 1 + i % 4),
		       random);
}

void
world_scan(struct emission *e)
{
	if (e->host->role != WORLD_SCANNER)
		return;
	for (uint32_t day = e->from; day < e->until; day++) {
		struct random random = random_at(e->key, STREAM_SCAN, day);

		if (e->world->hours[day * 24 + 12].weekday != 3)
			continue;
		for (uint32_t i = 0; i < 60; i++)
			emit_look(e, day, i, &random);
	}
}
