/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "input/decode.h"
#include "input/packets.h"

static struct seep__packet
decode(int link, struct frame *f)
{
	struct seep__packet packet;

	seep__decode_frame(link, frame_data(f), f->size, (uint32_t)f->size,
			   &packet);
	return packet;
}

/* Only the first 'captured' bytes are there, in memory of that size. */
static struct seep__packet
decode_cut(int link, struct frame *f, size_t captured)
{
	struct seep__packet packet;
	uint8_t *copy = malloc(captured + 1);

	memcpy(copy, frame_data(f), captured);
	seep__decode_frame(link, copy, captured, (uint32_t)f->size, &packet);
	packet.ip = NULL;
	free(copy);
	return packet;
}

static void
expect_udp(const struct seep__packet *p)
{
	cr_assert_eq(p->verdict, SEEP__VERDICT_IP, "%s", p->why);
	cr_assert_eq(p->bytes, 128);
	cr_assert_eq(p->protocol, 17);
	cr_assert_eq(p->src_port, 40000);
	cr_assert_eq(p->dst_port, 53);
	cr_assert_eq(p->src.bytes[15], 1);
	cr_assert_eq(p->dst.bytes[15], 2);
}

struct link_case {
	int link;
	size_t size;
	const char *header;
};

Test(decode, every_link_layer_leads_to_the_same_packet)
{
	static const struct link_case cases[] = {
	    {12, 0, ""},
	    {14, 0, ""},
	    {101, 0, ""},
	    {228, 0, ""},
	    {0, 4, "\2\0\0\0"},
	    {0, 4, "\0\0\0\2"},
	    {108, 4, "\0\0\0\2"},
	    {1, 14, "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
	    /* 802.3 with LLC and SNAP, and with the SAP of IP */
	    {1, 22, "\0\0\0\0\0\1\0\0\0\0\0\2\0\x88\xaa\xaa\3\0\0\0\x08\0"},
	    {1, 17, "\0\0\0\0\0\1\0\0\0\0\0\2\0\x83\6\6\3"},
	    /* 802.1Q; 802.1ad with 802.1Q; three of 0x9100 */
	    {1, 18, "\0\0\0\0\0\1\0\0\0\0\0\2\x81\0\0\7\x08\0"},
	    {1, 22, "\0\0\0\0\0\1\0\0\0\0\0\2\x88\xa8\0\7\x81\0\0\x8\x08\0"},
	    {1, 26,
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x91\0\0\7\x91\0\0\x8\x91\0\0\x9\x08\0"},
	    /* MPLS: one label, two, and a pseudowire with control word */
	    {1, 18, "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x47\0\1\1\x40"},
	    {1, 22, "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x47\0\1\0\x40\0\1\1\x40"},
	    {1, 36,
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x47\0\1\1\x40\0\0\0\0"
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
	    {1, 32,
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x47\0\1\1\x40"
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
	    /* provider backbone bridging */
	    {1, 32,
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x88\xe7\0\0\0\1"
	     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
	    {1, 22, "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x64\x11\0\0\1\0\x82\0\x21"},
	    {9, 2, "\0\x21"},
	    {9, 1, "\x21"},
	    {50, 4, "\xff\3\0\x21"},
	    {51, 8, "\x11\0\0\1\0\x82\0\x21"},
	    {204, 3, "\1\0\x21"},
	    {104, 4, "\x0f\0\x08\0"},
	    {107, 4, "\x18\x41\3\xcc"},
	    {11, 8, "\xaa\xaa\3\0\0\0\x08\0"},
	    {10, 21, "\x50\0\0\0\0\0\1\0\0\0\0\0\2\xaa\xaa\3\0\0\0\x08\0"},
	    {113, 16, "\0\0\0\1\0\6\0\0\0\0\0\2\0\0\x08\0"},
	    {276, 20, "\x08\0\0\0\0\0\0\1\0\1\0\6\0\0\0\0\0\2\0\0"},
	    {219, 4, "\0\1\1\x40"},
	    {239, 16, "\2\0\0\0\x05\0\1\0x\0\0\0\x84\0\x09\0"},
	    /* 802.11: to the DS; QoS; four addresses; under radiotap */
	    {105, 32, "\x08\1\0\0aaaaaabbbbbbcccccc\0\0\xaa\xaa\3\0\0\0\x08\0"},
	    {105, 34,
	     "\x88\1\0\0aaaaaabbbbbbcccccc\0\0\0\0\xaa\xaa\3\0\0\0\x08\0"},
	    {105, 38,
	     "\x08\3\0\0aaaaaabbbbbbcccccc\0\0dddddd\xaa\xaa\3\0\0\0\x08\0"},
	    {127, 40,
	     "\0\0\x08\0\0\0\0\0"
	     "\x08\1\0\0aaaaaabbbbbbcccccc\0\0\xaa\xaa\3\0\0\0\x08\0"},
	};
	struct seep__packet p;
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(seep__decode_supports(cases[i].link));
		udp_packet(&f);
		put(&f, cases[i].header, cases[i].size);
		pad(&f, 6);
		p = decode(cases[i].link, &f);
		cr_assert_eq(p.verdict, SEEP__VERDICT_IP, "case %zu: %s", i,
			     p.why);
		expect_udp(&p);
	}
}

Test(decode, loopback_knows_every_number_of_ipv6)
{
	static const uint8_t families[] = {10, 24, 28, 30};
	struct seep__packet p;
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(families); i++) {
		uint8_t header[4] = {families[i], 0, 0, 0};

		frame_start(&f, 10);
		put_udp(&f, 1, 2);
		put_ipv6(&f, 17, 1, 2);
		put(&f, header, 4);
		p = decode(0, &f);
		cr_assert_eq(p.verdict, SEEP__VERDICT_IP);
		cr_assert_eq(p.bytes, 58);
	}
}

Test(decode, what_is_not_ip_is_said_to_be_not_ip)
{
	static const struct link_case cases[] = {
	    {1, 14, "\0\0\0\0\0\1\0\0\0\0\0\2\x08\6"},           /* ARP */
	    {1, 17, "\0\0\0\0\0\1\0\0\0\0\0\2\0\x26\x42\x42\3"}, /* STP */
	    {1, 14, "\0\0\0\0\0\1\0\0\0\0\0\2\x88\x63"},         /* discovery */
	    {9, 2, "\xc0\x21"},                                  /* LCP */
	    {105, 24, "\x80\0\0\0aaaaaabbbbbbcccccc\0\0"},       /* beacon */
	    {0, 4, "\7\0\0\0"},
	};
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		udp_packet(&f);
		put(&f, cases[i].header, cases[i].size);
		cr_assert_eq(decode(cases[i].link, &f).verdict,
			     SEEP__VERDICT_NOT_IP, "case %zu", i);
	}
}

Test(decode, an_unknown_link_type_is_not_supported)
{
	cr_assert_not(seep__decode_supports(195));
	cr_assert_not(seep__decode_supports(-1));
}

Test(decode, padding_and_trailers_are_not_counted)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 0);
	put_tcp(&f, 1, 2, 7, 0, 2);
	put_ipv4(&f, 6, 1, 2);
	put_ethernet(&f, 0x0800);
	pad(&f, 6 + 4);
	p = decode(1, &f);
	cr_assert_eq(p.bytes, 40);
	cr_assert_eq(p.payload, 0);
	cr_assert_eq(p.ip_size, 40);
}

