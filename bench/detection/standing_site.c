/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/standing_site.h"

#include <string.h>

#include "detection/calendar.h"
#include "detection/random.h"

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define KB 1e3
#define MB 1e6
#define GB 1e9
#define TCP 6
#define UDP 17

enum when {
	ALWAYS,  /* every hour alike */
	AWAKE,   /* every hour, five times as much by day */
	OFFICE,  /* most hours of working days */
	FEW,     /* one to three hours of working days */
	NIGHTLY, /* one to three hours from a fixed one on, every day */
	LONG     /* connections of one to five days */
};

/* struct habit: one standing channel. */
struct habit {
	struct seep_address peer;
	enum when when;
	double day; /* bytes out, median */
	/* sigma_hour, sigma_day: of ln. */
	double sigma_hour;
	double sigma_day;
	double back; /* bytes in for each byte out */
	uint16_t port;
	uint8_t protocol;
	uint8_t pull;
	uint8_t inside;
	/* rotate: over so many addresses of the peer's /24; 0 = none. */
	uint8_t rotate;
};

struct emission {
	const struct standing_site *site;
	uint32_t host;
	uint64_t key;
	uint64_t habits; /* so far: a number for the draws of the next */
	standing_emit_fn emit;
	void *context;
	int rc;
};

/* Of 50: the shares of an administration's machine room. */
static const uint8_t kinds[50] = {
    0, 1, 2, 0, 3, 0, 4, 1, 5, 0, 6, 0, 1, 0, 2, 0, 3, 1, 0, 4, 0, 1, 5, 0, 2,
    0, 1, 0, 0, 6, 1, 0, 4, 3, 0, 2, 1, 0, 0, 1, 0, 5, 0, 1, 2, 0, 4, 0, 1, 0};

enum standing_kind
standing_kind_of(const struct standing_site *site, uint32_t host)
{
	return host < site->servers ? (enum standing_kind)kinds[host % 50]
				    : STANDING_WORKSTATION;
}

const char *
standing_kind_name(enum standing_kind kind)
{
	static const char *const names[] = {"file",     "application", "web",
					    "mail",     "backup",      "vpn",
					    "resolver", "workstation"};

	return names[kind];
}

static struct seep_address
address_of(uint32_t v4)
{
	struct seep_address address;

	memset(&address, 0, sizeof(address));
	address.bytes[10] = address.bytes[11] = 0xff;
	for (int i = 0; i < 4; i++)
		address.bytes[12 + i] = (uint8_t)(v4 >> (24 - 8 * i));
	return address;
}

struct seep_address
standing_address(const struct standing_site *site, uint32_t host)
{
	if (host < site->servers)
		return address_of(UINT32_C(0x0a010000) + 1 + host);
	host -= site->servers;
	return address_of(UINT32_C(0x0a020000) + host / 200 * 256 + host % 200 +
			  1);
}

/* A peer of nobody else, and one that 'number' names for all. */
static struct seep_address
own_peer(struct emission *e)
{
	const uint64_t draw = random_key(e->key, 1, ++e->habits);

	return address_of(UINT32_C(0x2d000000) |
			  ((uint32_t)(draw >> 40) & 0xffffff));
}

static struct seep_address
shared_peer(uint32_t number)
{
	return address_of(UINT32_C(0x17000000) + number * 259 + 1);
}

static int
is_rest(int64_t at_ns)
{
	return (at_ns / DAY + 3) % 7 > 4;
}

/* The share of the day's bytes that this hour gets; 0 = none. */
static double
share_of(const struct habit *habit, struct random *random, int64_t at_ns,
	 uint32_t first, uint32_t length)
{
	const int64_t local =
	    at_ns + calendar_offset_s(at_ns / SECOND) * SECOND;
	const uint32_t hour = (uint32_t)(local / HOUR % 24);
	const int office = !is_rest(local) && hour >= 8 && hour < 18;

	switch (habit->when) {
	case ALWAYS:
		return 1.0 / 24;
	case AWAKE:
		return office ? 0.07 : 0.02;
	case OFFICE:
		return office && random_chance(random, 0.8) ? 0.1 : 0;
	case FEW:
		return office && hour >= first && hour < first + length
			   ? 1.0 / length
			   : 0;
	default:
		return (hour + 24 - first) % 24 < length ? 1.0 / length : 0;
	}
}

