/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/common.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "detect/robust.h"

/*
 * Fortnights are compared, by their fourth busiest days: however holidays
 * fall, a fortnight has four ordinary days. With weeks and their middle
 * days, a week of two holidays and a weekend looked like a lost uplink.
 */
#define SPAN 14
#define BUSY_RANK 10 /* 0 = the idlest of SPAN days */

/*
 * JUMP_BITS: a count has to double or halve. Sites grow and shrink by tens
 * of percent from week to week; what changes by more in a night is the
 * sensor or the site itself, and either way nothing is comparable any more.
 */
#define JUMP_Q16 (UINT32_C(1) << 16)

/* Nor may fortnights have differed as much before. A jump is twice the
 * largest difference between neighbouring ones so far. */
#define JUMP_FACTOR 2

/* With fewer flows a day, one job makes a jump. */
#define FLOWS_MIN 1000

/* The share of unanswered flows has to change by a quarter of all. */
#define SHARE_STEP 4

/*
 * A common shift: a quarter of the entities, and five at least, within two
 * days. Rises of single hosts fall on one day by chance about as often as
 * alarms do: five of them in two days would take centuries. An attacker who
 * leaks from a quarter of a site at once is reported for every host of it.
 */
#define SHIFT_SHARE 4
#define SHIFT_MIN 5
#define SHIFT_DAYS 2

static int
count_host(struct seep__common *common, size_t host, uint8_t *seen)
{
	const struct seep__calendar *calendar = &common->view->calendar;
	struct seep__reader reader;
	int rc;

	memset(seen, 0, calendar->days_count);
	seep__reader_init(&reader, common->view, host);
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		for (size_t i = 0; i < reader.count; i++) {
			const struct seep__cellrow *row = &reader.rows[i];
			const size_t day = seep__calendar_day(
			    calendar, row->hour / SEEP__HOURS_PER_DAY);

			if (day >= calendar->days_count)
				continue;
			common->flows[day] += row->flows;
			if (row->kind == SEEP_CELL_UNANSWERED)
				common->unanswered[day] += row->flows;
			seen[day] = 1;
		}
	}
	seep__reader_clear(&reader);
	for (size_t d = 0; d < calendar->days_count; d++)
		common->hosts[d] += seen[d];
	return rc == SEEP_END ? SEEP_OK : rc;
}

static int
read_counts(struct seep__common *common)
{
	const struct seep__case *view = common->view;
	const size_t days = view->calendar.days_count;
	const size_t hosts = seep__view_hosts(view->snapshot);
	uint8_t *seen = seep__arena_get(common->arena, days, 1);
	int rc = SEEP_OK;

	common->flows = seep__arena_get(common->arena, days, sizeof(uint64_t));
	common->hosts = seep__arena_get(common->arena, days, sizeof(uint64_t));
	common->unanswered =
	    seep__arena_get(common->arena, days, sizeof(uint64_t));
	if (!seen || !common->flows || !common->hosts || !common->unanswered)
		return seep__mem_why(view->mem);
	for (size_t h = 0; rc == SEEP_OK && h < hosts; h++)
		rc = count_host(common, h, seen);
	return rc;
}

/* struct spans: the middle days of two neighbouring spans. */
struct spans {
	uint64_t flows[2];
	uint64_t hosts[2];
	uint64_t unanswered[2];
};

