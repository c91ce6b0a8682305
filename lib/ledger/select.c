/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * select.c - one snapshot to be judged, out of what several sensors saw.
 *
 * Accounts   the coverage is the sum of all, less the bytes of the cells
 *            that were not chosen: so that its parts still add up, and with
 *            what is stated as not used to what all sensors saw. A flow
 *            inside has cells under both ends; it is not used when neither
 *            end chose its sensor. Counts of records, flows and losses stay
 *            those of all sensors.
 * Hours      an hour is covered where any sensor covered it.
 */
#include "ledger/case.h"

#include <assert.h>
#include <string.h>

#include "ledger/choice.h"
#include "ledger/engine.h"
#include "ledger/site.h"

#define HOURS_PER_DAY 24

/* struct job: one selection. */
struct job {
	struct seep_engine *engine;
	struct seep_snapshot *const *snapshots;
	size_t count;
	struct seep__choices choices;
	struct seep__history history;
	struct seep__selection *selection;
	struct seep_coverage unused;
};

/* struct place: where in all of it a cell stands. */
struct place {
	uint32_t sensor;
	size_t host; /* in the choices */
	size_t peer; /* in the choices, where the place is inside */
	uint8_t place;
	int is_second; /* the same bytes stand under the peer, and come first
			  there */
};

void
seep__selection_free(struct seep__selection *selection)
{
	struct seep__mem *mem;

	if (selection == NULL)
		return;
	mem = selection->mem;
	seep__mem_put(mem, selection->hosts,
		      selection->host_count * sizeof(*selection->hosts));
	seep__mem_put(mem, selection->shares,
		      selection->host_count * selection->sensor_count *
			  sizeof(*selection->shares));
	seep__mem_put(mem, selection->sensors,
		      selection->sensor_count * sizeof(*selection->sensors));
	seep__mem_put(mem, selection, sizeof(*selection));
	seep__mem_unref(mem);
}

static int
selection_new(struct seep__selection **selection, struct seep__mem *mem,
	      const struct seep__choices *choices,
	      struct seep_snapshot *const *snapshots, size_t count)
{
	struct seep__selection *made = seep__mem_zero(mem, 1, sizeof(*made));

	assert(count > 1);
	*selection = made;
	if (made == NULL)
		return seep__mem_why(mem);
	made->mem = seep__mem_ref(mem);
	made->sensors = seep__mem_zero(mem, count, sizeof(*made->sensors));
	if (made->sensors == NULL)
		return seep__mem_why(mem);
	made->sensor_count = count;
	for (size_t s = 0; s < count; s++) {
		memcpy(made->sensors[s].name, snapshots[s]->origin.sensor,
		       sizeof(made->sensors[s].name));
		made->sensors[s].bytes_seen = snapshots[s]->coverage.bytes_seen;
	}
	if (choices->count == 0)
		return SEEP_OK;
	made->hosts = seep__mem_zero(mem, choices->count, sizeof(*made->hosts));
	if (made->hosts == NULL)
		return seep__mem_why(mem);
	memcpy(made->hosts, choices->hosts,
	       choices->count * sizeof(*made->hosts));
	made->host_count = choices->count;
	made->shares =
	    seep__mem_zero(mem, choices->count * count, sizeof(*made->shares));
	return made->shares != NULL ? SEEP_OK : seep__mem_why(mem);
}

/* What a row that is not chosen takes out of the sums. */
static void
leave_out(struct job *job, const struct place *place,
	  const struct seep__cellrow *row)
{
	struct seep_coverage *unused = &job->unused;
	struct seep__sensor_sum *sensor =
	    &job->selection->sensors[place->sensor];
	const uint64_t bytes = row->bytes_out + row->bytes_in;
	const uint32_t day = row->hour / HOURS_PER_DAY;

	assert(place->sensor < job->count);
	if (place->place == SEEP_PLACE_NAME) {
		unused->names += row->flows;
		unused->names_bytes += row->bytes_out;
	} else if (row->kind == SEEP_CELL_MISSED) {
		unused->bytes_missed_crossing += bytes;
	} else if (place->place != SEEP_PLACE_INSIDE) {
		unused->bytes_crossing += bytes;
		sensor->bytes_unused += bytes;
		if (row->kind == SEEP_CELL_SPREAD)
			unused->bytes_spread += bytes;
		if (row->kind == SEEP_CELL_UNANSWERED)
			unused->bytes_unanswered += row->bytes_out;
	} else if (!place->is_second &&
		   seep__choice_of(&job->choices, place->peer, day) !=
		       place->sensor) {
		unused->bytes_inside += bytes;
		sensor->bytes_unused += bytes;
	}
}

