/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cumulative.c - outbound sums over 7, 30 and 90 days against the entity's
 * own past (1 h and 1 d: burst.c).
 *
 * Reference   the usable days before the window only, from the entity's
 *             first, without earlier episodes; at least 7.
 * Decision    at the end of each usable day: the mean day of the window
 *             lies above the largest reference day (by FACTOR) and above
 *             median + 6 x 1.4826 MAD, 5 in 7 of its days lie above the
 *             reference's 90th percentile, and the excess is worth a
 *             finding.
 * New peers   who first received more than dust inside the window; compared
 *             with what peers that came late or went soon drew from the
 *             entity in its reference. That measure takes in every peer
 *             which a window of the same kind would have called new, so
 *             that chance is on the reference's side. A peer or prefix
 *             without a past is held against the same measure.
 * Wrong when  the leak runs from the first day, grows slower than the
 *             reference, hides below the largest reference day of peers
 *             that are in use, or rests more than 2 days in 7.
 */
#include "detect/detector.h"

#include <assert.h>

#include "base/clock.h"
#include "detect/strata.h"
#include "ledger/window.h"

/* BYTES_MIN: the least excess over a window that is worth a person's time.
 * 50 MB is a few thousand documents. Lower finds less and says more: below
 * it a new update server or a web mail user looks the same. */
#define BYTES_MIN UINT64_C(50000000)

/* SHARE: the excess must also be 1/20 of what the entity usually sends in
 * that time. A busy server meets new peers of 50 MB every day; 1/20 is the
 * order of its day-to-day noise over a week. */
#define SHARE 20

/* FACTOR: by how much, in halves, the mean must exceed the largest
 * reference day. With 1 a growing service speaks after its first good
 * week; with 2 the leak must double the server's best day. */
#define FACTOR_HALVES 3

/* Days above the reference's 90th percentile: 5 in 7, so that a leak which
 * rests at weekends still persists and two bursts in a week do not. */
#define OVER_NUMERATOR 5
#define OVER_DENOMINATOR 7

/* A window speaks when two thirds of its days are usable: with less, a gap
 * and a holiday would make a week. */
#define USABLE_NUMERATOR 2
#define USABLE_DENOMINATOR 3

/* An episode ends after so many usable days back at the reference: a
 * weekend and a bridge day do not cut it in two. */
#define REST_DAYS_MAX 4

/* WINDOW_FIRST: index of the 7-day window in seep__window_hours. */
#define WINDOW_FIRST 2

/* struct verdict: what speaks against a window. */
struct verdict {
	struct seep__spread reference;
	uint64_t mean;
	uint64_t over_max;
};

static int
is_beyond(const struct verdict *verdict)
{
	const struct seep__spread *reference = &verdict->reference;

	return reference->count >= SEEP__REFERENCE_DAYS_MIN &&
	       verdict->mean / FACTOR_HALVES * 2 > reference->max &&
	       verdict->mean > seep__spread_limit(reference);
}

/* Do days enough of [s, e] lie above the reference's 90th percentile? */
static int
is_persistent(const struct seep__stratum *stratum, size_t s, size_t e,
	      struct verdict *verdict)
{
	size_t over = 0;

	verdict->over_max = 0;
	for (size_t i = s; i <= e; i++) {
		over += stratum->values[i] > verdict->reference.q90;
		verdict->over_max +=
		    stratum->values[i] > verdict->reference.max;
	}
	return over * OVER_DENOMINATOR >= (e - s + 1) * OVER_NUMERATOR;
}

/* Does a reference day alone speak against a mean? Most windows end here,
 * before anything is sorted. */
static int
is_surpassed(const struct seep__stratum *stratum, size_t s, uint64_t mean)
{
	for (size_t i = 0; i < s; i++)
		if (!stratum->taken[i] &&
		    stratum->values[i] >= mean / FACTOR_HALVES * 2)
			return 1;
	return 0;
}

/* Is the window [s, e] beyond its reference [0, s)? */
static int
judge_window(const struct seep__stratum *stratum, size_t s, size_t e,
	     struct verdict *verdict)
{
	const uint64_t n = e - s + 1;
	uint64_t sum = 0, excess;

	assert(s <= e && e < stratum->series.count);
	for (size_t i = s; i <= e; i++) {
		if (stratum->taken[i])
			return 0;
		sum += stratum->values[i];
	}
	verdict->mean = sum / n;
	if (sum < BYTES_MIN || is_surpassed(stratum, s, verdict->mean))
		return 0;
	seep__stratum_reference(stratum, s, &verdict->reference);
	if (!is_beyond(verdict) || !is_persistent(stratum, s, e, verdict))
		return 0;
	excess = sum - n * verdict->reference.median;
	return excess >= BYTES_MIN &&
	       excess / n >= seep__stratum_usual(stratum, s) / SHARE;
}

