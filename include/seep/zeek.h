/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek.h - read Zeek's conn.log (and conn_long, open_conn) as flows, and its
 * dns.log as names.
 *
 * TSV as Zeek's ASCII writer makes it and JSON Lines; plain, gzip or
 * Zstandard; files, directories of rotated logs, standard input, files that
 * still grow. Part of libseep-input.
 *
 * Bytes      orig_ip_bytes and resp_ip_bytes; where one is unset, or 0
 *            beside a payload, the payload field (bytes_from_payload).
 *            Payload beyond the IP bytes goes to missed_* if both SYNs were
 *            seen, missed_bytes explains it and the link could carry it;
 *            otherwise to bytes_payload_refused.
 * Interim    rows of conn_long and open_conn are read first and held by
 *            uid; the conn row of that uid replaces them; what is left is
 *            given at the end. Rows without uid are paired by 5-tuple
 *            and ts. Following, each feeds its difference to the last one.
 * Names      each row of a dns log is a flow flagged SEEP_FLOW_NAME: the
 *            bytes that its query has below the registered domain. Rows of
 *            NetBIOS, mDNS and LLMNR are passed over. No row of it is a
 *            record, and what is wrong with such a log is no loss of
 *            traffic: see the names_ counters.
 * Times      exact to the nanosecond; JSON numbers from 1e11 on are
 *            milliseconds, JSON strings ISO 8601.
 * Source     Zeek's Log::IO ASCII writer, base/protocols/conn and dns.
 */
#ifndef SEEP_ZEEK_H
#define SEEP_ZEEK_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/export.h>
#include <seep/source.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct seep_zeek_opts: zero means default in every field but 'size'. */
struct seep_zeek_opts {
	/* size: sizeof(struct seep_zeek_opts); a shorter one is accepted. */
	size_t size;
	/* dedup: drop repeated rows (same sensor, 5-tuple and ts; of a dns log
	 * also transaction and query), counted as duplicate; the first by name
	 * of file stands. Without it only a file
	 * whose content was already read is refused, all its rows counted as
	 * duplicate. */
	int dedup;
	/* follow: keep reading files that grow, through rotation; next()
	 * returns SEEP_AGAIN when there is nothing new. */
	int follow;
	/* link_bits_per_s: the fastest believable link; 0 = 10 Gbit/s. */
	uint64_t link_bits_per_s;
	/* sensor: put into every flow. */
	uint32_t sensor;
	uint32_t reserved;
	/* seed: of the keyed hash of uids and rows; from a random source in
	 * the caller's hands. Never changes a result, only who can predict
	 * collisions. */
	uint64_t seed;
};

#define SEEP_ZEEK_OPTS_INIT                           \
	{                                             \
		.size = sizeof(struct seep_zeek_opts) \
	}

/*
 * seep_zeek_source_new() prepares to read 'count' paths: conn and dns logs,
 * directories (searched for conn*, conn_long*, open_conn* and dns logs, also
 * in year-month-day folders) or "-".
 *
 * A path that cannot be read is told in a notice and counted in
 * files_refused; the others are still read.
 *
 * Returns SEEP_OK, SEEP_EINVAL (count is 0, opts->size), SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_zeek_source_new(struct seep_source **source, const char *const *paths,
		     size_t count, const struct seep_zeek_opts *opts,
		     const struct seep_alloc *alloc);

#ifdef __cplusplus
}
#endif

#endif
