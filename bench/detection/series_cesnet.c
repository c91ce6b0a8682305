/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "detection/seriesfile.h"
#include "detection/seriesread.h"

#define PATH_SIZE 4096

/* struct times: the hour that each id_time stands for. */
struct times {
	uint32_t *hours; /* 0 = not told */
	size_t count;
	size_t room;
};

/* The largest id_time believed: 20 years of hours. */
#define ID_TIME_MAX SERIES_SPAN_MAX

static int
set_time(struct times *times, size_t id, uint32_t hour)
{
	if (id >= times->room) {
		size_t room = id * 2 + 1024;
		uint32_t *hours = realloc(times->hours, room * sizeof(*hours));

		if (hours == NULL)
			return 0;
		memset(hours + times->room, 0,
		       (room - times->room) * sizeof(*hours));
		times->hours = hours;
		times->room = room;
	}
	times->hours[id] = hour;
	if (id >= times->count)
		times->count = id + 1;
	return 1;
}

static int
read_times(struct times *times, struct series *series, const char *path,
	   const struct series_opts *opts)
{
	struct seriesfile file;
	char *text;

	memset(times, 0, sizeof(*times));
	if (!seriesfile_open(&file, path, opts, &series->damaged))
		return 0;
	text = seriesfile_line(&file);
	while (text != NULL && (text = seriesfile_line(&file)) != NULL) {
		char *rest = text;
		const char *id = seriesfile_field(&rest);
		const char *time = seriesfile_field(&rest);
		uint64_t id_time;
		uint32_t hour;

		if (time == NULL || !seriesfile_bytes(id, &id_time) ||
		    id_time > ID_TIME_MAX || !seriesfile_hour(time, &hour))
			seriesfile_damage(&file, "not id_time,time");
		else if (!set_time(times, (size_t)id_time, hour))
			break;
	}
	seriesfile_close(&file);
	return times->count > 0;
}

/* struct columns: where the fields are that are read. */
struct columns {
	size_t id_time;
	size_t bytes;
	size_t ratio;
	size_t most;
};

static int
find_columns(const char *header, struct columns *columns)
{
	columns->id_time = seriesfile_column(header, "id_time");
	columns->bytes = seriesfile_column(header, "n_bytes");
	columns->ratio = seriesfile_column(header, "dir_ratio_bytes");
	if (columns->id_time == SIZE_MAX || columns->bytes == SIZE_MAX ||
	    columns->ratio == SIZE_MAX)
		return 0;
	columns->most = columns->id_time;
	if (columns->bytes > columns->most)
		columns->most = columns->bytes;
	if (columns->ratio > columns->most)
		columns->most = columns->ratio;
	return 1;
}

/* struct datum: one row of a series file. */
struct datum {
	uint64_t id_time;
	uint64_t bytes;
	double ratio;
};

static int
read_ratio(const char *text, double *ratio)
{
	char *end;

	if (text[0] == '\0' || text[strspn(text, "0123456789.eE-")] != '\0')
		return 0;
	*ratio = strtod(text, &end);
	return *end == '\0' && *ratio >= 0.0 && *ratio <= 1.0;
}

static int
read_datum(char *rest, const struct columns *columns, struct datum *datum)
{
	const char *text;
	size_t i = 0;
	int good = 1;

	for (; i <= columns->most && (text = seriesfile_field(&rest)) != NULL;
	     i++) {
		if (i == columns->id_time)
			good &= seriesfile_bytes(text, &datum->id_time);
		if (i == columns->bytes)
			good &= seriesfile_bytes(text, &datum->bytes);
		if (i == columns->ratio)
			good &= read_ratio(text, &datum->ratio);
	}
	return good && i > columns->most;
}

/* put_datum(): -1 = no memory. */
static int
put_datum(struct seriesfile *file, struct series *series, size_t host,
	  const struct times *times, const struct datum *datum)
{
	uint64_t out = (uint64_t)((double)datum->bytes * datum->ratio + 0.5);
	uint32_t hour;
	int rc;

	if (datum->id_time >= times->count ||
	    times->hours[datum->id_time] == 0) {
		seriesfile_damage(file, "no time is known for this id_time");
		return 0;
	}
	hour = times->hours[datum->id_time];
	rc = series_put(series, host, hour, 0, out);
	if (rc > 0)
		rc = series_put(series, host, hour, 1, datum->bytes - out);
	if (rc == 0)
		seriesfile_damage(file, "this id_time was told before");
	return rc;
}

static int
read_series(struct series *series, size_t host, const char *path,
	    const struct times *times, const struct series_opts *opts)
{
	struct seriesfile file;
	struct columns columns;
	struct datum datum;
	char *text;
	int rc = 1;

	if (!seriesfile_open(&file, path, opts, &series->damaged))
		return 1;
	text = seriesfile_line(&file);
	if (text == NULL || !find_columns(text, &columns)) {
		seriesfile_damage(&file, "no header with id_time, n_bytes and "
					 "dir_ratio_bytes");
		text = NULL;
	}
	while (text != NULL && rc >= 0 &&
	       (text = seriesfile_line(&file)) != NULL) {
		series->rows++;
		if (read_datum(text, &columns, &datum))
			rc = put_datum(&file, series, host, times, &datum);
		else
			seriesfile_damage(&file, "id_time, n_bytes or "
						 "dir_ratio_bytes is missing "
						 "or no number");
	}
	seriesfile_close(&file);
	return rc >= 0;
}

