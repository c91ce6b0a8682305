/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/reader.h"

#include <assert.h>

void
seep__reader_init(struct seep__reader *reader, const struct seep__case *view,
		  size_t host)
{
	assert(reader && view);
	reader->view = view;
	reader->names = 0;
	reader->rows = NULL;
	reader->count = 0;
	seep__view_channels(view->snapshot, host, &reader->at, &reader->end);
	seep__history_init(&reader->history, view->mem);
}

int
seep__channel_same_peer(const struct seep__channel *a,
			const struct seep__channel *b)
{
	assert(a && b);
	return a->fold == b->fold && a->place == b->place &&
	       seep_address_compare(&a->peer, &b->peer) == 0;
}

void
seep__reader_clear(struct seep__reader *reader)
{
	seep__history_clear(&reader->history);
}

uint64_t
seep__rows_out(const struct seep__cellrow *rows, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (rows[i].kind != SEEP_CELL_MISSED)
			sum += rows[i].bytes_out;
	return sum;
}

uint64_t
seep__rows_in(const struct seep__cellrow *rows, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (rows[i].kind != SEEP_CELL_MISSED)
			sum += rows[i].bytes_in;
	return sum;
}

/* Reads one channel's cells within the asked hours. */
static int
read_rows(struct seep__reader *reader, size_t channel)
{
	const struct seep__case *view = reader->view;
	struct seep__history *history = &reader->history;
	size_t first = 0;
	size_t end;
	int rc;

	rc = seep__view_history(view->snapshot, channel, history);
	if (rc != SEEP_OK)
		return rc;
	end = history->count;
	while (first < end && history->rows[first].hour < view->hour_from)
		first++;
	while (end > first && history->rows[end - 1].hour >= view->hour_until)
		end--;
	reader->count = end - first;
	reader->rows = end > first ? history->rows + first : NULL;
	return SEEP_OK;
}

static int
same_service(const struct seep__channel *a, const struct seep__channel *b)
{
	return a->service == b->service && seep__channel_same_peer(a, b);
}

/* Takes the rows just read for what the unknown rows will join, if none
 * was known before them. Push comes first and wins when both began with as
 * many bytes. */
static void
note_first(struct seep__reader *reader, enum seep_direction direction)
{
	const struct seep__cellrow *rows = reader->rows;
	uint64_t bytes = 0;

	if (reader->count == 0 || rows[0].hour > reader->joined_from)
		return;
	for (size_t i = 0; i < reader->count && rows[i].hour == rows[0].hour;
	     i++)
		bytes += rows[i].bytes_out;
	if (rows[0].hour == reader->joined_from &&
	    bytes <= reader->joined_bytes)
		return;
	reader->joined = direction;
	reader->joined_from = rows[0].hour;
	reader->joined_bytes = bytes;
}

enum seep_direction
seep__reader_direction(const struct seep__reader *reader, uint32_t hour)
{
	if (reader->known)
		return (enum seep_direction)reader->channel.direction;
	return hour >= reader->joined_from ? reader->joined
					   : SEEP_DIRECTION_UNKNOWN;
}

/*
 * Channels of one peer, place and service stand together, unknown first, so
 * that at most the two channels that follow can be joined.
 */
static int
join_direction(struct seep__reader *reader)
{
	uint64_t bytes[SEEP_DIRECTION_PULL + 1] = {0};
	int there[SEEP_DIRECTION_PULL + 1] = {0};

	for (size_t i = reader->at + 1; i < reader->end; i++) {
		struct seep__channel next;
		int rc;

		seep__view_channel(reader->view->snapshot, i, &next);
		if (!same_service(&reader->channel, &next))
			break;
		assert(next.direction <= SEEP_DIRECTION_PULL);
		rc = read_rows(reader, i);
		if (rc != SEEP_OK)
			return rc;
		note_first(reader, (enum seep_direction)next.direction);
		there[next.direction] = reader->count > 0;
		bytes[next.direction] =
		    seep__rows_out(reader->rows, reader->count);
	}
	if (there[SEEP_DIRECTION_PUSH] &&
	    (!there[SEEP_DIRECTION_PULL] ||
	     bytes[SEEP_DIRECTION_PUSH] >= bytes[SEEP_DIRECTION_PULL]))
		reader->channel.direction = SEEP_DIRECTION_PUSH;
	else if (there[SEEP_DIRECTION_PULL])
		reader->channel.direction = SEEP_DIRECTION_PULL;
	return SEEP_OK;
}

static int
is_asked(const struct seep__reader *reader)
{
	const int is_name = seep__view_place(reader->view->snapshot,
					     reader->at) == SEEP_PLACE_NAME;

	return is_name == (reader->names != 0);
}

int
seep__reader_next(struct seep__reader *reader)
{
	int rc;

	while (reader->at < reader->end && !is_asked(reader))
		reader->at++;
	if (reader->at >= reader->end)
		return SEEP_END;
	seep__view_channel(reader->view->snapshot, reader->at,
			   &reader->channel);
	reader->known = reader->channel.direction != SEEP_DIRECTION_UNKNOWN;
	reader->joined = SEEP_DIRECTION_UNKNOWN;
	reader->joined_from = UINT32_MAX;
	reader->joined_bytes = 0;
	if (!reader->known) {
		rc = join_direction(reader);
		if (rc != SEEP_OK)
			return rc;
	}
	rc = read_rows(reader, reader->at);
	if (rc != SEEP_OK)
		return rc;
	reader->at++;
	return SEEP_OK;
}
