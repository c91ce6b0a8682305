/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_row.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "input/decimal.h"

/*
 * JSON times from here on are milliseconds: 1e11 s is the year 5138, 1e11
 * ms is March 1973. Zeek writes milliseconds with LogAscii::json_timestamps
 * = JSON::TS_MILLIS. Lower, times beyond 2262 would become plausible;
 * higher, captures of the eighties would lose their milliseconds.
 */
#define MILLIS_MIN UINT64_C(100000000000)

/*
 * Header bytes of one TCP segment at most, options included: 60 + 20 (IPv4)
 * or 60 + 40. Where no payload field is set, more IP bytes than that per
 * packet show payload; a smaller figure would take SYN options for payload.
 */
#define TCP_HEADERS_MAX_V4 80
#define TCP_HEADERS_MAX_V6 100

/* What one side's byte fields say. */
struct side {
	uint64_t payload;
	uint64_t ip;
	uint64_t bytes; /* the choice */
	uint64_t excess;
	int payload_set;
	int ip_set;
};

/* struct reading: a row on its way to a record. */
struct reading {
	const struct seep__zeek_row *row;
	struct seep__zeek_record *record;
	struct seep__zeek_fault *fault;
};

/* refuse() notes why; the bytes are the caller's matter. Returns 0. */
static int
refuse(struct reading *r, enum seep_refusal reason, enum seep__zeek_field field,
       const char *text)
{
	assert(reason < SEEP_REFUSED_COUNT && text != NULL);
	r->fault->reason = reason;
	r->fault->field = field;
	r->fault->text = text;
	return 0;
}

static const struct seep__slice *
slice_of(const struct reading *r, enum seep__zeek_field field)
{
	assert(field < SEEP__ZEEK_FIELDS);
	return &r->row->field[field];
}

static int
equals(const struct seep__slice *s, const char *word)
{
	size_t size = strlen(word);

	return s->kind == SEEP__SLICE_TEXT && s->size == size &&
	       memcmp(s->data, word, size) == 0;
}

/*
 * plain_count() reads digits alone, as nearly every count is written.
 * Returns 1, or 0 when it is written otherwise or has more than 19 digits.
 */
static int
plain_count(const struct seep__slice *s, uint64_t *value)
{
	uint64_t v = 0;
	uint32_t i;

	assert(s->kind == SEEP__SLICE_TEXT);
	if (s->size == 0 || s->size > 19)
		return 0;
	for (i = 0; i < s->size; i++) {
		if (s->data[i] < '0' || s->data[i] > '9')
			return 0;
		v = v * 10 + (uint64_t)(s->data[i] - '0');
	}
	*value = v;
	return 1;
}

/*
 * read_count() reads a count; '*set' 0 when unset. A larger one than 2^64 - 1
 * is given as that, and from 10^19 on its last digits may be cut: every
 * bound that a caller holds it against is far below.
 */
static int
read_count(struct reading *r, enum seep__zeek_field field, uint64_t *value,
	   int *set)
{
	const struct seep__slice *s = slice_of(r, field);
	struct seep__decimal d;
	int cut;

	*value = 0;
	*set = s->kind == SEEP__SLICE_TEXT;
	if (s->kind == SEEP__SLICE_UNSET)
		return 1;
	if (s->kind == SEEP__SLICE_CUT)
		return refuse(r, SEEP_REFUSED_TRUNCATED, field,
			      "the row ends before this field");
	if (s->kind == SEEP__SLICE_TEXT && plain_count(s, value))
		return 1;
	if (s->kind != SEEP__SLICE_TEXT ||
	    seep__decimal_parse(s->data, s->size, &d) != SEEP_OK || !d.finite)
		return refuse(r, SEEP_REFUSED_MALFORMED, field, "not a count");
	if (d.negative && d.mantissa != 0)
		return refuse(r, SEEP_REFUSED_MALFORMED, field,
			      "a negative count");
	if (seep__decimal_scaled(&d, 0, value, &cut) != SEEP_OK)
		*value = UINT64_MAX;
	else if (cut && d.exponent <= 0)
		return refuse(r, SEEP_REFUSED_MALFORMED, field,
			      "a count that is no whole number");
	return 1;
}

