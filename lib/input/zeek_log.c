/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_log.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "input/zeek_paths.h"

/* How much of a bad value a notice quotes. */
#define QUOTE_MAX 40

/* What take_line() found. */
enum found { FOUND_NOTHING, FOUND_ROW, FOUND_STOP };

static int
is_memory(int status)
{
	return status == SEEP_ENOMEM || status == SEEP_EBUDGET;
}

int
seep__zeek_log_new(struct seep__zeek_log **log, struct seep_source *source,
		   const char *path, const struct seep__zeek_rules *rules)
{
	struct seep__zeek_log *g;

	assert(log != NULL && source != NULL && path != NULL && rules != NULL);
	*log = NULL;
	g = seep__mem_zero(source->mem, 1, sizeof(*g));
	if (g == NULL)
		return seep__mem_why(source->mem);
	g->source = source;
	g->rules = rules;
	g->path_size = strlen(path) + 1;
	seep__lines_init(&g->lines, source->mem);
	seep__zeek_tsv_init(&g->tsv);
	seep__zeek_json_init(&g->json, source->mem);
	g->path = seep__mem_get(source->mem, g->path_size);
	g->input = seep__input_new(source, path);
	if (g->path == NULL || g->input == NULL) {
		seep__zeek_log_close(g);
		return seep__mem_why(source->mem);
	}
	memcpy(g->path, path, g->path_size);
	*log = g;
	return SEEP_OK;
}

int
seep__zeek_log_open(struct seep__zeek_log **log, struct seep_source *source,
		    const char *path, const struct seep__zeek_rules *rules)
{
	struct seep__zeek_log *g;
	struct stat st;
	const char *why;
	int status = seep__zeek_log_new(log, source, path, rules);

	if (status != SEEP_OK)
		return status;
	g = *log;
	status =
	    rules->no_wait
		? seep__stream_open_no_wait(&g->stream, path, source->mem, &why)
		: seep__stream_open(&g->stream, path, source->mem, &why);
	source->coverage.files += !is_memory(status);
	if (status != SEEP_OK) {
		seep__zeek_log_close(g);
		*log = NULL;
		if (is_memory(status))
			return status;
		source->coverage.files_refused++;
		seep__source_note(source, path, 0, UINT64_MAX, NULL, 1, why);
		return SEEP_OK;
	}
	seep__stream_hash(g->stream, &g->input->digest);
	g->endless =
	    fstat(seep__stream_fd(g->stream), &st) != 0 || !S_ISREG(st.st_mode);
	return SEEP_OK;
}

/* is_dns() says whether a file's losses are names': by its rows, its header
 * or, before there is any, its name. */
static int
is_dns(const struct seep__zeek_log *g)
{
	if (g->usable || g->tsv.has_fields)
		return g->names || seep__zeek_tsv_is_dns(&g->tsv);
	return seep__zeek_name_is_dns(g->path);
}

/*
 * end_file() stops reading a file: refused when nothing of it was usable,
 * else damaged.
 */
static enum found
end_file(struct seep__zeek_log *g, const struct seep__line *line,
	 const char *field, const char *why)
{
	struct seep_coverage *coverage = &g->source->coverage;

	assert(why != NULL && !g->dead);
	if (is_dns(g))
		coverage->names_refused++;
	else if (g->usable)
		coverage->files_damaged++;
	else
		coverage->files_refused++;
	g->input->told.damaged = g->usable;
	g->dead = 1;
	seep__source_note(g->source, g->path, line != NULL ? line->number : 0,
			  line != NULL ? line->offset : UINT64_MAX, field, 1,
			  why);
	return FOUND_STOP;
}

/* tell() notes a refused row, with the value that was wrong. */
static void
tell(struct seep__zeek_log *g, uint64_t line, uint64_t offset,
     enum seep_refusal reason, enum seep__zeek_field field, const char *why)
{
	const struct seep__slice *s = NULL;
	struct seep__text text;

	assert(reason < SEEP_REFUSED_COUNT && why != NULL);
	if (g->told[reason] == SEEP_NOTICES_PER_FILE)
		return;
	g->told[reason]++;
	seep__text_init(&text, g->source->mem);
	seep__text_str(&text, why);
	if (field < SEEP__ZEEK_FIELDS)
		s = &g->row.field[field];
	if (s != NULL && s->kind == SEEP__SLICE_TEXT) {
		seep__text_str(&text, ": '");
		seep__text_escaped(&text, s->data,
				   s->size < QUOTE_MAX ? s->size : QUOTE_MAX);
		seep__text_str(&text, s->size > QUOTE_MAX ? "...'" : "'");
	}
	seep__source_note(
	    g->source, g->path, line, offset,
	    field < SEEP__ZEEK_FIELDS ? seep__zeek_field_name(field) : NULL, 0,
	    text.data != NULL && text.failed == SEEP_OK ? text.data : why);
	seep__text_clear(&text);
}

