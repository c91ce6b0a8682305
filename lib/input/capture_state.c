/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/capture_source.h"

/* libpcap ends a file at a longer packet (capture_file.h). */
#define CAPTURED_MAX 1048576

static struct seep__capture *
capture_of(struct seep_source *source)
{
	return (struct seep__capture *)(void *)source;
}

/* is_pipe() says whether what was taken from a path cannot be read again. */
static int
is_pipe(const struct seep__capinput *input)
{
	struct stat st;

	if (input->spent || strcmp(input->path, "-") == 0)
		return 1;
	return stat(input->path, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode);
}

/* mark_all() marks the files that were read, and those at hand. */
static int
mark_all(struct seep__capture *c)
{
	struct seep__capinput *input;
	int status = SEEP_OK;
	size_t i;

	for (i = 0; i < c->count && status == SEEP_OK; i++) {
		input = &c->inputs[i];
		if (is_pipe(input))
			return seep__source_is_pipe(&c->base, input->path);
		if (input->file != NULL)
			seep__mark_look(&input->mark,
					seep__capfile_fd(input->file));
		status = seep__mark_sum(&input->mark, input->path, c->base.mem);
	}
	return status;
}

static void
save_settings(const struct seep__capture *c, struct seep__packer *p)
{
	seep__pack_section(p, "settings");
	seep__pack_u64(p, c->roots);
	seep__pack_u64(p, c->opts.no_dpi != 0);
	seep__pack_u64(p, c->opts.flows_max);
	seep__pack_u64(p, c->opts.sensor);
	seep__pack_u64(p, c->opts.accept_same_file != 0);
}

static void
check_settings(struct seep__capture *c, struct seep__unpacker *u)
{
	struct seep_source *source = &c->base;

	seep__unpack_section(u, "settings");
	seep__source_same(source, u, c->roots,
			  "the checkpoint is of other paths");
	seep__source_same(source, u, c->opts.no_dpi != 0,
			  "the checkpoint was made with another no_dpi");
	seep__source_same(source, u, c->opts.flows_max,
			  "the checkpoint was made with another flows_max");
	seep__source_same(source, u, c->opts.sensor,
			  "the checkpoint was made with another sensor");
	seep__source_same(source, u, c->opts.accept_same_file != 0,
			  "the checkpoint was made with another "
			  "accept_same_file");
}

static void
save_frame(struct seep__packer *p, const struct seep__capinput *input)
{
	const struct seep__frame *f = &input->frame;

	assert(f->number > 0 && f->captured <= f->wire);
	seep__pack_u64(p, f->number);
	seep__pack_u64(p, seep__capfile_offset(input->file));
	seep__pack_u64(p, f->wire);
	seep__pack_u64(p, f->has_time != 0);
	seep__pack_u64(p, (uint64_t)f->time_ns);
	seep__pack_u64(p, f->captured);
	seep__pack_bytes(p, f->data, f->captured);
}

static void
save_input(struct seep__packer *p, const struct seep__capinput *input)
{
	size_t i;

	seep__pack_text(p, input->path, input->size - 1);
	seep__pack_i64(p, input->first_ns);
	seep__pack_i64(p, input->order_ns);
	seep__pack_u64(p, input->stored);
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		seep__pack_u64(p, input->noted[i]);
	seep__pack_u64(p, input->refused);
	seep__pack_u64(p, input->same);
	seep__mark_save(&input->mark, p);
	seep__pack_u64(p, input->input != NULL);
	if (input->input != NULL)
		seep__input_save(input->input, p);
}

int
seep__capture_save(struct seep_source *source, struct seep__packer *packer)
{
	struct seep__capture *c = capture_of(source);
	int status;
	size_t i;

	for (i = 0; i < c->open_count; i++)
		if (c->open[i]->used)
			return SEEP_ENOMEM; /* its next frame was refused */
	status = mark_all(c);
	if (status != SEEP_OK)
		return status;
	save_settings(c, packer);
	seep__pack_section(packer, "files");
	seep__pack_u64(packer, c->count);
	for (i = 0; i < c->count; i++)
		save_input(packer, &c->inputs[i]);
	seep__pack_section(packer, "reader");
	seep__pack_u64(packer, c->next);
	seep__pack_u64(packer, c->peeked != 0);
	seep__pack_u64(packer, c->told != 0);
	seep__pack_u64(packer, c->drained != 0);
	seep__pack_u64(packer, c->open_count);
	for (i = 0; i < c->open_count; i++) {
		seep__pack_u64(packer, (uint64_t)(c->open[i] - c->inputs));
		save_frame(packer, c->open[i]);
	}
	seep__pack_section(packer, "contents");
	seep__identity_save(c->identity, packer);
	seep__assembler_save(c->assembler, packer);
	return SEEP_OK;
}

