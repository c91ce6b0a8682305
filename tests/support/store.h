/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.h - a store in memory that fails, ends or lies on request.
 */
#ifndef TESTS_SUPPORT_STORE_H
#define TESTS_SUPPORT_STORE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <seep/store.h>

/* struct test_store: zero counts after test_store_init(). */
struct test_store {
	struct seep_store calls; /* give its address in the options */
	uint8_t *data;
	size_t room;      /* writing beyond it fails, as on a full disk */
	uint8_t *written; /* a byte a slot: holds what may be read */
	/* fail_write_at, fail_read_at: 1-based; 0 = never. With fail_on all
	 * later ones fail too. */
	size_t fail_write_at;
	size_t fail_read_at;
	int fail_on;
	atomic_size_t writes;
	atomic_size_t reads;
	size_t failures;
	size_t discards;
	size_t end; /* of the highest byte ever written */
};

void
test_store_init(struct test_store *store, size_t room);

void
test_store_clear(struct test_store *store);

#endif
