/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snapshot.h - an immutable view of the ledger: save, restore, merge, read.
 *
 * A saved case is canonical: ordered by address, little-endian, free of
 * seed, ids and arrival order. The same flows give the same bytes whatever
 * their order, however they were cut into files, on any machine; only where
 * the caller declares its inputs (seep_engine_add_input()) does the case
 * end in a list of these. Each section carries its length and checksum.
 *
 * Threads   a snapshot may be read from any number of threads at once.
 * Store     of an engine with a store (seep/store.h) a snapshot reads from
 *           it too, and must be freed before it goes. Whatever looks at cells
 *           then also returns SEEP_EIO (the store did not read) and
 *           SEEP_ECHECKSUM (it gave other bytes than it got).
 */
#ifndef SEEP_SNAPSHOT_H
#define SEEP_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>
#include <seep/alloc.h>
#include <seep/coverage.h>
#include <seep/export.h>
#include <seep/io.h>
#include <seep/origin.h>
#include <seep/site.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_snapshot;

/* seep_snapshot_free() gives a snapshot back. NULL is fine. */
SEEP_API void
seep_snapshot_free(struct seep_snapshot *snapshot);

/*
 * seep_snapshot_save() writes the canonical bytes.
 *
 * Returns SEEP_OK, SEEP_EIO (the callback stopped), SEEP_ENOMEM, or what the
 * store gives.
 */
SEEP_API SEEP_NODISCARD int
seep_snapshot_save(const struct seep_snapshot *snapshot, seep_write_fn write,
		   void *ctx);

/*
 * seep_snapshot_restore() reads what seep_snapshot_save() wrote.
 *
 * 'snapshot'  out; NULL on failure.
 * 'section'   out, may be NULL: on SEEP_EFORMAT, SEEP_ECHECKSUM or
 *             SEEP_EVERSION the name of the section that is damaged or of
 *             another version (static string; "header" is what stands before
 *             the first), else NULL.
 *
 * Cases of older versions are read from version 2 on; saving them again
 * writes the newest. An older libseep refuses those as SEEP_EVERSION. What
 * is not in an older case is unknown: its inputs, until version 4.
 *
 * The bytes may come from anyone: they are checked before they are used,
 * and memory grows with what was really read, not with what is claimed.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT, SEEP_EVERSION, SEEP_ECHECKSUM,
 * SEEP_EMISMATCH (it is of several sensors, see case.h), SEEP_ENOMEM,
 * SEEP_ESELFTEST.
 */
SEEP_API SEEP_NODISCARD int
seep_snapshot_restore(struct seep_snapshot **snapshot, seep_read_fn read,
		      void *ctx, const char **section,
		      const struct seep_alloc *alloc);

/*
 * seep_snapshot_merge() makes one case of 'count' cases of one sensor whose
 * flows are different ones. Associative and commutative to the byte. For
 * several sensors, and for what to do when inputs overlap, see
 * seep_case_merge().
 *
 * Returns SEEP_OK, SEEP_EINVAL (count is 0), SEEP_EMISMATCH (sites, sensors
 * or settings differ, an input is in two of them, or the totals together
 * would reach 2^63 bytes), SEEP_ENOMEM, SEEP_ESELFTEST, or what a store
 * gives.
 */
SEEP_API SEEP_NODISCARD int
seep_snapshot_merge(struct seep_snapshot **merged,
		    const struct seep_snapshot *const *snapshots, size_t count,
		    const struct seep_alloc *alloc);

/*
 * seep_snapshot_coverage() returns the counts of the whole case; valid as
 * long as the snapshot.
 */
SEEP_API const struct seep_coverage *
seep_snapshot_coverage(const struct seep_snapshot *snapshot);

/* seep_snapshot_site() returns the site; valid as long as the snapshot. */
SEEP_API const struct seep_site *
seep_snapshot_site(const struct seep_snapshot *snapshot);

/*
 * seep_snapshot_sensor() returns the sensor's name, "" if it has none; valid
 * as long as the snapshot.
 */
SEEP_API const char *
seep_snapshot_sensor(const struct seep_snapshot *snapshot);

/*
 * seep_snapshot_origin() says how the flows were read. 'inputs_listed' is 1
 * where the inputs below are all there were.
 */
SEEP_API void
seep_snapshot_origin(const struct seep_snapshot *snapshot,
		     struct seep_origin *origin);

