/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds between two updates: fast enough to look alive, slow enough
 * to cost nothing over a serial line. */
#define SHOW_EVERY_MS 200

int64_t
now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
progress_init(struct progress *progress, int off)
{
	assert(progress != NULL);
	memset(progress, 0, sizeof(*progress));
	progress->wanted = !off && isatty(STDERR_FILENO);
	progress->start_ms = now_ms();
}

/* "12.3 MB"; for the eye only. */
static void
put_bytes(uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit < 5) {
		value /= 1000;
		unit++;
	}
	fprintf(stderr, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

static void
put_line(const struct seep_progress *at, int64_t elapsed_ms)
{
	uint64_t rate =
	    at->done_bytes * 1000 / (elapsed_ms > 0 ? (uint64_t)elapsed_ms : 1);

	fputs("\rseep: ", stderr);
	put_bytes(at->done_bytes);
	if (at->total_bytes >= at->done_bytes && at->total_bytes > 0) {
		fputs(" of ", stderr);
		put_bytes(at->total_bytes);
	}
	fputs(", ", stderr);
	put_bytes(rate);
	fputs("/s", stderr);
	if (at->total_bytes > at->done_bytes && rate > 0) {
		uint64_t left = (at->total_bytes - at->done_bytes) / rate;

		fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 " left", left / 60,
			left % 60);
	}
	fputs("\033[K", stderr);
	fflush(stderr);
}

void
progress_show(struct progress *progress, const struct seep_source *source)
{
	struct seep_progress at;
	int64_t now;

	assert(progress != NULL);
	assert(source != NULL);
	if (!progress->wanted)
		return;
	now = now_ms();
	if (now - progress->shown_ms < SHOW_EVERY_MS)
		return;
	progress->shown_ms = now;
	progress->on_screen = 1;
	seep_source_progress(source, &at);
	put_line(&at, now - progress->start_ms);
}

void
progress_clear(struct progress *progress)
{
	assert(progress != NULL);
	if (!progress->on_screen)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->on_screen = 0;
}
