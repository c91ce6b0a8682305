/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detection/random.h"
#include "detection/rivals.h"

#define DAY_NS (INT64_C(86400) * 1000000000)
#define HOUR_NS (INT64_C(3600) * 1000000000)
#define DAYS 42
#define LEAK_DAY 30
#define PEERS 20

static const struct seep_address nobody;

static void
add_flow(struct rivals_host *host, uint32_t peer, int64_t start_ns,
	 int64_t end_ns, uint64_t out, uint64_t in)
{
	const struct seep_flow flow = {.start_ns = start_ns,
				       .end_ns = end_ns,
				       .orig = nobody,
				       .bytes_orig = out,
				       .bytes_resp = in,
				       .opener = SEEP_OPENER_ORIG};

	cr_assert_eq(rivals_add(host, &flow, 1, peer), 0);
}

/* An ordinary host: some flows an hour in working hours, mostly inbound. */
static void
make_host(struct rivals_host *host, uint64_t seed)
{
	memset(host, 0, sizeof(*host));
	host->days = DAYS;
	for (uint32_t hour = 0; hour < DAYS * 24; hour++) {
		struct random random = random_at(seed, 1, hour);
		const int awake = hour % 24 >= 8 && hour % 24 < 18;
		const uint32_t flows = awake ? 6u : 1u;

		for (uint32_t i = 0; i < flows; i++) {
			const int64_t start =
			    hour * HOUR_NS + (int64_t)(random_unit(&random) *
						       0.9 * (double)HOUR_NS);
			const double out = random_lognormal(&random, 50000, 1);

			add_flow(host, random_below(&random, PEERS), start,
				 start + HOUR_NS / 60, (uint64_t)out,
				 (uint64_t)(3 * out));
		}
	}
}

static double
most_of(const double *scores, enum rival rival, uint32_t from, uint32_t until)
{
	double most = -INFINITY;

	for (uint32_t day = from; day < until; day++)
		most = fmax(most, scores[rival * DAYS + day]);
	return most;
}

/* score() gives the scores of a host among four like it. */
static void
score(struct rivals_host *host, double *scores)
{
	struct rivals_host others[4];
	struct rivals_site site = {0};

	for (uint64_t i = 0; i < 4; i++) {
		make_host(&others[i], 100 + i);
		cr_assert_eq(rivals_prepare(&others[i]), 0);
	}
	cr_assert_eq(rivals_site_init(&site, others, 4), 0);
	cr_assert_eq(rivals_prepare(host), 0);
	cr_assert_eq(rivals_score(host, &site, scores), 0);
	rivals_site_clear(&site);
	for (size_t i = 0; i < 4; i++)
		rivals_clear(&others[i]);
}

/* expect_speaks() asks that the leak scores higher than any day without. */
static void
expect_speaks(enum rival rival, struct rivals_host *leaking)
{
	static double with[RIVAL_COUNT * DAYS];
	static double without[RIVAL_COUNT * DAYS];
	struct rivals_host twin;

	make_host(&twin, 7);
	score(&twin, without);
	score(leaking, with);
	cr_expect_gt(most_of(with, rival, LEAK_DAY, DAYS),
		     most_of(without, rival, RIVALS_BACK_DAYS, DAYS), "%s",
		     rivals_name(rival));
	/* What comes before the leak is judged as on the twin. */
	for (uint32_t day = RIVALS_BACK_DAYS; day < LEAK_DAY; day++)
		cr_expect_eq(with[rival * DAYS + day],
			     without[rival * DAYS + day], "%s, day %u",
			     rivals_name(rival), day);
	rivals_clear(&twin);
	rivals_clear(leaking);
}

static struct rivals_host
one_upload(uint64_t bytes)
{
	struct rivals_host host;

	make_host(&host, 7);
	add_flow(&host, PEERS, LEAK_DAY * DAY_NS + 2 * HOUR_NS,
		 LEAK_DAY * DAY_NS + 2 * HOUR_NS + HOUR_NS / 2, bytes,
		 bytes / 50);
	return host;
}