/*
 * seep_snapshot_next_input() gives the input after '*cursor', which starts
 * at 0, and moves on; ordered by hash. NULL at the end.
 *
 * Returns SEEP_OK or SEEP_END.
 */
SEEP_API SEEP_NODISCARD int
seep_snapshot_next_input(const struct seep_snapshot *snapshot, size_t *cursor,
			 const struct seep_input **input);

/* What a cell's bytes are. */
enum seep_cell_kind {
	/* _TIMED: of flows that lie inside the bin. */
	SEEP_CELL_TIMED = 0,
	/* _SPREAD: shares of flows that reach over the bin's edge. */
	SEEP_CELL_SPREAD = 1,
	/* _UNANSWERED: outbound bytes of TCP flows without a sign of the
	 * peer; spread or not. */
	SEEP_CELL_UNANSWERED = 2,
	/* _MISSED: bytes the sensor knows it missed; not in bytes_seen. */
	SEEP_CELL_MISSED = 3
};

/* Who opened the flows of a channel, as the host sees it. */
enum seep_direction {
	SEEP_DIRECTION_UNKNOWN = 0,
	/* _PUSH: the host opened. */
	SEEP_DIRECTION_PUSH = 1,
	/* _PULL: the peer opened. */
	SEEP_DIRECTION_PULL = 2
};

/*
 * What was folded into a channel. A ledger with a budget (engine.h) adds its
 * least channels up: the totals of a host by hour, service and opener stay
 * exact, who the peer was is lost.
 */
enum seep_fold {
	/* _NONE: a channel of one peer; see also struct seep_cell. */
	SEEP_FOLD_NONE = 0,
	/* _NETWORK: of peers of one /24 (IPv4) or /48; 'peer' is its base. */
	SEEP_FOLD_NETWORK = 1,
	/* _ALL: of any peers; 'peer' is ::. */
	SEEP_FOLD_ALL = 2
};

/*
 * struct seep_cell: the exact counts of one channel, bin and kind.
 */
struct seep_cell {
	struct seep_address host;
	struct seep_address peer;
	/* place: of the peer, enum seep_place; inside cells are days. Cells of
	 * SEEP_PLACE_NAME are names that the host asked for: 'peer' stands for
	 * the registered domain, 'bytes_out' are in names_bytes and in no count
	 * of traffic, 'flows' are queries. */
	uint8_t place;
	/* direction: enum seep_direction, as recorded (not yet joined). */
	uint8_t direction;
	/* kind: enum seep_cell_kind. */
	uint8_t kind;
	/* protocol, port: the service; port 0 = none, SEEP_PORT_LOW or
	 * SEEP_PORT_HIGH when it is not of the service list. */
	uint8_t protocol;
	uint32_t port;
	/* hour: UTC hours since 1970; for inside cells the day's first. */
	uint32_t hour;
	/* fold: enum seep_fold. */
	uint8_t fold;
	/* inexact: 1 = the counts are a lower bound: the channel may have been
	 * folded before. What the channels with a fold of the same host, place,
	 * service and direction hold for its network and for all peers is what
	 * they may lack. */
	uint8_t inexact;
	uint16_t reserved;
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t packets_out;
	uint64_t packets_in;
	/* flows: that started in this bin. */
	uint64_t flows;
};

#define SEEP_PORT_LOW UINT32_C(0x10000)
#define SEEP_PORT_HIGH UINT32_C(0x10001)

struct seep_cells;

/*
 * seep_cells_new() starts a walk over every cell of 'snapshot', ordered by
 * host, peer, place, fold, protocol, port (none, low, high, then the listed
 * ones), direction, hour, kind. The snapshot must outlive the walk.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_cells_new(struct seep_cells **cells, const struct seep_snapshot *snapshot,
	       const struct seep_alloc *alloc);

/*
 * seep_cells_next() gives the next cell. Returns SEEP_OK, SEEP_END,
 * SEEP_ENOMEM, or what the store gives.
 */
SEEP_API SEEP_NODISCARD int
seep_cells_next(struct seep_cells *cells, struct seep_cell *cell);

/* seep_cells_free() ends the walk. NULL is fine. */
SEEP_API void
seep_cells_free(struct seep_cells *cells);

#ifdef __cplusplus
}
#endif

#endif
