/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frame.h - the envelope of a saved case.
 *
 * A case is one part for each sensor, by name, one behind the other; the
 * section "end" of a part says whether another follows.
 *
 * A part is 8 bytes of magic, le32 version, le32 checksum of these 12 bytes
 * (the lower half of the sum that a frame has; zero up to version 2), and
 * then sections in a fixed order. A section is one or more frames:
 *
 *     8 bytes  name, padded with zeros
 *     le32     number of the frame in its section
 *     le32     bit 31: last frame of the section; bits 0-30: bytes of payload
 *     payload  at most SEEP__FRAME_SIZE bytes
 *     le64     checksum of all the above
 *
 * An item (a row) never crosses frames: a writer ends a frame when an item
 * may not fit. So a reader holds one frame, checks it, and only then looks
 * inside; a claimed length never makes it allocate.
 */
#ifndef SEEP_LEDGER_FRAME_H
#define SEEP_LEDGER_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#include "base/cursor.h"

#define SEEP__FRAME_SIZE 65536
#define SEEP__FRAME_NAME 8
#define SEEP__FRAME_HEAD 16
#define SEEP__FRAME_SUM 8

/* The longest item that seep__frame_room() can be asked for. */
#define SEEP__FRAME_ITEM_MAX 1024

/*
 * 2: coverage of names, the section of names.
 * 3: the header has a checksum. Without it a flipped bit would make another
 *    version of a case, which a reader of both could take for whole.
 * 4: the sections of origin and inputs; several parts; channels that were
 *    folded.
 *
 * A reader reads every version from SEEP__CASE_VERSION_MIN on: what a
 * section did not hold yet goes by the reader's 'version'. What is saved is
 * always of the newest.
 */
#define SEEP__CASE_VERSION 4
#define SEEP__CASE_VERSION_MIN 2

/* Sections, in their order. */
enum seep__section {
	SEEP__SECTION_SETTINGS = 0,
	SEEP__SECTION_COVERAGE,
	SEEP__SECTION_HOURS,
	SEEP__SECTION_HOSTS,
	SEEP__SECTION_CHANNELS,
	SEEP__SECTION_CELLS,
	SEEP__SECTION_LABELS,
	SEEP__SECTION_NAMES,
	SEEP__SECTION_ORIGIN, /* from version 4 on */
	SEEP__SECTION_INPUTS, /* from version 4 on */
	SEEP__SECTION_END,
	SEEP__SECTIONS
};

/* seep__section_name() returns "settings", "coverage", ... */
const char *
seep__section_name(enum seep__section section);

struct seep__frame_writer {
	seep_write_fn write;
	void *ctx;
	int status; /* SEEP_OK, or why writing stopped */
	enum seep__section section;
	uint32_t number;
	size_t used;
	uint8_t bytes[SEEP__FRAME_HEAD + SEEP__FRAME_SIZE + SEEP__FRAME_SUM];
};

/* seep__frame_writer_init() writes the magic and the version. */
void
seep__frame_writer_init(struct seep__frame_writer *writer, seep_write_fn write,
			void *ctx);

/* seep__frame_begin() starts a section. */
void
seep__frame_begin(struct seep__frame_writer *writer,
		  enum seep__section section);

/*
 * seep__frame_room() returns where an item of at most 'most' bytes may be
 * written; seep__frame_take() says how many it took. Room is always there;
 * a failure to write is kept in 'status'.
 */
uint8_t *
seep__frame_room(struct seep__frame_writer *writer, size_t most);

void
seep__frame_take(struct seep__frame_writer *writer, size_t size);

/* seep__frame_end() ends the section. */
void
seep__frame_end(struct seep__frame_writer *writer);

struct seep__frame_reader {
	seep_read_fn read;
	void *ctx;
	uint32_t version; /* of the case, once its header was read */
	enum seep__section section;
	uint32_t number;
	int last; /* the frame in 'bytes' ends its section */
	struct seep__cursor cursor;
	uint8_t bytes[SEEP__FRAME_HEAD + SEEP__FRAME_SIZE + SEEP__FRAME_SUM];
};

/*
 * seep__frame_reader_init() reads magic and version.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT, SEEP_ECHECKSUM, SEEP_EVERSION.
 */
int
seep__frame_reader_init(struct seep__frame_reader *reader, seep_read_fn read,
			void *ctx);

/*
 * seep__frame_open() reads and checks the first frame of 'section'.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT, SEEP_ECHECKSUM.
 */
int
seep__frame_open(struct seep__frame_reader *reader, enum seep__section section);

/*
 * seep__frame_item() makes sure that there is a byte of an item at
 * reader->cursor, reading the next frame if need be.
 *
 * Returns SEEP_OK, SEEP_END at the section's end, or as _open.
 */
int
seep__frame_item(struct seep__frame_reader *reader);

/*
 * seep__frame_close() ends the reading: SEEP_OK when no byte follows, else
 * SEEP_EFORMAT or SEEP_EIO.
 */
int
seep__frame_close(struct seep__frame_reader *reader);

#endif
