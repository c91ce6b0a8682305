/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/hourly.h"
#include "detect/host.h"
#include "support/alloc.h"

static const struct host_noise sparse = {
    .hour_bits = 1.9, .day_bits = 0.6, .empty = 0.9};

static int
compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

Test(statistic, a_rung_may_begin_later)
{
	static struct host host, later;
	struct seep__rung rung, shifted;

	host_init(&host, 5);
	host_init(&later, 5);
	host_trade(&host, &host_office);
	memcpy(later.day, host.day + 14, sizeof(*host.day) * 60);
	memcpy(later.hour, host.hour + 14 * 24, sizeof(*host.hour) * 60 * 24);
	host_rung(&host, &rung, 14, 28, 74);
	host_rung(&later, &shifted, 0, 28, 60);
	cr_assert_eq(rung.unit, shifted.unit);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		cr_assert_arr_eq(rung.value[s], shifted.value[s],
				 60 * sizeof(double));
	host_clear(&later);
	host_clear(&host);
}

Test(statistic, days_after_the_reference_change_nothing_before)
{
	struct host host;
	struct seep__rung rung;
	double before[SEEP_STATISTIC_COUNT][40];

	host_init(&host, 6);
	host_trade(&host, &host_office);
	host_rung(&host, &rung, 0, 28, 40);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		memcpy(before[s], rung.value[s], sizeof(before[s]));
	host_multiply(&host, 40, HOST_DAYS, 1000);
	host_rung(&host, &rung, 0, 28, HOST_DAYS);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		cr_assert_arr_eq(rung.value[s], before[s], sizeof(before[s]));
	host_clear(&host);
}

Test(statistic, a_shift_to_the_same_bytes_is_the_value)
{
	struct host host;
	struct seep__rung rung;

	host_init(&host, 7);
	host_trade(&host, &host_restless);
	host_miss(&host, 50, 4);
	host_rung(&host, &rung, 7, 28, 100);
	for (size_t d = 35; d < 100; d++)
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
			cr_assert_eq(seep__rung_shift(&rung, &host.sheet,
						      (enum seep_statistic)s, d,
						      host.day[d],
						      host.hour + d * 24),
				     rung.value[s][d - 7]);
	host_clear(&host);
}

Test(statistic, a_factor_on_all_bytes_changes_nothing)
{
	const struct host_noise noises[] = {host_office, host_restless,
					    host_regular, sparse};

	for (uint64_t i = 0; i < 4; i++) {
		struct host host;
		struct seep__rung rung;
		double before[SEEP_STATISTIC_COUNT][90];

		host_init(&host, 200 + i);
		host_trade(&host, &noises[i]);
		host_rung(&host, &rung, 0, 28, 90);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
			memcpy(before[s], rung.value[s], sizeof(before[s]));
		host_multiply(&host, 0, HOST_DAYS, 4);
		host_rung(&host, &rung, 0, 28, 90);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
			for (size_t d = 0; d < 90; d++)
				cr_assert_leq(
				    fabs(rung.value[s][d] - before[s][d]),
				    1e-3);
		host_clear(&host);
	}
}

Test(statistic, a_drip_lifts_the_quiet_and_the_low_hours_most)
{
	struct host host;
	struct seep__rung rung;
	double before[SEEP_STATISTIC_COUNT];
	double rise[SEEP_STATISTIC_COUNT];

	host_init(&host, 8);
	host_trade(&host, &host_office);
	host_rung(&host, &rung, 0, 28, 70);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		before[s] = host_mean(rung.value[s], 28, 70);
	/* Two per cent of the mean hour. */
	host_add(&host, 28, HOST_DAYS, 256 * rung.unit / 50);
	host_rung(&host, &rung, 0, 28, 70);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		rise[s] = host_mean(rung.value[s], 28, 70) - before[s];
		rise[s] /= sqrt(rung.variance[s]);
		cr_assert_gt(rise[s], 0);
	}
	cr_assert_gt(rise[SEEP_STATISTIC_QUIET], 0.4);
	cr_assert_gt(rise[SEEP_STATISTIC_LOW], 0.5);
	cr_assert_gt(rise[SEEP_STATISTIC_QUIET], 3 * rise[SEEP_STATISTIC_SUM]);
	host_clear(&host);
}

