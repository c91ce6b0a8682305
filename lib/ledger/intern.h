/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * intern.h - addresses numbered in the order of their coming.
 *
 * Used for hosts and for IPv6 peers, so that a channel's key stays 12 bytes.
 *
 * Memory   16 bytes an address and 8 to 16 of index.
 * Hash     SipHash-1-3 under the engine's seed; no result depends on it.
 */
#ifndef SEEP_LEDGER_INTERN_H
#define SEEP_LEDGER_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "base/hash.h"
#include "base/mem.h"

struct seep__intern {
	struct seep__mem *mem;
	struct seep__hash_key key;
	struct seep_address *addresses;
	size_t count;
	size_t room;
	uint32_t *index; /* number + 1; 0 = free; at most half full */
	size_t index_size;
};

void
seep__intern_init(struct seep__intern *intern, struct seep__mem *mem,
		  const struct seep__hash_key *key);

void
seep__intern_clear(struct seep__intern *intern);

/*
 * seep__intern_add() gives the number of 'address', a new one if need be.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; then nothing was added.
 */
int
seep__intern_add(struct seep__intern *intern,
		 const struct seep_address *address, uint32_t *number);

/* seep__intern_bytes() returns the memory that 'intern' holds. */
uint64_t
seep__intern_bytes(const struct seep__intern *intern);

/*
 * seep__intern_keep() forgets every address whose 'number' is UINT32_MAX and
 * numbers the others anew, in their order; 'number' is then the new one.
 */
void
seep__intern_keep(struct seep__intern *intern, uint32_t *number);

#endif
