/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evidence.h - read a source to its end and check what must be true of
 * whatever it read:
 *
 *   bytes seen = crossing + inside + outside + refused, to the byte;
 *   what the engine saw is what the flows said;
 *   no more records are refused than were read;
 *   bad input ends in SEEP_END, and notices have a text.
 */
#ifndef TESTS_FUZZ_EVIDENCE_H
#define TESTS_FUZZ_EVIDENCE_H

#include <stddef.h>

#include <seep/source.h>

#include "fuzz/fuzz.h"

#define FUZZ_BATCH_MAX 64

/*
 * fuzz_evidence() reads and frees 'source' in batches of 'batch' flows.
 * Returns the saved case.
 */
struct fuzz_bytes
fuzz_evidence(struct seep_source *source, size_t batch);

#endif
