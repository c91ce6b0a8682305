/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Real logs: every row is read or refused, and the bytes agree with a count
 * that awk makes on its own.
 */
#include "logs.h"
#include "support/corpora.h"

/* What awk counted over one TSV log: whole rows and their bytes. */
struct count {
	unsigned long long rows;
	unsigned long long bytes;
};

/*
 * The rule in awk, by field name: the IP bytes; where they are unset, or 0
 * beside a payload, the payload.
 */
#define AWK                                                                   \
	"awk -F'\\t' 'function side(p,i){if(i==\"-\"||(i==0&&p!=\"-\"))"      \
	"i=p;return i==\"-\"?0:i+0} "                                         \
	"{sub(/\\r$/,\"\")} "                                                 \
	"/^[ \\t]*#/{if($1==\"#fields\"){for(k=2;k<=NF;k++)c[$k]=k-1;n=NF-1}" \
	"next} NF==n{rows++;"                                                 \
	"b+=side($c[\"orig_bytes\"],$c[\"orig_ip_bytes\"])+"                  \
	"side($c[\"resp_bytes\"],$c[\"resp_ip_bytes\"])} "                    \
	"END{printf \"%%.0f %%.0f\\n\",rows,b}'"

static struct count
count_tsv(const char *path)
{
	struct count count = {0, 0};
	char command[TEST_PATH_SIZE + 1024];
	FILE *f;

	snprintf(command, sizeof(command), "gzip -cdf < '%s' | " AWK, path);
	f = popen(command, "r");
	cr_assert_not_null(f);
	cr_assert_eq(fscanf(f, "%llu %llu", &count.rows, &count.bytes), 2, "%s",
		     command);
	cr_assert_eq(pclose(f), 0);
	return count;
}

/* all_bytes() are those of every row read, given or refused. */
static uint64_t
all_bytes(const struct reading *r)
{
	return bytes_given(r) + r->coverage.bytes_refused;
}

/* compare() reads one TSV log and compares it with awk's count. */
static void
compare(const char *path)
{
	struct count want = count_tsv(path);
	struct reading r;

	read_path(&r, path);
	cr_assert_eq(r.coverage.files_refused, 0, "%s: %s", path, r.notices[0]);
	cr_assert_eq(r.coverage.records -
			 r.coverage.records_refused[SEEP_REFUSED_TRUNCATED],
		     want.rows, "%s", path);
	cr_assert_eq(all_bytes(&r), want.bytes, "%s: %llu, awk %llu", path,
		     (unsigned long long)all_bytes(&r), want.bytes);
	reading_clear(&r);
}

#define NEED(path, name)                                               \
	do {                                                           \
		if (!test_corpora_path(path, name))                    \
			cr_skip_test(                                  \
			    "skipped: no corpora (set SEEP_CORPORA)"); \
	} while (0)

Test(zeek_corpora, agrees_with_awk_on_every_tsv_log)
{
	static const char *const names[] = {
	    "logs/m57/m57-long/conn.log",
	    "logs/m57/m57-short/conn.log",
	    "logs/m57/libvast_test/artifacts/logs/zeek/conn.log",
	    "logs/m57/libvast_test/artifacts/logs/zeek/small_conn.log",
	    "logs/m57/vast/integration/data/zeek/conn.log.gz",
	    "logs/m57/vast/integration/data/pcap/zeek/conn.log.gz",
	    "logs/rita/open_conns/open/conn.log",
	    "logs/rita/open_conns/open/open_conn.log",
	    "logs/rita/open_conns/closed/conn.log",
	    "logs/rita/open_sni/open_conn.17_32_32-18_00_00.log.gz",
	    "logs/rita/proxy/conn.log",
	    "logs/rita/proxy_rolling/conn.15:00:00-16:00:00.log.gz",
	    "logs/rita/truncated/conn.log",
	    "logs/slips/port-scans/horizontal/conn.log",
	    "logs/slips/test10-mixed-zeek-dir/conn.log",
	    ("logs/slips/test18-malicious-ctu-sme-11-win/zeek-labeled/"
	     "conn.log.labeled"),
	};
	char path[TEST_PATH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(path, names[i]);
		compare(path);
	}
}

Test(zeek_corpora, agrees_with_awk_on_what_zeek_wrote_for_the_captures)
{
	char path[TEST_PATH_SIZE], command[TEST_PATH_SIZE + 1200];
	struct count want = {0, 0};
	struct reading r;
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char line[TEST_PATH_SIZE];
	const char **paths;
	size_t count = 0;
	FILE *f;

	NEED(path, "zeek-conn");
	paths = calloc(4096, sizeof(*paths));
	snprintf(command, sizeof(command), "find '%s' -name '*.log'", path);
	f = popen(command, "r");
	while (count < 4096 && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		paths[count++] = strdup(line);
	}
	cr_assert_eq(pclose(f), 0);
	cr_assert_gt(count, 1000);
	snprintf(command, sizeof(command),
		 "find '%s' -name '*.log' -exec cat {} + | " AWK, path);
	f = popen(command, "r");
	cr_assert_eq(fscanf(f, "%llu %llu", &want.rows, &want.bytes), 2);
	cr_assert_eq(pclose(f), 0);
	read_paths(&r, paths, count, &opts);
	cr_assert_eq(r.coverage.files, count);
	cr_assert_eq(r.coverage.files_refused, 0);
	cr_assert_eq(r.coverage.records, want.rows);
	cr_assert_eq(all_bytes(&r), want.bytes);
	reading_clear(&r);
	while (count > 0)
		free((char *)paths[--count]);
	free(paths);
}

