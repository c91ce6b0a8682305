/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inject.h - the rows of a made-up leak, and a log with them in it.
 *
 * Memory   160 bytes a row of the leak; the log itself passes through.
 */
#ifndef SEEP_TOOLS_INJECT_H
#define SEEP_TOOLS_INJECT_H

#include <stddef.h>

#include <seep/site.h>

#include "draw.h"
#include "leak.h"
#include "logrow.h"
#include "output.h"

/* More rows than this are a typing error: 2 million take 320 MB. */
#define INJECT_ROWS_MAX 2000000

/* struct inject_rows: by the time at which a sensor writes them. */
struct inject_rows {
	struct logrow *rows;
	size_t count;
	size_t room;
};

/* struct inject: the leak as rows of logs. Zero it, then inject_make(). */
struct inject {
	struct inject_rows conn;
	struct inject_rows dns;
	const struct seep_site *site;
	struct draw draw;
	char domain[32];
	const struct seep_address *via;
	uint64_t seed;
	uint64_t queries; /* names made so far */
};

/*
 * inject_make() makes the rows of a leak.
 *
 * Returns EXIT_DONE, or EXIT_FAILED after saying why.
 */
int
inject_make(struct inject *inject, const struct leak_opts *opts);

/*
 * inject_log() copies the log 'path' to 'output', with 'rows' where a sensor
 * would have written them.
 *
 * 'path'  NULL = there is no log yet: one is begun, JSON if 'json'.
 * 'host'  rows of this address serve as a pattern first.
 *
 * Returns EXIT_DONE, or EXIT_FAILED after saying why.
 */
int
inject_log(const struct inject *inject, const struct inject_rows *rows,
	   const char *path, int json, const char *host, struct output *output);

/* inject_is_json(): does the log 'path' hold JSON? 1, 0, or -1 after saying
 * why that cannot be told. */
int
inject_is_json(const char *path);

/* inject_truth() writes what was put in, as JSON Lines: the leak, then its
 * rows. Returns 0 or -1 (errno). */
int
inject_truth(const struct inject *inject, const struct leak_opts *opts,
	     struct output *output);

void
inject_clear(struct inject *inject);

#endif
