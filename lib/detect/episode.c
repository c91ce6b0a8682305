/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/episode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arrange.h"
#include "base/clock.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "detect/against.h"
#include "detect/bound.h"
#include "detect/chance.h"
#include "detect/explain.h"
#include "detect/relay.h"
#include "detect/shared.h"
#include "detect/story.h"
#include "ledger/window.h"

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
	struct seep__arena arena; /* of what follows */
	struct share *shares;     /* one per peer of the subject */
	uint64_t *services;
	uint64_t spread;
	uint64_t late; /* bytes from hour 'late_from' on */
	uint32_t late_from;
	uint32_t first; /* first hour with bytes */
	uint32_t last;  /* and the last */
};

/* Is the cell one of the claim's peers, in its time? */
static int
is_claimed(const struct seep__claim *claim, const struct seep__peercell *cell)
{
	const uint32_t hour = claim->subject->calendar->hours[cell->hour];

	return claim->holds[cell->peer] && hour >= claim->onset &&
	       hour < claim->end;
}

static int
tally_cells(const struct seep__claim *told, uint32_t late_from,
	    struct tally *tally, struct seep_finding *finding)
{
	const struct seep__subject *subject = told->subject;
	const size_t count = subject->peers_count;

	memset(tally, 0, sizeof(*tally));
	seep__arena_init(&tally->arena, subject->view->mem);
	tally->late_from = late_from;
	tally->first = UINT32_MAX;
	tally->shares =
	    seep__arena_get(&tally->arena, count, sizeof(*tally->shares));
	tally->services =
	    seep__arena_get(&tally->arena, SERVICES, sizeof(uint64_t));
	if (!tally->shares || !tally->services)
		return seep__mem_why(subject->view->mem);
	for (size_t i = 0; i < count; i++)
		tally->shares[i].peer = i;
	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t hour = subject->calendar->hours[cell->hour];

		if (cell->bytes_out == 0 || !is_claimed(told, cell))
			continue;
		if (cell->kind == SEEP_CELL_MISSED) {
			finding->bytes_missed += cell->bytes_out;
			continue;
		}
		finding->bytes_out += cell->bytes_out;
		tally->shares[cell->peer].bytes += cell->bytes_out;
		tally->services[cell->service] += cell->bytes_out;
		if (hour >= tally->late_from)
			tally->late += cell->bytes_out;
		if (cell->kind == SEEP_CELL_SPREAD)
			tally->spread += cell->bytes_out;
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
put_peers(const struct seep__claim *told, struct tally *tally,
	  struct seep_finding *finding)
{
	const struct seep__subject *subject = told->subject;
	const size_t count = subject->peers_count;
	struct seep_peer_bytes *peers;
	struct seep__bound bound;
	int rc;

	seep__arrange(tally->shares, count, sizeof(*tally->shares),
		      compare_share);
	for (; finding->peers_total < count; finding->peers_total++) {
		const struct share *share =
		    &tally->shares[finding->peers_total];

		if (share->bytes == 0)
			break;
		if (subject->peers[share->peer].fold != SEEP_FOLD_NONE)
			finding->bytes_folded += share->bytes;
	}
	finding->peers_count = finding->peers_total;
	if (finding->peers_count > SEEP_FINDING_PEERS_MAX)
		finding->peers_count = SEEP_FINDING_PEERS_MAX;
	peers = seep__arena_get(subject->view->out, finding->peers_count,
				sizeof(*peers));
	if (!peers)
		return seep__mem_why(subject->view->mem);
	rc = seep__bound_init(&bound, subject, told->onset, told->end);
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct share *share = &tally->shares[i];
		const struct seep__peer *peer = &subject->peers[share->peer];