/* read_packets() reads a packet count; it bounds no bytes, but sums. */
static int
read_packets(struct reading *r, enum seep__zeek_field field, uint64_t *value)
{
	int set;

	if (!read_count(r, field, value, &set))
		return 0;
	if (*value > SEEP_FLOW_BYTES_MAX)
		return refuse(r, SEEP_REFUSED_MALFORMED, field,
			      "more than 2^53 packets");
	return 1;
}

/* read_side() reads one side's byte fields and chooses. */
static int
read_side(struct reading *r, enum seep__zeek_field payload,
	  enum seep__zeek_field ip, struct side *side)
{
	assert(payload != ip);
	memset(side, 0, sizeof(*side));
	if (!read_count(r, ip, &side->ip, &side->ip_set) ||
	    !read_count(r, payload, &side->payload, &side->payload_set))
		return 0;
	if (side->ip_set && (side->ip > 0 || side->payload == 0)) {
		side->bytes = side->ip;
		if (side->payload > side->ip)
			side->excess = side->payload - side->ip;
	} else {
		side->bytes = side->payload;
		r->record->from_payload += side->payload;
	}
	/* An excess is only ever summed; beyond 2^53 it is no size at all. */
	if (side->excess > SEEP_FLOW_BYTES_MAX)
		side->excess = SEEP_FLOW_BYTES_MAX;
	if (side->bytes > SEEP_FLOW_BYTES_MAX)
		return refuse(r, SEEP_REFUSED_TOO_LARGE,
			      side->ip_set && side->ip > 0 ? ip : payload,
			      "more than 2^53 bytes one way");
	return 1;
}

/* read_time() reads ts: seconds, JSON also milliseconds or ISO 8601. */
static int
read_time(struct reading *r, int64_t *time_ns)
{
	const struct seep__slice *s = slice_of(r, SEEP__ZEEK_TS);
	struct seep__decimal d;
	uint64_t whole, ns;
	int digits = 9;

	if (s->kind != SEEP__SLICE_TEXT)
		return refuse(r, SEEP_REFUSED_BAD_TIME, SEEP__ZEEK_TS,
			      "no time");
	if (seep__decimal_parse(s->data, s->size, &d) != SEEP_OK) {
		if (r->row->json &&
		    seep__clock_parse(s->data, s->size, time_ns) == SEEP_OK &&
		    *time_ns >= 0)
			return 1;
		return refuse(r, SEEP_REFUSED_BAD_TIME, SEEP__ZEEK_TS,
			      "not a time");
	}
	if (!d.finite || (d.negative && d.mantissa != 0))
		return refuse(r, SEEP_REFUSED_BAD_TIME, SEEP__ZEEK_TS,
			      "a time that is negative or not finite");
	if (r->row->json &&
	    seep__decimal_scaled(&d, 0, &whole, NULL) == SEEP_OK &&
	    whole >= MILLIS_MIN)
		digits = 6;
	if (seep__decimal_scaled(&d, digits, &ns, NULL) != SEEP_OK ||
	    ns > INT64_MAX)
		return refuse(r, SEEP_REFUSED_BAD_TIME, SEEP__ZEEK_TS,
			      "a time beyond the year 2262");
	*time_ns = (int64_t)ns;
	return 1;
}

/* read_end() sets end_ns from the duration; an unusable one is flagged. */
static int
read_end(struct reading *r)
{
	const struct seep__slice *s = slice_of(r, SEEP__ZEEK_DURATION);
	struct seep_flow *flow = &r->record->flow;
	struct seep__decimal d;
	uint64_t ns;

	assert(r->record->flow.start_ns >= 0);
	flow->end_ns = flow->start_ns;
	if (s->kind == SEEP__SLICE_UNSET)
		return 1;
	if (s->kind != SEEP__SLICE_TEXT ||
	    seep__decimal_parse(s->data, s->size, &d) != SEEP_OK)
		return refuse(r, SEEP_REFUSED_MALFORMED, SEEP__ZEEK_DURATION,
			      "not a duration");
	if (!d.finite || (d.negative && d.mantissa != 0) ||
	    seep__decimal_scaled(&d, 9, &ns, NULL) != SEEP_OK ||
	    ns > (uint64_t)(INT64_MAX - flow->start_ns)) {
		flow->flags |= SEEP_FLOW_DURATION_IGNORED;
		return 1;
	}
	flow->end_ns = flow->start_ns + (int64_t)ns;
	return 1;
}

