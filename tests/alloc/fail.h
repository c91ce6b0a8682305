/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fail.h - one count of every allocation, whoever asks: the allocator handed
 * to the library and libJudy's nodes. The nth can be made to fail.
 *
 * Judy asks through JudyMalloc(), which the dynamic linker takes from the
 * program first: a program that links this needs ENABLE_EXPORTS.
 */
#ifndef TESTS_ALLOC_FAIL_H
#define TESTS_ALLOC_FAIL_H

#include <stddef.h>

#include <seep/alloc.h>

enum fail_mode {
	FAIL_NEVER = 0,
	FAIL_ONE, /* allocation 'at' alone */
	/* FAIL_PAIR: 'at' and the next. An array that grows asks twice, for
	 * double and then for just enough; one failure alone is never seen. */
	FAIL_PAIR,
	FAIL_ON, /* 'at' and all later ones */
	FAIL_MODES
};

/* What is counted since fail_begin(). */
struct fail_counts {
	size_t calls;
	size_t failures;
	size_t judy_calls;
	size_t judy_failures;
	size_t blocks; /* live now, Judy's aside */
	size_t bytes;
	size_t mismatches; /* given back with another size */
	size_t judy_blocks;
	size_t judy_bytes;
};

/* fail_alloc() is the allocator to hand to constructors. */
const struct seep_alloc *
fail_alloc(void);

/*
 * fail_libraries() has what libzstd and libpcap ask of malloc(3) fail too
 * (libraries.c); their blocks are not among those counted as live. Returns 0
 * where neither is there, or the program has no such file.
 */
size_t
fail_libraries(void);

/* fail_begin() starts a run in which allocation 'at' >= 1 fails. */
void
fail_begin(enum fail_mode mode, size_t at);

/*
 * fail_arm() is called by an attempt of fail_each_armed() where failing is
 * to begin: allocations are numbered from here.
 */
void
fail_arm(void);

/* fail_stop() lets everything succeed from here on, and goes on counting.
 * What is asked for after the first call of it is not among what can fail. */
void
fail_stop(void);

/* fail_now() is one allocation more: does it fail? */
int
fail_now(void);

const struct fail_counts *
fail_counts(void);

/*
 * fail_end() ends a run after everything was freed. Returns NULL, or what
 * is wrong: a block that was not given back, or a size that was not the one
 * asked for. Of Judy up to 2 KiB per failed node is let pass, which libJudy
 * itself loses (lib/base/ordered.h), and freed here.
 */
const char *
fail_end(void);

/*
 * fail_attempt_fn makes something with fail_alloc(), gives all of it back
 * and returns the status. It may call fail_stop() after a failure to see
 * whether what is left can still be used.
 */
typedef int (*fail_attempt_fn)(void *ctx);

/* struct fail_plan: which allocations fail. */
struct fail_plan {
	/* each: the first so many, every one of them. */
	size_t each;
	/* runs: so many of all, evenly spaced; SIZE_MAX = every one. First
	 * and last of every place in the program that asks, as its callers
	 * tell, come on top. */
	size_t runs;
	/* first_only: not the last of every place, nor FAIL_PAIR; for long
	 * runs. */
	int first_only;
};

/* struct fail_result: what was run. */
struct fail_result {
	size_t calls;  /* allocations when none fails */
	size_t places; /* distinct call stacks among them */
	size_t judy;   /* runs in which Judy was refused a node */
	size_t points; /* allocations that were failed */
	size_t failed; /* runs that ended with SEEP_ENOMEM */
};

/*
 * fail_each() runs 'attempt' undisturbed, which must succeed, then for each
 * allocation of the plan in each mode. Fails the test when a run leaks,
 * gives a status other than SEEP_OK and SEEP_ENOMEM, or fails although
 * nothing did. Prints one line of figures with 'what'.
 */
struct fail_result
fail_each(const char *what, fail_attempt_fn attempt, void *ctx,
	  const struct fail_plan *plan);

/*
 * fail_each_armed() is like fail_each(), but an attempt begins undisturbed
 * until it calls fail_arm(), and every allocation from there on is failed;
 * prints nothing. Returns how many runs ended with SEEP_ENOMEM.
 */
size_t
fail_each_armed(fail_attempt_fn attempt, void *ctx);

#endif
