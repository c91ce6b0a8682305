/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <assert.h>
#include <string.h>

#include <seep/status.h>

#define S_PER_DAY 86400
/* Days from 0000-03-01, where the algorithm's years begin, to 1970-01-01. */
#define DAYS_TO_1970 719468
#define DAYS_PER_ERA 146097 /* 400 years */

uint32_t
seep__clock_hour(int64_t time_ns)
{
	assert(time_ns >= 0);
	return (uint32_t)(time_ns / SEEP__NS_PER_HOUR);
}

int64_t
seep__clock_start(uint32_t hour)
{
	if (hour > INT64_MAX / SEEP__NS_PER_HOUR)
		return INT64_MAX;
	return hour * SEEP__NS_PER_HOUR;
}

/* Division that rounds down, for times before 1970; 'by' > 0. */
static int64_t
divide_floor(int64_t value, int64_t by, int64_t *rest)
{
	int64_t quotient = value / by;

	assert(by > 0);
	*rest = value % by;
	if (*rest < 0) {
		*rest += by;
		quotient--;
	}
	return quotient;
}

static void
split_days(int64_t days, struct seep__date *date)
{
	int64_t doe; /* day of the era, 0..146096 */
	int64_t era = divide_floor(days + DAYS_TO_1970, DAYS_PER_ERA, &doe);
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153; /* months from March */

	date->day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1);
	date->month = (uint8_t)(mp < 10 ? mp + 3 : mp - 9);
	date->year = (int32_t)(yoe + era * 400 + (date->month <= 2));
}

static int64_t
join_days(const struct seep__date *date)
{
	int64_t year = (int64_t)date->year - (date->month <= 2);
	int64_t yoe;
	int64_t era = divide_floor(year, 400, &yoe);
	int64_t mp = date->month > 2 ? date->month - 3 : date->month + 9;
	int64_t doy = (153 * mp + 2) / 5 + date->day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	assert(date->month >= 1 && date->month <= 12);
	return era * DAYS_PER_ERA + doe - DAYS_TO_1970;
}

void
seep__clock_date(int64_t time_ns, struct seep__date *date)
{
	int64_t ns, second;
	int64_t seconds = divide_floor(time_ns, SEEP__NS_PER_S, &ns);
	int64_t days = divide_floor(seconds, S_PER_DAY, &second);

	assert(date != NULL);
	split_days(days, date);
	date->hour = (uint8_t)(second / 3600);
	date->minute = (uint8_t)(second / 60 % 60);
	date->second = (uint8_t)(second % 60);
	date->ns = (uint32_t)ns;
}

static int
days_in_month(int32_t year, unsigned month)
{
	static const uint8_t days[12] = {31, 28, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && leap);
}

static int
is_date(const struct seep__date *date)
{
	return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= days_in_month(date->year, date->month) &&
	       date->hour < 24 && date->minute < 60 && date->second < 60 &&
	       date->ns < SEEP__NS_PER_S;
}

/* seconds * 10^9 + ns, 0 <= ns < 10^9, or SEEP_EFORMAT beyond 64 bits. */
static int
join_ns(int64_t seconds, int64_t ns, int64_t *time_ns)
{
	assert(ns >= 0 && ns < SEEP__NS_PER_S);
	if (seconds < 0) {
		/* Near INT64_MIN the whole seconds alone do not fit. */
		seconds++;
		ns -= SEEP__NS_PER_S;
	}
	if (seconds > INT64_MAX / SEEP__NS_PER_S ||
	    seconds < INT64_MIN / SEEP__NS_PER_S)
		return SEEP_EFORMAT;
	seconds *= SEEP__NS_PER_S;
	if (ns > 0 ? seconds > INT64_MAX - ns : seconds < INT64_MIN - ns)
		return SEEP_EFORMAT;
	*time_ns = seconds + ns;
	return SEEP_OK;
}

static int64_t
seconds_of(const struct seep__date *date)
{
	assert(is_date(date));
	return join_days(date) * S_PER_DAY + date->hour * 3600 +
	       date->minute * 60 + date->second;
}

int
seep__clock_time(const struct seep__date *date, int64_t *time_ns)
{
	assert(date != NULL && time_ns != NULL);
	if (!is_date(date))
		return SEEP_EFORMAT;
	return join_ns(seconds_of(date), date->ns, time_ns);
}

struct scan {
	const char *at;
	const char *end;
};

/* Exactly 'digits' decimal digits; -1 when they are not there. */
static int
scan_number(struct scan *scan, int digits)
{
	int value = 0;

	assert(digits > 0 && digits < 10);
	if (scan->end - scan->at < digits)
		return -1;
	for (; digits > 0; digits--, scan->at++) {
		if (*scan->at < '0' || *scan->at > '9')
			return -1;
		value = value * 10 + (*scan->at - '0');
	}
	return value;
}

static int
scan_char(struct scan *scan, char c)
{
	assert(scan->at <= scan->end);
	if (scan->at == scan->end || *scan->at != c)
		return 0;
	scan->at++;
	return 1;
}

/* Two digits into 'field' after the character 'before' (0 = none). */
static int
scan_field(struct scan *scan, char before, uint8_t *field)
{
	int value;

	if (before != 0 && !scan_char(scan, before))
		return 0;
	value = scan_number(scan, 2);
	if (value < 0)
		return 0;
	*field = (uint8_t)value;
	return 1;
}

/* Digits after the point; what is finer than a nanosecond is cut. */
static int
scan_fraction(struct scan *scan, uint32_t *ns)
{
	uint32_t unit = 100000000;
	const char *first = scan->at;

	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
		*ns += unit * (uint32_t)(*scan->at - '0');
		unit /= 10;
		scan->at++;
	}
	return scan->at > first;
}

/* "Z", "+01:00" or "+0100"; the offset is what local time is ahead. */
static int
scan_zone(struct scan *scan, int64_t *offset_s)
{
	uint8_t hours, minutes;
	int sign = 1;

	*offset_s = 0;
	if (scan_char(scan, 'Z'))
		return 1;
	if (scan_char(scan, '-'))
		sign = -1;
	else if (!scan_char(scan, '+'))
		return 0;
	if (!scan_field(scan, 0, &hours))
		return 0;
	(void)scan_char(scan, ':');
	if (!scan_field(scan, 0, &minutes) || hours > 23 || minutes > 59)
		return 0;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return 1;
}

static int
scan_clock(struct scan *scan, struct seep__date *date, int64_t *offset_s)
{
	if (!scan_field(scan, 'T', &date->hour) ||
	    !scan_field(scan, ':', &date->minute) ||
	    !scan_field(scan, ':', &date->second))
		return 0;
	if (scan_char(scan, '.') && !scan_fraction(scan, &date->ns))
		return 0;
	return scan_zone(scan, offset_s);
}

int
seep__clock_parse(const char *text, uint64_t size, int64_t *time_ns)
{
	struct scan scan = {text, text + size};
	struct seep__date date;
	int64_t offset_s = 0;

	assert(text != NULL && time_ns != NULL);
	memset(&date, 0, sizeof(date));
	date.year = scan_number(&scan, 4);
	if (date.year < 0 || !scan_field(&scan, '-', &date.month) ||
	    !scan_field(&scan, '-', &date.day))
		return SEEP_EFORMAT;
	if (scan.at < scan.end && !scan_clock(&scan, &date, &offset_s))
		return SEEP_EFORMAT;
	if (scan.at != scan.end || !is_date(&date))
		return SEEP_EFORMAT;
	return join_ns(seconds_of(&date) - offset_s, date.ns, time_ns);
}
