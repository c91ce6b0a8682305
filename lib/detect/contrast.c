/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * contrast.c - channels that never rest, where there is no past.
 *
 * A leak that runs from the first record changes nothing, so that nothing
 * can be compared with an earlier time. What is left is contrast: a peer
 * that gets bytes in three hours of four, nights included, far more of them
 * out than in, and far more than the entity's other peers.
 *
 * Decision    at the end of each UTC day, on all cells from before.
 * Used when   the evidence has too few days for the shortest long window
 *             and its reference.
 * Wrong when  a backup, a camera or a log forwarder does the same: it is a
 *             rank to look at, and no alarm rate is stated.
 */
#include "detect/detector.h"

#include <assert.h>

#include "base/clock.h"
#include "detect/robust.h"

/* With 14 usable days cumulative.c has 7 of reference and 7 of window. */
#define USABLE_DAYS_MAX 13

/* A day of hours at least: less cannot tell day from night. */
#define HOURS_MIN 24

/* ACTIVE: bytes in 3 hours of 4, timed cells only. No office day reaches
 * it: the 8 hours of a night are a third of the day. */
#define ACTIVE_NUMERATOR 3
#define ACTIVE_DENOMINATOR 4

/* BYTES_MIN: twice what cumulative.c asks of a week, for a rank has no
 * past of its own to lean on. */
#define BYTES_MIN UINT64_C(100000000)

/* OUT_IN: four out for one in: beyond interactive use and beyond transfers
 * in both directions; acknowledgements of a bulk transfer are 1 in 25. */
#define OUT_IN 4

#define SCORE_BITS_MAX (UINT32_C(20) << 16)

struct sums {
	size_t next; /* first cell not added yet */
	uint32_t first_hour;
	uint32_t last_hour; /* hour index + 1 of the last active one */
	uint64_t active;
	uint64_t bytes_out;
	uint64_t bytes_in;
	int met; /* a cell of it was added */
	int told;
};

/* Adds a peer's cells up to and with day index 'day'. */
static void
add_day(const struct seep__subject *subject, const struct seep__peer *peer,
	struct sums *sums, size_t day)
{
	while (sums->next < peer->end &&
	       subject->cells[sums->next].day <= day) {
		const struct seep__peercell *cell =
		    &subject->cells[sums->next++];
		const uint64_t bytes = seep__subject_counts(subject, cell);

		sums->met = 1;
		sums->bytes_in += cell->bytes_in;
		if (bytes && !sums->bytes_out)
			sums->first_hour = subject->calendar->hours[cell->hour];
		sums->bytes_out += bytes;
		if (cell->kind == SEEP_CELL_TIMED && bytes &&
		    cell->hour + 1 != sums->last_hour) {
			sums->last_hour = cell->hour + 1;
			sums->active++;
		}
	}
}

/* What would be much for one of the entity's peers, by all of them: one
 * peer of many cannot lift a median by itself. */
static uint64_t
get_limit(const struct sums *sums, size_t count, uint64_t *values,
	  uint64_t *scratch)
{
	struct seep__spread spread;
	uint64_t limit;
	size_t met = 0;

	/* Peers that come later are nothing that could be known now. */
	for (size_t i = 0; i < count; i++)
		if (sums[i].met)
			values[met++] = sums[i].bytes_out;
	seep__spread_of(values, scratch, met, &spread);
	/* Of one or two peers each is its own measure. */
	limit = met > 2 ? seep__spread_limit(&spread) : 0;
	return limit > BYTES_MIN ? limit : BYTES_MIN;
}

static int
is_restless(const struct sums *sums, uint64_t limit, uint64_t hours)
{
	return !sums->told && sums->bytes_out >= limit &&
	       sums->active * ACTIVE_DENOMINATOR >= hours * ACTIVE_NUMERATOR &&
	       sums->bytes_out / OUT_IN >= sums->bytes_in;
}

static int
add_peer(const struct seep__subject *subject, size_t peer, struct sums *sums,
	 uint64_t limit, size_t day, struct seep__candidates *candidates)
{
	const struct seep__date_day *date = &subject->calendar->days[day];
	struct seep__candidate found = {0};
	uint32_t bits = seep__log2_q16(sums->bytes_out) - seep__log2_q16(limit);

	assert(sums->bytes_out >= limit);
	sums->told = 1;
	if (bits > SCORE_BITS_MAX)
		bits = SCORE_BITS_MAX;
	found.direction = SEEP_DIRECTION_UNKNOWN;
	found.pattern = SEEP_PATTERN_SINGLE_PEER;
	found.basis = SEEP_BASIS_CONTRAST;
	found.peer_first = peer;
	found.peer_end = peer + 1;
	found.onset = sums->first_hour;
	found.end = UINT32_MAX;
	found.closed = UINT32_MAX;
	found.decided = (date->day + 1) * SEEP__HOURS_PER_DAY;
	found.window_hours = (uint32_t)SEEP__HOURS_PER_DAY;
	found.score_tenths = (uint32_t)((uint64_t)bits * 10 >> 16);
	found.bytes = subject->peers[peer].bytes;
	found.excess = found.bytes;
	found.excess_decided = sums->bytes_out;
	found.reference_max = limit;
	found.active_hours = sums->active;
	return seep__candidates_add(candidates, &found);
}

static int
scan_entity(const struct seep__subject *subject,
	    struct seep__candidates *candidates)
{
	const struct seep__calendar *calendar = subject->calendar;
	const size_t count = subject->peers_count;
	struct sums *sums;
	uint64_t *values, *scratch;
	uint64_t hours = 0;

	if (seep__calendar_usable_days(calendar) > USABLE_DAYS_MAX)
		return SEEP_OK;
	sums = seep__arena_get(subject->scratch, count, sizeof(*sums));
	values = seep__arena_get(subject->scratch, count, sizeof(*values));
	scratch = seep__arena_get(subject->scratch, count, sizeof(*scratch));
	if (!sums || !values || !scratch)
		return seep__mem_why(subject->view->mem);
	for (size_t p = 0; p < count; p++)
		sums[p].next = subject->peers[p].first;
	for (size_t day = 0; day < calendar->days_count; day++) {
		uint64_t limit;

		hours += calendar->days[day].covered;
		for (size_t p = 0; p < count; p++)
			add_day(subject, &subject->peers[p], &sums[p], day);
		if (hours < HOURS_MIN)
			continue;
		limit = get_limit(sums, count, values, scratch);
		for (size_t p = 0; p < count; p++) {
			int rc;

			if (!is_restless(&sums[p], limit, hours))
				continue;
			rc = add_peer(subject, p, &sums[p], limit, day,
				      candidates);
			if (rc != SEEP_OK)
				return rc;
		}
	}
	return SEEP_OK;
}

const struct seep__detector seep__detector_contrast = {
    .name = "contrast",
    .scan = scan_entity,
};
