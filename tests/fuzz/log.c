/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/log.h"

#include <seep/zeek.h>

#include "fuzz/evidence.h"

static struct fuzz_bytes
read_log(const char *path, int dedup, size_t batch)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;

	opts.dedup = dedup;
	opts.seed = batch;
	FUZZ_CHECK(seep_zeek_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	return fuzz_evidence(source, batch);
}

void
fuzz_log(const char *header, const uint8_t *data, size_t size)
{
	struct fuzz_bytes once, again;
	const char *path;

	if (size == 0)
		return;
	path = fuzz_file(data[0] & 1 ? header : "", data + 1, size - 1);
	once = read_log(path, data[0] & 2, FUZZ_BATCH_MAX);
	again = read_log(path, data[0] & 2, 1);
	fuzz_same(&once, &again);
}
