/* SPDX-License-Identifier: BSD-3-Clause */
#include "logrow.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/status.h>

#include "logrow_cut.h"
#include "logrow_value.h"
#include "parse.h"

/* 1e11 seconds lie in the year 5138: a larger number counts milliseconds, as
 * the reader takes it. In microseconds. */
#define SECONDS_MAX_US INT64_C(100000000000000000)

/* How fit a row is as a pattern: of the host, with TCP, and the more fields
 * the better. */
#define FIT_HOST 1000
#define FIT_TCP 500

/* ---- the form ---- */

/* The word behind '#name' and a separator, cut to 'room'. */
static int
read_directive(const struct logrow_form *form, const char *line, size_t size,
	       const char *name, char *word, size_t room)
{
	const size_t before = strlen(name);

	if (size <= before + 1 || memcmp(line, name, before) != 0 ||
	    line[before] != form->separator)
		return 0;
	size -= before + 1;
	if (size >= room)
		size = room - 1;
	memcpy(word, line + before + 1, size);
	word[size] = '\0';
	return 1;
}

/* Copies 'text', so that slices of 'fields' can be moved onto it. */
static int
own_text(struct logrow_fields *fields, const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (copy == NULL)
		return SEEP_ENOMEM;
	memcpy(copy, text, size);
	copy[size] = '\0';
	free(fields->text);
	fields->text = copy;
	return SEEP_OK;
}

