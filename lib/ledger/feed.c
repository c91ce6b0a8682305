/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * feed.c - one flow: refuse it, or lay it on its channels.
 */
#include "ledger/engine.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "base/clock.h"
#include "ledger/fold.h"
#include "ledger/split.h"

/* Where the totals of a flow stand in struct seep__split. */
enum total {
	BYTES_ORIG = 0,
	BYTES_RESP,
	PACKETS_ORIG,
	PACKETS_RESP,
	MISSED_ORIG,
	MISSED_RESP
};

/* A flow as one of its hosts sees it. */
struct lane {
	struct seep__label_channel channel;
	uint32_t record;
	int from_orig;  /* the host is orig */
	int unanswered; /* the host sent, the peer did not */
	uint64_t label; /* added with this flow, see seep__labels_add() */
};

/* What becomes of a flow, worked out before anything is changed. */
struct plan {
	const struct seep_flow *flow;
	enum seep_place orig_place;
	enum seep_place resp_place;
	int crossing;
	int inside;
	int duration_ignored;
	uint32_t first_hour;
	uint32_t last_hour;
	struct seep__split split;
	struct lane lanes[2];
	size_t lane_count;
};

static int
any_above(const struct seep_flow *flow, uint64_t most)
{
	return flow->bytes_orig > most || flow->bytes_resp > most ||
	       flow->packets_orig > most || flow->packets_resp > most ||
	       flow->missed_orig > most || flow->missed_resp > most;
}

static int
is_too_large(const struct seep_coverage *coverage, const struct seep_flow *flow)
{
	uint64_t bytes;
	uint64_t missed;

	if (any_above(flow, SEEP_FLOW_BYTES_MAX))
		return 1;
	bytes = flow->bytes_orig + flow->bytes_resp;
	missed = flow->missed_orig + flow->missed_resp;
	return coverage->bytes_seen >= SEEP__CASE_BYTES_END - bytes ||
	       coverage->bytes_missed >= SEEP__CASE_BYTES_END - missed;
}

/* Counts a flow that cannot be used. Returns whether it was one. */
static int
refuse(struct seep_coverage *coverage, const struct seep_flow *flow)
{
	uint64_t bytes;

	if (is_too_large(coverage, flow)) {
		coverage->records_refused[SEEP_REFUSED_TOO_LARGE]++;
		return 1;
	}
	if (flow->start_ns >= 0)
		return 0;
	bytes = flow->bytes_orig + flow->bytes_resp;
	coverage->records_refused[SEEP_REFUSED_BAD_TIME]++;
	coverage->bytes_refused += bytes;
	coverage->bytes_seen += bytes;
	return 1;
}

static enum seep_direction
direction_of(uint8_t opener, int from_orig)
{
	if (opener == SEEP_OPENER_ORIG)
		return from_orig ? SEEP_DIRECTION_PUSH : SEEP_DIRECTION_PULL;
	if (opener == SEEP_OPENER_RESP)
		return from_orig ? SEEP_DIRECTION_PULL : SEEP_DIRECTION_PUSH;
	return SEEP_DIRECTION_UNKNOWN;
}

/* Did only one end send anything? */
static int
is_unanswered(const struct seep_flow *flow, int from_orig)
{
	uint64_t sent = flow->bytes_orig | flow->packets_orig;
	uint64_t heard = flow->bytes_resp | flow->packets_resp;

	if ((flow->flags & SEEP_FLOW_UNANSWERED) == 0)
		return 0;
	return from_orig ? sent != 0 && heard == 0 : heard != 0 && sent == 0;
}