static void
send(struct emission *e, const struct habit *habit, struct random *random,
     int64_t at_ns, int64_t length_ns, double bytes)
{
	const struct seep_address own = standing_address(e->site, e->host);
	struct seep_flow flow;

	if (e->rc || bytes < 1)
		return;
	memset(&flow, 0, sizeof(flow));
	flow.start_ns = at_ns;
	flow.end_ns = at_ns + length_ns;
	flow.orig = habit->pull ? habit->peer : own;
	flow.resp = habit->pull ? own : habit->peer;
	if (habit->rotate) {
		struct seep_address *peer =
		    habit->pull ? &flow.orig : &flow.resp;

		peer->bytes[15] =
		    (uint8_t)(1 + random_below(random, habit->rotate));
	}
	flow.bytes_orig = (uint64_t)(habit->pull ? bytes * habit->back : bytes);
	flow.bytes_resp = (uint64_t)(habit->pull ? bytes : bytes * habit->back);
	flow.packets_orig = flow.bytes_orig / 1000 + 2;
	flow.packets_resp = flow.bytes_resp / 1000 + 2;
	flow.port_orig = 40000;
	flow.port_resp = habit->port;
	flow.protocol = habit->protocol ? habit->protocol : TCP;
	flow.opener = SEEP_OPENER_ORIG;
	flow.opener_basis = SEEP_OPENER_BY_SYN;
	e->rc = e->emit(e->context, &flow);
}

static void
send_long(struct emission *e, const struct habit *habit, struct random *random)
{
	const int64_t end = e->site->start_ns + e->site->days * DAY;
	int64_t at = e->site->start_ns;

	while (at < end) {
		int64_t length = HOUR * (24 + random_below(random, 96));

		if (length > end - at)
			length = end - at;
		send(e, habit, random, at, length - SECOND,
		     habit->day * (double)length / (double)DAY *
			 random_lognormal(random, 1, habit->sigma_day));
		at += length;
	}
}

static void
follow(struct emission *e, const struct habit *habit)
{
	const uint64_t key = random_key(e->key, 2, ++e->habits);
	struct random draw = random_at(key, 0, 0);
	const uint32_t first = habit->when == NIGHTLY
				   ? (19 + random_below(&draw, 9)) % 24
				   : 8 + random_below(&draw, 8);
	const uint32_t length = 1 + random_below(&draw, 3);

	if (habit->when == LONG) {
		send_long(e, habit, &draw);
		return;
	}
	for (uint32_t d = 0; d < e->site->days; d++) {
		struct random random = random_at(key, 1, d);
		const double day =
		    habit->day * random_lognormal(&random, 1, habit->sigma_day);

		for (uint32_t h = 0; h < 24; h++) {
			const int64_t at =
			    e->site->start_ns + d * DAY + h * HOUR;
			const double share =
			    share_of(habit, &random, at, first, length);

			if (share <= 0)
				continue;
			send(e, habit, &random,
			     at + (int64_t)random_below(&random, 1800) * SECOND,
			     (int64_t)random_below(&random, 1200) * SECOND,
			     day * share *
				 random_lognormal(&random, 1,
						  habit->sigma_hour));
		}
	}
}

/* One of the host's own with this probability; 'low' to 'high' bytes a day,
 * evenly in their logarithm. */
static void
own(struct emission *e, double probability, double low, double high,
    struct habit habit)
{
	struct random random = random_at(e->key, 3, ++e->habits);
	const double span = random_ln(high / low);

	if (!random_chance(&random, probability))
		return;
	habit.day = low * random_exp(span * random_unit(&random));
	habit.back *= random_lognormal(&random, 1, 0.7);
	habit.peer = own_peer(e);
	follow(e, &habit);
}

static void
shared(struct emission *e, uint32_t number, double day, struct habit habit)
{
	habit.day = day;
	habit.peer = shared_peer(number);
	follow(e, &habit);
}

