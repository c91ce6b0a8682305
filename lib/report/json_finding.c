/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json_line.h"

#include <assert.h>

#include "report/sink.h"

void
seep__json_members(struct seep__jsonw *json, const struct seep_entity *entity)
{
	assert(json != NULL);
	if (entity == NULL || entity->members == NULL)
		return;
	seep__jsonw_open(json, "members", '[');
	for (size_t i = 0; i < entity->members_count; i++)
		seep__jsonw_address(json, NULL, &entity->members[i]);
	seep__jsonw_close(json, ']');
}

/* A registered domain has a name and no address, a roll-up of peers the
 * address of their network, or ::/0. A name's label is made from what
 * the network supplied, as every label is. */
static void
put_peer(struct seep__jsonw *json, const struct seep_peer_bytes *peer)
{
	struct seep_network network;

	assert(peer != NULL);
	seep__jsonw_open(json, NULL, '{');
	if (peer->is_name) {
		seep__jsonw_string(json, "name", peer->label);
	} else if (peer->fold != SEEP_FOLD_NONE) {
		seep__report_rollup(peer, &network);
		seep__jsonw_host(json, "ip", &network);
	} else {
		seep__jsonw_address(json, "ip", &peer->peer);
	}
	if (peer->fold != SEEP_FOLD_NONE)
		seep__jsonw_bool(json, "folded", 1);
	seep__jsonw_u64(json, "bytes_out", peer->bytes_out);
	if (peer->bytes_out_max > peer->bytes_out)
		seep__jsonw_u64(json, "bytes_out_max", peer->bytes_out_max);
	if (!peer->is_name && peer->label != NULL)
		seep__jsonw_string(json, "label", peer->label);
	seep__jsonw_close(json, '}');
}

void
seep__json_peers(struct seep__jsonw *json, const char *key,
		 const struct seep_peer_bytes *peers, size_t count)
{
	assert(peers != NULL || count == 0);
	seep__jsonw_open(json, key, '[');
	for (size_t i = 0; i < count; i++)
		put_peer(json, &peers[i]);
	seep__jsonw_close(json, ']');
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
	if (finding->bytes_folded > 0)
		seep__jsonw_u64(json, "bytes_folded", finding->bytes_folded);
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

/* A finding by contrast has no earlier time: no onset, nothing expected. */
static void
put_change(struct seep__jsonw *json, const struct seep_finding *finding)
{
	const int known = seep__report_has_onset(finding);

	assert(json != NULL);
	seep__jsonw_time(json, "onset", known ? finding->onset_ns : INT64_MAX);
	seep__jsonw_time(json, "onset_from",
			 known ? finding->onset_from_ns : INT64_MAX);
	seep__jsonw_time(json, "onset_until",
			 known ? finding->onset_until_ns : INT64_MAX);
	seep__jsonw_u64(json, "bytes_excess",
			known ? finding->bytes_excess : UINT64_MAX);
	seep__jsonw_u64(json, "bytes_excess_low",
			known ? finding->bytes_excess_low : UINT64_MAX);
	seep__jsonw_u64(json, "bytes_excess_high",
			known ? finding->bytes_excess_high : UINT64_MAX);
	seep__jsonw_u64(json, "observed_per_day",
			known ? finding->observed_per_day : UINT64_MAX);
	seep__jsonw_u64(json, "expected_per_day",
			known ? finding->expected_per_day : UINT64_MAX);
	seep__jsonw_string(json, "stratum",
			   known ? seep_stratum_name(finding->stratum) : NULL);
	seep__jsonw_string(json, "statistic",
			   known ? seep_statistic_name(finding->statistic)
				 : NULL);
}

static void
put_context(struct seep__jsonw *json, const struct seep_finding *finding)
{
	assert(json != NULL);
	seep__jsonw_bool(json, "coincides_with_sensor_change",
			 finding->coincides);
	if (finding->has_source)
		seep__jsonw_address(json, "source", &finding->source);
	else
		seep__jsonw_string(json, "source", NULL);
	seep__jsonw_open(json, "against", '[');
	for (size_t i = 0; i < finding->against_count; i++)
		seep__jsonw_string(json, NULL, finding->against[i]);
	seep__jsonw_close(json, ']');
}

void
seep__json_finding(struct seep__text *text, const struct seep_finding *finding,
		   const struct seep_entity *entity)
{
	struct seep__jsonw json;

	seep__jsonw_init(&json, text);
	seep__jsonw_open(&json, NULL, '{');
	seep__jsonw_string(&json, "type", "finding");
	seep__jsonw_string(&json, "id", finding->id);
	seep__jsonw_host(&json, "host", &finding->host);
	/* A finding on one host of a group is that host's alone. */
	if (finding->host.prefix_bits < 128)
		seep__json_members(&json, entity);
	put_kind(&json, finding);
	seep__json_peers(&json, "peers", finding->peers, finding->peers_count);
	seep__jsonw_u64(&json, "peers_total", finding->peers_total);
	put_figures(&json, finding);
	put_change(&json, finding);
	put_context(&json, finding);
	put_days(&json, finding);
	seep__jsonw_string(&json, "explanation", finding->explanation);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}
