/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pack.h - numbers and bytes in named, checksummed sections: the form in
 * which a reader's state is kept.
 *
 * Form     8 bytes of magic, le32 version, le32 lower half of the checksum of
 *          these 12 bytes; then sections in the order of writing, the last
 *          of them "end". A section is one or more blocks:
 *
 *              8 bytes  name, padded with zeros
 *              le32     number of the block in the whole
 *              le32     bit 31: last block of its section; bits 0-30: bytes
 *              payload  at most SEEP__PACK_SIZE bytes
 *              le64     checksum of all the above
 *
 * Differs  from the frames of a saved case (ledger/frame.h): values cross
 *          blocks, so that a text may be of any length.
 * Reading  a block is checked before a byte of it is given, so a claimed
 *          length or count never makes a reader allocate. The first failure
 *          stays; what is asked for after it is 0. Whoever reads a count must
 *          look at 'status' in its loop.
 * Memory   one block, in the struct.
 */
#ifndef SEEP_BASE_PACK_H
#define SEEP_BASE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <seep/io.h>
#include <seep/status.h>

#include "base/cursor.h"
#include "base/mem.h"

/*
 * SEEP__PACK_SIZE: a reader checks one block before it uses it, and a writer
 * calls back once a block. 16 KiB is where the checksum costs more than the
 * call; the struct stays small enough for the stack of a caller's thread.
 */
#define SEEP__PACK_SIZE 16384
#define SEEP__PACK_NAME 8
#define SEEP__PACK_HEAD 16
#define SEEP__PACK_SUM 8
#define SEEP__PACK_BLOCK (SEEP__PACK_HEAD + SEEP__PACK_SIZE + SEEP__PACK_SUM)

/* A text that is read back has at most so many bytes: no path is longer. */
#define SEEP__PACK_TEXT_MAX 65536

struct seep__packer {
	seep_write_fn write;
	void *ctx;
	int status; /* SEEP_OK, or why writing stopped */
	const char *section;
	uint32_t number;
	size_t used;
	uint8_t block[SEEP__PACK_BLOCK];
};

/* seep__pack_begin() writes magic and version. */
void
seep__pack_begin(struct seep__packer *packer, seep_write_fn write, void *ctx,
		 const char magic[8], uint32_t version);

/*
 * seep__pack_section() ends the section before and begins 'name', a static
 * string of at most SEEP__PACK_NAME bytes. What follows is in it.
 */
void
seep__pack_section(struct seep__packer *packer, const char *name);

/* seep__pack_bytes(), _u64(), _i64(): bytes as they are; numbers as LEB128,
 * signed ones folded so that small ones stay short. */
void
seep__pack_bytes(struct seep__packer *packer, const void *data, size_t size);

void
seep__pack_u64(struct seep__packer *packer, uint64_t value);

void
seep__pack_i64(struct seep__packer *packer, int64_t value);

/* seep__pack_text() writes a length and that many bytes. */
void
seep__pack_text(struct seep__packer *packer, const char *text, size_t size);

/* seep__pack_end() ends it all. Returns SEEP_OK or SEEP_EIO. */
int
seep__pack_end(struct seep__packer *packer);

struct seep__unpacker {
	seep_read_fn read;
	void *ctx;
	int status;          /* SEEP_OK, or the first failure */
	const char *section; /* being read: what a failure is about */
	uint32_t number;
	int last; /* the block at hand ends its section */
	struct seep__cursor cursor;
	uint8_t block[SEEP__PACK_BLOCK];
};

/*
 * seep__unpack_begin() reads magic and version; 'status' is then SEEP_OK,
 * SEEP_EIO, SEEP_EFORMAT, SEEP_ECHECKSUM or SEEP_EVERSION.
 */
void
seep__unpack_begin(struct seep__unpacker *unpacker, seep_read_fn read,
		   void *ctx, const char magic[8], uint32_t version);

/*
 * seep__unpack_section() goes on to 'name', which must be next; bytes left
 * in the section before are SEEP_EFORMAT, told of that section.
 */
void
seep__unpack_section(struct seep__unpacker *unpacker, const char *name);

void
seep__unpack_bytes(struct seep__unpacker *unpacker, void *data, size_t size);

uint64_t
seep__unpack_u64(struct seep__unpacker *unpacker);

int64_t
seep__unpack_i64(struct seep__unpacker *unpacker);

/* seep__unpack_most() reads a number of at most 'most'; a larger one is
 * SEEP_EFORMAT, and 0. */
uint64_t
seep__unpack_most(struct seep__unpacker *unpacker, uint64_t most);

/*
 * seep__unpack_text() reads a text into memory of 'mem', NUL-terminated;
 * 'size' out, with the NUL. NULL on failure. A NUL inside is SEEP_EFORMAT.
 */
char *
seep__unpack_text(struct seep__unpacker *unpacker, struct seep__mem *mem,
		  size_t *size);

/* seep__unpack_fail() notes that what was read cannot be: SEEP_EFORMAT, or
 * another 'status' < 0. The first failure stays. */
void
seep__unpack_fail(struct seep__unpacker *unpacker, int status);

/* seep__unpack_end() makes sure that all was read and nothing follows.
 * Returns the first failure, or SEEP_OK. */
int
seep__unpack_end(struct seep__unpacker *unpacker);

#endif
