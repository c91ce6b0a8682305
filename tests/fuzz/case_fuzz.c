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

#include <seep/case.h>
#include <seep/detect.h>
#include <seep/engine.h>

#include "fuzz/fuzz.h"
#include "fuzz/mend.h"
#include "ledger/frame.h"

/* Larger cases say nothing new and are slow to judge. */
#define CASE_MAX 16384

static int
is_newest(const struct fuzz_bytes *bytes)
{
	return bytes->data[8] == SEEP__CASE_VERSION;
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

static struct fuzz_bytes
save(const struct seep_case *seep_case)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};

	FUZZ_CHECK(seep_case_save(seep_case, fuzz_write, &bytes) == SEEP_OK);
	return bytes;
}

/* Whatever sensors it is of, merged with itself it is itself. */
static void
check_case(struct seep_case *seep_case, int judged)
{
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	const struct seep_case *cases[1] = {seep_case};
	const struct seep_snapshot *selected;
	struct seep_case *merged;
	struct fuzz_bytes once = save(seep_case);
	struct fuzz_bytes again;

	for (size_t i = 0; i < seep_case_parts(seep_case); i++)
		check_again(seep_case_part(seep_case, i));
	FUZZ_CHECK(seep_case_merge(&merged, cases, 1, &opts, NULL) == SEEP_OK);
	again = save(merged);
	fuzz_same(&once, &again);
	seep_case_free(merged);
	/* Forged totals of several sensors may be too large together. */
	if (seep_case_select(seep_case, &selected) == SEEP_OK && judged)
		judge(selected);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_case *seep_case;
	struct fuzz_bytes again;
	const char *section;
	int status;

	if (size == 0 || size > CASE_MAX)
		return 0;
	fuzz_write(&bytes, data + 1, size - 1);
	if (data[0] & 1)
		fuzz_mend(&bytes);
	status =
	    seep_case_restore(&seep_case, fuzz_read, &bytes, 0, &section, NULL);
	if (status != SEEP_OK) {
		FUZZ_CHECK(seep_case == NULL);
		FUZZ_CHECK(section != NULL);
		free(bytes.data);
		return 0;
	}
	/* An older version is saved as today's. */
	again = save(seep_case);
	if (is_newest(&bytes))
		fuzz_same(&bytes, &again);
	else
		free(bytes.data), free(again.data);
	check_case(seep_case, data[0] & 2);
	seep_case_free(seep_case);
	return 0;
}
