/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/jsonw.h"

#include <assert.h>
#include <string.h>

#include "report/sink.h"

static const char hex_digits[] = "0123456789abcdef";

static void
put_escaped(struct seep__text *text, const char *value)
{
	assert(text != NULL);
	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\') {
			seep__text_char(text, '\\');
			seep__text_char(text, *p);
		} else if (c < 0x20 || c > 0x7e) {
			seep__text_str(text, "\\u00");
			seep__text_char(text, hex_digits[c >> 4]);
			seep__text_char(text, hex_digits[c & 15]);
		} else {
			seep__text_char(text, *p);
		}
	}
}

static void
put_key(struct seep__jsonw *json, const char *key)
{
	assert(json != NULL);
	if (json->comma)
		seep__text_char(json->text, ',');
	json->comma = 1;
	if (key == NULL)
		return;
	seep__text_char(json->text, '"');
	seep__text_str(json->text, key);
	seep__text_str(json->text, "\":");
}

void
seep__jsonw_init(struct seep__jsonw *json, struct seep__text *text)
{
	assert(json != NULL);
	assert(text != NULL);
	json->text = text;
	json->comma = 0;
}

void
seep__jsonw_open(struct seep__jsonw *json, const char *key, char bracket)
{
	assert(bracket == '{' || bracket == '[');
	put_key(json, key);
	seep__text_char(json->text, bracket);
	json->comma = 0;
}

void
seep__jsonw_close(struct seep__jsonw *json, char bracket)
{
	assert(bracket == '}' || bracket == ']');
	seep__text_char(json->text, bracket);
	json->comma = 1;
}

void
seep__jsonw_string(struct seep__jsonw *json, const char *key, const char *value)
{
	assert(json != NULL);
	put_key(json, key);
	if (value == NULL) {
		seep__text_str(json->text, "null");
		return;
	}
	seep__text_char(json->text, '"');
	put_escaped(json->text, value);
	seep__text_char(json->text, '"');
}

void
seep__jsonw_u64(struct seep__jsonw *json, const char *key, uint64_t value)
{
	assert(json != NULL);
	put_key(json, key);
	if (value == UINT64_MAX)
		seep__text_str(json->text, "null");
	else
		seep__text_u64(json->text, value);
}

void
seep__jsonw_scaled(struct seep__jsonw *json, const char *key, uint64_t value,
		   unsigned digits)
{
	assert(json != NULL);
	put_key(json, key);
	if (value == UINT64_MAX)
		seep__text_str(json->text, "null");
	else
		seep__text_scaled(json->text, value, digits);
}

void
seep__jsonw_short(struct seep__jsonw *json, const char *key, uint64_t value,
		  unsigned digits)
{
	assert(json != NULL);
	while (value != UINT64_MAX && digits > 0 && value % 10 == 0) {
		value /= 10;
		digits--;
	}
	if (digits == 0)
		seep__jsonw_u64(json, key, value);
	else
		seep__jsonw_scaled(json, key, value, digits);
}

void
seep__jsonw_bool(struct seep__jsonw *json, const char *key, int value)
{
	put_key(json, key);
	seep__text_str(json->text, value ? "true" : "false");
}

void
seep__jsonw_time(struct seep__jsonw *json, const char *key, int64_t time_ns)
{
	assert(json != NULL);
	put_key(json, key);
	if (time_ns == INT64_MIN || time_ns == INT64_MAX) {
		seep__text_str(json->text, "null");
		return;
	}
	seep__text_char(json->text, '"');
	seep__text_time(json->text, time_ns);
	seep__text_char(json->text, '"');
}

void
seep__jsonw_address(struct seep__jsonw *json, const char *key,
		    const struct seep_address *address)
{
	assert(json != NULL);
	put_key(json, key);
	seep__text_char(json->text, '"');
	seep__text_address(json->text, address);
	seep__text_char(json->text, '"');
}

void
seep__jsonw_host(struct seep__jsonw *json, const char *key,
		 const struct seep_network *host)
{
	assert(json != NULL);
	put_key(json, key);
	seep__text_char(json->text, '"');
	seep__report_host(json->text, host);
	seep__text_char(json->text, '"');
}

void
seep__jsonw_service(struct seep__jsonw *json, const char *key, uint8_t protocol,
		    uint32_t port)
{
	char name[SEEP_SERVICE_TEXT_SIZE];

	seep_service_name(protocol, port, name);
	seep__jsonw_string(json, key, name);
}
