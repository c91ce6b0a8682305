/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/grounds.h"

#include <assert.h>

#define INDENT "   "

static const char *
stratum_phrase(uint32_t stratum)
{
	static const char *const phrases[SEEP_STRATUM_COUNT] = {
	    [SEEP_STRATUM_ALL] = "everything that it sent outside",
	    [SEEP_STRATUM_PUSH] =
		"what it sent on connections that it opened itself",
	    [SEEP_STRATUM_PULL] =
		"what was fetched from it on connections that peers opened",
	    [SEEP_STRATUM_NEW_PUSH] =
		"what it sent to peers that it first met at most 7 days "
		"before, on connections that it opened itself",
	    [SEEP_STRATUM_NEW_PULL] =
		"what peers that it first met at most 7 days before fetched "
		"on connections that they opened",
	    [SEEP_STRATUM_RARE_PUSH] =
		"what it sent to peers that few hosts of the site ever met, "
		"on connections that it opened itself",
	    [SEEP_STRATUM_RARE_PULL] =
		"what peers that few hosts of the site ever met fetched on "
		"connections that they opened",
	    [SEEP_STRATUM_PARTNER] = "what it sent to partner networks",
	    [SEEP_STRATUM_WEB] = "what it sent by web protocols",
	    [SEEP_STRATUM_MAIL] = "what it sent by mail protocols",
	    [SEEP_STRATUM_FILE] = "what it sent by file transfer protocols",
	    [SEEP_STRATUM_DNS] = "what it sent by DNS",
	    [SEEP_STRATUM_NTP] = "what it sent by NTP",
	    [SEEP_STRATUM_ICMP] =
		"what it sent by ICMP and other protocols without ports",
	    [SEEP_STRATUM_OTHER] = "what it sent by other services",
	    [SEEP_STRATUM_NAMES_NEW] =
		"the DNS names that it asked for in domains that it first "
		"asked for at most 7 days before",
	    [SEEP_STRATUM_NAMES_RARE] =
		"the DNS names that it asked for in domains that few hosts "
		"of the site ever asked for",
	};

	return stratum < SEEP_STRATUM_COUNT ? phrases[stratum] : "its traffic";
}

static const char *
statistic_phrase(uint32_t statistic)
{
	static const char *const phrases[SEEP_STATISTIC_COUNT] = {
	    [SEEP_STATISTIC_SUM] = "the sum of each day",
	    [SEEP_STATISTIC_SHAPE] =
		"its hours, each against the same hour of other weeks",
	    [SEEP_STATISTIC_QUIET] = "the hours that are usually quiet",
	    [SEEP_STATISTIC_LOW] = "the lowest hours of each day",
	};

	return statistic < SEEP_STATISTIC_COUNT ? phrases[statistic]
						: "its bytes";
}

static void
put_onset(struct seep__page *page, const struct seep_finding *finding)
{
	struct seep__text *words = &page->words;

	seep__report_date(words, finding->onset_ns);
	if (finding->onset_until_ns > finding->onset_from_ns) {
		seep__text_str(words, ", with probability 0.95 between ");
		seep__report_date(words, finding->onset_from_ns);
		seep__text_str(words, " and ");
		seep__report_date(words, finding->onset_until_ns);
	}
	seep__text_char(words, '.');
	seep__page_paragraph(page, INDENT "Onset: ", INDENT "  ");
}

static void
put_excess(struct seep__page *page, const struct seep_finding *finding)
{
	struct seep__text *words = &page->words;

	seep__text_bytes_si(words, finding->bytes_excess);
	seep__text_str(words, " (90 % interval ");
	seep__text_bytes_si(words, finding->bytes_excess_low);
	seep__text_str(words, " to ");
	seep__text_bytes_si(words, finding->bytes_excess_high);
	seep__text_str(words, "); ");
	seep__text_bytes_si(words, finding->observed_per_day);
	seep__text_str(words, " a day since the onset where ");
	seep__text_bytes_si(words, finding->expected_per_day);
	seep__text_str(words, " were expected.");
	seep__page_paragraph(page, INDENT "Excess: ", INDENT "  ");
}

static void
put_where(struct seep__page *page, const struct seep_finding *finding)
{
	struct seep__text *words = &page->words;

	seep__text_str(words, stratum_phrase(finding->stratum));
	seep__text_str(words, "; ");
	seep__text_str(words, statistic_phrase(finding->statistic));
	seep__text_str(words, " spoke first.");
	seep__page_paragraph(page, INDENT "Where: ", INDENT "  ");
}

/* "once in 340": 10^6 millionths over the rate, cut so as not to flatter. */
static void
put_once_in(struct seep__text *words, uint64_t rate_micro)
{
	assert(rate_micro > 0);
	if (rate_micro > 1000000) {
		seep__text_scaled(words, (rate_micro + 99999) / 100000, 1);
		seep__text_str(words, " times in an entity-year");
		return;
	}
	seep__text_str(words, "once in ");
	if (rate_micro > 100000)
		seep__text_scaled(words, 10000000 / rate_micro, 1);
	else
		seep__text_u64(words, 1000000 / rate_micro);
	seep__text_str(words, " entity-years");
}

static void
put_chance(struct seep__text *words, const struct seep_finding *finding)
{
	const uint64_t rate = finding->alarms_per_year_micro;

	if (finding->basis == SEEP_BASIS_CONTRAST) {
		seep__text_str(words, "not stated. This is a rank among "
				      "peers, channels and like hosts.");
		return;
	}
	if (rate == UINT64_MAX) {
		seep__text_str(words, "not calibrated.");
		return;
	}
	if (rate == 0) {
		seep__text_str(words, "less than once in a million "
				      "entity-years.");
		return;
	}
	if (finding->alarms_per_year_is_bound)
		seep__text_str(words, "at most ");
	put_once_in(words, rate);
	if (finding->alarms_per_year_is_bound)
		seep__text_str(words, "; the calibration supports no smaller "
				      "rate");
	seep__text_char(words, '.');
}

/* What a reader must weigh beside the figures. */
static void
put_context(struct seep__page *page, const struct seep_finding *finding)
{
	struct seep__text *words = &page->words;

	if (finding->has_source) {
		seep__text_str(words, "The host read from ");
		seep__text_address(words, &finding->source);
		seep__text_str(words, ", a watched server, and its outbound "
				      "bytes rose with that.");
		seep__page_paragraph(page, INDENT, INDENT);
	}
	if (finding->coincides) {
		seep__text_str(words,
			       "COINCIDES with a sensor change: within a day "
			       "of the onset the whole site changed. What "
			       "the sensor sees may have grown rather than "
			       "what the host sends.");
		seep__page_paragraph(page, INDENT, INDENT);
	}
	for (size_t i = 0; i < finding->against_count; i++) {
		seep__text_str(words, finding->against[i]);
		seep__page_paragraph(page, INDENT "Against it: ", INDENT "  ");
	}
}

void
seep__grounds(struct seep__page *page, const struct seep_finding *finding)
{
	struct seep__text *words = &page->words;

	assert(page != NULL);
	assert(finding != NULL);
	if (seep__report_has_onset(finding)) {
		put_onset(page, finding);
		put_excess(page, finding);
		put_where(page, finding);
	}
	put_chance(words, finding);
	seep__page_paragraph(page, INDENT "By chance alone: ", INDENT "  ");
	put_context(page, finding);
}
