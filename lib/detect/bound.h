/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bound.h - how many bytes can have gone to a peer, where channels were
 * folded?
 *
 * What is known of a peer is a lower bound: other channels of it may be in
 * the roll-up of its network, or in that of all peers. Such a roll-up holds
 * nothing of a channel that was never folded, which is exact; of every other
 * host, service and opener it may hold all of the peer. So the upper bound is
 * the lower one and those bytes of both roll-ups that no exact channel of the
 * peer speaks for.
 *
 * Memory   24 bytes a cell of a roll-up of all peers.
 * Time     O(cells of these) once; of each peer its own cells and those of
 *          its network's roll-up.
 */
#ifndef SEEP_DETECT_BOUND_H
#define SEEP_DETECT_BOUND_H

#include <stddef.h>
#include <stdint.h>

#include "detect/subject.h"

struct seep__folded;

/* struct seep__bound: one subject, one stretch of time. */
struct seep__bound {
	const struct seep__subject *subject;
	uint32_t from; /* UTC hours [from, end) */
	uint32_t end;
	/* list: what roll-ups of all peers hold, by place and channel;
	 * all[place]: sums, of outside and of partners. */
	struct seep__folded *list;
	size_t count;
	size_t room;
	uint64_t all[2];
};

/*
 * seep__bound_init() adds up what was folded in hours [from, end).
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__bound_init(struct seep__bound *bound, const struct seep__subject *subject,
		 uint32_t from, uint32_t end);

void
seep__bound_clear(struct seep__bound *bound);

/*
 * seep__bound_missing() returns how many outbound bytes more than its cells
 * hold can have gone to peer 'peer' in these hours: 0 where nothing was
 * folded, and of a roll-up itself.
 */
uint64_t
seep__bound_missing(const struct seep__bound *bound, size_t peer);

#endif
