/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/trial.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/engine.h>

#include "detection/random.h"
#include "detection/tally.h"

#define BATCH 512

/* A quarter of a doubling: floors are read to within 19 %. */
#define STEPS_DEFAULT 4
#define DOUBLINGS_MIN 8 /* 256 bytes a day */

/* struct leak: what was injected, as the judge knows it. */
struct leak {
	const struct trial *trial;
	struct inject_opts parts[TRIAL_SERVERS];
	size_t parts_count;
	/* entities: who sends, and should be found. */
	struct seep_address entities[TRIAL_SERVERS];
	int64_t until_ns;
	struct seep_engine *engine;
	struct seep_flow batch[BATCH];
	size_t batch_count;
	/* sent: bytes so far by peer (key) and entity (tag). */
	struct tally sent;
	uint64_t bytes[TRIAL_SERVERS];
	uint64_t pull[TRIAL_SERVERS];
	uint64_t name_bytes;
	size_t part;
};

static const char *const misses[] = {
    "nothing", "early", "basis", "direction", "interval", "peers", "detected"};

const char *
trial_miss_name(enum trial_miss miss)
{
	return miss <= TRIAL_DETECTED ? misses[miss] : "unknown";
}

static int
flush(struct leak *leak)
{
	const int rc = seep_engine_feed(leak->engine, leak->batch,
					leak->batch_count, NULL);

	leak->batch_count = 0;
	return rc;
}

static int
push(struct leak *leak, const struct seep_flow *flow)
{
	leak->batch[leak->batch_count] = *flow;
	leak->batch[leak->batch_count].name.room = 0;
	leak->batch[leak->batch_count++].name_size = 0;
	return leak->batch_count == BATCH ? flush(leak) : 0;
}

static int
add_sent(struct leak *leak, const struct seep_address *peer, uint64_t bytes,
	 int pull)
{
	const struct tally_key key = {.address = *peer,
				      .tag = (uint32_t)leak->part};
	struct tally_entry *entry = tally_at(&leak->sent, &key);

	if (entry == NULL)
		return -1;
	entry->value += bytes;
	leak->bytes[leak->part] += bytes;
	leak->pull[leak->part] += pull ? bytes : 0;
	return 0;
}

/* A query's name is told apart from its packets, as a dns log does. */
static int
push_name(struct leak *leak, const struct seep_flow *query)
{
	char domain[INJECT_DOMAIN_SIZE];
	const size_t size = inject_domain(&leak->parts[leak->part], domain);
	struct seep_flow flow = {
	    .start_ns = query->start_ns,
	    .end_ns = query->start_ns,
	    .orig = query->orig,
	    .bytes_orig = query->name_size > size ? query->name_size - size : 0,
	    .flags = SEEP_FLOW_NAME,
	};
	int rc = flush(leak);

	if (rc)
		return rc;
	seep_name_address(domain, size, &flow.resp);
	flow.name.text = domain;
	flow.name_size = (uint32_t)size;
	rc = seep_engine_feed(leak->engine, &flow, 1, NULL);
	if (rc || query->start_ns >= leak->until_ns)
		return rc;
	leak->name_bytes += flow.bytes_orig;
	return add_sent(leak, &flow.resp, flow.bytes_orig, 0);
}

static int
take_flow(void *context, const struct seep_flow *flow)
{
	struct leak *leak = context;
	const struct seep_address *entity = &leak->entities[leak->part];
	const int is_dns = leak->trial->pattern == INJECT_DNS;
	const int is_orig = seep_address_compare(&flow->orig, entity) == 0;
	const struct seep_address *peer = is_orig ? &flow->resp : &flow->orig;
	int rc = push(leak, flow);

	if (rc || (!is_orig && seep_address_compare(&flow->resp, entity) != 0))
		return rc;
	if (is_dns)
		return push_name(leak, flow);
	if (flow->start_ns >= leak->until_ns ||
	    seep_site_place(leak->trial->estate->site, peer) ==
		SEEP_PLACE_INSIDE)
		return 0;
	return add_sent(leak, peer,
			is_orig ? flow->bytes_orig : flow->bytes_resp,
			!is_orig);
}

static void
fill_part(const struct trial *trial, size_t host, uint64_t bytes_per_day,
	  struct inject_opts *part)
{
	const struct estate *estate = trial->estate;
	const struct estate_host *target = &estate->hosts[host];

	*part = (struct inject_opts){
	    .seed = trial->seed,
	    .pattern = trial->pattern,
	    .host = target->world.address,
	    .start_ns = trial->start_ns,
	    .end_ns = trial->start_ns + trial->days * ESTATE_DAY_NS,
	    .bytes_per_day = bytes_per_day,
	    .used = target->used,
	    .used_count = target->used_count,
	    .shape = target->shape,
	};
	if (trial->pattern == INJECT_SINCE_FIRST)
		part->start_ns = estate->opts.world.start_ns;
}

