/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * complain.h - what the tool says on standard error: "seep: ..." lines.
 *
 * File names and what the network supplied never reach a terminal raw:
 * control characters and bytes over 0x7e are shown as \xHH.
 */
#ifndef SEEP_TOOLS_COMPLAIN_H
#define SEEP_TOOLS_COMPLAIN_H

#include <seep/source.h>

/* What the process returns. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_FINDING = 3
};

/*
 * complain() prints "seep: " and the formatted text, escaped, and a newline.
 * Returns EXIT_FAILED.
 */
int
complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* complain_notice() prints "seep: FILE: line N: field: text". */
void
complain_notice(const struct seep_notice *notice);

#endif
