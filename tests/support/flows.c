/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/flows.h"

#include <stdlib.h>
#include <string.h>

#include "support/random.h"

struct seep_address
test_address(const char *text)
{
	struct seep_address address;

	if (seep_address_parse(text, strlen(text), &address) != SEEP_OK)
		abort();
	return address;
}

struct seep_network
test_network(const char *text)
{
	struct seep_network network;

	if (seep_network_parse(text, strlen(text), &network) != SEEP_OK)
		abort();
	return network;
}

struct seep_flow
test_flow(const char *orig, const char *resp, uint16_t port)
{
	struct seep_flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.start_ns = TEST_START_NS;
	flow.end_ns = TEST_START_NS + SEC;
	flow.orig = test_address(orig);
	flow.resp = test_address(resp);
	flow.bytes_orig = 1000;
	flow.bytes_resp = 500;
	flow.packets_orig = 10;
	flow.packets_resp = 5;
	flow.port_orig = 40000;
	flow.port_resp = port;
	flow.protocol = 6;
	flow.opener = SEEP_OPENER_ORIG;
	flow.opener_basis = SEEP_OPENER_BY_SYN;
	return flow;
}

struct seep_flow
test_flow_swapped(const struct seep_flow *flow)
{
	struct seep_flow swapped = *flow;

	swapped.orig = flow->resp;
	swapped.resp = flow->orig;
	swapped.port_orig = flow->port_resp;
	swapped.port_resp = flow->port_orig;
	swapped.bytes_orig = flow->bytes_resp;
	swapped.bytes_resp = flow->bytes_orig;
	swapped.packets_orig = flow->packets_resp;
	swapped.packets_resp = flow->packets_orig;
	swapped.missed_orig = flow->missed_resp;
	swapped.missed_resp = flow->missed_orig;
	if (flow->opener == SEEP_OPENER_ORIG)
		swapped.opener = SEEP_OPENER_RESP;
	else if (flow->opener == SEEP_OPENER_RESP)
		swapped.opener = SEEP_OPENER_ORIG;
	return swapped;
}

void
test_flows_add(struct test_flows *flows, const struct seep_flow *flow)
{
	if (flows->count == flows->room) {
		flows->room = flows->room > 0 ? flows->room * 2 : 64;
		flows->at =
		    realloc(flows->at, flows->room * sizeof(flows->at[0]));
		if (flows->at == NULL)
			abort();
	}
	flows->at[flows->count++] = *flow;
}

void
test_flows_every(struct test_flows *flows, const struct seep_flow *flow,
		 int64_t gap_ns, size_t count)
{
	struct seep_flow copy = *flow;

	for (size_t i = 0; i < count; i++) {
		test_flows_add(flows, &copy);
		copy.start_ns += gap_ns;
		copy.end_ns += gap_ns;
	}
}

void
test_flows_shuffle(struct test_flows *flows, uint64_t seed)
{
	for (size_t i = flows->count; i > 1; i--) {
		size_t j = (size_t)test_random_below(&seed, i);
		struct seep_flow other = flows->at[j];

		flows->at[j] = flows->at[i - 1];
		flows->at[i - 1] = other;
	}
}

void
test_flows_clear(struct test_flows *flows)
{
	free(flows->at);
	memset(flows, 0, sizeof(*flows));
}