/* The account of the host, for the report. */
static void
note_share(struct job *job, const struct place *place,
	   const struct seep__cellrow *row, int chosen)
{
	struct seep__share *share =
	    &job->selection->shares[place->host * job->count + place->sensor];

	assert(place->host < job->choices.count);
	if (place->place == SEEP_PLACE_NAME || row->kind == SEEP_CELL_MISSED)
		return;
	if (chosen)
		share->bytes_used += row->bytes_out + row->bytes_in;
	else
		share->bytes_unused += row->bytes_out + row->bytes_in;
}

/* Leaves in the history what is chosen. */
static void
filter(struct job *job, const struct place *place)
{
	struct seep__history *history = &job->history;
	size_t kept = 0;

	assert(place->sensor < job->count);
	for (size_t i = 0; i < history->count; i++) {
		const struct seep__cellrow row = history->rows[i];
		const int chosen =
		    seep__choice_of(&job->choices, place->host,
				    row.hour / HOURS_PER_DAY) == place->sensor;

		note_share(job, place, &row, chosen);
		if (chosen)
			history->rows[kept++] = row;
		else
			leave_out(job, place, &row);
	}
	history->count = kept;
}

static int
select_channel(struct job *job, struct place *place, size_t host,
	       size_t channel)
{
	const struct seep_snapshot *snapshot = job->snapshots[place->sensor];
	struct seep_address peer;
	int status;

	assert(channel < snapshot->channel_count);
	place->place = (uint8_t)seep__view_place(snapshot, channel);
	place->peer = job->choices.count;
	place->is_second = 0;
	if (place->place == SEEP_PLACE_INSIDE) {
		seep__snapshot_peer(snapshot, &snapshot->channels[channel],
				    &peer);
		place->peer = seep__choices_find(&job->choices, &peer);
		/* Group addresses are no hosts and keep no second account. */
		place->is_second =
		    !seep__site_special(&peer) &&
		    seep_address_compare(&peer, &snapshot->hosts[host]) < 0;
	}
	status = seep__view_history(snapshot, channel, &job->history);
	if (status != SEEP_OK)
		return status;
	filter(job, place);
	return seep__absorb_history(job->engine, snapshot, host, channel,
				    &job->history);
}

static int
select_host(struct job *job, uint32_t sensor, size_t host)
{
	const struct seep_snapshot *snapshot = job->snapshots[sensor];
	struct place place = {.sensor = sensor};
	size_t channel, end;
	int status = SEEP_OK;

	place.host = seep__choices_find(&job->choices, &snapshot->hosts[host]);
	assert(place.host < job->choices.count);
	seep__view_channels(snapshot, host, &channel, &end);
	for (; channel < end && status == SEEP_OK; channel++)
		status = select_channel(job, &place, host, channel);
	return status;
}

static int
select_sensor(struct job *job, uint32_t sensor)
{
	const struct seep_snapshot *snapshot = job->snapshots[sensor];
	int status = seep__absorb_hours(job->engine, snapshot);

	for (size_t host = 0; host < snapshot->host_count && status == SEEP_OK;
	     host++)
		status = select_host(job, sensor, host);
	if (status == SEEP_OK)
		status = seep__absorb_folds(job->engine, snapshot);
	seep_coverage_add(&job->engine->coverage, &snapshot->coverage);
	return status;
}

