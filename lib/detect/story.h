/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * story.h - what is told of an episode: more than what decided it.
 *
 * Peers    those of all strata that rose together, where they are in use.
 * End      the latest of all strata; new peers are followed beyond that, for
 *          their own stratum forgets them after a week.
 */
#ifndef SEEP_DETECT_STORY_H
#define SEEP_DETECT_STORY_H

#include <stddef.h>
#include <stdint.h>

#include "detect/join.h"

/* struct seep__story: an episode, and all claims of the entity with it. */
struct seep__story {
	struct seep__episode episode;
	const struct seep__claims *claims;
	const size_t *group;
	size_t leader;
};

/*
 * seep__story_whole() works out the claim that is told.
 *
 * 'largest'    out: the change with the largest excess.
 * 'late_from'  out: hour from which on all that the peers got is excess
 *              beyond that of 'largest'; UINT32_MAX = none.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__story_whole(const struct seep__story *story, struct seep__claim *whole,
		  const struct seep__change **largest, uint32_t *late_from);

#endif
