/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * engine.h - the parts of an engine, for the files that fill and read it.
 *
 * A flow is taken in two steps. Reserving may fail; it leaves nothing but
 * empty channels, unused addresses and room, none of which a snapshot shows.
 * Committing cannot fail. So a flow is taken whole or not at all.
 */
#ifndef SEEP_LEDGER_ENGINE_H
#define SEEP_LEDGER_ENGINE_H

#include <seep/engine.h>

#include "base/hash.h"
#include "base/mem.h"
#include "ledger/hours.h"
#include "ledger/intern.h"
#include "ledger/label.h"
#include "ledger/log.h"
#include "ledger/names.h"
#include "ledger/origin.h"
#include "ledger/record.h"
#include "ledger/site.h"
#include "ledger/table.h"

/* A case never counts this many bytes: sums of it stay exact in int64_t. */
#define SEEP__CASE_BYTES_END (UINT64_C(1) << 63)

struct seep_engine {
	struct seep__mem *mem;
	struct seep_alloc alloc; /* for what must not count on the budget */
	int has_alloc;
	struct seep_site *site;
	struct seep__table table;
	struct seep__intern hosts;
	struct seep__intern peers_v6;
	struct seep__log log;
	struct seep__hours hours; /* that a flow or a name touches */
	struct seep__hours ends;  /* in which one begins or ends */
	struct seep__labels labels;
	struct seep__names names;
	struct seep_coverage coverage;
	struct seep__origin origin;
	uint32_t sealed_hour; /* bins before it were sealed by advance */
	uint32_t retain_days; /* 0 = for ever */
	uint32_t old_hour;    /* bins before it became daily totals */
	uint64_t fold_bytes;  /* size at which to fold, 0 = never; fold.h */
	uint32_t unlooked;    /* flows since the size was looked at */
	uint8_t *folded;      /* by host: was a channel of it folded? */
	size_t folded_room;
};

/* seep__engine_alloc() returns the allocator for constructors, or NULL. */
const struct seep_alloc *
seep__engine_alloc(const struct seep_engine *engine);

/*
 * seep__engine_channel() finds or adds a channel by its addresses; 'fold' is
 * what its peer stands for (enum seep_fold).
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__engine_channel(struct seep_engine *engine,
		     const struct seep__label_channel *channel, unsigned fold,
		     uint32_t *record);

struct seep__history;

/*
 * seep__absorb_hours() adds the hours of a snapshot; seep__absorb_history()
 * the cells of one of its channels that are in 'history', and with the first
 * of them the channel's labels; seep__absorb_folds() ends the adding of a
 * snapshot: what it may have folded is exact no more.
 *
 * All return SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__absorb_hours(struct seep_engine *engine,
		   const struct seep_snapshot *snapshot);

int
seep__absorb_history(struct seep_engine *engine,
		     const struct seep_snapshot *snapshot, size_t host,
		     size_t channel, const struct seep__history *history);

int
seep__absorb_folds(struct seep_engine *engine,
		   const struct seep_snapshot *snapshot);

/*
 * seep__engine_shed() makes room after something failed with '*status':
 * moves sealed cells from memory to the store, and where there is nothing to
 * move, folds.
 *
 * Returns 1 when trying again may help, else 0; then '*status' says why, be
 * it that the store failed.
 */
int
seep__engine_shed(struct seep_engine *engine, int *status);

/*
 * seep__feed_name() takes or refuses a flow flagged SEEP_FLOW_NAME.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; then it was not taken.
 */
int
seep__feed_name(struct seep_engine *engine, const struct seep_flow *flow);

/* seep__name_service() returns the service of every channel of names. */
seep__service
seep__name_service(void);

/* seep__address_v4() returns the 32 bits of an IPv4 address. */
uint32_t
seep__address_v4(const struct seep_address *address);

/* seep__address_from_v4() is the inverse. */
void
seep__address_from_v4(uint32_t v4, struct seep_address *address);

#endif
