/* SPDX-License-Identifier: BSD-3-Clause */
/* packet.h - what must be true of a decoded frame. */
#ifndef TESTS_FUZZ_PACKET_H
#define TESTS_FUZZ_PACKET_H

#include "fuzz/fuzz.h"
#include "input/decode.h"
#include "input/dns.h"

/*
 * fuzz_frame() decodes a frame of 'cut' more bytes on the wire, and checks:
 * the result lies in the frame; no packet is larger than its frame on the
 * wire; a refusal has a reason; what a name counts is no more than a name
 * can hold.
 */
void
fuzz_frame(int link, const uint8_t *data, size_t size, uint32_t cut);

/* fuzz_names() checks the names that a packet asks for: few, printable, the
 * same when asked again. */
void
fuzz_names(const struct seep__packet *packet);

#endif
