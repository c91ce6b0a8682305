/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "input/decode.h"
#include "input/packets.h"

static struct seep__packet
decode(struct frame *f)
{
	struct seep__packet packet;

	seep__decode_frame(12, frame_data(f), f->size, (uint32_t)f->size,
			   &packet);
	return packet;
}

/* The inner packet: 10.0.0.1 > 10.0.0.2, UDP 40000 > 53, 128 bytes. */
static void
expect_inner(struct frame *f, const char *what)
{
	struct seep__packet p = decode(f);

	cr_assert_eq(p.verdict, SEEP__VERDICT_IP, "%s", what);
	cr_assert_eq(p.bytes, 128, "%s: %llu", what,
		     (unsigned long long)p.bytes);
	cr_assert_eq(p.dst_port, 53, "%s", what);
	cr_assert_eq(p.dst.bytes[15], 2, "%s", what);
}

/* The outer packet: to 10.0.0.9. */
static void
expect_outer(struct frame *f, unsigned protocol, const char *what)
{
	struct seep__packet p = decode(f);

	cr_assert_eq(p.verdict, SEEP__VERDICT_IP, "%s", what);
	cr_assert_eq(p.bytes, f->size, "%s", what);
	cr_assert_eq(p.protocol, protocol, "%s", what);
	cr_assert_eq(p.dst.bytes[15], 9, "%s", what);
}

struct ip_tunnel {
	const char *what;
	uint8_t protocol;
	size_t size;
	const char *header;
};

static const struct ip_tunnel ip_tunnels[] = {
    {"IPv4 in IPv4", 4, 0, ""},
    {"GRE", 47, 4, "\0\0\x08\0"},
    {"GRE, key", 47, 8, "\x20\0\x08\0\0\0\0\1"},
    {"GRE, sequence", 47, 8, "\x10\0\x08\0\0\0\0\1"},
    {"GRE, checksum, key, sequence", 47, 16,
     "\xb0\0\x08\0\0\0\0\0\0\0\0\1\0\0\0\1"},
    {"GRE, bridged Ethernet", 47, 18,
     "\0\0\x65\x58\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {"GRE, bridged Ethernet with a VLAN", 47, 22,
     "\0\0\x65\x58\0\0\0\0\0\1\0\0\0\0\0\2\x81\0\0\5\x08\0"},
    {"ERSPAN I", 47, 18, "\0\0\x88\xbe\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {"ERSPAN II", 47, 30,
     "\x10\0\x88\xbe\0\0\0\1\x10\0\0\0\0\0\0\0"
     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {"ERSPAN III", 47, 34,
     "\x10\0\x22\xeb\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\0"
     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {"GRE, MPLS", 47, 8, "\0\0\x88\x47\0\1\1\x40"},
    {"PPTP", 47, 14, "\x30\x01\x88\x0b\0\x84\0\1\0\0\0\1\0\x21"},
    {"PPTP with acknowledgement", 47, 20,
     "\x30\x81\x88\x0b\0\x84\0\1\0\0\0\1\0\0\0\1\xff\3\0\x21"},
    {"EtherIP", 97, 16, "\x30\0\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {"MPLS in IP", 137, 4, "\0\1\1\x40"},
};

Test(tunnel, the_inner_packet_of_an_ip_tunnel_is_counted)
{
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(ip_tunnels) / sizeof(ip_tunnels[0]); i++) {
		udp_packet(&f);
		put(&f, ip_tunnels[i].header, ip_tunnels[i].size);
		put_ipv4(&f, ip_tunnels[i].protocol, 8, 9);
		expect_inner(&f, ip_tunnels[i].what);

		udp_packet(&f);
		put(&f, ip_tunnels[i].header, ip_tunnels[i].size);
		put_ipv6(&f, ip_tunnels[i].protocol, 8, 9);
		expect_inner(&f, ip_tunnels[i].what);
	}
}

Test(tunnel, an_ip_tunnel_of_a_broken_packet_is_counted_itself)
{
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(ip_tunnels) / sizeof(ip_tunnels[0]); i++) {
		udp_packet(&f);
		set_be16(frame_data(&f) + 2, 129);
		put(&f, ip_tunnels[i].header, ip_tunnels[i].size);
		put_ipv4(&f, ip_tunnels[i].protocol, 8, 9);
		expect_outer(&f, ip_tunnels[i].protocol, ip_tunnels[i].what);
	}
}

Test(tunnel, ipv6_in_ipv4_is_opened)
{
	struct seep__packet p;
	struct frame f;

	frame_start(&f, 10);
	put_udp(&f, 5, 6);
	put_ipv6(&f, 17, 1, 2);
	put_ipv4(&f, 41, 8, 9);
	p = decode(&f);
	cr_assert_eq(p.bytes, 58);
	cr_assert_eq(p.ip_version, 6);
}

Test(tunnel, the_first_part_of_a_fragmented_tunnel_is_opened)
{
	struct seep__packet p;
	struct frame f;

	/* 100 more bytes of the inner packet come with the next part */
	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 228);
	put(&f, "\0\0\x08\0", 4);
	put_ipv4_fragment(&f, 47, 8, 9, 77, 0x2000);
	p = decode(&f);
	cr_assert_eq(p.bytes, 128);
	cr_assert_eq(p.dst_port, 53);
	cr_assert(p.split && !p.fragment);
	cr_assert_eq(p.part.id, 77);
	cr_assert_eq(p.part.protocol, 47);
	cr_assert_eq(p.part.dst.bytes[15], 9);

	frame_start(&f, 100);
	put_ipv4_fragment(&f, 47, 8, 9, 77, 19);
	p = decode(&f);
	cr_assert(p.fragment && !p.split);
	cr_assert_eq(p.payload, 100);
	cr_assert_eq(p.bytes, 120);
}

