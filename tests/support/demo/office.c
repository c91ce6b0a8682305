/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "office.h"

#define KB UINT64_C(1000)
#define MB UINT64_C(1000000)

#define WORKSTATIONS 60
#define PRINTERS 6
#define RESOLVER "10.20.10.2"
#define MAIL_RELAY "10.20.10.3"
#define MONITOR "10.20.10.4"
#define WEB_SERVER "10.20.10.8"

/* One stream of numbers per actor and day; workstations come last. */
enum actor {
	ACTOR_FILE_SERVER = 1,
	ACTOR_BACKUP,
	ACTOR_WEB_SERVER,
	ACTOR_MAIL_RELAY,
	ACTOR_RESOLVER,
	ACTOR_PRINTERS,
	ACTOR_MONITOR,
	ACTOR_SCANS,
	ACTOR_LEAK,
	ACTOR_WORKSTATION = 100
};

/* Chances of an hour of the day: office hours, the public, any time. */
static const uint8_t hours_office[24] = {0,  0,  0,  0,  0, 0,  1,  4,
					 14, 18, 18, 14, 6, 10, 16, 16,
					 14, 8,  3,  1,  0, 0,  0,  0};
static const uint8_t hours_public[24] = {3, 2, 2, 2, 2, 3, 4, 6,  8,  9, 9, 9,
					 9, 9, 9, 9, 9, 9, 9, 10, 10, 9, 7, 5};
static const uint8_t hours_any[24] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
				      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* struct day: where an actor of one day puts what it does. */
struct day {
	struct conns *conns;
	int64_t start_us;
	uint32_t number;
	int working;
	struct draw draw;
};

static uint64_t
pick(struct day *day, uint64_t low, uint64_t high)
{
	return draw_range(&day->draw, low, high);
}

/*
 * struct amount: a size still to be drawn. Arguments are evaluated in an
 * order of the compiler's choice, so none of them may draw where another
 * one does.
 */
struct amount {
	uint64_t low;
	uint64_t high;
	int heavy;
};

static struct amount
even(uint64_t low, uint64_t high)
{
	return (struct amount){low, high, 0};
}

static struct amount
exactly(uint64_t size)
{
	return even(size, size);
}

static struct amount
heavy(uint64_t low, uint64_t high)
{
	return (struct amount){low, high, 1};
}

static uint64_t
draw(struct day *day, struct amount amount)
{
	return amount.heavy ? draw_heavy(&day->draw, amount.low, amount.high)
			    : pick(day, amount.low, amount.high);
}

/* Sets a start within one of the hours that 'hours' allows. */
static void
set_start(struct day *day, struct conn *conn, const uint8_t hours[24])
{
	uint32_t hour = draw_weighted(&day->draw, hours, 24);

	conn->start_us = day->start_us + hour * US_PER_HOUR +
			 (int64_t)pick(day, 0, US_PER_HOUR - 1);
}

static struct conn
conn_between(struct day *day, const char *orig, const char *resp,
	     enum conn_shape shape, uint16_t port, const char *service)
{
	struct conn conn = {.shape = shape,
			    .port_orig = (uint16_t)pick(day, 32768, 60999),
			    .port_resp = port,
			    .service = service};

	snprintf(conn.orig, sizeof(conn.orig), "%s", orig);
	snprintf(conn.resp, sizeof(conn.resp), "%s", resp);
	conn.uid = draw_u64(&day->draw);
	return conn;
}

static void
add(struct day *day, struct conn *conn)
{
	conn_fill(conn);
	conns_add(day->conns, conn);
}

/* One TCP connection that takes up to two minutes. */
static void
add_tcp(struct day *day, const char *orig, const char *resp, uint16_t port,
	const char *service, const uint8_t hours[24], struct amount up,
	struct amount down)
{
	struct conn conn =
	    conn_between(day, orig, resp, CONN_TCP, port, service);

