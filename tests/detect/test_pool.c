/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "detect/lone.h"

#define HOSTS 9
#define STRATUM SEEP_STRATUM_ALL

/* struct estate: hosts of one role, of which each varies more than the one
 * before; host i is first seen on day late[i]. */
struct estate {
	struct lone lone[HOSTS];
	size_t count;
	struct seep__entities entities;
	struct seep_entity list[HOSTS];
	size_t hosts[HOSTS + 1];
	uint8_t roles[HOSTS];
	struct seep__pool pool;
};

static void
open_estate(struct estate *estate, size_t count, const uint32_t *late)
{
	struct seep__entities *entities = &estate->entities;

	cr_assert_leq(count, HOSTS);
	estate->count = count;
	for (size_t i = 0; i < count; i++) {
		struct host_noise noise = lone_office;

		noise.day_bits = 0.2 * (double)(i + 1);
		lone_open(&estate->lone[i], 10 + i, 60, &noise);
		for (uint32_t d = 0; late && d < 60; d++)
			estate->lone[i].usable[d] = d + late[i];
		estate->list[i].host.prefix_bits = 128;
		estate->roles[i] = SEEP_ROLE_FILE_SERVER;
		estate->hosts[i] = i;
	}
	estate->hosts[count] = count;
	entities->list = estate->list;
	entities->count = count;
	entities->hosts = entities->first = estate->hosts;
	entities->rungs_count = 1;
	entities->roles = estate->roles;
	seep__pool_init(&estate->pool, estate->lone[0].host.mem, entities);
}

static void
fill_pool(struct estate *estate)
{
	for (size_t i = 0; i < estate->count; i++)
		cr_assert_eq(
		    seep__pool_add(&estate->pool, i, &estate->lone[i].sheets),
		    SEEP_OK);
	cr_assert_eq(seep__pool_seal(&estate->pool), SEEP_OK);
}

static void
close_estate(struct estate *estate)
{
	seep__pool_clear(&estate->pool);
	for (size_t i = 0; i < estate->count; i++)
		lone_close(&estate->lone[i]);
}

static struct seep__prior
ask(const struct estate *estate, size_t entity, size_t days, uint32_t day)
{
	struct seep__prior prior;

	seep__pool_prior(&estate->pool, entity, STRATUM, SEEP_STATISTIC_SUM,
			 days, day, &prior);
	return prior;
}

/* The variance of one host's own first rung. */
static double
own_variance(struct lone *lone, size_t days)
{
	struct seep__rung rung;

	host_rung(&lone->host, &rung, 0, days, days);
	return rung.variance[SEEP_STATISTIC_SUM];
}

static int
compare_double(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
middle_variance(struct estate *estate, size_t count, size_t days)
{
	double list[HOSTS];

	for (size_t i = 0; i < count; i++)
		list[i] = own_variance(&estate->lone[i], days);
	qsort(list, count, sizeof(*list), compare_double);
	return list[count / 2];
}

Test(pool, the_prior_is_the_middle_host_of_the_role)
{
	static struct estate estate;

	open_estate(&estate, HOSTS, NULL);
	fill_pool(&estate);
	for (size_t days = 14; days <= 28; days *= 2) {
		const struct seep__prior prior =
		    ask(&estate, 0, days, (uint32_t)days - 1);

		cr_assert_float_eq(prior.variance,
				   middle_variance(&estate, HOSTS, days),
				   1e-12);
		/* As much as a fortnight of its own. */
		cr_assert_float_eq(prior.variance_days, 14, 1e-12);
	}
	close_estate(&estate);
}

Test(pool, one_wild_host_moves_the_middle_little)
{
	static struct estate estate;
	struct host_noise wild = lone_office;
	double before;

	open_estate(&estate, HOSTS, NULL);
	fill_pool(&estate);
	before = ask(&estate, 0, 28, 27).variance;
	close_estate(&estate);
	open_estate(&estate, HOSTS, NULL);
	wild.day_bits = 20;
	lone_close(&estate.lone[8]);
	lone_open(&estate.lone[8], 18, 60, &wild);
	fill_pool(&estate);
	cr_assert_float_eq(ask(&estate, 0, 28, 27).variance, before, 1e-12);
	close_estate(&estate);
}

Test(pool, another_role_and_a_small_one_take_the_shipped_prior)
{
	static struct estate estate;
	struct seep__prior shipped;

	open_estate(&estate, 4, NULL);
	fill_pool(&estate);
	shipped = ask(&estate, 0, 14, 13);
	cr_assert_float_eq(shipped.variance, 1.0, 1e-12);
	cr_assert_float_eq(shipped.variance_days, 8, 1e-12);
	cr_assert_float_eq(shipped.rho, 0.1, 1e-12);
	close_estate(&estate);
	open_estate(&estate, HOSTS, NULL);
	estate.roles[3] = SEEP_ROLE_WEB_SERVER;
	fill_pool(&estate);
	cr_assert_float_eq(ask(&estate, 3, 14, 13).variance, 1.0, 1e-12);
	cr_assert_float_neq(ask(&estate, 2, 14, 13).variance, 1.0, 1e-3);
	close_estate(&estate);
}

/* Five hosts by day 13, two more by day 33, one by day 43. */
Test(pool, a_day_knows_the_hosts_whose_reference_was_complete)
{
	static const uint32_t late[] = {0, 0, 0, 0, 0, 20, 20, 30};
	static struct estate estate;

	open_estate(&estate, 8, late);
	fill_pool(&estate);
	cr_assert_float_eq(ask(&estate, 0, 14, 12).variance, 1.0, 1e-12);
	cr_assert_float_eq(ask(&estate, 0, 14, 13).variance,
			   middle_variance(&estate, 5, 14), 1e-12);
	cr_assert_float_eq(ask(&estate, 0, 14, 32).variance,
			   middle_variance(&estate, 5, 14), 1e-12);
	cr_assert_float_eq(ask(&estate, 5, 14, 33).variance,
			   middle_variance(&estate, 7, 14), 1e-12);
	cr_assert_float_eq(ask(&estate, 7, 14, 43).variance,
			   middle_variance(&estate, 8, 14), 1e-12);
	close_estate(&estate);
}

Test(pool, silent_strata_say_nothing_of_how_others_vary)
{
	static const struct host_noise silent = {0};
	static struct estate estate;

	open_estate(&estate, HOSTS, NULL);
	for (size_t i = 4; i < HOSTS; i++) {
		lone_close(&estate.lone[i]);
		lone_open(&estate.lone[i], i, 60, &silent);
	}
	fill_pool(&estate);
	/* Four that vary are too few. */
	cr_assert_float_eq(ask(&estate, 0, 14, 13).variance, 1.0, 1e-12);
	close_estate(&estate);
}
