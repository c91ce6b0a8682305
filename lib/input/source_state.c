/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "input/source.h"
#include "input/source_notice.h"

/* A byte that is no ASCII and a line end each way, as a case has them. */
static const char magic[8] = {'\x8c', 's', 'e', 'e', 'p', '\r', '\n', '\x1a'};

/* The form of a saved state. A state lives between a kill and a restart:
 * other versions are refused, not read. */
#define STATE_VERSION 1

_Static_assert(sizeof(struct seep_coverage) % 8 == 0, "words only");
_Static_assert(sizeof(struct seep_progress) % 8 == 0, "words only");

/* save_words() writes a struct that is nothing but 64-bit counts. */
static void
save_words(struct seep__packer *p, const void *counts, size_t size)
{
	uint64_t word;
	size_t i;

	assert(size % sizeof(word) == 0);
	seep__pack_u64(p, size / sizeof(word));
	for (i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, (const char *)counts + i, sizeof(word));
		seep__pack_u64(p, word);
	}
}

static void
restore_words(struct seep__unpacker *u, void *counts, size_t size)
{
	uint64_t word;
	size_t i;

	assert(size % sizeof(word) == 0);
	if (seep__unpack_u64(u) != size / sizeof(word))
		seep__unpack_fail(u, SEEP_EFORMAT);
	for (i = 0; i < size; i += sizeof(word)) {
		word = seep__unpack_u64(u);
		memcpy((char *)counts + i, &word, sizeof(word));
	}
}

static void
save_notice(struct seep__packer *p, const struct seep_notice *n)
{
	seep__pack_text(p, n->file, strlen(n->file));
	seep__pack_text(p, n->text, strlen(n->text));
	seep__pack_u64(p, n->field != NULL);
	if (n->field != NULL)
		seep__pack_text(p, n->field, strlen(n->field));
	seep__pack_u64(p, n->line);
	seep__pack_u64(p, n->offset);
	seep__pack_u64(p, n->fatal != 0);
}

static void
put_text(struct seep_source *source, char *text, size_t size)
{
	if (text != NULL)
		seep__mem_put(source->mem, text, size);
}

static void
restore_notice(struct seep_source *source, struct seep__unpacker *u)
{
	size_t file_size = 0, text_size = 0, field_size = 0;
	char *file, *text, *field = NULL;
	uint64_t line, offset;
	int fatal;

	assert(source != NULL);
	file = seep__unpack_text(u, source->mem, &file_size);
	text = seep__unpack_text(u, source->mem, &text_size);
	if (seep__unpack_most(u, 1) != 0)
		field = seep__unpack_text(u, source->mem, &field_size);
	line = seep__unpack_u64(u);
	offset = seep__unpack_u64(u);
	fatal = (int)seep__unpack_most(u, 1);
	if (u->status == SEEP_OK)
		seep__source_note(source, file, line, offset, field, fatal,
				  text);
	put_text(source, file, file_size);
	put_text(source, text, text_size);
	put_text(source, field, field_size);
}

/* save_notices() writes those that were not yet asked for. */
static void
save_notices(const struct seep_source *source, struct seep__packer *p)
{
	const struct seep__notice *n;
	uint64_t count = 0;

	for (n = source->notices; n != NULL; n = n->next)
		count++;
	seep__pack_section(p, "notices");
	seep__pack_u64(p, count);
	for (n = source->notices; n != NULL; n = n->next)
		save_notice(p, &n->told);
}

static void
restore_notices(struct seep_source *source, struct seep__unpacker *u)
{
	uint64_t count;

	seep__unpack_section(u, "notices");
	count = seep__unpack_u64(u);
	for (; count > 0 && u->status == SEEP_OK; count--)
		restore_notice(source, u);
}

