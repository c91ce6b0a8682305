/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/walk.h"

#include <assert.h>
#include <string.h>

#define IPV4_SIZE 20u
#define IPV6_SIZE 40u

/* IPv6 extension headers and what is walked like them. */
#define NEXT_HOPS 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AH 51
#define NEXT_NONE 59
#define NEXT_OPTIONS 60

static uint16_t
be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t
be32(const uint8_t *bytes)
{
	return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

static void
map_ipv4(struct seep_address *address, const uint8_t *bytes)
{
	memset(address->bytes, 0, 10);
	address->bytes[10] = 0xff;
	address->bytes[11] = 0xff;
	memcpy(address->bytes + 12, bytes, 4);
}

/*
 * The packet's length when its length field is 0: what the frame holds, for
 * the card was to cut it and fill the field in. Inside a tunnel nothing
 * fills it in any more. 0 = not believed.
 */
static uint64_t
offload_size(const struct seep__walk *walk)
{
	uint64_t left = seep__walk_left(walk);

	if (walk->depth > 0 || left > SEEP__DECODE_OFFLOAD_MAX)
		return 0;
	return left;
}

/* ipv4_size() and ipv6_size(): what the header says, 0 = not believed. */
static uint64_t
ipv4_size(const struct seep__walk *walk, const uint8_t *header)
{
	uint16_t size = be16(header + 2);

	return size != 0 ? size : offload_size(walk);
}

static uint64_t
ipv6_size(const struct seep__walk *walk, const uint8_t *header)
{
	uint16_t size = be16(header + 4);

	if (size != 0 || header[6] == NEXT_NONE)
		return IPV6_SIZE + (uint64_t)size;
	return offload_size(walk);
}

/*
 * A header cut before its end may still hold the length field; the bytes of
 * the refused packet are then known.
 */
static void
note_cut_size(struct seep__walk *walk)
{
	const uint8_t *header;
	uint64_t size = 0;

	if (seep__cursor_left(&walk->cursor) < 7)
		return;
	header = seep__walk_peek(walk);
	if (header[0] >> 4 == 4)
		size = ipv4_size(walk, header);
	else if (header[0] >> 4 == 6)
		size = ipv6_size(walk, header);
	if (size <= seep__walk_left(walk))
		walk->now.bytes = size;
}

/* Teredo carries 2001::/32 or, before it has one, link-local addresses. */
static int
is_teredo(const struct seep__walk *walk, const struct seep_address *address)
{
	const uint8_t *b = address->bytes;

	return be32(b) == UINT32_C(0x20010000) ||
	       (walk->teredo == SEEP__TEREDO_PORT && b[0] == 0xfe &&
		(b[1] & 0xc0) == 0x80);
}

/*
 * accept_size() checks a packet's size against its layer and makes the
 * packet the layer: padding and trailers end here. In a split tunnel the
 * packet goes on beyond the layer, and all of the layer is its.
 */
static enum seep__step
accept_size(struct seep__walk *walk, uint64_t size, uint64_t header)
{
	uint64_t left = seep__walk_left(walk);

	if (size < header)
		return seep__walk_bad(walk, "the IP length is less than the "
					    "IP header");
	walk->beyond = 0;
	if (walk->split && size > left && left >= header) {
		walk->beyond = size - left;
		size = left;
	}
	if (size > left)
		return seep__walk_bad(walk, "the IP length is more than the "
					    "frame holds");
	if (walk->exact && size != left)
		return seep__walk_bad(walk, "the tunnel holds more than the "
					    "packet");
	walk->exact = 0;
	seep__walk_limit(walk, size);
	walk->now.bytes = size;
	walk->now.ip = seep__walk_peek(walk);
	walk->now.ip_size = seep__cursor_left(&walk->cursor);
	return SEEP__STEP_FOUND;
}

/* The packet read now becomes the answer. */
static enum seep__step
commit(struct seep__walk *walk)
{
	assert(walk->now.bytes > 0);
	walk->now.split = (uint8_t)walk->split;
	if (walk->split)
		walk->now.part = walk->part;
	*walk->found = walk->now;
	walk->depth++;
	assert(walk->depth <= SEEP__DECODE_TUNNELS_MAX);
	return SEEP__STEP_FOUND;
}

/*
 * may_open() says whether to look for a packet inside the one found: not
 * at the last allowed depth, and not in a fragment inside a split tunnel
 * (one set of parts is followed, not two).
 */
static int
may_open(struct seep__walk *walk)
{
	if (walk->depth >= SEEP__DECODE_TUNNELS_MAX)
		return 0;
	if (!walk->now.fragment)
		return 1;
	if (walk->split)
		return 0;
	walk->split = 1;
	walk->part = walk->now.part;
	return 1;
}

/* note_data() notes what lies 'offset' bytes behind the cursor. */
static void
note_data(struct seep__walk *walk, unsigned offset)
{
	uint64_t left = seep__walk_left(walk);

	/* The IP packet is the layer: the cursor counts from its header. */
	assert(walk->cursor.data == walk->now.ip);
	if (left < offset)
		return;
	walk->now.data_at = (uint32_t)walk->cursor.at + offset;
	walk->now.data_size = (uint32_t)(left - offset);
}

static void
read_tcp(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;
	uint64_t segment = seep__walk_left(walk);
	const uint8_t *header;
	unsigned offset;

	if (seep__cursor_left(&walk->cursor) < 14)
		return;
	header = seep__walk_peek(walk);
	offset = (header[12] >> 4) * 4u;
	if (offset < 20 || offset > segment)
		return;
	now->has_tcp = 1;
	now->sequence = be32(header + 4);
	now->acknowledgement = be32(header + 8);
	now->tcp_flags = header[13];
	now->payload = (uint32_t)(segment - offset + walk->beyond);
	note_data(walk, offset);
}

/* TCP, UDP, SCTP: the ports, and for UDP what may be a tunnel. */
static enum seep__step
take_ports(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;
	enum seep__step end;

	if (!seep__walk_need(walk, 4, &end))
		return end;
	now->src_port = be16(seep__walk_peek(walk));
	now->dst_port = be16(seep__walk_peek(walk) + 2);
	now->has_ports = 1;
	if (now->protocol == SEEP__PROTO_TCP)
		read_tcp(walk);
	else if (now->protocol == SEEP__PROTO_UDP)
		note_data(walk, 8);
	end = commit(walk);
	if (now->protocol != SEEP__PROTO_UDP || !may_open(walk) ||
	    seep__cursor_left(&walk->cursor) < 8)
		return end;
	seep__cursor_skip(&walk->cursor, 8);
	return seep__tunnel_udp(walk, walk->now.src_port, walk->now.dst_port);
}

static enum seep__step
take_transport(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;

	assert(now->ip_version == 4 || now->ip_version == 6);
	if (now->fragment && !now->fragment_first) {
		now->payload = (uint32_t)seep__walk_left(walk);
		return commit(walk);
	}
	switch (now->protocol) {
	case SEEP__PROTO_TCP:
	case SEEP__PROTO_UDP:
	case SEEP__PROTO_SCTP:
		return take_ports(walk);
	default:
		break;
	}
	commit(walk);
	if (!may_open(walk))
		return SEEP__STEP_FOUND;
	return seep__tunnel_ip(walk, now->protocol);
}

static void
name_part(struct seep__packet *packet, uint32_t id)
{
	assert(packet->fragment);
	packet->part.src = packet->src;
	packet->part.dst = packet->dst;
	packet->part.id = id;
	packet->part.protocol = packet->protocol;
	packet->part.ip_version = packet->ip_version;
}

static enum seep__step
take_fragment(struct seep__walk *walk, const uint8_t *header)
{
	struct seep__packet *now = &walk->now;
	uint16_t field = be16(header + 2);

	now->protocol = header[0];
	now->fragment = (field & 0xfff9) != 0;
	now->fragment_first = now->fragment && (field & 0xfff8) == 0;
	if (now->fragment) {
		name_part(now, be32(header + 4));
		now->part.protocol = 0; /* RFC 8200: not of the identity */
	}
	seep__cursor_skip(&walk->cursor, 8);
	return SEEP__STEP_FOUND;
}

/* extension_size() returns the size of what 'next' heads; 0 = no such. */
static size_t
extension_size(const struct seep__walk *walk, const uint8_t *header)
{
	switch (walk->now.protocol) {
	case NEXT_HOPS:
	case NEXT_ROUTING:
	case NEXT_OPTIONS:
		return walk->now.ip_version == 6 ? (header[1] + 1u) * 8u : 0;
	case NEXT_AH:
		return (header[1] + 2u) * 4u;
	case NEXT_FRAGMENT:
		return walk->now.ip_version == 6 ? 8 : 0;
	default:
		return 0;
	}
}

static int
is_extension(const struct seep__walk *walk)
{
	static const uint8_t two[2];

	return extension_size(walk, two) != 0;
}

/*
 * take_extensions() walks to the transport. Each header takes 8 bytes or
 * more, so that the packet bounds the loop. A later fragment's payload is no
 * header.
 */
static enum seep__step
take_extensions(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;
	enum seep__step end;
	const uint8_t *header;
	size_t size;

	while (is_extension(walk) && (!now->fragment || now->fragment_first)) {
		if (!seep__walk_need(walk, 8, &end))
			return end;
		header = seep__walk_peek(walk);
		size = extension_size(walk, header);
		if (!seep__walk_need(walk, size, &end))
			return end;
		if (now->protocol == NEXT_FRAGMENT) {
			take_fragment(walk, header);
			continue;
		}
		now->protocol = header[0];
		seep__cursor_skip(&walk->cursor, size);
	}
	return take_transport(walk);
}

static enum seep__step
take_ipv4(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;
	enum seep__step step;
	const uint8_t *header;
	size_t header_size;
	uint16_t field;

	if (!seep__walk_need(walk, IPV4_SIZE, &step)) {
		note_cut_size(walk);
		return step;
	}
	header = seep__walk_peek(walk);
	header_size = (header[0] & 15u) * 4u;
	if (header[0] >> 4 != 4 || header_size < IPV4_SIZE)
		return seep__walk_bad(walk, "not an IPv4 header");
	step = accept_size(walk, ipv4_size(walk, header), header_size);
	if (step != SEEP__STEP_FOUND)
		return step;
	if (!seep__walk_need(walk, header_size, &step))
		return step;
	field = be16(header + 6);
	now->ip_version = 4;
	now->protocol = header[9];
	now->fragment = (field & 0x3fff) != 0;
	now->fragment_first = now->fragment && (field & 0x1fff) == 0;
	map_ipv4(&now->src, header + 12);
	map_ipv4(&now->dst, header + 16);
	if (now->fragment)
		name_part(now, be16(header + 4));
	seep__cursor_skip(&walk->cursor, header_size);
	return take_extensions(walk);
}

static enum seep__step
take_ipv6(struct seep__walk *walk)
{
	struct seep__packet *now = &walk->now;
	enum seep__step step;
	const uint8_t *header;

	if (!seep__walk_need(walk, IPV6_SIZE, &step)) {
		note_cut_size(walk);
		return step;
	}
	header = seep__walk_peek(walk);
	if (header[0] >> 4 != 6)
		return seep__walk_bad(walk, "not an IPv6 header");
	step = accept_size(walk, ipv6_size(walk, header), IPV6_SIZE);
	if (step != SEEP__STEP_FOUND)
		return step;
	now->ip_version = 6;
	now->protocol = header[6];
	memcpy(now->src.bytes, header + 8, 16);
	memcpy(now->dst.bytes, header + 24, 16);
	if (walk->teredo && !is_teredo(walk, &now->src) &&
	    !is_teredo(walk, &now->dst))
		return seep__walk_bad(walk, "no Teredo address");
	walk->teredo = 0;
	seep__cursor_skip(&walk->cursor, IPV6_SIZE);
	return take_extensions(walk);
}

int
seep__network_looks_ip(const struct seep__walk *walk)
{
	uint64_t left = seep__walk_left(walk);
	const uint8_t *header;
	uint64_t size;

	if (seep__cursor_left(&walk->cursor) < IPV4_SIZE)
		return 0;
	header = seep__walk_peek(walk);
	if (header[0] >> 4 == 4 && (header[0] & 15) >= 5) {
		size = ipv4_size(walk, header);
		return size >= (header[0] & 15u) * 4u && size <= left;
	}
	if (header[0] >> 4 != 6)
		return 0;
	size = ipv6_size(walk, header);
	return size >= IPV6_SIZE && size <= left;
}

enum seep__step
seep__network_step(struct seep__walk *walk, enum seep__step step)
{
	enum seep__step end;

	memset(&walk->now, 0, sizeof(walk->now));
	if (!seep__walk_need(walk, 1, &end))
		return end;
	if (step == SEEP__STEP_IP)
		step = seep__walk_peek(walk)[0] >> 4 == 6 ? SEEP__STEP_IPV6
							  : SEEP__STEP_IPV4;
	return step == SEEP__STEP_IPV6 ? take_ipv6(walk) : take_ipv4(walk);
}
