/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run.h - one run: flows from a source into an engine, then what they mean.
 *
 * Every verb makes a source and leaves the rest to run_source().
 */
#ifndef SEEP_TOOLS_RUN_H
#define SEEP_TOOLS_RUN_H

#include <seep/detect.h>
#include <seep/engine.h>
#include <seep/findings.h>
#include <seep/snapshot.h>
#include <seep/source.h>

#include "checkpoint.h"
#include "inputs.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "seen.h"
#include "store.h"
#include "timezone.h"
#include "told.h"

/* Flows taken from a source at once: 1024 of 128 bytes fill a level-2 cache
 * half; 8 times more was not faster, 8 times less costs calls. */
#define RUN_BATCH 1024

/* RUN_FAILED: a status of run_read(): it failed, and said why. */
#define RUN_FAILED 100

struct run {
	const struct options *options;
	struct seep_source *source;
	struct store store; /* outlives engine and snapshots */
	struct seep_engine *engine;
	struct seep_snapshot *kept; /* what --save will write, or NULL */
	struct seep_flow *batch;
	struct inputs inputs;
	struct output output;
	struct progress progress;
	struct seen seen;
	struct told told_ids; /* following: findings written already */
	struct checkpoint checkpoint;
	struct offset_list offsets;
	int64_t event_ns; /* end of the last flow read */
	int told;         /* the report is whole */
};

/*
 * run_source() reads 'source' to its end, or until a signal when it is
 * followed, and writes the report. It frees 'source'.
 *
 * Returns what the process should return.
 */
int
run_source(const struct options *options, struct seep_source *source);

/* A run_tell_fn writes what was found out to run->output, sets run->told
 * when that is whole, and returns what the process should return. */
typedef int (*run_tell_fn)(struct run *run);

/* run_with() is run_source() with another report. */
int
run_with(const struct options *options, struct seep_source *source,
	 run_tell_fn tell_fn);

/*
 * run_check() says on standard error when nothing usable was read, or
 * nothing had an end inside: that must not look like "nothing found".
 * Returns EXIT_DONE or EXIT_FAILED.
 */
int
run_check(const struct run *run, const struct seep_coverage *coverage);

/* run_complain() says why a run ended without a result, and what mends it;
 * returns EXIT_FAILED. */
int
run_complain(const struct run *run, int status);

/*
 * run_read() takes one batch into the engine and shows notices and
 * progress, and writes a checkpoint when it is time. Returns a status as
 * seep_source_next(), or that of the engine, or RUN_FAILED.
 */
int
run_read(struct run *run);

/*
 * run_question() fills in what the options ask of detection; 'opts' is
 * initialised and borrows from 'run' until the next call. Returns SEEP_OK or
 * SEEP_ENOMEM.
 */
int
run_question(struct run *run, const struct seep_coverage *coverage,
	     struct seep_detect_opts *opts);

/*
 * run_write() writes the report to the run's output. Returns EXIT_DONE or
 * EXIT_FAILED (told).
 */
int
run_write(struct run *run, const struct seep_findings *findings);

/*
 * run_look() looks at all that was fed so far. Where --memory leaves too
 * little room for that, the ledger's lightest channels are added up, and so
 * on, until it fits; each step is told.
 *
 * 'opts'      in and out; filled in as by run_question(), its memory_max is
 *             what was left.
 * 'snapshot'  out: what was looked at; give it to run_let_go().
 * 'findings'  out; NULL on failure.
 *
 * Returns SEEP_OK, SEEP_EBUDGET when no channel is left to add up, SEEP_EIO
 * after saying that a case could not be saved, or why not.
 */
int
run_look(struct run *run, struct seep_detect_opts *opts,
	 struct seep_snapshot **snapshot, struct seep_findings **findings);

/* run_let_go() frees a snapshot of run_look(), unless it is to be saved. */
void
run_let_go(const struct run *run, struct seep_snapshot **snapshot);

/* run_detect() is run_look() for who needs the findings alone. */
int
run_detect(struct run *run, struct seep_findings **findings);

#endif
