/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * limits.h - per entity: what more cannot have left, and what less would
 * not have been seen.
 */
#ifndef SEEP_REPORT_LIMITS_H
#define SEEP_REPORT_LIMITS_H

#include "report/page.h"

/*
 * seep__limits() writes the ceiling and the floor of every entity, ceiling
 * first. A reason that all of them share is said once.
 *
 * Returns SEEP_OK, or what seep__sink_flush() returned.
 */
int
seep__limits(struct seep__page *page);

#endif
