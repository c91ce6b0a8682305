/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/episode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "detect/explain.h"

/* Two strata speak of one leak when half of the narrower one's bytes go to
 * peers that the wider one holds too. */
#define SHARED_DENOMINATOR 2

/* The narrowest pattern that carries four fifths of the joined excess tells
 * the episode; the rest is what other peers happened to add. */
#define CARRIED_NUMERATOR 4
#define CARRIED_DENOMINATOR 5

/* The sum over all peers moves with everything the entity does. It tells
 * the episode only when its excess is twice that of the best narrower
 * stratum: then most of the excess lies elsewhere. */
#define ALL_PEERS_FACTOR 2

/* Days without a record are shown as empty days up to a month of them; a
 * longer gap is cut, so that one packet dated 2033 costs one day. */
#define GAP_DAYS_MAX 31

/* A peer that was met before, with less than SEEP__KNOWN_BYTES, belongs to
 * an episode of new peers from ten times that much on. At 1 a time server
 * that needs two months for it would join; at 100 a small share of a leak
 * over many peers would not. */
#define DUST_FACTOR 10

#define SERVICES ((size_t)UINT16_MAX + 1)

int
seep__candidates_add(struct seep__candidates *candidates,
		     const struct seep__candidate *candidate)
{
	const int rc = seep__mem_grow(
	    candidates->mem, (void **)&candidates->list, &candidates->room,
	    candidates->count + 1, sizeof(*candidates->list));

	if (rc == SEEP_OK)
		candidates->list[candidates->count++] = *candidate;
	return rc;
}

int
seep__candidate_holds(const struct seep__subject *subject,
		      const struct seep__candidate *candidate,
		      const struct seep__cell *cell)
{
	const struct seep__peer *peer = &subject->peers[cell->peer];

	assert(cell->peer < subject->peers_count);
	if (cell->peer < candidate->peer_first ||
	    cell->peer >= candidate->peer_end)
		return 0;
	/* Who was met before with no more than dust is new when it then got
	 * far more: a time server is no part of an episode. */
	return peer->known >= candidate->known_from &&
	       (peer->seen >= candidate->known_from ||
		peer->bytes >= DUST_FACTOR * SEEP__KNOWN_BYTES);
}

static uint32_t
hour_of(const struct seep__subject *subject, const struct seep__cell *cell)
{
	return subject->calendar->hours[cell->hour];
}

/* The cells of a candidate's peers stand together. */
static const struct seep__cell *
cells_of(const struct seep__subject *subject,
	 const struct seep__candidate *candidate, const struct seep__cell **end)
{
	assert(candidate->peer_first < candidate->peer_end);
	*end = subject->cells + subject->peers[candidate->peer_end - 1].end;
	return subject->cells + subject->peers[candidate->peer_first].first;
}

/* Does half of what 'narrow' sent go to peers of 'wide'? */
static int
shares_peers(const struct seep__subject *subject,
	     const struct seep__candidate *narrow,
	     const struct seep__candidate *wide)
{
	const struct seep__cell *cell, *end;
	uint64_t all = 0;
	uint64_t shared = 0;

	for (cell = cells_of(subject, narrow, &end); cell < end; cell++) {
		const uint32_t hour = hour_of(subject, cell);
		const uint64_t bytes = seep__subject_counts(subject, cell);

		if (hour < narrow->onset || hour >= narrow->end ||
		    !seep__candidate_holds(subject, narrow, cell))
			continue;
		all += bytes;
		if (seep__candidate_holds(subject, wide, cell))
			shared += bytes;
	}
	return shared > 0 && shared >= all / SHARED_DENOMINATOR;
}

static int
is_same_leak(const struct seep__subject *subject,
	     const struct seep__candidate *a, const struct seep__candidate *b)
{
	if (a->basis != b->basis || a->onset >= b->end || b->onset >= a->end ||
	    a->peer_first >= b->peer_end || b->peer_first >= a->peer_end)
		return 0;
	return a->pattern <= b->pattern ? shares_peers(subject, a, b)
					: shares_peers(subject, b, a);
}

/* Narrowest first; every field that can differ takes part, so that the
 * order of scanning cannot matter. */
static int
compare_candidate(const void *a, const void *b)
{
	const struct seep__candidate *x = a;
	const struct seep__candidate *y = b;

	if (x->pattern != y->pattern)
		return x->pattern < y->pattern ? -1 : 1;
	if (x->excess != y->excess)
		return x->excess > y->excess ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction > y->direction ? -1 : 1;
	if (x->peer_first != y->peer_first)
		return x->peer_first < y->peer_first ? -1 : 1;
	if (x->onset != y->onset)
		return x->onset < y->onset ? -1 : 1;
	if (x->window_hours != y->window_hours)
		return x->window_hours < y->window_hours ? -1 : 1;
	return (x->decided > y->decided) - (x->decided < y->decided);
}

/* struct episode: candidates that speak of one leak, taken together. */
struct episode {
	const struct seep__candidate *told;  /* whose peers and time are told */
	const struct seep__candidate *early; /* who decided first */
	uint32_t score_tenths;
};

static const struct seep__candidate *
choose_told(const struct seep__candidates *candidates, const size_t *group,
	    size_t leader)
{
	uint64_t narrow = 0, all = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];
		uint64_t *most =
		    at->pattern == SEEP_PATTERN_ALL_PEERS ? &all : &narrow;

		if (group[i] == leader && at->excess > *most)
			*most = at->excess;
	}
	if (all / ALL_PEERS_FACTOR > narrow)
		narrow = all;
	for (size_t i = 0; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];

		if (group[i] == leader && at->excess / CARRIED_NUMERATOR >=
					      narrow / CARRIED_DENOMINATOR)
			return at;
	}
	return &candidates->list[leader];
}

