/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <string.h>

#include "input/zeek_follow.h"
#include "input/zeek_tail.h"

static void
save_tail(struct seep__packer *p, const struct seep__tail *t)
{
	assert(t->regular && (t->log == NULL) == (t->content == NULL));
	seep__pack_text(p, t->name, t->name_size - 1);
	seep__pack_u64(p, (uint64_t)t->device);
	seep__pack_u64(p, (uint64_t)t->inode);
	seep__pack_u64(p, t->size);
	seep__pack_u64(p, t->offset);
	seep__pack_u64(p, t->idle);
	seep__pack_u64(p, t->state);
	seep__pack_u64(p, t->interim);
	seep__pack_u64(p, t->early);
	seep__pack_u64(p, t->ending);
	if (t->log == NULL)
		return;
	seep__content_save(t->content, p);
	seep__zeek_log_save(t->log, p);
}

int
seep__zeek_follow_save(const struct seep__zeek_follow *follow,
		       struct seep__packer *packer)
{
	size_t i;

	assert(follow != NULL);
	for (i = 0; i < follow->count; i++)
		if (!follow->tail[i].regular)
			return seep__source_is_pipe(&follow->zeek->base,
						    follow->tail[i].name);
	seep__pack_section(packer, "tails");
	seep__pack_u64(packer, follow->read_count);
	for (i = 0; i < follow->read_count; i++) {
		seep__pack_u64(packer, follow->read[i].size);
		seep__pack_u64(packer, follow->read[i].sum);
	}
	seep__pack_u64(packer, follow->looked != 0);
	seep__pack_u64(packer, follow->last_look != 0);
	seep__pack_u64(packer, follow->count);
	for (i = 0; i < follow->count; i++)
		save_tail(packer, &follow->tail[i]);
	seep__pack_u64(packer, follow->at);
	return SEEP_OK;
}

static void
restore_read(struct seep__zeek_follow *f, struct seep__unpacker *u)
{
	uint64_t n = seep__unpack_u64(u);
	int status;

	assert(f->read_count == 0);
	for (; n > 0 && u->status == SEEP_OK; n--) {
		status =
		    seep__mem_grow(f->mem, (void **)&f->read, &f->read_room,
				   f->read_count + 1, sizeof(*f->read));
		if (status != SEEP_OK) {
			seep__unpack_fail(u, status);
			return;
		}
		f->read[f->read_count].size = seep__unpack_u64(u);
		f->read[f->read_count++].sum = seep__unpack_u64(u);
	}
}

/* restore_stand() reads how far a log was read. */
static void
restore_stand(struct seep__zeek_follow *f, struct seep__tail *t,
	      struct seep__unpacker *u)
{
	assert(t->content == NULL && t->log == NULL);
	t->content = seep__mem_get(f->mem, sizeof(*t->content));
	if (t->content == NULL) {
		seep__unpack_fail(u, seep__mem_why(f->mem));
		return;
	}
	seep__content_restore(t->content, u);
	seep__zeek_log_restore(&t->log, &f->zeek->base, &f->zeek->rules, u);
	if (u->status == SEEP_OK && (t->content->size > INT64_MAX ||
				     t->log->lines.offset > t->content->size))
		seep__unpack_fail(u, SEEP_EFORMAT);
}

static void
restore_tail(struct seep__zeek_follow *f, struct seep__unpacker *u)
{
	struct seep__tail *t = &f->tail[f->count];

	memset(t, 0, sizeof(*t));
	t->name = seep__unpack_text(u, f->mem, &t->name_size);
	if (t->name == NULL)
		return;
	f->count++;
	t->regular = 1;
	t->device = (dev_t)seep__unpack_u64(u);
	t->inode = (ino_t)seep__unpack_u64(u);
	t->size = seep__unpack_u64(u);
	t->offset = seep__unpack_u64(u);
	t->idle = seep__unpack_u64(u);
	t->state = (enum seep__tail_state)seep__unpack_most(u, SEEP__TAIL_DONE);
	t->interim = (uint8_t)seep__unpack_most(u, 1);
	t->early = (uint8_t)seep__unpack_most(u, 1);
	t->ending = (uint8_t)seep__unpack_most(u, 1);
	if (t->state == SEEP__TAIL_OPEN || t->state == SEEP__TAIL_ASLEEP)
		restore_stand(f, t, u);
}

static void
restore_tails(struct seep__zeek_follow *f, struct seep__unpacker *u)
{
	uint64_t n = seep__unpack_u64(u);
	int status;

	assert(f->count == 0);
	for (; n > 0 && u->status == SEEP_OK; n--) {
		status = seep__mem_grow(f->mem, (void **)&f->tail, &f->room,
					f->count + 1, sizeof(*f->tail));
		if (status != SEEP_OK)
			seep__unpack_fail(u, status);
		else
			restore_tail(f, u);
	}
}

/* holds() says whether a file begins with what was read of a log. */
static int
holds(const struct seep__zeek_follow *f, const struct seep__tail *t,
      const char *name, struct seep__unpacker *u)
{
	struct seep__content found, want = seep__content_sum(t->content);
	int status;

	if (want.size == 0)
		return 1;
	status = seep__content_start(name, want.size, f->mem, &found);
	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		seep__unpack_fail(u, status);
	return status == SEEP_OK && found.size == want.size &&
	       found.sum == want.sum;
}

