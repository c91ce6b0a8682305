/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/walk.h"

#include <assert.h>

/*
 * Numbers of link types as libpcap's pcap_datalink() gives them; spelled out
 * so that decoding needs no capture library.
 */
#define LINK_NULL 0
#define LINK_ETHERNET 1
#define LINK_PPP 9
#define LINK_FDDI 10
#define LINK_ATM_LLC 11
#define LINK_RAW 12
#define LINK_RAW_BSD 14
#define LINK_PPP_SERIAL 50
#define LINK_PPP_ETHER 51
#define LINK_RAW_FILE 101
#define LINK_CISCO_HDLC 104
#define LINK_WIFI 105
#define LINK_FRELAY 107
#define LINK_LOOP 108
#define LINK_COOKED 113
#define LINK_WIFI_RADIOTAP 127
#define LINK_PPP_DIRECTION 204
#define LINK_MPLS 219
#define LINK_IPV4 228
#define LINK_IPV6 229
#define LINK_NFLOG 239
#define LINK_COOKED2 276

#define TYPE_IPV4 0x0800
#define TYPE_TAG_BRIDGED 0x6558
#define TYPE_VLAN 0x8100
#define TYPE_VLAN_CISCO 0x9100
#define TYPE_VLAN_CISCO2 0x9200
#define TYPE_IPV6 0x86dd
#define TYPE_PPP 0x880b
#define TYPE_MPLS 0x8847
#define TYPE_MPLS_MULTICAST 0x8848
#define TYPE_PPPOE 0x8864
#define TYPE_VLAN_SERVICE 0x88a8
#define TYPE_PROVIDER_BACKBONE 0x88e7
#define TYPE_VNTAG 0x8926
/* Below this an EtherType is the length of an 802.3 frame. */
#define TYPE_MIN 0x0600

static enum seep__step
take_type(struct seep__walk *walk)
{
	walk->ethertype = seep__cursor_be16(&walk->cursor);
	return SEEP__STEP_ETHERTYPE;
}

/* A header of 'size' bytes whose last two are the EtherType. */
static enum seep__step
take_header(struct seep__walk *walk, size_t size)
{
	enum seep__step end;

	assert(size >= 2);
	if (!seep__walk_need(walk, size, &end))
		return end;
	seep__cursor_skip(&walk->cursor, size - 2);
	return take_type(walk);
}

/* A header of 'size' bytes in front of something of a known kind. */
static enum seep__step
take_fixed(struct seep__walk *walk, size_t size, enum seep__step next)
{
	enum seep__step end;

	if (!seep__walk_need(walk, size, &end))
		return end;
	seep__cursor_skip(&walk->cursor, size);
	return next;
}

/* A tag of 'size' bytes; too many of them are nobody's traffic. */
static enum seep__step
take_tag(struct seep__walk *walk, size_t size)
{
	if (++walk->tags > SEEP__DECODE_TAGS_MAX)
		return seep__walk_bad(walk, "too many tags");
	return take_header(walk, size);
}

static enum seep__step
take_backbone(struct seep__walk *walk)
{
	if (++walk->tags > SEEP__DECODE_TAGS_MAX)
		return seep__walk_bad(walk, "too many tags");
	return take_fixed(walk, 4, SEEP__STEP_ETHERNET);
}

static enum seep__step
take_ethertype(struct seep__walk *walk)
{
	switch (walk->ethertype) {
	case TYPE_IPV4:
		return SEEP__STEP_IPV4;
	case TYPE_IPV6:
		return SEEP__STEP_IPV6;
	case TYPE_VLAN:
	case TYPE_VLAN_CISCO:
	case TYPE_VLAN_CISCO2:
	case TYPE_VLAN_SERVICE:
		return take_tag(walk, 4);
	case TYPE_VNTAG:
		return take_tag(walk, 6);
	case TYPE_PROVIDER_BACKBONE:
		return take_backbone(walk);
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
		return SEEP__STEP_MPLS;
	case TYPE_PPPOE:
		return SEEP__STEP_PPPOE;
	case TYPE_PPP:
		return SEEP__STEP_PPP;
	case TYPE_TAG_BRIDGED:
		return SEEP__STEP_ETHERNET;
	default:
		return walk->ethertype < TYPE_MIN ? SEEP__STEP_LLC
						  : SEEP__STEP_NOT_IP;
	}
}

