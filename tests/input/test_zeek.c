/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"
#include "packed.h"
#include "support/alloc.h"

/* Three rows of TSV or JSON that differ in their bytes. */
static size_t
small_log(char *text, int json)
{
	strcpy(text, json ? "" : HEADER);
	if (json) {
		conn_json(text, CONN(.uid = "C1", .oip = "101"), NULL);
		conn_json(text, CONN(.uid = "C2", .parents = "C1"), "conn");
		conn_json(text, CONN(.uid = "C3", .oip = "303"), NULL);
	} else {
		conn_tsv(text, CONN(.uid = "C1", .oip = "101"));
		conn_tsv(text, CONN(.uid = "C2", .parents = "C1"));
		conn_tsv(text, CONN(.uid = "C3", .oip = "303"));
	}
	return strlen(text);
}

/* whole_rows() counts the lines of 'text' before 'size' that are rows. */
static size_t
whole_rows(const char *text, size_t size)
{
	size_t i, from = 0, rows = 0;

	for (i = 0; i < size; i++)
		if (text[i] == '\n') {
			rows += text[from] != '#';
			from = i + 1;
		}
	return rows;
}

static void
must_start_alike(const struct reading *a, const struct reading *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		cr_assert_eq(
		    memcmp(&a->flows[i], &b->flows[i], sizeof(a->flows[0])), 0);
}

static void
cut_everywhere(int json)
{
	char text[LOG_SIZE];
	size_t size = small_log(text, json), cut, rows;
	struct folder folder;
	struct reading whole, r;

	folder_init(&folder);
	read_bytes(&whole, text, size);
	cr_assert_eq(whole.count, 3);
	in_folder(&folder, "conn.log");
	for (cut = 0; cut < size; cut++) {
		put_bytes(folder.path, "w", text, cut);
		read_path(&r, folder.path);
		rows = whole_rows(text, cut);
		cr_assert_geq(r.count, rows, "cut at %zu", cut);
		cr_assert_leq(r.count, rows + 1);
		must_start_alike(&r, &whole, rows);
		cr_assert_eq(refused(&r),
			     r.coverage.records_refused[SEEP_REFUSED_TRUNCATED],
			     "cut at %zu: %s", cut, r.notices[0]);
		if (r.count == rows && rows > 0 && text[cut - 1] != '\n')
			cr_assert_eq(refused(&r), 1, "cut at %zu", cut);
		reading_clear(&r);
	}
	reading_clear(&whole);
	folder_clear(&folder);
}

Test(zeek, keeps_every_whole_row_of_a_tsv_log_cut_anywhere)
{
	cut_everywhere(0);
}

Test(zeek, keeps_every_whole_row_of_a_json_log_cut_anywhere)
{
	cut_everywhere(1);
}

/* mutate() changes one to four bytes; deterministic. */
static void
mutate(char *text, size_t size, uint32_t *state)
{
	static const char odd[] = "\0\n\t#{}[]\",:-\\x9e.\r\xff";
	int n;

	*state = *state * 1664525 + 1013904223;
	for (n = (int)(*state >> 30) + 1; n > 0; n--) {
		*state = *state * 1664525 + 1013904223;
		text[(*state >> 8) % size] = odd[*state % (sizeof(odd) - 1)];
	}
}

static void
mutate_often(int json)
{
	char text[LOG_SIZE], copy[LOG_SIZE];
	size_t size = small_log(text, json);
	struct folder folder;
	struct reading r;
	uint32_t state = 12345;
	int i;

	folder_init(&folder);
	in_folder(&folder, "conn.log");
	for (i = 0; i < 1500; i++) {
		memcpy(copy, text, size);
		mutate(copy, size, &state);
		put_bytes(folder.path, "w", copy, size);
		/* Balances, or the reader fails the test itself. */
		read_path(&r, folder.path);
		cr_assert_eq(r.coverage.files, 1);
		if (r.coverage.files_refused == 0 &&
		    r.coverage.files_damaged == 0)
			cr_assert_geq(r.coverage.records, 1);
		reading_clear(&r);
	}
	folder_clear(&folder);
}

