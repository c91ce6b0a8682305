/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reader.h - one case as detection reads it, and a walk over the channels
 * of a host with unknown directions joined.
 *
 * Joining   a channel whose opener is unknown joins the push or pull
 *           channel of the same peer (or roll-up of peers) and service: the
 * only one there is, or the one with more outbound bytes (a tie is push). With
 * neither it stays unknown and counts in sums over all directions only. Done
 * here, at read time, so that the ledger keeps what was seen and the order of
 * arrival cannot matter.
 */
#ifndef SEEP_DETECT_READER_H
#define SEEP_DETECT_READER_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>
#include <seep/site.h>

#include "detect/arena.h"
#include "detect/calendar.h"
#include "detect/days.h"
#include "ledger/view.h"

struct seep__allowance;
struct seep__popularity;

/* struct seep__case: what every part of detection looks at. */
struct seep__case {
	struct seep__mem *mem;
	const struct seep_snapshot *snapshot;
	const struct seep_site *site;
	const struct seep_coverage *coverage;
	struct seep__calendar calendar;
	/* hour_from, hour_until: cells of hours in [from, until) are read. */
	uint32_t hour_from;
	uint32_t hour_until;
	/* watch: enum seep_watch, as asked for. */
	uint32_t watch;
	/* one_way: see struct seep_evidence. */
	int one_way;
	/* out: what the findings keep. */
	struct seep__arena *out;
	/* clocks: local time, as asked for. */
	struct seep__clocks clocks;
	/* allow: expected transfers; NULL when there are none. */
	struct seep__allowance *allow;
	/* only: hosts asked for; none = all. */
	const struct seep_address *only;
	size_t only_count;
	/* popularity: of crossing peers and of names; NULL = not read. */
	const struct seep__popularity *popularity[2];
};

/*
 * seep__channel_same_peer() says whether two channels have one peer, or one
 * roll-up of peers: 1 or 0. The base of a network is an address like others,
 * and one network may hold peers of two places.
 */
int
seep__channel_same_peer(const struct seep__channel *a,
			const struct seep__channel *b);

/* struct seep__reader: the walk. */
struct seep__reader {
	const struct seep__case *view;
	size_t at;
	size_t end;
	/* names: set after _init. 1: only channels of names; 0: all others. */
	int names;
	/* channel: the current one, its direction joined to the known one
	 * with most bytes. */
	struct seep__channel channel;
	/* For seep__reader_direction(): the channel's own direction is known;
	 * else the first known one beside it, since when, and its bytes in
	 * that hour. */
	int known;
	enum seep_direction joined;
	uint32_t joined_from;
	uint64_t joined_bytes;
	/* rows, count: its cells within the asked hours. */
	const struct seep__cellrow *rows;
	size_t count;
	struct seep__history history;
};

void
seep__reader_init(struct seep__reader *reader, const struct seep__case *view,
		  size_t host);

void
seep__reader_clear(struct seep__reader *reader);

/*
 * seep__reader_next() moves to the next channel. Returns SEEP_OK, SEEP_END,
 * SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__reader_next(struct seep__reader *reader);

/*
 * seep__reader_direction() returns the direction of the current channel's
 * bytes in 'hour' as the cells up to then tell it: unknown ones join the
 * direction that was known first, from its first hour on. What is decided
 * reads this one, so that no later cell turns it.
 */
enum seep_direction
seep__reader_direction(const struct seep__reader *reader, uint32_t hour);

/*
 * seep__rows_out() sums the outbound bytes of 'rows', without the missed
 * ones; seep__rows_in() the inbound ones.
 */
uint64_t
seep__rows_out(const struct seep__cellrow *rows, size_t count);

uint64_t
seep__rows_in(const struct seep__cellrow *rows, size_t count);

#endif
