/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fuzz.h - what the targets share: checks that stay in every build, bytes
 * taken off the input, files and saved cases in memory.
 *
 * A target is one file <x>_fuzz.c with LLVMFuzzerTestOneInput(). It runs
 * under libFuzzer (SEEP_BUILD_FUZZ), AFL++ and driver.c, and it claims more
 * than that nothing crashes: its first comment says what.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <seep/snapshot.h>

#include "base/mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* FUZZ_CHECK() aborts when 'claim' is false, NDEBUG or not. */
#define FUZZ_CHECK(claim)                                      \
	do {                                                   \
		if (!(claim))                                  \
			fuzz_fail(__FILE__, __LINE__, #claim); \
	} while (0)

_Noreturn void
fuzz_fail(const char *file, int line, const char *claim);

/* struct fuzz_take: the input from which small things are drawn; beyond its
 * end everything is 0. */
struct fuzz_take {
	const uint8_t *data;
	size_t size;
};

uint8_t
fuzz_u8(struct fuzz_take *take);

/* fuzz_uint() takes 'bytes' <= 8 bytes, little-endian. */
uint64_t
fuzz_uint(struct fuzz_take *take, unsigned bytes);

/* fuzz_mem() makes an account; fuzz_mem_end() checks that nothing is left on
 * it and gives it back. */
struct seep__mem *
fuzz_mem(void);

void
fuzz_mem_end(struct seep__mem *mem);

/*
 * fuzz_file() makes a file in memory of a text and the rest of the input.
 *
 * Returns its path, valid until the next call: one file a process.
 */
const char *
fuzz_file(const char *text, const uint8_t *data, size_t size);

/* struct fuzz_bytes: a saved case. */
struct fuzz_bytes {
	uint8_t *data;
	size_t size;
	size_t room;
	size_t at; /* where reading stands */
};

/* fuzz_write(), fuzz_read(): callbacks over struct fuzz_bytes. */
int
fuzz_write(void *ctx, const void *data, size_t size);

int
fuzz_read(void *ctx, void *data, size_t size, size_t *got);

/* fuzz_save() saves; the caller frees 'data'. */
struct fuzz_bytes
fuzz_save(const struct seep_snapshot *snapshot);

/* fuzz_same() checks that two cases are the same bytes, and frees both. */
void
fuzz_same(struct fuzz_bytes *a, struct fuzz_bytes *b);

#endif
