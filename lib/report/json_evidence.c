/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json_line.h"

#include <assert.h>

#include "report/sink.h"

static void
put_counts(struct seep__jsonw *json, const struct seep_coverage *c)
{
	const struct {
		const char *key;
		uint64_t value;
	} counts[] = {
	    {"flows", c->flows},
	    {"bytes_seen", c->bytes_seen},
	    {"bytes_crossing", c->bytes_crossing},
	    {"bytes_inside", c->bytes_inside},
	    {"bytes_outside", c->bytes_outside},
	    {"bytes_refused", c->bytes_refused},
	    {"bytes_missed", c->bytes_missed},
	    {"bytes_missed_crossing", c->bytes_missed_crossing},
	    {"bytes_unanswered", c->bytes_unanswered},
	    {"bytes_spread", c->bytes_spread},
	    {"duration_ignored", c->duration_ignored},
	    {"bytes_from_payload", c->bytes_from_payload},
	    {"bytes_payload_refused", c->bytes_payload_refused},
	    {"tcp_flows", c->tcp_flows},
	    {"tcp_flows_one_way", c->tcp_flows_one_way},
	    {"flows_without_end", c->flows_without_end},
	    {"bytes_retransmitted", c->bytes_retransmitted},
	    {"losses_unsized", c->losses_unsized},
	    {"bytes_link", c->bytes_link},
	    {"packets_not_ip", c->packets_not_ip},
	    {"packets_cut", c->packets_cut},
	    {"fragments_orphaned", c->fragments_orphaned},
	    {"names", c->names},
	    {"names_bytes", c->names_bytes},
	    {"names_outside", c->names_outside},
	    {"names_skipped", c->names_skipped},
	    {"names_refused", c->names_refused},
	    {"channels_folded", c->channels_folded},
	    {"files", c->files},
	    {"files_damaged", c->files_damaged},
	    {"files_refused", c->files_refused},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		seep__jsonw_u64(json, counts[i].key, counts[i].value);
}

static void
put_refused(struct seep__jsonw *json, const struct seep_coverage *coverage)
{
	assert(json != NULL);
	seep__jsonw_open(json, "records_refused", '{');
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		seep__jsonw_u64(json, seep_refusal_name(i),
				coverage->records_refused[i]);
	seep__jsonw_close(json, '}');
}

static void
put_lists(struct seep__jsonw *json, const struct seep_evidence *evidence)
{
	assert(json != NULL);
	seep__jsonw_open(json, "gaps", '[');
	for (size_t i = 0; i < evidence->gaps_count; i++) {
		seep__jsonw_open(json, NULL, '[');
		seep__jsonw_time(json, NULL, evidence->gaps[i].from_ns);
		seep__jsonw_time(json, NULL, evidence->gaps[i].to_ns);
		seep__jsonw_close(json, ']');
	}
	seep__jsonw_close(json, ']');
	seep__jsonw_open(json, "inside_by_assumption", '[');
	for (size_t i = 0; i < evidence->inside_by_assumption_count; i++) {
		const struct seep_inside_network *inside =
		    &evidence->inside_by_assumption[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_host(json, "network", &inside->network);
		seep__jsonw_u64(json, "bytes", inside->bytes);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
	seep__jsonw_open(json, "notes", '[');
	for (size_t i = 0; i < evidence->notes_count; i++)
		seep__jsonw_string(json, NULL, evidence->notes[i]);
	seep__jsonw_close(json, ']');
}

/* What the whole site did at once, and what the allow list took out. */
static void
put_sensor_changes(struct seep__jsonw *json,
		   const struct seep_evidence *evidence)
{
	assert(json != NULL);
	seep__jsonw_open(json, "sensor_changes", '[');
	for (size_t i = 0; i < evidence->sensor_changes_count; i++) {
		const struct seep_sensor_change *change =
		    &evidence->sensor_changes[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_time(json, "day", change->day_ns);
		seep__jsonw_u64(json, "hosts", change->hosts);
		seep__jsonw_u64(json, "hosts_tested", change->hosts_tested);
		seep__jsonw_u64(json, "rows_before", change->rows_before);
		seep__jsonw_u64(json, "rows_after", change->rows_after);
		seep__jsonw_u64(json, "hosts_before", change->hosts_before);
		seep__jsonw_u64(json, "hosts_after", change->hosts_after);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
}

static void
put_allowed(struct seep__jsonw *json, const struct seep_evidence *evidence,
	    const struct seep_report_opts *opts)
{
	assert(json != NULL);
	seep__jsonw_open(json, "allowed", '[');
	for (size_t i = 0; i < evidence->allowed_count; i++) {
		const struct seep_allowed *allowed = &evidence->allowed[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_u64(json, "index", allowed->index);
		seep__jsonw_string(json, "entry",
				   seep__report_allow(opts, allowed->index));
		seep__jsonw_u64(json, "bytes", allowed->bytes);
		seep__jsonw_u64(json, "days", allowed->days);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
}

void
seep__json_evidence(struct seep__text *text,
		    const struct seep_evidence *evidence,
		    const struct seep_report_opts *opts)
{
	const struct seep_coverage *coverage = &evidence->coverage;
	struct seep__jsonw json;

	seep__jsonw_init(&json, text);
	seep__jsonw_open(&json, NULL, '{');
	seep__jsonw_string(&json, "type", "coverage");
	seep__jsonw_time(&json, "first", coverage->first_ns);
	seep__jsonw_time(&json, "last", coverage->last_ns);
	seep__jsonw_u64(&json, "records", coverage->records);
	put_refused(&json, coverage);
	put_counts(&json, coverage);
	put_lists(&json, evidence);
	put_sensor_changes(&json, evidence);
	put_allowed(&json, evidence, opts);
	seep__jsonw_u64(&json, "hours_covered", evidence->hours_covered);
	seep__jsonw_u64(&json, "hosts_inside", evidence->hosts_inside);
	seep__jsonw_u64(&json, "entities", evidence->entities);
	seep__jsonw_u64(&json, "hosts_folded", evidence->hosts_folded);
	seep__jsonw_u64(&json, "bytes_folded", evidence->bytes_folded);
	seep__jsonw_bool(&json, "one_way", evidence->one_way);
	seep__jsonw_bool(&json, "partner_declared", evidence->partner_declared);
	seep__jsonw_short(&json, "host_years", evidence->host_years_micro, 6);
	seep__jsonw_short(&json, "alarms_expected_by_chance",
			  evidence->alarms_expected_micro, 6);
	seep__json_sensors(&json, evidence->sensors, evidence->sensors_count);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}
