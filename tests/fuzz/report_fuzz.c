/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is told of a case that anyone may have written, of inputs of any
 * name.
 *
 * Claims     whatever can be restored can be judged and told; every line of
 *            JSON is JSON; no text holds a control character but newlines
 *            (a terminal would obey it), and the command that recomputes a
 *            finding none that its shell would; told again it is the same.
 * Input      one byte of flags; one of size, the text that stands for a
 *            path and for an entry of the allow list; the case.
 */
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/report.h>

#include "fuzz/json.h"
#include "fuzz/mend.h"

#define CASE_MAX 24576

enum flag {
	FLAG_FLOORS = 1u << 0,
	FLAG_SERVERS = 1u << 1,
	FLAG_DEDUP = 1u << 2,
	FLAG_ALIAS = 1u << 3
};

static int
is_control(const uint8_t *p, const uint8_t *end)
{
	/* C1 controls are two bytes in UTF-8. */
	return (p[0] < ' ' && p[0] != '\n') || p[0] == 0x7f ||
	       (p[0] == 0xc2 && p + 1 < end && p[1] < 0xa0);
}

static void
check_text(const struct fuzz_bytes *text)
{
	for (size_t i = 0; i < text->size; i++)
		FUZZ_CHECK(
		    !is_control(text->data + i, text->data + text->size));
}

static void
check_json(const struct fuzz_bytes *json)
{
	size_t from = 0;

	FUZZ_CHECK(json->size > 0 && json->data[json->size - 1] == '\n');
	for (size_t i = 0; i < json->size; i++) {
		if (json->data[i] != '\n')
			continue;
		FUZZ_CHECK(
		    fuzz_is_json((const char *)json->data + from, i - from));
		from = i + 1;
	}
}

static struct fuzz_bytes
tell(const struct seep_findings *findings, const struct seep_report_opts *opts,
     int json)
{
	struct fuzz_bytes page = {NULL, 0, 0, 0};

	if (json)
		FUZZ_CHECK(seep_report_json(findings, opts, fuzz_write,
					    &page) == SEEP_OK);
	else
		FUZZ_CHECK(seep_report_text(findings, opts, fuzz_write,
					    &page) == SEEP_OK);
	return page;
}

static void
tell_all(const struct seep_findings *findings,
	 const struct seep_report_opts *opts)
{
	struct fuzz_bytes text = tell(findings, opts, 0);
	struct fuzz_bytes json = tell(findings, opts, 1);
	struct fuzz_bytes again = tell(findings, opts, 0);

	check_text(&text);
	check_json(&json);
	fuzz_same(&text, &again);
	free(json.data);
}

static void
judge(const struct seep_snapshot *snapshot, uint8_t flags, const char *hostile)
{
	const struct seep_report_alias alias = {{{1, 2, 3}}, {{4, 5, 6}}};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_report_opts shown = SEEP_REPORT_OPTS_INIT;
	struct seep_allow allow;
	struct seep_findings *findings;

	memset(&allow, 0, sizeof(allow));
	allow.name = allow.reason = hostile;
	allow.bytes_per_day = 1;
	opts.allow = &allow;
	opts.allow_count = 1;
	opts.watch = flags & FLAG_SERVERS ? SEEP_WATCH_SERVERS : SEEP_WATCH_ALL;
	opts.no_floors = !(flags & FLAG_FLOORS);
	opts.alarms_per_year = 1000;
	FUZZ_CHECK(seep_detect(&snapshot, 1, &opts, &findings, NULL) ==
		   SEEP_OK);
	shown.input_kind = flags >> 4 & 3;
	shown.inputs = &hostile;
	shown.inputs_count = 1;
	shown.allow = &hostile;
	shown.allow_count = 1;
	shown.input_flags = flags & FLAG_DEDUP ? SEEP_INPUT_DEDUP : 0;
	shown.aliases = &alias;
	shown.aliases_count = (flags & FLAG_ALIAS) != 0;
	tell_all(findings, &shown);
	seep_findings_free(findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const uint8_t flags = fuzz_u8(&take);
	const uint8_t length = fuzz_u8(&take);
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct seep_snapshot *snapshot;
	char hostile[256] = "x";

	if (size > CASE_MAX || take.size < length)
		return 0;
	/* A text of no bytes is no path. */
	if (length > 0 && take.data[0] != '\0') {
		memcpy(hostile, take.data, length);
		hostile[length] = '\0';
	}
	take.data += length;
	take.size -= length;
	fuzz_write(&bytes, take.data, take.size);
	fuzz_mend(&bytes);
	if (seep_snapshot_restore(&snapshot, fuzz_read, &bytes, NULL, NULL) ==
	    SEEP_OK) {
		judge(snapshot, flags, hostile);
		seep_snapshot_free(snapshot);
	}
	free(bytes.data);
	return 0;
}
