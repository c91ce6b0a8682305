/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_follow.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "input/zeek_tail.h"

int
seep__zeek_follow_new(struct seep__zeek_follow **follow,
		      struct seep__zeek *zeek, const char *const *paths,
		      size_t count)
{
	struct seep__mem *mem = zeek->base.mem;
	struct seep__zeek_follow *f;
	size_t i, size;

	assert(count > 0);
	*follow = f = seep__mem_zero(mem, 1, sizeof(*f));
	if (f == NULL)
		return SEEP_ENOMEM;
	f->zeek = zeek;
	f->mem = mem;
	f->roots = seep__mem_zero(mem, count, sizeof(*f->roots));
	if (f->roots == NULL)
		return SEEP_ENOMEM;
	f->roots_count = count;
	for (i = 0; i < count; i++) {
		f->roots[i] = seep__tail_copy_name(mem, paths[i], &size);
		if (f->roots[i] == NULL)
			return SEEP_ENOMEM;
	}
	return SEEP_OK;
}

void
seep__zeek_follow_free(struct seep__zeek_follow *follow)
{
	struct seep__zeek_follow *f = follow;
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < f->count; i++)
		seep__tail_clear(f, &f->tail[i]);
	if (f->tail != NULL)
		seep__mem_put(f->mem, f->tail, f->room * sizeof(*f->tail));
	if (f->read != NULL)
		seep__mem_put(f->mem, f->read, f->read_room * sizeof(*f->read));
	for (i = 0; i < f->roots_count; i++)
		if (f->roots[i] != NULL)
			seep__mem_put(f->mem, f->roots[i],
				      strlen(f->roots[i]) + 1);
	if (f->roots != NULL)
		seep__mem_put(f->mem, f->roots,
			      f->roots_count * sizeof(*f->roots));
	seep__mem_put(f->mem, f, sizeof(*f));
}

/* add_tail() adds a file that appeared; interim ones before the others. */
static int
add_tail(struct seep__zeek_follow *f, const struct seep__zeek_path *p)
{
	struct seep__tail *t;
	size_t at, name_size;
	char *name;
	int status;

	assert(f->count <= f->room);
	status = seep__mem_grow(f->mem, (void **)&f->tail, &f->room,
				f->count + 1, sizeof(*f->tail));
	if (status != SEEP_OK)
		return status;
	name = seep__tail_copy_name(f->mem, p->name, &name_size);
	if (name == NULL)
		return seep__mem_why(f->mem);
	for (at = f->count; p->early && at > 0; at--)
		if (f->tail[at - 1].early)
			break;
	t = &f->tail[at];
	memmove(t + 1, t, (f->count - at) * sizeof(*t));
	memset(t, 0, sizeof(*t));
	f->count++;
	t->name = name;
	t->name_size = name_size;
	t->device = p->device;
	t->inode = p->inode;
	t->size = p->size;
	t->regular = p->regular;
	t->interim = p->interim;
	t->early = p->early;
	t->seen = 1;
	f->zeek->base.progress.files_total++;
	return SEEP_OK;
}

static struct seep__tail *
find_tail(struct seep__zeek_follow *f, const struct seep__zeek_path *p)
{
	struct seep__tail *t;
	size_t i;

	for (i = 0; i < f->count; i++) {
		t = &f->tail[i];
		if (p->inode != 0
			? t->device == p->device && t->inode == p->inode
			: strcmp(t->name, p->name) == 0)
			return t;
	}
	return NULL;
}

/* update_tail() compares a known file with what is there now; '*news' is
 * set when there is something to read. */
