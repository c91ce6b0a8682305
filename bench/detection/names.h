/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.h - what the hosts of a site ask a resolver for, when nobody leaks.
 *
 * Traffic   domains that everybody asks for, by Zipf; long generated names
 *           below a few of them (content networks, reputation services); a
 *           few domains of a host's own, some of them new each week. Servers
 *           ask round the clock, workstations in working hours.
 *
 * The worlds of world.h hold the packets of queries but not their names;
 * these stand for the rows of a dns.log that a sensor inside writes.
 */
#ifndef BENCH_DETECTION_NAMES_H
#define BENCH_DETECTION_NAMES_H

#include <stdint.h>

#include <seep/flow.h>

#include "detection/world.h"

typedef int (*names_emit_fn)(void *context, const struct seep_flow *flow);

/*
 * names_emit() makes the queries of one host, 'days' days from 'start_ns', as
 * flows with SEEP_FLOW_NAME. Returns 0, or what 'emit' returned.
 */
int
names_emit(const struct world_host *host, uint64_t seed, int64_t start_ns,
	   uint32_t days, names_emit_fn emit, void *context);

#endif
