/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lasting.h - did a machine's level rise for good? A rule that knows nothing
 * of the detector, to say which alarms on real traffic speak of a change.
 *
 * Summaries  each day with 18 covered hours or more gives three levels: the
 *            sum (scaled to 24 hours), the median hour, and the 6th lowest
 *            hour. A step of the sum is what an office would notice, one of
 *            the other two a new constant load under bursts.
 * Rule       a summary rises for good at day s when (1) the median of the
 *            14 days from s on is at least 'factor' times that of the 14
 *            days before; (2) the rank-sum statistic of those 14 against 14
 *            is at least LASTING_RANK_MIN standard deviations; (3) the
 *            median of all days from s on, and that of the last 14 days of
 *            the evidence, are 'factor' times the median of all days before
 *            s. The split with the largest rank sum is told.
 * Limits     a rise in the first or last 14 days cannot be told; a pulse of
 *            weeks that ends is no lasting change, an alarm on one counts
 *            against the detector.
 */
#ifndef BENCH_DETECTION_LASTING_H
#define BENCH_DETECTION_LASTING_H

#include <stddef.h>
#include <stdint.h>

#include "detection/series.h"

enum lasting_summary {
	LASTING_SUM = 0,
	LASTING_MEDIAN,
	LASTING_LOW,
	LASTING_SUMMARIES
};

/* struct lasting_days: the usable days of one host. */
struct lasting_days {
	size_t count;
	/* day: UTC days since 1970. */
	uint32_t *day;
	/* level: bytes, by summary. */
	double *level[LASTING_SUMMARIES];
};

struct lasting {
	/* found: 0 = no lasting rise; then the rest is 0. */
	int found;
	enum lasting_summary summary;
	uint32_t day;
	double before;
	double after;
};

/*
 * LASTING_FACTOR: the rise from which a level counts as another one. 1.5 is
 * about what the published floors of simple rules need; the program prints
 * the verdict at other factors beside it, since a lower one excuses more
 * alarms and a higher one fewer.
 */
#define LASTING_FACTOR 1.5

/*
 * LASTING_RANK_MIN: 14 against 14 give at most 4.5. Of 60 overlapping splits
 * of independent days about one machine in a hundred passes 3.3 by chance
 * before the factor is asked; lower excuses drifting machines.
 */
#define LASTING_RANK_MIN 3.3

/* LASTING_SIDE: two whole weeks, so that weekdays weigh the same. */
#define LASTING_SIDE 14

/* LASTING_FLOOR: bytes an hour added to both levels; below a packet a minute
 * a ratio of levels says nothing. */
#define LASTING_FLOOR 1000.0

/* lasting_days_new() works out the days of a host. 0 = no memory. */
int
lasting_days_new(struct lasting_days *days, const struct series *series,
		 size_t host);

void
lasting_days_clear(struct lasting_days *days);

/* lasting_find() applies the rule; the summary with the largest rank sum. */
struct lasting
lasting_find(const struct lasting_days *days, double factor);

/*
 * struct lasting_shape: what happened around one alarm, in the summary that
 * rose most: medians of up to 28 days before the onset, of up to 14 from it
 * on, and of the last 14 of the evidence.
 */
struct lasting_shape {
	enum lasting_summary summary;
	double before;
	double after;
	double end;
	/* lasts: of the rise (in logarithm) half is still there at the end. */
	int lasts;
};

/* lasting_shape() tells the shape at 'day'; zeros without days before. */
struct lasting_shape
lasting_shape(const struct lasting_days *days, uint32_t day);

/* lasting_median() of 'count' values, which it sorts. 0 of none. */
double
lasting_median(double *values, size_t count);

const char *
lasting_name(enum lasting_summary summary);

#endif
