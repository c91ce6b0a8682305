/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stand.h - the channels of one host that stand day after day: candidates
 * for a rank, before anybody compares them.
 *
 * Peer      a candidate where few hosts of the site ever met it and its
 *           trail stands (trail.h), whatever services and openers it used.
 * Prefix    the peers of one /24 or /48 that few hosts met, taken together,
 *           where there are two or more, their sum stands and none has half
 *           of the bytes. Its candidate comes right behind those of its
 *           peers, which it covers; which of them is told is decided when
 *           all are compared.
 * Roll-ups  are no candidates: a sum over peers is even by nature.
 * Memory    224 bytes a candidate.
 */
#ifndef SEEP_DETECT_STAND_H
#define SEEP_DETECT_STAND_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "detect/entity.h"
#include "detect/popularity.h"
#include "detect/trail.h"

struct seep__stand {
	size_t entity;
	size_t host; /* index as in view.h */
	/* network: of one peer (128 bits), or the prefix. */
	struct seep_network network;
	/* top: the peer with most of the bytes; peers: with bytes out. */
	struct seep_address top;
	uint32_t peers;
	/* covers: so many candidates right before it are peers of it. */
	uint32_t covers;
	/* hosts_met: of the site that met the peer; of a prefix, those that
	 * met its best known address: at least so many met the prefix. */
	uint32_t hosts_met;
	enum seep_role role;
	uint8_t is_server;
	uint8_t is_dropped; /* for the comparison */
	struct seep__shape shape;
	int32_t score; /* in 1/65536 of a bit */
};

/* struct seep__stands: of all hosts read so far. */
struct seep__stands {
	const struct seep__case *view;
	const struct seep__entities *entities;
	const struct seep__popularity *popularity;
	struct seep__ground ground;
	struct seep__stand *list;
	size_t count;
	size_t room;
	/* by_hour: hours of peers with timed bytes out, of every channel to
	 * the outside, by UTC hour of the day: when is the site awake? */
	uint64_t by_hour[24];
	/* hosts: read so far, servers and others. */
	uint64_t hosts[2];
	/* peer, prefix: what is being laid out. */
	struct seep__trail peer;
	struct seep__trail prefix;
};

/*
 * seep__stands_init() makes an empty list. What the arguments point to must
 * outlive it. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__stands_init(struct seep__stands *stands, const struct seep__case *view,
		  const struct seep__entities *entities,
		  const struct seep__popularity *popularity,
		  struct seep__arena *arena);

/* seep__stands_clear() gives the list back; the arena has the rest. */
void
seep__stands_clear(struct seep__stands *stands);

/*
 * seep__stands_add() reads host 'host' of entity 'entity', once, and adds
 * its candidates in the order of addresses.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__stands_add(struct seep__stands *stands, size_t entity, size_t host);

/* seep__stands_is_rare(): did few hosts meet the peer? Their number goes to
 * 'hosts_met', at least 1. */
int
seep__stands_is_rare(const struct seep__stands *stands,
		     const struct seep_address *peer, uint32_t *hosts_met);

#endif
