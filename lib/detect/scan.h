/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * scan.h - has the mean of a series gone up, and since when?
 *
 * Problem    independent values of variance 1, a mean that is not known
 *            before the change nor after it, every onset possible.
 * Statistic  G = (mean after - mean before) / sqrt(1 / after + 1 / before),
 *            the signed root of the two-sample likelihood ratio.
 * Reference  seep__scan_best(): prefix sums, every onset. Exact, O(n) a day.
 * Fast       seep__focus: Romano, Eckley, Fearnhead, Rigaill, "Fast online
 *            changepoint detection via functional pruning CUSUM statistics",
 *            JMLR 24:81, 2023. The best onset is a vertex of the lower
 *            convex hull of the walk (t, S_t): O(log n) vertices a day.
 */
#ifndef SEEP_DETECT_SCAN_H
#define SEEP_DETECT_SCAN_H

#include <stddef.h>

/* struct seep__onset: the best onset of a scan; g <= 0 = no rise. */
struct seep__onset {
	size_t at; /* index of the first value after the change */
	double g;
};

/* seep__scan_sums() writes count + 1 prefix sums of 'z'. */
void
seep__scan_sums(const double *z, size_t count, double *sums);

/* seep__scan_g() returns G of the onset 'at' as seen at 'end': values
 * [0, at) against [at, end), 0 < at < end. */
double
seep__scan_g(const double *sums, size_t at, size_t end);

/*
 * seep__scan_best() finds the onset in [from, until), from > 0, with the
 * largest G over the values [0, end); the earliest of equals.
 */
struct seep__onset
seep__scan_best(const double *sums, size_t from, size_t until, size_t end);

/* struct seep__focus: the hull, for series too long for the reference. */
struct seep__focus {
	const double *sums;
	size_t *vertex; /* room for as many as there are onsets */
	size_t count;
	size_t end;
	size_t from;
	size_t until;
};

/* seep__focus_init(): onsets in [from, until); 'vertex' has room for
 * until - from. */
void
seep__focus_init(struct seep__focus *focus, const double *sums, size_t from,
		 size_t until, size_t *vertex);

/* seep__focus_step() moves on to 'end' (ascending), and gives the best onset
 * over the values [0, end): that of seep__scan_best(). */
struct seep__onset
seep__focus_step(struct seep__focus *focus, size_t end);

#endif
