/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * common.h - did the sensor change, rather than the hosts?
 *
 * A SPAN port that is moved, a tap that loses one direction, a new uplink:
 * every host seems to change on one day. Two signs are looked for:
 *
 * Counts   the flows, the hosts seen or the share of unanswered flows of
 *          the whole site jump between two fortnights.
 * Shifts   more hosts begin to send more on one day than chance allows.
 *
 * What follows from it: the past of every host begins anew on that day, and
 * findings that coincide with it say so. No finding is taken back.
 */
#ifndef SEEP_DETECT_COMMON_H
#define SEEP_DETECT_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/entity.h"
#include "detect/ladder.h"

/* struct seep__shifted: an entity began to send more. Calendar indices. */
struct seep__shifted {
	size_t entity;
	uint32_t day;     /* onset */
	uint32_t decided; /* day at whose end it was decided */
};

struct seep__common {
	const struct seep__case *view;
	struct seep__arena *arena;
	/* restarts, changes: one for each event, in the order of time. */
	struct seep__restart *restarts;
	struct seep_sensor_change *changes;
	size_t count;
	size_t room;
	/* days: by calendar index. */
	uint64_t *flows;
	uint64_t *hosts;
	uint64_t *unanswered;
};

/*
 * seep__common_init() reads the counts of every day and finds their jumps;
 * what it points to lives in 'arena', the changes in the case's 'out'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__common_init(struct seep__common *common, const struct seep__case *view,
		  struct seep__arena *arena);

/*
 * seep__common_shifts() adds the days on which too many of the entities
 * shifted that could shift by then; the order of both lists is changed.
 *
 * 'tested'  the calendar day index from which on each entity could shift.
 * 'added'   out: 1 = there is a new event, and the past begins anew there.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__common_shifts(struct seep__common *common, struct seep__shifted *list,
		    size_t count, uint32_t *tested, size_t tested_count,
		    int *added);

/* seep__common_coincides(): does an event lie within a day of [from, until)
 * (ns)? 1 or 0. */
int
seep__common_coincides(const struct seep__common *common, int64_t from_ns,
		       int64_t until_ns);

#endif