/* is_known() says whether a file is that of another log. */
static int
is_known(const struct seep__zeek_follow *f, const struct seep__zeek_path *p)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->tail[i].device == p->device &&
		    f->tail[i].inode == p->inode)
			return 1;
	return 0;
}

/* find_file() finds a log's file among those that are there, by device and
 * inode, or by what it holds. */
static const struct seep__zeek_path *
find_file(const struct seep__zeek_follow *f, const struct seep__tail *t,
	  const struct seep__zeek_paths *paths, struct seep__unpacker *u)
{
	const struct seep__zeek_path *p;
	size_t i;

	assert(t->content != NULL);
	for (i = 0; i < paths->count; i++) {
		p = &paths->path[i];
		if (p->regular && p->device == t->device &&
		    p->inode == t->inode)
			return p;
	}
	for (i = 0; i < paths->count && t->content->size > 0; i++) {
		p = &paths->path[i];
		if (p->regular && !is_known(f, p) && holds(f, t, p->name, u))
			return p;
	}
	return NULL;
}

/* take_file() makes 'p' the file of a log. One that is shorter than what was
 * read was cut to nothing, which the next look finds out. */
static void
take_file(struct seep__zeek_follow *f, struct seep__tail *t,
	  const struct seep__zeek_path *p, struct seep__unpacker *u)
{
	int same = t->device == p->device && t->inode == p->inode;
	int status = SEEP_OK;

	if (same && p->size >= t->content->size && !holds(f, t, p->name, u))
		seep__source_differs(&f->zeek->base, u, p->name,
				     "holds other bytes than when it was read");
	if (u->status != SEEP_OK)
		return;
	t->device = p->device;
	t->inode = p->inode;
	if (strcmp(t->name, p->name) != 0)
		status = seep__tail_rename(f, t, p->name);
	if (status != SEEP_OK)
		seep__unpack_fail(u, status);
}

/* open_tail() opens a log at its place. */
static void
open_tail(struct seep__zeek_follow *f, struct seep__tail *t, int moved,
	  struct seep__unpacker *u)
{
	int status;

	assert(t->log != NULL && t->log->stream == NULL);
	status = seep__zeek_log_reach(t->log, moved);
	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		seep__unpack_fail(u, status);
	else if (status != SEEP_OK)
		seep__source_differs(&f->zeek->base, u, t->name,
				     "cannot be read up to where reading "
				     "stood");
	t->log->lines.content = t->content;
	f->open++;
}

/* leave_tail() gives up a log that was still for long and is gone. */
static void
leave_tail(struct seep__zeek_follow *f, struct seep__tail *t,
	   struct seep__unpacker *u)
{
	int status;

	assert(t->state == SEEP__TAIL_ASLEEP);
	if (t->log->lines.offset < t->content->size)
		seep__zeek_log_lose(t->log);
	status = seep__tail_close(f, t);
	if (status != SEEP_OK)
		seep__unpack_fail(u, status);
}

static void
resume_tail(struct seep__zeek_follow *f, struct seep__tail *t,
	    const struct seep__zeek_paths *paths, struct seep__unpacker *u)
{
	const struct seep__zeek_path *p;
	int moved;

	if (t->log == NULL)
		return;
	p = find_file(f, t, paths, u);
	moved = p != NULL && (p->device != t->device || p->inode != t->inode);
	if (p != NULL)
		take_file(f, t, p, u);
	else if (t->state == SEEP__TAIL_ASLEEP)
		leave_tail(f, t, u);
	else
		seep__source_differs(&f->zeek->base, u, t->name,
				     "is gone, and nothing there begins as it "
				     "did");
	if (u->status == SEEP_OK && t->state == SEEP__TAIL_OPEN)
		open_tail(f, t, moved, u);
}

void
seep__zeek_follow_restore(struct seep__zeek_follow *follow,
			  struct seep__unpacker *unpacker)
{
	struct seep__zeek_follow *f = follow;
	struct seep__zeek_paths paths;
	int status = SEEP_OK;
	size_t i;

	assert(f != NULL && !f->looked && f->count == 0);
	seep__unpack_section(unpacker, "tails");
	restore_read(f, unpacker);
	f->looked = (int)seep__unpack_most(unpacker, 1);
	f->last_look = (int)seep__unpack_most(unpacker, 1);
	restore_tails(f, unpacker);
	f->at = (size_t)seep__unpack_most(unpacker, f->count);
	seep__zeek_paths_init(&paths, f->mem);
	/* A state opens only what the caller's paths lead to now. */
	for (i = 0; i < f->roots_count && status == SEEP_OK; i++)
		status = seep__zeek_paths_add(&paths, f->roots[i], NULL);
	if (status != SEEP_OK)
		seep__unpack_fail(unpacker, status);
	for (i = 0; i < f->count && unpacker->status == SEEP_OK; i++)
		resume_tail(f, &f->tail[i], &paths, unpacker);
	seep__zeek_paths_clear(&paths);
}
