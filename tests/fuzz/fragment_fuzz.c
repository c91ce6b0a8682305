/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts of fragmented packets against a list of every first part.
 *
 * Claims     a later part gets the flow of the newest first part of its
 *            packet, if that is near in time; else it is an orphan where
 *            there would have been ports. That the oldest of 16,384 leaves
 *            is shown by tests/input/test_fragment.c.
 * Input      one byte of seed, then 8 bytes a part.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "input/fragment.h"

#define PARTS_MAX 256

struct first {
	struct seep__packet packet;
	int64_t time_ns;
};

static struct seep__packet
take_packet(struct fuzz_take *take)
{
	static const uint8_t protocols[8] = {6, 17, 132, 51, 43, 60, 1, 47};
	const uint8_t how = fuzz_u8(take);
	const uint8_t part = fuzz_u8(take);
	struct seep__packet packet;

	memset(&packet, 0, sizeof(packet));
	packet.fragment = (how & 3) != 3;
	packet.split = !packet.fragment;
	packet.fragment_first = (how & 3) == 0;
	packet.has_ports = how >> 2 & 1;
	packet.ip_version = how & 8 ? 6 : 4;
	packet.protocol = protocols[how >> 4 & 7];
	packet.part.src.bytes[0] = part & 1;
	packet.part.dst.bytes[15] = part >> 1 & 1;
	packet.part.id = part >> 2 & 3;
	packet.part.protocol = part >> 4 & 1;
	packet.src.bytes[3] = fuzz_u8(take);
	packet.dst.bytes[12] = fuzz_u8(take);
	packet.src_port = fuzz_u8(take);
	packet.dst_port = packet.has_ports;
	packet.payload = fuzz_u8(take);
	packet.bytes = UINT64_C(20) + packet.payload;
	return packet;
}

static const struct first *
naive_find(const struct first *firsts, size_t count,
	   const struct seep__packet *packet)
{
	for (size_t i = count; i-- > 0;)
		if (memcmp(&firsts[i].packet.part, &packet->part,
			   sizeof(packet->part)) == 0)
			return &firsts[i];
	return NULL;
}

static int
naive_orphan(const struct seep__packet *packet)
{
	const uint8_t p = packet->protocol;

	return p == 6 || p == 17 || p == 132 || p == 51 ||
	       ((p == 43 || p == 60) && packet->ip_version == 6);
}

static void
check_joined(const struct seep__packet *was, const struct seep__packet *is,
	     const struct seep__packet *first)
{
	FUZZ_CHECK(is->protocol == first->protocol);
	FUZZ_CHECK(is->src_port == first->src_port);
	FUZZ_CHECK(is->dst_port == first->dst_port);
	FUZZ_CHECK(is->has_ports == first->has_ports);
	FUZZ_CHECK(is->bytes == (first->split ? was->payload : was->bytes));
	FUZZ_CHECK(memcmp(&is->src, first->split ? &first->src : &was->src,
			  sizeof(is->src)) == 0);
	FUZZ_CHECK(memcmp(&is->dst, first->split ? &first->dst : &was->dst,
			  sizeof(is->dst)) == 0);
}

static void
apply(struct seep__fragments *fragments, struct first *firsts, size_t *count,
      struct fuzz_take *take)
{
	const struct seep__packet was = take_packet(take);
	const int64_t time_ns = (int64_t)fuzz_uint(take, 2) * 3000000000;
	const int is_first = was.split || was.fragment_first;
	const struct first *first = naive_find(firsts, *count, &was);
	struct seep__packet is = was;
	const int got = seep__fragments_apply(fragments, &is, time_ns);

	if (is_first) {
		FUZZ_CHECK(got == 1);
		FUZZ_CHECK(memcmp(&is, &was, sizeof(is)) == 0);
		firsts[*count].packet = was;
		firsts[(*count)++].time_ns = time_ns;
	} else if (first != NULL &&
		   time_ns - first->time_ns <= SEEP__FRAGMENT_LIFE_NS &&
		   first->time_ns - time_ns <= SEEP__FRAGMENT_LIFE_NS) {
		FUZZ_CHECK(got == 1);
		check_joined(&was, &is, &first->packet);
	} else {
		FUZZ_CHECK(got == !naive_orphan(&was));
		FUZZ_CHECK(memcmp(&is, &was, sizeof(is)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct first firsts[PARTS_MAX];
	struct fuzz_take take = {data, size};
	struct seep__mem *mem = fuzz_mem();
	struct seep__fragments *fragments;
	struct seep__hash_key hash;
	size_t count = 0;

	seep__hash_key_init(&hash, fuzz_u8(&take));
	FUZZ_CHECK(seep__fragments_new(&fragments, mem, &hash) == SEEP_OK);
	while (take.size > 0 && count < PARTS_MAX)
		apply(fragments, firsts, &count, &take);
	seep__fragments_free(fragments);
	fuzz_mem_end(mem);
	return 0;
}
