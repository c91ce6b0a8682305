/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/join.h"

#include <assert.h>
#include <stdlib.h>

/* Two claims speak of one leak when half of the smaller one's bytes, in the
 * time that both cover, go to peers that the other names too. */
#define SHARED_DENOMINATOR 2

/* Two strata of one host that rise within two days of each other have one
 * cause: by chance it happens once in centuries. */
#define TOGETHER_HOURS 48

int
seep__claims_add(struct seep__claims *claims, const struct seep__claim *claim)
{
	const int rc =
	    seep__mem_grow(claims->mem, (void **)&claims->list, &claims->room,
			   claims->count + 1, sizeof(*claims->list));

	assert(claim->onset < claim->decided);
	if (rc == SEEP_OK)
		claims->list[claims->count++] = *claim;
	return rc;
}

/* The end of a claim's episode as far as hour 'until' can know it. */
static uint32_t
end_before(const struct seep__claim *claim, uint32_t until)
{
	if (until < claim->closed || claim->end > until)
		return until;
	return claim->end;
}

/* Do both name the peers of half of the smaller one's bytes in the hours
 * [from, end)? */
static int
shares_peers(const struct seep__claim *a, const struct seep__claim *b,
	     uint32_t from, uint32_t end)
{
	const struct seep__subject *subject = a->subject;
	uint64_t bytes_a = 0, bytes_b = 0, shared = 0;

	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t hour = subject->calendar->hours[cell->hour];
		const int in_a = a->holds_then[cell->peer];
		const int in_b = b->holds_then[cell->peer];
		uint64_t bytes;

		if ((!in_a && !in_b) || hour < from || hour >= end)
			continue;
		bytes = seep__subject_counts(subject, cell);
		bytes_a += in_a ? bytes : 0;
		bytes_b += in_b ? bytes : 0;
		shared += in_a && in_b ? bytes : 0;
	}
	return shared > 0 && shared >= (bytes_a < bytes_b ? bytes_a : bytes_b) /
					   SHARED_DENOMINATOR;
}

static int
begin_together(const struct seep__claim *a, const struct seep__claim *b)
{
	const uint32_t apart =
	    a->onset > b->onset ? a->onset - b->onset : b->onset - a->onset;

	return a->change && b->change && apart < TOGETHER_HOURS;
}

/* What is pushed and what is pulled are told apart: a finding has one
 * direction, and it has to be that of its bytes. */
static int
is_same_way(const struct seep__claim *a, const struct seep__claim *b)
{
	return a->direction == b->direction ||
	       a->direction == SEEP_DIRECTION_UNKNOWN ||
	       b->direction == SEEP_DIRECTION_UNKNOWN || !a->change;
}

static int
is_same_leak(const struct seep__claim *a, const struct seep__claim *b)
{
	const uint32_t until =
	    a->decided > b->decided ? a->decided : b->decided;
	const uint32_t end_a = end_before(a, until);
	const uint32_t end_b = end_before(b, until);
	const uint32_t from = a->onset > b->onset ? a->onset : b->onset;
	const uint32_t end = end_a < end_b ? end_a : end_b;

	if (a->basis != b->basis || a->subject != b->subject || from >= end ||
	    !is_same_way(a, b))
		return 0;
	return begin_together(a, b) || shares_peers(a, b, from, end);
}

/* Least likely first; the rest makes the order total. */
static int
compare_surprise(const struct seep__claim *x, const struct seep__claim *y)
{
	if (!x->change && !y->change)
		/* Of one list, in the order of their ranks. */
		return (x->standing > y->standing) -
		       (x->standing < y->standing);
	if (!x->change || !y->change)
		return (y->change != NULL) - (x->change != NULL);
	if (x->change->surprise > y->change->surprise ||
	    x->change->surprise < y->change->surprise)
		return x->change->surprise > y->change->surprise ? -1 : 1;
	if (x->change->stratum != y->change->stratum)
		return x->change->stratum < y->change->stratum ? -1 : 1;
	return (x->onset > y->onset) - (x->onset < y->onset);
}

/* Does 'x' tell an episode better than 'y'? By what it became: a leak to
 * peers that are new no more has left the stratum that spoke first. */
static int
tells_better(const struct seep__claim *x, const struct seep__claim *y)
{
	if (!x->change || !y->change)
		return compare_surprise(x, y) < 0;
	if (x->change->peak > y->change->peak ||
	    x->change->peak < y->change->peak)
		return x->change->peak > y->change->peak;
	return compare_surprise(x, y) < 0;
}

static int
compare_claim(const void *a, const void *b)
{
	const struct seep__claim *x = a;
	const struct seep__claim *y = b;

	if (x->decided != y->decided)
		return x->decided < y->decided ? -1 : 1;
	return compare_surprise(x, y);
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
find_episode(const struct seep__claim *list, const size_t *group, size_t first,
	     size_t i)
{
	size_t best = i;

	assert(first <= i);
	for (size_t j = 0; j < first; j++)
		if (group[j] < best && !list[j].is_echo &&
		    is_same_leak(&list[i], &list[j]))
			best = group[j];
	return best;
}

/* Groups the claims [first, end), all decided at one time. */
static void
group_decision(const struct seep__claim *list, size_t *group, size_t first,
	       size_t end)
{
	for (size_t i = first; i < end; i++) {
		group[i] = i;
		for (size_t j = first; j < i; j++) {
			const size_t a = group[i];
			const size_t b = group[j];

			if (a != b && !list[i].is_echo && !list[j].is_echo &&
			    is_same_leak(&list[i], &list[j]))
				rename_group(group, first, i + 1, a > b ? a : b,
					     a > b ? b : a);
		}
	}
	for (size_t i = first; i < end; i++) {
		size_t oldest;

		if (group[i] < first)
			continue;
		oldest = find_episode(list, group, first, i);
		if (oldest < first)
			rename_group(group, first, end, group[i], oldest);
	}
}

void
seep__join_claims(struct seep__claims *claims, size_t *group)
{
	const struct seep__claim *list = claims->list;
	size_t end;

	if (claims->count)
		qsort(claims->list, claims->count, sizeof(*claims->list),
		      compare_claim);
	for (size_t first = 0; first < claims->count; first = end) {
		end = first + 1;
		while (end < claims->count &&
		       list[end].decided == list[first].decided)
			end++;
		group_decision(list, group, first, end);
	}
}

int
seep__join_beside(const struct seep__claim *claim,
		  const struct seep__claim *told)
{
	return claim != told && claim->subject == told->subject &&
	       begin_together(claim, told);
}

void
seep__join_describe(const struct seep__claims *claims, const size_t *group,
		    size_t leader, struct seep__episode *episode)
{
	const uint32_t decided = claims->list[leader].decided;

	assert(group[leader] == leader);
	episode->founder = episode->told = &claims->list[leader];
	episode->relay = claims->list[leader].relay;
	for (size_t i = leader + 1; i < claims->count; i++) {
		const struct seep__claim *at = &claims->list[i];

		if (group[i] == leader && !at->is_echo && at->onset < decided &&
		    tells_better(at, episode->told))
			episode->told = at;
		if (group[i] == leader && !episode->relay)
			episode->relay = at->relay;
	}
}