		peers[i].peer = peer->address;
		peers[i].fold = peer->fold;
		peers[i].bytes_out = share->bytes;
		peers[i].bytes_out_max =
		    share->bytes + seep__bound_missing(&bound, share->peer);
		peers[i].is_name = (uint32_t)subject->names;
		peers[i].label = copy_label(subject, peer->label, &rc);
	}
	seep__bound_clear(&bound);
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
put_days(const struct seep__claim *told, struct seep_finding *finding)
{
	const struct seep__subject *subject = told->subject;
	const struct seep__calendar *calendar = subject->calendar;
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
	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		if (cell->kind != SEEP_CELL_MISSED && told->holds[cell->peer])
			sums[cell->day] += cell->bytes_out;
	}
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

/* What stands at the end of the evidence is decided there: the ids of changes
 * that are decided at the same time must not hang on it, for on the next day
 * it stands elsewhere. */
#define CONTRAST_NTH ((size_t)1 << 31)

/*
 * 'nth' counts the findings of one entity, basis, direction and decision
 * time; it is 0 but for leaks to several peers that were decided at the same
 * time, and for channels that stand.
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

static void
put_chance(const struct seep__change *change, struct seep_finding *finding)
{
	double micro = seep__exp(-change->peak) * 1e6;
	double tenths = change->peak * 10.0;
	/* Fewer than one in the years that were counted: only that it is
	 * lower is known. */
	const double least = 1e6 / change->years;

	assert(change->years > 0.0);
	finding->alarms_per_year_is_bound = micro < least;
	if (micro < least)
		micro = least;
	finding->alarms_per_year_micro = (uint64_t)micro;
	if (tenths < 0.0)
		tenths = 0.0;
	finding->score_tenths =
	    tenths > 1e6 ? UINT32_C(1000000) : (uint32_t)tenths;
}

static void
put_change(const struct seep__claim *told, const struct seep__change *largest,
	   struct seep_finding *finding)
{
	const struct seep__change *change = told->change;
	const struct seep__days *days = &told->sheets->days;

	put_chance(change, finding);
	finding->stratum = change->stratum;
	finding->statistic = change->statistic;
	finding->onset_ns =
	    seep__clock_start(seep__days_start(days, change->onset));
	finding->onset_from_ns =
	    seep__clock_start(seep__days_start(days, change->onset_from));
	finding->onset_until_ns = seep__clock_start(
	    seep__days_start(days, change->onset_until) + SEEP__HOURS_PER_DAY);
	finding->bytes_excess = largest->excess;
	finding->bytes_excess_low = largest->excess_low;
	finding->bytes_excess_high = largest->excess_high;
	finding->observed_per_day = change->observed;
	finding->expected_per_day = change->expected;
}

/* The window that spoke, as one of the contract's. */
static uint32_t
window_of(const struct seep__claim *claim)
{
	const uint32_t hours = claim->decided - claim->onset;
	size_t w = 0;

	while (w + 1 < SEEP__WINDOWS && seep__window_hours[w] < hours)
		w++;
	return seep__window_hours[w];
}

/* What the finding's peers would have got meanwhile: what is not excess. */
static void
put_expected(struct seep_finding *finding)
{
	if (finding->basis != SEEP_BASIS_CHANGE)
		return;
	if (finding->bytes_excess < finding->bytes_out)
		finding->bytes_expected =
		    finding->bytes_out - finding->bytes_excess;
}

/* What the cells say: bytes, peers, days, service. */
static int
put_cells(const struct seep__claim *told, uint32_t late_from,
	  struct seep_finding *finding)
{
	struct tally tally;
	int rc = tally_cells(told, late_from, &tally, finding);

	if (tally.first == UINT32_MAX)
		/* Nothing but missed bytes: the decided hours stand. */
		tally.first = told->onset, tally.last = told->onset;
	finding->first_seen_ns = seep__clock_start(tally.first);
	finding->last_seen_ns = seep__clock_start(tally.last + 1);
	finding->bytes_excess += tally.late;
	finding->bytes_excess_low += tally.late;
	finding->bytes_excess_high += tally.late;
	if (rc == SEEP_OK) {
		put_expected(finding);
		put_service(&tally, finding);
		rc = put_peers(told, &tally, finding);
	}
	/* Not the entity's: many findings of many peers would add up. */
	seep__arena_clear(&tally.arena);
	return rc == SEEP_OK ? put_days(told, finding) : rc;
}

static int
build_finding(const struct seep__story *story, const struct seep_entity *entity,
	      struct seep_finding *finding)
{
	const struct seep__episode *episode = &story->episode;
	const struct seep__change *largest;
	struct seep__claim whole;
	const struct seep__claim *told = &whole;
	uint32_t late_from;
	int rc;

