/* SPDX-License-Identifier: BSD-3-Clause */
#include "textfile.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef SEEP_TOOL_ZLIB
#include <zlib.h>
#endif
#ifdef SEEP_TOOL_ZSTD
#include <zstd.h>
#endif

#include <seep/status.h>

#include "complain.h"

/* What is read at once; a line may be longer. */
#define CHUNK_BYTES 65536

/* A log line is some hundred bytes. What is longer than this is no log, and
 * must not take all memory. */
#define LINE_BYTES_MAX (64u << 20)

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct textfile {
	const char *path;
	FILE *file;
	enum packing packing;
#ifdef SEEP_TOOL_ZLIB
	z_stream zlib;
#endif
#ifdef SEEP_TOOL_ZSTD
	ZSTD_DStream *zstd;
#endif
	int frame_open; /* compressed data must go on */
	int at_end;
	unsigned char in[CHUNK_BYTES];
	size_t in_size;
	size_t in_used;
	char *text;
	size_t text_size;
	size_t text_used;
	size_t text_room;
};

static int
complain_damage(const struct textfile *file, const char *what)
{
	complain("%s: %s", file->path, what);
	return -1;
}

/* Compressed bytes: 1, 0 at the end, -1. */
static int
read_chunk(struct textfile *file)
{
	if (file->in_used < file->in_size)
		return 1;
	file->in_used = 0;
	errno = 0;
	file->in_size = fread(file->in, 1, sizeof(file->in), file->file);
	if (ferror(file->file))
		return complain_damage(file, strerror(errno));
	return file->in_size > 0;
}

#ifdef SEEP_TOOL_ZLIB
static int
unpack_gzip(struct textfile *file, char *out, size_t room, size_t *got)
{
	int status;

	if (!file->frame_open) {
		(void)inflateReset(&file->zlib);
		file->frame_open = 1;
	}
	file->zlib.next_in = file->in + file->in_used;
	file->zlib.avail_in = (uInt)(file->in_size - file->in_used);
	file->zlib.next_out = (unsigned char *)out;
	file->zlib.avail_out = (uInt)room;
	status = inflate(&file->zlib, Z_NO_FLUSH);
	file->in_used = file->in_size - file->zlib.avail_in;
	*got = room - file->zlib.avail_out;
	if (status == Z_STREAM_END)
		file->frame_open = 0;
	else if (status != Z_OK && status != Z_BUF_ERROR)
		return complain_damage(file, "damaged gzip data");
	return 1;
}
#endif

#ifdef SEEP_TOOL_ZSTD
static int
unpack_zstd(struct textfile *file, char *out, size_t room, size_t *got)
{
	ZSTD_inBuffer in = {file->in, file->in_size, file->in_used};
	ZSTD_outBuffer to = {out, room, 0};
	size_t status = ZSTD_decompressStream(file->zstd, &to, &in);

	if (ZSTD_isError(status))
		return complain_damage(file, "damaged zstd data");
	file->frame_open = status != 0;
	file->in_used = in.pos;
	*got = to.pos;
	return 1;
}
#endif

static int
unpack(struct textfile *file, char *out, size_t room, size_t *got)
{
	size_t size = file->in_size - file->in_used;

	assert(room > 0);
#ifdef SEEP_TOOL_ZLIB
	if (file->packing == PACKING_GZIP)
		return unpack_gzip(file, out, room, got);
#endif
#ifdef SEEP_TOOL_ZSTD
	if (file->packing == PACKING_ZSTD)
		return unpack_zstd(file, out, room, got);
#endif
	if (size > room)
		size = room;
	memcpy(out, file->in + file->in_used, size);
	file->in_used += size;
	*got = size;
	return 1;
}