Test(statistic, a_wild_day_counts_little_more_than_a_bad_one)
{
	struct host host;
	struct seep__rung rung;
	double wild;

	host_init(&host, 9);
	host_trade(&host, &host_office);
	host_multiply(&host, 40, 41, 1000);
	host_rung(&host, &rung, 0, 28, 60);
	wild = rung.value[SEEP_STATISTIC_SUM][40];
	cr_assert_gt(wild, 3 * rung.sigma[SEEP_STATISTIC_SUM]);
	cr_assert_lt(wild, 7 * rung.sigma[SEEP_STATISTIC_SUM]);
	/* And wilder is still more. */
	host_multiply(&host, 40, 41, 1000);
	host_rung(&host, &rung, 0, 28, 60);
	cr_assert_gt(rung.value[SEEP_STATISTIC_SUM][40], wild);
	cr_assert_lt(rung.value[SEEP_STATISTIC_SUM][40], 1.5 * wild);
	host_clear(&host);
}

Test(statistic, one_wild_day_in_the_reference_hardly_moves_later_days)
{
	struct host host;
	struct seep__rung rung;
	double before;

	host_init(&host, 10);
	host_trade(&host, &host_office);
	host_rung(&host, &rung, 0, 28, 60);
	before = host_mean(rung.value[SEEP_STATISTIC_SUM], 28, 60);
	host_multiply(&host, 8, 9, 1000);
	host_rung(&host, &rung, 0, 28, 60);
	cr_assert_leq(
	    fabs(host_mean(rung.value[SEEP_STATISTIC_SUM], 28, 60) - before),
	    0.3 * rung.sigma[SEEP_STATISTIC_SUM]);
	host_clear(&host);
}

Test(statistic, the_references_residuals_have_mean_zero_by_type)
{
	const size_t rungs[] = {14, 28, 56};
	struct host host;
	struct seep__rung rung;

	host_init(&host, 11);
	host_trade(&host, &host_restless);
	for (size_t r = 0; r < 3; r++) {
		host_rung(&host, &rung, 0, rungs[r], 80);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
			double sum[2] = {0};

			for (size_t d = 0; d < rungs[r]; d++)
				sum[host.type[d]] += rung.value[s][d];
			cr_assert_leq(fabs(sum[0]), 1e-9);
			cr_assert_leq(fabs(sum[1]), 1e-9);
		}
	}
	host_clear(&host);
}

Test(statistic, a_type_of_two_days_takes_the_location_of_all)
{
	struct host host;
	struct seep__rung rung;

	host_init(&host, 12);
	/* 14 days of which the last two alone rest. */
	host.type[5] = host.type[6] = SEEP__WORK;
	for (size_t h = 0; h < 48; h++)
		host.shape[5 * 24 + h] = (uint8_t)(h % 24);
	host_trade(&host, &host_office);
	host_rung(&host, &rung, 0, 14, 40);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		double all = 0;
		double work[14];
		size_t n = 0;

		for (size_t d = 0; d < 14; d++)
			if (host.type[d] == SEEP__WORK)
				all += rung.value[s][d];
		cr_assert_leq(fabs(all), 1e-9);
		if (s != SEEP_STATISTIC_SUM)
			continue;
		for (size_t d = 0; d < 14; d++)
			work[n++] =
			    log2((double)host.day[d] + 24 * (double)rung.unit);
		cr_assert_leq(
		    fabs(rung.location[s][SEEP__REST] - median_of(work, n)),
		    1e-4);
	}
	host_clear(&host);
}

