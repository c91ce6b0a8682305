/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/seriesflow.h"

#include <assert.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)
#define HOUR_S 3600

/* An IP packet with data, and one that only acknowledges. */
#define PACKET_BYTES 1500
#define EMPTY_PACKET_BYTES 40

static struct seep_address
make_v4(uint32_t value)
{
	struct seep_address address;

	memset(&address, 0, sizeof(address));
	address.bytes[10] = 0xff;
	address.bytes[11] = 0xff;
	for (int i = 0; i < 4; i++)
		address.bytes[12 + i] = (uint8_t)(value >> (24 - 8 * i));
	return address;
}

struct seep_address
seriesflow_host(size_t host)
{
	assert(host < 0xffffff);
	return make_v4(UINT32_C(0x0a000000) + (uint32_t)host + 1);
}

size_t
seriesflow_index(const struct seep_address *address)
{
	size_t value = 0;

	for (int i = 13; i < 16; i++)
		value = value << 8 | address->bytes[i];
	if (!seep_address_is_v4(address) || address->bytes[12] != 10)
		return SIZE_MAX;
	return value - 1;
}

static uint64_t
count_packets(uint64_t bytes)
{
	return (bytes + PACKET_BYTES - 1) / PACKET_BYTES;
}

/* set_ends() fills what all flows of a host share. */
static void
set_ends(struct seep_flow *flow, const struct series *series, size_t host)
{
	memset(flow, 0, sizeof(*flow));
	flow->protocol = 6;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = SEEP_OPENER_BY_SYN;
	flow->port_orig = 40000;
	flow->port_resp = series->pulled ? 80 : 443;
	if (series->pulled)
		flow->resp = seriesflow_host(host);
	else
		flow->orig = seriesflow_host(host);
}

static void
set_bytes(struct seep_flow *flow, int pulled, uint64_t out, uint64_t in)
{
	if (in < EMPTY_PACKET_BYTES)
		in = EMPTY_PACKET_BYTES;
	flow->bytes_orig = pulled ? in : out;
	flow->bytes_resp = pulled ? out : in;
	flow->packets_orig = count_packets(flow->bytes_orig);
	flow->packets_resp = count_packets(flow->bytes_resp);
}

/* sum_shares() is 1 + 1/2 + ... + 1/peers. */
static double
sum_shares(size_t peers)
{
	double sum = 0;

	for (size_t i = 1; i <= peers; i++)
		sum += 1.0 / (double)i;
	return sum;
}

/* emit_hour() deals one hour out, the last peer first, the rest to the
 * first one, so that the sum is exact. */
static int
emit_hour(struct seep_flow *flow, int pulled, size_t peers, uint64_t out,
	  uint64_t in, seriesflow_fn emit, void *context)
{
	double total = sum_shares(peers);
	uint64_t out_left = out;
	uint64_t in_left = in;

	for (size_t i = peers; i > 0; i--) {
		double share = 1.0 / ((double)i * total);
		uint64_t part_out = (uint64_t)((double)out * share);
		uint64_t part_in = (uint64_t)((double)in * share);
		struct seep_address peer =
		    make_v4(UINT32_C(0xc6120000) + (uint32_t)i);
		int rc;

		if (i == 1) {
			part_out = out_left;
			part_in = in_left;
		} else if (part_out == 0 && part_in == 0) {
			continue;
		}
		out_left -= part_out;
		in_left -= part_in;
		if (pulled)
			flow->orig = peer;
		else
			flow->resp = peer;
		set_bytes(flow, pulled, part_out, part_in);
		rc = emit(context, flow);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static void
set_time(struct seep_flow *flow, const struct series *series, size_t hour)
{
	int64_t start_s = ((int64_t)series->from_hour + (int64_t)hour) * HOUR_S;

	flow->start_ns = start_s * NS_PER_S;
	flow->end_ns = (start_s + HOUR_S - 1) * NS_PER_S;
}

int
seriesflow_emit(const struct series *series, size_t host, size_t peers,
		seriesflow_fn emit, void *context)
{
	struct seep_flow flow;
	int rc = 0;

	assert(peers > 0 && peers <= SERIESFLOW_PEERS_MAX);
	set_ends(&flow, series, host);
	for (size_t hour = 0; hour < series->hours && rc == 0; hour++) {
		uint64_t out, in;

		if (series_at(series, host, hour, &out, &in) != SERIES_COVERED)
			continue;
		set_time(&flow, series, hour);
		rc = emit_hour(&flow, series->pulled, peers, out, in, emit,
			       context);
	}
	return rc;
}

int
seriesflow_emit_extra(const struct series *series, size_t host, size_t peers,
		      const uint64_t *extra, seriesflow_fn emit, void *context)
{
	struct seep_flow flow;
	int rc = 0;

	assert(peers > 0 && peers <= SERIESFLOW_PEERS_MAX);
	set_ends(&flow, series, host);
	for (size_t hour = 0; hour < series->hours && rc == 0; hour++) {
		uint64_t out, in;

		if (extra[hour] == 0 ||
		    series_at(series, host, hour, &out, &in) != SERIES_COVERED)
			continue;
		set_time(&flow, series, hour);
		rc = emit_hour(&flow, series->pulled, peers, extra[hour], 0,
			       emit, context);
	}
	return rc;
}
