/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pcap or pcapng file of any bytes, packed or not, read twice.
 *
 * Claims     those of evidence.h; and neither the batch nor the seed of the
 *            hash changes the case.
 */
#include <seep/capture.h>

#include "fuzz/evidence.h"

static struct fuzz_bytes
read_capture(const char *path, size_t batch)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;

	/* nDPI is not ours, and takes 10 ms to start. */
	opts.no_dpi = 1;
	opts.seed = batch;
	FUZZ_CHECK(seep_capture_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	return fuzz_evidence(source, batch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file("", data, size);
	struct fuzz_bytes once = read_capture(path, FUZZ_BATCH_MAX);
	struct fuzz_bytes again = read_capture(path, 1);

	fuzz_same(&once, &again);
	return 0;
}
