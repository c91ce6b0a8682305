/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/split.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* The 128-bit product of two 64-bit numbers, from 32-bit halves. */
static void
multiply(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low)
{
	uint64_t a0 = a & 0xffffffff;
	uint64_t a1 = a >> 32;
	uint64_t b0 = b & 0xffffffff;
	uint64_t b1 = b >> 32;
	uint64_t middle = a1 * b0 + ((a0 * b0) >> 32);
	uint64_t carry = (middle & 0xffffffff) + a0 * b1;

	*high = a1 * b1 + (middle >> 32) + (carry >> 32);
	*low = a * b;
}

uint64_t
seep__split_share_portable(uint64_t total, uint64_t part, uint64_t whole)
{
	uint64_t rest;
	uint64_t low;
	uint64_t quotient = 0;
	int bit;

	assert(whole > 0 && part <= whole);
	multiply(total, part, &rest, &low);
	/* total * part / whole <= total: the high half is below 'whole'. */
	for (bit = 0; bit < 64; bit++) {
		int carry = rest >> 63 != 0;

		rest = rest << 1 | low >> 63;
		low <<= 1;
		quotient <<= 1;
		if (carry || rest >= whole) {
			rest -= whole;
			quotient |= 1;
		}
	}
	return quotient;
}

uint64_t
seep__split_share(uint64_t total, uint64_t part, uint64_t whole)
{
	assert(whole > 0 && part <= whole);
	if (part == whole)
		return total;
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 wide;

	return (uint64_t)((wide)total * part / whole);
#else
	return seep__split_share_portable(total, part, whole);
#endif
}

void
seep__split_begin(struct seep__split *split)
{
	int64_t last_ns = split->end_ns;

	assert(split->start_ns >= 0 && split->end_ns >= split->start_ns);
	assert(split->step_hours == 1 ||
	       split->step_hours == SEEP__HOURS_PER_DAY);
	/* [start, end): a flow that ends on an edge does not touch the bin
	 * that begins there. */
	if (last_ns > split->start_ns)
		last_ns--;
	split->first = seep__clock_hour(split->start_ns);
	split->first -= split->first % split->step_hours;
	split->last = seep__clock_hour(last_ns);
	split->last -= split->last % split->step_hours;
	split->next = split->first;
	memset(split->before, 0, sizeof(split->before));
}

size_t
seep__split_bins(const struct seep__split *split)
{
	assert(split->last >= split->first);
	return (split->last - split->first) / split->step_hours + 1;
}

int
seep__split_next(struct seep__split *split, uint32_t *hour,
		 uint64_t shares[SEEP__SPLIT_TOTALS])
{
	uint64_t whole = (uint64_t)(split->end_ns - split->start_ns);
	uint64_t part = whole;
	size_t i;

	if (split->next > split->last)
		return 0;
	*hour = split->next;
	split->next += split->step_hours;
	/* The last bin takes the rest; its edge may lie beyond 2262. */
	if (*hour != split->last)
		part = (uint64_t)(seep__clock_start(split->next) -
				  split->start_ns);
	for (i = 0; i < SEEP__SPLIT_TOTALS; i++) {
		uint64_t sum = split->totals[i];

		if (part != whole && sum != 0)
			sum = seep__split_share(sum, part, whole);
		shares[i] = sum - split->before[i];
		split->before[i] = sum;
	}
	return 1;
}
