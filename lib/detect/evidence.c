/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/evidence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "detect/statistic.h"
#include "detect/subject.h"
#include "ledger/site.h"

/* One-way is a property of the sensor; below 20 flows one scan would make
 * it one. Above, half of the flows cannot be unanswered by chance where
 * anything works at all. */
#define ONE_WAY_FLOWS_MIN 20

/* Networks named as inside by assumption: enough to recognise a branch. */
#define ASSUMED_MAX 5

/* A reference and a day to judge by it. */
#define DAYS_MIN (SEEP__RUNG_FIRST + 1)

#define NOTES_MAX 12

int
seep__evidence_one_way(const struct seep_coverage *coverage)
{
	return coverage->tcp_flows >= ONE_WAY_FLOWS_MIN &&
	       coverage->tcp_flows_one_way > coverage->tcp_flows / 2;
}

static const char *
keep_text(const struct seep__case *view, struct seep__text *text, int *rc)
{
	const char *kept = NULL;

	if (*rc == SEEP_OK)
		*rc = text->failed;
	if (*rc == SEEP_OK) {
		kept =
		    seep__arena_copy(view->out, text->data, text->size + 1, 1);
		if (!kept)
			*rc = seep__mem_why(view->mem);
	}
	seep__text_clear(text);
	return kept;
}

static void
add_loss(struct seep__text *text, uint64_t count, const char *what)
{
	if (count == 0)
		return;
	seep__text_str(text, text->size ? ", " : "a loss of unknown size: ");
	seep__text_u64(text, count);
	seep__text_char(text, ' ');
	seep__text_str(text, what);
}

/* Writes what was lost without a known size; nothing when all is known. */
static void
write_losses(const struct seep__case *view, struct seep__text *text)
{
	static const uint8_t unknown[] = {
	    SEEP_REFUSED_MALFORMED, SEEP_REFUSED_TRUNCATED,
	    SEEP_REFUSED_BAD_TIME, SEEP_REFUSED_BAD_ADDRESS,
	    SEEP_REFUSED_TOO_LARGE};
	const struct seep_coverage *coverage = view->coverage;

	for (size_t i = 0; i < sizeof(unknown); i++) {
		add_loss(text, coverage->records_refused[unknown[i]],
			 "refused as ");
		if (coverage->records_refused[unknown[i]])
			seep__text_str(text, seep_refusal_name(unknown[i]));
	}
	add_loss(text, coverage->losses_unsized, "breaks in TCP sequences");
	add_loss(text, coverage->files_damaged, "damaged files");
	add_loss(text, coverage->files_refused, "files refused");
	if (!view->one_way)
		return;
	add_loss(text, coverage->tcp_flows_one_way,
		 "TCP flows seen in one direction only, of ");
	seep__text_u64(text, coverage->tcp_flows);
}

int
seep__evidence_ceilings(const struct seep__case *view,
			struct seep__entities *entities)
{
	const char *reason = NULL;
	struct seep__text text;
	int rc = SEEP_OK;

	seep__text_init(&text, view->mem);
	write_losses(view, &text);
	if (text.size || text.failed)
		reason = keep_text(view, &text, &rc);
	seep__text_clear(&text);
	for (size_t i = 0; i < entities->count; i++) {
		struct seep_entity *entity = &entities->list[i];

		entity->ceiling_null_reason = reason;
		entity->ceiling_bytes =
		    reason ? UINT64_MAX
			   : entity->bytes_out + entities->missed[i];
		for (size_t f = 0; f < 4; f++) {
			entity->floor_drip_bytes_per_day[f] = UINT64_MAX;
			entity->floor_mimic_bytes_per_day[f] = UINT64_MAX;
		}
		entity->floor_null_reason = "floors were not asked for";
	}
	return rc;
}

/* struct notes: the sentences gathered so far. */
struct notes {
	const struct seep__case *view;
	const char *list[NOTES_MAX];
	size_t count;
	int rc;
};

static void
add_text(struct notes *notes, struct seep__text *text)
{
	const char *kept = keep_text(notes->view, text, &notes->rc);

	assert(notes->count < NOTES_MAX);
	if (kept)
		notes->list[notes->count++] = kept;
}

static void
add_note(struct notes *notes, const char *before, uint64_t number,
	 const char *after)
{
	struct seep__text text;

	seep__text_init(&text, notes->view->mem);
	seep__text_str(&text, before);
	if (after) {
		seep__text_u64(&text, number);
		seep__text_str(&text, after);
	}
	add_text(notes, &text);
}

