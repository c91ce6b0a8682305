/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/zeek_follow.h"
#include "input/zeek_source.h"

/* find_pipe() returns the name of a path that cannot be read twice. */
static const char *
find_pipe(const struct seep__zeek *z)
{
	size_t i;

	for (i = 0; i < z->paths.count; i++)
		if (seep__zeek_path_is_pipe(&z->paths.path[i]))
			return z->paths.path[i].name;
	return NULL;
}

/* mark_read() marks the files that were read, and the one at hand. */
static int
mark_read(struct seep__zeek *z)
{
	struct seep__zeek_path *p;
	int status = SEEP_OK;
	size_t i;

	assert(z->at <= z->paths.count);
	if (z->log != NULL && z->log->stream != NULL)
		seep__mark_look(&z->paths.path[z->at].mark,
				seep__stream_fd(z->log->stream));
	for (i = 0; i < z->paths.count && i <= z->at; i++) {
		p = &z->paths.path[i];
		if (status == SEEP_OK)
			status = seep__mark_sum(&p->mark, p->name, z->base.mem);
	}
	return status;
}

static void
save_settings(const struct seep__zeek *z, struct seep__packer *p)
{
	seep__pack_section(p, "settings");
	seep__pack_u64(p, z->roots);
	seep__pack_u64(p, z->opts.dedup != 0);
	seep__pack_u64(p, z->opts.follow != 0);
	seep__pack_u64(p, z->rules.link_bits_per_s);
	seep__pack_u64(p, z->rules.sensor);
}

static void
check_settings(struct seep__zeek *z, struct seep__unpacker *u)
{
	struct seep_source *source = &z->base;

	seep__unpack_section(u, "settings");
	seep__source_same(source, u, z->roots,
			  "the checkpoint is of other paths");
	seep__source_same(source, u, z->opts.dedup != 0,
			  "the checkpoint was made with another dedup");
	seep__source_same(source, u, z->opts.follow != 0,
			  "the checkpoint was made with another follow");
	seep__source_same(source, u, z->rules.link_bits_per_s,
			  "the checkpoint was made with another link speed");
	seep__source_same(source, u, z->rules.sensor,
			  "the checkpoint was made with another sensor");
}

int
seep__zeek_save(struct seep_source *source, struct seep__packer *packer)
{
	struct seep__zeek *z = (struct seep__zeek *)(void *)source;
	const char *pipe = find_pipe(z);
	int status = SEEP_OK;

	if (pipe != NULL)
		return seep__source_is_pipe(source, pipe);
	if (z->follow == NULL)
		status = mark_read(z);
	if (status != SEEP_OK)
		return status;
	save_settings(z, packer);
	seep__pack_section(packer, "reader");
	seep__pack_u64(packer, z->phase);
	seep__pack_u64(packer, z->finishing != 0);
	seep__pack_u64(packer, z->at);
	seep__pack_u64(packer, z->compared);
	seep__pack_u64(packer, z->duplicate != 0);
	seep__pack_u64(packer, z->done_bytes);
	seep__pack_section(packer, "files");
	seep__zeek_paths_save(&z->paths, packer);
	seep__pack_section(packer, "contents");
	seep__identity_save(z->identity, packer);
	seep__zeek_hold_save(&z->hold, packer);
	seep__pack_section(packer, "log");
	seep__pack_u64(packer, z->log != NULL);
	if (z->log != NULL)
		seep__zeek_log_save(z->log, packer);
	return z->follow != NULL ? seep__zeek_follow_save(z->follow, packer)
				 : SEEP_OK;
}