static void
add_lane(struct plan *plan, const struct seep_site *site, int from_orig)
{
	const struct seep_flow *flow = plan->flow;
	const struct seep_address *own = from_orig ? &flow->orig : &flow->resp;
	const struct seep_address *peer = from_orig ? &flow->resp : &flow->orig;
	struct lane *lane = &plan->lanes[plan->lane_count++];

	assert(plan->lane_count <= 2);
	memset(lane, 0, sizeof(*lane));
	lane->from_orig = from_orig;
	lane->unanswered = is_unanswered(flow, from_orig);
	lane->label = UINT64_MAX;
	lane->channel.host = *seep_site_host(site, own);
	/* Inside, the peer is a host too and known by the same name. */
	lane->channel.peer = plan->inside ? *seep_site_host(site, peer) : *peer;
	lane->channel.place =
	    (uint8_t)(from_orig ? plan->resp_place : plan->orig_place);
	lane->channel.direction =
	    (uint8_t)direction_of(flow->opener, from_orig);
	lane->channel.service = seep__service_of_flow(flow);
}

/*
 * Inside, a flow is kept under both ends. Group and unspecified addresses
 * are no machine, and what one machine sends itself passes no border.
 */
static void
add_inside_lanes(struct plan *plan, const struct seep_site *site)
{
	const struct seep_flow *flow = plan->flow;

	assert(plan->inside && plan->lane_count == 0);
	if (seep_address_compare(seep_site_host(site, &flow->orig),
				 seep_site_host(site, &flow->resp)) == 0)
		return;
	if (!seep__site_special(&flow->orig))
		add_lane(plan, site, 1);
	if (!seep__site_special(&flow->resp))
		add_lane(plan, site, 0);
}

static void
place_flow(struct plan *plan, const struct seep_site *site)
{
	const struct seep_flow *flow = plan->flow;
	int orig_inside;
	int resp_inside;

	plan->orig_place = seep_site_place(site, &flow->orig);
	plan->resp_place = seep_site_place(site, &flow->resp);
	orig_inside = plan->orig_place == SEEP_PLACE_INSIDE;
	resp_inside = plan->resp_place == SEEP_PLACE_INSIDE;
	plan->inside = orig_inside && resp_inside;
	plan->crossing = orig_inside != resp_inside;
	plan->lane_count = 0;
	if (plan->crossing)
		add_lane(plan, site, orig_inside);
	else if (plan->inside)
		add_inside_lanes(plan, site);
}

/* An end that cannot be believed is dropped: the flow becomes an instant. */
static void
time_flow(struct plan *plan)
{
	const struct seep_flow *flow = plan->flow;
	struct seep__split *split = &plan->split;

	assert(flow->start_ns >= 0);
	plan->duration_ignored =
	    (flow->flags & SEEP_FLOW_DURATION_IGNORED) != 0 ||
	    flow->end_ns < flow->start_ns ||
	    flow->end_ns - flow->start_ns > SEEP_FLOW_DURATION_MAX_NS;
	split->start_ns = flow->start_ns;
	split->end_ns = plan->duration_ignored ? flow->start_ns : flow->end_ns;
	split->step_hours = plan->inside ? SEEP__HOURS_PER_DAY : 1;
	split->totals[BYTES_ORIG] = flow->bytes_orig;
	split->totals[BYTES_RESP] = flow->bytes_resp;
	split->totals[PACKETS_ORIG] = flow->packets_orig;
	split->totals[PACKETS_RESP] = flow->packets_resp;
	split->totals[MISSED_ORIG] = plan->crossing ? flow->missed_orig : 0;
	split->totals[MISSED_RESP] = plan->crossing ? flow->missed_resp : 0;
	seep__split_begin(split);
	plan->first_hour = seep__clock_hour(split->start_ns);
	plan->last_hour =
	    seep__clock_hour(split->end_ns - (split->end_ns > split->start_ns));
}

static int
add_label(struct seep_engine *engine, struct plan *plan, struct lane *lane)
{
	const char *text = plan->flow->name.text;
	size_t size = seep__label_cut(text, plan->flow->name_size);

	assert(lane->label == UINT64_MAX);
	if (size == 0 ||
	    seep__labels_seen(&engine->labels, lane->record, text, size))
		return SEEP_OK;
	return seep__labels_add(&engine->labels, &lane->channel, lane->record,
				text, size, &lane->label);
}

