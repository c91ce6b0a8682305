/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/statistic.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "detect/chance.h"
#include "detect/hourly.h"
#include "detect/measure.h"
#include "detect/robust.h"

/* TYPE_DAYS_MIN: a type of day with fewer reference days takes the location
 * of all days together: of two Sundays, one was unusual. */
#define TYPE_DAYS_MIN 3

/*
 * DAY_CLIP: a day's residual counts in full up to so many robust standard
 * deviations, and beyond them as their logarithm: larger is still rarer,
 * but not in proportion. At 2 real leaks lose a fifth of their size; at 6
 * two days of a migration weigh as much as three weeks of a leak.
 */
#define DAY_CLIP 3.0

/*
 * HOURS_DAYS: the degrees of freedom that SHAPE and QUIET lose because the
 * hours' locations, and which of them are quiet, come from the same days.
 * Simulated log-normal hosts (tests/detect/test_exchangeable.c) lose 0.3 to 1.2
 * in SHAPE at 14 days, 0 to 2 in QUIET: with 1 their variances are within
 * 10 % of those of later days.
 */
#define HOURS_DAYS 1

/*
 * DOF_MAX: a variance is never trusted as if more days stood behind it. With
 * years of reference its error is nothing, but days are not normal: single
 * days of sparse strata lie farther out than theory says, and the tail of a
 * t distribution with 40 degrees of freedom is near theirs. Without it chance
 * alarms double with the length of the evidence; it costs a tenth of the
 * floor where the reference is long.
 */
#define DOF_MAX 40.0

/* RHO_MAX: neighbouring days that agree more than this are a trend, which
 * whitening must not take for noise. */
#define RHO_MAX 0.8

/*
 * sigma_min: the least standard deviation that a statistic is believed to
 * have. SUM and LOW are in bits: 0.25 is 19 % of the bytes, which is what a
 * change of the clocks does to a few probes a day. SHAPE and QUIET are in
 * scales of an hour, of which a day's mean of independent hours scatters by
 * 0.2. A fortnight that happened to be regular must not turn the fifteenth
 * day into a discovery; a value twice as large doubles the floor of
 * telemetry and of silent strata, and of nothing else.
 */
static const double sigma_min[SEEP_STATISTIC_COUNT] = {
    [SEEP_STATISTIC_SUM] = 0.25,
    [SEEP_STATISTIC_SHAPE] = 0.1,
    [SEEP_STATISTIC_QUIET] = 0.1,
    [SEEP_STATISTIC_LOW] = 0.5,
};

/*
 * clip_min: days are clipped in units of the reference's own deviation, but
 * of no smaller one than this. Where a stratum is silent, its own deviation
 * says nothing, and the one that the values are divided by in the end is
 * mostly the role group's: clipped in units of sigma_min a day of gigabytes
 * to a peer never met would count as much as a greeting. Twice as large,
 * single visits to new sites alarm where nothing else happens.
 */
static const double clip_min[SEEP_STATISTIC_COUNT] = {
    [SEEP_STATISTIC_SUM] = 0.6,
    [SEEP_STATISTIC_SHAPE] = 0.2,
    [SEEP_STATISTIC_QUIET] = 0.3,
    [SEEP_STATISTIC_LOW] = 0.6,
};

/* struct fit: the working state of seep__rung_init(). */
struct fit {
	struct seep__rung *rung;
	struct seep__hourly *hours;
	const struct seep__sheet *sheet;
	uint32_t *logs; /* by (position - base) * 24 + hour */
	struct seep__inside inside;
	double *gathered; /* room for one value a reference day */
};

static double
soften(double residual, double sigma)
{
	const double far = (residual < 0 ? -residual : residual) / sigma;
	double soft;

	assert(sigma > 0);
	if (far <= DAY_CLIP)
		return residual;
	soft = sigma * (DAY_CLIP + seep__ln(1 + far - DAY_CLIP));
	return residual < 0 ? -soft : soft;
}

static double
clip_day(const struct seep__rung *rung, enum seep_statistic statistic,
	 uint8_t type, double measured)
{
	return soften(measured - rung->location[statistic][type],
		      rung->sigma[statistic]) -
	       rung->mean[statistic][type];
}

/* The median of the reference's days of one type, or of all (-1). Returns
 * how many there are. */
static size_t
locate_days(const struct fit *fit, const double *value, int type,
	    double *location)
{
	const uint8_t *types = fit->sheet->days->type + fit->rung->base;
	size_t count = 0;

	for (size_t i = 0; i < fit->rung->days; i++)
		if (type < 0 || types[i] == type)
			fit->gathered[count++] = value[i];
	if (count >= TYPE_DAYS_MIN || (type < 0 && count))
		*location = seep__median_of(fit->gathered, count);
	return count;
}

