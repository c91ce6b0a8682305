/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * alloc.h - an allocator that counts, checks and fails on request.
 *
 * Every block carries its size, so that a wrong size given back is seen.
 */
#ifndef TESTS_SUPPORT_ALLOC_H
#define TESTS_SUPPORT_ALLOC_H

#include <stddef.h>

#include <seep/alloc.h>

enum test_failing {
	TEST_FAILS_NEVER = 0,
	TEST_FAILS_ONCE, /* the fail_at-th call only */
	TEST_FAILS_ON    /* the fail_at-th call and all after it */
};

/* struct test_alloc: zero counts after test_alloc_init(). */
struct test_alloc {
	struct seep_alloc alloc; /* give its address to constructors */
	enum test_failing failing;
	size_t fail_at; /* 1-based, counts alloc and resize calls */
	size_t calls;
	size_t failures;
	size_t blocks;     /* live now */
	size_t bytes;      /* live now */
	size_t bytes_max;  /* live at most */
	size_t mismatches; /* sizes that were not those asked for */
};

void
test_alloc_init(struct test_alloc *alloc, enum test_failing failing,
		size_t fail_at);

/*
 * test_attempt_fn makes something with 'alloc' and gives it back; returns
 * the status of making it.
 */
typedef int (*test_attempt_fn)(const struct seep_alloc *alloc, void *ctx);

/*
 * test_alloc_each() runs 'attempt' once per allocation it makes, failing
 * that one, and again failing that one and all after it.
 *
 * Returns NULL, or what went wrong: a block leaked, a wrong size was given
 * back, a status other than SEEP_OK and SEEP_ENOMEM, or success although
 * nothing could be allocated. '*runs', if not NULL, is how many allocations
 * the attempt makes when none fails.
 */
const char *
test_alloc_each(test_attempt_fn attempt, void *ctx, size_t *runs);

#endif
