/* SPDX-License-Identifier: BSD-3-Clause */
/* realpath(3) is XSI. */
#define _XOPEN_SOURCE 700

#include "input/zeek_paths.h"

#include <assert.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A directory to visit, or visited. */
struct folder {
	char *name;
	size_t name_size;
	dev_t device;
	ino_t inode;
	unsigned depth;
};

/* One walk below one directory; folders are visited in order. */
struct tree {
	struct seep__zeek_paths *paths;
	struct seep_source *source; /* NULL: say nothing */
	struct folder *folder;
	size_t count;
	size_t room;
	char root[PATH_MAX]; /* without links; "" = unknown */
};

void
seep__zeek_paths_init(struct seep__zeek_paths *paths, struct seep__mem *mem)
{
	assert(paths != NULL && mem != NULL);
	memset(paths, 0, sizeof(*paths));
	paths->mem = mem;
}

void
seep__zeek_paths_clear(struct seep__zeek_paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		seep__mem_put(paths->mem, paths->path[i].name,
			      paths->path[i].name_size);
	if (paths->path != NULL)
		seep__mem_put(paths->mem, paths->path,
			      paths->room * sizeof(*paths->path));
	paths->path = NULL;
	paths->count = paths->room = 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
starts_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

int
seep__zeek_name_is_interim(const char *name)
{
	assert(name != NULL);
	name = base_name(name);
	return starts_with(name, "conn_long") || starts_with(name, "open_conn");
}

int
seep__zeek_name_is_conn(const char *name)
{
	assert(name != NULL);
	name = base_name(name);
	if (!starts_with(name, "conn.") && !starts_with(name, "conn_") &&
	    !starts_with(name, "open_conn.") &&
	    !starts_with(name, "open_conn_"))
		return 0;
	return strstr(name, ".log") != NULL || strstr(name, ".json") != NULL;
}

int
seep__zeek_name_is_dns(const char *name)
{
	assert(name != NULL);
	name = base_name(name);
	if (!starts_with(name, "dns.") &&
	    !(starts_with(name, "dns_") && name[4] >= '0' && name[4] <= '9'))
		return 0;
	return strstr(name, ".log") != NULL || strstr(name, ".json") != NULL;
}

static int
is_log(const char *name)
{
	return seep__zeek_name_is_conn(name) || seep__zeek_name_is_dns(name);
}

/* add_file() takes 'name', which it then owns, also on failure. */
static int
add_file(struct seep__zeek_paths *p, char *name, size_t name_size,
	 const struct stat *st, int found)
{
	struct seep__zeek_path *path;
	int status;

	assert(name != NULL && name_size > 0);
	status = seep__mem_grow(p->mem, (void **)&p->path, &p->room,
				p->count + 1, sizeof(*p->path));
	if (status != SEEP_OK) {
		seep__mem_put(p->mem, name, name_size);
		return status;
	}
	path = &p->path[p->count++];
	memset(path, 0, sizeof(*path));
	path->name = name;
	path->name_size = name_size;
	path->interim = (uint8_t)seep__zeek_name_is_interim(name);
	path->early = path->interim;
	path->found = (uint8_t)found;
	if (st != NULL) {
		path->regular = S_ISREG(st->st_mode);
		path->device = st->st_dev;
		path->inode = st->st_ino;
		if (path->regular && st->st_size > 0)
			path->size = (uint64_t)st->st_size;
	}
	return SEEP_OK;
}

/* join() makes "dir/name"; without a slash where 'dir' ends in one. */
static char *
join(struct seep__mem *mem, const char *dir, const char *name, size_t *size)
{
	size_t dir_size = strlen(dir), name_size = strlen(name);
	int slash = dir_size > 0 && dir[dir_size - 1] != '/';
	char *path;

	assert(size != NULL);
	*size = dir_size + (size_t)slash + name_size + 1;
	path = seep__mem_get(mem, *size);
	if (path == NULL)
		return NULL;
	memcpy(path, dir, dir_size);
	if (slash)
		path[dir_size] = '/';
	memcpy(path + dir_size + slash, name, name_size + 1);
	return path;
}

static int
was_visited(const struct tree *t, const struct stat *st)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->folder[i].device == st->st_dev &&
		    t->folder[i].inode == st->st_ino)
			return 1;
	return 0;
}