Test(decode, a_tcp_header_gives_numbers_flags_and_payload)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 33);
	put_tcp(&f, 1000, 445, 0xfffffff0u, 77, 0x18);
	put_ipv4(&f, 6, 1, 2);
	p = decode(12, &f);
	cr_assert(p.has_tcp && p.has_ports);
	cr_assert_eq(p.sequence, 0xfffffff0u);
	cr_assert_eq(p.acknowledgement, 77);
	cr_assert_eq(p.tcp_flags, 0x18);
	cr_assert_eq(p.payload, 33);
	cr_assert_eq(p.bytes, 73);
}

Test(decode, payload_is_that_of_the_wire_when_the_snap_length_cut_it)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 1000);
	put_tcp(&f, 1000, 445, 1, 77, 0x18);
	put_ipv4(&f, 6, 1, 2);
	put_ethernet(&f, 0x0800);
	p = decode_cut(1, &f, 68);
	cr_assert_eq(p.verdict, SEEP__VERDICT_IP);
	cr_assert_eq(p.bytes, 1040);
	cr_assert_eq(p.payload, 1000);
	cr_assert_eq(p.ip_size, 54);
}

Test(decode, extension_headers_are_walked_to_the_transport)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 10);
	put_udp(&f, 5, 6);
	put(&f, "\x11\4\0\0\0\0\0\1\0\0\0\1mac mac mac ", 24); /* AH */
	put(&f, "\x33\0\0\0\0\0\0\0", 8);                      /* options */
	put(&f, "\x3c\0\0\0\0\0\0\0", 8);                      /* routing */
	put(&f, "\x2b\0\5\2\0\0\0\0", 8);                      /* hops */
	put_ipv6(&f, 0, 1, 2);
	p = decode(229, &f);
	cr_assert_eq(p.verdict, SEEP__VERDICT_IP, "%s", p.why);
	cr_assert_eq(p.protocol, 17);
	cr_assert_eq(p.dst_port, 6);
	cr_assert_eq(p.bytes, 40 + 8 + 8 + 8 + 24 + 18);
}

