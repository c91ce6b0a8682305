/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * save.h - what saving and restoring share.
 */
#ifndef SEEP_LEDGER_SAVE_H
#define SEEP_LEDGER_SAVE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/coverage.h>
#include <seep/snapshot.h>

#include "ledger/frame.h"
#include "ledger/origin.h"

/* Room for pointers to every 64-bit count of a coverage. */
#define SEEP__COVERAGE_FIELDS 48

/* Fields at the end that cases before version 4 do not hold. */
#define SEEP__COVERAGE_FIELDS_V4 2

/*
 * seep__coverage_fields() lists the counts of a coverage in the order in
 * which they are saved, the two times aside. Returns how many.
 */
size_t
seep__coverage_fields(struct seep_coverage *coverage,
		      uint64_t *fields[SEEP__COVERAGE_FIELDS]);

/*
 * seep__save_part() is seep_snapshot_save(); 'more' is 1 where the part of
 * another sensor follows.
 */
int
seep__save_part(const struct seep_snapshot *snapshot, int more,
		seep_write_fn write, void *ctx);

/* seep__save_origin(), _inputs() write these sections. */
void
seep__save_origin(struct seep__frame_writer *writer,
		  const struct seep_snapshot *snapshot);

void
seep__save_inputs(struct seep__frame_writer *writer,
		  const struct seep__origin *origin);

#endif
