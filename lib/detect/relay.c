/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/relay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "detect/change.h"
#include "detect/claim.h"

/*
 * LEAD_DAYS: the reading begins at most a week before the sending. What is
 * gathered is sent soon, or kept for good; with a month, any new job of the
 * last month would be the source of any change. One day after it: onsets are
 * known to a day.
 */
#define LEAD_DAYS 7
#define LAG_DAYS 1

/* A reading that rises later than four weeks after the decision is another
 * story: by then the sending is the host's normal (change.c). */
#define FOLLOW_DAYS 28

/* Who sends on what it reads reads at least half of what it sends: packed
 * files shrink, and other things leave as well. */
#define EXTRA_SHARE 2

/* A claim of the group tells the same as the host's when half of its bytes
 * are the host's, to peers that both name. */
#define SAME_SHARE 2

int
seep__relays_init(struct seep__relays *relays, const struct seep__case *view,
		  const struct seep__entities *entities)
{
	assert(relays && view && entities);
	memset(relays, 0, sizeof(*relays));
	relays->view = view;
	relays->entities = entities;
	relays->changes.mem = relays->claims.mem = view->mem;
	seep__pool_init(&relays->shipped, view->mem, entities);
	seep__arena_init(&relays->scratch, view->mem);
	seep__arena_init(&relays->arena, view->mem);
	return seep__servers_init(&relays->servers, view, entities,
				  &relays->arena);
}

void
seep__relays_clear(struct seep__relays *relays)
{
	struct seep__mem *mem;

	if (!relays->view)
		return;
	mem = relays->view->mem;
	seep__mem_put(mem, relays->changes.list,
		      relays->changes.room * sizeof(*relays->changes.list));
	seep__mem_put(mem, relays->claims.list,
		      relays->claims.room * sizeof(*relays->claims.list));
	seep__arena_clear(&relays->scratch);
	seep__arena_clear(&relays->arena);
	seep__pool_clear(&relays->shipped);
}

/* struct sending: a change, in positions of the servers' days. */
struct sending {
	size_t onset;
	size_t decided;  /* exclusive */
	size_t last;     /* exclusive: as long as a reading may be noticed */
	size_t end;      /* exclusive: of the rise */
	uint64_t excess; /* of [onset, decided) */
};

static void
place_change(const struct seep__servers *servers,
	     const struct seep__sheets *sheets,
	     const struct seep__change *change, struct sending *sending)
{
	const uint32_t *usable = sheets->days.usable;
	const uint32_t *position = servers->days.position;
	const size_t count = servers->days.count;
	size_t last;

	sending->onset = position[usable[change->onset]];
	sending->decided = (size_t)position[usable[change->decided]] + 1;
	sending->end = (size_t)position[usable[change->end - 1]] + 1;
	sending->excess = change->excess_then;
	last = sending->decided + FOLLOW_DAYS;
	if (change->closed != SIZE_MAX &&
	    last > (size_t)position[usable[change->closed]] + 1)
		last = (size_t)position[usable[change->closed]] + 1;
	sending->last = last < count ? last : count;
	assert(sending->onset < sending->decided && sending->decided <= count &&
	       sending->end <= count);
}

/* Was half of what was sent until 'end' read since 'at'? What was sent is
 * known until the decision, and goes on at that rate. */
static int
reads_enough(const struct seep__reading *reading, const struct sending *sending,
	     size_t at, size_t end)
{
	const uint64_t read = seep__reading_extra(reading, at, end);
	const uint64_t a_day =
	    sending->excess / (sending->decided - sending->onset);

	return read > 0 && read / (end - sending->onset) >= a_day / EXTRA_SHARE;
}

/* When is it known that the reading rose with the sending? The end of the
 * days read, or SIZE_MAX; its onset in '*at'. */
static size_t
match_reading(const struct seep__reading *reading,
	      const struct sending *sending, size_t *at)
{
	const size_t from =
	    sending->onset > LEAD_DAYS ? sending->onset - LEAD_DAYS : 1;
	const size_t until = sending->onset + LAG_DAYS + 1;

	for (size_t end = sending->decided; end <= sending->last; end++) {
		struct seep__onset onset;

		if (reading->days->usable[end - 1] < reading->server->known)
			continue;
		onset = seep__reading_rise(reading, from, until, end);
		if (onset.g < SEEP__READING_G ||
		    !reads_enough(reading, sending, onset.at, end))
			continue;
		*at = onset.at;
		return end;
	}
	return SIZE_MAX;
}

