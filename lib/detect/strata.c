/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/strata.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* RATIO_BITS_MAX: most that size adds to a score, so that a first byte to
 * a silent peer does not outrank weeks of evidence. */
#define RATIO_BITS_MAX (UINT32_C(20) << 16)

/*
 * ROWS_DAYS_MAX: evidence of so many usable days keeps the rows of all
 * windows that new peers are asked for: 8 MB for its 1,024 days. Each row
 * costs a walk over all cells of the entity, and each is asked for by three
 * windows and by both detectors. Beyond, every one is worked out anew.
 */
#define ROWS_DAYS_MAX 1024

static uint8_t
mark_of(const struct seep__stratum *stratum)
{
	return (uint8_t)(stratum->series.direction + 1);
}

void
seep__stratum_renew(struct seep__stratum *stratum, size_t s)
{
	const struct seep__series *series = &stratum->series;
	uint64_t *row = stratum->values;

	assert(stratum->pattern == SEEP_PATTERN_NEW_PEERS);
	assert(s < series->count);
	if (stratum->rows)
		row = stratum->rows + s * series->count;
	if (!stratum->rows || stratum->row_of[s] != mark_of(stratum)) {
		seep__series_days(series, stratum->first, stratum->end,
				  series->usable[s], row);
		seep__series_passing(series, s, row);
		stratum->row_of[s] = mark_of(stratum);
	}
	if (row != stratum->values)
		memcpy(stratum->values, row, series->count * sizeof(*row));
}

int
seep__stratum_is_new(const struct seep__stratum *stratum, size_t day)
{
	if (stratum->pattern == SEEP_PATTERN_NEW_PEERS)
		return 1;
	for (size_t p = stratum->first; p < stratum->end; p++)
		if (stratum->subject->peers[p].known < day)
			return 0;
	return 1;
}

void
seep__stratum_reference(const struct seep__stratum *stratum, size_t end,
			struct seep__spread *spread)
{
	size_t count = 0;

	assert(end <= stratum->series.count);
	for (size_t i = 0; i < end; i++)
		if (!stratum->taken[i])
			stratum->sorted[count++] = stratum->values[i];
	seep__spread_of(stratum->sorted, stratum->scratch, count, spread);
}

uint64_t
seep__stratum_usual(const struct seep__stratum *stratum, size_t end)
{
	struct seep__spread spread;

	assert(end <= stratum->series.count);
	memcpy(stratum->sorted, stratum->all, end * sizeof(*stratum->sorted));
	seep__spread_of(stratum->sorted, stratum->scratch, end, &spread);
	return spread.median;
}

void
seep__stratum_passing(const struct seep__stratum *stratum, size_t end,
		      struct seep__spread *spread)
{
	assert(end < stratum->series.count);
	if (stratum->passing_of[end] != mark_of(stratum)) {
		seep__series_passing(&stratum->series, end, stratum->sorted);
		seep__spread_of(stratum->sorted, stratum->scratch, end,
				&stratum->passing[end]);
		stratum->passing_of[end] = mark_of(stratum);
	}
	*spread = stratum->passing[end];
}

int
seep__stratum_found(const struct seep__stratum *stratum,
		    const struct seep__spread *reference, uint64_t mean,
		    uint64_t over, uint64_t least,
		    struct seep__candidate *found)
{
	const uint64_t most = reference->max > least ? reference->max : least;
	const uint32_t base = seep__log2_q16(most);
	const uint32_t size = seep__log2_q16(mean);
	uint64_t bits = size > base ? size - base : 0;

	if (bits > RATIO_BITS_MAX)
		bits = RATIO_BITS_MAX;
	bits += seep__choose_log2_q16(reference->count, over);
	found->score_tenths = (uint32_t)(bits * 10 >> 16);
	found->direction = stratum->series.direction;
	found->pattern = stratum->pattern;
	found->basis = SEEP_BASIS_CHANGE;
	found->peer_first = stratum->first;
	found->peer_end = stratum->end;
	found->excess =
	    found->bytes > found->expected ? found->bytes - found->expected : 0;
	found->mean_per_day = mean;
	found->reference_days = reference->count;
	found->reference_median = reference->median;
	found->reference_max = reference->max;
	return seep__candidates_add(stratum->candidates, found);
}

static int
alloc_arrays(struct seep__stratum *stratum)
{
	const struct seep__calendar *calendar = stratum->subject->calendar;
	struct seep__arena *arena = stratum->subject->scratch;
	const size_t days = calendar->days_count + 1;
	uint64_t **const lists[] = {&stratum->values,  &stratum->all,
				    &stratum->all_max, &stratum->sorted,
				    &stratum->scratch, &stratum->hour_max};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		*lists[i] = seep__arena_get(arena, days, sizeof(uint64_t));
		if (!*lists[i])
			return seep__mem_why(arena->mem);
	}
	stratum->hours =
	    seep__arena_get(arena, calendar->hours_count, sizeof(uint64_t));
	stratum->taken = seep__arena_get(arena, days, 1);
	stratum->row_of = seep__arena_get(arena, days, 1);
	stratum->passing_of = seep__arena_get(arena, days, 1);
	stratum->passing =
	    seep__arena_get(arena, days, sizeof(*stratum->passing));
	if (!stratum->hours || !stratum->taken || !stratum->row_of ||
	    !stratum->passing_of || !stratum->passing)
		return seep__mem_why(arena->mem);
	if (stratum->series.count > ROWS_DAYS_MAX)
		return SEEP_OK;
	stratum->rows = seep__arena_get(
	    arena, stratum->series.count * stratum->series.count,
	    sizeof(uint64_t));
	return stratum->rows ? SEEP_OK : seep__mem_why(arena->mem);
}

