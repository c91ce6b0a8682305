/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inquiry.h - one entity after the other: what is read of it, what is
 * decided on it, what is said of it.
 *
 * Passes       the first gathers how much hosts vary (pool.h), the last
 *              decides; between them, where there is evidence enough, its
 *              permuted days make the thresholds (calibrate.h). Each reads
 *              one entity at a time, so that memory does not grow with their
 *              number.
 */
#ifndef SEEP_DETECT_INQUIRY_H
#define SEEP_DETECT_INQUIRY_H

#include <stddef.h>
#include <stdint.h>

#include "detect/calibrate.h"
#include "detect/common.h"
#include "detect/entity.h"
#include "detect/episode.h"
#include "detect/ladder.h"
#include "detect/pool.h"
#include "detect/relay.h"
#include "detect/tap.h"

struct seep__inquiry {
	const struct seep__case *view;
	struct seep__entities *entities;
	struct seep__pool pool;
	struct seep__calibration calibration;
	/* scratch: of one entity. */
	struct seep__arena scratch;
	struct seep__changes changes;
	struct seep__claims claims;
	struct seep__found found;
	struct seep__relays relays;
	double knob;
	uint32_t statistics_off;
	int no_floors;
	/* common: changes of the sensor; those that show in what entities do
	 * are added. */
	struct seep__common *common;
	struct seep__shifted *shifted;
	size_t shifted_count;
	size_t shifted_room;
	/* tested: for each entity that could shift, from which calendar day
	 * index on. */
	uint32_t *tested;
	size_t tested_count;
	size_t tested_room;
	/* standing: of the whole case. */
	const struct seep__standing *standing;
	size_t standing_count;
	/* tap: for the bench; NULL otherwise. */
	const struct seep__tap *tap;
	/* alarm_days: entity x days on which an alarm was possible. */
	uint64_t alarm_days;
};

void
seep__inquiry_init(struct seep__inquiry *inquiry, const struct seep__case *view,
		   struct seep__entities *entities);

void
seep__inquiry_clear(struct seep__inquiry *inquiry);

/*
 * seep__inquiry_pool() is the first pass. Returns SEEP_OK, SEEP_ENOMEM,
 * SEEP_EBUDGET.
 */
int
seep__inquiry_pool(struct seep__inquiry *inquiry);

/*
 * seep__inquiry_calibrate() works out the thresholds of role groups that are
 * large enough; 'knob' and 'statistics_off' are set. Returns as above.
 */
int
seep__inquiry_calibrate(struct seep__inquiry *inquiry);

/*
 * seep__inquiry_decide() is the last pass: findings go to 'found', floors
 * and level statements to the entities. Returns as above.
 */
int
seep__inquiry_decide(struct seep__inquiry *inquiry);

#endif
