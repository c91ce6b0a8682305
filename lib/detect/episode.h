/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * episode.h - from candidates to findings: strata that speak of the same
 * leak are one episode, told once, in the narrowest pattern that carries it.
 */
#ifndef SEEP_DETECT_EPISODE_H
#define SEEP_DETECT_EPISODE_H

#include <stddef.h>

#include <seep/findings.h>

#include "detect/detector.h"

/* struct seep__found: a growing list of findings, on an account. */
struct seep__found {
	struct seep__mem *mem;
	struct seep_finding *list;
	size_t count;
	size_t room;
};

/*
 * seep__episodes_join() joins the candidates of one entity and appends a
 * finding for each episode; what findings point to lives in the case's
 * 'out' arena. 'entity' is the entity's index in the findings. The order of
 * 'candidates' is changed; it does not matter.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__episodes_join(const struct seep__subject *subject,
		    struct seep__candidates *candidates,
		    const struct seep_entity *entity, size_t entity_index,
		    struct seep__found *found);

#endif
