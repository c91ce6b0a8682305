/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * coverage.h - what the evidence held and what it lacked, in counts.
 *
 * Everything here adds up: the coverage of two parts is the sum of the
 * parts' fields, so it does not depend on order or on how files were cut.
 * Gaps, hours and ratios are derived when a report is made.
 */
#ifndef SEEP_COVERAGE_H
#define SEEP_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why a record was refused. The order is that of the report. */
enum seep_refusal {
	/* _MALFORMED: a field is not of its type, or a header contradicts
	 * itself; sizes unknown unless they could be read. */
	SEEP_REFUSED_MALFORMED = 0,
	/* _TRUNCATED: the record ends before it should. */
	SEEP_REFUSED_TRUNCATED,
	/* _BAD_TIME: a time that is negative, not finite or beyond 2262. */
	SEEP_REFUSED_BAD_TIME,
	SEEP_REFUSED_BAD_ADDRESS,
	/* _TOO_LARGE: over 2^53 bytes one way, or the case's total would
	 * reach 2^63; its bytes are not counted anywhere. */
	SEEP_REFUSED_TOO_LARGE,
	SEEP_REFUSED_DUPLICATE,
	/* _INTERIM: superseded by the final record of the same flow. */
	SEEP_REFUSED_INTERIM,
	/* _TUNNEL_OUTER: the inner flows are counted instead. */
	SEEP_REFUSED_TUNNEL_OUTER,
	SEEP_REFUSED_COUNT
};

/*
 * struct seep_coverage: counts only; bytes are both directions together.
 *
 * Invariant: bytes_seen = bytes_crossing + bytes_inside + bytes_outside +
 * bytes_refused, exactly.
 *
 * Who counts what: the engine counts the flows it is fed (bytes, flows,
 * duration_ignored, bytes_missed, bytes_unanswered and its own refusals); a
 * source counts what never became a flow and everything about records,
 * packets and files. Adding both gives the whole. Of names the engine counts
 * names, _bytes, _outside and its own _refused, a source _skipped and its own
 * _refused. Rows of a dns log are in none of the counts of records.
 */
struct seep_coverage {
	/* first_ns, last_ns: earliest start and latest end of an accepted
	 * flow; INT64_MAX and INT64_MIN when there was none. */
	int64_t first_ns;
	int64_t last_ns;
	/* records: rows or packets read, accepted or refused; flows fed when
	 * an embedding program feeds them itself. No names. */
	uint64_t records;
	uint64_t records_refused[SEEP_REFUSED_COUNT];
	/* flows: accepted flows, without SEEP_FLOW_CONTINUES. */
	uint64_t flows;
	uint64_t bytes_seen;
	uint64_t bytes_crossing;
	uint64_t bytes_inside;
	uint64_t bytes_outside;
	uint64_t bytes_refused;
	/* bytes_missed: known to the sensor, not in bytes_seen. */
	uint64_t bytes_missed;
	/* bytes_missed_crossing: those of bytes_missed on crossing flows. */
	uint64_t bytes_missed_crossing;
	/* bytes_unanswered: outbound crossing bytes of flows flagged
	 * SEEP_FLOW_UNANSWERED; contained in bytes_crossing. */
	uint64_t bytes_unanswered;
	/* bytes_spread: crossing bytes of flows that reach over an hour's
	 * edge: their hour inside the flow is a share, not an observation. */
	uint64_t bytes_spread;
	uint64_t duration_ignored;
	/* bytes_from_payload: taken from a payload field because the IP field
	 * was unset or 0; contained in bytes_seen. */
	uint64_t bytes_from_payload;
	/* bytes_payload_refused: payload claimed beyond the IP bytes and not
	 * believable; not in bytes_seen. */
	uint64_t bytes_payload_refused;
	/* tcp_flows, tcp_flows_one_way: TCP flows that carried anything, and
	 * those of them with packets in one direction only. */
	uint64_t tcp_flows;
	uint64_t tcp_flows_one_way;
	/* flows_without_end: still open when the evidence ended. */
	uint64_t flows_without_end;
	/* bytes_retransmitted: payload seen again; contained in bytes_seen. */
	uint64_t bytes_retransmitted;
	/* losses_unsized: places where a flow's sequence numbers go on where
	 * nothing seen leads to: bytes may be missing, of unknown size
	 * (captures). */
	uint64_t losses_unsized;
	/* bytes_link: frame bytes less bytes_seen (captures). */
	uint64_t bytes_link;
	/* packets_not_ip: frames that hold no IP packet (captures). */
	uint64_t packets_not_ip;
	/* packets_cut: shorter in the capture than on the wire. */
	uint64_t packets_cut;
	/* fragments_orphaned: fragments whose first part was not seen; counted
	 * under their protocol without ports. */
	uint64_t fragments_orphaned;
	/* names: DNS queries counted, by host and registered domain; they are
	 * no records and their bytes are in no other field. A query that a
	 * client sends to a resolver inside, and the resolver's own to the
	 * outside, are two. */
	uint64_t names;
	/* names_bytes: of these, the bytes of the names below the registered
	 * domain. */
	uint64_t names_bytes;
	/* names_outside: queries that no host of the site asked. */
	uint64_t names_outside;
	/* names_skipped: queries that name no registered domain (none, the
	 * root, one label, a public suffix), and rows of other name services
	 * (NetBIOS, mDNS, LLMNR) in a dns log. */
	uint64_t names_skipped;
	/* names_refused: rows of a dns log, and what was sent to port 53, that
	 * could not be read; names that the engine refuses. A dns log that
	 * breaks, or of which nothing can be used, counts once: it is in
	 * neither of the files_ counts, which are about traffic. */
	uint64_t names_refused;
	/* channels_folded: how often a channel was added to others for want of
	 * memory; its bytes stay in every total, its peer is lost. One that
	 * comes back and goes again counts again. */
	uint64_t channels_folded;
	/* cells_condensed: cells that became daily totals of their host since
	 * they were older than an engine was to keep them (retain_days). */
	uint64_t cells_condensed;
	/* files: not part of a saved case, which is the same however its flows
	 * were cut into files. */
	uint64_t files;
	/* files_damaged: files that ended in an error, their good part kept. */
	uint64_t files_damaged;
	/* files_refused: files of which nothing could be used. */
	uint64_t files_refused;
};

/*
 * seep_coverage_init() sets an empty coverage: zeros, first_ns INT64_MAX,
 * last_ns INT64_MIN.
 */
SEEP_API void
seep_coverage_init(struct seep_coverage *coverage);

/*
 * seep_coverage_add() adds 'part' to 'sum', field by field; the times are
 * combined to the earliest and the latest.
 */
SEEP_API void
seep_coverage_add(struct seep_coverage *sum, const struct seep_coverage *part);

/*
 * seep_refusal_name() returns the contract's word for a reason
 * ("malformed", "tunnel_outer", ...), or "unknown". Threads: pure.
 */
SEEP_API const char *
seep_refusal_name(int refusal);

#ifdef __cplusplus
}
#endif

#endif
