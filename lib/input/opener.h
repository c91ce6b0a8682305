/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * opener.h - who opened a flow of a protocol without a handshake?
 */
#ifndef SEEP_INPUT_OPENER_H
#define SEEP_INPUT_OPENER_H

#include <stdint.h>

#include "input/decode.h"

/*
 * seep__opener_guess() looks at the first packet seen of a flow that is not
 * TCP: its sender opened it, unless the sender's port is that of a service
 * and the receiver's is not: then the packet is an answer, and the question
 * was missed.
 *
 * 'src'    which end (0 or 1) sent it.
 * 'basis'  out, enum seep_opener_basis.
 *
 * Returns the end that opened. Threads: pure.
 */
unsigned
seep__opener_guess(const struct seep__packet *packet, unsigned src,
		   uint8_t *basis);

#endif
