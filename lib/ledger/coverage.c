/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/coverage.h>

#include <assert.h>
#include <string.h>

void
seep_coverage_init(struct seep_coverage *coverage)
{
	assert(coverage != NULL);
	memset(coverage, 0, sizeof(*coverage));
	coverage->first_ns = INT64_MAX;
	coverage->last_ns = INT64_MIN;
}

static void
add_bytes(struct seep_coverage *sum, const struct seep_coverage *part)
{
	sum->bytes_seen += part->bytes_seen;
	sum->bytes_crossing += part->bytes_crossing;
	sum->bytes_inside += part->bytes_inside;
	sum->bytes_outside += part->bytes_outside;
	sum->bytes_refused += part->bytes_refused;
	sum->bytes_missed += part->bytes_missed;
	sum->bytes_missed_crossing += part->bytes_missed_crossing;
	sum->bytes_unanswered += part->bytes_unanswered;
	sum->bytes_spread += part->bytes_spread;
	sum->bytes_from_payload += part->bytes_from_payload;
	sum->bytes_payload_refused += part->bytes_payload_refused;
	sum->bytes_retransmitted += part->bytes_retransmitted;
	sum->losses_unsized += part->losses_unsized;
	sum->bytes_link += part->bytes_link;
}

static void
add_names(struct seep_coverage *sum, const struct seep_coverage *part)
{
	sum->names += part->names;
	sum->names_bytes += part->names_bytes;
	sum->names_outside += part->names_outside;
	sum->names_skipped += part->names_skipped;
	sum->names_refused += part->names_refused;
}

void
seep_coverage_add(struct seep_coverage *sum, const struct seep_coverage *part)
{
	assert(sum != NULL && part != NULL);
	if (part->first_ns < sum->first_ns)
		sum->first_ns = part->first_ns;
	if (part->last_ns > sum->last_ns)
		sum->last_ns = part->last_ns;
	sum->records += part->records;
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		sum->records_refused[i] += part->records_refused[i];
	sum->flows += part->flows;
	add_bytes(sum, part);
	sum->duration_ignored += part->duration_ignored;
	sum->tcp_flows += part->tcp_flows;
	sum->tcp_flows_one_way += part->tcp_flows_one_way;
	sum->flows_without_end += part->flows_without_end;
	sum->packets_not_ip += part->packets_not_ip;
	sum->packets_cut += part->packets_cut;
	sum->fragments_orphaned += part->fragments_orphaned;
	add_names(sum, part);
	sum->channels_folded += part->channels_folded;
	sum->cells_condensed += part->cells_condensed;
	sum->files += part->files;
	sum->files_damaged += part->files_damaged;
	sum->files_refused += part->files_refused;
}

const char *
seep_refusal_name(int refusal)
{
	switch (refusal) {
	case SEEP_REFUSED_MALFORMED:
		return "malformed";
	case SEEP_REFUSED_TRUNCATED:
		return "truncated";
	case SEEP_REFUSED_BAD_TIME:
		return "bad_time";
	case SEEP_REFUSED_BAD_ADDRESS:
		return "bad_address";
	case SEEP_REFUSED_TOO_LARGE:
		return "too_large";
	case SEEP_REFUSED_DUPLICATE:
		return "duplicate";
	case SEEP_REFUSED_INTERIM:
		return "interim";
	case SEEP_REFUSED_TUNNEL_OUTER:
		return "tunnel_outer";
	default:
		return "unknown";
	}
}
