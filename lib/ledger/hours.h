/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hours.h - the set of hours in which the evidence holds a record.
 *
 * Layout   an ordered map (Judy) from hour / 64 to a word of 64 hours. A
 *          flow of 366 days touches 139 words; a packet dated 2033 costs
 *          one. A word of 0 is the same as none, so that reserving leaves
 *          no trace in what the set holds.
 * Time     a flow inside the hours last added costs one comparison.
 */
#ifndef SEEP_LEDGER_HOURS_H
#define SEEP_LEDGER_HOURS_H

#include <stddef.h>
#include <stdint.h>

#include "base/ordered.h"

struct seep__hours {
	struct seep__ordmap words;
	uint64_t last_key; /* of the word added to last, and a copy of it */
	uint64_t last_word;
};

void
seep__hours_init(struct seep__hours *hours, struct seep__mem *mem);

void
seep__hours_clear(struct seep__hours *hours);

/*
 * seep__hours_reserve() makes room for the hours [first, last].
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__hours_reserve(struct seep__hours *hours, uint32_t first, uint32_t last);

/* seep__hours_add() adds [first, last], which were reserved. */
void
seep__hours_add(struct seep__hours *hours, uint32_t first, uint32_t last);

/* seep__hours_hold() says whether 'hour' was added: 1 or 0. */
int
seep__hours_hold(const struct seep__hours *hours, uint32_t hour);

/*
 * seep__hours_list() writes every hour, ascending, to 'out' (may be NULL)
 * and returns how many there are.
 */
size_t
seep__hours_list(const struct seep__hours *hours, uint32_t *out);

#endif
