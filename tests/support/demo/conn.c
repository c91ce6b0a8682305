/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "conn.h"

#define SEGMENT 1448
#define HEADER_TCP 52 /* IPv4, TCP, timestamps */
#define HEADER_UDP 28 /* also IPv4 and ICMP */
#define HEADER_V6 20  /* what IPv6 has more */

static const char fields[] =
    "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\t"
    "duration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\t"
    "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\t"
    "resp_ip_bytes\ttunnel_parents";
static const char types[] =
    "time\tstring\taddr\tport\taddr\tport\tenum\tstring\t"
    "interval\tcount\tcount\tstring\tbool\tbool\t"
    "count\tstring\tcount\tcount\tcount\t"
    "count\tset[string]";

/* struct shape: the columns that follow from how a connection went. */
static const struct {
	const char *proto;
	const char *state;
	const char *history;
} shapes[] = {
    [CONN_TCP] = {"tcp", "SF", "ShADadFf"},
    [CONN_TCP_UNANSWERED] = {"tcp", "S0", "S"},
    [CONN_UDP] = {"udp", "SF", "Dd"},
    [CONN_UDP_UNANSWERED] = {"udp", "S0", "D"},
    [CONN_ICMP] = {"icmp", "OTH", "-"},
};

static uint64_t
segments(uint64_t payload)
{
	return (payload + SEGMENT - 1) / SEGMENT;
}

static void
fill_tcp(struct conn *conn)
{
	uint64_t there = segments(conn->payload_orig);
	uint64_t back = segments(conn->payload_resp);

	conn->packets_orig = 4 + there + back / 2;
	conn->packets_resp = 3 + back + there / 2;
	conn->ip_orig = conn->payload_orig + HEADER_TCP * conn->packets_orig;
	conn->ip_resp = conn->payload_resp + HEADER_TCP * conn->packets_resp;
}

static void
fill_datagrams(struct conn *conn)
{
	conn->packets_orig = 1 + conn->payload_orig / SEGMENT;
	conn->packets_resp =
	    conn->payload_resp ? 1 + conn->payload_resp / SEGMENT : 0;
	conn->ip_orig = conn->payload_orig + HEADER_UDP * conn->packets_orig;
	conn->ip_resp = conn->payload_resp + HEADER_UDP * conn->packets_resp;
}

void
conn_fill(struct conn *conn)
{
	if (conn->shape == CONN_TCP) {
		fill_tcp(conn);
	} else if (conn->shape == CONN_TCP_UNANSWERED) {
		conn->packets_orig = 2;
		conn->ip_orig = 2 * HEADER_TCP;
	} else {
		fill_datagrams(conn);
	}
	if (strchr(conn->orig, ':')) {
		conn->ip_orig += HEADER_V6 * conn->packets_orig;
		conn->ip_resp += HEADER_V6 * conn->packets_resp;
	}
}

void
conns_add(struct conns *conns, const struct conn *conn)
{
	assert(conn->start_us >= 0 && conn->duration_us >= 0);
	if (conns->count == conns->room) {
		size_t room = conns->room ? 2 * conns->room : 4096;
		struct conn *rows = realloc(conns->rows, room * sizeof(*rows));

		if (!rows) {
			fputs("seep_demo: out of memory\n", stderr);
			exit(1);
		}
		conns->rows = rows;
		conns->room = room;
	}
	conns->rows[conns->count++] = *conn;
}

void
conns_clear(struct conns *conns)
{
	free(conns->rows);
	memset(conns, 0, sizeof(*conns));
}

/* By end, then by uid, which no two rows share. */
static int
compare_end(const void *a, const void *b)
{
	const struct conn *x = a;
	const struct conn *y = b;
	int64_t end_x = x->start_us + x->duration_us;
	int64_t end_y = y->start_us + y->duration_us;

	if (end_x != end_y)
		return end_x < end_y ? -1 : 1;
	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Zeek's uid: 'C' and 17 digits of base 62. */
static void
format_uid(uint64_t uid, char text[19])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	uint64_t rest = uid;
	int i;

	text[0] = 'C';
	for (i = 1; i < 18; i++) {
		text[i] = digits[rest % 62];
		rest = rest / 62 ^ (i == 10 ? uid : 0);
	}
	text[18] = '\0';
}

