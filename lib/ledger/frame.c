/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/frame.h"

#include <assert.h>
#include <string.h>

#include <seep/status.h>

#include "base/hash.h"

#define FRAME_LAST UINT32_C(0x80000000)

/* A byte that is no ASCII and a line end each way, as PNG has them: a
 * transfer that mangles text is found at once. */
static const uint8_t magic[8] = {0x8b, 's', 'e', 'e', 'p', '\r', '\n', 0x1a};

/* The last version whose header ends in zeros instead of a checksum. */
#define VERSION_UNSUMMED 2

static const char names[SEEP__SECTIONS][SEEP__FRAME_NAME + 1] = {
    "settings", "coverage", "hours",  "hosts",  "channels", "cells",
    "labels",   "names",    "origin", "inputs", "end"};

const char *
seep__section_name(enum seep__section section)
{
	assert(section < SEEP__SECTIONS);
	return names[section];
}

static uint32_t
sum_header(const uint8_t head[SEEP__FRAME_HEAD])
{
	return (uint32_t)seep__hash_checksum(head, SEEP__FRAME_HEAD - 4);
}

static void
put_bytes(struct seep__frame_writer *writer, const void *data, size_t size)
{
	if (writer->status != SEEP_OK)
		return;
	if (writer->write(writer->ctx, data, size) != 0)
		writer->status = SEEP_EIO;
}

void
seep__frame_writer_init(struct seep__frame_writer *writer, seep_write_fn write,
			void *ctx)
{
	uint8_t head[SEEP__FRAME_HEAD] = {0};

	assert(write != NULL);
	writer->write = write;
	writer->ctx = ctx;
	writer->status = SEEP_OK;
	writer->number = 0;
	writer->used = 0;
	memcpy(head, magic, sizeof(magic));
	seep__le32_put(head + 8, SEEP__CASE_VERSION);
	seep__le32_put(head + 12, sum_header(head));
	put_bytes(writer, head, sizeof(head));
}

static void
put_frame(struct seep__frame_writer *writer, uint32_t last)
{
	size_t size = SEEP__FRAME_HEAD + writer->used;
	uint8_t *head = writer->bytes;

	assert(writer->used <= SEEP__FRAME_SIZE);
	memcpy(head, names[writer->section], SEEP__FRAME_NAME);
	seep__le32_put(head + 8, writer->number++);
	seep__le32_put(head + 12, (uint32_t)writer->used | last);
	seep__le64_put(head + size, seep__hash_checksum(head, size));
	put_bytes(writer, head, size + SEEP__FRAME_SUM);
	writer->used = 0;
}

void
seep__frame_begin(struct seep__frame_writer *writer, enum seep__section section)
{
	assert(writer->used == 0);
	writer->section = section;
	writer->number = 0;
}

uint8_t *
seep__frame_room(struct seep__frame_writer *writer, size_t most)
{
	assert(most <= SEEP__FRAME_ITEM_MAX);
	if (SEEP__FRAME_SIZE - writer->used < most)
		put_frame(writer, 0);
	return writer->bytes + SEEP__FRAME_HEAD + writer->used;
}

void
seep__frame_take(struct seep__frame_writer *writer, size_t size)
{
	assert(size <= SEEP__FRAME_SIZE - writer->used);
	writer->used += size;
}

void
seep__frame_end(struct seep__frame_writer *writer)
{
	assert(writer->section < SEEP__SECTIONS);
	put_frame(writer, FRAME_LAST);
}

/* Reads exactly 'size' bytes; SEEP_EFORMAT when they end before. */
static int
get_bytes(struct seep__frame_reader *reader, uint8_t *out, size_t size)
{
	while (size > 0) {
		size_t got = 0;

		if (reader->read(reader->ctx, out, size, &got) != 0 ||
		    got > size)
			return SEEP_EIO;
		if (got == 0)
			return SEEP_EFORMAT;
		out += got;
		size -= got;
	}
	return SEEP_OK;
}

