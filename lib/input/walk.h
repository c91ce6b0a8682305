/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * walk.h - the state of one walk through a frame's headers, shared by
 * decode.c (the loop), link.c, network.c and tunnel.c.
 */
#ifndef SEEP_INPUT_WALK_H
#define SEEP_INPUT_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "input/decode.h"

/* What the walk looks at next, or how it ended. */
enum seep__step {
	SEEP__STEP_ETHERNET,
	SEEP__STEP_ETHERTYPE, /* of 'ethertype' */
	SEEP__STEP_LLC,
	SEEP__STEP_MPLS,
	SEEP__STEP_PPP,
	SEEP__STEP_PPPOE,
	SEEP__STEP_IP, /* the version nibble tells */
	SEEP__STEP_IPV4,
	SEEP__STEP_IPV6,
	SEEP__STEP_WIFI,
	/* the ends */
	SEEP__STEP_FOUND,
	SEEP__STEP_NOT_IP,
	SEEP__STEP_MALFORMED,
	SEEP__STEP_TRUNCATED
};

/* What walk.teredo may be, besides 0. */
#define SEEP__TEREDO_PORT 1
#define SEEP__TEREDO_ANYWHERE 2

struct seep__walk {
	struct seep__cursor cursor; /* what was captured of this layer */
	uint64_t wire;              /* length of this layer on the wire */
	unsigned depth;             /* IP packets found so far */
	unsigned tags;
	uint16_t ethertype;
	/* exact: the next IP packet must fill its layer to the byte: asked of
	 * tunnels that are recognised by a port only. */
	int exact;
	/* teredo: the next IP packet must have addresses of Teredo; its
	 * link-local ones are asked for on its own port only. */
	int teredo;
	/* split: inside the first part of a fragmented packet, 'part'. */
	int split;
	struct seep__fragmentid part;
	uint64_t beyond; /* bytes of the packet read that are not in it */
	const char *why;
	struct seep__packet now;    /* the packet being read */
	struct seep__packet *found; /* the last valid one */
};

/* seep__walk_left() returns what is left of the layer on the wire. */
uint64_t
seep__walk_left(const struct seep__walk *walk);

/*
 * seep__walk_need() says whether 'size' more bytes were captured. If not,
 * '*end' tells why: cut by the snap length, or the frame itself is short.
 */
int
seep__walk_need(struct seep__walk *walk, size_t size, enum seep__step *end);

/* seep__walk_peek() returns the next byte's address; after _need only. */
const uint8_t *
seep__walk_peek(const struct seep__walk *walk);

/* seep__walk_bad() notes why and returns SEEP__STEP_MALFORMED. */
enum seep__step
seep__walk_bad(struct seep__walk *walk, const char *why);

/*
 * seep__walk_limit() makes the next 'size' bytes (on the wire) the whole
 * layer. 'size' <= seep__walk_left().
 */
void
seep__walk_limit(struct seep__walk *walk, uint64_t size);

/* link.c: the first step of a DLT_; _NOT_IP also for an unknown one. */
enum seep__step
seep__link_first(struct seep__walk *walk, int link);

/* link.c: one link layer step, _ETHERNET to _PPPOE and _WIFI. */
enum seep__step
seep__link_step(struct seep__walk *walk, enum seep__step step);

/* network.c: one IP header with all that follows it. */
enum seep__step
seep__network_step(struct seep__walk *walk, enum seep__step step);

/*
 * seep__network_looks_ip() says whether a valid IP header follows, without
 * taking it.
 */
int
seep__network_looks_ip(const struct seep__walk *walk);

/*
 * tunnel.c: what follows an IP header of 'protocol', or a UDP header;
 * SEEP__STEP_FOUND when it is no tunnel.
 */
enum seep__step
seep__tunnel_ip(struct seep__walk *walk, uint8_t protocol);

enum seep__step
seep__tunnel_udp(struct seep__walk *walk, uint16_t src_port, uint16_t dst_port);

#endif
