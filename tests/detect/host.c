/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/host.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "support/random.h"

#define PI 3.14159265358979323846
#define LEVEL_BITS 24.0
#define BUSIEST 14

static double
uniform(uint64_t *random)
{
	return ((double)(test_random(random) >> 11) + 0.5) / 0x1p53;
}

double
host_normal(uint64_t *random)
{
	const double radius = sqrt(-2 * log(uniform(random)));

	return radius * cos(2 * PI * uniform(random));
}

void
host_init(struct host *host, uint64_t seed)
{
	memset(host, 0, sizeof(*host));
	cr_assert_eq(seep__mem_new(&host->mem, NULL, 0), SEEP_OK);
	seep__arena_init(&host->arena, host->mem);
	host->random = seed;
	for (size_t d = 0; d < HOST_DAYS; d++) {
		host->weekday[d] = (uint8_t)(d % 7);
		host->type[d] = d % 7 >= 5 ? SEEP__REST : SEEP__WORK;
		host->covered[d] = 0xffffff;
		for (size_t h = 0; h < 24; h++)
			host->shape[d * 24 + h] =
			    (uint8_t)(host->type[d] * 24u + h);
	}
	host->days.count = HOST_DAYS;
	host->days.covered = host->covered;
	host->days.type = host->type;
	host->days.weekday = host->weekday;
	host->days.shape = host->shape;
	host->sheet.days = &host->days;
	host->sheet.day = host->day;
	host->sheet.hour = host->hour;
}

void
host_clear(struct host *host)
{
	seep__arena_clear(&host->arena);
	seep__mem_unref(host->mem);
}

void
host_trade(struct host *host, const struct host_noise *noise)
{
	memset(host->day, 0, sizeof(host->day));
	for (size_t i = 0; i < (size_t)HOST_DAYS * 24; i++) {
		const size_t d = i / 24;
		const double hour = (double)(i % 24);
		double bits = LEVEL_BITS;

		bits += noise->swing_bits * cos((hour - BUSIEST) * PI / 12);
		bits -= host->type[d] == SEEP__REST ? noise->rest_bits : 0;
		bits += noise->hour_bits * host_normal(&host->random);
		host->hour[i] = (uint64_t)exp2(bits);
		if (uniform(&host->random) < noise->empty)
			host->hour[i] = 0;
	}
	for (size_t d = 0; d < HOST_DAYS; d++) {
		const double factor =
		    exp2(noise->day_bits * host_normal(&host->random));

		for (size_t h = 0; h < 24; h++) {
			uint64_t *hour = &host->hour[d * 24 + h];

			*hour = (uint64_t)((double)*hour * factor);
			host->day[d] += *hour;
		}
	}
}

void
host_add(struct host *host, size_t from, size_t end, uint64_t bytes)
{
	for (size_t i = from * 24; i < end * 24; i++) {
		host->hour[i] += bytes;
		host->day[i / 24] += bytes;
	}
}

void
host_multiply(struct host *host, size_t from, size_t end, uint64_t by)
{
	for (size_t i = from * 24; i < end * 24; i++)
		host->hour[i] *= by;
	for (size_t d = from; d < end; d++)
		host->day[d] *= by;
}

void
host_rest(struct host *host, size_t position)
{
	host->type[position] = SEEP__REST;
	for (size_t h = 0; h < 24; h++)
		host->shape[position * 24 + h] =
		    (uint8_t)(SEEP__REST * 24u + h);
}

void
host_miss(struct host *host, size_t position, unsigned hours)
{
	host->covered[position] &= ~((UINT32_C(1) << hours) - 1);
	for (unsigned h = 0; h < hours; h++)
		host->hour[position * 24 + h] = test_random(&host->random);
}

void
host_rung(struct host *host, struct seep__rung *rung, size_t base, size_t days,
	  size_t end)
{
	seep__arena_clear(&host->arena);
	cr_assert_eq(seep__rung_init(rung, &host->sheet, &host->sheet, base,
				     days, end, &host->arena),
		     SEEP_OK);
}

const struct host_noise host_office = {
    .hour_bits = 1.9, .day_bits = 0.6, .swing_bits = 3, .rest_bits = 3};
const struct host_noise host_restless = {
    .hour_bits = 2.9, .day_bits = 0.5, .empty = 0.1};
const struct host_noise host_regular = {
    .hour_bits = 0.8, .day_bits = 0.3, .swing_bits = 5, .rest_bits = 1};

double
host_mean(const double *values, size_t from, size_t end)
{
	double sum = 0;

	for (size_t i = from; i < end; i++)
		sum += values[i];
	return sum / (double)(end - from);
}
