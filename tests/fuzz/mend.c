/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/mend.h"

#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "ledger/frame.h"

/* Mends the header at 'at', if there is one; returns what is behind it. */
static size_t
mend_header(struct fuzz_bytes *bytes, size_t at)
{
	uint8_t *head = bytes->data + at;

	if (bytes->size - at < SEEP__FRAME_HEAD ||
	    memcmp(head, bytes->data, 8) != 0)
		return at;
	seep__le32_put(head + 12, (uint32_t)seep__hash_checksum(head, 12));
	return at + SEEP__FRAME_HEAD;
}

void
fuzz_mend(struct fuzz_bytes *bytes)
{
	const size_t least = SEEP__FRAME_HEAD + SEEP__FRAME_SUM;
	size_t at = mend_header(bytes, 0);

	while (at <= bytes->size && bytes->size - at >= least) {
		struct seep__cursor cursor;
		size_t payload;

		seep__cursor_init(&cursor, bytes->data + at + 12, 4);
		payload = seep__cursor_le32(&cursor) & 0x7fffffff;
		if (payload > bytes->size - at - least)
			return;
		payload += SEEP__FRAME_HEAD;
		seep__le64_put(bytes->data + at + payload,
			       seep__hash_checksum(bytes->data + at, payload));
		at = mend_header(bytes, at + payload + SEEP__FRAME_SUM);
	}
}
