/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>

#include "logs.h"
#include "packed.h"

struct rig {
	struct folder folder;
	struct seep_source *source;
	struct reading reading;
};

static void
rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	folder_init(&rig->folder);
}

static void
follow(struct rig *rig, const char *path)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;

	opts.follow = 1;
	cr_assert_eq(seep_zeek_source_new(&rig->source, &path, 1, &opts, NULL),
		     SEEP_OK);
}

/* poll_again() reads what is there; returns how many flows came. */
static size_t
poll_again(struct rig *rig)
{
	size_t before = rig->reading.count;

	read_on(&rig->reading, rig->source);
	cr_assert_eq(rig->reading.status, SEEP_AGAIN);
	return rig->reading.count - before;
}

/* finish() asks for the end; returns how many flows came still. */
static size_t
finish(struct rig *rig)
{
	size_t before = rig->reading.count;

	seep_source_finish(rig->source);
	read_on(&rig->reading, rig->source);
	cr_assert_eq(rig->reading.status, SEEP_END);
	must_balance(&rig->reading);
	return rig->reading.count - before;
}

static void
rig_clear(struct rig *rig)
{
	seep_source_free(rig->source);
	reading_clear(&rig->reading);
	folder_clear(&rig->folder);
}

/* add_row() appends a row, told by its bytes; makes the log when needed. */
static void
add_row(struct rig *rig, const char *name, const char *bytes)
{
	char text[4 * ROW_SIZE] = "";

	in_folder(&rig->folder, name);
	if (access(rig->folder.path, F_OK) != 0)
		put_text(rig->folder.path, HEADER);
	conn_tsv(text, CONN(.oip = bytes));
	append_text(rig->folder.path, text);
}

static void
move(struct rig *rig, const char *from, const char *to)
{
	char old[512];

	strcpy(old, in_folder(&rig->folder, from));
	cr_assert_eq(rename(old, in_folder(&rig->folder, to)), 0);
}

static uint64_t
last(const struct rig *rig)
{
	return rig->reading.flows[rig->reading.count - 1].bytes_orig;
}

Test(zeek_follow, gives_rows_as_they_are_written)
{
	struct rig rig;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.path);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(poll_again(&rig), 0);
	add_row(&rig, "conn.log", "2");
	add_row(&rig, "conn.log", "3");
	cr_assert_eq(poll_again(&rig), 2);
	cr_assert_eq(last(&rig), 3);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.notices_count, 0);
	rig_clear(&rig);
}

Test(zeek_follow, keeps_a_partial_row_until_it_is_completed)
{
	char row[ROW_SIZE] = "";
	struct rig rig;
	size_t i;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.path);
	cr_assert_eq(poll_again(&rig), 1);
	conn_tsv(row, CONN(.oip = "2"));
	for (i = 0; row[i] != '\0'; i++) {
		cr_assert_eq(poll_again(&rig), 0);
		put_bytes(rig.folder.path, "a", row + i, 1);
	}
	cr_assert_eq(poll_again(&rig), 1);
	put_bytes(rig.folder.path, "a", row, 30);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(
	    rig.reading.coverage.records_refused[SEEP_REFUSED_TRUNCATED], 1);
	rig_clear(&rig);
}

Test(zeek_follow, goes_through_a_rotation_of_the_file_named)
{
	char path[512];
	struct rig rig;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	strcpy(path, rig.folder.path);
	follow(&rig, path);
	cr_assert_eq(poll_again(&rig), 1);
	move(&rig, "conn.log", "conn.00.log");
	add_row(&rig, "conn.00.log", "2"); /* its writer is not done yet */
	cr_assert_eq(poll_again(&rig), 1);
	add_row(&rig, "conn.00.log", "3");
	add_row(&rig, "conn.log", "4");
	cr_assert_eq(poll_again(&rig), 2);
	cr_assert_eq(last(&rig), 4);
	add_row(&rig, "conn.log", "5");
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.coverage.files, 2);
	rig_clear(&rig);
}

Test(zeek_follow, knows_a_rotated_file_in_a_followed_directory)
{
	struct rig rig;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	move(&rig, "conn.log", "conn.00.log");
	cr_assert_eq(poll_again(&rig), 0);
	add_row(&rig, "conn.log", "2");
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(mkdir(in_folder(&rig.folder, "2026-03-01"), 0700), 0);
	move(&rig, "conn.00.log", "2026-03-01/conn.00.log");
	add_row(&rig, "conn.log", "3");
	cr_assert_eq(poll_again(&rig), 1);
	add_row(&rig, "2026-03-01/conn.01.log", "4");
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.count, 4);
	cr_assert_eq(rig.reading.coverage.files, 3);
	rig_clear(&rig);
}

