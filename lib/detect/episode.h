/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * episode.h - from claims to findings: strata that speak of the same leak
 * are one episode, told once, by the one that is least likely by chance.
 */
#ifndef SEEP_DETECT_EPISODE_H
#define SEEP_DETECT_EPISODE_H

#include <stddef.h>

#include <seep/findings.h>

#include "detect/join.h"

/* struct seep__mark: what shared.h asks of a finding. UTC hours. */
struct seep__mark {
	uint32_t onset;
	uint32_t decided;
	/* place: where most of the rise went, if has_place; rise: how much,
	 * until the decision. */
	struct seep_network place;
	uint64_t rise;
	int has_place;
	int is_name;
};

/* struct seep__found: a growing list of findings, on an account; each has
 * its mark. */
struct seep__found {
	struct seep__mem *mem;
	struct seep_finding *list;
	struct seep__mark *marks;
	size_t count;
	size_t room;
	size_t marks_room;
};

/*
 * seep__episodes_join() joins the claims of one entity and appends a finding
 * for each episode; what findings point to lives in the case's 'out' arena.
 * 'entity' is the entity's index in the findings. The order of 'claims' is
 * changed; it does not matter.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__episodes_join(struct seep__claims *claims,
		    const struct seep_entity *entity, size_t entity_index,
		    struct seep__found *found);

#endif
