/* SPDX-License-Identifier: BSD-3-Clause */
/* Figures of steady worlds: means and shapes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/world_case.h"
#include "detection/world_parts.h"

/* Outbound MB a day of a host whose scale is 1. */
static double
mean_mb(enum world_role role, enum world_noise noise)
{
	struct world_opts opts = case_opts(11, 112, role, 24);
	const struct world_host *hosts;
	struct world *world;
	double bytes = 0, scale = 0;
	size_t count;

	opts.noise = noise;
	world = world_new(&opts);
	hosts = world_hosts(world, &count);
	for (size_t host = 0; host < count; host++) {
		struct seen seen = case_see(world, &opts, host);

		bytes += case_total(&seen);
		scale += hosts[host].scale;
		case_clear(&seen);
	}
	world_free(world);
	return bytes / scale / opts.days / 1e6;
}

Test(world_shape, mean_bytes_a_day_are_those_of_the_noise)
{
	static const struct {
		enum world_noise noise;
		double least, most;
	} want[] = {
	    {WORLD_NOISE_OFFICE, 480, 680},
	    {WORLD_NOISE_QUIET, 16, 25},
	    {WORLD_NOISE_ROUND_THE_CLOCK, 2900, 4100},
	    {WORLD_NOISE_SILENT_NIGHTS, 450, 660},
	    {WORLD_NOISE_BURSTS, 330, 550},
	    {WORLD_NOISE_TELEMETRY, 4.4, 5.6},
	    {WORLD_NOISE_REGIMES, 340, 480},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		CLOSE(mean_mb(WORLD_FILE_SERVER, want[i].noise), want[i].least,
		      want[i].most);
}

Test(world_shape, mean_bytes_a_day_are_those_of_the_role)
{
	static const struct {
		enum world_role role;
		double least, most;
	} want[] = {
	    {WORLD_WEB_SERVER, 2300, 3400},   {WORLD_MAIL_SERVER, 330, 500},
	    {WORLD_BACKUP_SERVER, 900, 1350}, {WORLD_VPN_SERVER, 1900, 2900},
	    {WORLD_WORKSTATION, 18, 31},      {WORLD_PRINTER, 0.15, 0.35},
	    {WORLD_RESOLVER, 6, 10},          {WORLD_SCANNER, 5.5, 9},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		CLOSE(mean_mb(want[i].role, WORLD_NOISE_OFFICE), want[i].least,
		      want[i].most);
}

Test(world_shape, hosts_differ_by_a_factor_of_two)
{
	const struct world_opts opts = case_opts(1, 1, WORLD_FILE_SERVER, 4000);
	struct world *world = world_new(&opts);
	double sum = 0, logs = 0, squares = 0;
	size_t count;
	const struct world_host *hosts = world_hosts(world, &count);

	for (size_t i = 0; i < count; i++) {
		sum += hosts[i].scale;
		logs += log(hosts[i].scale);
		squares += log(hosts[i].scale) * log(hosts[i].scale);
	}
	CLOSE(sum / 4000, 0.94, 1.06);
	CLOSE(sqrt(squares / 4000 - logs / 4000 * logs / 4000), 0.65, 0.74);
	world_free(world);
}

Test(world_shape, archives_send_20_to_200_gb_a_day)
{
	struct world_opts opts = case_opts(2, 28, WORLD_ARCHIVES, 20);
	struct world *world = world_new(&opts);

	for (size_t host = 0; host < 20; host++) {
		struct seen seen = case_see(world, &opts, host);

		CLOSE(case_total(&seen) / 28, 14e9, 280e9);
		case_clear(&seen);
	}
	world_free(world);
}

static size_t
count_peers(const struct seen *seen)
{
	struct seep_address *peers = malloc((seen->count + 1) * sizeof(*peers));
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct seep_address *peer =
		    case_peer(seen, &seen->flows[i]);
		size_t at = 0;

		if (case_is_inside(peer) || case_is_push(seen, &seen->flows[i]))
			continue;
		while (at < count && memcmp(&peers[at], peer, 16) != 0)
			at++;
		if (at == count)
			peers[count++] = *peer;
	}
	free(peers);
	return count;
}

Test(world_shape, behind_a_cdn_few_addresses_ask_the_archives)
{
	struct world_opts opts = case_opts(2, 10, WORLD_ARCHIVES, 1);
	size_t peers[2];

	for (int cdn = 0; cdn < 2; cdn++) {
		struct world *world;
		struct seen seen;

		opts.behind_cdn = cdn;
		world = world_new(&opts);
		seen = case_see(world, &opts, 0);
		peers[cdn] = count_peers(&seen);
		case_clear(&seen);
		world_free(world);
	}
	cr_assert_gt(peers[0], 1000);
	cr_assert_leq(peers[1], 48);
}

/* shape_of(): mean bytes by local hour of working days, and their ratio to
 * rest days. */
struct shape {
	double hour[24];
	double working_day;
	double rest_day;
};

static struct shape
shape_of(enum world_role role, enum world_noise noise)
{
	struct world_opts opts = case_opts(4, 182, role, 12);
	struct shape shape;
	struct world *world;
	double days[2] = {0, 0}, bytes[2] = {0, 0}, hours[24] = {0};

	memset(&shape, 0, sizeof(shape));
	opts.noise = noise;
	world = world_new(&opts);
	for (size_t host = 0; host < 12; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (uint32_t h = 0; h < opts.days * 24; h++) {
			const struct world_hour *at = &world->hours[h];

			days[at->rest] += 1.0 / 24;
			bytes[at->rest] += seen.out[h];
			if (at->rest)
				continue;
			shape.hour[at->local] += seen.out[h];
			hours[at->local]++;
		}
		case_clear(&seen);
	}
	for (int h = 0; h < 24; h++)
		shape.hour[h] /= hours[h];
	shape.working_day = bytes[0] / days[0];
	shape.rest_day = bytes[1] / days[1];
	world_free(world);
	return shape;
}

Test(world_shape, an_office_is_busy_by_day_and_rests_at_weekends)
{
	const struct shape shape =
	    shape_of(WORLD_FILE_SERVER, WORLD_NOISE_OFFICE);

	/* Hour 20: no job runs yet, weight 0.1. */
	CLOSE(shape.hour[10] / shape.hour[20], 20, 150);
	CLOSE(shape.hour[10] / shape.hour[15], 0.5, 2);
	CLOSE(shape.working_day / shape.rest_day, 5, 40);
}

Test(world_shape, round_the_clock_has_no_night_and_no_weekend)
{
	const struct shape shape =
	    shape_of(WORLD_FILE_SERVER, WORLD_NOISE_ROUND_THE_CLOCK);

	CLOSE(shape.hour[10] / shape.hour[20], 0.6, 1.8);
	CLOSE(shape.working_day / shape.rest_day, 0.75, 1.4);
}

Test(world_shape, archives_are_read_in_the_evening_three_times_as_much)
{
	const struct shape shape = shape_of(WORLD_ARCHIVES, WORLD_NOISE_OFFICE);

	CLOSE(shape.hour[20] / shape.hour[4], 2.5, 4.5);
	CLOSE(shape.working_day / shape.rest_day, 0.85, 1.15);
}

Test(world_shape, silent_nights_are_silent)
{
	struct world_opts opts = case_opts(4, 60, WORLD_FILE_SERVER, 3);
	struct world *world;

	opts.noise = WORLD_NOISE_SILENT_NIGHTS;
	world = world_new(&opts);
	for (size_t host = 0; host < 3; host++) {
		struct seen seen = case_see(world, &opts, host);

		for (size_t i = 0; i < seen.count; i++) {
			const struct seep_flow *flow = &seen.flows[i];
			const int64_t at = flow->start_ns - opts.start_ns;

			if (case_is_inside(case_peer(&seen, flow)))
				continue;
			cr_assert(
			    world_is_working(world, (uint32_t)(at / HOUR_NS)));
			cr_assert(world_is_working(
			    world,
			    (uint32_t)((flow->end_ns - 1 - opts.start_ns) /
				       HOUR_NS)));
		}
		case_clear(&seen);
	}
	world_free(world);
}

static double
log_sigma(const double *value, size_t count)
{
	double sum = 0, squares = 0, n = 0;

	for (size_t i = 0; i < count; i++) {
		if (value[i] <= 0)
			continue;
		sum += log(value[i]);
		squares += log(value[i]) * log(value[i]);
		n++;
	}
	return sqrt(squares / n - sum / n * sum / n);
}

static struct seen
see_noise(enum world_noise noise, uint32_t days)
{
	struct world_opts opts = case_opts(8, days, WORLD_FILE_SERVER, 1);
	struct world *world;
	struct seen seen;

	opts.noise = noise;
	world = world_new(&opts);
	seen = case_see(world, &opts, 0);
	world_free(world);
	return seen;
}

Test(world_shape, hours_vary_as_their_noise_says)
{
	static const struct {
		enum world_noise noise;
		double least, most;
	} want[] = {
	    /* The smallest of hosts, beside its clock and its pings. */
	    {WORLD_NOISE_TELEMETRY, 0.02, 0.2},
	    {WORLD_NOISE_ROUND_THE_CLOCK, 1.7, 2.2},
	    {WORLD_NOISE_REGIMES, 1.2, 2},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct seen seen = see_noise(want[i].noise, 200);

		CLOSE(log_sigma(seen.out, 200 * 24), want[i].least,
		      want[i].most);
		case_clear(&seen);
	}
}

static int
descending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Hill's estimator over the 100 largest of 700 days: below 2 the variance
 * is infinite. Office days are log-normal and lie far above. */
static double
tail_index(enum world_noise noise)
{
	struct seen seen = see_noise(noise, 700);
	double sum = 0;

	qsort(seen.out, 700 * 24, sizeof(*seen.out), descending);
	for (int i = 0; i < 100; i++)
		sum += log(seen.out[i] / seen.out[100]);
	case_clear(&seen);
	return 100 / sum;
}

Test(world_shape, bursts_have_infinite_variance)
{
	CLOSE(tail_index(WORLD_NOISE_BURSTS), 0.8, 1.7);
	CLOSE(tail_index(WORLD_NOISE_OFFICE), 1.8, 6);
}

Test(world_shape, day_effects_are_standard_normal_with_correlation_0_3)
{
	double sum = 0, squares = 0, products = 0, last = 0;
	const int n = 40000;

	for (int d = 0; d < n; d++) {
		const double x = world_ar(77, d);

		sum += x;
		squares += x * x;
		products += x * last;
		last = x;
	}
	CLOSE(sum / n, -0.04, 0.04);
	CLOSE(squares / n, 0.96, 1.04);
	CLOSE(products / n, 0.27, 0.33);
}

Test(world_shape, flows_a_day_stay_few)
{
	for (int role = 0; role < WORLD_ROLE_COUNT; role++) {
		struct world_opts opts =
		    case_opts(7, 28, (enum world_role)role, 4);
		struct world *world;
		double flows = 0;

		opts.noise = WORLD_NOISE_OFFICE;
		opts.light = 1;
		world = world_new(&opts);
		for (size_t host = 0; host < 4; host++) {
			struct seen seen = case_see(world, &opts, host);

			flows += (double)seen.count / 4 / 28;
			case_clear(&seen);
		}
		if (role == WORLD_WORKSTATION)
			CLOSE(flows, 4, 20);
		else
			CLOSE(flows, 30, 400);
		world_free(world);
	}
}
