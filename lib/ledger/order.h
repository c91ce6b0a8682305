/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * order.h - the canonical order of what an engine holds.
 *
 * Algorithm   addresses are sorted by radix (two halves); a channel's place
 *             among those of its host is one 64-bit key (peer, place,
 *             service, direction), IPv6 peers by their rank; channels are
 *             sorted by that key, then, stable, by their host's rank.
 * Memory      32 bytes per channel while it runs.
 * Time        O(bytes that differ x channels); no comparison sort, so that
 *             no input makes it slow.
 */
#ifndef SEEP_LEDGER_ORDER_H
#define SEEP_LEDGER_ORDER_H

#include "ledger/engine.h"
#include "ledger/snapshot.h"

/*
 * seep__order_channels() fills hosts, channels and peers_v6 of 'snapshot'
 * from the channels of 'engine' that hold a cell.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__order_channels(struct seep_snapshot *snapshot,
		     const struct seep_engine *engine);

/* seep__order_labels() fills the labels; channels must be there. */
int
seep__order_labels(struct seep_snapshot *snapshot,
		   const struct seep_engine *engine);

/* seep__order_names() fills the names; channels must be there. */
int
seep__order_names(struct seep_snapshot *snapshot,
		  const struct seep_engine *engine);

#endif
