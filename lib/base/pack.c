/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pack.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

#define BLOCK_LAST UINT32_C(0x80000000)
#define HEADER_SIZE 16

static const char end_name[] = "end";

/* The name as it stands in a block. */
static void
put_name(uint8_t out[SEEP__PACK_NAME], const char *name)
{
	size_t size = strlen(name);

	assert(size > 0 && size <= SEEP__PACK_NAME);
	memset(out, 0, SEEP__PACK_NAME);
	memcpy(out, name, size);
}

static void
make_header(uint8_t head[HEADER_SIZE], const char magic[8], uint32_t version)
{
	memcpy(head, magic, 8);
	seep__le32_put(head + 8, version);
	seep__le32_put(head + 12, (uint32_t)seep__hash_checksum(head, 12));
}

static void
write_out(struct seep__packer *p, const void *data, size_t size)
{
	assert(p->write != NULL);
	if (p->status == SEEP_OK && p->write(p->ctx, data, size) != 0)
		p->status = SEEP_EIO;
}

void
seep__pack_begin(struct seep__packer *packer, seep_write_fn write, void *ctx,
		 const char magic[8], uint32_t version)
{
	uint8_t head[HEADER_SIZE];

	assert(packer != NULL && write != NULL);
	packer->write = write;
	packer->ctx = ctx;
	packer->status = SEEP_OK;
	packer->section = NULL;
	packer->number = 0;
	packer->used = 0;
	make_header(head, magic, version);
	write_out(packer, head, sizeof(head));
}

/* put_block() writes what is gathered as a block. */
static void
put_block(struct seep__packer *p, uint32_t last)
{
	size_t size = SEEP__PACK_HEAD + p->used;

	assert(p->section != NULL && p->used <= SEEP__PACK_SIZE);
	put_name(p->block, p->section);
	seep__le32_put(p->block + 8, p->number++);
	seep__le32_put(p->block + 12, (uint32_t)p->used | last);
	seep__le64_put(p->block + size, seep__hash_checksum(p->block, size));
	write_out(p, p->block, size + SEEP__PACK_SUM);
	p->used = 0;
}

void
seep__pack_section(struct seep__packer *packer, const char *name)
{
	assert(packer != NULL && name != NULL);
	if (packer->section != NULL)
		put_block(packer, BLOCK_LAST);
	packer->section = name;
}

void
seep__pack_bytes(struct seep__packer *packer, const void *data, size_t size)
{
	const uint8_t *from = data;
	size_t n;

	assert(packer->section != NULL);
	while (size > 0) {
		if (packer->used == SEEP__PACK_SIZE)
			put_block(packer, 0);
		n = SEEP__PACK_SIZE - packer->used;
		if (n > size)
			n = size;
		memcpy(packer->block + SEEP__PACK_HEAD + packer->used, from, n);
		packer->used += n;
		from += n;
		size -= n;
	}
}

void
seep__pack_u64(struct seep__packer *packer, uint64_t value)
{
	uint8_t bytes[10];

	seep__pack_bytes(packer, bytes, seep__varint_put(bytes, value));
}

void
seep__pack_i64(struct seep__packer *packer, int64_t value)
{
	uint64_t twice = (uint64_t)value << 1;

	seep__pack_u64(packer, value < 0 ? ~twice : twice);
}

void
seep__pack_text(struct seep__packer *packer, const char *text, size_t size)
{
	assert(text != NULL || size == 0);
	seep__pack_u64(packer, size);
	seep__pack_bytes(packer, text, size);
}

int
seep__pack_end(struct seep__packer *packer)
{
	seep__pack_section(packer, end_name);
	put_block(packer, BLOCK_LAST);
	return packer->status;
}

void
seep__unpack_fail(struct seep__unpacker *unpacker, int status)
{
	assert(status < 0);
	if (unpacker->status == SEEP_OK)
		unpacker->status = status;
}

/* read_in() reads exactly 'size' bytes; SEEP_EFORMAT when they end before. */
static void
read_in(struct seep__unpacker *u, uint8_t *out, size_t size)
{
	size_t got;

	while (size > 0 && u->status == SEEP_OK) {
		got = 0;
		if (u->read(u->ctx, out, size, &got) != 0 || got > size) {
			seep__unpack_fail(u, SEEP_EIO);
			return;
		}
		if (got == 0)
			seep__unpack_fail(u, SEEP_EFORMAT);
		out += got;
		size -= got;
	}
}

void
seep__unpack_begin(struct seep__unpacker *unpacker, seep_read_fn read,
		   void *ctx, const char magic[8], uint32_t version)
{
	uint8_t head[HEADER_SIZE], want[HEADER_SIZE];
	struct seep__cursor cursor;
	uint32_t found;

	assert(unpacker != NULL && read != NULL);
	unpacker->read = read;
	unpacker->ctx = ctx;
	unpacker->status = SEEP_OK;
	unpacker->section = "header";
	unpacker->number = 0;
	unpacker->last = 1;
	seep__cursor_init(&unpacker->cursor, NULL, 0);
	read_in(unpacker, head, sizeof(head));
	if (unpacker->status != SEEP_OK)
		return;
	if (memcmp(head, magic, 8) != 0) {
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
		return;
	}
	seep__cursor_init(&cursor, head + 8, 4);
	found = seep__cursor_le32(&cursor);
	make_header(want, magic, found);
	if (memcmp(head, want, sizeof(head)) != 0)
		seep__unpack_fail(unpacker, SEEP_ECHECKSUM);
	else if (found != version)
		seep__unpack_fail(unpacker, SEEP_EVERSION);
}

