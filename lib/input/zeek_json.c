/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_json.h"

#include <assert.h>
#include <string.h>

/* A scan: where it is; 'why' is set by what fails, and then sticks. */
struct scan {
	struct seep__zeek_json *json;
	const char *at;
	const char *end;
	const char *why;
};

/* What a value turned out to be. */
struct value {
	const char *data;
	size_t size;
	uint8_t kind; /* enum seep__slice_kind */
};

void
seep__zeek_json_init(struct seep__zeek_json *json, struct seep__mem *mem)
{
	assert(json != NULL && mem != NULL);
	memset(json, 0, sizeof(*json));
	json->mem = mem;
}

void
seep__zeek_json_clear(struct seep__zeek_json *json)
{
	if (json->scratch != NULL)
		seep__mem_put(json->mem, json->scratch, json->room);
	json->scratch = NULL;
	json->room = json->used = 0;
}

static int
fail(struct scan *s, const char *why)
{
	assert(why != NULL);
	if (s->why == NULL)
		s->why = why;
	return 0;
}

static void
skip_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' ||
				  *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

/* take() moves over one character if it is there. */
static int
take(struct scan *s, char c)
{
	assert(s->at <= s->end);
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return 0;
	s->at++;
	return 1;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* read_hex4() reads the digits of \uXXXX; -1 when they are none. */
static int32_t
read_hex4(const char *at, const char *end)
{
	assert(at <= end);
	int32_t code = 0;
	int i, digit;

	if (end - at < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		digit = hex_digit(at[i]);
		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* scan_escape() checks the escape at 's->at', behind its backslash. */
static int
scan_escape(struct scan *s)
{
	assert(s->at <= s->end);
	if (s->at == s->end)
		return fail(s, "a string without an end");
	if (*s->at == 'u') {
		if (read_hex4(s->at + 1, s->end) < 0)
			return fail(s, "a bad \\u escape");
		s->at += 5;
		return 1;
	}
	if (*s->at == '\0' || strchr("\"\\/bfnrt", *s->at) == NULL)
		return fail(s, "a bad escape");
	s->at++;
	return 1;
}

/*
 * scan_string() moves over a string, its first quote already taken;
 * 'escaped' tells whether it must be unescaped to be read.
 */
static int
scan_string(struct scan *s, const char **data, size_t *size, int *escaped)
{
	*data = s->at;
	*escaped = 0;
	for (; s->at < s->end && *s->at != '"';) {
		if ((unsigned char)*s->at < 0x20)
			return fail(s, "a control character in a string");
		if (*s->at++ != '\\')
			continue;
		*escaped = 1;
		if (!scan_escape(s))
			return 0;
	}
	if (s->at == s->end)
		return fail(s, "a string without an end");
	*size = (size_t)(s->at - *data);
	s->at++;
	return 1;
}

/* put_utf8() writes a code point; a lone surrogate becomes U+FFFD. */
static size_t
put_utf8(char *out, uint32_t code)
{
	assert(code <= 0x10ffff);
	if (code >= 0xd800 && code <= 0xdfff)
		code = 0xfffd;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* unescape_u() writes the \u escape whose digits start at '*at', joining a
 * surrogate pair; the escape was checked by scan_string(). */
static size_t
unescape_u(const char **at, const char *end, char *out)
{
	uint32_t code = (uint32_t)read_hex4(*at, end);
	int32_t low;

	*at += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 &&
	    (*at)[0] == '\\' && (*at)[1] == 'u') {
		low = read_hex4(*at + 2, end);
		if (low >= 0xdc00 && low <= 0xdfff) {
			code = 0x10000 + ((code - 0xd800) << 10) +
			       ((uint32_t)low - 0xdc00);
			*at += 6;
		}
	}
	return put_utf8(out, code);
}

/*
 * unescape() writes a checked string to the scratch buffer. Every escape is
 * at least as long as what it stands for, so the line's size bounds it.
 */
static void
unescape(struct seep__zeek_json *json, const char *at, size_t size)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *end = at + size, *known;
	char *out = json->scratch + json->used;

	assert(json->room - json->used >= size);
	while (at < end) {
		if (*at != '\\') {
			*out++ = *at++;
			continue;
		}
		at++;
		if (*at == 'u') {
			at++;
			out += unescape_u(&at, end, out);
			continue;
		}
		known = strchr(from, *at);
		*out++ = known != NULL ? to[known - from] : *at;
		at++;
	}
	json->used = (size_t)(out - json->scratch);
	assert(json->used <= json->room);
}

/* take_string() reads a string, unescaped where that is needed. */
static int
take_string(struct scan *s, const char **data, size_t *size)
{
	size_t from = s->json->used;
	int escaped;

	if (!scan_string(s, data, size, &escaped))
		return 0;
	if (escaped) {
		unescape(s->json, *data, *size);
		*data = s->json->scratch + from;
		*size = s->json->used - from;
	}
	return 1;
}

static size_t
digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - from);
}

