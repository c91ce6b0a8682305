/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/json.h"

#include <string.h>

#define DEPTH_MAX 32

struct reader {
	const char *at;
	const char *end;
	char open[DEPTH_MAX]; /* brackets */
	size_t depth;
};

static int
is_next(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return 0;
	r->at++;
	return 1;
}

/* Bytes of a UTF-8 sequence, 0 if there is none (Unicode 15, table 3-7). */
static size_t
utf8_size(const struct reader *r)
{
	const unsigned char *p = (const unsigned char *)r->at;
	const size_t size = p[0] < 0x80   ? 1
			    : p[0] < 0xe0 ? 2
			    : p[0] < 0xf0 ? 3
					  : 4;

	if (p[0] < 0x20 || p[0] == 0x7f || (p[0] >= 0x80 && p[0] < 0xc2) ||
	    p[0] > 0xf4 || (size_t)(r->end - r->at) < size)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* No overlong form, no surrogate, nothing beyond U+10FFFF, no C1
	 * control. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ||
	    (p[0] == 0xc2 && p[1] < 0xa0))
		return 0;
	return size;
}

static int
skip_escape(struct reader *r)
{
	if (r->at == r->end)
		return 0;
	if (*r->at != 'u')
		return strchr("\"\\/bfnrt", *r->at++) != NULL;
	r->at++;
	for (int i = 0; i < 4; i++, r->at++)
		if (r->at == r->end || *r->at == '\0' ||
		    strchr("0123456789abcdefABCDEF", *r->at) == NULL)
			return 0;
	return 1;
}

static int
skip_string(struct reader *r)
{
	size_t size;

	if (!is_next(r, '"'))
		return 0;
	while (r->at < r->end && *r->at != '"') {
		if (is_next(r, '\\')) {
			if (!skip_escape(r))
				return 0;
			continue;
		}
		size = utf8_size(r);
		if (size == 0)
			return 0;
		r->at += size;
	}
	return is_next(r, '"');
}

static int
skip_digits(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > from;
}

static int
skip_number(struct reader *r)
{
	is_next(r, '-');
	if (!is_next(r, '0') && !skip_digits(r))
		return 0;
	if (is_next(r, '.') && !skip_digits(r))
		return 0;
	if (!is_next(r, 'e') && !is_next(r, 'E'))
		return 1;
	if (!is_next(r, '-'))
		is_next(r, '+');
	return skip_digits(r);
}

static int
skip_word(struct reader *r, const char *word)
{
	const size_t size = strlen(word);

	if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
		return 0;
	r->at += size;
	return 1;
}

static int
open_bracket(struct reader *r)
{
	if (r->depth == DEPTH_MAX)
		return 0;
	r->open[r->depth++] = *r->at++;
	return 1;
}

static int
skip_key(struct reader *r)
{
	return skip_string(r) && is_next(r, ':');
}

/* After a value: closes what ends, and goes to the next one. 0 = wrong. */
static int
go_on(struct reader *r)
{
	while (r->depth > 0) {
		const char open = r->open[r->depth - 1];

		if (is_next(r, ','))
			return open == '[' || skip_key(r);
		if (!is_next(r, open == '[' ? ']' : '}'))
			return 0;
		r->depth--;
	}
	return 1;
}

/* A value, or the first one in a bracket; an empty bracket is a value. */
static int
read_value(struct reader *r)
{
	while (r->at < r->end && (*r->at == '{' || *r->at == '[')) {
		const char open = *r->at;

		if (!open_bracket(r))
			return 0;
		if (is_next(r, open == '[' ? ']' : '}')) {
			r->depth--;
			return 1;
		}
		if (open == '{' && !skip_key(r))
			return 0;
	}
	if (r->at < r->end && *r->at == '"')
		return skip_string(r);
	return skip_word(r, "true") || skip_word(r, "false") ||
	       skip_word(r, "null") || skip_number(r);
}

int
fuzz_is_json(const char *text, size_t size)
{
	struct reader r = {.at = text, .end = text + size};

	if (size == 0 || text[0] != '{')
		return 0;
	do
		if (!read_value(&r) || !go_on(&r))
			return 0;
	while (r.depth > 0);
	return r.at == r.end;
}