Test(zeek, balances_whatever_bytes_of_a_tsv_log_change)
{
	mutate_often(0);
}

Test(zeek, balances_whatever_bytes_of_a_json_log_change)
{
	mutate_often(1);
}

Test(zeek, loses_only_the_rows_that_junk_hits)
{
	char text[LOG_SIZE];
	struct reading r;
	size_t size;

	size = small_log(text, 0);
	memcpy(text + size, "\0\x01\xff\n\n\xfe\0\0\t\n", 10);
	size += 10;
	memcpy(text + size, "x\ty\n", 5);
	size += 4;
	text[size] = '\0';
	conn_tsv(text + size, CONN(.oip = "404"));
	size += strlen(text + size);
	read_bytes(&r, text, size);
	cr_assert_eq(r.count, 4);
	cr_assert_eq(r.flows[3].bytes_orig, 404);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_MALFORMED], 3);
	reading_clear(&r);
}

Test(zeek, reads_carriage_returns_and_a_missing_last_newline)
{
	char text[LOG_SIZE], crlf[LOG_SIZE];
	size_t size = small_log(text, 0), i, n = 0;
	struct reading a, b;

	for (i = 0; i < size; i++) {
		if (text[i] == '\n')
			crlf[n++] = '\r';
		crlf[n++] = text[i];
	}
	read_bytes(&a, text, size);
	read_bytes(&b, crlf, n);
	cr_assert_eq(a.count, 3);
	cr_assert(same_flows(&a, &b));
	reading_clear(&b);
	read_bytes(&b, text, size - 1);
	cr_assert(same_flows(&a, &b));
	cr_assert_eq(refused(&b), 0);
	reading_clear(&a);
	reading_clear(&b);
}

Test(zeek, tells_the_first_three_of_a_reason_and_counts_all)
{
	char text[LOG_SIZE] = HEADER;
	struct reading r;
	int i;

	for (i = 0; i < 10; i++) {
		conn_tsv(text, CONN(.ts = "nan"));
		conn_tsv(text, CONN(.oh = "nowhere\x01"));
	}
	read_text(&r, text);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_BAD_TIME], 10);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_BAD_ADDRESS], 10);
	cr_assert_eq(r.notices_count, 2 * SEEP_NOTICES_PER_FILE);
	cr_assert(has_notice(&r, "9|ts|a time that is negative or not finite: "
				 "'nan'|0"));
	cr_assert(has_notice(&r, "10|id.orig_h|not an address: "
				 "'nowhere\\x01'|0"));
	reading_clear(&r);
}

Test(zeek, says_that_a_file_is_empty)
{
	struct reading r;

	read_text(&r, "");
	cr_assert_eq(r.coverage.files_refused, 1);
	cr_assert(has_notice(&r, "the file is empty"));
	reading_clear(&r);
	read_text(&r, HEADER);
	cr_assert_eq(r.coverage.files_refused, 0);
	cr_assert_eq(r.notices_count, 0);
	reading_clear(&r);
}

Test(zeek, reads_standard_input_through_a_pipe)
{
	char text[LOG_SIZE];
	size_t size = small_log(text, 0);
	const char *dash = "-";
	struct reading r;
	int ends[2];

	size += (size_t)sprintf(text + size, MARKS "#path\tssl\n#fields\tts\n"
						   "1\n");
	size += small_log(text + size, 1);
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], text, size), (ssize_t)size);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	read_path(&r, dash);
	cr_assert_eq(r.count, 6);
	cr_assert_eq(memcmp(&r.flows[0], &r.flows[3], 3 * sizeof(*r.flows)), 0);
	cr_assert_eq(r.progress.total_bytes, 0);
	reading_clear(&r);
}