static void
describe_episode(const struct seep__candidates *candidates, const size_t *group,
		 size_t leader, struct episode *episode)
{
	episode->told = choose_told(candidates, group, leader);
	episode->early = episode->told;
	episode->score_tenths = 0;
	for (size_t i = 0; i < candidates->count; i++) {
		const struct seep__candidate *at = &candidates->list[i];

		if (group[i] != leader)
			continue;
		if (at->decided < episode->early->decided ||
		    (at->decided == episode->early->decided &&
		     at->score_tenths > episode->early->score_tenths))
			episode->early = at;
		if (at->score_tenths > episode->score_tenths)
			episode->score_tenths = at->score_tenths;
	}
}

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
	uint64_t directions[SEEP_DIRECTION_PULL + 1];
	uint32_t first; /* first hour with bytes */
	uint32_t last;  /* and the last */
};

static int
tally_cells(const struct seep__subject *subject, const struct episode *episode,
	    struct tally *tally, struct seep_finding *finding)
{
	const struct seep__candidate *told = episode->told;
	const size_t count = told->peer_end - told->peer_first;
	const struct seep__cell *cell, *end;

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
	for (cell = cells_of(subject, told, &end); cell < end; cell++) {
		const uint32_t hour = hour_of(subject, cell);

		if (hour < told->onset || hour >= told->end ||
		    cell->bytes_out == 0 ||
		    !seep__candidate_holds(subject, told, cell))
			continue;
		if (cell->kind == SEEP_CELL_MISSED) {
			finding->bytes_missed += cell->bytes_out;
			continue;
		}
		finding->bytes_out += cell->bytes_out;
		tally->shares[cell->peer - told->peer_first].bytes +=
		    cell->bytes_out;
		tally->services[cell->service] += cell->bytes_out;
		/* The direction is part of the id: later bytes must not
		 * turn it. */
		if (hour < episode->early->decided)
			tally->directions[cell->direction] += cell->bytes_out;
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
put_peers(const struct seep__subject *subject, const struct episode *episode,
	  struct tally *tally, struct seep_finding *finding)
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
	const struct seep__cell *cell, *end;
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
	for (cell = cells_of(subject, told, &end); cell < end; cell++)
		if (cell->kind != SEEP_CELL_MISSED &&
		    seep__candidate_holds(subject, told, cell))
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

static enum seep_direction
choose_direction(const struct tally *tally)
{
	const uint64_t *bytes = tally->directions;

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
	      const struct episode *episode, const struct seep_entity *entity,
	      struct seep_finding *finding)
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
	finding->direction = choose_direction(&tally);
	put_service(&tally, finding);
	rc = put_peers(subject, episode, &tally, finding);
	if (rc == SEEP_OK)
		rc = put_days(subject, told, finding);
	if (rc == SEEP_OK)
		rc = seep__explain(subject, entity, told, finding);
	return rc;
}

/* Names the group of each candidate by the first of its members. */
static void
group_candidates(const struct seep__subject *subject,
		 const struct seep__candidates *candidates, size_t *group)
{
	for (size_t i = 0; i < candidates->count; i++)
		group[i] = i;
	for (size_t i = 0; i < candidates->count; i++) {
		for (size_t j = 0; j < i; j++) {
			const size_t from =
			    group[i] > group[j] ? group[i] : group[j];
			const size_t to =
			    group[i] > group[j] ? group[j] : group[i];

			if (from == to ||
			    !is_same_leak(subject, &candidates->list[i],
					  &candidates->list[j]))
				continue;
			for (size_t k = 0; k <= i; k++)
				if (group[k] == from)
					group[k] = to;
		}
	}
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

/* Gives the findings of one entity, told by 'told', their ids. */
static void
put_ids(struct seep_finding *list, const struct seep__candidate *const *told,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t nth = 0;

		for (size_t j = 0; j < count; j++)
			nth +=
			    list[j].direction == list[i].direction &&
			    list[j].detected_at_ns == list[i].detected_at_ns &&
			    is_before(told[j], told[i]);
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
	const struct seep__candidate **told;
	const size_t before = found->count;
	size_t *group;
	int rc = SEEP_OK;

	if (candidates->count == 0)
		return SEEP_OK;
	qsort(candidates->list, candidates->count, sizeof(*candidates->list),
	      compare_candidate);
	group = seep__arena_get(subject->scratch, candidates->count,
				sizeof(*group));
	told = seep__arena_get(subject->scratch, candidates->count,
			       sizeof(struct seep__candidate *));
	if (!group || !told)
		return seep__mem_why(subject->view->mem);
	group_candidates(subject, candidates, group);
	for (size_t i = 0; rc == SEEP_OK && i < candidates->count; i++) {
		struct seep_finding finding;
		struct episode episode;

		if (group[i] != i)
			continue;
		memset(&finding, 0, sizeof(finding));
		finding.entity = entity_index;
		describe_episode(candidates, group, i, &episode);
		told[found->count - before] = episode.told;
		rc = build_finding(subject, &episode, entity, &finding);
		if (rc == SEEP_OK)
			rc = append_finding(found, &finding);
	}
	if (rc == SEEP_OK && found->count > before)
		put_ids(found->list + before, told, found->count - before);
	return rc;
}
