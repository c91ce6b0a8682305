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
	/* bytes_folded_*: of them, those of roll-ups; is_folded: it has one,
	 * crossing or not. */
	uint64_t bytes_folded_out;
	uint64_t bytes_folded_in;
	int is_folded;
	/* crosses: it has a crossing channel with cells in the hours read, the
	 * first in 'first_hour'. */
	int crosses;
	uint32_t first_hour;
	/* names_hour: the first in which it asked for a name (DNS);
	 * UINT32_MAX = never. */
	uint32_t names_hour;
	/* declared: a server, by --servers. */
	int declared;
	/* may_serve: 0 = no earlier part of its cells gives it a role either.
	 */
	int may_serve;
	/* roles: in order of rank, in the case's 'out' arena. */
	const struct seep_role_evidence *roles;
	size_t roles_count;
};

/*
 * seep__host_read() fills 'out' for host 'host' (index as in view.h), by all
 * cells of the case.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__host_read(const struct seep__case *view, size_t host,
		struct seep__host *out);

/*
 * seep__host_role() tells the role of first rank by the cells of hours
 * before 'until' alone; SEEP_ROLE_NONE also where there are none.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__host_role(const struct seep__case *view, size_t host, uint32_t until,
		enum seep_role *role);

#endif
