/* SPDX-License-Identifier: BSD-3-Clause */
#include "habit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 1970-01-01 was a Thursday: hours since the Monday before it. */
#define HOURS_TO_MONDAY (3 * 24)

/* struct tally: sums that are needed only while reading. */
struct tally {
	uint64_t by_hour[HABIT_HOURS_OF_WEEK];
	uint64_t pull_max; /* of one channel */
};

static int
grow(void **items, size_t *room, size_t count, size_t item_size)
{
	size_t wanted = *room == 0 ? 256 : *room * 2;
	void *grown;

	if (count < *room)
		return SEEP_OK;
	grown = realloc(*items, wanted * item_size);
	if (grown == NULL)
		return SEEP_ENOMEM;
	*items = grown;
	*room = wanted;
	return SEEP_OK;
}

/* Cells come ordered by host and peer: the same peer stands together. */
static int
keep_known(struct habit *habit, const struct seep_address *peer)
{
	void *items = habit->known;
	int status;

	if (habit->known_count > 0 &&
	    seep_address_compare(&habit->known[habit->known_count - 1], peer) ==
		0)
		return SEEP_OK;
	status = grow(&items, &habit->known_room, habit->known_count,
		      sizeof(habit->known[0]));
	habit->known = items;
	if (status == SEEP_OK)
		habit->known[habit->known_count++] = *peer;
	return status;
}

static int
is_of_channel(const struct habit_channel *channel, const struct seep_cell *cell)
{
	return channel->protocol == cell->protocol &&
	       channel->port == cell->port &&
	       channel->direction == cell->direction &&
	       seep_address_compare(&channel->peer, &cell->peer) == 0;
}

static int
keep_channel(struct habit *habit, const struct seep_cell *cell)
{
	struct habit_channel *last =
	    habit->channels_count == 0
		? NULL
		: &habit->channels[habit->channels_count - 1];
	void *items = habit->channels;
	int status;

	if (last != NULL && is_of_channel(last, cell)) {
		last->bytes_out += cell->bytes_out;
		return SEEP_OK;
	}
	status = grow(&items, &habit->channels_room, habit->channels_count,
		      sizeof(habit->channels[0]));
	habit->channels = items;
	if (status != SEEP_OK)
		return status;
	habit->channels[habit->channels_count++] =
	    (struct habit_channel){.peer = cell->peer,
				   .bytes_out = cell->bytes_out,
				   .before = habit->bytes_out,
				   .port = cell->port,
				   .protocol = cell->protocol,
				   .direction = cell->direction};
	return SEEP_OK;
}

/* By which service most is fetched; one channel decides, which is enough to
 * look like a service that the host offers. */
static void
weigh_pull(struct habit *habit, struct tally *tally)
{
	const struct habit_channel *last =
	    &habit->channels[habit->channels_count - 1];

	if (last->direction != SEEP_DIRECTION_PULL ||
	    last->bytes_out <= tally->pull_max)
		return;
	tally->pull_max = last->bytes_out;
	habit->pull_port = last->port;
	habit->pull_protocol = last->protocol;
}

static int
keep_cell(struct habit *habit, struct tally *tally,
	  const struct seep_cell *cell)
{
	int status;

	if (cell->hour < habit->first_hour)
		habit->first_hour = cell->hour;
	if (cell->hour > habit->last_hour)
		habit->last_hour = cell->hour;
	if (cell->bytes_out == 0 || cell->kind == SEEP_CELL_MISSED)
		return SEEP_OK;
	status = keep_channel(habit, cell);
	if (status != SEEP_OK)
		return status;
	habit->bytes_out += cell->bytes_out;
	tally->by_hour[(cell->hour + HOURS_TO_MONDAY) % HABIT_HOURS_OF_WEEK] +=
	    cell->bytes_out;
	weigh_pull(habit, tally);
	return SEEP_OK;
}