/* refuse_row() counts a row and its refusal. */
static enum found
refuse_row(struct seep__zeek_log *g, const struct seep__line *line,
	   const struct seep__zeek_fault *fault)
{
	assert(fault->reason < SEEP_REFUSED_COUNT);
	if (g->names) {
		g->source->coverage.names_refused++;
	} else {
		g->source->coverage.records++;
		seep__source_refuse(g->source, fault->reason, fault->bytes);
	}
	tell(g, line->number, line->offset, fault->reason, fault->field,
	     fault->text);
	return FOUND_NOTHING;
}

/* refuse_line() refuses a row of which no field could be read. */
static enum found
refuse_line(struct seep__zeek_log *g, const struct seep__line *line,
	    enum seep_refusal reason, const char *why)
{
	struct seep__zeek_fault fault = {.reason = reason,
					 .field = SEEP__ZEEK_FIELDS,
					 .text = why,
					 .bytes = 0};

	return refuse_row(g, line, &fault);
}

/*
 * become_usable(): the strange lines so far were rows of a log after all.
 */
static void
become_usable(struct seep__zeek_log *g)
{
	struct seep_coverage *coverage = &g->source->coverage;

	if (!g->usable && g->strange > 0) {
		if (g->names) {
			coverage->names_refused += g->strange;
		} else {
			coverage->records += g->strange;
			coverage->records_refused[SEEP_REFUSED_MALFORMED] +=
			    g->strange;
		}
		g->told[SEEP_REFUSED_MALFORMED]++;
		seep__source_note(g->source, g->path, 1, 0, NULL, 0,
				  "lines before the first row or header");
	}
	g->usable = 1;
}

/* meet_strange() takes a line that is no row of a conn log. */
static enum found
meet_strange(struct seep__zeek_log *g, const struct seep__line *line,
	     const char *why, const char *file_why)
{
	enum seep_refusal reason = SEEP_REFUSED_MALFORMED;

	assert(why != NULL && file_why != NULL);
	if (!line->terminated && !line->too_long)
		reason = SEEP_REFUSED_TRUNCATED;
	if (g->usable)
		return refuse_line(g, line, reason, why);
	if (++g->strange >= SEEP__ZEEK_STRANGE_MAX && !g->endless)
		return end_file(g, line, NULL, file_why);
	return FOUND_NOTHING;
}

static enum found
take_header(struct seep__zeek_log *g, const struct seep__line *line)
{
	const char *why, *field;

	assert(line->size > 0);
	g->checked = 0;
	why = seep__zeek_tsv_header(&g->tsv, line->data, line->size, &field);
	if (why != NULL)
		return end_file(g, line, field, why);
	return FOUND_NOTHING;
}

/* skip_names() passes over the rows of a dns header that cannot be used, in
 * the middle of other logs: names must not cost traffic. */
static enum found
skip_names(struct seep__zeek_log *g, const struct seep__line *line,
	   const char *field, const char *why)
{
	assert(g->names);
	g->skipping = 1;
	g->source->coverage.names_refused++;
	seep__source_note(g->source, g->path, line->number, line->offset, field,
			  0, why);
	return FOUND_NOTHING;
}

/* check_header() looks once at a header that is complete by now. */
static enum found
check_header(struct seep__zeek_log *g, const struct seep__line *line)
{
	const char *why, *field;

	assert(!g->checked);
	g->checked = 1;
	g->skipping = g->tsv.path == SEEP__ZEEK_PATH_OTHER;
	g->names = (uint8_t)seep__zeek_tsv_is_dns(&g->tsv);
	if (g->skipping) {
		if (!g->usable && !g->endless)
			return end_file(g, line, NULL,
					"neither a conn nor a dns log: "
					"#path names another");
		seep__source_note(g->source, g->path, line->number,
				  line->offset, NULL, 0,
				  "rows of another log are skipped from here");
		return FOUND_NOTHING;
	}
	why = seep__zeek_tsv_lacks(&g->tsv, &field);
	if (why != NULL && g->names && (g->usable || g->endless))
		return skip_names(g, line, field, why);
	if (why != NULL)
		return end_file(g, line, field, why);
	become_usable(g);
	return FOUND_NOTHING;
}

/* blame_length() gives a row of too few columns that as the reason why it
 * cannot be read. */