/* Sums up the whole entity, all directions. */
static void
read_totals(struct seep__stratum *stratum)
{
	const struct seep__calendar *calendar = stratum->subject->calendar;
	const size_t peers = stratum->subject->peers_count;
	uint64_t *hour_max = stratum->hour_max;
	size_t day = 0;

	assert(stratum->series.direction == SEEP_DIRECTION_UNKNOWN);
	seep__series_days(&stratum->series, 0, peers, 0, stratum->all);
	for (size_t i = 0; i < stratum->series.count; i++)
		stratum->all_max[i + 1] = stratum->all[i] > stratum->all_max[i]
					      ? stratum->all[i]
					      : stratum->all_max[i];
	seep__series_hours(&stratum->series, 0, peers, stratum->hours);
	for (size_t h = 0; h < calendar->hours_count; h++) {
		while (calendar->hours[h] / SEEP__HOURS_PER_DAY !=
		       calendar->days[day].day) {
			day++;
			hour_max[day + 1] = hour_max[day];
		}
		if (stratum->hours[h] > hour_max[day + 1])
			hour_max[day + 1] = stratum->hours[h];
	}
}

static int
look_at(struct seep__stratum *stratum, enum seep_pattern pattern, size_t first,
	size_t end, uint64_t bytes_min, seep__stratum_fn look)
{
	stratum->pattern = pattern;
	stratum->first = first;
	stratum->end = end;
	stratum->bytes = 0;
	for (size_t p = first; p < end; p++)
		stratum->bytes += stratum->subject->peers[p].bytes;
	if (stratum->bytes < bytes_min)
		return SEEP_OK;
	memset(stratum->taken, 0, stratum->series.count);
	if (pattern != SEEP_PATTERN_NEW_PEERS)
		seep__series_days(&stratum->series, first, end, 0,
				  stratum->values);
	return look(stratum);
}

static int
walk_direction(struct seep__stratum *stratum, uint64_t bytes_min,
	       seep__stratum_fn look)
{
	const size_t count = stratum->subject->peers_count;
	size_t end;
	int rc;

	rc =
	    look_at(stratum, SEEP_PATTERN_ALL_PEERS, 0, count, bytes_min, look);
	if (rc == SEEP_OK)
		rc = look_at(stratum, SEEP_PATTERN_NEW_PEERS, 0, count,
			     bytes_min, look);
	for (size_t p = 0; rc == SEEP_OK && p < count; p = end) {
		end = seep__prefix_end(stratum->subject, p);
		if (end - p > 1)
			rc = look_at(stratum, SEEP_PATTERN_PREFIX, p, end,
				     bytes_min, look);
	}
	for (size_t p = 0; rc == SEEP_OK && p < count; p++)
		rc = look_at(stratum, SEEP_PATTERN_SINGLE_PEER, p, p + 1,
			     bytes_min, look);
	return rc;
}

/* Bytes of one direction, or of all: what none of its strata can exceed. */
static uint64_t
sum_direction(const struct seep__subject *subject,
	      enum seep_direction direction)
{
	uint64_t sum = 0;

	for (size_t c = 0; c < subject->cells_count; c++)
		if (direction == SEEP_DIRECTION_UNKNOWN ||
		    subject->cells[c].direction == direction)
			sum +=
			    seep__subject_counts(subject, &subject->cells[c]);
	return sum;
}

int
seep__strata_walk(const struct seep__subject *subject,
		  struct seep__candidates *candidates, uint64_t bytes_min,
		  seep__stratum_fn look)
{
	struct seep__stratum stratum;
	int rc;

	memset(&stratum, 0, sizeof(stratum));
	stratum.subject = subject;
	stratum.candidates = candidates;
	rc = seep__series_init(&stratum.series, subject);
	if (rc != SEEP_OK || subject->peers_count == 0 ||
	    stratum.series.count < SEEP__REFERENCE_DAYS_MIN)
		return rc;
	rc = alloc_arrays(&stratum);
	if (rc != SEEP_OK)
		return rc;
	read_totals(&stratum);
	for (int d = 0; rc == SEEP_OK && d <= SEEP_DIRECTION_PULL; d++) {
		stratum.series.direction = (enum seep_direction)d;
		if (sum_direction(subject, stratum.series.direction) <
		    bytes_min)
			continue;
		rc = walk_direction(&stratum, bytes_min, look);
	}
	return rc;
}
