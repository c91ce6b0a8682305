/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state.h - the saved state of a source, altered anyhow.
 *
 * Claims     what is refused says so by its status, with the section where
 *            it is damage and a notice where the evidence differs; what is
 *            taken is read to its end, and can be saved again.
 * Input      two bytes: after how many batches the state is saved, and
 *            whether checksums are mended (else no edit passes them); then
 *            edits of four bytes: where (3) and what stands there now. The
 *            state itself is made here, since it names a file and its time.
 */
#ifndef TESTS_FUZZ_STATE_H
#define TESTS_FUZZ_STATE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/source.h>

#include "fuzz/fuzz.h"

/* A source over always the same evidence. */
typedef struct seep_source *(*fuzz_source_fn)(void);

void
fuzz_state(fuzz_source_fn make, const uint8_t *data, size_t size);

#endif
