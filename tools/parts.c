/* SPDX-License-Identifier: BSD-3-Clause */
#include "parts.h"

#include <assert.h>
#include <string.h>

#define NAME_SIZE 8
#define CHUNK_LAST UINT32_C(0x80000000)
#define VERSION 1

static const uint8_t magic[8] = {0x8d, 's', 'e', 'e', 'p', '\r', '\n', 0x1a};

static uint64_t
sum_of(const uint8_t *data, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static void
put_le(uint8_t *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
get_le(const uint8_t *in, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

static void
make_header(uint8_t head[PARTS_HEAD])
{
	memcpy(head, magic, sizeof(magic));
	put_le(head + 8, VERSION, 4);
	put_le(head + 12, sum_of(head, 12) & UINT32_MAX, 4);
}

static void
put_name(uint8_t out[NAME_SIZE], const char *name)
{
	assert(name != NULL && strlen(name) <= NAME_SIZE);
	memset(out, 0, NAME_SIZE);
	memcpy(out, name, strlen(name));
}

void
parts_begin(struct parts_writer *writer,
	    int (*write)(void *ctx, const void *data, size_t size), void *ctx)
{
	uint8_t head[PARTS_HEAD];

	assert(writer != NULL && write != NULL);
	writer->write = write;
	writer->ctx = ctx;
	writer->name = NULL;
	writer->number = 0;
	writer->used = 0;
	make_header(head);
	writer->failed = write(ctx, head, sizeof(head)) != 0;
}

static void
put_chunk(struct parts_writer *w, uint32_t last)
{
	size_t size = PARTS_HEAD + w->used;

	assert(w->used <= PARTS_CHUNK);
	put_name(w->chunk, w->name);
	put_le(w->chunk + 8, w->number++, 4);
	put_le(w->chunk + 12, (uint32_t)w->used | last, 4);
	put_le(w->chunk + size, sum_of(w->chunk, size), 8);
	if (!w->failed)
		w->failed = w->write(w->ctx, w->chunk, size + PARTS_SUM) != 0;
	w->used = 0;
}

void
parts_part(struct parts_writer *writer, const char *name)
{
	assert(writer != NULL && name != NULL);
	if (writer->name != NULL)
		put_chunk(writer, CHUNK_LAST);
	writer->name = name;
}

int
parts_write(void *ctx, const void *data, size_t size)
{
	struct parts_writer *w = ctx;
	const uint8_t *from = data;

	assert(w->name != NULL);
	while (size > 0) {
		size_t n = PARTS_CHUNK - w->used;

		if (n > size)
			n = size;
		memcpy(w->chunk + PARTS_HEAD + w->used, from, n);
		w->used += n;
		from += n;
		size -= n;
		if (w->used == PARTS_CHUNK)
			put_chunk(w, 0);
	}
	return w->failed ? -1 : 0;
}

void
parts_u64(struct parts_writer *writer, uint64_t value)
{
	uint8_t bytes[8];

	put_le(bytes, value, 8);
	(void)parts_write(writer, bytes, sizeof(bytes));
}

int
parts_end(struct parts_writer *writer)
{
	parts_part(writer, "end");
	put_chunk(writer, CHUNK_LAST);
	return writer->failed ? -1 : 0;
}

static void
blame(struct parts_reader *r, const char *why)
{
	if (r->why == NULL)
		r->why = why;
}

static int
read_exactly(struct parts_reader *r, uint8_t *out, size_t size)
{
	if (fread(out, 1, size, r->file) == size)
		return 1;
	blame(r, ferror(r->file) ? "cannot be read" : "it ends too early");
	return 0;
}

void
parts_open(struct parts_reader *reader, FILE *file)
{
	uint8_t head[PARTS_HEAD], want[PARTS_HEAD];

	assert(reader != NULL && file != NULL);
	memset(reader, 0, offsetof(struct parts_reader, chunk));
	reader->file = file;
	reader->name = "header";
	reader->last = 1;
	if (!read_exactly(reader, head, sizeof(head)))
		return;
	make_header(want);
	if (memcmp(head, magic, sizeof(magic)) != 0)
		blame(reader, "not a checkpoint");
	else if (get_le(head + 12, 4) != (sum_of(head, 12) & UINT32_MAX))
		blame(reader, "checksum mismatch");
	else if (memcmp(head, want, sizeof(head)) != 0)
		blame(reader, "of another version of seep");
}

static void
get_chunk(struct parts_reader *r)
{
	uint8_t name[NAME_SIZE];
	uint64_t size;

	r->at = r->size = 0;
	if (r->why != NULL || !read_exactly(r, r->chunk, PARTS_HEAD))
		return;
	put_name(name, r->name);
	size = get_le(r->chunk + 12, 4);
	r->last = (size & CHUNK_LAST) != 0;
	size &= ~(uint64_t)CHUNK_LAST;
	if (memcmp(r->chunk, name, NAME_SIZE) != 0 ||
	    get_le(r->chunk + 8, 4) != r->number || size > PARTS_CHUNK) {
		blame(r, "not what stands there in a checkpoint");
		return;
	}
	if (!read_exactly(r, r->chunk + PARTS_HEAD, size + PARTS_SUM))
		return;
	if (get_le(r->chunk + PARTS_HEAD + size, 8) !=
	    sum_of(r->chunk, PARTS_HEAD + size)) {
		blame(r, "checksum mismatch");
		return;
	}
	r->number++;
	r->size = size;
}

void
parts_enter(struct parts_reader *reader, const char *name)
{
	assert(reader != NULL && name != NULL);
	if (reader->why != NULL)
		return;
	if (!reader->last || reader->at < reader->size) {
		blame(reader, "more than belongs there");
		return;
	}
	reader->name = name;
	get_chunk(reader);
}

int
parts_read(void *ctx, void *data, size_t size, size_t *got)
{
	struct parts_reader *r = ctx;
	size_t n;

	assert(data != NULL && got != NULL);
	while (r->why == NULL && r->at == r->size && !r->last)
		get_chunk(r);
	n = r->size - r->at;
	if (n > size)
		n = size;
	memcpy(data, r->chunk + PARTS_HEAD + r->at, n);
	r->at += n;
	*got = n;
	return r->why == NULL ? 0 : -1;
}

void
parts_get(struct parts_reader *reader, void *data, size_t size)
{
	uint8_t *out = data;
	size_t got = 1;

	assert(data != NULL || size == 0);
	while (size > 0 && got > 0) {
		if (parts_read(reader, out, size, &got) != 0)
			got = 0;
		out += got;
		size -= got;
	}
	if (size == 0)
		return;
	blame(reader, "less than belongs there");
	memset(out, 0, size);
}

uint64_t
parts_get_u64(struct parts_reader *reader, uint64_t most)
{
	uint8_t bytes[8];
	uint64_t value;

	parts_get(reader, bytes, sizeof(bytes));
	value = get_le(bytes, 8);
	if (value <= most)
		return value;
	blame(reader, "a number that cannot be");
	return 0;
}

void
parts_close(struct parts_reader *reader)
{
	parts_enter(reader, "end");
	if (reader->why == NULL &&
	    (!reader->last || reader->size > 0 || fgetc(reader->file) != EOF))
		blame(reader, "more than belongs there");
}