static void
note_substance(struct notes *notes, const struct seep__entities *entities)
{
	const struct seep_coverage *coverage = notes->view->coverage;

	if (coverage->flows == 0)
		add_note(notes,
			 "no usable flow was read: nothing can be said about "
			 "any host",
			 0, NULL);
	else if (entities->hosts_inside == 0)
		add_note(notes,
			 "no flow has an end inside the local networks: state "
			 "them with --local",
			 0, NULL);
	else if (coverage->bytes_crossing == 0)
		add_note(notes,
			 "no byte crosses the border of the local networks: "
			 "the sensor may stand inside, or --local is too wide",
			 0, NULL);
	if (entities->hosts_inside > 0 && entities->file_servers == 0)
		add_note(notes,
			 "no file server was found: every host is watched", 0,
			 NULL);
}

static void
note_time(struct notes *notes, const struct seep_evidence *evidence)
{
	const struct seep__calendar *calendar = &notes->view->calendar;
	const size_t days = seep__calendar_usable_days(calendar);
	uint64_t hours = 0;

	if (calendar->hours_count == 0)
		return;
	if (days < DAYS_MIN)
		add_note(notes, "only ", days,
			 " days have 18 hours with a record or more; a change "
			 "cannot be told before the 15th of them");
	for (size_t i = 0; i < evidence->gaps_count; i++)
		hours += (uint64_t)(evidence->gaps[i].to_ns -
				    evidence->gaps[i].from_ns) /
			 UINT64_C(3600000000000);
	if (hours > 0)
		add_note(notes, "the evidence has gaps: ", hours,
			 " hours between its first and its last hold no "
			 "record, and what left then is not seen");
}

static void
note_losses(struct notes *notes)
{
	const struct seep_coverage *coverage = notes->view->coverage;
	struct seep__text text;

	if (notes->view->one_way)
		add_note(notes,
			 "the capture is one-way: most TCP flows show one "
			 "direction only; unanswered bytes are counted as "
			 "sent",
			 0, NULL);
	if (coverage->bytes_missed > 0)
		add_note(notes, "the sensor missed ", coverage->bytes_missed,
			 " bytes that it knows of; they are in no total of "
			 "bytes seen");
	if (coverage->files_damaged + coverage->files_refused > 0)
		add_note(notes, "",
			 coverage->files_damaged + coverage->files_refused,
			 " files were damaged or could not be used: what they "
			 "held beyond their good part is not seen");
	seep__text_init(&text, notes->view->mem);
	write_losses(notes->view, &text);
	if (text.size) {
		struct seep__text whole;

		seep__text_init(&whole, notes->view->mem);
		seep__text_str(&whole, "no ceiling can be stated, for there "
				       "is ");
		seep__text_add(&whole, text.data, text.size);
		add_text(notes, &whole);
	}
	seep__text_clear(&text);
}

static void
note_folds(struct notes *notes, const struct seep__entities *entities)
{
	if (entities->hosts_folded > 0)
		add_note(notes,
			 "the memory budget was reached, and the lightest "
			 "channels of ",
			 entities->hosts_folded,
			 " hosts were added up: their totals are exact, who "
			 "some of their peers were is lost");
}

/* struct assumed: private networks by what watched servers sent there. */
struct assumed {
	struct seep_inside_network *list;
	size_t count;
	size_t room;
};

static int
compare_assumed_network(const void *a, const void *b)
{
	const struct seep_inside_network *x = a;
	const struct seep_inside_network *y = b;
	const int order =
	    seep_address_compare(&x->network.base, &y->network.base);

	return order ? order
		     : (x->network.prefix_bits > y->network.prefix_bits) -
			   (x->network.prefix_bits < y->network.prefix_bits);
}

static int
compare_assumed_bytes(const void *a, const void *b)
{
	const struct seep_inside_network *x = a;
	const struct seep_inside_network *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return compare_assumed_network(a, b);
}

/* Adds up what one host sent to each network inside. Channels come by
 * peer, so that a network's own stand together. */
static int
read_inside(const struct seep__case *view, size_t host, struct seep__mem *mem,
	    struct assumed *assumed)
{
	struct seep__reader reader;
	int rc;

	seep__reader_init(&reader, view, host);
	while ((rc = seep__reader_next(&reader)) == SEEP_OK) {
		struct seep_inside_network entry;

		if (reader.channel.place != SEEP_PLACE_INSIDE ||
		    reader.channel.fold == SEEP_FOLD_ALL ||
		    !seep__site_assumed(view->site, &reader.channel.peer))
			continue;
		seep__network_of(&reader.channel.peer, 24,
				 reader.channel.fold ? 48 : 64, &entry.network);
		entry.bytes = seep__rows_out(reader.rows, reader.count);
		if (assumed->count &&
		    compare_assumed_network(&assumed->list[assumed->count - 1],
					    &entry) == 0) {
			assumed->list[assumed->count - 1].bytes += entry.bytes;
			continue;
		}
		rc =
		    seep__mem_grow(mem, (void **)&assumed->list, &assumed->room,
				   assumed->count + 1, sizeof(entry));
		if (rc != SEEP_OK)
			break;
		assumed->list[assumed->count++] = entry;
	}
	seep__reader_clear(&reader);
	return rc == SEEP_END ? SEEP_OK : rc;
}