/* Several servers: the target and those after it, an equal part each. */
static void
fill_servers(struct leak *leak, uint64_t bytes_per_day)
{
	const struct estate *estate = leak->trial->estate;
	size_t host = leak->trial->host;

	while (leak->parts_count < TRIAL_SERVERS) {
		if (estate_is_server(estate, host)) {
			fill_part(leak->trial, host,
				  bytes_per_day / TRIAL_SERVERS,
				  &leak->parts[leak->parts_count]);
			leak->entities[leak->parts_count++] =
			    estate->hosts[host].world.address;
		}
		host = (host + 1) % estate->hosts_count;
		if (host == leak->trial->host)
			break;
	}
}

static int
fill_leak(struct leak *leak, uint64_t bytes_per_day)
{
	const struct trial *trial = leak->trial;
	const struct estate *estate = trial->estate;
	size_t via = estate->hosts_count;

	if (trial->pattern == INJECT_MANY_SERVERS) {
		fill_servers(leak, bytes_per_day);
		return 0;
	}
	leak->parts_count = 1;
	fill_part(trial, trial->host, bytes_per_day, &leak->parts[0]);
	leak->entities[0] = leak->parts[0].host;
	if (trial->pattern == INJECT_DNS)
		via = estate_find(estate, WORLD_RESOLVER);
	if (trial->pattern == INJECT_STAGED) {
		via = estate_find(estate, WORLD_WORKSTATION);
		if (via == estate->hosts_count)
			return 1;
		leak->entities[0] = estate->hosts[via].world.address;
	}
	if (via < estate->hosts_count)
		leak->parts[0].via = estate->hosts[via].world.address;
	return 0;
}

static int
feed_leak(struct leak *leak, uint64_t bytes_per_day,
	  struct seep_snapshot **snapshot)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	int rc = fill_leak(leak, bytes_per_day);

	*snapshot = NULL;
	if (rc || bytes_per_day == 0)
		return rc;
	opts.site = leak->trial->estate->site;
	rc = seep_engine_new(&leak->engine, &opts, NULL);
	if (rc)
		return -1;
	for (; rc == 0 && leak->part < leak->parts_count; leak->part++) {
		rc = inject(&leak->parts[leak->part], take_flow, leak);
		/* Nothing to imitate on this host. */
		if (rc == -1 && leak->parts[leak->part].used_count == 0)
			return 1;
	}
	if (rc == 0)
		rc = flush(leak);
	if (rc == 0)
		rc = seep_engine_snapshot(leak->engine, snapshot);
	return rc ? -1 : 0;
}

static uint64_t
bytes_named(const struct leak *leak, size_t part,
	    const struct seep_finding *finding)
{
	char domain[INJECT_DOMAIN_SIZE];
	struct tally_key key = {.tag = (uint32_t)part};
	uint64_t bytes = 0;

	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct tally_entry *entry;

		key.address = finding->peers[i].peer;
		if (finding->peers[i].is_name)
			seep_name_address(
			    domain, inject_domain(&leak->parts[part], domain),
			    &key.address);
		entry = tally_find(&leak->sent, &key);
		if (entry != NULL &&
		    seep_address_compare(&key.address,
					 &finding->peers[i].peer) == 0)
			bytes += entry->value;
	}
	return bytes;
}

static int
is_direction(const struct leak *leak, size_t part,
	     const struct seep_finding *finding)
{
	const uint64_t pull = leak->pull[part];
	const uint64_t all = leak->bytes[part];
	const int by_pull = leak->trial->pattern == INJECT_PULLED_ONE ||
			    leak->trial->pattern == INJECT_PULLED_MANY;

	/* A twin has no bytes: the pattern says the direction, and peers in
	 * use may be of either. */
	if (all == 0 && (leak->trial->pattern == INJECT_MIMIC ||
			 leak->trial->pattern == INJECT_USED_PEERS))
		return finding->direction != SEEP_DIRECTION_UNKNOWN;
	if (all == 0)
		return finding->direction ==
		       (by_pull ? SEEP_DIRECTION_PULL : SEEP_DIRECTION_PUSH);
	/* Peers in use are pushed to and pulled by: what carries two fifths
	 * of the leak is a right direction, or anything if only the alarm
	 * counts. */
	if (leak->trial->any_peers)
		return finding->direction == SEEP_DIRECTION_PULL ? pull > 0
								 : pull < all;
	if (finding->direction == SEEP_DIRECTION_PUSH)
		return 5 * (all - pull) >= 2 * all;
	if (finding->direction == SEEP_DIRECTION_PULL)
		return 5 * pull >= 2 * all;
	return 0;
}

