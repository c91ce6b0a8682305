/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings.h - the object behind <seep/findings.h>.
 *
 * Everything it points to lives in its arena, on its account; it keeps
 * nothing of the snapshots.
 */
#ifndef SEEP_DETECT_FINDINGS_H
#define SEEP_DETECT_FINDINGS_H

#include <stddef.h>

#include <seep/findings.h>

#include "detect/arena.h"

struct seep_findings {
	struct seep__mem *mem;
	struct seep__arena out;
	const struct seep_finding *list;
	size_t count;
	const struct seep_entity *entities;
	size_t entities_count;
	struct seep_evidence evidence;
};

/*
 * seep__findings_new() makes an empty object; it takes the reference to
 * 'mem' over, also on failure.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__findings_new(struct seep_findings **findings, struct seep__mem *mem);

/*
 * seep__findings_set() sorts 'count' findings, keeps the ones that are to
 * be told and copies them.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__findings_set(struct seep_findings *findings, struct seep_finding *list,
		   size_t count);

#endif
