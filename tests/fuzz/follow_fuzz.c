/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A log that grows, and is cut to nothing, while it is followed.
 *
 * Claims     what is read of a log that only grows is what is read of it at
 *            once, wherever its writer paused; cut or not, the claims of
 *            evidence.h.
 * Input      bit 0: behind the head of a conn log; then pieces: one byte of
 *            size (0 to 127 bytes are appended; from 240 on the log is cut
 *            to nothing, and is written anew from its head; else as many
 *            bytes as asked for, with a newline), the bytes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <seep/engine.h>
#include <seep/zeek.h>

#include "fuzz/evidence.h"
#include "fuzz/headers.h"

#define PIECES_MAX 32

struct rig {
	int fd;
	off_t size;
	int cut; /* was ever cut */
	struct seep_source *source;
	struct seep_engine *engine;
};

static void
append(struct rig *rig, const void *data, size_t size)
{
	FUZZ_CHECK(pwrite(rig->fd, data, size, rig->size) == (ssize_t)size);
	rig->size += (off_t)size;
}

/* Reads what there is: to SEEP_AGAIN, or to the end. */
static int
read_on(struct rig *rig)
{
	struct seep_flow flows[FUZZ_BATCH_MAX];
	size_t count;
	int status;

	while ((status = seep_source_next(rig->source, flows, FUZZ_BATCH_MAX,
					  &count)) == SEEP_OK)
		FUZZ_CHECK(seep_engine_feed(rig->engine, flows, count, NULL) ==
			   SEEP_OK);
	FUZZ_CHECK(count == 0);
	return status;
}

static void
write_piece(struct rig *rig, struct fuzz_take *take, const char *head)
{
	const uint8_t how = fuzz_u8(take);
	const size_t size = how < take->size ? how : take->size;

	if (how >= 240) {
		FUZZ_CHECK(ftruncate(rig->fd, 0) == 0);
		rig->size = 0;
		rig->cut = 1;
		FUZZ_CHECK(read_on(rig) == SEEP_AGAIN);
		append(rig, head, strlen(head));
		return;
	}
	append(rig, take->data, size);
	take->data += size;
	take->size -= size;
	if (how >= 128)
		append(rig, "\n", 1);
}

static struct fuzz_bytes
follow(struct rig *rig, const char *path, struct fuzz_take *take,
       const char *head)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_coverage part;
	struct seep_snapshot *snapshot;
	struct fuzz_bytes bytes;

	opts.follow = 1;
	FUZZ_CHECK(seep_engine_new(&rig->engine, NULL, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_zeek_source_new(&rig->source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	append(rig, head, strlen(head));
	for (int i = 0; i < PIECES_MAX && take->size > 0; i++) {
		FUZZ_CHECK(read_on(rig) == SEEP_AGAIN);
		write_piece(rig, take, head);
	}
	FUZZ_CHECK(read_on(rig) == SEEP_AGAIN);
	seep_source_finish(rig->source);
	FUZZ_CHECK(read_on(rig) == SEEP_END);
	seep_source_coverage(rig->source, &part);
	seep_engine_add_coverage(rig->engine, &part);
	FUZZ_CHECK(seep_engine_snapshot(rig->engine, &snapshot) == SEEP_OK);
	bytes = fuzz_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(rig->engine);
	seep_source_free(rig->source);
	return bytes;
}

static struct fuzz_bytes
read_at_once(const char *path)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;

	FUZZ_CHECK(seep_zeek_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	return fuzz_evidence(source, FUZZ_BATCH_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct rig rig = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};
	const char *head = fuzz_u8(&take) & 1 ? FUZZ_CONN : "";
	struct fuzz_bytes once, again;
	char path[64];

	FUZZ_CHECK(rig.fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", rig.fd);
	once = follow(&rig, path, &take, head);
	again = read_at_once(path);
	if (rig.cut)
		free(once.data), free(again.data);
	else
		fuzz_same(&once, &again);
	close(rig.fd);
	return 0;
}