Test(statistic, whitening_is_what_the_header_says)
{
	double values[] = {1, -2, 3, 0.5, 4, 4};
	struct seep__rung rung = {.days = 3, .end = 6};
	const struct seep__prior prior = {
	    .variance = 4, .variance_days = 6, .rho = 0.1, .rho_days = 9};
	double z[6];
	double dof;

	rung.value[SEEP_STATISTIC_LOW] = values;
	rung.variance[SEEP_STATISTIC_LOW] = 1;
	rung.rho[SEEP_STATISTIC_LOW] = 0.5;
	seep__rung_whiten(&rung, SEEP_STATISTIC_LOW, &prior, z, &dof);
	/* s^2 = (4 * 6 + 1 * 3) / 9 = 3, rho = (0.1 * 9 + 0.5 * 3) / 12. */
	cr_assert_eq(dof, 8);
	cr_assert_leq(fabs(z[0] - 1 / sqrt(3)), 1e-12);
	for (size_t i = 1; i < 6; i++)
		cr_assert_leq(fabs(z[i] - (values[i] - 0.2 * values[i - 1]) /
					      sqrt(0.96) / sqrt(3)),
			      1e-12);
	seep__rung_whiten(&rung, SEEP_STATISTIC_LOW, NULL, z, &dof);
	cr_assert_eq(dof, 2);
	cr_assert_leq(fabs(z[1] - (-2 - 0.5) / sqrt(0.75)), 1e-12);
}

Test(statistic, days_that_follow_each_other_are_told_by_rho)
{
	struct host host;
	struct seep__rung rung;
	double factor = 0;

	host_init(&host, 13);
	host_trade(&host, &host_regular);
	for (size_t d = 0; d < HOST_DAYS; d++) {
		factor = 0.7 * factor + host_normal(&host.random);
		host_multiply(&host, d, d + 1, (uint64_t)(64 * exp2(factor)));
	}
	host_rung(&host, &rung, 0, 112, 120);
	cr_assert_gt(rung.rho[SEEP_STATISTIC_SUM], 0.5);
	cr_assert_leq(rung.rho[SEEP_STATISTIC_SUM], 0.8);
	host_trade(&host, &host_regular);
	host_rung(&host, &rung, 0, 112, 120);
	cr_assert_lt(rung.rho[SEEP_STATISTIC_SUM], 0.3);
	cr_assert_geq(rung.rho[SEEP_STATISTIC_SUM], 0);
	host_clear(&host);
}

Test(statistic, a_sheet_that_holds_nothing_answers)
{
	struct host host;
	struct seep__sheet silent;
	struct seep__rung rung;
	uint64_t hours[24];
	double z[60];
	double dof;

	host_init(&host, 14);
	host_trade(&host, &host_office);
	silent = host.sheet;
	silent.day = silent.hour = NULL;
	cr_assert_eq(seep__rung_init(&rung, &silent, &host.sheet, 0, 28, 60,
				     &host.arena),
		     SEEP_OK);
	cr_assert_gt(rung.unit, 1);
	for (size_t h = 0; h < 24; h++)
		hours[h] = 1000 * rung.unit;
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		const enum seep_statistic k = (enum seep_statistic)s;
		const uint64_t none[24] = {0};

		cr_assert_null(rung.value[s]);
		seep__rung_whiten(&rung, k, NULL, z, &dof);
		for (size_t d = 0; d < 60; d++)
			cr_assert_eq(z[d], 0);
		cr_assert_eq(seep__rung_shift(&rung, &silent, k, 40, 0, none),
			     0);
		cr_assert_gt(seep__rung_shift(&rung, &silent, k, 40,
					      24000 * rung.unit, hours),
			     3 * rung.sigma[s]);
	}
	host_clear(&host);
}

