/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/account.h"

#include <assert.h>

/* Gaps named one by one; the rest are in the JSON report. */
#define GAPS_SHOWN 5

/* "  name  value bytes", for what is not 0. */
static void
put_amount(struct seep__page *page, const char *name, uint64_t bytes)
{
	struct seep__text *text = &page->sink.text;

	if (bytes == 0)
		return;
	seep__text_str(text, "  ");
	seep__text_str(text, name);
	seep__text_char(text, ' ');
	seep__page_bytes(text, bytes);
	seep__text_char(text, '\n');
}

static void
put_number(struct seep__page *page, const char *name, uint64_t count)
{
	struct seep__text *text = &page->sink.text;

	if (count == 0)
		return;
	seep__text_str(text, "  ");
	seep__text_str(text, name);
	seep__text_char(text, ' ');
	seep__text_u64(text, count);
	seep__text_char(text, '\n');
}

static void
put_records(struct seep__page *page, const struct seep_evidence *evidence)
{
	const struct seep_coverage *coverage = &evidence->coverage;
	struct seep__text *words = &page->words;
	const char *before = "Refused: ";

	seep__page_count(words, coverage->records, " record, ", " records, ");
	seep__page_count(words, coverage->flows, " flow, ", " flows, ");
	if (coverage->files > 0)
		seep__page_count(words, coverage->files, " file, ", " files, ");
	seep__page_count(words, evidence->hosts_inside, " host inside, ",
			 " hosts inside, ");
	seep__page_count(words, evidence->hours_covered, " hour", " hours");
	seep__text_str(words, " with records.");
	seep__page_paragraph(page, "  ", "  ");
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++) {
		if (coverage->records_refused[i] == 0)
			continue;
		seep__text_str(words, before);
		seep__text_str(words, seep_refusal_name(i));
		seep__text_char(words, ' ');
		seep__text_u64(words, coverage->records_refused[i]);
		before = ", ";
	}
	seep__page_paragraph(page, "  ", "  ");
}

static void
put_conservation(struct seep__page *page, const struct seep_coverage *coverage)
{
	struct seep__text *words = &page->words;

	seep__text_str(words, "Bytes, both ways: ");
	seep__text_u64(words, coverage->bytes_seen);
	seep__text_str(words, " seen = ");
	seep__text_u64(words, coverage->bytes_crossing);
	seep__text_str(words, " crossing + ");
	seep__text_u64(words, coverage->bytes_inside);
	seep__text_str(words, " inside + ");
	seep__text_u64(words, coverage->bytes_outside);
	seep__text_str(words, " outside + ");
	seep__text_u64(words, coverage->bytes_refused);
	seep__text_str(words, " refused.");
	seep__page_paragraph(page, "  ", "    ");
}

static void
put_gaps(struct seep__page *page, const struct seep_evidence *evidence)
{
	struct seep__text *text = &page->sink.text;

	for (size_t i = 0; i < evidence->gaps_count && i < GAPS_SHOWN; i++) {
		seep__text_str(text, "  Gap: ");
		seep__text_time(text, evidence->gaps[i].from_ns);
		seep__text_str(text, " to ");
		seep__text_time(text, evidence->gaps[i].to_ns);
		seep__text_char(text, '\n');
	}
	if (evidence->gaps_count > GAPS_SHOWN) {
		seep__text_str(text, "  and ");
		seep__page_count(text, evidence->gaps_count - GAPS_SHOWN,
				 " gap more\n", " gaps more\n");
	}
}

static void
put_losses(struct seep__page *page, const struct seep_coverage *coverage)
{
	assert(page != NULL);
	put_amount(page, "Missed by the sensor:", coverage->bytes_missed);
	put_amount(page,
		   "Outbound without an answer:", coverage->bytes_unanswered);
	put_amount(page,
		   "Spread over hours (long flows):", coverage->bytes_spread);
	put_amount(page,
		   "Taken from payload fields:", coverage->bytes_from_payload);
	put_amount(page, "Payload claims not believed:",
		   coverage->bytes_payload_refused);
	put_amount(page, "Retransmitted:", coverage->bytes_retransmitted);
	put_number(page, "Losses of unknown size:", coverage->losses_unsized);
	put_amount(page, "Link headers and padding:", coverage->bytes_link);
	put_number(page, "TCP flows:", coverage->tcp_flows);
	put_number(page,
		   "TCP flows seen one way:", coverage->tcp_flows_one_way);
	put_number(page, "Flows without an end:", coverage->flows_without_end);
	put_number(page, "Durations ignored:", coverage->duration_ignored);
	put_number(page,
		   "Frames without an IP packet:", coverage->packets_not_ip);
	put_number(page, "Packets cut by the capture:", coverage->packets_cut);
	put_number(page, "Fragments without a first part:",
		   coverage->fragments_orphaned);
}