static void
put_relay(const struct seep__reading *reading, size_t at, size_t known,
	  size_t end, struct seep__relay *relay)
{
	assert(at < known);
	if (end < known)
		end = known;
	relay->server = reading->server->address;
	relay->role = reading->server->role;
	relay->onset = seep__days_start(reading->days, at);
	relay->decided =
	    seep__days_start(reading->days, known - 1) + SEEP__HOURS_PER_DAY;
	relay->end =
	    seep__days_start(reading->days, end - 1) + SEEP__HOURS_PER_DAY;
	relay->extra = seep__reading_extra(reading, at, end);
}

/* Finds the reading that was first known to rise with a change, of several
 * the one of most bytes; 1 = there is one. */
static int
find_relay(const struct seep__readings *readings,
	   const struct seep__servers *servers,
	   const struct seep__sheets *sheets, const struct seep__change *change,
	   struct seep__relay *relay)
{
	struct sending sending;
	size_t first = SIZE_MAX;
	uint64_t most = 0;

	if (readings->count == 0)
		return 0;
	place_change(servers, sheets, change, &sending);
	for (size_t i = 0; i < readings->count; i++) {
		const struct seep__reading *reading = &readings->list[i];
		size_t at;
		const size_t known = match_reading(reading, &sending, &at);
		uint64_t then;

		if (known == SIZE_MAX || known > first)
			continue;
		then = seep__reading_extra(reading, at, known);
		if (known == first && then <= most)
			continue;
		first = known;
		most = then;
		put_relay(reading, at, known, sending.end, relay);
	}
	return first != SIZE_MAX;
}

/* An entity of one host: its claims get what they were read from. */
static int
tell_host(struct seep__relays *relays, const struct seep__subject *subject,
	  struct seep__claims *claims)
{
	struct seep__readings readings;
	int rc;

	assert(subject->members_count > 0);
	if (claims->count == 0)
		return SEEP_OK;
	rc = seep__readings_init(&readings, &relays->servers,
				 subject->members[0].host, &relays->scratch);
	for (size_t i = 0; rc == SEEP_OK && i < claims->count; i++) {
		struct seep__claim *claim = &claims->list[i];
		struct seep__relay relay = {.group.prefix_bits = 128};

		if (!claim->change ||
		    !find_relay(&readings, &relays->servers, claim->sheets,
				claim->change, &relay))
			continue;
		relay.host = *seep__view_host(relays->view->snapshot,
					      subject->members[0].host);
		claim->relay = seep__arena_copy(subject->scratch, &relay, 1,
						sizeof(relay));
		if (!claim->relay)
			rc = seep__mem_why(relays->view->mem);
	}
	return rc;
}

/* struct relayed: one member of a group, read on its own. */
struct relayed {
	const struct seep__subject *whole; /* the group's */
	size_t member;
	struct seep__subject subject;
	struct seep__subject names;
	struct seep__sheets sheets;
};

static int
read_member(struct seep__relays *relays, struct relayed *relayed)
{
	const struct seep__member *member =
	    &relayed->whole->members[relayed->member];
	struct seep__arena *scratch = &relays->scratch;
	int rc;

	rc = seep__subject_read(&relayed->subject, relays->view, member, 1, 0,
				scratch);
	if (rc == SEEP_OK)
		rc = seep__subject_read(&relayed->names, relays->view, member,
					1, 1, scratch);
	if (rc == SEEP_OK)
		rc = seep__sheets_init(
		    &relayed->sheets, &relayed->subject,
		    relayed->names.cells_count ? &relayed->names : NULL);
	return rc;
}

