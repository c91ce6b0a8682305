/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A time that ends after its year, month or hour was read on behind its
 * final NUL: "2026-03" with "01" after it in memory, as the next argument or
 * the next word of a line is, was the first of March.
 */
#include <criterion/criterion.h>

#include "parse.h"

static void
assert_refused(const char *text)
{
	int64_t time_ns = -1;

	cr_assert_eq(parse_time(text, &time_ns), -1, "%s", text);
	cr_assert_eq(time_ns, -1, "%s", text);
}

Test(cut_time, what_stands_behind_the_end_is_not_read)
{
	assert_refused("2026\0"
		       "03-01");
	assert_refused("2026-03\0"
		       "01");
	assert_refused("2026-03-01T00\0"
		       "10");
}

Test(cut_time, every_whole_form_is_still_read)
{
	static const char *const forms[] = {
	    "2026-03-01",        "2026-03-01Z",         "2026-03-01T00:00",
	    "2026-03-01 00:00Z", "2026-03-01T00:00:00", "2026-03-01T00:00:00Z"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		int64_t time_ns = 0;

		cr_assert_eq(parse_time(forms[i], &time_ns), 0, "%s", forms[i]);
		cr_assert_eq(time_ns, INT64_C(1772323200) * 1000000000, "%s",
			     forms[i]);
	}
}

Test(cut_time, nothing_may_follow)
{
	assert_refused("2026-03-01x");
	assert_refused("2026-03-01T");
	assert_refused("2026-03-01T00:10:");
	assert_refused("2026-03-01T00:10:00ZZ");
}
