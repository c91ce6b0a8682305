/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/world_case.h"

#include <stdlib.h>
#include <string.h>

#include "detection/random.h"

struct world_opts
case_opts(uint64_t seed, uint32_t days, enum world_role role, uint32_t count)
{
	struct world_opts opts = {
	    .seed = seed,
	    .start_ns = CASE_START_NS,
	    .days = days,
	};

	opts.hosts[role] = count;
	return opts;
}

int
case_is_inside(const struct seep_address *address)
{
	static const uint8_t ten[13] = {[10] = 0xff, 0xff, 10};

	return memcmp(address->bytes, ten, sizeof(ten)) == 0 ||
	       address->bytes[0] == 0xfd;
}

int
case_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct seep_address));
}

int
case_is_push(const struct seen *seen, const struct seep_flow *flow)
{
	return memcmp(&flow->orig, &seen->host, sizeof(seen->host)) == 0;
}

const struct seep_address *
case_peer(const struct seen *seen, const struct seep_flow *flow)
{
	return case_is_push(seen, flow) ? &flow->resp : &flow->orig;
}

uint64_t
case_bytes_out(const struct seen *seen, const struct seep_flow *flow)
{
	return case_is_push(seen, flow) ? flow->bytes_orig : flow->bytes_resp;
}

static int
take(void *context, const struct seep_flow *flow)
{
	struct seen *seen = context;

	if (seen->count == seen->room) {
		seen->room = seen->room ? 2 * seen->room : 1024;
		seen->flows =
		    realloc(seen->flows, seen->room * sizeof(*seen->flows));
		if (!seen->flows)
			abort();
	}
	seen->flows[seen->count++] = *flow;
	if (!case_is_inside(case_peer(seen, flow)))
		seen->out[(flow->start_ns - seen->start_ns) / CASE_HOUR_NS] +=
		    (double)case_bytes_out(seen, flow);
	return 0;
}

struct seen
case_see(const struct world *world, const struct world_opts *opts, size_t host)
{
	struct seen seen = {
	    .start_ns = opts->start_ns,
	    .days = opts->days,
	};
	size_t count;

	seen.host = world_hosts(world, &count)[host].address;
	seen.out = calloc((size_t)opts->days * 24, sizeof(*seen.out));
	if (!seen.out || world_emit(world, host, 0, opts->days, take, &seen))
		abort();
	return seen;
}

void
case_clear(struct seen *seen)
{
	free(seen->flows);
	free(seen->out);
	memset(seen, 0, sizeof(*seen));
}

static uint64_t
hash_flow(uint64_t key, const struct seep_flow *flow)
{
	uint64_t words[13];

	memset(words, 0, sizeof(words));
	memcpy(words, &flow->orig, 16);
	memcpy(words + 2, &flow->resp, 16);
	words[4] = (uint64_t)flow->start_ns;
	words[5] = (uint64_t)flow->end_ns;
	words[6] = flow->bytes_orig;
	words[7] = flow->bytes_resp;
	words[8] = flow->packets_orig;
	words[9] = flow->packets_resp;
	words[10] = (uint64_t)flow->port_orig << 16 | flow->port_resp;
	words[11] = (uint64_t)flow->protocol << 8 | flow->opener;
	words[12] = (uint64_t)flow->flags << 8 | flow->opener_basis;
	for (int i = 0; i < 13; i++)
		key = random_key(key, words[i], (uint64_t)i);
	return key;
}

uint64_t
case_hash(const struct seen *seen)
{
	uint64_t key = 0;

	for (size_t i = 0; i < seen->count; i++)
		key = hash_flow(key, &seen->flows[i]);
	return key;
}

uint64_t
case_sum(const struct seep_flow *flows, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += hash_flow(0, &flows[i]);
	return sum;
}

double
case_total(const struct seen *seen)
{
	double sum = 0;

	for (uint32_t hour = 0; hour < seen->days * 24; hour++)
		sum += seen->out[hour];
	return sum;
}
