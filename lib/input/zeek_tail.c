/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_tail.h"

#include <assert.h>
#include <string.h>

char *
seep__tail_copy_name(struct seep__mem *mem, const char *name, size_t *size)
{
	char *copy;

	assert(name != NULL && size != NULL);
	*size = strlen(name) + 1;
	copy = seep__mem_get(mem, *size);
	if (copy != NULL)
		memcpy(copy, name, *size);
	return copy;
}

void
seep__tail_clear(struct seep__zeek_follow *f, struct seep__tail *t)
{
	seep__zeek_log_close(t->log);
	if (t->content != NULL)
		seep__mem_put(f->mem, t->content, sizeof(*t->content));
	if (t->name != NULL)
		seep__mem_put(f->mem, t->name, t->name_size);
}

/* remember() keeps the sum of what a log held, for its archived copies. */
static int
remember(struct seep__zeek_follow *f, const struct seep__tail *t)
{
	int status;

	if (t->content == NULL || t->content->size == 0)
		return SEEP_OK;
	status = seep__mem_grow(f->mem, (void **)&f->read, &f->read_room,
				f->read_count + 1, sizeof(*f->read));
	if (status == SEEP_OK)
		f->read[f->read_count++] = seep__content_sum(t->content);
	return status;
}

/* was_read() says whether some log held, or holds, this content. */
static int
was_read(const struct seep__zeek_follow *f, const struct seep__content *c)
{
	struct seep__content other;
	size_t i;

	for (i = 0; i < f->read_count; i++)
		if (f->read[i].size == c->size && f->read[i].sum == c->sum)
			return 1;
	for (i = 0; i < f->count; i++) {
		if (f->tail[i].content == NULL ||
		    f->tail[i].content->size != c->size)
			continue;
		other = seep__content_sum(f->tail[i].content);
		if (other.sum == c->sum)
			return 1;
	}
	return 0;
}

/* some_size_is() says whether hashing a plain file could show a copy. */
static int
some_size_is(const struct seep__zeek_follow *f, uint64_t size)
{
	size_t i;

	for (i = 0; i < f->read_count; i++)
		if (f->read[i].size == size)
			return 1;
	for (i = 0; i < f->count; i++)
		if (f->tail[i].content != NULL &&
		    f->tail[i].content->size == size)
			return 1;
	return 0;
}

/* seep__tail_close() closes a log that was read to its end. */
int
seep__tail_close(struct seep__zeek_follow *f, struct seep__tail *t)
{
	int status = remember(f, t);

	assert(t->state == SEEP__TAIL_OPEN || t->state == SEEP__TAIL_ASLEEP);
	if (t->state == SEEP__TAIL_OPEN)
		f->open--;
	seep__zeek_log_close(t->log);
	t->log = NULL;
	if (t->content != NULL)
		seep__mem_put(f->mem, t->content, sizeof(*t->content));
	t->content = NULL;
	t->state = SEEP__TAIL_DONE;
	f->zeek->base.progress.files_done++;
	return status;
}

/* rest_longest() closes for now the plain log that is still for longest. */
static void
rest_longest(struct seep__zeek_follow *f)
{
	struct seep__tail *t, *idle = NULL;
	size_t i;

	for (i = 0; i < f->count; i++) {
		t = &f->tail[i];
		if (t->state != SEEP__TAIL_OPEN || !t->regular || !t->seen ||
		    t->ending || seep__stream_packed(t->log->stream))
			continue;
		if (idle == NULL || t->idle > idle->idle)
			idle = t;
	}
	if (idle == NULL)
		return;
	seep__zeek_log_sleep(idle->log);
	idle->state = SEEP__TAIL_ASLEEP;
	f->open--;
}

static int
open_tail(struct seep__zeek_follow *f, struct seep__tail *t)
{
	struct seep__zeek *z = f->zeek;
	int status;

	assert(t->state == SEEP__TAIL_NEW && t->log == NULL);
	if (f->open >= SEEP__ZEEK_OPEN_MAX)
		rest_longest(f);
	/* It is there already when memory ran out behind it. */
	if (t->content == NULL)
		t->content = seep__mem_get(f->mem, sizeof(*t->content));
	if (t->content == NULL)
		return seep__mem_why(f->mem);
	seep__content_init(t->content);
	status = seep__zeek_log_open(&t->log, &z->base, t->name, &z->rules);
	if (status != SEEP_OK)
		return status;
	if (t->log == NULL) {
		t->state = SEEP__TAIL_DONE;
		return SEEP_OK;
	}
	t->log->interim = t->interim;
	t->log->lines.content = t->content;
	t->state = SEEP__TAIL_OPEN;
	f->open++;
	return SEEP_OK;
}

