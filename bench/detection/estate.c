/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/estate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <seep/engine.h>

#include "detection/names.h"
#include "detection/tally.h"

#define BATCH 512
#define HOURS_PER_WEEK 168

/* struct build: what is known while the world's flows pass by. */
struct build {
	struct estate *estate;
	struct seep_engine *engine;
	struct seep_flow batch[BATCH];
	size_t batch_count;
	/* host: whose flows are passing. */
	size_t host;
	int64_t history_end_ns;
	/* used: bytes of the present host by peer and service. */
	struct tally used;
	/* met: by peer, how many hosts (value) and which was last (extra). */
	struct tally met;
	/* sent: by (peer, host) bytes in the history, of servers. */
	struct tally sent;
};

int64_t
estate_at(const struct estate *estate, uint32_t day)
{
	return estate->opts.world.start_ns + (int64_t)day * ESTATE_DAY_NS;
}

int
estate_is_server(const struct estate *estate, size_t host)
{
	assert(host < estate->hosts_count);
	return estate->hosts[host].world.role <= WORLD_VPN_SERVER;
}

size_t
estate_find(const struct estate *estate, enum world_role role)
{
	size_t host = 0;

	while (host < estate->hosts_count &&
	       estate->hosts[host].world.role != role)
		host++;
	return host;
}

static int
flush(struct build *build)
{
	const int rc = seep_engine_feed(build->engine, build->batch,
					build->batch_count, NULL);

	build->batch_count = 0;
	return rc;
}

static uint64_t
scaled(uint64_t bytes, double factor)
{
	return (uint64_t)((double)bytes * factor + 0.5);
}

static int
keep(struct estate_host *host, const struct seep_flow *flow)
{
	if (host->flows_count == host->flows_room) {
		const size_t room =
		    host->flows_room ? 2 * host->flows_room : 1024;
		struct seep_flow *flows =
		    realloc(host->flows, room * sizeof(*flows));

		if (flows == NULL)
			return -1;
		host->flows = flows;
		host->flows_room = room;
	}
	host->flows[host->flows_count] = *flow;
	host->flows[host->flows_count].name.room = 0;
	host->flows[host->flows_count++].name_size = 0;
	return 0;
}

static int
count_peer(struct build *build, const struct tally_key *key, uint64_t out)
{
	struct tally_key peer = {.address = key->address};
	struct tally_entry *entry = tally_at(&build->used, key);
	const uint64_t mark = build->host + 1;

	if (entry == NULL)
		return -1;
	entry->value += out;
	entry = tally_at(&build->met, &peer);
	if (entry == NULL)
		return -1;
	entry->value += entry->extra != mark;
	entry->extra = mark;
	if (!estate_is_server(build->estate, build->host))
		return 0;
	peer.tag = (uint32_t)build->host;
	entry = tally_at(&build->sent, &peer);
	if (entry == NULL)
		return -1;
	entry->value += out;
	return 0;
}

/* Counts a flow of the history into the host's profile. */
static int
count_flow(struct build *build, const struct seep_flow *flow, int is_orig)
{
	struct estate_host *host = &build->estate->hosts[build->host];
	const int host_opened =
	    flow->opener == (is_orig ? SEEP_OPENER_ORIG : SEEP_OPENER_RESP);
	const uint64_t out = is_orig ? flow->bytes_orig : flow->bytes_resp;
	const int64_t hour = flow->start_ns / ESTATE_HOUR_NS;
	const struct tally_key key = {
	    .address = is_orig ? flow->resp : flow->orig,
	    .port = host_opened == is_orig ? flow->port_resp : flow->port_orig,
	    .protocol = flow->protocol,
	    .pull = !host_opened,
	};

	/* Hour 0 of 1970 was a Thursday's. A flow of days is laid whole on
	 * the hour it began: profiles are for imitation only. */
	host->shape[(hour + 72) % HOURS_PER_WEEK] += (double)out;
	host->mean_out += (double)out;
	return count_peer(build, &key, out);
}