static int
update_tail(struct seep__zeek_follow *f, struct seep__tail *t,
	    const struct seep__zeek_path *p, int *news)
{
	int still = t->size == p->size;
	int status = SEEP_OK;

	assert(news != NULL);
	t->seen = 1;
	t->size = p->size;
	if (strcmp(t->name, p->name) != 0 && p->found)
		status = seep__tail_rename(f, t, p->name);
	if (status != SEEP_OK || t->state == SEEP__TAIL_DONE || !t->regular)
		return status;
	if (t->state == SEEP__TAIL_NEW) {
		status = seep__tail_judge(f, t, still);
		*news |= t->state == SEEP__TAIL_OPEN;
		return status;
	}
	if (t->state == SEEP__TAIL_OPEN && seep__stream_packed(t->log->stream))
		return SEEP_OK;
	if (p->size < t->content->size) {
		status = seep__tail_restart(f, t);
		*news = 1;
	}
	if (status == SEEP_OK && t->state == SEEP__TAIL_ASLEEP &&
	    p->size > t->content->size) {
		status = seep__tail_wake(f, t);
		*news |= t->state == SEEP__TAIL_OPEN;
	}
	return status;
}

/* is_replaced() says whether a new file at the tail's path holds data. */
static int
is_replaced(const struct seep__zeek_follow *f, const struct seep__tail *t)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (&f->tail[i] != t && f->tail[i].seen &&
		    f->tail[i].size > 0 &&
		    strcmp(f->tail[i].name, t->name) == 0)
			return 1;
	return 0;
}

/* leave_tail() decides about a file that is under no path any more. */
static int
leave_tail(struct seep__zeek_follow *f, struct seep__tail *t, int *news)
{
	struct stat st;

	assert(!t->seen);
	if (t->ending)
		return SEEP_OK;
	if (t->state == SEEP__TAIL_ASLEEP) {
		if (t->log->lines.offset < t->content->size)
			seep__zeek_log_lose(t->log);
		return seep__tail_close(f, t);
	}
	if (t->state == SEEP__TAIL_OPEN && t->regular &&
	    (is_replaced(f, t) ||
	     fstat(seep__stream_fd(t->log->stream), &st) != 0 ||
	     st.st_nlink == 0)) {
		t->ending = 1;
		*news = 1;
	}
	return SEEP_OK;
}

/* forget() drops the files that are gone and done. */
static void
forget(struct seep__zeek_follow *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->count; i++) {
		if (!f->tail[i].seen && f->tail[i].regular &&
		    (f->tail[i].state == SEEP__TAIL_DONE ||
		     f->tail[i].state == SEEP__TAIL_NEW))
			seep__tail_clear(f, &f->tail[i]);
		else
			f->tail[n++] = f->tail[i];
	}
	f->count = n;
}

/* list() lists what is there now. */
static int
list(struct seep__zeek_follow *f, struct seep__zeek_paths *paths)
{
	const struct seep__zeek_path *p;
	int status = SEEP_OK;
	size_t i;

	seep__zeek_paths_init(paths, f->mem);
	for (i = 0; i < f->roots_count && status == SEEP_OK; i++)
		status = seep__zeek_paths_add(paths, f->roots[i], NULL);
	for (i = 0; i < paths->count && !f->looked; i++) {
		p = &paths->path[i];
		if (p->inode == 0 && strcmp(p->name, "-") != 0)
			seep__source_note(&f->zeek->base, p->name, 0,
					  UINT64_MAX, NULL, 0,
					  "no such file yet");
	}
	return status;
}

/* look_at() takes up one path of the list. */
static int
look_at(struct seep__zeek_follow *f, struct seep__zeek_path *p, int *news)
{
	struct seep__tail *t;
	int status = SEEP_OK;

	assert(news != NULL);
	if (p->inode == 0 && strcmp(p->name, "-") != 0)
		return SEEP_OK;
	t = find_tail(f, p);
	if (t != NULL && t->seen)
		return SEEP_OK;
	if (t != NULL)
		return update_tail(f, t, p, news);
	if (p->regular && !p->early)
		status = seep__zeek_peek(f->mem, p->name, &p->early);
	if (status == SEEP_OK)
		status = add_tail(f, p);
	if (status != SEEP_OK)
		return status;
	*news = 1;
	t = find_tail(f, p);
	assert(t != NULL);
	return seep__tail_judge(f, t, !f->looked || f->zeek->finishing);
}

