/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recompute.h - the one command that sums a finding's bytes from the input,
 * without seep.
 *
 * Logs       awk (POSIX; mawk is enough) over the decompressed rows: columns
 *            by #fields, the byte rule of zeek.h, flows cut at the episode's
 *            edges by the cumulative floor rule in exact arithmetic.
 * Captures   tshark names each packet's innermost addresses and length, awk
 *            adds up.
 * Names      awk over the rows of dns logs: lengths of the names below the
 *            listed domains.
 * Limits     microseconds (Zeek's own resolution); sums below 2^53 bytes; the
 *            peers that the finding lists.
 */
#ifndef SEEP_REPORT_RECOMPUTE_H
#define SEEP_REPORT_RECOMPUTE_H

#include <seep/report.h>

#include "base/text.h"

/*
 * seep__recompute_selects() says whether the command can select a peer: 1 or
 * 0. Roll-ups of an IPv4 network are selected by their prefix; an IPv6
 * network has many spellings, and "all peers" have none.
 */
int
seep__recompute_selects(const struct seep_peer_bytes *peer);

/*
 * seep__recompute() writes the command for 'finding', whose entity may be
 * NULL, ready to be pasted into a POSIX shell, and a newline.
 *
 * Returns 1, or 0 with nothing written when the kind of input or its paths
 * are not known, or when no such command can tell (names in captures, names
 * with escaped bytes, names beside addresses, roll-ups alone that cannot be
 * selected). Peers that cannot be selected are left out.
 */
int
seep__recompute(struct seep__text *text, const struct seep_report_opts *opts,
		const struct seep_finding *finding,
		const struct seep_entity *entity);

#endif
