/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * told.h - which findings a followed run has written already.
 */
#ifndef SEEP_TOOLS_TOLD_H
#define SEEP_TOOLS_TOLD_H

#include <stddef.h>
#include <stdint.h>

#include "parts.h"

/* struct told: the ids that were written, and when we looked last. */
struct told {
	char (*ids)[17];
	size_t count;
	size_t room;
	int64_t hour; /* of event time, at the last look */
	int64_t looked_ms;
};

/* told_keep() says whether 'id' is new, and keeps it: 1, 0, or -1 without
 * memory. */
int
told_keep(struct told *told, const char *id);

void
told_clear(struct told *told);

/* told_save() and told_restore() are for a checkpoint; what is restored goes
 * into one that is empty. _restore() returns 0, or -1 without memory. */
void
told_save(const struct told *told, struct parts_writer *writer);

int
told_restore(struct told *told, struct parts_reader *reader);

#endif
