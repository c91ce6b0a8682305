/* SPDX-License-Identifier: BSD-3-Clause */
#include "parse.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"

/* Digits at 'text'; '*end' is what follows them. */
static int
read_digits(const char *text, uint64_t *value, const char **end)
{
	uint64_t sum = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (sum > (UINT64_MAX - digit) / 10)
			return -1;
		sum = sum * 10 + digit;
	}
	if (p == text)
		return -1;
	*value = sum;
	*end = p;
	return 0;
}

int
parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t number;
	const char *end;

	assert(text != NULL);
	assert(min <= max);
	if (read_digits(text, &number, &end) != 0 || *end != '\0')
		return -1;
	if (number < min || number > max)
		return -1;
	*value = number;
	return 0;
}

/* The factor of a suffix; 0 = there is no such suffix. */
static uint64_t
read_suffix(const char *suffix, int binary_allowed)
{
	static const char letters[] = "KMGT";
	const char *letter;
	uint64_t base = 1000;
	uint64_t factor = 1;

	if (*suffix == '\0')
		return 1;
	letter = strchr(letters, toupper((unsigned char)*suffix));
	if (letter == NULL)
		return 0;
	if (binary_allowed && suffix[1] == 'i')
		base = 1024;
	if (suffix[base == 1024 ? 2 : 1] != '\0')
		return 0;
	for (const char *p = letters; p <= letter; p++)
		factor *= base;
	return factor;
}

static int
read_scaled(const char *text, int binary_allowed, uint64_t *value)
{
	uint64_t number;
	uint64_t factor;
	const char *end;

	assert(text != NULL);
	if (read_digits(text, &number, &end) != 0 || number == 0)
		return -1;
	factor = read_suffix(end, binary_allowed);
	if (factor == 0 || number > UINT64_MAX / factor)
		return -1;
	*value = number * factor;
	return 0;
}

int
parse_size(const char *text, uint64_t *bytes)
{
	assert(bytes != NULL);
	return read_scaled(text, 1, bytes);
}

int
parse_rate(const char *text, uint64_t *bits_per_s)
{
	assert(bits_per_s != NULL);
	return read_scaled(text, 0, bits_per_s);
}

int
parse_positive(const char *text, double *value)
{
	char *end;
	double number;

	assert(text != NULL);
	/* strtod(3) would take white space, "inf" and hexadecimal too. */
	if (text[strspn(text, "0123456789.eE+-")] != '\0')
		return -1;
	if (*text == '-' || *text == '+')
		return -1;
	errno = 0;
	number = strtod(text, &end);
	if (end == text || *end != '\0' || errno == ERANGE)
		return -1;
	if (!isfinite(number) || number <= 0)
		return -1;
	*value = number;
	return 0;
}

/* 'digits' digits at '*text'; moves on. */
static int
read_part(const char **text, int digits, int *value)
{
	int sum = 0;

	for (int i = 0; i < digits; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return -1;
		sum = sum * 10 + (**text - '0');
	}
	*value = sum;
	return 0;
}

/* 'mark' at '*text', which is not NUL; moves on. */
static int
read_mark(const char **text, char mark)
{
	assert(mark != '\0');
	if (**text != mark)
		return -1;
	++*text;
	return 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01; 'year' in 1970..2261. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t days = 0;

	for (int y = 1970; y < year; y++)
		days += days_in_month(y, 2) == 29 ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	return days + day - 1;
}

static int
read_date(const char **p, int64_t *days)
{
	int year;
	int month;
	int day;

	if (read_part(p, 4, &year) != 0 || read_mark(p, '-') != 0)
		return -1;
	if (read_part(p, 2, &month) != 0 || read_mark(p, '-') != 0)
		return -1;
	if (read_part(p, 2, &day) != 0)
		return -1;
	if (year < 1970 || year > 2261 || month < 1 || month > 12)
		return -1;
	if (day < 1 || day > days_in_month(year, month))
		return -1;
	*days = days_since_epoch(year, month, day);
	return 0;
}

static int
read_clock(const char **p, int64_t *seconds)
{
	int hour;
	int minute;
	int second = 0;

	if (read_part(p, 2, &hour) != 0 || read_mark(p, ':') != 0)
		return -1;
	if (read_part(p, 2, &minute) != 0)
		return -1;
	if (read_mark(p, ':') == 0 && read_part(p, 2, &second) != 0)
		return -1;
	if (hour > 23 || minute > 59 || second > 59)
		return -1;
	*seconds = hour * 3600 + minute * 60 + second;
	return 0;
}

int
parse_time(const char *text, int64_t *time_ns)
{
	const char *p = text;
	int64_t days;
	int64_t seconds = 0;

	assert(text != NULL);
	assert(time_ns != NULL);
	if (read_date(&p, &days) != 0)
		return -1;
	if (*p == 'T' || *p == ' ') {
		p++;
		if (read_clock(&p, &seconds) != 0)
			return -1;
	}
	if (*p == 'Z')
		p++;
	if (*p != '\0')
		return -1;
	*time_ns = (days * 86400 + seconds) * INT64_C(1000000000);
	return 0;
}

/* Adds each network; on SEEP_EFORMAT says which part is none. */
static int
add_networks(const char *list, enum seep_site_kind kind, struct seep_site *site,
	     const char **bad, size_t *bad_size)
{
	const char *p = list;

	assert(list != NULL);
	assert(site != NULL);
	for (;;) {
		struct seep_network network;
		size_t size = strcspn(p, ",");
		int status = seep_network_parse(p, size, &network);

		if (status == SEEP_OK)
			status = seep_site_add(site, kind, &network);
		if (status != SEEP_OK) {
			*bad = p;
			*bad_size = size;
			return status;
		}
		if (p[size] == '\0')
			return SEEP_OK;
		p += size + 1;
	}
}

int
parse_site(struct seep_site *site, const char *name, enum seep_site_kind kind,
	   const char *list)
{
	const char *bad = NULL;
	size_t bad_size = 0;
	const int status = add_networks(list, kind, site, &bad, &bad_size);

	if (status == SEEP_OK)
		return EXIT_DONE;
	if (status != SEEP_EFORMAT && status != SEEP_EINVAL)
		return complain("%s", seep_strstatus(status));
	complain("%s: '%.*s' is no network (want 10.0.0.0/8 or 2001:db8::/32)",
		 name, (int)bad_size, bad);
	return EXIT_USAGE;
}

int
parse_refuse(const char *option, const char *value, const char *wanted)
{
	complain("%s '%s': %s", option, value, wanted);
	return EXIT_USAGE;
}
