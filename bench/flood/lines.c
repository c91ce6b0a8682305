/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood/lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define LINE 64
#define ROUNDS 5
#define STEPS 4000000

struct line {
	uint64_t next;
	uint8_t rest[LINE - sizeof(uint64_t)];
};

double
lines_clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* One cycle through all lines (Sattolo's shuffle). */
static void
link_lines(struct line *lines, size_t count)
{
	uint64_t state = 1;
	size_t i;

	for (i = 0; i < count; i++)
		lines[i].next = i;
	for (i = count - 1; i > 0; i--) {
		size_t j;
		uint64_t swap;

		state = state * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
		j = (size_t)((state >> 33) % i);
		swap = lines[i].next;
		lines[i].next = lines[j].next;
		lines[j].next = swap;
	}
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

double
lines_ns(size_t bytes)
{
	size_t count = bytes / LINE;
	struct line *lines = aligned_alloc(LINE, count * LINE);
	double took[ROUNDS];
	uint64_t at = 0;
	int round;
	int i;

	if (lines == NULL)
		return -1;
	link_lines(lines, count);
	for (round = 0; round < ROUNDS; round++) {
		double start = lines_clock_ns();

		for (i = 0; i < STEPS; i++)
			at = lines[at].next;
		took[round] = (lines_clock_ns() - start) / STEPS;
	}
	free(lines);
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	/* 'at' is used, or nothing would be read. */
	return at < count ? took[ROUNDS / 2] : -1;
}
