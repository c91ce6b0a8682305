/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level.h - what can be said of a host without an earlier time to compare
 * with: on which days a leak may have begun for change detection to tell,
 * and where its bytes went.
 */
#ifndef SEEP_DETECT_LEVEL_H
#define SEEP_DETECT_LEVEL_H

#include <seep/findings.h>

#include "detect/ladder.h"

/*
 * seep__level_fill() fills testable_*, top, peers_total and bytes_other of
 * 'entity'. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__level_fill(const struct seep__sheets *sheets,
		 const struct seep__judge *judge, struct seep_entity *entity);

#endif
