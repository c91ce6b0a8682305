/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* backtrace(3) */

#include "alloc/fail.h"

#include <execinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Judy.h>
#include <criterion/criterion.h>

#include <seep/export.h>
#include <seep/status.h>

/* In front of every block: its size, and Judy's are in a list. 32 bytes keep
 * the alignment that malloc(3) gives and Judy relies on. */
struct block {
	size_t size;
	struct block *next;
	struct block *prev;
	size_t run; /* in which it was made */
};

/* Callers looked at to tell one place that allocates from another: enough
 * to see past mem.c and the containers to who uses them. */
#define STACK_DEPTH 9
/* Of them, this file's own and the allocator's hook. */
#define STACK_SKIP 2

/* Lost by libJudy per failed node, at most; see ordered.h. */
#define JUDY_LOST_MAX 2048

static struct fail_counts counts;
static enum fail_mode failing;
static size_t failing_at;
/* Calls before fail_stop(): what can fail. */
static size_t reach;
/* What fail_arm() begins. */
static enum fail_mode armed;
static size_t armed_at;
static struct block *judy_live;
static size_t run;

/* While a run is recorded: a hash of the callers of every allocation. */
static uint64_t *places;
static size_t places_room;
static int recording;

static void
record_place(size_t nth)
{
	void *stack[STACK_DEPTH];
	int depth = backtrace(stack, STACK_DEPTH);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (int i = STACK_SKIP; i < depth; i++)
		hash = (hash ^ (uint64_t)(uintptr_t)stack[i]) *
		       UINT64_C(0x100000001b3);
	if (nth > places_room) {
		places_room = nth * 2 + 1024;
		places = realloc(places, places_room * sizeof(*places));
		cr_assert_not_null(places);
	}
	places[nth - 1] = hash;
}

int
fail_now(void)
{
	int fails = 0;

	counts.calls++;
	if (recording && reach == 0)
		record_place(counts.calls);
	if (failing == FAIL_ONE)
		fails = counts.calls == failing_at;
	else if (failing == FAIL_PAIR)
		fails = counts.calls - failing_at < 2;
	else if (failing == FAIL_ON)
		fails = counts.calls >= failing_at;
	counts.failures += (size_t)fails;
	return fails;
}

static void *
hook_alloc(void *ctx, size_t size)
{
	struct block *block;

	(void)ctx;
	counts.mismatches += size == 0;
	if (fail_now())
		return NULL;
	block = malloc(sizeof(*block) + size);
	cr_assert_not_null(block);
	block->size = size;
	/* What was never written must not look like zeros. */
	memset(block + 1, 0xa5, size);
	counts.blocks++;
	counts.bytes += size;
	return block + 1;
}

static void
hook_release(void *ctx, void *ptr, size_t size)
{
	struct block *block = ptr;

	(void)ctx;
	if (ptr == NULL)
		return;
	block--;
	counts.mismatches += block->size != size;
	counts.blocks--;
	counts.bytes -= block->size;
	free(block);
}

/* Always moves, so that a pointer kept across a resize is seen. */
static void *
hook_resize(void *ctx, void *ptr, size_t old_size, size_t size)
{
	void *moved = hook_alloc(ctx, size);

	if (moved == NULL)
		return NULL;
	memcpy(moved, ptr, old_size < size ? old_size : size);
	hook_release(ctx, ptr, old_size);
	return moved;
}

const struct seep_alloc *
fail_alloc(void)
{
	static const struct seep_alloc hooks = {
	    .alloc = hook_alloc,
	    .resize = hook_resize,
	    .release = hook_release,
	};

	return &hooks;
}

SEEP_API Word_t
JudyMalloc(Word_t words)
{
	size_t size = words * sizeof(Word_t);
	struct block *block;

	counts.judy_calls++;
	if (fail_now()) {
		counts.judy_failures++;
		return 0;
	}
	block = malloc(sizeof(*block) + size);
	cr_assert_not_null(block);
	block->size = size;
	block->run = run;
	block->prev = NULL;
	block->next = judy_live;
	if (judy_live != NULL)
		judy_live->prev = block;
	judy_live = block;
	memset(block + 1, 0xa5, size);
	counts.judy_blocks++;
	counts.judy_bytes += size;
	return (Word_t)(block + 1);
}

SEEP_API void
JudyFree(Pvoid_t ptr, Word_t words)
{
	struct block *block = (struct block *)ptr - 1;

	counts.mismatches += block->size != words * sizeof(Word_t);
	if (block->prev != NULL)
		block->prev->next = block->next;
	else
		judy_live = block->next;
	if (block->next != NULL)
		block->next->prev = block->prev;
	if (block->run == run) {
		counts.judy_blocks--;
		counts.judy_bytes -= block->size;
	}
	free(block);
}

SEEP_API Word_t
JudyMallocVirtual(Word_t words)
{
	return JudyMalloc(words);
}

SEEP_API void
JudyFreeVirtual(Pvoid_t ptr, Word_t words)
{
	JudyFree(ptr, words);
}

void
fail_begin(enum fail_mode mode, size_t at)
{
	cr_assert(mode == FAIL_NEVER || at >= 1);
	memset(&counts, 0, sizeof(counts));
	reach = 0;
	run++;
	failing = mode;
	failing_at = at;
}

