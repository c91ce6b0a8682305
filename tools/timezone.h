/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * timezone.h - the system's time zone database, as a table for the library.
 *
 * It shapes baselines only: what is printed stays UTC.
 */
#ifndef SEEP_TOOLS_TIMEZONE_H
#define SEEP_TOOLS_TIMEZONE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>

/* struct offset_list: zero it; give back with timezone_clear(). */
struct offset_list {
	struct seep_utc_offset *offsets;
	size_t count;
	size_t room;
};

/*
 * timezone_use() makes 'name' ("Europe/Paris") the process's zone.
 *
 * Returns EXIT_DONE, or EXIT_USAGE after saying that there is none.
 */
int
timezone_use(const char *name);

/*
 * timezone_list() fills 'list' anew with the offsets in use from the year
 * before 'from_ns' to the year after 'until_ns', 1970 to 2261.
 *
 * Returns 0, or -1 without memory.
 */
int
timezone_list(struct offset_list *list, int64_t from_ns, int64_t until_ns);

void
timezone_clear(struct offset_list *list);

#endif
