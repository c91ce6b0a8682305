/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/change.h"

#include <assert.h>
#include <string.h>

#include "detect/chance.h"
#include "detect/excess.h"

/* A rise is over when the mean of a week stays below half of it: a leak
 * that pauses for a weekend is one episode. */
#define CLOSING_DAYS 7

/* A rise that lasts for two weeks is the new normal, as soon as it is long
 * enough to be a reference: the next change is sought above it. It has been
 * reported by then; what must not happen is that an open episode hides a
 * second leak. */
#define SETTLED_DAYS SEEP__RUNG_FIRST

/* Half of a likelihood ratio's 95 % point with one degree of freedom
 * (3.84): onsets within it cannot be told apart. */
#define ONSET_NATS 1.92

/* Where does the rise end, and when was that known? */
static void
follow_rise(const struct seep__ladder *ladder, const struct seep__rise *alarm,
	    size_t *raised, size_t *closed)
{
	const double *sums = alarm->step->sums[alarm->statistic];
	const size_t at = alarm->onset.at;
	const double before = sums[at] / (double)at;
	const double after =
	    (sums[alarm->end] - sums[at]) / (double)(alarm->end - at);
	const double half = before + (after - before) / 2.0;

	*raised = alarm->end;
	*closed = SIZE_MAX;
	for (size_t e = alarm->end + 1; e <= ladder->length; e++) {
		const size_t from =
		    e - at < CLOSING_DAYS ? at : e - CLOSING_DAYS;

		if (sums[e] - sums[e - 1] >= half)
			*raised = e;
		if (e >= alarm->end + CLOSING_DAYS &&
		    sums[e] - sums[from] < half * (double)(e - from)) {
			*closed = e - 1;
			return;
		}
	}
}

/* How unlikely the rise became while it was raised. */
static double
find_peak(struct seep__ladder *ladder, uint32_t stratum,
	  const struct seep__rise *alarm, size_t raised)
{
	double peak = alarm->surprise;

	assert(alarm->end <= raised && raised <= ladder->length);
	for (size_t e = alarm->end + 1; e <= raised; e++) {
		struct seep__rise later;

		if (seep__ladder_judge(ladder, stratum, e, &later) &&
		    later.surprise > peak)
			peak = later.surprise;
	}
	return peak;
}

/* The onsets that the decision could not tell from the best one. */
static void
bound_onset(const struct seep__rise *alarm, size_t *from, size_t *until)
{
	const double *sums = alarm->step->sums[alarm->statistic];
	const double least = alarm->onset.g * alarm->onset.g - 2.0 * ONSET_NATS;
	size_t first = alarm->onset.at;
	size_t last = alarm->onset.at;

	for (size_t at = alarm->step->from;
	     at < alarm->step->until && at < alarm->end; at++) {
		const double g = seep__scan_g(sums, at, alarm->end);

		if (g <= 0.0 || g * g < least)
			continue;
		if (at < first)
			first = at;
		if (at > last)
			last = at;
	}
	*from = first;
	*until = last;
}

/* Mean bytes a day of the stratum, positions [from, end) of the track. */
static uint64_t
mean_day(const struct seep__track *track, size_t from, size_t end)
{
	uint64_t sum = 0;

	assert(from < end);
	for (size_t i = from; i < end; i++)
		sum += track->sheet.day[i];
	return sum / (end - from);
}

/* How much has to leave for the rise to be gone? */
static void
size_change(struct seep__change *change, const struct seep__track *track,
	    const struct seep__ladder *ladder, const struct seep__rise *alarm,
	    size_t raised)
{
	const struct seep__rung *rung = &alarm->step->rung;
	const size_t base = ladder->base;
	const size_t at = alarm->onset.at;
	struct seep__excess excess = {.statistic = alarm->statistic,
				      .rung = rung,
				      .sheet = &track->sheet,
				      .from = base + at,
				      .end = base + alarm->end,
				      .before = base};

	/* The rise's deviation, as a share of it, is 1 / g. */
	assert(alarm->onset.g > 0.0);
	change->excess_then = seep__excess_bytes(&excess);
	excess.end = base + raised;
	change->excess = seep__excess_bytes(&excess);
	excess.doubt = 1.645 / alarm->onset.g;
	change->excess_low = seep__excess_bytes(&excess);
	excess.doubt = -1.645 / alarm->onset.g;
	change->excess_high = seep__excess_bytes(&excess);
	change->observed = mean_day(track, base + at, base + raised);
	change->expected = mean_day(track, base, base + at);
}

