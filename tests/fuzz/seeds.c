/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seeds.c - the inputs that fuzzing starts from, made anew by every build:
 *
 *     fuzz_seeds FOLDER      writes FOLDER/<x>/00, 01, ...
 *
 * Few and small: each shows a form that mutations would be long in finding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <seep/case.h>
#include <seep/engine.h>

#include "fuzz/fuzz.h"
#include "fuzz/headers.h"
#include "fuzz/seeds.h"
#include "support/flows.h"
#include "support/random.h"

static const char *folder;

void
seed_write(const char *target, const void *data, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	mkdir(path, 0777);
	for (int number = 0; number < 100; number++) {
		snprintf(path, sizeof(path), "%s/%s/%02d", folder, target,
			 number);
		file = fopen(path, "wbx");
		if (file == NULL)
			continue;
		FUZZ_CHECK(fwrite(data, 1, size, file) == size);
		FUZZ_CHECK(fclose(file) == 0);
		return;
	}
	fuzz_fail(path, 0, "a folder that can be written and is empty");
}

static void
write_text(const char *target, const char *text)
{
	seed_write(target, text, strlen(text));
}

#define ROW                                                              \
	"1772323200.000000\tC1\t10.2.0.7\t50123\t198.51.100.9\t443\ttcp" \
	"\tssl\t10.500000\t1000\t200\tSF\t0\tShADadFf\t10\t1520\t8\t620\t-\n"
#define DNS_ROW                                                         \
	"1772323200.000000\tC1\t10.2.0.7\t50123\t198.51.100.9\t53\tudp" \
	"\t7\tabc.def.example.com\t1\n"
#define JSON                                                              \
	"{\"ts\":1772323200.25,\"uid\":\"C2\",\"id.orig_h\":\"10.2.0.7\"" \
	",\"id.orig_p\":50123,\"id.resp_h\":\"2001:db8::9\","             \
	"\"id.resp_p\":443,\"proto\":\"tcp\",\"duration\":3600.5,"        \
	"\"orig_bytes\":1000,\"resp_bytes\":200,\"conn_state\":\"SF\","   \
	"\"missed_bytes\":5,\"history\":\"ShADadFf\",\"orig_pkts\":10,"   \
	"\"orig_ip_bytes\":1520,\"resp_pkts\":8,\"resp_ip_bytes\":620}\n"

static void
write_logs(void)
{
	write_text("zeek_tsv", "\x01" ROW);
	write_text("zeek_tsv", "\x03" ROW ROW);
	write_text("zeek_tsv",
		   "\x01-1e3\t-\tfe80::1\t0\t::\t0\ticmp\t(empty)\tinf\t-\t-"
		   "\tS0\t9\t^hd\t0\t0\t0\t0\tCa,Cb\n" ROW);
	write_text("zeek_tsv", "\x02" FUZZ_CONN ROW "#close\n" FUZZ_CONN ROW);
	write_text("zeek_json",
		   "\x01{\"id\":{\"orig_h\":\"10.0.0.1\",\"resp_h\":\"::1\"},"
		   "\"ts\":\"2026-03-01T00:00:00.5Z\",\"proto\":\"udp\","
		   "\"service\":\"d\\u006es\",\"x\":[[1],{\"a\":null}]}\n");
	write_text("zeek_json", "\x02" JSON JSON);
	write_text("zeek_dns", "\x01" DNS_ROW);
	write_text("zeek_dns", "\x03" DNS_ROW DNS_ROW);
	write_text("zeek_dns",
		   "\x02" FUZZ_DNS DNS_ROW
		   "1772323200.1\t-\t::1\t1\t::2\t5353\tudp\t-\t\\x2e.co.uk\t"
		   "-\n");
}

#define ROW_PIECES                                           \
	"\x30"                                               \
	"1772323200.000000\tC1\t10.2.0.7\t50123\t198.51.100" \
	"\x85"                                               \
	".9\t443\xff"                                        \
	"\x02"                                               \
	"\x31\n"

static void
write_names(void)
{
	write_text("follow", "\x01\x7f" ROW "\xf0\x7f" ROW);
	write_text("follow", "\x01" ROW_PIECES);
	seed_write("follow", "\0\x7f" FUZZ_DNS DNS_ROW,
		   2 + strlen(FUZZ_DNS DNS_ROW));
	write_text("qname", "abc.def.example.com");
	write_text("qname", "a\\x2eb.example.co.uk.");
	write_text("qname", "printer.local");
	write_text("qname", "x--0123456789abcdef0123456789abcdef.y.zz99");
	write_text("logrow", "\x00"
			     "0123456789abcdef" FUZZ_CONN ROW);
	write_text("logrow", "\x01"
			     "0123456789abcdef" JSON JSON);
	write_text("logrow", "\x01"
			     "fedcba9876543210" FUZZ_DNS DNS_ROW);
}

