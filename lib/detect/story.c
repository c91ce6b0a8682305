/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/story.h"

#include <assert.h>

#include "base/clock.h"

/* Does the claim rest on a stratum that knows its peers for a week only? */
static int
is_of_new(const struct seep__claim *told)
{
	return told->change &&
	       (told->change->stratum == SEEP_STRATUM_NEW_PUSH ||
		told->change->stratum == SEEP_STRATUM_NEW_PULL ||
		told->change->stratum == SEEP_STRATUM_NAMES_NEW);
}

/* Peers in use get bytes anyway. */
static int
has_late(const struct seep__claim *told)
{
	return is_of_new(told) && told->pattern != SEEP_PATTERN_ALL_PEERS;
}

/* FOLLOW_DAYS: a peer that was new is followed until it got less than half of
 * its day of the rise for a week, as a rise ends (change.c). Those that came
 * by on fewer than half of the days are not. */
#define FOLLOW_DAYS 7

/* The hour at which a peer's part of the rise ends. */
static uint32_t
follow_peer(const struct seep__claim *told, const struct seep__peer *peer)
{
	const struct seep__subject *subject = told->subject;
	const struct seep__date_day *days = subject->calendar->days;
	const uint32_t length = (told->end - told->onset) / SEEP__HOURS_PER_DAY;
	uint64_t rise = 0, active = 0;
	uint32_t end = told->end;
	size_t next;

	assert(length > 0);
	for (size_t c = peer->first; c < peer->end; c = next) {
		const uint32_t from =
		    days[subject->cells[c].day].day * SEEP__HOURS_PER_DAY;
		uint64_t bytes = 0;

		for (next = c; next < peer->end && subject->cells[next].day ==
						       subject->cells[c].day;
		     next++)
			bytes += seep__subject_counts(subject,
						      &subject->cells[next]);
		if (from < told->onset)
			continue;
		if (from < told->end) {
			rise += bytes;
			active += bytes > 0;
			continue;
		}
		if (2 * active < length || rise == 0 ||
		    from - end >= FOLLOW_DAYS * SEEP__HOURS_PER_DAY)
			break;
		if (bytes >= rise / length / 2)
			end = from + SEEP__HOURS_PER_DAY;
	}
	return end;
}

/* A stratum of new peers forgets them after a week, and its rise ends there.
 * What they get goes on: the end is moved to theirs. */
static void
follow_peers(const struct seep__claim *told, struct seep__claim *whole)
{
	for (size_t p = 0; p < told->subject->peers_count; p++) {
		uint32_t end;

		/* A roll-up stays in the stratum: nothing follows it. */
		if (!told->holds[p] ||
		    told->subject->peers[p].fold != SEEP_FOLD_NONE)
			continue;
		end = follow_peer(told, &told->subject->peers[p]);
		if (end > whole->end)
			whole->end = end;
	}
}

/*
 * The claim told. A rise with peers in use shows in several strata, each of
 * which names its own: then the peers are those that any of them names, and
 * the excess the largest that any of them found.
 */
int
seep__story_whole(const struct seep__story *story, struct seep__claim *whole,
		  const struct seep__change **largest, uint32_t *late_from)
{
	const struct seep__claim *told = story->episode.told;
	const size_t count = told->subject->peers_count;
	uint8_t *holds;

	*whole = *told;
	*largest = told->change;
	*late_from = has_late(told) ? told->end : UINT32_MAX;
	/* Peers are new for a week: another stratum knows how long it went
	 * on. What no peer named here got is not counted. */
	for (size_t i = story->leader; i < story->claims->count; i++) {
		const struct seep__claim *at = &story->claims->list[i];

		if (story->group[i] == story->leader &&
		    seep__join_beside(at, told) && at->end > whole->end)
			whole->end = at->end;
	}
	if (is_of_new(told))
		follow_peers(told, whole);
	if (told->basis != SEEP_BASIS_CHANGE ||
	    told->pattern != SEEP_PATTERN_ALL_PEERS)
		return SEEP_OK;
	holds = seep__arena_copy(told->subject->scratch, told->holds, count,
				 sizeof(*holds));
	if (!holds)
		return seep__mem_why(told->subject->view->mem);
	for (size_t i = story->leader; i < story->claims->count; i++) {
		const struct seep__claim *at = &story->claims->list[i];

		if (story->group[i] != story->leader ||
		    !seep__join_beside(at, told))
			continue;
		for (size_t p = 0; p < count; p++)
			holds[p] |= at->holds[p];
		if (at->change->excess > (*largest)->excess)
			*largest = at->change;
	}
	whole->holds = holds;
	return SEEP_OK;
}
