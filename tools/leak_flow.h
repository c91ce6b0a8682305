/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * leak_flow.h - one flow of a made-up leak: its ends, times and packets, as
 * a sensor would have seen them.
 */
#ifndef SEEP_TOOLS_LEAK_FLOW_H
#define SEEP_TOOLS_LEAK_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>
#include <seep/site.h>

#include "draw.h"
#include "habit.h"
#include "leak.h"

/* "abcdefghij.com" and a final NUL. */
#define LEAK_DOMAIN_SIZE 16

/* struct leak_sink: where flows go, and what their details are drawn from. */
struct leak_sink {
	leak_emit_fn emit;
	void *ctx;
	struct draw draw;
	char domain[LEAK_DOMAIN_SIZE];
};

/* struct leak_span: a flow lies in [start_ns, start_ns + span_ns). */
struct leak_span {
	int64_t start_ns;
	int64_t span_ns;
};

/* struct leak_end: the other end, and how it is spoken to. */
struct leak_end {
	struct seep_address peer;
	uint16_t port;
	uint8_t protocol;
	uint8_t pull;   /* the peer opens */
	uint8_t padded; /* as many bytes come back */
};

/* leak_real_port() gives a port that the ledger counts as 'port', which may
 * be SEEP_PORT_LOW or SEEP_PORT_HIGH. */
uint16_t
leak_real_port(uint32_t port);

/*
 * leak_new_peer() draws a public unicast address that no host ever met and
 * that lies outside.
 */
void
leak_new_peer(struct draw *draw, int v4, const struct seep_site *site,
	      const struct habit *habit, struct seep_address *peer);

/* leak_new_domain() draws the domain of the sink. */
void
leak_new_domain(struct leak_sink *sink, uint64_t seed);

/* leak_flow() gives one flow of 'bytes' outbound IP bytes of 'host'. All of
 * these return what the sink's callback returned. */
int
leak_flow(struct leak_sink *sink, const struct leak_span *span,
	  const struct seep_address *host, const struct leak_end *end,
	  uint64_t bytes);

/* leak_long_flow(): like leak_flow(), filling the span. */
int
leak_long_flow(struct leak_sink *sink, const struct leak_span *span,
	       const struct seep_address *host, const struct leak_end *end,
	       uint64_t bytes);

/* leak_staged_flows(): 'via' fetches from 'host', then sends. */
int
leak_staged_flows(struct leak_sink *sink, const struct leak_span *span,
		  const struct seep_address *host,
		  const struct seep_address *via, const struct leak_end *end,
		  uint64_t bytes);

/* leak_dns_flows(): queries whose names hold 'bytes' below the domain. With
 * 'via' NULL the peer is asked; else 'via', which asks the peer. */
int
leak_dns_flows(struct leak_sink *sink, const struct leak_span *span,
	       const struct seep_address *host, const struct seep_address *via,
	       const struct leak_end *end, uint64_t bytes);

#endif
