/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The blocks of a pcapng file behind a right section header: see captures.h.
 *
 * Input      bit 0: no interface is described yet; the blocks.
 */
#include "fuzz/captures.h"
#include "fuzz/fuzz.h"

/* A section of unknown length, and an interface of Ethernet. */
static const uint8_t head[48] = {
    0x0a, 0x0d, 0x0d, 0x0a, 28,   0,    0,    0,    0x4d, 0x3c, 0x2b, 0x1a,
    1,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    28,   0,    0,    0,    1,    0,    0,    0,    20,   0,    0,    0,
    1,    0,    0,    0,    0,    0,    4,    0,    20,   0,    0,    0};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const uint8_t how = fuzz_u8(&take);

	fuzz_capture(head, how & 1 ? 28 : sizeof(head), take.data, take.size);
	return 0;
}