/* save_told() writes what a case says of an input. */
static void
save_told(struct seep__packer *p, const struct seep_input *told)
{
	assert(told->name != NULL);
	seep__pack_text(p, told->name, strlen(told->name));
	seep__pack_u64(p, told->records);
	seep__pack_i64(p, told->first_ns);
	seep__pack_i64(p, told->last_ns);
	seep__pack_u64(p, told->damaged);
	seep__pack_u64(p, told->bytes);
	seep__pack_u64(p, told->hashed);
	if (!told->hashed)
		return;
	seep__pack_bytes(p, told->sha256, sizeof(told->sha256));
	seep__pack_bytes(p, told->content_sha256, sizeof(told->content_sha256));
}

/* is_told() says whether an engine would take it. */
static int
is_told(const struct seep_input *told)
{
	return told->first_ns <= told->last_ns ||
	       (told->first_ns == INT64_MAX && told->last_ns == INT64_MIN);
}

/* make_input() makes an input of the name that is next; NULL on failure. */
static struct seep__input *
make_input(struct seep_source *source, struct seep__unpacker *u)
{
	struct seep__input *input = NULL;
	size_t size;
	char *name = seep__unpack_text(u, source->mem, &size);

	if (name == NULL)
		return NULL;
	if (size < 2 || size > SEEP_INPUT_NAME_MAX + 1 ||
	    strchr(name, '/') != NULL) {
		seep__unpack_fail(u, SEEP_EFORMAT);
	} else {
		input = seep__input_new(source, name);
		if (input == NULL)
			seep__unpack_fail(u, seep__mem_why(source->mem));
	}
	seep__mem_put(source->mem, name, size);
	return input;
}

static struct seep__input *
restore_told(struct seep_source *source, struct seep__unpacker *u)
{
	struct seep__input *input = make_input(source, u);
	struct seep_input *told;

	if (input == NULL)
		return NULL;
	told = &input->told;
	told->records = seep__unpack_u64(u);
	told->first_ns = seep__unpack_i64(u);
	told->last_ns = seep__unpack_i64(u);
	told->damaged = (uint32_t)seep__unpack_most(u, 1);
	told->bytes = seep__unpack_u64(u);
	told->hashed = (uint32_t)seep__unpack_most(u, 1);
	if (told->hashed) {
		seep__unpack_bytes(u, told->sha256, sizeof(told->sha256));
		seep__unpack_bytes(u, told->content_sha256,
				   sizeof(told->content_sha256));
	}
	if (!is_told(told))
		seep__unpack_fail(u, SEEP_EFORMAT);
	if (u->status == SEEP_OK)
		return input;
	seep__input_drop(source, input);
	return NULL;
}

void
seep__input_save(const struct seep__input *input, struct seep__packer *packer)
{
	assert(input != NULL && input->next == NULL);
	save_told(packer, &input->told);
	seep__pack_u64(packer, input->ended != 0);
	seep__digest_save(&input->digest, packer);
}

struct seep__input *
seep__input_restore(struct seep_source *source, struct seep__unpacker *unpacker)
{
	struct seep__input *input = restore_told(source, unpacker);

	if (input == NULL)
		return NULL;
	input->ended = (int)seep__unpack_most(unpacker, 1);
	seep__digest_restore(&input->digest, unpacker);
	return input;
}

/* save_inputs() writes those that were not yet asked for: their hashes are
 * known. */
static void
save_inputs(const struct seep_source *source, struct seep__packer *p)
{
	const struct seep__input *input;
	uint64_t count = 0;

	for (input = source->inputs; input != NULL; input = input->next)
		count++;
	seep__pack_section(p, "inputs");
	seep__pack_u64(p, count);
	for (input = source->inputs; input != NULL; input = input->next)
		save_told(p, &input->told);
}

static void
restore_inputs(struct seep_source *source, struct seep__unpacker *u)
{
	struct seep__input *input;
	uint64_t count;

	seep__unpack_section(u, "inputs");
	count = seep__unpack_u64(u);
	for (; count > 0 && u->status == SEEP_OK; count--) {
		input = restore_told(source, u);
		if (input != NULL)
			seep__input_queue(source, input);
	}
}

