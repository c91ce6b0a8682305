/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * io.h - how bytes leave and enter a library that does no I/O: two
 * callbacks.
 */
#ifndef SEEP_IO_H
#define SEEP_IO_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * seep_write_fn takes 'size' bytes; returns 0, or anything else to stop,
 * which the caller then sees as SEEP_EIO.
 */
typedef int (*seep_write_fn)(void *ctx, const void *data, size_t size);

/*
 * seep_read_fn gives up to 'size' bytes into 'data' and their number into
 * 'got' (0 = end); returns 0, or anything else to stop (SEEP_EIO).
 */
typedef int (*seep_read_fn)(void *ctx, void *data, size_t size, size_t *got);

#ifdef __cplusplus
}
#endif

#endif
