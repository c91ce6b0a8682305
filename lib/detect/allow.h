/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * allow.h - expected transfers leave the series before anything is decided.
 *
 * Rule    of each entity, UTC day and entry, in the order of the entries, up
 *         to 'bytes_per_day' of the matching bytes that detection counts are
 *         marked on the cells: by hour, peer, service, direction, kind, host.
 *         A byte is taken once. Nothing but the day's own cells decides, so
 *         that a live run and one over the whole case mark the same.
 * Limit   'bytes_per_day' is each entity's own, also where an entry names
 *         several hosts.
 * Names   entries with a name and without a peer hold for the bytes of query
 *         names below that domain too, with a limit of their own.
 * Folded  a roll-up of peers is taken by an entry that names all that it may
 *         hold: its whole network, and where it is of any peers, any peer.
 * Ports   as in struct seep_finding, so that what a finding names can be
 *         allowed: SEEP_PORT_LOW and _HIGH stand for all that the ledger
 *         does not tell apart. Port 0 with TCP, UDP or SCTP is any port.
 */
#ifndef SEEP_DETECT_ALLOW_H
#define SEEP_DETECT_ALLOW_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>
#include <seep/findings.h>

#include "detect/subject.h"

/* struct seep__allowance: the list and what each entry took so far. */
struct seep__allowance {
	const struct seep_allow *list;
	size_t count;
	struct seep_allowed *taken; /* by entry */
	/* days: 'days_count' bytes an entry: 1 = it took something then. */
	uint8_t *days;
	size_t days_count;
};

/*
 * seep__allow_check() looks at every entry. Refused are prefixes over 128
 * bits, names that are empty or longer than SEEP_NAME_SIZE_MAX, times below
 * 0 or an end before the start, and services that no cell can have, such as
 * a port that the service list does not tell apart.
 *
 * Returns SEEP_OK or SEEP_EINVAL.
 */
int
seep__allow_check(const struct seep_allow *list, size_t count);

/*
 * seep__allow_init() begins the account; 'list' was checked and is borrowed.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__allow_init(struct seep__allowance *allowance,
		 const struct seep_allow *list, size_t count,
		 const struct seep__calendar *calendar,
		 struct seep__arena *arena);

/*
 * seep__allow_apply() marks the subject's cells and lists in 'taken' what
 * each entry took; for seep__subject_read() alone.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__allow_apply(struct seep__subject *subject);

/* seep__allow_reset() begins the account anew; NULL is fine. */
void
seep__allow_reset(struct seep__allowance *allowance);

/*
 * seep__allow_tally() adds what was taken out of 'subject' to the case's
 * account; once for each entity, and once for its names.
 *
 * Returns the outbound bytes taken; 0 for names, which are no traffic.
 */
uint64_t
seep__allow_tally(const struct seep__subject *subject);

/*
 * seep__allow_fill() lists the entries that took something, in their order.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__allow_fill(const struct seep__case *view, struct seep_evidence *evidence);

#endif