static int
compare_count(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t
busy_day(const uint64_t *counts, const uint32_t *usable, size_t first)
{
	uint64_t span[SPAN];

	for (size_t i = 0; i < SPAN; i++)
		span[i] = counts[usable[first + i]];
	qsort(span, SPAN, sizeof(*span), compare_count);
	return span[BUSY_RANK];
}

static void
read_spans(const struct seep__common *common, const uint32_t *usable, size_t at,
	   struct spans *spans)
{
	for (size_t side = 0; side < 2; side++) {
		const size_t first = side ? at : at - SPAN;

		spans->flows[side] = busy_day(common->flows, usable, first);
		spans->hosts[side] = busy_day(common->hosts, usable, first);
		spans->unanswered[side] =
		    busy_day(common->unanswered, usable, first);
	}
}

static uint32_t
distance(uint64_t a, uint64_t b)
{
	const uint32_t x = seep__log2_q16(a);
	const uint32_t y = seep__log2_q16(b);

	return x > y ? x - y : y - x;
}

static int
share_jumps(const struct spans *spans)
{
	const uint64_t before = spans->unanswered[0] * 1000 /
				(spans->flows[0] ? spans->flows[0] : 1);
	const uint64_t after = spans->unanswered[1] * 1000 /
			       (spans->flows[1] ? spans->flows[1] : 1);
	const uint64_t step = after > before ? after - before : before - after;

	return step > 1000 / SHARE_STEP;
}

/* How far apart the two spans are, in flows or hosts. */
static uint32_t
span_distance(const struct spans *spans)
{
	const uint32_t flows = distance(spans->flows[0], spans->flows[1]);
	const uint32_t hosts = distance(spans->hosts[0], spans->hosts[1]);

	return flows > hosts ? flows : hosts;
}

static void
add_event(struct seep__common *common, uint32_t day, uint32_t known,
	  const struct seep_sensor_change *change)
{
	size_t at = common->count;

	if (common->count == common->room)
		return;
	while (at > 0 && common->restarts[at - 1].day > day) {
		common->restarts[at] = common->restarts[at - 1];
		common->changes[at] = common->changes[at - 1];
		at--;
	}
	common->restarts[at].day = day;
	common->restarts[at].known = known;
	common->changes[at] = *change;
	common->changes[at].day_ns = seep__clock_start(
	    common->view->calendar.days[day].day * SEEP__HOURS_PER_DAY);
	common->count++;
}

/*
 * The fourth busiest day of the span behind has gone up as soon as four of
 * its days have, and down when all but three have: the day itself is the one,
 * of the SETTLE that follow, where the spans lie farthest apart.
 */
#define SETTLE 11

static size_t
settle_jump(const struct seep__common *common, const uint32_t *usable,
	    size_t first, struct spans *spans)
{
	uint32_t farthest = span_distance(spans);
	size_t best = first;

	for (size_t at = first + 1; at < first + SETTLE; at++) {
		struct spans other;

		read_spans(common, usable, at, &other);
		if (span_distance(&other) < farthest)
			continue;
		farthest = span_distance(&other);
		*spans = other;
		best = at;
	}
	return best;
}

/* A jump that was first seen at 'first' is known when all spans that
 * settle_jump() compares are over. */
static void
add_jump(struct seep__common *common, const uint32_t *usable, size_t first,
	 struct spans *spans)
{
	const size_t at = settle_jump(common, usable, first, spans);
	const struct seep_sensor_change change = {
	    .rows_before = spans->flows[0],
	    .rows_after = spans->flows[1],
	    .hosts_before = spans->hosts[0],
	    .hosts_after = spans->hosts[1]};

	add_event(common, usable[at], usable[first + SETTLE + SPAN - 2] + 1,
		  &change);
}

static int
is_jump(const struct spans *spans, uint32_t largest)
{
	const uint32_t far = span_distance(spans);

	if (spans->flows[0] < FLOWS_MIN)
		return 0;
	return (far >= JUMP_Q16 && far / JUMP_FACTOR >= largest) ||
	       share_jumps(spans);
}

/* Walks over the usable days. */
static void
find_jumps(struct seep__common *common, const uint32_t *usable, size_t count)
{
	uint32_t largest = 0;

	for (size_t at = SPAN; at + SETTLE + SPAN - 1 <= count; at++) {
		struct spans spans;

		read_spans(common, usable, at, &spans);
		if (at < 2 * SPAN || !is_jump(&spans, largest)) {
			const uint32_t far = span_distance(&spans);

			largest = far > largest ? far : largest;
			continue;
		}
		add_jump(common, usable, at, &spans);
		at += SETTLE + SPAN;
	}
}

int
seep__common_init(struct seep__common *common, const struct seep__case *view,
		  struct seep__arena *arena)
{
	const size_t days = view->calendar.days_count;
	uint32_t *usable;
	size_t count = 0;
	int rc;

	memset(common, 0, sizeof(*common));
	common->view = view;
	common->arena = arena;
	common->room = days;
	common->restarts =
	    seep__arena_get(arena, days, sizeof(*common->restarts));
	common->changes =
	    seep__arena_get(view->out, days, sizeof(*common->changes));
	usable = seep__arena_get(arena, days, sizeof(*usable));
	if (!common->restarts || !common->changes || !usable)
		return seep__mem_why(view->mem);
	rc = read_counts(common);
	for (size_t d = 0; d < days; d++)
		if (seep__calendar_usable(&view->calendar, d))
			usable[count++] = (uint32_t)d;
	if (rc == SEEP_OK)
		find_jumps(common, usable, count);
	return rc;
}

static int
compare_shifted(const void *a, const void *b)
{
	const struct seep__shifted *x = a;
	const struct seep__shifted *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	return (x->decided > y->decided) - (x->decided < y->decided);
}

/* Each entity's decisions together, the first of them first. */
static int
compare_entity(const void *a, const void *b)
{
	const struct seep__shifted *x = a;
	const struct seep__shifted *y = b;

	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	return (x->decided > y->decided) - (x->decided < y->decided);
}

static int
compare_decided(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* struct burst: entities that shift within a few days from 'day' on. */
struct burst {
	uint32_t day;
	uint32_t known;
	size_t entities;
	size_t tested; /* entities that could shift when it was known */
};

/* In the order in which they become known. Of those known at one time the
 * latest day: an earlier one may owe its place to what is decided later. */
static int
compare_burst(const void *a, const void *b)
{
	const struct burst *x = a;
	const struct burst *y = b;

	if (x->known != y->known)
		return x->known < y->known ? -1 : 1;
	return (y->day > x->day) - (y->day < x->day);
}

/* struct bursts: the list, and room for what is made of it. */
struct bursts {
	const struct seep__shifted *shifted;
	size_t shifted_count;
	const uint32_t *tested; /* ascending */
	size_t tested_count;
	struct seep__shifted *window;
	uint32_t *decided;
	struct burst *list;
	size_t count;
};

/* How many entities could shift by the end of day 'known'? */
static size_t
count_tested(const struct bursts *bursts, uint32_t known)
{
	size_t low = 0;
	size_t high = bursts->tested_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (bursts->tested[middle] <= known)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The burst of the window that begins with shifted[first], if there is one:
 * known when 'least' of its entities are decided. */
static void
add_burst(struct bursts *bursts, size_t first)
{
	const uint32_t day = bursts->shifted[first].day;
	size_t count = 0;
	size_t entities = 0;

	for (size_t i = first; i < bursts->shifted_count &&
			       bursts->shifted[i].day < day + SHIFT_DAYS;
	     i++)
		bursts->window[count++] = bursts->shifted[i];
	if (count < SHIFT_MIN)
		return;
	qsort(bursts->window, count, sizeof(*bursts->window), compare_entity);
	for (size_t i = 0; i < count; i++)
		if (i == 0 ||
		    bursts->window[i].entity != bursts->window[i - 1].entity)
			bursts->decided[entities++] = bursts->window[i].decided;
	if (entities < SHIFT_MIN)
		return;
	qsort(bursts->decided, entities, sizeof(*bursts->decided),
	      compare_decided);
	for (size_t m = SHIFT_MIN; m <= entities; m++) {
		const uint32_t known = bursts->decided[m - 1];
		const size_t tested = count_tested(bursts, known);

		if (m < tested / SHIFT_SHARE)
			continue;
		bursts->list[bursts->count++] =
		    (struct burst){.day = day,
				   .known = known + 1,
				   .entities = entities,
				   .tested = tested};
		return;
	}
}

static int
list_bursts(struct bursts *bursts, struct seep__arena *arena)
{
	const size_t count = bursts->shifted_count;

	bursts->window = seep__arena_get(arena, count, sizeof(*bursts->window));
	bursts->decided =
	    seep__arena_get(arena, count, sizeof(*bursts->decided));
	bursts->list = seep__arena_get(arena, count, sizeof(*bursts->list));
	if (!bursts->window || !bursts->decided || !bursts->list)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < count; i++)
		if (i == 0 ||
		    bursts->shifted[i].day != bursts->shifted[i - 1].day)
			add_burst(bursts, i);
	if (bursts->count)
		qsort(bursts->list, bursts->count, sizeof(*bursts->list),
		      compare_burst);
	return SEEP_OK;
}

/* An event within a few days of 'day' and known by 'known', or the count of
 * all. */
static size_t
find_near(const struct seep__common *common, uint32_t day, uint32_t known)
{
	size_t i = 0;

	while (i < common->count &&
	       (common->restarts[i].known > known ||
		common->restarts[i].day + 2 * SHIFT_DAYS < day ||
		day + 2 * SHIFT_DAYS < common->restarts[i].day))
		i++;
	return i;
}

/*
 * Adds a burst, unless an event near it was known before. One that becomes
 * known later, by its counts, is the same event: until then only the burst
 * speaks, so that its day stands. Returns 1 when there is something new.
 */
static int
add_shift(struct seep__common *common, const struct burst *burst)
{
	struct seep_sensor_change change = {0};
	size_t near;

	if (find_near(common, burst->day, burst->known) < common->count)
		return 0;
	near = find_near(common, burst->day, UINT32_MAX);
	if (near < common->count) {
		change = common->changes[near];
		common->count--;
		for (size_t i = near; i < common->count; i++) {
			common->restarts[i] = common->restarts[i + 1];
			common->changes[i] = common->changes[i + 1];
		}
	}
	change.hosts = burst->entities;
	change.hosts_tested = burst->tested;
	add_event(common, burst->day, burst->known, &change);
	return 1;
}

int
seep__common_shifts(struct seep__common *common, struct seep__shifted *list,
		    size_t count, uint32_t *tested, size_t tested_count,
		    int *added)
{
	struct bursts bursts = {.shifted = list,
				.shifted_count = count,
				.tested = tested,
				.tested_count = tested_count};
	int rc;

	*added = 0;
	if (count)
		qsort(list, count, sizeof(*list), compare_shifted);
	if (tested_count)
		qsort(tested, tested_count, sizeof(*tested), compare_decided);
	rc = list_bursts(&bursts, common->arena);
	for (size_t i = 0; rc == SEEP_OK && i < bursts.count; i++)
		*added |= add_shift(common, &bursts.list[i]);
	return rc;
}

int
seep__common_coincides(const struct seep__common *common, int64_t from_ns,
		       int64_t until_ns)
{
	const int64_t day_ns = INT64_C(86400000000000);

	for (size_t i = 0; i < common->count; i++)
		if (common->changes[i].day_ns < until_ns + day_ns &&
		    common->changes[i].day_ns + 2 * day_ns > from_ns)
			return 1;
	return 0;
}
