/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * leftover.h - no signal leaves a temporary file behind.
 *
 * SIGHUP, SIGINT and SIGTERM remove the files that are named here and then
 * do what they always do: the process ends by the signal, as its caller
 * expects. A signal that is ignored, or that somebody else catches, stays
 * so. SIGKILL and a power cut still leave the file.
 */
#ifndef SEEP_TOOLS_LEFTOVER_H
#define SEEP_TOOLS_LEFTOVER_H

/* Temporary files at one time: a report, and a case beside it. */
#define LEFTOVERS_MAX 4

/*
 * leftover_hold() keeps the signals waiting until leftover_release(), so
 * that a file and its name here come and go together. Not nested.
 */
void
leftover_hold(void);

void
leftover_release(void);

/*
 * leftover_add() names a file to remove; 'path' is borrowed until
 * leftover_drop(). Both between _hold and _release. With LEFTOVERS_MAX named
 * already it does nothing.
 */
void
leftover_add(const char *path);

/* leftover_drop() forgets 'path'; fine when it was never added. */
void
leftover_drop(const char *path);

#endif
