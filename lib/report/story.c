/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/story.h"

#include <assert.h>

#include "report/grounds.h"
#include "report/recompute.h"
#include "report/spark.h"

/* Peers shown to a person; JSON has them all, and so has the command. */
#define PEERS_SHOWN 5

/* Why it stands out: the explanation says who, how much, to whom and since
 * when; these are the figures behind it, to the byte. */
static void
put_figures(struct seep__text *text, const struct seep_finding *finding)
{
	assert(text != NULL);
	seep__text_u64(text, finding->bytes_out);
	seep__text_str(text, " bytes from ");
	seep__text_time(text, finding->first_seen_ns);
	seep__text_str(text, " to ");
	seep__text_time(text, finding->last_seen_ns);
	if (finding->bytes_missed > 0) {
		seep__text_str(text, ", and ");
		seep__text_u64(text, finding->bytes_missed);
		seep__text_str(text, " that the sensor missed");
	}
	seep__text_str(text, ". Score ");
	seep__text_scaled(text, finding->score_tenths, 1);
	seep__text_str(text, ", basis ");
	seep__text_str(text, seep_basis_name((int)finding->basis));
	seep__text_str(text, ", window ");
	seep__text_u64(text, finding->window_hours);
	seep__text_str(text, " h, detected at ");
	seep__text_time(text, finding->detected_at_ns);
	if (finding->retrospective)
		seep__text_str(text, " in retrospect");
	seep__text_str(text, "; id ");
	seep__text_str(text, finding->id);
	seep__text_char(text, '.');
}

/* Shares are of the finding's bytes; a label is an annotation. */
static void
put_peer(struct seep__text *text, const struct seep_finding *finding,
	 const struct seep_peer_bytes *peer)
{
	seep__page_peer(text, peer);
	seep__text_str(text, "  ");
	seep__text_bytes_si(text, peer->bytes_out);
	if (peer->bytes_out_max > peer->bytes_out) {
		seep__text_str(text, " (at most ");
		seep__text_bytes_si(text, peer->bytes_out_max);
		seep__text_char(text, ')');
	}
	if (peer->bytes_out <= finding->bytes_out && finding->bytes_out > 0) {
		seep__text_str(text, ", ");
		seep__page_share(text, peer->bytes_out, finding->bytes_out);
	}
	if (peer->label != NULL && !peer->is_name) {
		seep__text_str(text, "  ");
		seep__page_label(text, peer->label, SEEP__PAGE_LABEL);
	}
	seep__text_char(text, '\n');
}

static void
put_peers(struct seep__text *text, const struct seep_finding *finding)
{
	size_t shown = finding->peers_count < PEERS_SHOWN ? finding->peers_count
							  : PEERS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		seep__text_str(text, i == 0 ? "   to " : "      ");
		put_peer(text, finding, &finding->peers[i]);
	}
	if (finding->peers_total > shown) {
		seep__text_str(text, "      and ");
		seep__text_u64(text, finding->peers_total - shown);
		seep__text_str(text, " more\n");
	}
}

static void
put_days(struct seep__text *text, const struct seep_finding *finding)
{
	uint64_t bytes_max = 0;

	if (finding->days_count == 0)
		return;
	for (size_t i = 0; i < finding->days_count; i++)
		if (finding->days[i].bytes_out > bytes_max)
			bytes_max = finding->days[i].bytes_out;
	seep__text_str(text, "   Bytes a day to these peers, highest ");
	seep__text_bytes_si(text, bytes_max);
	seep__text_str(text, ":\n");
	seep__spark(text, "   ", finding->days, finding->days_count);
}

/* Bytes to the peers that the command selects; whether it may print more,
 * since some of theirs were added to others. */
static uint64_t
sum_selected(const struct seep_finding *finding, int *is_least)
{
	uint64_t sum = 0;

	*is_least = 0;
	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct seep_peer_bytes *peer = &finding->peers[i];

		if (!seep__recompute_selects(peer))
			continue;
		sum += peer->bytes_out;
		*is_least |= peer->fold != SEEP_FOLD_NONE ||
			     peer->bytes_out_max > peer->bytes_out;
	}
	return sum;
}

