/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * beacon.h - RITA v5's beacon score of one pair and day.
 *
 * Algorithm   a quarter each: regularity of the gaps between connections,
 *             of the bytes sent, evenness of the hourly histogram, and how
 *             long through the day it lasted. Defaults of RITA v5.
 * Source      activecm/rita analysis/beacons.go; written anew from the
 *             description of its formulas. Deviation: of the two histogram
 *             scores the one for several levels (bimodal fit) is left out;
 *             it only helps beacons that pause.
 */
#ifndef BENCH_DETECTION_BEACON_H
#define BENCH_DETECTION_BEACON_H

#include <stddef.h>
#include <stdint.h>

#include "detection/rivals.h"

/*
 * beacon_score() scores the flows of one peer that the host opened, sorted by
 * start, within the 24 hours from 'day_ns'; 0 with fewer than 4 different
 * times. Returns 0, or -1 when memory is short.
 */
int
beacon_score(const struct rivals_flow *flows, size_t count, int64_t day_ns,
	     double *score);

#endif