static void
blame_length(const struct seep__line *line, const char *short_why,
	     struct seep__zeek_fault *fault)
{
	if (short_why == NULL)
		return;
	fault->reason =
	    line->terminated ? SEEP_REFUSED_MALFORMED : SEEP_REFUSED_TRUNCATED;
	fault->field = SEEP__ZEEK_FIELDS;
	fault->text = short_why;
}

/* read_name() makes a name of the row that was split. */
static enum found
read_name(struct seep__zeek_log *g, const struct seep__line *line,
	  struct seep__zeek_got *got, const char *short_why)
{
	struct seep__zeek_fault fault;

	assert(g->names);
	switch (seep__zeek_name_read(&g->row, g->rules, &got->record.flow,
				     &g->asked, &fault)) {
	case SEEP__ZEEK_NAME_GOOD:
		got->asked = &g->asked;
		return FOUND_ROW;
	case SEEP__ZEEK_NAME_NONE:
		g->source->coverage.names_skipped++;
		return FOUND_NOTHING;
	default:
		blame_length(line, short_why, &fault);
		return refuse_row(g, line, &fault);
	}
}

/* read_record() makes a record of the row that was split. */
static enum found
read_record(struct seep__zeek_log *g, const struct seep__line *line,
	    struct seep__zeek_got *got, const char *short_why)
{
	struct seep__zeek_fault fault;

	got->row = &g->row;
	got->asked = NULL;
	got->line = line->number;
	got->offset = line->offset;
	if (g->names)
		return read_name(g, line, got, short_why);
	if (!seep__zeek_row_read(&g->row, g->rules, &got->record, &fault)) {
		blame_length(line, short_why, &fault);
		return refuse_row(g, line, &fault);
	}
	g->source->coverage.records++;
	return FOUND_ROW;
}

static enum found
take_tsv(struct seep__zeek_log *g, const struct seep__line *line,
	 struct seep__zeek_got *got)
{
	enum found found;
	long columns;

	if (!g->tsv.started)
		return meet_strange(g, line, "neither a row nor a header",
				    "no header: not a Zeek log");
	if (!g->checked) {
		found = check_header(g, line);
		if (found != FOUND_NOTHING)
			return found;
	}
	if (g->skipping)
		return FOUND_NOTHING;
	columns =
	    seep__zeek_tsv_split(&g->tsv, line->data, line->size, &g->row);
	if (columns > 0)
		return refuse_line(g, line, SEEP_REFUSED_MALFORMED,
				   "more columns than #fields");
	g->row.truncated = columns < 0;
	got->interim = g->interim || g->tsv.path == SEEP__ZEEK_PATH_INTERIM;
	return read_record(g, line, got,
			   columns < 0 ? "fewer columns than #fields" : NULL);
}

/* judge_json() says whether a row is of a conn or a dns log: 1, or 0 with
 * 'found'. */
static int
judge_json(struct seep__zeek_log *g, const struct seep__line *line,
	   struct seep__zeek_got *got, enum found *found)
{
	const struct seep__slice *path = &g->row.field[SEEP__ZEEK_PATH];
	enum seep__zeek_path_kind kind = SEEP__ZEEK_PATH_NONE;

	got->interim = g->interim;
	if (path->kind == SEEP__SLICE_TEXT)
		kind = seep__zeek_path_kind(path->data, path->size);
	g->has_paths |= kind != SEEP__ZEEK_PATH_NONE;
	if (kind == SEEP__ZEEK_PATH_OTHER) {
		*found = FOUND_NOTHING;
		if (!g->usable && !g->endless &&
		    ++g->others >= SEEP__ZEEK_STRANGE_MAX)
			*found = end_file(g, line, NULL,
					  "neither a conn nor a dns log: "
					  "_path names another");
		return 0;
	}
	if (kind == SEEP__ZEEK_PATH_NONE && !seep__zeek_row_is_conn(&g->row)) {
		if (!seep__zeek_row_is_name(&g->row)) {
			*found = meet_strange(g, line,
					      "no field of a conn or a dns log",
					      "neither a conn nor a dns log");
			return 0;
		}
		kind = SEEP__ZEEK_PATH_DNS;
	}
	g->names = kind == SEEP__ZEEK_PATH_DNS;
	got->interim |= kind == SEEP__ZEEK_PATH_INTERIM;
	return 1;
}

static int
take_json(struct seep__zeek_log *g, const struct seep__line *line,
	  struct seep__zeek_got *got, enum found *found)
{
	const char *why = NULL;
	int status;

	status = seep__zeek_json_row(&g->json, line->data, line->size, &g->row,
				     &why);
	if (is_memory(status))
		return status;
	if (status != SEEP_OK) {
		*found = meet_strange(g, line, why, "not a Zeek log");
		return SEEP_OK;
	}
	if (!judge_json(g, line, got, found))
		return SEEP_OK;
	become_usable(g);
	*found = read_record(g, line, got, NULL);
	return SEEP_OK;
}

