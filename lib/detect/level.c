/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/level.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arrange.h"
#include "base/clock.h"
#include "detect/bound.h"
#include "detect/reader.h"

/* The first and the last day on which a leak may begin and be judged. */
static void
fill_testable(const struct seep__sheets *sheets,
	      const struct seep__judge *judge, struct seep_entity *entity)
{
	const struct seep__days *days = &sheets->days;
	size_t base = 0;
	size_t first;

	entity->testable_from_ns = entity->testable_until_ns = 0;
	for (size_t i = 0; i < judge->restarts_count; i++)
		base = seep__days_before(days, judge->restarts[i].day);
	first = base + SEEP__RUNG_FIRST;
	if (first >= days->count || judge->since == UINT32_MAX)
		return;
	entity->testable_from_ns =
	    seep__clock_start(seep__days_start(days, first));
	entity->testable_until_ns = seep__clock_start(
	    seep__days_start(days, days->count - 1) + SEEP__HOURS_PER_DAY);
}

/* struct share: a peer and its outbound bytes, as the account has them. */
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

/* Lists what each peer got, most first; returns how many got anything. */
static size_t
read_shares(const struct seep__subject *subject, struct share *shares)
{
	size_t count = 0;

	for (size_t p = 0; p < subject->peers_count; p++) {
		const struct seep__peer *peer = &subject->peers[p];
		struct share share = {.peer = p};

		for (size_t c = peer->first; c < peer->end; c++) {
			const struct seep__peercell *cell = &subject->cells[c];
			const struct seep__member *from =
			    &subject->members[cell->host];

			if (cell->kind != SEEP_CELL_MISSED &&
			    from->end_day == UINT32_MAX)
				share.bytes += cell->bytes_out;
		}
		if (share.bytes)
			shares[count++] = share;
	}
	seep__arrange(shares, count, sizeof(*shares), compare_share);
	return count;
}

static int
fill_top(const struct seep__subject *subject, struct seep_entity *entity)
{
	const struct seep__case *view = subject->view;
	struct seep_peer_bytes *top;
	struct seep__bound bound;
	struct share *shares;
	size_t count;
	int rc;

	shares = seep__arena_get(subject->scratch, subject->peers_count,
				 sizeof(*shares));
	top = seep__arena_get(view->out, SEEP_ENTITY_TOP_MAX, sizeof(*top));
	if (!shares || !top)
		return seep__mem_why(view->mem);
	count = read_shares(subject, shares);
	entity->peers_total = count;
	entity->top_count = 0;
	entity->bytes_other = 0;
	rc = seep__bound_init(&bound, subject, 0, UINT32_MAX);
	if (rc != SEEP_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		const struct seep__peer *peer = &subject->peers[shares[i].peer];

		if (i >= SEEP_ENTITY_TOP_MAX) {
			entity->bytes_other += shares[i].bytes;
			continue;
		}
		top[i].peer = peer->address;
		top[i].fold = peer->fold;
		top[i].bytes_out = shares[i].bytes;
		top[i].bytes_out_max =
		    shares[i].bytes +
		    seep__bound_missing(&bound, shares[i].peer);
		if (peer->label) {
			top[i].label = seep__arena_copy(
			    view->out, peer->label, strlen(peer->label) + 1, 1);
			if (!top[i].label)
				rc = seep__mem_why(view->mem);
		}
		entity->top_count = i + 1;
	}
	seep__bound_clear(&bound);
	entity->top = top;
	return rc;
}

int
seep__level_fill(const struct seep__sheets *sheets,
		 const struct seep__judge *judge, struct seep_entity *entity)
{
	fill_testable(sheets, judge, entity);
	return fill_top(sheets->subject, entity);
}