/* add_folder() takes 'name', which it then owns, also on failure. */
static int
add_folder(struct tree *t, char *name, size_t name_size, const struct stat *st,
	   unsigned depth)
{
	struct seep__mem *mem = t->paths->mem;
	struct folder *f;
	int status = SEEP_OK;

	assert(name != NULL);
	if (depth <= SEEP__ZEEK_DEPTH_MAX && !was_visited(t, st)) {
		status = seep__mem_grow(mem, (void **)&t->folder, &t->room,
					t->count + 1, sizeof(*t->folder));
		if (status == SEEP_OK) {
			f = &t->folder[t->count++];
			f->name = name;
			f->name_size = name_size;
			f->device = st->st_dev;
			f->inode = st->st_ino;
			f->depth = depth;
			return SEEP_OK;
		}
	}
	seep__mem_put(mem, name, name_size);
	return status;
}

/* complain() tells of a path that cannot be read, and counts it. */
static void
complain(struct seep_source *source, const char *path, const char *why)
{
	assert(path != NULL && why != NULL);
	if (source == NULL)
		return;
	source->coverage.files++;
	source->coverage.files_refused++;
	seep__source_note(source, path, 0, UINT64_MAX, NULL, 1, why);
}

/*
 * leads_out() says whether a path is a symbolic link to what lies outside of
 * the directory that the caller named. Evidence that somebody handed over
 * must not choose which other files of this machine are read.
 */
static int
leads_out(const struct tree *t, const char *path)
{
	size_t size = strlen(t->root);
	char real[PATH_MAX];
	struct stat st;

	assert(path != NULL);
	if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode))
		return 0;
	if (size == 0 || realpath(path, real) == NULL)
		return 1;
	if (size == 1)
		return 0; /* all is below "/" */
	return strncmp(real, t->root, size) != 0 ||
	       (real[size] != '/' && real[size] != '\0');
}

/* visit_entry() looks at one name of a directory. */
static int
visit_entry(struct tree *t, const char *dir, unsigned depth, const char *name)
{
	struct seep__mem *mem = t->paths->mem;
	struct stat st;
	size_t size;
	char *path;

	assert(depth <= SEEP__ZEEK_DEPTH_MAX);
	if (name[0] == '.')
		return SEEP_OK;
	path = join(mem, dir, name, &size);
	if (path == NULL)
		return seep__mem_why(mem);
	if (stat(path, &st) == 0) {
		if ((S_ISDIR(st.st_mode) ||
		     (S_ISREG(st.st_mode) && is_log(name))) &&
		    leads_out(t, path)) {
			complain(t->source, path,
				 "a link that leads out of the directory is "
				 "not followed; name it to have it read");
			st.st_mode = 0;
		}
		if (S_ISDIR(st.st_mode))
			return add_folder(t, path, size, &st, depth + 1);
		if (S_ISREG(st.st_mode) && is_log(name))
			return add_file(t->paths, path, size, &st, 1);
	} else if (is_log(name)) {
		complain(t->source, path, "cannot be looked at");
	}
	seep__mem_put(mem, path, size);
	return SEEP_OK;
}

static int
visit_folder(struct tree *t, const char *dir, unsigned depth)
{
	struct dirent *entry;
	int status = SEEP_OK;
	DIR *d = opendir(dir);

	if (d == NULL) {
		complain(t->source, dir, "the directory cannot be listed");
		return SEEP_OK;
	}
	while (status == SEEP_OK && (entry = readdir(d)) != NULL)
		status = visit_entry(t, dir, depth, entry->d_name);
	(void)closedir(d);
	return status;
}

