/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * standing_site.h - a site full of channels that stand day after day and are
 * no leak: what a leak older than the evidence has to be told from.
 *
 * Unlike world.h it makes the rival channels alone, hour by hour, so that
 * 10,000 hosts and 90 days fit: backups to a provider by night and by hour,
 * monitoring agents that few and that all servers run, heartbeats, tunnels
 * to branches, vendors' maintenance connections, mail relays' big peers,
 * probes and crawlers of web servers, partners, cloud sync, push connections
 * and NAS of workstations, updates, names and time.
 */
#ifndef BENCH_DETECTION_STANDING_SITE_H
#define BENCH_DETECTION_STANDING_SITE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

enum standing_kind {
	STANDING_FILE = 0,
	STANDING_APPLICATION,
	STANDING_WEB,
	STANDING_MAIL,
	STANDING_BACKUP,
	STANDING_VPN,
	STANDING_RESOLVER,
	STANDING_WORKSTATION
};

struct standing_site {
	uint64_t seed;
	int64_t start_ns;
	uint32_t days;
	uint32_t servers;
	uint32_t hosts; /* servers first */
};

typedef int (*standing_emit_fn)(void *context, const struct seep_flow *flow);

enum standing_kind
standing_kind_of(const struct standing_site *site, uint32_t host);

const char *
standing_kind_name(enum standing_kind kind);

struct seep_address
standing_address(const struct standing_site *site, uint32_t host);

/* standing_emit() makes all flows of a host, in no order. Returns 0, or what
 * 'emit' returned. */
int
standing_emit(const struct standing_site *site, uint32_t host,
	      standing_emit_fn emit, void *context);

#endif
