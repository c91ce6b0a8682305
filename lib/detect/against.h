/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * against.h - what speaks against a leak, in sentences with figures: only
 * what applies to the finding at hand.
 *
 * No sentence withdraws a finding or lowers its score: each is for the
 * person who decides. All are written from today's cells.
 */
#ifndef SEEP_DETECT_AGAINST_H
#define SEEP_DETECT_AGAINST_H

#include <seep/findings.h>

#include "base/text.h"
#include "detect/claim.h"

/*
 * seep__against() writes the sentences of a change into the case's 'out'
 * arena; a finding of another basis gets none. The finding's bytes, peers,
 * service and direction are known by then.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__against(const struct seep__claim *told, const struct seep_entity *entity,
	      struct seep_finding *finding);

/* seep__against_sensor() adds that the sensor changed, where it did. Returns
 * as above. */
int
seep__against_sensor(const struct seep__case *view,
		     struct seep_finding *finding);

/* seep__against_add() adds one sentence, ASCII. Returns as above, or why the
 * text failed. */
int
seep__against_add(const struct seep__case *view, struct seep_finding *finding,
		  const struct seep__text *sentence);

#endif
