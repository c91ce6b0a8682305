/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings_double.h"

#define GOLDEN SEEP_SOURCE_DIR "/tests/report/golden_text.txt"

static const char *const inputs[3] = {"conn.log", "it's/conn\n.log.gz",
				      "-rotated/"};

static const char *const allow[2] = {"* 203.0.113.9 tcp/443",
				     "10.2.0.7 backup\x1b.example"};

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
	opts.allow = allow;
	opts.allow_count = 2;
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
	write_text(200);
	none = strstr(page.data, "No finding in this evidence.");
	ceiling = strstr(page.data, "At most 2.00 GB (2000000100 bytes) left "
				    "through 10.2.0.7 (file_server), "
				    "of which 1.00 kB is allowed.");
	cr_assert_eq(none, page.data);
	cr_assert_not_null(ceiling);
	cr_expect_not_null(strstr(ceiling, "a day in equal hours to new"));
	cr_expect_not_null(strstr(ceiling, "Coverage"));
}

static void
expect_has(const char *text)
{
	cr_expect_not_null(strstr(page.data, text), "%s\nnot in\n%s", text,
			   page.data);
}

static void
expect_modest_words(void)
{
	static const char *const words[4] = {"no leak", "proof", "certain",
					     "safe"};

	write_text(0);
	for (size_t i = 0; i < 4; i++)
		cr_expect_null(strstr(page.data, words[i]), "%s", words[i]);
	page_clear(&page);
}

Test(text, never_uses_the_words_that_claim_too_much)
{
	struct seep_finding finding = findings.findings[0];

	findings.findings = &finding;
	for (uint32_t i = 0; i <= SEEP_STRATUM_COUNT; i++) {
		finding.stratum = i;
		finding.statistic = i % (SEEP_STATISTIC_COUNT + 1);
		expect_modest_words();
	}
	finding.basis = SEEP_BASIS_CONTRAST;
	expect_modest_words();
	findings.findings_count = 0;
	expect_modest_words();
}

Test(text, no_finding_says_what_it_does_not_say)
{
	findings.findings_count = 0;
	write_text(200);
	expect_has("No finding in this evidence. It says nothing about leaks "
		   "below the floors, or earlier than");
	expect_has("A leak of 9.00 MB a day in equal hours to new peers would "
		   "have been reported within 14 days with probability 0.95 "
		   "(7 days 12.0 MB a day; 30 days 7.00 MB a day; 90 days "
		   "unknown).");
	expect_has("Floor: not stated (no calibration yet).");
}

Test(text, a_floor_names_the_first_length_that_is_known)
{
	static const char *const reason = "fewer than 28 days";
	struct seep_entity entity = findings.entities[0];

	findings.entities = &entity;
	findings.entities_count = 1;
	entity.floor_drip_bytes_per_day[1] = UINT64_MAX;
	entity.floor_drip_bytes_per_day[2] = UINT64_MAX;
	for (size_t i = 0; i < 4; i++)
		entity.floor_mimic_bytes_per_day[i] = UINT64_MAX;
	write_text(200);
	expect_has("A leak of 12.0 MB a day in equal hours to new peers would "
		   "have been reported within 7 days");
	cr_expect_null(strstr(page.data, "in the host's own hours"));
	page_clear(&page);
	entity.floor_drip_bytes_per_day[0] = UINT64_MAX;
	entity.floor_null_reason = reason;
	write_text(200);
	expect_has("Floors: not stated (fewer than 28 days).");
}

Test(text, says_how_often_chance_alone_would_show_as_much)
{
	static const struct {
		uint64_t rate_micro;
		int is_bound;
		const char *text;
	} cases[] = {
	    {2941, 0, "By chance alone: once in 340 entity-years."},
	    {2941, 1,
	     "By chance alone: at most once in 340 entity-years; the "
	     "calibration supports no smaller rate."},
	    {400000, 0, "once in 2.5 entity-years."},
	    {1000000, 0, "once in 1.0 entity-years."},
	    {2410000, 0, "alone: 2.5 times in an entity-year."},
	    {0, 0, "less than once in a million entity-years."},
	    {UINT64_MAX, 0, "By chance alone: not calibrated."},
	};
	struct seep_finding finding = findings.findings[0];

	findings.findings = &finding;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		finding.alarms_per_year_micro = cases[i].rate_micro;
		finding.alarms_per_year_is_bound = cases[i].is_bound;
		write_text(200);
		expect_has(cases[i].text);
		page_clear(&page);
	}
}

Test(text, a_name_is_shown_as_a_name_and_what_cannot_be_told_is_said)
{
	struct seep_finding finding = findings.findings[0];
	struct seep_peer_bytes names[1] = {
	    {.bytes_out = 1234567990, .label = "x\x1b.example", .is_name = 1}};

	finding.peers = names;
	finding.peers_count = 1;
	finding.peers_total = 1;
	findings.findings = &finding;
	write_text(200);
	expect_has("   to x\\x1b.example  1.23 GB, 100 %\n");
	expect_has("Recompute: not in one line.");
	page_clear(&page);
	names[0].label = "tunnel.example";
	write_text(200);
	expect_has("Recompute: this command prints 1234567990.");
	expect_has("l(P,\"tunnel.example\")");
}

Test(text, what_was_added_up_is_said_and_no_address_made_of_it)
{
	struct seep_finding finding = findings.findings[0];
	struct seep_peer_bytes peers[3] = {{.peer = address_of("198.51.100.9"),
					    .bytes_out = 1000000000,
					    .bytes_out_max = 1100000000},
					   {.peer = address_of("198.51.100.0"),
					    .bytes_out = 200000000,
					    .fold = SEEP_FOLD_NETWORK},
					   {.peer = address_of("::"),
					    .bytes_out = 34567990,
					    .fold = SEEP_FOLD_ALL}};

	finding.peers = peers;
	finding.peers_count = 3;
	finding.peers_total = 3;
	finding.bytes_folded = 234567990;
	findings.findings = &finding;
	findings.evidence.coverage.channels_folded = 12;
	findings.evidence.hosts_folded = 1;
	findings.evidence.bytes_folded = 234567999;
	write_text(200);
	expect_has("   to 198.51.100.9  1.00 GB (at most 1.10 GB), 80 %\n"
		   "      peers of 198.51.100.0/24, added up  200 MB, 16 %\n"
		   "      other peers, added up  34.5 MB, 2 %\n");
	expect_has("Recompute: this command prints at least 1200000000");
	expect_has("l(P,\"198.51.100.9 198.51.100.\")");
	expect_has("The memory budget was reached: 12 channels of 1 host, the "
		   "lightest, were added to their networks");
	expect_has("234 MB that crossed, both ways.");
	page_clear(&page);
	/* Nothing that a command could select. */
	finding.peers = peers + 2;
	finding.peers_count = 1;
	finding.peers_total = 1;
	write_text(200);
	expect_has("Recompute: not by peer,");
	cr_expect_null(strstr(page.data, "awk"));
}

Test(text, a_contrast_has_no_onset_and_is_called_a_rank)
{
	struct seep_finding finding = findings.findings[0];

	finding.basis = SEEP_BASIS_CONTRAST;
	findings.findings = &finding;
	write_text(200);
	expect_has("By chance alone: not stated. This is a rank among peers, "
		   "channels and like hosts.");
	cr_expect_null(strstr(page.data, "Onset:"));
	cr_expect_null(strstr(page.data, "Excess:"));
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
