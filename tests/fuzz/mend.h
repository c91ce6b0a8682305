/* SPDX-License-Identifier: BSD-3-Clause */
/* mend.h - put right the checksums of a case, else no mutation passes. */
#ifndef TESTS_FUZZ_MEND_H
#define TESTS_FUZZ_MEND_H

#include "fuzz/fuzz.h"

/* fuzz_mend() goes over every section that is whole. */
void
fuzz_mend(struct fuzz_bytes *bytes);

#endif
