/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * engine.h - the writer: flows in, exact counts per channel and hour kept.
 *
 * Algorithm   each flow is laid on a channel (host, peer, service, opener)
 *             and cut at UTC hours (inside: days) by the cumulative floor
 *             rule, so that no byte is lost to rounding. Sums commute: the
 *             order of flows never changes what is kept.
 * Memory      one 64-byte record and one index line per channel, sealed
 *             cells of a few bytes; the total never exceeds memory_max.
 * Time        O(hours touched) per flow.
 * Clock       none: event time only.
 */
#ifndef SEEP_ENGINE_H
#define SEEP_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/coverage.h>
#include <seep/export.h>
#include <seep/flow.h>
#include <seep/origin.h>
#include <seep/site.h>
#include <seep/status.h>
#include <seep/store.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_engine;
struct seep_snapshot;

/* struct seep_engine_opts: zero means default in every field but 'size'. */
struct seep_engine_opts {
	/* size: sizeof(struct seep_engine_opts); a shorter one is accepted. */
	size_t size;
	/* site: copied; NULL = the default local networks. */
	const struct seep_site *site;
	/* memory_max: bytes of the engine and its snapshots; 0 = no limit.
	 * From half of it on the channels with the least bytes x active hours
	 * are folded (snapshot.h, enum seep_fold): totals of a host by hour,
	 * service and opener stay exact. What cannot be folded, as hosts,
	 * is refused at the limit: SEEP_EBUDGET. */
	uint64_t memory_max;
	/* seed: of the keyed hash; from a random source in the caller's hands.
	 * Never changes a result, only who can predict collisions. */
	uint64_t seed;
	/* retain_days: 0 = keep every cell. Else seep_engine_advance() adds
	 * the cells of days that ended so many days before up to daily totals
	 * of their host, by service and opener (snapshot.h, SEEP_FOLD_ALL):
	 * peers and hours of theirs are lost, bytes are not. */
	uint32_t retain_days;
	uint32_t reserved;
	/* origin: sensor and settings, copied; NULL = unknown. */
	const struct seep_origin *origin;
	/* store: copied; NULL = none. With a memory_max sealed cells move to
	 * it before a flow is refused; without, only when the allocator says
	 * no. It costs 128 KiB of the budget. */
	const struct seep_store *store;
};

#define SEEP_ENGINE_OPTS_INIT                           \
	{                                               \
		.size = sizeof(struct seep_engine_opts) \
	}

/*
 * seep_engine_new() makes an empty engine and runs Judy's self-test.
 *
 * 'engine'  out; NULL on failure.
 * 'opts'    NULL for the defaults.
 * 'alloc'   NULL for malloc(3).
 *
 * Returns SEEP_OK, SEEP_EINVAL (opts->size, opts->origin, a store without read
 * or write), SEEP_ENOMEM, SEEP_EBUDGET, SEEP_ESELFTEST.
 */
SEEP_API SEEP_NODISCARD int
seep_engine_new(struct seep_engine **engine,
		const struct seep_engine_opts *opts,
		const struct seep_alloc *alloc);

/* seep_engine_free() gives an engine back; its snapshots stay valid. */
SEEP_API void
seep_engine_free(struct seep_engine *engine);

/*
 * seep_engine_feed() adds 'count' flows, in any order of time.
 *
 * A flow that cannot be used (negative time, too many bytes) is counted in
 * the coverage by its reason and does not refuse the rest.
 *
 * 'fed'  out, may be NULL: how many flows were taken or refused by reason;
 *        less than 'count' only on error. Feeding the rest again later
 *        continues exactly: a flow is taken whole or not at all.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, and with a store SEEP_EIO (it
 * did not write or read) or SEEP_ECHECKSUM (it gave other bytes than it got:
 * what they counted cannot be read, now or later).
 * Threads: one writer.
 */
SEEP_API SEEP_NODISCARD int
seep_engine_feed(struct seep_engine *engine, const struct seep_flow *flows,
		 size_t count, size_t *fed);

/*
 * seep_engine_advance() tells the engine that event time has reached
 * 'now_ns': hours that ended before it are sealed, and days that are older
 * than retain_days added up. Late flows are still taken; nothing but speed
 * depends on this call where retain_days is 0.
 *
 * Returns as seep_engine_feed().
 */
SEEP_API SEEP_NODISCARD int
seep_engine_advance(struct seep_engine *engine, int64_t now_ns);

/*
 * seep_engine_fold() folds until the engine holds at most 'channels_max'
 * channels, as it does by itself at its budget; for who needs the ledger
 * smaller, to have room to look at it.
 *
 * Returns SEEP_OK, SEEP_END (more cannot be folded), SEEP_ENOMEM,
 * SEEP_EBUDGET.
 */
SEEP_API SEEP_NODISCARD int
seep_engine_fold(struct seep_engine *engine, uint64_t channels_max);

/*
 * seep_engine_add_coverage() adds what a source counted: its refusals and
 * losses become part of the case. Call it once per source, at its end, or
 * with the difference since the last call.
 */
SEEP_API void
seep_engine_add_coverage(struct seep_engine *engine,
			 const struct seep_coverage *part);

/*
 * seep_engine_add_input() declares a file that the flows came from: it
 * becomes part of the case. The same one twice is one.
 *
 * Returns SEEP_OK, SEEP_EINVAL (no name of a file, a hash that is said not
 * to be there, times the wrong way round), SEEP_ENOMEM, SEEP_EBUDGET.
 */
SEEP_API SEEP_NODISCARD int
seep_engine_add_input(struct seep_engine *engine,
		      const struct seep_input *input);

/*
 * seep_engine_add_snapshot() adds everything a snapshot holds: how a saved
 * case is continued and how cases of one sensor are merged. The engine's
 * origin must be that of the snapshot, but for 'inputs_listed': a list that
 * lacks some stays one that lacks some.
 *
 * Returns SEEP_OK, SEEP_EMISMATCH (sites, sensors or settings differ, an
 * input is in both, or the totals together would reach 2^63 bytes), or as
 * seep_engine_feed(), also when the store behind the snapshot fails; then the
 * engine holds a part of the snapshot and must be freed.
 */
SEEP_API SEEP_NODISCARD int
seep_engine_add_snapshot(struct seep_engine *engine,
			 const struct seep_snapshot *snapshot);

/*
 * seep_engine_snapshot() makes an immutable view of all that was fed so
 * far. Sealed hours are shared with the engine, open hours copied.
 *
 * 'snapshot'  out; NULL on failure; free with seep_snapshot_free().
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET, SEEP_EIO (the store).
 */
SEEP_API SEEP_NODISCARD int
seep_engine_snapshot(struct seep_engine *engine,
		     struct seep_snapshot **snapshot);

/*
 * struct seep_engine_stats: what the engine holds.
 */
struct seep_engine_stats {
	/* size: set by the caller to sizeof(struct seep_engine_stats). */
	size_t size;
	uint64_t hosts;
	uint64_t channels;
	uint64_t addresses_v6;
	/* bytes_used: memory charged to the budget now, and at most so far. */
	uint64_t bytes_used;
	uint64_t bytes_used_max;
	struct seep_coverage coverage;
	/* store_used, store_size: bytes of the store that hold something, and
	 * where the highest ever written end. */
	uint64_t store_used;
	uint64_t store_size;
};

/*
 * seep_engine_stats() reports sizes and the coverage so far.
 *
 * Returns SEEP_OK or SEEP_EINVAL (stats->size).
 */
SEEP_API SEEP_NODISCARD int
seep_engine_stats(const struct seep_engine *engine,
		  struct seep_engine_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