/* scan_number() checks RFC 8259's grammar of numbers. */
static int
scan_number(struct scan *s)
{
	const char *from;

	assert(s->at < s->end);
	if (*s->at == '-')
		s->at++;
	from = s->at;
	if (digits(s) == 0 || (*from == '0' && s->at - from > 1))
		return fail(s, "a bad number");
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (digits(s) == 0)
			return fail(s, "a bad number");
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (digits(s) == 0)
			return fail(s, "a bad number");
	}
	return 1;
}

static int
take_word(struct scan *s, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(s->end - s->at) < size || memcmp(s->at, word, size) != 0)
		return fail(s, "a bad value");
	s->at += size;
	return 1;
}

/* scan_plain() moves over a value that is no array and no object. */
static int
scan_plain(struct scan *s, struct value *v)
{
	v->kind = SEEP__SLICE_WRONG;
	v->data = s->at;
	v->size = 0;
	if (s->at == s->end)
		return fail(s, "no value");
	switch (*s->at) {
	case '"':
		s->at++;
		v->kind = SEEP__SLICE_TEXT;
		return take_string(s, &v->data, &v->size);
	case 't':
		return take_word(s, "true");
	case 'f':
		return take_word(s, "false");
	case 'n':
		v->kind = SEEP__SLICE_UNSET;
		return take_word(s, "null");
	default:
		v->kind = SEEP__SLICE_TEXT;
		if (!scan_number(s))
			return 0;
		v->size = (size_t)(s->at - v->data);
		return 1;
	}
}

/* The brackets that are open: a bit each, 1 = object, lowest innermost. */
struct nest {
	uint64_t objects;
	unsigned depth;
};

static int
open_bracket(struct scan *s, struct nest *nest, int object)
{
	assert(s->at < s->end);
	if (nest->depth == SEEP__ZEEK_JSON_DEPTH)
		return fail(s, "nested too deep");
	nest->objects = nest->objects << 1 | (unsigned)object;
	nest->depth++;
	s->at++;
	return 1;
}

static void
close_bracket(struct scan *s, struct nest *nest)
{
	assert(nest->depth > 0 && s->at < s->end);
	nest->objects >>= 1;
	nest->depth--;
	s->at++;
}

static char
closing(const struct nest *nest)
{
	assert(nest->depth > 0);
	return nest->objects & 1 ? '}' : ']';
}

/* take_key() reads "key" and the colon. */
static int
take_key(struct scan *s, const char **data, size_t *size)
{
	if (!take(s, '"'))
		return fail(s, "a key was expected");
	if (!take_string(s, data, size))
		return 0;
	return take(s, ':') || fail(s, "':' was expected");
}

/* close_all() closes what ends here and stops before the next element. */
static int
close_all(struct scan *s, struct nest *nest)
{
	while (nest->depth > 0) {
		skip_space(s);
		if (s->at < s->end && *s->at == closing(nest)) {
			close_bracket(s, nest);
			continue;
		}
		return take(s, ',') || fail(s, "',' was expected");
	}
	return 1;
}

/*
 * skip_nested() checks and skips an array or object without recursion. A
 * turn of the loop is one element: its key, its value or opening bracket,
 * and the closing brackets behind it.
 */
static int
skip_nested(struct scan *s)
{
	size_t used = s->json->used;
	struct nest nest = {0, 0};
	struct value v;
	const char *key;
	size_t size;

	do {
		skip_space(s);
		if (nest.depth > 0 && (nest.objects & 1) &&
		    !take_key(s, &key, &size))
			return 0;
		skip_space(s);
		if (s->at < s->end && (*s->at == '{' || *s->at == '[')) {
			if (!open_bracket(s, &nest, *s->at == '{'))
				return 0;
			skip_space(s);
			if (s->at == s->end || *s->at != closing(&nest))
				continue;
		} else if (!scan_plain(s, &v)) {
			return 0;
		}
		if (!close_all(s, &nest))
			return 0;
	} while (nest.depth > 0);
	s->json->used = used;
	return 1;
}

/*
 * take_list() joins an array of strings with commas in the scratch buffer:
 * tunnel_parents. Quotes and commas of the input make room for the commas.
 */
