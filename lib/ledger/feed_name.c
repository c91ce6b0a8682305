/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * feed_name.c - one name that was asked for: a channel of its own kind.
 *
 * Names enter no account of bytes and cover no hour. Their channel is the
 * host, the registered domain, DNS over UDP and push, whatever the flow says
 * beyond, so that there is one form to save.
 */
#include "ledger/engine.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "base/clock.h"

/* A cell, and what adding to a record may put into the log. */
#define CELLS_MAX (1 + SEEP__RECORD_LOG_MAX)

seep__service
seep__name_service(void)
{
	return seep__service_make(17, 53);
}

static int
is_refused(const struct seep_coverage *coverage, const struct seep_flow *flow)
{
	return flow->start_ns < 0 || flow->bytes_orig > SEEP_FLOW_BYTES_MAX ||
	       flow->packets_orig > SEEP_FLOW_BYTES_MAX ||
	       !seep_address_is_name(&flow->resp) ||
	       coverage->names_bytes >= SEEP__CASE_BYTES_END - flow->bytes_orig;
}

static void
describe(const struct seep_site *site, const struct seep_flow *flow,
	 struct seep__label_channel *channel)
{
	assert(seep_address_is_name(&flow->resp));
	memset(channel, 0, sizeof(*channel));
	channel->host = *seep_site_host(site, &flow->orig);
	channel->peer = flow->resp;
	channel->place = SEEP_PLACE_NAME;
	channel->direction = SEEP_DIRECTION_PUSH;
	channel->service = seep__name_service();
}

static int
reserve(struct seep_engine *engine, const struct seep_flow *flow, uint32_t hour,
	uint32_t *record)
{
	struct seep__label_channel channel;
	int status;

	describe(engine->site, flow, &channel);
	status = seep__hours_reserve(&engine->hours, hour, hour);
	if (status == SEEP_OK)
		status = seep__engine_channel(engine, &channel, SEEP_FOLD_NONE,
					      record);
	if (status == SEEP_OK)
		status = seep__log_reserve(&engine->log, CELLS_MAX);
	/* Last, for it is the only step that a snapshot would show. */
	if (status == SEEP_OK)
		status = seep__names_add(&engine->names, &flow->resp,
					 flow->name.text, flow->name_size);
	return status;
}

int
seep__feed_name(struct seep_engine *engine, const struct seep_flow *flow)
{
	struct seep_coverage *coverage = &engine->coverage;
	uint64_t counts[SEEP__COUNTS] = {0};
	uint32_t hour, record;
	int status;

	assert((flow->flags & SEEP_FLOW_NAME) != 0);
	if (is_refused(coverage, flow)) {
		coverage->names_refused++;
		return SEEP_OK;
	}
	if (seep_site_place(engine->site, &flow->orig) != SEEP_PLACE_INSIDE ||
	    seep__site_special(&flow->orig)) {
		coverage->names_outside++;
		return SEEP_OK;
	}
	hour = seep__clock_hour(flow->start_ns);
	status = reserve(engine, flow, hour, &record);
	if (status != SEEP_OK)
		return status;
	seep__hours_add(&engine->hours, hour, hour);
	counts[SEEP__BYTES_OUT] = flow->bytes_orig;
	counts[SEEP__PACKETS_OUT] = flow->packets_orig;
	counts[SEEP__FLOWS] = 1;
	seep__record_add(seep__table_record(&engine->table, record), record,
			 &engine->log, hour, counts);
	coverage->names++;
	coverage->names_bytes += flow->bytes_orig;
	return SEEP_OK;
}
