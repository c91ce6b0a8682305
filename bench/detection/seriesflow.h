/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seriesflow.h - a series told as flows.
 *
 * Addresses  host k is 10.x.y.z with xyz = k + 1; the peers that stand for
 *            everybody are 198.18.0.1 and up (RFC 2544, nobody's).
 * One flow   per host, covered hour and peer, from the hour's first second
 *            to its last, so that it lies inside one bin. Bytes are dealt
 *            out over peers in shares 1 : 1/2 : 1/3 ..., the rest to the
 *            first. TCP to 443 that the host opened, or to its port 80 where
 *            the site is pulled from.
 * Zero       a covered hour without a byte still shows the peer's 40 bytes:
 *            it was seen, and nothing came. A gap or a hole has no flow. To
 *            the tool a hole of one host among others is an hour without a
 *            byte; series_holes() counts them.
 */
#ifndef BENCH_DETECTION_SERIESFLOW_H
#define BENCH_DETECTION_SERIESFLOW_H

#include <seep/flow.h>

#include "detection/series.h"

#define SERIESFLOW_PEERS_MAX 65536

typedef int (*seriesflow_fn)(void *context, const struct seep_flow *flow);

/* seriesflow_host() is the address of a host. */
struct seep_address
seriesflow_host(size_t host);

/* seriesflow_index() is its inverse; SIZE_MAX = no such host. */
size_t
seriesflow_index(const struct seep_address *address);

/*
 * seriesflow_emit() gives the flows of one host, hours ascending.
 *
 * Returns 0, or what 'emit' returned.
 */
int
seriesflow_emit(const struct series *series, size_t host, size_t peers,
		seriesflow_fn emit, void *context);

/*
 * seriesflow_emit_extra() gives flows that add outbound bytes to a host's
 * covered hours, to the same peers in the same shares.
 *
 * 'extra'  'hours' values; what falls into a gap or a hole is not seen.
 */
int
seriesflow_emit_extra(const struct series *series, size_t host, size_t peers,
		      const uint64_t *extra, seriesflow_fn emit, void *context);

#endif
