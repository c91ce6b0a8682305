/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/packet.h"

#include <stdlib.h>
#include <string.h>

static void
check_asked(const struct seep__asked *asked)
{
	const size_t size = asked->domain_size;

	FUZZ_CHECK(size > 0 && size <= SEEP_NAME_SIZE_MAX);
	FUZZ_CHECK(asked->bytes <= SEEP_NAME_SIZE_MAX);
	FUZZ_CHECK(asked->domain[size] == '\0');
	for (size_t i = 0; i < size; i++)
		FUZZ_CHECK(asked->domain[i] >= ' ' && asked->domain[i] <= '~');
}

void
fuzz_names(const struct seep__packet *packet)
{
	struct seep__asked asked, same;
	struct seep__dns dns, again;
	unsigned names = 0;

	if (!seep__dns_looks(packet))
		return;
	seep__dns_begin(&dns, packet);
	seep__dns_begin(&again, packet);
	while (seep__dns_next(&dns, &asked)) {
		FUZZ_CHECK(++names <= SEEP__DNS_NAMES_MAX);
		check_asked(&asked);
		FUZZ_CHECK(seep__dns_next(&again, &same));
		FUZZ_CHECK(asked.bytes == same.bytes);
		FUZZ_CHECK(strcmp(asked.domain, same.domain) == 0);
	}
	FUZZ_CHECK(!seep__dns_next(&dns, &asked));
	/* A packet of this size holds no more messages. */
	FUZZ_CHECK(names + dns.refused + dns.skipped <=
		   1 + (uint64_t)packet->data_size);
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
	fuzz_names(p);
}

void
fuzz_frame(int link, const uint8_t *data, size_t size, uint32_t cut)
{
	const uint32_t wire = (uint32_t)size + cut;
	struct seep__packet packet;
	uint8_t *frame;

	/* A copy to the byte, so that a sanitizer sees every step aside. */
	frame = malloc(size + (size == 0));
	FUZZ_CHECK(frame != NULL);
	if (size > 0)
		memcpy(frame, data, size);
	seep__decode_frame(link, frame, size, wire, &packet);
	FUZZ_CHECK(packet.bytes <= wire);
	if (packet.verdict == SEEP__VERDICT_IP)
		check_ip(&packet, frame, size, wire);
	else if (packet.verdict != SEEP__VERDICT_NOT_IP)
		FUZZ_CHECK(packet.why != NULL);
	FUZZ_CHECK(cut > 0 || packet.verdict != SEEP__VERDICT_TRUNCATED);
	free(frame);
}
