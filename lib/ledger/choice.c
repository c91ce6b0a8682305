/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/choice.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_PER_DAY 24

/* struct tally: what one sensor saw of the host on one day. */
struct tally {
	uint32_t day;
	uint32_t sensor;
	uint64_t bytes;
};

struct tallies {
	struct seep__mem *mem;
	struct tally *at;
	size_t count;
	size_t room;
};

void
seep__choices_init(struct seep__choices *choices, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(choices, 0, sizeof(*choices));
	choices->mem = mem;
}

void
seep__choices_clear(struct seep__choices *choices)
{
	struct seep__mem *mem = choices->mem;

	assert(mem != NULL);
	seep__mem_put(mem, choices->hosts,
		      choices->room * sizeof(*choices->hosts));
	seep__mem_put(mem, choices->first_run,
		      choices->first_room * sizeof(*choices->first_run));
	seep__mem_put(mem, choices->runs,
		      choices->run_room * sizeof(*choices->runs));
	seep__choices_init(choices, mem);
}

const struct seep_address *
seep__hosts_walk(struct seep_snapshot *const *snapshots, size_t count,
		 const size_t *at)
{
	const struct seep_address *lowest = NULL;

	for (size_t s = 0; s < count; s++) {
		const struct seep_address *host;

		if (at[s] >= snapshots[s]->host_count)
			continue;
		host = &snapshots[s]->hosts[at[s]];
		if (lowest == NULL || seep_address_compare(host, lowest) < 0)
			lowest = host;
	}
	return lowest;
}

static int
add_tally(struct tallies *tallies, uint32_t day, uint32_t sensor,
	  uint64_t bytes)
{
	void *grown = tallies->at;
	struct tally *last;
	int status;

	assert(tallies->count <= tallies->room);
	if (tallies->count > 0) {
		last = &tallies->at[tallies->count - 1];
		if (last->day == day && last->sensor == sensor) {
			last->bytes += bytes;
			return SEEP_OK;
		}
	}
	status = seep__mem_grow(tallies->mem, &grown, &tallies->room,
				tallies->count + 1, sizeof(*tallies->at));
	tallies->at = grown;
	if (status != SEEP_OK)
		return status;
	tallies->at[tallies->count].day = day;
	tallies->at[tallies->count].sensor = sensor;
	tallies->at[tallies->count++].bytes = bytes;
	return SEEP_OK;
}

/* Adds what a sensor saw of one of its hosts. */
static int
tally_host(struct tallies *tallies, const struct seep_snapshot *snapshot,
	   size_t host, uint32_t sensor, struct seep__history *history)
{
	size_t channel, end;
	int status = SEEP_OK;

	seep__view_channels(snapshot, host, &channel, &end);
	for (; channel < end && status == SEEP_OK; channel++) {
		const int is_name =
		    seep__view_place(snapshot, channel) == SEEP_PLACE_NAME;

		status = seep__view_history(snapshot, channel, history);
		for (size_t i = 0; i < history->count && status == SEEP_OK;
		     i++) {
			const struct seep__cellrow *row = &history->rows[i];
			const int counts =
			    !is_name && row->kind != SEEP_CELL_MISSED;

			status = add_tally(
			    tallies, row->hour / HOURS_PER_DAY, sensor,
			    counts ? row->bytes_out + row->bytes_in : 0);
		}
	}
	return status;
}

static int
compare_tallies(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->sensor > y->sensor) - (x->sensor < y->sensor);
}

static int
add_run(struct seep__choices *choices, uint32_t day, uint32_t sensor)
{
	const size_t first = choices->first_run[choices->count - 1];
	void *runs = choices->runs;
	int status;

	assert(choices->count > 0);
	if (choices->run_count > first &&
	    choices->runs[choices->run_count - 1].sensor == sensor)
		return SEEP_OK;
	status = seep__mem_grow(choices->mem, &runs, &choices->run_room,
				choices->run_count + 1, sizeof(*choices->runs));
	choices->runs = runs;
	if (status != SEEP_OK)
		return status;
	choices->runs[choices->run_count].day = day;
	choices->runs[choices->run_count++].sensor = sensor;
	return SEEP_OK;
}

