/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/episode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "detect/explain.h"
#include "detect/join.h"

/* Days without a record are shown as empty days up to a month of them; a
 * longer gap is cut, so that one packet dated 2033 costs one day. */
#define GAP_DAYS_MAX 31

#define SERVICES ((size_t)UINT16_MAX + 1)

struct share {
	size_t peer;
	uint64_t bytes;
};

static int
compare_share(const void *a, const void *b)
{
	const struct share *x = a;
	const struct share *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return (x->peer > y->peer) - (x->peer < y->peer);
}

/* struct tally: what the cells of an episode add up to. */
struct tally {
	struct share *shares; /* one per peer of the range */
	uint64_t *services;
	uint32_t first; /* first hour with bytes */
	uint32_t last;  /* and the last */
};

static int
tally_cells(const struct seep__subject *subject,
	    const struct seep__episode *episode, struct tally *tally,
	    struct seep_finding *finding)
{
	const struct seep__candidate *told = episode->told;
	const size_t count = told->peer_end - told->peer_first;
	const struct seep__peercell *cell, *end;

	memset(tally, 0, sizeof(*tally));
	tally->first = UINT32_MAX;
	tally->shares =
	    seep__arena_get(subject->scratch, count, sizeof(*tally->shares));
	tally->services =
	    seep__arena_get(subject->scratch, SERVICES, sizeof(uint64_t));
	if (!tally->shares || !tally->services)
		return seep__mem_why(subject->view->mem);
	for (size_t i = 0; i < count; i++)
		tally->shares[i].peer = told->peer_first + i;
	cell = seep__candidate_cells(subject, told, &end);
	for (; cell < end; cell++) {
		const uint32_t hour = subject->calendar->hours[cell->hour];

		if (hour < told->onset || hour >= told->end ||
		    cell->bytes_out == 0 ||
		    !seep__candidate_holds(subject, told, cell, UINT32_MAX))
			continue;
		if (cell->kind == SEEP_CELL_MISSED) {
			finding->bytes_missed += cell->bytes_out;
			continue;
		}
		finding->bytes_out += cell->bytes_out;
		tally->shares[cell->peer - told->peer_first].bytes +=
		    cell->bytes_out;
		tally->services[cell->service] += cell->bytes_out;
		if (hour < tally->first)
			tally->first = hour;
		if (hour > tally->last)
			tally->last = hour;
	}
	return SEEP_OK;
}

static const char *
copy_label(const struct seep__subject *subject, const char *label, int *rc)
{
	const char *copy;

	if (!label)
		return NULL;
	copy =
	    seep__arena_copy(subject->view->out, label, strlen(label) + 1, 1);
	if (!copy)
		*rc = seep__mem_why(subject->view->mem);
	return copy;
}

static int
put_peers(const struct seep__subject *subject,
	  const struct seep__episode *episode, struct tally *tally,
	  struct seep_finding *finding)
{
	const size_t count =
	    episode->told->peer_end - episode->told->peer_first;
	struct seep_peer_bytes *peers;
	int rc = SEEP_OK;

	qsort(tally->shares, count, sizeof(*tally->shares), compare_share);
	while (finding->peers_total < count &&
	       tally->shares[finding->peers_total].bytes > 0)
		finding->peers_total++;
	finding->peers_count = finding->peers_total;
	if (finding->peers_count > SEEP_FINDING_PEERS_MAX)
		finding->peers_count = SEEP_FINDING_PEERS_MAX;
	peers = seep__arena_get(subject->view->out, finding->peers_count,
				sizeof(*peers));
	if (!peers)
		return seep__mem_why(subject->view->mem);
	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct seep__peer *peer =
		    &subject->peers[tally->shares[i].peer];

		peers[i].peer = peer->address;
		peers[i].bytes_out = tally->shares[i].bytes;
		peers[i].label = copy_label(subject, peer->label, &rc);
	}
	finding->peers = peers;
	return rc;
}

