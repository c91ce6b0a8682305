/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * case.h - what a case holds, and how merging and choosing work on lists of
 * snapshots that are in no case.
 */
#ifndef SEEP_LEDGER_CASE_H
#define SEEP_LEDGER_CASE_H

#include <seep/case.h>

#include "ledger/snapshot.h"

struct seep_case {
	struct seep__mem *mem;
	struct seep_alloc alloc;
	int has_alloc;
	struct seep_snapshot **parts; /* by sensor */
	size_t count;
	size_t room;
	struct seep_snapshot *selected; /* NULL until it is asked for */
};

/* seep__case_new() makes one without parts. Returns SEEP_OK, SEEP_ENOMEM. */
int
seep__case_new(struct seep_case **seep_case, const struct seep_alloc *alloc);

/* seep__case_alloc() returns the allocator for constructors, or NULL. */
const struct seep_alloc *
seep__case_alloc(const struct seep_case *seep_case);

/*
 * seep__case_add() takes 'part' over, the last by name so far; on failure it
 * is freed. Returns SEEP_OK, SEEP_ENOMEM.
 */
int
seep__case_add(struct seep_case *seep_case, struct seep_snapshot *part);

/* struct seep__merge_part: one part of one of the cases to be merged. */
struct seep__merge_part {
	const struct seep_snapshot *snapshot;
	size_t from;   /* number of its case */
	int is_within; /* another one is taken instead */
};

/*
 * seep__case_unite() is seep_case_merge() over parts; their order is changed.
 * 'opts' is complete.
 */
int
seep__case_unite(struct seep_case **merged, struct seep__merge_part *parts,
		 size_t count, const struct seep_merge_opts *opts,
		 const struct seep_alloc *alloc);

/*
 * seep__case_of() makes a case of snapshots as they are: those of one sensor
 * add up, whether or not their inputs are known; 'memory_max' as in struct
 * seep_merge_opts. As seep_case_merge().
 */
int
seep__case_of(struct seep_case **merged,
	      const struct seep_snapshot *const *snapshots, size_t count,
	      uint64_t memory_max, const struct seep_alloc *alloc);

/*
 * seep__select() makes the choice among 'count' >= 2 snapshots of different
 * sensors, by name, and of one site.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_ESELFTEST.
 */
int
seep__select(struct seep_snapshot **selected,
	     struct seep_snapshot *const *snapshots, size_t count,
	     const struct seep_alloc *alloc);

#endif
