/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * checkpoint.h - a run that is killed goes on where its last checkpoint
 * stood.
 *
 * The file holds all that reading has made so far: the command it is of,
 * what the tool remembers, the state of the source, and the ledger. It is
 * written beside FILE (as FILE.new) and renamed over it, file and folder on
 * disk: at any moment there is a whole one, or none.
 *
 * Begin   the first one is written before anything else is done, so that a
 *         folder that cannot be written to is told at once.
 * End     a run that has told its report removes the file. One that follows
 *         has no end of its own: it writes a last checkpoint when it is
 *         asked to stop, keeps it, and goes on there when it is started
 *         again.
 * Fails   a checkpoint that cannot be written ends the run; the one before
 *         stands.
 */
#ifndef SEEP_TOOLS_CHECKPOINT_H
#define SEEP_TOOLS_CHECKPOINT_H

#include <stdint.h>

#include "output.h"

struct run;

/* struct checkpoint: starts zeroed. */
struct checkpoint {
	struct output file;
	int64_t due_ms;     /* 0 = at once */
	int resumed;        /* the run goes on from one */
	int failed;         /* one could not be written, and that was told */
	uint64_t output_at; /* following: how much was told by then, bytes */
};

/*
 * checkpoint_start() takes up the checkpoint of run->options, if there is
 * one: source and engine then stand where they stood. Without --checkpoint
 * it does nothing.
 *
 * Returns EXIT_DONE, or EXIT_FAILED after saying why: the file is damaged,
 * of another command, or of files that are not what they were. It is left
 * as it is.
 */
int
checkpoint_start(struct run *run);

/* checkpoint_keep() writes a checkpoint when it is time. Returns 0, or -1
 * after saying why not. */
int
checkpoint_keep(struct run *run);

/* checkpoint_last() writes one whatever the time is; as _keep(). */
int
checkpoint_last(struct run *run);

/* checkpoint_end() removes the file of a run that has told its report.
 * Returns EXIT_DONE, or EXIT_FAILED after saying why. */
int
checkpoint_end(const struct run *run);

#endif
