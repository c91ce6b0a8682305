/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * leak.h - the flows of a made-up leak, from a seed.
 *
 * Bytes     the host's outbound IP bytes add up to bytes_per_day * days
 *           exactly, laid over the hours by the pattern's shape.
 * Hours     every flow lies within one UTC hour, but that of
 *           _LONG_CONNECTION.
 * Same      the same options give the same flows on every machine. With
 *           another rate the peers and the hours stay.
 */
#ifndef SEEP_TOOLS_LEAK_H
#define SEEP_TOOLS_LEAK_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>
#include <seep/flow.h>
#include <seep/site.h>

#include "habit.h"

enum leak_pattern {
	LEAK_DRIP = 0,        /* equal bytes every hour to a new peer */
	LEAK_DRIP_40,         /* ... to 40 new peers in turn */
	LEAK_DRIP_1000,       /* ... to 1,000, four an hour */
	LEAK_OFFICE_HOURS,    /* Monday to Friday, 8 to 18 o'clock local */
	LEAK_NIGHTS,          /* 20 to 6 o'clock local, and weekends */
	LEAK_DAILY_BURST,     /* a few minutes once a day */
	LEAK_MIMIC,           /* the host's own hours, peers and services */
	LEAK_USED_PEERS,      /* equal hours to the peers that it uses */
	LEAK_PULLED_ONE,      /* fetched through a service by one client */
	LEAK_PULLED_MANY,     /* ... by 200 clients in turn */
	LEAK_LONG_CONNECTION, /* one connection for all the days */
	LEAK_PADDED,          /* a drip, as many bytes coming back */
	LEAK_SINCE_FIRST,     /* a drip since the first record */
	LEAK_RAMP,            /* grows by the day from nothing to twice */
	LEAK_STAGED,          /* read by 'via', which sends it */
	LEAK_MANY_SERVERS,    /* several hosts to one new peer */
	LEAK_DNS,             /* in query names of one new domain */
	LEAK_ICMP,            /* in echo requests */
	LEAK_PATTERN_COUNT
};

struct leak_opts {
	enum leak_pattern pattern;
	uint32_t days;
	uint64_t seed;
	/* hosts: the first one leaks; all of them in _MANY_SERVERS. */
	const struct seep_address *hosts;
	size_t hosts_count;
	/* via: who sends in _STAGED; the resolver that is asked in _DNS, where
	 * NULL is a new one outside. */
	const struct seep_address *via;
	/* start_ns: a whole UTC hour. */
	int64_t start_ns;
	/* bytes_per_day: LEAK_BYTES_MIN..LEAK_BYTES_MAX. */
	uint64_t bytes_per_day;
	/* habit: of the first host; what any host ever met is no new peer. */
	const struct habit *habit;
	const struct seep_site *site;
	/* offsets: local time, as in struct seep_detect_opts. */
	const struct seep_utc_offset *offsets;
	size_t offsets_count;
};

/* Less would leave hours without a packet of their own: 40 bytes are the
 * headers of one. */
#define LEAK_BYTES_MIN 960
/* 2^40 a day: over ten years a single flow stays below 2^53 bytes. */
#define LEAK_BYTES_MAX (UINT64_C(1) << 40)
/* Ten years; sums of weights stay below 2^31 (leak.c). */
#define LEAK_DAYS_MAX 3660

/*
 * A leak_emit_fn takes one flow, in no strict order of time; 0 = go on. Its
 * name is the label that a sensor would give ("ssl"), or none.
 *
 * In _DNS each query is two calls: the packet to the resolver, and a flow
 * with SEEP_FLOW_NAME whose 'bytes_orig' is the length of the name below the
 * domain 'name'.
 */
typedef int (*leak_emit_fn)(void *ctx, const struct seep_flow *flow);

/*
 * leak_make() makes the flows.
 *
 * Returns 0, or what 'emit' returned.
 */
int
leak_make(const struct leak_opts *opts, leak_emit_fn emit, void *ctx);

/* leak_needs_habit(): does the pattern need peers that the host uses? */
int
leak_needs_habit(enum leak_pattern pattern);

/* leak_name() returns "drip" and so on; leak_find() the pattern of a name,
 * or LEAK_PATTERN_COUNT. */
const char *
leak_name(enum leak_pattern pattern);

enum leak_pattern
leak_find(const char *name);

#endif