void
fail_arm(void)
{
	failing = armed;
	failing_at = counts.calls + armed_at;
}

void
fail_stop(void)
{
	if (reach == 0)
		reach = counts.calls;
	failing = FAIL_NEVER;
}

const struct fail_counts *
fail_counts(void)
{
	return &counts;
}

const char *
fail_end(void)
{
	size_t lost = counts.judy_bytes;
	struct block *block, *next;

	fail_stop();
	for (block = judy_live; block != NULL; block = next) {
		next = block->next;
		if (block->run == run)
			JudyFree(block + 1, block->size / sizeof(Word_t));
	}
	if (lost > counts.judy_failures * JUDY_LOST_MAX)
		return "a Judy array leaked";
	if (counts.blocks != 0 || counts.bytes != 0)
		return "a block leaked";
	if (counts.mismatches != 0)
		return "a block was given back with another size";
	return NULL;
}

/* By place, then by number. */
static int
compare_calls(const void *a, const void *b)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;

	if (places[x] != places[y])
		return places[x] < places[y] ? -1 : 1;
	return (x > y) - (x < y);
}

/* Marks the first and the last allocation of each place; how many places. */
static size_t
choose_places(size_t calls, int first_only, uint8_t *chosen)
{
	size_t *order = malloc(calls * sizeof(*order));
	size_t count = 0;

	cr_assert_not_null(order);
	for (size_t n = 0; n < calls; n++)
		order[n] = n;
	qsort(order, calls, sizeof(*order), compare_calls);
	for (size_t i = 0; i < calls; i++) {
		int first = i == 0 || places[order[i - 1]] != places[order[i]];
		int last =
		    i + 1 == calls || places[order[i + 1]] != places[order[i]];

		count += (size_t)first;
		chosen[order[i]] = first || (last && !first_only);
	}
	free(order);
	return count;
}

/* Marks the allocations to fail: chosen[n - 1] for allocation n. */
static void
choose(const struct fail_plan *plan, uint8_t *chosen,
       struct fail_result *result)
{
	size_t stride = 1;

	result->places = choose_places(result->calls, plan->first_only, chosen);
	if (plan->runs < result->calls)
		stride = result->calls / plan->runs + 1;
	for (size_t n = 0; n < result->calls; n++) {
		chosen[n] |= n < plan->each || n % stride == 0;
		result->points += chosen[n];
	}
}

static void
check_run(const char *what, size_t nth, int mode, int status)
{
	size_t failures = counts.failures;
	const char *wrong = fail_end();

	cr_assert_null(wrong, "%s: allocation %zu, mode %d, %s: %s", what, nth,
		       mode, seep_strstatus(status), wrong);
	cr_assert(status == SEEP_OK || status == SEEP_ENOMEM,
		  "%s: allocation %zu, mode %d: %s", what, nth, mode,
		  seep_strstatus(status));
	cr_assert(status == SEEP_OK || failures > 0,
		  "%s: failed although every allocation succeeded", what);
}

struct fail_result
fail_each(const char *what, fail_attempt_fn attempt, void *ctx,
	  const struct fail_plan *plan)
{
	struct fail_result result = {0};
	uint8_t *chosen;
	int status;

	recording = 1;
	fail_begin(FAIL_NEVER, 0);
	status = attempt(ctx);
	recording = 0;
	fail_stop();
	result.calls = reach;
	check_run(what, 0, FAIL_NEVER, status);
	cr_assert_gt(result.calls, 0, "%s allocates nothing", what);
	chosen = calloc(result.calls, 1);
	cr_assert_not_null(chosen);
	choose(plan, chosen, &result);
	for (size_t n = 1; n <= result.calls; n++) {
		for (int mode = FAIL_ONE; mode < FAIL_MODES && chosen[n - 1];
		     mode++) {
			if (plan->first_only && mode == FAIL_PAIR)
				continue;
			fail_begin((enum fail_mode)mode, n);
			status = attempt(ctx);
			cr_assert_gt(counts.failures, 0,
				     "%s: allocation %zu was not asked for",
				     what, n);
			result.judy += counts.judy_failures > 0;
			check_run(what, n, mode, status);
			result.failed += status == SEEP_ENOMEM;
		}
	}
	free(chosen);
	fprintf(stderr,
		"%s: %zu allocations from %zu places, %zu failed in %d modes, "
		"%zu runs out of memory, Judy refused in %zu\n",
		what, result.calls, result.places, result.points,
		FAIL_MODES - 1 - plan->first_only, result.failed, result.judy);
	return result;
}

size_t
fail_each_armed(fail_attempt_fn attempt, void *ctx)
{
	size_t refused = 0;

	for (int mode = FAIL_ONE; mode < FAIL_MODES; mode++) {
		for (size_t n = 1;; n++) {
			size_t failures;
			int status;

			fail_begin(FAIL_NEVER, 0);
			armed = (enum fail_mode)mode;
			armed_at = n;
			status = attempt(ctx);
			failures = counts.failures;
			check_run("armed", n, mode, status);
			refused += status == SEEP_ENOMEM;
			if (failures == 0)
				break;
		}
	}
	return refused;
}