static int
add_change(struct seep__changes *changes, const struct seep__track *track,
	   struct seep__ladder *ladder, const struct seep__rise *alarm,
	   size_t raised, size_t closed)
{
	const size_t base = ladder->base;
	struct seep__change change;
	size_t from, until;
	int rc;

	rc = seep__mem_grow(changes->mem, (void **)&changes->list,
			    &changes->room, changes->count + 1, sizeof(change));
	if (rc != SEEP_OK)
		return rc;
	bound_onset(alarm, &from, &until);
	memset(&change, 0, sizeof(change));
	change.stratum = track->stratum;
	change.statistic = alarm->statistic;
	change.base = track->origin[base];
	change.reference = alarm->step->reference;
	change.onset = track->origin[base + alarm->onset.at];
	change.onset_from = track->origin[base + from];
	change.onset_until = track->origin[base + until];
	change.decided = track->origin[base + alarm->end - 1];
	change.end = track->origin[base + raised - 1] + 1;
	change.closed =
	    closed == SIZE_MAX ? SIZE_MAX : track->origin[base + closed];
	change.score = alarm->score;
	change.surprise = alarm->surprise;
	change.years = alarm->years;
	change.peak = find_peak(ladder, track->stratum, alarm, raised);
	size_change(&change, track, ladder, alarm, raised);
	changes->list[changes->count++] = change;
	return SEEP_OK;
}

/*
 * ECHO_G: a stratum rose too when its mean did by so many standard
 * deviations. By chance one of the four statistics does in one of 500
 * strata, and a finding asks a dozen. At 2 every finding would name peers
 * that only had a good month; at 5 nothing is gained over an alarm.
 */
#define ECHO_G 3.3

/* The statistic of the longest rung before 'at' that rose most in [at, end);
 * 'rise' stays empty when none did. */
static void
hear(const struct seep__ladder *ladder, size_t at, size_t end,
     struct seep__rise *rise)
{
	const struct seep__scan_rung *step = NULL;

	for (size_t s = 0; s < ladder->count; s++)
		if (ladder->steps[s].reference <= at)
			step = &ladder->steps[s];
	for (uint32_t k = 0; step && k < SEEP_STATISTIC_COUNT; k++) {
		double g;

		if (!step->sums[k])
			continue;
		g = seep__scan_g(step->sums[k], at, end);
		if (g < ECHO_G || g <= rise->onset.g)
			continue;
		rise->step = step;
		rise->statistic = k;
		rise->onset = (struct seep__onset){.at = at, .g = g};
		rise->end = end;
		rise->score = seep__score(g, step->dof[k]);
		rise->years = 1.0;
	}
}

int
seep__change_echo(const struct seep__sheets *sheets,
		  const struct seep__judge *judge,
		  const struct seep__change *change, uint32_t stratum,
		  struct seep__change *echo)
{
	struct seep__rise rise = {.onset.g = 0.0};
	const size_t base = sheets->start[stratum] > change->base
				? sheets->start[stratum]
				: change->base;
	struct seep__track track;
	struct seep__ladder ladder;
	int rc;

	memset(echo, 0, sizeof(*echo));
	if (!sheets->sheet[stratum].day ||
	    change->onset < base + SEEP__RUNG_FIRST)
		return SEEP_OK;
	rc = seep__track_make(&track, sheets, stratum, NULL, change->end);
	if (rc == SEEP_OK)
		rc = seep__ladder_make(&ladder, &track, judge, base);
	if (rc != SEEP_OK)
		return rc;
	hear(&ladder, change->onset - base, change->end - base, &rise);
	if (!rise.step)
		return SEEP_OK;
	*echo = *change;
	echo->stratum = stratum;
	echo->statistic = rise.statistic;
	echo->base = base;
	echo->reference = rise.step->reference;
	echo->decided = change->end - 1;
	echo->score = rise.score;
	echo->peak = echo->surprise = 0.0;
	size_change(echo, &track, &ladder, &rise, rise.end);
	return SEEP_OK;
}

/* struct settled: an episode that became the past, until it was over: 'base'
 * is taken up again on 'resume', and its days [from, end) are dropped. */
struct settled {
	size_t resume;
	size_t base;
	size_t from;
	size_t end;
};

/* struct state: how far a stratum was looked at. Positions of the sheets. */
struct state {
	size_t *kept; /* positions that the past holds, ascending */
	size_t count;
	size_t base; /* first position of the past */
	size_t next; /* first day to decide on */
	/* settled: each on top of those before it and over before them; one
	 * that outlives what it stands on never counts again. */
	struct settled *settled;
	size_t depth;
};

static void
drop_days(struct state *state, size_t from, size_t end)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->count; i++)
		if (state->kept[i] < from || state->kept[i] >= end)
			state->kept[kept++] = state->kept[i];
	state->count = kept;
}

/* The position on which an older past is taken up again, or SIZE_MAX. */
static size_t
resume_of(const struct state *state)
{
	return state->depth ? state->settled[state->depth - 1].resume
			    : SIZE_MAX;
}

/* What follows an episode [onset, end) that was known to be over on day
 * 'closed'. */
static void
move_on(struct state *state, const struct seep__change *change)
{
	const size_t settled = change->onset + SETTLED_DAYS;

	if (change->closed != SIZE_MAX && change->closed < settled) {
		drop_days(state, change->onset, change->end);
		state->next = change->closed + 1;
		return;
	}
	if (change->closed != SIZE_MAX && change->closed + 1 < resume_of(state))
		state->settled[state->depth++] =
		    (struct settled){.resume = change->closed + 1,
				     .base = state->base,
				     .from = change->onset,
				     .end = change->end};
	state->base = change->onset;
	state->next = settled > change->decided ? settled : change->decided + 1;
}

