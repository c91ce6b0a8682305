/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/line.h"

#include <assert.h>
#include <string.h>

/* The least room that a read is given; see STORED_ROOM in stream.c. */
#define READ_MIN ((size_t)65536)

/*
 * The first buffer: four reads. Larger buffers leave the second-level cache
 * of small machines; smaller ones move partial lines more often.
 */
#define ROOM_FIRST ((size_t)262144)

void
seep__lines_init(struct seep__lines *lines, struct seep__mem *mem)
{
	assert(lines != NULL && mem != NULL);
	memset(lines, 0, sizeof(*lines));
	lines->mem = mem;
}

void
seep__lines_clear(struct seep__lines *lines)
{
	if (lines->buf != NULL)
		seep__mem_put(lines->mem, lines->buf, lines->room);
	lines->buf = NULL;
	lines->room = lines->at = lines->size = lines->scanned = 0;
}

/* drop_long() forgets the beginning of a line that is too long. */
static void
drop_long(struct seep__lines *l)
{
	assert(l->at <= l->size);
	l->skipping = 1;
	l->offset += l->size - l->at;
	l->at = l->size = l->scanned = 0;
}

/* make_room() makes room for one read behind the data. */
static int
make_room(struct seep__lines *l)
{
	size_t held, room;
	char *buf;

	assert(l->at <= l->size && l->size <= l->room);
	held = l->size - l->at;
	if (l->at > 0 && (held == 0 || l->room - l->size < READ_MIN)) {
		memmove(l->buf, l->buf + l->at, held);
		l->scanned -= l->at;
		l->size = held;
		l->at = 0;
	}
	if (l->room - l->size >= READ_MIN)
		return SEEP_OK;
	room = l->room == 0 ? ROOM_FIRST : l->room * 2;
	if (room > SEEP__LINE_MAX + 2 * READ_MIN)
		room = SEEP__LINE_MAX + 2 * READ_MIN;
	buf = seep__mem_resize(l->mem, l->buf, l->room, room);
	if (buf == NULL)
		return seep__mem_why(l->mem);
	l->buf = buf;
	l->room = room;
	return SEEP_OK;
}

/* give() hands out the bytes from 'at' to 'end'; 'next' starts the next. */
static void
give(struct seep__lines *l, size_t end, size_t next, struct seep__line *line)
{
	assert(l->at <= end && end <= next && next <= l->size);
	line->data = l->buf + l->at;
	line->size = end - l->at;
	line->number = ++l->number;
	line->offset = l->offset;
	line->terminated = next > end;
	line->too_long = l->skipping || line->size > SEEP__LINE_MAX;
	if (line->too_long)
		line->size = 0;
	else if (line->size > 0 && line->data[line->size - 1] == '\r')
		line->size--;
	l->offset += next - l->at;
	l->at = l->scanned = next;
	l->skipping = 0;
}

/*
 * sum_new() sums the bytes just read, which end at lines->size. Those that
 * are read again after a sleep were summed before.
 */
static void
sum_new(struct seep__lines *l, size_t got)
{
	uint64_t from = l->offset + (l->size - l->at) - got;
	uint64_t known = l->content->size;

	assert(got <= l->size - l->at);
	if (from + got <= known)
		return;
	if (from < known)
		got -= (size_t)(known - from);
	seep__content_feed(l->content, l->buf + l->size - got, got);
}

int
seep__lines_next(struct seep__lines *lines, struct seep__stream *stream,
		 struct seep__line *line)
{
	const char *newline = NULL;
	size_t end, got;
	int status;

	assert(lines != NULL && stream != NULL && line != NULL);
	for (;;) {
		if (lines->scanned < lines->size)
			newline = memchr(lines->buf + lines->scanned, '\n',
					 lines->size - lines->scanned);
		if (newline != NULL) {
			end = (size_t)(newline - lines->buf);
			give(lines, end, end + 1, line);
			return SEEP_OK;
		}
		lines->scanned = lines->size;
		/* One byte more: a carriage return is not of the line. */
		if (lines->size - lines->at > SEEP__LINE_MAX + 1)
			drop_long(lines);
		status = make_room(lines);
		if (status != SEEP_OK)
			return status;
		status = seep__stream_read(stream, lines->buf + lines->size,
					   lines->room - lines->size, &got);
		if (status != SEEP_OK)
			return status;
		if (got == 0)
			return SEEP_END;
		lines->size += got;
		if (lines->content != NULL)
			sum_new(lines, got);
	}
}

int
seep__lines_rest(struct seep__lines *lines, struct seep__line *line)
{
	assert(lines != NULL && line != NULL);
	if (lines->at == lines->size && !lines->skipping)
		return SEEP_END;
	give(lines, lines->size, lines->size, line);
	return SEEP_OK;
}

size_t
seep__lines_unread(const struct seep__lines *lines)
{
	assert(lines->at <= lines->size);
	return lines->size - lines->at;
}
