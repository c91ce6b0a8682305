/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * holidays.h - the file of --holidays: local days that are no ordinary ones.
 *
 * One day or range a line: "2026-05-01", "2026-12-24..2027-01-01" (the last
 * day included). The day rests like a weekend; with the word "work" behind
 * it, it is worked although it is a Saturday or Sunday. Of two lines about
 * one day the later one holds. '#' starts a comment.
 */
#ifndef SEEP_TOOLS_HOLIDAYS_H
#define SEEP_TOOLS_HOLIDAYS_H

#include <stddef.h>

#include <seep/detect.h>

/* struct holiday_list: ascending by day, each day once. */
struct holiday_list {
	struct seep_day_type *days;
	size_t count;
	size_t room;
};

/* holidays_read() is like hosts_read(); 'list' is zeroed, or holds what
 * another file said. */
int
holidays_read(const char *path, struct holiday_list *list);

void
holidays_clear(struct holiday_list *list);

#endif