static int
compare_names(const void *a, const void *b)
{
	const struct seep__zeek_path *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
walk(struct seep__zeek_paths *paths, char *name, size_t name_size,
     const struct stat *st, struct seep_source *source)
{
	struct tree t = {.paths = paths, .source = source};
	size_t first = paths->count, i;
	int status;

	if (realpath(name, t.root) == NULL)
		t.root[0] = '\0';
	status = add_folder(&t, name, name_size, st, 0);
	for (i = 0; i < t.count && status == SEEP_OK; i++)
		status = visit_folder(&t, t.folder[i].name, t.folder[i].depth);
	for (i = 0; i < t.count; i++)
		seep__mem_put(paths->mem, t.folder[i].name,
			      t.folder[i].name_size);
	if (t.folder != NULL)
		seep__mem_put(paths->mem, t.folder, t.room * sizeof(*t.folder));
	if (paths->count > first)
		qsort(paths->path + first, paths->count - first,
		      sizeof(*paths->path), compare_names);
	return status;
}

/* say_empty() tells of a directory that holds no conn log: a mistyped path
 * must not look like quiet evidence. */
static void
say_empty(struct seep_source *source, const char *name)
{
	if (source != NULL)
		seep__source_note(source, name, 0, UINT64_MAX, NULL, 0,
				  "no conn log in this directory");
}

/* has_conn() looks for a conn log among the paths from 'first' on. */
static int
has_conn(const struct seep__zeek_paths *paths, size_t first)
{
	for (; first < paths->count; first++)
		if (!seep__zeek_name_is_dns(paths->path[first].name))
			return 1;
	return 0;
}

int
seep__zeek_paths_add(struct seep__zeek_paths *paths, const char *name,
		     struct seep_source *source)
{
	size_t size = strlen(name) + 1, first = paths->count;
	struct stat st;
	char *copy;
	int status;

	assert(paths != NULL && name != NULL);
	copy = seep__mem_get(paths->mem, size);
	if (copy == NULL)
		return seep__mem_why(paths->mem);
	memcpy(copy, name, size);
	/* What does not exist is told when it is opened. */
	if (strcmp(name, "-") == 0 || stat(name, &st) != 0)
		return add_file(paths, copy, size, NULL, 0);
	if (!S_ISDIR(st.st_mode))
		return add_file(paths, copy, size, &st, 0);
	status = walk(paths, copy, size, &st, source);
	if (status == SEEP_OK && !has_conn(paths, first))
		say_empty(source, name);
	return status;
}

int
seep__zeek_path_is_pipe(const struct seep__zeek_path *path)
{
	assert(path != NULL);
	return !path->regular &&
	       (path->inode != 0 || strcmp(path->name, "-") == 0);
}

void
seep__zeek_paths_save(const struct seep__zeek_paths *paths,
		      struct seep__packer *packer)
{
	const struct seep__zeek_path *p;
	size_t i;

	assert(paths != NULL);
	seep__pack_u64(packer, paths->count);
	for (i = 0; i < paths->count; i++) {
		p = &paths->path[i];
		seep__pack_text(packer, p->name, p->name_size - 1);
		seep__pack_u64(packer, p->size);
		seep__pack_u64(packer, p->interim);
		seep__pack_u64(packer, p->early);
		seep__pack_u64(packer, p->regular);
		seep__pack_u64(packer, p->found);
		seep__mark_save(&p->mark, packer);
	}
}

static void
restore_path(struct seep__zeek_paths *paths, struct seep__unpacker *u)
{
	struct seep__zeek_path *p;
	size_t size;
	char *name;
	int status;

	name = seep__unpack_text(u, paths->mem, &size);
	if (name == NULL)
		return;
	status = add_file(paths, name, size, NULL, 0);
	if (status != SEEP_OK) {
		seep__unpack_fail(u, status);
		return;
	}
	p = &paths->path[paths->count - 1];
	p->size = seep__unpack_u64(u);
	p->interim = (uint8_t)seep__unpack_most(u, 1);
	p->early = (uint8_t)seep__unpack_most(u, 1);
	p->regular = (uint8_t)seep__unpack_most(u, 1);
	p->found = (uint8_t)seep__unpack_most(u, 1);
	seep__mark_restore(&p->mark, u);
}

void
seep__zeek_paths_restore(struct seep__zeek_paths *paths,
			 struct seep__unpacker *unpacker)
{
	uint64_t n = seep__unpack_u64(unpacker);

	assert(paths != NULL && paths->count == 0);
	for (; n > 0 && unpacker->status == SEEP_OK; n--)
		restore_path(paths, unpacker);
}
