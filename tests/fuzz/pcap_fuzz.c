/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The records of a pcap file behind a right head: see captures.h.
 *
 * Input      bit 0: of the other byte order, bit 1: nanoseconds; the link
 *            type; the records.
 */
#include <string.h>

#include "fuzz/captures.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const uint8_t how = fuzz_u8(&take);
	const uint8_t link = fuzz_u8(&take);
	/* Magic, version 2.4, zone, accuracy, snap length, link type. */
	uint8_t head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4};

	if (how & 2)
		head[0] = 0x4d, head[1] = 0x3c;
	head[18] = 4;
	head[20] = link;
	if (how & 1)
		for (size_t i = 0; i < sizeof(head); i += 4) {
			const uint8_t a = head[i], b = head[i + 1];

			head[i] = head[i + 3];
			head[i + 1] = head[i + 2];
			head[i + 2] = b;
			head[i + 3] = a;
		}
	/* The versions are of 16 bits. */
	if (how & 1)
		memcpy(head + 4, "\0\2\0\4", 4);
	fuzz_capture(head, sizeof(head), take.data, take.size);
	return 0;
}
