/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/claim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arrange.h"
#include "base/clock.h"

/* A peer was met since the onset when it got less than a 64th of its bytes
 * before: a greeting sent ahead does not make it an old one. */
#define GREETING 64

/* New peers explain a rise when they hold half of the excess, beyond what new
 * peers get anyway. */
#define EXPLAINED 2

/* A day of a peer counts for at most twice the excess of a day. */
#define DAY_CAP 2

/* One peer is the story when it holds four fifths of it. */
#define SINGLE_NUMERATOR 4
#define SINGLE_DENOMINATOR 5

/* Where the excess lies with peers in use, those are named that hold nine
 * tenths of what rose. */
#define NAMED_NUMERATOR 9
#define NAMED_DENOMINATOR 10

/* Of new peers the small fry is left out once those named hold 19 of 20
 * bytes: who has less than a 20th of what they have on average. A leak to
 * a thousand peers alike is named whole; visitors who come by are not. */
#define FRY_NUMERATOR 19
#define FRY_DENOMINATOR 20

/* struct rise: what one peer got, before and since. */
struct rise {
	size_t peer;
	uint64_t usual;  /* bytes on the middle day of the past */
	uint64_t since;  /* bytes */
	uint64_t excess; /* of capped days */
	uint64_t ways[SEEP_DIRECTION_PULL + 1]; /* 'since' by direction */
	int is_new;
};

/* struct told: what the peers named have in common. */
struct told {
	enum seep_pattern pattern;
	enum seep_direction direction;
};

/* struct stretch: the days compared, in UTC hours. */
struct stretch {
	uint32_t base;
	uint32_t onset;
	uint32_t end;
	uint64_t days_before;
	uint64_t cap;
	uint64_t *sums; /* room for a sum a day of the past */
};

static int
compare_rise(const void *a, const void *b)
{
	const struct rise *x = a;
	const struct rise *y = b;

	if (x->excess != y->excess)
		return x->excess > y->excess ? -1 : 1;
	if (x->since != y->since)
		return x->since > y->since ? -1 : 1;
	return (x->peer > y->peer) - (x->peer < y->peer);
}

static int
compare_sum(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The middle of 'days' days, of which 'count' have the sums and the others
 * nothing. */
static uint64_t
middle_of(uint64_t *sums, uint64_t count, uint64_t days)
{
	const uint64_t empty = days > count ? days - count : 0;

	if (empty > days / 2 || count == 0)
		return 0;
	qsort(sums, count, sizeof(*sums), compare_sum);
	return sums[days / 2 - empty];
}

/* Adds a day's excess, capped. */
static void
add_day(struct rise *rise, const struct stretch *stretch, uint64_t bytes)
{
	uint64_t over = bytes > rise->usual ? bytes - rise->usual : 0;

	if (over > stretch->cap)
		over = stretch->cap;
	rise->excess += over;
	rise->since += bytes;
}

/* struct walk: the days of one peer's cells in a stratum, one by one. */
struct walk {
	const struct seep__sheets *sheets;
	const struct seep__subject *subject;
	uint32_t stratum;
	size_t at;
	size_t end;
	uint64_t ways[SEEP_DIRECTION_PULL + 1];
};

/* Sums up the next day with a cell before hour 'until'; 0 = none left. */
static int
next_day(struct walk *walk, uint32_t from, uint32_t until, uint64_t *bytes)
{
	const struct seep__subject *subject = walk->subject;
	uint32_t day = UINT32_MAX;

	*bytes = 0;
	for (; walk->at < walk->end; walk->at++) {
		const struct seep__peercell *cell = &subject->cells[walk->at];
		const uint32_t hour = subject->calendar->hours[cell->hour];

		if (hour >= until || (day != UINT32_MAX && cell->day != day))
			break;
		if (hour < from ||
		    !seep__sheets_hold(walk->sheets, walk->stratum, cell))
			continue;
		day = cell->day;
		*bytes += seep__subject_counts(subject, cell);
		walk->ways[cell->direction] +=
		    seep__subject_counts(subject, cell);
	}
	return day != UINT32_MAX;
}

/* Had the peer hardly anything, in any stratum, before the onset? */
static int
is_new(const struct seep__subject *subject, const struct rise *rise,
       uint32_t onset)
{
	const struct seep__peer *peer = &subject->peers[rise->peer];
	uint64_t ever = 0;

	for (size_t c = peer->first; c < peer->end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];

		if (subject->calendar->hours[cell->hour] >= onset)
			break;
		ever += seep__subject_counts(subject, cell);
	}
	return rise->since > 0 && ever <= rise->since / GREETING;
}

