/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_field.c - the names of the fields, and keys made of them.
 */
#include <assert.h>
#include <string.h>

#include "input/zeek_row.h"

static const struct {
	const char *name;
	size_t size;
} names[SEEP__ZEEK_FIELDS] = {
#define FIELD(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}
    [SEEP__ZEEK_TS] = FIELD("ts"),
    [SEEP__ZEEK_UID] = FIELD("uid"),
    [SEEP__ZEEK_ORIG_H] = FIELD("id.orig_h"),
    [SEEP__ZEEK_ORIG_P] = FIELD("id.orig_p"),
    [SEEP__ZEEK_RESP_H] = FIELD("id.resp_h"),
    [SEEP__ZEEK_RESP_P] = FIELD("id.resp_p"),
    [SEEP__ZEEK_PROTO] = FIELD("proto"),
    [SEEP__ZEEK_SERVICE] = FIELD("service"),
    [SEEP__ZEEK_DURATION] = FIELD("duration"),
    [SEEP__ZEEK_ORIG_BYTES] = FIELD("orig_bytes"),
    [SEEP__ZEEK_RESP_BYTES] = FIELD("resp_bytes"),
    [SEEP__ZEEK_STATE] = FIELD("conn_state"),
    [SEEP__ZEEK_MISSED] = FIELD("missed_bytes"),
    [SEEP__ZEEK_HISTORY] = FIELD("history"),
    [SEEP__ZEEK_ORIG_PKTS] = FIELD("orig_pkts"),
    [SEEP__ZEEK_ORIG_IP_BYTES] = FIELD("orig_ip_bytes"),
    [SEEP__ZEEK_RESP_PKTS] = FIELD("resp_pkts"),
    [SEEP__ZEEK_RESP_IP_BYTES] = FIELD("resp_ip_bytes"),
    [SEEP__ZEEK_PARENTS] = FIELD("tunnel_parents"),
    [SEEP__ZEEK_IP_PROTO] = FIELD("ip_proto"),
    [SEEP__ZEEK_QUERY] = FIELD("query"),
    [SEEP__ZEEK_TRANS_ID] = FIELD("trans_id"),
    [SEEP__ZEEK_PATH] = FIELD("_path"),
#undef FIELD
};

const char *
seep__zeek_field_name(enum seep__zeek_field field)
{
	assert(field < SEEP__ZEEK_FIELDS);
	return names[field].name;
}

static int
is_named(unsigned field, const char *name, size_t size)
{
	assert(field < SEEP__ZEEK_FIELDS);
	return names[field].size == size &&
	       memcmp(names[field].name, name, size) == 0;
}

enum seep__zeek_field
seep__zeek_field_find(const char *name, size_t size, unsigned hint)
{
	unsigned i;

	assert(name != NULL || size == 0);
	if (hint < SEEP__ZEEK_FIELDS && is_named(hint, name, size))
		return (enum seep__zeek_field)hint;
	for (i = 0; i < SEEP__ZEEK_FIELDS; i++)
		if (is_named(i, name, size))
			break;
	return (enum seep__zeek_field)i;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
seep__zeek_unescape(const char *text, size_t size, char *out, size_t room)
{
	size_t at = 0, n = 0;
	int high, low;

	assert(text != NULL || size == 0);
	while (at < size && n < room) {
		high = low = -1;
		if (text[at] == '\\' && size - at >= 4 && text[at + 1] == 'x') {
			high = hex_value(text[at + 2]);
			low = hex_value(text[at + 3]);
		}
		if (high >= 0 && low >= 0) {
			out[n++] = (char)(high * 16 + low);
			at += 4;
			continue;
		}
		if (text[at] == '\\' && size - at >= 2 && text[at + 1] == '\\')
			at++;
		out[n++] = text[at++];
	}
	return n;
}

/*
 * A key's first byte says what it is: the size of a uid, or one of these.
 * A uid of more than 47 bytes is known by two unrelated 64-bit sums and its
 * size; Zeek's own have 17 to 22.
 */
#define KEY_LONG_UID 0xfe
#define KEY_FLOW 0xff

static void
key_of_long_uid(struct seep__key *key, const char *uid, size_t size)
{
	static const struct seep__hash_key other = {
	    UINT64_C(0x7365657020756964), UINT64_C(0x6c6f6e6765722069)};
	uint64_t sums[3];

	assert(size >= SEEP__KEY_SIZE);
	sums[0] = seep__hash_checksum(uid, size);
	sums[1] = seep__hash_bytes(&other, uid, size);
	sums[2] = size;
	key->bytes[0] = KEY_LONG_UID;
	memcpy(key->bytes + 1, sums, sizeof(sums));
}

void
seep__zeek_key_uid(struct seep__key *key, const char *uid, size_t size,
		   int json)
{
	size_t n;

	assert(key != NULL && uid != NULL);
	memset(key, 0, sizeof(*key));
	if (size >= SEEP__KEY_SIZE) {
		key_of_long_uid(key, uid, size);
		return;
	}
	if (json || memchr(uid, '\\', size) == NULL) {
		memcpy(key->bytes + 1, uid, size);
		n = size;
	} else {
		n = seep__zeek_unescape(uid, size, (char *)key->bytes + 1,
					SEEP__KEY_SIZE - 1);
	}
	key->bytes[0] = (uint8_t)n;
}

void
seep__zeek_key_flow(struct seep__key *key, const struct seep_flow *flow)
{
	uint8_t *at = key->bytes;

	assert(key != NULL && flow != NULL);
	memset(key, 0, sizeof(*key));
	*at++ = KEY_FLOW;
	*at++ = flow->protocol;
	memcpy(at, flow->orig.bytes, 16);
	memcpy(at + 16, flow->resp.bytes, 16);
	memcpy(at + 32, &flow->port_orig, 2);
	memcpy(at + 34, &flow->port_resp, 2);
	memcpy(at + 36, &flow->start_ns, 8);
}
