/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow.h - what the engine is fed: one interval of traffic between two ends.
 *
 * A flow is a packet delta, a Zeek conn row, an EVE flow: what two endpoints
 * sent each other in [start_ns, end_ns).
 *
 * Shape    128 bytes on every platform, fixed for ever.
 * Source   field semantics follow Zeek's conn.log; RFC 7011 for "flow".
 */
#ifndef SEEP_FLOW_H
#define SEEP_FLOW_H

#include <stdint.h>

#include <seep/address.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who opened a flow. */
enum seep_opener {
	SEEP_OPENER_UNKNOWN = 0,
	SEEP_OPENER_ORIG = 1,
	SEEP_OPENER_RESP = 2
};

/* How the opener is known; kept for the reader of the flow, not in a key. */
enum seep_opener_basis {
	SEEP_OPENER_BY_NOTHING = 0,
	/* _BY_SYN: a TCP SYN or SYN+ACK was seen. */
	SEEP_OPENER_BY_SYN = 1,
	/* _BY_FIRST: sender of the first packet of a connectionless flow. */
	SEEP_OPENER_BY_FIRST = 2,
	/* _BY_PORT: the other end's port is of the service list. */
	SEEP_OPENER_BY_PORT = 3
};

enum seep_flow_flag {
	/* _CONTINUES: not the first record of this flow: adds no flow. */
	SEEP_FLOW_CONTINUES = 1u << 0,
	/* _DURATION_IGNORED: the record's duration is unusable (not a number,
	 * infinite); all bytes belong to the hour of the start. */
	SEEP_FLOW_DURATION_IGNORED = 1u << 1,
	/* _UNANSWERED: TCP, payload sent, no sign of the other end so far. */
	SEEP_FLOW_UNANSWERED = 1u << 2,
	/* _RECORDED: a source counts this record in its own coverage; the
	 * engine adds nothing to 'records'. */
	SEEP_FLOW_RECORDED = 1u << 3,
	/* _NAME: no traffic but a name that was asked for (DNS): orig asked,
	 * resp stands for the registered domain (seep_name_address()), whose
	 * text is 'name'; bytes_orig are the bytes of the name below it, dots
	 * included; start_ns is when. Everything else is ignored. Such a flow
	 * enters no byte account, covers no hour and adds no record: see the
	 * names_ counters of coverage.h. */
	SEEP_FLOW_NAME = 1u << 4
};

/* A flow with more bytes one way is refused as too_large; so is one with
 * more packets or missed bytes, which no sensor can have seen. */
#define SEEP_FLOW_BYTES_MAX (UINT64_C(1) << 53)

/* Longer flows lose their end: all bytes in the hour of the start. */
#define SEEP_FLOW_DURATION_MAX_NS (INT64_C(366) * 86400 * INT64_C(1000000000))

/*
 * struct seep_flow: zero it, then fill what is known.
 *
 * Which end is 'orig' carries no meaning by itself, except of a name:
 * swapping the two ends and flipping 'opener' gives the same ledger.
 */
struct seep_flow {
	/* start_ns, end_ns: nanoseconds since 1970-01-01T00:00:00Z, event
	 * time. start_ns < 0 is refused as bad_time. end_ns = start_ns is an
	 * instant; end_ns < start_ns, or more than SEEP_FLOW_DURATION_MAX_NS
	 * later, is counted duration_ignored and treated as an instant. */
	int64_t start_ns;
	int64_t end_ns;
	struct seep_address orig;
	struct seep_address resp;
	/* bytes_orig, bytes_resp: IP bytes sent by orig, by resp; innermost
	 * counted packet, headers and retransmissions included. */
	uint64_t bytes_orig;
	uint64_t bytes_resp;
	uint64_t packets_orig;
	uint64_t packets_resp;
	/* missed_orig, missed_resp: bytes that the sensor knows it missed, as
	 * sent by orig, by resp; not contained in bytes_*. */
	uint64_t missed_orig;
	uint64_t missed_resp;
	/* port_orig, port_resp: TCP, UDP, SCTP; 0 for other protocols. */
	uint16_t port_orig;
	uint16_t port_resp;
	/* protocol: IANA number of the transport (6 TCP, 17 UDP, ...). */
	uint8_t protocol;
	/* opener: enum seep_opener. */
	uint8_t opener;
	/* opener_basis: enum seep_opener_basis. */
	uint8_t opener_basis;
	uint8_t reserved0;
	/* flags: enum seep_flow_flag, or-ed. */
	uint32_t flags;
	/* sensor: who saw it; 0 if there is one sensor. Not in the ledger's
	 * key: one engine is one sensor's view. */
	uint32_t sensor;
	/* name: optional annotation (nDPI's or Zeek's protocol label, a server
	 * name), 'name_size' bytes, UTF-8 or anything; borrowed for the call.
	 * Never decides a finding alone. */
	union {
		const char *text;
		uint64_t room;
	} name;
	uint32_t name_size;
	uint32_t reserved1;
};

#ifdef __cplusplus
}
#endif

#endif
