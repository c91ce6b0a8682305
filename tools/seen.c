/* SPDX-License-Identifier: BSD-3-Clause */
#include "seen.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int
is_v4(const struct seep_address *address)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0,    0,
					   0, 0, 0, 0, 0xff, 0xff};

	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

/* Addresses that every site has: they say nothing about whose it is. */
static int
is_of_any_site(const struct seep_address *address)
{
	static const uint8_t zeros[15];
	const uint8_t *b = address->bytes;

	if (is_v4(address))
		return b[12] >= 224 || b[12] == 127 || b[12] == 0;
	return b[0] == 0xff ||
	       (memcmp(b, zeros, sizeof(zeros)) == 0 && b[15] <= 1);
}

/* IPv4 /16 and IPv6 /48: the usual sizes of one site's allocation. */
static void
network_of(const struct seep_address *address, struct seep_network *network)
{
	size_t kept = is_v4(address) ? 14 : 6;

	memset(network, 0, sizeof(*network));
	memcpy(network->base.bytes, address->bytes, kept);
	network->prefix_bits = (uint8_t)(kept * 8);
}

static void
count_network(struct seen *seen, const struct seep_network *network)
{
	size_t unused = SEEN_SLOTS;

	for (size_t i = 0; i < SEEN_SLOTS; i++) {
		if (seen->slots[i].count == 0) {
			unused = i;
			continue;
		}
		if (memcmp(&seen->slots[i].network, network,
			   sizeof(*network)) == 0) {
			seen->slots[i].count++;
			return;
		}
	}
	if (unused < SEEN_SLOTS) {
		seen->slots[unused].network = *network;
		seen->slots[unused].count = 1;
		return;
	}
	for (size_t i = 0; i < SEEN_SLOTS; i++)
		seen->slots[i].count--;
}

static void
look_at(struct seen *seen, const struct seep_site *site,
	const struct seep_address *address)
{
	struct seep_network network;

	if (is_of_any_site(address))
		return;
	if (seep_site_place(site, address) == SEEP_PLACE_INSIDE) {
		seen->local_found = 1;
		return;
	}
	network_of(address, &network);
	count_network(seen, &network);
}

void
seen_flows(struct seen *seen, const struct seep_site *site,
	   const struct seep_flow *flows, size_t count)
{
	assert(seen != NULL);
	assert(site != NULL);
	for (size_t i = 0; i < count && !seen->local_found; i++) {
		look_at(seen, site, &flows[i].orig);
		look_at(seen, site, &flows[i].resp);
	}
}

/* The commonest slot below 'limit' in rank; ties by slot. */
static size_t
commonest(const struct seen *seen, const int *taken)
{
	size_t best = SEEN_SLOTS;

	for (size_t i = 0; i < SEEN_SLOTS; i++) {
		if (taken[i] || seen->slots[i].count == 0)
			continue;
		if (best == SEEN_SLOTS ||
		    seen->slots[i].count > seen->slots[best].count)
			best = i;
	}
	return best;
}

void
seen_describe(const struct seen *seen, char *text, size_t size)
{
	int taken[SEEN_SLOTS] = {0};
	size_t used = 0;

	assert(seen != NULL);
	assert(text != NULL);
	assert(size >= 3 * (SEEP_NETWORK_TEXT_SIZE + 2));
	text[0] = '\0';
	for (int n = 0; n < 3; n++) {
		char name[SEEP_NETWORK_TEXT_SIZE];
		size_t i = commonest(seen, taken);

		if (i == SEEN_SLOTS)
			return;
		taken[i] = 1;
		seep_network_format(&seen->slots[i].network, name);
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 n > 0 ? ", " : "", name);
	}
}
