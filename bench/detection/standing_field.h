/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * standing_field.h - a site fed, and every channel that stands in it read.
 */
#ifndef BENCH_DETECTION_STANDING_FIELD_H
#define BENCH_DETECTION_STANDING_FIELD_H

#include <seep/engine.h>

#include "detect/standing.h"
#include "detection/standing_site.h"
#include "detection/world.h"

#define FIELD_DAY_NS (INT64_C(86400) * 1000000000)

struct field_opts {
	uint64_t seed;
	uint32_t days;
	uint32_t servers;
	uint32_t hosts;
	/* world: servers are those of world.h. */
	int world;
};

struct field {
	struct standing_site site;
	struct world *world; /* or NULL */
	struct seep_site *where;
	struct seep__mem *mem;
	struct seep_snapshot *snapshot;
	struct seep__arena arena;
	struct seep__case view;
	struct seep__entities entities;
	struct seep__popularity popularity;
	struct seep__stands stands;
	double seconds; /* to read the candidates */
};

#define FIELD_BATCH 1024

/* struct feed: flows on their way into an engine. */
struct feed {
	struct seep_engine *engine;
	struct seep_flow flows[FIELD_BATCH];
	size_t count;
};

/* must() ends the program with a message when something failed. */
void
must(int ok, const char *what);

void
feed_open(struct feed *feed, const struct seep_site *where);

/* feed_take() is a standing_emit_fn, a world_emit_fn, an inject_emit_fn. */
int
feed_take(void *feed, const struct seep_flow *flow);

struct seep_snapshot *
feed_close(struct feed *feed);

void
field_open(struct field *field, const struct field_opts *opts);

void
field_close(struct field *field);

/* field_open_case() reads field->snapshot: calendar, entities, popularity;
 * memory from field->arena. */
void
field_open_case(struct field *field);

/* field_emit() feeds all flows of a host. */
void
field_emit(const struct field *field, uint32_t host, struct feed *feed);

struct seep_address
field_address(const struct field *field, uint32_t host);

const char *
field_name(const struct field *field, uint32_t host);

/* field_is_public(): does the host answer the public? */
int
field_is_public(const struct field *field, uint32_t host);

/* field_host() returns the index of an address in a snapshot, field_entity()
 * that of the entity of a host of field->snapshot. */
size_t
field_host(const struct seep_snapshot *snapshot,
	   const struct seep_address *address);

size_t
field_entity(const struct field *field, size_t host);

#endif
