/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * record.h - the open cells of a channel.
 *
 * A record holds the cells of the two bins that were used last, in 32-bit
 * counters. A flow of a third bin sends the cell that was idle longest to
 * the log. Traffic in order of time so writes one cold cell per channel and
 * bin; late flows of the hour before stay in the line; and one packet dated
 * 2033 is gone from it two hours later.
 *
 * Where an addition would reach 2^32, the cell goes to the log as it is and
 * the record goes on from the addition; an addition of 2^32 or more goes to
 * the log itself. The log adds equal keys in 64 bits: nothing wraps.
 */
#ifndef SEEP_LEDGER_RECORD_H
#define SEEP_LEDGER_RECORD_H

#include <stdint.h>

#include "ledger/log.h"
#include "ledger/table.h"

/* Log cells that one seep__record_add() can need. */
#define SEEP__RECORD_LOG_MAX 2

/*
 * seep__record_add() adds timed counts to record 'id'; the log has
 * SEEP__RECORD_LOG_MAX cells reserved.
 */
void
seep__record_add(struct seep__record *record, uint32_t id,
		 struct seep__log *log, uint32_t hour,
		 const uint64_t counts[SEEP__COUNTS]);

/*
 * seep__record_log() adds counts of any kind straight to the log, which has
 * one cell reserved.
 */
void
seep__record_log(struct seep__record *record, uint32_t id,
		 struct seep__log *log, uint32_t hour, unsigned kind,
		 const uint64_t counts[SEEP__COUNTS]);

/*
 * seep__record_seal() moves the open cells of bins before 'hour' to the
 * log, which has SEEP__SLOTS cells reserved.
 */
void
seep__record_seal(struct seep__record *record, uint32_t id,
		  struct seep__log *log, uint32_t hour);

/*
 * seep__record_open() writes the open cells to 'cells', ascending, and
 * returns how many there are.
 */
unsigned
seep__record_open(const struct seep__record *record, uint32_t id,
		  struct seep__cell cells[SEEP__SLOTS]);

/* seep__record_empty() forgets the open cells, which were taken over. */
void
seep__record_empty(struct seep__record *record);

/* seep__record_used() says whether the channel has any cell: 1 or 0. */
int
seep__record_used(const struct seep__record *record);

#endif
