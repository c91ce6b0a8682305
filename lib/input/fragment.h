/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fragment.h - the ports of a fragmented packet, for its later parts.
 *
 * Algorithm   the first part's ports are kept under (source, destination,
 *             protocol, identification); a later part asks for them. The
 *             oldest entry leaves when the table is full.
 *             The first part of a fragmented tunnel leaves the flow inside
 *             it: the later parts' payload is that flow's, their headers
 *             are nobody's, so that the parts add up to the inner packet's
 *             length.
 * Order       a later part that comes before its first is not held back: it
 *             is counted at once, under its protocol without ports, as
 *             fragments_orphaned. So the bytes never depend on the order of
 *             the parts, but the service they are counted under may.
 * Memory      104 bytes per fragmented packet, SEEP__FRAGMENTS_MAX of them.
 * Time        O(1) per fragment; nothing for other packets.
 * Source      RFC 791 section 3.2, RFC 8200 section 4.5.
 */
#ifndef SEEP_INPUT_FRAGMENT_H
#define SEEP_INPUT_FRAGMENT_H

#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pack.h"
#include "input/decode.h"

/*
 * SEEP__FRAGMENTS_MAX: fragmented packets at once. At the 1,500 fragmented
 * packets a second of a busy NFS-over-UDP server it covers 10 s, far above
 * the milliseconds between the parts of a packet. More costs memory only.
 */
#define SEEP__FRAGMENTS_MAX 16384

/*
 * SEEP__FRAGMENT_LIFE_NS: how far apart the parts of one packet may be:
 * 60 s, the reassembly time of RFC 8200. IPv4's identification has 16 bits
 * and is used again within seconds by a fast sender; the newest first part
 * wins, so a longer life would only join strangers.
 */
#define SEEP__FRAGMENT_LIFE_NS (INT64_C(60) * 1000000000)

struct seep__fragments;

int
seep__fragments_new(struct seep__fragments **fragments, struct seep__mem *mem,
		    const struct seep__hash_key *key);

void
seep__fragments_free(struct seep__fragments *fragments);

/*
 * seep__fragments_apply() keeps the flow of a first part, and gives it to a
 * later one: ports (has_ports is then set), and in a tunnel also addresses,
 * protocol and bytes.
 *
 * 'packet'   in and out; packet->fragment or packet->split holds.
 * 'time_ns'  event time; may go back.
 *
 * Returns 1 when the packet is complete as far as can be, 0 for an orphan:
 * a later part whose first was not seen, of a protocol that has ports.
 */
int
seep__fragments_apply(struct seep__fragments *fragments,
		      struct seep__packet *packet, int64_t time_ns);

/* seep__fragments_save() and _restore(): into ones that hold nothing. */
void
seep__fragments_save(const struct seep__fragments *fragments,
		     struct seep__packer *p);

void
seep__fragments_restore(struct seep__fragments *fragments,
			struct seep__unpacker *u);

#endif
