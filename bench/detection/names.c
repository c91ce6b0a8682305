/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/names.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detection/calendar.h"
#include "detection/random.h"

#define HOUR_NS (INT64_C(3600) * 1000000000)
#define HOURS_PER_DAY 24

/* Domains that everybody asks for, and those among them whose names below
 * are long: one in so many. */
#define USUAL 400
#define LONG_EACH 9

/* Domains of a host's own, and how often one of them is asked for. */
#define OWN 12
#define OWN_CHANCE 0.04

/* A domain that nobody asked for before: so many a day and host. */
#define NEW_PER_DAY 0.7

struct asker {
	const struct world_host *host;
	uint64_t seed;
	names_emit_fn emit;
	void *context;
};

static int
ask(const struct asker *asker, const char *domain, uint64_t bytes,
    int64_t at_ns)
{
	struct seep_flow flow = {
	    .start_ns = at_ns,
	    .end_ns = at_ns,
	    .orig = asker->host->address,
	    .bytes_orig = bytes,
	    .flags = SEEP_FLOW_NAME,
	};

	assert(bytes <= SEEP_NAME_SIZE_MAX);
	seep_name_address(domain, strlen(domain), &flow.resp);
	flow.name.text = domain;
	flow.name_size = (uint32_t)strlen(domain);
	return asker->emit(asker->context, &flow);
}

static int
ask_some(const struct asker *asker, int64_t at_ns, struct random *random)
{
	char domain[48];
	uint64_t bytes = 3 + random_below(random, 18);

	if (random_chance(random, OWN_CHANCE)) {
		snprintf(domain, sizeof(domain), "own-%u-%u.example",
			 (unsigned)(asker->host->address.bytes[15] +
				    256u * asker->host->address.bytes[14]),
			 random_below(random, OWN));
	} else {
		/* Zipf with exponent 1: the logarithm of the rank is even. */
		const uint32_t rank = (uint32_t)random_exp(random_unit(random) *
							   random_ln(USUAL));

		if (rank % LONG_EACH == 3)
			bytes = 24 + random_below(random, 40);
		snprintf(domain, sizeof(domain), "usual-%u.example", rank);
	}
	return ask(asker, domain, bytes, at_ns);
}

/* Someone follows a link: some queries below a domain not met before. */
static int
ask_new(const struct asker *asker, uint32_t day, int64_t at_ns,
	struct random *random)
{
	const uint32_t queries = 1 + random_poisson(random, 3);
	char domain[48];
	int rc = 0;

	snprintf(domain, sizeof(domain), "met-%u-%08x.example", day,
		 (unsigned)(random_next(random) & 0xffffffff));
	for (uint32_t i = 0; rc == 0 && i < queries; i++)
		rc = ask(asker, domain, 3 + random_below(random, 14), at_ns);
	return rc;
}

static double
queries_at(const struct world_host *host, int64_t at_ns)
{
	const int64_t seconds = at_ns / 1000000000;
	const int64_t local = seconds + calendar_offset_s(seconds);
	const int32_t day = (int32_t)(local / CALENDAR_DAY_S);
	const int64_t hour = local % CALENDAR_DAY_S / CALENDAR_HOUR_S;
	const int office = calendar_weekday(day) < 5 && hour >= 8 &&
			   hour < 18 && !calendar_is_public_holiday(day);

	if (host->role != WORLD_WORKSTATION && host->role != WORLD_PRINTER)
		return office ? 20 : 12;
	return office ? 25 : 1;
}

static int
ask_hour(const struct asker *asker, uint32_t day, int64_t at_ns,
	 struct random *random)
{
	const double mean = queries_at(asker->host, at_ns);
	const uint32_t queries = random_poisson(random, mean);
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < queries; i++)
		rc = ask_some(
		    asker,
		    at_ns + (int64_t)(random_unit(random) * (double)HOUR_NS),
		    random);
	if (rc == 0 && random_chance(random, NEW_PER_DAY / HOURS_PER_DAY))
		rc = ask_new(asker, day, at_ns, random);
	return rc;
}

int
names_emit(const struct world_host *host, uint64_t seed, int64_t start_ns,
	   uint32_t days, names_emit_fn emit, void *context)
{
	const struct asker asker = {host, seed, emit, context};
	const uint64_t key =
	    random_key(seed, host->address.bytes[14], host->address.bytes[15]);
	int rc = 0;

	for (uint32_t hour = 0; rc == 0 && hour < days * HOURS_PER_DAY;
	     hour++) {
		struct random random = random_at(key, 77, hour);

		rc = ask_hour(&asker, hour / HOURS_PER_DAY,
			      start_ns + hour * HOUR_NS, &random);
	}
	return rc;
}
