/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snapshot.h - what a snapshot holds.
 *
 * Made by an engine (snapshot.c) or from a saved case (restore.c). Hosts,
 * channels, hours and labels are copies in canonical order; sealed cells
 * are shared with the engine; open ones are one run more.
 *
 * Memory   16 bytes per channel, 20 per host, 16 per IPv6 peer, 68 per label,
 *          17 and the text per domain, 5 per hour, the open cells (about 10
 *          bytes each).
 */
#ifndef SEEP_LEDGER_SNAPSHOT_H
#define SEEP_LEDGER_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#include "base/mem.h"
#include "ledger/label.h"
#include "ledger/log.h"
#include "ledger/origin.h"
#include "ledger/service.h"
#include "ledger/table.h"
#include "ledger/view.h"

/* The engine's runs and one of open cells. */
#define SEEP__SNAPSHOT_RUNS (SEEP__LOG_RUNS + 1)

/* struct seep__chanref: a channel in canonical order. */
struct seep__chanref {
	uint32_t peer;   /* IPv4 address, or index in peers_v6 */
	uint32_t record; /* its cells' record in the runs */
	/* label: index of its first label + 1; 0 = none. Of SEEP_PLACE_NAME,
	 * of its name. */
	uint32_t label;
	seep__service service;
	uint8_t kind; /* as in struct seep__chankey */
	uint8_t direction;
};

_Static_assert(sizeof(struct seep__chanref) == 16, "stated above");

/* struct seep__labelref: a label of a channel, padded with zeros. */
struct seep__labelref {
	uint32_t channel;
	char text[SEEP__LABEL_SIZE_MAX + 1];
};

/* struct seep__nameref: a domain; its text, with a NUL, in name_text. */
struct seep__nameref {
	uint64_t hash;
	uint32_t at;
	uint32_t linked; /* a channel of it was found */
};

/* struct seep__selection: of a snapshot that is a choice among sensors. */
struct seep__selection {
	struct seep__mem *mem;
	struct seep__sensor_sum *sensors;
	size_t sensor_count;
	struct seep_address *hosts; /* ascending */
	size_t host_count;
	struct seep__share *shares; /* by host, then sensor */
};

struct seep_snapshot {
	struct seep__mem *mem;
	struct seep_alloc alloc; /* for what must not count on the budget */
	int has_alloc;
	struct seep_site *site;
	struct seep_coverage coverage;
	struct seep__origin origin;        /* sorted */
	struct seep__selection *selection; /* or NULL */
	struct seep_address *hosts;
	uint32_t *first_channel; /* per host, and one more: the end */
	size_t host_count;
	size_t host_room;
	size_t first_room;
	struct seep__chanref *channels;
	size_t channel_count;
	size_t channel_room;
	struct seep_address *peers_v6;
	size_t peer_count;
	size_t peer_room;
	uint32_t *hours;
	size_t hour_count;
	size_t hour_room;
	uint8_t *hour_ends; /* by hour: does a flow begin or end in it? */
	size_t ends_room;
	struct seep__labelref *labels; /* by channel, text */
	size_t label_count;
	size_t label_room;
	struct seep__nameref *names; /* by hash */
	size_t name_count;
	size_t name_room;
	char *name_text;
	size_t text_size;
	size_t text_room;
	struct seep__run *runs[SEEP__SNAPSHOT_RUNS];
	size_t run_count;
};

/*
 * seep__snapshot_new() makes an empty snapshot on the account 'mem'.
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__snapshot_new(struct seep_snapshot **snapshot, struct seep__mem *mem,
		   const struct seep_alloc *alloc);

/* seep__snapshot_alloc() returns the allocator for constructors, or NULL. */
const struct seep_alloc *
seep__snapshot_alloc(const struct seep_snapshot *snapshot);

/* seep__snapshot_peer() gives the address of a channel's peer. */
void
seep__snapshot_peer(const struct seep_snapshot *snapshot,
		    const struct seep__chanref *channel,
		    struct seep_address *peer);

/*
 * seep__snapshot_host_of() returns the host of channel 'channel'; binary
 * search.
 */
size_t
seep__snapshot_host_of(const struct seep_snapshot *snapshot, size_t channel);

/*
 * seep__snapshot_name_room() makes room for 'count' more names and 'size'
 * bytes of their texts with a NUL each; seep__snapshot_add_name() adds one,
 * in the order of hashes.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__snapshot_name_room(struct seep_snapshot *snapshot, size_t count,
			 size_t size);

void
seep__snapshot_add_name(struct seep_snapshot *snapshot, uint64_t hash,
			const char *text, size_t size);

/*
 * seep__snapshot_link_names() sets the 'label' of every channel of names.
 * Returns how many names have a channel.
 */
size_t
seep__snapshot_link_names(struct seep_snapshot *snapshot);

/* seep__merge() is seep_snapshot_merge() within a budget; 'count' >= 1. */
int
seep__merge(struct seep_snapshot **merged,
	    const struct seep_snapshot *const *snapshots, size_t count,
	    uint64_t memory_max, const struct seep_alloc *alloc);

/* seep__merge_seed() makes a seed for the engine that merges them. */
uint64_t
seep__merge_seed(const struct seep_snapshot *const *snapshots, size_t count);

/* seep__selection_free() gives a selection back. NULL is fine. */
void
seep__selection_free(struct seep__selection *selection);

/* seep__snapshot_drop_names() forgets the names that have no channel, which
 * was folded, and links the others again. */
void
seep__snapshot_drop_names(struct seep_snapshot *snapshot);

/* struct seep__cellwalk: all cells of a snapshot in canonical order. */
struct seep__cellwalk {
	const struct seep_snapshot *snapshot;
	struct seep__history history;
	size_t channel; /* the one in 'history', + 1 */
	size_t row;
};

void
seep__cellwalk_init(struct seep__cellwalk *walk,
		    const struct seep_snapshot *snapshot,
		    struct seep__mem *mem);

void
seep__cellwalk_clear(struct seep__cellwalk *walk);

/*
 * seep__cellwalk_next() gives the next row and the index of its channel.
 * Returns SEEP_OK, SEEP_END, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__cellwalk_next(struct seep__cellwalk *walk, size_t *channel,
		    const struct seep__cellrow **row);

#endif