	set_start(day, &conn, hours);
	conn.duration_us = (int64_t)pick(day, US_PER_S / 20, 120 * US_PER_S);
	conn.payload_orig = draw(day, up);
	conn.payload_resp = draw(day, down);
	add(day, &conn);
}

static void
add_udp(struct day *day, const char *orig, const char *resp, uint16_t port,
	const char *service, const uint8_t hours[24])
{
	struct conn conn =
	    conn_between(day, orig, resp, CONN_UDP, port, service);

	set_start(day, &conn, hours);
	conn.duration_us = (int64_t)pick(day, 400, 90000);
	conn.payload_orig = port == 123 ? 48 : pick(day, 30, 70);
	conn.payload_resp = port == 123 ? 48 : pick(day, 60, 460);
	add(day, &conn);
}

/* An address of the benchmark network, as one of the many out there. */
static void
outside(struct day *day, char text[40], struct amount networks,
	struct amount hosts)
{
	unsigned network = (unsigned)draw(day, networks);
	unsigned host = (unsigned)draw(day, hosts);

	assert(network < 512);
	snprintf(text, 40, "198.%u.%u.%u", 18 + network / 256, network % 256,
		 1 + host % 254);
}

static void
workstation(char text[40], uint32_t nth)
{
	assert(nth < WORKSTATIONS);
	snprintf(text, 40, "10.20.%u.%u", 1 + nth / 30, 10 + nth % 30);
}

/* Sites that everybody visits are visited most. */
static void
browse(struct day *day, const char *from)
{
	char site[40];
	uint64_t rank = draw(day, heavy(1, 400));

	outside(day, site, exactly(rank % 40), exactly(rank));
	add_tcp(day, from, site, 443, "ssl", hours_office, heavy(900, 3 * MB),
		heavy(4 * KB, 20 * MB));
}

static void
use_file_server(struct day *day, const char *from)
{
	struct conn conn = conn_between(day, from, OFFICE_FILE_SERVER, CONN_TCP,
					445, "gssapi,ntlm,smb");

	set_start(day, &conn, hours_office);
	conn.duration_us = (int64_t)pick(day, 60, 3 * 3600) * US_PER_S;
	conn.payload_orig = draw(day, heavy(20 * KB, 30 * MB));
	conn.payload_resp = draw(day, heavy(100 * KB, 80 * MB));
	add(day, &conn);
}

/* A page that keeps its connection open for half the day. */
static void
hold_connection(struct day *day, const char *from)
{
	struct conn conn =
	    conn_between(day, from, "198.18.7.9", CONN_TCP, 443, "ssl");

	conn.start_us = day->start_us + 8 * US_PER_HOUR +
			(int64_t)pick(day, 0, US_PER_HOUR);
	conn.duration_us = (int64_t)pick(day, 4 * 3600, 9 * 3600) * US_PER_S;
	conn.payload_orig = pick(day, 100 * KB, 400 * KB);
	conn.payload_resp = pick(day, 200 * KB, 2 * MB);
	add(day, &conn);
}

static void
call_by_video(struct day *day, const char *from)
{
	char peer[40];
	struct conn conn;

	outside(day, peer, exactly(300), even(1, 4));
	conn = conn_between(day, from, peer, CONN_UDP, 3478, "-");
	set_start(day, &conn, hours_office);
	conn.duration_us = (int64_t)pick(day, 900, 3600) * US_PER_S;
	conn.payload_orig = pick(day, 20 * MB, 120 * MB);
	conn.payload_resp = pick(day, 40 * MB, 300 * MB);
	add(day, &conn);
}

static void
browse_v6(struct day *day, uint32_t nth)
{
	char from[40];
	char site[40];

	snprintf(from, sizeof(from), "2001:db8:20:%u::%x", 1 + nth / 30,
		 0x10 + nth % 30);
	snprintf(site, sizeof(site), "2001:db8:ff00::%x",
		 (unsigned)draw(day, heavy(1, 60)));
	add_tcp(day, from, site, 443, "ssl", hours_office, heavy(900, MB),
		heavy(4 * KB, 8 * MB));
}

