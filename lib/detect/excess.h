/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * excess.h - how many bytes have to leave a stretch of days for a rise to be
 * gone?
 *
 * Model    a leak adds the same to every hour (to every day, for the day's
 *          sum). Bytes are taken out evenly until the mean of the statistic
 *          is back at that of the days before: what was taken is the
 *          excess. Where the leak was not even, this is its even part.
 */
#ifndef SEEP_DETECT_EXCESS_H
#define SEEP_DETECT_EXCESS_H

#include <stddef.h>
#include <stdint.h>

#include "detect/statistic.h"

struct seep__excess {
	uint32_t statistic;
	const struct seep__rung *rung;
	const struct seep__sheet *sheet;
	/* before: first position of the past, [before, from). The rise is
	 * [from, end). */
	size_t before;
	size_t from;
	size_t end;
	/* doubt: share of the rise that is left standing: 0 for the estimate,
	 * z / g for the low end of its interval, -z / g for the high one. */
	double doubt;
};

/* seep__excess_bytes() returns the bytes to take out, in all days. */
uint64_t
seep__excess_bytes(const struct seep__excess *excess);

#endif
