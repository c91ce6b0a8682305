/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * world_parts.h - what the files of the generator share.
 *
 * Order     hours (world_hours.c) say how many bytes, peers (world_peers.c)
 *           say to whom, streams and inside make flows, the tap
 *           (world_tap.c) shows them as the sensor would.
 * Draws     every draw hangs on (host, stream, day) alone: days can be made
 *           in any order, hosts without each other.
 */
#ifndef BENCH_DETECTION_WORLD_PARTS_H
#define BENCH_DETECTION_WORLD_PARTS_H

#include "detection/random.h"
#include "detection/world.h"

#define NS_PER_S INT64_C(1000000000)
#define HOUR_NS (INT64_C(3600) * NS_PER_S)
#define DAY_NS (24 * HOUR_NS)
#define MB 1e6

#define TCP 6
#define UDP 17
#define ICMP 1

/* Sets of peers. The first are the site's: every host draws from the same
 * addresses. The others are a host's own. */
enum peer_set {
	PEERS_SAAS,
	PEERS_CDN,     /* pools whose active addresses change daily */
	PEERS_CLOUD,   /* the backup and sync provider's /24 */
	PEERS_REGULAR, /* other administrations */
	PEERS_UPDATE,
	PEERS_MX,
	PEERS_NTP,
	PEERS_RESOLVER, /* public resolvers, busy authoritative servers */
	PEERS_GATEWAY,  /* what is pinged */
	PEERS_CRAWLER,  /* of search engines: addresses rotate in /24s */
	PEERS_FRONT,    /* the CDN in front of a web site */
	PEERS_CHURN,    /* a CDN that never uses an address twice */
	PEERS_SITE_END, /* sets below are of a host */
	PEERS_OWN = PEERS_SITE_END,
	PEERS_STAFF,   /* at home, behind a provider that changes addresses */
	PEERS_VISITOR, /* most are seen once */
	PEERS_FRESH,
	PEERS_CHANGE
};

/* struct part: to whom a share of the main traffic goes. */
struct part {
	enum peer_set peers;
	uint8_t pull;
	uint8_t protocol;
	uint16_t port;
	/* fanout: peers in a busy hour at most. */
	uint8_t fanout;
	/* share: of the host's main outbound bytes, on average. */
	double share;
	/* back: inbound bytes for each outbound byte. */
	double back;
};

#define PARTS_MAX 6

struct role_profile {
	const char *name;
	/* gain: its main bytes, in office file servers. */
	double gain;
	/* quiet_gain: its quiet hours, relative to the noise's. */
	double quiet_gain;
	struct part parts[PARTS_MAX];
	size_t parts_count;
	/* fresh_*: new peers a day, bytes of one on a day (median), whether
	 * they open, their port. */
	double fresh_per_day;
	double fresh_bytes;
	uint8_t fresh_pull;
	uint16_t fresh_port;
	/* own_bytes: a day to the rare peers that a host keeps. */
	double own_bytes;
	/* nightly_bytes, weekly_bytes: of backup jobs (medians). */
	double nightly_bytes;
	double weekly_bytes;
	/* month_bytes: on each month-end day. */
	double month_bytes;
	/* long_per_hour: bytes an hour on connections of days. */
	double long_per_hour;
};

struct noise_profile {
	const char *name;
	/* busy, quiet: median bytes of an hour, file server. */
	double busy;
	double quiet;
	/* sigma, sigma_day: of ln. */
	double sigma;
	double sigma_day;
	/* silent: probability that a quiet hour is empty. */
	double silent;
	/* side: gain of everything that is not main traffic. */
	double side;
	/* day_bytes: about what a file server sends on a day; changes are
	 * sized by it. */
	double day_bytes;
};

extern const struct role_profile world_roles[WORLD_ROLE_COUNT];
extern const struct noise_profile world_noises[WORLD_NOISE_COUNT];

/* struct world_hour: one UTC hour of the world's calendar. */
struct world_hour {
	uint8_t local; /* hour of the local day */
	uint8_t weekday;
	uint8_t rest;
	uint8_t school;
	uint8_t month_end;
};

/* What a change is; sizes and hours follow from it. */
enum change_kind {
	CHANGE_BACKUP,     /* a nightly job */
	CHANGE_SAAS,       /* office hours */
	CHANGE_MONITORING, /* every hour alike */
	CHANGE_MIGRATION,  /* office hours, two addresses */
	CHANGE_KINDS
};

