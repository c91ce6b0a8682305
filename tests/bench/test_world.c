/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/world_case.h"
#include "detection/final.h"

static struct world_opts
office(uint64_t seed, uint32_t days)
{
	struct world_opts opts = {
	    .seed = seed,
	    .start_ns = CASE_START_NS,
	    .days = days,
	    .noise = WORLD_NOISE_COUNT,
	    .changes_per_year = 4,
	};

	for (int role = 0; role < WORLD_ROLE_COUNT; role++)
		opts.hosts[role] = 2;
	return opts;
}

static uint64_t
hash_world(const struct world_opts *opts)
{
	struct world *world = world_new(opts);
	uint64_t hash = 0;
	size_t count;

	cr_assert_not_null(world);
	world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, opts, host);

		hash = hash * 31 + case_hash(&seen);
		case_clear(&seen);
	}
	world_free(world);
	return hash;
}

Test(world, the_same_seed_gives_the_same_flows)
{
	const struct world_opts one = office(1, 40);
	const struct world_opts two = office(2, 40);

	cr_assert_eq(hash_world(&one), hash_world(&one));
	cr_assert_neq(hash_world(&one), hash_world(&two));
}

/* The final table's worlds were committed before thresholds were tuned: a
 * change of the generator is a change of them and has to be said. */
Test(world, the_generator_is_the_one_that_was_committed)
{
	struct world_opts opts = office(1, 40);

	opts.family = WORLD_CHANGING;
	opts.restart_day = 20;
	cr_assert_eq(hash_world(&opts), UINT64_C(0x83080dcf7499ba35), "%#llx",
		     (unsigned long long)hash_world(&opts));
	opts.light = opts.dual_stack = opts.behind_cdn = 1;
	opts.sensor_change_day = 25;
	cr_assert_eq(hash_world(&opts), UINT64_C(0xac0e762d915c96b0), "%#llx",
		     (unsigned long long)hash_world(&opts));
}

Test(world, a_host_does_not_depend_on_the_others)
{
	struct world_opts all = office(5, 30);
	struct world_opts one = case_opts(5, 30, WORLD_MAIL_SERVER, 1);
	struct world *world_all, *world_one;
	struct seen in_all, in_one;

	all.noise = one.noise = WORLD_NOISE_COUNT;
	all.family = one.family = WORLD_CHANGING;
	one.changes_per_year = all.changes_per_year = 40;
	world_all = world_new(&all);
	world_one = world_new(&one);
	in_all = case_see(world_all, &all, 2 * WORLD_MAIL_SERVER);
	in_one = case_see(world_one, &one, 0);
	cr_assert_gt(in_one.count, 1000);
	cr_assert_eq(case_hash(&in_all), case_hash(&in_one));
	case_clear(&in_all);
	case_clear(&in_one);
	world_free(world_all);
	world_free(world_one);
}

struct parts {
	struct seep_flow *flows;
	size_t count;
	uint64_t sum;
};

static int
add_part(void *context, const struct seep_flow *flow)
{
	struct parts *parts = context;

	parts->sum += case_sum(flow, 1);
	parts->count++;
	return 0;
}

Test(world, days_made_one_by_one_add_up_to_the_whole)
{
	const struct world_opts opts = office(3, 35);
	struct world *world = world_new(&opts);
	size_t count;

	world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, &opts, host);
		struct parts parts = {NULL, 0, 0};

		for (uint32_t day = 35; day-- > 0;)
			cr_assert_eq(world_emit(world, host, day, day + 1,
						add_part, &parts),
				     0);
		cr_assert_eq(parts.count, seen.count);
		cr_assert_eq(parts.sum, case_sum(seen.flows, seen.count));
		case_clear(&seen);
	}
	world_free(world);
}

static int
stop_at_ten(void *context, const struct seep_flow *flow)
{
	int *count = context;

	(void)flow;
	return ++*count == 10 ? 7 : 0;
}

Test(world, emitting_stops_when_told_to)
{
	const struct world_opts opts = office(3, 10);
	struct world *world = world_new(&opts);
	int count = 0;

	cr_assert_eq(world_emit(world, 0, 0, 10, stop_at_ten, &count), 7);
	cr_assert_eq(count, 10);
	world_free(world);
}

