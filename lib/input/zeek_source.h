/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_source.h - the Zeek reader as a whole.
 *
 *     paths ──order──► logs ──rows──► hold ──► flows
 *                       ▲
 *     follow ───────────┘  (files that grow, rotate and appear)
 */
#ifndef SEEP_INPUT_ZEEK_SOURCE_H
#define SEEP_INPUT_ZEEK_SOURCE_H

#include <seep/zeek.h>

#include "input/identity.h"
#include "input/source.h"
#include "input/zeek_hold.h"
#include "input/zeek_log.h"
#include "input/zeek_paths.h"

enum seep__zeek_phase {
	SEEP__ZEEK_PREPARE, /* look into the files, put interim ones first */
	SEEP__ZEEK_READ,
	SEEP__ZEEK_FOLLOW,
	SEEP__ZEEK_DRAIN,
	SEEP__ZEEK_DONE
};

struct seep__zeek_follow;

struct seep__zeek {
	struct seep_source base; /* first: a struct seep_source */
	struct seep_zeek_opts opts;
	struct seep__zeek_rules rules;
	struct seep__zeek_paths paths; /* what is to be read */
	struct seep__zeek_hold hold;
	struct seep__identity *identity;
	struct seep__zeek_log *log; /* the one being read */
	struct seep__zeek_follow *follow;
	enum seep__zeek_phase phase;
	size_t at;        /* the next of 'paths' */
	int duplicate;    /* the log's content was read under another name */
	const char *same; /* what the path at hand repeats, or NULL */
	size_t compared;  /* paths compared with those before them */
	int finishing;
	uint64_t done_bytes; /* of files read to their end, as stored */
	uint64_t roots;      /* seep__source_sum_paths() of what was named */
};

/*
 * seep__zeek_pump() reads rows of a log into the batch.
 *
 * Returns SEEP_OK (the batch is full), SEEP_END (see
 * seep__zeek_log_next()), SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_pump(struct seep__zeek *zeek, struct seep__zeek_log *log, int final,
		int duplicate);

/*
 * seep__zeek_peek() says whether the head of a regular file names it an
 * interim log (#path or _path): 1 or 0, also 0 for what cannot be read.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__zeek_peek(struct seep__mem *mem, const char *path, uint8_t *interim);

/* seep__zeek_save() and _restore(): see struct seep__source_ops. */
int
seep__zeek_save(struct seep_source *source, struct seep__packer *packer);

void
seep__zeek_restore(struct seep_source *source, struct seep__unpacker *unpacker);

#endif