/* More text behind what is there: 1, 0 at the end, -1. */
static int
read_text(struct textfile *file)
{
	size_t got = 0;
	int status = 1;

	memmove(file->text, file->text + file->text_used,
		file->text_size - file->text_used);
	file->text_size -= file->text_used;
	file->text_used = 0;
	if (file->text_room - file->text_size < CHUNK_BYTES) {
		size_t room = file->text_room * 2;
		char *grown =
		    room > LINE_BYTES_MAX ? NULL : realloc(file->text, room);

		if (grown == NULL)
			return complain_damage(file, "a line is too long");
		file->text = grown;
		file->text_room = room;
	}
	while (got == 0 && status == 1) {
		status = read_chunk(file);
		if (status == 1)
			status = unpack(file, file->text + file->text_size,
					CHUNK_BYTES - 1, &got);
	}
	file->text_size += got;
	if (status == 0 && file->frame_open)
		return complain_damage(file, "the compressed data is cut");
	return status;
}

static int
find_packing(struct textfile *file)
{
	static const unsigned char zstd[4] = {0x28, 0xb5, 0x2f, 0xfd};

	if (read_chunk(file) < 0)
		return EXIT_FAILED;
	if (file->in_size >= 2 && file->in[0] == 0x1f && file->in[1] == 0x8b)
		file->packing = PACKING_GZIP;
	else if (file->in_size >= 4 && memcmp(file->in, zstd, 4) == 0)
		file->packing = PACKING_ZSTD;
	return EXIT_DONE;
}

static int
start_packing(struct textfile *file)
{
	if (file->packing == PACKING_NONE)
		return EXIT_DONE;
#ifdef SEEP_TOOL_ZLIB
	/* 15: the largest window; +16: a gzip header. */
	if (file->packing == PACKING_GZIP &&
	    inflateInit2(&file->zlib, 15 + 16) == Z_OK)
		return EXIT_DONE;
#endif
#ifdef SEEP_TOOL_ZSTD
	if (file->packing == PACKING_ZSTD) {
		file->zstd = ZSTD_createDStream();
		if (file->zstd != NULL)
			return EXIT_DONE;
	}
#endif
	file->packing = PACKING_NONE;
	return complain("%s: this build cannot decompress it", file->path);
}

int
textfile_open(struct textfile **file, const char *path)
{
	struct textfile *opened = calloc(1, sizeof(*opened));
	int status = EXIT_DONE;

	assert(file != NULL);
	assert(path != NULL);
	*file = NULL;
	if (opened == NULL)
		return complain("%s", seep_strstatus(SEEP_ENOMEM));
	opened->path = path;
	opened->text_room = 2 * CHUNK_BYTES;
	opened->text = malloc(opened->text_room);
	opened->file = fopen(path, "rb");
	if (opened->text == NULL)
		status = complain("%s", seep_strstatus(SEEP_ENOMEM));
	else if (opened->file == NULL)
		status = complain("%s: %s", path, strerror(errno));
	if (status == EXIT_DONE)
		status = find_packing(opened);
	if (status == EXIT_DONE)
		status = start_packing(opened);
	if (status != EXIT_DONE)
		textfile_close(opened);
	else
		*file = opened;
	return status;
}

int
textfile_line(struct textfile *file, const char **line, size_t *size)
{
	size_t looked = 0;

	assert(file != NULL);
	for (;;) {
		const char *start = file->text + file->text_used;
		const size_t there = file->text_size - file->text_used;
		const char *end = there > looked ? memchr(start + looked, '\n',
							  there - looked)
						 : NULL;

		if (end != NULL || (file->at_end && there > 0)) {
			*line = start;
			*size = end != NULL ? (size_t)(end - start) + 1 : there;
			file->text_used += *size;
			return 1;
		}
		if (file->at_end)
			return 0;
		looked = there;
		switch (read_text(file)) {
		case 0:
			file->at_end = 1;
			break;
		case 1:
			break;
		default:
			return -1;
		}
	}
}

void
textfile_close(struct textfile *file)
{
	if (file == NULL)
		return;
#ifdef SEEP_TOOL_ZLIB
	if (file->packing == PACKING_GZIP)
		(void)inflateEnd(&file->zlib);
#endif
#ifdef SEEP_TOOL_ZSTD
	ZSTD_freeDStream(file->zstd);
#endif
	if (file->file != NULL)
		fclose(file->file);
	free(file->text);
	free(file);
}
