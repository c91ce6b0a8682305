/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detection/jobs.h"
#include "detection/tally.h"
#include "detection/trial.h"

#define HISTORY 28
#define DAYS 14

/* Monday, 5 January 2026, 0 h UTC. */
#define START_NS (INT64_C(1767571200) * 1000000000)

static struct estate_opts
small_site(void)
{
	struct estate_opts opts = {.history = HISTORY};

	opts.world = (struct world_opts){.seed = 11,
					 .start_ns = START_NS,
					 .days = HISTORY + DAYS + 1,
					 .noise = WORLD_NOISE_OFFICE,
					 .light = 1};
	opts.world.hosts[WORLD_FILE_SERVER] = 4;
	opts.world.hosts[WORLD_RESOLVER] = 1;
	opts.world.hosts[WORLD_WORKSTATION] = 5;
	return opts;
}

static struct trial
gross_trial(const struct estate *estate)
{
	return (struct trial){.estate = estate,
			      .host = estate_find(estate, WORLD_FILE_SERVER),
			      .pattern = INJECT_DRIP,
			      .seed = 3,
			      .start_ns = estate_at(estate, HISTORY),
			      .days = DAYS,
			      .alarms_per_year = 0.1};
}

Test(trial, a_gross_leak_is_detected_and_its_twin_is_not)
{
	const struct estate_opts opts = small_site();
	struct estate *estate = estate_new(&opts);
	struct trial_result result;
	struct trial trial;
	double mean;

	cr_assert_not_null(estate);
	trial = gross_trial(estate);
	mean = estate->hosts[trial.host].mean_out;
	cr_assert_gt(mean, 1e6);
	cr_assert_eq(trial_run(&trial, (uint64_t)(10 * mean), &result), 0);
	cr_expect_eq(result.miss, TRIAL_DETECTED, "%s",
		     trial_miss_name(result.miss));
	cr_expect_eq(result.bytes, DAYS * (uint64_t)(10 * mean));
	cr_expect_gt(result.detected_at_ns, trial.start_ns);
	cr_assert_eq(trial_run(&trial, 0, &result), 0);
	cr_expect_neq(result.miss, TRIAL_DETECTED);
	estate_free(estate);
}

Test(trial, the_floor_is_the_first_rate_of_the_grid_that_is_detected)
{
	const struct estate_opts opts = small_site();
	struct estate *estate = estate_new(&opts);
	struct trial_result result;
	struct trial trial;
	double floor, far, mean;

	cr_assert_not_null(estate);
	trial = gross_trial(estate);
	mean = estate->hosts[trial.host].mean_out;
	cr_assert_eq(trial_floor(&trial, mean / 50, 64 * mean, &floor), 0);
	cr_assert(isfinite(floor));
	/* Wherever the search begins. */
	cr_assert_eq(trial_floor(&trial, 30 * mean, 64 * mean, &far), 0);
	cr_expect_eq(floor, far);
	cr_assert_eq(trial_run(&trial, (uint64_t)floor, &result), 0);
	cr_expect_eq(result.miss, TRIAL_DETECTED);
	cr_assert_eq(
	    trial_run(&trial, (uint64_t)(floor / pow(2, 0.25)), &result), 0);
	cr_expect_neq(result.miss, TRIAL_DETECTED);
	cr_assert_eq(trial_floor(&trial, mean / 50, floor / 4, &far), 0);
	cr_expect(isinf(far));
	estate_free(estate);
}

Test(estate, profiles_are_those_of_the_history)
{
	const struct estate_opts opts = small_site();
	struct estate *estate = estate_new(&opts);

	cr_assert_not_null(estate);
	for (size_t h = 0; h < estate->hosts_count; h++) {
		const struct estate_host *host = &estate->hosts[h];
		double shape = 0, share = 0;

		for (size_t i = 0; i < 168; i++)
			shape += host->shape[i];
		for (size_t i = 0; i < host->used_count; i++)
			share += host->used[i].share;
		cr_expect_lt(fabs(shape - 1), 1e-9);
		cr_expect_leq(share, 1 + 1e-9);
		cr_expect_leq(host->mean_rare, host->mean_out * (1 + 1e-9));
		for (size_t i = 1; i < host->used_count; i++)
			cr_expect_leq(host->used[i].share,
				      host->used[i - 1].share);
	}
	estate_free(estate);
}

Test(estate, a_server_can_be_scaled_to_a_mean)
{
	struct estate_opts opts = small_site();
	struct estate *estate;

	opts.mean_out = 5e9;
	estate = estate_new(&opts);
	cr_assert_not_null(estate);
	for (size_t h = 0; h < estate->hosts_count; h++)
		if (estate_is_server(estate, h))
			cr_expect_lt(fabs(estate->hosts[h].mean_out / 5e9 - 1),
				     1e-4);
	estate_free(estate);
}

static int
square(void *context, size_t unit, void *record)
{
	*(uint64_t *)record = unit * unit + *(const uint64_t *)context;
	return 0;
}

static int
fail_at_five(void *context, size_t unit, void *record)
{
	(void)context;
	(void)record;
	return unit == 5 ? -1 : 0;
}

Test(jobs, the_result_does_not_depend_on_the_number_of_processes)
{
	uint64_t plus = 9;

	for (size_t jobs = 1; jobs <= 5; jobs += 2) {
		void *records;

		cr_assert_eq(jobs_run(jobs, 40, 16, square, &plus, &records),
			     0);
		for (uint64_t i = 0; i < 40; i++)
			cr_expect_eq(((uint64_t *)records)[2 * i], i * i + 9);
		jobs_free(records, 40, 16);
	}
}

Test(jobs, a_unit_that_fails_is_told)
{
	void *records;

	cr_expect_eq(jobs_run(1, 9, 16, fail_at_five, NULL, &records), -1);
	cr_expect_null(records);
	cr_expect_eq(jobs_run(3, 9, 16, fail_at_five, NULL, &records), -1);
	cr_expect_null(records);
}

Test(tally, adds_up_by_key_and_packs_most_first)
{
	struct tally tally = {0};

	for (uint32_t i = 0; i < 3000; i++) {
		const struct tally_key key = {.tag = i % 1000,
					      .port = (uint16_t)(i % 10)};
		struct tally_entry *entry = tally_at(&tally, &key);

		cr_assert_not_null(entry);
		entry->value += i % 1000;
	}
	cr_expect_eq(tally.count, 1000);
	cr_expect_null(tally_find(&tally, &(struct tally_key){.tag = 1000}));
	cr_assert_eq(tally_pack(&tally), 1000);
	for (size_t i = 0; i < 1000; i++)
		cr_expect_eq(tally.entries[i].value, 3 * (999 - i));
	tally_clear(&tally);
}
