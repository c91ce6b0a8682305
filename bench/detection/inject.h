/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inject.h - leaks to put into a world or into real background.
 *
 * Shares no code with lib/ or with `seep inject`: what judges a detector is
 * not built of its parts. Flows only, the format of <seep/flow.h>.
 */
#ifndef BENCH_DETECTION_INJECT_H
#define BENCH_DETECTION_INJECT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

enum inject_pattern {
	INJECT_DRIP = 0,        /* equal bytes every hour, one new peer */
	INJECT_DRIP_40,         /* the same, rotating over 40 new peers */
	INJECT_DRIP_1000,       /* the same, rotating over 1,000 new peers */
	INJECT_OFFICE_HOURS,    /* Monday to Friday, 8 to 18 local */
	INJECT_NIGHTS,          /* nights and weekends only */
	INJECT_DAILY_BURST,     /* one burst of minutes a day */
	INJECT_MIMIC,           /* own hour-of-week shape, peers in use */
	INJECT_USED_PEERS,      /* equal bytes every hour to peers in use */
	INJECT_PULLED_ONE,      /* pulled through a public service by one */
	INJECT_PULLED_MANY,     /* ... by 200 clients */
	INJECT_LONG_CONNECTION, /* one connection of days */
	INJECT_PADDED,          /* drip with as many bytes inbound */
	INJECT_SINCE_FIRST,     /* drip from the first record on */
	INJECT_RAMP,            /* grows from 0 to twice the rate */
	INJECT_STAGED,          /* read by another host inside, which sends */
	INJECT_MANY_SERVERS,    /* several servers, one peer */
	INJECT_DNS,             /* query names, through the site's resolver */
	INJECT_ICMP,            /* echo payloads */
	INJECT_PATTERN_COUNT
};

struct inject_peer {
	struct seep_address address;
	uint16_t port;
	uint8_t protocol;
	/* pull: the peer opens. share: of the host's outbound bytes. */
	uint8_t pull;
	double share;
};

struct inject_opts {
	uint64_t seed;
	enum inject_pattern pattern;
	struct seep_address host;
	/* via: the host that sends in INJECT_STAGED, the resolver in
	 * INJECT_DNS. */
	struct seep_address via;
	int64_t start_ns;
	int64_t end_ns;
	uint64_t bytes_per_day;
	/* used: peers the host uses anyway, most bytes first (mimic, used). */
	const struct inject_peer *used;
	size_t used_count;
	/* shape: the host's share of outbound bytes by UTC hour of the week,
	 * Monday first; 168 values that add up to 1 (mimic). */
	const double *shape;
};

typedef int (*inject_emit_fn)(void *context, const struct seep_flow *flow);

/*
 * inject() makes the flows of one leak. The outbound IP bytes of the host
 * (INJECT_STAGED: of 'via') over whole days add up to bytes_per_day exactly;
 * where the week has a shape (office hours, nights, mimic), over whole weeks;
 * the ramp, over the whole leak.
 *
 * 'start_ns' and 'end_ns' lie on whole hours. Several calls with one seed
 * share their peers: INJECT_MANY_SERVERS is one call for each server.
 *
 * Returns 0, -1 (a pattern that takes peers in use was given none), or what
 * 'emit' returned.
 */
int
inject(const struct inject_opts *opts, inject_emit_fn emit, void *context);

const char *
inject_name(enum inject_pattern pattern);

/* inject_owns(): is 'peer' one of this leak's peers? 1 or 0. */
int
inject_owns(const struct inject_opts *opts, const struct seep_address *peer);

/*
 * inject_domain() writes the registered domain that INJECT_DNS asks for,
 * with a final NUL; the queries' full names are in the flows' 'name'.
 *
 * Returns the length without the NUL.
 */
#define INJECT_DOMAIN_SIZE 32
size_t
inject_domain(const struct inject_opts *opts, char *text);

#endif
