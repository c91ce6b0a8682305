/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * site.h - which addresses are ours, and which of them are one machine?
 *
 * A site holds the local networks, the partner networks (private or leased
 * networks that are not the site's own), the declared servers, and the
 * groups of addresses that are one host. It decides on which side of the
 * border each end of a flow lies.
 *
 * Memory    18 bytes per network and 32 per joined address, doubling.
 * Threads   build it on one thread; then only const functions: share freely.
 */
#ifndef SEEP_SITE_H
#define SEEP_SITE_H

#include <stddef.h>

#include <seep/address.h>
#include <seep/alloc.h>
#include <seep/export.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_site;

/* What a network is to the site. */
enum seep_site_kind {
	SEEP_SITE_LOCAL = 0,
	SEEP_SITE_PARTNER = 1,
	/* _SERVER: watched as file servers whatever they look like. */
	SEEP_SITE_SERVER = 2
};

/* On which side of the border an address lies. */
enum seep_place {
	SEEP_PLACE_OUTSIDE = 0,
	SEEP_PLACE_PARTNER = 1,
	SEEP_PLACE_INSIDE = 2,
	/* _NAME: of a channel only: the peer is no machine but stands for a
	 * registered domain that the host asked for. Its bytes are those of
	 * names and enter no account of traffic. */
	SEEP_PLACE_NAME = 3
};

/*
 * seep_site_new() makes a site without networks. Until a local network is
 * added, the private (RFC 1918), unique-local (RFC 4193) and link-local
 * (RFC 3927, RFC 4291) networks count as local.
 *
 * 'site'   out; NULL on failure.
 * 'alloc'  NULL for malloc(3).
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_site_new(struct seep_site **site, const struct seep_alloc *alloc);

/*
 * seep_site_free() gives a site back. NULL is fine. Engines and snapshots
 * made from it keep what they need.
 */
SEEP_API void
seep_site_free(struct seep_site *site);

/*
 * seep_site_add() declares 'network' to be of 'kind'.
 *
 * The longest prefix wins between local and partner; at equal length
 * partner wins, and over the default local networks a partner network of
 * any length wins. A server network makes nothing local. Adding the same
 * network twice is fine.
 *
 * Returns SEEP_OK, SEEP_EINVAL (kind or prefix_bits out of range),
 * SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_site_add(struct seep_site *site, enum seep_site_kind kind,
	      const struct seep_network *network);

/*
 * seep_site_join() declares that 'count' addresses are one host. The host is
 * known by the lowest of them. Groups that share an address become one.
 *
 * Returns SEEP_OK, SEEP_EINVAL (count is 0), SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_site_join(struct seep_site *site, const struct seep_address *addresses,
	       size_t count);

/*
 * seep_site_place() says on which side of the border 'address' lies; never
 * SEEP_PLACE_NAME.
 *
 * Multicast, IPv4 broadcast (255.255.255.255), unspecified and loopback
 * addresses are always inside. An address in a partner network is a
 * partner's, unless a strictly longer local network that was added holds it.
 * Threads: pure.
 */
SEEP_API enum seep_place
seep_site_place(const struct seep_site *site,
		const struct seep_address *address);

/*
 * seep_site_host() returns the address by which the host that owns
 * 'address' is known: 'address' itself unless it was joined. The pointer is
 * valid as long as both arguments are. Threads: pure.
 */
SEEP_API const struct seep_address *
seep_site_host(const struct seep_site *site,
	       const struct seep_address *address);

/*
 * seep_site_is_server() says whether 'address' was declared a server: 1 or
 * 0. Threads: pure.
 */
SEEP_API int
seep_site_is_server(const struct seep_site *site,
		    const struct seep_address *address);

/*
 * seep_site_next_joined() gives the joined address after '*cursor', which
 * starts at 0, and moves on: 'address' belongs to 'host', which is given as
 * one of its own addresses too. In address order.
 *
 * Returns SEEP_OK or SEEP_END.
 */
SEEP_API SEEP_NODISCARD int
seep_site_next_joined(const struct seep_site *site, size_t *cursor,
		      struct seep_address *address, struct seep_address *host);

#ifdef __cplusplus
}
#endif

#endif
