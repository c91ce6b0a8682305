/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A saved case of any bytes.
 *
 * Claims     what is restored is saved again to the same bytes, as it is
 *            and after it has gone through an engine; what is refused names
 *            its section; a case that can be restored can be judged.
 * Input      one byte, the case. Bit 0 of the byte: checksums are mended
 *            first, else no mutation would pass them. Bit 1: it is judged.
 */
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/engine.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "fuzz/fuzz.h"
#include "ledger/frame.h"

/* Larger cases say nothing new and are slow to judge. */
#define CASE_MAX 16384

static void
mend(struct fuzz_bytes *bytes)
{
	const size_t least = SEEP__FRAME_HEAD + SEEP__FRAME_SUM;
	size_t at = 16;

	if (bytes->size >= at)
		seep__le32_put(bytes->data + 12,
			       (uint32_t)seep__hash_checksum(bytes->data, 12));
	while (at <= bytes->size && bytes->size - at >= least) {
		struct seep__cursor cursor;
		size_t payload;

		seep__cursor_init(&cursor, bytes->data + at + 12, 4);
		payload = seep__cursor_le32(&cursor) & 0x7fffffff;
		if (payload > bytes->size - at - least)
			return;
		payload += SEEP__FRAME_HEAD;
		seep__le64_put(bytes->data + at + payload,
			       seep__hash_checksum(bytes->data + at, payload));
		at += payload + SEEP__FRAME_SUM;
	}
}

static void
check_again(const struct seep_snapshot *snapshot)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_origin origin;
	struct fuzz_bytes once = fuzz_save(snapshot);
	struct fuzz_bytes again;
	struct seep_snapshot *copy;
	struct seep_engine *engine;

	opts.site = seep_snapshot_site(snapshot);
	seep_snapshot_origin(snapshot, &origin);
	opts.origin = &origin;
	FUZZ_CHECK(seep_engine_new(&engine, &opts, NULL) == SEEP_OK);
	FUZZ_CHECK(seep_engine_add_snapshot(engine, snapshot) == SEEP_OK);
	FUZZ_CHECK(seep_engine_snapshot(engine, &copy) == SEEP_OK);
	again = fuzz_save(copy);
	fuzz_same(&once, &again);
	seep_snapshot_free(copy);
	seep_engine_free(engine);
}

static void
judge(const struct seep_snapshot *snapshot)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings;

	opts.watch = SEEP_WATCH_ALL;
	opts.no_floors = 1;
	FUZZ_CHECK(seep_detect(&snapshot, 1, &opts, &findings, NULL) ==
		   SEEP_OK);
	seep_findings_free(findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_snapshot *snapshot;
	struct fuzz_bytes again;
	const char *section;
	int status;

	if (size == 0 || size > CASE_MAX)
		return 0;
	fuzz_write(&bytes, data + 1, size - 1);
	if (data[0] & 1)
		mend(&bytes);
	status =
	    seep_snapshot_restore(&snapshot, fuzz_read, &bytes, &section, NULL);
	if (status != SEEP_OK) {
		FUZZ_CHECK(snapshot == NULL);
		FUZZ_CHECK(section != NULL);
		free(bytes.data);
		return 0;
	}
	/* An older version is saved as today's. */
	again = fuzz_save(snapshot);
	if (bytes.data[8] == SEEP__CASE_VERSION)
		fuzz_same(&bytes, &again);
	else
		free(bytes.data), free(again.data);
	check_again(snapshot);
	if (data[0] & 2)
		judge(snapshot);
	seep_snapshot_free(snapshot);
	return 0;
}
