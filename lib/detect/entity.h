/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * entity.h - who has a line of its own, and who is looked at as a group.
 *
 * Every host with a crossing cell belongs to exactly one entity, so that
 * the entities' bytes add up to the crossing bytes of the case.
 */
#ifndef SEEP_DETECT_ENTITY_H
#define SEEP_DETECT_ENTITY_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/roles.h"

struct seep__entities {
	/* list: in address order, in the case's 'out' arena. */
	struct seep_entity *list;
	size_t count;
	/* hosts: indices (view.h) of the hosts of entity i are
	 * hosts[first[i]] .. hosts[first[i + 1] - 1]. */
	size_t *hosts;
	size_t *first;
	/* missed: outbound bytes that the sensor reports missed. */
	uint64_t *missed;
	/* watch_all: whether hosts were grouped, whatever was asked for. */
	int watch_all;
	int file_servers;
	/* hosts_inside: local hosts seen, without multicast and the like. */
	uint64_t hosts_inside;
};

/*
 * seep__entities_init() reads every host of the case once. The arrays that
 * findings do not keep live in 'scratch'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__entities_init(struct seep__entities *entities,
		    const struct seep__case *view, struct seep__arena *scratch);

#endif