static void
take_up(struct state *state)
{
	const struct settled *top = &state->settled[--state->depth];

	assert(state->next >= top->resume);
	state->base = top->base;
	drop_days(state, top->from, top->end);
}

/* The index of the first kept position >= 'position'. */
static size_t
index_of(const struct state *state, size_t position)
{
	size_t i = 0;

	while (i < state->count && state->kept[i] < position)
		i++;
	return i;
}

/* The last decision day, exclusive, of the past as it is now. */
static size_t
limit_of(const struct state *state, size_t days, size_t restart)
{
	size_t limit = days;

	if (resume_of(state) < limit)
		limit = resume_of(state);
	return restart < limit ? restart : limit;
}

/* Scans [state->next, limit) against the present past; 1 = alarm. */
static int
scan_stretch(struct state *state, const struct seep__sheets *sheets,
	     uint32_t stratum, const struct seep__judge *judge, size_t limit,
	     struct seep__changes *changes, int *found)
{
	struct seep__track track;
	struct seep__ladder ladder;
	size_t base, end, stop;
	int rc;

	*found = 0;
	rc = seep__track_make(&track, sheets, stratum, state->kept,
			      state->count);
	if (rc != SEEP_OK)
		return rc;
	base = index_of(state, state->base);
	rc = seep__ladder_make(&ladder, &track, judge, base);
	if (rc != SEEP_OK)
		return rc;
	end = index_of(state, state->next) + 1 - base;
	stop = index_of(state, limit) - base;
	for (; end <= stop; end++) {
		struct seep__rise alarm = {0};
		size_t raised, closed;

		if (end <= SEEP__RUNG_FIRST ||
		    !seep__ladder_judge(&ladder, stratum, end, &alarm))
			continue;
		follow_rise(&ladder, &alarm, &raised, &closed);
		*found = 1;
		return add_change(changes, &track, &ladder, &alarm, raised,
				  closed);
	}
	return SEEP_OK;
}

/* The first position on or after a calendar day. */
static size_t
position_of(const struct seep__days *days, uint32_t day)
{
	return seep__days_before(days, day);
}

/* Takes the restarts that are known by 'next', which changes nothing the
 * second time; returns the position on which another one becomes known. They
 * are in the order of their days, which is not that of being known. */
static size_t
take_restarts(struct state *state, const struct seep__sheets *sheets,
	      const struct seep__judge *judge)
{
	size_t soonest = SIZE_MAX;

	for (size_t i = 0; i < judge->restarts_count; i++) {
		const struct seep__restart *at = &judge->restarts[i];
		const size_t known = position_of(&sheets->days, at->known);
		const size_t base = position_of(&sheets->days, at->day);

		if (known > state->next) {
			soonest = known < soonest ? known : soonest;
			continue;
		}
		if (base > state->base)
			state->base = base;
		for (size_t d = 0; d < state->depth; d++)
			if (base > state->settled[d].base)
				state->settled[d].base = base;
	}
	return soonest;
}

static int
scan_stratum(const struct seep__sheets *sheets, uint32_t stratum,
	     const struct seep__judge *judge, struct seep__changes *changes)
{
	const size_t days = sheets->days.count;
	struct state state = {.depth = 0};

	state.kept = seep__arena_get(sheets->subject->scratch, days,
				     sizeof(*state.kept));
	/* Each begins a reference behind the one it stands on. */
	state.settled = seep__arena_get(sheets->subject->scratch,
					days / SEEP__RUNG_FIRST + 1,
					sizeof(*state.settled));
	if (!state.kept || !state.settled)
		return seep__mem_why(sheets->subject->view->mem);
	state.count = days;
	for (size_t i = 0; i < days; i++)
		state.kept[i] = i;
	state.base = sheets->start[stratum];
	state.next = position_of(&sheets->days, judge->since);
	if (state.next < state.base)
		state.next = state.base;
	while (state.next < days) {
		size_t restart, limit;
		int found, rc;

		while (state.next >= resume_of(&state))
			take_up(&state);
		restart = take_restarts(&state, sheets, judge);
		limit = limit_of(&state, days, restart);
		rc = scan_stretch(&state, sheets, stratum, judge, limit,
				  changes, &found);
		if (rc != SEEP_OK)
			return rc;
		if (found)
			move_on(&state, &changes->list[changes->count - 1]);
		else
			state.next = limit;
	}
	return SEEP_OK;
}

int
seep__change_scan(const struct seep__sheets *sheets,
		  const struct seep__judge *judge,
		  struct seep__changes *changes)
{
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++) {
		int rc;

		if (!sheets->sheet[s].day)
			continue;
		rc = scan_stratum(sheets, s, judge, changes);
		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}
