/* SPDX-License-Identifier: BSD-3-Clause */
/* To whom: addresses by set, slot and day. */
#include <assert.h>
#include <string.h>

#include "detection/world_parts.h"

/*
 * struct pool: a set of the site's.
 *
 * nets     how many /24s (or /48s) it has.
 * pool     addresses in use of each; 0 = never the same twice.
 * active   of them on one day; = pool: they do not rotate.
 * mixed    a third of its slots are IPv6.
 *
 * Pools are small against a month so that a host knows them after a week or
 * two: otherwise ever fewer peers would be new, and that is a drift.
 */
static const struct pool {
	uint8_t nets;
	uint8_t pool;
	uint8_t active;
	uint8_t mixed;
} pools[PEERS_SITE_END] = {
    [PEERS_SAAS] = {8, 2, 2, 1},    [PEERS_CDN] = {4, 16, 6, 1},
    [PEERS_CLOUD] = {1, 16, 6, 0},  [PEERS_REGULAR] = {16, 1, 1, 0},
    [PEERS_UPDATE] = {2, 4, 4, 1},  [PEERS_MX] = {30, 1, 1, 1},
    [PEERS_NTP] = {4, 1, 1, 0},     [PEERS_RESOLVER] = {24, 1, 1, 1},
    [PEERS_GATEWAY] = {2, 1, 1, 0}, [PEERS_CRAWLER] = {5, 32, 10, 1},
    [PEERS_FRONT] = {2, 24, 8, 1},  [PEERS_CHURN] = {2, 0, 3, 1},
};

static struct seep_address
make_v4(uint32_t value)
{
	struct seep_address address = {{0}};

	address.bytes[10] = address.bytes[11] = 0xff;
	for (int i = 0; i < 4; i++)
		address.bytes[12 + i] = (uint8_t)(value >> (24 - 8 * i));
	return address;
}

/* RFC 3849: 2001:db8::/32. */
static struct seep_address
make_v6(uint16_t net, uint64_t low)
{
	struct seep_address address = {{0x20, 0x01, 0x0d, 0xb8}};

	address.bytes[4] = (uint8_t)(net >> 8);
	address.bytes[5] = (uint8_t)net;
	for (int i = 0; i < 8; i++)
		address.bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i));
	return address;
}

int
world_is_v4(const struct seep_address *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

struct seep_network
world_provider(void)
{
	const struct seep_network network = {
	    .base = make_v4(UINT32_C(198) << 24 | 18 << 16 |
			    (uint32_t)PEERS_CLOUD * 32 << 8),
	    .prefix_bits = 96 + 24,
	};

	return network;
}

struct seep_address
world_host_address6(enum world_role role, uint32_t index)
{
	struct seep_address address = {{0xfd, 0x00, 0x5e, 0xed}};

	address.bytes[7] = (uint8_t)(role + 1);
	address.bytes[14] = (uint8_t)(index >> 8);
	address.bytes[15] = (uint8_t)index;
	return address;
}

struct seep_address
world_host_address(enum world_role role, uint32_t index)
{
	return make_v4(UINT32_C(10) << 24 | (20 + (uint32_t)role) << 16 |
		       (index / 200 % 256) << 8 | (10 + index % 200));
}

/* First octets of unicast space that no registry reserves. */
static const uint8_t octets[] = {
    2,   5,   20,  23,  31,  34,  35,  37,  46,  51,  52,  54,  62,  77,
    78,  80,  82,  84,  88,  91,  104, 109, 130, 139, 142, 149, 151, 157,
    163, 176, 178, 185, 188, 193, 194, 195, 199, 205, 212, 213, 217};

struct seep_address
world_public_address(uint64_t draw)
{
	const uint32_t octet = octets[draw % sizeof(octets)];
	const uint32_t rest = (uint32_t)(draw >> 40);

	if ((draw >> 16) % 10 < 3)
		return make_v6((uint16_t)(0x8000 | draw >> 24),
			       draw * UINT64_C(0x9e3779b97f4a7c15));
	return make_v4(octet << 24 | (rest & 0xffffff));
}

/* 198.18.0.0/15 (RFC 2544) holds the site's sets: 32 /24s to each. */
static struct seep_address
site_address(enum peer_set set, uint32_t net, uint32_t host)
{
	const uint32_t number = (uint32_t)set * 32 + net;

	if (pools[set].mixed && net % 3 == 2)
		return make_v6((uint16_t)number, host + 1);
	return make_v4(UINT32_C(198) << 24 | (18 + number / 256) << 16 |
		       (number % 256) << 8 | (host + 1));
}

/*
 * The 'active' addresses of a day: steps of 5 through the pool from a start
 * drawn for the day. 5 divides no pool, so all of them differ.
 */
static struct seep_address
site_peer(const struct emission *e, enum peer_set set, uint64_t slot,
	  uint32_t day)
{
	const struct pool *pool = &pools[set];
	const uint32_t net = (uint32_t)(slot / pool->active) % pool->nets;
	const uint32_t place = (uint32_t)(slot % pool->active);
	struct random random;

	if (pool->active == pool->pool)
		return site_address(set, net, place);
	random = random_at(e->world->key ^ STREAM_ADDRESS,
			   (uint64_t)set << 8 | net, day);
	if (pool->pool == 0)
		return make_v6((uint16_t)(0x7000 + net),
			       random_next(&random) + place);
	return site_address(set, net,
			    (random_below(&random, pool->pool) + 5 * place) %
				pool->pool);
}

struct seep_address
world_peer(const struct emission *e, enum peer_set set, uint64_t slot,
	   uint32_t day)
{
	uint64_t epoch = 0;

	if (set < PEERS_SITE_END)
		return site_peer(e, set, slot, day);
	/* A home's address lasts about a month, each changing on a day of
	 * its own; 90 so that there is an epoch before the first day. */
	if (set == PEERS_STAFF)
		epoch = (day + 90 + slot * 7 % 30) / 30;
	return world_public_address(random_key(
	    e->key ^ STREAM_ADDRESS, (uint64_t)set << 40 | slot, epoch));
}

/* Slots are not alike: density falls as 1/sqrt(slot). */
static uint32_t
uneven(struct random *random, uint32_t slots)
{
	const double u = random_unit(random);

	return (uint32_t)(u * u * slots);
}

static struct seep_address
pick_visitor(const struct emission *e, struct random *random)
{
	const double once = random_unit(random);
	const uint64_t draw = random_next(random);

	if (once < 0.7)
		return world_public_address(draw);
	return world_peer(e, PEERS_VISITOR, uneven(random, 200), 0);
}

struct seep_address
world_pick(const struct emission *e, enum peer_set set, uint32_t day,
	   struct random *random)
{
	const struct pool *pool;
	uint32_t net, place;

	if (e->world->opts.behind_cdn && e->host->role == WORLD_ARCHIVES &&
	    (set == PEERS_VISITOR || set == PEERS_CRAWLER))
		set = PEERS_FRONT;
	if (set == PEERS_VISITOR)
		return pick_visitor(e, random);
	if (set == PEERS_STAFF)
		return world_peer(e, set, uneven(random, 20), day);
	if (set == PEERS_OWN)
		return world_peer(e, set, uneven(random, 8), day);
	assert(set < PEERS_SITE_END);
	pool = &pools[set];
	net = uneven(random, pool->nets);
	place = random_below(random, pool->active);
	return world_peer(e, set, (uint64_t)net * pool->active + place, day);
}
