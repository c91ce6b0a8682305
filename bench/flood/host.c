/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood/host.h"

#include <assert.h>
#include <string.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)
#define HOURS (FLOOD_DAYS * 24)

/* 2026-01-05, a Monday. */
#define EPOCH_NS (INT64_C(1767571200) * 1000000000)

/* What a packet of the flood counts: a SYN with options. */
#define FLOOD_PACKET 60

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct seep_address
make_v4(uint32_t v4)
{
	struct seep_address address = {{0}};

	address.bytes[10] = 0xff;
	address.bytes[11] = 0xff;
	address.bytes[12] = (uint8_t)(v4 >> 24);
	address.bytes[13] = (uint8_t)(v4 >> 16 & 0xff);
	address.bytes[14] = (uint8_t)(v4 >> 8 & 0xff);
	address.bytes[15] = (uint8_t)(v4 & 0xff);
	return address;
}

struct seep_address
flood_host(void)
{
	return make_v4(UINT32_C(0x0a020007)); /* 10.2.0.7 */
}

struct seep_address
flood_leak_peer(unsigned which)
{
	assert(which < FLOOD_LEAK_PEERS);
	return make_v4(UINT32_C(0xc6336400) + 7 + which); /* 198.51.100.0/24 */
}

/* An address outside: 11 to 99 of IPv4, or 2000::/3. */
static struct seep_address
random_peer(uint64_t *state)
{
	uint64_t high = next_random(state);
	uint64_t low;
	struct seep_address address;
	unsigned i;

	if (high % 4 != 0)
		return make_v4((uint32_t)(11 + (high >> 8) % 89) << 24 |
			       (uint32_t)(high >> 40));
	low = next_random(state);
	for (i = 0; i < 8; i++) {
		address.bytes[i] = (uint8_t)(high >> (56 - 8 * i) & 0xff);
		address.bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i) & 0xff);
	}
	address.bytes[0] = 0x20 | (address.bytes[0] & 0x1f);
	return address;
}

static void
begin_flow(struct flood *flood, struct seep_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->start_ns =
	    EPOCH_NS + flood->hour * HOUR_NS +
	    (int64_t)(next_random(&flood->random) % 3500) * 1000000000;
	flow->end_ns = flow->start_ns + INT64_C(20) * 1000000000;
	flow->orig = flood_host();
	flow->port_orig = 50000;
	flow->port_resp = 443;
	flow->protocol = 6;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = SEEP_OPENER_BY_SYN;
}

/* A client asks the server for a file, in office hours more often. */
static void
client_flow(struct flood *flood, struct seep_flow *flow)
{
	struct seep_address host = flood_host();

	begin_flow(flood, flow);
	flow->resp = host;
	flow->orig = make_v4(UINT32_C(0x5db80000) + flood->client * 509);
	flow->bytes_resp = 20000 + next_random(&flood->random) % 60000;
	flow->bytes_orig = 2000;
	flow->packets_resp = 60;
	flow->packets_orig = 30;
	flood->bytes_out += flow->bytes_resp;
}

static void
leak_flow(struct flood *flood, struct seep_flow *flow)
{
	begin_flow(flood, flow);
	flow->resp = flood_leak_peer(flood->leak);
	flow->bytes_orig = FLOOD_LEAK_PER_DAY / 24 / FLOOD_LEAK_PEERS;
	flow->bytes_resp = 4000;
	flow->packets_orig = 200;
	flow->packets_resp = 80;
	flood->bytes_out += flow->bytes_orig;
	flood->leak_bytes += flow->bytes_orig;
}

static void
flood_flow(struct flood *flood, struct seep_flow *flow)
{
	begin_flow(flood, flow);
	flow->end_ns = flow->start_ns;
	flow->resp = random_peer(&flood->random);
	flow->bytes_orig = FLOOD_PACKET;
	flow->packets_orig = 1;
	flood->bytes_out += FLOOD_PACKET;
	flood->flood_bytes += FLOOD_PACKET;
	flood->sent++;
}

void
flood_init(struct flood *flood, uint64_t flows, uint64_t seed)
{
	memset(flood, 0, sizeof(*flood));
	flood->flows = flows;
	flood->random = seed;
}

static int
leaks(const struct flood *flood)
{
	return flood->hour >= FLOOD_START * 24;
}

/* Flows of the flood up to the end of the current hour. */
static uint64_t
due(const struct flood *flood)
{
	uint64_t hours = flood->hour + 1 - FLOOD_START * 24;

	assert(leaks(flood));
	return flood->flows * hours / (HOURS - FLOOD_START * 24);
}

/* How many of the clients come in this hour. */
static uint32_t
clients_of(const struct flood *flood)
{
	uint32_t hour = flood->hour % 24;
	uint32_t weekday = flood->hour / 24 % 7;

	if (weekday >= 5)
		return FLOOD_CLIENTS / 10;
	return hour >= 7 && hour < 19 ? FLOOD_CLIENTS : FLOOD_CLIENTS / 8;
}

/* The host's own flows of the hour, then the leak's. */
static size_t
fill_own(struct flood *flood, struct seep_flow *flows)
{
	size_t count = 0;

	for (; count < FLOOD_BATCH && flood->client < clients_of(flood);
	     flood->client++)
		client_flow(flood, &flows[count++]);
	for (; count < FLOOD_BATCH && leaks(flood) &&
	       flood->leak < FLOOD_LEAK_PEERS;
	     flood->leak++)
		leak_flow(flood, &flows[count++]);
	return count;
}

size_t
flood_next(struct flood *flood, struct seep_flow *flows, int *is_flood)
{
	size_t count;

	while (flood->hour < HOURS) {
		*is_flood = 0;
		count = fill_own(flood, flows);
		if (count > 0)
			return count;
		*is_flood = 1;
		while (leaks(flood) && count < FLOOD_BATCH &&
		       flood->sent < due(flood))
			flood_flow(flood, &flows[count++]);
		if (count > 0)
			return count;
		flood->hour++;
		flood->client = 0;
		flood->leak = 0;
	}
	return 0;
}