struct change_plan {
	uint64_t key;
	enum change_kind kind;
};

struct world {
	struct world_opts opts;
	uint64_t key;
	struct world_host *hosts;
	size_t hosts_count;
	struct world_change *changes;
	struct change_plan *plans; /* one to each change */
	size_t changes_count;
	struct world_hour *hours; /* 24 * days */
	uint8_t *closed;          /* by day */
};

/* world_changes_draw(): fills changes and plans; 0, or -1 without memory. */
int
world_changes_draw(struct world *world);

/* world_host_key(): from which all draws of a host hang. */
uint64_t
world_host_key(const struct world *world, size_t host);

/* struct emission: one call of world_emit(). */
struct emission {
	const struct world *world;
	const struct world_host *host;
	const struct role_profile *role;
	const struct noise_profile *noise;
	size_t index;
	uint64_t key;
	uint32_t from;
	uint32_t until;
	world_emit_fn emit;
	void *context;
	int rc; /* of 'emit'; once not 0 nothing more is given */
};

/* struct transfer: a flow before the sensor sees it. */
struct transfer {
	struct seep_address peer;
	int64_t start_ns;
	int64_t end_ns;
	double out;
	double in;
	uint16_t port;
	uint8_t protocol;
	uint8_t pull;
	uint8_t inside;
};

/* Streams of draws; in the key of each. Order is frozen: a new one goes to
 * the end, or every world changes. */
enum stream {
	STREAM_HOST = 1,
	STREAM_DAY,
	STREAM_HOURS,
	STREAM_REGIME,
	STREAM_MAIN,
	STREAM_FRESH,
	STREAM_FRESH_DAY,
	STREAM_OWN,
	STREAM_BACKUP,
	STREAM_MONTH,
	STREAM_UPDATE,
	STREAM_CONSTANT,
	STREAM_LONG,
	STREAM_INSIDE,
	STREAM_SCAN,
	STREAM_CHANGE,
	STREAM_CHANGE_DAY,
	STREAM_SHARED,
	STREAM_ADDRESS,
	STREAM_CLOSURE,
	STREAM_SENSOR,
	STREAM_LIGHT
};

/* world_hours_out(): main outbound bytes of the 24 UTC hours of a day. */
void
world_hours_out(const struct emission *e, uint32_t day, double *out);

/* world_is_working(): office hours of a working day. */
int
world_is_working(const struct world *world, uint32_t hour);

/* world_office_weight(): 0 = as at night .. 1 = as at noon. */
double
world_office_weight(const struct world_hour *hour);

/* world_ar(): standard normal by day, correlation 0.3 between neighbours. */
double
world_ar(uint64_t key, int64_t day);

/* world_pick() draws one peer of a set for a host on a day. */
struct seep_address
world_pick(const struct emission *e, enum peer_set set, uint32_t day,
	   struct random *random);

/* world_peer(): the peer in 'slot' of a set on a day. */
struct seep_address
world_peer(const struct emission *e, enum peer_set set, uint64_t slot,
	   uint32_t day);

/* world_public_address(): looks public, never seen twice. */
struct seep_address
world_public_address(uint64_t draw);

struct seep_address
world_host_address(enum world_role role, uint32_t index);

/* world_host_address6(): fd00:5eed::/32, RFC 4193. */
struct seep_address
world_host_address6(enum world_role role, uint32_t index);

int
world_is_v4(const struct seep_address *address);

/* world_local_hour(): the UTC hour of day 'day' at which it is 'local'
 * o'clock; a clock change has none or two of some, then a neighbour serves. */
uint32_t
world_local_hour(const struct world *world, uint32_t day, uint32_t local);

/* world_tap() shows one transfer to the sensor. */
void
world_tap(struct emission *e, const struct transfer *transfer,
	  struct random *random);

/* world_tap_hour(): the same with times drawn inside a UTC hour. */
void
world_tap_hour(struct emission *e, struct transfer *transfer, uint32_t hour,
	       struct random *random);

/* The streams of a host; each makes the days [e->from, e->until). */
void
world_main(struct emission *e);

void
world_fresh(struct emission *e);

void
world_own(struct emission *e);

void
world_jobs(struct emission *e);

void
world_constant(struct emission *e);

void
world_long(struct emission *e);

void
world_scan(struct emission *e);

void
world_inside(struct emission *e);

void
world_changed(struct emission *e);

/* world_light(): all that a light workstation does. */
void
world_light(struct emission *e);

#endif
