/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/report.h>

#include <assert.h>

#include "report/jsonw.h"
#include "report/sink.h"

/* The days of floor_*_bytes_per_day[], as keys. */
static const char *const floor_days[4] = {"7", "14", "30", "90"};

static void
put_members(struct seep__jsonw *json, const struct seep_entity *entity)
{
	assert(json != NULL);
	if (entity == NULL || entity->members == NULL)
		return;
	seep__jsonw_open(json, "members", '[');
	for (size_t i = 0; i < entity->members_count; i++)
		seep__jsonw_address(json, NULL, &entity->members[i]);
	seep__jsonw_close(json, ']');
}

static void
put_peers(struct seep__jsonw *json, const struct seep_finding *finding)
{
	assert(json != NULL);
	seep__jsonw_open(json, "peers", '[');
	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct seep_peer_bytes *peer = &finding->peers[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_address(json, "ip", &peer->peer);
		seep__jsonw_u64(json, "bytes_out", peer->bytes_out);
		if (peer->label != NULL)
			seep__jsonw_string(json, "label", peer->label);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
	seep__jsonw_u64(json, "peers_total", finding->peers_total);
}

/* Days as [start, bytes, hours covered], so that a gap is not a zero. */
static void
put_days(struct seep__jsonw *json, const struct seep_finding *finding)
{
	assert(json != NULL);
	seep__jsonw_open(json, "days", '[');
	for (size_t i = 0; i < finding->days_count; i++) {
		const struct seep_day *day = &finding->days[i];

		seep__jsonw_open(json, NULL, '[');
		seep__jsonw_time(json, NULL,
				 (int64_t)day->hour * INT64_C(3600000000000));
		seep__jsonw_u64(json, NULL, day->bytes_out);
		seep__jsonw_u64(json, NULL, day->hours_covered);
		seep__jsonw_close(json, ']');
	}
	seep__jsonw_close(json, ']');
}

static void
put_kind(struct seep__jsonw *json, const struct seep_finding *finding)
{
	assert(json != NULL);
	seep__jsonw_string(json, "role", seep_role_name((int)finding->role));
	seep__jsonw_string(json, "direction",
			   seep_direction_name((int)finding->direction));
	seep__jsonw_string(json, "pattern",
			   seep_pattern_name((int)finding->pattern));
	seep__jsonw_string(json, "basis", seep_basis_name((int)finding->basis));
	seep__jsonw_service(json, "service", finding->protocol, finding->port);
}

static void
put_figures(struct seep__jsonw *json, const struct seep_finding *finding)
{
	assert(json != NULL);
	seep__jsonw_u64(json, "bytes_out", finding->bytes_out);
	seep__jsonw_u64(json, "bytes_missed", finding->bytes_missed);
	seep__jsonw_u64(json, "bytes_expected", finding->bytes_expected);
	seep__jsonw_time(json, "first_seen", finding->first_seen_ns);
	seep__jsonw_time(json, "last_seen", finding->last_seen_ns);
	seep__jsonw_time(json, "detected_at", finding->detected_at_ns);
	seep__jsonw_u64(json, "window_hours", finding->window_hours);
	seep__jsonw_scaled(json, "score", finding->score_tenths, 1);
	seep__jsonw_short(json, "alarms_per_year",
			  finding->alarms_per_year_micro, 6);
	seep__jsonw_bool(json, "alarms_per_year_is_bound",
			 finding->alarms_per_year_is_bound);
	seep__jsonw_bool(json, "retrospective", finding->retrospective);
}

static void
put_finding(struct seep__text *text, const struct seep_finding *finding,
	    const struct seep_entity *entity)
{
	struct seep__jsonw json;

	seep__jsonw_init(&json, text);
	seep__jsonw_open(&json, NULL, '{');
	seep__jsonw_string(&json, "type", "finding");
	seep__jsonw_string(&json, "id", finding->id);
	seep__jsonw_host(&json, "host", &finding->host);
	put_members(&json, entity);
	put_kind(&json, finding);
	put_peers(&json, finding);
	put_figures(&json, finding);
	put_days(&json, finding);
	seep__jsonw_string(&json, "explanation", finding->explanation);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}

static void
put_roles(struct seep__jsonw *json, const struct seep_entity *entity)
{
	assert(json != NULL);
	seep__jsonw_open(json, "roles", '[');
	for (size_t i = 0; i < entity->roles_count; i++) {
		const struct seep_role_evidence *role = &entity->roles[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_string(json, "role",
				   seep_role_name((int)role->role));
		seep__jsonw_bool(json, "declared", role->declared);
		seep__jsonw_service(json, "service", role->protocol,
				    role->port);
		seep__jsonw_u64(json, "clients", role->clients);
		seep__jsonw_u64(json, "bytes", role->bytes);
		seep__jsonw_time(json, "since", role->since_ns);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
}

static void
put_floor(struct seep__jsonw *json, const char *key, const uint64_t floor[4])
{
	assert(json != NULL);
	seep__jsonw_open(json, key, '{');
	for (size_t i = 0; i < 4; i++)
		seep__jsonw_u64(json, floor_days[i], floor[i]);
	seep__jsonw_close(json, '}');
}

static void
put_entity(struct seep__text *text, const struct seep_entity *entity)
{
	struct seep__jsonw json;

	seep__jsonw_init(&json, text);
	seep__jsonw_open(&json, NULL, '{');
	seep__jsonw_string(&json, "type", "host");
	seep__jsonw_host(&json, "host", &entity->host);
	put_members(&json, entity);
	seep__jsonw_string(&json, "role", seep_role_name((int)entity->role));
	put_roles(&json, entity);
	seep__jsonw_u64(&json, "bytes_out", entity->bytes_out);
	seep__jsonw_u64(&json, "bytes_in", entity->bytes_in);
	seep__jsonw_u64(&json, "ceiling_bytes", entity->ceiling_bytes);
	seep__jsonw_string(&json, "ceiling_null_reason",
			   entity->ceiling_null_reason);
	seep__jsonw_u64(&json, "ceiling_allowed_bytes",
			entity->ceiling_allowed_bytes);
	put_floor(&json, "floor_drip_bytes_per_day",
		  entity->floor_drip_bytes_per_day);
	put_floor(&json, "floor_mimic_bytes_per_day",
		  entity->floor_mimic_bytes_per_day);
	seep__jsonw_string(&json, "floor_null_reason",
			   entity->floor_null_reason);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}

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

static void
put_evidence(struct seep__text *text, const struct seep_evidence *evidence)
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
	seep__jsonw_u64(&json, "hours_covered", evidence->hours_covered);
	seep__jsonw_u64(&json, "hosts_inside", evidence->hosts_inside);
	seep__jsonw_u64(&json, "entities", evidence->entities);
	seep__jsonw_bool(&json, "one_way", evidence->one_way);
	seep__jsonw_bool(&json, "partner_declared", evidence->partner_declared);
	seep__jsonw_short(&json, "host_years", evidence->host_years_micro, 6);
	seep__jsonw_short(&json, "alarms_expected_by_chance",
			  evidence->alarms_expected_micro, 6);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}

static int
write_findings(struct seep__sink *sink, const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK &&
	       seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		put_finding(&sink->text, finding,
			    seep__report_entity(findings, finding));
		status = seep__sink_flush(sink);
	}
	return status;
}

static int
write_entities(struct seep__sink *sink, const struct seep_findings *findings)
{
	const struct seep_entity *entity;
	size_t cursor = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK &&
	       seep_findings_next_entity(findings, &cursor, &entity) ==
		   SEEP_OK) {
		put_entity(&sink->text, entity);
		status = seep__sink_flush(sink);
	}
	return status;
}

