/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command that a report prints is run, as a person would paste it, on
 * logs written here; what it prints is compared with sums made here.
 */
#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "report/findings_double.h"
#include "report/recompute.h"

/* Rows name the fields that matter; the others are unset. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* The episode: 2026-03-01T00:00 to 2026-03-02T00:00. */
#define FROM INT64_C(1772323200000000)
#define HOUR_US INT64_C(3600000000)
#define TO (FROM + 24 * HOUR_US)

/* struct row: one conn row; times in microseconds, text as logged. */
struct row {
	int64_t start_us;
	int64_t duration_us; /* -1 = unset */
	const char *orig;
	const char *resp;
	const char *orig_ip_bytes;
	const char *resp_ip_bytes;
	const char *orig_bytes;
	const char *resp_bytes;
	const char *uid;     /* NULL = one of its own */
	const char *service; /* NULL = unset */
	const char *parents; /* NULL = unset */
	const char *history; /* NULL = unset */
	const char *missed;  /* NULL = 0 */
};

enum shape { TSV, JSON_EPOCH, JSON_MILLIS, JSON_ISO };

static char directory[64];
static struct seep_finding finding;
static struct seep_peer_bytes peers[1000];
static struct seep_report_opts opts;
static uint64_t missed_sum; /* the second number that a command prints */

