/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * track.h - what one flow learns from one packet. Which flow, and when its
 * deltas go out, is assemble.c's.
 */
#ifndef SEEP_INPUT_TRACK_H
#define SEEP_INPUT_TRACK_H

#include <stdint.h>

#include <seep/coverage.h>
#include <seep/flow.h>

#include "base/pack.h"
#include "input/decode.h"
#include "input/flowtable.h"

/*
 * seep__track_key() makes the key of a packet's flow and returns which end
 * sent it, 0 or 1.
 *
 * 'orphan'  a later fragment whose first part was not seen.
 */
unsigned
seep__track_key(struct seep__flowkey *key, const struct seep__packet *packet,
		int orphan);

/* seep__track_idle() returns how long the flow may be idle. */
enum seep__idle
seep__track_idle(const struct seep__track *track);

/* seep__track_ended() says whether a FIN or RST was seen: 1 or 0. */
int
seep__track_ended(const struct seep__track *track);

/*
 * seep__track_reopened() says whether the packet begins a new flow on the
 * ports of this one, which was closed: a SYN, from either end, that does
 * not repeat the flow's own.
 */
int
seep__track_reopened(const struct seep__track *track,
		     const struct seep__packet *packet, unsigned src);

/*
 * seep__track_follow() takes a TCP packet's flags and numbers: who opened,
 * whether it ends, what was missed (into the open delta). Payload seen
 * before and losses of unknown size go into 'coverage'.
 */
void
seep__track_follow(struct seep__track *track, const struct seep__packet *packet,
		   unsigned src, int64_t time_ns,
		   struct seep_coverage *coverage);

/* seep__track_settle() counts holes in a direction whose receiver is not
 * seen: nothing will confirm them. Before a delta goes out. */
void
seep__track_settle(struct seep__track *track);

/*
 * seep__track_save() and _restore(): what the flow of a track has learned;
 * its key and its place are the table's. Of nDPI only the name is kept.
 */
void
seep__track_save(const struct seep__track *track, struct seep__packer *p);

void
seep__track_restore(struct seep__track *track, struct seep__unpacker *u);

/*
 * SEEP__DELTA_NS: a delta covers a minute. An hour must be whole deltas, so
 * that none is spread over two bins; shorter ones make more flows of the
 * same bytes, longer ones let a running flow be seen later.
 */
#define SEEP__DELTA_NS (INT64_C(60) * 1000000000)

/* seep__delta_empty() says whether a delta has no packet yet: 1 or 0. */
int
seep__delta_empty(const struct seep__delta *delta);

/* seep__delta_count() adds a packet; all of a delta are of one minute. */
void
seep__delta_count(struct seep__delta *delta, const struct seep__packet *packet,
		  unsigned src, int64_t time_ns);

/*
 * seep__delta_write() makes a flow of a delta, all but sensor and name. The
 * opener, where known, is its orig.
 *
 * The end is one past the last packet, so that the interval is not empty;
 * since a minute ends where the next begins, it still lies inside its
 * minute and hour.
 */
void
seep__delta_write(const struct seep__delta *delta,
		  const struct seep__track *track, struct seep_flow *flow);

#endif
