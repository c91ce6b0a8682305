/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <seep/status.h>
#include <seep/version.h>

Test(status, every_code_has_a_text_of_its_own)
{
	for (int a = SEEP_ESELFTEST; a <= SEEP_AGAIN; a++) {
		cr_assert_str_neq(seep_strstatus(a), "unknown status", "%d", a);
		for (int b = SEEP_ESELFTEST; b < a; b++)
			cr_assert_str_neq(seep_strstatus(a), seep_strstatus(b));
	}
}

Test(status, texts_end_without_a_period)
{
	for (int a = SEEP_ESELFTEST - 1; a <= SEEP_AGAIN + 1; a++) {
		const char *text = seep_strstatus(a);

		cr_assert_neq(text[strlen(text) - 1], '.');
	}
}

Test(status, codes_that_nobody_returns_are_unknown)
{
	static const int codes[] = {INT_MIN,        -1000, SEEP_ESELFTEST - 1,
				    SEEP_AGAIN + 1, 1000,  INT_MAX};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_assert_str_eq(seep_strstatus(codes[i]), "unknown status");
}

Test(version, is_that_of_the_header)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "%d.%d.%d", SEEP_VERSION_MAJOR,
		 SEEP_VERSION_MINOR, SEEP_VERSION_PATCH);
	cr_assert_str_eq(seep_version(), expected);
}