static enum trial_miss
judge(const struct leak *leak, size_t part, const struct seep_finding *finding)
{
	const int64_t start = leak->trial->start_ns;
	const int64_t first =
	    finding->first_seen_ns > start ? finding->first_seen_ns : start;
	const int64_t last = finding->last_seen_ns < leak->until_ns
				 ? finding->last_seen_ns
				 : leak->until_ns;

	if (finding->host.prefix_bits != 128 ||
	    seep_address_compare(&finding->host.base, &leak->entities[part]) !=
		0)
		return TRIAL_NOTHING;
	if (finding->detected_at_ns <= start ||
	    finding->detected_at_ns > leak->until_ns)
		return TRIAL_EARLY;
	if (finding->basis != SEEP_BASIS_CHANGE)
		return TRIAL_BASIS;
	if (!is_direction(leak, part, finding))
		return TRIAL_DIRECTION;
	if (2 * (last - first) < leak->until_ns - start)
		return TRIAL_INTERVAL;
	if (!leak->trial->any_peers &&
	    2 * bytes_named(leak, part, finding) < leak->bytes[part])
		return TRIAL_PEERS;
	return TRIAL_DETECTED;
}

static void
tell(const struct leak *leak, const struct seep_finding *finding,
     enum trial_miss miss, uint64_t bytes_per_day)
{
	const struct estate_host *host =
	    &leak->trial->estate->hosts[leak->trial->host];
	char text[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_format(&finding->host.base, text);
	fprintf(stderr,
		"%s %s %s %s rate=%.4g%% day=%+.2f %s/%s score=%.1f "
		"rate/y=%.3g peers=%llu bytes=%llu span=[%+.1f,%+.1f) "
		"onset=%+.1f direction=%s: %s\n",
		inject_name(leak->trial->pattern), text,
		world_role_name(host->world.role),
		world_noise_name(host->world.noise),
		100 * (double)bytes_per_day / host->mean_out,
		(double)(finding->detected_at_ns - leak->trial->start_ns) /
		    ESTATE_DAY_NS,
		seep_stratum_name(finding->stratum),
		seep_statistic_name(finding->statistic),
		finding->score_tenths / 10.0,
		(double)finding->alarms_per_year_micro / 1e6,
		(unsigned long long)finding->peers_total,
		(unsigned long long)finding->bytes_out,
		(double)(finding->first_seen_ns - leak->trial->start_ns) /
		    ESTATE_DAY_NS,
		(double)(finding->last_seen_ns - leak->trial->start_ns) /
		    ESTATE_DAY_NS,
		(double)(finding->onset_ns - leak->trial->start_ns) /
		    ESTATE_DAY_NS,
		seep_direction_name((int)finding->direction),
		trial_miss_name(miss));
}

/* A sum, since findings with equal scores may come in any order. */
static void
add_digest(const struct seep_finding *finding, struct trial_result *result)
{
	const uint64_t parts[] = {
	    (uint64_t)finding->detected_at_ns,
	    (uint64_t)finding->first_seen_ns,
	    (uint64_t)finding->last_seen_ns,
	    finding->stratum,
	    finding->statistic,
	    (uint64_t)finding->direction,
	    (uint64_t)finding->basis,
	    finding->peers_total,
	};
	uint64_t digest = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		digest = random_key(digest, parts[i], i);
	result->digest += digest;
	result->findings++;
}

/* The place of the leak's channel among the ranks of the whole site. */
static void
rank_all(const struct leak *leak, const struct seep_findings *findings,
	 struct trial_result *result)
{
	const struct seep_finding *finding;
	uint32_t rank = 0;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		if (finding->basis != SEEP_BASIS_CONTRAST)
			continue;
		rank++;
		if (result->rank > 0 || finding->host.prefix_bits != 128 ||
		    seep_address_compare(&finding->host.base,
					 &leak->entities[0]) != 0 ||
		    2 * bytes_named(leak, 0, finding) < leak->bytes[0])
			continue;
		result->rank = rank;
		result->miss = TRIAL_DETECTED;
	}
	result->findings = rank;
}

static void
judge_all(const struct leak *leak, const struct seep_findings *findings,
	  uint64_t bytes_per_day, struct trial_result *result)
{
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		enum trial_miss miss = TRIAL_NOTHING;

		for (size_t i = 0; i < leak->parts_count; i++) {
			const enum trial_miss one = judge(leak, i, finding);

			miss = one > miss ? one : miss;
		}
		if (miss != TRIAL_NOTHING)
			add_digest(finding, result);
		if (leak->trial->verbose && miss != TRIAL_NOTHING)
			tell(leak, finding, miss, bytes_per_day);
		if (miss < result->miss || miss == TRIAL_NOTHING ||
		    (miss == TRIAL_DETECTED && result->miss == TRIAL_DETECTED &&
		     finding->detected_at_ns >= result->detected_at_ns))
			continue;
		result->miss = miss;
		result->detected_at_ns = finding->detected_at_ns;
		result->onset_ns = finding->onset_ns;
		result->bytes_excess = finding->bytes_excess;
		result->stratum = finding->stratum;
		result->statistic = finding->statistic;
		result->score_tenths = finding->score_tenths;
	}
}

