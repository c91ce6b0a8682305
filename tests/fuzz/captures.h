/* SPDX-License-Identifier: BSD-3-Clause */
/* captures.h - a capture file of any bytes behind a head, read twice. */
#ifndef TESTS_FUZZ_CAPTURES_H
#define TESTS_FUZZ_CAPTURES_H

#include <stddef.h>
#include <stdint.h>

/*
 * fuzz_capture() checks the claims of evidence.h, and that neither the batch
 * nor the seed of the hash changes the case.
 */
void
fuzz_capture(const void *head, size_t head_size, const uint8_t *data,
	     size_t size);

#endif
