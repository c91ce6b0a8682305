/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * join.h - which candidates speak of one leak, and which of them tells it?
 *
 * Algorithm   in the order of their decisions: a candidate joins the oldest
 *             episode with which it shares time and peers, else it opens one;
 *             what was decided at one time is taken together. Two episodes
 *             that were once told apart are never made one.
 * Why         an episode's decision and id must come out of the cells before
 *             it, so that nothing here reads a cell from after the decision
 *             that it is about. A later candidate that bridged two episodes
 *             would withdraw a finding that was raised.
 * Time        O(n^2) comparisons of ranges for n candidates of one entity;
 *             O(cells of the narrower) where ranges and times overlap.
 */
#ifndef SEEP_DETECT_JOIN_H
#define SEEP_DETECT_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "detect/detector.h"

/* struct seep__episode: candidates that speak of one leak. */
struct seep__episode {
	/* told: whose peers and time are told; it had begun when the episode
	 * was decided. */
	const struct seep__candidate *told;
	/* founder: whose peers were told at that decision; the id rests on
	 * them. */
	const struct seep__candidate *founder;
	/* early: the strongest of the first decision. */
	const struct seep__candidate *early;
	uint32_t score_tenths; /* the largest of all */
};

/*
 * seep__join_candidates() sorts the candidates by decision and writes into
 * 'group', one entry each, the index of the first candidate of its episode.
 */
void
seep__join_candidates(const struct seep__subject *subject,
		      struct seep__candidates *candidates, size_t *group);

/* seep__join_describe() describes the episode whose first candidate is
 * 'leader'. */
void
seep__join_describe(const struct seep__candidates *candidates,
		    const size_t *group, size_t leader,
		    struct seep__episode *episode);

#endif
