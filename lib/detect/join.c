/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/join.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"

/* Two strata speak of one leak when half of the narrower one's bytes go to
 * peers that the wider one holds too. */
#define SHARED_DENOMINATOR 2

/* The narrowest pattern that carries four fifths of the joined excess tells
 * the episode; the rest is what other peers happened to add. */
#define CARRIED_NUMERATOR 4
#define CARRIED_DENOMINATOR 5

/* The sum over all peers moves with everything the entity does. It tells
 * the episode only when its excess is twice that of the best narrower
 * stratum: then most of the excess lies elsewhere. */
#define ALL_PEERS_FACTOR 2

int
seep__candidates_add(struct seep__candidates *candidates,
		     const struct seep__candidate *candidate)
{
	const int rc = seep__mem_grow(
	    candidates->mem, (void **)&candidates->list, &candidates->room,
	    candidates->count + 1, sizeof(*candidates->list));

	assert(candidate->onset < candidate->decided);
	if (rc == SEEP_OK)
		candidates->list[candidates->count++] = *candidate;
	return rc;
}

/* Had 'peer' got more than dust before hour 'until'? */
static int
is_grown(const struct seep__subject *subject, const struct seep__peer *peer,
	 uint32_t until)
{
	const struct seep__calendar *calendar = subject->calendar;

	return peer->grown < calendar->days_count &&
	       calendar->days[peer->grown].day < until / SEEP__HOURS_PER_DAY;
}

int
seep__candidate_holds(const struct seep__subject *subject,
		      const struct seep__candidate *candidate,
		      const struct seep__peercell *cell, uint32_t until)
{
	const struct seep__peer *peer = &subject->peers[cell->peer];

	assert(cell->peer < subject->peers_count);
	if (cell->peer < candidate->peer_first ||
	    cell->peer >= candidate->peer_end)
		return 0;
	/* Who was met before with no more than dust is new when it then got
	 * far more: a time server is no part of an episode. */
	return peer->known >= candidate->known_from &&
	       (peer->seen >= candidate->known_from ||
		is_grown(subject, peer, until));
}

const struct seep__peercell *
seep__candidate_cells(const struct seep__subject *subject,
		      const struct seep__candidate *candidate,
		      const struct seep__peercell **end)
{
	assert(candidate->peer_first < candidate->peer_end);
	*end = subject->cells + subject->peers[candidate->peer_end - 1].end;
	return subject->cells + subject->peers[candidate->peer_first].first;
}

/* The end of a candidate's episode as far as hour 'until' can know it. */
static uint32_t
end_before(const struct seep__candidate *candidate, uint32_t until)
{
	if (until < candidate->closed || candidate->end > until)
		return until;
	return candidate->end;
}

/* Does half of what 'narrow' sent before 'until' go to peers of 'wide'? */
static int
shares_peers(const struct seep__subject *subject,
	     const struct seep__candidate *narrow,
	     const struct seep__candidate *wide, uint32_t until)
{
	const uint32_t stop = end_before(narrow, until);
	const struct seep__peercell *cell, *end;
	uint64_t all = 0;
	uint64_t shared = 0;

	cell = seep__candidate_cells(subject, narrow, &end);
	for (; cell < end; cell++) {
		const uint32_t hour = subject->calendar->hours[cell->hour];
		const uint64_t bytes = seep__subject_counts(subject, cell);

		if (hour < narrow->onset || hour >= stop ||
		    !seep__candidate_holds(subject, narrow, cell, until))
			continue;
		all += bytes;
		if (seep__candidate_holds(subject, wide, cell, until))
			shared += bytes;
	}
	return shared > 0 && shared >= all / SHARED_DENOMINATOR;
}

static int
is_same_leak(const struct seep__subject *subject,
	     const struct seep__candidate *a, const struct seep__candidate *b)
{
	const uint32_t until =
	    a->decided > b->decided ? a->decided : b->decided;

	if (a->basis != b->basis || a->onset >= end_before(b, until) ||
	    b->onset >= end_before(a, until) || a->peer_first >= b->peer_end ||
	    b->peer_first >= a->peer_end)
		return 0;
	return a->pattern <= b->pattern ? shares_peers(subject, a, b, until)
					: shares_peers(subject, b, a, until);
}

/* Narrowest first, then the larger excess; the rest makes the order total. */
static int
compare_narrow(const struct seep__candidate *x, const struct seep__candidate *y,
	       uint64_t x_excess, uint64_t y_excess)
{
	if (x->pattern != y->pattern)
		return x->pattern < y->pattern ? -1 : 1;
	if (x_excess != y_excess)
		return x_excess > y_excess ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction > y->direction ? -1 : 1;
	if (x->peer_first != y->peer_first)
		return x->peer_first < y->peer_first ? -1 : 1;
	if (x->onset != y->onset)
		return x->onset < y->onset ? -1 : 1;
	if (x->window_hours != y->window_hours)
		return x->window_hours < y->window_hours ? -1 : 1;
	return (x->decided > y->decided) - (x->decided < y->decided);
}

