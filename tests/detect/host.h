/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host.h - a simulated host's sheet, without a ledger: log-normal hours
 * about a profile of the day, a log-normal factor a day, quieter rest days,
 * some empty hours. Its days know of no other: they are exchangeable within
 * their type.
 */
#ifndef TESTS_DETECT_HOST_H
#define TESTS_DETECT_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "detect/arena.h"
#include "detect/statistic.h"

#define HOST_DAYS 160

/* struct host_noise: zero = a host of constant telemetry. Bits are
 * doublings. */
struct host_noise {
	double hour_bits;  /* standard deviation of an hour */
	double day_bits;   /* standard deviation of a day's factor */
	double swing_bits; /* from the mean to the busiest hour */
	double rest_bits;  /* how much lower rest days lie */
	double empty;      /* share of hours without a byte */
};

struct host {
	struct seep__days days;
	struct seep__sheet sheet;
	struct seep__mem *mem;
	struct seep__arena arena;
	uint64_t random;
	uint32_t covered[HOST_DAYS];
	uint8_t type[HOST_DAYS];
	uint8_t weekday[HOST_DAYS];
	uint8_t shape[HOST_DAYS * 24];
	uint64_t day[HOST_DAYS];
	uint64_t hour[HOST_DAYS * 24];
};

/* host_init(): weeks from a Monday on, UTC, all hours covered, no byte. */
void
host_init(struct host *host, uint64_t seed);

void
host_clear(struct host *host);

/* host_trade() fills all days anew; the mean level is 16 MB an hour. */
void
host_trade(struct host *host, const struct host_noise *noise);

/* host_add() adds bytes to every hour of the positions [from, end). */
void
host_add(struct host *host, size_t from, size_t end, uint64_t bytes);

/* host_multiply() multiplies every byte of the positions [from, end). */
void
host_multiply(struct host *host, size_t from, size_t end, uint64_t by);

/* host_rest() makes a position a rest day, and host_miss() leaves out UTC
 * hours [0, hours) of it: what they hold is garbage. */
void
host_rest(struct host *host, size_t position);
void
host_miss(struct host *host, size_t position, unsigned hours);

/* host_rung() works out a rung; aborts the test when that fails. What an
 * earlier one held is given back. */
void
host_rung(struct host *host, struct seep__rung *rung, size_t base, size_t days,
	  size_t end);

/* host_normal() returns a standard normal number. */
double
host_normal(uint64_t *random);

/* Three kinds of host: an office's, one without a rhythm and with large
 * hours, a regular one. */
extern const struct host_noise host_office;
extern const struct host_noise host_restless;
extern const struct host_noise host_regular;

/* host_mean() returns the mean of values [from, end), from < end. */
double
host_mean(const double *values, size_t from, size_t end);

#endif
