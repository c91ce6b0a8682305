/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/reading.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "detect/robust.h"
#include "detect/scan.h"

/* Days of less than a sixteenth of the middle day are as good as none: the
 * logarithm does not tell a greeting from silence. */
#define UNIT_SHARE 16

/* Readings vary by a quarter of a bit at least (a fifth of the bytes): a job
 * that copies the same file every night would make any change a rise. */
#define SIGMA_MIN 0.25

/* A reading is compared with the four weeks before it: an older rise is its
 * normal by then. */
#define PAST_DAYS 28

/* A quarter settles whether the reading rose; what comes later says nothing
 * of its onset, and the scan of 10,000 hosts stays short. */
#define HORIZON_DAYS 91

static int
serves_files(unsigned role)
{
	return role == SEEP_ROLE_FILE_SERVER || role == SEEP_ROLE_BACKUP_SERVER;
}

/* Since when does everyone know that the host serves files? 1 = it does. */
static int
find_server(const struct seep__case *view,
	    const struct seep__entities *entities, size_t host,
	    struct seep__server *server)
{
	const size_t rungs = entities->rungs_count;

	server->address = *seep__view_host(view->snapshot, host);
	server->role = SEEP_ROLE_FILE_SERVER;
	server->known = 0;
	for (size_t r = 0; r < rungs; r++) {
		const uint8_t role = entities->roles[host * rungs + r];

		if (!serves_files(role))
			continue;
		server->role = (enum seep_role)role;
		server->known = (uint32_t)entities->rung_end[r];
		return 1;
	}
	return seep_site_is_server(view->site, &server->address);
}

int
seep__servers_init(struct seep__servers *servers, const struct seep__case *view,
		   const struct seep__entities *entities,
		   struct seep__arena *arena)
{
	const size_t hosts = seep__view_hosts(view->snapshot);
	struct seep__server server;
	size_t count = 0;

	assert(servers && view && entities && arena);
	memset(servers, 0, sizeof(*servers));
	servers->view = view;
	for (size_t h = 0; h < hosts; h++)
		count += (size_t)find_server(view, entities, h, &server);
	servers->list = seep__arena_get(arena, count, sizeof(server));
	if (!servers->list)
		return seep__mem_why(view->mem);
	for (size_t h = 0; h < hosts; h++)
		if (find_server(view, entities, h, &server))
			servers->list[servers->count++] = server;
	assert(servers->count == count);
	return seep__days_init(&servers->days, &view->calendar, &view->clocks,
			       0, arena);
}

