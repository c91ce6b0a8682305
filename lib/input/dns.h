/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns.h - the names that a packet asks for.
 *
 * Scope       queries (QR = 0) to port 53, UDP and TCP; the question section
 *             only. mDNS and LLMNR stay on the link and are not read.
 * Strictness  opcode 0 to 6, one question (RFC 9619), labels without
 *             compression (nothing stands before a question that a pointer
 *             could mean), type and class behind it. Anything else sent to
 *             port 53 counts as refused.
 * TCP         messages that begin with their length, one after the other;
 *             at the beginning of a segment also a message that goes on
 *             behind it, if its question does not, and one without its
 *             length, for some clients send that alone before. Other parts
 *             of messages are refused; what is sent again counts again, as
 *             it does over UDP. Behind a message that cannot be read nothing
 *             more of its segment is.
 * Bounds      SEEP__DNS_NAMES_MAX names of one packet.
 * Memory      none; points into the frame.
 * Source      RFC 1035 sections 4.1.1, 4.1.2, 4.2.2.
 */
#ifndef SEEP_INPUT_DNS_H
#define SEEP_INPUT_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "input/decode.h"
#include "input/qname.h"

/*
 * Messages of one TCP segment that are read. A segment of 1,460 bytes holds
 * some 50 short queries of a client that asks many at once (RFC 7766); one
 * of 64 KiB, which only offloading shows, could hold 3,000. More cost room
 * for flows that every packet must find.
 */
#define SEEP__DNS_NAMES_MAX 64

/* struct seep__dns: a walk over the messages of a packet. */
struct seep__dns {
	struct seep__cursor cursor;
	uint64_t wire; /* bytes of the payload from the cursor on */
	int tcp;
	unsigned left; /* messages that may still be read */
	/* refused, skipped: messages without a name to count, see
	 * coverage.h; complete at the end of the walk. */
	uint64_t refused;
	uint64_t skipped;
};

/* seep__dns_looks() says whether a packet is to be looked at: 1 or 0. */
int
seep__dns_looks(const struct seep__packet *packet);

/* seep__dns_begin() starts with a packet for which _looks() holds. */
void
seep__dns_begin(struct seep__dns *dns, const struct seep__packet *packet);

/* seep__dns_next() gives the next name: 1, or 0 at the end. */
int
seep__dns_next(struct seep__dns *dns, struct seep__asked *asked);

#endif
