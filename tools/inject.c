/* SPDX-License-Identifier: BSD-3-Clause */
#include "inject.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "textfile.h"

/* The stream that identities are drawn from; see leak.c for the others. */
#define STREAM_IDENTITIES 1000000

/* Keeps the letters of names apart from every stream of the same seed. */
#define STREAM_QUERIES UINT64_C(0x7175657279)

static int
complain_memory(void)
{
	return complain("%s", seep_strstatus(SEEP_ENOMEM));
}

/* ---- rows ---- */

static void
draw_uid(struct draw *draw, char uid[LOGROW_UID_SIZE])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	uid[0] = 'C';
	for (size_t i = 1; i < LOGROW_UID_SIZE - 1; i++)
		uid[i] = letters[draw_below(draw, sizeof(letters) - 1)];
	uid[LOGROW_UID_SIZE - 1] = '\0';
}

static struct logrow *
add_row(struct inject_rows *rows)
{
	if (rows->count == INJECT_ROWS_MAX)
		return NULL;
	if (rows->count == rows->room) {
		size_t room = rows->room == 0 ? 1024 : rows->room * 2;
		void *grown = realloc(rows->rows, room * sizeof(rows->rows[0]));

		if (grown == NULL)
			return NULL;
		rows->rows = grown;
		rows->room = room;
	}
	memset(&rows->rows[rows->count], 0, sizeof(rows->rows[0]));
	return &rows->rows[rows->count++];
}

/* The question of a packet that was just given. */
static int
keep_name(struct inject *inject, const struct seep_flow *flow)
{
	const struct logrow *packet;
	struct logrow *row = add_row(&inject->dns);

	assert(inject->conn.count > 0);
	assert(flow->name_size < sizeof(inject->domain));
	if (row == NULL)
		return -1;
	packet = &inject->conn.rows[inject->conn.count - 1];
	memcpy(inject->domain, flow->name.text, flow->name_size);
	inject->domain[flow->name_size] = '\0';
	row->flow = *flow;
	row->flow.name.text = NULL;
	row->is_dns = 1;
	row->asked = packet->flow.resp;
	row->trans_id = (uint16_t)draw_below(&inject->draw, 65536);
	memcpy(row->uid, packet->uid, sizeof(row->uid));
	/* A resolver asks on for the name that its client asked for. */
	if (inject->via == NULL ||
	    seep_address_compare(&flow->orig, inject->via) != 0)
		inject->queries++;
	row->query_key = inject->queries;
	return 0;
}

static int
keep_flow(void *ctx, const struct seep_flow *flow)
{
	struct inject *inject = ctx;
	struct logrow *row;

	if (flow->flags & SEEP_FLOW_NAME)
		return keep_name(inject, flow);
	row = add_row(&inject->conn);
	if (row == NULL)
		return -1;
	row->flow = *flow;
	row->local_orig =
	    seep_site_place(inject->site, &flow->orig) == SEEP_PLACE_INSIDE;
	row->local_resp =
	    seep_site_place(inject->site, &flow->resp) == SEEP_PLACE_INSIDE;
	draw_uid(&inject->draw, row->uid);
	return 0;
}

/* A connection is written when it ends, a question when it was asked. */
static int64_t
written_ns(const struct logrow *row)
{
	return row->is_dns ? row->flow.start_ns : row->flow.end_ns;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct logrow *x = a;
	const struct logrow *y = b;

	if (written_ns(x) != written_ns(y))
		return written_ns(x) < written_ns(y) ? -1 : 1;
	return strcmp(x->uid, y->uid);
}

static void
sort_rows(struct inject_rows *rows)
{
	if (rows->count > 0)
		qsort(rows->rows, rows->count, sizeof(rows->rows[0]),
		      compare_rows);
}

int
inject_make(struct inject *inject, const struct leak_opts *opts)
{
	assert(inject != NULL);
	assert(opts != NULL);
	inject->site = opts->site;
	inject->via = opts->via;
	inject->seed = opts->seed;
	draw_init(&inject->draw, opts->seed, STREAM_IDENTITIES);
	if (leak_make(opts, keep_flow, inject) != 0) {
		if (inject->conn.count < INJECT_ROWS_MAX)
			return complain_memory();
		return complain("the leak would be more than %d rows: lower "
				"--bytes-per-day or --days",
				INJECT_ROWS_MAX);
	}
	sort_rows(&inject->conn);
	sort_rows(&inject->dns);
	return EXIT_DONE;
}

void
inject_clear(struct inject *inject)
{
	assert(inject != NULL);
	free(inject->conn.rows);
	free(inject->dns.rows);
	memset(inject, 0, sizeof(*inject));
}

/* ---- the log ---- */

/* struct copy: a log on its way to the output. */
struct copy {
	const struct inject *inject;
	const struct inject_rows *rows;
	const char *path;
	const char *host;
	struct output *output;
	struct logrow_form form;
	size_t next;     /* row not yet written */
	int line_is_cut; /* the last line had no end */
	char *held;      /* a "#close" that may be the last line */
	size_t held_size;
};

static int
complain_output(const struct output *output)
{
	return complain("%s: %s", output_name(output->target), strerror(errno));
}

/* Labels of up to 60 letters and digits below the domain; 'bytes' with their
 * dots. The same key always gives the same name. */
