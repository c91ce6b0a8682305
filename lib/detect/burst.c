/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * burst.c - outbound sums over 1 h and 1 d: gross bursts only.
 *
 * Decision    at the end of each covered hour and usable day: more than
 *             BURST_FACTOR times the largest hour or day before, of all the
 *             entity's peers together.
 * Wrong when  a leak takes care; it is the long windows' business.
 */
#include "detect/detector.h"

#include <assert.h>

#include "base/clock.h"
#include "detect/strata.h"
#include "ledger/window.h"

/*
 * 8 times the largest reference hour or day of all peers together, and
 * 1 GB; an hour also 4 times the largest day. Bursts are not what this
 * library is for; a threshold that ordinary uploads reach would drown what
 * is. Peers in use must have shown a whole month, else the month's closing
 * backup speaks.
 */
#define BURST_FACTOR 8
#define BURST_HOUR_DAYS 4
#define BURST_BYTES_MIN UINT64_C(1000000000)
#define MONTH_DAYS 32

static int
add_burst(struct seep__stratum *stratum, size_t past, uint64_t bytes,
	  struct seep__candidate *found)
{
	struct seep__spread reference;

	seep__stratum_reference(stratum, past, &reference);
	if (reference.count < SEEP__REFERENCE_DAYS_MIN)
		return SEEP_OK;
	found->bytes = bytes;
	found->closed = found->end;
	found->excess_decided = bytes;
	return seep__stratum_found(stratum, &reference, bytes, 1,
				   BURST_BYTES_MIN, found);
}

static int
scan_days(struct seep__stratum *stratum)
{
	const struct seep__series *series = &stratum->series;

	for (size_t e = SEEP__REFERENCE_DAYS_MIN; e < series->count; e++) {
		struct seep__candidate found = {0};
		uint64_t bytes;
		int rc;

		if (stratum->pattern == SEEP_PATTERN_NEW_PEERS) {
			seep__stratum_renew(stratum, e);
			found.known_from = series->usable[e];
		}
		bytes = stratum->values[e];
		if (bytes < BURST_BYTES_MIN ||
		    bytes / BURST_FACTOR <= stratum->all_max[e] ||
		    (e < MONTH_DAYS &&
		     !seep__stratum_is_new(stratum, series->usable[e])))
			continue;
		found.onset = seep__series_start(series, e);
		found.end = found.onset + SEEP__HOURS_PER_DAY;
		found.decided = found.end;
		found.window_hours = seep__window_hours[1];
		rc = add_burst(stratum, e, bytes, &found);
		if (rc != SEEP_OK)
			return rc;
		stratum->taken[e] = 1;
	}
	return SEEP_OK;
}

static int
is_burst_hour(const struct seep__stratum *stratum, uint64_t bytes, size_t day,
	      size_t past)
{
	return past >= SEEP__REFERENCE_DAYS_MIN && bytes >= BURST_BYTES_MIN &&
	       bytes / BURST_FACTOR > stratum->hour_max[day] &&
	       bytes / BURST_HOUR_DAYS > stratum->all_max[past] &&
	       (past >= MONTH_DAYS || seep__stratum_is_new(stratum, day));
}

/* New peers together have no hours: whoever spreads a burst over peers is
 * seen at the end of the day. */
static int
scan_hours(struct seep__stratum *stratum)
{
	const struct seep__calendar *calendar = stratum->subject->calendar;

	seep__series_hours(&stratum->series, stratum->first, stratum->end,
			   stratum->hours);
	for (size_t h = 0; h < calendar->hours_count; h++) {
		const uint32_t hour = calendar->hours[h];
		const size_t day =
		    seep__calendar_day(calendar, hour / SEEP__HOURS_PER_DAY);
		const size_t past = seep__series_before(&stratum->series, day);
		struct seep__candidate found = {0};
		int rc;

		assert(past <= stratum->series.count);
		if (!is_burst_hour(stratum, stratum->hours[h], day, past))
			continue;
		found.onset = hour;
		found.end = found.decided = hour + 1;
		found.window_hours = seep__window_hours[0];
		rc = add_burst(stratum, past, stratum->hours[h], &found);
		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

static int
scan_stratum(struct seep__stratum *stratum)
{
	const int rc = scan_days(stratum);

	if (rc != SEEP_OK || stratum->pattern == SEEP_PATTERN_NEW_PEERS)
		return rc;
	return scan_hours(stratum);
}

static int
scan_entity(const struct seep__subject *subject,
	    struct seep__candidates *candidates)
{
	return seep__strata_walk(subject, candidates, BURST_BYTES_MIN,
				 scan_stratum);
}

const struct seep__detector seep__detector_burst = {
    .name = "burst",
    .scan = scan_entity,
};