static void
work(struct day *day, uint32_t nth)
{
	char from[40];
	uint64_t n;

	workstation(from, nth);
	for (n = pick(day, 25, 70); n > 0; n--)
		browse(day, from);
	for (n = pick(day, 3, 9); n > 0; n--)
		use_file_server(day, from);
	for (n = pick(day, 8, 20); n > 0; n--)
		add_udp(day, from, RESOLVER, 53, "dns", hours_office);
	for (n = pick(day, 1, 4); n > 0; n--)
		browse_v6(day, nth);
	if (nth % 6 == 0)
		hold_connection(day, from);
	if (pick(day, 1, 20) == 1)
		call_by_video(day, from);
	/* Software updates come on Wednesdays. */
	if (day->number % 7 == 2)
		add_tcp(day, from, "198.18.200.5", 443, "ssl", hours_office,
			exactly(60 * KB), heavy(80 * MB, 400 * MB));
}

static void
day_of_workstation(struct day *day, uint32_t nth)
{
	char from[40];
	char printer[40];
	uint64_t n;

	workstation(from, nth);
	if (day->working && pick(day, 1, 12) > 1)
		work(day, nth);
	else if (pick(day, 1, 8) == 1)
		browse(day, from);
	for (n = day->working ? pick(day, 0, 2) : 0; n > 0; n--) {
		snprintf(printer, sizeof(printer), "10.20.20.%u",
			 11 + nth % PRINTERS);
		add_tcp(day, from, printer, 9100, "-", hours_office,
			heavy(30 * KB, 20 * MB), exactly(2 * KB));
	}
}

/*
 * The nightly backup: 0.3 to 1.5 GB with a heavy tail, to the two addresses
 * of one provider. The last of March takes a full copy to the same place.
 */
static void
day_of_backup(struct day *day)
{
	uint64_t left = draw(day, heavy(300 * MB, 1500 * MB));
	int64_t at = day->start_us + US_PER_HOUR;
	int i;

	if (day->number == 15)
		left = 4000 * MB;
	for (i = 24; i > 0; i--) {
		struct conn conn =
		    conn_between(day, OFFICE_FILE_SERVER,
				 i % 2 ? "203.0.113.10" : "203.0.113.11",
				 CONN_TCP, 443, "ssl");

		conn.payload_orig = i > 1 ? left / (uint64_t)i / 2 +
						pick(day, 0, left / (uint64_t)i)
					  : left;
		left -= conn.payload_orig;
		conn.payload_resp = pick(day, 4 * KB, 60 * KB);
		conn.start_us = at;
		conn.duration_us = (int64_t)pick(day, 120, 420) * US_PER_S;
		at += conn.duration_us + US_PER_S;
		add(day, &conn);
	}
}

static void
day_of_file_server(struct day *day)
{
	struct conn agent = conn_between(day, OFFICE_FILE_SERVER,
					 "203.0.113.77", CONN_TCP, 443, "ssl");
	uint64_t n;

	/* A monitoring agent renews its connection once a day. */
	agent.start_us = day->start_us + 5 * US_PER_S;
	agent.duration_us = US_PER_DAY - 10 * US_PER_S;
	agent.payload_orig = pick(day, MB, 2 * MB);
	agent.payload_resp = pick(day, 200 * KB, 400 * KB);
	add(day, &agent);
	/* The archives' web site is published to its hosting provider. */
	for (n = day->working ? pick(day, 2, 6) : 0; n > 0; n--)
		add_tcp(day, OFFICE_FILE_SERVER, "203.0.113.40", 443, "ssl",
			hours_office, heavy(2 * MB, 60 * MB),
			even(4 * KB, 90 * KB));
	add_tcp(day, OFFICE_FILE_SERVER, "198.18.200.5", 443, "ssl", hours_any,
		exactly(40 * KB), heavy(MB, 200 * MB));
	for (n = 0; n < 24; n++)
		add_udp(day, OFFICE_FILE_SERVER, "203.0.113.123", 123, "ntp",
			hours_any);
	for (n = pick(day, 30, 60); n > 0; n--)
		add_udp(day, OFFICE_FILE_SERVER, RESOLVER, 53, "dns",
			hours_any);
}