static void
setup(void)
{
	strcpy(directory, "/tmp/seep-test-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
	memset(&finding, 0, sizeof(finding));
	peers[0].peer = address_of("198.51.100.9");
	peers[1].peer = address_of("2001:db8::9");
	finding.host = network_of("10.2.0.7");
	finding.peers = peers;
	finding.peers_count = 2;
	finding.peers_total = 2;
	finding.first_seen_ns = FROM * 1000;
	finding.last_seen_ns = TO * 1000;
	memset(&opts, 0, sizeof(opts));
	opts.size = sizeof(opts);
	opts.input_kind = SEEP_INPUT_ZEEK_TSV;
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(recompute, .init = setup, .fini = teardown);

static void
put_header(FILE *file, const char *path)
{
	fprintf(file,
		"#separator \\x09\n#set_separator\t,\n#path\t%s\n#fields\tts\t"
		"uid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
		"service\tduration\torig_bytes\tresp_bytes\tmissed_bytes\t"
		"history\torig_ip_bytes\tresp_ip_bytes\ttunnel_parents\n",
		path);
}

static const char *
or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static void
put_tsv(FILE *file, const struct row *row, size_t number)
{
	char uid[32];
	char duration[32] = "-";

	snprintf(uid, sizeof(uid), "C%zu", number);
	if (row->duration_us >= 0)
		snprintf(duration, sizeof(duration), "%lld.%06lld",
			 (long long)(row->duration_us / 1000000),
			 (long long)(row->duration_us % 1000000));
	fprintf(file,
		"%lld.%06lld\t%s\t%s\t1\t%s\t2\ttcp\t%s\t%s\t%s\t%s\t%s\t%s\t"
		"%s\t%s\t%s\n",
		(long long)(row->start_us / 1000000),
		(long long)(row->start_us % 1000000),
		row->uid != NULL ? row->uid : uid, row->orig, row->resp,
		or_dash(row->service), duration, or_dash(row->orig_bytes),
		or_dash(row->resp_bytes),
		row->missed != NULL ? row->missed : "0", or_dash(row->history),
		or_dash(row->orig_ip_bytes), or_dash(row->resp_ip_bytes),
		or_dash(row->parents));
}

static void
put_json_time(FILE *file, int64_t us, enum shape shape)
{
	time_t seconds = (time_t)(us / 1000000);
	long long rest = us % 1000000;
	char text[32];
	struct tm tm;

	if (shape == JSON_ISO) {
		gmtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		fprintf(file, "{\"ts\":\"%s.%06lldZ\"", text, rest);
	} else if (shape == JSON_MILLIS) {
		fprintf(file, "{\"ts\":%lld.%03lld", (long long)(us / 1000),
			(long long)(us % 1000));
	} else {
		fprintf(file, "{\"ts\":%lld.%06lld", (long long)seconds, rest);
	}
}

static void
put_member(FILE *file, const char *key, const char *value, const char *quote)
{
	if (value != NULL)
		fprintf(file, ",\"%s\":%s%s%s", key, quote, value, quote);
}

static void
put_json(FILE *file, const struct row *row, size_t number, enum shape shape)
{
	char uid[32];

	snprintf(uid, sizeof(uid), "C%zu", number);
	put_json_time(file, row->start_us, shape);
	put_member(file, "uid", row->uid != NULL ? row->uid : uid, "\"");
	put_member(file, "id.resp_h", row->resp, "\"");
	put_member(file, "id.orig_h", row->orig, "\"");
	put_member(file, "service", row->service, "\"");
	put_member(file, "orig_bytes", row->orig_bytes, "");
	put_member(file, "resp_bytes", row->resp_bytes, "");
	put_member(file, "orig_ip_bytes", row->orig_ip_bytes, "");
	put_member(file, "resp_ip_bytes", row->resp_ip_bytes, "");
	put_member(file, "missed_bytes", row->missed, "");
	put_member(file, "history", row->history, "\"");
	if (row->parents != NULL)
		fprintf(file, ",\"tunnel_parents\":[\"X\",\"%s\"]",
			row->parents);
	if (row->duration_us >= 0)
		fprintf(file, ",\"duration\":%lld.%06lld",
			(long long)(row->duration_us / 1000000),
			(long long)(row->duration_us % 1000000));
	fputs("}\n", file);
}

static void
write_log(const char *name, const char *path, const struct row *rows,
	  size_t count, enum shape shape)
{
	FILE *file = fopen(name, "wb");

	cr_assert_not_null(file);
	if (shape == TSV)
		put_header(file, path);
	for (size_t i = 0; i < count; i++) {
		if (shape == TSV)
			put_tsv(file, &rows[i], i);
		else
			put_json(file, &rows[i], i, shape);
	}
	cr_assert_eq(fclose(file), 0);
}

/* Runs the command of 'finding' on 'paths' and returns what it prints. */
static uint64_t
run(const char *const *paths, size_t count, const struct seep_entity *entity)
{
	struct seep__mem *mem;
	struct seep__text text;
	FILE *file = fopen("command", "wb");
	uint64_t sum = UINT64_MAX;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__text_init(&text, mem);
	opts.inputs = paths;
	opts.inputs_count = count;
	cr_assert_eq(seep__recompute(&text, &opts, &finding, entity), 1);
	cr_assert_eq(text.failed, SEEP_OK);
	for (size_t i = 0; i < text.size; i++)
		cr_assert_neq(text.data[i], '\t', "a tab completes names");
	fwrite(text.data, 1, text.size, file);
	fclose(file);
	file = popen("sh ./command", "r");
	cr_assert_not_null(file);
	missed_sum = 0;
	cr_expect_geq(fscanf(file, "%" SCNu64 " %" SCNu64, &sum, &missed_sum),
		      1, "%s", text.data);
	pclose(file);
	seep__text_clear(&text);
	seep__mem_unref(mem);
	return sum;
}

static uint64_t
run_one(const char *path)
{
	return run(&path, 1, NULL);
}

__extension__ typedef unsigned __int128 u128;

/* floor(bytes * x / d), the rule of design 4.4, in 128 bits. */
static uint64_t
share(uint64_t bytes, int64_t x, int64_t d)
{
	return (uint64_t)((u128)bytes * (uint64_t)x / (uint64_t)d);
}

#define H "10.2.0.7"
#define P "198.51.100.9"

static const struct row mixed[] = {
    {FROM, 1, H, P, "1000", "7", "900", "0"},
    {FROM + 5, -1, P, H, "7", "500", "0", "400"},
    {FROM + 6, 10, "2001:db8::9", H, "9", "60", "0", "0"},
    {FROM - 1, -1, H, P, "100000", "0", "0", "0"},
    {TO, -1, H, P, "100000", "0", "0", "0"},
    {FROM, -1, H, P, "3", "0", "0", "0"},
    {FROM + 1, 1, H, P, "0", "0", "77", "0"},
    {FROM + 1, 1, H, P, NULL, NULL, "11", "5"},
    {FROM + 1, 1, H, P, "0", "0", "0", "0"},
    {FROM + 1, 1, H, "198.51.100.10", "100000", "0", "0", "0"},
    {FROM + 1, 1, "10.2.0.8", P, "100000", "0", "0", "0"},
    {FROM - 3 * HOUR_US - 1, 7 * HOUR_US + 3, H, P, "4503599627370497", "0",
     "0", "0"},
    {TO - 1234567, 31622400000000 - 1, H, P, "4503599627370001", "0", "0", "0"},
    {TO - 7, 31622400000001, H, P, "20", "0", "0", "0"},
};
#define MIXED_COUNT (sizeof(mixed) / sizeof(mixed[0]))

static uint64_t
mixed_sum(void)
{
	const uint64_t big = UINT64_C(4503599627370497);

	return 1000 + 500 + 60 + 3 + 77 + 11 + big -
	       share(big, 3 * HOUR_US + 1, 7 * HOUR_US + 3) +
	       share(UINT64_C(4503599627370001), 1234567, 31622399999999) + 20;
}

Test(recompute, sums_tsv_rows_exactly_at_the_edges)
{
	write_log("conn.log", "conn", mixed, MIXED_COUNT, TSV);
	cr_assert_eq(run_one("conn.log"), mixed_sum());
}

Test(recompute, sums_json_rows_of_every_kind_of_time)
{
	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	for (int shape = JSON_EPOCH; shape <= JSON_ISO; shape++) {
		write_log("conn.log", "conn", mixed, MIXED_COUNT,
			  (enum shape)shape);
		cr_expect_eq(run_one("conn.log"), mixed_sum(), "%d", shape);
	}
}

Test(recompute, reads_a_mixture_of_tsv_json_and_compression)
{
	static const char *const paths[4] = {"a", "b.log", "c.gz", "d.zst"};

	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	write_log("a", "conn", mixed, MIXED_COUNT, TSV);
	write_log("b.log", "conn", mixed, MIXED_COUNT, JSON_EPOCH);
	cr_assert_eq(system("gzip -c a >c.gz"), 0);
	if (system("zstd -q b.log -o d.zst 2>zstd.err") != 0)
		cr_skip_test("skipped: no zstd");
	/* Without the two large rows, whose sum would pass 2^53. */
	finding.first_seen_ns = (FROM + 5 * HOUR_US) * 1000;
	finding.last_seen_ns = (TO - 2 * HOUR_US) * 1000;
	cr_expect_eq(run(paths, 4, NULL), 0);
	finding.first_seen_ns = FROM * 1000;
	finding.last_seen_ns = (FROM + HOUR_US) * 1000;
	cr_expect_eq(run(paths, 4, NULL),
		     4 * (1651 +
			  share(UINT64_C(4503599627370497), 4 * HOUR_US + 1,
				7 * HOUR_US + 3) -
			  share(UINT64_C(4503599627370497), 3 * HOUR_US + 1,
				7 * HOUR_US + 3)));
}

Test(recompute, searches_directories)
{
	cr_assert_eq(mkdir("logs", 0777), 0);
	cr_assert_eq(mkdir("logs/2026-03-01", 0777), 0);
	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	write_log("logs/2026-03-01/conn.00:00:00.log", "conn", mixed, 3, TSV);
	write_log("logs/conn.log", "conn", mixed, 3, TSV);
	write_log("logs/conn-summary.log", "conn", mixed, 3, TSV);
	cr_assert_eq(system("gzip logs/2026-03-01/conn.00:00:00.log"), 0);
	cr_assert_eq(run_one("logs/"), 2 * (1000 + 500 + 60));
}

Test(recompute, any_file_name_is_read_and_none_is_run)
{
	static const char *const names[] = {"it's",
					    "a b$(touch pwned)",
					    "-rf",
					    "\x1b[2J\xc3\xa9%s",
					    "line\nend",
					    "end\n\n",
					    "\"`touch pwned`\""};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		write_log(names[i], "conn", mixed, 2, TSV);
		cr_expect_eq(run_one(names[i]), 1500, "%s", names[i]);
		cr_assert_neq(access("pwned", F_OK), 0);
	}
}

Test(recompute, finds_columns_by_name_and_any_separator)
{
	FILE *file = fopen("conn.log", "wb");

	fputs("#separator \\x2c\n#path,conn\n#fields,resp_ip_bytes,ts,"
	      "id.resp_h,id.orig_h,orig_ip_bytes\n"
	      "9,1772323201.5," P "," H ",41\n"
	      "#fields,id.orig_h,ts,id.resp_h,resp_ip_bytes\n" P
	      ",1772323201.5," H ",1\n",
	      file);
	fclose(file);
	cr_assert_eq(run_one("conn.log"), 42);
}

Test(recompute, interim_rows_count_only_without_their_conn_row)
{
	static const struct row interim[] = {
	    {FROM, 10, H, P, "100", "0", "0", "0", .uid = "Cdone"},
	    {FROM, 10, H, P, "30", "0", "0", "0", .uid = "Copen"},
	    {FROM, 20, H, P, "60", "0", "0", "0", .uid = "Copen"}};
	static const struct row final[] = {
	    {FROM, 30, H, P, "700", "0", "0", "0", .uid = "Cdone"}};
	static const char *const paths[2] = {"conn_long.log", "conn.log"};

	write_log("conn_long.log", "conn_long", interim, 3, TSV);
	write_log("conn.log", "conn", final, 1, TSV);
	cr_assert_eq(run(paths, 2, NULL), 760);
}

Test(recompute, a_tunnel_counts_only_without_its_inner_rows)
{
	static const struct row rows[] = {
	    {FROM, 10, H, P, "100", "0", "0", "0", .uid = "Ctunnel",
	     .service = "teredo"},
	    {FROM, 10, H, P, "30", "0", "0", "0", .uid = "Calone",
	     .service = "dns,gtpv1"},
	    {FROM, 10, H, P, "5", "0", "0", "0", .parents = "Ctunnel"}};

	write_log("conn.log", "conn", rows, 3, TSV);
	cr_expect_eq(run_one("conn.log"), 35);
	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	write_log("conn.log", "conn", rows, 3, JSON_EPOCH);
	cr_expect_eq(run_one("conn.log"), 35);
}

Test(recompute, missed_bytes_count_where_the_reader_believes_them)
{
	static const struct row rows[] = {
	    {FROM, 10 * HOUR_US, H, P, "100", "0", "1100", "0",
	     .history = "ShADgfF", .missed = "1000"},
	    {FROM, 10 * HOUR_US, H, P, "100", "0", "1100", "0",
	     .history = "DgfF", .missed = "1000"},
	    {FROM, 10 * HOUR_US, H, P, "100", "0", "1100", "0",
	     .history = "ShADgfF", .missed = "999"},
	    {FROM, 0, H, P, "100", "0", "1100", "0", .history = "ShADgfF",
	     .missed = "1000"}};

	write_log("conn.log", "conn", rows, 4, TSV);
	finding.bytes_missed = 1000;
	cr_expect_eq(run_one("conn.log"), 400);
	cr_expect_eq(missed_sum, 1000);
	finding.bytes_missed = 0;
	cr_expect_eq(run_one("conn.log"), 400);
	cr_expect_eq(missed_sum, 0);
}

Test(recompute, repeated_rows_count_once_with_dedup)
{
	static const struct row rows[] = {
	    {FROM, 10, H, P, "100", "0", "0", "0"},
	    {FROM, 10, H, P, "100", "0", "0", "0"}};

	write_log("conn.log", "conn", rows, 2, TSV);
	cr_expect_eq(run_one("conn.log"), 200);
	opts.input_flags = SEEP_INPUT_DEDUP;
	cr_expect_eq(run_one("conn.log"), 100);
}

Test(recompute, a_group_and_a_joined_host_are_all_their_addresses)
{
	static const struct row rows[] = {
	    {FROM, 10, "10.3.0.1", P, "1", "0", "0", "0"},
	    {FROM, 10, "10.3.0.2", P, "20", "0", "0", "0"},
	    {FROM, 10, "10.9.9.9", P, "300", "0", "0", "0"},
	    {FROM, 10, "10.3.0.3", P, "4000", "0", "0", "0"}};
	struct seep_address members[2] = {address_of("10.3.0.1"),
					  address_of("10.3.0.2")};
	struct seep_report_alias aliases[2] = {
	    {address_of("10.3.0.2"), address_of("10.3.0.2")},
	    {address_of("10.9.9.9"), address_of("10.3.0.2")}};
	struct seep_entity group = {.members = members, .members_count = 2};
	const char *path = "conn.log";

	write_log("conn.log", "conn", rows, 4, TSV);
	finding.host.prefix_bits = 96 + 24;
	cr_expect_eq(run(&path, 1, &group), 21);
	opts.aliases = aliases;
	opts.aliases_count = 2;
	cr_expect_eq(run(&path, 1, &group), 321);
}

Test(recompute, a_network_that_was_added_up_is_selected_by_its_prefix)
{
	static const struct row rows[] = {
	    {FROM, 10, H, "198.51.100.1", "1", "0", "0", "0"},
	    {FROM, 10, "198.51.100.255", H, "0", "20", "0", "0"},
	    {FROM, 10, H, "198.51.10.1", "300", "0", "0", "0"},
	    {FROM, 10, H, "2001:db8::9", "4000", "0", "0", "0"},
	    {FROM, 10, H, "2001:db8::8", "50000", "0", "0", "0"}};

	write_log("conn.log", "conn", rows, 5, TSV);
	peers[0].peer = address_of("198.51.100.0");
	peers[0].fold = SEEP_FOLD_NETWORK;
	cr_expect_eq(run_one("conn.log"), 4021);
	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	cr_expect_eq(run_one("conn.log"), 4021);
	/* What stands for any peer is left out. */
	peers[0].peer = address_of("::");
	peers[0].fold = SEEP_FOLD_ALL;
	cr_expect_eq(run_one("conn.log"), 4000);
	/* An IPv6 network has many spellings. */
	peers[0].peer = address_of("2001:db8::");
	peers[0].fold = SEEP_FOLD_NETWORK;
	cr_expect_eq(run_one("conn.log"), 4000);
}

Test(recompute, holds_a_thousand_peers)
{
	static struct row rows[1000];
	static char names[1000][SEEP_ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]),
			 "2001:db8:1234:5678:9abc:def0:1234:%zx", i + 4096);
		peers[i].peer = address_of(names[i]);
		rows[i] =
		    (struct row){FROM, 10, H, names[i], "3", "0", "0", "0"};
	}
	finding.peers_count = 1000;
	finding.peers_total = 5000;
	write_log("conn.log", "conn", rows, 1000, TSV);
	cr_assert_eq(run_one("conn.log"), 3000);
}

