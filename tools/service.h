/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * service.h - services by the names that reports give them.
 */
#ifndef SEEP_TOOLS_SERVICE_H
#define SEEP_TOOLS_SERVICE_H

#include <stdint.h>

/* What a name can be wrong about. */
enum service_error {
	SERVICE_FINE = 0,
	SERVICE_UNKNOWN,    /* no such protocol, or no port where one belongs */
	SERVICE_NOT_LISTED, /* the ledger counts the port with others */
	SERVICE_NO_MEMORY
};

/*
 * service_parse() reads "tcp/443", "udp/low", "icmp", "proto-89".
 *
 * 'protocol', 'port'  out, as in struct seep_cell; 'port' is set with
 *                     SERVICE_NOT_LISTED too: what it is counted with.
 */
enum service_error
service_parse(const char *text, uint8_t *protocol, uint32_t *port);

#endif
