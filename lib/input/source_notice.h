/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source_notice.h - what a source keeps until it is asked for: notices, and
 * the files that were read to their end.
 */
#ifndef SEEP_INPUT_SOURCE_NOTICE_H
#define SEEP_INPUT_SOURCE_NOTICE_H

#include "input/source.h"

/*
 * One kept notice: a single block, the strings behind the struct, so that a
 * lost notice is one failed allocation and nothing half made.
 */
struct seep__notice {
	struct seep__notice *next;
	size_t size;
	struct seep_notice told;
};

/* seep__source_forget() drops all that waits to be asked for. */
void
seep__source_forget(struct seep_source *source);

#endif
