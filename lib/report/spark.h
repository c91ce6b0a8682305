/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spark.h - a row of days for the eye.
 */
#ifndef SEEP_REPORT_SPARK_H
#define SEEP_REPORT_SPARK_H

#include <seep/findings.h>

#include "base/text.h"

/*
 * seep__spark() writes the days as lines of up to SEEP__SPARK_COLUMNS
 * blocks, eight heights from nothing to the highest day, a dot where no hour
 * was covered; each line begins with 'indent' and its first date. More days
 * than fit into SEEP__SPARK_LINES_MAX lines share a block, which shows
 * their highest.
 */
void
seep__spark(struct seep__text *text, const char *indent,
	    const struct seep_day *days, size_t count);

/* 56 = eight weeks a line, so that weekdays stand under one another. */
#define SEEP__SPARK_COLUMNS 56
/* A year in 7 lines; the figure stays on one screen. */
#define SEEP__SPARK_LINES_MAX 7

#endif
