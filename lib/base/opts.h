/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * opts.h - options structs that carry their size.
 */
#ifndef SEEP_BASE_OPTS_H
#define SEEP_BASE_OPTS_H

#include <stddef.h>

/*
 * seep__opts_copy() copies the caller's options into 'out' of 'out_size'
 * bytes. A shorter struct is filled up with zeros; a longer one is accepted
 * only when its tail is zero. 'opts' NULL gives all zeros. The first member
 * of both is size_t size.
 *
 * Returns SEEP_OK or SEEP_EINVAL.
 */
int
seep__opts_copy(void *out, size_t out_size, const void *opts);

#endif