static const struct seep__server *
look_up(const struct seep__servers *servers, const struct seep_address *peer)
{
	size_t low = 0;
	size_t high = servers->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order =
		    seep_address_compare(&servers->list[middle].address, peer);

		if (order == 0)
			return &servers->list[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The server of a channel inside, or NULL. */
static const struct seep__server *
server_of(const struct seep__servers *servers, size_t channel,
	  struct seep__channel *out)
{
	const struct seep_snapshot *snapshot = servers->view->snapshot;

	if (seep__view_place(snapshot, channel) != SEEP_PLACE_INSIDE)
		return NULL;
	seep__view_channel(snapshot, channel, out);
	/* The base of a network may be a server's address. */
	if (out->fold != SEEP_FOLD_NONE)
		return NULL;
	return look_up(servers, &out->peer);
}

/* A unit that makes silence 0 and the middle day 4 bits. Where the reference
 * is silent it is the first day's bytes: they are 1 bit, silence is 0 as
 * with any unit, and no later day matters. */
static uint64_t
choose_unit(const struct seep__reading *reading, size_t days, uint64_t *scratch)
{
	const size_t length = reading->days->count;
	struct seep__spread spread;
	uint64_t unit = 0;
	size_t count = 0;

	for (size_t i = 0; i < days; i++)
		if (reading->day[i] > 0)
			scratch[count++] = reading->day[i];
	if (count > 0) {
		seep__spread_of(scratch, scratch + length, count, &spread);
		unit = spread.median / UNIT_SHARE;
	}
	for (size_t i = days; count == 0 && unit == 0 && i < length; i++)
		unit = reading->day[i];
	return unit ? unit : 1;
}

/* Standardises 'z' by the days before 'days', those of each type apart. */
static void
standardise(const struct seep__days *calendar, size_t days, double *z)
{
	double sum[SEEP__DAY_TYPES] = {0}, all = 0.0, square = 0.0, sigma;
	size_t count[SEEP__DAY_TYPES] = {0};

	for (size_t i = 0; i < days; i++) {
		sum[calendar->type[i]] += z[i];
		count[calendar->type[i]]++;
		all += z[i];
	}
	for (size_t t = 0; t < SEEP__DAY_TYPES; t++)
		sum[t] = count[t] > 1 ? sum[t] / (double)count[t]
				      : all / (double)days;
	for (size_t i = 0; i < calendar->count; i++)
		z[i] -= sum[calendar->type[i]];
	for (size_t i = 0; i < days; i++)
		square += z[i] * z[i];
	sigma = sqrt(square / (double)(days - SEEP__DAY_TYPES));
	if (!(sigma >= SIGMA_MIN))
		sigma = SIGMA_MIN;
	for (size_t i = 0; i < calendar->count; i++)
		z[i] /= sigma;
}

static int
make_rung(struct seep__reading *reading, size_t days, uint64_t *scratch,
	  struct seep__arena *arena)
{
	const size_t length = reading->days->count;
	const uint64_t unit = choose_unit(reading, days, scratch);
	const double silence = (double)seep__log2_q16(unit);
	uint32_t *logs = seep__arena_get(arena, length, sizeof(*logs));
	double *z = seep__arena_get(arena, length, sizeof(*z));
	double *sums = seep__arena_get(arena, length + 1, sizeof(*sums));

	assert(days < length);
	if (!logs || !z || !sums)
		return seep__mem_why(arena->mem);
	seep__log2_q16_all(reading->day, length, unit, logs);
	for (size_t i = 0; i < length; i++)
		z[i] = ((double)logs[i] - silence) / 65536.0;
	standardise(reading->days, days, z);
	seep__scan_sums(z, length, sums);
	reading->sums[reading->rungs++] = sums;
	return SEEP_OK;
}

static int
make_rungs(struct seep__reading *reading, struct seep__arena *arena)
{
	const size_t length = reading->days->count;
	uint64_t *scratch =
	    seep__arena_get(arena, 2 * length, sizeof(*scratch));
	size_t days = SEEP__RUNG_FIRST;
	int rc = SEEP_OK;

	if (!scratch)
		return seep__mem_why(arena->mem);
	for (; rc == SEEP_OK && days < length && reading->rungs < SEEP__RUNGS;
	     days *= 2)
		rc = make_rung(reading, days, scratch, arena);
	return rc;
}

/* Adds what the host got over one channel, in the hours asked for. */
static int
add_channel(const struct seep__servers *servers, size_t channel,
	    struct seep__history *history, uint64_t *day)
{
	const struct seep__case *view = servers->view;
	const struct seep__calendar *calendar = &view->calendar;
	const int rc = seep__view_history(view->snapshot, channel, history);

	for (size_t i = 0; rc == SEEP_OK && i < history->count; i++) {
		const struct seep__cellrow *row = &history->rows[i];
		const uint32_t date = row->hour / SEEP__HOURS_PER_DAY;
		const size_t at = seep__calendar_day(calendar, date);
		uint32_t position;

		if (row->hour < view->hour_from ||
		    row->hour >= view->hour_until)
			continue;
		if (at >= calendar->days_count ||
		    calendar->days[at].day != date)
			continue;
		position = servers->days.position[at];
		if (position != SEEP__NO_POSITION)
			day[position] += row->bytes_in;
	}
	return rc;
}

/* Opens the reading of a server; a server's channels stand together. */
static int
open_reading(struct seep__readings *readings,
	     const struct seep__servers *servers,
	     const struct seep__server *server, struct seep__arena *arena)
{
	struct seep__reading *reading = &readings->list[readings->count];

	if (readings->count && reading[-1].server == server)
		return SEEP_OK;
	reading->server = server;
	reading->days = &servers->days;
	reading->day =
	    seep__arena_get(arena, servers->days.count, sizeof(*reading->day));
	if (!reading->day)
		return seep__mem_why(arena->mem);
	readings->count++;
	return SEEP_OK;
}

static int
read_channels(struct seep__readings *readings,
	      const struct seep__servers *servers, size_t first, size_t end,
	      struct seep__arena *arena)
{
	struct seep__history history;
	int rc = SEEP_OK;

	seep__history_init(&history, servers->view->mem);
	for (size_t c = first; rc == SEEP_OK && c < end; c++) {
		struct seep__channel channel;
		const struct seep__server *server =
		    server_of(servers, c, &channel);

		if (!server)
			continue;
		rc = open_reading(readings, servers, server, arena);
		if (rc == SEEP_OK)
			rc = add_channel(
			    servers, c, &history,
			    readings->list[readings->count - 1].day);
	}
	seep__history_clear(&history);
	return rc;
}

int
seep__readings_init(struct seep__readings *readings,
		    const struct seep__servers *servers, size_t host,
		    struct seep__arena *arena)
{
	struct seep__channel channel;
	size_t first, end, room = 0;
	int rc;

	memset(readings, 0, sizeof(*readings));
	if (servers->count == 0 || servers->days.count <= SEEP__RUNG_FIRST)
		return SEEP_OK;
	seep__view_channels(servers->view->snapshot, host, &first, &end);
	for (size_t c = first; c < end; c++)
		room += server_of(servers, c, &channel) != NULL;
	if (room == 0)
		return SEEP_OK;
	readings->list = seep__arena_get(arena, room, sizeof(*readings->list));
	if (!readings->list)
		return seep__mem_why(arena->mem);
	rc = read_channels(readings, servers, first, end, arena);
	for (size_t i = 0; rc == SEEP_OK && i < readings->count; i++)
		rc = make_rungs(&readings->list[i], arena);
	return rc;
}

/* Onsets of a rung: [*from, returned). */
static size_t
onsets_of(size_t rung, size_t *from)
{
	*from = (size_t)SEEP__RUNG_FIRST << rung;
	return rung + 1 == SEEP__RUNGS ? SIZE_MAX : *from * 2;
}

/* How far apart are the means of [at, end) and of the weeks before it, in
 * standard deviations? Indices are those of 'sums'. */
static double
distance_at(const double *sums, size_t at, size_t end)
{
	const size_t base = at > PAST_DAYS ? at - PAST_DAYS : 0;
	const double before = (double)(at - base);
	double after;

	assert(0 < at && at < end);
	if (end - at > HORIZON_DAYS)
		end = at + HORIZON_DAYS;
	after = (double)(end - at);
	return ((sums[end] - sums[at]) / after -
		(sums[at] - sums[base]) / before) /
	       sqrt(1.0 / after + 1.0 / before);
}

/* Moves '*first' to the first day at whose end the rung has a rise. */
static void
scan_rung(const struct seep__reading *reading, size_t rung, size_t *first)
{
	const size_t length = reading->days->count;
	const double *sums = reading->sums[rung];
	size_t from;
	size_t until = onsets_of(rung, &from);

	for (size_t at = from; at < until && at < length && at < *first; at++)
		for (size_t end = at + 1;
		     end <= length && end <= *first && end - at <= HORIZON_DAYS;
		     end++)
			if (distance_at(sums, at, end) >= SEEP__READING_G) {
				*first = end - 1;
				break;
			}
}

size_t
seep__readings_rose(const struct seep__readings *readings)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < readings->count; i++)
		for (size_t r = 0; r < readings->list[i].rungs; r++)
			scan_rung(&readings->list[i], r, &first);
	return first;
}

