/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * logs.h - conn logs for tests: rows are built so that a case shows only
 * what matters, written to a folder of their own, read, and compared.
 */
#ifndef TESTS_INPUT_LOGS_H
#define TESTS_INPUT_LOGS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <seep/zeek.h>

/* Rows are made of defaults and of what a case overrides. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

#define UNUSED __attribute__((unused))

#define FIELDS                                                                \
	"ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice" \
	"\tduration\torig_bytes\tresp_bytes\tconn_state\tmissed_bytes"        \
	"\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes"       \
	"\ttunnel_parents"
#define TYPES                                                                 \
	"time\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount" \
	"\tcount\tstring\tcount\tstring\tcount\tcount\tcount\tcount"          \
	"\tset[string]"
#define MARKS                                                          \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n" \
	"#unset_field\t-\n"
#define HEADER_OF(path)                                       \
	MARKS "#path\t" path "\n#open\t2026-03-01-00-00-00\n" \
	      "#fields\t" FIELDS "\n#types\t" TYPES "\n"
#define HEADER HEADER_OF("conn")

#define DNS_FIELDS                                                             \
	"ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id" \
	"\tquery\tqtype"
#define DNS_TYPES \
	"time\tstring\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount"
#define DNS_HEADER \
	MARKS "#path\tdns\n#fields\t" DNS_FIELDS "\n#types\t" DNS_TYPES "\n"

/* struct conn: one row, in the order of FIELDS; NULL is unset. */
struct conn {
	const char *ts, *uid, *oh, *op, *rh, *rp, *proto, *service, *duration;
	const char *ob, *rb, *state, *missed, *history, *opk, *oip, *rpk, *rip;
	const char *parents;
};

#define CONN_DEFAULTS                                                       \
	.ts = "1772323200.000000", .uid = "CAbcdef123456789a",              \
	.oh = "10.2.0.7", .op = "50123", .rh = "198.51.100.9", .rp = "443", \
	.proto = "tcp", .duration = "10.500000", .ob = "1000", .rb = "200", \
	.state = "SF", .missed = "0", .history = "ShADadFf", .opk = "10",   \
	.oip = "1520", .rpk = "8", .rip = "620"

/* CONN(.oip = "7") is the default row with another orig_ip_bytes. */
#define CONN(...) ((struct conn){CONN_DEFAULTS, __VA_ARGS__})

/* Room for one row, or a small log. */
#define ROW_SIZE 1024
#define LOG_SIZE 65536

static UNUSED const char *
or_unset(const char *value)
{
	return value != NULL ? value : "-";
}

/* conn_tsv() adds a row of TSV to 'out'. */
static UNUSED void
conn_tsv(char *out, struct conn c)
{
	sprintf(out + strlen(out),
		"%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s"
		"\t%s\t%s\t%s\t%s\n",
		or_unset(c.ts), or_unset(c.uid), or_unset(c.oh), or_unset(c.op),
		or_unset(c.rh), or_unset(c.rp), or_unset(c.proto),
		or_unset(c.service), or_unset(c.duration), or_unset(c.ob),
		or_unset(c.rb), or_unset(c.state), or_unset(c.missed),
		or_unset(c.history), or_unset(c.opk), or_unset(c.oip),
		or_unset(c.rpk), or_unset(c.rip), or_unset(c.parents));
}

/* member() adds one member of a JSON object, nothing when it is unset. */
static UNUSED void
member(char *out, const char *key, const char *value, int quoted)
{
	if (value == NULL)
		return;
	out += strlen(out);
	sprintf(out, quoted ? "%s\"%s\":\"%s\"" : "%s\"%s\":%s",
		out[-1] == '{' ? "" : ",", key, value);
}

/* conn_json() adds a row of JSON; parents are one uid at most. */
static UNUSED void
conn_json(char *out, struct conn c, const char *path)
{
	strcat(out, "{");
	member(out, "_path", path, 1);
	member(out, "ts", c.ts, 0);
	member(out, "uid", c.uid, 1);
	member(out, "id.orig_h", c.oh, 1);
	member(out, "id.orig_p", c.op, 0);
	member(out, "id.resp_h", c.rh, 1);
	member(out, "id.resp_p", c.rp, 0);
	member(out, "proto", c.proto, 1);
	member(out, "service", c.service, 1);
	member(out, "duration", c.duration, 0);
	member(out, "orig_bytes", c.ob, 0);
	member(out, "resp_bytes", c.rb, 0);
	member(out, "conn_state", c.state, 1);
	member(out, "missed_bytes", c.missed, 0);
	member(out, "history", c.history, 1);
	member(out, "orig_pkts", c.opk, 0);
	member(out, "orig_ip_bytes", c.oip, 0);
	member(out, "resp_pkts", c.rpk, 0);
	member(out, "resp_ip_bytes", c.rip, 0);
	if (c.parents != NULL)
		sprintf(out + strlen(out), ",\"tunnel_parents\":[\"%s\"]",
			c.parents);
	strcat(out, "}\n");
}

/* A folder of this test program alone, removed at the end. */
struct folder {
	char name[64];
	char path[512]; /* of the file last asked for */
};

static UNUSED void
folder_init(struct folder *folder)
{
	strcpy(folder->name, "/tmp/seep-test-XXXXXX");
	cr_assert_not_null(mkdtemp(folder->name));
}

static UNUSED void
folder_clear(struct folder *folder)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder->name);
	cr_assert_eq(system(command), 0);
}

static UNUSED const char *
in_folder(struct folder *folder, const char *name)
{
	snprintf(folder->path, sizeof(folder->path), "%s/%s", folder->name,
		 name);
	return folder->path;
}