/* Counts the days to show, or writes them. */
static size_t
put_calendar(const struct seep__calendar *calendar, struct seep_day *days)
{
	size_t count = 0;

	for (size_t i = 0; i < calendar->days_count; i++) {
		const uint32_t day = calendar->days[i].day;
		uint32_t from = i ? calendar->days[i - 1].day + 1 : day;

		if (day - from > GAP_DAYS_MAX)
			from = day;
		for (; from <= day; from++) {
			if (days) {
				days[count].hour = from * SEEP__HOURS_PER_DAY;
				if (from == day)
					days[count].hours_covered =
					    calendar->days[i].covered;
			}
			count++;
		}
	}
	return count;
}

static int
put_days(const struct seep__subject *subject,
	 const struct seep__candidate *told, struct seep_finding *finding)
{
	const struct seep__calendar *calendar = subject->calendar;
	const struct seep__peercell *cell, *end;
	struct seep_day *days;
	uint64_t *sums;
	size_t day = 0;

	finding->days_count = put_calendar(calendar, NULL);
	days = seep__arena_get(subject->view->out, finding->days_count,
			       sizeof(*days));
	sums = seep__arena_get(subject->scratch, calendar->days_count,
			       sizeof(*sums));
	if (!days || !sums)
		return seep__mem_why(subject->view->mem);
	(void)put_calendar(calendar, days);
	cell = seep__candidate_cells(subject, told, &end);
	for (; cell < end; cell++)
		if (cell->kind != SEEP_CELL_MISSED &&
		    seep__candidate_holds(subject, told, cell, UINT32_MAX))
			sums[cell->day] += cell->bytes_out;
	for (size_t i = 0; i < finding->days_count; i++) {
		if (days[i].hour !=
		    calendar->days[day].day * SEEP__HOURS_PER_DAY)
			continue;
		days[i].bytes_out = sums[day++];
	}
	assert(day == calendar->days_count);
	finding->days = days;
	return SEEP_OK;
}

static void
put_service(const struct tally *tally, struct seep_finding *finding)
{
	size_t best = 0;

	for (size_t i = 0; i < SERVICES; i++)
		if (tally->services[i] > tally->services[best])
			best = i;
	finding->protocol = seep__service_protocol((seep__service)best);
	finding->port = seep__service_port((seep__service)best);
}

/* The direction is part of the id: it is that of the bytes which were known
 * at the decision, and later ones do not turn it. */
static enum seep_direction
choose_direction(const struct seep__subject *subject,
		 const struct seep__candidate *founder)
{
	uint64_t bytes[SEEP_DIRECTION_PULL + 1] = {0};
	const struct seep__peercell *cell, *end;

	cell = seep__candidate_cells(subject, founder, &end);
	for (; cell < end; cell++) {
		const uint32_t hour = subject->calendar->hours[cell->hour];

		if (hour >= founder->onset && hour < founder->decided &&
		    seep__candidate_holds(subject, founder, cell,
					  founder->decided))
			bytes[cell->direction] +=
			    seep__subject_counts(subject, cell);
	}
	if (bytes[SEEP_DIRECTION_PUSH] >= bytes[SEEP_DIRECTION_PULL] &&
	    bytes[SEEP_DIRECTION_PUSH] > 0)
		return SEEP_DIRECTION_PUSH;
	return bytes[SEEP_DIRECTION_PULL] > 0 ? SEEP_DIRECTION_PULL
					      : SEEP_DIRECTION_UNKNOWN;
}

/*
 * 'nth' counts the findings of one entity, direction and decision time; it
 * is 0 but for leaks to several peers that were decided at the same time.
 */
static void
put_id(struct seep_finding *finding, size_t nth)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[16 + 1 + 1 + 8 + 8];
	const size_t size = nth ? sizeof(bytes) : sizeof(bytes) - 8;
	uint64_t sum;

	memcpy(bytes, finding->host.base.bytes, 16);
	bytes[16] = finding->host.prefix_bits;
	bytes[17] = (uint8_t)finding->direction;
	seep__le64_put(bytes + 18, (uint64_t)finding->detected_at_ns);
	seep__le64_put(bytes + 26, nth);
	sum = seep__hash_checksum(bytes, size);
	for (int i = 0; i < 16; i++)
		finding->id[i] = digits[sum >> (60 - 4 * i) & 15];
	finding->id[16] = '\0';
}

