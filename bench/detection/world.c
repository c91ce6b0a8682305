/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "detection/calendar.h"
#include "detection/world_parts.h"

static int32_t
first_day(const struct world *world)
{
	return (int32_t)(world->opts.start_ns / DAY_NS);
}

/* The site closes on the Friday after Ascension Day. */
static int
is_bridge(int32_t day)
{
	return calendar_weekday(day) == 4 &&
	       calendar_is_public_holiday(day - 1);
}

static void
close_days(struct world *world)
{
	struct random random = random_at(world->key, STREAM_CLOSURE, 0);
	const int32_t first = first_day(world);
	uint32_t forced = 7 + random_below(&random, 21);
	int early = 0;

	for (uint32_t d = 0; d < world->opts.days + 2; d++) {
		const int32_t day = first + (int32_t)d;

		/* Two days a year, of about 250 on which people work. */
		world->closed[d] = calendar_is_public_holiday(day) ||
				   is_bridge(day) ||
				   random_chance(&random, 2.0 / 365);
		early |= d >= 1 && d < 28 && world->closed[d] &&
			 calendar_weekday(day) < 5;
	}
	/* History without a closure would make the first one news. */
	while (calendar_weekday(first + (int32_t)forced) >= 5)
		forced -= 2;
	if (!early && forced < world->opts.days)
		world->closed[forced] = 1;
}

static void
fill_hours(struct world *world)
{
	const int64_t start_s = world->opts.start_ns / NS_PER_S;

	for (uint32_t i = 0; i < world->opts.days * 24; i++) {
		const int64_t utc_s = start_s + (int64_t)i * CALENDAR_HOUR_S;
		const int64_t local_s = utc_s + calendar_offset_s(utc_s);
		const int32_t day = (int32_t)(local_s / CALENDAR_DAY_S);
		struct world_hour *hour = &world->hours[i];

		hour->local = (uint8_t)(local_s / CALENDAR_HOUR_S % 24);
		hour->weekday = (uint8_t)calendar_weekday(day);
		hour->rest =
		    hour->weekday >= 5 || world->closed[day - first_day(world)];
		hour->school = (uint8_t)calendar_is_school_holiday(day);
		hour->month_end = (uint8_t)calendar_is_month_end(day);
	}
}

static uint64_t
host_key(const struct world *world, enum world_role role, uint32_t index)
{
	return random_key(world->key, STREAM_HOST,
			  (uint64_t)role << 32 | index);
}

uint64_t
world_host_key(const struct world *world, size_t host)
{
	uint32_t index = (uint32_t)host;

	for (int role = 0; role < (int)world->hosts[host].role; role++)
		index -= world->opts.hosts[role];
	return host_key(world, world->hosts[host].role, index);
}

/* The mixture: half of the servers are of the office's two kinds. */
static enum world_noise
draw_noise(struct random *random)
{
	static const double share[WORLD_NOISE_COUNT] = {
	    [WORLD_NOISE_OFFICE] = 0.35,
	    [WORLD_NOISE_QUIET] = 0.2,
	    [WORLD_NOISE_ROUND_THE_CLOCK] = 0.1,
	    [WORLD_NOISE_SILENT_NIGHTS] = 0.1,
	    [WORLD_NOISE_BURSTS] = 0.1,
	    [WORLD_NOISE_TELEMETRY] = 0.05,
	    [WORLD_NOISE_REGIMES] = 0.1,
	};
	double left = random_unit(random);
	int noise = 0;

	while (noise + 1 < WORLD_NOISE_COUNT && left > share[noise])
		left -= share[noise++];
	return (enum world_noise)noise;
}

static int
takes_noise(enum world_role role)
{
	return role == WORLD_FILE_SERVER || role == WORLD_WEB_SERVER ||
	       role == WORLD_MAIL_SERVER || role == WORLD_BACKUP_SERVER ||
	       role == WORLD_VPN_SERVER;
}

/* Hosts differ by a factor of 2 (one sigma), with mean 1; the archives lie
 * evenly in ln between 20 and 200 GB a day, 61 being their 1. */
