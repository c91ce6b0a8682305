/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cell.h - the counts of one channel, bin and kind, and their coding.
 *
 * A cold cell is a 64-bit key and five counters. The key orders cells by
 * record, hour and kind; 24 bits of hour reach to the year 3883, beyond what
 * a time in nanoseconds can say (2262, hour 2,562,047).
 *
 * Coding   one head byte (bit 7: another record than before; bits 5-6: the
 *          kind; bits 0-4: which counters are not zero), then LEB128: the
 *          step to the record if it is another, the hour (the step from
 *          the cell before where the record is the same), the counters that
 *          are not zero. Typically 8 to 12 bytes.
 */
#ifndef SEEP_LEDGER_CELL_H
#define SEEP_LEDGER_CELL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

/* The counters of a cell, in the order of struct seep_cell. */
enum seep__count {
	SEEP__BYTES_OUT = 0,
	SEEP__BYTES_IN,
	SEEP__PACKETS_OUT,
	SEEP__PACKETS_IN,
	SEEP__FLOWS,
	SEEP__COUNTS
};

/* The last hour of a time in nanoseconds. */
#define SEEP__HOUR_MAX UINT32_C(2562047)

struct seep__cell {
	uint64_t key;
	uint64_t counts[SEEP__COUNTS];
};

/* Head, record, hour and counters at their longest. */
#define SEEP__CELL_CODE_MAX (1 + 5 + 4 + 10 * SEEP__COUNTS)

/* seep__cell_key() packs; the three below take apart. */
static inline uint64_t
seep__cell_key(uint32_t record, uint32_t hour, unsigned kind)
{
	return (uint64_t)record << 32 | (uint64_t)(hour & 0xffffff) << 8 |
	       (kind & 0xff);
}

static inline uint32_t
seep__cell_record(uint64_t key)
{
	return (uint32_t)(key >> 32);
}

static inline uint32_t
seep__cell_hour(uint64_t key)
{
	return (uint32_t)(key >> 8) & 0xffffff;
}

static inline uint8_t
seep__cell_kind(uint64_t key)
{
	return (uint8_t)(key & 0xff);
}

/*
 * seep__cell_add() adds 'counts' to 'sum'. Sums stop at 2^64 - 1 instead of
 * wrapping: additions that stop there still commute. Bytes never come near
 * (their total stays below 2^63); packets might, from hostile records.
 */
void
seep__cell_add(uint64_t sum[SEEP__COUNTS], const uint64_t counts[SEEP__COUNTS]);

/* seep__cell_is_zero() says whether there is nothing to keep: 1 or 0. */
int
seep__cell_is_zero(const uint64_t counts[SEEP__COUNTS]);

/*
 * seep__cell_encode() writes 'cell' after the cell with key 'previous' (0 at
 * the start) to 'out', room for SEEP__CELL_CODE_MAX bytes. Keys must not
 * descend. Returns the bytes used.
 */
size_t
seep__cell_encode(uint8_t *out, uint64_t previous,
		  const struct seep__cell *cell);

/*
 * seep__cell_decode() is the inverse. It fails the cursor on anything that
 * seep__cell_encode() does not write.
 */
void
seep__cell_decode(struct seep__cursor *cursor, uint64_t previous,
		  struct seep__cell *cell);

#endif