static void
day_of_web_server(struct day *day)
{
	char peer[40];
	uint64_t n;

	for (n = pick(day, 500, 800); n > 0; n--) {
		outside(day, peer, even(50, 290), even(0, 253));
		add_tcp(day, peer, WEB_SERVER, 443, "ssl", hours_public,
			heavy(600, 20 * KB), heavy(3 * KB, 5 * MB));
	}
	/* Crawlers come at any hour, always the same ones. */
	for (n = pick(day, 300, 500); n > 0; n--) {
		outside(day, peer, exactly(310), even(0, 7));
		add_tcp(day, peer, WEB_SERVER, 80, "http", hours_any,
			even(200, 600), heavy(2 * KB, MB));
	}
}

static void
day_of_mail_relay(struct day *day)
{
	const uint8_t *hours = day->working ? hours_office : hours_public;
	uint64_t scale = day->working ? 1 : 8;
	char peer[40];
	uint64_t n;

	for (n = pick(day, 120, 200) / scale; n > 0; n--) {
		outside(day, peer, exactly(320), heavy(1, 60));
		add_tcp(day, peer, MAIL_RELAY, 25, "smtp", hours,
			heavy(3 * KB, 8 * MB), even(400, 900));
	}
	for (n = pick(day, 60, 110) / scale; n > 0; n--) {
		outside(day, peer, exactly(320), heavy(1, 60));
		add_tcp(day, MAIL_RELAY, peer, 25, "smtp", hours,
			heavy(3 * KB, 8 * MB), even(400, 900));
	}
}

static void
day_of_resolver(struct day *day)
{
	char peer[40];
	uint64_t n;

	for (n = pick(day, 700, 1100); n > 0; n--) {
		outside(day, peer, exactly(330), heavy(1, 30));
		add_udp(day, RESOLVER, peer, 53, "dns",
			day->working ? hours_public : hours_any);
	}
}

static void
day_of_printers(struct day *day)
{
	char printer[40];
	uint32_t i;

	for (i = 0; i < PRINTERS; i++) {
		snprintf(printer, sizeof(printer), "10.20.20.%u", 11 + i);
		add_udp(day, printer, "203.0.113.123", 123, "ntp", hours_any);
		if (day->working)
			add_tcp(day, printer, "203.0.113.60", 443, "ssl",
				hours_office, even(5 * KB, 20 * KB),
				even(4 * KB, 9 * KB));
	}
}

/* Pings across the border every hour, and IPv6 neighbours' small talk. */
static void
day_of_monitor(struct day *day)
{
	struct conn conn;
	int64_t hour;

	for (hour = 0; hour < 24; hour++) {
		conn = conn_between(day, MONITOR, "203.0.113.1", CONN_ICMP, 0,
				    "-");
		conn.port_orig = 8;
		conn.start_us =
		    day->start_us + hour * US_PER_HOUR + 30 * US_PER_S;
		conn.duration_us = (int64_t)pick(day, 900, 4000);
		conn.payload_orig = conn.payload_resp = 56;
		add(day, &conn);
		conn = conn_between(day, "fe80::20:10:4", "ff02::1", CONN_ICMP,
				    133, "-");
		conn.port_orig = 134;
		set_start(day, &conn, hours_any);
		conn.payload_orig = 24;
		add(day, &conn);
	}
}