/* A peer or prefix without a past has a reference of zeros; what it is held
 * against is what such peers drew before, which then is its reference. */
static int
judge_newcomer(const struct seep__stratum *stratum, size_t s, size_t e,
	       struct verdict *verdict)
{
	if (stratum->pattern == SEEP_PATTERN_NEW_PEERS ||
	    !seep__stratum_is_new(stratum, stratum->series.usable[s]))
		return 1;
	seep__stratum_passing(stratum, s, &verdict->reference);
	return is_beyond(verdict) && is_persistent(stratum, s, e, verdict);
}

/*
 * Follows an episode beyond its decision and sets its end, and since when
 * that is known; returns its last position.
 *
 * A cut last day is no day to decide on, but the episode goes on through
 * it; not through years without a day, to one packet dated 2033.
 */
static size_t
follow_episode(const struct seep__stratum *stratum,
	       const struct verdict *verdict, size_t e,
	       struct seep__candidate *found)
{
	const struct seep__series *series = &stratum->series;
	size_t last = e;

	found->closed = UINT32_MAX;
	for (size_t i = e + 1; i < series->count; i++) {
		if (stratum->values[i] > verdict->reference.q90)
			last = i;
		else if (i - last >= REST_DAYS_MAX) {
			found->closed =
			    seep__series_start(series, i) + SEEP__HOURS_PER_DAY;
			break;
		}
	}
	found->end = seep__series_start(series, last) + SEEP__HOURS_PER_DAY;
	if (last + 1 == series->count)
		found->end += REST_DAYS_MAX * SEEP__HOURS_PER_DAY;
	return last;
}

static int
add_episode(struct seep__stratum *stratum, size_t s, size_t e,
	    uint32_t window_hours, const struct verdict *verdict)
{
	const struct seep__series *series = &stratum->series;
	struct seep__candidate found = {0};
	const size_t last = follow_episode(stratum, verdict, e, &found);

	assert(s <= e && e <= last);
	if (stratum->pattern == SEEP_PATTERN_NEW_PEERS)
		found.known_from = series->usable[s];
	found.excess_decided =
	    (verdict->mean - verdict->reference.median) * (e - s + 1);
	while (s < e && stratum->values[s] <= verdict->reference.q90)
		s++;
	found.onset = seep__series_start(series, s);
	found.decided = seep__series_start(series, e) + SEEP__HOURS_PER_DAY;
	found.window_hours = window_hours;
	for (size_t i = s; i <= last; i++) {
		found.bytes += stratum->values[i];
		stratum->taken[i] = 1;
	}
	found.expected = verdict->reference.median * (last - s + 1);
	return seep__stratum_found(
	    stratum, &verdict->reference, verdict->mean, verdict->over_max,
	    BYTES_MIN / SEEP__REFERENCE_DAYS_MIN, &found);
}

/* The first position of the window of 'days' that ends with 'e'. */
static size_t
window_start(const struct seep__series *series, size_t e, uint32_t days)
{
	const uint32_t last = seep__series_day(series, e);
	size_t s = e;

	while (s > 0 && last - seep__series_day(series, s - 1) < days)
		s--;
	return s;
}

/* Takes the decision at the end of position 'e' for one window. */
static int
decide(struct seep__stratum *stratum, size_t e, uint32_t hours)
{
	const uint32_t days = hours / SEEP__HOURS_PER_DAY;
	const size_t s = window_start(&stratum->series, e, days);
	struct verdict verdict;

	if (s < SEEP__REFERENCE_DAYS_MIN || stratum->taken[e] ||
	    (e - s + 1) * USABLE_DENOMINATOR < days * USABLE_NUMERATOR)
		return SEEP_OK;
	if (stratum->pattern == SEEP_PATTERN_NEW_PEERS)
		seep__stratum_renew(stratum, s);
	if (!judge_window(stratum, s, e, &verdict) ||
	    !judge_newcomer(stratum, s, e, &verdict))
		return SEEP_OK;
	return add_episode(stratum, s, e, hours, &verdict);
}

static int
scan_stratum(struct seep__stratum *stratum)
{
	for (size_t e = SEEP__REFERENCE_DAYS_MIN; e < stratum->series.count;
	     e++) {
		for (size_t w = WINDOW_FIRST; w < SEEP__WINDOWS; w++) {
			const int rc =
			    decide(stratum, e, seep__window_hours[w]);

			if (rc != SEEP_OK)
				return rc;
		}
	}
	return SEEP_OK;
}

static int
scan_entity(const struct seep__subject *subject,
	    struct seep__candidates *candidates)
{
	return seep__strata_walk(subject, candidates, BYTES_MIN, scan_stratum);
}

const struct seep__detector seep__detector_cumulative = {
    .name = "cumulative",
    .scan = scan_entity,
};
