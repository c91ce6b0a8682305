/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * follow.h - read logs that grow, and tell findings as they are raised.
 */
#ifndef SEEP_TOOLS_FOLLOW_H
#define SEEP_TOOLS_FOLLOW_H

#include "run.h"

/*
 * follow() reads until SIGINT or SIGTERM. Each time event time has crossed a
 * UTC hour it looks for findings and writes those not yet written; one
 * whose bytes have grown is not written again (the final report has it).
 *
 * Returns SEEP_END, a negative status, or SEEP_AGAIN when the output failed
 * (already told on standard error).
 */
int
follow(struct run *run);

#endif
