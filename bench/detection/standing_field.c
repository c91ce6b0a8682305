/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/standing_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 2026-03-02, a Monday. */
#define MONDAY_NS (INT64_C(1772409600) * 1000000000)

void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "seep-standing: %s failed\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec at;

	timespec_get(&at, TIME_UTC);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void
flush(struct feed *feed)
{
	must(seep_engine_feed(feed->engine, feed->flows, feed->count, NULL) ==
		 SEEP_OK,
	     "feeding");
	feed->count = 0;
}

int
feed_take(void *context, const struct seep_flow *flow)
{
	struct feed *feed = context;

	feed->flows[feed->count++] = *flow;
	if (feed->count == FIELD_BATCH)
		flush(feed);
	return 0;
}

void
feed_open(struct feed *feed, const struct seep_site *where)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;

	memset(feed, 0, sizeof(*feed));
	opts.site = where;
	must(seep_engine_new(&feed->engine, &opts, NULL) == SEEP_OK, "engine");
}

struct seep_snapshot *
feed_close(struct feed *feed)
{
	struct seep_snapshot *snapshot;

	flush(feed);
	must(seep_engine_snapshot(feed->engine, &snapshot) == SEEP_OK,
	     "snapshot");
	seep_engine_free(feed->engine);
	return snapshot;
}

void
field_open_case(struct field *field)
{
	struct seep__case *view = &field->view;

	memset(view, 0, sizeof(*view));
	view->mem = field->mem;
	view->snapshot = field->snapshot;
	view->site = field->where;
	view->coverage = seep_snapshot_coverage(field->snapshot);
	view->hour_until = UINT32_MAX;
	view->out = &field->arena;
	must(seep__calendar_init(&view->calendar, view->snapshot, 0, UINT32_MAX,
				 &field->arena) == SEEP_OK,
	     "calendar");
	must(seep__entities_init(&field->entities, view, &field->arena) ==
		 SEEP_OK,
	     "entities");
	must(seep__popularity_init(&field->popularity, view, 0,
				   &field->arena) == SEEP_OK,
	     "popularity");
}

static void
read_stands(struct field *field)
{
	const struct seep__entities *entities = &field->entities;
	const double begin = now();

	must(seep__stands_init(&field->stands, &field->view, entities,
			       &field->popularity, &field->arena) == SEEP_OK,
	     "stands");
	for (size_t e = 0; e < entities->count; e++)
		for (size_t h = entities->first[e]; h < entities->first[e + 1];
		     h++)
			must(seep__stands_add(&field->stands, e,
					      entities->hosts[h]) == SEEP_OK,
			     "reading");
	field->seconds = now() - begin;
}

/* The servers of an administration, in the bench's own world. */
static struct world *
open_world(const struct standing_site *site)
{
	struct world_opts opts = {.seed = site->seed,
				  .start_ns = site->start_ns,
				  .days = site->days,
				  .noise = WORLD_NOISE_COUNT};
	const uint32_t n = site->servers;

	opts.hosts[WORLD_WEB_SERVER] = n * 8 / 50;
	opts.hosts[WORLD_ARCHIVES] = n / 50;
	opts.hosts[WORLD_MAIL_SERVER] = n * 6 / 50;
	opts.hosts[WORLD_BACKUP_SERVER] = n * 6 / 50;
	opts.hosts[WORLD_VPN_SERVER] = n * 4 / 50;
	for (int r = 0; r < WORLD_ROLE_COUNT; r++)
		opts.hosts[WORLD_FILE_SERVER] -= opts.hosts[r];
	opts.hosts[WORLD_FILE_SERVER] += n;
	return world_new(&opts);
}

struct seep_address
field_address(const struct field *field, uint32_t host)
{
	size_t count;

	if (field->world && host < field->site.servers)
		return world_hosts(field->world, &count)[host].address;
	return standing_address(&field->site, host);
}

const char *
field_name(const struct field *field, uint32_t host)
{
	size_t count;

	if (!field->world)
		return standing_kind_name(standing_kind_of(&field->site, host));
	return world_role_name(world_hosts(field->world, &count)[host].role);
}

/* Does it answer the public? */
int
field_is_public(const struct field *field, uint32_t host)
{
	size_t count;

	if (!field->world)
		return standing_kind_of(&field->site, host) == STANDING_WEB;
	return world_hosts(field->world, &count)[host].role == WORLD_WEB_SERVER;
}

void
field_emit(const struct field *field, uint32_t host, struct feed *feed)
{
	if (field->world && host < field->site.servers)
		world_emit(field->world, host, 0, field->site.days, feed_take,
			   feed);
	else
		standing_emit(&field->site, host, feed_take, feed);
}

void
field_open(struct field *field, const struct field_opts *opts)
{
	struct feed feed;

	memset(field, 0, sizeof(*field));
	field->site.seed = opts->seed;
	field->site.days = opts->days;
	/* Another day of the week for each site. */
	field->site.start_ns =
	    MONDAY_NS + (int64_t)(opts->seed % 7) * FIELD_DAY_NS;
	field->site.servers = opts->servers;
	field->site.hosts = opts->hosts;
	must(seep_site_new(&field->where, NULL) == SEEP_OK, "site");
	must(seep__mem_new(&field->mem, NULL, 0) == SEEP_OK, "memory");
	seep__arena_init(&field->arena, field->mem);
	feed_open(&feed, field->where);
	if (opts->world)
		must((field->world = open_world(&field->site)) != NULL,
		     "the world");
	for (uint32_t h = 0; h < field->site.hosts; h++)
		field_emit(field, h, &feed);
	field->snapshot = feed_close(&feed);
	field_open_case(field);
	read_stands(field);
}

void
field_close(struct field *field)
{
	seep__stands_clear(&field->stands);
	seep__arena_clear(&field->arena);
	seep_snapshot_free(field->snapshot);
	seep_site_free(field->where);
	seep__mem_unref(field->mem);
	world_free(field->world);
}

size_t
field_host(const struct seep_snapshot *snapshot,
	   const struct seep_address *address)
{
	size_t host = 0;

	while (host < seep__view_hosts(snapshot) &&
	       seep_address_compare(seep__view_host(snapshot, host), address) !=
		   0)
		host++;
	must(host < seep__view_hosts(snapshot), "finding the host");
	return host;
}

size_t
field_entity(const struct field *field, size_t host)
{
	const struct seep__entities *entities = &field->entities;

	for (size_t e = 0; e < entities->count; e++)
		for (size_t h = entities->first[e]; h < entities->first[e + 1];
		     h++)
			if (entities->hosts[h] == host)
				return e;
	must(0, "finding the entity");
	return 0;
}