/*
 * LLC, IEEE 802.2: SNAP with an EtherType, or the SAP of IP itself. A frame
 * too short for it is some other protocol's.
 */
static enum seep__step
take_llc(struct seep__walk *walk)
{
	const uint8_t *header;
	enum seep__step end;

	if (!seep__walk_need(walk, 3, &end))
		return end == SEEP__STEP_TRUNCATED ? end : SEEP__STEP_NOT_IP;
	header = seep__walk_peek(walk);
	if (header[0] == 0x06 && header[1] == 0x06 && header[2] == 0x03)
		return take_fixed(walk, 3, SEEP__STEP_IP);
	if (header[0] != 0xaa || header[1] != 0xaa || header[2] != 0x03)
		return SEEP__STEP_NOT_IP;
	end = take_header(walk, 8);
	if (end == SEEP__STEP_ETHERTYPE && walk->ethertype < TYPE_MIN)
		return SEEP__STEP_NOT_IP;
	return end;
}

/* An EtherType that a pseudowire is likely to carry. */
static int
is_likely_type(const uint8_t *bytes)
{
	switch (bytes[0] << 8 | bytes[1]) {
	case TYPE_IPV4:
	case TYPE_IPV6:
	case TYPE_VLAN:
	case TYPE_VLAN_SERVICE:
	case TYPE_MPLS:
	case TYPE_PPPOE:
		return 1;
	default:
		return 0;
	}
}

/*
 * Ethernet in a pseudowire, with a control word or, when its zero nibble
 * may as well be a MAC address's and the type stands there, without.
 */
static enum seep__step
take_pseudowire(struct seep__walk *walk)
{
	enum seep__step end;
	const uint8_t *header;

	if (!seep__walk_need(walk, 18, &end))
		return end == SEEP__STEP_TRUNCATED ? end : SEEP__STEP_NOT_IP;
	header = seep__walk_peek(walk);
	if (header[0] >> 4 == 0 &&
	    (is_likely_type(header + 16) || !is_likely_type(header + 12)))
		seep__cursor_skip(&walk->cursor, 4);
	return SEEP__STEP_ETHERNET;
}

/* Too little was captured to see whether it is IP, and the nibble says so:
 * then it is IP that the snap length cut. */
static int
is_cut_ip(const struct seep__walk *walk)
{
	uint8_t version = seep__walk_peek(walk)[0] >> 4;

	return (version == 4 || version == 6) &&
	       seep__cursor_left(&walk->cursor) < 20 &&
	       seep__walk_left(walk) >= 20;
}

/*
 * Behind the last label nothing says what follows. The nibble tells IP from
 * a pseudowire's control word (RFC 4385), but a MAC address may begin with 4
 * or 6 too: only a whole valid IP header is taken for one.
 */
static enum seep__step
take_mpls(struct seep__walk *walk)
{
	enum seep__step end;
	uint32_t label;

	do {
		if (!seep__walk_need(walk, 4, &end))
			return end;
		if (++walk->tags > SEEP__DECODE_TAGS_MAX)
			return seep__walk_bad(walk, "too many labels");
		label = seep__cursor_be32(&walk->cursor);
	} while ((label & 0x100u) == 0);
	if (!seep__walk_need(walk, 1, &end))
		return end;
	if (seep__network_looks_ip(walk) || is_cut_ip(walk))
		return SEEP__STEP_IP;
	return take_pseudowire(walk);
}

static enum seep__step
take_ppp(struct seep__walk *walk)
{
	enum seep__step end;
	uint16_t protocol;

	if (!seep__walk_need(walk, 2, &end))
		return end;
	if (seep__walk_peek(walk)[0] == 0xff &&
	    seep__walk_peek(walk)[1] == 0x03)
		seep__cursor_skip(&walk->cursor, 2);
	if (!seep__walk_need(walk, 2, &end))
		return end;
	protocol = seep__cursor_u8(&walk->cursor);
	if ((protocol & 1u) == 0) /* not compressed to one byte, RFC 1661 */
		protocol =
		    (uint16_t)(protocol << 8 | seep__cursor_u8(&walk->cursor));
	switch (protocol) {
	case 0x0021:
		return SEEP__STEP_IPV4;
	case 0x0057:
		return SEEP__STEP_IPV6;
	case 0x0281:
		return SEEP__STEP_MPLS;
	default:
		return SEEP__STEP_NOT_IP;
	}
}

