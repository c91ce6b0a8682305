/* SPDX-License-Identifier: BSD-3-Clause */
/* New persistent transfers: all that tells a changing world from a steady
 * one. */
#include <assert.h>
#include <stdlib.h>

#include "detection/world_parts.h"

#define DAYS_PER_YEAR 365.25

/*
 * A fifth of a host's changes are the site's: an event reaches every host
 * with probability one half, whoever else is in the world, so that a host
 * does not depend on the others. 'shared' tells how many it reached.
 */
#define SHARED_PART 0.2
#define SHARED_REACH 0.5

static int
can_change(const struct world_host *host, int shared)
{
	switch (host->role) {
	case WORLD_FILE_SERVER:
	case WORLD_WEB_SERVER:
	case WORLD_ARCHIVES:
	case WORLD_MAIL_SERVER:
	case WORLD_BACKUP_SERVER:
	case WORLD_VPN_SERVER:
		return 1;
	case WORLD_WORKSTATION:
		return shared;
	default:
		return 0;
	}
}

/* About what the host sends on a day. */
static double
day_bytes(const struct world_host *host)
{
	if (host->role == WORLD_ARCHIVES)
		return 61000 * MB * host->scale;
	return world_noises[host->noise].day_bytes *
	       world_roles[host->role].gain * host->scale;
}

/*
 * Sizes: from a two-hundredth to one half of what the host sends, evenly in
 * ln: most are small, as are leaks.
 */
static int
add_change(struct world *world, size_t host, uint64_t key)
{
	struct random random = random_at(key, STREAM_CHANGE, 0);
	const double part =
	    0.005 * random_exp(random_unit(&random) * random_ln(100));
	const uint64_t draw = random_next(&random);
	const uint32_t hour = random_below(&random, world->opts.days * 24);
	const size_t at = world->changes_count;
	struct world_change *changes;
	struct change_plan *plans;

	changes = realloc(world->changes, (at + 1) * sizeof(*changes));
	if (!changes)
		return -1;
	world->changes = changes;
	plans = realloc(world->plans, (at + 1) * sizeof(*plans));
	if (!plans)
		return -1;
	world->plans = plans;
	plans[at].key = key;
	plans[at].kind = (enum change_kind)random_below(&random, CHANGE_KINDS);
	/* A host that is switched off at night has office hours only. */
	if (world->hosts[host].noise == WORLD_NOISE_SILENT_NIGHTS)
		plans[at].kind = CHANGE_SAAS;
	changes[at].host = host;
	changes[at].start_ns = world->opts.start_ns + hour * HOUR_NS;
	changes[at].bytes_per_day =
	    (uint64_t)(part * day_bytes(&world->hosts[host]));
	changes[at].peer = world_public_address(draw);
	changes[at].shared = 1;
	world->changes_count++;
	return 0;
}

static int
draw_shared(struct world *world, double years)
{
	struct random random = random_at(world->key, STREAM_SHARED, 0);
	const double rate =
	    world->opts.changes_per_year * SHARED_PART / SHARED_REACH * years;
	const uint32_t events = random_poisson(&random, rate);

	for (uint32_t event = 0; event < events; event++) {
		const uint64_t key =
		    random_key(world->key, STREAM_SHARED, event + 1);
		const size_t first = world->changes_count;

		for (size_t h = 0; h < world->hosts_count; h++) {
			struct random reach = random_at(
			    key, STREAM_HOST, world_host_key(world, h));

			if (can_change(&world->hosts[h], 1) &&
			    random_chance(&reach, SHARED_REACH) &&
			    add_change(world, h, key) != 0)
				return -1;
		}
		for (size_t c = first; c < world->changes_count; c++)
			world->changes[c].shared =
			    (uint32_t)(world->changes_count - first);
	}
	return 0;
}

static int
draw_single(struct world *world, size_t host, double years)
{
	const uint64_t key = world_host_key(world, host);
	struct random random = random_at(key, STREAM_CHANGE, 0);
	const double rate =
	    world->opts.changes_per_year * (1 - SHARED_PART) * years;
	uint32_t count = random_poisson(&random, rate);

	if (!can_change(&world->hosts[host], 0))
		return 0;
	for (; count > 0; count--)
		if (add_change(world, host,
			       random_key(key, STREAM_CHANGE, count)) != 0)
			return -1;
	return 0;
}

int
world_changes_draw(struct world *world)
{
	const double years = world->opts.days / DAYS_PER_YEAR;

	if (world->opts.family != WORLD_CHANGING)
		return 0;
	if (draw_shared(world, years) != 0)
		return -1;
	for (size_t h = 0; h < world->hosts_count; h++)
		if (draw_single(world, h, years) != 0)
			return -1;
	return 0;
}

/* change_hours(): the UTC hours of a day in which it sends; how many. */
static uint32_t
change_hours(const struct emission *e, enum change_kind kind, uint32_t day,
	     uint32_t *hours)
{
	uint32_t count = 0;

	for (uint32_t hour = day * 24; hour < day * 24 + 24; hour++) {
		const uint32_t local = e->world->hours[hour].local;
		const int sends =
		    kind == CHANGE_MONITORING ||
		    (kind == CHANGE_BACKUP && local == 23) ||
		    (kind != CHANGE_BACKUP && world_is_working(e->world, hour));

		if (sends)
			hours[count++] = hour;
	}
	return count;
}

/* Office transfers rest on rest days: 1.45 = 365 / 252 makes up for it. */
static double
day_factor(enum change_kind kind)
{
	return kind == CHANGE_SAAS || kind == CHANGE_MIGRATION ? 1.45 : 1;
}

static void
emit_change(struct emission *e, const struct world_change *change,
	    const struct change_plan *plan, uint32_t day)
{
	struct random random =
	    random_at(random_key(plan->key, 0, e->key), STREAM_CHANGE_DAY, day);
	const double sigma = plan->kind == CHANGE_MONITORING ? 0.05 : 0.4;
	const double bytes =
	    random_lognormal(&random,
			     (double)change->bytes_per_day *
				 random_exp(-sigma * sigma / 2),
			     sigma) *
	    day_factor(plan->kind);
	uint32_t hours[24];
	const uint32_t count = change_hours(e, plan->kind, day, hours);

	for (uint32_t i = 0; i < count; i++) {
		struct transfer transfer = {
		    .peer = change->peer,
		    .out = bytes / count,
		    .in = bytes / count * 0.1,
		    .port = 443,
		    .protocol = TCP,
		};

		if (plan->kind == CHANGE_MIGRATION && i % 2)
			transfer.peer.bytes[15] ^= 1;
		if (e->world->opts.start_ns + hours[i] * HOUR_NS >=
		    change->start_ns)
			world_tap_hour(e, &transfer, hours[i], &random);
	}
}

void
world_changed(struct emission *e)
{
	const struct world *world = e->world;

	for (size_t c = 0; c < world->changes_count; c++) {
		if (world->changes[c].host != e->index)
			continue;
		for (uint32_t day = e->from; day < e->until; day++)
			emit_change(e, &world->changes[c], &world->plans[c],
				    day);
	}
}
