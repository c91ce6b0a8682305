/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "draw.h"

#define SNAP 96
#define DAYS 28
#define LEAK_DAY OFFICE_LEAK_DAY

/*
 * Payload of a packet. The capture is taken on the server, which hands its
 * network card 45 segments at once and lets it cut them: what it sends is
 * seen whole, as captures on servers do show it.
 */
#define SEGMENT 1448
#define SEGMENTS_OFFLOADED (45 * SEGMENT)

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_PSH 0x08
#define TCP_ACK 0x10

enum { ETHERNET_SIZE = 14, IP_SIZE = 20, TCP_SIZE = 20, UDP_SIZE = 8 };

struct packet {
	int64_t time_us;
	uint32_t order; /* ties keep the order of writing */
	uint32_t size;  /* on the wire */
	uint8_t data[SNAP];
};

struct capture {
	struct packet *packets;
	size_t count;
	size_t room;
	uint16_t ip_id;
	struct draw draw;
};

/* struct tcp: both ends of a connection while it is written. */
struct tcp {
	struct capture *capture;
	uint32_t address[2]; /* opener, other; host order */
	uint16_t port[2];
	uint32_t next[2]; /* sequence numbers */
	int64_t time_us;
	int64_t step_us;
};

static void
put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static uint32_t
address_of(const char *text)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		abort(); /* only literals of this program come here */
	return ntohl(in.s_addr);
}

