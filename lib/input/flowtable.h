/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowtable.h - the flows that packets are being added to.
 *
 * Algorithm   a keyed hash of chains over tracks that stay where they are,
 *             and one list per idle class in order of last use, so that the
 *             head of each is the first to expire.
 * Overload    a full table gives up the track longest without a packet, in
 *             order of packets, never by hash: results do not depend on the
 *             seed.
 * Memory      sizeof(struct seep__track), about 360 bytes, per flow, in
 *             chunks of SEEP__FLOWTABLE_CHUNK, and 4 to 8 bytes for its
 *             chain; grows with the flows open at once.
 * Time        O(1) per packet.
 */
#ifndef SEEP_INPUT_FLOWTABLE_H
#define SEEP_INPUT_FLOWTABLE_H

#include <stdint.h>

#include <seep/address.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pack.h"
#include "input/dpi.h"
#include "input/tcp.h"

#define SEEP__FLOWTABLE_CHUNK 1024

/* struct seep__flowkey: the two ends in canonical order, low < high. */
struct seep__flowkey {
	struct seep_address ends[2];
	uint16_t ports[2];
	uint8_t protocol;
	/* portless: a later fragment without its first; not the flow of the
	 * ports 0. */
	uint8_t portless;
	uint8_t zero[2];
};

/* How long may a flow be idle: see assemble.h for the figures. */
enum seep__idle {
	SEEP__IDLE_TCP,
	SEEP__IDLE_TCP_CLOSED,
	SEEP__IDLE_UDP,
	SEEP__IDLE_OTHER,
	SEEP__IDLE_COUNT
};

/* struct seep__delta: one minute of a flow; [0] is what ends[0] sent. */
struct seep__delta {
	int64_t minute;
	int64_t first_ns;
	int64_t last_ns;
	uint64_t bytes[2];
	uint64_t packets[2];
	uint64_t missed[2];
	uint8_t payload[2]; /* whether any was sent */
};

struct seep__track {
	struct seep__flowkey key;
	uint64_t touched; /* order of last use */
	int64_t last_ns;
	struct seep__delta delta;
	struct seep__tcpside sides[2];
	struct seep__dpiref dpi;
	uint32_t self;   /* number of this track */
	uint32_t chain;  /* next of the same hash */
	uint32_t before; /* in the list of its class */
	uint32_t after;
	uint8_t idle;    /* enum seep__idle */
	uint8_t opener;  /* 0 = ends[0], 1 = ends[1]; basis 0 = unknown */
	uint8_t basis;   /* enum seep_opener_basis */
	uint8_t seen[2]; /* whether that end sent anything */
	uint8_t fin[2];
	uint8_t rst;
	uint8_t emitted; /* a delta went out: the next continues */
	uint8_t is_tcp;  /* has sequence numbers to follow */
};

struct seep__flowtable;

/* What seep__flowtable_save() calls for a track, behind its key. */
typedef void (*seep__track_save_fn)(const struct seep__track *track,
				    struct seep__packer *p);
typedef void (*seep__track_restore_fn)(struct seep__track *track,
				       struct seep__unpacker *u);

int
seep__flowtable_new(struct seep__flowtable **table, struct seep__mem *mem,
		    const struct seep__hash_key *key, uint32_t flows_max);

void
seep__flowtable_free(struct seep__flowtable *table);

/* seep__flowtable_find() returns the track of 'key', or NULL. */
struct seep__track *
seep__flowtable_find(const struct seep__flowtable *table,
		     const struct seep__flowkey *key);

/*
 * seep__flowtable_add() makes a cleared track of 'key', which must not be
 * there. NULL when the table is full, or memory is refused ('*why' then
 * holds the status, else SEEP_OK).
 */
struct seep__track *
seep__flowtable_add(struct seep__flowtable *table,
		    const struct seep__flowkey *key, enum seep__idle idle,
		    int *why);

/* seep__flowtable_touch() moves a track to the end of the list of 'idle'. */
void
seep__flowtable_touch(struct seep__flowtable *table, struct seep__track *track,
		      enum seep__idle idle);

void
seep__flowtable_remove(struct seep__flowtable *table,
		       struct seep__track *track);

/* seep__flowtable_head() returns the first track of a class, or NULL. */
struct seep__track *
seep__flowtable_head(const struct seep__flowtable *table, enum seep__idle idle);

/* seep__flowtable_oldest() returns the one longest unused, or NULL. */
struct seep__track *
seep__flowtable_oldest(const struct seep__flowtable *table);

/* seep__flowtable_save() writes all tracks, the longest unused first;
 * _restore() adds them to an empty table in that order. */
void
seep__flowtable_save(const struct seep__flowtable *table,
		     struct seep__packer *p, seep__track_save_fn save);

void
seep__flowtable_restore(struct seep__flowtable *table, struct seep__unpacker *u,
			seep__track_restore_fn restore);

uint32_t
seep__flowtable_count(const struct seep__flowtable *table);

/* seep__flowtable_steps() says how many tracks the search for 'key' looks
 * at; for tests. */
uint32_t
seep__flowtable_steps(const struct seep__flowtable *table,
		      const struct seep__flowkey *key);

#endif
