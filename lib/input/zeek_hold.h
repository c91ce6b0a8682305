/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_hold.h - from good rows to flows: what is given, held or refused.
 *
 * Interim    the row of a uid that reaches furthest is held; the conn row
 *            of that uid replaces it; what is left is given at the end. When
 *            following, the first is given as it stands and each later one,
 *            the conn row too, as its difference to the one before.
 * Tunnels    rows whose service is a tunnel are held to the end; those
 *            that a row names in tunnel_parents are refused.
 * Repeated   with dedup, a row of protocol, 5-tuple and start that were
 *            given already is refused; of a dns log, one that is written
 *            alike.
 * Names      rows of a dns log are given as they come.
 * Memory     about 320 bytes per uid of an interim row and per tunnel row,
 *            64 per parent, per conn row with dedup, and per long conn row
 *            of the file at hand, or of all where an interim row may still
 *            come in another.
 */
#ifndef SEEP_INPUT_ZEEK_HOLD_H
#define SEEP_INPUT_ZEEK_HOLD_H

#include <stddef.h>
#include <stdint.h>

#include "input/keytab.h"
#include "input/source.h"
#include "input/zeek_log.h"

/* Room for the names of one batch; a batch ends early when it is used up. */
#define SEEP__ZEEK_NAMES_ROOM 65536

/* The longest name of a flow: a service, or a registered domain. */
#define SEEP__ZEEK_NAME_ROOM SEEP_NAME_SIZE_MAX

enum seep__zeek_held_state {
	/* _NOTHING: the conn row came, or it was given at the end. */
	SEEP__HELD_NOTHING = 0,
	SEEP__HELD_WAITING, /* to be given at the end */
	SEEP__HELD_GIVEN    /* following: given so far */
};

/* struct seep__zeek_held: what is known of a connection by its interim
 * rows. */
struct seep__zeek_held {
	struct seep__zeek_record record; /* the furthest row */
	uint64_t state;                  /* enum seep__zeek_held_state */
};

struct seep__zeek_hold {
	struct seep_source *source;
	int dedup;
	int follow;
	struct seep__keytab interim; /* uid -> struct held */
	struct seep__keytab finals;  /* uids of long conn rows already given */
	struct seep__keytab here;    /* those of the file at hand */
	struct seep__keytab given;   /* dedup: rows */
	struct seep__keytab parents; /* uids named in tunnel_parents */
	struct seep__zeek_record *tunnels;
	size_t tunnels_count;
	size_t tunnels_room;
	size_t drained_interim;
	size_t drained_tunnels;
	/* the batch that is being filled */
	struct seep_flow *flows;
	size_t flows_max;
	size_t flows_count;
	size_t names_used;
	char *names;
	int told; /* that there is no public suffix list */
};

/* seep__zeek_hold_init() returns SEEP_OK or SEEP_ENOMEM. */
int
seep__zeek_hold_init(struct seep__zeek_hold *hold, struct seep_source *source,
		     uint64_t seed, int dedup, int follow);

/* seep__zeek_hold_open(): another file begins. */
void
seep__zeek_hold_open(struct seep__zeek_hold *hold);

void
seep__zeek_hold_clear(struct seep__zeek_hold *hold);

/* seep__zeek_hold_begin() starts a batch in the caller's array. */
void
seep__zeek_hold_begin(struct seep__zeek_hold *hold, struct seep_flow *flows,
		      size_t flows_max);

/* seep__zeek_hold_full() says whether one more flow might not fit. */
int
seep__zeek_hold_full(const struct seep__zeek_hold *hold);

/*
 * seep__zeek_hold_take() decides about a row; gives one flow at most, for
 * which there must be room. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_hold_take(struct seep__zeek_hold *hold, struct seep__zeek_log *log,
		     const struct seep__zeek_got *got);

/*
 * seep__zeek_hold_name() is like _take() for a row of a dns log.
 */
int
seep__zeek_hold_name(struct seep__zeek_hold *hold, struct seep__zeek_log *log,
		     const struct seep__zeek_got *got);

/*
 * seep__zeek_hold_drain() gives what is held, once no more rows will come.
 * Returns SEEP_OK (the batch is full), SEEP_END (nothing is left),
 * SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_hold_drain(struct seep__zeek_hold *hold);

/* seep__zeek_hold_save() and _restore(): between two batches; into one that
 * holds nothing. */
void
seep__zeek_hold_save(const struct seep__zeek_hold *hold,
		     struct seep__packer *packer);

void
seep__zeek_hold_restore(struct seep__zeek_hold *hold,
			struct seep__unpacker *unpacker);

#endif