struct seep__onset
seep__reading_rise(const struct seep__reading *reading, size_t from,
		   size_t until, size_t end)
{
	struct seep__onset best = {.at = from, .g = 0.0};

	assert(end <= reading->days->count);
	for (size_t r = 0; r < reading->rungs; r++) {
		size_t first;
		const size_t last = onsets_of(r, &first);

		if (first + PAST_DAYS < from)
			first = from - PAST_DAYS;
		for (size_t at = first; at < last && at < end; at++) {
			const double g = distance_at(reading->sums[r], at, end);

			if (g > best.g) {
				best.g = g;
				best.at = at;
			}
		}
	}
	/* What rose earlier is still above the days before it, and what rises
	 * later lifts the mean of all. */
	if (best.at < from || best.at >= until)
		best.g = 0.0;
	return best;
}

uint64_t
seep__reading_extra(const struct seep__reading *reading, size_t from,
		    size_t end)
{
	uint64_t before[SEEP__DAY_TYPES] = {0}, since = 0, usual = 0;
	uint64_t days[SEEP__DAY_TYPES] = {0}, more[SEEP__DAY_TYPES] = {0};
	uint64_t sum = 0, count = 0;

	assert(from < end && end <= reading->days->count);
	for (size_t i = 0; i < from; i++) {
		before[reading->days->type[i]] += reading->day[i];
		days[reading->days->type[i]]++;
	}
	for (size_t i = from; i < end; i++) {
		since += reading->day[i];
		more[reading->days->type[i]]++;
	}
	for (size_t t = 0; t < SEEP__DAY_TYPES; t++) {
		sum += before[t];
		count += days[t];
	}
	for (size_t t = 0; t < SEEP__DAY_TYPES; t++) {
		if (days[t] > 0)
			usual += before[t] / days[t] * more[t];
		else if (count > 0)
			usual += sum / count * more[t];
	}
	return since > usual ? since - usual : 0;
}