static int
read_address(struct reading *r, enum seep__zeek_field field,
	     struct seep_address *address)
{
	const struct seep__slice *s = slice_of(r, field);

	assert(address != NULL);
	if (s->kind == SEEP__SLICE_TEXT &&
	    seep_address_parse(s->data, s->size, address) == SEEP_OK)
		return 1;
	return refuse(r, SEEP_REFUSED_BAD_ADDRESS, field, "not an address");
}

static int
has_ports(uint8_t protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 132;
}

static int
read_port(struct reading *r, enum seep__zeek_field field, uint16_t *port)
{
	uint64_t value;
	int set;

	assert(port != NULL);
	if (!read_count(r, field, &value, &set))
		return 0;
	if (value > UINT16_MAX)
		return refuse(r, SEEP_REFUSED_MALFORMED, field,
			      "a port over 65535");
	if (!has_ports(r->record->flow.protocol)) {
		*port = 0;
		return 1;
	}
	if (!set)
		return refuse(r, SEEP_REFUSED_MALFORMED, field, "no port");
	*port = (uint16_t)value;
	return 1;
}

/* is_word() says whether a value could be a name of an enum. */
static int
is_word(const struct seep__slice *s)
{
	uint32_t i;
	char c;

	if (s->size == 0 || s->data[0] < 'a' || s->data[0] > 'z')
		return 0;
	for (i = 1; i < s->size; i++) {
		c = s->data[i];
		if ((c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '_' &&
		    c != '-')
			return 0;
	}
	return 1;
}

/* read_protocol(): 255 is IANA's "reserved": a transport without a number. */
static int
read_protocol(struct reading *r)
{
	const struct seep__slice *s = slice_of(r, SEEP__ZEEK_PROTO);
	struct seep_flow *flow = &r->record->flow;
	uint64_t number;
	int set;

	if (s->kind != SEEP__SLICE_TEXT || !is_word(s))
		return refuse(r, SEEP_REFUSED_MALFORMED, SEEP__ZEEK_PROTO,
			      "not a protocol");
	flow->protocol = 255;
	if (equals(s, "tcp"))
		flow->protocol = 6;
	else if (equals(s, "udp"))
		flow->protocol = 17;
	else if (equals(s, "sctp"))
		flow->protocol = 132;
	else if (equals(s, "icmp"))
		flow->protocol = seep_address_is_v4(&flow->orig) ? 1 : 58;
	if (!read_count(r, SEEP__ZEEK_IP_PROTO, &number, &set))
		return 0;
	if (number > 255)
		return refuse(r, SEEP_REFUSED_MALFORMED, SEEP__ZEEK_IP_PROTO,
			      "a protocol number over 255");
	if (set)
		flow->protocol = (uint8_t)number;
	return 1;
}

static int
history_has(const struct seep__slice *s, char letter)
{
	return s->kind == SEEP__SLICE_TEXT && s->size > 0 &&
	       memchr(s->data, letter, s->size) != NULL;
}

/* state_needs_syn(): Zeek gives these states only after a SYN. */
static int
state_needs_syn(const struct seep__slice *s)
{
	static const char *const states[] = {"S0",     "S1",    "S2",   "S3",
					     "SF",     "REJ",   "RSTO", "RSTR",
					     "RSTOS0", "RSTRH", "SH",   "SHR"};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (equals(s, states[i]))
			return 1;
	return 0;
}

static void
set_opener(struct reading *r)
{
	const struct seep__slice *history = slice_of(r, SEEP__ZEEK_HISTORY);
	struct seep_flow *flow = &r->record->flow;

	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = SEEP_OPENER_BY_FIRST;
	if (flow->protocol != 6)
		return;
	flow->opener_basis = SEEP_OPENER_BY_SYN;
	if (history_has(history, 'S') || history_has(history, 'h'))
		return;
	if (history_has(history, 's') || history_has(history, 'H')) {
		flow->opener = SEEP_OPENER_RESP;
		return;
	}
	if ((history->kind != SEEP__SLICE_TEXT || history->size == 0) &&
	    state_needs_syn(slice_of(r, SEEP__ZEEK_STATE)))
		return;
	flow->opener = SEEP_OPENER_UNKNOWN;
	flow->opener_basis = SEEP_OPENER_BY_NOTHING;
}

/*
 * link_could() says whether the link carries 'bytes' within the flow's
 * duration. Exact up to one byte; saturates instead of overflowing.
 */
static int
link_could(const struct seep_flow *flow, uint64_t bits_per_s, uint64_t bytes)
{
	uint64_t ns = (uint64_t)(flow->end_ns - flow->start_ns);
	uint64_t seconds = ns / SEEP__NS_PER_S;
	uint64_t rate = bits_per_s / 8;
	uint64_t rest;

	assert(flow->end_ns >= flow->start_ns);
	if (rate != 0 && seconds >= UINT64_MAX / 4 / rate)
		return 1;
	ns %= SEEP__NS_PER_S;
	rest = rate / SEEP__NS_PER_S * ns +
	       rate % SEEP__NS_PER_S * ns / SEEP__NS_PER_S;
	return bytes <= rate * seconds + rest;
}

/* set_missed() believes the payload beyond the IP bytes, or refuses it. */
static void
set_missed(struct reading *r, const struct side *orig, const struct side *resp,
	   uint64_t missed_bytes, uint64_t link_bits_per_s)
{
	const struct seep__slice *history = slice_of(r, SEEP__ZEEK_HISTORY);
	struct seep_flow *flow = &r->record->flow;
	uint64_t excess = orig->excess + resp->excess;

	assert(orig->excess <= SEEP_FLOW_BYTES_MAX &&
	       resp->excess <= SEEP_FLOW_BYTES_MAX);
	if (excess == 0)
		return;
	if (history_has(history, 'S') && history_has(history, 'h') &&
	    missed_bytes >= excess &&
	    link_could(flow, link_bits_per_s, excess)) {
		flow->missed_orig = orig->excess;
		flow->missed_resp = resp->excess;
		return;
	}
	r->record->payload_refused = excess;
}

/* sent_payload() says whether a side of a TCP flow sent any payload. */
static int
sent_payload(const struct seep_flow *flow, const struct side *side,
	     uint64_t packets)
{
	uint64_t headers = seep_address_is_v4(&flow->orig) ? TCP_HEADERS_MAX_V4
							   : TCP_HEADERS_MAX_V6;

	assert(flow->protocol == 6);
	if (side->payload_set)
		return side->payload > 0;
	return packets > 0 && side->ip / packets > headers;
}

static void
set_direction(struct reading *r, const struct side *orig,
	      const struct side *resp)
{
	struct seep_flow *flow = &r->record->flow;
	int by_orig = flow->bytes_orig > 0 || flow->packets_orig > 0;
	int by_resp = flow->bytes_resp > 0 || flow->packets_resp > 0;

	r->record->carried = by_orig || by_resp;
	r->record->one_way = by_orig != by_resp;
	if (flow->protocol != 6)
		return;
	if ((!by_resp && sent_payload(flow, orig, flow->packets_orig)) ||
	    (!by_orig && sent_payload(flow, resp, flow->packets_resp)))
		flow->flags |= SEEP_FLOW_UNANSWERED;
}

/* is_tunnel_name() knows Zeek's analysers whose inner rows are logged. */
static int
is_tunnel_name(const char *name, size_t size)
{
	static const char *const tunnels[] = {"teredo", "vxlan", "geneve",
					      "gtpv1", "ayiya"};
	size_t i;

	for (i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
		if (strlen(tunnels[i]) == size &&
		    memcmp(tunnels[i], name, size) == 0)
			return 1;
	return 0;
}

/* lists_tunnel() looks at every name of "a,b,c". */
static int
lists_tunnel(const char *list, size_t size)
{
	const char *end = list + size, *comma;

	assert(list != NULL);
	for (; list < end; list = comma + 1) {
		comma = memchr(list, ',', (size_t)(end - list));
		if (comma == NULL)
			comma = end;
		if (is_tunnel_name(list, (size_t)(comma - list)))
			return 1;
	}
	return 0;
}

static void
set_name(struct reading *r)
{
	const struct seep__slice *s = slice_of(r, SEEP__ZEEK_SERVICE);
	struct seep__zeek_record *record = r->record;
	size_t size;

	assert(r->record->name_size == 0);
	if (s->kind != SEEP__SLICE_TEXT || s->size == 0)
		return;
	record->is_tunnel = (uint8_t)lists_tunnel(s->data, s->size);
	if (!r->row->json && memchr(s->data, '\\', s->size) != NULL) {
		size = seep__zeek_unescape(s->data, s->size, record->name,
					   SEEP__ZEEK_NAME_MAX);
	} else {
		size = s->size < SEEP__ZEEK_NAME_MAX ? s->size
						     : SEEP__ZEEK_NAME_MAX;
		memcpy(record->name, s->data, size);
	}
	record->name_size = (uint8_t)size;
}

static void
set_key(struct reading *r)
{
	const struct seep__slice *s = slice_of(r, SEEP__ZEEK_UID);

	if (s->kind == SEEP__SLICE_TEXT && s->size > 0)
		seep__zeek_key_uid(&r->record->key, s->data, s->size,
				   r->row->json);
	else
		seep__zeek_key_flow(&r->record->key, &r->record->flow);
}

/* read_rest() reads all but the bytes, which are known by now. */
static int
read_rest(struct reading *r)
{
	struct seep_flow *flow = &r->record->flow;

	if (r->row->truncated)
		return refuse(r, SEEP_REFUSED_TRUNCATED, SEEP__ZEEK_FIELDS,
			      "the last row is cut");
	return read_time(r, &flow->start_ns) && read_end(r) &&
	       read_address(r, SEEP__ZEEK_ORIG_H, &flow->orig) &&
	       read_address(r, SEEP__ZEEK_RESP_H, &flow->resp) &&
	       read_protocol(r) &&
	       read_port(r, SEEP__ZEEK_ORIG_P, &flow->port_orig) &&
	       read_port(r, SEEP__ZEEK_RESP_P, &flow->port_resp) &&
	       read_packets(r, SEEP__ZEEK_ORIG_PKTS, &flow->packets_orig) &&
	       read_packets(r, SEEP__ZEEK_RESP_PKTS, &flow->packets_resp);
}

int
seep__zeek_row_read(const struct seep__zeek_row *row,
		    const struct seep__zeek_rules *rules,
		    struct seep__zeek_record *record,
		    struct seep__zeek_fault *fault)
{
	struct reading r = {.row = row, .record = record, .fault = fault};
	struct seep_flow *flow = &record->flow;
	struct side orig, resp;
	uint64_t missed;
	int set;

	assert(row != NULL && rules != NULL);
	memset(record, 0, sizeof(*record));
	memset(fault, 0, sizeof(*fault));
	if (!read_side(&r, SEEP__ZEEK_ORIG_BYTES, SEEP__ZEEK_ORIG_IP_BYTES,
		       &orig) ||
	    !read_side(&r, SEEP__ZEEK_RESP_BYTES, SEEP__ZEEK_RESP_IP_BYTES,
		       &resp))
		return 0;
	flow->bytes_orig = orig.bytes;
	flow->bytes_resp = resp.bytes;
	if (!read_rest(&r) ||
	    !read_count(&r, SEEP__ZEEK_MISSED, &missed, &set)) {
		fault->bytes = orig.bytes + resp.bytes;
		return 0;
	}
	flow->sensor = rules->sensor;
	flow->flags |= SEEP_FLOW_RECORDED;
	set_opener(&r);
	set_missed(&r, &orig, &resp, missed, rules->link_bits_per_s);
	set_direction(&r, &orig, &resp);
	set_name(&r);
	set_key(&r);
	return 1;
}

int
seep__zeek_row_asker(const struct seep__zeek_row *row, int64_t *time_ns,
		     struct seep_address *orig, uint64_t *port,
		     struct seep__zeek_fault *fault)
{
	struct reading r = {.row = row, .fault = fault};
	int set;

	memset(fault, 0, sizeof(*fault));
	return read_time(&r, time_ns) &&
	       read_address(&r, SEEP__ZEEK_ORIG_H, orig) &&
	       read_count(&r, SEEP__ZEEK_RESP_P, port, &set);
}

int
seep__zeek_row_is_conn(const struct seep__zeek_row *row)
{
	static const enum seep__zeek_field own[] = {
	    SEEP__ZEEK_ORIG_IP_BYTES, SEEP__ZEEK_RESP_IP_BYTES,
	    SEEP__ZEEK_ORIG_BYTES,    SEEP__ZEEK_RESP_BYTES,
	    SEEP__ZEEK_ORIG_PKTS,     SEEP__ZEEK_STATE,
	    SEEP__ZEEK_HISTORY};
	size_t i;

	assert(row != NULL);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (row->field[own[i]].kind != SEEP__SLICE_UNSET)
			return 1;
	return 0;
}
