/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source_notice.h - the notices that a source keeps until they are asked
 * for.
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

/* seep__source_forget() drops them all. */
void
seep__source_forget(struct seep_source *source);

#endif
