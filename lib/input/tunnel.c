/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/walk.h"

#include <assert.h>

#define PROTO_IPV4 4
#define PROTO_IPV6 41
#define PROTO_GRE 47
#define PROTO_ETHERIP 97
#define PROTO_MPLS 137

#define PORT_GTPU 2152
#define PORT_TEREDO 3544
#define PORT_VXLAN 4789
#define PORT_AYIYA 5072
#define PORT_GENEVE 6081
#define PORT_VXLAN_LINUX 8472 /* the kernel's default, older than the RFC */

#define GRE_CHECKSUM 0x8000u
#define GRE_ROUTING 0x4000u
#define GRE_KEY 0x2000u
#define GRE_SEQUENCE 0x1000u
#define GRE_ACK 0x0080u /* version 1 only */
#define GRE_VERSION 0x0007u

#define TYPE_PPP 0x880b
#define TYPE_ERSPAN2 0x88be
#define TYPE_ERSPAN3 0x22eb

/* have() says whether 'size' more bytes were captured. */
static int
have(const struct seep__walk *walk, size_t size)
{
	return seep__cursor_left(&walk->cursor) >= size;
}

static enum seep__step
skip(struct seep__walk *walk, size_t size, enum seep__step next)
{
	if (!have(walk, size))
		return SEEP__STEP_FOUND;
	seep__cursor_skip(&walk->cursor, size);
	return next;
}

/* ERSPAN: type I has no header (and no sequence number), type III may have
 * a second one. */
static enum seep__step
take_erspan(struct seep__walk *walk, uint16_t flags, uint16_t type)
{
	size_t size = 8;

	assert(type == TYPE_ERSPAN2 || type == TYPE_ERSPAN3);
	if (type == TYPE_ERSPAN2)
		return skip(walk, (flags & GRE_SEQUENCE) != 0 ? size : 0,
			    SEEP__STEP_ETHERNET);
	size = 12;
	if (!have(walk, size))
		return SEEP__STEP_FOUND;
	if ((seep__walk_peek(walk)[11] & 1u) != 0)
		size += 8;
	return skip(walk, size, SEEP__STEP_ETHERNET);
}

/* Enhanced GRE of PPTP, RFC 2637: a packet without a sequence number
 * carries no payload. */
static enum seep__step
take_gre_pptp(struct seep__walk *walk, uint16_t flags, uint16_t type)
{
	size_t size = 8;

	if (type != TYPE_PPP || (flags & GRE_KEY) == 0 ||
	    (flags & GRE_SEQUENCE) == 0)
		return SEEP__STEP_FOUND;
	if ((flags & GRE_ACK) != 0)
		size += 4;
	return skip(walk, size, SEEP__STEP_PPP);
}

static enum seep__step
take_gre(struct seep__walk *walk)
{
	uint16_t flags, type;
	size_t size = 0;

	if (!have(walk, 4))
		return SEEP__STEP_FOUND;
	flags = seep__cursor_be16(&walk->cursor);
	type = seep__cursor_be16(&walk->cursor);
	if ((flags & GRE_VERSION) == 1)
		return take_gre_pptp(walk, flags, type);
	if ((flags & GRE_VERSION) != 0 || (flags & GRE_ROUTING) != 0)
		return SEEP__STEP_FOUND;
	size += (flags & GRE_CHECKSUM) != 0 ? 4 : 0;
	size += (flags & GRE_KEY) != 0 ? 4 : 0;
	size += (flags & GRE_SEQUENCE) != 0 ? 4 : 0;
	if (!have(walk, size))
		return SEEP__STEP_FOUND;
	seep__cursor_skip(&walk->cursor, size);
	if (type == TYPE_ERSPAN2 || type == TYPE_ERSPAN3)
		return take_erspan(walk, flags, type);
	walk->ethertype = type;
	return type < 0x0600 ? SEEP__STEP_FOUND : SEEP__STEP_ETHERTYPE;
}

static enum seep__step
take_etherip(struct seep__walk *walk)
{
	if (!have(walk, 2) || seep__walk_peek(walk)[0] >> 4 != 3)
		return SEEP__STEP_FOUND;
	return skip(walk, 2, SEEP__STEP_ETHERNET);
}

enum seep__step
seep__tunnel_ip(struct seep__walk *walk, uint8_t protocol)
{
	assert(walk->depth > 0);
	switch (protocol) {
	case PROTO_IPV4:
		return SEEP__STEP_IPV4;
	case PROTO_IPV6:
		return SEEP__STEP_IPV6;
	case PROTO_GRE:
		return take_gre(walk);
	case PROTO_ETHERIP:
		return take_etherip(walk);
	case PROTO_MPLS:
		return SEEP__STEP_MPLS;
	default:
		return SEEP__STEP_FOUND;
	}
}

static enum seep__step
take_vxlan(struct seep__walk *walk)
{
	const uint8_t *header;

	if (!have(walk, 8))
		return SEEP__STEP_FOUND;
	header = seep__walk_peek(walk);
	if ((header[0] & 0x08u) == 0 || header[7] != 0)
		return SEEP__STEP_FOUND;
	return skip(walk, 8, SEEP__STEP_ETHERNET);
}