static void
make_query(const struct inject *inject, const struct logrow *row,
	   char query[SEEP_NAME_SIZE_MAX + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	const uint64_t bytes = row->flow.bytes_orig;
	struct draw draw;
	size_t label = 0;

	assert(bytes + strlen(inject->domain) <= SEEP_NAME_SIZE_MAX);
	draw_init(&draw, inject->seed ^ STREAM_QUERIES, row->query_key);
	for (uint64_t i = 0; i < bytes; i++) {
		/* No label is empty: a dot stands last, and after at most 60,
		 * but not where a second one would follow it. */
		const int dot =
		    i + 1 == bytes || (label >= 60 && i + 2 != bytes);

		query[i] = dot ? '.' : letters[draw_below(&draw, 32)];
		label = dot ? 0 : label + 1;
	}
	memcpy(query + bytes, inject->domain, strlen(inject->domain) + 1);
}

static int
write_row(struct copy *copy)
{
	char query[SEEP_NAME_SIZE_MAX + 1];
	struct logrow row = copy->rows->rows[copy->next++];

	if (row.is_dns) {
		make_query(copy->inject, &row, query);
		row.query = query;
	}
	if (copy->line_is_cut && output_write(copy->output, "\n", 1) != 0)
		return complain_output(copy->output);
	copy->line_is_cut = 0;
	if (logrow_write(&copy->form, &row, output_write, copy->output) != 0)
		return complain_output(copy->output);
	return EXIT_DONE;
}

/* Rows that were written up to a time. */
static int
write_until(struct copy *copy, int64_t time_us)
{
	int status = EXIT_DONE;

	while (status == EXIT_DONE && copy->next < copy->rows->count &&
	       written_ns(&copy->rows->rows[copy->next]) / 1000 <= time_us)
		status = write_row(copy);
	return status;
}

static int
write_line(struct copy *copy, const char *line, size_t size)
{
	if (size == 0)
		return EXIT_DONE;
	if (output_write(copy->output, line, size) != 0)
		return complain_output(copy->output);
	copy->line_is_cut = line[size - 1] != '\n';
	return EXIT_DONE;
}

static int
release_held(struct copy *copy)
{
	int status = write_line(copy, copy->held, copy->held_size);

	free(copy->held);
	copy->held = NULL;
	copy->held_size = 0;
	return status;
}

static int
hold(struct copy *copy, const char *line, size_t size)
{
	copy->held = malloc(size);
	if (copy->held == NULL)
		return complain_memory();
	memcpy(copy->held, line, size);
	copy->held_size = size;
	return EXIT_DONE;
}

static int
copy_line(struct copy *copy, const char *line, size_t size)
{
	int64_t time_us;
	int status = release_held(copy);

	if (status != EXIT_DONE)
		return status;
	if (logrow_learn(&copy->form, line, size, copy->host) != SEEP_OK)
		return complain_memory();
	if (size >= 6 && memcmp(line, "#close", 6) == 0)
		return hold(copy, line, size);
	if (logrow_time(&copy->form, line, size, &time_us))
		status = write_until(copy, time_us);
	return status == EXIT_DONE ? write_line(copy, line, size) : status;
}

static int
learn_line(struct copy *copy, const char *line, size_t size)
{
	if (logrow_learn(&copy->form, line, size, copy->host) != SEEP_OK)
		return complain_memory();
	return EXIT_DONE;
}

static int
each_line(struct copy *copy, int (*fn)(struct copy *, const char *, size_t))
{
	struct textfile *file;
	const char *line;
	size_t size;
	int status = textfile_open(&file, copy->path);
	int got = 1;

	while (status == EXIT_DONE &&
	       (got = textfile_line(file, &line, &size)) == 1)
		status = fn(copy, line, size);
	textfile_close(file);
	return status == EXIT_DONE && got < 0 ? EXIT_FAILED : status;
}

/* The whole log is read once for its form, and again to be copied. */
static int
copy_log(struct copy *copy)
{
	int status = each_line(copy, learn_line);

	if (status != EXIT_DONE)
		return status;
	if (!logrow_has_pattern(&copy->form))
		return complain("%s: no row of a log of Zeek in it",
				copy->path);
	return each_line(copy, copy_line);
}

int
inject_log(const struct inject *inject, const struct inject_rows *rows,
	   const char *path, int json, const char *host, struct output *output)
{
	struct copy copy = {.inject = inject,
			    .rows = rows,
			    .path = path,
			    .host = host,
			    .output = output};
	int status = EXIT_DONE;

	assert(rows != NULL);
	assert(output != NULL);
	if (path != NULL)
		status = copy_log(&copy);
	else if (logrow_default(&copy.form, json, output_write, output) != 0)
		status = complain_output(output);
	if (status == EXIT_DONE)
		status = write_until(&copy, INT64_MAX);
	if (status == EXIT_DONE)
		status = release_held(&copy);
	free(copy.held);
	logrow_clear(&copy.form);
	return status;
}

int
inject_is_json(const char *path)
{
	struct textfile *file;
	const char *line;
	size_t size;
	int is_json = 0;
	int got;

	assert(path != NULL);
	if (textfile_open(&file, path) != EXIT_DONE)
		return -1;
	got = textfile_line(file, &line, &size);
	if (got == 1)
		is_json = line[0] == '{';
	textfile_close(file);
	return got < 0 ? -1 : is_json;
}