/* A flow that leaves no cell leaves no label either, or merging would show
 * it: the part that held it would have no channel to save it with. */
static int
leaves_cell(const struct plan *plan)
{
	uint64_t any = (plan->flow->flags & SEEP_FLOW_CONTINUES) == 0;
	size_t i;

	for (i = 0; i < SEEP__SPLIT_TOTALS; i++)
		any |= plan->split.totals[i];
	return any != 0;
}

/* The last step of reserving, since it is the only one that must be undone. */
static int
add_labels(struct seep_engine *engine, struct plan *plan)
{
	size_t i;
	int status;

	if (plan->flow->name_size == 0 || !leaves_cell(plan))
		return SEEP_OK;
	for (i = 0; i < plan->lane_count; i++) {
		status = add_label(engine, plan, &plan->lanes[i]);
		if (status == SEEP_OK)
			continue;
		while (i > 0)
			seep__labels_drop(&engine->labels,
					  plan->lanes[--i].label);
		return status;
	}
	return SEEP_OK;
}

static int
reserve_hours(struct seep_engine *engine, const struct plan *plan)
{
	const uint32_t first = plan->first_hour;
	const uint32_t last = plan->last_hour;
	int status;

	assert(first <= last);
	status = seep__hours_reserve(&engine->hours, first, last);
	if (status == SEEP_OK)
		status = seep__hours_reserve(&engine->ends, first, first);
	if (status == SEEP_OK)
		status = seep__hours_reserve(&engine->ends, last, last);
	return status;
}

static int
reserve(struct seep_engine *engine, struct plan *plan)
{
	size_t cells;
	size_t i;
	int status;

	status = reserve_hours(engine, plan);
	for (i = 0; i < plan->lane_count && status == SEEP_OK; i++)
		status = seep__engine_channel(engine, &plan->lanes[i].channel,
					      SEEP_FOLD_NONE,
					      &plan->lanes[i].record);
	if (status != SEEP_OK)
		return status;
	/* A bin is a timed, spread or unanswered cell and a missed one. */
	cells = seep__split_bins(&plan->split) * 2 + SEEP__RECORD_LOG_MAX;
	status = seep__log_reserve(&engine->log, cells * plan->lane_count);
	if (status == SEEP_OK)
		status = add_labels(engine, plan);
	return status;
}

static void
commit_bin(struct seep_engine *engine, const struct plan *plan,
	   const struct lane *lane, uint32_t hour, const uint64_t *shares)
{
	struct seep__record *record =
	    seep__table_record(&engine->table, lane->record);
	int out = lane->from_orig ? 0 : 1;
	uint64_t counts[SEEP__COUNTS] = {0};
	uint64_t missed[SEEP__COUNTS] = {0};

	assert(lane->record < seep__table_count(&engine->table));
	counts[SEEP__BYTES_OUT] = shares[BYTES_ORIG + out];
	counts[SEEP__BYTES_IN] = shares[BYTES_RESP - out];
	counts[SEEP__PACKETS_OUT] = shares[PACKETS_ORIG + out];
	counts[SEEP__PACKETS_IN] = shares[PACKETS_RESP - out];
	counts[SEEP__FLOWS] = hour == plan->split.first &&
			      (plan->flow->flags & SEEP_FLOW_CONTINUES) == 0;
	missed[SEEP__BYTES_OUT] = shares[MISSED_ORIG + out];
	missed[SEEP__BYTES_IN] = shares[MISSED_RESP - out];
	if (lane->unanswered)
		seep__record_log(record, lane->record, &engine->log, hour,
				 SEEP_CELL_UNANSWERED, counts);
	else if (plan->split.first != plan->split.last)
		seep__record_log(record, lane->record, &engine->log, hour,
				 SEEP_CELL_SPREAD, counts);
	else
		seep__record_add(record, lane->record, &engine->log, hour,
				 counts);
	seep__record_log(record, lane->record, &engine->log, hour,
			 SEEP_CELL_MISSED, missed);
}

