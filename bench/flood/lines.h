/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lines.h - what one random 64-byte line costs, here and now.
 */
#ifndef SEEP_BENCH_FLOOD_LINES_H
#define SEEP_BENCH_FLOOD_LINES_H

#include <stddef.h>

/*
 * lines_ns() returns nanoseconds per line, the median of five rounds: lines
 * of 'bytes' of memory are read one after the other in random order, each
 * naming the next, so that no two overlap. Negative without memory.
 */
double
lines_ns(size_t bytes);

/* lines_clock_ns() is the time this thread had on a processor, so that what
 * else runs on the machine costs cache lines at most. */
double
lines_clock_ns(void);

#endif
