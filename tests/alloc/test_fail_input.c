/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readers when memory ends: they say so, and asked again they go on where
 * they were; no row and no packet is lost or counted twice.
 */
#include <criterion/criterion.h>

#include "alloc/fail.h"
#include "base/hash.h"
#include "input/inflate.h"
#include "input/logs.h"
#include "input/packed.h"

#define PACKED_ROOM ((size_t)1 << 20)

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
		if (status == SEEP_AGAIN)
			seep_source_finish(source);
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

/* The log's text again and again behind its header, so that it does not fit
 * into what is asked for at once. */
static size_t
write_long(char *text, const char *path, int from)
{
	size_t head = (size_t)sprintf(text, HEADER_OF("%s"), path);

	for (int i = 0; i < 10; i++)
		write_rows(text + strlen(text), 0, from + i * 40);
	cr_assert_lt(strlen(text), (size_t)LOG_SIZE);
	return head;
}

#ifdef SEEP_HAVE_ZLIB
static void
put_gzip(const char *path, const char *mode, const char *text)
{
	static uint8_t packed[PACKED_ROOM];

	put_bytes(path, mode, packed,
		  pack_gzip(text, strlen(text), packed, sizeof(packed)));
}
#endif

#ifdef SEEP_HAVE_ZSTD
static void
put_zstd(const char *path, const char *mode, const char *text, int window_log)
{
	static uint8_t packed[PACKED_ROOM];

	put_bytes(path, mode, packed,
		  pack_zstd_unsized(text, strlen(text), window_log, packed,
				    sizeof(packed)));
}
#endif

/* Packed logs of several members and frames, each frame of a wider window;
 * one of interim rows that only its head names so. */
static void
write_packed(struct folder *folder)
{
	static char text[LOG_SIZE];
	size_t head;

	(void)folder;
	(void)head;
	(void)text;
#ifdef SEEP_HAVE_ZLIB
	head = write_long(text, "conn", 0);
	put_gzip(in_folder(folder, "conn.00.log.gz"), "w", text);
	put_gzip(folder->path, "a", text + head);
	(void)write_long(text, "conn_long", 20);
	put_gzip(in_folder(folder, "conn.99.log.gz"), "w", text);
#endif
#ifdef SEEP_HAVE_ZSTD
	head = write_long(text, "conn", 4000);
	put_zstd(in_folder(folder, "conn.01.log.zst"), "w", text, 12);
	put_zstd(folder->path, "a", text + head, 14);
	put_zstd(folder->path, "a", text + head, 17);
#endif
}

static void
read_packed(const char *what, int dedup, int follow)
{
	static const struct fail_plan plan = {
	    .each = 30, .runs = 40, .first_only = 0};
	struct folder folder;
	const char *paths[1];
	struct reading_of r = {
	    .paths = paths, .count = 1, .opts = SEEP_ZEEK_OPTS_INIT};

	folder_init(&folder);
	write_packed(&folder);
	paths[0] = folder.name;
	r.opts.dedup = dedup;
	r.opts.follow = follow;
#ifdef FAIL_LIBRARIES
	cr_assert_gt(fail_libraries(), 0, "libzstd is not there");
#endif
	(void)fail_each(what, read_zeek, &r, &plan);
	cr_assert_gt(r.expected.flows, 100);
	folder_clear(&folder);
}

#if defined(SEEP_HAVE_ZLIB) && defined(SEEP_HAVE_ZSTD)
Test(fail_input, packed_logs_are_read_on_after_memory_ended)
{
	read_packed("packed", 0, 0);
}

Test(fail_input, packed_logs_without_repeated_rows_are_read_on)
{
	read_packed("packed, dedup", 1, 0);
}

Test(fail_input, packed_logs_that_are_followed_are_read_on)
{
	read_packed("packed, follow", 0, 1);
}
#endif