static double
spread_days(const struct fit *fit, enum seep_statistic statistic)
{
	const struct seep__rung *rung = fit->rung;
	const uint8_t *types = fit->sheet->days->type + rung->base;
	double sigma;

	for (size_t i = 0; i < rung->days; i++) {
		const double far = rung->value[statistic][i] -
				   rung->location[statistic][types[i]];

		fit->gathered[i] = far < 0 ? -far : far;
	}
	sigma = SEEP__MAD_TO_SIGMA * seep__median_of(fit->gathered, rung->days);
	return sigma > clip_min[statistic] ? sigma : clip_min[statistic];
}

/* The mean of the reference's softened residuals of the days whose location
 * this type shares. */
static double
mean_days(const struct fit *fit, enum seep_statistic statistic, int type,
	  int own)
{
	const struct seep__rung *rung = fit->rung;
	const uint8_t *types = fit->sheet->days->type + rung->base;
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < rung->days; i++) {
		if (own && types[i] != type)
			continue;
		sum += soften(rung->value[statistic][i] -
				  rung->location[statistic][type],
			      rung->sigma[statistic]);
		count++;
	}
	return count ? sum / (double)count : 0;
}

/* Locations and means by type; returns how many of them are their own. */
static size_t
fit_types(const struct fit *fit, enum seep_statistic statistic)
{
	struct seep__rung *rung = fit->rung;
	double *location = rung->location[statistic];
	int own[SEEP__DAY_TYPES];
	size_t count = 0;
	double all = 0;

	(void)locate_days(fit, rung->value[statistic], -1, &all);
	for (int type = 0; type < SEEP__DAY_TYPES; type++) {
		location[type] = all;
		own[type] = locate_days(fit, rung->value[statistic], type,
					&location[type]) >= TYPE_DAYS_MIN;
		count += (size_t)own[type];
	}
	rung->sigma[statistic] = spread_days(fit, statistic);
	for (int type = 0; type < SEEP__DAY_TYPES; type++)
		rung->mean[statistic][type] =
		    mean_days(fit, statistic, type, own[type]);
	return count ? count : 1;
}

/* From the reference's residuals, which by now are its values. */
static void
fit_moments(struct seep__rung *rung, enum seep_statistic statistic,
	    size_t types)
{
	const double *value = rung->value[statistic];
	double squares = 0;
	double products = 0;

	if (statistic == SEEP_STATISTIC_SHAPE ||
	    statistic == SEEP_STATISTIC_QUIET)
		types += HOURS_DAYS;
	assert(rung->days > types);
	for (size_t i = 0; i < rung->days; i++)
		squares += value[i] * value[i];
	for (size_t i = 1; i < rung->days; i++)
		products += value[i] * value[i - 1];
	rung->variance[statistic] = squares / (double)(rung->days - types);
	if (squares > 0 && products > 0)
		rung->rho[statistic] = products / squares;
	if (rung->rho[statistic] > RHO_MAX)
		rung->rho[statistic] = RHO_MAX;
}

static void
measure_all(const struct fit *fit)
{
	struct seep__rung *rung = fit->rung;

	for (size_t i = 0; i < rung->end - rung->base; i++) {
		const size_t position = rung->base + i;
		struct seep__look look = {.position = position,
					  .day = fit->sheet->day[position],
					  .logs = fit->logs + i * 24};
		double values[SEEP_STATISTIC_COUNT];

		look.quiet =
		    rung->hours->quiet[fit->sheet->days->type[position]];
		if (i < rung->days) {
			look.location = fit->inside.location + i * 24;
			look.quiet = fit->inside.quiet[i];
		}
		seep__measure_day(rung, fit->sheet->days, &look, values);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
			rung->value[s][i] = values[s];
	}
}

static void
fit_statistic(const struct fit *fit, enum seep_statistic statistic)
{
	struct seep__rung *rung = fit->rung;
	const uint8_t *types = fit->sheet->days->type + rung->base;
	const size_t own = fit_types(fit, statistic);
	double *value = rung->value[statistic];

	for (size_t i = 0; i < rung->end - rung->base; i++)
		value[i] = clip_day(rung, statistic, types[i], value[i]);
	fit_moments(rung, statistic, own);
}

/* A stratum without a byte: every day is alike. */
static void
fit_nothing(struct seep__rung *rung, struct seep__hourly *hours)
{
	const double level = seep__log2_q16(rung->unit) / 65536.0;

	seep__hourly_flat(hours, level);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		rung->sigma[s] = clip_min[s];
	for (int type = 0; type < SEEP__DAY_TYPES; type++) {
		rung->location[SEEP_STATISTIC_SUM][type] =
		    seep__measure_sum(rung, 0);
		rung->location[SEEP_STATISTIC_LOW][type] = level;
	}
}

static int
alloc_fit(struct fit *fit, struct seep__arena *arena,
	  struct seep__arena *scratch)
{
	struct seep__rung *rung = fit->rung;
	const size_t count = rung->end - rung->base;
	int missing = 0;

	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		rung->value[s] = seep__arena_get(arena, count, sizeof(double));
		if (!rung->value[s])
			return seep__mem_why(arena->mem);
	}
	fit->logs = seep__arena_get(scratch, count * 24, sizeof(uint32_t));
	fit->gathered = seep__arena_get(scratch, rung->days, sizeof(double));
	missing = !fit->logs || !fit->gathered;
	return missing ? seep__mem_why(arena->mem) : SEEP_OK;
}

