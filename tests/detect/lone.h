/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lone.h - the simulated host of host.h under detection, without a ledger:
 * everything that it sends is a push to peers in use. The stratum of new
 * peers is silent until lone_drip() fills it.
 */
#ifndef TESTS_DETECT_LONE_H
#define TESTS_DETECT_LONE_H

#include "detect/change.h"
#include "detect/entity.h"
#include "detect/host.h"
#include "detect/ladder.h"
#include "detect/pool.h"
#include "detect/sheets.h"

struct lone {
	struct host host;
	struct seep__case view;
	struct seep__calendar calendar;
	struct seep__date_day dates[HOST_DAYS];
	uint32_t usable[HOST_DAYS];
	struct seep__subject subject;
	struct seep__sheets sheets;
	uint64_t new_day[HOST_DAYS];
	uint64_t new_hour[HOST_DAYS * 24];
	struct seep__entities entities;
	struct seep_entity entity;
	size_t members[2];
	uint8_t roles[SEEP__RUNGS];
	struct seep__pool pool;
	struct seep__judge judge;
	struct seep__changes changes;
};

/* lone_open(): 'days' days of trade, all strata as they are without a leak;
 * the judge has the default knob. */
void
lone_open(struct lone *lone, uint64_t seed, size_t days,
	  const struct host_noise *noise);

void
lone_close(struct lone *lone);

/* lone_drip() adds bytes to every hour of [from, end), to peers that are new
 * in its first week. */
void
lone_drip(struct lone *lone, size_t from, size_t end, uint64_t bytes);

/* lone_strangers() lets a part of what is sent, in one hour of three, go to
 * peers that are new, from the first day on. */
void
lone_strangers(struct lone *lone, uint64_t seed);

/* lone_gap() lets 'days' days without a record pass before a position. */
void
lone_gap(struct lone *lone, size_t position, uint32_t days);

/* lone_scan() looks for changes; aborts the test when that fails. Returns how
 * many there are. */
size_t
lone_scan(struct lone *lone);

/* lone_first() returns the change that was decided first in a stratum, or
 * NULL. */
const struct seep__change *
lone_first(const struct lone *lone, uint32_t stratum);

/* lone_ladder() makes the track and the ladder of a stratum from position 0
 * on. */
void
lone_ladder(struct lone *lone, uint32_t stratum, size_t days,
	    struct seep__track *track, struct seep__ladder *ladder);

/* An office server: hours that vary by 1 bit, days by half of one, a busy
 * day and quiet weekends. */
extern const struct host_noise lone_office;

#endif