static int
compare_names(const void *a, const void *b)
{
	const struct seep__zeek_path *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/*
 * restore_files() reads the list of files. Only what the caller's paths
 * lead to now is ever opened, whatever a state says.
 */
static void
restore_files(struct seep__zeek *z, struct seep__unpacker *u)
{
	struct seep__zeek_paths now = z->paths;
	const struct seep__zeek_path *p;
	size_t i;

	seep__unpack_section(u, "files");
	if (now.count > 0)
		qsort(now.path, now.count, sizeof(*now.path), compare_names);
	seep__zeek_paths_init(&z->paths, z->base.mem);
	seep__zeek_paths_restore(&z->paths, u);
	for (i = 0; i < z->paths.count && u->status == SEEP_OK; i++) {
		p = &z->paths.path[i];
		if (now.count == 0 ||
		    bsearch(p, now.path, now.count, sizeof(*now.path),
			    compare_names) == NULL)
			seep__source_differs(&z->base, u, p->name, "is gone");
	}
	seep__zeek_paths_clear(&now);
}

/* check_contents() makes sure that what identity may hash again is of the
 * list; files are noted in the order of reading. */
static void
check_contents(struct seep__zeek *z, struct seep__unpacker *u)
{
	const char *path;
	size_t i, at = 0;

	for (i = 0; u->status == SEEP_OK; i++) {
		path = seep__identity_path(z->identity, i);
		if (path == NULL)
			return;
		while (at < z->paths.count &&
		       strcmp(z->paths.path[at].name, path) != 0)
			at++;
		if (at++ == z->paths.count)
			seep__unpack_fail(u, SEEP_EFORMAT);
	}
}

/* restore_place() reads which file is at hand; the list is there by then. */
static void
restore_place(struct seep__zeek *z, struct seep__unpacker *u)
{
	uint64_t at, compared;

	z->phase = (enum seep__zeek_phase)seep__unpack_most(u, SEEP__ZEEK_DONE);
	z->finishing = (int)seep__unpack_most(u, 1);
	at = seep__unpack_u64(u);
	compared = seep__unpack_u64(u);
	z->duplicate = (int)seep__unpack_most(u, 1);
	z->done_bytes = seep__unpack_u64(u);
	restore_files(z, u);
	if (at > z->paths.count || compared < at || compared - at > 1 ||
	    (z->phase == SEEP__ZEEK_PREPARE && at > 0) ||
	    (z->phase == SEEP__ZEEK_FOLLOW && z->follow == NULL) ||
	    (z->phase == SEEP__ZEEK_READ && z->follow != NULL))
		seep__unpack_fail(u, SEEP_EFORMAT);
	z->at = (size_t)at;
	z->compared = (size_t)compared;
	if (u->status != SEEP_OK)
		z->at = z->compared = 0;
}

/* restore_log() reads where the file at hand stands. */
static void
restore_log(struct seep__zeek *z, struct seep__unpacker *u)
{
	seep__unpack_section(u, "log");
	if (seep__unpack_most(u, 1) == 0)
		return;
	if (z->phase != SEEP__ZEEK_READ || z->at == z->paths.count) {
		seep__unpack_fail(u, SEEP_EFORMAT);
		return;
	}
	seep__zeek_log_restore(&z->log, &z->base, &z->rules, u);
	if (u->status == SEEP_OK &&
	    strcmp(z->log->path, z->paths.path[z->at].name) != 0)
		seep__unpack_fail(u, SEEP_EFORMAT);
}

/* check_file() compares one file with what was read of it. */
static void
check_file(struct seep__zeek *z, size_t i, struct seep__unpacker *u)
{
	const struct seep__zeek_path *p = &z->paths.path[i];
	int was_read = i < z->at || (i == z->at && z->log != NULL);
	const char *why = NULL;
	struct stat st;
	int status;

	if (was_read && p->mark.regular) {
		status = seep__mark_check(&p->mark, p->name, z->base.mem, &why);
		if (status != SEEP_OK)
			seep__unpack_fail(u, status);
	} else if (!was_read && p->regular && stat(p->name, &st) != 0) {
		why = "is gone";
	}
	if (why != NULL)
		seep__source_differs(&z->base, u, p->name, why);
}

/* go_there() opens the file at hand at its place. */
static void
go_there(struct seep__zeek *z, struct seep__unpacker *u)
{
	int status = seep__zeek_log_reach(z->log, 0);

	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		seep__unpack_fail(u, status);
	else if (status != SEEP_OK)
		seep__source_differs(&z->base, u, z->log->path,
				     "cannot be read up to where reading "
				     "stood");
}

void
seep__zeek_restore(struct seep_source *source, struct seep__unpacker *unpacker)
{
	struct seep__zeek *z = (struct seep__zeek *)(void *)source;
	size_t i;

	assert(z->phase == SEEP__ZEEK_PREPARE && z->log == NULL);
	check_settings(z, unpacker);
	seep__unpack_section(unpacker, "reader");
	restore_place(z, unpacker);
	seep__unpack_section(unpacker, "contents");
	seep__identity_restore(z->identity, unpacker);
	check_contents(z, unpacker);
	seep__zeek_hold_restore(&z->hold, unpacker);
	restore_log(z, unpacker);
	if (z->follow != NULL) {
		seep__zeek_follow_restore(z->follow, unpacker);
		return;
	}
	for (i = 0; i < z->paths.count && unpacker->status == SEEP_OK; i++)
		check_file(z, i, unpacker);
	if (z->log != NULL && unpacker->status == SEEP_OK)
		go_there(z, unpacker);
}