static void
write_lists(void)
{
	write_text("holidays", "2026-05-01 # a comment\n"
			       "2026-12-24..2027-01-01\n2026-12-27 work\n");
	write_text("timezone", "\1\2\3\4\5\6\7\x18"
			       "\xff\2\1\1\1\1\1\1"
			       "Europe/Paris");
	write_text("timezone", "\1\2\3\4\5\6\7\x18"
			       "\xff\2\1\1\1\1\1\1"
			       "Asia/Tehran");
	write_text("timezone", "12345678abcdefgh/etc/passwd");
	write_text("allow", "# a comment\n10.2.0.7 198.51.100.0/24 tcp/443 50G "
			    "2026-01-01 2026-12-31 nightly backup\n");
	write_text("allow", "* backup.example.org * *\n"
			    "fd00::/8 2001:db8::1 udp/high 1Ti\n");
	write_text("hosts", "10.0.0.1 fd00::50 # dual\n\n10.0.0.2,10.0.0.3\n");
	write_text("hosts", "10.0.0.3\t10.0.0.1\n::ffff:10.0.0.9 10.0.0.2\n");
	write_text("numbers", "18446744073709551615");
	write_text("numbers", "100Mi");
	write_text("numbers", "0.125e-3");
	write_text("numbers", "2026-03-01T00:10:00Z");
	write_text("numbers", "2001:db8::7/33");
	write_text("numbers", "192.0.2.1/24");
	write_text("numbers", "tcp/443");
	write_text("numbers", "-1772323200.000000001");
}

/* Files in every form that a case lists. */
static void
declare_inputs(struct seep_engine *engine)
{
	struct seep_input input;

	memset(&input, 0, sizeof(input));
	input.name = "-";
	input.first_ns = INT64_MAX;
	input.last_ns = INT64_MIN;
	FUZZ_CHECK(seep_engine_add_input(engine, &input) == SEEP_OK);
	input.name = "conn.log.gz";
	input.hashed = 1;
	memset(input.sha256, 1, sizeof(input.sha256));
	memset(input.content_sha256, 2, sizeof(input.content_sha256));
	input.first_ns = input.last_ns = 5 * HOUR;
	input.bytes = 1000;
	FUZZ_CHECK(seep_engine_add_input(engine, &input) == SEEP_OK);
	memset(input.sha256, 3, sizeof(input.sha256));
	memset(input.content_sha256, 3, sizeof(input.content_sha256));
	input.damaged = 1;
	FUZZ_CHECK(seep_engine_add_input(engine, &input) == SEEP_OK);
}

/* A case with something in every section. */
static struct seep_snapshot *
make_part(const char *sensor, size_t count)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_origin origin = SEEP_ORIGIN_INIT;
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	origin.sensor = sensor;
	origin.inputs_listed = 1;
	opts.origin = &origin;
	FUZZ_CHECK(seep_engine_new(&engine, &opts, NULL) == SEEP_OK);
	declare_inputs(engine);
	for (size_t i = 0; i < count; i++) {
		flow.name.text = "TLS";
		flow.name_size = i % 2 ? 3 : 0;
		flow.flags = i % 4 == 1 ? SEEP_FLOW_UNANSWERED : 0;
		if (i % 3 == 2)
			flow.resp = test_address("2001:db8::7");
		if (i % 5 == 4) {
			flow.flags = SEEP_FLOW_NAME;
			flow.name.text = "example.com";
			flow.name_size = 11;
			seep_name_address("example.com", 11, &flow.resp);
		}
		FUZZ_CHECK(seep_engine_feed(engine, &flow, 1, NULL) == SEEP_OK);
		flow = test_flow("10.0.0.1", "10.0.0.2", 445);
		flow.start_ns += (int64_t)i * 7 * HOUR;
		flow.end_ns = flow.start_ns + 2 * HOUR;
		flow.missed_orig = i;
		if (i % 2)
			flow.resp = test_address("203.0.113.4");
	}
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

static void
write_case(char how, size_t count)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_snapshot *part = make_part("tap-1", count);

	fuzz_write(&bytes, &how, 1);
	FUZZ_CHECK(seep_snapshot_save(part, fuzz_write, &bytes) == SEEP_OK);
	seed_write("case", bytes.data, bytes.size);
	free(bytes.data);
	seep_snapshot_free(part);
}

