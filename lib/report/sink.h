/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sink.h - where a report goes: text is gathered and handed to the caller's
 * callback piece by piece, so that memory follows the longest piece.
 */
#ifndef SEEP_REPORT_SINK_H
#define SEEP_REPORT_SINK_H

#include <seep/findings.h>

#include "base/text.h"

struct seep__sink {
	struct seep__mem *mem;
	struct seep__text text; /* the piece being made */
	seep_write_fn write;
	void *ctx;
};

/* seep__sink_init() returns SEEP_OK or SEEP_ENOMEM. */
int
seep__sink_init(struct seep__sink *sink, seep_write_fn write, void *ctx);

void
seep__sink_clear(struct seep__sink *sink);

/*
 * seep__sink_flush() hands over what 'text' holds and empties it.
 *
 * Returns SEEP_OK, SEEP_EIO (the callback stopped), or why an append to
 * 'text' failed.
 */
int
seep__sink_flush(struct seep__sink *sink);

/*
 * seep__report_entity() returns the entity of a finding, or NULL when the
 * findings hold no such entity.
 */
const struct seep_entity *
seep__report_entity(const struct seep_findings *findings,
		    const struct seep_finding *finding);

/* seep__report_host() writes a host's address, or a group's network. */
void
seep__report_host(struct seep__text *text, const struct seep_network *host);

#endif