static int
detect(const struct leak *leak, const struct seep_snapshot *snapshot,
       struct seep_findings **findings)
{
	const struct seep_snapshot *both[2] = {leak->trial->estate->base,
					       snapshot};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;

	opts.watch =
	    leak->trial->watch_servers ? SEEP_WATCH_SERVERS : SEEP_WATCH_ALL;
	opts.alarms_per_year = leak->trial->alarms_per_year;
	opts.statistics_off = leak->trial->statistics_off;
	opts.until_ns = leak->until_ns;
	if (!leak->trial->no_history) {
		opts.only = leak->entities;
		opts.only_count = leak->parts_count;
	}
	opts.no_floors = 1;
	return seep_detect(both, snapshot != NULL ? 2 : 1, &opts, findings,
			   NULL);
}

int
trial_run(const struct trial *trial, uint64_t bytes_per_day,
	  struct trial_result *result)
{
	struct leak *leak = calloc(1, sizeof(*leak));
	struct seep_snapshot *snapshot = NULL;
	struct seep_findings *findings = NULL;
	int rc = -1;

	memset(result, 0, sizeof(*result));
	if (leak == NULL)
		return -1;
	leak->trial = trial;
	leak->until_ns = trial->start_ns + trial->days * ESTATE_DAY_NS;
	rc = feed_leak(leak, bytes_per_day, &snapshot);
	if (rc == 0 && detect(leak, snapshot, &findings) != SEEP_OK)
		rc = -1;
	if (rc == 0 && trial->no_history)
		rank_all(leak, findings, result);
	else if (rc == 0)
		judge_all(leak, findings, bytes_per_day, result);
	for (size_t i = 0; i < leak->parts_count; i++)
		result->bytes += leak->bytes[i];
	result->name_bytes = leak->name_bytes;
	seep_findings_free(findings);
	seep_snapshot_free(snapshot);
	seep_engine_free(leak->engine);
	tally_clear(&leak->sent);
	free(leak);
	return rc;
}

static int
steps_of(const struct trial *trial)
{
	return trial->steps > 0 ? trial->steps : STEPS_DEFAULT;
}

static uint64_t
rate_of(const struct trial *trial, int step)
{
	return (uint64_t)llround(pow(2, (double)step / steps_of(trial)));
}

static int
is_detected(const struct trial *trial, int step, int *detected)
{
	struct trial_result result;
	const int rc = trial_run(trial, rate_of(trial, step), &result);

	*detected = result.miss == TRIAL_DETECTED;
	return rc;
}

/* Leaps of two doublings until 'low' is missed and 'high' is found. */
static int
bracket(const struct trial *trial, int most, int *low, int *high)
{
	const int leap = 2 * steps_of(trial);
	const int least = DOUBLINGS_MIN * steps_of(trial);
	int at = *low;
	int detected;
	int rc = is_detected(trial, at, &detected);

	*low = least - 1;
	*high = most + 1;
	while (rc == 0 && detected && at > least) {
		*high = at;
		at = at - leap > least ? at - leap : least;
		rc = is_detected(trial, at, &detected);
	}
	if (rc || detected) {
		*high = detected ? at : *high;
		return rc;
	}
	*low = at;
	while (rc == 0 && *high > most && *low < most) {
		at = *low + leap < most ? *low + leap : most;
		rc = is_detected(trial, at, &detected);
		if (detected)
			*high = at;
		else
			*low = at;
	}
	return rc;
}

int
trial_floor(const struct trial *trial, double guess, double most, double *floor)
{
	const int least = DOUBLINGS_MIN * steps_of(trial);
	const int most_step = (int)lround(steps_of(trial) * log2(most));
	int low = (int)lround(steps_of(trial) * log2(guess));
	int high;
	int rc;

	assert(guess > 0 && most > 0);
	*floor = INFINITY;
	if (most_step < least)
		return 1;
	if (low > most_step)
		low = most_step;
	if (low < least)
		low = least;
	rc = bracket(trial, most_step, &low, &high);
	while (rc == 0 && high - low > 1 && high <= most_step) {
		const int middle = low + (high - low) / 2;
		int detected;

		rc = is_detected(trial, middle, &detected);
		if (detected)
			high = middle;
		else
			low = middle;
	}
	if (rc == 0 && high <= most_step)
		*floor = (double)rate_of(trial, high);
	return rc;
}
