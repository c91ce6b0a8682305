/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flows.h - builders, so that a test shows only what matters to it.
 *
 *     struct test_flows flows = TEST_FLOWS_EMPTY;
 *     struct seep_flow drip = test_flow("10.0.0.1", "198.51.100.9", 443);
 *
 *     drip.bytes_orig = 500;
 *     test_flows_every(&flows, &drip, 60 * SEC, 1440);
 *     ... seep_engine_feed(engine, flows.at, flows.count, NULL) ...
 *     test_flows_clear(&flows);
 */
#ifndef TESTS_SUPPORT_FLOWS_H
#define TESTS_SUPPORT_FLOWS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>
#include <seep/flow.h>

#define SEC INT64_C(1000000000)
#define MINUTE (60 * SEC)
#define HOUR (3600 * SEC)
#define DAY (24 * HOUR)

/* 2026-03-02T00:00:00Z, a Monday: where the builders' time begins. */
#define TEST_START_NS (INT64_C(1772409600) * SEC)

struct test_flows {
	struct seep_flow *at;
	size_t count;
	size_t room;
};

#define TEST_FLOWS_EMPTY   \
	{                  \
		NULL, 0, 0 \
	}

/* test_address(), test_network() read text; abort on what is none. */
struct seep_address
test_address(const char *text);

struct seep_network
test_network(const char *text);

/*
 * test_flow() is a TCP flow that 'orig' opened from port 40000 at
 * TEST_START_NS, one second long, with 1,000 bytes in 10 packets out and
 * 500 bytes in 5 packets back. Change what matters.
 */
struct seep_flow
test_flow(const char *orig, const char *resp, uint16_t port);

/* test_flow_swapped() is the same flow told from the other end. */
struct seep_flow
test_flow_swapped(const struct seep_flow *flow);

void
test_flows_add(struct test_flows *flows, const struct seep_flow *flow);

/*
 * test_flows_every() adds 'count' copies of 'flow', each 'gap_ns' later than
 * the one before; the first is 'flow' itself.
 */
void
test_flows_every(struct test_flows *flows, const struct seep_flow *flow,
		 int64_t gap_ns, size_t count);

/* test_flows_shuffle() puts them into another order, the same per seed. */
void
test_flows_shuffle(struct test_flows *flows, uint64_t seed);

void
test_flows_clear(struct test_flows *flows);

#endif