/* get_block() reads the next block, which must be of the section at hand. */
static void
get_block(struct seep__unpacker *u)
{
	uint8_t name[SEEP__PACK_NAME];
	struct seep__cursor cursor;
	uint32_t number, size;

	read_in(u, u->block, SEEP__PACK_HEAD);
	if (u->status != SEEP_OK)
		return;
	put_name(name, u->section);
	seep__cursor_init(&cursor, u->block + 8, 8);
	number = seep__cursor_le32(&cursor);
	size = seep__cursor_le32(&cursor);
	u->last = (size & BLOCK_LAST) != 0;
	size &= ~BLOCK_LAST;
	if (memcmp(u->block, name, sizeof(name)) != 0 || number != u->number ||
	    size > SEEP__PACK_SIZE) {
		seep__unpack_fail(u, SEEP_EFORMAT);
		return;
	}
	read_in(u, u->block + SEEP__PACK_HEAD, size + SEEP__PACK_SUM);
	if (u->status != SEEP_OK)
		return;
	seep__cursor_init(&cursor, u->block + SEEP__PACK_HEAD + size,
			  SEEP__PACK_SUM);
	if (seep__cursor_le64(&cursor) !=
	    seep__hash_checksum(u->block, SEEP__PACK_HEAD + size)) {
		seep__unpack_fail(u, SEEP_ECHECKSUM);
		return;
	}
	u->number++;
	seep__cursor_init(&u->cursor, u->block + SEEP__PACK_HEAD, size);
}

/* is_used_up() says whether the section at hand was read to its end. */
static int
is_used_up(const struct seep__unpacker *u)
{
	return u->last && seep__cursor_left(&u->cursor) == 0;
}

void
seep__unpack_section(struct seep__unpacker *unpacker, const char *name)
{
	assert(unpacker != NULL && name != NULL);
	if (unpacker->status != SEEP_OK)
		return;
	if (!is_used_up(unpacker)) {
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
		return;
	}
	unpacker->section = name;
	get_block(unpacker);
}

void
seep__unpack_bytes(struct seep__unpacker *unpacker, void *data, size_t size)
{
	uint8_t *out = data;
	size_t n;

	assert(data != NULL || size == 0);
	while (size > 0 && unpacker->status == SEEP_OK) {
		n = seep__cursor_left(&unpacker->cursor);
		if (n > size)
			n = size;
		if (n == 0 && unpacker->last)
			seep__unpack_fail(unpacker, SEEP_EFORMAT);
		else if (n == 0)
			get_block(unpacker);
		if (n == 0)
			continue;
		memcpy(out, seep__cursor_bytes(&unpacker->cursor, n), n);
		out += n;
		size -= n;
	}
	/* Nothing half read is left to be used. */
	if (size > 0)
		memset(out, 0, size);
}

uint64_t
seep__unpack_u64(struct seep__unpacker *unpacker)
{
	uint8_t bytes[10];
	struct seep__cursor cursor;
	size_t size = 0;
	uint64_t value;

	do
		seep__unpack_bytes(unpacker, &bytes[size], 1);
	while (bytes[size++] >= 0x80 && size < sizeof(bytes));
	seep__cursor_init(&cursor, bytes, size);
	value = seep__cursor_varint(&cursor);
	if (cursor.failed)
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
	return unpacker->status == SEEP_OK ? value : 0;
}

int64_t
seep__unpack_i64(struct seep__unpacker *unpacker)
{
	uint64_t folded = seep__unpack_u64(unpacker);
	int64_t half = (int64_t)(folded >> 1);

	return (folded & 1) != 0 ? -half - 1 : half;
}

uint64_t
seep__unpack_most(struct seep__unpacker *unpacker, uint64_t most)
{
	uint64_t value = seep__unpack_u64(unpacker);

	if (value <= most)
		return value;
	seep__unpack_fail(unpacker, SEEP_EFORMAT);
	return 0;
}

char *
seep__unpack_text(struct seep__unpacker *unpacker, struct seep__mem *mem,
		  size_t *size)
{
	size_t length =
	    (size_t)seep__unpack_most(unpacker, SEEP__PACK_TEXT_MAX);
	char *text;

	assert(mem != NULL && size != NULL);
	if (unpacker->status != SEEP_OK)
		return NULL;
	text = seep__mem_get(mem, length + 1);
	if (text == NULL) {
		seep__unpack_fail(unpacker, seep__mem_why(mem));
		return NULL;
	}
	seep__unpack_bytes(unpacker, text, length);
	text[length] = '\0';
	if (unpacker->status == SEEP_OK && strlen(text) != length)
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
	if (unpacker->status != SEEP_OK) {
		seep__mem_put(mem, text, length + 1);
		return NULL;
	}
	*size = length + 1;
	return text;
}

int
seep__unpack_end(struct seep__unpacker *unpacker)
{
	size_t got = 0;
	uint8_t byte;

	seep__unpack_section(unpacker, end_name);
	if (unpacker->status == SEEP_OK && !is_used_up(unpacker))
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
	if (unpacker->status != SEEP_OK)
		return unpacker->status;
	if (unpacker->read(unpacker->ctx, &byte, 1, &got) != 0)
		seep__unpack_fail(unpacker, SEEP_EIO);
	else if (got != 0)
		seep__unpack_fail(unpacker, SEEP_EFORMAT);
	return unpacker->status;
}