static enum seep__step
take_geneve(struct seep__walk *walk)
{
	const uint8_t *header;
	size_t size;

	if (!have(walk, 8))
		return SEEP__STEP_FOUND;
	header = seep__walk_peek(walk);
	if (header[0] >> 6 != 0 || header[7] != 0)
		return SEEP__STEP_FOUND;
	size = 8 + (header[0] & 0x3fu) * 4u;
	walk->ethertype = (uint16_t)(header[2] << 8 | header[3]);
	if (walk->ethertype < 0x0600)
		return SEEP__STEP_FOUND;
	return skip(walk, size, SEEP__STEP_ETHERTYPE);
}

/* Extension headers of GTP-U: the last byte of each names the next. */
static enum seep__step
take_gtp_extensions(struct seep__walk *walk, uint8_t next)
{
	const uint8_t *header;
	size_t size;

	assert(walk->exact);
	while (next != 0) {
		if (!have(walk, 4))
			return SEEP__STEP_FOUND;
		header = seep__walk_peek(walk);
		size = header[0] * 4u;
		if (size == 0 || !have(walk, size))
			return SEEP__STEP_FOUND;
		next = header[size - 1];
		seep__cursor_skip(&walk->cursor, size);
	}
	return SEEP__STEP_IP;
}

/* A length field must agree with the datagram, as far as this is here. */
static int
fits(const struct seep__walk *walk, uint64_t size)
{
	uint64_t left = seep__walk_left(walk);

	return walk->split ? size >= left : size == left;
}

/* GTP-U version 1, a T-PDU whose length is that of the datagram. */
static enum seep__step
take_gtp(struct seep__walk *walk)
{
	const uint8_t *header;
	uint8_t next = 0;
	size_t size;

	if (!have(walk, 12))
		return SEEP__STEP_FOUND;
	header = seep__walk_peek(walk);
	size = (size_t)header[2] << 8 | header[3];
	if (header[0] >> 4 != 3 || header[1] != 255 || !fits(walk, size + 8))
		return SEEP__STEP_FOUND;
	walk->exact = 1;
	if ((header[0] & 7u) == 0)
		return skip(walk, 8, SEEP__STEP_IP);
	if ((header[0] & 4u) != 0)
		next = header[11];
	seep__cursor_skip(&walk->cursor, 12);
	return take_gtp_extensions(walk, next);
}

/* Teredo: an authentication and an origin header, each optional. */
static enum seep__step
take_teredo(struct seep__walk *walk)
{
	const uint8_t *header;

	if (have(walk, 13) && seep__walk_peek(walk)[0] == 0 &&
	    seep__walk_peek(walk)[1] == 1) {
		header = seep__walk_peek(walk);
		if (!have(walk, (size_t)header[2] + header[3] + 13))
			return SEEP__STEP_FOUND;
		seep__cursor_skip(&walk->cursor,
				  (size_t)header[2] + header[3] + 13);
	}
	if (have(walk, 8) && seep__walk_peek(walk)[0] == 0 &&
	    seep__walk_peek(walk)[1] == 0)
		seep__cursor_skip(&walk->cursor, 8);
	walk->exact = 1;
	walk->teredo = SEEP__TEREDO_PORT;
	return SEEP__STEP_IPV6;
}

/*
 * Between Teredo clients and relays any port may be in use; there the
 * length and the prefix 2001::/32 together, 52 bits, tell it.
 */
static enum seep__step
take_teredo_anywhere(struct seep__walk *walk)
{
	if (!have(walk, 40) || seep__walk_peek(walk)[0] >> 4 != 6)
		return SEEP__STEP_FOUND;
	walk->exact = 1;
	walk->teredo = SEEP__TEREDO_ANYWHERE;
	return SEEP__STEP_IPV6;
}

/* AYIYA: an identity and a signature of stated lengths; forwarding only. */
static enum seep__step
take_ayiya(struct seep__walk *walk)
{
	const uint8_t *header;
	uint8_t next;
	size_t size;

	if (!have(walk, 8))
		return SEEP__STEP_FOUND;
	header = seep__walk_peek(walk);
	next = header[3];
	if ((header[2] & 0x0fu) != 1 ||
	    (next != PROTO_IPV4 && next != PROTO_IPV6))
		return SEEP__STEP_FOUND;
	size = 8 + ((size_t)1 << (header[0] >> 4)) + (header[1] >> 4) * 4u;
	walk->exact = 1;
	return skip(walk, size,
		    next == PROTO_IPV4 ? SEEP__STEP_IPV4 : SEEP__STEP_IPV6);
}

enum seep__step
seep__tunnel_udp(struct seep__walk *walk, uint16_t src_port, uint16_t dst_port)
{
	assert(walk->depth > 0);
	if (dst_port == PORT_VXLAN || dst_port == PORT_VXLAN_LINUX)
		return take_vxlan(walk);
	if (dst_port == PORT_GENEVE)
		return take_geneve(walk);
	if (dst_port == PORT_GTPU || src_port == PORT_GTPU)
		return take_gtp(walk);
	if (dst_port == PORT_TEREDO || src_port == PORT_TEREDO)
		return take_teredo(walk);
	if (dst_port == PORT_AYIYA || src_port == PORT_AYIYA)
		return take_ayiya(walk);
	return take_teredo_anywhere(walk);
}
