/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * floors.h - how large a leak would this evidence have missed? The answer of
 * the library, and what injections into the same evidence say of it.
 */
#ifndef SEEP_TOOLS_FLOORS_H
#define SEEP_TOOLS_FLOORS_H

#include "run.h"

/* floors_tell() is a run_tell_fn: the floors of every entity, and with
 * --verify the outcome of the injections. */
int
floors_tell(struct run *run);

#endif
