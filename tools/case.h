/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * case.h - saved cases, as files: kept by --save, read by report and merge.
 */
#ifndef SEEP_TOOLS_CASE_H
#define SEEP_TOOLS_CASE_H

#include <seep/case.h>
#include <seep/snapshot.h>

#include "options.h"

/*
 * case_save() writes 'snapshot' to the file 'path', which appears whole and
 * for good, or not at all. Returns EXIT_DONE or EXIT_FAILED (told).
 */
int
case_save(const struct seep_snapshot *snapshot, const char *path);

/* case_save_all() is the same for a case of any number of sensors. */
int
case_save_all(const struct seep_case *seep_case, const char *path);

/*
 * case_read() reads the case files that the options name; several are merged
 * to one. What was left out, and why nothing was merged, is told.
 *
 * Returns EXIT_DONE or EXIT_FAILED (told); then *seep_case is NULL.
 */
int
case_read(const struct options *options, struct seep_case **seep_case);

#endif
