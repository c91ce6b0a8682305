/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp.h - which payload did the sensor miss, and which was seen again?
 *
 * Algorithm   per direction the next expected sequence number and up to
 *             SEEP__TCP_HOLES holes below it. A hole is bytes not seen yet:
 *             a late segment fills it. It counts as missed once it is known
 *             that the bytes went by: when the receiver acknowledges them
 *             (it has what we have not), or, where the receiver is not seen
 *             at all, when the delta is closed. An acknowledgement beyond
 *             everything seen counts what lies between; so one direction
 *             alone tells how much the other carried. A hole that is filled
 *             after it was counted is taken back as long as the delta is
 *             open. Payload below 'next' and in no hole is a
 *             retransmission.
 * Claims      a jump of more than SEEP__TCP_SLACK is taken only when a
 *             second packet goes on from there, of either end, and the link
 *             can have carried it; one packet alone is fuzz, or forged.
 * Sound       missed is never negative, and leans to more: a hole dropped
 *             for want of room is counted, and one filled after its delta
 *             went out stays counted. A byte lost before the sensor and
 *             never acknowledged is not missed. Not counted at all: a jump
 *             beyond SEEP__TCP_REACH (its size is not known) and a flow's
 *             last jump when nothing follows to confirm it; there it is
 *             no upper bound, and the former is told as 'unsized'. Headers
 *             are not included: their number is not known.
 * Wrap        all comparisons are signed differences of 32-bit numbers, and
 *             nothing farther than SEEP__TCP_REACH from 'next' is compared.
 * Memory      fixed, 80 bytes per direction.
 * Source      RFC 9293 section 3.4; RFC 7323 section 2.3 for 2^30.
 */
#ifndef SEEP_INPUT_TCP_H
#define SEEP_INPUT_TCP_H

#include <stdint.h>

/*
 * SEEP__TCP_HOLES: holes remembered per direction. Loss comes in runs, so
 * that one or two are open at a time; a fifth makes the oldest count as
 * missed. Each one more costs 16 bytes per tracked flow.
 */
#define SEEP__TCP_HOLES 4

/*
 * SEEP__TCP_REACH: the farthest that a sequence number may be from the
 * expected one and be believed: 2^30, the largest window TCP can have. A
 * claim beyond it is a new connection or a lie; taking it for bytes is the
 * known trap of payload counts of gigabytes beside 84 IP bytes.
 */
#define SEEP__TCP_REACH (UINT32_C(1) << 30)

/*
 * SEEP__TCP_BYTES_PER_8_NS, SEEP__TCP_SLACK: a jump is believed up to what
 * 10 Gbit/s carry since the direction's last packet (10 bytes in 8 ns) and
 * 1 MiB more, for clocks that tick in milliseconds and bursts that a switch
 * had buffered; within the slack it needs no second packet. More slack lets
 * forged numbers raise bytes_missed by that much a packet; less loses real
 * loss on bursty links.
 */
#define SEEP__TCP_BYTES_PER_8_NS 10
#define SEEP__TCP_SLACK (UINT32_C(1) << 20)

struct seep__tcphole {
	uint32_t start;
	uint32_t end;
};

/* struct seep__tcpside: what one end has sent. Zero it to begin. */
struct seep__tcpside {
	int64_t last_ns;      /* when 'next' was last moved */
	int64_t claim_ns;     /* where has_claim: when it was made, */
	uint32_t claim_start; /* and the bytes of the packet that did, */
	uint32_t claim_end;   /* or its acknowledgement twice */
	uint32_t next; /* expected; what lies below was seen or is a hole */
	uint32_t low;  /* nothing below was seen: what comes is new */
	uint32_t isn;  /* of its SYN, where has_isn */
	uint8_t known;
	uint8_t has_isn;
	uint8_t has_claim;
	uint8_t holes_count;
	uint8_t holes_counted; /* bit i: hole i is counted as missed */
	struct seep__tcphole holes[SEEP__TCP_HOLES]; /* oldest first */
};

/* struct seep__tcpnews: what a call found out, in bytes; added to. */
struct seep__tcpnews {
	uint64_t missed;
	uint64_t found; /* counted as missed before, and seen now */
	uint64_t retransmitted;
	/* unsized: times (not bytes) that a direction went on, confirmed, where
	 * nothing leads to: a loss of unknown size, or a new connection. */
	uint64_t unsized;
};

/*
 * seep__tcp_sent() takes a segment sent by 'side'.
 *
 * 'sequence'  of the first payload byte (behind a SYN).
 * 'payload'   bytes, 0 is allowed.
 */
void
seep__tcp_sent(struct seep__tcpside *side, uint32_t sequence, uint32_t payload,
	       int64_t time_ns, struct seep__tcpnews *news);

/* seep__tcp_acked() takes the other end's acknowledgement. */
void
seep__tcp_acked(struct seep__tcpside *side, uint32_t acknowledgement,
		int64_t time_ns, struct seep__tcpnews *news);

/* seep__tcp_settle() counts every hole: the receiver is not seen. */
void
seep__tcp_settle(struct seep__tcpside *side, struct seep__tcpnews *news);

/* seep__tcp_forget() starts anew with the next segment. */
void
seep__tcp_forget(struct seep__tcpside *side);

#endif