/* What the command prints, so that a reader can compare. */
static void
put_expected(struct seep__text *text, const struct seep_report_opts *opts,
	     const struct seep_finding *finding)
{
	uint64_t sum = finding->bytes_out;
	int is_least = 0;

	if (finding->peers_total > finding->peers_count ||
	    finding->bytes_folded > 0)
		sum = sum_selected(finding, &is_least);
	else
		(void)sum_selected(finding, &is_least);
	seep__text_str(text, is_least
				 ? "\n   Recompute: this command prints at "
				   "least "
				 : "\n   Recompute: this command prints ");
	seep__text_u64(text, sum);
	if (finding->bytes_missed > 0 && opts->input_kind != SEEP_INPUT_CAPTURE)
		seep__text_str(text, " and the bytes missed");
	if (finding->peers_total > finding->peers_count) {
		seep__text_str(text, ",\n   the sum of the ");
		seep__text_u64(text, finding->peers_count);
		seep__text_str(text, " peers that are listed (of ");
		seep__text_u64(text, finding->peers_total);
		seep__text_char(text, ')');
	}
	seep__text_str(text, ".\n");
	if (finding->bytes_folded > 0)
		seep__text_str(text,
			       "   It selects the peers that can be named, and "
			       "whole /24 networks; what was\n   added up "
			       "otherwise is in the totals of the host only."
			       "\n");
	seep__text_char(text, '\n');
}

/* Silence would look as if the figure needed no check. */
static void
put_no_command(struct seep__text *text, const struct seep_report_opts *opts,
	       const struct seep_finding *finding)
{
	if (opts->inputs_count == 0 || finding->peers_count == 0)
		return;
	if (finding->peers[0].is_name)
		seep__text_str(text,
			       "\n   Recompute: not in one line. The bytes are "
			       "those of the names that were asked\n   for "
			       "below each domain, dots included.\n");
	else if (finding->bytes_folded > 0)
		seep__text_str(text,
			       "\n   Recompute: not by peer, for no peer of it "
			       "can be named. The totals of the\n   host can "
			       "be summed from the input.\n");
}

static void
put_command(struct seep__text *text, const struct seep_report_opts *opts,
	    const struct seep_finding *finding,
	    const struct seep_entity *entity)
{
	size_t before = text->size;

	put_expected(text, opts, finding);
	if (!seep__recompute(text, opts, finding, entity) &&
	    text->failed == SEEP_OK) {
		text->size = before;
		text->data[before] = '\0';
		put_no_command(text, opts, finding);
	}
}

void
seep__story(struct seep__page *page, const struct seep_finding *finding,
	    size_t number)
{
	struct seep__text *text = &page->sink.text;
	struct seep_report_opts opts = page->opts;
	const struct seep_evidence *evidence =
	    seep_findings_evidence(page->findings);

	assert(page != NULL);
	assert(finding != NULL);
	/* A file that repeats another was refused: the command, which reads
	 * it too, must count its rows once. */
	if (evidence->coverage.records_refused[SEEP_REFUSED_DUPLICATE] > 0)
		opts.input_flags |= SEEP_INPUT_DEDUP;
	if (number > 0) {
		seep__text_u64(&page->words, number);
		seep__text_str(&page->words, ". ");
	}
	seep__text_str(&page->words, finding->explanation != NULL
					 ? finding->explanation
					 : "There is no explanation.");
	seep__page_paragraph(page, "", "   ");
	put_days(text, finding);
	put_peers(text, finding);
	seep__grounds(page, finding);
	put_figures(&page->words, finding);
	seep__page_paragraph(page, "   ", "   ");
	put_command(text, &opts, finding,
		    seep__report_entity(page->findings, finding));
	seep__text_char(text, '\n');
}