Test(zeek_follow, reads_a_log_again_that_was_cut_to_nothing)
{
	char row[ROW_SIZE] = "";
	struct rig rig;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	add_row(&rig, "conn.log", "2");
	follow(&rig, rig.folder.path);
	cr_assert_eq(poll_again(&rig), 2);
	cr_assert_eq(truncate(rig.folder.path, 0), 0);
	cr_assert_eq(poll_again(&rig), 0);
	/* Who writes on does not repeat the header. */
	conn_tsv(row, CONN(.oip = "3"));
	append_text(rig.folder.path, row);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(last(&rig), 3);
	cr_assert_eq(finish(&rig), 0);
	rig_clear(&rig);
}

Test(zeek_follow, waits_for_a_file_that_is_not_there_yet)
{
	struct rig rig;

	rig_init(&rig);
	follow(&rig, in_folder(&rig.folder, "conn.log"));
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert(has_notice(&rig.reading, "no such file yet"));
	add_row(&rig, "conn.log", "1");
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.notices_count, 1);
	rig_clear(&rig);
}

Test(zeek_follow, passes_over_a_copy_of_what_it_read)
{
	char text[4 * ROW_SIZE] = HEADER;
	struct rig rig;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	conn_tsv(text, CONN(.oip = "1"));
	put_text(in_folder(&rig.folder, "conn.log.1"), text);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(truncate(in_folder(&rig.folder, "conn.log"), 0), 0);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.count, 1);
	rig_clear(&rig);
}

#ifdef SEEP_HAVE_ZLIB
Test(zeek_follow, passes_over_the_compressed_copy_of_a_rotated_log)
{
	char text[4 * ROW_SIZE] = HEADER, packed[4 * ROW_SIZE];
	struct rig rig;
	size_t n;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	move(&rig, "conn.log", "conn.00.log");
	add_row(&rig, "conn.log", "2");
	conn_tsv(text, CONN(.oip = "1"));
	n = pack_gzip(text, strlen(text), packed, sizeof(packed));
	put_bytes(in_folder(&rig.folder, "conn.00.log.gz"), "w", packed, n / 2);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(poll_again(&rig), 0);
	put_bytes(rig.folder.path, "a", packed + n / 2, n - n / 2);
	cr_assert_eq(unlink(in_folder(&rig.folder, "conn.00.log")), 0);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.count, 2);
	rig_clear(&rig);
}

Test(zeek_follow, takes_a_compressed_log_once_it_is_complete)
{
	char text[4 * ROW_SIZE] = HEADER, packed[4 * ROW_SIZE];
	struct rig rig;
	size_t n;

	rig_init(&rig);
	add_row(&rig, "conn.log", "1");
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	conn_tsv(text, CONN(.oip = "2"));
	n = pack_gzip(text, strlen(text), packed, sizeof(packed));
	put_bytes(in_folder(&rig.folder, "conn.00.log.gz"), "w", packed, n / 2);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(poll_again(&rig), 0);
	put_bytes(rig.folder.path, "a", packed + n / 2, n - n / 2);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(last(&rig), 2);
	cr_assert_eq(finish(&rig), 0);
	rig_clear(&rig);
}
#endif

Test(zeek_follow, feeds_interim_rows_as_differences)
{
	char text[LOG_SIZE];
	struct seep_flow *f;
	struct rig rig;

	rig_init(&rig);
	put_text(in_folder(&rig.folder, "conn.log"), HEADER);
	strcpy(text, HEADER_OF("conn_long"));
	conn_tsv(text, CONN(.ts = "100", .duration = "600", .oip = "1000",
			    .rip = "10", .opk = "5", .rpk = "5"));
	put_text(in_folder(&rig.folder, "conn_long.log"), text);
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	text[0] = '\0';
	conn_tsv(text, CONN(.ts = "100", .duration = "1800", .oip = "4000",
			    .rip = "15", .opk = "9", .rpk = "5"));
	/* An older row comes late: refused. */
	conn_tsv(text, CONN(.ts = "100", .duration = "500", .oip = "900",
			    .rip = "9"));
	append_text(in_folder(&rig.folder, "conn_long.log"), text);
	cr_assert_eq(poll_again(&rig), 1);
	text[0] = '\0';
	conn_tsv(text, CONN(.ts = "100", .duration = "2000", .oip = "4500",
			    .rip = "20", .opk = "10", .rpk = "6"));
	append_text(in_folder(&rig.folder, "conn.log"), text);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(finish(&rig), 0);
	f = rig.reading.flows;
	cr_assert_eq(f[0].bytes_orig, 1000);
	cr_assert_eq(f[0].end_ns, INT64_C(700000000000));
	cr_assert(!(f[0].flags & SEEP_FLOW_CONTINUES));
	cr_assert_eq(f[1].bytes_orig, 3000);
	cr_assert_eq(f[1].bytes_resp, 5);
	cr_assert_eq(f[1].packets_orig, 4);
	cr_assert_eq(f[1].packets_resp, 0);
	cr_assert_eq(f[1].start_ns, f[0].end_ns);
	cr_assert_eq(f[1].end_ns, INT64_C(1900000000000));
	cr_assert(f[1].flags & SEEP_FLOW_CONTINUES);
	cr_assert_eq(f[2].bytes_orig, 500);
	cr_assert_eq(f[2].end_ns, INT64_C(2100000000000));
	cr_assert_eq(bytes_given(&rig.reading), 4520);
	cr_assert_eq(rig.reading.coverage.records, 4);
	cr_assert_eq(rig.reading.coverage.records_refused[SEEP_REFUSED_INTERIM],
		     1);
	cr_assert_eq(rig.reading.coverage.tcp_flows, 1);
	cr_assert_eq(rig.reading.coverage.flows_without_end, 0);
	rig_clear(&rig);
}

