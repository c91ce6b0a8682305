/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * clock.h - event time: hours, days and dates. Nothing here asks what time
 * it is.
 *
 * Source   days from civil and back: H. Hinnant, "chrono-compatible
 *          low-level date algorithms"; proleptic Gregorian, UTC, no leap
 *          seconds (as Unix time).
 */
#ifndef SEEP_BASE_CLOCK_H
#define SEEP_BASE_CLOCK_H

#include <stdint.h>

#define SEEP__NS_PER_S INT64_C(1000000000)
#define SEEP__NS_PER_HOUR (INT64_C(3600) * SEEP__NS_PER_S)
#define SEEP__HOURS_PER_DAY 24

/* struct seep__date: a UTC date and time of day. */
struct seep__date {
	int32_t year;
	uint8_t month; /* 1..12 */
	uint8_t day;   /* 1..31 */
	uint8_t hour;
	uint8_t minute;
	uint8_t second; /* 0..59 */
	uint32_t ns;
};

/* seep__clock_hour() returns the UTC hour of 'time_ns' >= 0. */
uint32_t
seep__clock_hour(int64_t time_ns);

/* seep__clock_start() returns the time at which an hour starts; INT64_MAX
 * for hours that 64 bits of nanoseconds do not reach. */
int64_t
seep__clock_start(uint32_t hour);

/* seep__clock_date() splits a time. */
void
seep__clock_date(int64_t time_ns, struct seep__date *date);

/*
 * seep__clock_time() is the inverse. Returns SEEP_OK, or SEEP_EFORMAT when
 * a field is out of range or the time does not fit.
 */
int
seep__clock_time(const struct seep__date *date, int64_t *time_ns);

/*
 * seep__clock_parse() reads "2026-03-01", "2026-03-01T00:10:00Z",
 * "2026-03-01T00:10:00.123456Z" or with "+01:00" or "+0100" instead of Z;
 * 'size' bytes. What is finer than a nanosecond is cut.
 *
 * Returns SEEP_OK or SEEP_EFORMAT.
 */
int
seep__clock_parse(const char *text, uint64_t size, int64_t *time_ns);

#endif
