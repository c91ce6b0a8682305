/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * packets.h - small builders: a frame from the outside in, a capture file
 * from frames.
 */
#ifndef SEEP_TESTS_INPUT_PACKETS_H
#define SEEP_TESTS_INPUT_PACKETS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A frame under construction; headers are put in front. */
struct frame {
	uint8_t room[4096];
	size_t at; /* first byte in use */
	size_t size;
};

static inline uint8_t *
frame_data(struct frame *f)
{
	return f->room + f->at;
}

static inline void
frame_start(struct frame *f, size_t payload)
{
	memset(f, 0, sizeof(*f));
	f->at = 1024;
	f->size = payload;
	memset(frame_data(f), 'x', payload);
}

static inline void
put(struct frame *f, const void *header, size_t size)
{
	f->at -= size;
	f->size += size;
	memcpy(frame_data(f), header, size);
}

static inline void
put_be16(struct frame *f, unsigned value)
{
	uint8_t b[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(f, b, 2);
}

static inline void
pad(struct frame *f, size_t size)
{
	memset(frame_data(f) + f->size, 0, size);
	f->size += size;
}

static inline void
set_be32(uint8_t *b, uint32_t v)
{
	b[0] = (uint8_t)(v >> 24);
	b[1] = (uint8_t)(v >> 16);
	b[2] = (uint8_t)(v >> 8);
	b[3] = (uint8_t)v;
}

static inline void
set_be16(uint8_t *b, unsigned v)
{
	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

static inline void
put_tcp(struct frame *f, unsigned sport, unsigned dport, uint32_t seq,
	uint32_t ack, unsigned flags)
{
	uint8_t h[20] = {0};

	set_be16(h, sport);
	set_be16(h + 2, dport);
	set_be32(h + 4, seq);
	set_be32(h + 8, ack);
	h[12] = 5 << 4;
	h[13] = (uint8_t)flags;
	put(f, h, sizeof(h));
}

static inline void
put_udp(struct frame *f, unsigned sport, unsigned dport)
{
	uint8_t h[8] = {0};

	set_be16(h, sport);
	set_be16(h + 2, dport);
	set_be16(h + 4, (unsigned)f->size + 8);
	put(f, h, sizeof(h));
}

/* 10.0.0.src > 10.0.0.dst; 'fragment' is the field with flags. */
static inline void
put_ipv4_fragment(struct frame *f, unsigned proto, unsigned src, unsigned dst,
		  unsigned id, unsigned fragment)
{
	uint8_t h[20] = {0x45};

	set_be16(h + 2, (unsigned)f->size + 20);
	set_be16(h + 4, id);
	set_be16(h + 6, fragment);
	h[8] = 64;
	h[9] = (uint8_t)proto;
	set_be32(h + 12, 0x0a000000u | src);
	set_be32(h + 16, 0x0a000000u | dst);
	put(f, h, sizeof(h));
}

static inline void
put_ipv4(struct frame *f, unsigned proto, unsigned src, unsigned dst)
{
	put_ipv4_fragment(f, proto, src, dst, 0, 0);
}

/* 2001:db8::src > 2001:db8::dst */
static inline void
put_ipv6(struct frame *f, unsigned next, unsigned src, unsigned dst)
{
	uint8_t h[40] = {0x60};

	set_be16(h + 4, (unsigned)f->size);
	h[6] = (uint8_t)next;
	h[7] = 64;
	set_be32(h + 8, 0x20010db8);
	h[23] = (uint8_t)src;
	set_be32(h + 24, 0x20010db8);
	h[39] = (uint8_t)dst;
	put(f, h, sizeof(h));
}

static inline void
put_ethernet(struct frame *f, unsigned type)
{
	put_be16(f, type);
	put(f, "\x02\0\0\0\0\1\x02\0\0\0\0\2", 12);
}

/* A UDP packet of 100 payload bytes, 128 IP bytes: 10.0.0.1 > 10.0.0.2. */
static inline void
udp_packet(struct frame *f)
{
	frame_start(f, 100);
	put_udp(f, 40000, 53);
	put_ipv4(f, 17, 1, 2);
}

/* Capture files, classic format, nanoseconds. */

static inline FILE *
pcap_start(char *path, uint32_t link)
{
	uint32_t h[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 65535, link};
	FILE *file;
	int fd;

	strcpy(path, "/tmp/seep-capture-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		abort();
	file = fdopen(fd, "wb");
	fwrite(h, sizeof(h), 1, file);
	return file;
}

static inline void
pcap_frame(FILE *file, int64_t time_ns, const void *data, size_t captured,
	   size_t wire)
{
	uint32_t h[4] = {(uint32_t)(time_ns / 1000000000),
			 (uint32_t)(time_ns % 1000000000), (uint32_t)captured,
			 (uint32_t)wire};

	fwrite(h, sizeof(h), 1, file);
	fwrite(data, captured, 1, file);
}

#define SEC INT64_C(1000000000)
#define MINUTE (60 * SEC)
/* Some hour's start: 2026-03-01T00:00:00Z. */
#define T0 (INT64_C(1772323200) * SEC)

#endif
