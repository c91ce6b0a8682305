/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast scan for a rise against the one over all onsets.
 *
 * Claims     at every end both find the same G, and the onset that each
 *            names has it; the hull holds no more onsets than there are.
 * Input      range of onsets (2 bytes), scale (1 byte), one byte a value.
 */
#include <math.h>

#include "detect/scan.h"
#include "fuzz/fuzz.h"

#define LENGTH_MAX 400
/* Rounding of sums of 400 values, and the least rise of scan.c. */
#define RELATIVE 1e-9
#define ABSOLUTE 2e-6

static void
check_same(const struct seep__onset *fast, const struct seep__onset *slow,
	   const double *sums, size_t end)
{
	const double most = RELATIVE * slow->g + ABSOLUTE;

	FUZZ_CHECK(isfinite(fast->g) && isfinite(slow->g));
	FUZZ_CHECK(fabs(fast->g - slow->g) <= most);
	if (fast->g > 0)
		FUZZ_CHECK(fabs(seep__scan_g(sums, fast->at, end) - slow->g) <=
			   most);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const size_t from = 1 + fuzz_u8(&take) % 64;
	const size_t until = from + fuzz_u8(&take);
	const uint8_t scale = fuzz_u8(&take);
	double z[LENGTH_MAX];
	double sums[LENGTH_MAX + 1];
	size_t vertex[256];
	struct seep__focus focus;
	size_t count = 0;

	while (take.size > 0 && count < LENGTH_MAX) {
		const double value = (double)fuzz_u8(&take) - 128;

		z[count++] = scale & 1 ? value * value * value : value / 7;
	}
	seep__scan_sums(z, count, sums);
	seep__focus_init(&focus, sums, from, until, vertex);
	for (size_t end = from + 1; end <= count; end++) {
		struct seep__onset fast, slow;

		/* Now and then it must catch up over several days. */
		if (scale & 2 && end % 7 != 0)
			continue;
		fast = seep__focus_step(&focus, end);
		slow = seep__scan_best(sums, from, until, end);
		check_same(&fast, &slow, sums, end);
		FUZZ_CHECK(focus.count <= until - from);
	}
	return 0;
}
