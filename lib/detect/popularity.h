/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * popularity.h - how many hosts of the site ever met a peer, and since when
 * too many for it to be rare?
 *
 * A peer is rare on a day when no more than 'rare_max' hosts had met it by
 * the end of that day. It never becomes rare again, and no later day
 * matters.
 *
 * Folded   channels are no meeting: a peer that many hosts met by light
 *          channels alone may be taken for a rare one, and its bytes are
 *          then looked at more closely, not less.
 * Memory   24 bytes a distinct peer, 32 a channel while it is built.
 */
#ifndef SEEP_DETECT_POPULARITY_H
#define SEEP_DETECT_POPULARITY_H

#include <stddef.h>
#include <stdint.h>

#include "detect/reader.h"

struct seep__popular {
	struct seep_address peer;
	/* from: calendar day index on which more than rare_max hosts had met
	 * it; UINT32_MAX = never. */
	uint32_t from;
	/* hosts: that ever met it, for the report. */
	uint32_t hosts;
};

struct seep__popularity {
	struct seep__popular *list; /* by address */
	size_t count;
	uint32_t rare_max;
	/* usable: the site has hosts enough for "rare" to mean anything. */
	int usable;
};

/*
 * seep__popularity_init() reads the first day of every crossing channel
 * (names = 0) or of every name channel (names = 1) of the case.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__popularity_init(struct seep__popularity *popularity,
		      const struct seep__case *view, int names,
		      struct seep__arena *arena);

/* seep__popularity_find() returns the entry of 'peer', or NULL. */
const struct seep__popular *
seep__popularity_find(const struct seep__popularity *popularity,
		      const struct seep_address *peer);

#endif
