/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a dns log: see log.h. */
#include "fuzz/fuzz.h"
#include "fuzz/headers.h"
#include "fuzz/log.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_log(FUZZ_DNS, data, size);
	return 0;
}
