/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fold.h - a ledger that outgrows its budget adds its least channels up.
 *
 * Algorithm   every channel has a weight, bytes x active hours. The lighter
 *             half (by classes of 1/256 octave of the weight, whole classes
 *             only, so that no order of arrival breaks a tie) is folded:
 *             channels of one host, place, service, opener and /24 or /48
 *             become one; what shares its network with no other goes on to
 *             "all peers" of the host, and so do networks that are light
 *             themselves. A roll-up of one channel would save nothing and is
 *             not made.
 * Exact       bytes, packets and flows by host, place, service, opener, hour
 *             and kind. What is left of a channel that was folded and came
 *             back is a lower bound, and marked.
 * Memory      about 52 bytes a channel, and the cells once more, while it
 *             runs.
 * Time        O(channels + cells); as half of the channels goes, a constant
 *             for each that came.
 * Failure     at every step the ledger is whole: a fold that runs out of
 *             memory leaves a correct ledger that is less folded.
 */
#ifndef SEEP_LEDGER_FOLD_H
#define SEEP_LEDGER_FOLD_H

#include <stdint.h>

#include "ledger/engine.h"

/*
 * Share of memory_max at which an engine folds: half. The other half is for
 * the snapshot (about nine tenths of the ledger's size), for growing tables
 * and for folding itself. Nearer to 1 a snapshot finds no room; nearer to 0
 * more is folded than needs to be.
 */
#define SEEP__FOLD_SHARE 2

/* seep__fold_is_due() says whether the ledger is at its share: 1 or 0. */
int
seep__fold_is_due(struct seep_engine *engine);

/*
 * seep__fold() folds the lighter half of the channels, again and again until
 * the ledger is well below its share or nothing is left to fold.
 *
 * 'folded'  out, set in any case: 1 = something was.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, SEEP_EIO, SEEP_ECHECKSUM.
 */
int
seep__fold(struct seep_engine *engine, int *folded);

/* seep__fold_relieve() folds where that is due. Returns SEEP_OK, also when
 * there was no memory for it, SEEP_EIO, SEEP_ECHECKSUM. */
int
seep__fold_relieve(struct seep_engine *engine);

/*
 * seep__fold_host() says whether a channel of host 'host' was folded yet: 1
 * or 0. A new channel of such a host may be an old one that came back.
 */
int
seep__fold_host(const struct seep_engine *engine, uint32_t host);

/*
 * seep__fold_room() makes room to note every host of the engine in 'folded'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__fold_room(struct seep_engine *engine);

/* struct seep__folding: one fold, while it runs. */
struct seep__folding {
	struct seep_engine *engine;
	uint32_t count; /* records */
	uint8_t *piece; /* of a stored run, SEEP__STORE_PIECE bytes, or NULL */
	uint32_t *target; /* by record: itself, or what it is folded into */
	uint8_t *level;   /* by record: enum seep_fold that it is to become */
	uint32_t *number; /* by record that stays: its new one */
	/* old_hour, to: cells of bins before 'old_hour' become daily totals
	 * of record to[its record]; 0 and NULL when all stay in their bins. */
	uint32_t old_hour;
	uint32_t *to;
	uint64_t condensed; /* cells that became daily totals */
	uint32_t day;       /* + 1; whose totals stand in 'day_hour' */
	uint32_t day_hour;
	uint32_t *peer; /* by IPv6 peer: its new number */
	size_t peer_room;
};

/*
 * seep__fold_choose() fills 'target' and 'level' and returns how many records
 * are to be folded in '*chosen'.
 */
int
seep__fold_choose(struct seep__folding *folding, uint32_t *chosen);

/* seep__fold_piece() takes what stored runs are read into, if there are any;
 * seep__fold_reader() starts reading a run. Returns as seep__fold(). */
int
seep__fold_piece(struct seep__folding *folding);

void
seep__fold_reader(const struct seep__folding *folding,
		  const struct seep__run *run, struct seep__run_reader *reader);

/*
 * seep__retain() makes daily totals of the host of all cells of bins before
 * 'hour', a multiple of 24.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; then the ledger is as before.
 */
int
seep__retain(struct seep_engine *engine, uint32_t hour);

/*
 * seep__fold_move() moves the cells of what was chosen and closes the ranks
 * of the table. The index is made anew whatever it returns.
 */
int
seep__fold_move(struct seep__folding *folding);

#endif
