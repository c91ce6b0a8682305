/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shared.c - one thread feeds an engine while others save, walk and judge
 * the snapshots that it takes; under ThreadSanitizer.
 *
 * Every snapshot goes to every reader at once and is freed by whichever is
 * done last, while the engine, with which it shares sealed hours, goes on.
 * At the end the case must be that of an engine that was fed alone.
 *
 *     shared [ROUNDS [SEED]]
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/engine.h>
#include <seep/report.h>
#include <seep/snapshot.h>

#include "ledger/cases.h"

/* Flows in all, and snapshots that are taken on the way. */
#define FLOWS 1500
#define SNAPSHOTS 8
#define READERS 4

/* struct shared: a snapshot, and how many readers still want it. */
struct shared {
	struct seep_snapshot *snapshot;
	atomic_int readers;
};

struct rig {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct shared taken[SNAPSHOTS];
	int count; /* taken so far; under 'lock' */
	atomic_ullong cells;
	atomic_ullong bytes;
	atomic_ullong judged;
};

static void
must(int status, const char *what)
{
	if (status == SEEP_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, seep_strstatus(status));
	exit(1);
}

static void
save(struct rig *rig, const struct seep_snapshot *snapshot)
{
	struct test_bytes bytes = test_save(snapshot);

	atomic_fetch_add(&rig->bytes, bytes.size);
	test_bytes_clear(&bytes);
}

static void
walk(struct rig *rig, const struct seep_snapshot *snapshot)
{
	struct seep_cells *cells;
	struct seep_cell cell;

	must(seep_cells_new(&cells, snapshot, NULL), "cells");
	while (seep_cells_next(cells, &cell) == SEEP_OK)
		atomic_fetch_add(&rig->cells, 1);
	seep_cells_free(cells);
}

static void
judge(struct rig *rig, const struct seep_snapshot *snapshot)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct test_bytes bytes = {0};
	struct seep_findings *findings;

	opts.no_floors = 1;
	must(seep_detect(&snapshot, 1, &opts, &findings, NULL), "detect");
	must(seep_report_json(findings, NULL, test_bytes_write, &bytes),
	     "JSON");
	test_bytes_clear(&bytes);
	seep_findings_free(findings);
	atomic_fetch_add(&rig->judged, 1);
}

static void
merge(struct rig *rig, const struct seep_snapshot *snapshot)
{
	struct seep_snapshot *merged;

	must(seep_snapshot_merge(&merged, &snapshot, 1, NULL), "merge");
	save(rig, merged);
	seep_snapshot_free(merged);
}

/* struct reader: what one thread does with every snapshot. */
struct reader {
	pthread_t thread;
	struct rig *rig;
	void (*look)(struct rig *rig, const struct seep_snapshot *snapshot);
};

static struct shared *
wait_for(struct rig *rig, int which)
{
	pthread_mutex_lock(&rig->lock);
	while (rig->count <= which)
		pthread_cond_wait(&rig->more, &rig->lock);
	pthread_mutex_unlock(&rig->lock);
	return &rig->taken[which];
}

static void *
read_all(void *ctx)
{
	struct reader *reader = ctx;

	for (int i = 0; i < SNAPSHOTS; i++) {
		struct shared *shared = wait_for(reader->rig, i);

		reader->look(reader->rig, shared->snapshot);
		if (atomic_fetch_sub(&shared->readers, 1) == 1)
			seep_snapshot_free(shared->snapshot);
	}
	return NULL;
}

static void
publish(struct rig *rig, struct seep_engine *engine)
{
	struct seep_snapshot *snapshot = test_snapshot(engine);
	struct shared *shared;

	pthread_mutex_lock(&rig->lock);
	shared = &rig->taken[rig->count++];
	shared->snapshot = snapshot;
	atomic_store(&shared->readers, READERS);
	pthread_cond_broadcast(&rig->more);
	pthread_mutex_unlock(&rig->lock);
}

static int
by_start(const void *a, const void *b)
{
	const struct seep_flow *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

/* Feeds all, sealing hours as event time passes. */
static struct test_bytes
feed(struct rig *rig, const struct test_flows *flows, uint64_t seed)
{
	struct seep_engine *engine = test_engine(seed);
	struct seep_snapshot *last;
	struct test_bytes bytes;
	size_t step = flows->count / SNAPSHOTS;

	for (size_t i = 0; i < flows->count; i++) {
		test_feed(engine, &flows->at[i], 1);
		if (i % 200 == 0)
			must(seep_engine_advance(engine, flows->at[i].start_ns),
			     "advance");
		if (rig != NULL && (i + 1) % step == 0 && i / step < SNAPSHOTS)
			publish(rig, engine);
	}
	last = test_snapshot(engine);
	seep_engine_free(engine);
	bytes = test_save(last);
	seep_snapshot_free(last);
	return bytes;
}

static int
run(const struct test_flows *flows, const struct test_bytes *alone,
    uint64_t seed)
{
	struct rig rig = {.count = 0};
	struct reader readers[READERS] = {
	    {.look = save}, {.look = walk}, {.look = judge}, {.look = merge}};
	struct test_bytes bytes;
	int same;

	pthread_mutex_init(&rig.lock, NULL);
	pthread_cond_init(&rig.more, NULL);
	for (int i = 0; i < READERS; i++) {
		readers[i].rig = &rig;
		if (pthread_create(&readers[i].thread, NULL, read_all,
				   &readers[i]) != 0)
			return 0;
	}
	bytes = feed(&rig, flows, seed);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i].thread, NULL);
	pthread_cond_destroy(&rig.more);
	pthread_mutex_destroy(&rig.lock);
	same = test_bytes_equal(&bytes, alone);
	test_bytes_clear(&bytes);
	printf("threads: %d snapshots, %llu cells walked, %llu bytes saved, "
	       "%llu judged, the case is %s\n",
	       rig.count, atomic_load(&rig.cells), atomic_load(&rig.bytes),
	       atomic_load(&rig.judged), same ? "the same" : "ANOTHER");
	return same && rig.cells > 0 && rig.judged == SNAPSHOTS;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	int good = 1;

	for (int i = 0; i < rounds && good; i++, seed++) {
		struct test_flows flows = TEST_FLOWS_EMPTY;
		struct test_bytes alone;

		test_flows_mixed(&flows, FLOWS, seed);
		qsort(flows.at, flows.count, sizeof(flows.at[0]), by_start);
		alone = feed(NULL, &flows, seed);
		good = run(&flows, &alone, seed + 1);
		test_bytes_clear(&alone);
		test_flows_clear(&flows);
	}
	return good ? 0 : 1;
}