/* The sensor of the day that begins at '*at', which moves behind it. */
static uint32_t
choose(const struct tallies *tallies, size_t *at)
{
	const uint32_t day = tallies->at[*at].day;
	uint32_t best = tallies->at[*at].sensor;
	uint64_t most = 0;

	while (*at < tallies->count && tallies->at[*at].day == day) {
		const uint32_t sensor = tallies->at[*at].sensor;
		uint64_t bytes = 0;

		while (*at < tallies->count && tallies->at[*at].day == day &&
		       tallies->at[*at].sensor == sensor)
			bytes += tallies->at[(*at)++].bytes;
		if (bytes > most) {
			most = bytes;
			best = sensor;
		}
	}
	return best;
}

static int
add_host(struct seep__choices *choices, const struct seep_address *host)
{
	void *hosts = choices->hosts;
	void *first = choices->first_run;
	int status;

	assert(choices->run_count <= UINT32_MAX);
	status = seep__mem_grow(choices->mem, &hosts, &choices->room,
				choices->count + 1, sizeof(*choices->hosts));
	choices->hosts = hosts;
	if (status == SEEP_OK)
		status = seep__mem_grow(
		    choices->mem, &first, &choices->first_room,
		    choices->count + 2, sizeof(*choices->first_run));
	choices->first_run = first;
	if (status != SEEP_OK)
		return status;
	choices->hosts[choices->count] = *host;
	choices->first_run[choices->count++] = (uint32_t)choices->run_count;
	return SEEP_OK;
}

static int
choose_host(struct seep__choices *choices, const struct seep_address *host,
	    struct tallies *tallies)
{
	size_t at = 0;
	int status = add_host(choices, host);

	if (tallies->count > 1)
		qsort(tallies->at, tallies->count, sizeof(*tallies->at),
		      compare_tallies);
	while (at < tallies->count && status == SEEP_OK) {
		const uint32_t day = tallies->at[at].day;

		status = add_run(choices, day, choose(tallies, &at));
	}
	if (status == SEEP_OK)
		choices->first_run[choices->count] =
		    (uint32_t)choices->run_count;
	return status;
}

static int
choose_all(struct seep__choices *choices,
	   struct seep_snapshot *const *snapshots, size_t count, size_t *at,
	   struct tallies *tallies)
{
	const struct seep_address *lowest;
	struct seep__history history;
	int status = SEEP_OK;

	seep__history_init(&history, choices->mem);
	while (status == SEEP_OK &&
	       (lowest = seep__hosts_walk(snapshots, count, at)) != NULL) {
		const struct seep_address host = *lowest;

		tallies->count = 0;
		for (size_t s = 0; s < count && status == SEEP_OK; s++)
			if (at[s] < snapshots[s]->host_count &&
			    seep_address_compare(&snapshots[s]->hosts[at[s]],
						 &host) == 0)
				status =
				    tally_host(tallies, snapshots[s], at[s]++,
					       (uint32_t)s, &history);
		if (status == SEEP_OK)
			status = choose_host(choices, &host, tallies);
	}
	seep__history_clear(&history);
	return status;
}

int
seep__choices_make(struct seep__choices *choices,
		   struct seep_snapshot *const *snapshots, size_t count)
{
	struct tallies tallies = {.mem = choices->mem};
	size_t *at = seep__mem_zero(choices->mem, count, sizeof(*at));
	int status;

	assert(count > 0 && choices->count == 0);
	if (at == NULL)
		return seep__mem_why(choices->mem);
	status = choose_all(choices, snapshots, count, at, &tallies);
	seep__mem_put(choices->mem, tallies.at,
		      tallies.room * sizeof(*tallies.at));
	seep__mem_put(choices->mem, at, count * sizeof(*at));
	return status;
}

size_t
seep__choices_find(const struct seep__choices *choices,
		   const struct seep_address *host)
{
	size_t low = 0;
	size_t high = choices->count;

	assert(host != NULL);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (seep_address_compare(&choices->hosts[middle], host) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < choices->count &&
	    seep_address_compare(&choices->hosts[low], host) == 0)
		return low;
	return choices->count;
}

uint32_t
seep__choice_of(const struct seep__choices *choices, size_t host, uint32_t day)
{
	size_t low, high;

	assert(host <= choices->count);
	if (host == choices->count)
		return SEEP__CHOICE_NONE;
	low = choices->first_run[host];
	high = choices->first_run[host + 1];
	if (low == high || choices->runs[low].day > day)
		return SEEP__CHOICE_NONE;
	/* The last run that begins on 'day' or before. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (choices->runs[middle].day <= day)
			low = middle;
		else
			high = middle;
	}
	return choices->runs[low].sensor;
}
