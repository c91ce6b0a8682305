/* SPDX-License-Identifier: BSD-3-Clause */
/* tm_gmtoff and setenv(3). */
#define _DEFAULT_SOURCE
#include "timezone.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "complain.h"

#define NS_PER_S INT64_C(1000000000)
#define S_PER_DAY 86400
#define S_PER_YEAR (366 * (time_t)S_PER_DAY)

/* 2261-12-31: one year later nanoseconds leave 64 bits. */
#define TIME_MAX_S ((time_t)(INT64_MAX / NS_PER_S) - S_PER_YEAR)

/* Longest path of a zone: names are below 40 bytes, folders are the
 * system's. */
#define PATH_MAX_BYTES 512

/* Zones are files "Area/City"; nothing else is opened. */
static int
is_zone_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_+/";

	return name[0] != '\0' && name[0] != '/' &&
	       name[strspn(name, allowed)] == '\0';
}

/* Is it a file of the database (RFC 9636: it begins with "TZif")? */
static int
is_zone_file(const char *path)
{
	char magic[4];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		return 0;
	size = fread(magic, 1, sizeof(magic), file);
	fclose(file);
	return size == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

int
timezone_use(const char *name)
{
	char path[PATH_MAX_BYTES];
	const char *folder = getenv("TZDIR");
	int size;

	assert(name != NULL);
	if (folder == NULL || folder[0] == '\0')
		folder = "/usr/share/zoneinfo";
	/* A colon before it: the file and never a rule (POSIX TZ). */
	size = snprintf(path, sizeof(path), ":%s/%s", folder, name);
	if (!is_zone_name(name) || size < 0 || (size_t)size >= sizeof(path) ||
	    !is_zone_file(path + 1)) {
		complain("--timezone '%s': not in the time zone database (%s)",
			 name, folder);
		return EXIT_USAGE;
	}
	if (setenv("TZ", path, 1) != 0)
		return complain("%s", seep_strstatus(SEEP_ENOMEM));
	tzset();
	return EXIT_DONE;
}

static int32_t
offset_at(time_t when)
{
	struct tm local;

	if (localtime_r(&when, &local) == NULL)
		return 0;
	return (int32_t)local.tm_gmtoff;
}

static int
keep_offset(struct offset_list *list, time_t from, int32_t offset_s)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : list->room * 2;
		void *grown =
		    realloc(list->offsets, room * sizeof(list->offsets[0]));

		if (grown == NULL)
			return -1;
		list->offsets = grown;
		list->room = room;
	}
	list->offsets[list->count++] = (struct seep_utc_offset){
	    .from_ns = (int64_t)from * NS_PER_S, .offset_s = offset_s};
	return 0;
}

/* The second in (before, after] at which the offset of 'after' begins. */
static time_t
find_change(time_t before, time_t after)
{
	const int32_t offset_s = offset_at(after);

	assert(before < after);
	while (after - before > 1) {
		time_t middle = before + (after - before) / 2;

		if (offset_at(middle) == offset_s)
			after = middle;
		else
			before = middle;
	}
	return after;
}

int
timezone_list(struct offset_list *list, int64_t from_ns, int64_t until_ns)
{
	time_t when = (time_t)(from_ns / NS_PER_S) - S_PER_YEAR;
	time_t end = (time_t)(until_ns / NS_PER_S) + S_PER_YEAR;

	assert(list != NULL);
	list->count = 0;
	if (when < 0)
		when = 0;
	if (end > TIME_MAX_S)
		end = TIME_MAX_S;
	if (keep_offset(list, when, offset_at(when)) != 0)
		return -1;
	/* No zone has ever changed twice in a day. */
	for (; when < end; when += S_PER_DAY) {
		const time_t next = when + S_PER_DAY;

		if (offset_at(when) == offset_at(next))
			continue;
		if (keep_offset(list, find_change(when, next),
				offset_at(next)) != 0)
			return -1;
	}
	return 0;
}

void
timezone_clear(struct offset_list *list)
{
	assert(list != NULL);
	free(list->offsets);
	memset(list, 0, sizeof(*list));
}
