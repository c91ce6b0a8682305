/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verify.h - do injections bear out the floor that is printed?
 *
 * Method    for each injection a first day is drawn, and the smallest rate on
 *           a geometric grid about the printed floor at which it is reported
 *           is found by bisection; the rate that is reached in 95 of 100
 *           injections is set beside the floor. Twice and a quarter of the
 *           floor are tried in any case.
 * Time      some 6 detections over the whole evidence for each injection.
 */
#ifndef SEEP_TOOLS_VERIFY_H
#define SEEP_TOOLS_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "leak.h"
#include "trial.h"

/* struct verify_result: one host, one pattern. */
struct verify_result {
	enum leak_pattern pattern;
	/* floor: as printed, UINT64_MAX = unknown; centre: of the grid. */
	uint64_t floor;
	uint64_t centre;
	/* injected: reported in 95 of 100; UINT64_MAX = above the grid. */
	uint64_t injected;
	uint64_t injections;
	uint64_t at_double;  /* injections reported at twice the centre */
	uint64_t at_quarter; /* ... at a quarter */
	size_t starts;
};

/*
 * verify_pattern() tries 'injections' leaks of one pattern on a host.
 *
 * 'centre'  bytes per day that rates are tried about, over 0: the printed
 *           floor, where there is one.
 *
 * Returns SEEP_OK or why not.
 */
int
verify_pattern(struct trial *trial, enum leak_pattern pattern, uint64_t centre,
	       uint64_t injections, uint64_t seed,
	       struct verify_result *result);

#endif
