/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jsonw.h - write one JSON value after the other, commas included.
 *
 * Output is ASCII (RFC 8259): control characters and bytes over 0x7e are
 * written as \u00XX, each byte by itself, because a label is bytes from the
 * network and need not be UTF-8.
 *
 * 'key' is NULL inside an array.
 */
#ifndef SEEP_REPORT_JSONW_H
#define SEEP_REPORT_JSONW_H

#include <stdint.h>

#include "base/text.h"

struct seep__jsonw {
	struct seep__text *text;
	int comma; /* the next value needs one before it */
};

void
seep__jsonw_init(struct seep__jsonw *json, struct seep__text *text);

/* seep__jsonw_open() writes '{' or '['; _close() '}' or ']'. */
void
seep__jsonw_open(struct seep__jsonw *json, const char *key, char bracket);

void
seep__jsonw_close(struct seep__jsonw *json, char bracket);

/* seep__jsonw_string() writes a string; NULL is written as null. */
void
seep__jsonw_string(struct seep__jsonw *json, const char *key,
		   const char *value);

/* seep__jsonw_u64() writes an integer; UINT64_MAX, "unknown", as null. */
void
seep__jsonw_u64(struct seep__jsonw *json, const char *key, uint64_t value);

/* seep__jsonw_scaled() writes value / 10^digits, every digit; UINT64_MAX as
 * null. */
void
seep__jsonw_scaled(struct seep__jsonw *json, const char *key, uint64_t value,
		   unsigned digits);

/* seep__jsonw_short() is like _scaled(), without zeros at the end. */
void
seep__jsonw_short(struct seep__jsonw *json, const char *key, uint64_t value,
		  unsigned digits);

void
seep__jsonw_bool(struct seep__jsonw *json, const char *key, int value);

/* seep__jsonw_time() writes ISO 8601 in UTC; INT64_MIN and INT64_MAX, "there
 * was none", as null. */
void
seep__jsonw_time(struct seep__jsonw *json, const char *key, int64_t time_ns);

void
seep__jsonw_address(struct seep__jsonw *json, const char *key,
		    const struct seep_address *address);

/* seep__jsonw_host() writes a network, or one address if it is a host. */
void
seep__jsonw_host(struct seep__jsonw *json, const char *key,
		 const struct seep_network *host);

/* seep__jsonw_service() writes "tcp/445". */
void
seep__jsonw_service(struct seep__jsonw *json, const char *key, uint8_t protocol,
		    uint32_t port);

#endif