static void
day_of_scans(struct day *day)
{
	static const uint16_t ports[] = {22, 23, 445, 3389, 5900, 8080};
	static const char *const targets[] = {WEB_SERVER, MAIL_RELAY};
	struct conn conn;
	char peer[40];
	uint16_t port;
	uint64_t n;

	for (n = pick(day, 200, 400); n > 0; n--) {
		outside(day, peer, even(400, 480), even(0, 253));
		port = ports[pick(day, 0, 5)];
		conn = conn_between(day, peer, targets[pick(day, 0, 1)],
				    CONN_TCP_UNANSWERED, port, "-");
		set_start(day, &conn, hours_any);
		add(day, &conn);
	}
	for (n = pick(day, 5, 15); n > 0; n--) {
		outside(day, peer, even(400, 480), even(0, 253));
		conn = conn_between(day, peer, RESOLVER, CONN_UDP_UNANSWERED,
				    1900, "-");
		conn.payload_orig = 94;
		set_start(day, &conn, hours_any);
		add(day, &conn);
	}
}

void
office_leak_peer(uint32_t day, uint32_t nth, char peer[40])
{
	static const char *const networks[4] = {"192.0.2.", "198.51.100.",
						"203.0.113.", "198.19.240."};
	uint32_t of_pool = (day * 17 + nth % 8 * 11) % 60;

	snprintf(peer, 40, "%s%u", networks[of_pool % 4], 130 + of_pool);
}

/*
 * The leak: the same IP bytes every hour to the byte, cut into connections
 * of different sizes, which an hour's edge never cuts.
 */
static void
day_of_leak(struct day *day)
{
	int64_t hour;

	for (hour = 0; hour < 24; hour++) {
		uint64_t left = OFFICE_LEAK_PER_HOUR;
		uint64_t n = pick(day, 16, 36);

		for (; n > 0; n--) {
			char peer[40];
			struct conn conn;
			uint64_t ip =
			    n > 1 ? left / n / 2 + pick(day, 0, left / n)
				  : left;

			office_leak_peer(day->number, (uint32_t)pick(day, 0, 7),
					 peer);
			conn = conn_between(day, OFFICE_FILE_SERVER, peer,
					    CONN_TCP, 443, "ssl");
			conn.start_us = day->start_us + hour * US_PER_HOUR +
					(int64_t)pick(day, 0, 3300) * US_PER_S;
			conn.duration_us =
			    (int64_t)pick(day, 10, 280) * US_PER_S;
			conn.payload_orig = ip - ip / 1500 * 52 - 260;
			conn.payload_resp = pick(day, 3 * KB, 9 * KB);
			conn_fill(&conn);
			conn.payload_orig += ip - conn.ip_orig;
			conn.ip_orig = ip;
			left -= ip;
			conns_add(day->conns, &conn);
		}
	}
}

void
office_day(const struct office *office, uint32_t number, struct conns *conns)
{
	static const struct {
		enum actor actor;
		void (*act)(struct day *day);
	} actors[] = {
	    {ACTOR_FILE_SERVER, day_of_file_server},
	    {ACTOR_BACKUP, day_of_backup},
	    {ACTOR_WEB_SERVER, day_of_web_server},
	    {ACTOR_MAIL_RELAY, day_of_mail_relay},
	    {ACTOR_RESOLVER, day_of_resolver},
	    {ACTOR_PRINTERS, day_of_printers},
	    {ACTOR_MONITOR, day_of_monitor},
	    {ACTOR_SCANS, day_of_scans},
	    {ACTOR_LEAK, day_of_leak},
	};
	struct day day = {.conns = conns,
			  .start_us =
			      OFFICE_START_S * US_PER_S + number * US_PER_DAY,
			  .number = number,
			  .working = number % 7 < 5};
	uint32_t i;

	for (i = 0; i < sizeof(actors) / sizeof(actors[0]); i++) {
		if (actors[i].actor == ACTOR_LEAK &&
		    (office->twin || number < OFFICE_LEAK_DAY))
			continue;
		draw_init(&day.draw, office->seed, number, actors[i].actor);
		actors[i].act(&day);
	}
	for (i = 0; i < WORKSTATIONS; i++) {
		draw_init(&day.draw, office->seed, number,
			  ACTOR_WORKSTATION + i);
		day_of_workstation(&day, i);
	}
}
