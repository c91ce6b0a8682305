/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <seep/status.h>

#include "base/clock.h"
#include "support/random.h"

#define S SEEP__NS_PER_S

struct row {
	const char *text;
	int64_t time_ns;
};

static void
check_read(const char *text, int64_t time_ns)
{
	int64_t read = -1;

	cr_assert_eq(seep__clock_parse(text, strlen(text), &read), SEEP_OK,
		     "%s", text);
	cr_assert_eq(read, time_ns, "%s: %lld", text, (long long)read);
}

Test(clock, times_are_read_to_the_nanosecond)
{
	static const struct row rows[] = {
	    {"1970-01-01", 0},
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-03-01", INT64_C(1772323200) * S},
	    {"2026-03-01T00:10:00Z", INT64_C(1772323800) * S},
	    {"2026-03-01T00:10:00.123456Z",
	     INT64_C(1772323800) * S + 123456000},
	    {"2026-03-01T00:10:00.000000001Z", INT64_C(1772323800) * S + 1},
	    {"2026-03-01T00:10:00.9999999999Z",
	     INT64_C(1772323800) * S + 999999999},
	    {"2026-03-01T01:10:00+01:00", INT64_C(1772323800) * S},
	    {"2026-02-28T19:10:00-05:00", INT64_C(1772323800) * S},
	    {"2026-03-01T05:40:00+0530", INT64_C(1772323800) * S},
	    {"2024-02-29T12:00:00Z", INT64_C(1709208000) * S},
	    {"2000-02-29", INT64_C(951782400) * S},
	    {"2038-01-19T03:14:08Z", INT64_C(2147483648) * S},
	    {"1969-12-31T23:59:59.5Z", -S / 2},
	    {"2262-04-11T23:47:16.854775807Z", INT64_MAX},
	    {"1677-09-21T00:12:43.145224192Z", INT64_MIN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_read(rows[i].text, rows[i].time_ns);
}

Test(clock, what_is_no_time_is_refused_and_nothing_written)
{
	static const char *const texts[] = {
	    "",
	    "2026",
	    "2026-03",
	    "2026-3-1",
	    "2026-03-01T",
	    "2026-03-01T00",
	    "2026-03-01T00:10",
	    "2026-03-01T00:10:00",
	    "2026-03-01T00:10:00.Z",
	    "2026-03-01T00:10:00Zx",
	    "2026-03-01 00:10:00Z",
	    "2026-03-01T00:10:00z",
	    "2026-03-01T00:10:00+1:00",
	    "2026-03-01T00:10:00+01",
	    "2026-03-01T00:10:00+24:00",
	    "2026-03-01T00:10:00+01:60",
	    "2026-00-01",
	    "2026-13-01",
	    "2026-01-00",
	    "2026-01-32",
	    "2026-04-31",
	    "2026-02-29",
	    "1900-02-29",
	    "2100-02-29",
	    "2026-03-01T24:00:00Z",
	    "2026-03-01T00:60:00Z",
	    "2026-03-01T00:00:60Z",
	    "-026-03-01",
	    "+026-03-01",
	    "2262-04-11T23:47:16.854775808Z",
	    "2263-01-01",
	    "9999-12-31",
	    "1677-09-21T00:12:43.145224191Z",
	    "1677-01-01",
	    "0000-01-01",
	    "20\xff\xff-03-01",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t read = 77;

		cr_assert_eq(
		    seep__clock_parse(texts[i], strlen(texts[i]), &read),
		    SEEP_EFORMAT, "%s", texts[i]);
		cr_assert_eq(read, 77, "%s", texts[i]);
	}
}

Test(clock, a_nul_in_the_text_is_no_end)
{
	int64_t read;

	cr_assert_eq(seep__clock_parse("2026-03-01", 11, &read), SEEP_EFORMAT);
}

Test(clock, a_time_cut_at_any_length_is_no_other_time)
{
	static const char text[] = "2026-03-01T00:10:00.5+01:00";
	int64_t read;

	for (size_t size = 0; size < sizeof(text) - 1; size++) {
		/* A copy of just these bytes, for the sanitizer's sake. */
		char *cut = malloc(size > 0 ? size : 1);

		memcpy(cut, text, size);
		cr_assert_eq(seep__clock_parse(cut, size, &read),
			     size == 10 ? SEEP_OK : SEEP_EFORMAT, "%zu", size);
		free(cut);
	}
}

Test(clock, dates_and_times_are_inverse_over_all_64_bits)
{
	uint64_t state = 3;

	for (int i = 0; i < 20000; i++) {
		int64_t time_ns = (int64_t)test_random(&state);
		struct seep__date date;
		int64_t back;

		time_ns >>= i % 40;
		seep__clock_date(time_ns, &date);
		cr_assert_eq(seep__clock_time(&date, &back), SEEP_OK);
		cr_assert_eq(back, time_ns);
	}
}

Test(clock, every_day_from_1970_to_2262_follows_the_one_before)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31};
	int32_t year = 1970;
	unsigned month = 1, day = 1;

	for (int64_t t = 0; t < INT64_MAX - 86400 * S; t += 86400 * S) {
		struct seep__date date;
		int leap =
		    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		seep__clock_date(t, &date);
		cr_assert_eq(date.year, year);
		cr_assert_eq(date.month, month);
		cr_assert_eq(date.day, day);
		if (++day > days[month - 1] + (unsigned)(month == 2 && leap)) {
			day = 1;
			month++;
		}
		if (month > 12) {
			month = 1;
			year++;
		}
	}
	cr_assert_eq(year, 2262);
}

Test(clock, fields_out_of_range_make_no_time)
{
	static const struct seep__date good = {2024, 2,  29,       23,
					       59,   59, 999999999};
	struct seep__date bad;
	int64_t t;

	cr_assert_eq(seep__clock_time(&good, &t), SEEP_OK);
	bad = good, bad.ns = 1000000000;
	cr_assert_eq(seep__clock_time(&bad, &t), SEEP_EFORMAT);
	bad = good, bad.month = 0;
	cr_assert_eq(seep__clock_time(&bad, &t), SEEP_EFORMAT);
	bad = good, bad.day = 30;
	cr_assert_eq(seep__clock_time(&bad, &t), SEEP_EFORMAT);
	bad = good, bad.year = INT32_MAX;
	cr_assert_eq(seep__clock_time(&bad, &t), SEEP_EFORMAT);
	bad = good, bad.year = INT32_MIN;
	cr_assert_eq(seep__clock_time(&bad, &t), SEEP_EFORMAT);
}

Test(clock, an_hour_holds_its_start_and_not_its_end)
{
	cr_assert_eq(seep__clock_hour(0), 0);
	cr_assert_eq(seep__clock_hour(SEEP__NS_PER_HOUR - 1), 0);
	cr_assert_eq(seep__clock_hour(SEEP__NS_PER_HOUR), 1);
	cr_assert_eq(seep__clock_hour(INT64_MAX), 2562047);
	cr_assert_eq(seep__clock_start(1), SEEP__NS_PER_HOUR);
	cr_assert_eq(seep__clock_start(2562047),
		     INT64_C(2562047) * SEEP__NS_PER_HOUR);
	/* Hours that no time has, from a hostile file, do not wrap. */
	cr_assert_eq(seep__clock_start(2562048), INT64_MAX);
	cr_assert_eq(seep__clock_start(UINT32_MAX), INT64_MAX);
}
