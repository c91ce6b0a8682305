/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.h - a temporary file for what does not fit the memory budget.
 *
 * It has no name, so that nothing is left behind whatever ends the process,
 * only its owner could open it, and it is made when the first byte is
 * written: a run that fits its budget makes none. It lies in $TMPDIR, else
 * beside the file that the run writes, else in /var/tmp; never where the
 * evidence lies, nor in /tmp, which may be memory.
 */
#ifndef SEEP_TOOLS_STORE_H
#define SEEP_TOOLS_STORE_H

#include <seep/store.h>

struct store {
	struct seep_store calls; /* for struct seep_engine_opts */
	const char *beside;      /* a file that will be written, or NULL */
	char *folder;            /* once opened, or where that failed */
	int fd;                  /* -1 until something is written */
	int error;               /* errno of what failed last, or 0 */
};

/* store_init() opens nothing. 'beside' is borrowed; NULL and "-" are none. */
void
store_init(struct store *store, const char *beside);

/* store_clear() gives the file back. Fine on a zeroed struct. */
void
store_clear(struct store *store);

/*
 * store_complain() says why the store failed, if it did. Returns whether:
 * 1 or 0.
 */
int
store_complain(const struct store *store);

#endif