int
seep_report_json(const struct seep_findings *findings,
		 const struct seep_report_opts *opts, seep_write_fn write,
		 void *ctx)
{
	struct seep__sink sink;
	int status;

	assert(findings != NULL);
	assert(write != NULL);
	(void)opts; /* nothing in them changes a JSON line */
	status = seep__sink_init(&sink, write, ctx);
	if (status != SEEP_OK)
		return status;
	status = write_findings(&sink, findings);
	if (status == SEEP_OK)
		status = write_entities(&sink, findings);
	if (status == SEEP_OK) {
		put_evidence(&sink.text, seep_findings_evidence(findings));
		status = seep__sink_flush(&sink);
	}
	seep__sink_clear(&sink);
	return status;
}

int
seep_report_json_finding(const struct seep_findings *findings,
			 const struct seep_finding *finding,
			 seep_write_fn write, void *ctx)
{
	struct seep__sink sink;
	int status;

	assert(findings != NULL);
	assert(finding != NULL);
	assert(write != NULL);
	status = seep__sink_init(&sink, write, ctx);
	if (status != SEEP_OK)
		return status;
	put_finding(&sink.text, finding,
		    seep__report_entity(findings, finding));
	status = seep__sink_flush(&sink);
	seep__sink_clear(&sink);
	return status;
}