static int
read_header(struct logrow_form *form, const char *line, size_t size)
{
	struct logrow_fields *header = &form->header;
	const size_t before = strlen("#fields") + 1;
	char *p;

	if (own_text(header, line + before, size - before) != SEEP_OK)
		return SEEP_ENOMEM;
	header->count = 0;
	for (p = header->text; *p != '\0';) {
		char *end = strchr(p, form->separator);
		const size_t name_size =
		    end != NULL ? (size_t)(end - p) : strlen(p);

		(void)logrow_keep_field(header,
					(struct logrow_slice){p, name_size},
					(struct logrow_slice){NULL, 0});
		p += name_size;
		if (*p != '\0')
			p++;
	}
	return SEEP_OK;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static int
learn_head(struct logrow_form *form, const char *line, size_t size)
{
	static const char separator[] = "#separator \\x";
	const size_t before = sizeof(separator) - 1;

	form->json = 0;
	if (size >= before + 2 && memcmp(line, separator, before) == 0) {
		const int high = hex_digit(line[before]);
		const int low = hex_digit(line[before + 1]);

		if (high >= 0 && low >= 0)
			form->separator = (char)(high * 16 + low);
		return SEEP_OK;
	}
	if (read_directive(form, line, size, "#unset_field", form->unset,
			   sizeof(form->unset)) ||
	    read_directive(form, line, size, "#empty_field", form->empty,
			   sizeof(form->empty)))
		return SEEP_OK;
	if (size > 8 && memcmp(line, "#fields", 7) == 0 &&
	    line[7] == form->separator)
		return read_header(form, line, size);
	return SEEP_OK;
}

static int
is_quoted_or_is(struct logrow_slice slice, const char *text)
{
	if (slice.size >= 2 && slice.data[0] == '"') {
		slice.data++;
		slice.size -= 2;
	}
	return logrow_slice_is(slice, text);
}

/* A row of another kind of log, of a tunnel or without a time is unfit. */
static int
fitness(const struct logrow_form *form, const struct logrow_fields *fields,
	const char *host)
{
	const struct logrow_slice parents =
	    logrow_find_word(fields, "tunnel_parents");
	int fit = (int)fields->count;

	if (logrow_find_word(fields, "ts").data == NULL ||
	    logrow_find_word(fields, "id.orig_h").data == NULL)
		return 0;
	if (parents.data != NULL && !logrow_slice_is(parents, form->unset) &&
	    !logrow_slice_is(parents, form->empty) &&
	    !logrow_slice_is(parents, "[]"))
		return 0;
	if (is_quoted_or_is(logrow_find_word(fields, "id.orig_h"), host))
		fit += FIT_HOST;
	if (is_quoted_or_is(logrow_find_word(fields, "proto"), "tcp"))
		fit += FIT_TCP;
	return fit;
}

/* Copies values and names: those of TSV lie in a header that may change. */
static int
keep_pattern(struct logrow_fields *pattern, const struct logrow_fields *fields)
{
	size_t size = 0;
	char *text;

	for (size_t i = 0; i < fields->count; i++)
		size += fields->of[i].name_size + fields->of[i].value_size;
	text = malloc(size + 1);
	if (text == NULL)
		return SEEP_ENOMEM;
	free(pattern->text);
	*pattern = *fields;
	pattern->text = text;
	for (size_t i = 0; i < fields->count; i++) {
		memcpy(text, fields->of[i].name, fields->of[i].name_size);
		pattern->of[i].name = text;
		text += fields->of[i].name_size;
		memcpy(text, fields->of[i].value, fields->of[i].value_size);
		pattern->of[i].value = text;
		text += fields->of[i].value_size;
	}
	return SEEP_OK;
}

int
logrow_learn(struct logrow_form *form, const char *line, size_t size,
	     const char *host)
{
	struct logrow_fields fields;
	int json;
	int fit;

	assert(form != NULL);
	assert(host != NULL);
	if (form->separator == '\0') {
		form->separator = '\t';
		memcpy(form->unset, "-", 2);
		memcpy(form->empty, "(empty)", 8);
	}
	size = logrow_without_end(line, size);
	if (size > 0 && line[0] == '#')
		return learn_head(form, line, size);
	if (!logrow_cut(form, &fields, line, size))
		return SEEP_OK;
	json = line[0] == '{';
	form->json = json;
	fit = fitness(form, &fields, host);
	if (fit <= form->fit[json])
		return SEEP_OK;
	form->fit[json] = fit;
	return keep_pattern(&form->patterns[json], &fields);
}

/* ---- times ---- */

/* Microseconds of a decimal number of seconds; -1 when it is none. */
static int64_t
read_seconds(struct logrow_slice slice)
{
	char text[40];
	char *end;
	double seconds;

	if (slice.size == 0 || slice.size >= sizeof(text))
		return -1;
	memcpy(text, slice.data, slice.size);
	text[slice.size] = '\0';
	seconds = strtod(text, &end);
	if (end == text || *end != '\0' || !(seconds >= 0 && seconds < 9e12))
		return -1;
	return (int64_t)(seconds * 1e6);
}

static enum time_style
style_of(const struct logrow_form *form)
{
	const struct logrow_slice ts =
	    logrow_find_word(&form->patterns[1], "ts");

	if (!form->json || ts.size == 0)
		return TIME_SECONDS;
	if (ts.data[0] == '"')
		return TIME_ISO;
	return read_seconds(ts) >= SECONDS_MAX_US ? TIME_MILLIS : TIME_SECONDS;
}

/* "2026-03-01T00:00:10.123456Z" */
static int64_t
read_iso(struct logrow_slice slice)
{
	char text[20];
	int64_t time_ns;

	if (slice.size < 21)
		return -1;
	memcpy(text, slice.data + 1, 19);
	text[19] = '\0';
	return parse_time(text, &time_ns) == 0 ? time_ns / 1000 : -1;
}

int
logrow_time(const struct logrow_form *form, const char *line, size_t size,
	    int64_t *time_us)
{
	struct logrow_fields fields;
	struct logrow_slice ts;
	int64_t start;
	int64_t length;

	assert(form != NULL);
	assert(time_us != NULL);
	if (!logrow_cut(form, &fields, line, size))
		return 0;
	ts = logrow_find_word(&fields, "ts");
	start =
	    ts.size > 0 && ts.data[0] == '"' ? read_iso(ts) : read_seconds(ts);
	if (start < 0)
		return 0;
	if (line[0] == '{' && start >= SECONDS_MAX_US)
		start /= 1000;
	length = read_seconds(logrow_find_word(&fields, "duration"));
	*time_us = start + (length > 0 ? length : 0);
	return 1;
}

/* ---- writing ---- */

/* struct writer: one row on its way. */
struct writer {
	const struct logrow_form *form;
	logrow_write_fn write;
	void *ctx;
	int status;
};

static void
put(struct writer *writer, const char *data, size_t size)
{
	if (writer->status == 0 && size > 0)
		writer->status = writer->write(writer->ctx, data, size);
}

static void
put_word(struct writer *writer, const char *text)
{
	put(writer, text, strlen(text));
}

static void
put_tsv(struct writer *writer, const struct logrow *row)
{
	const struct logrow_form *form = writer->form;
	const struct logrow_fields *header = &form->header;
	const int has_ip =
	    row->is_dns ||
	    logrow_find_word(header, "orig_ip_bytes").data != NULL;
	struct value value;

	for (size_t i = 0; i < header->count; i++) {
		const char *name = header->of[i].name;
		const size_t size = header->of[i].name_size;
		struct logrow_slice other =
		    logrow_find(&form->patterns[0], name, size);

		if (i > 0)
			put(writer, &form->separator, 1);
		if (value_of(row, name, size, TIME_SECONDS, has_ip, &value)) {
			put_word(writer, value.kind == VALUE_UNSET
					     ? form->unset
					     : value.text);
		} else if (other.data != NULL) {
			put(writer, other.data, other.size);
		} else {
			put_word(writer, form->unset);
		}
	}
}

static void
put_json_value(struct writer *writer, const struct value *value)
{
	if (value->kind == VALUE_BOOL) {
		put_word(writer, value->text[0] == 'T' ? "true" : "false");
		return;
	}
	if (value->kind == VALUE_STRING)
		put(writer, "\"", 1);
	put_word(writer, value->text);
	if (value->kind == VALUE_STRING)
		put(writer, "\"", 1);
}

static void
put_json(struct writer *writer, const struct logrow *row)
{
	const struct logrow_fields *pattern = &writer->form->patterns[1];
	const enum time_style style = style_of(writer->form);
	const int has_ip =
	    row->is_dns ||
	    logrow_find_word(pattern, "orig_ip_bytes").data != NULL;
	const char *before = "{\"";
	struct value value;

	for (size_t i = 0; i < pattern->count; i++) {
		const char *name = pattern->of[i].name;
		const size_t size = pattern->of[i].name_size;
		const int known =
		    value_of(row, name, size, style, has_ip, &value);

		/* What is unset is left out, as Zeek does. */
		if (known && value.kind == VALUE_UNSET)
			continue;
		put_word(writer, before);
		put(writer, name, size);
		put_word(writer, "\":");
		if (known)
			put_json_value(writer, &value);
		else
			put(writer, pattern->of[i].value,
			    pattern->of[i].value_size);
		before = ",\"";
	}
	put_word(writer, "}");
}

int
logrow_write(const struct logrow_form *form, const struct logrow *row,
	     logrow_write_fn write, void *ctx)
{
	struct writer writer = {.form = form, .write = write, .ctx = ctx};

	assert(form != NULL && row != NULL);
	assert(write != NULL);
	if ((form->json && form->patterns[1].count > 0) ||
	    form->header.count == 0)
		put_json(&writer, row);
	else
		put_tsv(&writer, row);
	put_word(&writer, "\n");
	return writer.status;
}

static const char dns_head[] =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
    "#unset_field\t-\n#path\tdns\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
    "trans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\t"
    "rcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\t"
    "string\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\t"
    "bool\tcount\tvector[string]\tvector[interval]\tbool\n";

static const char dns_json[] =
    "{\"ts\":0.0,\"uid\":0,\"id.orig_h\":0,\"id.orig_p\":0,"
    "\"id.resp_h\":0,\"id.resp_p\":0,\"proto\":0,\"trans_id\":0,"
    "\"rtt\":0,\"query\":0,\"qclass\":0,\"qclass_name\":0,\"qtype\":0,"
    "\"qtype_name\":0,\"rcode\":0,\"rcode_name\":0,\"AA\":0,\"TC\":0,"
    "\"RD\":0,\"RA\":0,\"Z\":0,\"rejected\":0}";

int
logrow_default(struct logrow_form *form, int json, logrow_write_fn write,
	       void *ctx)
{
	const char *p = json ? dns_json : dns_head;

	assert(form != NULL);
	assert(write != NULL);
	while (*p != '\0') {
		const size_t size = strcspn(p, "\n");

		if (logrow_learn(form, p, size, "") != SEEP_OK)
			return -1;
		p += size + (p[size] != '\0');
	}
	return json ? 0 : write(ctx, dns_head, strlen(dns_head));
}

int
logrow_has_pattern(const struct logrow_form *form)
{
	assert(form != NULL);
	return form->header.count > 0 || form->patterns[1].count > 0;
}

void
logrow_clear(struct logrow_form *form)
{
	assert(form != NULL);
	free(form->header.text);
	free(form->patterns[0].text);
	free(form->patterns[1].text);
	memset(form, 0, sizeof(*form));
}