static void
put_le32(FILE *file, uint32_t value)
{
	for (int i = 0; i < 32; i += 8)
		fputc((int)(value >> i & 0xff), file);
}

/* A packet of 'size' bytes at 'seconds': its first bytes in hexadecimal, the
 * rest zeros. */
static void
put_packet(FILE *file, uint32_t seconds, const char *hex, uint32_t size)
{
	uint32_t given = (uint32_t)strlen(hex) / 2;

	put_le32(file, seconds);
	put_le32(file, 0);
	put_le32(file, size);
	put_le32(file, size);
	for (uint32_t i = 0; i < size; i++) {
		unsigned byte = 0;

		if (i < given)
			cr_assert_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		fputc((int)byte, file);
	}
}

Test(recompute, sums_a_capture_by_its_innermost_packets)
{
	static const char *const paths[2] = {"a b.pcap", "c.pcap.gz"};
	const uint32_t from = (uint32_t)(FROM / 1000000);
	FILE *file = fopen(paths[0], "wb");

	if (system("tshark --version >tshark.out 2>&1") != 0)
		cr_skip_test("skipped: no tshark");
	put_le32(file, 0xa1b2c3d4);
	put_le32(file, 0x00040002);
	put_le32(file, 0);
	put_le32(file, 0);
	put_le32(file, 65535);
	put_le32(file, 101); /* LINKTYPE_RAW */
	/* UDP: before, in, and after the episode; and the way back. */
	put_packet(file, from - 1, "4500003c00000000401100000a020007c6336409",
		   60);
	put_packet(file, from, "4500003c00000000401100000a020007c6336409", 60);
	put_packet(file, from + 9, "4500003c0000000040110000c63364090a020007",
		   60);
	put_packet(file, from + 86400,
		   "4500003c00000000401100000a020007c6336409", 60);
	/* ICMP unreachable from the host, which quotes the way back. */
	put_packet(file, from + 10,
		   "4500003800000000400100000a020007c6336409"
		   "0303000000000000"
		   "4500003c0000000040110000c63364090a020007",
		   56);
	/* GRE: strangers outside, host and peer inside, 30 bytes. */
	put_packet(file, from + 11,
		   "4500003600000000402f0000010101010202020200000800"
		   "4500001e00000000401100000a020007c6336409",
		   54);
	/* IPv6, 40 + 20 bytes. */
	put_packet(file, from + 12,
		   "6000000000141140"
		   "20010db8000000000000000000000007"
		   "20010db8000000000000000000000009",
		   60);
	fclose(file);
	cr_assert_eq(system("gzip -c 'a b.pcap' >c.pcap.gz"), 0);
	opts.input_kind = SEEP_INPUT_CAPTURE;
	cr_expect_eq(run(paths, 1, NULL), 60 + 56 + 30);
	cr_expect_eq(run(paths, 2, NULL), 2 * (60 + 56 + 30));
	finding.host = network_of("2001:db8::7");
	cr_expect_eq(run(paths, 1, NULL), 60);
	finding.host = network_of("10.2.0.7");
	peers[0].peer = address_of("198.51.100.0");
	peers[0].fold = SEEP_FOLD_NETWORK;
	cr_expect_eq(run(paths, 1, NULL), 60 + 56 + 30);
}

