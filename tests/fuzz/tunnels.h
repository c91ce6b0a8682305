/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tunnels.h - every tunnel and encapsulation that the decoder knows, by what
 * stands before its own header; for the target and its seeds.
 */
#ifndef TESTS_FUZZ_TUNNELS_H
#define TESTS_FUZZ_TUNNELS_H

#include <stddef.h>

/* struct fuzz_tunnel: one of 'type' (of Ethernet), 'protocol' (of IP) and
 * 'port' (of UDP) says where it stands; else 'link' does (a DLT_). 'head'
 * is of its own header what the others do not share. */
struct fuzz_tunnel {
	unsigned type;
	unsigned protocol;
	unsigned port;
	int link;
	size_t head_size;
	const char *head;
	/* seed: what may follow the head, before an inner packet. */
	size_t seed_size;
	const char *seed;
};

#define MACS "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"

static const struct fuzz_tunnel fuzz_tunnels[] = {
    {0, 4, 0, 1, 0, "", 0, ""},            /* IP in IP */
    {0, 41, 0, 1, 0, "", 0, ""},           /* IPv6 in IP */
    {0, 47, 0, 1, 0, "", 4, "\0\0\x08\0"}, /* GRE */
    {0, 47, 0, 1, 0, "", 16, "\xb0\0\x08\0\0\0\0\0\0\0\0\1\0\0\0\1"},
    {0, 47, 0, 1, 4, "\x30\x01\x88\x0b", 9, "\0\x84\0\1\0\0\0\1\x21"},
    {0, 47, 0, 1, 4, "\x30\x81\x88\x0b", 13,
     "\0\x84\0\1\0\0\0\1\0\0\0\1\x21"},         /* PPTP, with an answer */
    {0, 47, 0, 1, 4, "\0\0\x88\xbe", 14, MACS}, /* ERSPAN I */
    {0, 47, 0, 1, 4, "\x10\0\x88\xbe", 26,
     "\0\0\0\1\x10\0\0\0\0\0\0\0" MACS}, /* ERSPAN II */
    {0, 47, 0, 1, 4, "\x10\0\x22\xeb", 30,
     "\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\0" MACS},           /* ERSPAN III */
    {0, 97, 0, 1, 0, "", 16, "\x30\0" MACS},               /* EtherIP */
    {0, 137, 0, 1, 0, "", 4, "\0\1\1\x40"},                /* MPLS in IP */
    {0, 51, 0, 1, 0, "", 12, "\4\1\0\0\0\0\0\1\0\0\0\1"},  /* AH */
    {0, 0, 4789, 1, 0, "", 22, "\x08\0\0\0\0\0\1\0" MACS}, /* VXLAN */
    {0, 0, 8472, 1, 0, "", 22, "\x08\0\0\0\0\0\1\0" MACS},
    {0, 0, 6081, 1, 0, "", 22, "\0\0\x65\x58\0\0\1\0" MACS}, /* Geneve */
    {0, 0, 6081, 1, 0, "", 12, "\1\0\x08\0\0\0\1\0\0\0\0\0"},
    {0, 0, 2152, 1, 0, "", 8, "\x30\xff\0\x80\0\0\0\1"}, /* GTP-U */
    {0, 0, 2152, 1, 0, "", 16, "\x34\xff\0\x88\0\0\0\1\0\0\0\x85\1\0\0\0"},
    {0, 0, 3544, 1, 0, "", 0, ""}, /* Teredo */
    {0, 0, 3544, 1, 0, "", 21, "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    {0, 0, 40000, 1, 0, "", 0, ""}, /* Teredo, any port */
    {0, 0, 5072, 1, 0, "", 44,
     "\x44\x51\1\x04\0\0\0\0"
     "0123456789abcdef"
     "0123456789abcdef0123"},
    {0x8847, 0, 0, 1, 0, "", 8, "\0\1\0\x40\0\2\1\x40"}, /* MPLS */
    {0x8847, 0, 0, 1, 0, "", 22, "\0\1\1\x40\0\0\0\0" MACS},
    {0x8100, 0, 0, 1, 0, "", 4, "\0\5\x08\0"}, /* VLAN */
    {0x88a8, 0, 0, 1, 0, "", 8, "\0\5\x81\0\0\6\x08\0"},
    {0x8864, 0, 0, 1, 0, "", 8, "\x11\0\0\1\0\x82\0\x21"}, /* PPPoE */
    {0x0086, 0, 0, 1, 0, "", 8, "\xaa\xaa\3\0\0\0\x08\0"}, /* LLC */
    {0, 0, 0, 9, 0, "", 4, "\xff\3\0\x21"},                /* PPP */
    {0, 0, 0, 105, 0, "", 34,
     "\x88\1\0\0\0\0\0\0\0\1\0\0\0\0\0\2\0\0\0\0\0\3\0\0\0\0"
     "\xaa\xaa\3\0\0\0\x08\0"}, /* Wi-Fi, with QoS */
    {0, 0, 0, 127, 0, "", 40,
     "\0\0\x08\0\0\0\0\0"
     "\x08\1\0\0\0\0\0\0\0\1\0\0\0\0\0\2\0\0\0\0\0\3\0\0"
     "\xaa\xaa\3\0\0\0\x08\0"}, /* radiotap */
    {0, 0, 0, 113, 0, "", 16, "\0\0\0\1\0\6\0\0\0\0\0\2\0\0\x08\0"},
    {0, 0, 0, 276, 0, "", 20,
     "\x08\0\0\0\0\0\0\1\0\1\0\6\0\0\0\0\0\2\0\0"}, /* SLL2 */
};

#define FUZZ_TUNNELS (sizeof(fuzz_tunnels) / sizeof(fuzz_tunnels[0]))

#undef MACS

#endif
