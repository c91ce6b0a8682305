/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * entity.h - who has a line of its own, and who is looked at as a group.
 *
 * Every host with a crossing cell belongs to exactly one entity, so that
 * the entities' bytes add up to the crossing bytes of the case; so does
 * every host that asked for a name.
 *
 * Time    what is decided on a day must not hang on what a host turns out
 *         to be later. Roles are therefore worked out at fixed times, by the
 *         cells up to usable day 14, 28, 56 ... of the calendar: a host that
 *         first has one then decides for itself from the next day on, and
 *         its earlier days go on being read by its group, which 'lends' them.
 *         What the report shows is worked out at the end, by all cells.
 * Cost    one pass over the channels of every host, and of those that serve
 *         anything one more for each of these times.
 */
#ifndef SEEP_DETECT_ENTITY_H
#define SEEP_DETECT_ENTITY_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/roles.h"
#include "detect/statistic.h"
#include "detect/subject.h"

/* SEEP__SINCE_NEVER: no decision of its own; its group decides. */
#define SEEP__SINCE_NEVER UINT32_MAX

struct seep__entities {
	/* list: in address order, in the case's 'out' arena. */
	struct seep_entity *list;
	size_t count;
	/* hosts: indices (view.h) of the hosts of entity i are
	 * hosts[first[i]] .. hosts[first[i + 1] - 1]. */
	size_t *hosts;
	size_t *first;
	/* lent: hosts with a line of their own whose days before 'end_day' are
	 * read with group i: lent[lent_first[i]] .. [lent_first[i + 1] - 1].
	 * They are in none of the group's totals. */
	struct seep__member *lent;
	size_t *lent_first;
	/* since: by entity, calendar day index from which its own decisions
	 * count. Hosts that qualify only behind the last rung are shown, but
	 * have SEEP__SINCE_NEVER. */
	uint32_t *since;
	/* asked: by entity, 1 = findings and floors are wanted. */
	uint8_t *asked;
	/* rung_end: calendar day index behind each complete rung; one rung of
	 * all days when not even the first is complete. */
	size_t rungs_count;
	size_t rung_end[SEEP__RUNGS];
	/* roles: of every host (view.h) at every rung; names_day: of every
	 * host, as in struct seep__member. */
	uint8_t *roles;
	uint32_t *names_day;
	/* missed: outbound bytes that the sensor reports missed. */
	uint64_t *missed;
	/* watch_all: every host has a line: asked for, or since there was no
	 * file server by the first rung. */
	int watch_all;
	/* file_servers: by the first rung. */
	int file_servers;
	/* hosts_folded: hosts of which channels were folded; bytes_folded:
	 * crossing bytes of their roll-ups, out and in. */
	uint64_t hosts_folded;
	uint64_t bytes_folded;
	/* hosts_inside: local hosts seen, without multicast and the like. */
	uint64_t hosts_inside;
};

/*
 * seep__entities_init() reads every host of the case. The arrays that
 * findings do not keep live in 'scratch'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__entities_init(struct seep__entities *entities,
		    const struct seep__case *view, struct seep__arena *scratch);

/*
 * seep__entities_subject() reads an entity's cells, the lent days included;
 * 'names' as in seep__subject_read(). Everything lives in 'scratch'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__entities_subject(const struct seep__entities *entities,
		       const struct seep__case *view, size_t entity, int names,
		       struct seep__arena *scratch,
		       struct seep__subject *subject);

/*
 * seep__entities_pool() returns the role by which an entity is compared with
 * others, by the cells of the rung with this index (the last complete one if
 * there are not so many).
 */
enum seep_role
seep__entities_pool(const struct seep__entities *entities, size_t entity,
		    size_t rung);

#endif
