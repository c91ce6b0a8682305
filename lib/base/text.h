/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * text.h - a growing text, numbers and times without a locale.
 *
 * A failed append leaves the text as it was and marks it as failed, so that
 * a writer may append a line and look once.
 */
#ifndef SEEP_BASE_TEXT_H
#define SEEP_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "base/mem.h"

struct seep__text {
	struct seep__mem *mem;
	char *data; /* always NUL-terminated once anything was added */
	size_t size;
	size_t room;
	int failed; /* SEEP_OK, or why an append failed */
};

/* seep__text_init() makes an empty text on 'mem', which must outlive it. */
void
seep__text_init(struct seep__text *text, struct seep__mem *mem);

/* seep__text_clear() empties it and gives its memory back. */
void
seep__text_clear(struct seep__text *text);

/* seep__text_reset() empties it, forgets a failure and keeps the room. */
void
seep__text_reset(struct seep__text *text);

/* seep__text_add(), _str(), _char(), _u64() append bytes (NUL included), a
 * string, one character, a decimal number. */
void
seep__text_add(struct seep__text *text, const char *data, size_t size);

void
seep__text_str(struct seep__text *text, const char *string);

void
seep__text_char(struct seep__text *text, char c);

void
seep__text_u64(struct seep__text *text, uint64_t value);

/*
 * seep__text_scaled() writes value / 10^digits with exactly 'digits' digits
 * after the point: (412, 1) gives "41.2". 'digits' <= 20.
 */
void
seep__text_scaled(struct seep__text *text, uint64_t value, unsigned digits);

/* seep__text_time() writes "2026-03-01T00:10:00Z"; whole seconds, floor. */
void
seep__text_time(struct seep__text *text, int64_t time_ns);

/* seep__text_address() and _network(): RFC 5952 text. */
void
seep__text_address(struct seep__text *text, const struct seep_address *address);

void
seep__text_network(struct seep__text *text, const struct seep_network *network);

/*
 * seep__text_bytes_si() writes a size for people: "2.67 GB", "999 B";
 * powers of 1000, three significant digits, cut, not rounded up.
 */
void
seep__text_bytes_si(struct seep__text *text, uint64_t bytes);

/*
 * seep__text_escaped() writes what came from the network or a file name:
 * printable ASCII as it is, every other byte and the backslash as \xHH.
 */
void
seep__text_escaped(struct seep__text *text, const char *data, size_t size);

#endif