Test(tunnel, gtp_in_a_fragmented_datagram_is_opened)
{
	struct frame f;

	udp_packet(&f);
	set_be16(frame_data(&f) + 2, 1028);
	put(&f, "\x30\xff\x04\x04\0\0\0\1", 8);
	put_udp(&f, 2152, 2152);
	put_ipv4_fragment(&f, 17, 8, 9, 77, 0x2000);
	expect_inner(&f, "GTP");
}

struct udp_tunnel {
	const char *what;
	unsigned port;
	size_t size;
	const char *header;
};

#define MAC "\0\0\0\0\0\1\0\0\0\0\0\2"

static const struct udp_tunnel udp_tunnels[] = {
    {"VXLAN", 4789, 22, "\x08\0\0\0\0\0\1\0" MAC "\x08\0"},
    {"VXLAN of Linux", 8472, 22, "\x08\0\0\0\0\0\1\0" MAC "\x08\0"},
    {"Geneve", 6081, 22, "\0\0\x65\x58\0\0\1\0" MAC "\x08\0"},
    {"Geneve with an option", 6081, 30,
     "\2\0\x65\x58\0\0\1\0\0\0\0\1opti" MAC "\x08\0"},
    {"Geneve, IP inside", 6081, 8, "\0\0\x08\0\0\0\1\0"},
    {"GTP-U", 2152, 8, "\x30\xff\0\x80\0\0\0\1"},
    {"GTP-U with a sequence number", 2152, 12,
     "\x32\xff\0\x84\0\0\0\1\0\1\0\0"},
    {"GTP-U with an extension", 2152, 16,
     "\x34\xff\0\x88\0\0\0\1\0\0\0\x85\1\0\0\0"},
    {"AYIYA", 5072, 44,
     "\x45\x10\x01\x04\0\0\0\0"
     "identityidentity"
     "signaturesignaturesi"},
};

Test(tunnel, the_inner_packet_of_a_udp_tunnel_is_counted)
{
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++) {
		udp_packet(&f);
		put(&f, udp_tunnels[i].header, udp_tunnels[i].size);
		if (udp_tunnels[i].port == 5072)
			frame_data(&f)[1] = 0x51;
		put_udp(&f, 33333, udp_tunnels[i].port);
		put_ipv4(&f, 17, 8, 9);
		expect_inner(&f, udp_tunnels[i].what);
	}
}

Test(tunnel, datagrams_on_a_tunnel_port_that_hold_no_packet_are_udp)
{
	struct frame f;
	size_t i;

	for (i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++) {
		udp_packet(&f);
		frame_data(&f)[0] = 0x44;
		put(&f, udp_tunnels[i].header, udp_tunnels[i].size);
		put_udp(&f, 33333, udp_tunnels[i].port);
		put_ipv4(&f, 17, 8, 9);
		expect_outer(&f, 17, udp_tunnels[i].what);

		frame_start(&f, 200);
		put_udp(&f, 33333, udp_tunnels[i].port);
		put_ipv4(&f, 17, 8, 9);
		expect_outer(&f, 17, udp_tunnels[i].what);
	}
}

