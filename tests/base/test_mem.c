/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "support/alloc.h"

/* What the account itself takes. */
static uint64_t
own_bytes(void)
{
	struct seep__mem *mem;
	uint64_t own;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	own = seep__mem_used(mem);
	seep__mem_unref(mem);
	return own;
}

Test(mem, counts_what_is_held_and_the_most_that_was)
{
	struct seep__mem *mem;
	uint64_t own = own_bytes();
	void *a, *b;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	a = seep__mem_get(mem, 100);
	b = seep__mem_zero(mem, 10, 20);
	cr_assert_eq(seep__mem_used(mem), own + 300);
	seep__mem_put(mem, a, 100);
	cr_assert_eq(seep__mem_used(mem), own + 200);
	cr_assert_eq(seep__mem_used_max(mem), own + 300);
	seep__mem_put(mem, b, 200);
	cr_assert_eq(seep__mem_used(mem), own);
	seep__mem_unref(mem);
}

Test(mem, gives_everything_back_through_the_callers_allocator)
{
	struct test_alloc alloc;
	struct seep__mem *mem;
	void *ptr;

	test_alloc_init(&alloc, TEST_FAILS_NEVER, 0);
	cr_assert_eq(seep__mem_new(&mem, &alloc.alloc, 0), SEEP_OK);
	cr_assert_eq(alloc.bytes, seep__mem_used(mem));
	ptr = seep__mem_get(mem, 10);
	ptr = seep__mem_resize(mem, ptr, 10, 1000);
	cr_assert_eq(alloc.bytes, seep__mem_used(mem));
	ptr = seep__mem_resize(mem, ptr, 1000, 5);
	cr_assert_eq(alloc.bytes, seep__mem_used(mem));
	seep__mem_put(mem, ptr, 5);
	seep__mem_put(mem, NULL, 0);
	seep__mem_unref(mem);
	cr_assert_eq(alloc.blocks, 0);
	cr_assert_eq(alloc.mismatches, 0);
}

Test(mem, lives_until_the_last_reference_goes)
{
	struct test_alloc alloc;
	struct seep__mem *mem;

	test_alloc_init(&alloc, TEST_FAILS_NEVER, 0);
	cr_assert_eq(seep__mem_new(&mem, &alloc.alloc, 0), SEEP_OK);
	cr_assert_eq(seep__mem_ref(mem), mem);
	seep__mem_unref(mem);
	cr_assert_eq(alloc.blocks, 1);
	seep__mem_unref(mem);
	cr_assert_eq(alloc.blocks, 0);
	seep__mem_unref(NULL);
}

Test(mem, the_budget_is_met_to_the_byte)
{
	struct seep__mem *mem;
	uint64_t own = own_bytes();
	void *ptr;

	cr_assert_eq(seep__mem_new(&mem, NULL, own + 100), SEEP_OK);
	cr_assert_null(seep__mem_get(mem, 101));
	cr_assert_eq(seep__mem_why(mem), SEEP_EBUDGET);
	cr_assert_eq(seep__mem_used(mem), own);
	ptr = seep__mem_get(mem, 100);
	cr_assert_not_null(ptr);
	cr_assert_null(seep__mem_resize(mem, ptr, 100, 101));
	cr_assert_eq(seep__mem_charge(mem, 1), SEEP_EBUDGET);
	seep__mem_put(mem, ptr, 100);
	cr_assert_eq(seep__mem_charge(mem, 100), SEEP_OK);
	cr_assert_eq(seep__mem_used_max(mem), own + 100);
	seep__mem_discharge(mem, 100);
	seep__mem_unref(mem);
}

Test(mem, a_budget_below_the_account_itself_refuses_everything)
{
	struct seep__mem *mem;

	cr_assert_eq(seep__mem_new(&mem, NULL, 1), SEEP_OK);
	cr_assert_null(seep__mem_get(mem, 1));
	cr_assert_eq(seep__mem_why(mem), SEEP_EBUDGET);
	seep__mem_unref(mem);
}

Test(mem, products_that_overflow_are_refused)
{
	struct seep__mem *mem;
	void *array = NULL;
	size_t room = 0;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	cr_assert_null(seep__mem_zero(mem, SIZE_MAX / 2, 3));
	cr_assert_eq(seep__mem_why(mem), SEEP_ENOMEM);
	cr_assert_eq(seep__mem_grow(mem, &array, &room, SIZE_MAX / 2, 3),
		     SEEP_ENOMEM);
	cr_assert_null(array);
	cr_assert_eq(room, 0);
	seep__mem_unref(mem);
}