/* RFC 1071, over bytes that are whole words. */
static uint32_t
sum16(uint32_t sum, const uint8_t *data, size_t size)
{
	size_t i;

	assert(size % 2 == 0);
	for (i = 0; i < size; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	return sum;
}

static uint32_t
fold16(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/*
 * Makes room for a packet of 'payload' bytes behind an IPv4 header of its
 * own, and returns where the transport header goes. Payload is zeros, and
 * most of it is beyond the snap length.
 */
static struct packet *
new_packet(struct capture *capture, int64_t time_us, uint32_t from, uint32_t to,
	   uint8_t protocol, uint32_t ip_payload)
{
	struct packet *packet;
	uint8_t *ip;

	if (capture->count == capture->room) {
		capture->room = capture->room ? 2 * capture->room : 1024;
		capture->packets =
		    realloc(capture->packets,
			    capture->room * sizeof(*capture->packets));
		if (!capture->packets) {
			fputs("seep_demo: out of memory\n", stderr);
			exit(1);
		}
	}
	packet = &capture->packets[capture->count];
	memset(packet, 0, sizeof(*packet));
	packet->time_us = time_us;
	packet->order = (uint32_t)capture->count++;
	packet->size = ETHERNET_SIZE + IP_SIZE + ip_payload;
	/* Locally administered addresses, made of the IPv4 address. */
	packet->data[0] = packet->data[6] = 0x02;
	put32(packet->data + 2, to);
	put32(packet->data + 8, from);
	put16(packet->data + 12, 0x0800);
	ip = packet->data + ETHERNET_SIZE;
	ip[0] = 0x45;
	put16(ip + 2, IP_SIZE + ip_payload);
	put16(ip + 4, capture->ip_id++);
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	put16(ip + 10, fold16(sum16(0, ip, IP_SIZE)));
	return packet;
}

/* The sum that TCP and UDP keep of a packet whose payload is zeros. */
static uint32_t
transport_sum(const struct packet *packet, size_t header)
{
	const uint8_t *ip = packet->data + ETHERNET_SIZE;
	uint32_t sum = ip[9] + packet->size - ETHERNET_SIZE - IP_SIZE;

	sum = sum16(sum, ip + 12, 8);
	return fold16(sum16(sum, ip + IP_SIZE, header));
}

/* One segment from 'side' (0 = opener); moves time and sequence on. */
static void
send_segment(struct tcp *tcp, int side, uint8_t flags, uint32_t payload)
{
	int other = !side;
	struct packet *packet =
	    new_packet(tcp->capture, tcp->time_us, tcp->address[side],
		       tcp->address[other], 6, TCP_SIZE + payload);
	uint8_t *header = packet->data + ETHERNET_SIZE + IP_SIZE;

	put16(header, tcp->port[side]);
	put16(header + 2, tcp->port[other]);
	put32(header + 4, tcp->next[side]);
	if (flags & TCP_ACK)
		put32(header + 8, tcp->next[other]);
	header[12] = TCP_SIZE / 4 << 4;
	header[13] = flags;
	put16(header + 14, 64240);
	put16(header + 16, transport_sum(packet, TCP_SIZE));
	tcp->next[side] += payload + !!(flags & (TCP_SYN | TCP_FIN));
	tcp->time_us += tcp->step_us;
}

static void
send_payload(struct tcp *tcp, int side, uint32_t payload)
{
	uint32_t most = tcp->address[side] == address_of(OFFICE_FILE_SERVER)
			    ? SEGMENTS_OFFLOADED
			    : SEGMENT;
	int unanswered = 0;

	while (payload > 0) {
		uint32_t part = payload < most ? payload : most;

		payload -= part;
		send_segment(tcp, side, payload ? TCP_ACK : TCP_ACK | TCP_PSH,
			     part);
		if (++unanswered == 2 || !payload) {
			send_segment(tcp, !side, TCP_ACK, 0);
			unanswered = 0;
		}
	}
}

/* A whole connection: three packets to open it, four to close it. */
static void
add_tcp(struct capture *capture, int64_t time_us, const char *opener,
	const char *other, uint16_t port, uint32_t up, uint32_t down)
{
	struct draw *draw = &capture->draw;
	struct tcp tcp = {.capture = capture, .time_us = time_us};

	tcp.address[0] = address_of(opener);
	tcp.address[1] = address_of(other);
	tcp.port[0] = (uint16_t)draw_range(draw, 32768, 60999);
	tcp.port[1] = port;
	tcp.next[0] = (uint32_t)draw_u64(draw);
	tcp.next[1] = (uint32_t)draw_u64(draw);
	tcp.step_us = (int64_t)draw_range(draw, 9000, 60000);
	send_segment(&tcp, 0, TCP_SYN, 0);
	send_segment(&tcp, 1, TCP_SYN | TCP_ACK, 0);
	send_segment(&tcp, 0, TCP_ACK, 0);
	send_payload(&tcp, 0, up);
	send_payload(&tcp, 1, down);
	send_segment(&tcp, 0, TCP_FIN | TCP_ACK, 0);
	send_segment(&tcp, 1, TCP_ACK, 0);
	send_segment(&tcp, 1, TCP_FIN | TCP_ACK, 0);
	send_segment(&tcp, 0, TCP_ACK, 0);
}

static void
add_datagram(struct capture *capture, int64_t time_us, uint32_t from,
	     uint32_t to, uint16_t port_from, uint16_t port_to,
	     uint32_t payload)
{
	struct packet *packet =
	    new_packet(capture, time_us, from, to, 17, UDP_SIZE + payload);
	uint8_t *header = packet->data + ETHERNET_SIZE + IP_SIZE;

	put16(header, port_from);
	put16(header + 2, port_to);
	put16(header + 4, UDP_SIZE + payload);
	put16(header + 6, transport_sum(packet, UDP_SIZE));
}

static void
add_ping(struct capture *capture, int64_t time_us, uint32_t from, uint32_t to)
{
	int reply;

	for (reply = 0; reply < 2; reply++) {
		struct packet *packet =
		    new_packet(capture, time_us + 3000 * reply,
			       reply ? to : from, reply ? from : to, 1, 64);
		uint8_t *header = packet->data + ETHERNET_SIZE + IP_SIZE;

		header[0] = reply ? 0 : 8;
		put16(header + 6, 1);
		put16(header + 2, fold16(sum16(0, header, 8)));
	}
}

static void
add_day(struct capture *capture, const struct office *office, uint32_t day)
{
	int64_t start_us = OFFICE_START_S * US_PER_S + day * US_PER_DAY;
	uint32_t server = address_of(OFFICE_FILE_SERVER);
	struct draw *draw = &capture->draw;
	int64_t hour;

	draw_init(draw, office->seed, day, 1);
	add_tcp(capture, start_us + US_PER_HOUR, OFFICE_FILE_SERVER,
		"203.0.113.10", 443,
		(uint32_t)draw_heavy(draw, 2000000, 8000000), 3000);
	for (hour = 0; hour < 24; hour++) {
		int64_t at = start_us + hour * US_PER_HOUR +
			     (int64_t)draw_range(draw, 0, 1800) * US_PER_S;

		add_datagram(capture, at, server, address_of("10.20.10.2"),
			     40000, 53, 40);
		add_datagram(capture, at + 700, address_of("10.20.10.2"),
			     server, 53, 40000, 120);
		if (hour % 6 == 0)
			add_ping(capture, at + 5000, server,
				 address_of("203.0.113.1"));
		if (hour > 7 && hour < 18)
			add_tcp(capture, at, "10.20.1.15", OFFICE_FILE_SERVER,
				445, 2000,
				(uint32_t)draw_heavy(draw, 20000, 300000));
	}
}

/* Numbers of its own, so that the twin differs by nothing else. */
static void
add_leak(struct capture *capture, const struct office *office, uint32_t day)
{
	int64_t start_us = OFFICE_START_S * US_PER_S + day * US_PER_DAY;
	int64_t hour;

	draw_init(&capture->draw, office->seed, day, 2);
	for (hour = 0; hour < 24; hour++) {
		char peer[40];
		int64_t at =
		    start_us + hour * US_PER_HOUR +
		    (int64_t)draw_range(&capture->draw, 0, 3000) * US_PER_S;

		office_leak_peer(
		    day, (uint32_t)draw_range(&capture->draw, 0, 7), peer);
		add_tcp(capture, at, OFFICE_FILE_SERVER, peer, 443,
			(uint32_t)draw_range(&capture->draw, 500000, 700000),
			600);
	}
}

static int
compare_time(const void *a, const void *b)
{
	const struct packet *x = a;
	const struct packet *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Big-endian files are as good as others and the same everywhere. */
static int
write_file(const struct capture *capture, const char *path)
{
	static const uint8_t head[24] = {0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4,
					 0,    0,    0,    0,    0, 0, 0, 0,
					 0,    0,    0,    SNAP, 0, 0, 0, 1};
	FILE *out = fopen(path, "wb");
	uint8_t record[16];
	size_t i;
	int bad;

	if (!out)
		return -1;
	fwrite(head, sizeof(head), 1, out);
	for (i = 0; i < capture->count; i++) {
		const struct packet *p = &capture->packets[i];
		uint32_t kept = p->size < SNAP ? p->size : SNAP;

		put32(record, (uint32_t)(p->time_us / US_PER_S));
		put32(record + 4, (uint32_t)(p->time_us % US_PER_S));
		put32(record + 8, kept);
		put32(record + 12, p->size);
		fwrite(record, sizeof(record), 1, out);
		fwrite(p->data, kept, 1, out);
	}
	bad = ferror(out);
	return fclose(out) || bad ? -1 : 0;
}

int
capture_write(const struct office *office, const char *path, size_t *packets)
{
	struct capture capture = {0};
	uint32_t day;
	int status;

	for (day = 0; day < DAYS; day++) {
		add_day(&capture, office, day);
		if (day >= LEAK_DAY && !office->twin)
			add_leak(&capture, office, day);
	}
	qsort(capture.packets, capture.count, sizeof(*capture.packets),
	      compare_time);
	status = write_file(&capture, path);
	*packets = capture.count;
	free(capture.packets);
	return status;
}
