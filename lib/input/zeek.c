/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/zeek.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "input/zeek_follow.h"
#include "input/zeek_source.h"

/*
 * The link believed in when the caller names none: 10 Gbit/s, what a sensor
 * of the sites meant here sees at most. A higher figure believes more of
 * the payload that Zeek derives from confused sequence numbers (1.6 GB in
 * less than a second, zeek#3313); a lower one refuses true losses of fast
 * sites, which lowers their ceiling.
 */
#define LINK_BITS_PER_S UINT64_C(10000000000)

static struct seep__zeek *
zeek_of(struct seep_source *source)
{
	return (struct seep__zeek *)(void *)source;
}

/* sum_sizes() sets what there is to read; 0 when a pipe is among it. */
static void
sum_sizes(struct seep__zeek *z)
{
	uint64_t total = 0;
	int known = 1;
	size_t i;

	for (i = 0; i < z->paths.count; i++) {
		total += z->paths.path[i].size;
		known &= z->paths.path[i].regular;
	}
	z->base.progress.files_total = z->paths.count;
	z->base.progress.total_bytes = known ? total : 0;
}

/* set_progress() adds what was read of the open file to the others. */
static void
set_progress(struct seep__zeek *z)
{
	struct seep_progress *progress = &z->base.progress;

	progress->done_bytes = z->done_bytes;
	if (z->log != NULL && z->log->stream != NULL)
		progress->done_bytes += seep__stream_stored(z->log->stream);
}

/* leave_path() goes on to the next path. */
static void
leave_path(struct seep__zeek *z)
{
	assert(z->at < z->paths.count);
	if (z->log != NULL && z->log->stream != NULL)
		seep__mark_look(&z->paths.path[z->at].mark,
				seep__stream_fd(z->log->stream));
	seep__zeek_log_close(z->log);
	z->log = NULL;
	z->done_bytes += z->paths.path[z->at].size;
	z->base.progress.files_done++;
	z->at++;
	z->same = NULL;
	z->compared = z->at;
}

/* Order of reading: the interim ones, then by name. Of rows that repeat each
 * other with different bytes the first stands, whatever order was asked. */
