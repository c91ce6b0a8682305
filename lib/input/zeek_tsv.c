/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_tsv.h"

#include <assert.h>
#include <string.h>

#define NO_FIELD SEEP__ZEEK_FIELDS

#define BIT(field) (UINT32_C(1) << (field))

enum seep__zeek_path_kind
seep__zeek_path_kind(const char *path, size_t size)
{
	assert(path != NULL);
	if (size == 4 && memcmp(path, "conn", 4) == 0)
		return SEEP__ZEEK_PATH_CONN;
	if (size == 9 && (memcmp(path, "conn_long", 9) == 0 ||
			  memcmp(path, "open_conn", 9) == 0))
		return SEEP__ZEEK_PATH_INTERIM;
	if (size == 3 && memcmp(path, "dns", 3) == 0)
		return SEEP__ZEEK_PATH_DNS;
	return SEEP__ZEEK_PATH_OTHER;
}

static void
set_mark(struct seep__zeek_mark *mark, const char *text)
{
	mark->size = strlen(text);
	assert(mark->size <= SEEP__ZEEK_MARK_MAX);
	memcpy(mark->text, text, mark->size);
}

void
seep__zeek_tsv_init(struct seep__zeek_tsv *tsv)
{
	assert(tsv != NULL);
	memset(tsv, 0, sizeof(*tsv));
	set_mark(&tsv->separator, "\t");
	set_mark(&tsv->set_separator, ",");
	set_mark(&tsv->empty, "(empty)");
	set_mark(&tsv->unset, "-");
}

static int
is_mark(const struct seep__zeek_mark *mark, const char *text, size_t size)
{
	assert(mark->size <= SEEP__ZEEK_MARK_MAX);
	return mark->size == size && memcmp(mark->text, text, size) == 0;
}

/*
 * next_separator() finds the next separator in [at, end), or 'end'. Zeek
 * writes one byte; more are allowed here.
 */
static const char *
next_separator(const struct seep__zeek_mark *separator, const char *at,
	       const char *end)
{
	const char *p;

	assert(separator->size > 0 && at <= end);
	for (p = at; p < end; p++) {
		p = memchr(p, separator->text[0], (size_t)(end - p));
		if (p == NULL)
			return end;
		if (separator->size == 1 ||
		    ((size_t)(end - p) >= separator->size &&
		     memcmp(p, separator->text, separator->size) == 0))
			return p;
	}
	return end;
}

/* A walk over the columns of a line. */
struct walk {
	const struct seep__zeek_mark *separator;
	const char *at; /* NULL when the line is used up */
	const char *end;
};

/* next_column() gives the next column; 0 when there is none. */
static int
next_column(struct walk *walk, const char **data, size_t *size)
{
	const char *stop;

	assert(data != NULL && size != NULL);
	if (walk->at == NULL)
		return 0;
	stop = next_separator(walk->separator, walk->at, walk->end);
	*data = walk->at;
	*size = (size_t)(stop - walk->at);
	walk->at = stop == walk->end ? NULL : stop + walk->separator->size;
	return 1;
}

static const char *
read_mark(struct seep__zeek_mark *mark, const char *text, size_t size)
{
	char plain[SEEP__ZEEK_MARK_MAX + 1];
	size_t n;

	n = seep__zeek_unescape(text, size, plain, sizeof(plain));
	if (n == 0 || n > SEEP__ZEEK_MARK_MAX)
		return "a header value that is empty or too long";
	memcpy(mark->text, plain, n);
	mark->size = n;
	return NULL;
}

static const char *
read_fields(struct seep__zeek_tsv *tsv, struct walk *walk, const char **field)
{
	enum seep__zeek_field f;
	const char *name;
	size_t size;

	assert(walk->at != NULL);
	tsv->columns = tsv->wanted = 0;
	tsv->fields = tsv->mistyped = 0;
	tsv->has_fields = 1;
	while (next_column(walk, &name, &size)) {
		if (tsv->columns == SEEP__ZEEK_COLUMNS_MAX)
			return "#fields names more than 1024 columns";
		f = seep__zeek_field_find(name, size, (unsigned)tsv->columns);
		if (f == SEEP__ZEEK_PATH)
			f = NO_FIELD;
		tsv->field_of[tsv->columns++] = (uint8_t)f;
		if (f == NO_FIELD)
			continue;
		*field = seep__zeek_field_name(f);
		if (tsv->fields & BIT(f))
			return "#fields names this field twice";
		tsv->fields |= BIT(f);
		tsv->wanted = tsv->columns;
	}
	*field = NULL;
	return NULL;
}

