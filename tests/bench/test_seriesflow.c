/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "detection/seriesflow.h"

#define FROM_HOUR (16000 * 24)
#define NS_PER_HOUR (INT64_C(3600) * INT64_C(1000000000))

/* struct sums: what came out. */
struct sums {
	size_t flows;
	uint64_t out;
	uint64_t in;
	uint64_t hours[5];
	int pulled;
	int stop_after;
};

static int
add_flow(void *context, const struct seep_flow *flow)
{
	struct sums *sums = context;
	int64_t hour = flow->start_ns / NS_PER_HOUR - FROM_HOUR;

	cr_assert(hour >= 0 && hour < 5);
	cr_assert_eq((flow->end_ns - 1) / NS_PER_HOUR - FROM_HOUR, hour);
	sums->flows++;
	sums->out += sums->pulled ? flow->bytes_resp : flow->bytes_orig;
	sums->in += sums->pulled ? flow->bytes_orig : flow->bytes_resp;
	sums->hours[hour]++;
	cr_assert_eq(seriesflow_index(sums->pulled ? &flow->resp : &flow->orig),
		     0);
	return sums->stop_after != 0 && sums->flows >= (size_t)sums->stop_after
		   ? 7
		   : 0;
}

/* make_series(): host 0 has hours of 1,000,003, 0, a hole, a gap, 7 bytes
 * out and 500 in; hosts 1 and 2 say which hours are gaps. */
static struct series *
make_series(void)
{
	static const uint64_t out[5] = {1000003, 0, SERIES_MISSING,
					SERIES_MISSING, 7};
	struct series *series = series_new();

	cr_assert_not_null(series);
	for (size_t host = 0; host < 3; host++) {
		cr_assert_eq(series_add_host(series, "h", 1), host);
		for (uint32_t hour = 0; hour < 5; hour++) {
			if (host == 0 ? out[hour] == SERIES_MISSING : hour == 3)
				continue;
			cr_assert_eq(series_put(series, host, FROM_HOUR + hour,
						0, host == 0 ? out[hour] : 1),
				     1);
			cr_assert_eq(
			    series_put(series, host, FROM_HOUR + hour, 1, 500),
			    1);
		}
	}
	series->has_in = 1;
	cr_assert(series_find_gaps(series));
	return series;
}

Test(seriesflow, every_byte_of_the_covered_hours_comes_out_once)
{
	struct series *series = make_series();
	struct sums sums = {0};

	cr_assert_eq(seriesflow_emit(series, 0, 1, add_flow, &sums), 0);
	cr_assert_eq(sums.flows, 3);
	cr_assert_eq(sums.out, 1000010);
	cr_assert_eq(sums.in, 1500);
	cr_assert_eq(sums.hours[1], 1);
	cr_assert_eq(sums.hours[2], 0);
	cr_assert_eq(sums.hours[3], 0);
	series_free(series);
}

Test(seriesflow, many_peers_share_the_same_bytes)
{
	struct series *series = make_series();
	struct sums sums = {0};

	cr_assert_eq(seriesflow_emit(series, 0, 50, add_flow, &sums), 0);
	cr_assert_eq(sums.out, 1000010);
	cr_assert_eq(sums.hours[0], 50);
	cr_assert_eq(sums.hours[3], 0);
	series_free(series);
}

Test(seriesflow, of_a_site_that_is_pulled_from_the_peer_opens)
{
	struct series *series = make_series();
	struct sums sums = {0};

	series->pulled = 1;
	sums.pulled = 1;
	cr_assert_eq(seriesflow_emit(series, 0, 3, add_flow, &sums), 0);
	cr_assert_eq(sums.out, 1000010);
	series_free(series);
}

Test(seriesflow, an_hour_of_no_bytes_still_shows_that_somebody_watched)
{
	struct series *series = make_series();
	struct sums sums = {0};

	for (size_t hour = 0; hour < 5; hour++) {
		if (series->hosts[0].in[hour] != SERIES_MISSING)
			series->hosts[0].in[hour] = 0;
	}
	cr_assert_eq(seriesflow_emit(series, 0, 1, add_flow, &sums), 0);
	cr_assert_eq(sums.flows, 3);
	cr_assert_eq(sums.in, 3 * 40);
	series_free(series);
}

Test(seriesflow, extra_bytes_are_seen_in_covered_hours_only)
{
	const uint64_t extra[5] = {10, 20, 40, 80, 160};
	struct series *series = make_series();
	struct sums sums = {0};

	cr_assert_eq(
	    seriesflow_emit_extra(series, 0, 1, extra, add_flow, &sums), 0);
	cr_assert_eq(sums.out, 10 + 20 + 160);
	series_free(series);
}

Test(seriesflow, what_the_taker_returns_stops_it)
{
	struct series *series = make_series();
	struct sums sums = {0};

	sums.stop_after = 2;
	cr_assert_eq(seriesflow_emit(series, 0, 9, add_flow, &sums), 7);
	cr_assert_eq(sums.flows, 2);
	series_free(series);
}

Test(seriesflow, addresses_turn_back_into_hosts)
{
	for (size_t host = 0; host < 300000; host += 77) {
		struct seep_address address = seriesflow_host(host);

		cr_assert_eq(seriesflow_index(&address), host);
	}
}
