/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * subject.h - one entity's crossing traffic, as detectors see it.
 *
 * Shape     peers by address (so that a /24 or /48 is a range of peers),
 *           each with its cells by hour. The hosts of a group are added up:
 *           a peer of several members is one peer.
 * Memory    40 bytes per peer and 32 per cell, of one entity at a time.
 */
#ifndef SEEP_DETECT_SUBJECT_H
#define SEEP_DETECT_SUBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "detect/reader.h"

/*
 * A peer counts as new until it received this many bytes. With 1 byte, an
 * attacker who pings a server for a week would no longer be new; with
 * several megabytes, ordinary first contacts would stay new for ever. The
 * figure is that of a few hundred full packets: more than scans and
 * handshakes draw, less than any file worth taking slowly.
 */
#define SEEP__KNOWN_BYTES UINT64_C(100000)

/* A peer that was met before, with less than SEEP__KNOWN_BYTES, belongs to
 * an episode of new peers from ten times that much on. At 1 a time server
 * that needs two months for it would join; at 100 a small share of a leak
 * over many peers would not. */
#define SEEP__GROWN_BYTES (10 * SEEP__KNOWN_BYTES)

struct seep__peercell {
	uint32_t peer; /* index into 'peers' */
	uint32_t hour; /* index into the calendar's hours */
	uint32_t day;  /* index into the calendar's days */
	seep__service service;
	uint8_t direction; /* joined */
	uint8_t kind;
	uint64_t bytes_out;
	uint64_t bytes_in;
};

struct seep__peer {
	struct seep_address address;
	const char *label;
	size_t first; /* range of cells */
	size_t end;
	/* known: day index on which it had received SEEP__KNOWN_BYTES;
	 * UINT32_MAX = never. */
	uint32_t known;
	/* grown: the same for SEEP__GROWN_BYTES. */
	uint32_t grown;
	/* seen: day index of its first cell. */
	uint32_t seen;
	/* bytes: what detection counts, all directions. */
	uint64_t bytes;
};

struct seep__subject {
	const struct seep__case *view;
	const struct seep__calendar *calendar;
	/* scratch: for the detector; cleared after the entity. */
	struct seep__arena *scratch;
	struct seep__peer *peers;
	size_t peers_count;
	struct seep__peercell *cells;
	size_t cells_count;
	/* first_day: index of the first day with a cell; what lies before is
	 * no baseline. days_count when there is none. */
	size_t first_day;
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
 * seep__subject_counts() returns the bytes of a cell that detection counts:
 * outbound and missed outbound bytes; unanswered ones only where the
 * evidence is one-way, since they may never have arrived.
 */
uint64_t
seep__subject_counts(const struct seep__subject *subject,
		     const struct seep__peercell *cell);

/*
 * seep__prefix_end() returns the end of the range of peers that share the
 * /24 or /48 of peer 'first'.
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
