/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * measure.h - a day's four statistics as they come, before anything usual
 * is taken off.
 */
#ifndef SEEP_DETECT_MEASURE_H
#define SEEP_DETECT_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "detect/statistic.h"

/* struct seep__look: a day as the statistics see it. */
struct seep__look {
	size_t position;
	uint64_t day;
	const uint32_t *logs;   /* 24 */
	const double *location; /* 24, where its hours usually lie; NULL = as on
				 * any day outside the reference */
	uint32_t quiet;         /* bit h: local hour h is a quiet one */
};

/*
 * seep__measure_unit() sets the rung's unit from its reference; base and
 * days are given. 'scratch' is for memory that may be given back.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__measure_unit(struct seep__rung *rung, const struct seep__sheet *sheet,
		   const struct seep__sheet *whole,
		   struct seep__arena *scratch);

/* seep__measure_sum() returns SUM of a day's bytes. */
double
seep__measure_sum(const struct seep__rung *rung, uint64_t day);

/* seep__measure_day() writes all four, by enum seep_statistic; unit and hours
 * of the rung are given. */
void
seep__measure_day(const struct seep__rung *rung, const struct seep__days *days,
		  const struct seep__look *look, double *values);

#endif