/* A damaged version must not pass for another one. */
static int
check_version(uint32_t version, uint32_t sum,
	      const uint8_t head[SEEP__FRAME_HEAD])
{
	assert(memcmp(head, magic, sizeof(magic)) == 0);
	if (version <= VERSION_UNSUMMED ? sum != 0 : sum != sum_header(head))
		return SEEP_ECHECKSUM;
	return version >= SEEP__CASE_VERSION_MIN &&
		       version <= SEEP__CASE_VERSION
		   ? SEEP_OK
		   : SEEP_EVERSION;
}

int
seep__frame_reader_init(struct seep__frame_reader *reader, seep_read_fn read,
			void *ctx)
{
	struct seep__cursor cursor;
	uint8_t head[SEEP__FRAME_HEAD];
	int status;

	assert(read != NULL);
	reader->read = read;
	reader->ctx = ctx;
	reader->last = 0;
	status = get_bytes(reader, head, sizeof(head));
	if (status != SEEP_OK)
		return status;
	if (memcmp(head, magic, sizeof(magic)) != 0)
		return SEEP_EFORMAT;
	seep__cursor_init(&cursor, head + 8, 8);
	reader->version = seep__cursor_le32(&cursor);
	return check_version(reader->version, seep__cursor_le32(&cursor), head);
}

static int
get_frame(struct seep__frame_reader *reader)
{
	uint8_t *head = reader->bytes;
	struct seep__cursor cursor;
	uint32_t number;
	uint32_t size;
	int status;

	assert(reader->section < SEEP__SECTIONS);
	status = get_bytes(reader, head, SEEP__FRAME_HEAD);
	if (status != SEEP_OK)
		return status;
	seep__cursor_init(&cursor, head + 8, 8);
	number = seep__cursor_le32(&cursor);
	size = seep__cursor_le32(&cursor);
	reader->last = (size & FRAME_LAST) != 0;
	size &= ~FRAME_LAST;
	if (memcmp(head, names[reader->section], SEEP__FRAME_NAME) != 0 ||
	    number != reader->number || size > SEEP__FRAME_SIZE)
		return SEEP_EFORMAT;
	status =
	    get_bytes(reader, head + SEEP__FRAME_HEAD, size + SEEP__FRAME_SUM);
	if (status != SEEP_OK)
		return status;
	seep__cursor_init(&cursor, head + SEEP__FRAME_HEAD + size,
			  SEEP__FRAME_SUM);
	if (seep__cursor_le64(&cursor) !=
	    seep__hash_checksum(head, SEEP__FRAME_HEAD + size))
		return SEEP_ECHECKSUM;
	reader->number++;
	seep__cursor_init(&reader->cursor, head + SEEP__FRAME_HEAD, size);
	return SEEP_OK;
}

int
seep__frame_open(struct seep__frame_reader *reader, enum seep__section section)
{
	assert(section < SEEP__SECTIONS);
	reader->section = section;
	reader->number = 0;
	return get_frame(reader);
}

int
seep__frame_item(struct seep__frame_reader *reader)
{
	int status;

	if (reader->cursor.failed)
		return SEEP_EFORMAT;
	if (seep__cursor_left(&reader->cursor) > 0)
		return SEEP_OK;
	if (reader->last)
		return SEEP_END;
	status = get_frame(reader);
	if (status != SEEP_OK)
		return status;
	/* Only the first frame of a section may be empty. */
	return seep__cursor_left(&reader->cursor) > 0 ? SEEP_OK : SEEP_EFORMAT;
}

int
seep__frame_close(struct seep__frame_reader *reader)
{
	size_t got = 0;
	uint8_t byte;

	assert(reader->last);
	if (reader->read(reader->ctx, &byte, 1, &got) != 0)
		return SEEP_EIO;
	return got == 0 ? SEEP_OK : SEEP_EFORMAT;
}
