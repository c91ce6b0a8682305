/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sink.h - where a report goes: text is gathered and handed to the caller's
 * callback piece by piece, so that memory follows the longest piece.
 */
#ifndef SEEP_REPORT_SINK_H
#define SEEP_REPORT_SINK_H

#include <seep/report.h>

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

/*
 * seep__report_allow() returns the allow list's entry 'index' as the caller
 * of the report named it, or NULL; 'opts' may be NULL.
 */
const char *
seep__report_allow(const struct seep_report_opts *opts, size_t index);

/* seep__report_host() writes a host's address, or a group's network. */
void
seep__report_host(struct seep__text *text, const struct seep_network *host);

/* seep__report_rollup() gives the network that a roll-up of peers stands for:
 * its /24 or /48, or ::/0 where it stands for any. */
void
seep__report_rollup(const struct seep_peer_bytes *peer,
		    struct seep_network *network);

/* seep__report_has_onset() says whether the finding has an earlier time to be
 * compared with, and so an onset and an excess: 1 or 0. */
int
seep__report_has_onset(const struct seep_finding *finding);

/* seep__report_date() writes the UTC day of a time, "2026-03-01". */
void
seep__report_date(struct seep__text *text, int64_t time_ns);

#endif
