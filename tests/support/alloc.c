/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <seep/status.h>

/* Before every block, with room for any alignment. */
union header {
	size_t size;
	max_align_t align;
};

static int
must_fail(struct test_alloc *alloc)
{
	int fails = 0;

	alloc->calls++;
	if (alloc->failing == TEST_FAILS_ONCE)
		fails = alloc->calls == alloc->fail_at;
	else if (alloc->failing == TEST_FAILS_ON)
		fails = alloc->calls >= alloc->fail_at;
	alloc->failures += (size_t)fails;
	return fails;
}

static void
count_bytes(struct test_alloc *alloc, size_t added, size_t removed)
{
	alloc->bytes += added - removed;
	if (alloc->bytes > alloc->bytes_max)
		alloc->bytes_max = alloc->bytes;
}

static void *
counting_alloc(void *ctx, size_t size)
{
	struct test_alloc *alloc = ctx;
	union header *header;

	alloc->mismatches += size == 0;
	if (must_fail(alloc))
		return NULL;
	header = malloc(sizeof(*header) + size);
	if (header == NULL)
		abort();
	header->size = size;
	/* What was never written must not look like zeros. */
	memset(header + 1, 0xa5, size);
	alloc->blocks++;
	count_bytes(alloc, size, 0);
	return header + 1;
}

static void
counting_release(void *ctx, void *ptr, size_t size)
{
	struct test_alloc *alloc = ctx;
	union header *header = ptr;

	if (ptr == NULL)
		return;
	header--;
	alloc->mismatches += header->size != size;
	alloc->blocks--;
	count_bytes(alloc, 0, header->size);
	free(header);
}

/* Always moves, so that a pointer kept across a resize is seen. */
static void *
counting_resize(void *ctx, void *ptr, size_t old_size, size_t size)
{
	void *moved = counting_alloc(ctx, size);

	if (moved == NULL)
		return NULL;
	memcpy(moved, ptr, old_size < size ? old_size : size);
	counting_release(ctx, ptr, old_size);
	return moved;
}

void
test_alloc_init(struct test_alloc *alloc, enum test_failing failing,
		size_t fail_at)
{
	memset(alloc, 0, sizeof(*alloc));
	alloc->alloc.alloc = counting_alloc;
	alloc->alloc.resize = counting_resize;
	alloc->alloc.release = counting_release;
	alloc->alloc.ctx = alloc;
	alloc->failing = failing;
	alloc->fail_at = fail_at;
}

static const char *
check_run(const struct test_alloc *alloc, int status)
{
	if (alloc->blocks != 0)
		return "a block leaked";
	if (alloc->mismatches != 0)
		return "a block was given back with another size";
	if (status != SEEP_OK && status != SEEP_ENOMEM)
		return "a status other than SEEP_OK and SEEP_ENOMEM";
	if (status != SEEP_OK && alloc->failures == 0)
		return "it failed although every allocation succeeded";
	return NULL;
}

const char *
test_alloc_each(test_attempt_fn attempt, void *ctx, size_t *runs)
{
	struct test_alloc alloc;
	const char *wrong = NULL;
	size_t all;

	test_alloc_init(&alloc, TEST_FAILS_NEVER, 0);
	wrong = check_run(&alloc, attempt(&alloc.alloc, ctx));
	all = alloc.calls;
	if (runs != NULL)
		*runs = all;
	for (size_t i = 1; i <= all && wrong == NULL; i++) {
		test_alloc_init(&alloc, TEST_FAILS_ONCE, i);
		wrong = check_run(&alloc, attempt(&alloc.alloc, ctx));
		if (wrong != NULL)
			break;
		test_alloc_init(&alloc, TEST_FAILS_ON, i);
		wrong = check_run(&alloc, attempt(&alloc.alloc, ctx));
	}
	test_alloc_init(&alloc, TEST_FAILS_ON, 1);
	if (wrong == NULL && attempt(&alloc.alloc, ctx) != SEEP_ENOMEM)
		wrong = "success although nothing could be allocated";
	return wrong;
}