Test(recompute, says_nothing_where_the_input_is_not_known)
{
	const char *path = "conn.log";
	struct seep__mem *mem;
	struct seep__text text;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__text_init(&text, mem);
	opts.input_kind = SEEP_INPUT_UNKNOWN;
	opts.inputs = &path;
	opts.inputs_count = 1;
	cr_expect_eq(seep__recompute(&text, &opts, &finding, NULL), 0);
	cr_expect_eq(text.size, 0);
	seep__text_clear(&text);
	seep__mem_unref(mem);
}

/* ---- names ---- */

static void
use_names(void)
{
	memset(peers, 0, 2 * sizeof(peers[0]));
	peers[0].is_name = 1;
	peers[0].label = "example.org";
	peers[1].is_name = 1;
	peers[1].label = "co-2.example.net";
}

static void
write_names(FILE *file, const char *format)
{
	static const struct {
		int64_t us;
		const char *orig;
		const char *port;
		const char *query;
	} rows[] = {
	    {FROM, H, "53", "a.b.example.org"},
	    {FROM + 1, H, "53", "WWW.Example.ORG."},
	    {TO - 1, H, "53", "x.co-2.example.net"},
	    {FROM + 2, H, "53", "example.org"},
	    {FROM + 3, H, "53", "long.example.net"},
	    {FROM + 4, H, "53", "notexample.org"},
	    {FROM + 5, H, "5353", "abc.example.org"},
	    {FROM + 6, "10.2.0.8", "53", "abc.example.org"},
	    {FROM - 1, H, "53", "abc.example.org"},
	    {TO, H, "53", "abc.example.org"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(file, format, (long long)(rows[i].us / 1000000),
			(long long)(rows[i].us % 1000000), rows[i].orig,
			rows[i].port, rows[i].query);
}

#define NAMES_SUM (4 + 4 + 2)

Test(recompute, sums_the_names_below_each_domain)
{
	FILE *file = fopen("dns.log", "wb");

	cr_assert_not_null(file);
	use_names();
	fputs("#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\t"
	      "id.resp_p\tquery\n",
	      file);
	write_names(file, "%lld.%06lld\t%s\t%s\t%s\n");
	fprintf(file, "%lld.0\t" H "\t53\t-\n", (long long)(FROM / 1000000));
	cr_assert_eq(fclose(file), 0);
	cr_expect_eq(run_one("dns.log"), NAMES_SUM);
	opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	file = fopen("dns.json", "wb");
	cr_assert_not_null(file);
	write_names(file, "{\"ts\":%lld.%06lld,\"id.orig_h\":\"%s\","
			  "\"id.resp_p\":%s,\"query\":\"%s\"}\n");
	cr_assert_eq(fclose(file), 0);
	cr_expect_eq(run_one("dns.json"), NAMES_SUM);
	/* Conn logs beside them say nothing of names. */
	write_log("conn.log", "conn", mixed, MIXED_COUNT, TSV);
	cr_expect_eq(run((const char *const[]){"conn.log", "dns.log"}, 2, NULL),
		     NAMES_SUM);
	cr_assert_eq(mkdir("logs", 0777), 0);
	cr_assert_eq(system("cp dns.log conn.log logs"), 0);
	cr_assert_eq(system("cp dns.log logs/dnsx.log"), 0);
	cr_expect_eq(run_one("logs/"), NAMES_SUM);
}

Test(recompute, a_repeated_name_counts_once_with_dedup)
{
	FILE *file = fopen("dns.log", "wb");

	cr_assert_not_null(file);
	use_names();
	fputs("#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_p\tquery\n",
	      file);
	write_names(file, "%lld.%06lld\t%s\t%s\t%s\n");
	write_names(file, "%lld.%06lld\t%s\t%s\t%s\n");
	cr_assert_eq(fclose(file), 0);
	cr_expect_eq(run_one("dns.log"), 2 * NAMES_SUM);
	opts.input_flags = SEEP_INPUT_DEDUP;
	cr_expect_eq(run_one("dns.log"), NAMES_SUM);
}

Test(recompute, says_nothing_where_no_command_can_tell)
{
	static const char *const labels[] = {
	    "(no public suffix)", "a\\x27b.org", "it's.org", "", NULL};
	const char *path = "dns.log";
	struct seep__mem *mem;
	struct seep__text text;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__text_init(&text, mem);
	opts.inputs = &path;
	opts.inputs_count = 1;
	use_names();
	for (size_t i = 0; i < 5; i++) {
		peers[1].label = labels[i];
		cr_expect_eq(seep__recompute(&text, &opts, &finding, NULL), 0);
	}
	peers[1].is_name = 0;
	cr_expect_eq(seep__recompute(&text, &opts, &finding, NULL), 0);
	use_names();
	opts.input_kind = SEEP_INPUT_CAPTURE;
	cr_expect_eq(seep__recompute(&text, &opts, &finding, NULL), 0);
	cr_expect_eq(text.size, 0);
	seep__text_clear(&text);
	seep__mem_unref(mem);
}