int
seep__tail_wake(struct seep__zeek_follow *f, struct seep__tail *t)
{
	int status;

	assert(t->state == SEEP__TAIL_ASLEEP);
	if (f->open >= SEEP__ZEEK_OPEN_MAX)
		rest_longest(f);
	status = seep__zeek_log_wake(t->log);
	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		return status;
	if (status != SEEP_OK)
		return SEEP_OK; /* gone; the next look tells */
	t->log->lines.content = t->content;
	t->state = SEEP__TAIL_OPEN;
	f->open++;
	return SEEP_OK;
}

/*
 * seep__tail_judge() decides about a file that appeared: open it, pass it over,
 * or look again.
 */
int
seep__tail_judge(struct seep__zeek_follow *f, struct seep__tail *t, int still)
{
	struct seep__content content;
	struct seep__stream *stream;
	int status, packed, whole = 0;

	assert(t->state == SEEP__TAIL_NEW);
	if (!t->regular || f->zeek->opts.dedup)
		return open_tail(f, t);
	status = seep__stream_open(&stream, t->name, f->mem, NULL);
	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		return status;
	if (status != SEEP_OK)
		return open_tail(f, t); /* which tells why not */
	packed = seep__stream_packed(stream);
	seep__stream_close(stream);
	if (packed ? !still : !some_size_is(f, t->size) || t->size == 0)
		return packed ? SEEP_OK : open_tail(f, t);
	status = seep__content_of(t->name, f->mem, &content, &whole);
	if (status == SEEP_ENOMEM)
		return status;
	if (packed && !whole && f->looked && !f->zeek->finishing)
		return SEEP_OK; /* still being written */
	if (whole && content.size > 0 && was_read(f, &content)) {
		t->state = SEEP__TAIL_DONE;
		return SEEP_OK;
	}
	return open_tail(f, t);
}

/* seep__tail_rename() follows a file to its new name. */
int
seep__tail_rename(struct seep__zeek_follow *f, struct seep__tail *t,
		  const char *name)
{
	size_t size;
	char *copy, *path = NULL;

	assert(name != NULL);
	/* Both or none: a log that slept is opened again by its path. */
	copy = seep__tail_copy_name(f->mem, name, &size);
	if (copy != NULL && t->log != NULL)
		path = seep__tail_copy_name(f->mem, name, &size);
	if (copy == NULL || (t->log != NULL && path == NULL)) {
		seep__mem_put(f->mem, copy, size);
		return SEEP_ENOMEM;
	}
	seep__mem_put(f->mem, t->name, t->name_size);
	t->name = copy;
	t->name_size = size;
	if (t->log == NULL)
		return SEEP_OK;
	seep__mem_put(f->mem, t->log->path, t->log->path_size);
	t->log->path = path;
	t->log->path_size = size;
	return SEEP_OK;
}

/* seep__tail_restart() reads a log that was cut to nothing from its beginning;
 * a last line that never got its end is lost, and counted. */
int
seep__tail_restart(struct seep__zeek_follow *f, struct seep__tail *t)
{
	int status = remember(f, t);

	assert(t->log != NULL && t->content != NULL);
	if (seep__lines_unread(&t->log->lines) > 0 ||
	    t->log->lines.offset < t->content->size)
		seep__zeek_log_lose(t->log);
	seep__content_init(t->content);
	seep__lines_clear(&t->log->lines);
	seep__lines_init(&t->log->lines, f->mem);
	t->log->lines.content = t->content;
	if (status == SEEP_OK)
		status = seep__zeek_log_restart(t->log);
	if (status == SEEP_OK && t->state == SEEP__TAIL_OPEN) {
		seep__stream_rehash(t->log->stream, &t->log->input->digest);
		status = seep__stream_seek(t->log->stream, 0);
	}
	return status == SEEP_EIO ? SEEP_OK : status;
}
