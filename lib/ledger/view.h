/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * view.h - what the rest of the library may read of a snapshot.
 *
 * Everything is in canonical order: hosts by address; the channels of a
 * host by peer, place, fold, service, direction; a channel's cells by hour,
 * kind.
 */
#ifndef SEEP_LEDGER_VIEW_H
#define SEEP_LEDGER_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#include "base/mem.h"
#include "ledger/service.h"

/* struct seep__cellrow: one (hour, kind) of a channel. */
struct seep__cellrow {
	uint32_t hour;
	uint8_t kind; /* enum seep_cell_kind */
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t packets_out;
	uint64_t packets_in;
	uint64_t flows;
};

/* struct seep__channel: who with whom, by what, opened by whom. */
struct seep__channel {
	struct seep_address peer;
	seep__service service;
	uint8_t place;     /* enum seep_place of the peer, also _NAME */
	uint8_t direction; /* enum seep_direction, as recorded */
	uint8_t fold;      /* enum seep_fold: what 'peer' stands for */
	uint8_t inexact;   /* 1 = its cells are lower bounds */
	/* label: annotation or NULL, of SEEP_PLACE_NAME the registered domain;
	 * valid as the snapshot. */
	const char *label;
};

/* struct seep__history: a growing buffer for the cells of a channel. */
struct seep__history {
	struct seep__mem *mem;
	struct seep__cellrow *rows;
	size_t count;
	size_t room;
	/* pieces: what runs in a store are read into */
	uint8_t *pieces;
	size_t pieces_size;
};

/* struct seep__share: what one sensor saw of one host, both ways. */
struct seep__share {
	uint64_t bytes_used;
	uint64_t bytes_unused;
};

/* struct seep__sensor_sum: what it saw at all; a part of it is not used. */
struct seep__sensor_sum {
	char name[SEEP_SENSOR_SIZE_MAX + 1];
	uint64_t bytes_seen;
	uint64_t bytes_unused;
};

void
seep__history_init(struct seep__history *history, struct seep__mem *mem);

void
seep__history_clear(struct seep__history *history);

/* seep__view_hosts() returns the number of local hosts with a channel. */
size_t
seep__view_hosts(const struct seep_snapshot *snapshot);

/* seep__view_host() returns the address of host 'host' < hosts. */
const struct seep_address *
seep__view_host(const struct seep_snapshot *snapshot, size_t host);

/* seep__view_channels() gives the range [*first, *end) of a host. */
void
seep__view_channels(const struct seep_snapshot *snapshot, size_t host,
		    size_t *first, size_t *end);

/* seep__view_place() returns the place of a channel's peer. */
enum seep_place
seep__view_place(const struct seep_snapshot *snapshot, size_t channel);

void
seep__view_channel(const struct seep_snapshot *snapshot, size_t channel,
		   struct seep__channel *out);

/*
 * seep__view_history() reads the cells of one channel into 'history',
 * replacing what was there. Equal (hour, kind) are already added up.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, and where cells lie in a store
 * SEEP_EIO, SEEP_ECHECKSUM.
 */
int
seep__view_history(const struct seep_snapshot *snapshot, size_t channel,
		   struct seep__history *history);

/*
 * seep__view_hours() returns every hour that an accepted flow of any place
 * or a name touches, ascending, '*count' of them; cells lie in no other.
 */
const uint32_t *
seep__view_hours(const struct seep_snapshot *snapshot, size_t *count);

/*
 * seep__view_hour_ends() tells for each of these hours whether a flow, not a
 * name, begins or ends in it: 1 or 0. Only these are covered: a flow of days is
 * told once, at its end, and does not show that anything was recorded on the
 * way.
 */
const uint8_t *
seep__view_hour_ends(const struct seep_snapshot *snapshot);

/* seep__view_sensors() returns how many sensors the snapshot was chosen from;
 * 0 where there was no choice. */
size_t
seep__view_sensors(const struct seep_snapshot *snapshot);

/* seep__view_sensor() gives what sensor 'sensor' < sensors saw. */
void
seep__view_sensor(const struct seep_snapshot *snapshot, size_t sensor,
		  struct seep__sensor_sum *sum);

/* seep__view_share() gives what it saw of host 'host' < hosts. */
void
seep__view_share(const struct seep_snapshot *snapshot, size_t host,
		 size_t sensor, struct seep__share *share);

#endif
