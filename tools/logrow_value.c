/* SPDX-License-Identifier: BSD-3-Clause */
#include "logrow_value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

/* struct asking: what value_of() was asked, for the writers below. */
struct asking {
	const struct logrow *row;
	const struct seep_flow *flow;
	enum time_style style;
	int has_ip_bytes;
	struct value *value;
};

static void
set(const struct asking *asking, enum value_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
set(const struct asking *asking, enum value_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(asking->value->text, sizeof(asking->value->text), format,
		  args);
	va_end(args);
	asking->value->kind = kind;
}

static void
set_number(const struct asking *asking, uint64_t number)
{
	set(asking, VALUE_NUMBER, "%" PRIu64, number);
}

static void
set_bool(const struct asking *asking, int is_true)
{
	set(asking, VALUE_BOOL, "%s", is_true ? "T" : "F");
}

static void
set_time(const struct asking *asking, int64_t time_ns)
{
	const int64_t seconds = time_ns / NS_PER_S;
	const int64_t us = time_ns % NS_PER_S / 1000;
	const time_t when = (time_t)seconds;
	struct tm utc;

	assert(time_ns >= 0);
	if (asking->style == TIME_MILLIS) {
		set(asking, VALUE_NUMBER, "%" PRId64 ".%03" PRId64,
		    seconds * 1000 + us / 1000, us % 1000);
	} else if (asking->style == TIME_SECONDS) {
		set(asking, VALUE_NUMBER, "%" PRId64 ".%06" PRId64, seconds,
		    us);
	} else if (gmtime_r(&when, &utc) != NULL) {
		set(asking, VALUE_STRING, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
		    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
		    utc.tm_hour, utc.tm_min, utc.tm_sec, (int)us);
	}
}

static void
set_length(const struct asking *asking)
{
	const int64_t length_ns = asking->flow->end_ns - asking->flow->start_ns;

	set(asking, VALUE_NUMBER, "%" PRId64 ".%06" PRId64,
	    length_ns / NS_PER_S, length_ns % NS_PER_S / 1000);
}

static void
set_address(const struct asking *asking, const struct seep_address *address)
{
	char text[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_format(address, text);
	set(asking, VALUE_STRING, "%s", text);
}

static int
is_icmp(const struct seep_flow *flow)
{
	return flow->protocol == 1 || flow->protocol == 58;
}

static const char *
protocol_name(const struct seep_flow *flow)
{
	switch (flow->protocol) {
	case 6:
		return "tcp";
	case 17:
		return "udp";
	case 1:
	case 58:
		return "icmp";
	case 132:
		return "sctp";
	default:
		return "unknown_transport";
	}
}

static uint64_t
payload_of(const struct asking *asking, uint64_t bytes, uint64_t packets)
{
	const struct seep_flow *flow = asking->flow;
	const uint64_t ip = seep_address_is_v4(&flow->orig) ? 20 : 40;
	const uint64_t headers =
	    packets * (ip + (flow->protocol == 6 ? 20 : 8));

	if (!asking->has_ip_bytes)
		return bytes;
	return bytes > headers ? bytes - headers : 0;
}

/* Zeek writes ICMP's type and code where ports stand. */
static void
set_port(const struct asking *asking, int is_resp)
{
	const struct seep_flow *flow = asking->flow;

	if (flow->protocol == 1)
		set_number(asking, is_resp ? 0 : 8);
	else if (flow->protocol == 58)
		set_number(asking, is_resp ? 129 : 128);
	else
		set_number(asking, is_resp ? flow->port_resp : flow->port_orig);
}

static void
set_history(const struct asking *asking)
{
	const uint8_t protocol = asking->flow->protocol;

	if (protocol == 6)
		set(asking, VALUE_STRING, "ShADadFf");
	else if (protocol == 17)
		set(asking, VALUE_STRING, "Dd");
}

/* Fields of every log. */
static int
set_common(const struct asking *asking, const char *name)
{
	const struct logrow *row = asking->row;
	const struct seep_flow *flow = asking->flow;

	if (strcmp(name, "ts") == 0)
		set_time(asking, flow->start_ns);
	else if (strcmp(name, "_write_ts") == 0)
		set_time(asking, flow->end_ns);
	else if (strcmp(name, "uid") == 0)
		set(asking, VALUE_STRING, "%s", row->uid);
	else if (strcmp(name, "id.orig_h") == 0)
		set_address(asking, &flow->orig);
	else if (strcmp(name, "id.resp_h") == 0)
		set_address(asking, row->is_dns ? &row->asked : &flow->resp);
	else if (strcmp(name, "id.orig_p") == 0)
		set_port(asking, 0);
	else if (strcmp(name, "id.resp_p") == 0)
		set_port(asking, 1);
	else if (strcmp(name, "proto") == 0)
		set(asking, VALUE_STRING, "%s", protocol_name(flow));
	else
		return strcmp(name, "community_id") == 0;
	return 1;
}

static int
set_conn_counts(const struct asking *asking, const char *name)
{
	const struct seep_flow *flow = asking->flow;

	if (strcmp(name, "orig_bytes") == 0)
		set_number(asking, payload_of(asking, flow->bytes_orig,
					      flow->packets_orig));
	else if (strcmp(name, "resp_bytes") == 0)
		set_number(asking, payload_of(asking, flow->bytes_resp,
					      flow->packets_resp));
	else if (strcmp(name, "orig_ip_bytes") == 0)
		set_number(asking, flow->bytes_orig);
	else if (strcmp(name, "resp_ip_bytes") == 0)
		set_number(asking, flow->bytes_resp);
	else if (strcmp(name, "orig_pkts") == 0)
		set_number(asking, flow->packets_orig);
	else if (strcmp(name, "resp_pkts") == 0)
		set_number(asking, flow->packets_resp);
	else if (strcmp(name, "missed_bytes") == 0)
		set_number(asking, 0);
	else
		return 0;
	return 1;
}

static int
set_conn(const struct asking *asking, const char *name)
{
	const struct seep_flow *flow = asking->flow;

	if (set_conn_counts(asking, name))
		return 1;
	if (strcmp(name, "service") == 0) {
		if (flow->name_size > 0)
			set(asking, VALUE_STRING, "%s", flow->name.text);
	} else if (strcmp(name, "duration") == 0) {
		set_length(asking);
	} else if (strcmp(name, "conn_state") == 0) {
		set(asking, VALUE_STRING, "%s", is_icmp(flow) ? "OTH" : "SF");
	} else if (strcmp(name, "history") == 0) {
		set_history(asking);
	} else if (strcmp(name, "local_orig") == 0) {
		set_bool(asking, asking->row->local_orig);
	} else if (strcmp(name, "local_resp") == 0) {
		set_bool(asking, asking->row->local_resp);
	} else if (strcmp(name, "ip_proto") == 0) {
		set_number(asking, flow->protocol);
	} else {
		return 0;
	}
	return 1;
}

/* Constant fields of a question of type TXT that had an answer. */
static int
set_dns_constant(const struct asking *asking, const char *name)
{
	static const struct {
		const char *name;
		enum value_kind kind;
		const char *text;
	} constants[] = {
	    {"qclass", VALUE_NUMBER, "1"},
	    {"qclass_name", VALUE_STRING, "C_INTERNET"},
	    {"qtype", VALUE_NUMBER, "16"},
	    {"qtype_name", VALUE_STRING, "TXT"},
	    {"rcode", VALUE_NUMBER, "0"},
	    {"rcode_name", VALUE_STRING, "NOERROR"},
	    {"opcode", VALUE_NUMBER, "0"},
	    {"opcode_name", VALUE_STRING, "query"},
	    {"AA", VALUE_BOOL, "F"},
	    {"TC", VALUE_BOOL, "F"},
	    {"RD", VALUE_BOOL, "T"},
	    {"RA", VALUE_BOOL, "T"},
	    {"Z", VALUE_NUMBER, "0"},
	    {"rejected", VALUE_BOOL, "F"},
	    {"answers", VALUE_UNSET, ""},
	    {"TTLs", VALUE_UNSET, ""},
	};

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (strcmp(name, constants[i].name) != 0)
			continue;
		set(asking, constants[i].kind, "%s", constants[i].text);
		return 1;
	}
	return 0;
}

static int
set_dns(const struct asking *asking, const char *name)
{
	if (strcmp(name, "query") == 0)
		set(asking, VALUE_STRING, "%s", asking->row->query);
	else if (strcmp(name, "trans_id") == 0)
		set_number(asking, asking->row->trans_id);
	else if (strcmp(name, "rtt") == 0)
		set_length(asking);
	else
		return set_dns_constant(asking, name);
	return 1;
}

int
value_of(const struct logrow *row, const char *name, size_t name_size,
	 enum time_style style, int has_ip_bytes, struct value *value)
{
	const struct asking asking = {.row = row,
				      .flow = &row->flow,
				      .style = style,
				      .has_ip_bytes = has_ip_bytes,
				      .value = value};
	char word[32];

	assert(row != NULL);
	assert(value != NULL);
	value->kind = VALUE_UNSET;
	value->text[0] = '\0';
	if (name_size >= sizeof(word))
		return 0;
	memcpy(word, name, name_size);
	word[name_size] = '\0';
	if (set_common(&asking, word))
		return 1;
	return row->is_dns ? set_dns(&asking, word) : set_conn(&asking, word);
}
