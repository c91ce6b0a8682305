/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host.h - a file server that leaks, and floods the ledger to hide it.
 *
 * Shape     FLOOD_DAYS days. On every one the host serves FLOOD_CLIENTS
 *           outside peers in its own hours. From day FLOOD_START on it sends
 *           FLOOD_LEAK_PER_DAY bytes a day to FLOOD_LEAK_PEERS peers that it
 *           never had, and one small packet each to as many random peers as
 *           asked for, three of four of them IPv4.
 * Order     of time; a function of the seed alone.
 */
#ifndef SEEP_BENCH_FLOOD_HOST_H
#define SEEP_BENCH_FLOOD_HOST_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>
#include <seep/flow.h>

#define FLOOD_DAYS 60
#define FLOOD_START 30
#define FLOOD_CLIENTS 200
#define FLOOD_LEAK_PEERS 4
#define FLOOD_LEAK_PER_DAY 20000000
#define FLOOD_BATCH 1024

struct flood {
	uint64_t flows;  /* of the flood, in all */
	uint64_t random; /* state */
	uint32_t hour;   /* since the first */
	uint32_t client; /* next of the hour's clients */
	uint32_t leak;   /* next of the hour's leaking flows */
	uint64_t sent;   /* flows of the flood */
	uint64_t bytes_out;
	uint64_t leak_bytes;
	uint64_t flood_bytes;
};

void
flood_init(struct flood *flood, uint64_t flows, uint64_t seed);

/*
 * flood_next() writes up to FLOOD_BATCH flows and returns how many; 0 at the
 * end. '*is_flood' says whether they are the flood's.
 */
size_t
flood_next(struct flood *flood, struct seep_flow *flows, int *is_flood);

/* flood_host() and flood_leak_peer() are the ends of the leak. */
struct seep_address
flood_host(void);

struct seep_address
flood_leak_peer(unsigned which);

#endif