Test(fail_input, logs_that_are_followed_are_read_on)
{
	static const struct fail_plan plan = {
	    .each = 30, .runs = 40, .first_only = 0};
	struct folder folder;
	const char *paths[1];
	struct reading_of r = {
	    .paths = paths, .count = 1, .opts = SEEP_ZEEK_OPTS_INIT};

	folder_init(&folder);
	write_logs(&folder);
	paths[0] = folder.name;
	r.opts.follow = 1;
	(void)fail_each("follow", read_zeek, &r, &plan);
	cr_assert_gt(r.expected.flows, 60);
	folder_clear(&folder);
}

/* struct packed: what inflate is fed, byte by byte, and what must come. */
struct packed {
	enum seep__packing packing;
	const uint8_t *data;
	size_t size;
	const char *text;
};

/* One byte in; refused memory, the same byte again with all there is. */
static int
inflate_byte(struct seep__inflate *inflate, const uint8_t *byte,
	     const char **text)
{
	static uint8_t out[LOG_SIZE];
	size_t used, got;
	int first =
	    seep__inflate_turn(inflate, byte, 1, &used, out, sizeof(out), &got);
	int status = first;

	if (first == SEEP_ENOMEM) {
		cr_assert(used == 0 && got == 0);
		fail_stop();
		status = seep__inflate_turn(inflate, byte, 1, &used, out,
					    sizeof(out), &got);
	}
	cr_assert_eq(status, SEEP_OK, "%s", seep__inflate_why(inflate));
	cr_assert_eq(used, 1);
	cr_assert_eq(memcmp(out, *text, got), 0);
	*text += got;
	return first;
}

static int
inflate_bytes(void *ctx)
{
	const struct packed *p = ctx;
	const char *text = p->text;
	struct seep__inflate *inflate;
	struct seep__mem *mem;
	const char *why;
	int status, refused = SEEP_OK;

	status = seep__mem_new(&mem, fail_alloc(), 0);
	if (status != SEEP_OK)
		return status;
	status = seep__inflate_new(&inflate, p->packing, mem, &why);
	for (size_t at = 0; status == SEEP_OK && at < p->size; at++)
		if (inflate_byte(inflate, p->data + at, &text) != SEEP_OK)
			refused = SEEP_ENOMEM;
	if (status == SEEP_OK) {
		cr_assert_eq(*text, '\0', "%zu bytes lack", strlen(text));
		cr_assert(seep__inflate_between(inflate));
		status = refused;
	}
	seep__inflate_free(inflate);
	seep__mem_unref(mem);
	return status;
}

static const struct fail_plan every = {
    .each = SIZE_MAX, .runs = SIZE_MAX, .first_only = 0};

#ifdef SEEP_HAVE_ZLIB
Test(fail_input, gzip_members_go_on_at_the_byte_where_memory_ended)
{
	static uint8_t data[PACKED_ROOM];
	static char text[2 * LOG_SIZE];
	struct packed p = {SEEP__PACKING_GZIP, data, 0, text};
	size_t half = write_long(text, "conn", 0);

	p.size = pack_gzip(text, half, data, sizeof(data));
	p.size += pack_gzip(text + half, strlen(text + half), data + p.size,
			    sizeof(data) - p.size);
	/* All of it when it is made. */
	cr_assert_geq(fail_each("gzip", inflate_bytes, &p, &every).failed, 4);
}
#endif

#ifdef SEEP_HAVE_ZSTD
Test(fail_input, zstd_frames_go_on_at_the_byte_where_memory_ended)
{
	static uint8_t data[PACKED_ROOM];
	static char text[2 * LOG_SIZE];
	struct packed p = {SEEP__PACKING_ZSTD, data, 0, text};
	size_t half = write_long(text, "conn", 0);

	p.size = pack_zstd_unsized(text, half, 10, data, sizeof(data));
	p.size += pack_zstd_unsized(text + half, strlen(text + half), 17,
				    data + p.size, sizeof(data) - p.size);
#ifdef FAIL_LIBRARIES
	cr_assert_gt(fail_libraries(), 0, "libzstd is not there");
	/* The context, and a window for each of the frames. */
	cr_assert_geq(fail_each("zstd", inflate_bytes, &p, &every).failed, 4);
#else
	(void)fail_each("zstd", inflate_bytes, &p, &every);
#endif
}
#endif
