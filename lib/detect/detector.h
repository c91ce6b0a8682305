/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * detector.h - what a detector is: it reads one entity and names the
 * episodes in which it sends more than it should.
 *
 * A detector is one file and one struct seep__detector. It decides at the
 * ends of UTC hours and days in their order, and a decision reads only
 * cells from before it, so that a live run and one over the whole case say
 * the same. It keeps no state between entities.
 */
#ifndef SEEP_DETECT_DETECTOR_H
#define SEEP_DETECT_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/subject.h"

/*
 * struct seep__candidate: one stratum, one episode. Strata that speak of
 * the same leak become one finding in episode.c.
 */
struct seep__candidate {
	/* direction: UNKNOWN = the sum over all directions. */
	enum seep_direction direction;
	enum seep_pattern pattern;
	enum seep_basis basis;
	/* peer_first, peer_end: the range of peers; of these only the ones
	 * that were not known before day index 'known_from' (0 = all). */
	size_t peer_first;
	size_t peer_end;
	uint32_t known_from;
	/* onset, end: UTC hours [onset, end) of the episode. */
	uint32_t onset;
	uint32_t end;
	/* closed: hour from which on 'end' is known; UINT32_MAX = the evidence
	 * does not tell. */
	uint32_t closed;
	/* decided: the decision's time, in UTC hours. */
	uint32_t decided;
	uint32_t window_hours;
	uint32_t score_tenths;
	/* bytes: of the stratum in the episode; expected: what the reference
	 * would have sent; excess: the difference, 0 if negative. */
	uint64_t bytes;
	uint64_t expected;
	uint64_t excess;
	/* excess_decided: what was known of it at the decision. */
	uint64_t excess_decided;
	/* What the explanation quotes: mean of the window's days, and the
	 * reference behind it. 0 days with basis contrast. */
	uint64_t mean_per_day;
	uint64_t reference_days;
	uint64_t reference_median;
	uint64_t reference_max;
	/* active_hours: hours with bytes (contrast). */
	uint64_t active_hours;
};

/* struct seep__candidates: a growing list. */
struct seep__candidates {
	struct seep__mem *mem;
	struct seep__candidate *list;
	size_t count;
	size_t room;
};

struct seep__detector {
	const char *name;
	/*
	 * scan() adds the candidates of one entity, in any order.
	 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
	 */
	int (*scan)(const struct seep__subject *subject,
		    struct seep__candidates *candidates);
};

/* seep__detector_cumulative: sums over weeks against the entity's own past
 * (cumulative.c). */
extern const struct seep__detector seep__detector_cumulative;

/* seep__detector_burst: gross bursts of an hour or a day (burst.c). */
extern const struct seep__detector seep__detector_burst;

/* seep__detector_contrast: channels that never rest, where there is no past
 * to compare with (contrast.c). */
extern const struct seep__detector seep__detector_contrast;

/* Reference days that a comparison with the past needs: one whole week, so
 * that every weekday was seen once. */
#define SEEP__REFERENCE_DAYS_MIN 7

/* seep__candidates_add() returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET. */
int
seep__candidates_add(struct seep__candidates *candidates,
		     const struct seep__candidate *candidate);

/*
 * seep__candidate_holds() says whether a cell belongs to the candidate's
 * peers (any direction, any service), as the cells before hour 'until' tell
 * it: 1 or 0.
 */
int
seep__candidate_holds(const struct seep__subject *subject,
		      const struct seep__candidate *candidate,
		      const struct seep__peercell *cell, uint32_t until);

/* seep__candidate_cells() returns the first cell of the candidate's range
 * of peers, which stand together, and the end of them. */
const struct seep__peercell *
seep__candidate_cells(const struct seep__subject *subject,
		      const struct seep__candidate *candidate,
		      const struct seep__peercell **end);

#endif