	rc = seep__story_whole(story, &whole, &largest, &late_from);
	if (rc != SEEP_OK)
		return rc;
	finding->host = entity->host;
	finding->role = entity->role;
	finding->pattern = told->pattern;
	finding->basis = told->basis;
	finding->has_source = episode->relay != NULL;
	if (episode->relay)
		finding->source = episode->relay->server;
	finding->detected_at_ns = seep__clock_start(episode->founder->decided);
	finding->window_hours = window_of(episode->founder);
	finding->alarms_per_year_micro = UINT64_MAX;
	finding->direction = episode->founder->direction;
	if (told->change)
		put_change(told, largest, finding);
	else
		finding->score_tenths = told->standing->score_tenths;
	rc = put_cells(told, late_from, finding);
	if (rc == SEEP_OK)
		rc = seep__explain(told, entity, episode->relay, finding);
	if (rc == SEEP_OK)
		rc = seep__against(told, entity, finding);
	return rc;
}

/* Whose id counts first? By what the decision knew, which later evidence
 * does not move. */
static int
is_before(const struct seep__claim *a, const struct seep__claim *b)
{
	if (a->onset != b->onset)
		return a->onset < b->onset;
	if (a->subject != b->subject)
		return b->subject->names;
	for (size_t p = 0; p < a->subject->peers_count; p++)
		if (a->holds_then[p] != b->holds_then[p])
			return a->holds_then[p] > b->holds_then[p];
	return 0;
}

/* Gives the findings of one entity, founded by 'founders', their ids. */
static void
put_ids(struct seep_finding *list, const struct seep__claim *const *founders,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t nth = 0;

		for (size_t j = 0; j < count; j++)
			nth +=
			    list[j].basis == list[i].basis &&
			    list[j].direction == list[i].direction &&
			    list[j].detected_at_ns == list[i].detected_at_ns &&
			    is_before(founders[j], founders[i]);
		if (list[i].basis == SEEP_BASIS_CONTRAST)
			nth += CONTRAST_NTH;
		put_id(&list[i], nth);
	}
}

static int
append_finding(struct seep__found *found, const struct seep_finding *finding,
	       const struct seep__claim *founder)
{
	int rc = seep__mem_grow(found->mem, (void **)&found->list, &found->room,
				found->count + 1, sizeof(*found->list));

	if (rc == SEEP_OK)
		rc = seep__mem_grow(found->mem, (void **)&found->marks,
				    &found->marks_room, found->count + 1,
				    sizeof(*found->marks));
	if (rc != SEEP_OK)
		return rc;
	seep__shared_mark(founder, &found->marks[found->count]);
	found->list[found->count++] = *finding;
	return SEEP_OK;
}

int
seep__episodes_join(struct seep__claims *claims,
		    const struct seep_entity *entity, size_t entity_index,
		    struct seep__found *found)
{
	const struct seep__claim **founders;
	const size_t before = found->count;
	struct seep__arena *scratch;
	size_t *group;
	int rc = SEEP_OK;

	if (claims->count == 0)
		return SEEP_OK;
	scratch = claims->list[0].subject->scratch;
	group = seep__arena_get(scratch, claims->count, sizeof(*group));
	founders = seep__arena_get(scratch, claims->count,
				   sizeof(struct seep__claim *));
	if (!group || !founders)
		return seep__mem_why(scratch->mem);
	seep__join_claims(claims, group);
	for (size_t i = 0; rc == SEEP_OK && i < claims->count; i++) {
		struct seep_finding finding;
		struct seep__story story = {
		    .claims = claims, .group = group, .leader = i};

		if (group[i] != i || claims->list[i].is_echo)
			continue;
		memset(&finding, 0, sizeof(finding));
		finding.entity = entity_index;
		seep__join_describe(claims, group, i, &story.episode);
		founders[found->count - before] = story.episode.founder;
		rc = build_finding(&story, entity, &finding);
		if (rc == SEEP_OK)
			rc = append_finding(found, &finding,
					    story.episode.founder);
	}
	if (rc == SEEP_OK && found->count > before)
		put_ids(found->list + before, founders, found->count - before);
	return rc;
}
