/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * alloc.h - where an object gets its memory.
 *
 * Every constructor takes an optional allocator; NULL means malloc(3) and
 * free(3). An object copies the struct and uses it for all it owns, except
 * the nodes of its Judy arrays, which libJudy takes from malloc(3) and which
 * are charged to the budget by a measured worst case (lib/base/ordered.h).
 */
#ifndef SEEP_ALLOC_H
#define SEEP_ALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * struct seep_alloc: three functions and what they need.
 *
 * Threads: an engine and the snapshots taken of it share sealed hours, and
 * whichever is freed last gives their memory back; the functions must allow
 * that when snapshots are used on another thread than the engine.
 */
struct seep_alloc {
	/* alloc: 'size' > 0 bytes aligned for any type, or NULL. */
	void *(*alloc)(void *ctx, size_t size);
	/* resize: as realloc(3); 'old_size' is what was asked for before. */
	void *(*resize)(void *ctx, void *ptr, size_t old_size, size_t size);
	/* release: as free(3); 'ptr' may be NULL; 'size' as asked for. */
	void (*release)(void *ctx, void *ptr, size_t size);
	void *ctx;
};

#ifdef __cplusplus
}
#endif

#endif
