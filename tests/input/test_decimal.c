/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "input/decimal.h"

struct number {
	const char *text;
	int digits;
	uint64_t value;
	int cut;
	int negative;
};

Test(decimal, is_exact)
{
	static const struct number numbers[] = {
	    {"0", 9, 0, 0, 0},
	    {"-0", 0, 0, 0, 1},
	    {"1258531221.486539", 9, UINT64_C(1258531221486539000), 0, 0},
	    {"1258531221.4865391234567", 9, UINT64_C(1258531221486539123), 1,
	     0},
	    {"1e5", 0, 100000, 0, 0},
	    {"1.5e-05", 9, 15000, 0, 0},
	    {"1E+2", 9, UINT64_C(100000000000), 0, 0},
	    {"-12.75", 0, 12, 1, 1},
	    {"18446744073709551615", 0, UINT64_MAX, 0, 0},
	    {"0000000000000000000000000000007", 0, 7, 0, 0},
	    {"1.00000000000000000000000000000", 0, 1, 0, 0},
	    {"1.00000000000000000000000000001", 0, 1, 1, 0},
	    {"0.000000000000000000000000000001e30", 0, 1, 0, 0},
	    {"63.02690299999995", 9, UINT64_C(63026902999), 1, 0},
	    {"1e-99999999999999999999", 9, 0, 1, 0},
	    {"0e99999999999999999999", 9, 0, 0, 0},
	};
	struct seep__decimal d;
	uint64_t value;
	size_t i;
	int cut;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];

		cr_assert_eq(seep__decimal_parse(n->text, strlen(n->text), &d),
			     SEEP_OK, "%s", n->text);
		cr_assert_eq(d.finite, 1);
		cr_assert_eq(d.negative, n->negative);
		cr_assert_eq(seep__decimal_scaled(&d, n->digits, &value, &cut),
			     SEEP_OK, "%s", n->text);
		cr_assert_eq(value, n->value, "%s", n->text);
		cr_assert_eq(cut, n->cut, "%s", n->text);
	}
}

Test(decimal, refuses_what_is_no_number)
{
	static const char *const texts[] = {
	    "",   "-",  ".",   "1.",  ".5",  "+1",    "1e",   "1e+", "0x1",
	    "1 ", " 1", "1,5", "abc", "--1", "1.2.3", "nano", "in",  "1e1.5"};
	struct seep__decimal d;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_assert_eq(
		    seep__decimal_parse(texts[i], strlen(texts[i]), &d),
		    SEEP_EFORMAT, "%s", texts[i]);
}

Test(decimal, knows_what_is_not_finite_or_does_not_fit)
{
	static const char *const infinite[] = {"nan", "-nan", "inf", "-INF",
					       "NaN"};
	static const char *const large[] = {"18446744073709551616", "1e20",
					    "1e999999999999", "1.9e19"};
	struct seep__decimal d;
	uint64_t value;
	size_t i;

	for (i = 0; i < 5; i++) {
		cr_assert_eq(
		    seep__decimal_parse(infinite[i], strlen(infinite[i]), &d),
		    SEEP_OK);
		cr_assert_eq(d.finite, 0, "%s", infinite[i]);
		cr_assert_eq(seep__decimal_scaled(&d, 0, &value, NULL),
			     SEEP_EINVAL);
	}
	for (i = 0; i < 4; i++) {
		cr_assert_eq(
		    seep__decimal_parse(large[i], strlen(large[i]), &d),
		    SEEP_OK);
		cr_assert_eq(seep__decimal_scaled(&d, 0, &value, NULL),
			     SEEP_EINVAL, "%s", large[i]);
	}
}
