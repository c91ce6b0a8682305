/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sheets.h - an entity's traffic laid out by stratum, day and hour.
 *
 * Every stratum says of each cell, from cells of its own day or before,
 * whether it holds it, so that what is decided on a day never changes
 * later. Strata overlap: each asks its own question.
 *
 * Memory   200 bytes a usable day and stratum that holds anything.
 */
#ifndef SEEP_DETECT_SHEETS_H
#define SEEP_DETECT_SHEETS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/days.h"
#include "detect/statistic.h"
#include "detect/subject.h"

/*
 * A peer is new to a host for so many days after the one on which it had
 * received more than dust. At 1 a leak would have a day to be seen in; at
 * 28, evidence of a month would have no old peer to compare with.
 */
#define SEEP__NEW_DAYS 7

struct seep__sheets {
	/* subject: crossing traffic; names: query names, by domain. */
	const struct seep__subject *subject;
	const struct seep__subject *names;
	struct seep__days days;
	/* sheet: 'day' is NULL where a stratum holds no byte. */
	struct seep__sheet sheet[SEEP_STRATUM_COUNT];
	/* start: first position on which a stratum means what it says. To a
	 * host seen for the first time every peer is new, and on the first
	 * days of the evidence every peer is rare: no reference should hold
	 * these days, for they would hide a week's worth of everything. */
	size_t start[SEEP_STRATUM_COUNT];
};

/*
 * seep__sheets_init() fills all sheets; memory from the subject's scratch.
 *
 * 'names'  NULL when the evidence holds none.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__sheets_init(struct seep__sheets *sheets,
		  const struct seep__subject *subject,
		  const struct seep__subject *names);

/* seep__sheets_subject() returns the subject that a stratum's cells are of:
 * 'subject' or 'names'. */
const struct seep__subject *
seep__sheets_subject(const struct seep__sheets *sheets, uint32_t stratum);

/* seep__sheets_whole() returns the sheet that a stratum is a part of: that of
 * everything to the outside, or of all query names to domains seldom met. */
const struct seep__sheet *
seep__sheets_whole(const struct seep__sheets *sheets, uint32_t stratum);

/* seep__sheets_tell_rare() says whether rare peers can be told on this site:
 * 1 or 0. */
int
seep__sheets_tell_rare(const struct seep__sheets *sheets);

/* seep__sheets_hold() says whether 'cell' belongs to the stratum: 1 or 0. */
int
seep__sheets_hold(const struct seep__sheets *sheets, uint32_t stratum,
		  const struct seep__peercell *cell);

#endif
