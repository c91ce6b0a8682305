/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/cell.h"

#include <assert.h>

#include <seep/snapshot.h>

#define HEAD_RECORD 0x80u
#define HEAD_KIND_SHIFT 5
#define HEAD_COUNTS 0x1fu

void
seep__cell_add(uint64_t sum[SEEP__COUNTS], const uint64_t counts[SEEP__COUNTS])
{
	size_t i;

	assert(sum != counts);
	for (i = 0; i < SEEP__COUNTS; i++) {
		if (counts[i] > UINT64_MAX - sum[i])
			sum[i] = UINT64_MAX;
		else
			sum[i] += counts[i];
	}
}

int
seep__cell_is_zero(const uint64_t counts[SEEP__COUNTS])
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < SEEP__COUNTS; i++)
		any |= counts[i];
	return any == 0;
}

size_t
seep__cell_encode(uint8_t *out, uint64_t previous,
		  const struct seep__cell *cell)
{
	uint32_t record = seep__cell_record(cell->key);
	uint32_t hour = seep__cell_hour(cell->key);
	unsigned head = (unsigned)seep__cell_kind(cell->key) << HEAD_KIND_SHIFT;
	size_t used = 1;
	size_t i;

	assert(cell->key >= previous);
	assert(seep__cell_kind(cell->key) <= SEEP_CELL_MISSED);
	if (record != seep__cell_record(previous)) {
		head |= HEAD_RECORD;
		used += seep__varint_put(out + used,
					 record - seep__cell_record(previous));
	} else {
		hour -= seep__cell_hour(previous);
	}
	used += seep__varint_put(out + used, hour);
	for (i = 0; i < SEEP__COUNTS; i++) {
		if (cell->counts[i] == 0)
			continue;
		head |= 1u << i;
		used += seep__varint_put(out + used, cell->counts[i]);
	}
	out[0] = (uint8_t)head;
	return used;
}

/*
 * seep__cursor_varint() for the inner loop of every walk: seven numbers in
 * ten have one or two bytes, and a call costs more than reading them. What
 * is longer, not in its shortest form or near the end goes the long way.
 */
static inline uint64_t
read_number(struct seep__cursor *cursor)
{
	const uint8_t *at = cursor->data + cursor->at;

	assert(cursor->at <= cursor->size);
	if (cursor->failed || cursor->size - cursor->at < 3)
		return seep__cursor_varint(cursor);
	if (at[0] < 0x80) {
		cursor->at++;
		return at[0];
	}
	if (at[1] < 0x80 && at[1] != 0) {
		cursor->at += 2;
		return (at[0] & 0x7fu) | (uint32_t)at[1] << 7;
	}
	if (at[1] >= 0x80 && at[2] < 0x80 && at[2] != 0) {
		cursor->at += 3;
		return (at[0] & 0x7fu) | (at[1] & 0x7fu) << 7 |
		       (uint32_t)at[2] << 14;
	}
	return seep__cursor_varint(cursor);
}

void
seep__cell_decode(struct seep__cursor *cursor, uint64_t previous,
		  struct seep__cell *cell)
{
	unsigned head = seep__cursor_u8(cursor);
	uint64_t record = seep__cell_record(previous);
	uint64_t hour = 0;
	uint64_t step = 0;
	size_t i;

	if ((head & HEAD_RECORD) != 0) {
		step = read_number(cursor);
		if (step == 0 || step > UINT32_MAX - record)
			cursor->failed = 1;
		record += step;
	} else {
		hour = seep__cell_hour(previous);
	}
	step = read_number(cursor);
	if (step > SEEP__HOUR_MAX || hour + step > SEEP__HOUR_MAX)
		cursor->failed = 1;
	cell->key = seep__cell_key((uint32_t)record, (uint32_t)(hour + step),
				   head >> HEAD_KIND_SHIFT & 3);
	for (i = 0; i < SEEP__COUNTS; i++) {
		int present = (head & 1u << i) != 0;

		cell->counts[i] = present ? read_number(cursor) : 0;
		if (present && cell->counts[i] == 0)
			cursor->failed = 1;
	}
	if ((head & HEAD_COUNTS) == 0)
		cursor->failed = 1;
}
