/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * change.h - did a stratum of an entity begin to send more, and when?
 *
 * Decision    at the end of each usable UTC day, by the largest of the
 *             statistics' scans over all onsets that lie a whole reference
 *             behind the first day; read only cells and references from
 *             before it.
 * Episode     goes on until a week's mean falls below half of the rise. Its
 *             days then leave the stratum's past. An episode that lasts for
 *             two weeks becomes the new past, so that a second change on
 *             top of the first is seen.
 */
#ifndef SEEP_DETECT_CHANGE_H
#define SEEP_DETECT_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "detect/ladder.h"

/* struct seep__change: one episode of one stratum. Positions are those of
 * the sheets' days. */
struct seep__change {
	uint32_t stratum;
	uint32_t statistic;
	/* base, reference: the reference is [base, base + reference). */
	size_t base;
	size_t reference;
	/* onset: first day of the change; [onset_from, onset_until] holds it
	 * with probability 0.95. */
	size_t onset;
	size_t onset_from;
	size_t onset_until;
	/* decided: last day that the decision read. */
	size_t decided;
	/* end: one past the last raised day; closed: the day at whose end
	 * that was known, or SIZE_MAX. */
	size_t end;
	size_t closed;
	/* excess: bytes that would have to be taken out of [onset, end) for
	 * the rise to be gone, with the ends of a 90 % interval; excess_then:
	 * of [onset, decided]. */
	uint64_t excess;
	uint64_t excess_low;
	uint64_t excess_high;
	uint64_t excess_then;
	/* observed, expected: the stratum's bytes a day, mean since the onset
	 * and before it. */
	uint64_t observed;
	uint64_t expected;
	double score;
	/* surprise: -ln of how many changes like it an entity shows in a year
	 * by chance, over all strata and statistics. */
	double surprise;
	/* years: entity-years behind that: no smaller rate is known. */
	double years;
	/* peak: the largest surprise while it was raised; what tells how rare
	 * the whole episode is, and who of several strata tells it. */
	double peak;
};

struct seep__changes {
	struct seep__mem *mem;
	struct seep__change *list;
	size_t count;
	size_t room;
};

/*
 * seep__change_scan() adds the episodes of every stratum.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__change_scan(const struct seep__sheets *sheets,
		  const struct seep__judge *judge,
		  struct seep__changes *changes);

/*
 * seep__change_echo() asks whether another stratum rose in the days of a
 * change too, too little to alarm by itself. One onset in one stratum is
 * asked, not all of them, so that far less evidence will do.
 *
 * Returns SEEP_OK, with 'echo' a change like the one given (its peak and
 * surprise are 0) or its score 0 when there is none; SEEP_ENOMEM,
 * SEEP_EBUDGET.
 */
int
seep__change_echo(const struct seep__sheets *sheets,
		  const struct seep__judge *judge,
		  const struct seep__change *change, uint32_t stratum,
		  struct seep__change *echo);

#endif
