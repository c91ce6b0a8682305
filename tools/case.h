/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * case.h - keep the exact ledger in a file.
 */
#ifndef SEEP_TOOLS_CASE_H
#define SEEP_TOOLS_CASE_H

#include <seep/snapshot.h>

/*
 * case_save() writes the canonical bytes of 'snapshot' to 'path': whole and
 * on disk, or not at all. Returns EXIT_DONE, or EXIT_FAILED after saying
 * why.
 */
int
case_save(const struct seep_snapshot *snapshot, const char *path);

#endif
