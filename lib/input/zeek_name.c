/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_name.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

#define PORT_NETBIOS 137
#define PORT_MDNS 5353
#define PORT_LLMNR 5355

/* The first byte of a key, as in zeek_field.c. */
#define KEY_NAME 0xfd

static enum seep__zeek_name_kind
refuse(struct seep__zeek_fault *fault, enum seep_refusal reason,
       enum seep__zeek_field field, const char *text)
{
	assert(reason < SEEP_REFUSED_COUNT && text != NULL);
	fault->reason = reason;
	fault->field = field;
	fault->text = text;
	fault->bytes = 0;
	return SEEP__ZEEK_NAME_REFUSED;
}

/* read_query() makes a name of 'query'; one that does not fit is bad. */
static enum seep__qname_kind
read_query(const struct seep__slice *query, struct seep__asked *asked)
{
	char text[SEEP__QNAME_SIZE_MAX + 1];
	struct seep__qname name;
	size_t size;

	assert(query->kind == SEEP__SLICE_TEXT);
	size =
	    seep__zeek_unescape(query->data, query->size, text, sizeof(text));
	if (size == sizeof(text) || !seep__qname_split(&name, text, size))
		return SEEP__QNAME_BAD;
	return seep__qname_ask(&name, asked);
}

static int
is_other_service(uint64_t port)
{
	return port == PORT_NETBIOS || port == PORT_MDNS || port == PORT_LLMNR;
}

enum seep__zeek_name_kind
seep__zeek_name_read(const struct seep__zeek_row *row,
		     const struct seep__zeek_rules *rules,
		     struct seep_flow *flow, struct seep__asked *asked,
		     struct seep__zeek_fault *fault)
{
	const struct seep__slice *query = &row->field[SEEP__ZEEK_QUERY];
	struct seep_address orig;
	uint64_t port;
	int64_t time_ns;

	assert(rules != NULL && fault != NULL);
	if (row->truncated)
		return refuse(fault, SEEP_REFUSED_TRUNCATED, SEEP__ZEEK_FIELDS,
			      "the last row is cut");
	if (!seep__zeek_row_asker(row, &time_ns, &orig, &port, fault))
		return SEEP__ZEEK_NAME_REFUSED;
	if (query->kind == SEEP__SLICE_WRONG)
		return refuse(fault, SEEP_REFUSED_MALFORMED, SEEP__ZEEK_QUERY,
			      "not a name");
	if (query->kind != SEEP__SLICE_TEXT || is_other_service(port))
		return SEEP__ZEEK_NAME_NONE;
	switch (read_query(query, asked)) {
	case SEEP__QNAME_DOMAIN:
		break;
	case SEEP__QNAME_NONE:
		return SEEP__ZEEK_NAME_NONE;
	default:
		return refuse(fault, SEEP_REFUSED_MALFORMED, SEEP__ZEEK_QUERY,
			      "more than a name may be, or an empty label");
	}
	seep__qname_flow(asked, &orig, time_ns, flow);
	flow->sensor = rules->sensor;
	return SEEP__ZEEK_NAME_GOOD;
}

int
seep__zeek_row_is_name(const struct seep__zeek_row *row)
{
	assert(row != NULL);
	return row->field[SEEP__ZEEK_PROTO].kind != SEEP__SLICE_UNSET &&
	       (row->field[SEEP__ZEEK_QUERY].kind != SEEP__SLICE_UNSET ||
		row->field[SEEP__ZEEK_TRANS_ID].kind != SEEP__SLICE_UNSET);
}

void
seep__zeek_key_name(struct seep__key *key, const struct seep__zeek_row *row)
{
	static const enum seep__zeek_field fields[] = {
	    SEEP__ZEEK_TS,       SEEP__ZEEK_UID,    SEEP__ZEEK_ORIG_H,
	    SEEP__ZEEK_ORIG_P,   SEEP__ZEEK_RESP_H, SEEP__ZEEK_RESP_P,
	    SEEP__ZEEK_TRANS_ID, SEEP__ZEEK_QUERY};
	struct seep__hash_stream sums[2];
	uint64_t values[2];
	size_t i, n;

	memset(key, 0, sizeof(*key));
	key->bytes[0] = KEY_NAME;
	for (n = 0; n < 2; n++) {
		seep__hash_stream_init(&sums[n]);
		seep__hash_stream_feed(&sums[n], &n, 1);
		for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			const struct seep__slice *s = &row->field[fields[i]];

			seep__hash_stream_feed(&sums[n], &s->size, 4);
			if (s->size > 0)
				seep__hash_stream_feed(&sums[n], s->data,
						       s->size);
		}
		values[n] = seep__hash_stream_sum(&sums[n]);
	}
	memcpy(key->bytes + 1, values, sizeof(values));
}