/* Claims the changes of a member that its reading explains. */
static int
claim_member(struct seep__relays *relays, const struct relayed *relayed,
	     const struct seep__readings *readings,
	     const struct seep__relay *of)
{
	const struct seep__days *days = &relayed->sheets.days;
	const struct seep__member *member =
	    &relayed->whole->members[relayed->member];
	int rc = SEEP_OK;

	for (size_t i = 0; rc == SEEP_OK && i < relays->changes.count; i++) {
		const struct seep__change *change = &relays->changes.list[i];
		struct seep__relay relay = *of;
		struct seep__claim claim;

		/* From 'end_day' on it decides for itself. */
		if (!find_relay(readings, &relays->servers, &relayed->sheets,
				change, &relay) ||
		    days->usable[change->decided] >= member->end_day)
			continue;
		rc = seep__claim_change(&relayed->sheets, change, &claim);
		if (rc != SEEP_OK)
			break;
		claim.relay = seep__arena_copy(&relays->scratch, &relay, 1,
					       sizeof(relay));
		if (!claim.relay)
			return seep__mem_why(relays->view->mem);
		if (relay.decided > claim.decided)
			claim.decided = relay.decided;
		rc = seep__claims_add(&relays->claims, &claim);
	}
	return rc;
}

/* Flags the peers of 'b' that are peers of 'a', both in order. */
static void
flag_shared(const struct seep__claim *a, const struct seep__claim *b,
	    uint8_t *flags)
{
	const struct seep__subject *x = a->subject;
	const struct seep__subject *y = b->subject;
	size_t i = 0;

	for (size_t p = 0; p < y->peers_count; p++) {
		const struct seep__peer *peer = &y->peers[p];

		while (i < x->peers_count &&
		       seep__peer_compare(&x->peers[i], peer) < 0)
			i++;
		if (i < x->peers_count && a->holds_then[i] &&
		    seep__peer_compare(&x->peers[i], peer) == 0)
			flags[p] = b->holds_then[p];
	}
}

/* Is the group's claim mostly what the member's one tells, as far as the
 * later of their decisions knows? */
static int
tells_same(const struct seep__claim *group, const struct seep__claim *host,
	   size_t member, uint8_t *flags)
{
	const struct seep__subject *subject = group->subject;
	const uint32_t from =
	    group->onset > host->onset ? group->onset : host->onset;
	const uint32_t end =
	    group->decided > host->decided ? group->decided : host->decided;
	uint64_t all = 0, shared = 0;

	if (group->basis != SEEP_BASIS_CHANGE ||
	    subject->names != host->subject->names)
		return 0;
	memset(flags, 0, subject->peers_count);
	flag_shared(host, group, flags);
	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t hour = subject->calendar->hours[cell->hour];
		uint64_t bytes;

		if (!group->holds_then[cell->peer] || hour < from ||
		    hour >= end)
			continue;
		bytes = seep__subject_counts(subject, cell);
		all += bytes;
		if (cell->host == member && flags[cell->peer])
			shared += bytes;
	}
	return shared > 0 && shared >= all / SAME_SHARE;
}

static int
compare_decided(const void *a, const void *b)
{
	const struct seep__claim *x = a;
	const struct seep__claim *y = b;

	if (x->decided != y->decided)
		return x->decided < y->decided ? -1 : 1;
	return (x->change > y->change) - (x->change < y->change);
}

/* The first claim of the group that told the same before the host's. */
static struct seep__claim *
find_earlier(struct seep__claims *group, const struct seep__claim *host,
	     size_t member, uint8_t *flags)
{
	for (size_t g = 0; g < group->count; g++)
		if (group->list[g].decided < host->decided &&
		    tells_same(&group->list[g], host, member, flags))
			return &group->list[g];
	return NULL;
}

static void
drop_later(struct seep__claims *group, const struct seep__claim *host,
	   size_t member, uint8_t *flags)
{
	size_t kept = 0;

	for (size_t g = 0; g < group->count; g++)
		if (group->list[g].decided < host->decided ||
		    !tells_same(&group->list[g], host, member, flags))
			group->list[kept++] = group->list[g];
	group->count = kept;
}

/* Lets either the member's claims or the group's tell, in the order of the
 * decisions; what remains of the member's is in relays->claims. */
static int
settle_claims(struct seep__relays *relays, const struct relayed *relayed,
	      struct seep__claims *group)
{
	struct seep__claims *own = &relays->claims;
	const size_t room = relayed->whole->peers_count;
	size_t most = room, kept = 0;
	uint8_t *flags;

