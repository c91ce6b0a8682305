/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * floor.h - how large a leak would this evidence have missed?
 *
 * Floor     over D days: the smallest leak which, starting on any usable day
 *           with 14 of them before it and D days after, is reported within
 *           D days, for 95 of 100 of these days (design §2).
 * Method    no noise is assumed: the leak is laid over the entity's own days
 *           and the statistics are worked out anew, once for each size of a
 *           geometric grid; for each first day the prefix sums then tell
 *           when the scan would have alarmed. First days from which on the
 *           entity alarms by itself are left out.
 * Neglected onsets more than a few days from the true one, steps of the
 *           ladder whose reference the leak reaches, strata that the
 *           attacker can avoid. Each of them can only detect more: the floor
 *           is a little too high, never too low for it.
 */
#ifndef SEEP_DETECT_FLOOR_H
#define SEEP_DETECT_FLOOR_H

#include <stdint.h>

#include <seep/findings.h>

#include "detect/ladder.h"

/*
 * seep__floor_fill() fills the floors and their reason in 'entity'; memory
 * from the sheets' scratch.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__floor_fill(const struct seep__sheets *sheets,
		 const struct seep__judge *judge, struct seep_entity *entity);

#endif
