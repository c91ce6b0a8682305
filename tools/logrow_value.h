/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * logrow_value.h - what a field of a new row holds.
 */
#ifndef SEEP_TOOLS_LOGROW_VALUE_H
#define SEEP_TOOLS_LOGROW_VALUE_H

#include "logrow.h"

enum value_kind {
	VALUE_UNSET = 0,
	VALUE_STRING, /* printable ASCII without quotes or backslashes */
	VALUE_NUMBER,
	VALUE_BOOL /* "T" or "F" */
};

struct value {
	enum value_kind kind;
	char text[272]; /* a domain name has 253 characters */
};

/* How times are written. */
enum time_style { TIME_SECONDS = 0, TIME_MILLIS, TIME_ISO };

/*
 * value_of() works out the field 'name'.
 *
 * 'has_ip_bytes'  the log has *_ip_bytes; without them a reader takes the
 *                 payload for all, and so the payload field holds all.
 *
 * Returns 1, or 0 when it is not known here: the pattern's value stands.
 */
int
value_of(const struct logrow *row, const char *name, size_t name_size,
	 enum time_style style, int has_ip_bytes, struct value *value);

#endif