static int
compare_paths(const void *a, const void *b)
{
	const struct seep__capinput *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void
restore_input(struct seep__capture *c, struct seep__capinput *input,
	      struct seep__unpacker *u)
{
	size_t i;

	input->path = seep__unpack_text(u, c->base.mem, &input->size);
	input->first_ns = seep__unpack_i64(u);
	input->order_ns = seep__unpack_i64(u);
	input->stored = seep__unpack_u64(u);
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		input->noted[i] =
		    (uint8_t)seep__unpack_most(u, SEEP_NOTICES_PER_FILE);
	input->refused = (uint8_t)seep__unpack_most(u, 1);
	input->same = (uint8_t)seep__unpack_most(u, 1);
	seep__mark_restore(&input->mark, u);
	if (seep__unpack_most(u, 1) != 0)
		input->input = seep__input_restore(&c->base, u);
}

/* check_inputs() makes sure that a state opens only what the caller named:
 * the same paths, in whatever order. */
static int
check_inputs(const struct seep__capinput *saved, struct seep__capinput *now,
	     size_t count)
{
	size_t i;

	qsort(now, count, sizeof(*now), compare_paths);
	for (i = 0; i < count; i++)
		if (bsearch(&saved[i], now, count, sizeof(*now),
			    compare_paths) == NULL)
			return 0;
	return 1;
}

static void
put_inputs(struct seep__capture *c, struct seep__capinput *inputs)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		seep__input_drop(&c->base, inputs[i].input);
		seep__mem_put(c->base.mem, inputs[i].path, inputs[i].size);
	}
	seep__mem_put(c->base.mem, inputs, c->count * sizeof(*inputs));
}

/* restore_inputs() puts the saved list in the place of the caller's. */
static void
restore_inputs(struct seep__capture *c, struct seep__unpacker *u)
{
	struct seep__capinput *saved;
	size_t i;

	seep__unpack_section(u, "files");
	if (seep__unpack_u64(u) != c->count)
		seep__unpack_fail(u, SEEP_EFORMAT);
	if (u->status != SEEP_OK)
		return;
	saved = seep__mem_zero(c->base.mem, c->count, sizeof(*saved));
	if (saved == NULL) {
		seep__unpack_fail(u, seep__mem_why(c->base.mem));
		return;
	}
	for (i = 0; i < c->count && u->status == SEEP_OK; i++)
		restore_input(c, &saved[i], u);
	if (u->status == SEEP_OK && !check_inputs(saved, c->inputs, c->count))
		seep__unpack_fail(u, SEEP_EFORMAT);
	if (u->status != SEEP_OK) {
		put_inputs(c, saved);
		return;
	}
	put_inputs(c, c->inputs);
	c->inputs = saved;
}

/* restore_frame() reads the frame that was at hand, its bytes too. */
static void
restore_frame(struct seep__capture *c, struct seep__capinput *input,
	      uint64_t *offset, struct seep__unpacker *u)
{
	struct seep__frame *f = &input->frame;

	f->number = seep__unpack_u64(u);
	*offset = seep__unpack_u64(u);
	f->wire = (uint32_t)seep__unpack_most(u, UINT32_MAX);
	f->has_time = (int)seep__unpack_most(u, 1);
	f->time_ns = (int64_t)seep__unpack_most(u, SEEP__CAPFILE_TIME_MAX);
	f->captured = (uint32_t)seep__unpack_most(
	    u, f->wire < CAPTURED_MAX ? f->wire : CAPTURED_MAX);
	if (f->number == 0)
		seep__unpack_fail(u, SEEP_EFORMAT);
	if (u->status != SEEP_OK)
		return;
	input->kept_size = (size_t)f->captured + 1; /* none is empty */
	input->kept = seep__mem_get(c->base.mem, input->kept_size);
	if (input->kept == NULL) {
		input->kept_size = 0;
		seep__unpack_fail(u, seep__mem_why(c->base.mem));
		return;
	}
	seep__unpack_bytes(u, input->kept, f->captured);
	f->data = input->kept;
}

/* check_file() compares a file with what was read of it; one that is still
 * to be read must be there. */
static void
check_file(struct seep__capture *c, const struct seep__capinput *input,
	   struct seep__unpacker *u)
{
	const char *why = NULL;
	struct stat st;
	int status;

