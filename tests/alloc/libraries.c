/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libraries.c - what libzstd and libpcap ask of malloc(3) fails too.
 *
 * They take no allocator. The dynamic linker takes malloc() from the program
 * first; who asks is told by the address that the call returns to. Everybody
 * else gets the C library's. Left out under the sanitizers, which have a
 * malloc() of their own.
 */
#define _GNU_SOURCE /* dl_iterate_phdr(3) */

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <seep/export.h>

#include "alloc/fail.h"

/* Segments of code of the libraries. */
#define SPANS_MAX 8

static struct {
	uintptr_t from;
	uintptr_t to;
} spans[SPANS_MAX];
static size_t spans_count;

/* glibc's own, by their other names. */
void *
__libc_malloc(size_t size);

void *
__libc_calloc(size_t count, size_t size);

void *
__libc_realloc(void *ptr, size_t size);

static int
keep_spans(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	if (strstr(info->dlpi_name, "/libzstd.so") == NULL &&
	    strstr(info->dlpi_name, "/libpcap.so") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0 ||
		    spans_count == SPANS_MAX)
			continue;
		spans[spans_count].from = info->dlpi_addr + part->p_vaddr;
		spans[spans_count].to = spans[spans_count].from + part->p_memsz;
		spans_count++;
	}
	return 0;
}

size_t
fail_libraries(void)
{
	if (spans_count == 0)
		(void)dl_iterate_phdr(keep_spans, NULL);
	return spans_count;
}

/* Does the one who asks, a library, get nothing? */
static int
is_refused(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	for (size_t i = 0; i < spans_count; i++) {
		if (at < spans[i].from || at >= spans[i].to || !fail_now())
			continue;
		errno = ENOMEM;
		return 1;
	}
	return 0;
}

SEEP_API void *
malloc(size_t size)
{
	if (is_refused(__builtin_return_address(0)))
		return NULL;
	return __libc_malloc(size);
}

SEEP_API void *
calloc(size_t count, size_t size)
{
	if (is_refused(__builtin_return_address(0)))
		return NULL;
	return __libc_calloc(count, size);
}

SEEP_API void *
realloc(void *ptr, size_t size)
{
	if (is_refused(__builtin_return_address(0)))
		return NULL;
	return __libc_realloc(ptr, size);
}
