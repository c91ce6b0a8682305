/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cases.h - engines, saved cases in memory, and flows of every kind.
 */
#ifndef TESTS_LEDGER_CASES_H
#define TESTS_LEDGER_CASES_H

#include <stddef.h>
#include <stdint.h>

#include <seep/engine.h>
#include <seep/snapshot.h>

#include "support/flows.h"

struct test_bytes {
	uint8_t *data;
	size_t size;
	size_t room;
	size_t at;    /* where reading stands */
	size_t piece; /* most bytes given at once; 0 = all */
};

/* test_bytes_write(), _read(): callbacks over struct test_bytes. */
int
test_bytes_write(void *ctx, const void *data, size_t size);

int
test_bytes_read(void *ctx, void *data, size_t size, size_t *got);

void
test_bytes_clear(struct test_bytes *bytes);

/* test_bytes_equal() asserts nothing: 1 or 0. */
int
test_bytes_equal(const struct test_bytes *a, const struct test_bytes *b);

/*
 * test_site_mixed() is a site with local 10/8, fd00::/8 and 192.168/16,
 * partner 10.9.0.0/16, and 10.0.0.50 joined with fd00::50.
 */
struct seep_site *
test_site_mixed(void);

/* test_engine() makes an engine with test_site_mixed(). */
struct seep_engine *
test_engine(uint64_t seed);

/* test_engine_of() makes one with an origin besides. */
struct seep_engine *
test_engine_of(uint64_t seed, const struct seep_origin *origin);

/*
 * test_input() is a file whose hashes are 32 times 'content'; test_declare()
 * adds it to an engine.
 */
struct seep_input
test_input(const char *name, uint8_t content);

void
test_declare(struct seep_engine *engine, const char *name, uint8_t content);

/* test_feed() feeds everything, which must be taken. */
void
test_feed(struct seep_engine *engine, const struct seep_flow *flows,
	  size_t count);

struct seep_snapshot *
test_snapshot(struct seep_engine *engine);

/* test_save() saves; the caller clears the bytes. */
struct test_bytes
test_save(const struct seep_snapshot *snapshot);

struct seep_snapshot *
test_restore(const struct test_bytes *bytes);

/* test_case() is the saved case of one engine fed these flows. */
struct test_bytes
test_case(const struct seep_flow *flows, size_t count, uint64_t seed);

/*
 * test_flows_mixed() adds 'count' flows of every kind: both families,
 * crossing, inside, outside, partners, group addresses, joined hosts;
 * instants, edges exactly on hours and days, hours, months, unusable ends;
 * every opener and flag; missed bytes; labels; sizes around 2^32; one in
 * eight is a name that was asked for.
 */
void
test_flows_mixed(struct test_flows *flows, size_t count, uint64_t seed);

#endif