static enum seep__step
take_pppoe(struct seep__walk *walk)
{
	enum seep__step end;
	const uint8_t *header;

	if (!seep__walk_need(walk, 6, &end))
		return end;
	header = seep__walk_peek(walk);
	if (header[0] != 0x11 || header[1] != 0)
		return SEEP__STEP_NOT_IP;
	seep__cursor_skip(&walk->cursor, 6);
	return SEEP__STEP_PPP;
}

/* The four bytes of BSD loopback: an address family, whoever's order. */
static enum seep__step
take_loopback(struct seep__walk *walk)
{
	enum seep__step end;
	uint32_t family;

	if (!seep__walk_need(walk, 4, &end))
		return end;
	family = seep__cursor_be32(&walk->cursor);
	if ((family & 0xffu) == 0)
		family >>= 24;
	switch (family) {
	case 2: /* AF_INET everywhere */
		return SEEP__STEP_IPV4;
	case 10: /* AF_INET6: Linux, NetBSD and OpenBSD, FreeBSD, Darwin */
	case 24:
	case 28:
	case 30:
		return SEEP__STEP_IPV6;
	default:
		return SEEP__STEP_NOT_IP;
	}
}

/*
 * IEEE 802.11: data frames that are not encrypted. Aggregates (A-MSDU) are
 * not taken apart: not IP.
 */
static enum seep__step
take_wifi(struct seep__walk *walk)
{
	enum seep__step end;
	const uint8_t *header;
	size_t size = 24;
	uint8_t control, flags;

	if (!seep__walk_need(walk, 2, &end))
		return end;
	header = seep__walk_peek(walk);
	control = header[0];
	flags = header[1];
	if ((control & 0x0fu) != 0x08 || (control & 0x40u) != 0 ||
	    (flags & 0x40u) != 0)
		return SEEP__STEP_NOT_IP;
	if ((flags & 0x03u) == 0x03)
		size += 6;
	if (!seep__walk_need(walk, size + 6, &end))
		return end;
	if ((control & 0x80u) != 0) {
		if ((header[size] & 0x80u) != 0)
			return SEEP__STEP_NOT_IP;
		size += (flags & 0x80u) != 0 ? 6 : 2;
	}
	return take_fixed(walk, size, SEEP__STEP_LLC);
}

static enum seep__step
take_radiotap(struct seep__walk *walk)
{
	enum seep__step end;
	const uint8_t *header;
	size_t size;

	if (!seep__walk_need(walk, 8, &end))
		return end;
	header = seep__walk_peek(walk);
	size = (size_t)header[2] | (size_t)header[3] << 8;
	if (header[0] != 0 || size < 8)
		return seep__walk_bad(walk, "not a radiotap header");
	return take_fixed(walk, size, SEEP__STEP_WIFI);
}

/* Linux cooked: the protocol is an EtherType only for real devices. */
static enum seep__step
take_cooked(struct seep__walk *walk)
{
	enum seep__step step = take_header(walk, 16);

	if (step != SEEP__STEP_ETHERTYPE || walk->ethertype >= TYPE_MIN)
		return step;
	return walk->ethertype == 4 ? SEEP__STEP_LLC : SEEP__STEP_NOT_IP;
}

static enum seep__step
take_cooked2(struct seep__walk *walk)
{
	enum seep__step end;

	if (!seep__walk_need(walk, 20, &end))
		return end;
	take_type(walk);
	seep__cursor_skip(&walk->cursor, 18);
	if (walk->ethertype >= TYPE_MIN)
		return SEEP__STEP_ETHERTYPE;
	return walk->ethertype == 4 ? SEEP__STEP_LLC : SEEP__STEP_NOT_IP;
}

/* Frame relay: a Q.922 address of 2 to 4 bytes, then RFC 2427. */
static enum seep__step
take_frame_relay(struct seep__walk *walk)
{
	enum seep__step end;
	unsigned n = 0;

	do {
		if (!seep__walk_need(walk, 1, &end))
			return end;
		n++;
	} while ((seep__cursor_u8(&walk->cursor) & 1u) == 0 && n < 4);
	if (!seep__walk_need(walk, 2, &end))
		return end;
	if (seep__cursor_u8(&walk->cursor) != 0x03)
		return SEEP__STEP_NOT_IP;
	switch (seep__cursor_u8(&walk->cursor)) {
	case 0xcc:
		return SEEP__STEP_IPV4;
	case 0x8e:
		return SEEP__STEP_IPV6;
	default:
		return SEEP__STEP_NOT_IP;
	}
}