static int
read_cells(struct habit *habit, struct tally *tally,
	   const struct seep_snapshot *snapshot,
	   const struct seep_address *host)
{
	struct seep_cells *cells;
	struct seep_cell cell;
	int status = seep_cells_new(&cells, snapshot, NULL);

	while (status == SEEP_OK) {
		status = seep_cells_next(cells, &cell);
		if (status != SEEP_OK)
			break;
		if (cell.place != SEEP_PLACE_OUTSIDE &&
		    cell.place != SEEP_PLACE_PARTNER)
			continue;
		status = keep_known(habit, &cell.peer);
		if (status == SEEP_OK &&
		    seep_address_compare(&cell.host, host) == 0)
			status = keep_cell(habit, tally, &cell);
	}
	seep_cells_free(cells);
	return status == SEEP_END ? SEEP_OK : status;
}

static int
compare_addresses(const void *a, const void *b)
{
	return seep_address_compare(a, b);
}

static void
sort_known(struct habit *habit)
{
	size_t kept = 0;

	if (habit->known_count == 0)
		return;
	qsort(habit->known, habit->known_count, sizeof(habit->known[0]),
	      compare_addresses);
	for (size_t i = 1; i < habit->known_count; i++)
		if (seep_address_compare(&habit->known[i],
					 &habit->known[kept]) != 0)
			habit->known[++kept] = habit->known[i];
	habit->known_count = kept + 1;
}

/* An hour of the week that the evidence holds four times and another that it
 * holds five times are made comparable. */
static void
make_shape(struct habit *habit, struct tally *tally)
{
	uint64_t highest = 0;

	if (habit->last_hour < habit->first_hour)
		return;
	for (uint32_t i = 0; i < HABIT_HOURS_OF_WEEK; i++) {
		const uint32_t first =
		    (habit->first_hour + HOURS_TO_MONDAY) % HABIT_HOURS_OF_WEEK;
		const uint32_t ahead =
		    (i + HABIT_HOURS_OF_WEEK - first) % HABIT_HOURS_OF_WEEK;
		const uint32_t span = habit->last_hour - habit->first_hour;
		uint64_t times =
		    span < ahead ? 1 : (span - ahead) / HABIT_HOURS_OF_WEEK + 1;

		tally->by_hour[i] /= times;
		if (tally->by_hour[i] > highest)
			highest = tally->by_hour[i];
	}
	for (uint32_t i = 0; i < HABIT_HOURS_OF_WEEK && highest > 0; i++) {
		uint64_t bytes = tally->by_hour[i];
		uint64_t most = highest;

		while (most > UINT64_MAX / HABIT_SHAPE_MAX) {
			most >>= 1;
			bytes >>= 1;
		}
		habit->shape[i] = (uint32_t)(bytes * HABIT_SHAPE_MAX / most);
	}
}

int
habit_read(struct habit *habit, const struct seep_snapshot *snapshot,
	   const struct seep_address *host)
{
	struct tally tally;
	int status;

	assert(habit != NULL);
	assert(snapshot != NULL);
	assert(host != NULL);
	habit_clear(habit);
	memset(&tally, 0, sizeof(tally));
	habit->first_hour = UINT32_MAX;
	habit->pull_protocol = 6;
	habit->pull_port = 443;
	status = read_cells(habit, &tally, snapshot, host);
	if (status != SEEP_OK)
		return status;
	sort_known(habit);
	make_shape(habit, &tally);
	return SEEP_OK;
}

int
habit_knows(const struct habit *habit, const struct seep_address *address)
{
	assert(habit != NULL);
	return habit->known_count > 0 &&
	       bsearch(address, habit->known, habit->known_count,
		       sizeof(habit->known[0]), compare_addresses) != NULL;
}

const struct habit_channel *
habit_channel_at(const struct habit *habit, uint64_t at)
{
	size_t low = 0;
	size_t high;

	assert(habit != NULL);
	assert(at < habit->bytes_out);
	high = habit->channels_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (habit->channels[middle].before <= at)
			low = middle;
		else
			high = middle;
	}
	return &habit->channels[low];
}

void
habit_clear(struct habit *habit)
{
	assert(habit != NULL);
	free(habit->channels);
	free(habit->known);
	memset(habit, 0, sizeof(*habit));
}
