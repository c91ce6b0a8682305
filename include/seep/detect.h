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

/*
 * struct seep_utc_offset: from 'from_ns' on, local time is UTC + 'offset_s'
 * (-50400..50400). A table of them says when clocks change.
 */
struct seep_utc_offset {
	int64_t from_ns;
	int32_t offset_s;
	int32_t reserved;
};

/* struct seep_day_type: a local day that is no ordinary one. */
struct seep_day_type {
	/* day: local days since 1970-01-01. */
	uint32_t day;
	/* is_rest: 1 = holiday or closure, treated like a weekend; 0 = worked,
	 * though a Saturday or Sunday. */
	uint32_t is_rest;
};

/*
 * struct seep_allow: an expected transfer. Up to 'bytes_per_day' of the
 * outbound bytes that match on one UTC day leave the series before anything
 * is decided: they neither alarm nor teach nor hide. The excess still
 * speaks; totals and ceilings keep all of it.
 */
struct seep_allow {
	/* host, peer: prefix_bits 0 = any. */
	struct seep_network host;
	struct seep_network peer;
	/* name: the peer's label equals it or ends with "." and it; NULL =
	 * any. A label is an annotation: an attacker may choose it. */
	const char *name;
	/* has_service: then 'protocol' and 'port' must match, as in struct
	 * seep_finding. */
	uint32_t has_service;
	uint32_t port;
	uint8_t protocol;
	uint8_t reserved[7];
	/* bytes_per_day: UINT64_MAX = no limit. */
	uint64_t bytes_per_day;
	/* from_ns, until_ns: whole UTC days that begin in [from, until); 0 =
	 * no limit. */
	int64_t from_ns;
	int64_t until_ns;
	/* reason: for the report; may be NULL. */
	const char *reason;
};

/* struct seep_detect_opts: zero means default in every field but 'size'. */
struct seep_detect_opts {
	/* size: sizeof(struct seep_detect_opts); a shorter one is accepted. */
	size_t size;
	/* watch: enum seep_watch. */
	uint32_t watch;
	/* statistics_off: bits (1 << enum seep_statistic) that do not speak;
	 * for measurements of what each is worth. */
	uint32_t statistics_off;
	/* alarms_per_year: chance alarms accepted per entity and year; default
	 * 0.1, else from 1e-9 to 1e6. */
	double alarms_per_year;
	/* since_ns, until_ns: only cells of whole hours in [since, until) are
	 * read; 0 = no limit. */
	int64_t since_ns;
	int64_t until_ns;
	/* offsets: ascending; none = UTC. day_types: ascending by day; none =
	 * Saturdays and Sundays rest. Both shape baselines only. */
	const struct seep_utc_offset *offsets;
	size_t offsets_count;
	const struct seep_day_type *day_types;
	size_t day_types_count;
	/* allow: expected transfers; borrowed for the call. */
	const struct seep_allow *allow;
	size_t allow_count;
	/* only: if given, findings and floors are worked out for the entities
	 * of these hosts alone; the others still serve for comparison. */
	const struct seep_address *only;
	size_t only_count;
	/* no_floors: 1 = floors are not worked out (they cost about as much as
	 * everything else). */
	uint32_t no_floors;
	uint32_t reserved;
	/* memory_max: bytes that the call may take, its findings and the merge
	 * of several snapshots included; 0 = no limit. */
	uint64_t memory_max;
};

#define SEEP_DETECT_OPTS_INIT                           \
	{                                               \
		.size = sizeof(struct seep_detect_opts) \
	}

/*
 * seep_detect() looks for gradual outbound transfers.
 *
 * 'snapshots'  in, 'count' >= 1 of them, of one site; read as the choice of
 *              the case that they make together (case.h), unchecked.
 * 'opts'       NULL for the defaults.
 * 'findings'   out; NULL on failure; free with seep_findings_free(). It
 *              keeps nothing of the snapshots.
 *
 * Returns SEEP_OK, SEEP_EINVAL, SEEP_EMISMATCH, SEEP_ENOMEM, SEEP_EBUDGET
 * (opts->memory_max; a ledger with fewer channels needs less, see
 * seep_engine_fold()), and where cells lie in a store SEEP_EIO, SEEP_ECHECKSUM.
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