static void
fold_assumed(struct assumed *assumed)
{
	size_t kept = 0;

	if (assumed->count == 0)
		return;
	qsort(assumed->list, assumed->count, sizeof(*assumed->list),
	      compare_assumed_network);
	for (size_t i = 1; i < assumed->count; i++) {
		if (compare_assumed_network(&assumed->list[kept],
					    &assumed->list[i]) == 0)
			assumed->list[kept].bytes += assumed->list[i].bytes;
		else
			assumed->list[++kept] = assumed->list[i];
	}
	assumed->count = kept + 1;
	qsort(assumed->list, assumed->count, sizeof(*assumed->list),
	      compare_assumed_bytes);
	if (assumed->count > ASSUMED_MAX)
		assumed->count = ASSUMED_MAX;
	while (assumed->count && assumed->list[assumed->count - 1].bytes == 0)
		assumed->count--;
}

static int
list_assumed(const struct seep__case *view,
	     const struct seep__entities *entities,
	     struct seep_evidence *evidence)
{
	struct assumed assumed = {.count = 0};
	int rc = SEEP_OK;

	for (size_t i = 0; rc == SEEP_OK && i < entities->count; i++)
		if (entities->list[i].roles_count)
			rc = read_inside(view,
					 entities->hosts[entities->first[i]],
					 view->mem, &assumed);
	if (rc == SEEP_OK) {
		fold_assumed(&assumed);
		evidence->inside_by_assumption =
		    seep__arena_copy(view->out, assumed.list, assumed.count,
				     sizeof(*assumed.list));
		evidence->inside_by_assumption_count = assumed.count;
		if (!evidence->inside_by_assumption)
			rc = seep__mem_why(view->mem);
	}
	seep__mem_put(view->mem, assumed.list,
		      assumed.room * sizeof(*assumed.list));
	return rc;
}

static void
note_sensors(struct notes *notes)
{
	const size_t sensors = seep__view_sensors(notes->view->snapshot);

	if (sensors == 0)
		return;
	add_note(notes, "", sensors,
		 " sensors: for each host and day the one with the most bytes "
		 "is used, and ceilings are those past it; where addresses are "
		 "translated between two sensors the same bytes are counted "
		 "under two hosts, and nothing here can show it");
}

static int
put_notes(const struct seep__case *view, const struct seep__entities *entities,
	  struct seep_evidence *evidence)
{
	struct notes notes = {.view = view, .rc = SEEP_OK};

	note_substance(&notes, entities);
	note_time(&notes, evidence);
	note_losses(&notes);
	note_sensors(&notes);
	note_folds(&notes, entities);
	if (notes.rc != SEEP_OK)
		return notes.rc;
	evidence->notes = seep__arena_copy(view->out, notes.list, notes.count,
					   sizeof(*notes.list));
	evidence->notes_count = notes.count;
	return evidence->notes ? SEEP_OK : seep__mem_why(view->mem);
}

int
seep__evidence_fill(const struct seep__case *view,
		    const struct seep__entities *entities, uint64_t alarm_days,
		    double knob, struct seep_evidence *evidence)
{
	int rc;

	evidence->coverage = *view->coverage;
	evidence->hours_covered = view->calendar.hours_covered;
	evidence->hosts_inside = entities->hosts_inside;
	evidence->entities = entities->count;
	evidence->bytes_folded = entities->bytes_folded;
	evidence->hosts_folded = entities->hosts_folded;
	/* A year of 365.25 days; days < 2^43 keep this inside 64 bits. */
	evidence->host_years_micro = alarm_days * 100000000 / 36525;
	evidence->alarms_expected_micro =
	    (uint64_t)((double)evidence->host_years_micro * knob);
	evidence->one_way = view->one_way;
	evidence->partner_declared =
	    seep__site_declares(view->site, SEEP_SITE_PARTNER);
	rc = seep__calendar_gaps(&view->calendar, view->out, &evidence->gaps,
				 &evidence->gaps_count);
	if (rc == SEEP_OK && !evidence->partner_declared)
		rc = list_assumed(view, entities, evidence);
	if (rc == SEEP_OK)
		rc = put_notes(view, entities, evidence);
	return rc;
}