int
series_read_cesnet_file(struct series *series, const char *path,
			const char *times_path, const struct series_opts *opts)
{
	struct times times;
	size_t host;
	int rc;

	host = series_add_host(series, "address", strlen("address"));
	rc = host != SIZE_MAX && read_times(&times, series, times_path, opts);
	if (!rc)
		return 0;
	rc = read_series(series, host, path, &times, opts);
	free(times.hours);
	return rc && series->hours > 0;
}

/* struct dataset: what every file of one group needs. */
struct dataset {
	struct series *series;
	const struct series_opts *opts;
	const char *root;
	const char *group;
	struct times times;
	/* folders: names of the sub-folders of agg_1_hour. */
	char (*folders)[SEEP_ADDRESS_TEXT_SIZE];
	size_t folders_count;
	size_t folder_last;
};

static int
add_folder(struct dataset *set, const char *name)
{
	char(*folders)[SEEP_ADDRESS_TEXT_SIZE];

	folders =
	    realloc(set->folders, (set->folders_count + 1) * sizeof(*folders));
	if (folders == NULL)
		return 0;
	set->folders = folders;
	snprintf(folders[set->folders_count], sizeof(*folders), "%s", name);
	set->folders_count++;
	return 1;
}

/* list_folders() finds the sub-folders, in which the full set has its
 * files; by which rule they are dealt out is not published. */
static int
list_folders(struct dataset *set)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	int rc = 1;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s/agg_1_hour", set->root, set->group);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while (rc && (entry = readdir(dir)) != NULL) {
		/* A folder's name is a number; a file's has a point. */
		if (strchr(entry->d_name, '.') == NULL &&
		    strlen(entry->d_name) < SEEP_ADDRESS_TEXT_SIZE)
			rc = add_folder(set, entry->d_name);
	}
	(void)closedir(dir);
	return rc;
}

static int
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int
try_path(const struct dataset *set, const char *folder, const char *id,
	 char *path)
{
	const char *slash = folder[0] == '\0' ? "" : "/";
	int size = snprintf(path, PATH_SIZE, "%s/%s/agg_1_hour/%s%s%s.csv",
			    set->root, set->group, folder, slash, id);

	if (size < 0 || size >= PATH_SIZE - 3)
		return 0;
	if (is_file(path))
		return 1;
	memcpy(path + size, ".gz", 4);
	return is_file(path);
}

/* find_path(): neighbours in the list of ids tend to share a folder. */
static int
find_path(struct dataset *set, const char *id, char *path)
{
	if (try_path(set, "", id, path))
		return 1;
	for (size_t i = 0; i < set->folders_count; i++) {
		size_t at = (set->folder_last + i) % set->folders_count;

		if (try_path(set, set->folders[at], id, path)) {
			set->folder_last = at;
			return 1;
		}
	}
	return 0;
}

static int
is_id(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* read_identifiers() reads every file that the list names. */
static int
read_identifiers(struct dataset *set, struct seriesfile *list)
{
	char path[PATH_SIZE];
	size_t index = 0;
	char *text = seriesfile_line(list);
	int rc = 1;

	while (text != NULL && rc && (text = seriesfile_line(list)) != NULL) {
		char *rest = text;
		const char *id = seriesfile_field(&rest);
		size_t host;

		if (!is_id(id)) {
			seriesfile_damage(list, "this is no identifier");
			continue;
		}
		if (!series_is_wanted(set->opts, index++, id))
			continue;
		if (!find_path(set, id, path)) {
			seriesfile_damage(list, "there is no file of this "
						"identifier");
			continue;
		}
		host = series_add_host(set->series, id, strlen(id));
		rc = host != SIZE_MAX && read_series(set->series, host, path,
						     &set->times, set->opts);
	}
	return rc;
}

static int
read_dataset(struct dataset *set)
{
	struct seriesfile list;
	char path[PATH_SIZE];
	int rc;

	snprintf(path, sizeof(path), "%s/times/times_1_hour.csv", set->root);
	if (!read_times(&set->times, set->series, path, set->opts))
		return 0;
	snprintf(path, sizeof(path), "%s/%s/identifiers.csv", set->root,
		 set->group);
	if (!seriesfile_open(&list, path, set->opts, &set->series->damaged))
		return 0;
	rc = read_identifiers(set, &list);
	seriesfile_close(&list);
	return rc && set->series->hours > 0;
}

int
series_read_cesnet(struct series *series, const char *root, const char *group,
		   const struct series_opts *opts)
{
	struct dataset set;
	int rc;

	memset(&set, 0, sizeof(set));
	set.series = series;
	set.opts = opts;
	set.root = root;
	set.group = group;
	rc = list_folders(&set);
	if (!rc && opts->notice != NULL)
		opts->notice(opts->context, group, 0,
			     "there is no folder agg_1_hour");
	rc = rc && read_dataset(&set);
	free(set.times.hours);
	free(set.folders);
	return rc;
}