static void
subtract(uint64_t *from, uint64_t what)
{
	/* A forged case may claim less than its cells hold. */
	*from -= what < *from ? what : *from;
}

static void
settle(struct job *job)
{
	struct seep_coverage *sum = &job->engine->coverage;
	const struct seep_coverage *unused = &job->unused;

	subtract(&sum->bytes_crossing, unused->bytes_crossing);
	subtract(&sum->bytes_inside, unused->bytes_inside);
	subtract(&sum->bytes_missed, unused->bytes_missed_crossing);
	subtract(&sum->bytes_missed_crossing, unused->bytes_missed_crossing);
	subtract(&sum->bytes_spread, unused->bytes_spread);
	subtract(&sum->bytes_unanswered, unused->bytes_unanswered);
	subtract(&sum->names, unused->names);
	subtract(&sum->names_bytes, unused->names_bytes);
	sum->bytes_seen = sum->bytes_crossing + sum->bytes_inside +
			  sum->bytes_outside + sum->bytes_refused;
	for (size_t s = 0; s < job->count; s++) {
		struct seep__sensor_sum *sensor = &job->selection->sensors[s];

		if (sensor->bytes_unused > sensor->bytes_seen)
			sensor->bytes_unused = sensor->bytes_seen;
	}
}

static int
run(struct job *job)
{
	uint64_t seen = 0;
	int status;

	for (size_t s = 0; s < job->count; s++) {
		const uint64_t more = job->snapshots[s]->coverage.bytes_seen;

		if (more >= SEEP__CASE_BYTES_END - seen)
			return SEEP_EMISMATCH;
		seen += more;
	}
	status = seep__choices_make(&job->choices, job->snapshots, job->count);
	if (status == SEEP_OK)
		status =
		    selection_new(&job->selection, job->engine->mem,
				  &job->choices, job->snapshots, job->count);
	for (uint32_t s = 0; s < job->count && status == SEEP_OK; s++)
		status = select_sensor(job, s);
	return status;
}

int
seep__select(struct seep_snapshot **selected,
	     struct seep_snapshot *const *snapshots, size_t count,
	     const struct seep_alloc *alloc)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct job job = {.snapshots = snapshots, .count = count};
	int status;

	assert(count > 1);
	*selected = NULL;
	opts.site = snapshots[0]->site;
	opts.seed = seep__merge_seed(
	    (const struct seep_snapshot *const *)snapshots, count);
	status = seep_engine_new(&job.engine, &opts, alloc);
	if (status != SEEP_OK)
		return status;
	seep__choices_init(&job.choices, job.engine->mem);
	seep__history_init(&job.history, job.engine->mem);
	status = run(&job);
	if (status == SEEP_OK) {
		settle(&job);
		status = seep_engine_snapshot(job.engine, selected);
	}
	seep__history_clear(&job.history);
	seep__choices_clear(&job.choices);
	if (status == SEEP_OK)
		(*selected)->selection = job.selection;
	else
		seep__selection_free(job.selection);
	seep_engine_free(job.engine);
	return status;
}

size_t
seep__view_sensors(const struct seep_snapshot *snapshot)
{
	assert(snapshot != NULL);
	return snapshot->selection != NULL ? snapshot->selection->sensor_count
					   : 0;
}

void
seep__view_sensor(const struct seep_snapshot *snapshot, size_t sensor,
		  struct seep__sensor_sum *sum)
{
	assert(sensor < seep__view_sensors(snapshot));
	*sum = snapshot->selection->sensors[sensor];
}

void
seep__view_share(const struct seep_snapshot *snapshot, size_t host,
		 size_t sensor, struct seep__share *share)
{
	const struct seep__selection *selection = snapshot->selection;
	const struct seep_address *address = seep__view_host(snapshot, host);
	size_t low = 0;
	size_t high = selection->host_count;

	assert(sensor < seep__view_sensors(snapshot));
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (seep_address_compare(&selection->hosts[middle], address) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Whatever is in the snapshot was chosen. */
	assert(low < selection->host_count);
	*share = selection->shares[low * selection->sensor_count + sensor];
}
