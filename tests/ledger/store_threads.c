/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine feeds and merges runs in a store while other threads read its
 * snapshots out of it and free them. A program of its own, since Criterion
 * does not run under ThreadSanitizer, for which it is meant.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/site.h>

#include "ledger/cases.h"
#include "support/random.h"
#include "support/store.h"

#define PARTS 6
#define PART 6000
#define READERS 3

/* struct watch: a thread that saves, looks, and frees. */
struct watch {
	pthread_t thread;
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;
	int status;
};

static void
must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "store_threads: %s\n", what);
	abort();
}

static void *
read_and_free(void *ctx)
{
	struct watch *watch = ctx;
	const struct seep_snapshot *snapshot = watch->snapshot;
	struct seep_findings *findings = NULL;
	int status;

	watch->status = seep_snapshot_save(watch->snapshot, test_bytes_write,
					   &watch->bytes);
	status = seep_detect(&snapshot, 1, NULL, &findings, NULL);
	if (watch->status == SEEP_OK)
		watch->status = status;
	seep_findings_free(findings);
	seep_snapshot_free(watch->snapshot);
	return NULL;
}

static void
start(struct watch *watch, struct seep_engine *engine)
{
	memset(watch, 0, sizeof(*watch));
	watch->snapshot = test_snapshot(engine);
	must(pthread_create(&watch->thread, NULL, read_and_free, watch) == 0,
	     "no thread");
}

static void
finish(struct watch *watch, const struct test_bytes *expected)
{
	must(pthread_join(watch->thread, NULL) == 0, "not joined");
	must(watch->status == SEEP_OK, "could not be read");
	must(test_bytes_equal(&watch->bytes, expected), "another case");
	test_bytes_clear(&watch->bytes);
}

static void
add_hours(struct test_flows *flows)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.1", 443);
	uint64_t state = 1;

	for (size_t i = 0; i < PARTS * PART; i++) {
		flow.orig.bytes[15] = (uint8_t)test_random_below(&state, 7);
		flow.resp.bytes[15] = (uint8_t)test_random_below(&state, 31);
		flow.start_ns = TEST_START_NS +
				(int64_t)test_random_below(&state, 300) * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		test_flows_add(flows, &flow);
	}
}

static void
feed_and_read(struct seep_engine *engine, const struct test_flows *flows)
{
	struct watch watches[READERS];

	for (size_t i = 0; i < PARTS; i++) {
		struct test_bytes expected = test_case(flows->at, i * PART, 0);

		for (size_t n = 0; n < READERS; n++)
			start(&watches[n], engine);
		test_feed(engine, flows->at + i * PART, PART);
		for (size_t n = 0; n < READERS; n++)
			finish(&watches[n], &expected);
		test_bytes_clear(&expected);
	}
}

int
main(void)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_site *site = test_site_mixed();
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine;
	struct test_store store;

	test_store_init(&store, 64 << 20);
	opts.site = site;
	opts.memory_max = 700000;
	opts.store = &store.calls;
	must(seep_engine_new(&engine, &opts, NULL) == SEEP_OK, "no engine");
	add_hours(&flows);
	feed_and_read(engine, &flows);
	must(atomic_load(&store.writes) > 10, "nothing was stored");
	must(atomic_load(&store.reads) > 1000, "nothing was read");
	printf("%zu written, %zu read\n", atomic_load(&store.writes),
	       atomic_load(&store.reads));
	seep_engine_free(engine);
	seep_site_free(site);
	test_flows_clear(&flows);
	test_store_clear(&store);
	return 0;
}
