/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * split.h - cut a flow at the edges of its bins without losing a byte.
 *
 * Algorithm   the cumulative floor rule: of B bytes on [s, e), the bin that
 *             ends at t gets floor(B * (min(t, e) - s) / (e - s)) less the
 *             same at the bin's start. The differences telescope: they add
 *             up to B exactly, whatever B and the interval are.
 * Width       B <= 2^53 and e - s < 2^55, so the product needs 108 bits:
 *             128-bit arithmetic of the compiler where it has it, long
 *             division otherwise; a test holds them equal.
 * Time        O(bins touched).
 */
#ifndef SEEP_LEDGER_SPLIT_H
#define SEEP_LEDGER_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/* Quantities that are split together: bytes, packets and missed, each way. */
#define SEEP__SPLIT_TOTALS 6

/*
 * struct seep__split: set start_ns, end_ns >= start_ns >= 0, step_hours (1,
 * or 24 for days) and totals, then seep__split_begin(). The rest is state.
 */
struct seep__split {
	int64_t start_ns;
	int64_t end_ns; /* equal to start_ns: an instant */
	uint32_t step_hours;
	uint64_t totals[SEEP__SPLIT_TOTALS];
	uint32_t first; /* first hour of the first and of the last bin */
	uint32_t last;
	uint32_t next;
	uint64_t before[SEEP__SPLIT_TOTALS];
};

/* seep__split_begin() finds the first and the last bin. */
void
seep__split_begin(struct seep__split *split);

/* seep__split_bins() returns how many bins are touched, at least 1. */
size_t
seep__split_bins(const struct seep__split *split);

/*
 * seep__split_next() gives the next bin's first hour and its shares.
 * Returns 1, or 0 after the last bin.
 */
int
seep__split_next(struct seep__split *split, uint32_t *hour,
		 uint64_t shares[SEEP__SPLIT_TOTALS]);

/*
 * seep__split_share() returns floor(total * part / whole).
 *
 * 'part' <= 'whole', 'whole' > 0, so that the result fits.
 */
uint64_t
seep__split_share(uint64_t total, uint64_t part, uint64_t whole);

/* seep__split_share_portable(): the same by long division, any compiler. */
uint64_t
seep__split_share_portable(uint64_t total, uint64_t part, uint64_t whole);

#endif
