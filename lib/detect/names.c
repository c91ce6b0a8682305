/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.c - the contract's words for roles, patterns, directions, bases and
 * services (<seep/findings.h>).
 */
#include <seep/detect.h>
#include <seep/findings.h>

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *
get_name(const char *const *names, size_t count, int value)
{
	if (value < 0 || (size_t)value >= count || !names[value])
		return "unknown";
	return names[value];
}

#define COUNT_OF(list) (sizeof(list) / sizeof(*(list)))

const char *
seep_role_name(int role)
{
	static const char *const names[] = {
	    [SEEP_ROLE_NONE] = "none",
	    [SEEP_ROLE_FILE_SERVER] = "file_server",
	    [SEEP_ROLE_BACKUP_SERVER] = "backup_server",
	    [SEEP_ROLE_MAIL_RELAY] = "mail_relay",
	    [SEEP_ROLE_FORWARD_PROXY] = "forward_proxy",
	    [SEEP_ROLE_REVERSE_PROXY] = "reverse_proxy",
	    [SEEP_ROLE_VPN_CONCENTRATOR] = "vpn_concentrator",
	    [SEEP_ROLE_NAT] = "nat",
	    [SEEP_ROLE_RESOLVER] = "resolver",
	    [SEEP_ROLE_WEB_SERVER] = "web_server",
	    [SEEP_ROLE_GROUP] = "group",
	};

	return get_name(names, COUNT_OF(names), role);
}

const char *
seep_pattern_name(int pattern)
{
	static const char *const names[] = {
	    [SEEP_PATTERN_SINGLE_PEER] = "single_peer",
	    [SEEP_PATTERN_PREFIX] = "prefix",
	    [SEEP_PATTERN_NEW_PEERS] = "new_peers",
	    [SEEP_PATTERN_ALL_PEERS] = "all_peers",
	};

	return get_name(names, COUNT_OF(names), pattern);
}

const char *
seep_direction_name(int direction)
{
	static const char *const names[] = {
	    [SEEP_DIRECTION_UNKNOWN] = "unknown",
	    [SEEP_DIRECTION_PUSH] = "push",
	    [SEEP_DIRECTION_PULL] = "pull",
	};

	return get_name(names, COUNT_OF(names), direction);
}

const char *
seep_stratum_name(uint32_t stratum)
{
	static const char *const names[SEEP_STRATUM_COUNT] = {
	    "all",       "push",      "pull",    "new_push", "new_pull",
	    "rare_push", "rare_pull", "partner", "web",      "mail",
	    "file",      "dns",       "ntp",     "icmp",     "other",
	    "names_new", "names_rare"};

	return stratum < SEEP_STRATUM_COUNT ? names[stratum] : "unknown";
}

const char *
seep_statistic_name(uint32_t statistic)
{
	static const char *const names[SEEP_STATISTIC_COUNT] = {"sum", "shape",
								"quiet", "low"};

	return statistic < SEEP_STATISTIC_COUNT ? names[statistic] : "unknown";
}

const char *
seep_basis_name(int basis)
{
	static const char *const names[] = {
	    [SEEP_BASIS_CHANGE] = "change",
	    [SEEP_BASIS_CONTRAST] = "contrast",
	};

	return get_name(names, COUNT_OF(names), basis);
}

static const char *
get_protocol(uint8_t protocol)
{
	switch (protocol) {
	case 1:
		return "icmp";
	case 2:
		return "igmp";
	case 6:
		return "tcp";
	case 17:
		return "udp";
	case 47:
		return "gre";
	case 50:
		return "esp";
	case 51:
		return "ah";
	case 58:
		return "icmp6";
	case 132:
		return "sctp";
	default:
		return NULL;
	}
}

/* Writes a number of at most five digits; returns its length. */
static size_t
put_number(char *text, uint32_t value)
{
	char digits[5];
	size_t count = 0;

	assert(value <= UINT16_MAX);
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < count; i++)
		text[i] = digits[count - 1 - i];
	return count;
}

static size_t
put_word(char *text, const char *word)
{
	const size_t size = strlen(word);

	memcpy(text, word, size);
	return size;
}

size_t
seep_service_name(uint8_t protocol, uint32_t port, char *text)
{
	const char *name = get_protocol(protocol);
	size_t size;

	if (name) {
		size = put_word(text, name);
	} else {
		size = put_word(text, "proto-");
		size += put_number(text + size, protocol);
	}
	if (port == 0) {
		text[size] = '\0';
		return size;
	}
	text[size++] = '/';
	if (port == SEEP_PORT_LOW)
		size += put_word(text + size, "low");
	else if (port <= UINT16_MAX)
		size += put_number(text + size, port);
	else
		size += put_word(text + size, "high");
	text[size] = '\0';
	assert(size < SEEP_SERVICE_TEXT_SIZE);
	return size;
}