/* NFLOG: attributes of the host's byte order; 9 holds the packet. */
static enum seep__step
take_nflog(struct seep__walk *walk)
{
	enum seep__step end;
	const uint8_t *tlv;
	size_t size;

	if (!seep__walk_need(walk, 4, &end))
		return end;
	seep__cursor_skip(&walk->cursor, 4);
	for (;;) {
		if (!seep__walk_need(walk, 4, &end))
			return end;
		tlv = seep__walk_peek(walk);
		size = (size_t)tlv[0] | (size_t)tlv[1] << 8;
		if ((tlv[2] | tlv[3] << 8) == 9)
			return take_fixed(walk, 4, SEEP__STEP_IP);
		if (size < 4)
			return seep__walk_bad(walk, "not an NFLOG attribute");
		size = (size + 3) & ~(size_t)3;
		if (!seep__walk_need(walk, size, &end))
			return end;
		seep__cursor_skip(&walk->cursor, size);
	}
}

enum seep__step
seep__link_first(struct seep__walk *walk, int link)
{
	switch (link) {
	case LINK_ETHERNET:
		return SEEP__STEP_ETHERNET;
	case LINK_NULL:
	case LINK_LOOP:
		return take_loopback(walk);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_FILE:
		return SEEP__STEP_IP;
	case LINK_IPV4:
		return SEEP__STEP_IPV4;
	case LINK_IPV6:
		return SEEP__STEP_IPV6;
	case LINK_COOKED:
		return take_cooked(walk);
	case LINK_COOKED2:
		return take_cooked2(walk);
	case LINK_PPP:
	case LINK_PPP_SERIAL:
		return SEEP__STEP_PPP;
	case LINK_PPP_ETHER:
		return SEEP__STEP_PPPOE;
	case LINK_PPP_DIRECTION:
		return take_fixed(walk, 1, SEEP__STEP_PPP);
	case LINK_CISCO_HDLC:
		return take_header(walk, 4);
	case LINK_WIFI:
		return SEEP__STEP_WIFI;
	case LINK_WIFI_RADIOTAP:
		return take_radiotap(walk);
	case LINK_FRELAY:
		return take_frame_relay(walk);
	case LINK_ATM_LLC:
		return SEEP__STEP_LLC;
	case LINK_FDDI:
		return take_fixed(walk, 13, SEEP__STEP_LLC);
	case LINK_MPLS:
		return SEEP__STEP_MPLS;
	case LINK_NFLOG:
		return take_nflog(walk);
	default:
		assert(!seep__decode_supports(link));
		return SEEP__STEP_NOT_IP;
	}
}

int
seep__decode_supports(int link)
{
	static const int links[] = {
	    LINK_NULL,          LINK_ETHERNET,      LINK_PPP,
	    LINK_FDDI,          LINK_ATM_LLC,       LINK_RAW,
	    LINK_RAW_BSD,       LINK_PPP_SERIAL,    LINK_PPP_ETHER,
	    LINK_RAW_FILE,      LINK_CISCO_HDLC,    LINK_WIFI,
	    LINK_FRELAY,        LINK_LOOP,          LINK_COOKED,
	    LINK_WIFI_RADIOTAP, LINK_PPP_DIRECTION, LINK_MPLS,
	    LINK_IPV4,          LINK_IPV6,          LINK_NFLOG,
	    LINK_COOKED2,
	};
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i] == link)
			return 1;
	}
	return 0;
}

enum seep__step
seep__link_step(struct seep__walk *walk, enum seep__step step)
{
	switch (step) {
	case SEEP__STEP_ETHERNET:
		return take_header(walk, 14);
	case SEEP__STEP_ETHERTYPE:
		return take_ethertype(walk);
	case SEEP__STEP_LLC:
		return take_llc(walk);
	case SEEP__STEP_MPLS:
		return take_mpls(walk);
	case SEEP__STEP_PPP:
		return take_ppp(walk);
	case SEEP__STEP_PPPOE:
		return take_pppoe(walk);
	default:
		assert(step == SEEP__STEP_WIFI);
		return take_wifi(walk);
	}
}
