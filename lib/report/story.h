/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * story.h - one finding, told to a person.
 */
#ifndef SEEP_REPORT_STORY_H
#define SEEP_REPORT_STORY_H

#include "report/page.h"

/*
 * seep__story() writes the paragraph, the days, the peers and the command
 * of the finding with that number; 0 = without a number.
 */
void
seep__story(struct seep__page *page, const struct seep_finding *finding,
	    size_t number);

#endif