static int
fit_sheet(struct fit *fit, struct seep__arena *arena,
	  struct seep__arena *scratch)
{
	struct seep__rung *rung = fit->rung;
	int rc = alloc_fit(fit, arena, scratch);

	if (rc != SEEP_OK)
		return rc;
	seep__log2_q16_all(fit->sheet->hour + rung->base * 24,
			   (rung->end - rung->base) * 24, rung->unit,
			   fit->logs);
	rc = seep__hourly_init(fit->hours, fit->sheet->days, fit->logs,
			       rung->base, rung->days, &fit->inside, scratch);
	if (rc != SEEP_OK)
		return rc;
	measure_all(fit);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		fit_statistic(fit, (enum seep_statistic)s);
	return SEEP_OK;
}

int
seep__rung_init(struct seep__rung *rung, const struct seep__sheet *sheet,
		const struct seep__sheet *whole, size_t base, size_t days,
		size_t end, struct seep__arena *arena)
{
	struct fit fit = {.rung = rung, .sheet = sheet};
	struct seep__arena scratch;
	int rc;

	assert(rung && sheet && whole && sheet->days && arena);
	assert(days > SEEP__DAY_TYPES + HOURS_DAYS && base + days <= end);
	assert(end <= sheet->days->count);
	memset(rung, 0, sizeof(*rung));
	rung->base = base;
	rung->days = days;
	rung->end = end;
	fit.hours = seep__arena_get(arena, 1, sizeof(*fit.hours));
	if (!fit.hours)
		return seep__mem_why(arena->mem);
	rung->hours = fit.hours;
	seep__arena_init(&scratch, arena->mem);
	rc = seep__measure_unit(rung, sheet, whole, &scratch);
	if (rc == SEEP_OK && sheet->day)
		rc = fit_sheet(&fit, arena, &scratch);
	else if (rc == SEEP_OK)
		fit_nothing(rung, fit.hours);
	seep__arena_clear(&scratch);
	return rc;
}

double
seep__rung_shift(const struct seep__rung *rung, const struct seep__sheet *sheet,
		 enum seep_statistic statistic, size_t position, uint64_t day,
		 const uint64_t *hour)
{
	const struct seep__days *days = sheet->days;
	uint32_t logs[24];
	struct seep__look look = {
	    .position = position, .day = day, .logs = logs};
	double values[SEEP_STATISTIC_COUNT];

	assert(position >= rung->base && position < rung->end);
	assert(statistic < SEEP_STATISTIC_COUNT);
	look.quiet = rung->hours->quiet[days->type[position]];
	seep__log2_q16_all(hour, 24, rung->unit, logs);
	seep__measure_day(rung, days, &look, values);
	return clip_day(rung, statistic, days->type[position],
			values[statistic]);
}

static double
shrink(double own, size_t days, double prior, double prior_days)
{
	return (prior * prior_days + own * (double)days) /
	       (prior_days + (double)days);
}

void
seep__rung_whitener(const struct seep__rung *rung,
		    enum seep_statistic statistic,
		    const struct seep__prior *prior,
		    struct seep__whitener *whitener)
{
	static const struct seep__prior none = {0};
	const struct seep__prior *p = prior ? prior : &none;
	const double least = sigma_min[statistic] * sigma_min[statistic];
	const double variance = shrink(rung->variance[statistic], rung->days,
				       p->variance, p->variance_days);
	const double shrunk =
	    shrink(rung->rho[statistic], rung->days, p->rho, p->rho_days);

	whitener->rho = shrunk > RHO_MAX ? RHO_MAX : shrunk;
	whitener->first = sqrt(variance > least ? variance : least);
	whitener->scale =
	    whitener->first * sqrt(1 - whitener->rho * whitener->rho);
	whitener->dof = (double)rung->days - 1 + p->variance_days;
	if (whitener->dof > DOF_MAX)
		whitener->dof = DOF_MAX;
}

static double
bound(double z)
{
	if (z > SEEP__Z_MAX)
		return SEEP__Z_MAX;
	return z < -SEEP__Z_MAX ? -SEEP__Z_MAX : z;
}

double
seep__whiten(const struct seep__whitener *whitener, double value, double last)
{
	return bound((value - whitener->rho * last) / whitener->scale);
}

void
seep__rung_whiten(const struct seep__rung *rung, enum seep_statistic statistic,
		  const struct seep__prior *prior, double *z, double *dof)
{
	const double *y = rung->value[statistic];
	struct seep__whitener by;

	seep__rung_whitener(rung, statistic, prior, &by);
	*dof = by.dof;
	for (size_t i = 0; i < rung->end - rung->base; i++) {
		z[i] = 0;
		if (y)
			z[i] = i ? seep__whiten(&by, y[i], y[i - 1])
				 : bound(y[0] / by.first);
	}
}