static int
compare_paths(const void *a, const void *b)
{
	const struct seep__zeek_path *x = a, *y = b;

	if (x->early != y->early)
		return x->early ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* prepare() looks into the files and puts them in order. */
static int
prepare(struct seep__zeek *z)
{
	struct seep__zeek_path *p;
	int status;
	size_t i;

	if (z->opts.follow) {
		z->phase = SEEP__ZEEK_FOLLOW;
		return SEEP_OK;
	}
	for (i = 0; i < z->paths.count; i++) {
		p = &z->paths.path[i];
		if (!p->regular || p->early)
			continue;
		status = seep__zeek_peek(z->base.mem, p->name, &p->early);
		if (status != SEEP_OK)
			return status;
	}
	sum_sizes(z);
	z->phase = SEEP__ZEEK_READ;
	if (z->paths.count == 0)
		return SEEP_OK;
	qsort(z->paths.path, z->paths.count, sizeof(*z->paths.path),
	      compare_paths);
	return SEEP_OK;
}

/* take_row() takes what the log gave last. */
static int
take_row(struct seep__zeek *z, struct seep__zeek_log *log, int duplicate)
{
	assert(log->waiting);
	if (duplicate) {
		seep__zeek_log_refuse(log, &log->got, SEEP_REFUSED_DUPLICATE,
				      NULL);
		return SEEP_OK;
	}
	if (log->got.asked != NULL)
		return seep__zeek_hold_name(&z->hold, log, &log->got);
	return seep__zeek_hold_take(&z->hold, log, &log->got);
}

int
seep__zeek_pump(struct seep__zeek *zeek, struct seep__zeek_log *log, int final,
		int duplicate)
{
	int status;

	assert(log != NULL);
	while (!seep__zeek_hold_full(&zeek->hold)) {
		/* A row that memory refused is the first to be taken. */
		if (!log->waiting) {
			status = seep__zeek_log_next(log, final, &log->got);
			if (status != SEEP_OK)
				return status;
			log->waiting = 1;
		}
		status = take_row(zeek, log, duplicate);
		if (status != SEEP_OK)
			return status;
		log->waiting = 0;
	}
	return SEEP_OK;
}

/* tell_same() tells that a file repeats another. */
static void
tell_same(struct seep__zeek *z, const char *path, const char *same)
{
	struct seep__text text;

	seep__text_init(&text, z->base.mem);
	seep__text_str(&text, "the same content as ");
	seep__text_escaped(&text, same, strlen(same));
	seep__text_str(&text, ": its rows are refused as duplicate");
	if (text.data != NULL && text.failed == SEEP_OK)
		seep__source_note(&z->base, path, 0, UINT64_MAX, NULL, 0,
				  text.data);
	seep__text_clear(&text);
}

/* open_next() opens the next path, if it can be opened. */
static int
open_next(struct seep__zeek *z)
{
	const struct seep__zeek_path *path = &z->paths.path[z->at];
	int status;

	assert(z->log == NULL && z->at < z->paths.count);
	/* Once a path: asked again after memory lacked, it is its own repeat.
	 */
	if (!z->opts.dedup && path->regular && z->compared == z->at) {
		status =
		    seep__identity_check(z->identity, path->name, &z->same);
		if (status != SEEP_OK)
			return status;
		z->compared++;
	}
	z->duplicate = z->same != NULL;
	seep__zeek_hold_open(&z->hold);
	status = seep__zeek_log_open(&z->log, &z->base, path->name, &z->rules);
	if (status != SEEP_OK)
		return status;
	if (z->log == NULL) {
		leave_path(z);
		return SEEP_OK;
	}
	z->log->interim = path->interim;
	z->log->same = z->same != NULL;
	if (z->same != NULL)
		tell_same(z, path->name, z->same);
	return SEEP_OK;
}

/* read_some() fills the batch from one file after the other. */
static int
read_some(struct seep__zeek *z)
{
	int status;

	while (z->at < z->paths.count) {
		if (z->log == NULL) {
			status = open_next(z);
			if (status != SEEP_OK)
				return status;
			continue;
		}
		status = seep__zeek_pump(z, z->log, 1, z->duplicate);
		if (status != SEEP_END)
			return status;
		leave_path(z);
	}
	return SEEP_END;
}

/* run() does what the phase asks for, until the batch is full. */
static int
run(struct seep__zeek *z)
{
	int status = SEEP_OK;

	assert(z->phase <= SEEP__ZEEK_DONE);
	while (z->phase != SEEP__ZEEK_DONE) {
		switch (z->phase) {
		case SEEP__ZEEK_PREPARE:
			status = prepare(z);
			break;
		case SEEP__ZEEK_READ:
			status = read_some(z);
			break;
		case SEEP__ZEEK_FOLLOW:
			status = seep__zeek_follow_some(z);
			break;
		default:
			assert(z->phase == SEEP__ZEEK_DRAIN);
			status = seep__zeek_hold_drain(&z->hold);
			break;
		}
		if (status == SEEP_END)
			z->phase = z->phase == SEEP__ZEEK_DRAIN
				       ? SEEP__ZEEK_DONE
				       : SEEP__ZEEK_DRAIN;
		else if (status != SEEP_OK || seep__zeek_hold_full(&z->hold))
			return status;
	}
	return SEEP_END;
}

static int
next_batch(struct seep_source *source, struct seep_flow *flows,
	   size_t flows_max, size_t *count)
{
	struct seep__zeek *z = zeek_of(source);
	int status;

	seep__zeek_hold_begin(&z->hold, flows, flows_max);
	status = run(z);
	source->midway = status < 0;
	*count = z->hold.flows_count;
	if (!z->opts.follow)
		set_progress(z);
	/* What was made before the end, or before memory ran out, is given
	 * first; the next call says why there is no more. */
	return *count > 0 ? SEEP_OK : status;
}

static void
finish(struct seep_source *source)
{
	zeek_of(source)->finishing = 1;
}

static void
release(struct seep_source *source)
{
	struct seep__zeek *z = zeek_of(source);

	seep__zeek_follow_free(z->follow);
	seep__zeek_log_close(z->log);
	seep__identity_free(z->identity);
	seep__zeek_hold_clear(&z->hold);
	seep__zeek_paths_clear(&z->paths);
}

static const struct seep__source_ops zeek_ops = {
    .next = next_batch,
    .finish = finish,
    .release = release,
    .kind = "zeek",
    .save = seep__zeek_save,
    .restore = seep__zeek_restore,
};

/* set_up() makes the parts of a reader. */
static int
set_up(struct seep__zeek *z, const char *const *paths, size_t count)
{
	size_t i;
	int status;

	z->roots = seep__source_sum_paths(paths, count);
	z->rules.link_bits_per_s = z->opts.link_bits_per_s != 0
				       ? z->opts.link_bits_per_s
				       : LINK_BITS_PER_S;
	z->rules.sensor = z->opts.sensor;
	z->rules.no_wait = z->opts.follow;
	status = seep__zeek_hold_init(&z->hold, &z->base, z->opts.seed,
				      z->opts.dedup, z->opts.follow);
	if (status == SEEP_OK)
		status = seep__identity_new(&z->identity, z->base.mem);
	if (status == SEEP_OK && z->opts.follow)
		status = seep__zeek_follow_new(&z->follow, z, paths, count);
	for (i = 0; i < count && status == SEEP_OK; i++)
		status = seep__zeek_paths_add(&z->paths, paths[i], &z->base);
	return status;
}

int
seep_zeek_source_new(struct seep_source **source, const char *const *paths,
		     size_t count, const struct seep_zeek_opts *opts,
		     const struct seep_alloc *alloc)
{
	struct seep_zeek_opts given;
	struct seep__zeek *z;
	int status;

	assert(source != NULL);
	*source = NULL;
	if (count == 0 || paths == NULL ||
	    seep__opts_copy(&given, sizeof(given), opts) != SEEP_OK)
		return SEEP_EINVAL;
	status = seep__source_new(source, sizeof(*z), &zeek_ops, alloc);
	if (status != SEEP_OK)
		return status;
	z = zeek_of(*source);
	z->opts = given;
	seep__zeek_paths_init(&z->paths, z->base.mem);
	status = set_up(z, paths, count);
	if (status != SEEP_OK) {
		seep_source_free(*source);
		*source = NULL;
	}
	return status;
}