/* look() compares the paths with what is known. Refused memory, it looks
 * again before anything is read, for the order of reading matters. */
static int
look(struct seep__zeek_follow *f, int *news)
{
	struct seep__zeek_paths paths;
	size_t i;
	int status;

	for (i = 0; i < f->count; i++)
		f->tail[i].seen = 0;
	status = list(f, &paths);
	for (i = 0; i < paths.count && status == SEEP_OK; i++)
		status = look_at(f, &paths.path[i], news);
	seep__zeek_paths_clear(&paths);
	for (i = 0; i < f->count && status == SEEP_OK; i++)
		if (!f->tail[i].seen)
			status = leave_tail(f, &f->tail[i], news);
	if (status != SEEP_OK) {
		f->at = f->count;
		return status;
	}
	forget(f);
	f->looked = 1;
	f->at = 0;
	return SEEP_OK;
}

/* is_over() says whether an open log will not grow: a pipe whose writer is
 * gone, a compressed file that is complete. */
static int
is_over(const struct seep__tail *t)
{
	const struct seep__stream *stream = t->log->stream;

	assert(t->state == SEEP__TAIL_OPEN);
	if (!t->regular)
		return strcmp(t->name, "-") == 0 && seep__stream_ended(stream);
	return seep__stream_packed(stream) && !seep__stream_truncated(stream);
}

/* read_tail() reads one log; SEEP_END when it holds nothing more now. */
static int
read_tail(struct seep__zeek_follow *f, struct seep__tail *t)
{
	int status;

	if (t->state != SEEP__TAIL_OPEN)
		return SEEP_END;
	if (f->zeek->finishing)
		t->ending = 1;
	status = seep__zeek_pump(f->zeek, t->log, t->ending, 0);
	if (status != SEEP_END)
		return status;
	if (!t->ending && !t->log->dead && is_over(t)) {
		t->ending = 1;
		status = seep__zeek_pump(f->zeek, t->log, 1, 0);
		if (status != SEEP_END)
			return status;
	}
	t->idle = t->content->size == t->offset ? t->idle + 1 : 0;
	t->offset = t->content->size;
	if (t->ending || t->log->dead) {
		status = seep__tail_close(f, t);
		return status == SEEP_OK ? SEEP_END : status;
	}
	return SEEP_END;
}

/* finish_asleep() opens a log that sleeps: nothing may be left unread. */
static int
finish_asleep(struct seep__zeek_follow *f)
{
	int status = SEEP_OK;
	size_t i;

	for (i = 0; i < f->count && status == SEEP_OK; i++) {
		if (f->tail[i].state != SEEP__TAIL_ASLEEP)
			continue;
		status = seep__tail_wake(f, &f->tail[i]);
		if (status == SEEP_OK && f->tail[i].state == SEEP__TAIL_OPEN)
			return SEEP_OK;
		if (status == SEEP_OK)
			status = seep__tail_close(f, &f->tail[i]);
	}
	return status == SEEP_OK ? SEEP_END : status;
}

int
seep__zeek_follow_some(struct seep__zeek *zeek)
{
	struct seep__zeek_follow *f = zeek->follow;
	int status, news;

	assert(f != NULL && f->zeek == zeek);
	for (;;) {
		for (; f->at < f->count; f->at++) {
			status = read_tail(f, &f->tail[f->at]);
			if (status != SEEP_END)
				return status;
		}
		if (zeek->finishing && f->last_look) {
			f->at = 0;
			status = finish_asleep(f);
			if (status != SEEP_OK)
				return status;
			continue;
		}
		news = 0;
		status = look(f, &news);
		if (status != SEEP_OK)
			return status;
		f->last_look = zeek->finishing;
		if (!news && !f->last_look)
			return SEEP_AGAIN;
	}
}
