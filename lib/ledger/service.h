/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * service.h - which service is a flow, and which end is the responder?
 *
 * A service is the IP protocol and, for TCP, UDP and SCTP, the responder's
 * port if it is in the list below, else "low" (< 1024) or "high".
 *
 * The list is versioned: a saved case names SEEP__SERVICE_VERSION, and a
 * case of another version is not merged.
 */
#ifndef SEEP_LEDGER_SERVICE_H
#define SEEP_LEDGER_SERVICE_H

#include <stdint.h>

#include <seep/flow.h>

#define SEEP__SERVICE_VERSION 1

/*
 * A service code is protocol << 8 | port code; port code 0 = the protocol
 * has no ports, 1 = low, 2 = high, 3.. = the list in ascending order.
 */
typedef uint16_t seep__service;

/*
 * seep__service_of_flow() returns the service: by the responder's port when
 * the opener is known, else by whichever port is of the list (both or none:
 * the lower number), so that swapping the ends changes nothing.
 */
seep__service
seep__service_of_flow(const struct seep_flow *flow);

/* seep__service_listed() says whether 'port' is of the list: 1 or 0. */
int
seep__service_listed(uint8_t protocol, uint16_t port);

/* seep__service_make(): the code for a protocol and responder's port. */
seep__service
seep__service_make(uint8_t protocol, uint16_t port);

/* seep__service_protocol() and _port() take a code apart; the port as in
 * struct seep_cell (0, SEEP_PORT_LOW, SEEP_PORT_HIGH or the number). */
uint8_t
seep__service_protocol(seep__service service);

uint32_t
seep__service_port(seep__service service);

/* seep__service_valid() says whether a code is one this version makes. */
int
seep__service_valid(uint16_t service);

#endif