static int
take_flow(void *context, const struct seep_flow *flow)
{
	struct build *build = context;
	struct estate_host *host = &build->estate->hosts[build->host];
	const int is_orig =
	    seep_address_compare(&flow->orig, &host->world.address) == 0;
	const struct seep_address *peer = is_orig ? &flow->resp : &flow->orig;
	struct seep_flow *copy = &build->batch[build->batch_count++];
	int rc = 0;

	*copy = *flow;
	if (host->factor != 1) {
		copy->bytes_orig = scaled(copy->bytes_orig, host->factor);
		copy->bytes_resp = scaled(copy->bytes_resp, host->factor);
	}
	if (!(flow->flags & SEEP_FLOW_NAME) &&
	    seep_site_place(build->estate->site, peer) != SEEP_PLACE_INSIDE) {
		if (flow->start_ns < build->history_end_ns)
			rc = count_flow(build, copy, is_orig);
		if (rc == 0 && build->estate->opts.keep_flows &&
		    host->world.role != WORLD_WORKSTATION)
			rc = keep(host, copy);
	}
	if (rc == 0 && build->batch_count == BATCH)
		rc = flush(build);
	return rc;
}

static void
set_profile(struct build *build)
{
	struct estate_host *host = &build->estate->hosts[build->host];
	const double days = build->estate->opts.history;
	const size_t count = tally_pack(&build->used);
	double sum = 0;

	for (size_t i = 0; i < count && i < ESTATE_USED_MAX; i++) {
		const struct tally_entry *entry = &build->used.entries[i];

		if (entry->value == 0)
			break;
		host->used[host->used_count++] = (struct inject_peer){
		    .address = entry->key.address,
		    .port = entry->key.port,
		    .protocol = entry->key.protocol,
		    .pull = entry->key.pull,
		    .share = (double)entry->value / host->mean_out,
		};
	}
	for (size_t i = 0; i < HOURS_PER_WEEK; i++)
		sum += host->shape[i];
	for (size_t i = 0; i < HOURS_PER_WEEK; i++)
		host->shape[i] =
		    sum > 0 ? host->shape[i] / sum : 1.0 / HOURS_PER_WEEK;
	host->mean_out /= days;
	tally_clear(&build->used);
}

static int
add_bytes(void *context, const struct seep_flow *flow)
{
	struct build *build = context;
	struct estate *estate = build->estate;
	struct estate_host *host = &estate->hosts[build->host];
	const int is_orig =
	    seep_address_compare(&flow->orig, &host->world.address) == 0;

	if (seep_site_place(estate->site,
			    is_orig ? &flow->resp : &flow->orig) !=
	    SEEP_PLACE_INSIDE)
		host->mean_out +=
		    (double)(is_orig ? flow->bytes_orig : flow->bytes_resp);
	return 0;
}

/* A host that is to send so much a day is first asked what it does send. */
static int
set_factor(struct build *build)
{
	struct estate *estate = build->estate;
	struct estate_host *host = &estate->hosts[build->host];
	int rc = 0;

	host->factor = estate->opts.factor > 0 ? estate->opts.factor : 1;
	if (!(estate->opts.mean_out > 0) ||
	    !estate_is_server(estate, build->host))
		return 0;
	rc = world_emit(estate->world, build->host, 0, estate->opts.history,
			add_bytes, build);
	if (host->mean_out > 0)
		host->factor = estate->opts.mean_out * estate->opts.history /
			       host->mean_out;
	host->mean_out = 0;
	return rc;
}

/* The text of a name is borrowed for the call, so it cannot wait. */
static int
take_name(void *context, const struct seep_flow *flow)
{
	struct build *build = context;

	return seep_engine_feed(build->engine, flow, 1, NULL);
}

static int
feed_host(struct build *build)
{
	const struct estate *estate = build->estate;
	int rc = set_factor(build);

	if (rc == 0)
		rc = world_emit(estate->world, build->host, 0,
				estate->opts.world.days, take_flow, build);
	if (rc == 0 && estate->opts.names)
		rc = names_emit(&estate->hosts[build->host].world,
				estate->opts.world.seed,
				estate->opts.world.start_ns,
				estate->opts.world.days, take_name, build);
	if (rc == 0)
		rc = flush(build);
	if (rc == 0)
		rc = seep_engine_advance(
		    build->engine, estate_at(estate, estate->opts.world.days));
	set_profile(build);
	return rc;
}