Test(decode, ipv4_options_are_part_of_the_bytes)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 10);
	put_udp(&f, 5, 6);
	put(&f, "\7\7\4\0\0\0\0\0", 8);
	put_ipv4(&f, 17, 1, 2);
	frame_data(&f)[0] = 0x47;
	p = decode(12, &f);
	cr_assert_eq(p.bytes, 46);
	cr_assert_eq(p.dst_port, 6);
}

Test(decode, protocols_without_ports_have_none)
{
	static const uint8_t protocols[] = {1, 2, 50, 88, 89, 112, 255};
	struct seep__packet p;
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(protocols); i++) {
		frame_start(&f, 12);
		put_ipv4(&f, protocols[i], 1, 2);
		p = decode(12, &f);
		cr_assert_eq(p.verdict, SEEP__VERDICT_IP);
		cr_assert_eq(p.protocol, protocols[i]);
		cr_assert_not(p.has_ports);
		cr_assert_eq(p.src_port, 0);
	}
}

Test(decode, sctp_has_ports)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 12);
	set_be16(frame_data(&f), 2905);
	set_be16(frame_data(&f) + 2, 2906);
	put_ipv4(&f, 132, 1, 2);
	p = decode(12, &f);
	cr_assert_eq(p.src_port, 2905);
	cr_assert_eq(p.dst_port, 2906);
}

Test(decode, contradictions_of_the_header_are_malformed)
{
	struct seep__packet p;
	struct frame f;

	udp_packet(&f);
	frame_data(&f)[0] = 0x44; /* 16 header bytes */
	cr_assert_eq(decode(12, &f).verdict, SEEP__VERDICT_MALFORMED);

	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 19); /* shorter than its header */
	cr_assert_eq(decode(12, &f).verdict, SEEP__VERDICT_MALFORMED);

	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 129); /* longer than the frame */
	p = decode(12, &f);
	cr_assert_eq(p.verdict, SEEP__VERDICT_MALFORMED);
	cr_assert_eq(p.bytes, 0);

	udp_packet(&f);
	frame_data(&f)[0] = 0x75;
	cr_assert_eq(decode(12, &f).verdict, SEEP__VERDICT_MALFORMED);

	/* IPv4 behind the EtherType of IPv6 */
	udp_packet(&f);
	put_ethernet(&f, 0x86dd);
	cr_assert_eq(decode(1, &f).verdict, SEEP__VERDICT_MALFORMED);

	/* a transport header that the packet has no room for */
	frame_start(&f, 3);
	put_ipv4(&f, 6, 1, 2);
	p = decode(12, &f);
	cr_assert_eq(p.verdict, SEEP__VERDICT_MALFORMED);
	cr_assert_eq(p.bytes, 23);

	frame_start(&f, 5);
	cr_assert_eq(decode(1, &f).verdict, SEEP__VERDICT_MALFORMED);
}

Test(decode, a_header_cut_by_the_snap_length_is_truncated_with_its_bytes)
{
	struct seep__packet p;
	struct frame f;
	size_t cut;

	udp_packet(&f);
	put_ethernet(&f, 0x0800);
	for (cut = 0; cut < 14 + 24; cut++) {
		p = decode_cut(1, &f, cut);
		cr_assert_eq(p.verdict, SEEP__VERDICT_TRUNCATED, "at %zu", cut);
		cr_assert_eq(p.bytes, cut < 14 + 7 ? 0 : 128, "at %zu", cut);
	}
	for (; cut <= f.size; cut++) {
		p = decode_cut(1, &f, cut);
		expect_udp(&p);
	}
}

