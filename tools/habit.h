/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * habit.h - what a host usually sends, to whom, and when: what a leak that
 * hides must look like.
 *
 * Memory   32 bytes a channel of the host, 16 a peer of the site.
 */
#ifndef SEEP_TOOLS_HABIT_H
#define SEEP_TOOLS_HABIT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#define HABIT_HOURS_OF_WEEK 168

/* struct habit_channel: outbound bytes of the host to a peer by a service. */
struct habit_channel {
	struct seep_address peer;
	uint64_t bytes_out;
	/* before: bytes of the channels that stand before this one. */
	uint64_t before;
	uint32_t port; /* as in struct seep_cell */
	uint8_t protocol;
	uint8_t direction; /* enum seep_direction */
};

/* struct habit: zero it; give back with habit_clear(). */
struct habit {
	/* channels: crossing ones that carried outbound bytes, in the order of
	 * the ledger; 'bytes_out' is their sum. */
	struct habit_channel *channels;
	size_t channels_count;
	size_t channels_room;
	uint64_t bytes_out;
	/* shape: mean outbound bytes by UTC hour of the week, Monday first, the
	 * largest being HABIT_SHAPE_MAX; all 0 when nothing was sent. */
	uint32_t shape[HABIT_HOURS_OF_WEEK];
	/* known: every peer of every host, ascending. */
	struct seep_address *known;
	size_t known_count;
	size_t known_room;
	/* first_hour, last_hour: with a cell of the host; last < first when
	 * there is none. */
	uint32_t first_hour;
	uint32_t last_hour;
	/* pull_port, pull_protocol: the service by which most was fetched from
	 * the host; TCP 443 when there was none. */
	uint32_t pull_port;
	uint8_t pull_protocol;
};

#define HABIT_SHAPE_MAX 10000

/*
 * habit_read() fills 'habit' for 'host', as the site knows it.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
habit_read(struct habit *habit, const struct seep_snapshot *snapshot,
	   const struct seep_address *host);

/* habit_knows() says whether any host ever met 'address': 1 or 0. */
int
habit_knows(const struct habit *habit, const struct seep_address *address);

/* habit_channel_at() returns the channel that holds byte 'at' of the sum,
 * at < bytes_out: drawing 'at' at random draws in proportion. */
const struct habit_channel *
habit_channel_at(const struct habit *habit, uint64_t at);

/* habit_clear() gives back what it holds. */
void
habit_clear(struct habit *habit);

#endif
