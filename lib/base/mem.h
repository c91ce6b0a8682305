/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mem.h - one account per object: allocator, bytes used, budget.
 *
 * The only file that calls malloc(3) and free(3) is mem.c. An account is
 * counted by reference, since sealed hours outlive the engine that made
 * them; its counters are atomic, since they may be given back elsewhere.
 */
#ifndef SEEP_BASE_MEM_H
#define SEEP_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/status.h>

struct seep__mem;

/*
 * seep__mem_new() makes an account with a budget in bytes (0 = none), and
 * one reference to it.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__mem_new(struct seep__mem **mem, const struct seep_alloc *alloc,
	      uint64_t budget_bytes);

/* seep__mem_ref() adds a reference and returns 'mem'. */
struct seep__mem *
seep__mem_ref(struct seep__mem *mem);

/* seep__mem_unref() drops a reference. NULL is fine. */
void
seep__mem_unref(struct seep__mem *mem);

/*
 * seep__mem_get() allocates 'size' > 0 bytes, not cleared. NULL when the
 * budget or the allocator refuses: seep__mem_why() tells which.
 */
void *
seep__mem_get(struct seep__mem *mem, size_t size);

/* seep__mem_zero() is like seep__mem_get(), but count * size and cleared. */
void *
seep__mem_zero(struct seep__mem *mem, size_t count, size_t size);

/*
 * seep__mem_resize() is realloc(3) with an account: on NULL the old block
 * stands. 'ptr' may be NULL when 'old_size' is 0.
 */
void *
seep__mem_resize(struct seep__mem *mem, void *ptr, size_t old_size,
		 size_t size);

/* seep__mem_put() gives back what _get, _zero or _resize returned. */
void
seep__mem_put(struct seep__mem *mem, void *ptr, size_t size);

/*
 * seep__mem_charge() books bytes that other code allocates (Judy's nodes).
 *
 * Returns SEEP_OK or SEEP_EBUDGET.
 */
int
seep__mem_charge(struct seep__mem *mem, size_t size);

/* seep__mem_discharge() takes back what was charged. */
void
seep__mem_discharge(struct seep__mem *mem, size_t size);

/*
 * seep__mem_why() returns the status for the last NULL: SEEP_EBUDGET or
 * SEEP_ENOMEM.
 */
int
seep__mem_why(const struct seep__mem *mem);

/* seep__mem_budget() returns the budget in bytes; 0 = none. */
uint64_t
seep__mem_budget(const struct seep__mem *mem);

/* seep__mem_used() and _used_max(): bytes on the account, now and at most. */
uint64_t
seep__mem_used(const struct seep__mem *mem);

uint64_t
seep__mem_used_max(const struct seep__mem *mem);

/*
 * seep__mem_grow() makes room for at least 'need' elements of 'size' bytes
 * in '*array', doubling; '*room' is the current room in elements.
 *
 * Returns SEEP_OK, or why not; then nothing changed.
 */
int
seep__mem_grow(struct seep__mem *mem, void **array, size_t *room, size_t need,
	       size_t size);

#endif
