/* SPDX-License-Identifier: BSD-3-Clause */
/* A pcap or pcapng file of any bytes, packed or not: see captures.h. */
#include "fuzz/captures.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_capture("", 0, data, size);
	return 0;
}