static void
read_peer(const struct seep__sheets *sheets, uint32_t stratum,
	  const struct stretch *stretch, struct rise *rise)
{
	const struct seep__subject *subject =
	    seep__sheets_subject(sheets, stratum);
	const struct seep__peer *peer = &subject->peers[rise->peer];
	struct walk walk = {.sheets = sheets,
			    .subject = subject,
			    .stratum = stratum,
			    .at = peer->first,
			    .end = peer->end};
	uint64_t count = 0;
	uint64_t bytes;

	while (next_day(&walk, stretch->base, stretch->onset, &bytes))
		if (count < stretch->days_before)
			stretch->sums[count++] = bytes;
	rise->usual = middle_of(stretch->sums, count, stretch->days_before);
	memset(walk.ways, 0, sizeof(walk.ways));
	while (next_day(&walk, stretch->onset, stretch->end, &bytes))
		add_day(rise, stretch, bytes);
	memcpy(rise->ways, walk.ways, sizeof(rise->ways));
	/* Who is behind a roll-up is not known: nobody who was there before. */
	rise->is_new = peer->fold != SEEP_FOLD_NONE
			   ? rise->since > 0
			   : is_new(subject, rise, stretch->onset);
}

/* Is one new peer the story? */
static int
is_story(const struct rise *rise, uint64_t all)
{
	return rise->excess / SINGLE_NUMERATOR >= all / SINGLE_DENOMINATOR;
}

static int
is_rolled(const struct seep__subject *subject, const struct rise *rise)
{
	assert(rise->peer < subject->peers_count);
	return subject->peers[rise->peer].fold != SEEP_FOLD_NONE;
}

/* What new roll-ups rose by. */
static uint64_t
sum_rolled(const struct seep__subject *subject, const struct rise *rises,
	   size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (rises[i].is_new && is_rolled(subject, &rises[i]))
			sum += rises[i].excess;
	return sum;
}

/* Flags the new peers that no roll-up stands for: of them the one that holds
 * nearly all, or all but small fry. Returns how many; '*sum' is what they rose
 * by. */
static size_t
name_known(const struct seep__subject *subject, const struct rise *rises,
	   size_t count, uint64_t all, uint8_t *holds, uint64_t *sum)
{
	size_t named = 0;

	*sum = 0;
	for (size_t i = 0; i < count; i++) {
		if (!rises[i].is_new || rises[i].excess == 0 ||
		    is_rolled(subject, &rises[i]))
			continue;
		if (*sum >= all / FRY_DENOMINATOR * FRY_NUMERATOR &&
		    named > 0 &&
		    rises[i].excess < *sum / named / FRY_DENOMINATOR)
			break;
		holds[rises[i].peer] = 1;
		*sum += rises[i].excess;
		named++;
		if (named == 1 && is_story(&rises[i], all))
			break;
	}
	return named;
}

/* Flags roll-ups until 19 of 20 bytes are named. Returns how many. */
static size_t
name_rolled(const struct seep__subject *subject, const struct rise *rises,
	    size_t count, uint64_t all, uint64_t sum, uint8_t *holds)
{
	size_t named = 0;

	for (size_t i = 0; i < count; i++) {
		if (sum >= all / FRY_DENOMINATOR * FRY_NUMERATOR)
			break;
		if (!rises[i].is_new || rises[i].excess == 0 ||
		    !is_rolled(subject, &rises[i]))
			continue;
		holds[rises[i].peer] = 1;
		sum += rises[i].excess;
		named++;
	}
	return named;
}

/*
 * Flags the new peers, or of them the one that holds nearly all. Peers that
 * were not folded are named among themselves, so that no flood hides them.
 */
static enum seep_pattern
name_new(const struct seep__subject *subject, const struct rise *rises,
	 size_t count, uint64_t all, uint8_t *holds)
{
	const uint64_t folded = sum_rolled(subject, rises, count);
	uint64_t sum;
	size_t named;

	assert(all >= folded);
	named = name_known(subject, rises, count, all - folded, holds, &sum);
	if (folded > 0)
		named += name_rolled(subject, rises, count, all, sum, holds);
	return named == 1 ? SEEP_PATTERN_SINGLE_PEER : SEEP_PATTERN_NEW_PEERS;
}

/* A roll-up is never one peer. */
static int
is_rolled_up(const struct seep__subject *subject, const uint8_t *holds)
{
	for (size_t p = 0; p < subject->peers_count; p++)
		if (holds[p] && subject->peers[p].fold != SEEP_FOLD_NONE)
			return 1;
	return 0;
}

/* Flags the peers that rose most, until nearly all of the rise is named. If
 * none rose, it is the one that got most. */
