/* SPDX-License-Identifier: BSD-3-Clause */
/* For memfd_create(2). */
#define _GNU_SOURCE

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
fuzz_fail(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, claim);
	abort();
}

uint8_t
fuzz_u8(struct fuzz_take *take)
{
	if (take->size == 0)
		return 0;
	take->size--;
	return *take->data++;
}

uint64_t
fuzz_uint(struct fuzz_take *take, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)fuzz_u8(take) << (8 * i);
	return value;
}

struct seep__mem *
fuzz_mem(void)
{
	struct seep__mem *mem;

	FUZZ_CHECK(seep__mem_new(&mem, NULL, 0) == SEEP_OK);
	return mem;
}

void
fuzz_mem_end(struct seep__mem *mem)
{
	struct seep__mem *fresh = fuzz_mem();

	FUZZ_CHECK(seep__mem_used(mem) == seep__mem_used(fresh));
	seep__mem_unref(fresh);
	seep__mem_unref(mem);
}

const char *
fuzz_file(const char *text, const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	const size_t length = strlen(text);

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		FUZZ_CHECK(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	FUZZ_CHECK(ftruncate(fd, 0) == 0);
	FUZZ_CHECK(pwrite(fd, text, length, 0) == (ssize_t)length);
	FUZZ_CHECK(pwrite(fd, data, size, (off_t)length) == (ssize_t)size);
	return path;
}

int
fuzz_write(void *ctx, const void *data, size_t size)
{
	struct fuzz_bytes *bytes = ctx;

	if (size == 0)
		return 0;
	if (bytes->size + size > bytes->room) {
		bytes->room = 2 * (bytes->size + size);
		bytes->data = realloc(bytes->data, bytes->room);
		FUZZ_CHECK(bytes->data != NULL);
	}
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return 0;
}

int
fuzz_read(void *ctx, void *data, size_t size, size_t *got)
{
	struct fuzz_bytes *bytes = ctx;

	*got = bytes->size - bytes->at < size ? bytes->size - bytes->at : size;
	if (*got > 0)
		memcpy(data, bytes->data + bytes->at, *got);
	bytes->at += *got;
	return 0;
}

struct fuzz_bytes
fuzz_save(const struct seep_snapshot *snapshot)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};

	FUZZ_CHECK(seep_snapshot_save(snapshot, fuzz_write, &bytes) == SEEP_OK);
	return bytes;
}

void
fuzz_same(struct fuzz_bytes *a, struct fuzz_bytes *b)
{
	FUZZ_CHECK(a->size == b->size);
	FUZZ_CHECK(memcmp(a->data, b->data, a->size) == 0);
	free(a->data);
	free(b->data);
}
