/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * assemble.h - packets in, flow deltas out.
 *
 * Algorithm   a flow is the 5-tuple in canonical order. Its packets of one
 *             minute are one delta, which goes out when a packet of another
 *             minute comes or the flow ends; a minute never crosses an
 *             hour, so no byte of a capture is ever spread. A packet of the
 *             minute before (reordered over its edge) goes out as a delta of
 *             its own.
 * Time        only the packets' own. Idle flows are ended by a clock that
 *             moves in steps of SEEP__ASSEMBLE_BLOCK packets to the
 *             earliest time among them, so that a few packets dated years
 *             ahead end nothing. Time may go back; work follows packets,
 *             never the span of time.
 * End         see the SEEP__IDLE_ figures; a SYN on a closed 5-tuple; a
 *             full table; the end of the evidence.
 * Opener      TCP: who sent the SYN, or was sent the SYN+ACK; else unknown.
 *             Others: who sent first, unless only that end has a port of a
 *             service, for then the first packet was missed.
 * Names       what a packet to port 53 asks for goes out at once, as flows of
 *             their own (dns.h).
 * Bounds      deltas at once: SEEP__ASSEMBLE_OUT; one packet makes at most
 *             SEEP__ASSEMBLE_STEP.
 */
#ifndef SEEP_INPUT_ASSEMBLE_H
#define SEEP_INPUT_ASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/coverage.h>
#include <seep/flow.h>

#include "base/mem.h"
#include "base/pack.h"
#include "input/decode.h"
#include "input/dns.h"

/*
 * Idle times, in seconds, are Zeek's defaults (tcp_inactivity_timeout,
 * tcp_close_delay, udp_inactivity_timeout, icmp_inactivity_timeout), so
 * that flow counts can be compared with a conn.log's. Longer ones keep the
 * opener over longer pauses, and hold more flows in memory; bytes are the
 * same with any.
 */
#define SEEP__IDLE_TCP_S 300
#define SEEP__IDLE_TCP_CLOSED_S 5
#define SEEP__IDLE_UDP_S 60
#define SEEP__IDLE_OTHER_S 60

/*
 * SEEP__ASSEMBLE_BLOCK: the clock's step in packets. Up to 63 stray packets
 * in a row are without effect; a larger block only keeps idle flows a
 * little longer.
 */
#define SEEP__ASSEMBLE_BLOCK 64

/*
 * SEEP__ASSEMBLE_STRAY_NS: a packet more than a day ahead of the clock does
 * not end its flow: it is counted, in its own minute, and the flow goes on.
 * If the evidence really jumps (captures merged), the clock follows within
 * two blocks.
 */
#define SEEP__ASSEMBLE_STRAY_NS (INT64_C(86400) * 1000000000)

#define SEEP__ASSEMBLE_OUT 256
#define SEEP__ASSEMBLE_STEP (24 + SEEP__DNS_NAMES_MAX)

struct seep__assembler;
struct seep__flowtable;

struct seep__assemble_opts {
	uint32_t flows_max; /* > 0 */
	uint32_t sensor;
	uint64_t seed;
	int no_dpi;
};

/*
 * seep__assembler_new() makes an assembler that counts what it finds out
 * about TCP and fragments into 'coverage', which must outlive it.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__assembler_new(struct seep__assembler **assembler, struct seep__mem *mem,
		    const struct seep__assemble_opts *opts,
		    struct seep_coverage *coverage);

void
seep__assembler_free(struct seep__assembler *assembler);

/* seep__assembler_ready() says whether there is room for a packet's deltas:
 * 1 or 0. */
int
seep__assembler_ready(const struct seep__assembler *assembler);

/*
 * seep__assembler_feed() adds a packet; _ready() must hold.
 *
 * 'packet'   verdict IP; ports of a later fragment are filled in.
 * 'time_ns'  >= 0.
 *
 * Returns SEEP_OK, or SEEP_ENOMEM or SEEP_EBUDGET when not even one flow
 * can be held; the packet is then not counted.
 */
int
seep__assembler_feed(struct seep__assembler *assembler,
		     struct seep__packet *packet, int64_t time_ns);

/*
 * seep__assembler_drain() ends as many flows as there is room for: the
 * evidence is over.
 *
 * Returns 1 while flows are left, else 0.
 */
int
seep__assembler_drain(struct seep__assembler *assembler);

/*
 * seep__assembler_take() moves up to 'flows_max' deltas to 'flows' and
 * returns their number. Names are valid until the next _feed or _drain.
 */
size_t
seep__assembler_take(struct seep__assembler *assembler, struct seep_flow *flows,
		     size_t flows_max);

/* seep__assembler_table() returns the flows that are open; for tests. */
const struct seep__flowtable *
seep__assembler_table(const struct seep__assembler *assembler);

/*
 * seep__assembler_save() writes the flows that are open and the deltas that
 * were not taken yet; _restore() into one that was fed nothing.
 */
void
seep__assembler_save(const struct seep__assembler *assembler,
		     struct seep__packer *p);

void
seep__assembler_restore(struct seep__assembler *assembler,
			struct seep__unpacker *u);

#endif
