/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conn.h - the rows of a conn.log: collected in any order, written as Zeek
 * 7.0 writes them.
 */
#ifndef SEEP_DEMO_CONN_H
#define SEEP_DEMO_CONN_H

#include <stddef.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)
#define US_PER_HOUR (3600 * US_PER_S)
#define US_PER_DAY (24 * US_PER_HOUR)

/* What Zeek says of the way a connection went. */
enum conn_shape {
	CONN_TCP,
	/* _TCP_UNANSWERED: SYNs without an answer. */
	CONN_TCP_UNANSWERED,
	CONN_UDP,
	CONN_UDP_UNANSWERED,
	/* _ICMP: the ports are type and code. */
	CONN_ICMP
};

/* struct conn: one row; sent and received payload decide the rest. */
struct conn {
	int64_t start_us;
	int64_t duration_us;
	char orig[40];
	char resp[40];
	uint16_t port_orig;
	uint16_t port_resp;
	enum conn_shape shape;
	const char *service; /* "-" = none */
	uint64_t payload_orig;
	uint64_t payload_resp;
	uint64_t packets_orig;
	uint64_t packets_resp;
	uint64_t ip_orig;
	uint64_t ip_resp;
	uint64_t uid;
};

struct conns {
	struct conn *rows;
	size_t count;
	size_t room;
};

/*
 * conn_fill() sets packets and IP bytes as an ordinary stack would send the
 * payload: segments of 1,448 bytes, an acknowledgement for every second.
 */
void
conn_fill(struct conn *conn);

/* conns_add() keeps a copy; ends the program when memory is refused. */
void
conns_add(struct conns *conns, const struct conn *conn);

void
conns_clear(struct conns *conns);

/*
 * conns_write() writes DIR/YYYY-MM-DD/conn.HH:00:00-HH:00:00.log, a row in
 * the hour of its end, since Zeek logs a connection when it is over; what
 * would end after 'end_us' is cut there, as when Zeek stops. Sorts the rows.
 *
 * 'files'  out, how many were written. Returns 0, or -1 with errno.
 */
int
conns_write(struct conns *conns, const char *dir, int64_t end_us,
	    size_t *files);

#endif
