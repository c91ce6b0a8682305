/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * world_case.h - what the sensor saw of one host, added up.
 */
#ifndef TESTS_BENCH_WORLD_CASE_H
#define TESTS_BENCH_WORLD_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "detection/world.h"

#define CASE_HOUR_NS (INT64_C(3600) * 1000000000)
#define CASE_DAY_NS (24 * CASE_HOUR_NS)

/* 2024-01-01T00:00:00Z, a Monday. */
#define CASE_START_NS (INT64_C(1704067200) * 1000000000)

/* CLOSE() says which figure was out of its range. */
#define CLOSE(value, least, most)                                      \
	cr_assert((value) >= (least) && (value) <= (most),             \
		  "%s = %g is not in %g..%g", #value, (double)(value), \
		  (double)(least), (double)(most))

struct seen {
	struct seep_flow *flows;
	size_t count;
	size_t room;
	struct seep_address host;
	int64_t start_ns;
	uint32_t days;
	/* out: crossing outbound bytes by hour of the flow's start. */
	double *out;
};

/* case_opts() are those of a steady world with 'count' hosts of 'role'. */
struct world_opts
case_opts(uint64_t seed, uint32_t days, enum world_role role, uint32_t count);

/* case_see() makes all days of one host; aborts when memory is short. */
struct seen
case_see(const struct world *world, const struct world_opts *opts, size_t host);

void
case_clear(struct seen *seen);

/* case_is_out(): does orig lie at the host? case_peer(): the other end.
 * case_bytes_out(): what the host sent. */
int
case_is_push(const struct seen *seen, const struct seep_flow *flow);

const struct seep_address *
case_peer(const struct seen *seen, const struct seep_flow *flow);

uint64_t
case_bytes_out(const struct seen *seen, const struct seep_flow *flow);

/* case_compare() orders addresses, for qsort(). */
int
case_compare(const void *a, const void *b);

int
case_is_inside(const struct seep_address *address);

/* case_hash() depends on every field of every flow and on their order;
 * case_sum() not on their order, and adds up over parts. */
uint64_t
case_hash(const struct seen *seen);

uint64_t
case_sum(const struct seep_flow *flows, size_t count);

/* case_total(): crossing outbound bytes. */
double
case_total(const struct seen *seen);

#endif
