/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_log.h"

#include <assert.h>

void
seep__zeek_log_sleep(struct seep__zeek_log *log)
{
	uint64_t number = log->lines.number, offset = log->lines.offset;

	assert(log->stream != NULL && !seep__stream_packed(log->stream));
	log->input->ended = seep__stream_ended(log->stream);
	seep__stream_close(log->stream);
	log->stream = NULL;
	seep__lines_clear(&log->lines);
	seep__zeek_json_clear(&log->json);
	log->lines.number = number;
	log->lines.offset = offset;
}

int
seep__zeek_log_wake(struct seep__zeek_log *log)
{
	int status;

	assert(log->stream == NULL);
	status =
	    seep__stream_open(&log->stream, log->path, log->source->mem, NULL);
	if (status != SEEP_OK)
		return status;
	seep__stream_hash(log->stream, &log->input->digest);
	return seep__stream_seek(log->stream, log->lines.offset);
}

static void
save_mark(struct seep__packer *p, const struct seep__zeek_mark *mark)
{
	assert(mark->size > 0 && mark->size <= SEEP__ZEEK_MARK_MAX);
	seep__pack_text(p, mark->text, mark->size);
}

static void
restore_mark(struct seep__unpacker *u, struct seep__zeek_mark *mark)
{
	mark->size = (size_t)seep__unpack_most(u, SEEP__ZEEK_MARK_MAX);
	if (mark->size == 0)
		seep__unpack_fail(u, SEEP_EFORMAT);
	seep__unpack_bytes(u, mark->text, mark->size);
}

static void
save_tsv(struct seep__packer *p, const struct seep__zeek_tsv *t)
{
	assert(t->columns <= SEEP__ZEEK_COLUMNS_MAX);
	save_mark(p, &t->separator);
	save_mark(p, &t->set_separator);
	save_mark(p, &t->empty);
	save_mark(p, &t->unset);
	seep__pack_u64(p, t->path);
	seep__pack_u64(p, t->columns);
	seep__pack_u64(p, t->wanted);
	seep__pack_u64(p, t->fields);
	seep__pack_u64(p, t->mistyped);
	seep__pack_u64(p, t->started != 0);
	seep__pack_u64(p, t->has_fields != 0);
	seep__pack_bytes(p, t->field_of, t->columns);
}

static void
restore_tsv(struct seep__unpacker *u, struct seep__zeek_tsv *t)
{
	size_t i;

	restore_mark(u, &t->separator);
	restore_mark(u, &t->set_separator);
	restore_mark(u, &t->empty);
	restore_mark(u, &t->unset);
	t->path = (enum seep__zeek_path_kind)seep__unpack_most(
	    u, SEEP__ZEEK_PATH_OTHER);
	t->columns = (size_t)seep__unpack_most(u, SEEP__ZEEK_COLUMNS_MAX);
	t->wanted = (size_t)seep__unpack_most(u, t->columns);
	t->fields = (uint32_t)seep__unpack_most(u, UINT32_MAX);
	t->mistyped = (uint32_t)seep__unpack_most(u, UINT32_MAX);
	t->started = (int)seep__unpack_most(u, 1);
	t->has_fields = (int)seep__unpack_most(u, t->columns > 0);
	seep__unpack_bytes(u, t->field_of, t->columns);
	for (i = 0; i < t->columns; i++)
		if (t->field_of[i] > SEEP__ZEEK_FIELDS)
			seep__unpack_fail(u, SEEP_EFORMAT);
}

/* The flags that last from one row to the next; one bit each. */
static void
save_flags(struct seep__packer *p, const struct seep__zeek_log *g)
{
	assert(!g->waiting && !g->has_line);
	seep__pack_u64(p, g->interim);
	seep__pack_u64(p, g->usable);
	seep__pack_u64(p, g->checked);
	seep__pack_u64(p, g->skipping);
	seep__pack_u64(p, g->dead);
	seep__pack_u64(p, g->has_paths);
	seep__pack_u64(p, g->names);
	seep__pack_u64(p, g->same);
}

static void
restore_flags(struct seep__unpacker *u, struct seep__zeek_log *g)
{
	const char *field;

	g->interim = (uint8_t)seep__unpack_most(u, 1);
	g->usable = (uint8_t)seep__unpack_most(u, 1);
	g->checked = (uint8_t)seep__unpack_most(u, 1);
	g->skipping = (uint8_t)seep__unpack_most(u, 1);
	g->dead = (uint8_t)seep__unpack_most(u, 1);
	g->has_paths = (uint8_t)seep__unpack_most(u, 1);
	g->names = (uint8_t)seep__unpack_most(u, 1);
	g->same = (uint8_t)seep__unpack_most(u, 1);
	/* Rows are read by a header that was found to do. */
	if (u->status == SEEP_OK && g->checked && !g->skipping && !g->dead &&
	    seep__zeek_tsv_lacks(&g->tsv, &field) != NULL)
		seep__unpack_fail(u, SEEP_EFORMAT);
}

void
seep__zeek_log_save(const struct seep__zeek_log *log,
		    struct seep__packer *packer)
{
	size_t i;

	assert(log != NULL && !log->endless);
	seep__pack_text(packer, log->path, log->path_size - 1);
	seep__pack_u64(packer, log->lines.number);
	seep__pack_u64(packer, log->lines.offset);
	seep__pack_u64(packer, log->lines.skipping != 0);
	save_tsv(packer, &log->tsv);
	seep__pack_u64(packer, log->strange);
	seep__pack_u64(packer, log->others);
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		seep__pack_u64(packer, log->told[i]);
	save_flags(packer, log);
	seep__input_save(log->input, packer);
}

void
seep__zeek_log_restore(struct seep__zeek_log **log, struct seep_source *source,
		       const struct seep__zeek_rules *rules,
		       struct seep__unpacker *unpacker)
{
	struct seep__zeek_log *g;
	size_t size, i;
	char *path;
	int status;

	assert(log != NULL && rules != NULL);
	*log = NULL;
	path = seep__unpack_text(unpacker, source->mem, &size);
	if (path == NULL)
		return;
	status = seep__zeek_log_new(log, source, path, rules);
	seep__mem_put(source->mem, path, size);
	if (status != SEEP_OK) {
		seep__unpack_fail(unpacker, status);
		return;
	}
	g = *log;
	g->lines.number = seep__unpack_u64(unpacker);
	g->lines.offset = seep__unpack_most(unpacker, INT64_MAX);
	g->lines.skipping = (int)seep__unpack_most(unpacker, 1);
	restore_tsv(unpacker, &g->tsv);
	g->strange = seep__unpack_u64(unpacker);
	g->others = seep__unpack_u64(unpacker);
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		g->told[i] = (unsigned)seep__unpack_most(unpacker,
							 SEEP_NOTICES_PER_FILE);
	restore_flags(unpacker, g);
	seep__input_drop(source, g->input);
	g->input = seep__input_restore(source, unpacker);
}

int
seep__zeek_log_reach(struct seep__zeek_log *log, int moved)
{
	int status;

	assert(log != NULL && log->stream == NULL);
	status = log->rules->no_wait
		     ? seep__stream_open_no_wait(&log->stream, log->path,
						 log->source->mem, NULL)
		     : seep__stream_open(&log->stream, log->path,
					 log->source->mem, NULL);
	if (status != SEEP_OK)
		return status;
	seep__digest_again(&log->input->digest,
			   seep__stream_packed(log->stream), moved);
	seep__stream_hash(log->stream, &log->input->digest);
	return seep__stream_pass(log->stream, log->lines.offset);
}
