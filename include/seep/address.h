/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * address.h - Internet addresses and networks, IPv4 and IPv6 alike.
 *
 * An address is 16 bytes in network order; an IPv4 address is held in its
 * IPv4-mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that one
 * comparison orders both kinds and IPv4 sorts together.
 */
#ifndef SEEP_ADDRESS_H
#define SEEP_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/export.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_address {
	uint8_t bytes[16];
};

/*
 * struct seep_network: the addresses that share their first 'prefix_bits'
 * bits, 0..128, with 'base'. An IPv4 network /n has prefix_bits = 96 + n.
 * Bits of 'base' beyond the prefix are zero.
 */
struct seep_network {
	struct seep_address base;
	uint8_t prefix_bits;
};

/* Room for the longest text of each kind and its final NUL. */
#define SEEP_ADDRESS_TEXT_SIZE 46
#define SEEP_NETWORK_TEXT_SIZE 50

/*
 * seep_address_parse() reads an address from text.
 *
 * 'text'     in, 'size' bytes, no NUL needed; "192.0.2.1", "2001:db8::1",
 *            "::ffff:192.0.2.1" (the same as "192.0.2.1"). No white space,
 *            no leading zeros in IPv4 parts, no zone ("%eth0").
 * 'address'  out; untouched on error.
 *
 * Returns SEEP_OK or SEEP_EFORMAT. Threads: pure.
 */
SEEP_API SEEP_NODISCARD int
seep_address_parse(const char *text, size_t size, struct seep_address *address);

/*
 * seep_address_format() writes 'address' as RFC 5952 text with a final NUL;
 * an IPv4-mapped address is written as dotted IPv4.
 *
 * 'text'  out, SEEP_ADDRESS_TEXT_SIZE bytes.
 *
 * Returns the length without the NUL. Threads: pure.
 */
SEEP_API size_t
seep_address_format(const struct seep_address *address, char *text);

/*
 * seep_address_compare() orders addresses by their 16 bytes.
 *
 * Returns < 0, 0 or > 0 as memcmp(3). Threads: pure.
 */
SEEP_API int
seep_address_compare(const struct seep_address *a,
		     const struct seep_address *b);

/*
 * seep_address_is_v4() says whether 'address' is an IPv4 address, that is,
 * IPv4-mapped: 1 or 0. Threads: pure.
 */
SEEP_API int
seep_address_is_v4(const struct seep_address *address);

/* Bytes of a domain's name at most, as text: RFC 1035 section 2.3.4. */
#define SEEP_NAME_SIZE_MAX 253

/*
 * seep_name_address() gives the address that stands for a registered domain
 * where names are counted (SEEP_FLOW_NAME): 100::/64, the discard prefix of
 * RFC 6666, which no machine has, and 64 bits of an unkeyed hash of the text.
 * The same on every machine and in every version.
 *
 * 'name'     in, 'size' bytes, lower case, without a final dot; anything.
 * 'address'  out.
 *
 * Two domains whose hashes are equal count as one; whoever wants that must
 * make 2^32 names. Threads: pure.
 */
SEEP_API void
seep_name_address(const char *name, size_t size, struct seep_address *address);

/*
 * seep_address_is_name() says whether 'address' lies where those of names
 * do: 1 or 0. Threads: pure.
 */
SEEP_API int
seep_address_is_name(const struct seep_address *address);

/*
 * seep_network_parse() reads "192.0.2.0/24", "2001:db8::/32" or a single
 * address (a /32 or /128).
 *
 * A base with bits beyond the prefix ("10.1.2.3/8") is accepted and
 * masked. 'network' is untouched on error.
 *
 * Returns SEEP_OK or SEEP_EFORMAT. Threads: pure.
 */
SEEP_API SEEP_NODISCARD int
seep_network_parse(const char *text, size_t size, struct seep_network *network);

/*
 * seep_network_format() writes "192.0.2.0/24" with a final NUL.
 *
 * 'text'  out, SEEP_NETWORK_TEXT_SIZE bytes.
 *
 * Returns the length without the NUL. Threads: pure.
 */
SEEP_API size_t
seep_network_format(const struct seep_network *network, char *text);

/*
 * seep_network_contains() says whether 'address' lies in 'network': 1 or 0.
 * Threads: pure.
 */
SEEP_API int
seep_network_contains(const struct seep_network *network,
		      const struct seep_address *address);

#ifdef __cplusplus
}
#endif

#endif