void
seep__source_differs(struct seep_source *source,
		     struct seep__unpacker *unpacker, const char *file,
		     const char *why)
{
	assert(file != NULL && why != NULL);
	if (unpacker->status == SEEP_OK)
		seep__source_note(source, file, 0, UINT64_MAX, NULL, 1, why);
	seep__unpack_fail(unpacker, SEEP_EMISMATCH);
}

uint64_t
seep__source_sum_paths(const char *const *paths, size_t count)
{
	struct seep__hash_stream sum;
	size_t i;

	assert(paths != NULL);
	seep__hash_stream_init(&sum);
	for (i = 0; i < count; i++)
		seep__hash_stream_feed(&sum, paths[i], strlen(paths[i]) + 1);
	return seep__hash_stream_sum(&sum);
}

void
seep__source_same(struct seep_source *source, struct seep__unpacker *unpacker,
		  uint64_t value, const char *what)
{
	uint64_t saved = seep__unpack_u64(unpacker);

	assert(what != NULL);
	if (unpacker->status == SEEP_OK && saved != value)
		seep__source_differs(source, unpacker, "-", what);
}

int
seep__source_is_pipe(struct seep_source *source, const char *file)
{
	assert(file != NULL);
	seep__source_note(source, file, 0, UINT64_MAX, NULL, 1,
			  "a pipe cannot be read again after a crash: no "
			  "checkpoint");
	return SEEP_EUNSUPPORTED;
}

int
seep_source_save(struct seep_source *source, seep_write_fn write, void *ctx)
{
	struct seep__packer packer;
	int status;

	assert(source != NULL && write != NULL);
	if (source->failed)
		return SEEP_EINVAL;
	if (source->midway)
		return SEEP_ENOMEM;
	if (source->ops->save == NULL)
		return SEEP_EUNSUPPORTED;
	seep__pack_begin(&packer, write, ctx, magic, STATE_VERSION);
	seep__pack_section(&packer, "source");
	seep__pack_text(&packer, source->ops->kind, strlen(source->ops->kind));
	seep__pack_section(&packer, "counts");
	save_words(&packer, &source->coverage, sizeof(source->coverage));
	save_words(&packer, &source->progress, sizeof(source->progress));
	save_inputs(source, &packer);
	status = source->ops->save(source, &packer);
	if (status != SEEP_OK)
		return status;
	save_notices(source, &packer);
	return seep__pack_end(&packer);
}

static void
check_kind(struct seep_source *source, struct seep__unpacker *u)
{
	size_t size;
	char *kind = seep__unpack_text(u, source->mem, &size);

	if (kind == NULL)
		return;
	if (strcmp(kind, source->ops->kind) != 0)
		seep__source_differs(source, u, "-",
				     "the state is of another kind of source");
	seep__mem_put(source->mem, kind, size);
}

int
seep_source_restore(struct seep_source *source, seep_read_fn read, void *ctx,
		    const char **section)
{
	struct seep__unpacker unpacker;
	struct seep_coverage coverage;
	struct seep_progress progress;
	int status;

	assert(source != NULL && read != NULL && !source->started);
	if (source->ops->restore == NULL)
		return SEEP_EUNSUPPORTED;
	seep__source_forget(source);
	seep__unpack_begin(&unpacker, read, ctx, magic, STATE_VERSION);
	seep__unpack_section(&unpacker, "source");
	check_kind(source, &unpacker);
	seep__unpack_section(&unpacker, "counts");
	restore_words(&unpacker, &coverage, sizeof(coverage));
	restore_words(&unpacker, &progress, sizeof(progress));
	source->coverage = coverage;
	source->progress = progress;
	restore_inputs(source, &unpacker);
	if (unpacker.status == SEEP_OK)
		source->ops->restore(source, &unpacker);
	restore_notices(source, &unpacker);
	status = seep__unpack_end(&unpacker);
	source->failed = status != SEEP_OK;
	if (section != NULL)
		*section = status == SEEP_EFORMAT || status == SEEP_ECHECKSUM ||
				   status == SEEP_EVERSION
			       ? unpacker.section
			       : NULL;
	return status;
}
