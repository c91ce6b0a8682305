/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_peek.c - is a file an interim log, whatever its name?
 */
#include <assert.h>
#include <string.h>

#include "input/line.h"
#include "input/zeek_source.h"

/* Lines looked at: a TSV header has 8; the rows behind it say nothing. */
#define PEEK_LINES 16

/* path_of_json() finds "_path" in a row, without reading the row. */
static enum seep__zeek_path_kind
path_of_json(const char *line, size_t size)
{
	static const char key[] = "\"_path\"";
	const char *end = line + size, *at, *stop;

	assert(line != NULL);
	for (at = line; end - at >= (long)sizeof(key); at++) {
		at = memchr(at, '"', (size_t)(end - at));
		if (at == NULL || end - at < (long)sizeof(key))
			break;
		if (memcmp(at, key, sizeof(key) - 1) != 0)
			continue;
		at = memchr(at + sizeof(key) - 1, '"',
			    (size_t)(end - at) - (sizeof(key) - 1));
		if (at == NULL)
			break;
		stop = memchr(at + 1, '"', (size_t)(end - at - 1));
		if (stop == NULL)
			break;
		return seep__zeek_path_kind(at + 1, (size_t)(stop - at - 1));
	}
	return SEEP__ZEEK_PATH_NONE;
}

static int
path_of_lines(struct seep__lines *lines, struct seep__stream *stream,
	      struct seep__zeek_tsv *tsv, enum seep__zeek_path_kind *kind)
{
	struct seep__line line;
	const char *field;
	int status = SEEP_OK;
	int i;

	assert(kind != NULL);
	for (i = 0; i < PEEK_LINES && *kind == SEEP__ZEEK_PATH_NONE; i++) {
		status = seep__lines_next(lines, stream, &line);
		if (status != SEEP_OK)
			break;
		if (line.size == 0)
			continue;
		if (line.data[0] == '{') {
			*kind = path_of_json(line.data, line.size);
			break;
		}
		if (line.data[0] == '#' &&
		    seep__zeek_tsv_header(tsv, line.data, line.size, &field) !=
			NULL)
			break;
		*kind = tsv->path;
	}
	return status;
}

int
seep__zeek_peek(struct seep__mem *mem, const char *path, uint8_t *interim)
{
	enum seep__zeek_path_kind kind = SEEP__ZEEK_PATH_NONE;
	struct seep__stream *stream;
	struct seep__zeek_tsv tsv;
	struct seep__lines lines;
	int status;

	assert(mem != NULL && path != NULL && interim != NULL);
	*interim = 0;
	status = seep__stream_open(&stream, path, mem, NULL);
	if (status != SEEP_OK)
		return status == SEEP_ENOMEM ? status : SEEP_OK;
	seep__lines_init(&lines, mem);
	seep__zeek_tsv_init(&tsv);
	status = path_of_lines(&lines, stream, &tsv, &kind);
	seep__lines_clear(&lines);
	seep__stream_close(stream);
	*interim = kind == SEEP__ZEEK_PATH_INTERIM;
	return status == SEEP_ENOMEM ? status : SEEP_OK;
}
