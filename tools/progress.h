/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * progress.h - one line on the terminal: bytes, rate, time left.
 *
 * Nothing is shown when standard error is no terminal.
 */
#ifndef SEEP_TOOLS_PROGRESS_H
#define SEEP_TOOLS_PROGRESS_H

#include <stdint.h>

#include <seep/source.h>

struct progress {
	int wanted;
	int on_screen;
	int64_t start_ms;
	int64_t shown_ms;
};

/* now_ms() reads a clock that never goes back. */
int64_t
now_ms(void);

/* progress_init() decides whether to show anything; 'off' = never. */
void
progress_init(struct progress *progress, int off);

/* progress_show() brings the line up to date, a few times a second. */
void
progress_show(struct progress *progress, const struct seep_source *source);

/* progress_clear() takes the line away, so that something else can be
 * printed. */
void
progress_clear(struct progress *progress);

#endif