/* type_suits() knows what Zeek, old and new, calls each field's type. */
static int
type_suits(enum seep__zeek_field field, const char *type, size_t size)
{
	static const char *const types[SEEP__ZEEK_FIELDS] = {
	    [SEEP__ZEEK_TS] = "time",
	    [SEEP__ZEEK_UID] = "string",
	    [SEEP__ZEEK_ORIG_H] = "addr",
	    [SEEP__ZEEK_ORIG_P] = "port",
	    [SEEP__ZEEK_RESP_H] = "addr",
	    [SEEP__ZEEK_RESP_P] = "port",
	    [SEEP__ZEEK_PROTO] = "enum",
	    [SEEP__ZEEK_SERVICE] = "string",
	    [SEEP__ZEEK_DURATION] = "interval",
	    [SEEP__ZEEK_ORIG_BYTES] = "count",
	    [SEEP__ZEEK_RESP_BYTES] = "count",
	    [SEEP__ZEEK_STATE] = "string",
	    [SEEP__ZEEK_MISSED] = "count",
	    [SEEP__ZEEK_HISTORY] = "string",
	    [SEEP__ZEEK_ORIG_PKTS] = "count",
	    [SEEP__ZEEK_ORIG_IP_BYTES] = "count",
	    [SEEP__ZEEK_RESP_PKTS] = "count",
	    [SEEP__ZEEK_RESP_IP_BYTES] = "count",
	    [SEEP__ZEEK_IP_PROTO] = "count",
	    [SEEP__ZEEK_QUERY] = "string",
	    [SEEP__ZEEK_TRANS_ID] = "count",
	};
	const char *want = types[field];

	assert(field < SEEP__ZEEK_FIELDS);
	if (want == NULL) /* tunnel_parents: set, vector or (old) table */
		return size > 8 && memcmp(type + size - 8, "[string]", 8) == 0;
	if (strlen(want) == size && memcmp(want, type, size) == 0)
		return 1;
	/* Exporters write proto and service as either of the two. */
	return (field == SEEP__ZEEK_PROTO && size == 6 &&
		memcmp(type, "string", 6) == 0) ||
	       (strcmp(want, "string") == 0 && size == 4 &&
		memcmp(type, "enum", 4) == 0);
}

static const char *
read_types(struct seep__zeek_tsv *tsv, struct walk *walk)
{
	const char *type;
	size_t size, i = 0;
	uint8_t f;

	if (!tsv->has_fields)
		return "#types before #fields";
	tsv->mistyped = 0;
	for (; next_column(walk, &type, &size); i++) {
		if (i == tsv->columns)
			return "#types names more columns than #fields";
		f = tsv->field_of[i];
		if (f != NO_FIELD &&
		    !type_suits((enum seep__zeek_field)f, type, size))
			tsv->mistyped |= BIT(f);
	}
	if (i < tsv->columns)
		return "#types names fewer columns than #fields";
	return NULL;
}

static int
keyword_is(const char *line, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(line, word, size) == 0;
}

/*
 * read_separator(): the one header line whose own separator is a space. It
 * starts a header afresh, and everything said before is over.
 */
static const char *
read_separator(struct seep__zeek_tsv *tsv, const char *text, size_t size)
{
	const char *why;

	seep__zeek_tsv_init(tsv);
	tsv->started = 1;
	why = read_mark(&tsv->separator, text, size);
	if (why == NULL &&
	    memchr(tsv->separator.text, '\n', tsv->separator.size) != NULL)
		return "#separator is a newline";
	return why;
}

const char *
seep__zeek_tsv_header(struct seep__zeek_tsv *tsv, const char *line, size_t size,
		      const char **field)
{
	static const char separator[] = "#separator ";
	struct walk walk = {&tsv->separator, line, line + size};
	const char *word = NULL, *value;
	size_t word_size = 0, value_size;

	assert(size > 0 && line[0] == '#' && field != NULL);
	*field = NULL;
	if (size >= sizeof(separator) - 1 &&
	    memcmp(line, separator, sizeof(separator) - 1) == 0)
		return read_separator(tsv, line + sizeof(separator) - 1,
				      size - (sizeof(separator) - 1));
	tsv->started = 1;
	(void)next_column(&walk, &word, &word_size);
	if (walk.at == NULL)
		return NULL;
	value = walk.at;
	value_size = (size_t)(walk.end - value);
	if (keyword_is(word, word_size, "#fields"))
		return read_fields(tsv, &walk, field);
	if (keyword_is(word, word_size, "#types"))
		return read_types(tsv, &walk);
	if (keyword_is(word, word_size, "#set_separator"))
		return read_mark(&tsv->set_separator, value, value_size);
	if (keyword_is(word, word_size, "#empty_field"))
		return read_mark(&tsv->empty, value, value_size);
	if (keyword_is(word, word_size, "#unset_field"))
		return read_mark(&tsv->unset, value, value_size);
	if (keyword_is(word, word_size, "#path"))
		tsv->path = seep__zeek_path_kind(value, value_size);
	return NULL;
}

#define SIZES                                                         \
	(BIT(SEEP__ZEEK_ORIG_IP_BYTES) | BIT(SEEP__ZEEK_ORIG_BYTES) | \
	 BIT(SEEP__ZEEK_RESP_IP_BYTES) | BIT(SEEP__ZEEK_RESP_BYTES))

