/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/scan.h"

#include <assert.h>
#include <math.h>

/*
 * G_MIN: a rise of less is none. Prefix sums of a flat series differ from a
 * straight line by rounding, some 1e-13; which of its points lies lowest
 * means nothing, and the hull would not hold them all. A change that is
 * looked at has a G above 1; at 0.1 nothing would be lost either.
 */
#define G_MIN 1e-6

void
seep__scan_sums(const double *z, size_t count, double *sums)
{
	sums[0] = 0;
	for (size_t i = 0; i < count; i++)
		sums[i + 1] = sums[i] + z[i];
}

double
seep__scan_g(const double *sums, size_t at, size_t end)
{
	const double before = (double)at;
	const double after = (double)(end - at);

	assert(0 < at && at < end);
	return ((sums[end] - sums[at]) / after - sums[at] / before) /
	       sqrt(1 / after + 1 / before);
}

/* Onsets come in ascending order: of equals the first stays. */
static void
try_onset(struct seep__onset *best, const double *sums, size_t at, size_t end)
{
	const double g = seep__scan_g(sums, at, end);

	if (g >= G_MIN && g > best->g) {
		best->g = g;
		best->at = at;
	}
}

struct seep__onset
seep__scan_best(const double *sums, size_t from, size_t until, size_t end)
{
	struct seep__onset best = {.at = from, .g = 0};

	assert(from > 0);
	for (size_t at = from; at < until && at < end; at++)
		try_onset(&best, sums, at, end);
	return best;
}

void
seep__focus_init(struct seep__focus *focus, const double *sums, size_t from,
		 size_t until, size_t *vertex)
{
	assert(from > 0 && sums);
	focus->sums = sums;
	focus->vertex = vertex;
	focus->count = 0;
	focus->end = from;
	focus->from = from;
	focus->until = until;
}

/* Does (b, S_b) lie on or above the line from (a, S_a) to (c, S_c)? */
static int
lies_above(const double *sums, size_t a, size_t b, size_t c)
{
	return (sums[b] - sums[a]) * (double)(c - b) >=
	       (sums[c] - sums[b]) * (double)(b - a);
}

/*
 * Why the hull suffices: G of onset a at 'end' is at least g > 0 exactly
 * when S_a <= a S_end / end - g sqrt(a (end - a) / end), which is strictly
 * convex in a. At the largest g some points touch that curve from above, and
 * a point that touches a strictly convex curve from above is a vertex of the
 * hull. So each of several best onsets is a vertex, and the earliest wins
 * here as in the reference.
 */
static void
push_vertex(struct seep__focus *focus, size_t at)
{
	while (focus->count >= 2 &&
	       lies_above(focus->sums, focus->vertex[focus->count - 2],
			  focus->vertex[focus->count - 1], at))
		focus->count--;
	focus->vertex[focus->count++] = at;
}

struct seep__onset
seep__focus_step(struct seep__focus *focus, size_t end)
{
	struct seep__onset best = {.at = focus->from, .g = 0};

	assert(end >= focus->end || focus->count == 0);
	while (focus->end < end && focus->end < focus->until)
		push_vertex(focus, focus->end++);
	for (size_t i = 0; i < focus->count; i++)
		try_onset(&best, focus->sums, focus->vertex[i], end);
	return best;
}