static enum seep_pattern
name_risen(const struct rise *rises, size_t count, uint64_t all, uint8_t *holds)
{
	const uint64_t enough = all / NAMED_DENOMINATOR * NAMED_NUMERATOR;
	uint64_t sum = 0;
	size_t named = 0;

	for (size_t i = 0; i < count; i++) {
		if (named > 0 && sum >= enough)
			break;
		if (all > 0 && rises[i].excess == 0)
			break;
		holds[rises[i].peer] = 1;
		sum += rises[i].excess;
		named++;
	}
	return named == 1 ? SEEP_PATTERN_SINGLE_PEER : SEEP_PATTERN_ALL_PEERS;
}

/* Several peers of one /24 or /48 are told as such. */
static enum seep_pattern
refine_pattern(const struct seep__subject *subject, const uint8_t *holds,
	       enum seep_pattern pattern)
{
	size_t first = 0;
	size_t end;

	if (pattern == SEEP_PATTERN_SINGLE_PEER) {
		if (!is_rolled_up(subject, holds))
			return pattern;
		pattern = SEEP_PATTERN_NEW_PEERS;
	}
	while (first < subject->peers_count && !holds[first])
		first++;
	if (first == subject->peers_count)
		return pattern;
	if (subject->peers[first].fold == SEEP_FOLD_ALL)
		return pattern;
	end = seep__prefix_end(subject, first);
	for (size_t p = end; p < subject->peers_count; p++)
		if (holds[p])
			return pattern;
	return SEEP_PATTERN_PREFIX;
}

/* Mean bytes a day to peers that were new then, before the onset. */
static uint64_t
mean_new(const struct seep__sheets *sheets, uint32_t stratum, size_t onset)
{
	const struct seep__sheet *sheet = &sheets->sheet[stratum];
	const size_t from = sheets->start[stratum];
	uint64_t sum = 0;

	for (size_t i = from; sheet->day && i < onset; i++)
		sum += sheet->day[i];
	return onset > from ? sum / (onset - from) : 0;
}

/* What a stratum's new peers would have got in so many days anyway. */
static uint64_t
expect_new(const struct seep__sheets *sheets, const struct seep__change *change,
	   size_t days)
{
	const size_t onset = change->onset;
	const uint32_t s = change->stratum;
	uint64_t mean;

	if (s == SEEP_STRATUM_NAMES_NEW || s == SEEP_STRATUM_NAMES_RARE)
		mean = mean_new(sheets, SEEP_STRATUM_NAMES_NEW, onset);
	else if (s == SEEP_STRATUM_PULL || s == SEEP_STRATUM_NEW_PULL ||
		 s == SEEP_STRATUM_RARE_PULL)
		mean = mean_new(sheets, SEEP_STRATUM_NEW_PULL, onset);
	else
		mean = mean_new(sheets, SEEP_STRATUM_NEW_PUSH, onset) +
		       mean_new(sheets, SEEP_STRATUM_NEW_PULL, onset);
	return mean * days;
}

/*
 * Where most of the rise of the peers named went. A peer's rise is split as
 * its bytes are: what peers in use get anyway is in neither share, so that a
 * busy direction is not taken for the one that rose.
 */
static enum seep_direction
read_direction(const struct rise *rises, size_t count, const uint8_t *holds)
{
	double ways[SEEP_DIRECTION_PULL + 1] = {0.0};

	for (size_t i = 0; i < count; i++) {
		const struct rise *rise = &rises[i];

		if (!holds[rise->peer] || rise->since == 0)
			continue;
		for (int w = 0; w <= SEEP_DIRECTION_PULL; w++)
			ways[w] += (double)rise->excess *
				   (double)rise->ways[w] / (double)rise->since;
	}
	if (ways[SEEP_DIRECTION_PULL] > ways[SEEP_DIRECTION_PUSH])
		return SEEP_DIRECTION_PULL;
	return ways[SEEP_DIRECTION_PUSH] > 0.0 ? SEEP_DIRECTION_PUSH
					       : SEEP_DIRECTION_UNKNOWN;
}

/*
 * Names the peers of a change as they were at hour 'end', 'excess' bytes
 * being too many until then.
 */
static int
name_peers(const struct seep__sheets *sheets, const struct seep__change *change,
	   uint32_t end, uint64_t excess, size_t days, uint8_t *holds,
	   struct told *told, struct seep__arena *arena)
{
	const struct seep__subject *subject =
	    seep__sheets_subject(sheets, change->stratum);
	struct stretch stretch = {
	    .base = seep__days_start(&sheets->days, change->base),
	    .onset = seep__days_start(&sheets->days, change->onset),
	    .end = end,
	    .days_before = change->onset - change->base,
	    .cap = excess / days * DAY_CAP};
	uint64_t anyway = expect_new(sheets, change, days);
	uint64_t fresh = 0, all = 0, usual = 0;
	struct rise *rises;