/* Clients inside, by day: what makes the role. */
static void
serve(struct emission *e, uint16_t port, uint32_t clients, double day,
      double back)
{
	for (uint32_t i = 0; i < clients; i++) {
		struct habit habit = {.when = FEW,
				      .day = day,
				      .sigma_day = 0.5,
				      .back = back,
				      .port = port,
				      .pull = 1};

		habit.peer =
		    address_of(UINT32_C(0x0a020000) + e->host * 256 + i + 1);
		follow(e, &habit);
	}
}

static void
emit_every_server(struct emission *e)
{
	/* Shared by all servers: an agent, names, time, updates. */
	shared(
	    e, 1, 4 * MB,
	    (struct habit){
		.when = ALWAYS, .sigma_hour = 0.2, .back = 0.25, .port = 443});
	shared(e, 2, 0.1 * MB,
	       (struct habit){
		   .when = ALWAYS, .back = 1, .port = 123, .protocol = UDP});
	shared(e, 3, 2 * MB,
	       (struct habit){
		   .when = AWAKE, .sigma_hour = 0.5, .back = 30, .port = 443});
	/* By a third of them: another agent, a cloud. */
	if (e->host % 3 == 0)
		shared(e, 4, 20 * MB,
		       (struct habit){.when = ALWAYS,
				      .sigma_hour = 0.1,
				      .back = 0.1,
				      .port = 443});
	/* Of its own. */
	own(e, 0.4, 100 * MB, 20 * GB,
	    (struct habit){.when = NIGHTLY,
			   .sigma_hour = 0.4,
			   .sigma_day = 0.5,
			   .back = 0.02,
			   .port = 443});
	own(e, 0.15, 30 * MB, 5 * GB,
	    (struct habit){.when = AWAKE,
			   .sigma_hour = 1,
			   .sigma_day = 0.4,
			   .back = 0.03,
			   .port = 443});
	own(e, 0.5, 20 * KB, 1 * MB,
	    (struct habit){
		.when = ALWAYS, .sigma_hour = 0.15, .back = 0.8, .port = 443});
	own(e, 0.15, 100 * KB, 10 * MB,
	    (struct habit){
		.when = LONG, .sigma_day = 0.7, .back = 0.8, .port = 22});
	own(e, 0.4, 1 * MB, 500 * MB,
	    (struct habit){.when = FEW,
			   .sigma_hour = 0.5,
			   .sigma_day = 1.2,
			   .back = 0.3,
			   .port = 22});
	own(e, 0.6, 0.5 * MB, 100 * MB,
	    (struct habit){.when = OFFICE,
			   .sigma_hour = 1.3,
			   .sigma_day = 0.5,
			   .back = 1.5,
			   .port = 443});
	own(e, 0.3, 50 * KB, 5 * MB,
	    (struct habit){.when = AWAKE,
			   .sigma_hour = 0.8,
			   .sigma_day = 0.4,
			   .back = 25,
			   .port = 443});
}

static void
emit_web(struct emission *e)
{
	struct random random = random_at(e->key, 4, 0);
	const uint32_t clients = 10 + random_below(&random, 40);

	for (uint32_t i = 0; i < 4; i++) /* availability probes */
		own(e, 1, 100 * KB, 10 * MB,
		    (struct habit){.when = ALWAYS,
				   .sigma_hour = 0.1,
				   .back = 0.2,
				   .port = 443,
				   .pull = 1});
	for (uint32_t i = 0; i < 6; i++) /* crawlers */
		own(e, 0.8, 20 * MB, 5 * GB,
		    (struct habit){.when = ALWAYS,
				   .sigma_hour = 0.7,
				   .sigma_day = 0.5,
				   .back = 0.03,
				   .port = 443,
				   .pull = 1,
				   .rotate = 60});
	for (uint32_t i = 0; i < clients; i++) /* offices that read daily */
		own(e, 1, 0.5 * MB, 50 * MB,
		    (struct habit){.when = OFFICE,
				   .sigma_hour = 1.2,
				   .sigma_day = 0.4,
				   .back = 0.1,
				   .port = 443,
				   .pull = 1});
}

