/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * statistic.h - four numbers a day that a slow leak moves, standardised by
 * days that lie before it.
 *
 * Sheet      one stratum of an entity: bytes by usable day and by hour.
 * Statistic  see enum seep_statistic. All are logarithms or ranks of them,
 *            so that a factor on all bytes changes nothing.
 * Rung       a reference: the first 14, 28, 56, 112, 224 ... usable days. A
 *            candidate onset is judged by the longest one that ends before
 *            it, so that no leak teaches its own baseline and a slow ramp is
 *            still judged by days from before it.
 * Standard   location by type of day and scale of the reference; values are
 *            clipped softly, so that one wild day weighs like a bad one.
 */
#ifndef SEEP_DETECT_STATISTIC_H
#define SEEP_DETECT_STATISTIC_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>

#include "detect/arena.h"
#include "detect/days.h"

/* Usable days of the first rung; each further one doubles it. */
#define SEEP__RUNG_FIRST 14
#define SEEP__RUNGS 10

/* struct seep__sheet: the bytes of one stratum. */
struct seep__sheet {
	const struct seep__days *days;
	/* day: outbound bytes by position, every kind that counts. */
	const uint64_t *day;
	/* hour: by position * 24 + UTC hour; timed bytes only. */
	const uint64_t *hour;
	/* unit_min: least bytes to add before a logarithm; 0 counts as 1. Names
	 * are bounded in length, whatever the host's traffic. */
	uint64_t unit_min;
};

struct seep__hourly;

/* struct seep__rung: one stratum against one reference. */
struct seep__rung {
	/* base, days: the reference is the positions [base, base + days). */
	size_t base;
	size_t days;
	size_t end; /* values are given for positions [base, end) */
	/* unit: bytes added before an hour's logarithm is taken. */
	uint64_t unit;
	/* value: of each position - base, clipped residual in the statistic's
	 * own unit; NULL when the stratum holds nothing. */
	double *value[SEEP_STATISTIC_COUNT];
	/* variance, rho: of the reference's values; rho is the correlation of
	 * neighbouring days, not below 0. */
	double variance[SEEP_STATISTIC_COUNT];
	double rho[SEEP_STATISTIC_COUNT];
	/* What seep__rung_shift() needs besides: where the hours and the
	 * statistics usually lie. location, sigma: of a day's statistic before
	 * it is clipped; mean: of the clipped residuals by type of day. */
	const struct seep__hourly *hours;
	double location[SEEP_STATISTIC_COUNT][SEEP__DAY_TYPES];
	double mean[SEEP_STATISTIC_COUNT][SEEP__DAY_TYPES];
	double sigma[SEEP_STATISTIC_COUNT];
};

/* struct seep__prior: what the role group says of a variance, and with the
 * weight of how many days. */
struct seep__prior {
	double variance;
	double variance_days;
	double rho;
	double rho_days;
};

/*
 * seep__rung_init() works out the values of 'sheet' for positions [base,
 * end) against the reference [base, base + days).
 *
 * 'whole'  the sheet of everything to the outside: where the stratum itself
 *          is silent it says how large a byte count is, for this host.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__rung_init(struct seep__rung *rung, const struct seep__sheet *sheet,
		const struct seep__sheet *whole, size_t base, size_t days,
		size_t end, struct seep__arena *arena);

/*
 * seep__rung_shift() returns the statistic's value at 'position' if the
 * hours of that day held other bytes: 'hour' (24) and 'day' instead of the
 * sheet's. For floors and for the size of an excess. With the sheet's own
 * bytes it is value[statistic][position - base], but for days inside the
 * reference, whose own hours are then not left out of their baseline. A
 * rung that holds nothing answers too.
 */
double
seep__rung_shift(const struct seep__rung *rung, const struct seep__sheet *sheet,
		 enum seep_statistic statistic, size_t position, uint64_t day,
		 const uint64_t *hour);

/* struct seep__whitener: z = (value - rho * value before) / scale. */
struct seep__whitener {
	double rho;
	double scale;
	/* first: scale of a value that has none before it. */
	double first;
	double dof;
};

/*
 * SEEP__Z_MAX: no day counts for more standard deviations. Where a stratum
 * is silent for weeks its deviation is a guess, and one visit to a new site
 * would be an alarm a year; at 6 a single day stays below what a tenth of an
 * alarm a year asks for in sparse strata, and two days do not.
 */
#define SEEP__Z_MAX 6.0

/* seep__whiten() returns z of a value and the one before it. */
double
seep__whiten(const struct seep__whitener *whitener, double value, double last);

/* seep__rung_whitener() works it out; see seep__rung_whiten(). */
void
seep__rung_whitener(const struct seep__rung *rung,
		    enum seep_statistic statistic,
		    const struct seep__prior *prior,
		    struct seep__whitener *whitener);

/*
 * seep__rung_whiten() writes the standardised values of one statistic: in
 * units of the standard deviation, shrunk to the prior, and freed of the
 * correlation of neighbouring days. All 0 for a rung that holds nothing.
 *
 * 'prior' NULL = the reference speaks for itself.
 * 'z'    out, one per position - base; position 'base' itself included.
 * 'dof'  out, degrees of freedom behind the standard deviation.
 */
void
seep__rung_whiten(const struct seep__rung *rung, enum seep_statistic statistic,
		  const struct seep__prior *prior, double *z, double *dof);

#endif
