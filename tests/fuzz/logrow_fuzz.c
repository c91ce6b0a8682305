/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `seep inject`: the form of a log is learnt, and new rows are written.
 *
 * Claims     the lines of a file without compression are the file; of any
 *            lines a form is learnt; a row that is written is one line; in
 *            the form that Zeek writes it is read as the flow that it was.
 * Input      bit 0: JSON; 16 bytes: the row; the log.
 */
#include "logrow.h"

#include <stdlib.h>
#include <string.h>

#include <seep/zeek.h>

#include "fuzz/evidence.h"
#include "fuzz/headers.h"
#include "textfile.h"

static struct logrow
take_row(struct fuzz_take *take)
{
	struct logrow row;

	memset(&row, 0, sizeof(row));
	FUZZ_CHECK(seep_address_parse("10.2.0.7", 8, &row.flow.orig) ==
		   SEEP_OK);
	FUZZ_CHECK(seep_address_parse("2001:db8::9", 11, &row.flow.resp) ==
		   SEEP_OK);
	row.flow.start_ns = INT64_C(1772323200000000000) +
			    (int64_t)fuzz_uint(take, 4) * 1000000;
	row.flow.end_ns =
	    row.flow.start_ns + (int64_t)fuzz_uint(take, 3) * 1000000;
	row.flow.packets_orig = 1 + fuzz_uint(take, 2);
	row.flow.packets_resp = 1 + fuzz_uint(take, 2);
	row.flow.bytes_orig = row.flow.packets_orig * (41 + fuzz_u8(take));
	row.flow.bytes_resp = row.flow.packets_resp * (41 + fuzz_u8(take));
	row.flow.port_orig = (uint16_t)fuzz_uint(take, 2);
	row.flow.port_resp = 443;
	row.flow.protocol = fuzz_u8(take) & 1 ? 6 : 17;
	row.flow.opener = SEEP_OPENER_ORIG;
	row.local_orig = 1;
	memcpy(row.uid, "Cabcdefghijklmnopq", sizeof(row.uid));
	return row;
}

/* 'plain', if given, is what the lines are together. */
static void
learn(struct logrow_form *form, const char *path, const struct fuzz_take *plain)
{
	struct textfile *file;
	const char *line;
	size_t size;
	size_t sum = 0;
	int64_t time_us;

	if (textfile_open(&file, path) != 0)
		return;
	while (textfile_line(file, &line, &size) == 1) {
		FUZZ_CHECK(size > 0);
		if (plain != NULL) {
			FUZZ_CHECK(size <= plain->size - sum);
			FUZZ_CHECK(!memcmp(line, plain->data + sum, size));
		}
		sum += size;
		FUZZ_CHECK(logrow_learn(form, line, size, "10.2.0.7") ==
			   SEEP_OK);
		logrow_time(form, line, size, &time_us);
	}
	FUZZ_CHECK(plain == NULL || sum == plain->size);
	textfile_close(file);
}

static void
write_row(const struct logrow_form *form, const struct logrow *row)
{
	struct fuzz_bytes line = {NULL, 0, 0, 0};

	if (!logrow_has_pattern(form))
		return;
	FUZZ_CHECK(logrow_write(form, row, fuzz_write, &line) == 0);
	FUZZ_CHECK(line.size > 0);
	FUZZ_CHECK((uint8_t *)memchr(line.data, '\n', line.size) ==
		   line.data + line.size - 1);
	free(line.data);
}

static const char json_row[] =
    "{\"ts\":1772323200.25,\"uid\":\"C2\",\"id.orig_h\":\"10.2.0.8\""
    ",\"id.orig_p\":50123,\"id.resp_h\":\"2001:db8::9\","
    "\"id.resp_p\":443,\"proto\":\"tcp\",\"duration\":3600.5,"
    "\"orig_bytes\":1000,\"resp_bytes\":200,\"conn_state\":\"SF\","
    "\"history\":\"ShADadFf\",\"orig_pkts\":10,\"orig_ip_bytes\":1520,"
    "\"resp_pkts\":8,\"resp_ip_bytes\":620}\n";

/* The row alone in a log of Zeek's form is read as what it says. */
static void
read_back(const struct logrow *row, int json)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct fuzz_bytes log = {NULL, 0, 0, 0};
	struct logrow_form form;
	struct seep_source *source;
	struct seep_flow flows[4];
	const char *path;
	const char *p = json ? json_row : FUZZ_CONN;
	size_t count;

	memset(&form, 0, sizeof(form));
	if (!json)
		fuzz_write(&log, p, strlen(p));
	for (; *p != '\0'; p += strcspn(p, "\n") + 1)
		FUZZ_CHECK(logrow_learn(&form, p, strcspn(p, "\n") + 1, "") ==
			   SEEP_OK);
	FUZZ_CHECK(logrow_write(&form, row, fuzz_write, &log) == 0);
	path = fuzz_file("", log.data, log.size);
	FUZZ_CHECK(seep_zeek_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	FUZZ_CHECK(seep_source_next(source, flows, 4, &count) == SEEP_OK);
	FUZZ_CHECK(count == 1 && flows[0].bytes_orig == row->flow.bytes_orig);
	FUZZ_CHECK(flows[0].bytes_resp == row->flow.bytes_resp);
	FUZZ_CHECK(flows[0].start_ns == row->flow.start_ns);
	FUZZ_CHECK(!seep_address_compare(&flows[0].resp, &row->flow.resp));
	seep_source_free(source);
	free(log.data);
	logrow_clear(&form);
}

static int
is_packed(const struct fuzz_take *take)
{
	return take->size >= 2 &&
	       ((take->data[0] == 0x1f && take->data[1] == 0x8b) ||
		(take->data[0] == 0x28 && take->data[1] == 0xb5));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const uint8_t how = fuzz_u8(&take);
	struct logrow row = take_row(&take);
	struct logrow_form form;

	memset(&form, 0, sizeof(form));
	learn(&form, fuzz_file("", take.data, take.size),
	      is_packed(&take) ? NULL : &take);
	write_row(&form, &row);
	row.is_dns = 1;
	row.query = "abc.example.com";
	seep_name_address("example.com", 11, &row.flow.resp);
	write_row(&form, &row);
	logrow_clear(&form);
	row.is_dns = 0;
	FUZZ_CHECK(seep_address_parse("2001:db8::9", 11, &row.flow.resp) ==
		   SEEP_OK);
	read_back(&row, how & 1);
	return 0;
}
