/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "detect/against.h"

/* Two hosts may do the same by chance, or by one hand: both are told. From
 * three on it is more likely that somebody rolled something out. */
#define SHARED_MIN 3

/* A roll-out reaches its hosts within two days; onsets are known to a day.
 */
#define SHARED_HOURS (2 * SEEP__HOURS_PER_DAY)

/* A finding has a place that it is about when half of its rise goes there.
 * With less, leaks over many peers would meet at some provider by chance. */
#define PLACE_SHARE 2

/* A host that was not decided on began it too when it sent a 16th of what
 * the first one did: a visit to the same provider is less. */
#define BEGUN_SHARE 16

/* Names in a sentence; the rest is a number. */
#define NAMES_MAX 10

/* Bytes to the peers [first, end) before the onset and since. */
static void
sum_range(const struct seep__claim *claim, size_t first, size_t end,
	  uint64_t *before, uint64_t *since)
{
	const struct seep__subject *subject = claim->subject;
	const struct seep__days *days = &claim->sheets->days;
	const uint32_t base = seep__days_start(days, claim->change->base);
	const uint32_t until = seep__days_start(days, claim->change->decided) +
			       SEEP__HOURS_PER_DAY;

	*before = *since = 0;
	for (size_t p = first; p < end; p++) {
		const struct seep__peer *peer = &subject->peers[p];

		for (size_t c = peer->first;
		     claim->holds_then[p] && c < peer->end; c++) {
			const struct seep__peercell *cell = &subject->cells[c];
			const uint32_t hour =
			    subject->calendar->hours[cell->hour];

			if (hour < base || hour >= until)
				continue;
			*(hour < claim->onset ? before : since) +=
			    seep__subject_counts(subject, cell);
		}
	}
}

/* What the peers got beyond the days before. */
static uint64_t
rise_of(const struct seep__claim *claim, size_t first, size_t end)
{
	const struct seep__change *change = claim->change;
	const uint64_t days_before = change->onset - change->base;
	const uint64_t days = change->decided + 1 - change->onset;
	uint64_t before, since;

	assert(days_before > 0);
	sum_range(claim, first, end, &before, &since);
	before = before / days_before * days;
	return since > before ? since - before : 0;
}

void
seep__shared_mark(const struct seep__claim *founder, struct seep__mark *mark)
{
	const struct seep__subject *subject = founder->subject;
	uint64_t all = 0, most = 0;
	size_t end;

	assert(founder->onset < founder->decided);
	memset(mark, 0, sizeof(*mark));
	mark->onset = founder->onset;
	mark->decided = founder->decided;
	if (founder->basis != SEEP_BASIS_CHANGE)
		return;
	for (size_t first = 0; first < subject->peers_count; first = end) {
		uint64_t rise;

		end = subject->names ? first + 1
				     : seep__prefix_end(subject, first);
		rise = rise_of(founder, first, end);
		all += rise;
		/* Where "all peers" are is nowhere. */
		if (rise <= most || subject->peers[first].fold == SEEP_FOLD_ALL)
			continue;
		most = rise;
		seep__network_of(&subject->peers[first].address,
				 subject->names ? 32 : 24,
				 subject->names ? 128 : 48, &mark->place);
	}
	mark->rise = most;
	mark->has_place = most > 0 && most >= all / PLACE_SHARE;
	mark->is_name = subject->names;
}

/* struct member: a finding on its way into a story. */
struct member {
	size_t at;    /* index into the list of findings */
	size_t story; /* index of the story's first member */
	size_t next;  /* the one that joined after it; SIZE_MAX = none */
	/* begun: of a story's first, hosts that began it as far as known. */
	size_t begun;
	int is_told;
};

struct stories {
	const struct seep__case *view;
	struct seep__found *found;
	struct member *members; /* in the order of decisions */
	size_t count;
};

static int
compare_network(const struct seep_network *a, const struct seep_network *b)
{
	const int order = seep_address_compare(&a->base, &b->base);

	if (order != 0)
		return order;
	return (a->prefix_bits > b->prefix_bits) -
	       (a->prefix_bits < b->prefix_bits);
}

/* struct sorted: a finding with what it is sorted by. */
struct sorted {
	const struct seep_finding *finding;
	const struct seep__mark *mark;
	size_t at;
};