static void
cover_crossing(struct seep_coverage *coverage, const struct plan *plan)
{
	const struct seep_flow *flow = plan->flow;
	uint64_t bytes = flow->bytes_orig + flow->bytes_resp;

	assert(plan->crossing && plan->lane_count == 1);
	coverage->bytes_crossing += bytes;
	coverage->bytes_missed_crossing +=
	    flow->missed_orig + flow->missed_resp;
	/* Unanswered: the peer sent nothing, so all bytes are outbound. */
	if (plan->lanes[0].unanswered)
		coverage->bytes_unanswered += bytes;
	if (plan->split.first != plan->split.last)
		coverage->bytes_spread += bytes;
}

static void
cover(struct seep_coverage *coverage, const struct plan *plan)
{
	const struct seep_flow *flow = plan->flow;
	uint64_t bytes = flow->bytes_orig + flow->bytes_resp;

	assert(!plan->crossing || !plan->inside);
	coverage->bytes_seen += bytes;
	coverage->bytes_missed += flow->missed_orig + flow->missed_resp;
	if (plan->crossing)
		cover_crossing(coverage, plan);
	else if (plan->inside)
		coverage->bytes_inside += bytes;
	else
		coverage->bytes_outside += bytes;
	coverage->flows += (flow->flags & SEEP_FLOW_CONTINUES) == 0;
	coverage->duration_ignored += plan->duration_ignored != 0;
	if (plan->split.start_ns < coverage->first_ns)
		coverage->first_ns = plan->split.start_ns;
	if (plan->split.end_ns > coverage->last_ns)
		coverage->last_ns = plan->split.end_ns;
}

static void
commit(struct seep_engine *engine, struct plan *plan)
{
	uint64_t shares[SEEP__SPLIT_TOTALS];
	uint32_t hour;
	size_t i;

	seep__hours_add(&engine->hours, plan->first_hour, plan->last_hour);
	seep__hours_add(&engine->ends, plan->first_hour, plan->first_hour);
	seep__hours_add(&engine->ends, plan->last_hour, plan->last_hour);
	while (plan->lane_count > 0 &&
	       seep__split_next(&plan->split, &hour, shares)) {
		for (i = 0; i < plan->lane_count; i++)
			commit_bin(engine, plan, &plan->lanes[i], hour, shares);
	}
	seep__labels_trim(&engine->labels);
	cover(&engine->coverage, plan);
}

static int
feed_one(struct seep_engine *engine, const struct seep_flow *flow)
{
	struct plan plan;
	int status;

	status =
	    seep__fold_is_due(engine) ? seep__fold_relieve(engine) : SEEP_OK;
	if (status != SEEP_OK)
		return status;
	if ((flow->flags & SEEP_FLOW_NAME) != 0)
		return seep__feed_name(engine, flow);
	if (refuse(&engine->coverage, flow))
		return SEEP_OK;
	plan.flow = flow;
	place_flow(&plan, engine->site);
	time_flow(&plan);
	status = reserve(engine, &plan);
	if (status == SEEP_OK)
		commit(engine, &plan);
	return status;
}

int
seep_engine_feed(struct seep_engine *engine, const struct seep_flow *flows,
		 size_t count, size_t *fed)
{
	size_t i;
	int status = SEEP_OK;

	assert(engine != NULL && (flows != NULL || count == 0));
	for (i = 0; i < count; i++) {
		do
			status = feed_one(engine, &flows[i]);
		while (status != SEEP_OK && seep__engine_shed(engine, &status));
		if (status != SEEP_OK)
			break;
		if ((flows[i].flags & (SEEP_FLOW_RECORDED | SEEP_FLOW_NAME)) ==
		    0)
			engine->coverage.records++;
	}
	if (fed != NULL)
		*fed = i;
	return status;
}