static double
draw_scale(enum world_role role, struct random *random)
{
	const double sigma = 0.69314718055994530942;

	if (role == WORLD_ARCHIVES)
		return 20.0 / 61 *
		       random_exp(random_unit(random) * random_ln(10));
	return random_lognormal(random, 1, sigma) *
	       random_exp(-sigma * sigma / 2);
}

static void
draw_hosts(struct world *world)
{
	struct world_host *host = world->hosts;

	for (int r = 0; r < WORLD_ROLE_COUNT; r++) {
		const enum world_role role = (enum world_role)r;

		for (uint32_t i = 0; i < world->opts.hosts[r]; i++, host++) {
			struct random random =
			    random_at(host_key(world, role, i), STREAM_HOST, 0);
			const enum world_noise mixed = draw_noise(&random);

			host->address = world_host_address(role, i);
			host->address6 = world_host_address6(role, i);
			host->role = role;
			host->scale = draw_scale(role, &random);
			host->noise = WORLD_NOISE_OFFICE;
			if (takes_noise(role))
				host->noise =
				    world->opts.noise < WORLD_NOISE_COUNT
					? world->opts.noise
					: mixed;
		}
	}
}

struct world *
world_new(const struct world_opts *opts)
{
	struct world *world = calloc(1, sizeof(*world));

	assert(opts->days > 0 && opts->days < 36500);
	assert(opts->start_ns >= 0 && opts->start_ns % DAY_NS == 0);
	if (!world)
		return NULL;
	world->opts = *opts;
	world->key = random_key(opts->seed, 0, 0);
	for (int r = 0; r < WORLD_ROLE_COUNT; r++)
		world->hosts_count += opts->hosts[r];
	world->hosts = calloc(world->hosts_count + 1, sizeof(*world->hosts));
	world->closed = calloc(opts->days + 2, sizeof(*world->closed));
	world->hours = calloc((size_t)opts->days * 24, sizeof(*world->hours));
	if (!world->hosts || !world->closed || !world->hours) {
		world_free(world);
		return NULL;
	}
	close_days(world);
	fill_hours(world);
	draw_hosts(world);
	if (world_changes_draw(world) != 0) {
		world_free(world);
		return NULL;
	}
	return world;
}

void
world_free(struct world *world)
{
	if (!world)
		return;
	free(world->hosts);
	free(world->closed);
	free(world->hours);
	free(world->changes);
	free(world->plans);
	free(world);
}

const struct world_host *
world_hosts(const struct world *world, size_t *count)
{
	*count = world->hosts_count;
	return world->hosts;
}

const struct world_change *
world_changes(const struct world *world, size_t *count)
{
	*count = world->changes_count;
	return world->changes;
}

int
world_is_holiday(const struct world *world, uint32_t day)
{
	assert(day < world->opts.days);
	return world->closed[day];
}

int32_t
world_offset_s(int64_t utc_ns)
{
	return calendar_offset_s(utc_ns / NS_PER_S);
}

const char *
world_role_name(enum world_role role)
{
	return world_roles[role].name;
}

const char *
world_noise_name(enum world_noise noise)
{
	return noise < WORLD_NOISE_COUNT ? world_noises[noise].name : "mixture";
}

static void
emit_all(struct emission *e)
{
	if (e->host->role == WORLD_WORKSTATION && e->world->opts.light) {
		world_light(e);
	} else {
		world_main(e);
		world_fresh(e);
		world_own(e);
		world_jobs(e);
		world_constant(e);
		world_long(e);
		world_scan(e);
		world_inside(e);
	}
	world_changed(e);
}

int
world_emit(const struct world *world, size_t host, uint32_t from,
	   uint32_t until, world_emit_fn emit, void *context)
{
	struct emission e = {
	    .world = world,
	    .from = from,
	    .until = until,
	    .emit = emit,
	    .context = context,
	};

	assert(host < world->hosts_count);
	assert(until <= world->opts.days);
	e.index = host;
	e.host = &world->hosts[host];
	e.role = &world_roles[e.host->role];
	e.noise = &world_noises[e.host->noise];
	e.key = world_host_key(world, host);
	emit_all(&e);
	return e.rc;
}
