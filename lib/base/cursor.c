/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cursor.h"

#include <assert.h>

/* An LEB128 number of 64 bits has 10 bytes, the last of them 0 or 1. */
#define VARINT_BYTES_MAX 10

void
seep__cursor_init(struct seep__cursor *cursor, const void *data, size_t size)
{
	assert(cursor != NULL);
	assert(data != NULL || size == 0);
	cursor->data = data;
	cursor->size = size;
	cursor->at = 0;
	cursor->failed = 0;
}

size_t
seep__cursor_left(const struct seep__cursor *cursor)
{
	assert(cursor->at <= cursor->size);
	return cursor->failed ? 0 : cursor->size - cursor->at;
}

const uint8_t *
seep__cursor_bytes(struct seep__cursor *cursor, size_t size)
{
	const uint8_t *bytes;

	assert(cursor->at <= cursor->size);
	if (cursor->failed || size > cursor->size - cursor->at) {
		cursor->failed = 1;
		return NULL;
	}
	if (size == 0)
		return (const uint8_t *)"";
	bytes = cursor->data + cursor->at;
	cursor->at += size;
	return bytes;
}

void
seep__cursor_skip(struct seep__cursor *cursor, size_t size)
{
	(void)seep__cursor_bytes(cursor, size);
}

uint8_t
seep__cursor_u8(struct seep__cursor *cursor)
{
	const uint8_t *b = seep__cursor_bytes(cursor, 1);

	return b != NULL ? b[0] : 0;
}

uint16_t
seep__cursor_be16(struct seep__cursor *cursor)
{
	const uint8_t *b = seep__cursor_bytes(cursor, 2);

	return b != NULL ? (uint16_t)((unsigned)b[0] << 8 | (unsigned)b[1]) : 0;
}

uint32_t
seep__cursor_be32(struct seep__cursor *cursor)
{
	const uint8_t *b = seep__cursor_bytes(cursor, 4);

	if (b == NULL)
		return 0;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

uint32_t
seep__cursor_le32(struct seep__cursor *cursor)
{
	const uint8_t *b = seep__cursor_bytes(cursor, 4);

	if (b == NULL)
		return 0;
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[1] << 8 | b[0];
}

uint64_t
seep__cursor_le64(struct seep__cursor *cursor)
{
	const uint8_t *b = seep__cursor_bytes(cursor, 8);
	uint64_t value = 0;

	if (b == NULL)
		return 0;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | b[i];
	return value;
}

uint64_t
seep__cursor_varint(struct seep__cursor *cursor)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
		uint8_t byte = seep__cursor_u8(cursor);

		if (cursor->failed)
			return 0;
		if (i == VARINT_BYTES_MAX - 1 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			/* A final zero adds nothing: not the shortest form. */
			if (byte == 0 && i > 0)
				break;
			return value;
		}
	}
	cursor->failed = 1;
	return 0;
}

size_t
seep__varint_put(uint8_t *out, uint64_t value)
{
	size_t size = 0;

	assert(out != NULL);
	while (value >= 0x80) {
		out[size++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	out[size++] = (uint8_t)value;
	assert(size <= VARINT_BYTES_MAX);
	return size;
}

void
seep__le32_put(uint8_t *out, uint32_t value)
{
	assert(out != NULL);
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

void
seep__le64_put(uint8_t *out, uint64_t value)
{
	assert(out != NULL);
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}
