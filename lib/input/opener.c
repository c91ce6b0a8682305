/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/opener.h"

#include <assert.h>
#include <stddef.h>

#include <seep/flow.h>

/*
 * Below this port only servers are found. From here to 1023 the clients of
 * NFS, mount and other RPC take their "privileged" ports (rresvport(3) from
 * 512, bindresvport(3) from 600 on): there a server must be listed. With
 * 1024, 14 of the corpora's mount and NFS captures had their requests taken
 * for answers.
 */
#define SERVERS_ONLY_END 512

/*
 * Ports from SERVERS_ONLY_END on at which UDP or SCTP servers are found;
 * ascending. Only ports that clients do not choose by chance matter: with
 * 28,000 ephemeral ports each entry above 32767 would misjudge one flow in
 * 28,000.
 */
static const uint16_t service_ports[] = {
    514,   /* syslog */
    520,   /* RIP */
    521,   /* RIPng */
    546,   /* DHCPv6 client */
    547,   /* DHCPv6 */
    554,   /* RTSP */
    623,   /* IPMI */
    631,   /* IPP */
    853,   /* DNS over QUIC or DTLS */
    1194,  /* OpenVPN */
    1645,  /* RADIUS, old */
    1646,  /* RADIUS accounting, old */
    1701,  /* L2TP */
    1812,  /* RADIUS */
    1813,  /* RADIUS accounting */
    1900,  /* SSDP */
    2049,  /* NFS */
    2055,  /* NetFlow */
    2123,  /* GTP-C */
    2152,  /* GTP-U */
    3389,  /* RDP */
    3478,  /* STUN */
    3544,  /* Teredo */
    3868,  /* Diameter */
    4500,  /* IPsec NAT-T */
    4739,  /* IPFIX */
    4789,  /* VXLAN */
    5060,  /* SIP */
    5061,  /* SIP over TLS */
    5353,  /* mDNS */
    5355,  /* LLMNR */
    5683,  /* CoAP */
    5684,  /* CoAP over DTLS */
    6081,  /* Geneve */
    6343,  /* sFlow */
    8443,  /* HTTPS, QUIC */
    8472,  /* VXLAN of Linux */
    51820, /* WireGuard */
};

static int
is_service(uint16_t port)
{
	size_t i;

	if (port < SERVERS_ONLY_END)
		return port != 0;
	for (i = 0; i < sizeof(service_ports) / sizeof(service_ports[0]); i++) {
		if (service_ports[i] == port)
			return 1;
	}
	return 0;
}

unsigned
seep__opener_guess(const struct seep__packet *packet, unsigned src,
		   uint8_t *basis)
{
	assert(src < 2);
	*basis = SEEP_OPENER_BY_FIRST;
	if (!packet->has_ports || !is_service(packet->src_port) ||
	    is_service(packet->dst_port))
		return src;
	*basis = SEEP_OPENER_BY_PORT;
	return 1 - src;
}
