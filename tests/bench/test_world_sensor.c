/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to the sensor, not to the traffic. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/world_case.h"

Test(world_sensor, a_restart_shows_nothing_for_hours_and_cuts_what_is_open)
{
	struct world_opts opts = case_opts(3, 30, WORLD_VPN_SERVER, 12);
	struct world *world;
	int cut = 0, hours[24] = {0}, silent = 0, longest = 0;

	opts.restart_day = 15;
	world = world_new(&opts);
	for (size_t host = 0; host < 12; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++) {
			const struct seep_flow *flow = &seen.flows[i];
			const int64_t day_ns = opts.start_ns + 15 * CASE_DAY_NS;

			cut += flow->opener == SEEP_OPENER_UNKNOWN;
			for (int h = 0; h < 24; h++)
				hours[h] +=
				    flow->start_ns <
					day_ns + (h + 1) * CASE_HOUR_NS &&
				    flow->end_ns > day_ns + h * CASE_HOUR_NS;
		}
		case_clear(&seen);
	}
	for (int h = 0; h < 24; h++) {
		silent = hours[h] == 0 ? silent + 1 : 0;
		longest = silent > longest ? silent : longest;
	}
	cr_assert(longest >= 2 && longest <= 5, "%d", longest);
	cr_assert_gt(cut, 5);
	world_free(world);
}

Test(world_sensor, without_a_restart_every_opener_is_known)
{
	struct world_opts opts = case_opts(3, 30, WORLD_VPN_SERVER, 3);
	struct world *world = world_new(&opts);

	for (size_t host = 0; host < 3; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++)
			cr_assert_neq(seen.flows[i].opener,
				      SEEP_OPENER_UNKNOWN);
		case_clear(&seen);
	}
	world_free(world);
}

static double
bytes_from(const struct seen *seen, uint32_t from, uint32_t until)
{
	double bytes = 0;

	for (uint32_t hour = from * 24; hour < until * 24; hour++)
		bytes += seen->out[hour];
	return bytes;
}

Test(world_sensor, a_changed_port_doubles_a_third_and_hides_a_third)
{
	struct world_opts opts = case_opts(3, 28, WORLD_FILE_SERVER, 60);
	struct world *worlds[2];
	int doubled = 0, hidden = 0, same = 0;

	worlds[0] = world_new(&opts);
	opts.sensor_change_day = 14;
	worlds[1] = world_new(&opts);
	for (size_t host = 0; host < 60; host++) {
		struct seen before = case_see(worlds[0], &opts, host);
		struct seen after = case_see(worlds[1], &opts, host);
		const double ratio =
		    bytes_from(&after, 14, 28) / bytes_from(&before, 14, 28);

		cr_assert_eq(bytes_from(&after, 0, 14),
			     bytes_from(&before, 0, 14));
		doubled += ratio == 2;
		hidden += ratio == 0;
		same += ratio == 1;
		case_clear(&before);
		case_clear(&after);
	}
	cr_assert_eq(doubled + hidden + same, 60);
	cr_assert(doubled >= 10 && hidden >= 10 && same >= 10);
	world_free(worlds[0]);
	world_free(worlds[1]);
}
