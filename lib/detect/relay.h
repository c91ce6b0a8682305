/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * relay.h - hosts that send on what they read from a watched server.
 *
 * Who       every member of a group whose reading from a server rose
 *           (reading.h) is looked at on its own, by the thresholds of any
 *           other entity. A change of it counts when its reading rose with
 *           it and what it read beyond the usual is half of what it sent
 *           beyond the usual, or more.
 * Decision  at the later of both decisions, so that no later day matters.
 * Told once where a change of the group is mostly the bytes of that host to
 *           those peers, the one that was decided first is told: the host's,
 *           and the group keeps silent; or the group's, which then names
 *           host and server, since what was raised is never withdrawn. Of
 *           equals the host's.
 * Watched   an entity of one host is decided as ever; its findings are told
 *           with the server they come from.
 */
#ifndef SEEP_DETECT_RELAY_H
#define SEEP_DETECT_RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "detect/episode.h"
#include "detect/ladder.h"
#include "detect/reading.h"

/* struct seep__relay: a host's reading that rose with what it sends. */
struct seep__relay {
	struct seep_address host;
	/* group: the entity that the host is part of; prefix_bits 128 = it is
	 * one by itself. */
	struct seep_network group;
	struct seep_address server;
	enum seep_role role; /* of the server */
	/* [onset, end): UTC hours; decided: hour of the decision. */
	uint32_t onset;
	uint32_t end;
	uint32_t decided;
	/* extra: bytes read in this time beyond the usual. */
	uint64_t extra;
};

/* struct seep__relays: what is kept between entities. */
struct seep__relays {
	const struct seep__case *view;
	const struct seep__entities *entities;
	struct seep__servers servers;
	struct seep__pool shipped; /* without a sample */
	struct seep__arena arena;  /* of the servers */
	/* scratch: of one member. */
	struct seep__arena scratch;
	struct seep__changes changes;
	struct seep__claims claims;
	/* alarm_days: host x days on which a member could alarm by itself. */
	uint64_t alarm_days;
};

/*
 * seep__relays_init() lists the servers. 'entities' must outlive the relays;
 * clear them whatever is returned.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__relays_init(struct seep__relays *relays, const struct seep__case *view,
		  const struct seep__entities *entities);

/* seep__relays_clear() is fine on relays that were zeroed only. */
void
seep__relays_clear(struct seep__relays *relays);

/*
 * seep__relays_tell() looks at one entity, whose changes were claimed:
 * claims get their relay, those that a member tells leave the list, and the
 * members' findings are added to 'found'.
 *
 * 'subject'  of the entity, crossing.
 * 'judge'    of the entity.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__relays_tell(struct seep__relays *relays,
		  const struct seep__subject *subject,
		  const struct seep__judge *judge, struct seep__claims *claims,
		  struct seep__found *found);

#endif
