/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a conn log as TSV, and headers of any kind: see log.h. */
#include "fuzz/fuzz.h"
#include "fuzz/headers.h"
#include "fuzz/log.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_log(FUZZ_CONN, data, size);
	return 0;
}
