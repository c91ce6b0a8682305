/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * claim.h - what a finding is made of: an entity, peers, a stretch of time
 * and the reason why.
 *
 * A change of a stratum says that bytes are too many, not whose. The peers
 * are found by looking at who got more than before: those met since the
 * onset together, if they explain the excess, else the ones whose days rose
 * most, each day counted up to twice the excess of a day, so that one large
 * transfer does not hide a slow one.
 *
 * A roll-up of folded peers is named as new, by what it got beyond its usual
 * day, and never as a single peer.
 */
#ifndef SEEP_DETECT_CLAIM_H
#define SEEP_DETECT_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/change.h"
#include "detect/sheets.h"
#include "detect/standing.h"

struct seep__relay;

struct seep__claim {
	const struct seep__subject *subject;
	enum seep_basis basis;
	/* pattern, holds: as told today; holds has one flag for each of the
	 * subject's peers. */
	enum seep_pattern pattern;
	const uint8_t *holds;
	/* holds_then: the peers as the decision knew them. */
	const uint8_t *holds_then;
	/* direction: where most of the rise went, as the decision knew it. */
	enum seep_direction direction;
	/* [onset, end): UTC hours; closed: hour from which on 'end' was known,
	 * UINT32_MAX = not yet; decided: hour of the decision. */
	uint32_t onset;
	uint32_t end;
	uint32_t closed;
	uint32_t decided;
	/* is_echo: rose beside a change, without an alarm of its own: it adds
	 * peers to that one's story, and tells none. */
	int is_echo;
	/* One of these, by basis. */
	const struct seep__change *change;
	const struct seep__standing *standing;
	const struct seep__sheets *sheets;
	/* relay: what the bytes were read from before; NULL = nothing known.
	 */
	const struct seep__relay *relay;
};

/*
 * seep__claim_change() makes a claim of a change; memory from the subject's
 * scratch. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__claim_change(const struct seep__sheets *sheets,
		   const struct seep__change *change,
		   struct seep__claim *claim);

/*
 * seep__claim_standing() makes one of a standing channel. Returns like
 * seep__claim_change().
 */
int
seep__claim_standing(const struct seep__subject *subject,
		     const struct seep__standing *standing,
		     struct seep__claim *claim);

#endif
