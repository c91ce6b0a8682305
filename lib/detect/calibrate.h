/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * calibrate.h - how often does a score come about by chance, on this site?
 *
 * Group      the entities of one role (entity.h) at one epoch.
 * Epoch      the calendar days on which a rung is complete: 28, 56, 112 ...
 *            usable days. What is worked out at the end of such a day, from
 *            it and the days before it, decides on later days only.
 * Method     whole days of an entity (all strata alike: 24 hours and the
 *            day's sum) change places with days of their type. No rise
 *            outlasts that, so that whatever the scans still find is chance.
 *            Counted over the group, in the second half of the past, whose
 *            onsets are nearly as many as those of the days to come, a
 *            straight line (tails.h) goes on where no score was.
 * Random     numbers are a function of (epoch, entity, replicate).
 * Limits     changing places destroys what neighbouring days have in common.
 *            The rungs whiten the next day's share of that (statistic.h); a
 *            rest of it, and a change that came back, are not counted. So the
 *            thresholds may fall below the shipped ones by a bounded factor
 *            only. It adds no independent years: a rate below 1 / (real years
 *            of the group) is a bound. Days on which a change came and went
 *            are spread out and crossed more often than when they lay
 *            together: groups of restless hosts alarm less than asked for.
 * Cost       nothing below 10 / knob entity-years, where the shipped tails
 *            (chance.h) are used; else all epochs together some 3 to 5
 *            times what deciding on the group costs. Memory: 40 KB a group.
 */
#ifndef SEEP_DETECT_CALIBRATE_H
#define SEEP_DETECT_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>
#include <seep/findings.h>

#include "detect/chance.h"
#include "detect/statistic.h"
#include "detect/tails.h"

struct seep__entities;
struct seep__pool;
struct seep__sheets;

/* Epochs number from 1; 0 = as shipped. */
#define SEEP__EPOCHS (SEEP__RUNGS + 1)

/* struct seep__threshold: what an alarm of one stratum and statistic rests
 * on. */
struct seep__threshold {
	struct seep__chance chance;
	/* tests: how many independent ones all strata and statistics of an
	 * entity are worth. */
	double tests;
	/* years: real entity-years behind it. */
	double years;
	int is_evidence;
};

struct seep__group {
	/* days: on which an alarm was possible before the epoch. */
	uint64_t days;
	struct seep__tails *tails; /* NULL = too few days */
};

/* Phases: the tails first, then what they are worth together. */
enum seep__calibrate_phase {
	SEEP__CALIBRATE_TAILS,
	SEEP__CALIBRATE_TESTS,
	SEEP__CALIBRATE_DONE
};

struct seep__calibration {
	struct seep__mem *mem;
	const struct seep__entities *entities;
	double knob;
	uint32_t statistics_off;
	enum seep__calibrate_phase phase;
	/* ends, dates: of each epoch, the calendar day index behind it and the
	 * UTC day since 1970 that completed it. */
	size_t epochs;
	uint32_t ends[SEEP__RUNGS];
	uint32_t dates[SEEP__RUNGS];
	struct seep__group groups[SEEP_ROLE_COUNT][SEEP__RUNGS];
	int is_used; /* some group holds enough days */
};

/* seep__calibrate_init(): the epochs that a later day follows. */
void
seep__calibrate_init(struct seep__calibration *calibration,
		     struct seep__mem *mem,
		     const struct seep__entities *entities,
		     const struct seep__calendar *calendar);

void
seep__calibrate_clear(struct seep__calibration *calibration);

/* seep__calibrate_count() adds an entity's days to its groups. */
void
seep__calibrate_count(struct seep__calibration *calibration, size_t entity,
		      const struct seep__sheets *sheets);

/*
 * seep__calibrate_open() chooses the groups that hold days enough; all were
 * counted. Nothing is left to do when none does (is_used 0).
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__calibrate_open(struct seep__calibration *calibration);

/* seep__calibrate_wants() says whether the entity is of such a group. */
int
seep__calibrate_wants(const struct seep__calibration *calibration,
		      size_t entity);

/*
 * seep__calibrate_add() counts an entity's permuted days, in this phase.
 *
 * 'pool'  sealed.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__calibrate_add(struct seep__calibration *calibration,
		    const struct seep__pool *pool, size_t entity,
		    const struct seep__sheets *sheets);

/* seep__calibrate_fit() ends the phase; the order of entities and what else
 * was added before do not matter. */
void
seep__calibrate_fit(struct seep__calibration *calibration);

/* seep__calibrate_epoch() returns the epoch that decides at the end of
 * calendar day index 'day'; 0 = none, as for 'calibration' NULL. */
uint32_t
seep__calibrate_epoch(const struct seep__calibration *calibration,
		      uint32_t day);

/*
 * seep__calibrate_threshold() gives what decides at an epoch: the shipped
 * tail where the entity's group holds too few days, or for 'calibration'
 * NULL.
 */
void
seep__calibrate_threshold(const struct seep__calibration *calibration,
			  size_t entity, uint32_t epoch, uint32_t stratum,
			  uint32_t statistic,
			  struct seep__threshold *threshold);

#endif