Test(tunnel, gtp_whose_length_does_not_fit_is_udp)
{
	struct frame f;

	udp_packet(&f);
	put(&f, "\x30\xff\0\x81\0\0\0\1", 8);
	put_udp(&f, 2152, 2152);
	put_ipv4(&f, 17, 8, 9);
	expect_outer(&f, 17, "length");

	/* an echo request, not a packet */
	udp_packet(&f);
	put(&f, "\x30\1\0\x80\0\0\0\1", 8);
	put_udp(&f, 2152, 2152);
	put_ipv4(&f, 17, 8, 9);
	expect_outer(&f, 17, "type");
}

/* The inner packet of Teredo; its source is in 2001::/32 or not. */
static void
teredo(struct frame *f, int address, const char *headers, size_t size)
{
	frame_start(f, 10);
	put_udp(f, 5, 6);
	put_ipv6(f, 17, 1, 2);
	if (address)
		set_be32(frame_data(f) + 8, 0x20010000);
	put(f, headers, size);
	put_udp(f, 50000, 3544);
	put_ipv4(f, 17, 8, 9);
}

Test(tunnel, teredo_is_opened_with_and_without_its_headers)
{
	struct frame f;

	teredo(&f, 1, "", 0);
	cr_assert_eq(decode(&f).bytes, 58);
	teredo(&f, 1, "\0\0\1\2\3\4\5\6", 8);
	cr_assert_eq(decode(&f).bytes, 58);
	teredo(&f, 1,
	       "\0\1\1\2i"
	       "au"
	       "noncenon"
	       "\0",
	       16);
	cr_assert_eq(decode(&f).bytes, 58);
	teredo(&f, 1, "\0\1\0\0noncenon\0\0\0\1\2\3\4\5\6", 21);
	cr_assert_eq(decode(&f).bytes, 58);
}

Test(tunnel, teredo_between_relays_is_known_by_its_prefix)
{
	struct frame f;

	frame_start(&f, 10);
	put_udp(&f, 5, 6);
	put_ipv6(&f, 17, 1, 2);
	set_be32(frame_data(&f) + 8, 0x20010000);
	put_udp(&f, 50000, 32900);
	put_ipv4(&f, 17, 8, 9);
	cr_assert_eq(decode(&f).bytes, 58);

	frame_start(&f, 10);
	put_udp(&f, 5, 6);
	put_ipv6(&f, 17, 1, 2);
	put_udp(&f, 50000, 32900);
	put_ipv4(&f, 17, 8, 9);
	expect_outer(&f, 17, "another prefix");
}

Test(tunnel, ipv6_on_the_port_of_teredo_without_its_addresses_is_udp)
{
	struct frame f;

	teredo(&f, 0, "", 0);
	expect_outer(&f, 17, "address");
	teredo(&f, 1, "", 0);
	pad(&f, 1);
	set_be16(frame_data(&f) + 2, (unsigned)f.size);
	expect_outer(&f, 17, "a byte too many");
}

Test(tunnel, nested_tunnels_end_at_the_bound)
{
	struct seep__packet p;
	struct frame f;
	int i;

	udp_packet(&f);
	for (i = 0; i < SEEP__DECODE_TUNNELS_MAX - 1; i++)
		put_ipv4(&f, 4, 8, 9);
	expect_inner(&f, "at the bound");

	/* one more: the innermost is not looked at */
	put_ipv4(&f, 4, 8, 9);
	p = decode(&f);
	cr_assert_eq(p.bytes, 148);
	cr_assert_eq(p.protocol, 4);

	frame_start(&f, 0);
	for (i = 0; i < 40; i++)
		put_ipv4(&f, 4, 8, 9);
	p = decode(&f);
	cr_assert_eq(p.bytes, (40 - SEEP__DECODE_TUNNELS_MAX + 1) * 20);
}

Test(tunnel, a_tunnel_cut_by_the_snap_length_is_counted_itself)
{
	struct seep__packet p;
	struct frame f;
	size_t cut;

	udp_packet(&f);
	put(&f, "\0\0\x08\0", 4);
	put_ipv4(&f, 47, 8, 9);
	for (cut = 20; cut <= f.size; cut++) {
		uint8_t *copy = malloc(cut);

		memcpy(copy, frame_data(&f), cut);
		seep__decode_frame(12, copy, cut, (uint32_t)f.size, &p);
		cr_assert_eq(p.verdict, SEEP__VERDICT_IP);
		cr_assert_eq(p.bytes, cut < 48 ? 152 : 128, "at %zu", cut);
		free(copy);
	}
}
