/* SPDX-License-Identifier: BSD-3-Clause */
/* leak_case.h - a leak, emitted into sums that tests look at. */
#ifndef TESTS_BENCH_LEAK_CASE_H
#define TESTS_BENCH_LEAK_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "detection/inject.h"

#define LEAK_DAY_NS (INT64_C(86400) * 1000000000)
#define LEAK_HOUR_NS (INT64_C(3600) * 1000000000)

/* Monday, 2 March 2026, 0 h UTC; the clocks change on 29 March. */
#define LEAK_START_NS (INT64_C(1772409600) * 1000000000)

#define LEAK_PEERS_MAX 2048
#define LEAK_HOURS_MAX (60 * 24)

/* struct leak_sums: what a leak looks like from its host (or 'via'). */
struct leak_sums {
	struct seep_address host;
	/* inside: its traffic with this address is left out. */
	struct seep_address inside;
	uint64_t out;
	uint64_t in;
	uint64_t flows;
	/* opened: flows that the host opened. */
	uint64_t opened;
	uint64_t outside_times; /* flows that leave [start, end) */
	uint64_t by_hour[LEAK_HOURS_MAX];
	struct seep_address peers[LEAK_PEERS_MAX];
	size_t peers_count;
	int64_t start_ns;
	int64_t end_ns;
};

struct seep_address
leak_address(const char *text);

/* leak_opts(): a leak of 'days' days and 'rate' bytes a day. */
struct inject_opts
leak_opts(enum inject_pattern pattern, uint64_t rate, uint32_t days);

/* leak_emit() runs inject() and sums up what 'host' sends and receives. */
int
leak_emit(const struct inject_opts *opts, const struct seep_address *host,
	  struct leak_sums *sums);

#endif