int
seep__zeek_tsv_is_dns(const struct seep__zeek_tsv *tsv)
{
	assert(tsv != NULL);
	if (tsv->path != SEEP__ZEEK_PATH_NONE)
		return tsv->path == SEEP__ZEEK_PATH_DNS;
	return (tsv->fields & BIT(SEEP__ZEEK_QUERY)) != 0 &&
	       (tsv->fields & BIT(SEEP__ZEEK_PROTO)) != 0 &&
	       (tsv->fields & SIZES) == 0;
}

/*
 * What a log must have: every field of 'all', one of each pair of 'either';
 * lists end with NO_FIELD. Types are checked of those in 'typed'.
 */
struct needs {
	enum seep__zeek_field all[7];
	enum seep__zeek_field either[2][2];
	uint32_t typed;
};

static const struct needs conn_needs = {
    {SEEP__ZEEK_TS, SEEP__ZEEK_ORIG_H, SEEP__ZEEK_ORIG_P, SEEP__ZEEK_RESP_H,
     SEEP__ZEEK_RESP_P, SEEP__ZEEK_PROTO, NO_FIELD},
    {{SEEP__ZEEK_ORIG_IP_BYTES, SEEP__ZEEK_ORIG_BYTES},
     {SEEP__ZEEK_RESP_IP_BYTES, SEEP__ZEEK_RESP_BYTES}},
    ~(BIT(SEEP__ZEEK_QUERY) | BIT(SEEP__ZEEK_TRANS_ID))};

static const struct needs dns_needs = {
    {SEEP__ZEEK_TS, SEEP__ZEEK_ORIG_H, SEEP__ZEEK_QUERY, NO_FIELD},
    {{NO_FIELD, NO_FIELD}, {NO_FIELD, NO_FIELD}},
    BIT(SEEP__ZEEK_TS) | BIT(SEEP__ZEEK_ORIG_H) | BIT(SEEP__ZEEK_RESP_P) |
	BIT(SEEP__ZEEK_QUERY)};

/* find_missing() returns a field that is missing, or NO_FIELD. */
static enum seep__zeek_field
find_missing(const struct seep__zeek_tsv *tsv, const struct needs *needs)
{
	size_t i;

	for (i = 0; needs->all[i] != NO_FIELD; i++)
		if (!(tsv->fields & BIT(needs->all[i])))
			return needs->all[i];
	for (i = 0; i < 2 && needs->either[i][0] != NO_FIELD; i++)
		if (!(tsv->fields &
		      (BIT(needs->either[i][0]) | BIT(needs->either[i][1]))))
			return needs->either[i][0];
	return NO_FIELD;
}

const char *
seep__zeek_tsv_lacks(const struct seep__zeek_tsv *tsv, const char **field)
{
	const struct needs *needs =
	    seep__zeek_tsv_is_dns(tsv) ? &dns_needs : &conn_needs;
	enum seep__zeek_field missing;
	unsigned f;

	assert(field != NULL);
	*field = NULL;
	if (!tsv->has_fields)
		return tsv->started ? "a header without #fields"
				    : "no header: not a Zeek log";
	missing = find_missing(tsv, needs);
	if (missing != NO_FIELD) {
		*field = seep__zeek_field_name(missing);
		return "a needed field is missing in #fields";
	}
	for (f = 0; f < SEEP__ZEEK_FIELDS; f++) {
		if (!(tsv->mistyped & needs->typed & BIT(f)))
			continue;
		*field = seep__zeek_field_name((enum seep__zeek_field)f);
		return "#types gives this field another type";
	}
	return NULL;
}

/* set_slice() judges one value: unset, empty, or its text. */
static void
set_slice(const struct seep__zeek_tsv *tsv, struct seep__slice *slice,
	  const char *data, size_t size)
{
	assert(slice != NULL);
	if (is_mark(&tsv->unset, data, size))
		return;
	slice->kind = SEEP__SLICE_TEXT;
	slice->data = data;
	slice->size = is_mark(&tsv->empty, data, size) ? 0 : (uint32_t)size;
}

/* mark_cut() marks what a short row lacks, and its last column, which may
 * itself be cut. */
static void
mark_cut(const struct seep__zeek_tsv *tsv, size_t from,
	 struct seep__zeek_row *row)
{
	size_t i;

	assert(from < tsv->columns);
	for (i = from; i < tsv->wanted; i++)
		if (tsv->field_of[i] != NO_FIELD)
			row->field[tsv->field_of[i]].kind = SEEP__SLICE_CUT;
}

long
seep__zeek_tsv_split(const struct seep__zeek_tsv *tsv, const char *line,
		     size_t size, struct seep__zeek_row *row)
{
	struct walk walk = {&tsv->separator, line, line + size};
	const char *data;
	size_t i, n;

	assert(tsv->has_fields && row != NULL);
	memset(row, 0, sizeof(*row));
	row->set_separator = tsv->set_separator.text[0];
	for (i = 0; i < tsv->columns && next_column(&walk, &data, &n); i++)
		if (tsv->field_of[i] != NO_FIELD)
			set_slice(tsv, &row->field[tsv->field_of[i]], data, n);
	if (i == tsv->columns)
		return walk.at != NULL;
	mark_cut(tsv, i - 1, row);
	return (long)i - (long)tsv->columns;
}
