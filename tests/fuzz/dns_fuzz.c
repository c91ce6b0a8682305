/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The messages of one packet to port 53.
 *
 * Claims     those of fuzz_names() (packet.h); over UDP one message at most;
 *            without the last bytes no name is another one.
 * Input      bit 0: over TCP; bytes that the snap length cut (le16); the
 *            messages.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/packet.h"

static struct seep__packet
packet_of(const uint8_t *data, size_t size, int tcp, uint32_t cut)
{
	struct seep__packet packet;

	memset(&packet, 0, sizeof(packet));
	packet.protocol = tcp ? SEEP__PROTO_TCP : SEEP__PROTO_UDP;
	packet.has_tcp = (uint8_t)tcp;
	packet.has_ports = 1;
	packet.dst_port = 53;
	packet.ip = data;
	packet.ip_size = size;
	packet.data_at = 1;
	packet.data_size = (uint32_t)size - 1 + cut;
	packet.payload = packet.data_size;
	return packet;
}

static void
check_cut(const struct seep__packet *whole, int tcp)
{
	struct seep__packet less = *whole;
	struct seep__asked asked, same;
	struct seep__dns dns, again;
	unsigned names = 0;

	less.ip_size = 1 + (whole->ip_size - 1) / 2;
	seep__dns_begin(&dns, whole);
	seep__dns_begin(&again, &less);
	while (seep__dns_next(&dns, &asked)) {
		names++;
		if (!seep__dns_next(&again, &same))
			break;
		FUZZ_CHECK(asked.bytes == same.bytes);
		FUZZ_CHECK(strcmp(asked.domain, same.domain) == 0);
	}
	FUZZ_CHECK(tcp || names <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const int tcp = fuzz_u8(&take) & 1;
	const uint32_t cut = (uint32_t)fuzz_uint(&take, 2);
	struct seep__packet packet;
	uint8_t *copy;

	/* One byte before the data, for 0 says that there are none. */
	copy = malloc(take.size + 1);
	FUZZ_CHECK(copy != NULL);
	copy[0] = 0;
	if (take.size > 0)
		memcpy(copy + 1, take.data, take.size);
	packet = packet_of(copy, take.size + 1, tcp, cut);
	fuzz_names(&packet);
	check_cut(&packet, tcp);
	free(copy);
	return 0;
}
