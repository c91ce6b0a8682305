/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tap.h - the scores behind the decisions, for the bench that counts them.
 *
 * No part of the library's interface: a program that links the archive may
 * ask for every day's largest score of each stratum and statistic, whether
 * it alarms or not.
 */
#ifndef SEEP_DETECT_TAP_H
#define SEEP_DETECT_TAP_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>

struct seep__tap {
	void *context;
	/* score() is told the scores of one entity, stratum and statistic, one
	 * for each usable day from the first; 0 while none is possible. */
	void (*score)(void *context, const struct seep_entity *entity,
		      uint32_t stratum, uint32_t statistic,
		      const double *scores, size_t days);
};

/* seep__detect_tapped() is seep_detect() on one snapshot, with a tap. */
int
seep__detect_tapped(const struct seep_snapshot *snapshot,
		    const struct seep_detect_opts *opts,
		    const struct seep__tap *tap);

#endif