Test(statistic, a_sheet_silent_in_the_reference_is_like_one_without_bytes)
{
	static struct host host, loud;
	struct seep__sheet silent;
	struct seep__rung rung, empty;

	host_init(&host, 15);
	host_init(&loud, 15);
	host_trade(&loud, &host_office);
	host_add(&host, 40, HOST_DAYS, 10000000);
	cr_assert_eq(seep__rung_init(&rung, &host.sheet, &loud.sheet, 0, 28, 60,
				     &host.arena),
		     SEEP_OK);
	silent = host.sheet;
	silent.day = silent.hour = NULL;
	cr_assert_eq(seep__rung_init(&empty, &silent, &loud.sheet, 0, 28, 60,
				     &host.arena),
		     SEEP_OK);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		cr_assert_eq(rung.variance[s], 0);
		cr_assert_eq(rung.value[s][39], 0);
		cr_assert_gt(rung.value[s][40], 3 * rung.sigma[s]);
		cr_assert_eq(rung.value[s][40],
			     seep__rung_shift(
				 &empty, &silent, (enum seep_statistic)s, 40,
				 host.day[40], host.hour + (size_t)40 * 24));
	}
	host_clear(&loud);
	host_clear(&host);
}

Test(statistic, a_closure_that_the_table_knows_is_no_surprise)
{
	struct host host;
	struct seep__rung rung;

	host_init(&host, 16);
	host_rest(&host, 44); /* a Wednesday */
	host_trade(&host, &host_office);
	host_rung(&host, &rung, 0, 28, 60);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		cr_assert_leq(fabs(rung.value[s][44]),
			      3 * sqrt(rung.variance[s]));
	/* The same bytes on a day that it calls ordinary. */
	host.type[44] = SEEP__WORK;
	for (size_t h = 0; h < 24; h++)
		host.shape[44 * 24 + h] = (uint8_t)h;
	host_rung(&host, &rung, 0, 28, 60);
	cr_assert_lt(rung.value[SEEP_STATISTIC_SUM][44],
		     -3 * sqrt(rung.variance[SEEP_STATISTIC_SUM]));
	cr_assert_lt(rung.value[SEEP_STATISTIC_SHAPE][44],
		     -2 * sqrt(rung.variance[SEEP_STATISTIC_SHAPE]));
	host_clear(&host);
}

Test(statistic, an_hour_that_the_reference_never_saw_has_a_location)
{
	struct host host;
	struct seep__rung rung;

	host_init(&host, 18);
	host_trade(&host, &host_office);
	for (size_t d = 0; d < 28; d++)
		host_miss(&host, d, 2);
	host_rung(&host, &rung, 0, 28, 60);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		for (size_t d = 0; d < 60; d++)
			cr_assert(isfinite(rung.value[s][d]));
	cr_assert_gt(rung.hours->cell[0], 10);
	host_clear(&host);
}

Test(statistic, the_largest_numbers_are_survived)
{
	struct host host;
	struct seep__rung rung;

	host_init(&host, 19);
	for (size_t i = 0; i < (size_t)HOST_DAYS * 24; i++)
		host.hour[i] = i % 5 ? UINT64_MAX : 0;
	for (size_t d = 0; d < HOST_DAYS; d++)
		host.day[d] = UINT64_MAX - d;
	host_rung(&host, &rung, 0, 112, HOST_DAYS);
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		for (size_t d = 0; d < HOST_DAYS; d++)
			cr_assert(isfinite(rung.value[s][d]));
	host_clear(&host);
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct host *host = ctx;
	struct seep__rung rung;
	struct seep__arena arena;
	struct seep__mem *mem;
	int rc = seep__mem_new(&mem, alloc, 0);

	if (rc != SEEP_OK)
		return rc;
	seep__arena_init(&arena, mem);
	rc = seep__rung_init(&rung, &host->sheet, &host->sheet, 0, 28, 60,
			     &arena);
	seep__arena_clear(&arena);
	seep__mem_unref(mem);
	return rc;
}

Test(statistic, every_failed_allocation_is_survived)
{
	struct host host;
	const char *wrong;
	size_t runs;

	host_init(&host, 20);
	/* Without rest days the groups by the clock are needed too. */
	memset(host.type, SEEP__WORK, sizeof(host.type));
	for (size_t i = 0; i < (size_t)HOST_DAYS * 24; i++)
		host.shape[i] = (uint8_t)(i % 24);
	host_trade(&host, &host_office);
	wrong = test_alloc_each(attempt, &host, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_geq(runs, 5);
	host_clear(&host);
}