static void
emit_mail(struct emission *e)
{
	serve(e, 25, 5, 10 * MB, 1);
	for (uint32_t i = 0; i < 15; i++)
		own(e, 1, 1 * MB, 300 * MB,
		    (struct habit){.when = AWAKE,
				   .sigma_hour = 1.3,
				   .sigma_day = 0.4,
				   .back = 0.05,
				   .port = 25});
	for (uint32_t i = 0; i < 10; i++)
		own(e, 1, 1 * MB, 100 * MB,
		    (struct habit){.when = AWAKE,
				   .sigma_hour = 1.3,
				   .sigma_day = 0.4,
				   .back = 20,
				   .port = 25,
				   .pull = 1});
}

static void
emit_server(struct emission *e, enum standing_kind kind)
{
	emit_every_server(e);
	switch (kind) {
	case STANDING_WEB:
		emit_web(e);
		break;
	case STANDING_MAIL:
		emit_mail(e);
		break;
	case STANDING_BACKUP:
		serve(e, 9102, 6, 100 * MB, 30);
		own(e, 1, 1 * GB, 50 * GB,
		    (struct habit){.when = NIGHTLY,
				   .sigma_hour = 0.3,
				   .sigma_day = 0.5,
				   .back = 0.02,
				   .port = 443});
		break;
	case STANDING_VPN:
		for (uint32_t i = 0; i < 12; i++) /* branches and staff */
			own(e, 1, 5 * MB, 2 * GB,
			    (struct habit){.when = i < 4 ? LONG : OFFICE,
					   .sigma_hour = 1,
					   .sigma_day = 0.4,
					   .back = 0.6,
					   .port = 1194,
					   .protocol = UDP,
					   .pull = 1});
		break;
	case STANDING_RESOLVER:
		serve(e, 53, 6, 1 * MB, 0.5);
		for (uint32_t i = 0; i < 20; i++)
			own(e, 1, 20 * KB, 2 * MB,
			    (struct habit){.when = AWAKE,
					   .sigma_hour = 0.4,
					   .back = 2.5,
					   .port = 53,
					   .protocol = UDP});
		break;
	default:
		serve(e, 445, 6, 40 * MB, 0.2);
		break;
	}
}

static void
emit_workstation(struct emission *e)
{
	struct random random = random_at(e->key, 5, 0);
	const int left_on = random_chance(&random, 0.1);
	const enum when when = left_on ? ALWAYS : OFFICE;

	for (uint32_t i = 0; i < 2; i++) /* what everybody uses */
		shared(e, 10 + random_below(&random, 40), 5 * MB,
		       (struct habit){.when = FEW,
				      .sigma_hour = 1.3,
				      .sigma_day = 0.6,
				      .back = 5,
				      .port = 443});
	own(e, 0.7, 20 * KB, 1 * MB, /* push, chat */
	    (struct habit){
		.when = when, .sigma_hour = 0.5, .back = 1, .port = 443});
	own(e, 0.3, 1 * MB, 300 * MB, /* sync */
	    (struct habit){.when = when,
			   .sigma_hour = 1.5,
			   .sigma_day = 1,
			   .back = 0.5,
			   .port = 443});
	own(e, 0.2, 0.1 * MB, 50 * MB,
	    (struct habit){.when = FEW,
			   .sigma_hour = 1,
			   .sigma_day = 1,
			   .back = 4,
			   .port = 443});
	if (left_on) /* a NAS, a private server */
		own(e, 0.3, 10 * MB, 5 * GB,
		    (struct habit){.when = ALWAYS,
				   .sigma_hour = 0.6,
				   .sigma_day = 0.4,
				   .back = 0.05,
				   .port = 443});
}

int
standing_emit(const struct standing_site *site, uint32_t host,
	      standing_emit_fn emit, void *context)
{
	const enum standing_kind kind = standing_kind_of(site, host);
	struct emission e = {.site = site,
			     .host = host,
			     .key = random_key(site->seed, 7, host),
			     .emit = emit,
			     .context = context};

	if (kind == STANDING_WORKSTATION)
		emit_workstation(&e);
	else
		emit_server(&e, kind);
	return e.rc;
}
