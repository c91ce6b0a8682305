/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include <seep/status.h>

#include "base/opts.h"

/* Three generations of one options struct. */
struct old_opts {
	size_t size;
	uint64_t a;
};

struct opts {
	size_t size;
	uint64_t a;
	uint64_t b;
};

struct new_opts {
	size_t size;
	uint64_t a;
	uint64_t b;
	uint64_t c;
};

Test(opts, null_gives_zeros_and_the_size)
{
	struct opts out;

	memset(&out, 0xa5, sizeof(out));
	cr_assert_eq(seep__opts_copy(&out, sizeof(out), NULL), SEEP_OK);
	cr_assert_eq(out.size, sizeof(out));
	cr_assert_eq(out.a, 0);
	cr_assert_eq(out.b, 0);
}

Test(opts, a_shorter_struct_is_filled_up_with_zeros)
{
	struct old_opts old = {sizeof(old), 7};
	struct opts out;

	memset(&out, 0xa5, sizeof(out));
	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &old), SEEP_OK);
	cr_assert_eq(out.size, sizeof(out));
	cr_assert_eq(out.a, 7);
	cr_assert_eq(out.b, 0);
}

Test(opts, a_longer_struct_is_taken_while_its_tail_is_zero)
{
	struct new_opts newer = {sizeof(newer), 7, 8, 0};
	struct opts out;

	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &newer), SEEP_OK);
	cr_assert_eq(out.size, sizeof(out));
	cr_assert_eq(out.a, 7);
	cr_assert_eq(out.b, 8);
}

Test(opts, a_longer_struct_with_something_in_its_tail_is_refused)
{
	struct new_opts newer = {sizeof(newer), 7, 8, UINT64_C(1) << 63};
	struct opts out = {0, 1, 2};

	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &newer), SEEP_EINVAL);
	cr_assert_eq(out.a, 1, "untouched on error");
}

Test(opts, a_struct_without_its_size_is_refused)
{
	struct opts none = {0, 1, 2};
	struct opts out;

	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &none), SEEP_EINVAL);
	none.size = sizeof(size_t) - 1;
	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &none), SEEP_EINVAL);
	none.size = sizeof(size_t);
	cr_assert_eq(seep__opts_copy(&out, sizeof(out), &none), SEEP_OK);
	cr_assert_eq(out.a, 0, "only 'size' bytes are looked at");
}