/*
 * to_json() turns a TSV log into JSON Lines with awk, as Zeek would write
 * it: unset fields left out.
 */
static void
to_json(const char *tsv, const char *json)
{
	char command[3 * TEST_PATH_SIZE];

	snprintf(command, sizeof(command),
		 "gzip -cdf < '%s' | awk -F'\\t' '"
		 "$1==\"#fields\"{for(k=2;k<=NF;k++)name[k-1]=$k;next} "
		 "$1==\"#types\"{for(k=2;k<=NF;k++)type[k-1]=$k;next} "
		 "/^#/||!NF{next} "
		 "{s=\"\";for(k=1;k<=NF;k++){v=$k;if(v==\"-\")continue;"
		 "if(type[k]~/^(set|table|vector)/){if(v==\"(empty)\")v=\"[]\";"
		 "else{gsub(/,/,\"\\\",\\\"\",v);v=\"[\\\"\" v \"\\\"]\"}}"
		 "else if(type[k]==\"bool\")v=v==\"T\"?\"true\":\"false\";"
		 "else if(type[k]!~/^(time|interval|count|int|double|port)$/){"
		 "gsub(/\\\\x/,\"\\\\u00\",v);v=\"\\\"\" v \"\\\"\"}"
		 "s=s (s==\"\"?\"\":\",\") \"\\\"\" name[k] \"\\\":\" v}"
		 "print \"{\" s \"}\"}' > '%s'",
		 tsv, json);
	cr_assert_eq(system(command), 0);
}

Test(zeek_corpora, gives_the_same_flows_for_tsv_and_json)
{
	static const char *const names[] = {
	    "logs/m57/m57-long/conn.log",
	    "logs/m57/m57-short/conn.log",
	    "logs/rita/proxy/conn.log",
	    "logs/rita/open_conns/closed/conn.log",
	    "logs/slips/port-scans/horizontal/conn.log",
	};
	char path[TEST_PATH_SIZE];
	struct folder folder;
	struct reading a, b;
	size_t i;

	folder_init(&folder);
	in_folder(&folder, "conn.log");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(path, names[i]);
		to_json(path, folder.path);
		read_path(&a, path);
		read_path(&b, folder.path);
		cr_assert_gt(a.count, 0);
		cr_assert(same_flows(&a, &b), "%s", names[i]);
		cr_assert_eq(
		    memcmp(&a.coverage, &b.coverage, sizeof(a.coverage)), 0,
		    "%s", names[i]);
		reading_clear(&a);
		reading_clear(&b);
	}
	folder_clear(&folder);
}

Test(zeek_corpora, reads_or_refuses_every_file_of_every_log_folder)
{
	static const char *const names[] = {"logs/m57", "logs/rita",
					    "logs/slips", "zeek-conn"};
	char path[TEST_PATH_SIZE], command[TEST_PATH_SIZE + 64];
	char line[TEST_PATH_SIZE];
	struct reading r;
	size_t i, files = 0;
	FILE *f;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NEED(path, names[i]);
		snprintf(command, sizeof(command), "find '%s' -type f", path);
		f = popen(command, "r");
		while (fgets(line, sizeof(line), f) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			read_path(&r, line);
			cr_assert_eq(r.coverage.files, 1);
			cr_assert(r.count > 0 || r.notices_count > 0 ||
				      r.coverage.files_refused == 0,
				  "%s", line);
			if (r.coverage.files_refused > 0)
				cr_assert(has_notice(&r, "|1"), "%s", line);
			reading_clear(&r);
			files++;
		}
		cr_assert_eq(pclose(f), 0);
	}
	cr_assert_gt(files, 1300);
}

Test(zeek_corpora, refuses_the_odd_files_of_rita_with_a_reason)
{
	char path[TEST_PATH_SIZE];
	struct reading r;

	NEED(path, "logs/rita/text_file/conn.log");
	read_path(&r, path);
	cr_assert_eq(r.coverage.files_refused, 1);
	reading_clear(&r);
	NEED(path, "logs/rita/truncated/conn_top.log");
	read_path(&r, path);
	cr_assert_eq(r.coverage.files_refused, 1);
	cr_assert(has_notice(&r, "no header"));
	reading_clear(&r);
	NEED(path, "logs/rita/truncated/conn_json.log");
	read_path(&r, path);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_TRUNCATED], 1);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_MALFORMED], 1);
	reading_clear(&r);
}
