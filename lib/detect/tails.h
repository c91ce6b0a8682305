/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tails.h - from counted crossings to thresholds.
 *
 * Tail   how often a year a score of one stratum and statistic is reached:
 *        a straight line through the logarithm of the counted rates.
 * Tests  all strata and statistics of an entity together alarm 'tests' times
 *        as often as one of them at the same rate.
 */
#ifndef SEEP_DETECT_TAILS_H
#define SEEP_DETECT_TAILS_H

#include <stdint.h>

#include <seep/findings.h>

#include "detect/chance.h"

/*
 * SEEP__REGULAR_FACTOR: at the calibrated threshold the shipped table must not
 * expect more than so many times the knob. Days that changed places know
 * nothing of drifts, of weeks that are alike and of changes that come and go,
 * all of which real hosts have. At 1 a site could become no more sensitive by
 * its own evidence; without a bound, evidence of a quiet quarter would make
 * the next month's work an alarm.
 */
#define SEEP__REGULAR_FACTOR 4.0

/* Levels at which crossings are counted. */
#define SEEP__LEVELS 64

/* SEEP__SCORE_STEP: from one level of scores to the next, the first included:
 * up to 32, where rates are below any knob. SEEP__SURPRISE_*: the levels of
 * -ln(rate a year), from 55 a year down to 1 in 100,000 years. */
#define SEEP__SCORE_STEP 0.5
#define SEEP__SURPRISE_LEAST -4.0
#define SEEP__SURPRISE_STEP 0.25

/* struct seep__tally: days that replicates looked at, and upward crossings
 * of each level in them. */
struct seep__tally {
	uint64_t days;
	uint64_t crossings[SEEP__LEVELS];
};

/* struct seep__tails: what is worked out for one group. */
struct seep__tails {
	/* role: whose shipped tails stand beside; set by the caller. */
	int role;
	struct seep__tally tally[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
	/* all: of the least likely score of all strata and statistics. */
	struct seep__tally all;
	struct seep__chance chance[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
	/* is_shipped: too few crossings for a line of its own. */
	uint8_t is_shipped[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
	double tests;
};

/* seep__tails_fit() lays the lines, 'knob' > 0; what was crossed too seldom
 * keeps the shipped tail. */
void
seep__tails_fit(struct seep__tails *tails, double knob);

/*
 * seep__tails_weigh() works out 'tests' from 'all': ln tests = ln rate +
 * surprise, where the rate is near the knob; the lines are laid.
 */
void
seep__tails_weigh(struct seep__tails *tails, double knob);

#endif