static int
compare_sorted(const void *a, const void *b)
{
	const struct sorted *x = a;
	const struct sorted *y = b;
	int order;

	assert(x->mark->has_place && y->mark->has_place);
	if (x->mark->decided != y->mark->decided)
		return x->mark->decided < y->mark->decided ? -1 : 1;
	order = compare_network(&x->finding->host, &y->finding->host);
	return order != 0 ? order : strcmp(x->finding->id, y->finding->id);
}

static int
list_members(struct stories *stories, struct seep__arena *arena)
{
	const struct seep__found *found = stories->found;
	struct sorted *sorted =
	    seep__arena_get(arena, found->count, sizeof(*sorted));

	stories->members =
	    seep__arena_get(arena, found->count, sizeof(*stories->members));
	if (!sorted || !stories->members)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < found->count; i++) {
		if (!found->marks[i].has_place)
			continue;
		sorted[stories->count].finding = &found->list[i];
		sorted[stories->count].mark = &found->marks[i];
		sorted[stories->count++].at = i;
	}
	if (stories->count)
		qsort(sorted, stories->count, sizeof(*sorted), compare_sorted);
	for (size_t i = 0; i < stories->count; i++) {
		stories->members[i].at = sorted[i].at;
		stories->members[i].story = i;
		stories->members[i].next = SIZE_MAX;
		stories->members[i].is_told = 1;
	}
	return SEEP_OK;
}

static const struct seep__mark *
mark_of(const struct stories *stories, size_t member)
{
	return &stories->found->marks[stories->members[member].at];
}

static struct seep_finding *
finding_of(const struct stories *stories, size_t member)
{
	return &stories->found->list[stories->members[member].at];
}

static int
same_story(const struct seep__mark *a, const struct seep__mark *b)
{
	const uint32_t apart =
	    a->onset > b->onset ? a->onset - b->onset : b->onset - a->onset;

	return apart <= SHARED_HOURS && a->is_name == b->is_name &&
	       compare_network(&a->place, &b->place) == 0;
}

static int
same_host(const struct stories *stories, size_t a, size_t b)
{
	return compare_network(&finding_of(stories, a)->host,
			       &finding_of(stories, b)->host) == 0;
}

/* Puts a member behind the others of the first story that it is of. */
static void
join_story(struct stories *stories, size_t member)
{
	for (size_t s = 0; s < member; s++) {
		size_t last = s;

		if (stories->members[s].story != s ||
		    !same_story(mark_of(stories, s), mark_of(stories, member)))
			continue;
		for (; stories->members[last].next != SIZE_MAX;
		     last = stories->members[last].next)
			if (same_host(stories, last, member))
				return;
		if (same_host(stories, last, member))
			return;
		stories->members[last].next = member;
		stories->members[member].story = s;
		return;
	}
}

static size_t
count_hosts(const struct stories *stories, size_t story)
{
	size_t count = 0;

	for (size_t i = story; i != SIZE_MAX; i = stories->members[i].next)
		count++;
	return count;
}

