/* SPDX-License-Identifier: BSD-3-Clause */
#include "leak_flow.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#define NS_PER_US INT64_C(1000)
#define US_PER_S INT64_C(1000000)

/* A full packet: the Ethernet's usual MTU. */
#define PACKET_BYTES 1500

/* Payload travels at 100 Mbit/s: 12.5 bytes a microsecond. */
#define BYTES_PER_2US 25

/* Name bytes a query holds: names end at 253 characters, and tunnels stay
 * below so as not to be cut by resolvers. */
#define QUERY_BYTES 180

#define TCP 6
#define UDP 17

uint16_t
leak_real_port(uint32_t port)
{
	/* Ports that no service list names, one on each side of 1024. */
	if (port == SEEP_PORT_LOW)
		return 1001;
	if (port == SEEP_PORT_HIGH)
		return 47001;
	return (uint16_t)port;
}

/* Networks that no peer on the Internet has: RFC 6890 and its kin. */
static int
is_special(const uint8_t *b)
{
	return b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224 ||
	       (b[0] == 100 && (b[1] & 0xc0) == 64) ||
	       (b[0] == 169 && b[1] == 254) ||
	       (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	       (b[0] == 192 && (b[1] == 168 || b[1] == 0 || b[1] == 88)) ||
	       (b[0] == 198 && (b[1] == 18 || b[1] == 19 || b[1] == 51)) ||
	       (b[0] == 203 && b[1] == 0);
}

static void
draw_v4(struct draw *draw, struct seep_address *peer)
{
	uint64_t bits;

	memset(peer, 0, sizeof(*peer));
	peer->bytes[10] = 0xff;
	peer->bytes[11] = 0xff;
	do {
		bits = draw_u64(draw);
		for (size_t i = 0; i < 4; i++)
			peer->bytes[12 + i] = (uint8_t)(bits >> (8 * i));
	} while (is_special(peer->bytes + 12));
}

/* 2600::/12 and 2a00::/12 hold most of what is in use. */
static void
draw_v6(struct draw *draw, struct seep_address *peer)
{
	const uint64_t high = draw_u64(draw);
	const uint64_t low = draw_u64(draw);

	peer->bytes[0] = (high & 1) != 0 ? 0x26 : 0x2a;
	peer->bytes[1] = (uint8_t)(high >> 1 & 0x0f);
	for (size_t i = 2; i < 8; i++)
		peer->bytes[i] = (uint8_t)(high >> (8 * i));
	for (size_t i = 8; i < 16; i++)
		peer->bytes[i] = (uint8_t)(low >> (8 * (i - 8)));
}

void
leak_new_peer(struct draw *draw, int v4, const struct seep_site *site,
	      const struct habit *habit, struct seep_address *peer)
{
	assert(draw != NULL);
	assert(site != NULL);
	/* Some address is new: the networks above alone hold 2^31. A site that
	 * declares everything local is refused before (cmd_inject.c). */
	do {
		if (v4)
			draw_v4(draw, peer);
		else
			draw_v6(draw, peer);
	} while (habit_knows(habit, peer) ||
		 seep_site_place(site, peer) != SEEP_PLACE_OUTSIDE);
}

void
leak_new_domain(struct leak_sink *sink, uint64_t seed)
{
	struct draw draw;

	assert(sink != NULL);
	draw_init(&draw, seed, 4);
	for (size_t i = 0; i < 10; i++)
		sink->domain[i] = (char)('a' + draw_below(&draw, 26));
	memcpy(sink->domain + 10, ".com", 5);
}

static uint64_t
header_bytes(const struct seep_flow *flow)
{
	const uint64_t ip = seep_address_is_v4(&flow->orig) ? 20 : 40;

	return ip + (flow->protocol == TCP ? 20 : 8);
}

/* Half as many packets come back, empty but for a short answer. */
static void
fill_counts(struct seep_flow *flow, const struct leak_end *end, uint64_t bytes)
{
	const uint64_t packets = (bytes + PACKET_BYTES - 1) / PACKET_BYTES;
	uint64_t back_packets = packets / 2 + 1;
	uint64_t back = back_packets * header_bytes(flow) + 180;

	if (end->padded || flow->protocol == 1 || flow->protocol == 58) {
		back_packets = packets;
		back = bytes;
	}
	flow->bytes_orig = end->pull ? back : bytes;
	flow->bytes_resp = end->pull ? bytes : back;
	flow->packets_orig = end->pull ? back_packets : packets;
	flow->packets_resp = end->pull ? packets : back_packets;
}

static void
fill_label(struct seep_flow *flow)
{
	const char *label = NULL;

	if (flow->protocol == TCP)
		label = flow->port_resp == 443  ? "ssl"
			: flow->port_resp == 80 ? "http"
			: flow->port_resp == 25 ? "smtp"
			: flow->port_resp == 22 ? "ssh"
						: NULL;
	else if (flow->protocol == UDP)
		label = flow->port_resp == 53 ? "dns" : NULL;
	flow->name.text = label;
	flow->name_size = label != NULL ? (uint32_t)strlen(label) : 0;
}

static void
fill_ends(struct leak_sink *sink, struct seep_flow *flow,
	  const struct seep_address *host, const struct leak_end *end)
{
	memset(flow, 0, sizeof(*flow));
	flow->orig = end->pull ? end->peer : *host;
	flow->resp = end->pull ? *host : end->peer;
	flow->protocol = end->protocol;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis =
	    end->protocol == TCP ? SEEP_OPENER_BY_SYN : SEEP_OPENER_BY_FIRST;
	if (end->port == 0)
		return;
	/* Linux' usual range of ephemeral ports. */
	flow->port_orig = (uint16_t)(32768 + draw_below(&sink->draw, 28232));
	flow->port_resp = end->port;
}

/* Times are whole microseconds: what a log can hold. */
static void
fill_times(struct leak_sink *sink, struct seep_flow *flow,
	   const struct leak_span *span, uint64_t bytes)
{
	const int64_t span_us = span->span_ns / NS_PER_US;
	const int64_t first =
	    (int64_t)draw_below(&sink->draw, (uint64_t)(span_us * 2 / 3) + 1);
	int64_t length = 200000 +
			 (int64_t)draw_below(&sink->draw, 3 * US_PER_S) +
			 (int64_t)(bytes / BYTES_PER_2US) * 2;

	if (first + length >= span_us)
		length = span_us - first - 1;
	if (length < 0)
		length = 0;
	flow->start_ns = span->start_ns + first * NS_PER_US;
	flow->end_ns = flow->start_ns + length * NS_PER_US;
}

int
leak_flow(struct leak_sink *sink, const struct leak_span *span,
	  const struct seep_address *host, const struct leak_end *end,
	  uint64_t bytes)
{
	struct seep_flow flow;

	assert(sink != NULL);
	assert(span->span_ns > 0 &&
	       span->span_ns <= 3600 * 1000 * NS_PER_US * 1000);
	assert(bytes > 0);
	fill_ends(sink, &flow, host, end);
	fill_times(sink, &flow, span, bytes);
	fill_counts(&flow, end, bytes);
	fill_label(&flow);
	return sink->emit(sink->ctx, &flow);
}

int
leak_long_flow(struct leak_sink *sink, const struct leak_span *span,
	       const struct seep_address *host, const struct leak_end *end,
	       uint64_t bytes)
{
	struct seep_flow flow;

	assert(sink != NULL);
	assert(bytes <= SEEP_FLOW_BYTES_MAX);
	assert(span->span_ns <= SEEP_FLOW_DURATION_MAX_NS);
	fill_ends(sink, &flow, host, end);
	flow.start_ns = span->start_ns;
	flow.end_ns = span->start_ns + span->span_ns;
	fill_counts(&flow, end, bytes);
	fill_label(&flow);
	return sink->emit(sink->ctx, &flow);
}

/* SMB first, in the first half of the span, and out in the second. */
int
leak_staged_flows(struct leak_sink *sink, const struct leak_span *span,
		  const struct seep_address *host,
		  const struct seep_address *via, const struct leak_end *end,
		  uint64_t bytes)
{
	const struct leak_end reader = {
	    .peer = *via, .protocol = TCP, .port = 445, .pull = 1};
	struct leak_span half = {.start_ns = span->start_ns,
				 .span_ns = span->span_ns / 2};
	int status;

	assert(via != NULL);
	status = leak_flow(sink, &half, host, &reader, bytes);
	if (status != 0)
		return status;
	half.start_ns += half.span_ns;
	return leak_flow(sink, &half, via, end, bytes);
}

/* One question and its answer, and the name that it held; 'start_ns' says
 * when it was asked. */
static int
ask(struct leak_sink *sink, const struct leak_span *span,
    const struct seep_address *asker, const struct seep_address *asked,
    uint64_t name_bytes, int64_t *start_ns)
{
	const size_t domain_size = strlen(sink->domain);
	const struct leak_end end = {
	    .peer = *asked, .protocol = UDP, .port = 53};
	struct seep_flow flow;
	int status;

	fill_ends(sink, &flow, asker, &end);
	fill_times(sink, &flow, span, 0);
	flow.end_ns = flow.start_ns + 20000 * NS_PER_US +
		      (int64_t)draw_below(&sink->draw, 30000) * NS_PER_US;
	*start_ns = flow.start_ns;
	/* RFC 1035: a header of 12, the name with one byte more at each end,
	 * type and class, and EDNS' 11. */
	flow.bytes_orig =
	    header_bytes(&flow) + 12 + name_bytes + domain_size + 2 + 4 + 11;
	flow.bytes_resp = flow.bytes_orig + 16;
	flow.packets_orig = 1;
	flow.packets_resp = 1;
	fill_label(&flow);
	status = sink->emit(sink->ctx, &flow);
	if (status != 0)
		return status;
	flow.flags = SEEP_FLOW_NAME;
	flow.bytes_orig = name_bytes;
	flow.bytes_resp = 0;
	flow.name.text = sink->domain;
	flow.name_size = (uint32_t)domain_size;
	seep_name_address(sink->domain, domain_size, &flow.resp);
	return sink->emit(sink->ctx, &flow);
}

/* The resolver asks on at once, while its client waits. */
static int
ask_through(struct leak_sink *sink, const struct leak_span *span,
	    const struct seep_address *host, const struct seep_address *via,
	    const struct leak_end *end, uint64_t name_bytes)
{
	struct leak_span on = {.span_ns = 5000 * NS_PER_US};
	int64_t start_ns;
	int status;

	status = ask(sink, span, host, via != NULL ? via : &end->peer,
		     name_bytes, &start_ns);
	if (status != 0 || via == NULL)
		return status;
	on.start_ns = start_ns + 200 * NS_PER_US;
	return ask(sink, &on, via, &end->peer, name_bytes, &start_ns);
}

int
leak_dns_flows(struct leak_sink *sink, const struct leak_span *span,
	       const struct seep_address *host, const struct seep_address *via,
	       const struct leak_end *end, uint64_t bytes)
{
	const uint64_t queries = (bytes + QUERY_BYTES - 1) / QUERY_BYTES;
	/* The last ones end within the hour. */
	const struct leak_span most = {.start_ns = span->start_ns,
				       .span_ns =
					   span->span_ns - 1000000 * NS_PER_US};
	int status = 0;

	assert(queries > 0);
	for (uint64_t i = 0; i < queries && status == 0; i++)
		status = ask_through(sink, &most, host, via, end,
				     bytes * (i + 1) / queries -
					 bytes * i / queries);
	return status;
}
