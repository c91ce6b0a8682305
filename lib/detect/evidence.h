/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evidence.h - what the case held and what it lacked, for the reader.
 */
#ifndef SEEP_DETECT_EVIDENCE_H
#define SEEP_DETECT_EVIDENCE_H

#include <stdint.h>

#include <seep/findings.h>

#include "detect/entity.h"

/*
 * seep__evidence_one_way() says whether a capture shows one direction only:
 * more than half of at least 20 TCP flows. Fewer flows may be a scan.
 */
int
seep__evidence_one_way(const struct seep_coverage *coverage);

/*
 * seep__evidence_ceilings() gives every entity its ceiling, or the reason
 * why there is none, and the reason why there is no floor.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__evidence_ceilings(const struct seep__case *view,
			struct seep__entities *entities);

/*
 * seep__evidence_fill() writes the record of the whole case.
 *
 * 'alarm_days'  sum over entities of the days on which an alarm was
 *               possible.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__evidence_fill(const struct seep__case *view,
		    const struct seep__entities *entities, uint64_t alarm_days,
		    double knob, struct seep_evidence *evidence);

#endif
