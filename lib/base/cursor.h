/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cursor.h - a checked byte cursor: reads never leave the bytes given.
 *
 * A read beyond the end returns 0 and marks the cursor as failed; it stays
 * failed, so a parser may read a whole header and look once.
 */
#ifndef SEEP_BASE_CURSOR_H
#define SEEP_BASE_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct seep__cursor {
	const uint8_t *data;
	size_t size;
	size_t at;
	int failed;
};

/* seep__cursor_init() starts at the first of 'size' bytes; they are borrowed
 * as long as the cursor is used. 'data' may be NULL when 'size' is 0. */
void
seep__cursor_init(struct seep__cursor *cursor, const void *data, size_t size);

/* seep__cursor_left() returns how many bytes are left. */
size_t
seep__cursor_left(const struct seep__cursor *cursor);

/* seep__cursor_skip() moves on by 'size' bytes. */
void
seep__cursor_skip(struct seep__cursor *cursor, size_t size);

/* seep__cursor_bytes() returns 'size' bytes and moves on; NULL if short. */
const uint8_t *
seep__cursor_bytes(struct seep__cursor *cursor, size_t size);

/* Network order (be) for packets, little-endian (le) for saved cases. */
uint8_t
seep__cursor_u8(struct seep__cursor *cursor);

uint16_t
seep__cursor_be16(struct seep__cursor *cursor);

uint32_t
seep__cursor_be32(struct seep__cursor *cursor);

uint32_t
seep__cursor_le32(struct seep__cursor *cursor);

uint64_t
seep__cursor_le64(struct seep__cursor *cursor);

/*
 * seep__cursor_varint() reads an LEB128 number of at most 10 bytes in its
 * shortest form; a longer form or a value over 2^64 - 1 fails the cursor.
 */
uint64_t
seep__cursor_varint(struct seep__cursor *cursor);

/*
 * seep__varint_put() writes 'value' as LEB128 to 'out' (room for 10 bytes)
 * and returns the bytes used.
 */
size_t
seep__varint_put(uint8_t *out, uint64_t value);

/* seep__le32_put(), _le64_put() write 4 or 8 bytes, little-endian. */
void
seep__le32_put(uint8_t *out, uint32_t value);

void
seep__le64_put(uint8_t *out, uint64_t value);

/* seep__be64_get() reads 8 bytes, the highest first: an address in halves that
 * compare as it does. In one expression, for compilers make a load of it. */
static inline uint64_t
seep__be64_get(const uint8_t *b)
{
	return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 |
	       (uint64_t)b[2] << 40 | (uint64_t)b[3] << 32 |
	       (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
	       (uint64_t)b[6] << 8 | b[7];
}

#endif
