/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * origin_saved.c - the sections of origin and inputs, both ways. Their form
 * is told in save.c.
 */
#include <assert.h>
#include <string.h>

#include "ledger/restore.h"
#include "ledger/save.h"
#include "ledger/snapshot.h"

/* Flags of an input. */
#define IS_HASHED 1u
#define IS_DAMAGED 2u
#define IS_PACKED 4u

/* The last version without these sections. */
#define VERSION_WITHOUT 3

#define HASH_SIZE 32

void
seep__save_origin(struct seep__frame_writer *writer,
		  const struct seep_snapshot *snapshot)
{
	const struct seep__origin *origin = &snapshot->origin;
	size_t size = strlen(origin->sensor);
	uint8_t *out;
	size_t used = 0;

	assert(size <= SEEP_SENSOR_SIZE_MAX);
	seep__frame_begin(writer, SEEP__SECTION_ORIGIN);
	out = seep__frame_room(writer, 1 + size + 3 + 20);
	out[used++] = (uint8_t)size;
	memcpy(out + used, origin->sensor, size);
	used += size;
	out[used++] = origin->kind;
	out[used++] = origin->dedup;
	out[used++] = origin->listed;
	used += seep__varint_put(out + used, origin->link_bits_per_s);
	used += seep__varint_put(out + used,
				 origin->listed ? snapshot->coverage.files : 0);
	seep__frame_take(writer, used);
	seep__frame_end(writer);
}

static int
is_packed(const struct seep_input *input)
{
	return memcmp(input->sha256, input->content_sha256, HASH_SIZE) != 0;
}

static void
save_input(struct seep__frame_writer *writer, const struct seep_input *input)
{
	size_t size = strlen(input->name);
	uint8_t *out = seep__frame_room(writer, 2 + 2 * HASH_SIZE + 36 + size);
	size_t used = 1;

	assert(size > 0 && size <= SEEP_INPUT_NAME_MAX);
	out[0] = (uint8_t)((input->hashed ? IS_HASHED : 0) |
			   (input->damaged ? IS_DAMAGED : 0));
	if (input->hashed) {
		memcpy(out + used, input->sha256, HASH_SIZE);
		used += HASH_SIZE;
	}
	if (input->hashed && is_packed(input)) {
		out[0] |= IS_PACKED;
		memcpy(out + used, input->content_sha256, HASH_SIZE);
		used += HASH_SIZE;
	}
	used += seep__varint_put(out + used, input->bytes);
	used += seep__varint_put(out + used, input->records);
	seep__le64_put(out + used, (uint64_t)input->first_ns);
	seep__le64_put(out + used + 8, (uint64_t)input->last_ns);
	used += 16;
	out[used++] = (uint8_t)size;
	memcpy(out + used, input->name, size);
	seep__frame_take(writer, used + size);
}

void
seep__save_inputs(struct seep__frame_writer *writer,
		  const struct seep__origin *origin)
{
	assert(origin->sorted);
	seep__frame_begin(writer, SEEP__SECTION_INPUTS);
	for (size_t i = 0; i < origin->count; i++)
		save_input(writer, &origin->inputs[i]);
	seep__frame_end(writer);
}

/* Copies text without a NUL; 0 when it is not that. */
static int
take_text(struct seep__cursor *cursor, char *text, size_t most)
{
	size_t size = seep__cursor_u8(cursor);
	const uint8_t *bytes;

	if (size > most)
		return 0;
	bytes = seep__cursor_bytes(cursor, size);
	if (bytes == NULL || memchr(bytes, 0, size) != NULL)
		return 0;
	memcpy(text, bytes, size);
	text[size] = '\0';
	return 1;
}

int
seep__restore_origin(struct seep__restorer *r)
{
	struct seep__cursor *cursor = &r->reader->cursor;
	struct seep_origin origin = SEEP_ORIGIN_INIT;
	char sensor[SEEP_SENSOR_SIZE_MAX + 1];
	uint64_t files;
	int status;

	assert(r->made->origin.count == 0);
	if (r->reader->version <= VERSION_WITHOUT)
		return SEEP_END;
	status = seep__frame_open(r->reader, SEEP__SECTION_ORIGIN);
	if (status != SEEP_OK)
		return status;
	if (!take_text(cursor, sensor, SEEP_SENSOR_SIZE_MAX))
		return SEEP_EFORMAT;
	origin.sensor = sensor;
	origin.kind = seep__cursor_u8(cursor);
	origin.dedup = seep__cursor_u8(cursor);
	origin.inputs_listed = seep__cursor_u8(cursor);
	origin.link_bits_per_s = seep__cursor_varint(cursor);
	files = seep__cursor_varint(cursor);
	if (seep__frame_item(r->reader) != SEEP_END ||
	    seep__origin_set(&r->made->origin, &origin) != SEEP_OK ||
	    (files != 0 && !origin.inputs_listed))
		return SEEP_EFORMAT;
	r->made->coverage.files = files;
	return SEEP_END;
}

static void
take_hash(struct seep__cursor *cursor, uint8_t hash[HASH_SIZE])
{
	const uint8_t *bytes = seep__cursor_bytes(cursor, HASH_SIZE);

	if (bytes != NULL)
		memcpy(hash, bytes, HASH_SIZE);
}

static void
take_hashes(struct seep__cursor *cursor, unsigned flags,
	    struct seep_input *input)
{
	assert(flags <= (IS_HASHED | IS_DAMAGED | IS_PACKED));
	input->hashed = (flags & IS_HASHED) != 0;
	input->damaged = (flags & IS_DAMAGED) != 0;
	if (!input->hashed)
		return;
	take_hash(cursor, input->sha256);
	if (flags & IS_PACKED)
		take_hash(cursor, input->content_sha256);
	else
		memcpy(input->content_sha256, input->sha256, HASH_SIZE);
}

static int
read_input(struct seep__restorer *r)
{
	struct seep__origin *origin = &r->made->origin;
	struct seep__cursor *cursor = &r->reader->cursor;
	struct seep_input input = {0};
	char name[SEEP_INPUT_NAME_MAX + 1];
	unsigned flags = seep__cursor_u8(cursor);

	if (flags > (IS_HASHED | IS_DAMAGED | IS_PACKED))
		return SEEP_EFORMAT;
	take_hashes(cursor, flags, &input);
	input.bytes = seep__cursor_varint(cursor);
	input.records = seep__cursor_varint(cursor);
	input.first_ns = (int64_t)seep__cursor_le64(cursor);
	input.last_ns = (int64_t)seep__cursor_le64(cursor);
	input.name = name;
	if (!take_text(cursor, name, SEEP_INPUT_NAME_MAX) || cursor->failed)
		return SEEP_EFORMAT;
	/* One way to write it alone, and in order. */
	if (!seep__origin_is_input(&input) ||
	    ((flags & IS_PACKED) != 0) != is_packed(&input) ||
	    (origin->count > 0 &&
	     seep__origin_compare(&origin->inputs[origin->count - 1], &input) >=
		 0))
		return SEEP_EFORMAT;
	return seep__origin_add(origin, &input);
}

int
seep__restore_inputs(struct seep__restorer *r)
{
	int status;

	if (r->reader->version <= VERSION_WITHOUT)
		return SEEP_END;
	status = seep__frame_open(r->reader, SEEP__SECTION_INPUTS);
	while (status == SEEP_OK) {
		status = seep__frame_item(r->reader);
		if (status == SEEP_OK)
			status = read_input(r);
	}
	return status;
}