/* By decision, then by what was known at it, so that the order of scanning
 * and what came later cannot matter. */
static int
compare_candidate(const void *a, const void *b)
{
	const struct seep__candidate *x = a;
	const struct seep__candidate *y = b;

	if (x->decided != y->decided)
		return x->decided < y->decided ? -1 : 1;
	return compare_narrow(x, y, x->excess_decided, y->excess_decided);
}

static void
rename_group(size_t *group, size_t first, size_t end, size_t from, size_t to)
{
	for (size_t k = first; k < end; k++)
		if (group[k] == from)
			group[k] = to;
}

/* The oldest episode of those before 'first' that 'i' speaks of; 'i' when
 * there is none. */
static size_t
find_episode(const struct seep__subject *subject,
	     const struct seep__candidate *list, const size_t *group,
	     size_t first, size_t i)
{
	size_t best = i;

	assert(first <= i);
	for (size_t j = 0; j < first; j++)
		if (group[j] < best &&
		    is_same_leak(subject, &list[i], &list[j]))
			best = group[j];
	return best;
}

/* Groups the candidates [first, end), all decided at one time. */
static void
group_decision(const struct seep__subject *subject,
	       const struct seep__candidate *list, size_t *group, size_t first,
	       size_t end)
{
	for (size_t i = first; i < end; i++) {
		group[i] = i;
		for (size_t j = first; j < i; j++) {
			const size_t a = group[i];
			const size_t b = group[j];

			if (a != b && is_same_leak(subject, &list[i], &list[j]))
				rename_group(group, first, i + 1, a > b ? a : b,
					     a > b ? b : a);
		}
	}
	for (size_t i = first; i < end; i++) {
		size_t oldest;

		if (group[i] < first)
			continue;
		oldest = find_episode(subject, list, group, first, i);
		if (oldest < first)
			rename_group(group, first, end, group[i], oldest);
	}
}

void
seep__join_candidates(const struct seep__subject *subject,
		      struct seep__candidates *candidates, size_t *group)
{
	const struct seep__candidate *list = candidates->list;
	size_t end;

	if (candidates->count)
		qsort(candidates->list, candidates->count,
		      sizeof(*candidates->list), compare_candidate);
	for (size_t first = 0; first < candidates->count; first = end) {
		end = first + 1;
		while (end < candidates->count &&
		       list[end].decided == list[first].decided)
			end++;
		group_decision(subject, list, group, first, end);
	}
}

/* When the telling stratum is chosen: at the decision, or now. */
enum when { AT_DECISION, NOW };

static uint64_t
get_excess(const struct seep__candidate *candidate, enum when when)
{
	return when == NOW ? candidate->excess : candidate->excess_decided;
}

/* May it tell? What began after the decision cannot. */
static int
may_tell(const struct seep__candidate *candidate, uint32_t decided,
	 enum when when)
{
	return when == NOW ? candidate->onset < decided
			   : candidate->decided == decided;
}

static const struct seep__candidate *
choose_told(const struct seep__candidates *candidates, const size_t *group,
	    size_t leader, enum when when)
{
	const uint32_t decided = candidates->list[leader].decided;
	const struct seep__candidate *best = NULL;
	uint64_t narrow = 0, all = 0;

	for (size_t i = leader; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];
		uint64_t *most =
		    at->pattern == SEEP_PATTERN_ALL_PEERS ? &all : &narrow;

		if (group[i] == leader && may_tell(at, decided, when) &&
		    get_excess(at, when) > *most)
			*most = get_excess(at, when);
	}
	if (all / ALL_PEERS_FACTOR > narrow)
		narrow = all;
	for (size_t i = leader; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];

		if (group[i] != leader || !may_tell(at, decided, when) ||
		    get_excess(at, when) / CARRIED_NUMERATOR <
			narrow / CARRIED_DENOMINATOR)
			continue;
		if (!best || compare_narrow(at, best, get_excess(at, when),
					    get_excess(best, when)) < 0)
			best = at;
	}
	return best ? best : &candidates->list[leader];
}

void
seep__join_describe(const struct seep__candidates *candidates,
		    const size_t *group, size_t leader,
		    struct seep__episode *episode)
{
	assert(group[leader] == leader);
	episode->told = choose_told(candidates, group, leader, NOW);
	episode->founder = choose_told(candidates, group, leader, AT_DECISION);
	episode->early = episode->founder;
	episode->score_tenths = 0;
	for (size_t i = leader; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];

		if (group[i] != leader)
			continue;
		if (at->decided == episode->early->decided &&
		    at->score_tenths > episode->early->score_tenths)
			episode->early = at;
		if (at->score_tenths > episode->score_tenths)
			episode->score_tenths = at->score_tenths;
	}
}