/* What the memory budget took: who some peers were, and nothing else. */
static void
put_folds(struct seep__page *page, const struct seep_evidence *evidence)
{
	struct seep__text *words = &page->words;

	if (evidence->coverage.channels_folded == 0 &&
	    evidence->hosts_folded == 0)
		return;
	seep__text_str(words, "The memory budget was reached: ");
	seep__page_count(words, evidence->coverage.channels_folded,
			 " channel of ", " channels of ");
	seep__page_count(words, evidence->hosts_folded, " host", " hosts");
	seep__text_str(words, ", the lightest, were added to their networks "
			      "(/24, /48) or to \"other peers\", which now "
			      "hold ");
	seep__text_bytes_si(words, evidence->bytes_folded);
	seep__text_str(words,
		       " that crossed, both ways. Totals by host, hour, "
		       "service and opener are exact. Peers named may have "
		       "got more than stands beside them, up to the \"at "
		       "most\"; others cannot be named. --memory with more "
		       "bytes keeps more.");
	seep__page_paragraph(page, "  ", "    ");
}

static void
put_assumptions(struct seep__page *page, const struct seep_evidence *evidence)
{
	struct seep__text *words = &page->words;

	if (evidence->inside_by_assumption_count == 0)
		return;
	seep__text_str(words, "Inside by assumption (--partner says "
			      "otherwise); received from watched servers:");
	for (size_t i = 0; i < evidence->inside_by_assumption_count; i++) {
		const struct seep_inside_network *inside =
		    &evidence->inside_by_assumption[i];

		seep__text_str(words, i == 0 ? " " : ", ");
		seep__report_host(words, &inside->network);
		seep__text_char(words, ' ');
		seep__text_bytes_si(words, inside->bytes);
	}
	seep__text_char(words, '.');
	seep__page_paragraph(page, "  ", "    ");
}

/* What the allow list took out of the series: totals and ceilings keep it. */
static void
put_allowed(struct seep__page *page, const struct seep_evidence *evidence)
{
	struct seep__text *words = &page->words;

	for (size_t i = 0; i < evidence->allowed_count; i++) {
		const struct seep_allowed *allowed = &evidence->allowed[i];
		const char *entry =
		    seep__report_allow(&page->opts, allowed->index);

		seep__text_str(words, "Allowed, and so not looked at: ");
		seep__page_bytes(words, allowed->bytes);
		seep__text_str(words, " on ");
		seep__page_count(words, allowed->days, " day", " days");
		seep__text_str(words, " by entry ");
		seep__text_u64(words, (uint64_t)allowed->index + 1);
		if (entry != NULL) {
			seep__text_str(words, ": ");
			seep__text_str(words, entry);
		}
		seep__page_paragraph(page, "  ", "    ");
	}
}

static void
put_chance(struct seep__page *page, const struct seep_evidence *evidence)
{
	struct seep__text *words = &page->words;

	if (evidence->alarms_expected_micro == UINT64_MAX)
		return;
	seep__text_str(words, "Findings expected by chance alone: ");
	seep__text_scaled(words, evidence->alarms_expected_micro / 10000, 2);
	seep__text_str(words, ", in ");
	seep__text_scaled(words, evidence->host_years_micro / 10000, 2);
	seep__text_str(words, " entity-years on which an alarm was possible.");
	seep__page_paragraph(page, "  ", "    ");
}

static void
put_sensors(struct seep__page *page, const struct seep_evidence *evidence)
{
	if (evidence->sensors_count == 0)
		return;
	seep__text_str(&page->words, "By sensor: ");
	seep__page_sensors(&page->words, evidence->sensors,
			   evidence->sensors_count);
	seep__text_str(&page->words,
		       ". What is not used is in none of the above bytes; "
		       "records and flows are those of all.");
	seep__page_paragraph(page, "  ", "    ");
}

void
seep__account(struct seep__page *page, const struct seep_evidence *evidence)
{
	assert(page != NULL);
	assert(evidence != NULL);
	seep__text_str(&page->sink.text, "Coverage\n");
	put_records(page, evidence);
	put_conservation(page, &evidence->coverage);
	put_sensors(page, evidence);
	put_gaps(page, evidence);
	put_losses(page, &evidence->coverage);
	put_folds(page, evidence);
	put_assumptions(page, evidence);
	put_allowed(page, evidence);
	put_chance(page, evidence);
}