static UNUSED void
put_bytes(const char *path, const char *mode, const void *data, size_t size)
{
	FILE *f = fopen(path, mode);

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fwrite(data, 1, size, f), size);
	cr_assert_eq(fclose(f), 0);
}

static UNUSED void
put_text(const char *path, const char *text)
{
	put_bytes(path, "w", text, strlen(text));
}

static UNUSED void
append_text(const char *path, const char *text)
{
	put_bytes(path, "a", text, strlen(text));
}

/* struct reading: everything that a source gave. */
struct reading {
	struct seep_flow *flows;
	char (*names)[SEEP_NAME_SIZE_MAX + 1];
	size_t count;
	size_t room;
	size_t asked; /* of the flows, those that are names */
	struct seep_coverage coverage;
	struct seep_progress progress;
	char notices[32][320]; /* "line|field|text|fatal" */
	size_t notices_count;  /* also of those beyond the room */
	int status;
};

static UNUSED void
reading_clear(struct reading *r)
{
	free(r->flows);
	free(r->names);
	memset(r, 0, sizeof(*r));
}

static UNUSED void
keep_flow(struct reading *r, const struct seep_flow *flow)
{
	if (r->count == r->room) {
		r->room = r->room * 2 + 64;
		r->flows = realloc(r->flows, r->room * sizeof(*r->flows));
		r->names = realloc(r->names, r->room * sizeof(*r->names));
		cr_assert(r->flows != NULL && r->names != NULL);
	}
	memset(r->names[r->count], 0, sizeof(r->names[0]));
	if (flow->name_size > 0)
		memcpy(r->names[r->count], flow->name.text, flow->name_size);
	r->asked += (flow->flags & SEEP_FLOW_NAME) != 0;
	r->flows[r->count] = *flow;
	r->flows[r->count++].name.room = 0;
}

static UNUSED void
keep_notices(struct reading *r, struct seep_source *source)
{
	struct seep_notice n;

	while (seep_source_notice(source, &n) == SEEP_OK) {
		if (r->notices_count < 32)
			snprintf(
			    r->notices[r->notices_count], sizeof(r->notices[0]),
			    "%llu|%s|%s|%d", (unsigned long long)n.line,
			    n.field != NULL ? n.field : "", n.text, n.fatal);
		r->notices_count++;
	}
}

/* read_on() takes what a source gives until it is not SEEP_OK. */
static UNUSED void
read_on(struct reading *r, struct seep_source *source)
{
	struct seep_flow batch[7];
	size_t i, n;

	while ((r->status = seep_source_next(source, batch, 7, &n)) ==
	       SEEP_OK) {
		cr_assert(n >= 1 && n <= 7);
		for (i = 0; i < n; i++)
			keep_flow(r, &batch[i]);
		keep_notices(r, source);
	}
	cr_assert_eq(n, 0);
	keep_notices(r, source);
	seep_source_coverage(source, &r->coverage);
	seep_source_progress(source, &r->progress);
}

/* refused() sums what a reading refused. */
static UNUSED uint64_t
refused(const struct reading *r)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		sum += r->coverage.records_refused[i];
	return sum;
}

static UNUSED uint64_t
bytes_given(const struct reading *r)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < r->count; i++)
		sum += r->flows[i].bytes_orig + r->flows[i].bytes_resp;
	return sum;
}

/* must_balance(): every row of traffic is a flow or refused; every refused
 * byte seen. */
static UNUSED void
must_balance(const struct reading *r)
{
	cr_assert_eq(r->coverage.records, r->count - r->asked + refused(r),
		     "%llu rows, %zu flows, %llu refused",
		     (unsigned long long)r->coverage.records,
		     r->count - r->asked, (unsigned long long)refused(r));
	cr_assert_eq(r->coverage.bytes_seen, r->coverage.bytes_refused);
}

static UNUSED void
read_paths(struct reading *r, const char *const *paths, size_t count,
	   const struct seep_zeek_opts *opts)
{
	struct seep_source *source;

	memset(r, 0, sizeof(*r));
	cr_assert_eq(seep_zeek_source_new(&source, paths, count, opts, NULL),
		     SEEP_OK);
	read_on(r, source);
	cr_assert_eq(r->status, SEEP_END);
	seep_source_free(source);
	must_balance(r);
}

static UNUSED void
read_path(struct reading *r, const char *path)
{
	read_paths(r, &path, 1, NULL);
}

/* read_bytes() reads a log of that content. */
static UNUSED void
read_bytes(struct reading *r, const void *data, size_t size)
{
	struct folder folder;

	folder_init(&folder);
	put_bytes(in_folder(&folder, "conn.log"), "w", data, size);
	read_path(r, folder.path);
	folder_clear(&folder);
}

static UNUSED void
read_text(struct reading *r, const char *text)
{
	read_bytes(r, text, strlen(text));
}

/* read_conn() reads a TSV log of one row. */
static UNUSED void
read_conn(struct reading *r, struct conn c)
{
	char text[4 * ROW_SIZE] = HEADER;

	conn_tsv(text, c);
	read_text(r, text);
}

/* same_flows() compares flow by flow, names included. */
static UNUSED int
same_flows(const struct reading *a, const struct reading *b)
{
	size_t i;

	if (a->count != b->count)
		return 0;
	for (i = 0; i < a->count; i++)
		if (memcmp(&a->flows[i], &b->flows[i], sizeof(a->flows[0])) !=
			0 ||
		    strcmp(a->names[i], b->names[i]) != 0)
			return 0;
	return 1;
}

static UNUSED int
has_notice(const struct reading *r, const char *part)
{
	size_t i;

	for (i = 0; i < r->notices_count && i < 32; i++)
		if (strstr(r->notices[i], part) != NULL)
			return 1;
	return 0;
}

#endif
