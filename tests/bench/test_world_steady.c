/* SPDX-License-Identifier: BSD-3-Clause */
/* Steady worlds: nothing drifts, what recurs does so from the start. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/world_case.h"
#include "detection/world_parts.h"

Test(world_steady, weekly_backups_go_to_the_provider)
{
	struct world_opts opts = case_opts(6, 28, WORLD_FILE_SERVER, 20);
	const struct seep_network provider = world_provider();
	struct world *world = world_new(&opts);
	int with_backup = 0;

	for (size_t host = 0; host < 20; host++) {
		struct seen seen = case_see(world, &opts, host);
		int large = 0;

		/* Only jobs last two hours and a half. */
		for (size_t i = 0; i < seen.count; i++)
			large +=
			    seep_network_contains(&provider,
						  &seen.flows[i].resp) &&
			    seen.flows[i].end_ns - seen.flows[i].start_ns ==
				9000 * NS_PER_S;
		cr_assert(large == 0 || large == 4, "%d full backups", large);
		with_backup += large == 4;
		case_clear(&seen);
	}
	CLOSE(with_backup, 10, 19);
	world_free(world);
}

Test(world_steady, files_are_read_by_desks_on_the_first_day)
{
	struct world_opts opts = case_opts(6, 1, WORLD_FILE_SERVER, 10);
	struct world *world;

	/* A Saturday. */
	opts.start_ns += 5 * CASE_DAY_NS;
	world = world_new(&opts);
	for (size_t host = 0; host < 10; host++) {
		struct seen seen = case_see(world, &opts, host);
		struct seep_address desks[64];
		size_t count = 0;
		double bytes = 0;

		for (size_t i = 0; i < seen.count && count < 64; i++) {
			const struct seep_flow *flow = &seen.flows[i];
			size_t at = 0;

			if (flow->port_resp != 445)
				continue;
			cr_assert(case_is_inside(&flow->orig));
			bytes += (double)flow->bytes_resp;
			while (at < count &&
			       case_compare(&desks[at], &flow->orig) != 0)
				at++;
			if (at == count)
				desks[count++] = flow->orig;
		}
		cr_assert_geq(count, 3);
		cr_assert_geq(bytes, 10e6);
		case_clear(&seen);
	}
	world_free(world);
}

Test(world_steady, some_connections_last_for_days)
{
	struct world_opts opts = case_opts(6, 60, WORLD_FILE_SERVER, 10);
	struct world *world = world_new(&opts);
	int long_ones = 0, at_start = 0;

	for (size_t host = 0; host < 10; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++) {
			const struct seep_flow *flow = &seen.flows[i];

			if (flow->end_ns - flow->start_ns < CASE_DAY_NS)
				continue;
			long_ones++;
			at_start += flow->start_ns == opts.start_ns;
		}
		case_clear(&seen);
	}
	CLOSE(long_ones, 60, 200);
	cr_assert_gt(at_start, 0);
	world_free(world);
}

/* Mean of ln of the working days' bytes in a part of the days. */
static double
log_level(const struct world *world, const struct seen *seen, uint32_t from,
	  uint32_t until)
{
	double sum = 0, n = 0;

	for (uint32_t day = from; day < until; day++) {
		double bytes = 0;

		if (world->hours[day * 24 + 12].rest)
			continue;
		for (uint32_t h = day * 24; h < day * 24 + 24; h++)
			bytes += seen->out[h];
		if (bytes > 0) {
			sum += log(bytes);
			n++;
		}
	}
	return sum / n;
}

Test(world_steady, levels_do_not_drift)
{
	static const enum world_role roles[] = {
	    WORLD_FILE_SERVER, WORLD_WEB_SERVER,    WORLD_ARCHIVES,
	    WORLD_MAIL_SERVER, WORLD_BACKUP_SERVER, WORLD_VPN_SERVER};

	for (size_t r = 0; r < sizeof(roles) / sizeof(*roles); r++) {
		struct world_opts opts = case_opts(21, 728, roles[r], 10);
		struct world *world = world_new(&opts);
		double change = 0;

		for (size_t host = 0; host < 10; host++) {
			struct seen seen = case_see(world, &opts, host);

			change += log_level(world, &seen, 364, 728) -
				  log_level(world, &seen, 0, 364);
			case_clear(&seen);
		}
		CLOSE(change / 10, -0.06, 0.06);
		world_free(world);
	}
}

struct meeting {
	struct seep_address peer;
	int64_t start_ns;
};

static int
by_meeting(const void *a, const void *b)
{
	const struct meeting *x = a, *y = b;
	const int order = case_compare(&x->peer, &y->peer);

	if (order)
		return order;
	return x->start_ns < y->start_ns ? -1 : x->start_ns > y->start_ns;
}

