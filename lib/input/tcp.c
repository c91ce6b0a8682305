/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/tcp.h"

#include <assert.h>
#include <string.h>

/* before() orders two numbers that are less than 2^31 apart. */
static int
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static uint32_t
later(uint32_t a, uint32_t b)
{
	return before(a, b) ? b : a;
}

static uint32_t
earlier(uint32_t a, uint32_t b)
{
	return before(a, b) ? a : b;
}

static void
begin(struct seep__tcpside *side, uint32_t low, uint32_t next, int64_t time_ns)
{
	assert(next - low <= SEEP__TCP_REACH);
	side->low = low;
	side->next = next;
	side->last_ns = time_ns;
	side->known = 1;
	side->has_claim = 0;
	side->holes_count = 0;
	side->holes_counted = 0;
}

/* is_carried() says whether a link can carry 'size' bytes in 'gap_ns'. */
static int
is_carried(uint32_t size, int64_t gap_ns)
{
	uint64_t most = SEEP__TCP_SLACK;

	if (size > SEEP__TCP_REACH)
		return 0;
	/* Beyond a second all within reach is; no overflow then. */
	if (gap_ns > 1000000000)
		return 1;
	if (gap_ns > 0)
		most += (uint64_t)gap_ns / 8 * SEEP__TCP_BYTES_PER_8_NS;
	return size <= most;
}

static int
is_counted(const struct seep__tcpside *side, unsigned i)
{
	return side->holes_counted >> i & 1;
}

static void
count_hole(struct seep__tcpside *side, unsigned i, struct seep__tcpnews *news)
{
	assert(i < side->holes_count);
	if (is_counted(side, i))
		return;
	news->missed += side->holes[i].end - side->holes[i].start;
	side->holes_counted = (uint8_t)(side->holes_counted | 1u << i);
}

static void
remove_hole(struct seep__tcpside *side, unsigned i)
{
	unsigned low = (1u << i) - 1u;
	unsigned mask = side->holes_counted;

	assert(i < side->holes_count);
	side->holes_count--;
	memmove(&side->holes[i], &side->holes[i + 1],
		(side->holes_count - i) * sizeof(side->holes[0]));
	side->holes_counted = (uint8_t)((mask & low) | (mask >> 1 & ~low));
}

/* Which hole to give up: one that is counted already, else the oldest. */
static unsigned
pick_hole(const struct seep__tcpside *side)
{
	unsigned i;

	assert(side->holes_count > 0);
	for (i = 0; i < side->holes_count; i++) {
		if (is_counted(side, i))
			return i;
	}
	return 0;
}

static void
add_hole(struct seep__tcpside *side, uint32_t start, uint32_t end, int counted,
	 struct seep__tcpnews *news)
{
	unsigned i;

	assert(before(start, end));
	if (side->holes_count == SEEP__TCP_HOLES) {
		i = pick_hole(side);
		count_hole(side, i, news);
		remove_hole(side, i);
	}
	assert(side->holes_count < SEEP__TCP_HOLES);
	i = side->holes_count++;
	side->holes[i].start = start;
	side->holes[i].end = end;
	if (counted)
		side->holes_counted = (uint8_t)(side->holes_counted | 1u << i);
}

/*
 * fill_hole() takes [from, to) out of hole 'i'. What is left on both sides
 * becomes two holes; the new one goes to the end of the list.
 */
static uint32_t
fill_hole(struct seep__tcpside *side, unsigned i, uint32_t from, uint32_t to,
	  struct seep__tcpnews *news)
{
	struct seep__tcphole hole = side->holes[i];
	int counted = is_counted(side, i);
	uint32_t start = later(hole.start, from);
	uint32_t end = earlier(hole.end, to);

	if (!before(start, end))
		return 0;
	if (counted)
		news->found += end - start;
	if (start == hole.start && end == hole.end) {
		remove_hole(side, i);
	} else if (start == hole.start) {
		side->holes[i].start = end;
	} else {
		side->holes[i].end = start;
		if (end != hole.end)
			add_hole(side, end, hole.end, counted, news);
	}
	return end - start;
}

/*
 * From the last hole to the first: filling may remove the one at hand, and
 * appends beyond it. Where an append had to drop a hole, the ones below
 * move down by one, and the one at hand is looked at again; it holds
 * nothing of [from, to) any more.
 */
static uint32_t
fill(struct seep__tcpside *side, uint32_t from, uint32_t to,
     struct seep__tcpnews *news)
{
	uint32_t filled = 0;
	unsigned i = side->holes_count;

	assert(!before(to, from) && !before(side->next, to));
	while (i-- > 0) {
		if (i < side->holes_count)
			filled += fill_hole(side, i, from, to, news);
	}
	return filled;
}

/* Holes and 'low' stay within reach of 'next', for the comparisons. */
static void
slide(struct seep__tcpside *side, struct seep__tcpnews *news)
{
	unsigned i = side->holes_count;

	assert(!before(side->next, side->low));
	if (side->next - side->low > SEEP__TCP_REACH)
		side->low = side->next - SEEP__TCP_REACH;
	while (i-- > 0) {
		if (side->next - side->holes[i].start <= SEEP__TCP_REACH)
			continue;
		count_hole(side, i, news);
		remove_hole(side, i);
	}
}