static int
is_local(const char *address)
{
	return !strncmp(address, "10.20.", 6) ||
	       !strncmp(address, "2001:db8:20:", 12) ||
	       !strncmp(address, "fe80:", 5);
}

static void
write_row(FILE *out, const struct conn *c)
{
	char uid[19];

	format_uid(c->uid, uid);
	fprintf(out, "%" PRId64 ".%06" PRId64 "\t%s\t%s\t%u\t%s\t%u\t%s\t%s\t",
		c->start_us / US_PER_S, c->start_us % US_PER_S, uid, c->orig,
		(unsigned)c->port_orig, c->resp, (unsigned)c->port_resp,
		shapes[c->shape].proto, c->service);
	if (c->shape == CONN_TCP_UNANSWERED)
		fputs("-\t-\t-", out);
	else
		fprintf(out, "%" PRId64 ".%06" PRId64 "\t%" PRIu64 "\t%" PRIu64,
			c->duration_us / US_PER_S, c->duration_us % US_PER_S,
			c->payload_orig, c->payload_resp);
	fprintf(out,
		"\t%s\t%c\t%c\t0\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		"\t%" PRIu64 "\t-\n",
		shapes[c->shape].state, is_local(c->orig) ? 'T' : 'F',
		is_local(c->resp) ? 'T' : 'F', shapes[c->shape].history,
		c->packets_orig, c->ip_orig, c->packets_resp, c->ip_resp);
}

static FILE *
open_hour(const char *dir, int64_t hour)
{
	char folder[1024];
	char path[1088];
	char date[32];
	struct tm tm;
	time_t when = (time_t)(hour * 3600);
	FILE *out;

	gmtime_r(&when, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	if (snprintf(folder, sizeof(folder), "%s/%s", dir, date) >=
	    (int)sizeof(folder)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return NULL;
	snprintf(path, sizeof(path), "%s/conn.%02d:00:00-%02d:00:00.log",
		 folder, tm.tm_hour, (tm.tm_hour + 1) % 24);
	out = fopen(path, "w");
	if (!out)
		return NULL;
	fprintf(out,
		"#separator \\x09\n#set_separator\t,\n"
		"#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
		"#open\t%s-%02d-00-00\n#fields\t%s\n#types\t%s\n",
		date, tm.tm_hour, fields, types);
	return out;
}

static int
close_hour(FILE *out, int64_t hour)
{
	char date[32];
	struct tm tm;
	time_t when = (time_t)((hour + 1) * 3600);
	int bad;

	gmtime_r(&when, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d-%H-%M-%S", &tm);
	fprintf(out, "#close\t%s\n", date);
	bad = ferror(out);
	return fclose(out) || bad ? -1 : 0;
}

/* Zeek stops at 'end_us': what is open then ends there. */
static void
stop_at(struct conns *conns, int64_t end_us)
{
	size_t i;

	for (i = 0; i < conns->count; i++) {
		struct conn *conn = &conns->rows[i];

		assert(conn->start_us < end_us);
		if (conn->start_us + conn->duration_us > end_us)
			conn->duration_us = end_us - conn->start_us;
	}
}

int
conns_write(struct conns *conns, const char *dir, int64_t end_us, size_t *files)
{
	int64_t last = (end_us - 1) / US_PER_HOUR;
	int64_t open = -1;
	FILE *out = NULL;
	size_t i;

	*files = 0;
	if (!conns->count)
		return 0;
	stop_at(conns, end_us);
	qsort(conns->rows, conns->count, sizeof(*conns->rows), compare_end);
	for (i = 0; i < conns->count; i++) {
		const struct conn *c = &conns->rows[i];
		int64_t hour = (c->start_us + c->duration_us) / US_PER_HOUR;

		if (hour > last)
			hour = last; /* ended as Zeek stopped */
		if (hour != open) {
			if (out && close_hour(out, open) < 0)
				return -1;
			out = open_hour(dir, hour);
			if (!out)
				return -1;
			open = hour;
			++*files;
		}
		write_row(out, c);
	}
	return close_hour(out, open);
}
