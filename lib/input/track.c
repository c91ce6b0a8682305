/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/track.h"

#include <assert.h>
#include <string.h>

unsigned
seep__track_key(struct seep__flowkey *key, const struct seep__packet *packet,
		int orphan)
{
	int order = seep_address_compare(&packet->src, &packet->dst);
	unsigned src;

	if (order == 0)
		order = packet->src_port <= packet->dst_port ? -1 : 1;
	src = order > 0;
	assert(!orphan || !packet->has_ports);
	memset(key, 0, sizeof(*key));
	key->ends[src] = packet->src;
	key->ends[1 - src] = packet->dst;
	key->protocol = packet->protocol;
	key->portless = (uint8_t)orphan;
	if (packet->has_ports) {
		key->ports[src] = packet->src_port;
		key->ports[1 - src] = packet->dst_port;
	}
	return src;
}

static int
is_syn(const struct seep__packet *packet)
{
	return packet->has_tcp &&
	       (packet->tcp_flags & (SEEP__TCP_SYN | SEEP__TCP_ACK |
				     SEEP__TCP_RST | SEEP__TCP_FIN)) ==
		   SEEP__TCP_SYN;
}

int
seep__track_reopened(const struct seep__track *track,
		     const struct seep__packet *packet, unsigned src)
{
	const struct seep__tcpside *side = &track->sides[src];

	if (!track->is_tcp || !is_syn(packet))
		return 0;
	return seep__track_ended(track) &&
	       (!side->has_isn || side->isn != packet->sequence);
}

static int
is_closed(const struct seep__track *track)
{
	return track->rst || (track->fin[0] && track->fin[1]);
}

enum seep__idle
seep__track_idle(const struct seep__track *track)
{
	if (track->is_tcp)
		return is_closed(track) ? SEEP__IDLE_TCP_CLOSED
					: SEEP__IDLE_TCP;
	return track->key.protocol == SEEP__PROTO_UDP ? SEEP__IDLE_UDP
						      : SEEP__IDLE_OTHER;
}

int
seep__track_ended(const struct seep__track *track)
{
	return track->rst || track->fin[0] || track->fin[1];
}

static void
take_news(struct seep__track *track, unsigned end,
	  const struct seep__tcpnews *news)
{
	uint64_t *missed = &track->delta.missed[end];

	assert(end < 2);
	*missed += news->missed;
	*missed -= news->found < *missed ? news->found : *missed;
}

void
seep__track_settle(struct seep__track *track)
{
	struct seep__tcpnews news;
	unsigned end;

	for (end = 0; end < 2; end++) {
		if (track->seen[1 - end])
			continue;
		memset(&news, 0, sizeof(news));
		seep__tcp_settle(&track->sides[end], &news);
		take_news(track, end, &news);
	}
}

/*
 * A SYN of another number inside an open flow: the ports are used again
 * and the end was missed, or somebody forges. The sequence is taken up
 * anew, the opener stays.
 */
static void
take_isn(struct seep__track *track, const struct seep__packet *packet,
	 unsigned src)
{
	struct seep__tcpside *side = &track->sides[src];

	assert(track->is_tcp && packet->has_tcp);
	if (side->known && (!side->has_isn || side->isn != packet->sequence)) {
		seep__tcp_forget(&track->sides[0]);
		seep__tcp_forget(&track->sides[1]);
	}
	side->has_isn = 1;
	side->isn = packet->sequence;
}

static void
follow_sequence(struct seep__track *track, const struct seep__packet *packet,
		unsigned src, int64_t time_ns, struct seep_coverage *coverage)
{
	uint32_t syn = (packet->tcp_flags & SEEP__TCP_SYN) != 0;
	struct seep__tcpnews sent, acked;

	/* A reset's numbers may be anything: nothing is read from them. */
	if ((packet->tcp_flags & SEEP__TCP_RST) != 0)
		return;
	/* A fragment's payload is not all there: begin anew behind it. */
	if (packet->fragment) {
		track->sides[src].known = 0;
		return;
	}
	memset(&sent, 0, sizeof(sent));
	memset(&acked, 0, sizeof(acked));
	if (syn)
		take_isn(track, packet, src);
	seep__tcp_sent(&track->sides[src], packet->sequence + syn,
		       packet->payload, time_ns, &sent);
	if ((packet->tcp_flags & SEEP__TCP_ACK) != 0)
		seep__tcp_acked(&track->sides[1 - src], packet->acknowledgement,
				time_ns, &acked);
	take_news(track, src, &sent);
	take_news(track, 1 - src, &acked);
	coverage->bytes_retransmitted += sent.retransmitted;
	coverage->losses_unsized += sent.unsized + acked.unsized;
}

