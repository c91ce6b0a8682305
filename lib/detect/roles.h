/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * roles.h - what is a host, by what it serves and to whom?
 *
 * A role is a function of the ledger: of the host's channels, inside ones
 * (by day) and crossing ones, whatever their order of arrival. Volumes and
 * client counts are asked for, never single flows, so that a missed packet
 * turns nothing.
 */
#ifndef SEEP_DETECT_ROLES_H
#define SEEP_DETECT_ROLES_H

#include <stddef.h>
#include <stdint.h>

#include <seep/findings.h>

#include "detect/reader.h"

/* struct seep__host: what one pass over a host's channels tells. */
struct seep__host {
	/* bytes_*: crossing; 'bytes_missed' outbound. */
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t bytes_missed;
	/* crosses: it has a crossing channel with cells in the hours read. */
	int crosses;
	/* roles: in order of rank, in the case's 'out' arena. */
	const struct seep_role_evidence *roles;
	size_t roles_count;
};

/*
 * seep__host_read() fills 'out' for host 'host' (index as in view.h).
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__host_read(const struct seep__case *view, size_t host,
		struct seep__host *out);

#endif
