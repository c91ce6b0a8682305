/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/captures.h"

#include <stdlib.h>

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

void
fuzz_capture(const void *head, size_t head_size, const uint8_t *data,
	     size_t size)
{
	struct fuzz_bytes file = {NULL, 0, 0, 0};
	struct fuzz_bytes once, again;
	const char *path;

	fuzz_write(&file, head, head_size);
	fuzz_write(&file, data, size);
	path = fuzz_file("", file.data, file.size);
	once = read_capture(path, FUZZ_BATCH_MAX);
	again = read_capture(path, 1);
	fuzz_same(&once, &again);
	free(file.data);
}
