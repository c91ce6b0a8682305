/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.h - where sealed cells go when memory is short.
 *
 * The library does no I/O. An engine that is given a store moves cells that
 * no longer change out of its memory budget into it, before it refuses a
 * flow, and reads them back where they are needed. No result depends on it:
 * saved cases and findings are the same bytes with and without one.
 *
 * Space     the library numbers the bytes itself, in slots of 64 KiB that
 *           are used again when what they held was merged or freed. So the
 *           highest offset ever written stays below twice the sealed cells
 *           (while they are merged, old and new stand side by side), plus one
 *           slot for each run of cells, of which there are about a dozen and
 *           at most 64, plus what living snapshots keep from being freed.
 * Damage    every piece that is read at once is checksummed under a key that
 *           the engine's seed makes: bytes that are not those written last at
 *           this place are SEEP_ECHECKSUM, never a wrong count.
 * Privacy   the bytes say who talked to whom; they are not encrypted.
 */
#ifndef SEEP_STORE_H
#define SEEP_STORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * struct seep_store: three functions and what they need; copied by whoever
 * takes it. 'ctx' must outlive the engine and every snapshot taken of it.
 * What is in the store is of no use once they are freed.
 *
 * Threads: write and discard are called by the engine's thread, inside calls
 * of the engine. Read is called by any thread that uses a snapshot of it,
 * several at once, also while another range is written: pread(2) on a file
 * may do that.
 */
struct seep_store {
	/* write: 'size' bytes at 'offset', a whole multiple of 64 KiB; 0, or
	 * anything else when they could not all be kept. The engine's call
	 * then returns SEEP_EIO, nothing is lost, and it may be repeated. */
	int (*write)(void *ctx, uint64_t offset, const void *data, size_t size);
	/* read: exactly 'size' bytes that were written at 'offset'; 0, or
	 * anything else. Whatever needed them returns SEEP_EIO. */
	int (*read)(void *ctx, uint64_t offset, void *data, size_t size);
	/* discard: may be NULL. These bytes will not be read again before
	 * they are written again. */
	void (*discard)(void *ctx, uint64_t offset, uint64_t size);
	void *ctx;
};

#ifdef __cplusplus
}
#endif

#endif