Test(zeek, refuses_wrong_options_and_no_paths)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;
	const char *path = "x";

	cr_assert_eq(seep_zeek_source_new(&source, &path, 0, NULL, NULL),
		     SEEP_EINVAL);
	cr_assert_null(source);
	opts.size = 1;
	cr_assert_eq(seep_zeek_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_EINVAL);
	/* The struct as it was before 'seed' was added. */
	opts.size = offsetof(struct seep_zeek_opts, seed);
	cr_assert_eq(seep_zeek_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_OK);
	seep_source_free(source);
}

#ifdef SEEP_HAVE_ZLIB
Test(zeek, reads_compressed_logs_as_it_reads_plain_ones)
{
	char text[LOG_SIZE], packed[LOG_SIZE];
	size_t size = small_log(text, 0), n;
	struct reading a, b;

	read_bytes(&a, text, size);
	n = pack_gzip(text, size - 100, packed, LOG_SIZE);
	n += pack_gzip(text + size - 100, 100, packed + n, LOG_SIZE - n);
	read_bytes(&b, packed, n);
	cr_assert(same_flows(&a, &b));
	reading_clear(&b);
#ifdef SEEP_HAVE_ZSTD
	n = pack_zstd(text, size, packed, LOG_SIZE);
	read_bytes(&b, packed, n);
	cr_assert(same_flows(&a, &b));
	reading_clear(&b);
#endif
	reading_clear(&a);
}

Test(zeek, keeps_the_rows_before_damage_in_a_compressed_log)
{
	char text[LOG_SIZE], packed[LOG_SIZE];
	size_t size = small_log(text, 0), n;
	struct reading r;

	n = pack_gzip(text, size - 100, packed, LOG_SIZE);
	n += pack_gzip(text + size - 100, 100, packed + n, LOG_SIZE - n);
	read_bytes(&r, packed, n - 20);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.coverage.files_damaged, 1);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_TRUNCATED], 1);
	cr_assert(has_notice(&r, "the compressed file ends too early|1"));
	reading_clear(&r);
	memcpy(packed + n, "junk", 4);
	read_bytes(&r, packed, n + 4);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.coverage.files_damaged, 1);
	cr_assert(has_notice(&r, "bytes behind the compressed data|1"));
	reading_clear(&r);
}

Test(zeek, refuses_the_same_log_in_another_compression)
{
	char text[LOG_SIZE], packed[LOG_SIZE];
	size_t size = small_log(text, 0), n;
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	put_bytes(in_folder(&folder, "conn.log"), "w", text, size);
	n = pack_gzip(text, size, packed, LOG_SIZE);
	put_bytes(in_folder(&folder, "conn.log.gz"), "w", packed, n);
	read_path(&r, folder.name);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_DUPLICATE], 3);
	reading_clear(&r);
	folder_clear(&folder);
}
#endif

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;
	struct seep_notice notice;
	struct seep_flow flows[4];
	const char *path = ctx;
	size_t n;
	int status;

	opts.dedup = 1;
	status = seep_zeek_source_new(&source, &path, 1, &opts, alloc);
	if (status != SEEP_OK)
		return status;
	do {
		status = seep_source_next(source, flows, 4, &n);
		while (seep_source_notice(source, &notice) == SEEP_OK)
			;
	} while (status == SEEP_OK);
	seep_source_free(source);
	return status == SEEP_END ? SEEP_OK : status;
}

Test(zeek, gives_everything_back_whichever_allocation_fails)
{
	char text[LOG_SIZE];
	struct folder folder;
	const char *why;
	size_t runs;

	folder_init(&folder);
	small_log(text, 0);
	conn_tsv(text, CONN(.service = "vxlan", .uid = "CT"));
	conn_tsv(text, CONN(.ts = "bad"));
	put_text(in_folder(&folder, "conn.log"), text);
	small_log(text, 1);
	conn_json(text, CONN(.service = "\\u0041"), NULL);
	put_text(in_folder(&folder, "conn_long.log"), text);
	why = test_alloc_each(attempt, folder.name, &runs);
	cr_assert_null(why, "%s", why);
	cr_assert_geq(runs, 20);
	folder_clear(&folder);
}
