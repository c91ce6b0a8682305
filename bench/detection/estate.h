/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estate.h - one made-up site, fed and ready for trials.
 *
 * What is slow is done once: the world's flows are fed to an engine, and a
 * snapshot of it serves every trial on every host of the site. A trial feeds
 * its leak to an engine of its own, and detection reads both as if merged.
 */
#ifndef BENCH_DETECTION_ESTATE_H
#define BENCH_DETECTION_ESTATE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>
#include <seep/site.h>
#include <seep/snapshot.h>

#include "detection/inject.h"
#include "detection/world.h"

#define ESTATE_DAY_NS (INT64_C(86400) * 1000000000)
#define ESTATE_HOUR_NS (INT64_C(3600) * 1000000000)
#define ESTATE_USED_MAX 32

/* A peer is called rare here when at most this many hosts met it. */
#define ESTATE_RARE_HOSTS 3

struct estate_host {
	struct world_host world;
	/* mean_out: crossing outbound bytes a day over the history. */
	double mean_out;
	/* mean_rare: those to peers that at most ESTATE_RARE_HOSTS hosts of
	 * the site met in the history (new ones are among them). */
	double mean_rare;
	struct inject_peer used[ESTATE_USED_MAX];
	size_t used_count;
	double shape[168];
	/* factor: what the world's bytes were multiplied by. */
	double factor;
	/* flows: crossing ones, if kept, in the world's order. */
	struct seep_flow *flows;
	size_t flows_count;
	size_t flows_room;
};

struct estate_opts {
	struct world_opts world;
	/* history: days before any leak. */
	uint32_t history;
	/* factor: of all bytes; 0 = 1. */
	double factor;
	/* mean_out: bytes a day that every server is scaled to; 0 = as is. */
	double mean_out;
	/* keep_flows: of hosts that are no workstation. */
	int keep_flows;
	/* names: the hosts ask for names too (names.h). */
	int names;
};

struct estate {
	struct estate_opts opts;
	struct world *world;
	struct seep_site *site;
	struct seep_snapshot *base;
	struct estate_host *hosts;
	size_t hosts_count;
};

/* estate_new() returns NULL when memory is short or feeding failed. */
struct estate *
estate_new(const struct estate_opts *opts);

void
estate_free(struct estate *estate);

/* estate_is_server(): is the host one that leaks are tried on? */
int
estate_is_server(const struct estate *estate, size_t host);

/* estate_find() returns the index of the first host of a role, or the
 * number of hosts. */
size_t
estate_find(const struct estate *estate, enum world_role role);

/* estate_at() returns the start of day 'day' in nanoseconds. */
int64_t
estate_at(const struct estate *estate, uint32_t day);

#endif