static void
check_flow(const struct seen *seen, const struct seep_flow *flow)
{
	const int64_t end_ns = seen->start_ns + seen->days * CASE_DAY_NS;
	const int is_push = case_is_push(seen, flow);
	const int is_pull =
	    memcmp(&flow->resp, &seen->host, sizeof(seen->host)) == 0;

	cr_assert_eq(is_push + is_pull, 1);
	cr_assert_geq(flow->start_ns, seen->start_ns);
	cr_assert_geq(flow->end_ns, flow->start_ns);
	cr_assert_leq(flow->end_ns, end_ns);
	cr_assert(flow->bytes_orig >= 1 && flow->bytes_resp >= 1);
	cr_assert_lt(flow->bytes_orig + flow->bytes_resp, UINT64_C(1) << 50);
	cr_assert_eq(flow->protocol == 1,
		     flow->port_orig == 0 && flow->port_resp == 0);
	cr_assert_eq(flow->flags, 0);
}

Test(world, every_flow_is_one_that_a_sensor_could_have_seen)
{
	struct world_opts opts = office(9, 60);
	struct world *world;
	size_t count;

	opts.restart_day = 30;
	world = world_new(&opts);
	world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++)
			check_flow(&seen, &seen.flows[i]);
		case_clear(&seen);
	}
	world_free(world);
}

static int
is_private(const struct seep_address *address)
{
	const uint8_t *b = address->bytes + 12;
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(address->bytes, mapped, 12) != 0)
		return address->bytes[0] != 0x20;
	return b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224 ||
	       (b[0] == 100 && b[1] >= 64 && b[1] < 128) ||
	       (b[0] == 169 && b[1] == 254) ||
	       (b[0] == 172 && b[1] >= 16 && b[1] < 32) ||
	       (b[0] == 192 && b[1] == 168);
}

Test(world, peers_outside_have_public_addresses_and_some_are_ipv6)
{
	struct world_opts opts = office(9, 60);
	struct world *world = world_new(&opts);
	size_t count, flows = 0, v6 = 0;

	world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++) {
			const struct seep_address *peer =
			    case_peer(&seen, &seen.flows[i]);

			if (case_is_inside(peer))
				continue;
			cr_assert_not(is_private(peer));
			v6 += peer->bytes[0] == 0x20;
			flows++;
		}
		case_clear(&seen);
	}
	cr_assert(v6 > flows / 8 && v6 < flows / 2);
	world_free(world);
}

Test(world, with_two_stacks_both_ends_are_of_one_family)
{
	struct world_opts opts = office(9, 20);
	struct world *world;
	size_t count, v6 = 0;
	const struct world_host *hosts;

	opts.dual_stack = 1;
	world = world_new(&opts);
	hosts = world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++) {
			const struct seep_flow *flow = &seen.flows[i];
			const int orig = flow->orig.bytes[0] != 0;
			const int resp = flow->resp.bytes[0] != 0;

			cr_assert_eq(orig, resp);
			v6 += orig && memcmp(&flow->orig, &hosts[host].address6,
					     16) == 0;
		}
		case_clear(&seen);
	}
	cr_assert_gt(v6, 100);
	world_free(world);
}

Test(world, seeds_of_the_final_table_are_none_of_tuning_and_none_twice)
{
	uint32_t first = 0;

	cr_assert_geq(FINAL_SEED_FIRST, 9 * TUNING_SEED_END);
	for (size_t i = 0; i < FINAL_NULLS; i++) {
		cr_assert_geq(final_nulls[i].first, first);
		first = final_nulls[i].first + final_nulls[i].worlds;
	}
	for (size_t i = 0; i < FINAL_TRIAL_ROWS; i++) {
		cr_assert_geq(final_trials[i].first, first);
		first = final_trials[i].first + FINAL_TRIALS;
	}
	cr_assert_leq(first, FINAL_CHANGING_FIRST);
}

Test(world, the_final_table_rests_on_2000_host_years)
{
	double years = 0;

	for (size_t i = 0; i < FINAL_NULLS; i++)
		years += (double)final_nulls[i].worlds * final_nulls[i].hosts *
			 (final_nulls[i].days - FINAL_HISTORY_DAYS) / 365.25;
	cr_assert_geq(years, 2000);
}
