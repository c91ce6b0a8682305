/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of a reader of captures: flows with holes in their numbers,
 * fragments, the frame at hand. See state.h.
 */
#include <string.h>

#include <seep/capture.h>

#include "fuzz/state.h"

#define FRAMES 120
#define FRAME_SIZE 44

static const char *path;

static struct seep_source *
make(void)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;

	opts.no_dpi = 1;
	opts.flows_max = 5;
	FUZZ_CHECK(seep_capture_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	return source;
}

/* put_frame() writes IPv4 with TCP, or a part of a packet of UDP. */
static void
put_frame(uint8_t *out, unsigned i)
{
	static const uint8_t flags[] = {0x02, 0x12, 0x10, 0x18, 0x18, 0x11};
	int part = i % 5 == 4;

	memset(out, 0, FRAME_SIZE);
	out[0] = 0x45;
	out[3] = FRAME_SIZE;
	out[5] = (uint8_t)(i % 7);
	out[6] = part && i % 2 ? 0x20 : 0;
	out[7] = part && i % 2 == 0 ? 3 : 0;
	out[8] = 64;
	out[9] = part ? 17 : 6;
	memcpy(out + 12, "\x0a\0\0\1\xc6\x33\x64\x09", 8);
	out[15] = (uint8_t)(1 + i % 3);
	out[20] = 4;
	out[21] = (uint8_t)(i % 4);
	out[23] = 80;
	out[26] = (uint8_t)(i * 37 % 11);
	out[27] = (uint8_t)(i * 4);
	out[30] = (uint8_t)(i % 9);
	out[32] = 0x50;
	out[33] = flags[i % 6];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t head[6] = {0xa1b23c4d, 2 | 4 << 16, 0,
					 0,          65535,       101};
	static uint8_t file[sizeof(head) + FRAMES * (16 + FRAME_SIZE)];
	size_t at = sizeof(head);

	memcpy(file, head, sizeof(head));
	for (unsigned i = 0; i < FRAMES; i++) {
		uint32_t record[4] = {1772323200 + i * 7, i, FRAME_SIZE,
				      FRAME_SIZE};

		memcpy(file + at, record, sizeof(record));
		put_frame(file + at + 16, i);
		at += 16 + FRAME_SIZE;
	}
	path = fuzz_file("", file, at);
	fuzz_state(make, data, size);
	return 0;
}
