/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/record.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

_Static_assert(SEEP__SLOTS == 2, "SEEP__RECORD_LAST_1 names one of two");

static void
widen(const struct seep__slot *slot, uint64_t counts[SEEP__COUNTS])
{
	size_t i;

	for (i = 0; i < SEEP__COUNTS; i++)
		counts[i] = slot->counts[i];
}

void
seep__record_log(struct seep__record *record, uint32_t id,
		 struct seep__log *log, uint32_t hour, unsigned kind,
		 const uint64_t counts[SEEP__COUNTS])
{
	assert(kind <= SEEP_CELL_MISSED && hour <= SEEP__HOUR_MAX);
	if (seep__cell_is_zero(counts))
		return;
	seep__log_append(log, seep__cell_key(id, hour, kind), counts);
	record->flags |= SEEP__RECORD_LOGGED;
}

/* Sends a slot's cell to the log and empties the slot. */
static void
spill(struct seep__record *record, uint32_t id, struct seep__log *log,
      unsigned slot)
{
	uint64_t counts[SEEP__COUNTS];

	assert(slot < SEEP__SLOTS);
	widen(&record->slots[slot], counts);
	seep__record_log(record, id, log, record->hours[slot], SEEP_CELL_TIMED,
			 counts);
	memset(&record->slots[slot], 0, sizeof(record->slots[slot]));
	record->flags &= ~SEEP__RECORD_SLOT(slot);
}

static int
holds(const struct seep__record *record, unsigned slot, uint32_t hour)
{
	assert(slot < SEEP__SLOTS);
	return (record->flags & SEEP__RECORD_SLOT(slot)) != 0 &&
	       record->hours[slot] == hour;
}

/* The slot for 'hour', emptied of another hour's cell if need be. */
static unsigned
take_slot(struct seep__record *record, uint32_t id, struct seep__log *log,
	  uint32_t hour)
{
	unsigned last = (record->flags & SEEP__RECORD_LAST_1) != 0;
	unsigned slot = 1 - last;

	if (holds(record, last, hour))
		return last;
	if (!holds(record, slot, hour)) {
		if ((record->flags & SEEP__RECORD_SLOT(slot)) != 0)
			spill(record, id, log, slot);
		record->hours[slot] = hour;
	}
	record->flags ^= SEEP__RECORD_LAST_1;
	return slot;
}

/* Do 'counts' fit 32 bits on top of a slot's? */
static int
fits(const struct seep__slot *slot, const uint64_t counts[SEEP__COUNTS])
{
	size_t i;

	for (i = 0; i < SEEP__COUNTS; i++) {
		if (counts[i] > UINT32_MAX - slot->counts[i])
			return 0;
	}
	return 1;
}

void
seep__record_add(struct seep__record *record, uint32_t id,
		 struct seep__log *log, uint32_t hour,
		 const uint64_t counts[SEEP__COUNTS])
{
	unsigned n;
	size_t i;

	assert(hour <= SEEP__HOUR_MAX);
	if (seep__cell_is_zero(counts))
		return;
	n = take_slot(record, id, log, hour);
	if (!fits(&record->slots[n], counts)) {
		spill(record, id, log, n);
		if (!fits(&record->slots[n], counts)) {
			seep__record_log(record, id, log, hour, SEEP_CELL_TIMED,
					 counts);
			return;
		}
	}
	for (i = 0; i < SEEP__COUNTS; i++)
		record->slots[n].counts[i] += (uint32_t)counts[i];
	record->flags |= SEEP__RECORD_SLOT(n);
}

void
seep__record_seal(struct seep__record *record, uint32_t id,
		  struct seep__log *log, uint32_t hour)
{
	unsigned n;

	for (n = 0; n < SEEP__SLOTS; n++) {
		if ((record->flags & SEEP__RECORD_SLOT(n)) != 0 &&
		    record->hours[n] < hour)
			spill(record, id, log, n);
	}
}

unsigned
seep__record_open(const struct seep__record *record, uint32_t id,
		  struct seep__cell cells[SEEP__SLOTS])
{
	unsigned count = 0;
	unsigned n;

	for (n = 0; n < SEEP__SLOTS; n++) {
		if ((record->flags & SEEP__RECORD_SLOT(n)) == 0)
			continue;
		cells[count].key =
		    seep__cell_key(id, record->hours[n], SEEP_CELL_TIMED);
		widen(&record->slots[n], cells[count].counts);
		count++;
	}
	if (count == 2 && cells[0].key > cells[1].key) {
		struct seep__cell swap = cells[0];

		cells[0] = cells[1];
		cells[1] = swap;
	}
	assert(count < 2 || cells[0].key < cells[1].key);
	return count;
}

void
seep__record_empty(struct seep__record *record)
{
	assert(record != NULL);
	memset(record->slots, 0, sizeof(record->slots));
	record->flags &= ~(SEEP__RECORD_SLOT(0) | SEEP__RECORD_SLOT(1));
}

int
seep__record_used(const struct seep__record *record)
{
	return (record->flags & (SEEP__RECORD_SLOT(0) | SEEP__RECORD_SLOT(1) |
				 SEEP__RECORD_LOGGED)) != 0;
}