/* new_peers() adds the peers first met in each week. */
static void
new_peers(const struct seen *seen, double *weeks)
{
	struct meeting *met = malloc((seen->count + 1) * sizeof(*met));
	size_t n = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct seep_flow *flow = &seen->flows[i];

		if (case_is_inside(case_peer(seen, flow)))
			continue;
		met[n].peer = *case_peer(seen, flow);
		met[n++].start_ns = flow->start_ns;
	}
	qsort(met, n, sizeof(*met), by_meeting);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || case_compare(&met[i - 1].peer, &met[i].peer) != 0)
			weeks[(met[i].start_ns - seen->start_ns) /
			      (7 * CASE_DAY_NS)]++;
	free(met);
}

Test(world_steady, new_peers_keep_coming_at_one_rate)
{
	struct world_opts opts = case_opts(5, 728, WORLD_FILE_SERVER, 10);
	struct world *world = world_new(&opts);
	double weeks[104] = {0}, early = 0, late = 0;

	for (size_t host = 0; host < 10; host++) {
		struct seen seen = case_see(world, &opts, host);

		new_peers(&seen, weeks);
		case_clear(&seen);
	}
	for (int w = 4; w < 54; w++)
		early += weeks[w] / 500;
	for (int w = 54; w < 104; w++)
		late += weeks[w] / 500;
	CLOSE(early, 25, 60);
	CLOSE(late / early, 0.93, 1.07);
	world_free(world);
}

Test(world_steady, the_first_28_days_of_any_world_hold_a_closure)
{
	for (int offset = 0; offset < 366; offset += 5) {
		struct world_opts opts =
		    case_opts((uint64_t)offset, 28, WORLD_PRINTER, 1);
		struct world *world;
		int closed = 0;

		opts.start_ns += offset * CASE_DAY_NS;
		world = world_new(&opts);
		for (uint32_t day = 0; day < 28; day++)
			closed += world_is_holiday(world, day);
		CLOSE(closed, 1, 6);
		world_free(world);
	}
}

/*
 * Who met whom: a table of peers, with the first two other hosts that met
 * each. What a host sends to a peer that fewer than three hosts met before
 * is what a detector of rare peers looks at.
 */
#define MET_SLOTS (1u << 17)

struct met {
	struct seep_address peer;
	size_t hosts[3];
	int count;
};

static struct met *
find_met(struct met *table, const struct seep_address *peer)
{
	uint64_t low, high;
	uint32_t at;

	memcpy(&low, peer->bytes, 8);
	memcpy(&high, peer->bytes + 8, 8);
	at = (uint32_t)(random_key(low, high, 0) % MET_SLOTS);
	while (table[at].count && case_compare(&table[at].peer, peer) != 0)
		at = (at + 1) % MET_SLOTS;
	return &table[at];
}

static void
meet(struct met *table, const struct seep_address *peer, size_t host)
{
	struct met *met = find_met(table, peer);

	met->peer = *peer;
	for (int i = 0; i < met->count; i++)
		if (met->hosts[i] == host)
			return;
	if (met->count < 3)
		met->hosts[met->count++] = host;
}

Test(world_steady, an_office_server_sends_few_bytes_to_rare_peers)
{
	struct world_opts opts = case_opts(12, 56, WORLD_FILE_SERVER, 8);
	struct met *table = calloc(MET_SLOTS, sizeof(*table));
	const struct world_host *hosts;
	struct world *world;
	double rare = 0, all = 0, scale = 0;
	size_t count;

	cr_assert_not_null(table);
	opts.hosts[WORLD_WORKSTATION] = 30;
	opts.light = 1;
	world = world_new(&opts);
	hosts = world_hosts(world, &count);
	/* First what everybody met in 28 days, then what servers sent. */
	for (size_t i = 0; i < count + 8; i++) {
		const size_t host = i % count;
		struct seen seen = case_see(world, &opts, host);

		for (size_t k = 0; k < seen.count; k++) {
			const struct seep_flow *flow = &seen.flows[k];
			const struct seep_address *peer =
			    case_peer(&seen, flow);
			const int late =
			    flow->start_ns >= opts.start_ns + 28 * CASE_DAY_NS;
			const double bytes =
			    (double)case_bytes_out(&seen, flow);

			if (case_is_inside(peer))
				continue;
			if (i < count && !late)
				meet(table, peer, host);
			if (i < count || !late)
				continue;
			all += bytes;
			if (find_met(table, peer)->count < 3)
				rare += bytes;
		}
		if (i >= count)
			scale += hosts[host].scale;
		case_clear(&seen);
	}
	CLOSE(rare / scale / 28, 14e6, 30e6);
	CLOSE(all / scale / 28, 450e6, 750e6);
	world_free(world);
	free(table);
}