Test(mem, a_failed_resize_leaves_the_old_block)
{
	struct test_alloc alloc;
	struct seep__mem *mem;
	char *ptr;

	test_alloc_init(&alloc, TEST_FAILS_ONCE, 3);
	cr_assert_eq(seep__mem_new(&mem, &alloc.alloc, 0), SEEP_OK);
	ptr = seep__mem_get(mem, 4);
	memcpy(ptr, "abc", 4);
	cr_assert_null(seep__mem_resize(mem, ptr, 4, 400));
	cr_assert_eq(seep__mem_why(mem), SEEP_ENOMEM);
	cr_assert_str_eq(ptr, "abc");
	cr_assert_eq(alloc.bytes, seep__mem_used(mem));
	seep__mem_put(mem, ptr, 4);
	seep__mem_unref(mem);
	cr_assert_eq(alloc.blocks, 0);
}

Test(mem, growing_keeps_the_elements_and_doubles)
{
	struct seep__mem *mem;
	void *array = NULL;
	size_t room = 0, grown = 0;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	for (uint32_t i = 0; i < 100000; i++) {
		size_t before = room;

		cr_assert_eq(
		    seep__mem_grow(mem, &array, &room, i + 1, sizeof(uint32_t)),
		    SEEP_OK);
		grown += room != before;
		((uint32_t *)array)[i] = i;
	}
	for (uint32_t i = 0; i < 100000; i++)
		cr_assert_eq(((uint32_t *)array)[i], i);
	cr_assert_leq(grown, 15, "grew %zu times", grown);
	seep__mem_put(mem, array, room * sizeof(uint32_t));
	seep__mem_unref(mem);
}

Test(mem, growing_takes_what_is_needed_where_twice_is_too_much)
{
	struct seep__mem *mem;
	void *array = NULL;
	size_t room = 0;

	cr_assert_eq(seep__mem_new(&mem, NULL, own_bytes() + 1500), SEEP_OK);
	cr_assert_eq(seep__mem_grow(mem, &array, &room, 1000, 1), SEEP_OK);
	cr_assert_eq(seep__mem_grow(mem, &array, &room, 1400, 1), SEEP_OK);
	cr_assert_eq(room, 1400);
	cr_assert_eq(seep__mem_grow(mem, &array, &room, 1501, 1), SEEP_EBUDGET);
	cr_assert_eq(room, 1400);
	seep__mem_put(mem, array, room);
	seep__mem_unref(mem);
}

static int
make_account(const struct seep_alloc *alloc, void *ctx)
{
	struct seep__mem *mem = ctx;
	void *array = NULL;
	size_t room = 0;
	int status = seep__mem_new(&mem, alloc, 0);

	if (status != SEEP_OK) {
		cr_assert_null(mem);
		return status;
	}
	for (size_t need = 1; need < 500 && status == SEEP_OK; need += 7)
		status = seep__mem_grow(mem, &array, &room, need, 8);
	seep__mem_put(mem, array, room * 8);
	seep__mem_unref(mem);
	return status;
}

Test(mem, survives_every_failed_allocation)
{
	size_t runs;
	const char *wrong = test_alloc_each(make_account, NULL, &runs);

	cr_assert_null(wrong, "%s", wrong);
	cr_assert_eq(runs, 8, "%zu", runs);
}

static void *
take_and_give(void *ctx)
{
	struct seep__mem *mem = ctx;

	for (int i = 0; i < 20000; i++) {
		cr_assert_eq(seep__mem_charge(mem, 3), SEEP_OK);
		seep__mem_ref(mem);
		seep__mem_unref(mem);
		seep__mem_discharge(mem, 2);
	}
	return NULL;
}

Test(mem, two_threads_lose_no_byte_of_the_account)
{
	struct seep__mem *mem;
	uint64_t own = own_bytes();
	pthread_t other;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	cr_assert_eq(pthread_create(&other, NULL, take_and_give, mem), 0);
	take_and_give(mem);
	pthread_join(other, NULL);
	cr_assert_eq(seep__mem_used(mem), own + 40000);
	cr_assert_geq(seep__mem_used_max(mem), own + 40000);
	seep__mem_discharge(mem, 40000);
	seep__mem_unref(mem);
}
