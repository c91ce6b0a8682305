/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - what a reader must provide to be a struct seep_source, and the
 * notices and counts that all readers share.
 *
 * A reader embeds struct seep_source as its first member. input/ never sees
 * the ledger: flows go out, nothing comes back.
 */
#ifndef SEEP_INPUT_SOURCE_H
#define SEEP_INPUT_SOURCE_H

#include <seep/source.h>

#include "base/mem.h"
#include "base/text.h"

struct seep__source_ops {
	int (*next)(struct seep_source *source, struct seep_flow *flows,
		    size_t flows_max, size_t *count);
	void (*finish)(struct seep_source *source);  /* may be NULL */
	void (*release)(struct seep_source *source); /* all but the base */
};

struct seep__notice; /* one kept notice, see source.c */

struct seep_source {
	const struct seep__source_ops *ops;
	struct seep__mem *mem;
	size_t size; /* of the whole reader, for release */
	struct seep_coverage coverage;
	struct seep_progress progress;
	struct seep__notice *notices; /* queue, oldest first */
	struct seep__notice *notices_last;
	struct seep__notice *notice_given;
};

/*
 * seep__source_new() allocates a reader of 'size' bytes, cleared, with its
 * own memory account, and sets up the base.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__source_new(struct seep_source **source, size_t size,
		 const struct seep__source_ops *ops,
		 const struct seep_alloc *alloc);

/*
 * seep__source_note() queues a notice; strings are copied. 'line' 0 and
 * 'offset' UINT64_MAX where they do not apply; 'field' may be NULL. A notice
 * that cannot be stored is lost; the counts are not.
 */
void
seep__source_note(struct seep_source *source, const char *file, uint64_t line,
		  uint64_t offset, const char *field, int fatal,
		  const char *text);

/* seep__source_refuse() counts a refused record and its bytes (both ways,
 * 0 when unknown) as seen and refused. It does not count the record. */
void
seep__source_refuse(struct seep_source *source, enum seep_refusal reason,
		    uint64_t bytes);

#endif
