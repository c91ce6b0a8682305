/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings_double.h"

#define GOLDEN SEEP_SOURCE_DIR "/tests/report/golden_text.txt"

static const char *const inputs[3] = {"conn.log", "it's/conn\n.log.gz",
				      "-rotated/"};

static struct seep_findings findings;
static struct page page;

static void
setup(void)
{
	memset(&page, 0, sizeof(page));
	example_init(&findings);
}

static void
teardown(void)
{
	page_clear(&page);
}

TestSuite(text, .init = setup, .fini = teardown);

static void
write_text(uint32_t width)
{
	struct seep_report_opts opts = SEEP_REPORT_OPTS_INIT;

	opts.input_kind = SEEP_INPUT_ZEEK_TSV;
	opts.width = width;
	opts.inputs = inputs;
	opts.inputs_count = 3;
	cr_assert_eq(seep_report_text(&findings, &opts, page_write, &page),
		     SEEP_OK);
}

static char *
read_golden(void)
{
	FILE *file = fopen(GOLDEN, "rb");
	char *data = calloc(1, 65536);

	cr_assert_not_null(file, "%s is missing", GOLDEN);
	cr_assert_not_null(data);
	cr_assert_lt(fread(data, 1, 65535, file), 65535);
	fclose(file);
	return data;
}

/* SEEP_GOLDEN_WRITE=1 writes the file anew; look at the difference before
 * it is kept. */
Test(text, is_what_the_golden_file_says)
{
	char *golden;

	write_text(0);
	if (getenv("SEEP_GOLDEN_WRITE") != NULL) {
		FILE *file = fopen(GOLDEN, "wb");

		cr_assert_not_null(file);
		fwrite(page.data, 1, page.size, file);
		fclose(file);
	}
	golden = read_golden();
	cr_assert_str_eq(page.data, golden);
	free(golden);
}

/* Columns: every byte that does not continue a UTF-8 character. */
static size_t
columns_of(const char *line, size_t size)
{
	size_t columns = 0;

	for (size_t i = 0; i < size; i++)
		columns += ((unsigned char)line[i] & 0xc0) != 0x80;
	return columns;
}

Test(text, keeps_to_eighty_columns)
{
	size_t size;

	write_text(0);
	for (const char *p = page.data; *p != '\0'; p += size + 1) {
		size = strcspn(p, "\n");
		cr_expect_leq(columns_of(p, size), 80, "%.*s", (int)size, p);
	}
}

Test(text, shows_no_control_character_of_the_network)
{
	write_text(0);
	for (size_t i = 0; i < page.size; i++)
		cr_expect(page.data[i] == '\n' ||
			      (unsigned char)page.data[i] >= 0x20,
			  "byte %zu", i);
}

Test(text, says_no_finding_and_then_the_ceiling)
{
	const char *none;
	const char *ceiling;

	findings.findings_count = 0;
	write_text(0);
	none = strstr(page.data, "No finding in this evidence.");
	ceiling = strstr(page.data, "At most 2.00 GB (2000000100 bytes) left "
				    "through 10.2.0.7 (file_server).");
	cr_assert_eq(none, page.data);
	cr_assert_not_null(ceiling);
	cr_expect_not_null(strstr(page.data, "Floors: not stated by this"));
	cr_expect_not_null(strstr(ceiling, "Coverage"));
}

Test(text, never_uses_the_words_that_claim_too_much)
{
	static const char *const words[4] = {"no leak", "proof", "certain",
					     "safe"};

	findings.findings_count = 0;
	write_text(0);
	for (size_t i = 0; i < 4; i++)
		cr_expect_null(strstr(page.data, words[i]), "%s", words[i]);
}

Test(text, tells_the_notes_before_the_findings)
{
	const char *note;
	const char *finding;

	write_text(0);
	note = strstr(page.data, "\nNOTE  No --partner was given");
	finding = strstr(page.data, "\n1. ");
	cr_assert_not_null(note);
	cr_assert_not_null(finding);
	cr_expect_lt(note, finding);
}

Test(text, a_gap_day_is_a_dot_and_the_highest_day_a_full_block)
{
	write_text(0);
	cr_expect_not_null(
	    strstr(page.data, "2026-03-01  \xe2\x96\x81\xe2\x96\x83\xe2\x96\x81"
			      "\xc2\xb7\xe2\x96\x85\xe2\x96\x88\n"));
}

Test(text, one_finding_is_the_same_paragraph_without_a_number)
{
	struct seep_report_opts opts = SEEP_REPORT_OPTS_INIT;

	cr_assert_eq(seep_report_text_finding(&findings, findings.findings,
					      &opts, page_write, &page),
		     SEEP_OK);
	cr_expect_eq(strncmp(page.data, "10.2.0.7 sent 1.23 GB", 21), 0);
	cr_expect_null(strstr(page.data, "Recompute"), "no input was named");
}

Test(text, stops_when_the_callback_does)
{
	page.stop_after = 1;
	cr_assert_eq(seep_report_text(&findings, NULL, page_write, &page),
		     SEEP_EIO);
}

Test(text, refuses_options_from_a_later_version)
{
	struct {
		struct seep_report_opts opts;
		uint64_t later;
	} longer = {.opts = SEEP_REPORT_OPTS_INIT, .later = 1};

	longer.opts.size = sizeof(longer);
	cr_assert_eq(
	    seep_report_text(&findings, &longer.opts, page_write, &page),
	    SEEP_EINVAL);
}
