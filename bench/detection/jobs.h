/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jobs.h - the same work on several processors.
 *
 * Shape     'units' pieces of work that know nothing of each other; each
 *           fills its own record in memory that the processes share. What
 *           comes out does not depend on how many processes there were.
 */
#ifndef BENCH_DETECTION_JOBS_H
#define BENCH_DETECTION_JOBS_H

#include <stddef.h>

/* jobs_work_fn does unit 'unit' and fills 'record'; 0 = done. */
typedef int (*jobs_work_fn)(void *context, size_t unit, void *record);

/*
 * jobs_run() does all units in 'jobs' processes (1: in this one).
 *
 * 'records'  out, 'units' records of 'size' bytes, zeroed before; give back
 *            with jobs_free(). NULL on failure.
 *
 * Returns 0, or -1 when a unit or a process failed.
 */
int
jobs_run(size_t jobs, size_t units, size_t size, jobs_work_fn work,
	 void *context, void **records);

void
jobs_free(void *records, size_t units, size_t size);

#endif
