/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parts.h - a file of named parts, each byte of it checked before it is
 * used: what a checkpoint is written as.
 *
 * Form     8 bytes of magic, le32 version, le32 lower half of the sum of
 *          these 12 bytes; then the parts in a fixed order. A part is one or
 *          more chunks:
 *
 *              8 bytes  name, padded with zeros
 *              le32     number of the chunk in the file
 *              le32     bit 31: last chunk of its part; bits 0-30: bytes
 *              payload  at most PARTS_CHUNK bytes
 *              le64     sum of all the above
 *
 * Sum      FNV-1a, 64 bits: each step maps one state to one other, so that
 *          no change of a single byte goes unseen. What lies inside has
 *          checksums of its own besides.
 */
#ifndef SEEP_TOOLS_PARTS_H
#define SEEP_TOOLS_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* PARTS_CHUNK: as large as stdio's and the kernel's reads are useful. */
#define PARTS_CHUNK 65536
#define PARTS_HEAD 16
#define PARTS_SUM 8

/* A writer takes bytes as a seep_write_fn does. */
struct parts_writer {
	int (*write)(void *ctx, const void *data, size_t size);
	void *ctx;
	int failed;
	const char *name;
	uint32_t number;
	size_t used;
	uint8_t chunk[PARTS_HEAD + PARTS_CHUNK + PARTS_SUM];
};

/* parts_begin() writes the header. */
void
parts_begin(struct parts_writer *writer,
	    int (*write)(void *ctx, const void *data, size_t size), void *ctx);

/* parts_part() ends the part before and begins 'name' (static, <= 8). */
void
parts_part(struct parts_writer *writer, const char *name);

/* parts_write() is a seep_write_fn; 'ctx' is the struct parts_writer. */
int
parts_write(void *ctx, const void *data, size_t size);

/* parts_u64() writes a number. */
void
parts_u64(struct parts_writer *writer, uint64_t value);

/* parts_end() ends it all; 0, or -1 when a write failed. */
int
parts_end(struct parts_writer *writer);

struct parts_reader {
	FILE *file;
	const char *why; /* what is wrong with it, or NULL */
	const char *name;
	uint32_t number;
	int last;
	size_t at;
	size_t size;
	uint8_t chunk[PARTS_HEAD + PARTS_CHUNK + PARTS_SUM];
};

/* parts_open() reads the header. Look at reader->why. */
void
parts_open(struct parts_reader *reader, FILE *file);

/* parts_enter() goes on to part 'name', the one before being used up. */
void
parts_enter(struct parts_reader *reader, const char *name);

/* parts_read() is a seep_read_fn; 'ctx' is the struct parts_reader. The end
 * is that of the part. */
int
parts_read(void *ctx, void *data, size_t size, size_t *got);

/* parts_get() reads exactly 'size' bytes; zeros when they are not there. */
void
parts_get(struct parts_reader *reader, void *data, size_t size);

/* parts_get_u64() reads a number of at most 'most'. */
uint64_t
parts_get_u64(struct parts_reader *reader, uint64_t most);

/* parts_close() makes sure that nothing is left. */
void
parts_close(struct parts_reader *reader);

#endif