Test(decode, a_length_of_zero_is_that_of_the_frame)
{
	struct seep__packet p;
	struct frame f;

	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 0);
	put_ethernet(&f, 0x0800);
	p = decode(1, &f);
	expect_udp(&p);

	frame_start(&f, 2000);
	put_tcp(&f, 1, 2, 3, 4, 16);
	put_ipv6(&f, 6, 1, 2);
	set_be16(frame_data(&f) + 4, 0);
	put_ethernet(&f, 0x86dd);
	p = decode(1, &f);
	cr_assert_eq(p.bytes, 2060);
	cr_assert_eq(p.payload, 2000);
}

Test(decode, a_length_of_zero_in_a_frame_of_gigabytes_is_not_believed)
{
	struct seep__packet p;
	struct frame f;

	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 0);
	seep__decode_frame(12, frame_data(&f), f.size, UINT32_MAX, &p);
	cr_assert_eq(p.verdict, SEEP__VERDICT_MALFORMED);
	cr_assert_eq(p.bytes, 0);
}

Test(decode, ipv6_without_a_payload_is_forty_bytes_whatever_the_padding)
{
	struct frame f;

	frame_start(&f, 0);
	put_ipv6(&f, 59, 1, 2);
	put_ethernet(&f, 0x86dd);
	pad(&f, 6);
	cr_assert_eq(decode(1, &f).bytes, 40);
}

Test(decode, fragments_say_so)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 16);
	put_udp(&f, 5, 6);
	put_ipv4_fragment(&f, 17, 1, 2, 99, 0x2000);
	p = decode(12, &f);
	cr_assert(p.fragment && p.fragment_first && p.has_ports);
	cr_assert_eq(p.part.id, 99);

	frame_start(&f, 16);
	put_ipv4_fragment(&f, 17, 1, 2, 99, 3);
	p = decode(12, &f);
	cr_assert(p.fragment && !p.fragment_first && !p.has_ports);
	cr_assert_eq(p.bytes, 36);

	/* "do not fragment" is no fragment */
	udp_packet(&f);
	set_be16(frame_data(&f) + 6, 0x4000);
	cr_assert_not(decode(12, &f).fragment);

	frame_start(&f, 16);
	put(&f, "\x11\0\0\xb9\0\1\0\2", 8);
	put_ipv6(&f, 44, 1, 2);
	p = decode(229, &f);
	cr_assert(p.fragment && !p.fragment_first && !p.has_ports);
	cr_assert_eq(p.part.id, 0x10002);
	cr_assert_eq(p.protocol, 17);

	/* an atomic one is whole */
	frame_start(&f, 16);
	put_udp(&f, 5, 6);
	put(&f, "\x11\0\0\0\0\1\0\2", 8);
	put_ipv6(&f, 44, 1, 2);
	p = decode(229, &f);
	cr_assert(!p.fragment && p.has_ports);
}

Test(decode, too_many_tags_are_malformed)
{
	struct seep__packet p;
	struct frame f;
	int i;

	udp_packet(&f);
	put_be16(&f, 0x0800);
	for (i = 0; i < SEEP__DECODE_TAGS_MAX; i++) {
		put_be16(&f, 7);
		put_be16(&f, 0x8100);
	}
	put(&f, "\0\0\0\0\0\1\0\0\0\0\0\2", 12);
	p = decode(1, &f);
	expect_udp(&p);

	udp_packet(&f);
	put_be16(&f, 0x0800);
	for (i = 0; i < SEEP__DECODE_TAGS_MAX + 1; i++) {
		put_be16(&f, 7);
		put_be16(&f, 0x8100);
	}
	put(&f, "\0\0\0\0\0\1\0\0\0\0\0\2", 12);
	cr_assert_eq(decode(1, &f).verdict, SEEP__VERDICT_MALFORMED);
}

Test(decode, no_cut_of_any_frame_is_read_beyond_its_end)
{
	struct frame f;
	size_t cut;

	frame_start(&f, 10);
	put_tcp(&f, 1, 2, 3, 4, 16);
	put(&f, "\x06\0\0\1\0\1\0\2", 8);
	put(&f, "\x2c\0\5\2\0\0\0\0", 8);
	put_ipv6(&f, 0, 1, 2);
	put(&f, "\0\1\1\x40", 4);
	put_ethernet(&f, 0x8847);
	for (cut = 0; cut <= f.size; cut++)
		cr_assert_neq(decode_cut(1, &f, cut).verdict,
			      SEEP__VERDICT_NOT_IP);
}