/* Two sensors that saw some of the same. */
static void
write_sensors(char how)
{
	struct seep_snapshot *parts[2] = {make_part("tap-1", 9),
					  make_part("tap-2", 20)};
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	struct seep_case *cases[2];
	struct seep_case *merged;

	for (size_t i = 0; i < 2; i++) {
		struct fuzz_bytes part = {NULL, 0, 0, 0};

		FUZZ_CHECK(seep_snapshot_save(parts[i], fuzz_write, &part) ==
			   SEEP_OK);
		FUZZ_CHECK(seep_case_restore(&cases[i], fuzz_read, &part, 0,
					     NULL, NULL) == SEEP_OK);
		free(part.data);
		seep_snapshot_free(parts[i]);
	}
	FUZZ_CHECK(seep_case_merge(&merged,
				   (const struct seep_case *const *)cases, 2,
				   &opts, NULL) == SEEP_OK);
	fuzz_write(&bytes, &how, 1);
	FUZZ_CHECK(seep_case_save(merged, fuzz_write, &bytes) == SEEP_OK);
	seed_write("case", bytes.data, bytes.size);
	free(bytes.data);
	for (size_t i = 0; i < 2; i++)
		seep_case_free(cases[i]);
	seep_case_free(merged);
}

/* Two hosts of quiet days, then one of them sends to somebody new; with a
 * label and a name that are no friends of a terminal. */
static void
feed_leak(struct seep_engine *engine, int day, int hours, int from_day)
{
	static const char evil[] = "\x1b[31m\"\n=1+1";
	struct seep_flow flow;

	for (int hour = 0; hour < 24; hour += 24 / hours) {
		flow = test_flow(hour % 2 ? "10.0.0.1" : "10.0.0.2",
				 "198.51.100.9", 443);
		flow.start_ns += day * DAY + hour * HOUR;
		flow.end_ns = flow.start_ns + SEC;
		flow.bytes_orig = UINT64_C(1000) * (unsigned)(hour + 1);
		FUZZ_CHECK(seep_engine_feed(engine, &flow, 1, NULL) == SEEP_OK);
		if (day < from_day)
			continue;
		flow.resp = test_address("203.0.113.4");
		flow.bytes_orig = UINT64_C(50000000);
		flow.name.text = evil;
		flow.name_size = sizeof(evil) - 1;
		FUZZ_CHECK(seep_engine_feed(engine, &flow, 1, NULL) == SEEP_OK);
		flow.flags = SEEP_FLOW_NAME;
		seep_name_address(evil, sizeof(evil) - 1, &flow.resp);
		flow.bytes_orig = 200;
		FUZZ_CHECK(seep_engine_feed(engine, &flow, 1, NULL) == SEEP_OK);
	}
}

static void
write_report(const char *head, int days, int from_day)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	FUZZ_CHECK(seep_engine_new(&engine, NULL, NULL) == SEEP_OK);
	for (int day = 0; day < days; day++)
		feed_leak(engine, day, 24, from_day);
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	fuzz_write(&bytes, head, 2 + (size_t)head[1]);
	FUZZ_CHECK(seep_snapshot_save(snapshot, fuzz_write, &bytes) == SEEP_OK);
	seed_write("report", bytes.data, bytes.size);
	free(bytes.data);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
}

/* Operations on a structure have no form: any bytes are some. */
static void
write_random(const char *target, size_t size)
{
	uint8_t data[4096];
	uint64_t random = size;

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)test_random(&random);
	seed_write(target, data, size);
}

/* One edit each, and none (state.h). */
static void
write_states(const char *target)
{
	uint8_t data[6] = {0, 1};

	for (unsigned i = 0; i < 12; i++) {
		data[0] = (uint8_t)(i * 2);
		data[2] = (uint8_t)(i * 67);
		data[3] = (uint8_t)i;
		data[5] = (uint8_t)(i * 21);
		seed_write(target, data, i % 3 == 0 ? 2 : sizeof(data));
	}
}

int
main(int argc, char **argv)
{
	static const char *const structures[] = {
	    "table", "netset", "run",       "ordered",  "scan", "ledger",
	    "names", "keytab", "flowtable", "fragment", "judy"};

	FUZZ_CHECK(argc == 2);
	folder = argv[1];
	write_logs();
	write_lists();
	write_names();
	seed_frames();
	write_case(0, 3);
	write_case(1, 6);
	write_case(3, 200);
	write_sensors(0);
	write_sensors(3);
	write_report("\x10\x08"
		     "a\n\x1b[1m$'",
		     3, 1);
	write_report("\x24\x09"
		     "conn.log/",
		     20, 16);
	write_report("\x31\x01x", 32, 28);
	write_states("state_zeek");
	write_states("state_capture");
	for (size_t i = 0; i < sizeof(structures) / sizeof(char *); i++) {
		write_random(structures[i], 100);
		write_random(structures[i], 1000);
		write_random(structures[i], 673);
	}
	return 0;
}
