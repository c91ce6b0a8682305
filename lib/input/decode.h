/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * decode.h - from a captured frame to the innermost IP packet in it.
 *
 * Algorithm   a loop over headers, each a small function that checks what
 *             it takes and names the next; no recursion. An IP packet that
 *             holds a tunnel is kept as the answer so far; the packet
 *             inside replaces it only when its header is valid throughout
 *             (version, lengths, fit), else the outer one is counted as an
 *             ordinary flow. In the first part of a fragmented tunnel the
 *             packet inside may reach beyond it; its later bytes come with
 *             the later parts (fragment.h).
 * Bounds      SEEP__DECODE_TUNNELS_MAX nested IP packets,
 *             SEEP__DECODE_TAGS_MAX tags; every step takes at least a byte
 *             or ends the loop.
 * Memory      none; the result points into the frame.
 * Source      RFC 791, 8200, 4302 (AH), 2784/2890/2637 (GRE), 2003, 2473,
 *             3378 (EtherIP), 7348 (VXLAN), 8926 (Geneve), 4380 (Teredo),
 *             3GPP TS 29.281 (GTP-U), 3032/4385 (MPLS), 2516 (PPPoE);
 *             tcpdump.org, "Link-layer header types".
 *
 * A routing header's final destination is not used: what the packet says
 * in its destination field is where it went from here.
 */
#ifndef SEEP_INPUT_DECODE_H
#define SEEP_INPUT_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

/* IANA protocol numbers that the capture side tells apart. */
#define SEEP__PROTO_ICMP 1
#define SEEP__PROTO_TCP 6
#define SEEP__PROTO_UDP 17
#define SEEP__PROTO_ICMP6 58
#define SEEP__PROTO_SCTP 132

/* TCP flags, RFC 9293 section 3.1. */
#define SEEP__TCP_FIN 0x01u
#define SEEP__TCP_SYN 0x02u
#define SEEP__TCP_RST 0x04u
#define SEEP__TCP_ACK 0x10u

enum seep__verdict {
	/* _IP: an IP packet was found; all fields hold. */
	SEEP__VERDICT_IP = 0,
	/* _NOT_IP: a frame of another protocol. */
	SEEP__VERDICT_NOT_IP,
	/* _MALFORMED: a header contradicts itself or the frame's length. */
	SEEP__VERDICT_MALFORMED,
	/* _TRUNCATED: the snap length cut a header that is needed. */
	SEEP__VERDICT_TRUNCATED
};

/* struct seep__fragmentid: which fragmented packet is this a part of? */
struct seep__fragmentid {
	struct seep_address src;
	struct seep_address dst;
	uint32_t id;
	uint8_t protocol;
	uint8_t ip_version;
	uint8_t zero[2];
};

/*
 * struct seep__packet: what one frame holds.
 */
struct seep__packet {
	uint8_t verdict; /* enum seep__verdict */
	uint8_t protocol;
	/* has_ports: TCP, UDP or SCTP, and not a later fragment. */
	uint8_t has_ports;
	/* fragment: part of a fragmented packet; its first part when
	 * fragment_first. */
	uint8_t fragment;
	uint8_t fragment_first;
	/* split: the packet lies in a tunnel whose outer packet's first part
	 * this is: it goes on in the parts of 'part'. */
	uint8_t split;
	/* has_tcp: flags, sequence, acknowledgement and payload hold. */
	uint8_t has_tcp;
	uint8_t tcp_flags;
	uint8_t ip_version;
	uint16_t src_port;
	uint16_t dst_port;
	uint32_t sequence;
	uint32_t acknowledgement;
	/* payload: bytes behind the transport header, on the wire; of a
	 * later fragment, behind the IP headers. */
	uint32_t payload;
	/* data_at, data_size: of TCP and UDP, where in 'ip' what follows the
	 * transport header begins, and its size on the wire in this frame; 0 =
	 * there is no such header. May lie beyond ip_size. */
	uint32_t data_at;
	uint32_t data_size;
	struct seep_address src;
	struct seep_address dst;
	/* part: of 'fragment' or 'split'. */
	struct seep__fragmentid part;
	/* bytes: IP bytes (design.md section 2), of a split packet those in
	 * this frame; of a refused packet what its length field says, 0 =
	 * unknown. Never more than the frame. */
	uint64_t bytes;
	/* ip, ip_size: the innermost IP packet as captured. */
	const uint8_t *ip;
	size_t ip_size;
	/* why: of a refused packet, static text; else NULL. */
	const char *why;
};

/*
 * SEEP__DECODE_TUNNELS_MAX: IP packets inside one another. Real stacks are
 * 2 or 3 deep (a VXLAN inside IPsec-less GRE inside a provider's MPLS). A
 * deeper packet is counted at this depth; raising it costs time only on
 * packets made for the purpose.
 */
#define SEEP__DECODE_TUNNELS_MAX 8

/*
 * SEEP__DECODE_TAGS_MAX: VLAN tags and MPLS labels of one frame. Carriers
 * use 2 tags and up to 5 labels or so; a frame with more is malformed.
 */
#define SEEP__DECODE_TAGS_MAX 16

/*
 * SEEP__DECODE_OFFLOAD_MAX: largest packet believed when the IP length is 0
 * because the network card was to fill it in. Linux's GSO_MAX_SIZE is 8
 * times 64 KiB; a file can claim 4 GiB for a frame of 60 bytes, which
 * would else be taken for traffic.
 */
#define SEEP__DECODE_OFFLOAD_MAX (UINT32_C(1) << 20)

/*
 * seep__decode_frame() finds the innermost IP packet of a frame.
 *
 * 'link'      a DLT_ value of libpcap for which
 *             seep__decode_supports() holds.
 * 'data'      'captured' bytes, borrowed; 'packet' points into it.
 * 'wire'      the frame's length on the wire, >= captured.
 * 'packet'    out; verdict says which fields hold.
 *
 * Threads: pure.
 */
void
seep__decode_frame(int link, const uint8_t *data, size_t captured,
		   uint32_t wire, struct seep__packet *packet);

/* seep__decode_supports() says whether frames of 'link' are understood. */
int
seep__decode_supports(int link);

#endif
