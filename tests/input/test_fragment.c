/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "input/fragment.h"
#include "input/packets.h"

static struct seep__mem *mem;
static uint64_t used;
static struct seep__fragments *fragments;

static void
set_up(void)
{
	struct seep__hash_key key;

	seep__hash_key_init(&key, 1);
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	used = seep__mem_used(mem);
	cr_assert_eq(seep__fragments_new(&fragments, mem, &key), SEEP_OK);
}

static void
tear_down(void)
{
	seep__fragments_free(fragments);
	cr_assert_eq(seep__mem_used(mem), used);
	seep__mem_unref(mem);
}

TestSuite(fragment, .init = set_up, .fini = tear_down);

static struct seep__packet
part(int version, unsigned id, int first)
{
	struct seep__packet p;

	memset(&p, 0, sizeof(p));
	p.ip_version = (uint8_t)version;
	p.protocol = 17;
	p.fragment = 1;
	p.fragment_first = (uint8_t)first;
	p.part.id = id;
	p.part.ip_version = (uint8_t)version;
	p.part.protocol = version == 4 ? 17 : 0;
	p.src.bytes[15] = 1;
	p.dst.bytes[15] = 2;
	p.part.src = p.src;
	p.part.dst = p.dst;
	if (first) {
		p.has_ports = 1;
		p.src_port = (uint16_t)id;
		p.dst_port = 2049;
	}
	return p;
}

Test(fragment, a_later_part_gets_the_ports_of_its_first)
{
	struct seep__packet p = part(4, 7, 1);

	cr_assert(seep__fragments_apply(fragments, &p, T0));
	p = part(4, 7, 0);
	cr_assert(seep__fragments_apply(fragments, &p, T0 + 1));
	cr_assert(p.has_ports);
	cr_assert_eq(p.src_port, 7);
	cr_assert_eq(p.dst_port, 2049);
}

Test(fragment, a_later_part_without_its_first_is_an_orphan)
{
	struct seep__packet p = part(4, 7, 0);

	cr_assert_not(seep__fragments_apply(fragments, &p, T0));
	cr_assert_not(p.has_ports);

	p = part(4, 7, 1);
	cr_assert(seep__fragments_apply(fragments, &p, T0));
	p = part(4, 8, 0); /* another identification */
	cr_assert_not(seep__fragments_apply(fragments, &p, T0));
	p = part(4, 7, 0);
	p.part.dst.bytes[15] = 3; /* another receiver */
	cr_assert_not(seep__fragments_apply(fragments, &p, T0));
	p = part(6, 7, 0); /* another IP */
	cr_assert_not(seep__fragments_apply(fragments, &p, T0));
}

Test(fragment, a_first_part_is_forgotten_after_a_minute_either_way)
{
	struct seep__packet p = part(4, 7, 1);

	cr_assert(seep__fragments_apply(fragments, &p, T0));
	p = part(4, 7, 0);
	cr_assert(seep__fragments_apply(fragments, &p, T0 + MINUTE));
	p = part(4, 7, 0);
	cr_assert(seep__fragments_apply(fragments, &p, T0 - MINUTE));
	p = part(4, 7, 0);
	cr_assert_not(seep__fragments_apply(fragments, &p, T0 + MINUTE + 1));
	p = part(4, 7, 0);
	cr_assert_not(seep__fragments_apply(fragments, &p, T0 - MINUTE - 1));
}

Test(fragment, protocols_without_ports_have_no_orphans)
{
	struct seep__packet p = part(4, 7, 0);

	p.protocol = p.part.protocol = 1;
	cr_assert(seep__fragments_apply(fragments, &p, T0));
	cr_assert_not(p.has_ports);
}

Test(fragment, a_later_part_of_ipv6_takes_the_protocol_of_its_first)
{
	struct seep__packet p = part(6, 7, 1);

	cr_assert(seep__fragments_apply(fragments, &p, T0));
	p = part(6, 7, 0);
	p.protocol = 60;
	cr_assert(seep__fragments_apply(fragments, &p, T0));
	cr_assert_eq(p.protocol, 17);
	cr_assert_eq(p.dst_port, 2049);
}

Test(fragment, a_full_table_forgets_the_oldest)
{
	struct seep__packet p;
	unsigned i;

	for (i = 0; i < SEEP__FRAGMENTS_MAX + 100; i++) {
		p = part(6, i, 1);
		cr_assert(seep__fragments_apply(fragments, &p, T0));
	}
	for (i = 0; i < SEEP__FRAGMENTS_MAX + 100; i++) {
		p = part(6, i, 0);
		cr_assert_eq(seep__fragments_apply(fragments, &p, T0), i >= 100,
			     "%u", i);
	}
}

Test(fragment, the_newest_first_part_wins)
{
	struct seep__packet p = part(4, 7, 1);

	cr_assert(seep__fragments_apply(fragments, &p, T0));
	p = part(4, 7, 1);
	p.src_port = 999;
	cr_assert(seep__fragments_apply(fragments, &p, T0 + 1));
	p = part(4, 7, 0);
	cr_assert(seep__fragments_apply(fragments, &p, T0 + 2));
	cr_assert_eq(p.src_port, 999);
}

Test(fragment, the_parts_of_a_split_tunnel_add_up_to_the_inner_packet)
{
	struct seep__packet p = part(4, 7, 1);

	/* inside the first part, of 10.0.0.1 > 10.0.0.2 over GRE: */
	p.fragment = 0;
	p.fragment_first = 0;
	p.split = 1;
	p.protocol = 6;
	p.src.bytes[15] = 11;
	p.dst.bytes[15] = 12;
	p.part.protocol = 47;
	p.bytes = 1400;
	cr_assert(seep__fragments_apply(fragments, &p, T0));
	cr_assert_eq(p.bytes, 1400);

	p = part(4, 7, 0);
	p.protocol = p.part.protocol = 47;
	p.bytes = 120;
	p.payload = 100;
	cr_assert(seep__fragments_apply(fragments, &p, T0));
	cr_assert_eq(p.bytes, 100);
	cr_assert_eq(p.src.bytes[15], 11);
	cr_assert_eq(p.dst.bytes[15], 12);
	cr_assert_eq(p.protocol, 6);
	cr_assert_eq(p.dst_port, 2049);
}
