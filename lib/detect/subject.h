/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subject.h - one entity's crossing traffic, as detectors see it.
 *
 * Shape     peers by address (so that a /24 or /48 is a range of peers),
 *           each with its cells by hour. The hosts of a group are added up:
 *           a peer of several members is one peer.
 * Roll-ups  of a ledger that was folded (<seep/snapshot.h>) are peers of
 *           their own: a network's stands at its base, that of all peers behind
 *           every other. Who is behind one is not known, so it
 *           is new and rare on every day: bytes that were folded speak where
 *           those to strangers do, and who floods the table is seen there.
 * Memory    64 bytes per peer and 48 per cell, of one entity at a time; an
 *           eighth of the cells more while they are read.
 */
#ifndef SEEP_DETECT_SUBJECT_H
#define SEEP_DETECT_SUBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "detect/popularity.h"
#include "detect/reader.h"

/*
 * What an entity sends on a median day, divided by this, is dust: a peer
 * that received less is not known yet. 1/1000 is a few pages' worth of what
 * the host sends anyway; at 1/100 peers of every day stay new for weeks, at
 * 1/100000 a ping makes a drop box an old acquaintance. In proportion, not
 * in bytes, so that a factor on all bytes changes nothing.
 */
#define SEEP__DUST_SHARE 1000

/* struct seep__member: a host whose cells are read, those of the calendar's
 * days before index 'end_day' (UINT32_MAX = all). */
struct seep__member {
	size_t host; /* index as in view.h */
	uint32_t end_day;
	/* names_day: day index on which it first asked for a name, and so was
	 * there; UINT32_MAX = never, or not known. */
	uint32_t names_day;
	/* is_lent: an entity of its own counts its bytes. */
	int is_lent;
};

struct seep__peercell {
	uint32_t peer; /* index into 'peers' */
	uint32_t hour; /* index into the calendar's hours */
	uint32_t day;  /* index into the calendar's days */
	uint32_t host; /* index into 'members' */
	seep__service service;
	uint8_t direction; /* joined */
	uint8_t kind;
	uint8_t recorded; /* enum seep_direction: the channel's own */
	uint8_t inexact;  /* 1 = the channel's cells are lower bounds */
	uint64_t bytes_out;
	uint64_t bytes_in;
	/* allowed: of the bytes that detection counts, those that the allow
	 * list takes out. */
	uint64_t allowed;
};

struct seep__peer {
	struct seep_address address;
	const char *label;
	size_t first; /* range of cells */
	size_t end;
	/* known_new: day index on which it had received more than dust, as
	 * the strata of new peers ask for it; UINT32_MAX = never. */
	uint32_t known_new;
	/* hosts_met: hosts of the site that ever met it; 0 = not worked out.
	 * popular_from: day index from which on it is not rare any more;
	 * UINT32_MAX = never. */
	uint32_t hosts_met;
	uint32_t popular_from;
	uint8_t is_partner;
	/* fold: enum seep_fold, what 'address' stands for. */
	uint8_t fold;
	/* bytes: what detection counts, all directions. */
	uint64_t bytes;
};

/* struct seep__taken: what an entry of the allow list took on a day. */
struct seep__taken {
	uint32_t entry;
	uint32_t day; /* index */
	uint64_t bytes;
};

struct seep__subject {
	const struct seep__case *view;
	/* names: 1 = peers stand for registered domains, bytes are those of
	 * query names. */
	int names;
	const struct seep__calendar *calendar;
	/* scratch: for the detector; cleared after the entity. */
	struct seep__arena *scratch;
	struct seep__peer *peers;
	size_t peers_count;
	struct seep__peercell *cells;
	size_t cells_count;
	/* first_day: index of the first day with a cell, or a name that a
	 * member asked for; what lies before is no baseline. days_count when
	 * there is none. */
	size_t first_day;
	const struct seep__member *members;
	size_t members_count;
	/* taken: by the allow list, without what was taken of lent members;
	 * see seep__allow_tally(). */
	const struct seep__taken *taken;
	size_t taken_count;
};

/*
 * seep__subject_init() reads the crossing cells of the given hosts (indices
 * as in view.h). Everything lives in 'scratch'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__subject_init(struct seep__subject *subject, const struct seep__case *view,
		   const size_t *hosts, size_t hosts_count,
		   struct seep__arena *scratch);

/*
 * seep__subject_read() is like it for members, which must outlive the
 * subject.
 *
 * 'names'  1 = name channels instead of crossing ones; see 'names' above.
 */
int
seep__subject_read(struct seep__subject *subject, const struct seep__case *view,
		   const struct seep__member *members, size_t members_count,
		   int names, struct seep__arena *scratch);

/*
 * seep__subject_counts() returns the bytes of a cell that detection counts:
 * outbound and missed outbound bytes, less what the allow list took out;
 * unanswered ones only where the evidence is one-way, since they may never
 * have arrived.
 */
uint64_t
seep__subject_counts(const struct seep__subject *subject,
		     const struct seep__peercell *cell);

/*
 * seep__peer_compare() orders peers as a subject holds them; of one address
 * peers outside come before partners, and single ones before roll-ups.
 */
int
seep__peer_compare(const struct seep__peer *a, const struct seep__peer *b);

/* seep__peer_network() gives the network that a peer is or that a roll-up
 * of one stands for; a roll-up of all peers has none. */
void
seep__peer_network(const struct seep__peer *peer, struct seep_network *network);

/*
 * seep__peer_find() returns the index of the peer with 'address', place and
 * fold of 'key', or SIZE_MAX.
 */
size_t
seep__peer_find(const struct seep__subject *subject,
		const struct seep__peer *key);

/*
 * seep__prefix_end() returns the end of the range of peers that share the
 * /24 or /48 of peer 'first', roll-ups of that network included. A roll-up of
 * all peers shares none.
 */
size_t
seep__prefix_end(const struct seep__subject *subject, size_t first);

/*
 * seep__network_of() gives the network of 'bits4' (IPv4) or 'bits6' (IPv6)
 * bits that holds 'address'.
 */
void
seep__network_of(const struct seep_address *address, unsigned bits4,
		 unsigned bits6, struct seep_network *network);

#endif