	assert(stretch.days_before > 0 && days > 0);
	if (stretch.cap == 0)
		stretch.cap = UINT64_MAX;
	stretch.sums = seep__arena_get(arena, change->onset - change->base,
				       sizeof(uint64_t));
	rises = seep__arena_get(arena, subject->peers_count, sizeof(*rises));
	if (!rises || !stretch.sums)
		return seep__mem_why(subject->view->mem);
	for (size_t p = 0; p < subject->peers_count; p++) {
		rises[p].peer = p;
		read_peer(sheets, change->stratum, &stretch, &rises[p]);
		all += rises[p].excess;
		if (rises[p].is_new) {
			fresh += rises[p].excess;
			usual += rises[p].usual * days;
		}
	}
	/* What is new for ever gets its usual bytes as new ones, and these are
	 * not in its rise. */
	anyway -= usual < anyway ? usual : anyway;
	seep__arrange(rises, subject->peers_count, sizeof(*rises),
		      compare_rise);
	if (fresh > anyway && fresh - anyway >= excess / EXPLAINED)
		told->pattern = name_new(subject, rises, subject->peers_count,
					 fresh, holds);
	else
		told->pattern =
		    name_risen(rises, subject->peers_count, all, holds);
	told->pattern = refine_pattern(subject, holds, told->pattern);
	told->direction = read_direction(rises, subject->peers_count, holds);
	return SEEP_OK;
}

int
seep__claim_change(const struct seep__sheets *sheets,
		   const struct seep__change *change, struct seep__claim *claim)
{
	const struct seep__subject *subject =
	    seep__sheets_subject(sheets, change->stratum);
	const struct seep__days *days = &sheets->days;
	struct told then, now;
	struct seep__arena arena;
	uint8_t *holds, *holds_then;
	int rc;

	memset(claim, 0, sizeof(*claim));
	holds = seep__arena_get(subject->scratch, subject->peers_count, 1);
	holds_then = seep__arena_get(subject->scratch, subject->peers_count, 1);
	if (!holds || !holds_then)
		return seep__mem_why(subject->view->mem);
	claim->subject = subject;
	claim->sheets = sheets;
	claim->change = change;
	claim->basis = SEEP_BASIS_CHANGE;
	claim->onset = seep__days_start(days, change->onset);
	claim->decided =
	    seep__days_start(days, change->decided) + SEEP__HOURS_PER_DAY;
	claim->end =
	    seep__days_start(days, change->end - 1) + SEEP__HOURS_PER_DAY;
	claim->closed = UINT32_MAX;
	if (change->closed != SIZE_MAX)
		claim->closed = seep__days_start(days, change->closed) +
				SEEP__HOURS_PER_DAY;
	/* A list of all peers is not kept for each of many changes. */
	seep__arena_init(&arena, subject->view->mem);
	rc = name_peers(sheets, change, claim->decided, change->excess_then,
			change->decided + 1 - change->onset, holds_then, &then,
			&arena);
	seep__arena_clear(&arena);
	if (rc == SEEP_OK)
		rc = name_peers(sheets, change, claim->end, change->excess,
				change->end - change->onset, holds, &now,
				&arena);
	seep__arena_clear(&arena);
	if (rc != SEEP_OK)
		return rc;
	/* The direction is part of the finding's id: later bytes do not turn
	 * it. */
	claim->direction = then.direction;
	claim->pattern = now.pattern;
	claim->holds = holds;
	claim->holds_then = holds_then;
	return rc;
}

int
seep__claim_standing(const struct seep__subject *subject,
		     const struct seep__standing *standing,
		     struct seep__claim *claim)
{
	uint8_t *holds;

	memset(claim, 0, sizeof(*claim));
	holds = seep__arena_get(subject->scratch, subject->peers_count, 1);
	if (!holds)
		return seep__mem_why(subject->view->mem);
	for (size_t p = 0; p < subject->peers_count; p++)
		holds[p] = subject->peers[p].fold == SEEP_FOLD_NONE &&
			   seep_network_contains(&standing->network,
						 &subject->peers[p].address);
	claim->subject = subject;
	claim->basis = SEEP_BASIS_CONTRAST;
	claim->pattern = standing->network.prefix_bits == 128
			     ? SEEP_PATTERN_SINGLE_PEER
			     : SEEP_PATTERN_PREFIX;
	claim->holds = claim->holds_then = holds;
	claim->standing = standing;
	claim->direction = standing->direction;
	claim->onset = standing->first;
	claim->end = claim->closed = claim->decided = standing->end;
	return SEEP_OK;
}
