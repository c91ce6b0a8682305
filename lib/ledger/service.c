/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/service.h"

#include <assert.h>
#include <stddef.h>

#include <seep/snapshot.h>

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_SCTP 132

#define PORT_LOW_END 1024

/* Port codes; codes from CODE_LISTED on index the list below. */
#define CODE_NONE 0
#define CODE_LOW 1
#define CODE_HIGH 2
#define CODE_LISTED 3

/*
 * The ports on which file servers, gateways and what leaks use are usually
 * answered, of the IANA registry and of the programs' own manuals. A port
 * is here when telling it apart helps a person or a role; everything else
 * would only split channels and cost memory. A change of any line is a new
 * SEEP__SERVICE_VERSION, since codes are kept in saved cases.
 */
static const uint16_t listed[] = {
    20,    /* ftp-data */
    21,    /* ftp */
    22,    /* ssh, sftp, scp */
    23,    /* telnet */
    25,    /* smtp */
    53,    /* dns */
    67,    /* dhcp server */
    68,    /* dhcp client */
    69,    /* tftp */
    80,    /* http */
    88,    /* kerberos */
    110,   /* pop3 */
    111,   /* sunrpc */
    123,   /* ntp */
    135,   /* msrpc */
    137,   /* netbios name */
    138,   /* netbios datagram */
    139,   /* netbios session */
    143,   /* imap */
    161,   /* snmp */
    162,   /* snmp trap */
    179,   /* bgp */
    389,   /* ldap */
    443,   /* https, quic */
    445,   /* smb */
    465,   /* submissions */
    500,   /* isakmp */
    514,   /* syslog */
    548,   /* afp */
    587,   /* submission */
    636,   /* ldaps */
    853,   /* dns over tls */
    873,   /* rsync */
    989,   /* ftps-data */
    990,   /* ftps */
    993,   /* imaps */
    995,   /* pop3s */
    1080,  /* socks */
    1194,  /* openvpn */
    1433,  /* mssql */
    1521,  /* oracle */
    1556,  /* netbackup */
    1701,  /* l2tp */
    1723,  /* pptp */
    1883,  /* mqtt */
    2049,  /* nfs */
    3128,  /* squid */
    3260,  /* iscsi */
    3306,  /* mysql */
    3389,  /* rdp */
    3478,  /* stun, turn */
    4500,  /* ipsec nat-t */
    5060,  /* sip */
    5061,  /* sips */
    5432,  /* postgresql */
    5672,  /* amqp */
    5900,  /* vnc */
    5985,  /* winrm */
    5986,  /* winrm tls */
    6000,  /* x11 */
    6379,  /* redis */
    6881,  /* bittorrent */
    8000,  /* http-alt */
    8008,  /* http-alt */
    8080,  /* http-alt, proxy */
    8443,  /* https-alt */
    8883,  /* mqtts */
    9001,  /* tor or */
    9030,  /* tor dir */
    9050,  /* tor socks */
    9101,  /* bacula director */
    9102,  /* bacula file daemon */
    9103,  /* bacula storage */
    9200,  /* elasticsearch */
    9392,  /* veeam */
    9418,  /* git */
    10000, /* ndmp */
    11211, /* memcached */
    13724, /* netbackup vnetd */
    27017, /* mongodb */
    51820, /* wireguard */
};

#define LISTED_COUNT (sizeof(listed) / sizeof(listed[0]))

_Static_assert(CODE_LISTED + LISTED_COUNT <= 256, "a port code has 8 bits");

static int
has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ||
	       protocol == PROTOCOL_SCTP;
}

/* The place of 'port' in the list, or LISTED_COUNT. */
static size_t
find_listed(uint16_t port)
{
	size_t low = 0;
	size_t high = LISTED_COUNT;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listed[middle] < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low < LISTED_COUNT && listed[low] == port ? low : LISTED_COUNT;
}

int
seep__service_listed(uint8_t protocol, uint16_t port)
{
	return has_ports(protocol) && find_listed(port) < LISTED_COUNT;
}

static unsigned
port_code(uint8_t protocol, uint16_t port)
{
	size_t at;

	if (!has_ports(protocol))
		return CODE_NONE;
	at = find_listed(port);
	if (at < LISTED_COUNT)
		return (unsigned)(CODE_LISTED + at);
	return port < PORT_LOW_END ? CODE_LOW : CODE_HIGH;
}

seep__service
seep__service_make(uint8_t protocol, uint16_t port)
{
	return (seep__service)((unsigned)protocol << 8 |
			       port_code(protocol, port));
}

/* Which port answers where nobody saw who opened. */
static uint16_t
guess_port(const struct seep_flow *flow)
{
	uint16_t a = flow->port_orig;
	uint16_t b = flow->port_resp;
	int a_listed = seep__service_listed(flow->protocol, a);
	int b_listed = seep__service_listed(flow->protocol, b);

	if (a_listed != b_listed)
		return a_listed ? a : b;
	return a < b ? a : b;
}

seep__service
seep__service_of_flow(const struct seep_flow *flow)
{
	uint16_t port;

	assert(flow != NULL);
	if (flow->opener == SEEP_OPENER_ORIG)
		port = flow->port_resp;
	else if (flow->opener == SEEP_OPENER_RESP)
		port = flow->port_orig;
	else
		port = guess_port(flow);
	return seep__service_make(flow->protocol, port);
}

uint8_t
seep__service_protocol(seep__service service)
{
	return (uint8_t)(service >> 8);
}

uint32_t
seep__service_port(seep__service service)
{
	unsigned code = service & 0xff;

	assert(seep__service_valid(service));
	if (code == CODE_LOW)
		return SEEP_PORT_LOW;
	if (code == CODE_HIGH)
		return SEEP_PORT_HIGH;
	if (code < CODE_LISTED || code - CODE_LISTED >= LISTED_COUNT)
		return 0;
	return listed[code - CODE_LISTED];
}

int
seep__service_valid(uint16_t service)
{
	unsigned code = service & 0xff;

	if (!has_ports((uint8_t)(service >> 8)))
		return code == CODE_NONE;
	return code != CODE_NONE && code < CODE_LISTED + LISTED_COUNT;
}