void
seep__track_follow(struct seep__track *track, const struct seep__packet *packet,
		   unsigned src, int64_t time_ns,
		   struct seep_coverage *coverage)
{
	uint8_t flags = packet->tcp_flags;

	assert(track->is_tcp && packet->has_tcp && src < 2);
	if ((flags & SEEP__TCP_RST) != 0)
		track->rst = 1;
	if ((flags & SEEP__TCP_FIN) != 0)
		track->fin[src] = 1;
	if (track->basis == SEEP_OPENER_BY_NOTHING &&
	    (flags & (SEEP__TCP_SYN | SEEP__TCP_RST)) == SEEP__TCP_SYN) {
		track->basis = SEEP_OPENER_BY_SYN;
		track->opener =
		    (uint8_t)((flags & SEEP__TCP_ACK) != 0 ? 1 - src : src);
	}
	follow_sequence(track, packet, src, time_ns, coverage);
}

int
seep__delta_empty(const struct seep__delta *delta)
{
	return delta->packets[0] + delta->packets[1] == 0;
}

void
seep__delta_count(struct seep__delta *delta, const struct seep__packet *packet,
		  unsigned src, int64_t time_ns)
{
	if (seep__delta_empty(delta)) {
		delta->minute = time_ns / SEEP__DELTA_NS;
		delta->first_ns = time_ns;
		delta->last_ns = time_ns;
	}
	assert(delta->minute == time_ns / SEEP__DELTA_NS);
	if (time_ns < delta->first_ns)
		delta->first_ns = time_ns;
	if (time_ns > delta->last_ns)
		delta->last_ns = time_ns;
	delta->bytes[src] += packet->bytes;
	delta->packets[src]++;
	if (packet->payload > 0)
		delta->payload[src] = 1;
}

/* Payload went out and nothing at all has come back, so far. */
static int
is_unanswered(const struct seep__track *track, const struct seep__delta *delta)
{
	if (track->key.protocol != SEEP__PROTO_TCP)
		return 0;
	return (delta->payload[0] && !track->seen[1]) ||
	       (delta->payload[1] && !track->seen[0]);
}

static void
fill_ends(struct seep_flow *flow, const struct seep__track *track,
	  const struct seep__delta *delta, unsigned orig)
{
	unsigned resp = 1 - orig;

	assert(orig < 2);
	flow->orig = track->key.ends[orig];
	flow->resp = track->key.ends[resp];
	flow->port_orig = track->key.ports[orig];
	flow->port_resp = track->key.ports[resp];
	flow->bytes_orig = delta->bytes[orig];
	flow->bytes_resp = delta->bytes[resp];
	flow->packets_orig = delta->packets[orig];
	flow->packets_resp = delta->packets[resp];
	flow->missed_orig = delta->missed[orig];
	flow->missed_resp = delta->missed[resp];
}

void
seep__delta_write(const struct seep__delta *delta,
		  const struct seep__track *track, struct seep_flow *flow)
{
	assert(!seep__delta_empty(delta));
	memset(flow, 0, sizeof(*flow));
	flow->start_ns = delta->first_ns;
	flow->end_ns = delta->last_ns + 1;
	flow->protocol = track->key.protocol;
	flow->opener_basis = track->basis;
	if (track->basis != SEEP_OPENER_BY_NOTHING)
		flow->opener = SEEP_OPENER_ORIG;
	fill_ends(flow, track, delta, track->opener);
	flow->flags = SEEP_FLOW_RECORDED;
	if (track->emitted)
		flow->flags |= SEEP_FLOW_CONTINUES;
	if (is_unanswered(track, delta))
		flow->flags |= SEEP_FLOW_UNANSWERED;
}
