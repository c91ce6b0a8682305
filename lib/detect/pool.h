/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pool.h - how much do hosts of one role vary from day to day?
 *
 * A variance from 14 or 28 days is off by a fifth or more, and the extreme
 * alarms come from the hosts whose variance came out too small. Hosts of
 * one role group vary alike, so that each one's variance is drawn towards
 * the middle one of its group (Smyth, "Linear models and empirical Bayes
 * methods", 2004, after Efron and Morris). Where a group is small, what was
 * usual on the bench stands in.
 *
 * Time       a rung of an entity uses the entities whose same rung was
 *            complete by then, so that no later day matters.
 */
#ifndef SEEP_DETECT_POOL_H
#define SEEP_DETECT_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/sheets.h"
#include "detect/statistic.h"

/* struct seep__sample: one entity's variance of one stratum, statistic and
 * rung. */
struct seep__sample {
	uint32_t key; /* role, rung, stratum, statistic */
	uint32_t day; /* calendar day index that completed the rung */
	/* hosts: once sealed, how many stand behind it. */
	uint32_t hosts;
	double variance;
	double rho;
};

struct seep__pool {
	struct seep__mem *mem;
	struct seep__sample *samples;
	size_t count;
	size_t room;
	/* roles: of each entity at each rung. */
	const struct seep__entities *entities;
};

void
seep__pool_init(struct seep__pool *pool, struct seep__mem *mem,
		const struct seep__entities *entities);

void
seep__pool_clear(struct seep__pool *pool);

/*
 * seep__pool_add() adds the variances of an entity, all rungs from its first
 * day. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__pool_add(struct seep__pool *pool, size_t entity,
	       const struct seep__sheets *sheets);

/* seep__pool_seal() takes the middle of what was added; then priors may be
 * asked for. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET. */
int
seep__pool_seal(struct seep__pool *pool);

/*
 * seep__pool_prior() gives what is known of a variance without the entity's
 * own days.
 *
 * 'days'  of the rung; 'day': the calendar day index that completed it.
 */
void
seep__pool_prior(const struct seep__pool *pool, size_t entity, uint32_t stratum,
		 enum seep_statistic statistic, size_t days, uint32_t day,
		 struct seep__prior *prior);

#endif
