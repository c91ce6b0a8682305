/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readers when memory ends: they say so, and asked again they go on where
 * they were; no row and no packet is lost or counted twice.
 */
#include <criterion/criterion.h>

#include "alloc/fail.h"
#include "base/hash.h"
#include "input/logs.h"

/* struct got: what a source gave, as sums that no order changes. */
struct got {
	uint64_t flows;
	uint64_t sum;
	uint64_t bytes;
	struct seep_coverage coverage;
};

struct reading_of {
	const char *const *paths;
	size_t count;
	struct seep_zeek_opts opts;
	int known;
	struct got expected;
};

static void
add_flow(struct got *got, const struct seep_flow *flow)
{
	struct seep__hash_stream stream;
	struct seep_flow copy = *flow;

	seep__hash_stream_init(&stream);
	seep__hash_stream_feed(&stream, flow->name.text, flow->name_size);
	copy.name.room = 0;
	seep__hash_stream_feed(&stream, &copy, sizeof(copy));
	got->sum += seep__hash_stream_sum(&stream);
	got->bytes += flow->bytes_orig + flow->bytes_resp;
	got->flows++;
}

/* Reads to the end; after a failure with all the memory there is. */
static int
drain(struct seep_source *source, struct got *got)
{
	struct seep_flow batch[5];
	struct seep_notice notice;
	int first = SEEP_OK;
	int status;
	size_t n;

	memset(got, 0, sizeof(*got));
	do {
		status = seep_source_next(source, batch, 5, &n);
		cr_assert(status == SEEP_OK || n == 0);
		for (size_t i = 0; i < n; i++)
			add_flow(got, &batch[i]);
		while (seep_source_notice(source, &notice) == SEEP_OK)
			continue;
		if (status < 0) {
			cr_assert_eq(first, SEEP_OK, "twice");
			first = status;
			fail_stop();
		}
	} while (status != SEEP_END);
	seep_source_coverage(source, &got->coverage);
	return first;
}

static int
read_zeek(void *ctx)
{
	struct reading_of *r = ctx;
	struct seep_source *source;
	struct got got;
	int status;

	status = seep_zeek_source_new(&source, r->paths, r->count, &r->opts,
				      fail_alloc());
	cr_assert_eq(source == NULL, status != SEEP_OK);
	if (status != SEEP_OK)
		return status;
	status = drain(source, &got);
	seep_source_free(source);
	if (!r->known)
		r->expected = got;
	r->known = 1;
	cr_assert_eq(got.flows, r->expected.flows, "%llu flows, not %llu",
		     (unsigned long long)got.flows,
		     (unsigned long long)r->expected.flows);
	cr_assert_eq(got.bytes, r->expected.bytes);
	cr_assert_eq(got.sum, r->expected.sum, "other flows");
	cr_assert_eq(
	    memcmp(&got.coverage, &r->expected.coverage, sizeof(got.coverage)),
	    0, "another coverage");
	return status;
}

/* Rows of every way through the reader: final, interim, long, tunnels,
 * repeated, refused. */
static void
write_rows(char *text, int json, int from)
{
	char ts[32], uid[24], parent[24];

	for (int i = from; i < from + 40; i++) {
		struct conn c;

		snprintf(ts, sizeof(ts), "17723%05d.000000", 23200 + i / 3);
		snprintf(uid, sizeof(uid), "Cuid%d", i / 2);
		snprintf(parent, sizeof(parent), "Cuid%d", i / 2 + 3);
		c = CONN(.ts = ts, .uid = uid,
			 .duration = i % 4 ? "2.5" : "5000.0",
			 .proto = i % 9 ? "tcp" : "icp",
			 .parents = i % 5 ? NULL : parent,
			 .service = i % 5 ? NULL : "gre");
		if (json)
			conn_json(text, c, NULL);
		else
			conn_tsv(text, c);
	}
}

static void
write_logs(struct folder *folder)
{
	static char text[LOG_SIZE];

	strcpy(text, HEADER);
	write_rows(text, 0, 0);
	put_text(in_folder(folder, "conn.00.log"), text);
	/* The same again, and something alike at its beginning only. */
	put_text(in_folder(folder, "conn.01.log"), text);
	write_rows(text, 0, 300);
	put_text(in_folder(folder, "conn.02.log"), text);
	strcpy(text, HEADER_OF("conn_long"));
	write_rows(text, 0, 20);
	put_text(in_folder(folder, "conn_long.log"), text);
	text[0] = '\0';
	write_rows(text, 1, 500);
	put_text(in_folder(folder, "conn.json.log"), text);
	strcpy(text, DNS_HEADER);
	for (int i = 0; i < 12; i++)
		sprintf(text + strlen(text),
			"1772323200.%06d\tC%d\t10.2.0.7\t50123\t10.2.0.53\t53"
			"\tudp\t%d\tx%d.example.com\t1\n",
			i, i, i, i);
	put_text(in_folder(folder, "dns.log"), text);
}

static void
read_all_ways(const char *what, int dedup)
{
	static const struct fail_plan plan = {
	    .each = 30, .runs = 60, .first_only = 0};
	struct folder folder;
	const char *paths[2];
	struct reading_of r = {
	    .paths = paths, .count = 2, .opts = SEEP_ZEEK_OPTS_INIT};

	folder_init(&folder);
	write_logs(&folder);
	paths[0] = folder.name;
	paths[1] = "/nonexistent/conn.log";
	r.opts.dedup = dedup;
	(void)fail_each(what, read_zeek, &r, &plan);
	cr_assert_gt(r.expected.flows, 60);
	folder_clear(&folder);
}

Test(fail_input, zeek_logs_are_read_on_after_memory_ended)
{
	read_all_ways("zeek", 0);
}

Test(fail_input, repeated_rows_are_still_told_from_new_ones)
{
	read_all_ways("zeek, dedup", 1);
}
