/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_paths.h"
#include "logs.h"

Test(zeek_paths, knows_conn_logs_by_name)
{
	static const char *const yes[] = {"conn.log",
					  "conn.log.gz",
					  "/x/conn.00:00:00-01:00:00.log.gz",
					  "conn_20260301_00.log.zst",
					  "conn.log.labeled",
					  "conn.json",
					  "conn_long.log",
					  "open_conn.18_00_00-19_00_00.log.gz"};
	static const char *const no[] = {"dns.log",           "conn",
					 "connection.log",    "known_conn.log",
					 "conn-summary.log",  "conn.txt",
					 "/conn.log/dns.log", "open_ssl.log"};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		cr_assert(seep__zeek_name_is_conn(yes[i]), "%s", yes[i]);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		cr_assert(!seep__zeek_name_is_conn(no[i]), "%s", no[i]);
	cr_assert(seep__zeek_name_is_dns("/x/dns.log"));
	cr_assert(seep__zeek_name_is_dns("dns.00:00:00-01:00:00.log.gz"));
	cr_assert(seep__zeek_name_is_dns("dns_20260301.json"));
	/* Corelight's reduced log is another one. */
	cr_assert(!seep__zeek_name_is_dns("dns_red.log"));
	cr_assert(!seep__zeek_name_is_dns("dns.txt"));
	cr_assert(!seep__zeek_name_is_dns("conn.log"));
	cr_assert(seep__zeek_name_is_interim("a/conn_long.log"));
	cr_assert(seep__zeek_name_is_interim("open_conn.log.gz"));
	cr_assert(!seep__zeek_name_is_interim("conn_longest/conn.log"));
}

/* put() writes a log with one row, told by its bytes. */
static void
put(struct folder *folder, const char *name, const char *bytes)
{
	char text[4 * ROW_SIZE] = HEADER;

	conn_tsv(text, CONN(.oip = bytes));
	put_text(in_folder(folder, name), text);
}

static void
make_dir(struct folder *folder, const char *name)
{
	cr_assert_eq(mkdir(in_folder(folder, name), 0700), 0);
}

Test(zeek_paths, walks_rotated_logs_in_year_month_day_folders)
{
	static const uint64_t order[] = {1, 2, 3, 4, 5};
	struct folder folder;
	struct reading r;
	const char *path;
	size_t i;

	folder_init(&folder);
	make_dir(&folder, "2026");
	make_dir(&folder, "2026/03");
	make_dir(&folder, "2026/03/01");
	make_dir(&folder, "2026-03-02");
	put(&folder, "2026/03/01/conn.01:00:00-02:00:00.log", "4");
	put(&folder, "2026/03/01/conn.00:00:00-01:00:00.log", "3");
	put(&folder, "2026/03/01/ssl.00:00:00-01:00:00.log", "99");
	put(&folder, "2026-03-02/conn.log.labeled", "2");
	put(&folder, "2026-03-02/conn.00.log", "1");
	put(&folder, "2026-03-02/.conn.hidden.log", "99");
	put(&folder, "conn.log", "5");
	put(&folder, "conn.txt", "99");
	/* A link to the whole must not be walked for ever, nor twice. */
	cr_assert_eq(symlink("..", in_folder(&folder, "2026/loop")), 0);
	path = folder.name;
	read_path(&r, path);
	cr_assert_eq(r.count, 5);
	for (i = 0; i < 5; i++)
		cr_assert_eq(r.flows[i].bytes_orig, order[i], "%zu", i);
	cr_assert_eq(r.coverage.files, 5);
	cr_assert_eq(r.notices_count, 0);
	cr_assert_eq(r.progress.files_total, 5);
	cr_assert_eq(r.progress.files_done, 5);
	cr_assert_eq(r.progress.done_bytes, r.progress.total_bytes);
	cr_assert_gt(r.progress.total_bytes, 0);
	reading_clear(&r);
	folder_clear(&folder);
}

/* A link at 'name' to 'target'. */
static void
put_link(struct folder *folder, const char *target, const char *name)
{
	cr_assert_eq(symlink(target, in_folder(folder, name)), 0);
}

Test(zeek_paths, follows_no_link_out_of_the_directory)
{
	char outside[512], root[512];
	const char *path = root;
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	make_dir(&folder, "in");
	make_dir(&folder, "in/day");
	make_dir(&folder, "out");
	make_dir(&folder, "in-not");
	put(&folder, "out/conn.log", "7");
	put(&folder, "in-not/conn.log", "9");
	put(&folder, "in/day/conn.00.log", "1");
	put(&folder, "in/plain", "2");
	snprintf(outside, sizeof(outside), "%s/out/conn.log", folder.name);
	put_link(&folder, outside, "in/conn.absolute.log");
	put_link(&folder, "../out", "in/folder");
	put_link(&folder, "../in-not/conn.log", "in/conn.sibling.log");
	put_link(&folder, "conn.absolute.log", "in/conn.twice.log");
	put_link(&folder, "conn.self.log", "in/conn.self.log");
	put_link(&folder, ".", "in/loop");
	put_link(&folder, "../day", "in/day/again");
	put_link(&folder, "plain", "in/conn.inside.log");
	snprintf(root, sizeof(root), "%s/in", folder.name);
	read_paths(&r, &path, 1, NULL);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.flows[0].bytes_orig + r.flows[1].bytes_orig, 3);
	cr_assert(has_notice(&r, "leads out of the directory"));
	/* Three logs, the folder, and the link to itself. */
	cr_assert_eq(r.coverage.files_refused, 5);
	reading_clear(&r);
	/* What the caller names is read, link or not. */
	snprintf(root, sizeof(root), "%s/in/folder", folder.name);
	read_path(&r, root);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.coverage.files_refused, 0);
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_paths, goes_no_deeper_than_its_bound)
{
	char name[256] = "d0";
	struct folder folder;
	struct reading r;
	int i;

	folder_init(&folder);
	for (i = 1; i <= 6; i++) {
		make_dir(&folder, name);
		sprintf(name + strlen(name), "/conn.log");
		put(&folder, name, "1");
		*strrchr(name, '/') = '\0';
		sprintf(name + strlen(name), "/d%d", i);
	}
	read_path(&r, folder.name);
	cr_assert_eq(r.coverage.files, SEEP__ZEEK_DEPTH_MAX);
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_paths, tells_of_what_is_not_there_and_reads_the_rest)
{
	char good[512], missing[512];
	const char *paths[] = {missing, good};
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	put(&folder, "any name", "7");
	strcpy(good, folder.path);
	strcpy(missing, in_folder(&folder, "missing.log"));
	read_paths(&r, paths, 2, NULL);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.coverage.files, 2);
	cr_assert_eq(r.coverage.files_refused, 1);
	cr_assert(has_notice(&r, "0||no such file|1"));
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_paths, says_that_a_directory_holds_no_conn_log)
{
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	put(&folder, "ssl.log", "7");
	read_path(&r, folder.name);
	cr_assert_eq(r.coverage.files, 0);
	cr_assert(has_notice(&r, "no conn log in this directory"));
	reading_clear(&r);
	/* Names alone are no account of traffic. */
	put_text(in_folder(&folder, "dns.log"), DNS_HEADER);
	read_path(&r, folder.name);
	cr_assert_eq(r.coverage.files, 1);
	cr_assert(has_notice(&r, "no conn log in this directory"));
	reading_clear(&r);
	folder_clear(&folder);
}
