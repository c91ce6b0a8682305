/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ledger in a budget with a store, when memory ends or the store fails:
 * whatever can still be done is done, and asked again the rest is too.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <seep/site.h>

#include "alloc/fail.h"
#include "ledger/cases.h"
#include "support/random.h"
#include "support/store.h"

/* A little more than the engine, the work space and a page take. */
#define BUDGET 400000
#define FLOWS 9000
#define STORE_ROOM (4 << 20)

/* struct trial: flows, what they make, and a store for each run. */
struct trial {
	struct test_flows flows;
	struct test_bytes expected;
	struct test_store store;
	size_t writes; /* of an undisturbed run */
	size_t reads;
};

/* Few channels, many hours, in any order. */
static void
begin(struct trial *trial)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	uint64_t state = 23;

	memset(trial, 0, sizeof(*trial));
	for (size_t i = 0; i < FLOWS; i++) {
		flow.orig.bytes[15] = (uint8_t)test_random_below(&state, 7);
		flow.resp.bytes[15] = (uint8_t)test_random_below(&state, 9);
		flow.start_ns = TEST_START_NS +
				(int64_t)test_random_below(&state, 300) * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		test_flows_add(&trial->flows, &flow);
	}
	trial->expected = test_case(trial->flows.at, trial->flows.count, 0);
	test_store_init(&trial->store, STORE_ROOM);
}

static void
end(struct trial *trial)
{
	test_store_clear(&trial->store);
	test_bytes_clear(&trial->expected);
	test_flows_clear(&trial->flows);
}

static int
make_engine(struct trial *trial, struct seep_engine **engine)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_site *site = test_site_mixed();
	int status;

	atomic_store(&trial->store.writes, 0);
	atomic_store(&trial->store.reads, 0);
	opts.site = site;
	opts.memory_max = BUDGET;
	opts.store = &trial->store.calls;
	status = seep_engine_new(engine, &opts, fail_alloc());
	seep_site_free(site);
	cr_assert_eq(*engine == NULL, status != SEEP_OK);
	return status;
}

static int
save(struct seep_engine *engine, const struct test_bytes *expected)
{
	struct seep_snapshot *snapshot;
	struct test_bytes bytes = {0};
	int status = seep_engine_snapshot(engine, &snapshot);

	cr_assert_eq(snapshot == NULL, status != SEEP_OK);
	if (status == SEEP_OK)
		status = seep_snapshot_save(snapshot, test_bytes_write, &bytes);
	cr_assert(status != SEEP_OK || test_bytes_equal(&bytes, expected),
		  "another case");
	seep_snapshot_free(snapshot);
	test_bytes_clear(&bytes);
	return status;
}

/* Feeds; what memory or the store refused is fed again without failures. */
static int
feed_and_save(void *ctx)
{
	struct trial *trial = ctx;
	const struct test_flows *flows = &trial->flows;
	struct seep_engine *engine;
	size_t fed = 0;
	size_t more = 0;
	int status = make_engine(trial, &engine);
	int saved;

	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, flows->at, flows->count, &fed);
	cr_assert_eq(fed == flows->count, status == SEEP_OK);
	saved = status == SEEP_OK ? save(engine, &trial->expected) : SEEP_OK;
	fail_stop();
	cr_assert_eq(seep_engine_feed(engine, flows->at + fed,
				      flows->count - fed, &more),
		     SEEP_OK);
	cr_assert_eq(fed + more, flows->count);
	cr_assert_eq(save(engine, &trial->expected), SEEP_OK);
	seep_engine_free(engine);
	return status != SEEP_OK ? status : saved;
}

Test(fail_store, with_a_store_too_a_refused_flow_can_be_fed_again,
     .timeout = 300)
{
	static const struct fail_plan some = {.each = 16, .runs = 40};
	struct trial trial;
	struct fail_result result;

	begin(&trial);
	result = fail_each("feed, save, stored", feed_and_save, &trial, &some);
	cr_assert_gt(result.failed, 20);
	cr_assert_gt(atomic_load(&trial.store.writes), 3);
	end(&trial);
}

/* As above, but memory is there and the store fails. */
static int
disturbed(struct trial *trial, size_t write_at, size_t read_at)
{
	struct seep_engine *engine;
	size_t fed = 0;
	size_t more = 0;
	int status, saved;

	trial->store.fail_write_at = write_at;
	trial->store.fail_read_at = read_at;
	fail_begin(FAIL_NEVER, 0);
	cr_assert_eq(make_engine(trial, &engine), SEEP_OK);
	status =
	    seep_engine_feed(engine, trial->flows.at, trial->flows.count, &fed);
	cr_assert_eq(fed == trial->flows.count, status == SEEP_OK);
	cr_assert_eq(seep_engine_feed(engine, trial->flows.at + fed,
				      trial->flows.count - fed, &more),
		     SEEP_OK);
	cr_assert_eq(fed + more, trial->flows.count);
	saved = save(engine, &trial->expected);
	if (saved != SEEP_OK)
		cr_assert_eq(save(engine, &trial->expected), SEEP_OK);
	trial->writes = atomic_load(&trial->store.writes);
	trial->reads = atomic_load(&trial->store.reads);
	seep_engine_free(engine);
	cr_assert_null(fail_end());
	return status != SEEP_OK ? status : saved;
}

Test(fail_store, every_call_of_the_store_fails_once_and_is_said, .timeout = 300)
{
	struct trial trial;
	size_t writes, reads, at;

	begin(&trial);
	cr_assert_eq(disturbed(&trial, 0, 0), SEEP_OK);
	writes = trial.writes;
	reads = trial.reads;
	cr_assert_gt(writes, 5);
	cr_assert_gt(reads, 50);
	for (at = 1; at <= reads; at++)
		cr_assert_eq(disturbed(&trial, 0, at), SEEP_EIO, "read %zu",
			     at);
	/* Where the snapshot's own run cannot be stored, it is kept. */
	for (at = 1; at <= writes; at++) {
		int status = disturbed(&trial, at, 0);

		cr_assert(status == SEEP_EIO || at > 2, "write %zu", at);
		cr_assert(status == SEEP_EIO || status == SEEP_OK);
	}
	end(&trial);
}