/* trim() drops what some editors and exporters put before a line: a byte
 * order mark, and blanks before a header or an object. */
static void
trim(struct seep__line *line)
{
	size_t n = 0;

	assert(line->data != NULL);
	if (line->number == 1 && line->size >= 3 &&
	    memcmp(line->data, "\xef\xbb\xbf", 3) == 0) {
		line->data += 3;
		line->size -= 3;
	}
	while (n < line->size &&
	       (line->data[n] == ' ' || line->data[n] == '\t'))
		n++;
	if (n == line->size ||
	    (n > 0 && (line->data[n] == '#' || line->data[n] == '{'))) {
		line->data += n;
		line->size -= n;
	}
}

static int
take_line(struct seep__zeek_log *g, struct seep__line *line,
	  struct seep__zeek_got *got, enum found *found)
{
	*found = FOUND_NOTHING;
	if (line->too_long) {
		*found = meet_strange(g, line, "a line of more than 1 MiB",
				      "not a Zeek log");
		return SEEP_OK;
	}
	trim(line);
	if (line->size == 0)
		return SEEP_OK;
	if (line->data[0] == '{')
		return take_json(g, line, got, found);
	*found = line->data[0] == '#' ? take_header(g, line)
				      : take_tsv(g, line, got);
	return SEEP_OK;
}

/* judge_file() tells what is wrong with a file that was read to its end. */
static void
judge_file(struct seep__zeek_log *g)
{
	const char *why = NULL, *field = NULL;

	if (g->dead)
		return;
	if (g->stream != NULL && seep__stream_truncated(g->stream)) {
		(void)end_file(g, NULL, NULL,
			       "the compressed file ends too early");
		return;
	}
	if (g->usable)
		return;
	if (g->tsv.started && !g->checked &&
	    g->tsv.path != SEEP__ZEEK_PATH_OTHER)
		why = seep__zeek_tsv_lacks(&g->tsv, &field);
	else if (g->tsv.started)
		why = "neither a conn nor a dns log: "
		      "#path names another";
	else if (g->strange + g->others > 0)
		why = "no header and no row: neither a conn nor a dns log";
	else
		why = "the file is empty";
	if (why != NULL)
		(void)end_file(g, NULL, field, why);
}

/* break_off() ends a file whose stream failed. */
static void
break_off(struct seep__zeek_log *g)
{
	(void)end_file(g, NULL, NULL, seep__stream_why(g->stream));
}

int
seep__zeek_log_next(struct seep__zeek_log *log, int final,
		    struct seep__zeek_got *got)
{
	enum found found = FOUND_NOTHING;
	struct seep__line line;
	int status, broken = 0;

	assert(log != NULL && got != NULL);
	while (!log->dead) {
		status = SEEP_END;
		if (log->has_line) {
			line = log->line;
			status = SEEP_OK;
		} else if (log->stream != NULL && !broken) {
			status =
			    seep__lines_next(&log->lines, log->stream, &line);
		}
		if (is_memory(status))
			return status;
		if (status != SEEP_OK) {
			broken |= status != SEEP_END;
			if (!final && !broken)
				return SEEP_END;
			if (seep__lines_rest(&log->lines, &line) != SEEP_OK)
				break;
		}
		status = take_line(log, &line, got, &found);
		log->has_line = status != SEEP_OK;
		if (status != SEEP_OK) {
			log->line = line;
			return status;
		}
		if (found == FOUND_ROW) {
			seep__input_take(log->input, got->record.flow.start_ns,
					 got->record.flow.end_ns);
			return SEEP_OK;
		}
	}
	if (broken && !log->dead)
		break_off(log);
	judge_file(log);
	log->dead = 1;
	return SEEP_END;
}

void
seep__zeek_log_lose(struct seep__zeek_log *log)
{
	assert(log != NULL);
	if (is_dns(log)) {
		log->source->coverage.names_refused++;
		return;
	}
	log->source->coverage.records++;
	seep__source_refuse(log->source, SEEP_REFUSED_TRUNCATED, 0);
}

void
seep__zeek_log_refuse(struct seep__zeek_log *log,
		      const struct seep__zeek_got *got,
		      enum seep_refusal reason, const char *text)
{
	const struct seep_flow *flow = &got->record.flow;

	assert(got != NULL);
	if (got->asked != NULL)
		log->source->coverage.names_refused++;
	else
		seep__source_refuse(log->source, reason,
				    flow->bytes_orig + flow->bytes_resp);
	if (text != NULL)
		tell(log, got->line, got->offset, reason, SEEP__ZEEK_FIELDS,
		     text);
}
