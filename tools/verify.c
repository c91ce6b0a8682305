/* SPDX-License-Identifier: BSD-3-Clause */
#include "verify.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

/*
 * The grid: quarters of octaves, three octaves to each side. Between two of
 * its rates the share is taken as a straight line, which is finer than 400
 * injections tell. A floor that is wrong by more than a factor of 8 is not
 * measured, only said to be.
 */
#define STEPS_PER_OCTAVE 4
#define OCTAVES 3
#define GRID_SIZE (2 * OCTAVES * STEPS_PER_OCTAVE + 1)
#define GRID_DOUBLE ((OCTAVES + 1) * STEPS_PER_OCTAVE)
#define GRID_QUARTER ((OCTAVES - 2) * STEPS_PER_OCTAVE)

/* struct injection: one first day and seed, and what was tried so far. */
struct injection {
	struct trial *trial;
	enum leak_pattern pattern;
	uint64_t centre;
	size_t start;
	uint64_t seed;
	signed char known[GRID_SIZE]; /* 1 reported, 0 not, -1 not tried */
};

/* centre * 2^((step - middle) / 4), in [LEAK_BYTES_MIN, LEAK_BYTES_MAX]. */
static uint64_t
rate_of(uint64_t centre, size_t step)
{
	/* 2^(i/4) in 2^-20. */
	static const uint64_t quarters[STEPS_PER_OCTAVE] = {1048576, 1246974,
							    1482910, 1763487};
	uint64_t rate = centre > LEAK_BYTES_MAX ? LEAK_BYTES_MAX : centre;

	assert(step < GRID_SIZE);
	rate = (rate * quarters[step % STEPS_PER_OCTAVE]) >> 20;
	rate = (rate << (step / STEPS_PER_OCTAVE)) >> OCTAVES;
	if (rate < LEAK_BYTES_MIN)
		return LEAK_BYTES_MIN;
	return rate > LEAK_BYTES_MAX ? LEAK_BYTES_MAX : rate;
}

static int
try_step(struct injection *injection, size_t step)
{
	int detected = 0;
	int status;

	if (injection->known[step] >= 0)
		return SEEP_OK;
	status = trial_run(injection->trial, injection->pattern,
			   injection->start, rate_of(injection->centre, step),
			   injection->seed, &detected);
	injection->known[step] = (signed char)detected;
	return status;
}

/*
 * The lowest step that is reported, if what is reported at a rate is so at
 * every higher one; GRID_SIZE when none is. Twice and a quarter of the
 * centre are tried first, and bound the search.
 */
static int
find_step(struct injection *injection, size_t *step)
{
	size_t low = 0;
	size_t high = GRID_SIZE;
	int status = try_step(injection, GRID_DOUBLE);

	if (status == SEEP_OK)
		status = try_step(injection, GRID_QUARTER);
	if (injection->known[GRID_DOUBLE] == 1)
		high = GRID_DOUBLE;
	else
		low = GRID_DOUBLE + 1;
	if (injection->known[GRID_QUARTER] == 1)
		high = GRID_QUARTER;
	else if (low <= GRID_QUARTER)
		low = GRID_QUARTER + 1;
	while (low < high && status == SEEP_OK) {
		const size_t middle = low + (high - low) / 2;

		status = try_step(injection, middle);
		if (status == SEEP_OK && injection->known[middle] == 1)
			high = middle;
		else
			low = middle + 1;
	}
	*step = high;
	return status;
}

static int
run_injection(struct injection *injection, struct verify_result *result,
	      size_t *reached)
{
	size_t step = GRID_SIZE;
	int status;

	memset(injection->known, -1, sizeof(injection->known));
	status = find_step(injection, &step);
	if (status != SEEP_OK)
		return status;
	reached[step]++;
	result->at_double += injection->known[GRID_DOUBLE] == 1;
	result->at_quarter += injection->known[GRID_QUARTER] == 1;
	return SEEP_OK;
}

/* The rate at which 95 of 100 are reported; 'reached' by lowest step. */
static uint64_t
reached_rate(const size_t *reached, const struct verify_result *result)
{
	const uint64_t wanted = (result->injections * 19 + 19) / 20;
	uint64_t before = 0;

	for (size_t step = 0; step < GRID_SIZE; step++) {
		const uint64_t rate = rate_of(result->centre, step);
		uint64_t lower;

		if (before + reached[step] < wanted) {
			before += reached[step];
			continue;
		}
		lower = step == 0 ? rate : rate_of(result->centre, step - 1);
		return lower + (uint64_t)((double)(rate - lower) *
					  (double)(wanted - before) /
					  (double)reached[step]);
	}
	return UINT64_MAX;
}

int
verify_pattern(struct trial *trial, enum leak_pattern pattern, uint64_t centre,
	       uint64_t injections, uint64_t seed, struct verify_result *result)
{
	size_t reached[GRID_SIZE + 1] = {0};
	struct injection injection = {
	    .trial = trial, .pattern = pattern, .centre = centre};
	struct draw draw;
	int status = SEEP_OK;

	assert(trial->starts_count > 0 && trial->starts_count <= UINT64_C(1)
								     << 32);
	assert(centre > 0);
	assert(result != NULL);
	*result = (struct verify_result){.pattern = pattern,
					 .floor = UINT64_MAX,
					 .centre = centre,
					 .injections = injections,
					 .starts = trial->starts_count};
	draw_init(&draw, seed, 1);
	for (uint64_t i = 0; i < injections && status == SEEP_OK; i++) {
		injection.start = draw_below(&draw, trial->starts_count);
		injection.seed = draw_u64(&draw);
		status = run_injection(&injection, result, reached);
	}
	result->injected = reached_rate(reached, result);
	return status;
}
