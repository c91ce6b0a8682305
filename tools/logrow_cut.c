/* SPDX-License-Identifier: BSD-3-Clause */
#include "logrow_cut.h"

#include <assert.h>
#include <string.h>

int
logrow_slice_is(struct logrow_slice slice, const char *text)
{
	return slice.size == strlen(text) &&
	       memcmp(slice.data, text, slice.size) == 0;
}

struct logrow_slice
logrow_find(const struct logrow_fields *fields, const char *name,
	    size_t name_size)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields->of[i].name_size == name_size &&
		    memcmp(fields->of[i].name, name, name_size) == 0)
			return (struct logrow_slice){fields->of[i].value,
						     fields->of[i].value_size};
	return (struct logrow_slice){NULL, 0};
}

struct logrow_slice
logrow_find_word(const struct logrow_fields *fields, const char *name)
{
	return logrow_find(fields, name, strlen(name));
}

/* The value of a JSON member: up to the comma or bracket that ends it. A
 * depth is enough, since only the outermost object is taken apart. */
static size_t
json_value_size(const char *p, size_t size)
{
	size_t depth = 0;
	int quoted = 0;

	for (size_t i = 0; i < size; i++) {
		if (quoted) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				quoted = 0;
		} else if (p[i] == '"') {
			quoted = 1;
		} else if (p[i] == '{' || p[i] == '[') {
			depth++;
		} else if (depth == 0 && (p[i] == ',' || p[i] == '}')) {
			return i;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	return size;
}

int
logrow_keep_field(struct logrow_fields *fields, struct logrow_slice name,
		  struct logrow_slice value)
{
	if (fields->count == LOGROW_FIELDS_MAX)
		return 0;
	fields->of[fields->count].name = name.data;
	fields->of[fields->count].name_size = name.size;
	fields->of[fields->count].value = value.data;
	fields->of[fields->count++].value_size = value.size;
	return 1;
}

static size_t
skip_blanks(const char *p, size_t size)
{
	size_t i = 0;

	while (i < size && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i;
}

/* One '"name":value'; returns its size, or 0 when it is none. */
static size_t
cut_member(struct logrow_fields *fields, const char *p, size_t size)
{
	size_t at = skip_blanks(p, size);
	struct logrow_slice name;
	struct logrow_slice value;
	const char *quote;

	if (at >= size || p[at++] != '"')
		return 0;
	quote = memchr(p + at, '"', size - at);
	if (quote == NULL)
		return 0;
	name = (struct logrow_slice){p + at, (size_t)(quote - p) - at};
	at += name.size + 1;
	at += skip_blanks(p + at, size - at);
	if (at >= size || p[at++] != ':')
		return 0;
	at += skip_blanks(p + at, size - at);
	value.data = p + at;
	value.size = json_value_size(p + at, size - at);
	return logrow_keep_field(fields, name, value) ? at + value.size : 0;
}

static int
cut_json(struct logrow_fields *fields, const char *line, size_t size)
{
	size_t at = 1;

	fields->count = 0;
	for (;;) {
		size_t used;

		if (at >= size)
			return 0;
		used = cut_member(fields, line + at, size - at);
		if (used == 0 || at + used >= size)
			return 0;
		at += used;
		if (line[at] == '}')
			return fields->count > 0;
		if (line[at++] != ',')
			return 0;
	}
}

static int
cut_tsv(const struct logrow_form *form, struct logrow_fields *fields,
	const char *line, size_t size)
{
	const struct logrow_fields *header = &form->header;
	size_t from = 0;

	fields->count = 0;
	for (size_t i = 0; i <= size; i++) {
		const size_t at = fields->count;

		if (i < size && line[i] != form->separator)
			continue;
		if (at == header->count)
			return 0;
		(void)logrow_keep_field(
		    fields,
		    (struct logrow_slice){header->of[at].name,
					  header->of[at].name_size},
		    (struct logrow_slice){line + from, i - from});
		from = i + 1;
	}
	return fields->count == header->count;
}

size_t
logrow_without_end(const char *line, size_t size)
{
	while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
		size--;
	return size;
}

int
logrow_cut(const struct logrow_form *form, struct logrow_fields *fields,
	   const char *line, size_t size)
{
	size = logrow_without_end(line, size);
	fields->text = NULL;
	if (size == 0 || line[0] == '#')
		return 0;
	if (line[0] == '{')
		return cut_json(fields, line, size);
	return form->header.count > 0 && cut_tsv(form, fields, line, size);
}
