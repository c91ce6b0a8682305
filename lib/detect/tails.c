/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/tails.h"

#include <assert.h>
#include <stddef.h>

#define YEAR_DAYS 365.25

/*
 * A tail is fitted where it is rarer than FIT_MOST a year and FIT_SPAN times
 * the rate that is asked for, and was crossed FIT_CROSSINGS times: near the
 * threshold, for no tail is quite straight, but on more than its last few
 * days. The second is e^3: three nats of a line to lay through.
 */
#define FIT_MOST 1.5
#define FIT_SPAN 20.0
#define FIT_CROSSINGS 5
#define FIT_LEVELS 3

/* What all tests together are worth is read off at rates up to TESTS_SPAN
 * knobs. */
#define TESTS_SPAN 2.0

/*
 * No slope is believed that is steeper than theory has it (a likelihood
 * ratio's e to the -score), nor one so flat that no score would do: a tail
 * that flat is one entity's, and half a dozen days.
 */
#define SLOPE_MAX 1.0
#define SLOPE_MIN 0.2

/*
 * A line through ln(rate), weighted by crossings; returns 0 where too few
 * levels were crossed often enough.
 */
static int
fit_tail(const struct seep__tally *tally, double most,
	 struct seep__chance *chance)
{
	const double years = (double)tally->days / YEAR_DAYS;
	double w = 0, x = 0, y = 0, xx = 0, xy = 0;
	size_t levels = 0;
	double slope;

	assert(most > 0.0);
	for (size_t l = 0; l < SEEP__LEVELS; l++) {
		const double weight = (double)tally->crossings[l];
		const double level = SEEP__SCORE_STEP * (double)(l + 1);
		double rate;

		if (weight < FIT_CROSSINGS || weight > most * years)
			continue;
		rate = seep__ln(weight / years);
		w += weight;
		x += weight * level;
		y += weight * rate;
		xx += weight * level * level;
		xy += weight * level * rate;
		levels++;
	}
	if (levels < FIT_LEVELS)
		return 0;
	slope = -(w * xy - x * y) / (w * xx - x * x);
	slope = slope > SLOPE_MAX ? SLOPE_MAX : slope;
	chance->slope = slope < SLOPE_MIN ? SLOPE_MIN : slope;
	chance->intercept = (y + chance->slope * x) / w;
	return 1;
}

/* Lets no threshold fall too far below the shipped one. */
static void
bound_tails(struct seep__tails *tails, double knob)
{
	const double rate = knob / tails->tests;
	const double most = knob * SEEP__REGULAR_FACTOR / SEEP__TESTS_SHIPPED;

	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			struct seep__chance *chance = &tails->chance[s][k];
			const struct seep__chance shipped =
			    seep__chance_shipped(tails->role, s, k);
			const double below =
			    seep__chance_score(&shipped, most) -
			    seep__chance_score(chance, rate);

			if (below > 0.0)
				chance->intercept += below * chance->slope;
		}
}

void
seep__tails_fit(struct seep__tails *tails, double knob)
{
	const double span = FIT_SPAN * knob / SEEP__TESTS_SHIPPED;
	const double most = span < FIT_MOST ? span : FIT_MOST;

	assert(knob > 0.0);
	tails->tests = SEEP__TESTS_SHIPPED;
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			tails->is_shipped[s][k] = !fit_tail(
			    &tails->tally[s][k], most, &tails->chance[s][k]);
			if (tails->is_shipped[s][k])
				tails->chance[s][k] =
				    seep__chance_shipped(tails->role, s, k);
		}
	bound_tails(tails, knob);
}

/* Where the group shows nothing the shipped threshold stands, whatever all
 * tests together are worth here: its share of the knob is as it was. */
static void
keep_shipped(struct seep__tails *tails)
{
	const double more =
	    seep__ln(SEEP__TESTS_SHIPPED) - seep__ln(tails->tests);

	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
			if (tails->is_shipped[s][k])
				tails->chance[s][k].intercept += more;
}

void
seep__tails_weigh(struct seep__tails *tails, double knob)
{
	const struct seep__tally *all = &tails->all;
	const double years = (double)all->days / YEAR_DAYS;
	const double most = TESTS_SPAN * knob * years;
	double sum = 0, weights = 0;

	assert(knob > 0.0 && tails->tests > 0.0);
	for (size_t l = 0; l < SEEP__LEVELS; l++) {
		const double weight = (double)all->crossings[l];
		const double surprise =
		    SEEP__SURPRISE_LEAST + SEEP__SURPRISE_STEP * (double)l;

		if (weight < FIT_CROSSINGS || weight > most)
			continue;
		sum += weight * (seep__ln(weight / years) + surprise);
		weights += weight;
	}
	/* Nothing alarms that often: the shipped figure is more. */
	if (weights > 0)
		tails->tests = seep__exp(sum / weights);
	if (tails->tests < 1.0)
		tails->tests = 1.0;
	keep_shipped(tails);
	bound_tails(tails, knob);
}