static void
set_rare(struct build *build)
{
	struct estate *estate = build->estate;

	for (size_t i = 0; i < build->sent.room; i++) {
		const struct tally_entry *entry = &build->sent.entries[i];
		struct tally_key key = entry->key;
		const struct tally_entry *met;

		if (!entry->used)
			continue;
		key.tag = 0;
		met = tally_find(&build->met, &key);
		if (met != NULL && met->value <= ESTATE_RARE_HOSTS)
			estate->hosts[entry->key.tag].mean_rare +=
			    (double)entry->value / estate->opts.history;
	}
}

static int
make_site(struct estate *estate)
{
	static const char *const local[] = {"10.0.0.0/8",     "172.16.0.0/12",
					    "192.168.0.0/16", "fc00::/7",
					    "fe80::/10",      "169.254.0.0/16"};
	struct seep_network network;
	int rc = seep_site_new(&estate->site, NULL);

	for (size_t i = 0; rc == 0 && i < sizeof(local) / sizeof(*local); i++) {
		rc = seep_network_parse(local[i], strlen(local[i]), &network);
		if (rc == 0)
			rc = seep_site_add(estate->site, SEEP_SITE_LOCAL,
					   &network);
	}
	network.prefix_bits = 128;
	for (size_t i = 0; rc == 0 && i < estate->hosts_count; i++) {
		network.base = estate->hosts[i].world.address;
		if (seep_site_place(estate->site, &network.base) !=
		    SEEP_PLACE_INSIDE)
			rc = seep_site_add(estate->site, SEEP_SITE_LOCAL,
					   &network);
	}
	return rc;
}

static int
copy_hosts(struct estate *estate)
{
	const struct world_host *hosts =
	    world_hosts(estate->world, &estate->hosts_count);

	estate->hosts = calloc(estate->hosts_count, sizeof(*estate->hosts));
	if (estate->hosts == NULL)
		return -1;
	for (size_t i = 0; i < estate->hosts_count; i++)
		estate->hosts[i].world = hosts[i];
	return 0;
}

static int
feed_world(struct estate *estate)
{
	struct build *build = calloc(1, sizeof(*build));
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	int rc = -1;

	if (build == NULL)
		return -1;
	build->estate = estate;
	build->history_end_ns = estate_at(estate, estate->opts.history);
	opts.site = estate->site;
	rc = seep_engine_new(&build->engine, &opts, NULL);
	for (size_t i = 0; rc == 0 && i < estate->hosts_count; i++) {
		build->host = i;
		rc = feed_host(build);
	}
	if (rc == 0) {
		set_rare(build);
		rc = seep_engine_snapshot(build->engine, &estate->base);
	}
	tally_clear(&build->met);
	tally_clear(&build->sent);
	seep_engine_free(build->engine);
	free(build);
	return rc;
}

struct estate *
estate_new(const struct estate_opts *opts)
{
	struct estate *estate = calloc(1, sizeof(*estate));

	assert(opts->history > 0 && opts->history <= opts->world.days);
	if (estate == NULL)
		return NULL;
	estate->opts = *opts;
	estate->world = world_new(&opts->world);
	if (estate->world == NULL || copy_hosts(estate) != 0 ||
	    make_site(estate) != 0 || feed_world(estate) != 0) {
		estate_free(estate);
		return NULL;
	}
	return estate;
}

void
estate_free(struct estate *estate)
{
	if (estate == NULL)
		return;
	for (size_t i = 0; estate->hosts != NULL && i < estate->hosts_count;
	     i++)
		free(estate->hosts[i].flows);
	free(estate->hosts);
	seep_snapshot_free(estate->base);
	seep_site_free(estate->site);
	world_free(estate->world);
	free(estate);
}
