/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/window.h"

#include <assert.h>
#include <string.h>

const uint32_t seep__window_hours[SEEP__WINDOWS] = {1, 24, 168, 720, 2160};

void
seep__windows_init(struct seep__windows *windows,
		   const struct seep__hoursum *series, size_t count)
{
	assert(series != NULL || count == 0);
	memset(windows, 0, sizeof(*windows));
	windows->series = series;
	windows->count = count;
}

/* Takes in the hours up to 'hour'. */
static void
move_head(struct seep__windows *windows, uint32_t hour)
{
	const struct seep__hoursum *series = windows->series;

	while (windows->head < windows->count &&
	       series[windows->head].hour <= hour) {
		size_t at = windows->head++;

		assert(at == 0 || series[at - 1].hour < series[at].hour);
		for (unsigned w = 0; w < SEEP__WINDOWS; w++)
			windows->sums[w] += series[at].bytes;
	}
}

/* Lets go what lies 'span' hours or more before 'hour'. */
static void
move_tail(struct seep__windows *windows, unsigned w, uint32_t hour)
{
	const struct seep__hoursum *series = windows->series;
	uint64_t span = seep__window_hours[w];
	size_t tail = windows->tails[w];

	assert(w < SEEP__WINDOWS && tail <= windows->head);
	while (tail < windows->head && series[tail].hour + span <= hour)
		windows->sums[w] -= series[tail++].bytes;
	windows->tails[w] = tail;
}

void
seep__windows_advance(struct seep__windows *windows, uint32_t hour)
{
	assert(windows != NULL);
	assert(windows->head == 0 ||
	       windows->series[windows->head - 1].hour <= hour);
	move_head(windows, hour);
	for (unsigned w = 0; w < SEEP__WINDOWS; w++)
		move_tail(windows, w, hour);
}
