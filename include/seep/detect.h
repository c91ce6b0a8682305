/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * detect.h - what does the ledger mean?
 *
 * seep_detect() reads snapshots only: no packet, no row, no clock. The same
 * snapshots and options give the same findings on every machine.
 */
#ifndef SEEP_DETECT_H
#define SEEP_DETECT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/export.h>
#include <seep/findings.h>
#include <seep/snapshot.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which hosts get a line of their own; never which bytes are looked at. */
enum seep_watch {
	/* _SERVERS: servers and gateways, declared or inferred; every other
	 * host is looked at as part of its /24 or /64. */
	SEEP_WATCH_SERVERS = 0,
	SEEP_WATCH_ALL = 1
};

/* struct seep_detect_opts: zero means default in every field but 'size'. */
struct seep_detect_opts {
	/* size: sizeof(struct seep_detect_opts); a shorter one is accepted. */
	size_t size;
	/* watch: enum seep_watch. */
	uint32_t watch;
	uint32_t reserved;
	/* alarms_per_year: chance alarms accepted per entity and year; default
	 * 0.1. Calibrated from the next detector on; kept in the report. */
	double alarms_per_year;
	/* since_ns, until_ns: only cells of whole hours in [since, until) are
	 * read; 0 = no limit. */
	int64_t since_ns;
	int64_t until_ns;
};

#define SEEP_DETECT_OPTS_INIT                           \
	{                                               \
		.size = sizeof(struct seep_detect_opts) \
	}

/*
 * seep_detect() looks for gradual outbound transfers.
 *
 * 'snapshots'  in, 'count' >= 1 of them, of one site; read as if merged.
 * 'opts'       NULL for the defaults.
 * 'findings'   out; NULL on failure; free with seep_findings_free(). It
 *              keeps nothing of the snapshots.
 *
 * Returns SEEP_OK, SEEP_EINVAL, SEEP_EMISMATCH, SEEP_ENOMEM.
 * Threads: any thread, while engines go on; snapshots are only read.
 */
SEEP_API SEEP_NODISCARD int
seep_detect(const struct seep_snapshot *const *snapshots, size_t count,
	    const struct seep_detect_opts *opts,
	    struct seep_findings **findings, const struct seep_alloc *alloc);

#ifdef __cplusplus
}
#endif

#endif
