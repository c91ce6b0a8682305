/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "detect/entity.h"

/* A group of fewer hosts says too little of what is usual in it: the middle
 * of four is as rough as a guess. */
#define GROUP_MIN 5

/*
 * How many days of its own an entity's variance has to have to outweigh the
 * group's. Hosts of one role differ by a factor of about two in variance,
 * which is as much as 14 days are wrong by chance.
 */
#define GROUP_DAYS 14.0
#define RHO_DAYS 28.0

/* The bench's figures weigh less: they come from other sites. */
#define SHIPPED_DAYS 8.0

/* What was usual on the bench: variances in squares of the statistics' own
 * units. */
static const double shipped_variance[SEEP_STATISTIC_COUNT] = {
    [SEEP_STATISTIC_SUM] = 1.0,
    [SEEP_STATISTIC_SHAPE] = 0.10,
    [SEEP_STATISTIC_QUIET] = 0.25,
    [SEEP_STATISTIC_LOW] = 1.0,
};
#define SHIPPED_RHO 0.1

static uint32_t
rung_index(size_t days)
{
	uint32_t index = 0;

	while (((size_t)SEEP__RUNG_FIRST << index) < days)
		index++;
	assert(((size_t)SEEP__RUNG_FIRST << index) == days);
	return index;
}

static uint32_t
make_key(const struct seep__pool *pool, size_t entity, uint32_t stratum,
	 uint32_t statistic, uint32_t rung)
{
	const uint32_t role =
	    (uint32_t)seep__entities_pool(pool->entities, entity, rung);

	return (role << 24 | rung << 16 | stratum << 8) | statistic;
}

void
seep__pool_init(struct seep__pool *pool, struct seep__mem *mem,
		const struct seep__entities *entities)
{
	memset(pool, 0, sizeof(*pool));
	pool->mem = mem;
	pool->entities = entities;
}

void
seep__pool_clear(struct seep__pool *pool)
{
	seep__mem_put(pool->mem, pool->samples,
		      pool->room * sizeof(*pool->samples));
	pool->samples = NULL;
	pool->count = pool->room = 0;
}

static int
add_sample(struct seep__pool *pool, const struct seep__sample *sample)
{
	const int rc =
	    seep__mem_grow(pool->mem, (void **)&pool->samples, &pool->room,
			   pool->count + 1, sizeof(*sample));

	if (rc == SEEP_OK)
		pool->samples[pool->count++] = *sample;
	return rc;
}

static int
add_stratum(struct seep__pool *pool, size_t entity,
	    const struct seep__sheets *sheets, uint32_t stratum)
{
	const struct seep__days *days = &sheets->days;
	const size_t base = sheets->start[stratum];
	uint32_t index = 0;

	for (size_t length = SEEP__RUNG_FIRST;
	     base + length < days->count && index < SEEP__RUNGS;
	     length *= 2, index++) {
		struct seep__rung rung;
		int rc = seep__rung_init(&rung, &sheets->sheet[stratum],
					 seep__sheets_whole(sheets, stratum),
					 base, length, base + length,
					 sheets->subject->scratch);

		if (rc != SEEP_OK)
			return rc;
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			const struct seep__sample sample = {
			    .key = make_key(pool, entity, stratum, k, index),
			    .day = days->usable[base + length - 1],
			    .variance = rung.variance[k],
			    .rho = rung.rho[k]};

			/* A stratum that was silent says nothing of how
			 * others vary. */
			if (rung.value[k] && rung.variance[k] > 0.0)
				rc = add_sample(pool, &sample);
			if (rc != SEEP_OK)
				return rc;
		}
	}
	return SEEP_OK;
}

int
seep__pool_add(struct seep__pool *pool, size_t entity,
	       const struct seep__sheets *sheets)
{
	int rc = SEEP_OK;

	for (uint32_t s = 0; rc == SEEP_OK && s < SEEP_STRATUM_COUNT; s++)
		if (sheets->sheet[s].day)
			rc = add_stratum(pool, entity, sheets, s);
	return rc;
}

static int
compare_sample(const void *a, const void *b)
{
	const struct seep__sample *x = a;
	const struct seep__sample *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->variance < y->variance || x->variance > y->variance)
		return x->variance < y->variance ? -1 : 1;
	return (x->rho > y->rho) - (x->rho < y->rho);
}

static int
compare_double(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Replaces the samples of one key and day by one: the middle of all that
 * were complete by that day. 'scratch' has room for two lists of them.
 */
static void
fold_key(struct seep__pool *pool, size_t first, size_t end, size_t *kept,
	 double *scratch)
{
	const struct seep__sample *list = pool->samples;
	double *variances = scratch;
	double *rhos = scratch + pool->count;

	for (size_t day_end, at = first; at < end; at = day_end) {
		struct seep__sample middle = list[at];
		size_t count;

		day_end = at + 1;
		while (day_end < end && list[day_end].day == list[at].day)
			day_end++;
		count = day_end - first;
		for (size_t i = at; i < day_end; i++) {
			variances[i - first] = list[i].variance;
			rhos[i - first] = list[i].rho;
		}
		qsort(variances, count, sizeof(double), compare_double);
		qsort(rhos, count, sizeof(double), compare_double);
		middle.variance = variances[count / 2];
		middle.rho = rhos[count / 2];
		middle.hosts = (uint32_t)count;
		/* The list shrinks behind what is still to be read. */
		pool->samples[(*kept)++] = middle;
	}
}

int
seep__pool_seal(struct seep__pool *pool)
{
	double *scratch;
	size_t kept = 0;

	if (pool->count == 0)
		return SEEP_OK;
	scratch = seep__mem_get(pool->mem, pool->count * 2 * sizeof(double));
	if (!scratch)
		return seep__mem_why(pool->mem);
	qsort(pool->samples, pool->count, sizeof(*pool->samples),
	      compare_sample);
	for (size_t end, first = 0; first < pool->count; first = end) {
		end = first + 1;
		while (end < pool->count &&
		       pool->samples[end].key == pool->samples[first].key)
			end++;
		fold_key(pool, first, end, &kept, scratch);
	}
	seep__mem_put(pool->mem, scratch, pool->count * 2 * sizeof(double));
	pool->count = kept;
	return SEEP_OK;
}

/* The last entry of 'key' that was complete by 'day', or NULL. */
static const struct seep__sample *
find_sample(const struct seep__pool *pool, uint32_t key, uint32_t day)
{
	size_t low = 0;
	size_t high = pool->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct seep__sample *at = &pool->samples[middle];

		if (at->key < key || (at->key == key && at->day <= day))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || pool->samples[low - 1].key != key)
		return NULL;
	return &pool->samples[low - 1];
}

void
seep__pool_prior(const struct seep__pool *pool, size_t entity, uint32_t stratum,
		 enum seep_statistic statistic, size_t days, uint32_t day,
		 struct seep__prior *prior)
{
	const uint32_t key = make_key(pool, entity, stratum,
				      (uint32_t)statistic, rung_index(days));
	const struct seep__sample *sample = find_sample(pool, key, day);

	prior->variance = shipped_variance[statistic];
	prior->variance_days = SHIPPED_DAYS;
	prior->rho = SHIPPED_RHO;
	prior->rho_days = RHO_DAYS;
	if (!sample || sample->hosts < GROUP_MIN)
		return;
	prior->variance = sample->variance;
	prior->variance_days = GROUP_DAYS;
	prior->rho = sample->rho;
}