	if (input->mark.regular) {
		status = seep__mark_check(&input->mark, input->path,
					  c->base.mem, &why);
		if (status != SEEP_OK)
			seep__unpack_fail(u, status);
	} else if (!input->refused && stat(input->path, &st) != 0) {
		why = "is gone";
	}
	if (why != NULL)
		seep__source_differs(&c->base, u, input->path, why);
}

/* open_input() opens a file and goes behind the frame that was at hand. */
static void
open_input(struct seep__capture *c, struct seep__capinput *input,
	   uint64_t offset, struct seep__unpacker *u)
{
	char why[SEEP__CAPFILE_WHY_SIZE];
	int status;

	check_file(c, input, u);
	if (u->status != SEEP_OK)
		return;
	status = seep__capfile_open(&input->file, input->path, c->base.mem,
				    &input->input->digest, why);
	if (status == SEEP_OK)
		status = seep__capfile_pass(input->file, input->frame.number,
					    offset);
	if (status == SEEP_ENOMEM || status == SEEP_EBUDGET)
		seep__unpack_fail(u, status);
	else if (status != SEEP_OK)
		seep__source_differs(&c->base, u, input->path,
				     "cannot be read up to where reading "
				     "stood");
}

/* restore_open() reads which files are at hand. */
static void
restore_open(struct seep__capture *c, struct seep__unpacker *u)
{
	uint64_t n = seep__unpack_most(u, SEEP__CAPTURE_OPEN_MAX);
	struct seep__capinput *input;
	uint64_t which, offset;

	for (; n > 0 && u->status == SEEP_OK; n--) {
		which = seep__unpack_most(u, c->count - 1);
		input = &c->inputs[which];
		if (which >= c->next || input->file != NULL ||
		    input->input == NULL || !input->mark.regular)
			seep__unpack_fail(u, SEEP_EFORMAT);
		if (u->status != SEEP_OK)
			return;
		restore_frame(c, input, &offset, u);
		if (u->status == SEEP_OK)
			open_input(c, input, offset, u);
		if (input->file != NULL)
			c->open[c->open_count++] = input;
	}
}

/* check_told() makes sure that what is still to be read can be told
 * of. */
static void
check_told(const struct seep__capture *c, struct seep__unpacker *u)
{
	const struct seep__capinput *input;
	size_t i;

	for (i = c->next; i < c->count && c->peeked; i++) {
		input = &c->inputs[i];
		if (!input->refused && input->input == NULL)
			seep__unpack_fail(u, SEEP_EFORMAT);
	}
}

static void
restore_place(struct seep__capture *c, struct seep__unpacker *u)
{
	seep__unpack_section(u, "reader");
	c->next = (size_t)seep__unpack_most(u, c->count);
	c->peeked = (int)seep__unpack_most(u, 1);
	c->told = (int)seep__unpack_most(u, 1);
	c->drained = (int)seep__unpack_most(u, 1);
	if (!c->peeked && c->next > 0)
		seep__unpack_fail(u, SEEP_EFORMAT);
	check_told(c, u);
	if (u->status == SEEP_OK)
		restore_open(c, u);
}

/* check_contents() makes sure that what identity may hash again is of the
 * list; files are noted in the order of reading. */
static void
check_contents(const struct seep__capture *c, struct seep__unpacker *u)
{
	const char *path;
	size_t i, at = 0;

	for (i = 0; u->status == SEEP_OK; i++) {
		path = seep__identity_path(c->identity, i);
		if (path == NULL)
			return;
		while (at < c->count && strcmp(c->inputs[at].path, path) != 0)
			at++;
		if (at++ >= c->count)
			seep__unpack_fail(u, SEEP_EFORMAT);
	}
}

void
seep__capture_restore(struct seep_source *source,
		      struct seep__unpacker *unpacker)
{
	struct seep__capture *c = capture_of(source);
	size_t i;

	assert(!c->peeked && c->open_count == 0);
	check_settings(c, unpacker);
	restore_inputs(c, unpacker);
	restore_place(c, unpacker);
	for (i = 0; i < c->count && unpacker->status == SEEP_OK; i++)
		if (c->inputs[i].file == NULL)
			check_file(c, &c->inputs[i], unpacker);
	seep__unpack_section(unpacker, "contents");
	seep__identity_restore(c->identity, unpacker);
	check_contents(c, unpacker);
	seep__assembler_restore(c->assembler, unpacker);
}
