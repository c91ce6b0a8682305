/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chance.h - how often does a score come about by chance?
 *
 * Scores are natural logarithms of a likelihood ratio with an estimated
 * variance, so that the few days behind it are paid for. How often one is
 * reached in a year of a clean entity was counted on the bench
 * (bench/detection), by stratum and statistic, and falls exponentially:
 * rate = exp(intercept - slope * score).
 *
 * No libm: ln and exp are worked out with + - * / alone, in a fixed order,
 * to some 1e-12, the same on every machine.
 */
#ifndef SEEP_DETECT_CHANCE_H
#define SEEP_DETECT_CHANCE_H

#include <stdint.h>

#include <seep/findings.h>

/* seep__ln() returns the natural logarithm of x > 0. */
double
seep__ln(double x);

/* seep__exp() returns e to the x; 0 below -700, and bounded above 700. */
double
seep__exp(double x);

/* seep__score() returns (dof + 1) / 2 ln(1 + g^2 / dof); 0 for g <= 0. */
double
seep__score(double g, double dof);

/* seep__score_g() returns the g that has this score. */
double
seep__score_g(double score, double dof);

/*
 * Strata and statistics ask much the same question, so that together they
 * alarm less often than the sum of them: as often as so many that know
 * nothing of each other. Counted on the bench with steady worlds; too large
 * a figure makes every threshold stricter than the knob asks.
 */
#define SEEP__TESTS_SHIPPED 16.0

/* Entity-years of steady worlds behind the shipped tails: no rate below 1 in
 * so many years is known. The bench that fits them says how many. */
#define SEEP__SHIPPED_YEARS 464.0

/* struct seep__chance: the tail of one stratum and statistic. */
struct seep__chance {
	double intercept;
	double slope;
};

/* seep__chance_shipped() gives the tail that was counted on the bench, for
 * hosts of a role (enum seep_role). */
struct seep__chance
seep__chance_shipped(int role, uint32_t stratum, uint32_t statistic);

/* seep__chance_rate() returns scores of at least 'score' per entity-year. */
double
seep__chance_rate(const struct seep__chance *chance, double score);

/* seep__chance_score() returns the score that is reached at 'rate'. */
double
seep__chance_score(const struct seep__chance *chance, double rate);

#endif
