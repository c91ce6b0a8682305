/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One frame through every tunnel, and the names that it asks for.
 *
 * Claims     those of packet.h.
 * Input      link type, bytes that the snap length cut (le16), the frame.
 */
#include "fuzz/packet.h"

static const int links[] = {0,   1,   9,   12,  101, 104, 105, 108,
			    109, 113, 127, 192, 228, 229, 276};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const int link = links[fuzz_u8(&take) % (sizeof(links) / sizeof(int))];
	const uint32_t cut = (uint32_t)fuzz_uint(&take, 2);

	if (seep__decode_supports(link))
		fuzz_frame(link, take.data, take.size, cut);
	return 0;
}
