/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/excess.h"

#include <assert.h>

/* Halvings of the interval: beyond 24 the answer is exact to less than a
 * ten-millionth of the largest hour. */
#define HALVINGS 24

static double
mean_value(const struct seep__excess *excess, size_t from, size_t end)
{
	const struct seep__rung *rung = excess->rung;
	const double *value = rung->value[excess->statistic];
	double sum = 0.0;

	assert(from < end && from >= rung->base && end <= rung->end);
	for (size_t i = from; i < end; i++)
		sum += value[i - rung->base];
	return sum / (double)(end - from);
}

/* Takes 'step' out of every hour of a day; returns what was there. */
static uint64_t
take_out(const struct seep__excess *excess, size_t position, uint64_t step,
	 uint64_t *day, uint64_t *hour)
{
	const struct seep__sheet *sheet = excess->sheet;
	uint64_t taken = 0;

	if (excess->statistic == SEEP_STATISTIC_SUM) {
		taken = sheet->day[position] / 24 < step ? sheet->day[position]
							 : step * 24;
		*day = sheet->day[position] - taken;
		return taken;
	}
	for (size_t h = 0; h < 24; h++) {
		const uint64_t bytes = sheet->hour[position * 24 + h];
		const uint64_t part = bytes < step ? bytes : step;

		hour[h] = bytes - part;
		taken += part;
	}
	*day = sheet->day[position] - taken;
	return taken;
}

/* The mean value of the rise when 'step' is taken out of every hour. */
static double
mean_without(const struct seep__excess *excess, uint64_t step, uint64_t *taken)
{
	double sum = 0.0;

	*taken = 0;
	for (size_t i = excess->from; i < excess->end; i++) {
		uint64_t hour[24] = {0};
		uint64_t day;

		*taken += take_out(excess, i, step, &day, hour);
		sum += seep__rung_shift(excess->rung, excess->sheet,
					(enum seep_statistic)excess->statistic,
					i, day, hour);
	}
	return sum / (double)(excess->end - excess->from);
}

static uint64_t
largest_hour(const struct seep__excess *excess)
{
	uint64_t most = 0;

	for (size_t i = excess->from; i < excess->end; i++)
		if (excess->sheet->day[i] > most)
			most = excess->sheet->day[i];
	return most;
}

uint64_t
seep__excess_bytes(const struct seep__excess *excess)
{
	const double before = mean_value(excess, excess->before, excess->from);
	const double after = mean_value(excess, excess->from, excess->end);
	const double target = before + (after - before) * excess->doubt;
	uint64_t low = 0;
	uint64_t high = largest_hour(excess);
	uint64_t taken = 0;

	for (int i = 0; i < HALVINGS && high - low > 1; i++) {
		const uint64_t middle = low + (high - low) / 2;

		if (mean_without(excess, middle, &taken) > target)
			low = middle;
		else
			high = middle;
	}
	(void)mean_without(excess, low, &taken);
	return taken;
}
