/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strata.h - the strata of an entity that daily and hourly sums look at.
 *
 * For both directions together, pushes and pulls: all peers, all new peers
 * together, each /24 or /48 with several peers, each single peer.
 */
#ifndef SEEP_DETECT_STRATA_H
#define SEEP_DETECT_STRATA_H

#include <stddef.h>
#include <stdint.h>

#include "detect/detector.h"
#include "detect/robust.h"
#include "detect/series.h"

/* struct seep__stratum: one of them; the arrays are the walk's and are
 * filled anew for each. */
struct seep__stratum {
	const struct seep__subject *subject;
	struct seep__candidates *candidates;
	struct seep__series series; /* its direction is the stratum's */
	enum seep_pattern pattern;
	size_t first; /* range of peers */
	size_t end;
	/* bytes: of its peers, in all directions. */
	uint64_t bytes;
	/* values: by position. What new peers are depends on the window:
	 * seep__stratum_renew() fills them. */
	uint64_t *values;
	/* taken: positions inside episodes that were found earlier. */
	uint8_t *taken;
	/* Of the whole entity, all directions: each position; the largest
	 * before each position; the largest hour before each day index. */
	uint64_t *all;
	uint64_t *all_max;
	uint64_t *hour_max;
	uint64_t *hours; /* room for one value per covered hour */
	uint64_t *sorted;
	uint64_t *scratch;
	/* What does not depend on the stratum but on its direction alone is
	 * worked out once: by position, for which direction + 1 (0 = none) the
	 * row of seep__stratum_renew() and the spread of
	 * seep__stratum_passing() are there. */
	uint8_t *row_of;
	uint8_t *passing_of;
	uint64_t *rows; /* NULL when there are too many days */
	struct seep__spread *passing;
};

/* seep__stratum_fn looks at one stratum; returns a status. */
typedef int (*seep__stratum_fn)(struct seep__stratum *stratum);

/*
 * seep__strata_walk() calls 'look' for each stratum of at least 'bytes_min'
 * bytes. Nothing is called for an entity without a peer, or with fewer
 * usable days than a reference: an hour may be decided on in the first day
 * behind it, which then is no usable day yet.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, or what 'look' returned.
 */
int
seep__strata_walk(const struct seep__subject *subject,
		  struct seep__candidates *candidates, uint64_t bytes_min,
		  seep__stratum_fn look);

/*
 * seep__stratum_renew() fills the values of the new-peer stratum for a
 * window that starts at position 's': before it what passing peers drew
 * (series.h), from it on what peers drew that were not known before it.
 */
void
seep__stratum_renew(struct seep__stratum *stratum, size_t s);

/* seep__stratum_is_new(): is none of its peers known before day index
 * 'day'? Always so for new peers. */
int
seep__stratum_is_new(const struct seep__stratum *stratum, size_t day);

/* seep__stratum_reference() describes the positions before 'end' that lie
 * in no earlier episode. */
void
seep__stratum_reference(const struct seep__stratum *stratum, size_t end,
			struct seep__spread *spread);

/* seep__stratum_usual() is the entity's median day before 'end'. */
uint64_t
seep__stratum_usual(const struct seep__stratum *stratum, size_t end);

/* seep__stratum_passing() describes what passing peers (series.h) drew
 * together on the days before position 'end'. */
void
seep__stratum_passing(const struct seep__stratum *stratum, size_t end,
		      struct seep__spread *spread);

/*
 * seep__stratum_found() completes 'found' (whose times, window, bytes and
 * expected bytes are set) and adds it to the candidates.
 *
 * 'mean'  of the window's days; 'over' of them lie above the largest
 *         reference day. The score adds, in tenths of a bit, the doublings
 *         of 'mean' over that day (or over 'least') and log2 of the number
 *         of ways in which those days could lie among all days: what chance
 *         would have to hit if days were exchangeable.
 */
int
seep__stratum_found(const struct seep__stratum *stratum,
		    const struct seep__spread *reference, uint64_t mean,
		    uint64_t over, uint64_t least,
		    struct seep__candidate *found);

#endif