static int
build_finding(const struct seep__subject *subject,
	      const struct seep__episode *episode,
	      const struct seep_entity *entity, struct seep_finding *finding)
{
	const struct seep__candidate *told = episode->told;
	struct tally tally;
	int rc;

	finding->host = entity->host;
	finding->role = entity->role;
	finding->pattern = told->pattern;
	finding->basis = told->basis;
	finding->bytes_expected = told->expected;
	finding->detected_at_ns = seep__clock_start(episode->early->decided);
	finding->window_hours = episode->early->window_hours;
	finding->score_tenths = episode->score_tenths;
	finding->alarms_per_year_micro = UINT64_MAX;
	rc = tally_cells(subject, episode, &tally, finding);
	if (rc != SEEP_OK)
		return rc;
	if (tally.first == UINT32_MAX)
		/* Nothing but missed bytes: the decided hours stand. */
		tally.first = told->onset, tally.last = told->onset;
	finding->first_seen_ns = seep__clock_start(tally.first);
	finding->last_seen_ns = seep__clock_start(tally.last + 1);
	finding->direction = choose_direction(subject, episode->founder);
	put_service(&tally, finding);
	rc = put_peers(subject, episode, &tally, finding);
	if (rc == SEEP_OK)
		rc = put_days(subject, told, finding);
	if (rc == SEEP_OK)
		rc = seep__explain(subject, entity, told, finding);
	return rc;
}

/* Whose id counts first? By peers, which later evidence does not move. */
static int
is_before(const struct seep__candidate *a, const struct seep__candidate *b)
{
	if (a->peer_first != b->peer_first)
		return a->peer_first < b->peer_first;
	if (a->peer_end != b->peer_end)
		return a->peer_end < b->peer_end;
	return a->onset < b->onset;
}

/* Gives the findings of one entity, founded by 'founders', their ids. */
static void
put_ids(struct seep_finding *list,
	const struct seep__candidate *const *founders, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t nth = 0;

		for (size_t j = 0; j < count; j++)
			nth +=
			    list[j].direction == list[i].direction &&
			    list[j].detected_at_ns == list[i].detected_at_ns &&
			    is_before(founders[j], founders[i]);
		put_id(&list[i], nth);
	}
}

static int
append_finding(struct seep__found *found, const struct seep_finding *finding)
{
	const int rc =
	    seep__mem_grow(found->mem, (void **)&found->list, &found->room,
			   found->count + 1, sizeof(*found->list));

	if (rc == SEEP_OK)
		found->list[found->count++] = *finding;
	return rc;
}

int
seep__episodes_join(const struct seep__subject *subject,
		    struct seep__candidates *candidates,
		    const struct seep_entity *entity, size_t entity_index,
		    struct seep__found *found)
{
	const struct seep__candidate **founders;
	const size_t before = found->count;
	size_t *group;
	int rc = SEEP_OK;

	if (candidates->count == 0)
		return SEEP_OK;
	group = seep__arena_get(subject->scratch, candidates->count,
				sizeof(*group));
	founders = seep__arena_get(subject->scratch, candidates->count,
				   sizeof(struct seep__candidate *));
	if (!group || !founders)
		return seep__mem_why(subject->view->mem);
	seep__join_candidates(subject, candidates, group);
	for (size_t i = 0; rc == SEEP_OK && i < candidates->count; i++) {
		struct seep_finding finding;
		struct seep__episode episode;

		if (group[i] != i)
			continue;
		memset(&finding, 0, sizeof(finding));
		finding.entity = entity_index;
		seep__join_describe(candidates, group, i, &episode);
		founders[found->count - before] = episode.founder;
		rc = build_finding(subject, &episode, entity, &finding);
		if (rc == SEEP_OK)
			rc = append_finding(found, &finding);
	}
	if (rc == SEEP_OK && found->count > before)
		put_ids(found->list + before, founders, found->count - before);
	return rc;
}