Test(zeek_follow, counts_no_interim_row_that_comes_after_the_conn_row)
{
	char text[LOG_SIZE];
	struct rig rig;

	rig_init(&rig);
	strcpy(text, HEADER);
	conn_tsv(text, CONN(.duration = "700", .oip = "1000"));
	put_text(in_folder(&rig.folder, "conn.log"), text);
	put_text(in_folder(&rig.folder, "conn_long.log"),
		 HEADER_OF("conn_long"));
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 1);
	text[0] = '\0';
	conn_tsv(text, CONN(.duration = "600", .oip = "900"));
	append_text(in_folder(&rig.folder, "conn_long.log"), text);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(rig.reading.coverage.records_refused[SEEP_REFUSED_INTERIM],
		     1);
	rig_clear(&rig);
}

Test(zeek_follow, gives_tunnels_without_inner_rows_when_asked_to_finish)
{
	char text[LOG_SIZE] = HEADER;
	struct rig rig;

	rig_init(&rig);
	conn_tsv(text, CONN(.uid = "CO1", .service = "vxlan", .oip = "11"));
	conn_tsv(text, CONN(.uid = "CO2", .service = "vxlan", .oip = "12"));
	conn_tsv(text, CONN(.uid = "CI1", .parents = "CO1"));
	put_text(in_folder(&rig.folder, "conn.log"), text);
	follow(&rig, rig.folder.path);
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(finish(&rig), 1);
	cr_assert_eq(last(&rig), 12);
	rig_clear(&rig);
}

Test(zeek_follow, follows_more_logs_than_it_holds_open)
{
	char name[32], bytes[16];
	struct rig rig;
	int i;

	rig_init(&rig);
	for (i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "conn.%03d.log", i);
		snprintf(bytes, sizeof(bytes), "%d", 1000 + i);
		add_row(&rig, name, bytes);
	}
	follow(&rig, rig.folder.name);
	cr_assert_eq(poll_again(&rig), 150);
	add_row(&rig, "conn.000.log", "1");
	add_row(&rig, "conn.077.log", "2");
	add_row(&rig, "conn.149.log", "3");
	put_bytes(rig.folder.path, "a", "half", 4);
	cr_assert_eq(poll_again(&rig), 3);
	for (i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "conn.%03d.log", i);
		add_row(&rig, name, "9");
	}
	/* The half line of the last log spoils its next row. */
	cr_assert_eq(poll_again(&rig), 149);
	cr_assert_eq(finish(&rig), 0);
	cr_assert_eq(refused(&rig.reading), 1);
	cr_assert_eq(rig.reading.coverage.files, 150);
	cr_assert_eq(rig.reading.coverage.files_refused, 0);
	rig_clear(&rig);
}

Test(zeek_follow, never_waits_for_standard_input)
{
	char text[4 * ROW_SIZE] = HEADER;
	struct rig rig;
	int ends[2];

	rig_init(&rig);
	cr_assert_eq(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	follow(&rig, "-");
	cr_assert_eq(poll_again(&rig), 0);
	conn_tsv(text, CONN(.oip = "1"));
	cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	cr_assert_eq(poll_again(&rig), 1);
	cr_assert_eq(poll_again(&rig), 0);
	close(ends[1]);
	cr_assert_eq(poll_again(&rig), 0);
	cr_assert_eq(finish(&rig), 0);
	rig_clear(&rig);
}