/* The first channel of a host that lies at or behind an address. */
static size_t
find_channel(const struct seep_snapshot *snapshot, size_t host,
	     const struct seep_address *address, size_t *end)
{
	size_t low, high;

	seep__view_channels(snapshot, host, &low, end);
	high = *end;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		struct seep__channel channel;

		seep__view_channel(snapshot, middle, &channel);
		if (seep_address_compare(&channel.peer, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
is_outside(const struct seep__channel *channel, int is_name)
{
	if (is_name)
		return channel->place == SEEP_PLACE_NAME;
	return channel->place == SEEP_PLACE_OUTSIDE ||
	       channel->place == SEEP_PLACE_PARTNER;
}

/* Adds what a channel holds before 'until' to '*bytes', and moves '*first' to
 * the first hour of it. */
static void
add_rows(const struct seep__case *view, const struct seep__history *history,
	 uint32_t until, uint64_t *bytes, uint32_t *first)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct seep__cellrow *row = &history->rows[i];

		if (row->bytes_out == 0 || row->hour >= until ||
		    row->hour < view->hour_from)
			continue;
		*bytes += row->bytes_out;
		if (row->hour < *first)
			*first = row->hour;
	}
}

/* Did a host begin to send to the place of 'mark', as hour 'until' knows? */
static int
has_begun(const struct seep__case *view, size_t host,
	  const struct seep__mark *mark, uint32_t until,
	  struct seep__history *history, int *begun)
{
	struct seep__channel channel;
	uint32_t first = UINT32_MAX;
	uint64_t bytes = 0;
	size_t end;
	size_t c = find_channel(view->snapshot, host, &mark->place.base, &end);

	*begun = 0;
	for (; c < end; c++) {
		int rc;

		seep__view_channel(view->snapshot, c, &channel);
		if (!seep_network_contains(&mark->place, &channel.peer))
			break;
		/* A network's roll-up went to the place, all peers' did not. */
		if (!is_outside(&channel, mark->is_name) ||
		    channel.fold == SEEP_FOLD_ALL)
			continue;
		rc = seep__view_history(view->snapshot, c, history);
		if (rc != SEEP_OK)
			return rc;
		add_rows(view, history, until, &bytes, &first);
	}
	*begun = bytes > 0 && bytes >= mark->rise / BEGUN_SHARE &&
		 first + SHARED_HOURS >= mark->onset &&
		 first <= mark->onset + SHARED_HOURS;
	return SEEP_OK;
}

/* How many hosts had begun a story by hour 'until'? */
static int
count_begun(struct stories *stories, size_t story, uint32_t until)
{
	const struct seep__case *view = stories->view;
	const size_t hosts = seep__view_hosts(view->snapshot);
	struct seep__history history;
	size_t count = 0;
	int rc = SEEP_OK;

	seep__history_init(&history, view->mem);
	for (size_t h = 0; rc == SEEP_OK && h < hosts; h++) {
		int begun;

		rc = has_begun(view, h, mark_of(stories, story), until,
			       &history, &begun);
		count += rc == SEEP_OK && begun;
	}
	seep__history_clear(&history);
	if (count < count_hosts(stories, story))
		count = count_hosts(stories, story);
	stories->members[story].begun = count;
	return rc;
}

/* Takes those of one decision time, [first, end): who is told by another?
 */
static int
settle_time(struct stories *stories, size_t first, size_t end)
{
	const uint32_t until = mark_of(stories, first)->decided;
	int rc = SEEP_OK;

	for (size_t i = first; i < end; i++)
		join_story(stories, i);
	for (size_t i = first; rc == SEEP_OK && i < end; i++) {
		struct member *member = &stories->members[i];

		if (member->story == i)
			continue;
		if (stories->members[member->story].begun < SHARED_MIN)
			rc = count_begun(stories, member->story, until);
		if (stories->members[member->story].begun >= SHARED_MIN)
			member->is_told = 0;
	}
	return rc;
}

/* The kept finding is as rare as the rarest of those that it tells. */
static void
take_score(struct seep_finding *kept, const struct seep_finding *other)
{
	if (other->score_tenths > kept->score_tenths)
		kept->score_tenths = other->score_tenths;
	if (other->alarms_per_year_micro < kept->alarms_per_year_micro) {
		kept->alarms_per_year_micro = other->alarms_per_year_micro;
		kept->alarms_per_year_is_bound =
		    other->alarms_per_year_is_bound;
	}
}

static void
write_host(struct seep__text *text, const struct seep_finding *finding)
{
	if (finding->host.prefix_bits == 128)
		seep__text_address(text, &finding->host.base);
	else
		seep__text_network(text, &finding->host);
	seep__text_str(text, " (");
	seep__text_bytes_si(text, finding->bytes_out);
	seep__text_char(text, ')');
}

static void
write_place(struct seep__text *text, const struct seep__mark *mark)
{
	if (mark->is_name)
		seep__text_str(text, "the same domain");
	else
		seep__text_network(text, &mark->place);
}

/* "3 other hosts began within two days to send to 192.0.2.0/24 as well:
 * 10.1.0.5 (1.20 GB), ..." */
static void
write_story(const struct stories *stories, size_t story,
	    struct seep__text *text)
{
	const size_t others = count_hosts(stories, story) - 1;
	size_t named = 0;

	seep__text_u64(text, others);
	seep__text_str(text, others == 1
				 ? " other host or group of the site began to "
				   "send to "
				 : " other hosts or groups of the site began "
				   "to send to ");
	write_place(text, mark_of(stories, story));
	seep__text_str(text, " within two days of it: ");
	for (size_t i = stories->members[story].next;
	     i != SIZE_MAX && named < NAMES_MAX; i = stories->members[i].next) {
		seep__text_str(text, named++ ? ", " : "");
		write_host(text, finding_of(stories, i));
	}
	if (others > named) {
		seep__text_str(text, " and ");
		seep__text_u64(text, others - named);
		seep__text_str(text, " more");
	}
	seep__text_char(text, '.');
}

/* Puts the sentence behind the finding's paragraph. */
static int
extend_paragraph(const struct seep__case *view, struct seep_finding *finding,
		 const struct seep__text *sentence)
{
	const size_t size = strlen(finding->explanation);
	char *whole = seep__arena_get(view->out, size + sentence->size + 2, 1);

	if (!whole)
		return seep__mem_why(view->mem);
	memcpy(whole, finding->explanation, size);
	whole[size] = ' ';
	memcpy(whole + size + 1, sentence->data, sentence->size);
	finding->explanation = whole;
	return SEEP_OK;
}

static int
tell_story(const struct stories *stories, size_t story)
{
	struct seep_finding *finding = finding_of(stories, story);
	struct seep__text text;
	int rc;

	seep__text_init(&text, stories->view->mem);
	write_story(stories, story, &text);
	rc = text.failed;
	if (rc == SEEP_OK)
		rc = extend_paragraph(stories->view, finding, &text);
	seep__text_reset(&text);
	seep__text_u64(&text, stories->members[story].begun);
	seep__text_str(&text, " hosts of the site began it within two days: "
			      "an update, a new service or a new policy looks "
			      "like this.");
	if (rc == SEEP_OK)
		rc = seep__against_add(stories->view, finding, &text);
	seep__text_clear(&text);
	return rc;
}

static int
tell_stories(struct stories *stories)
{
	int rc = SEEP_OK;

	for (size_t s = 0; rc == SEEP_OK && s < stories->count; s++) {
		if (stories->members[s].next == SIZE_MAX ||
		    stories->members[s].story != s ||
		    stories->members[s].begun < SHARED_MIN)
			continue;
		/* What is told is what is known today. */
		rc = count_begun(stories, s, UINT32_MAX);
		if (rc == SEEP_OK)
			rc = tell_story(stories, s);
		for (size_t i = stories->members[s].next; i != SIZE_MAX;
		     i = stories->members[i].next)
			if (!stories->members[i].is_told)
				take_score(finding_of(stories, s),
					   finding_of(stories, i));
	}
	return rc;
}

/* Takes the findings out that another one tells. */
static int
drop_told(const struct stories *stories, struct seep__arena *arena)
{
	struct seep__found *found = stories->found;
	uint8_t *is_dropped = seep__arena_get(arena, found->count, 1);
	size_t kept = 0;

	if (!is_dropped)
		return seep__mem_why(arena->mem);
	for (size_t i = 0; i < stories->count; i++)
		is_dropped[stories->members[i].at] =
		    !stories->members[i].is_told;
	for (size_t i = 0; i < found->count; i++) {
		if (is_dropped[i])
			continue;
		found->list[kept] = found->list[i];
		found->marks[kept++] = found->marks[i];
	}
	found->count = kept;
	return SEEP_OK;
}

int
seep__shared_join(const struct seep__case *view, struct seep__found *found)
{
	struct stories stories = {.view = view, .found = found};
	struct seep__arena arena;
	size_t end;
	int rc;

	assert(view && found);
	seep__arena_init(&arena, view->mem);
	rc = list_members(&stories, &arena);
	for (size_t first = 0; rc == SEEP_OK && first < stories.count;
	     first = end) {
		end = first + 1;
		while (end < stories.count &&
		       mark_of(&stories, end)->decided ==
			   mark_of(&stories, first)->decided)
			end++;
		rc = settle_time(&stories, first, end);
	}
	if (rc == SEEP_OK)
		rc = tell_stories(&stories);
	if (rc == SEEP_OK)
		rc = drop_told(&stories, &arena);
	seep__arena_clear(&arena);
	return rc;
}
