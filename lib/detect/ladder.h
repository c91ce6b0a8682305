/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ladder.h - a stratum's days and all references that may judge them.
 *
 * Track     the days that the stratum's past still holds: those of episodes
 *           that are over have left it.
 * Ladder    one step for each rung (statistic.h), whitened and summed up,
 *           with the onsets that it judges and the height at which it
 *           alarms.
 */
#ifndef SEEP_DETECT_LADDER_H
#define SEEP_DETECT_LADDER_H

#include <stddef.h>
#include <stdint.h>

#include "detect/calibrate.h"
#include "detect/pool.h"
#include "detect/scan.h"
#include "detect/sheets.h"
#include "detect/statistic.h"

struct seep__track {
	const struct seep__sheets *sheets;
	uint32_t stratum;
	struct seep__days days;
	struct seep__sheet sheet;
	struct seep__sheet whole;
	size_t *origin; /* position in the sheets' days */
	size_t count;
};

/* struct seep__scan_rung: one rung. Indices count from the ladder's base. */
struct seep__scan_rung {
	size_t reference;
	/* from, until: onsets [from, until). */
	size_t from;
	size_t until;
	struct seep__rung rung;
	struct seep__prior prior[SEEP_STATISTIC_COUNT];
	/* sums: of whitened values; NULL = the statistic does not speak. */
	double *sums[SEEP_STATISTIC_COUNT];
	double dof[SEEP_STATISTIC_COUNT];
	/* g_alarm: from which on it alarms, by epoch (calibrate.h). */
	double g_alarm[SEEP__EPOCHS][SEEP_STATISTIC_COUNT];
	/* focus: how far each scan has come. */
	struct seep__focus focus[SEEP_STATISTIC_COUNT];
};

struct seep__ladder {
	size_t base;
	size_t length; /* days from the base on */
	/* epoch: in force at the end of each of them; threshold: at each. */
	uint8_t *epoch;
	struct seep__threshold threshold[SEEP__EPOCHS][SEEP_STATISTIC_COUNT];
	struct seep__scan_rung steps[SEEP__RUNGS];
	size_t count;
};

/* struct seep__rise: the least likely rise that the end of a day shows.
 * Indices from the ladder's base. */
struct seep__rise {
	const struct seep__scan_rung *step;
	uint32_t statistic;
	struct seep__onset onset;
	size_t end; /* exclusive */
	double score;
	/* surprise: -ln of how often an entity shows such a one in a year by
	 * chance, over all strata and statistics. */
	double surprise;
	double years; /* entity-years that this rests on */
};

struct seep__restart;

/* struct seep__judge: what decides on an entity. */
struct seep__judge {
	/* knob: chance alarms accepted per entity and year. */
	double knob;
	uint32_t statistics_off; /* bits */
	const struct seep__pool *pool;
	/* calibration: NULL = as shipped. */
	const struct seep__calibration *calibration;
	/* entity: index, for the pool. */
	size_t entity;
	/* restarts: ascending; a change of the sensor. */
	const struct seep__restart *restarts;
	size_t restarts_count;
	/* since: calendar day index from which decisions count. */
	uint32_t since;
};

/* struct seep__restart: the past begins anew on calendar day index 'day', as
 * was known by the start of day 'known'. */
struct seep__restart {
	uint32_t day;
	uint32_t known;
};

/*
 * seep__track_make() copies the 'count' positions of 'kept' (NULL = the
 * first ones). Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__track_make(struct seep__track *track, const struct seep__sheets *sheets,
		 uint32_t stratum, const size_t *kept, size_t count);

/*
 * seep__ladder_make() works out every rung behind index 'base' of the track.
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__ladder_make(struct seep__ladder *ladder, const struct seep__track *track,
		  const struct seep__judge *judge, size_t base);

/* seep__ladder_epoch() returns the epoch that decides at the end of the day
 * before index 'end' > 0. */
size_t
seep__ladder_epoch(const struct seep__ladder *ladder, size_t end);

/*
 * seep__ladder_score() returns the largest score of one statistic over all
 * onsets at the end of the day before index 'end'; 0 when there is no rise.
 * A ladder is asked for ends in ascending order.
 */
double
seep__ladder_score(struct seep__ladder *ladder, uint32_t statistic, size_t end);

/*
 * seep__ladder_judge() looks for the rise over all onsets at the end of the
 * day before index 'end'. Returns 1 when one alarms, else 0.
 */
int
seep__ladder_judge(struct seep__ladder *ladder, uint32_t stratum, size_t end,
		   struct seep__rise *rise);

#endif
