/* SPDX-License-Identifier: BSD-3-Clause */
/* What a changing world has that a steady one has not. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/world_case.h"

static struct world_opts
changing(uint64_t seed, uint32_t days, double rate)
{
	struct world_opts opts = case_opts(seed, days, WORLD_FILE_SERVER, 20);

	opts.noise = WORLD_NOISE_COUNT;
	opts.family = WORLD_CHANGING;
	opts.changes_per_year = rate;
	return opts;
}

/* A migration uses two neighbouring addresses. */
static int
is_peer(const struct world_change *change, const struct seep_address *peer)
{
	return memcmp(&change->peer, peer, 15) == 0 &&
	       (change->peer.bytes[15] ^ peer->bytes[15]) <= 1;
}

static int
is_change(const struct world *world, const struct seep_address *peer)
{
	size_t count;
	const struct world_change *changes = world_changes(world, &count);

	for (size_t i = 0; i < count; i++)
		if (is_peer(&changes[i], peer))
			return 1;
	return 0;
}

Test(world_change, a_changing_world_is_the_steady_one_and_its_changes)
{
	struct world_opts opts = changing(4, 120, 10);
	struct world *worlds[2];

	worlds[1] = world_new(&opts);
	opts.family = WORLD_STEADY;
	worlds[0] = world_new(&opts);
	for (size_t host = 0; host < 20; host++) {
		struct seen steady = case_see(worlds[0], &opts, host);
		struct seen changed = case_see(worlds[1], &opts, host);
		uint64_t rest = 0;
		size_t count = 0;

		for (size_t i = 0; i < changed.count; i++) {
			const struct seep_flow *flow = &changed.flows[i];

			if (is_change(worlds[1], case_peer(&changed, flow)))
				continue;
			rest += case_sum(flow, 1);
			count++;
		}
		cr_assert_eq(count, steady.count);
		cr_assert_eq(rest, case_sum(steady.flows, steady.count));
		case_clear(&steady);
		case_clear(&changed);
	}
	world_free(worlds[0]);
	world_free(worlds[1]);
}

Test(world_change, a_steady_world_has_no_change)
{
	struct world_opts opts = changing(4, 120, 10);
	struct world *world;
	size_t count;

	opts.family = WORLD_STEADY;
	world = world_new(&opts);
	world_changes(world, &count);
	cr_assert_eq(count, 0);
	world_free(world);
}

/* 300 worlds of 20 hosts and half a year: 3,000 host-years at 2 a year. A
 * site's event counts up to 20 times, hence the wide range. */
Test(world_change, changes_begin_at_the_rate_asked_for)
{
	size_t total = 0, shared = 0;

	for (uint64_t seed = 0; seed < 300; seed++) {
		const struct world_opts opts = changing(seed, 183, 2);
		struct world *world = world_new(&opts);
		size_t count;
		const struct world_change *changes =
		    world_changes(world, &count);

		total += count;
		for (size_t i = 0; i < count; i++)
			shared += changes[i].shared >= 3;
		world_free(world);
	}
	cr_assert(total > 5600 && total < 6400, "%zu", total);
	cr_assert(shared > 950 && shared < 1450, "%zu", shared);
}

Test(world_change, shared_changes_have_one_peer_and_one_hour)
{
	const struct world_opts opts = changing(3, 365, 6);
	struct world *world = world_new(&opts);
	size_t count;
	const struct world_change *changes = world_changes(world, &count);

	for (size_t i = 0; i < count; i++) {
		uint32_t same = 0;

		for (size_t k = 0; k < count; k++)
			same += memcmp(&changes[i].peer, &changes[k].peer,
				       16) == 0 &&
				changes[i].start_ns == changes[k].start_ns;
		cr_assert_eq(same, changes[i].shared);
	}
	world_free(world);
}

static double
bytes_to(const struct seen *seen, const struct world_change *change)
{
	double bytes = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct seep_flow *flow = &seen->flows[i];

		if (!is_peer(change, case_peer(seen, flow)))
			continue;
		cr_assert_geq(flow->start_ns, change->start_ns);
		bytes += (double)case_bytes_out(seen, flow);
	}
	return bytes;
}

Test(world_change, a_change_sends_what_it_says_until_the_end)
{
	const struct world_opts opts = changing(8, 250, 6);
	struct world *world = world_new(&opts);
	size_t count, checked = 0;
	const struct world_change *changes = world_changes(world, &count);

	for (size_t i = 0; i < count; i++) {
		const double days =
		    250 -
		    (double)(changes[i].start_ns - opts.start_ns) / CASE_DAY_NS;
		struct seen seen;
		double mean;

		if (days < 60)
			continue;
		seen = case_see(world, &opts, changes[i].host);
		mean = bytes_to(&seen, &changes[i]) / days;
		cr_assert(mean > 0.75 * (double)changes[i].bytes_per_day &&
			      mean <
				  1.3 * (double)changes[i].bytes_per_day + 1500,
			  "%g of %g", mean, (double)changes[i].bytes_per_day);
		case_clear(&seen);
		checked++;
	}
	cr_assert_gt(checked, 30);
	world_free(world);
}
