/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/seriesfile.h"
#include "detection/seriesread.h"

/* struct wide: one table and which host each of its columns is. */
struct wide {
	struct seriesfile file;
	struct series *series;
	int is_in;
	/* hosts: per column; SIZE_MAX = not kept. */
	size_t *hosts;
	size_t columns;
	size_t room;
	/* ids: the numbers to keep, sorted; ids_only says whether there are. */
	unsigned long *ids;
	size_t ids_count;
	int ids_only;
};

static int
compare_ids(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

static int
add_id(struct wide *wide, unsigned long id)
{
	unsigned long *ids =
	    realloc(wide->ids, (wide->ids_count + 1) * sizeof(*ids));

	if (ids == NULL)
		return 0;
	wide->ids = ids;
	ids[wide->ids_count++] = id;
	return 1;
}

static int
read_ids(struct wide *wide, const char *path, const struct series_opts *opts)
{
	struct seriesfile file;
	const char *text;

	if (!seriesfile_open(&file, path, opts, &wide->series->damaged))
		return 0;
	while ((text = seriesfile_line(&file)) != NULL) {
		uint64_t id;

		if (!seriesfile_bytes(text, &id))
			seriesfile_damage(&file, "this is no machine number");
		else if (!add_id(wide, (unsigned long)id))
			break;
	}
	seriesfile_close(&file);
	if (wide->ids_count > 1)
		qsort(wide->ids, wide->ids_count, sizeof(*wide->ids),
		      compare_ids);
	wide->ids_only = 1;
	return 1;
}

static int
is_listed(const struct wide *wide, const char *name)
{
	unsigned long id;

	if (!wide->ids_only)
		return 1;
	if (strncmp(name, "vm", 2) != 0 || wide->ids_count == 0)
		return 0;
	id = strtoul(name + 2, NULL, 10);
	return bsearch(&id, wide->ids, wide->ids_count, sizeof(id),
		       compare_ids) != NULL;
}

/* find_host() looks among the hosts of the first table; the columns of both
 * come in the same order, so that the guess is nearly always right. */
static size_t
find_host(const struct series *series, const char *name, size_t guess)
{
	for (size_t i = 0; i < series->count; i++) {
		size_t at = (guess + i) % series->count;

		if (strcmp(series->hosts[at].name, name) == 0)
			return at;
	}
	return SIZE_MAX;
}

static int
add_column(struct wide *wide, size_t host)
{
	if (wide->columns == wide->room) {
		size_t room = wide->room * 2 + 256;
		size_t *hosts = realloc(wide->hosts, room * sizeof(*hosts));

		if (hosts == NULL)
			return 0;
		wide->hosts = hosts;
		wide->room = room;
	}
	wide->hosts[wide->columns++] = host;
	return 1;
}

/* read_header(): the first column is the time; one host per further one. */
static int
read_header(struct wide *wide)
{
	char *rest = seriesfile_line(&wide->file);
	size_t listed = 0;
	size_t guess = 0;
	const char *name;

	if (rest == NULL || seriesfile_field(&rest) == NULL)
		return 0;
	while ((name = seriesfile_field(&rest)) != NULL) {
		size_t host = SIZE_MAX;

		if (wide->is_in)
			host = find_host(wide->series, name, guess);
		else if (is_listed(wide, name) &&
			 series_is_wanted(wide->file.opts, listed++, name)) {
			host =
			    series_add_host(wide->series, name, strlen(name));
			if (host == SIZE_MAX)
				return 0;
		}
		if (host != SIZE_MAX)
			guess = host + 1;
		if (!add_column(wide, host))
			return 0;
	}
	return wide->columns > 0;
}

static int
count_fields(const char *text)
{
	int fields = 1;

	for (; *text != '\0'; text++)
		fields += *text == ',';
	return fields;
}

/* read_cells() puts the cells of one row. 0 = no memory. */
static int
read_cells(struct wide *wide, uint32_t hour, char *rest)
{
	const char *text;

	for (size_t i = 0; (text = seriesfile_field(&rest)) != NULL; i++) {
		uint64_t bytes;
		int rc;

		assert(i < wide->columns);
		if (wide->hosts[i] == SIZE_MAX || seriesfile_is_empty(text))
			continue;
		if (!seriesfile_bytes(text, &bytes)) {
			seriesfile_damage(&wide->file, "a cell is no number");
			continue;
		}
		rc = series_put(wide->series, wide->hosts[i], hour, wide->is_in,
				bytes);
		if (rc < 0)
			return 0;
		if (rc == 0)
			seriesfile_damage(&wide->file,
					  "a cell of an hour told before, or "
					  "years away from the others");
	}
	return 1;
}

static int
read_rows(struct wide *wide)
{
	char *rest;

	while ((rest = seriesfile_line(&wide->file)) != NULL) {
		uint32_t hour;
		const char *time;

		wide->series->rows++;
		if ((size_t)count_fields(rest) != wide->columns + 1) {
			seriesfile_damage(&wide->file,
					  "not as many fields as the header");
			continue;
		}
		time = seriesfile_field(&rest);
		if (!seriesfile_hour(time, &hour)) {
			seriesfile_damage(&wide->file, "this is no hour");
			continue;
		}
		if (!read_cells(wide, hour, rest))
			return 0;
	}
	return 1;
}

int
series_read_wide(struct series *series, const char *path, const char *ids,
		 int is_in, const struct series_opts *opts)
{
	struct wide wide;
	int rc;

	memset(&wide, 0, sizeof(wide));
	wide.series = series;
	wide.is_in = is_in;
	if (ids != NULL && !read_ids(&wide, ids, opts)) {
		free(wide.ids);
		return 0;
	}
	rc = seriesfile_open(&wide.file, path, opts, &series->damaged);
	if (rc && !read_header(&wide)) {
		seriesfile_damage(&wide.file, "there is no header of hosts");
		rc = 0;
	}
	rc = rc && read_rows(&wide);
	seriesfile_close(&wide.file);
	free(wide.hosts);
	free(wide.ids);
	return rc;
}
