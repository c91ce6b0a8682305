/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * log.h - one Zeek log of any bytes, read twice.
 *
 * Claims     those of evidence.h; and how many flows are asked for at once
 *            does not change the case.
 */
#ifndef TESTS_FUZZ_LOG_H
#define TESTS_FUZZ_LOG_H

#include <stddef.h>
#include <stdint.h>

/*
 * fuzz_log() reads 'data'. Its first byte is no part of the log: bit 0 puts
 * 'header' before it, so that rows can be met without one in the input; bit
 * 1 asks to drop repeated rows.
 */
void
fuzz_log(const char *header, const uint8_t *data, size_t size);

#endif
