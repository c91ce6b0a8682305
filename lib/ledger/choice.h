/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * choice.h - which sensor speaks for which host on which day?
 *
 * Algorithm   hosts of all sensors in address order; for each the bytes by
 *             UTC day and sensor; the sensor with the most bytes of those
 *             that saw anything of the host on that day, ties by name. Days
 *             on which the choice stays are one run.
 * Bytes       both ways, of every traffic cell, inside too; neither missed
 *             ones nor names.
 * Memory      24 bytes per host, 8 per run; 16 per day and sensor of one
 *             host while it is chosen for.
 */
#ifndef SEEP_LEDGER_CHOICE_H
#define SEEP_LEDGER_CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/snapshot.h"

/* seep__choice_of() returns this where no sensor saw the host. */
#define SEEP__CHOICE_NONE UINT32_MAX

struct seep__choices {
	struct seep__mem *mem;
	struct seep_address *hosts; /* ascending */
	uint32_t *first_run;        /* per host, and one more: the end */
	size_t count;
	size_t room;
	size_t first_room;
	struct seep__choice_run {
		uint32_t day; /* from here on */
		uint32_t sensor;
	} * runs;
	size_t run_count;
	size_t run_room;
};

void
seep__choices_init(struct seep__choices *choices, struct seep__mem *mem);

void
seep__choices_clear(struct seep__choices *choices);

/*
 * seep__choices_make() chooses among 'count' snapshots, by number. Returns
 * SEEP_OK, SEEP_ENOMEM.
 */
int
seep__choices_make(struct seep__choices *choices,
		   struct seep_snapshot *const *snapshots, size_t count);

/* seep__choices_find() returns the number of a host, or 'count' of them. */
size_t
seep__choices_find(const struct seep__choices *choices,
		   const struct seep_address *host);

/* seep__choice_of() returns the sensor that speaks for a host on a day. Where
 * none saw it on that day, it is that of the day before. */
uint32_t
seep__choice_of(const struct seep__choices *choices, size_t host, uint32_t day);

/*
 * seep__hosts_walk() gives the hosts of several snapshots in address order:
 * 'at' holds the number of each one's next host, and starts as zeros.
 *
 * Returns the lowest of them, or NULL at the end. Whose it is has it at 'at';
 * the caller moves on.
 */
const struct seep_address *
seep__hosts_walk(struct seep_snapshot *const *snapshots, size_t count,
		 const size_t *at);

#endif