/* Payload below 'next': it fills holes, is new below 'low', or a repeat. */
static void
take_old(struct seep__tcpside *side, uint32_t from, uint32_t to,
	 struct seep__tcpnews *news)
{
	uint32_t size = to - from;
	uint32_t fresh = 0;

	assert(!before(to, from) && !before(side->next, to));
	if (before(from, side->low)) {
		fresh = earlier(to, side->low) - from;
		side->low = from;
	}
	fresh += fill(side, from, to, news);
	assert(fresh <= size);
	news->retransmitted += size - fresh;
}

/*
 * A step of one is no loss: a FIN, or a keep-alive, has a number and no
 * byte.
 */
static void
open_hole(struct seep__tcpside *side, uint32_t end, int counted,
	  struct seep__tcpnews *news)
{
	uint32_t size = end - side->next;

	assert(!before(end, side->next));
	if (size > 1) {
		add_hole(side, side->next, end, counted, news);
		if (counted)
			news->missed += size;
	}
	side->next = end;
}

static void
note_claim(struct seep__tcpside *side, uint32_t start, uint32_t end,
	   int64_t time_ns)
{
	assert(!before(end, start));
	side->claim_start = start;
	side->claim_end = end;
	side->claim_ns = time_ns;
	side->has_claim = 1;
}

/*
 * is_confirmed() says whether 'at' goes on from where a packet claimed to
 * be, as far as the link can carry since. If not, it is the new claim. A
 * packet near 'next' withdraws it.
 */
static int
is_confirmed(struct seep__tcpside *side, uint32_t at, uint32_t end,
	     int64_t time_ns)
{
	int confirmed =
	    side->has_claim && (int32_t)(at - side->claim_end) >= 0 &&
	    is_carried(at - side->claim_end, time_ns - side->claim_ns);

	if (confirmed)
		side->has_claim = 0;
	else
		note_claim(side, at, end, time_ns);
	return confirmed;
}

/*
 * jump() takes a confirmed claim: what lies before it is a hole, when the
 * link can have carried it; else the direction begins anew.
 */
static void
jump(struct seep__tcpside *side, int counted, struct seep__tcpnews *news)
{
	uint32_t ahead = side->claim_start - side->next;

	assert(!side->has_claim);
	if ((int32_t)ahead < 0 ||
	    !is_carried(ahead, side->claim_ns - side->last_ns)) {
		news->unsized++;
		begin(side, side->claim_start, side->claim_end, side->claim_ns);
		return;
	}
	open_hole(side, side->claim_start, counted, news);
	side->next = side->claim_end;
	side->last_ns = side->claim_ns;
	slide(side, news);
}

/* is_far() says whether a number is not simply the next or a recent one. */
static int
is_far(const struct seep__tcpside *side, uint32_t at)
{
	uint32_t ahead = at - side->next;

	if ((int32_t)ahead < 0)
		return 0u - ahead > SEEP__TCP_REACH;
	return ahead > SEEP__TCP_SLACK;
}

void
seep__tcp_sent(struct seep__tcpside *side, uint32_t sequence, uint32_t payload,
	       int64_t time_ns, struct seep__tcpnews *news)
{
	uint32_t end = sequence + payload;

	assert(payload <= SEEP__TCP_REACH / 2);
	if (!side->known) {
		begin(side, sequence, end, time_ns);
		return;
	}
	if (is_far(side, sequence)) {
		if (!is_confirmed(side, sequence, end, time_ns))
			return;
		jump(side, 0, news);
		if (is_far(side, sequence)) {
			note_claim(side, sequence, end, time_ns);
			return;
		}
	}
	side->has_claim = 0;
	if (before(sequence, side->next)) {
		take_old(side, sequence, earlier(end, side->next), news);
		if (!before(side->next, end))
			return;
	} else {
		open_hole(side, sequence, 0, news);
	}
	side->next = end;
	side->last_ns = time_ns;
	slide(side, news);
}

void
seep__tcp_acked(struct seep__tcpside *side, uint32_t acknowledgement,
		int64_t time_ns, struct seep__tcpnews *news)
{
	unsigned i;

	if (!side->known) {
		begin(side, acknowledgement, acknowledgement, time_ns);
		return;
	}
	if (is_far(side, acknowledgement)) {
		if (before(acknowledgement, side->next) ||
		    !is_confirmed(side, acknowledgement, acknowledgement,
				  time_ns))
			return;
		jump(side, 1, news);
		if (is_far(side, acknowledgement)) {
			note_claim(side, acknowledgement, acknowledgement,
				   time_ns);
			return;
		}
	}
	side->has_claim = 0;
	if (before(side->next, acknowledgement)) {
		open_hole(side, acknowledgement, 1, news);
		side->last_ns = time_ns;
		slide(side, news);
	}
	for (i = 0; i < side->holes_count; i++) {
		if (!before(acknowledgement, side->holes[i].end))
			count_hole(side, i, news);
	}
}

void
seep__tcp_settle(struct seep__tcpside *side, struct seep__tcpnews *news)
{
	unsigned i;

	assert(side->holes_count <= SEEP__TCP_HOLES);
	for (i = 0; i < side->holes_count; i++)
		count_hole(side, i, news);
}

void
seep__tcp_forget(struct seep__tcpside *side)
{
	side->known = 0;
	side->has_isn = 0;
	side->has_claim = 0;
	side->holes_count = 0;
	side->holes_counted = 0;
}
