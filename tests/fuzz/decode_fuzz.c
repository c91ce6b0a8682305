/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One frame through every tunnel, and the names that it asks for.
 *
 * Claims     the result lies in the frame; no packet is larger than its
 *            frame on the wire; a refusal has a reason; what a name counts
 *            is no more than a name can hold.
 * Input      link type, bytes that the snap length cut (le16), the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "input/dns.h"

static const int links[] = {0,   1,   9,   12,  101, 104, 105, 108,
			    109, 113, 127, 192, 228, 229, 276};

static void
check_names(const struct seep__packet *packet)
{
	struct seep__asked asked;
	struct seep__dns dns;
	unsigned names = 0;

	if (!seep__dns_looks(packet))
		return;
	seep__dns_begin(&dns, packet);
	while (seep__dns_next(&dns, &asked)) {
		FUZZ_CHECK(++names <= SEEP__DNS_NAMES_MAX);
		FUZZ_CHECK(asked.domain_size > 0 &&
			   asked.domain_size <= SEEP_NAME_SIZE_MAX);
		FUZZ_CHECK(asked.bytes <= SEEP_NAME_SIZE_MAX);
	}
	FUZZ_CHECK(!seep__dns_next(&dns, &asked));
}

static void
check_ip(const struct seep__packet *p, const uint8_t *frame, size_t size,
	 uint32_t wire)
{
	FUZZ_CHECK(p->ip >= frame && p->ip <= frame + size);
	FUZZ_CHECK(p->ip_size <= (size_t)(frame + size - p->ip));
	FUZZ_CHECK(p->bytes > 0);
	FUZZ_CHECK(p->ip_version == 4 || p->ip_version == 6);
	/* A split packet goes on in other frames. */
	FUZZ_CHECK(p->payload <= wire || p->split);
	FUZZ_CHECK(p->data_size <= wire);
	FUZZ_CHECK(!p->has_tcp || p->protocol == SEEP__PROTO_TCP);
	FUZZ_CHECK(!p->fragment_first || p->fragment);
	check_names(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const int link = links[fuzz_u8(&take) % (sizeof(links) / sizeof(int))];
	const uint32_t cut = (uint32_t)fuzz_uint(&take, 2);
	const uint32_t wire = (uint32_t)take.size + cut;
	struct seep__packet packet;
	uint8_t *frame;

	if (!seep__decode_supports(link))
		return 0;
	/* A copy to the byte, so that a sanitizer sees every step aside. */
	frame = malloc(take.size + (take.size == 0));
	FUZZ_CHECK(frame != NULL);
	if (take.size > 0)
		memcpy(frame, take.data, take.size);
	seep__decode_frame(link, frame, take.size, wire, &packet);
	FUZZ_CHECK(packet.bytes <= wire);
	if (packet.verdict == SEEP__VERDICT_IP)
		check_ip(&packet, frame, take.size, wire);
	else if (packet.verdict != SEEP__VERDICT_NOT_IP)
		FUZZ_CHECK(packet.why != NULL);
	FUZZ_CHECK(cut > 0 || packet.verdict != SEEP__VERDICT_TRUNCATED);
	free(frame);
	return 0;
}