	for (size_t g = 0; g < group->count; g++)
		if (group->list[g].subject->peers_count > most)
			most = group->list[g].subject->peers_count;
	flags = seep__arena_get(&relays->scratch, most, 1);
	if (!flags)
		return seep__mem_why(relays->view->mem);
	if (own->count)
		qsort(own->list, own->count, sizeof(*own->list),
		      compare_decided);
	for (size_t h = 0; h < own->count; h++) {
		const struct seep__claim host = own->list[h];
		struct seep__claim *earlier =
		    find_earlier(group, &host, relayed->member, flags);

		if (!earlier) {
			drop_later(group, &host, relayed->member, flags);
			own->list[kept++] = host;
			continue;
		}
		if (earlier->relay)
			continue;
		/* It outlives the member. */
		earlier->relay =
		    seep__arena_copy(relayed->whole->scratch, host.relay, 1,
				     sizeof(*host.relay));
		if (!earlier->relay)
			return seep__mem_why(relays->view->mem);
	}
	own->count = kept;
	return SEEP_OK;
}

/* Reads and decides on a member whose reading rose. */
static int
decide_member(struct seep__relays *relays, struct relayed *relayed,
	      const struct seep__readings *readings,
	      const struct seep__judge *group, struct seep__claims *claims,
	      struct seep__found *found)
{
	const struct seep_entity *line = &relays->entities->list[group->entity];
	const size_t host = relayed->whole->members[relayed->member].host;
	struct seep_entity own = {.role = SEEP_ROLE_NONE};
	struct seep__judge judge = *group;
	struct seep__relay of = {.group = line->host};
	int rc;

	/* A host varies more from day to day than its whole group does: what
	 * was learnt of the group is not for it. */
	judge.pool = &relays->shipped;
	judge.calibration = NULL;
	judge.since = 0;
	of.host = *seep__view_host(relays->view->snapshot, host);
	own.host.base = of.host;
	own.host.prefix_bits = 128;
	relays->changes.count = relays->claims.count = 0;
	rc = read_member(relays, relayed);
	if (rc == SEEP_OK)
		rc = seep__change_scan(&relayed->sheets, &judge,
				       &relays->changes);
	if (rc == SEEP_OK)
		rc = claim_member(relays, relayed, readings, &of);
	if (rc == SEEP_OK && relays->claims.count)
		rc = settle_claims(relays, relayed, claims);
	if (rc == SEEP_OK)
		rc = seep__episodes_join(&relays->claims, &own, group->entity,
					 found);
	return rc;
}

static int
look_at_member(struct seep__relays *relays, const struct seep__subject *subject,
	       size_t member, const struct seep__judge *judge,
	       struct seep__claims *claims, struct seep__found *found)
{
	const size_t days = relays->servers.days.count;
	struct relayed relayed = {.whole = subject, .member = member};
	struct seep__readings readings;
	size_t position;
	int rc;

	seep__arena_clear(&relays->scratch);
	rc = seep__readings_init(&readings, &relays->servers,
				 subject->members[member].host,
				 &relays->scratch);
	if (rc != SEEP_OK)
		return rc;
	position = seep__readings_rose(&readings);
	if (position == SIZE_MAX)
		return SEEP_OK;
	relays->alarm_days += days - position;
	return decide_member(relays, &relayed, &readings, judge, claims, found);
}

int
seep__relays_tell(struct seep__relays *relays,
		  const struct seep__subject *subject,
		  const struct seep__judge *judge, struct seep__claims *claims,
		  struct seep__found *found)
{
	const struct seep_entity *line = &relays->entities->list[judge->entity];
	int rc = SEEP_OK;

	assert(relays->view && subject && judge && claims && found);
	if (relays->servers.count == 0 || subject->members_count == 0)
		return SEEP_OK;
	if (line->host.prefix_bits == 128)
		rc = tell_host(relays, subject, claims);
	for (size_t m = 0; rc == SEEP_OK && line->host.prefix_bits != 128 &&
			   m < subject->members_count;
	     m++)
		rc = look_at_member(relays, subject, m, judge, claims, found);
	seep__arena_clear(&relays->scratch);
	return rc;
}
