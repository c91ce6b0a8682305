/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/report.h>

#include <assert.h>

#include "report/account.h"
#include "report/limits.h"
#include "report/page.h"
#include "report/story.h"

static void
put_words_note(struct seep__page *page)
{
	seep__page_paragraph(page, "NOTE  ", "      ");
}

static void
put_note(struct seep__page *page, const char *note)
{
	seep__text_str(&page->words, note);
	put_words_note(page);
}

static void
put_before_after(struct seep__text *words, const char *what, uint64_t before,
		 uint64_t after)
{
	seep__text_str(words, what);
	seep__text_u64(words, before);
	seep__text_str(words, " before and ");
	seep__text_u64(words, after);
	seep__text_str(words, " after");
}

static void
put_sensor_change(struct seep__page *page,
		  const struct seep_sensor_change *change)
{
	struct seep__text *words = &page->words;

	seep__text_str(words, "The sensor changed on ");
	seep__report_date(words, change->day_ns);
	seep__text_str(words, ": ");
	seep__text_u64(words, change->hosts);
	seep__text_str(words, " of ");
	seep__text_u64(words, change->hosts_tested);
	seep__text_str(words, " entities shifted together");
	put_before_after(words, "; flows a day ", change->rows_before,
			 change->rows_after);
	put_before_after(words, ", hosts seen a day ", change->hosts_before,
			 change->hosts_after);
	seep__text_str(words, ". Baselines restart there, and floors count "
			      "only what follows.");
	put_words_note(page);
}

static void
put_head(struct seep__page *page, const struct seep_evidence *evidence)
{
	const struct seep_coverage *coverage = &evidence->coverage;
	size_t findings = seep_findings_count(page->findings);
	struct seep__text *words = &page->words;

	if (findings == 0)
		seep__text_str(words, "No finding in this evidence. It says "
				      "nothing about leaks below the floors, "
				      "or earlier than the days on which one "
				      "could begin and be told.");
	else
		seep__page_count(words, findings, " finding in this evidence.",
				 " findings in this evidence.");
	if (coverage->first_ns <= coverage->last_ns) {
		seep__text_str(words, " It reaches from ");
		seep__text_time(words, coverage->first_ns);
		seep__text_str(words, " to ");
		seep__text_time(words, coverage->last_ns);
		seep__text_char(words, '.');
	}
	seep__page_paragraph(page, "", "");
	for (size_t i = 0; i < evidence->notes_count; i++)
		put_note(page, evidence->notes[i]);
	for (size_t i = 0; i < evidence->sensor_changes_count; i++)
		put_sensor_change(page, &evidence->sensor_changes[i]);
	seep__text_char(&page->sink.text, '\n');
}

static int
write_findings(struct seep__page *page)
{
	const struct seep_finding *finding;
	size_t cursor = 0;
	size_t number = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK && seep_findings_next(page->findings, &cursor,
						       &finding) == SEEP_OK) {
		seep__story(page, finding, ++number);
		status = seep__sink_flush(&page->sink);
	}
	return status;
}

int
seep_report_text(const struct seep_findings *findings,
		 const struct seep_report_opts *opts, seep_write_fn write,
		 void *ctx)
{
	struct seep__page page;
	int status = seep__page_open(&page, findings, opts, write, ctx);

	if (status != SEEP_OK)
		return status;
	put_head(&page, seep_findings_evidence(findings));
	status = write_findings(&page);
	if (status == SEEP_OK)
		status = seep__limits(&page);
	if (status == SEEP_OK) {
		seep__account(&page, seep_findings_evidence(findings));
		status = seep__sink_flush(&page.sink);
	}
	seep__page_close(&page);
	return status;
}

int
seep_report_text_finding(const struct seep_findings *findings,
			 const struct seep_finding *finding,
			 const struct seep_report_opts *opts,
			 seep_write_fn write, void *ctx)
{
	struct seep__page page;
	int status = seep__page_open(&page, findings, opts, write, ctx);

	if (status != SEEP_OK)
		return status;
	assert(finding != NULL);
	seep__story(&page, finding, 0);
	status = seep__sink_flush(&page.sink);
	seep__page_close(&page);
	return status;
}
