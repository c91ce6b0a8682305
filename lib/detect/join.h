/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * join.h - which claims speak of one leak, and which of them tells it?
 *
 * Algorithm   in the order of their decisions: a claim joins the oldest
 *             episode that began within two days of it, or with which it
 *             shares time and peers, else it opens one;
 *             what was decided at one time is taken together. Two episodes
 *             that were once told apart are never made one.
 * Why         an episode's decision and id must come out of the cells before
 *             it, so that nothing here reads a cell from after the decision
 *             that it is about. A later claim that bridged two episodes
 *             would withdraw a finding that was raised.
 * Time        O(n^2) comparisons for n claims of one entity, each O(cells)
 *             where their times overlap.
 */
#ifndef SEEP_DETECT_JOIN_H
#define SEEP_DETECT_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "detect/claim.h"

/* struct seep__claims: a growing list, of one entity. */
struct seep__claims {
	struct seep__mem *mem;
	struct seep__claim *list;
	size_t count;
	size_t room;
};

/* seep__claims_add() returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET. */
int
seep__claims_add(struct seep__claims *claims, const struct seep__claim *claim);

/* struct seep__episode: claims that speak of one leak. */
struct seep__episode {
	/* told: whose peers and time are told: of all that had begun when the
	 * episode was decided, the one that became least likely. */
	const struct seep__claim *told;
	/* founder: the least likely of the first decision; the id rests on
	 * it. */
	const struct seep__claim *founder;
	/* relay: of the first claim that has one; NULL = none has. */
	const struct seep__relay *relay;
};

/*
 * seep__join_beside() says whether 'claim' is the same rise as the one told,
 * seen in another stratum: begun together with it. 1 or 0.
 */
int
seep__join_beside(const struct seep__claim *claim,
		  const struct seep__claim *told);

/*
 * seep__join_claims() sorts the claims by decision and writes into 'group',
 * one entry each, the index of the first claim of its episode.
 */
void
seep__join_claims(struct seep__claims *claims, size_t *group);

/* seep__join_describe() describes the episode whose first claim is
 * 'leader'. */
void
seep__join_describe(const struct seep__claims *claims, const size_t *group,
		    size_t leader, struct seep__episode *episode);

#endif