/* Every ten minutes, 1 MB each: 144 MB a day. */
static struct rivals_host
many_uploads(void)
{
	struct rivals_host host;

	make_host(&host, 7);
	for (int64_t i = 0; i < (DAYS - LEAK_DAY) * 144; i++) {
		const int64_t start = LEAK_DAY * DAY_NS + i * HOUR_NS / 6;

		add_flow(&host, PEERS, start, start + HOUR_NS / 600, 1000000,
			 20000);
	}
	return host;
}

Test(rivals, a_gross_upload_raises_every_rule_that_looks_at_size)
{
	static const enum rival by_size[] = {
	    RIVAL_CONNECTION,  RIVAL_HOURLY_Z, RIVAL_PEER_TOTAL,
	    RIVAL_DAILY_SIGMA, RIVAL_PCR,      RIVAL_SLIPS,
	    RIVAL_MARCHETTI,   RIVAL_NEW_BYTES};

	for (size_t i = 0; i < sizeof(by_size) / sizeof(*by_size); i++) {
		struct rivals_host host = one_upload(2000000000);

		expect_speaks(by_size[i], &host);
	}
}

Test(rivals, regular_uploads_raise_the_beacon_score)
{
	struct rivals_host host = many_uploads();

	expect_speaks(RIVAL_RITA, &host);
}

Test(rivals, uploads_on_many_days_to_one_new_peer_raise_the_analysts_count)
{
	struct rivals_host host = many_uploads();

	expect_speaks(RIVAL_NEW_DAYS, &host);
}

Test(rivals, a_perfect_beacon_scores_one)
{
	static double scores[RIVAL_COUNT * DAYS];
	struct rivals_host host = {.days = DAYS};

	for (int64_t i = 0; i < 144; i++)
		add_flow(&host, 0, LEAK_DAY * DAY_NS + i * HOUR_NS / 6,
			 LEAK_DAY * DAY_NS + i * HOUR_NS / 6, 5000, 100);
	score(&host, scores);
	cr_expect_lt(fabs(scores[RIVAL_RITA * DAYS + LEAK_DAY] - 1), 0.01);
	rivals_clear(&host);
}

Test(rivals, what_the_peer_opened_is_no_upload)
{
	static double scores[RIVAL_COUNT * DAYS];
	struct rivals_host host = {.days = DAYS};
	const struct seep_flow flow = {.start_ns = LEAK_DAY * DAY_NS,
				       .end_ns = LEAK_DAY * DAY_NS + HOUR_NS,
				       .bytes_orig = 1000,
				       .bytes_resp = 5000000000,
				       .opener = SEEP_OPENER_ORIG};

	/* The host answers: 5 GB leave, but no initiator bytes. */
	cr_assert_eq(rivals_add(&host, &flow, 0, 0), 0);
	score(&host, scores);
	cr_expect_eq(scores[RIVAL_CONNECTION * DAYS + LEAK_DAY], 0);
	cr_expect_eq(scores[RIVAL_SLIPS * DAYS + LEAK_DAY], 0);
	cr_expect_eq(scores[RIVAL_PEER_TOTAL * DAYS + LEAK_DAY], 5000000000.0);
	rivals_clear(&host);
}

Test(rivals, a_connection_of_days_is_known_at_its_end)
{
	static double scores[RIVAL_COUNT * DAYS];
	struct rivals_host host = {.days = DAYS};

	add_flow(&host, 0, LEAK_DAY * DAY_NS, (LEAK_DAY + 5) * DAY_NS,
		 1000000000, 1000);
	score(&host, scores);
	cr_expect_eq(scores[RIVAL_CONNECTION * DAYS + LEAK_DAY], 0);
	cr_expect_eq(scores[RIVAL_CONNECTION * DAYS + LEAK_DAY + 5],
		     1000000000.0);
	rivals_clear(&host);
}

Test(rivals, no_rule_speaks_before_it_has_a_month_to_compare_with)
{
	static double scores[RIVAL_COUNT * DAYS];
	struct rivals_host host;

	make_host(&host, 7);
	score(&host, scores);
	for (size_t rival = 0; rival < RIVAL_COUNT; rival++)
		for (uint32_t day = 0; day < RIVALS_BACK_DAYS; day++)
			cr_expect(isinf(scores[rival * DAYS + day]));
	rivals_clear(&host);
}