static int
take_list(struct scan *s, struct value *v)
{
	struct seep__zeek_json *json = s->json;
	size_t from = json->used, size;
	const char *data;
	int escaped;

	assert(v != NULL);
	v->kind = SEEP__SLICE_TEXT;
	if (!take(s, ']')) {
		do {
			if (!take(s, '"'))
				return fail(s, "not a list of strings");
			if (!scan_string(s, &data, &size, &escaped))
				return 0;
			unescape(json, data, size);
			json->scratch[json->used++] = ',';
		} while (take(s, ','));
		if (!take(s, ']'))
			return fail(s, "',' was expected");
	}
	v->data = json->scratch + from;
	v->size = json->used - from;
	return 1;
}

static int
take_value(struct scan *s, enum seep__zeek_field field, struct value *v)
{
	skip_space(s);
	if (s->at == s->end || (*s->at != '{' && *s->at != '['))
		return scan_plain(s, v);
	if (field == SEEP__ZEEK_PARENTS && *s->at == '[') {
		s->at++;
		return take_list(s, v);
	}
	v->kind = SEEP__SLICE_WRONG;
	v->data = s->at;
	v->size = 0;
	return skip_nested(s);
}

/* field_of() knows a key; inside "id", orig_h stands for id.orig_h. */
static enum seep__zeek_field
field_of(const char *key, size_t size, int in_id, unsigned hint)
{
	char full[16] = "id.";

	assert(key != NULL || size == 0);
	if (!in_id)
		return seep__zeek_field_find(key, size, hint);
	if (size > sizeof(full) - 3)
		return SEEP__ZEEK_FIELDS;
	memcpy(full + 3, key, size);
	return seep__zeek_field_find(full, size + 3, hint);
}

static int
is_id(const char *key, size_t size)
{
	return size == 2 && key[0] == 'i' && key[1] == 'd';
}

/*
 * scan_member() reads one member of the row or of its "id". Returns 0 on
 * failure; '*in_id' becomes 1 when the member opens "id".
 */
static int
scan_member(struct scan *s, struct seep__zeek_row *row, unsigned *hint,
	    int *in_id)
{
	enum seep__zeek_field field;
	struct value v;
	const char *key;
	size_t size;

	assert(hint != NULL && in_id != NULL);
	if (!take_key(s, &key, &size))
		return 0;
	if (!*in_id && is_id(key, size) && take(s, '{')) {
		*in_id = 1;
		return 1;
	}
	field = field_of(key, size, *in_id, *hint);
	if (!take_value(s, field, &v))
		return 0;
	if (field == SEEP__ZEEK_FIELDS)
		return 1;
	row->field[field].data = v.data;
	row->field[field].size = (uint32_t)v.size;
	row->field[field].kind = v.kind;
	*hint = (unsigned)field + 1;
	return 1;
}

/*
 * scan_row() reads the members of the row and of its "id" in one loop:
 * 'first' is whether an object was just opened, where '}' may follow.
 */
static int
scan_row(struct scan *s, struct seep__zeek_row *row)
{
	unsigned hint = 0;
	int in_id = 0, first = 1, was_in_id;

	if (!take(s, '{'))
		return fail(s, "not a JSON object");
	for (;;) {
		if (first && take(s, '}')) {
			if (!in_id)
				return 1;
			in_id = first = 0;
		} else {
			was_in_id = in_id;
			if (!scan_member(s, row, &hint, &in_id))
				return 0;
			first = in_id && !was_in_id;
			if (first)
				continue;
		}
		if (in_id && take(s, '}'))
			in_id = 0;
		if (take(s, ','))
			continue;
		if (in_id || !take(s, '}'))
			return fail(s, "',' or '}' was expected");
		return 1;
	}
}

/* make_room(): nothing that is written is longer than its line. */
static int
make_room(struct seep__zeek_json *json, size_t size)
{
	json->used = 0;
	return seep__mem_grow(json->mem, (void **)&json->scratch, &json->room,
			      size + 1, 1);
}

int
seep__zeek_json_row(struct seep__zeek_json *json, const char *line, size_t size,
		    struct seep__zeek_row *row, const char **why)
{
	struct scan s = {json, line, line + size, NULL};
	int status;

	assert(json != NULL && row != NULL && why != NULL);
	memset(row, 0, sizeof(*row));
	row->json = 1;
	row->set_separator = ',';
	status = make_room(json, size);
	if (status != SEEP_OK)
		return status;
	if (scan_row(&s, row)) {
		skip_space(&s);
		if (s.at == s.end)
			return SEEP_OK;
		(void)fail(&s, "text behind the object");
	}
	*why = s.why;
	return SEEP_EFORMAT;
}
